//! What else is said of SGX in articles, where it is not quite so.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::view::{Evidence, Statement};

/// The statements.
pub(super) fn statements() -> Vec<Statement> {
    let mut all = building();
    all.extend(inside());
    all
}

/// Of building enclaves and taking them apart.
fn building() -> Vec<Statement> {
    vec![
        Statement::new(
            "eextend",
            [
                text!(
                    "sabout.eextend.then",
                    "EEXTEND measures each page that EADD has added."
                ),
                text!(
                    "sabout.eextend",
                    "EEXTEND measures 256 bytes. A whole page takes 16 of them, and nobody has to: an unmeasured page is allowed."
                ),
            ],
            "Intel SDM vol. 3D, EEXTEND",
            Evidence::step("sgx/measured-or-not", "a.load.code.eextend0"),
        ),
        Statement::new(
            "eremove",
            [
                text!(
                    "sabout.eremove.then",
                    "EREMOVE takes a page back to where it was before ECREATE."
                ),
                text!(
                    "sabout.eremove",
                    "EREMOVE frees the page’s entry in the EPCM. That its contents are cleared the manual does not say."
                ),
            ],
            "Intel SDM vol. 3D, EREMOVE, Operation",
            Evidence::step("sgx/destroy", "remove.pages.p0"),
        ),
        Statement::new(
            "eaug",
            [
                text!("sabout.eaug.then", "Pages added by EAUG are heap."),
                text!(
                    "sabout.eaug",
                    "They start as ordinary pages. EMODT can make a thread’s page of one, and EMODPE code."
                ),
            ],
            "Intel SDM vol. 3D, EAUG, EMODT and EMODPE",
            Evidence::NotYet(text!(
                "sabout.no-resizing",
                "Resizing a running enclave is not carried out here yet."
            )),
        ),
    ]
}

/// Of what an enclave can rely on.
fn inside() -> Vec<Statement> {
    vec![
        Statement::new(
            "rdtsc",
            [
                text!(
                    "sabout.rdtsc.then",
                    "With RDTSC an enclave has trusted time."
                ),
                text!(
                    "sabout.rdtsc",
                    "Where RDTSC may run inside, software outside can still set the counter; the manual warns of it."
                ),
            ],
            "Intel SDM vol. 3D, RDTSC and RDTSCP in an enclave",
            Evidence::None(text!(
                "sabout.no-clock",
                "The time-stamp counter is not part of this machine."
            )),
        ),
        Statement::new(
            "report",
            [
                text!(
                    "sabout.report.then",
                    "A REPORT is public, with a MAC that proves it."
                ),
                text!(
                    "sabout.report",
                    "The MAC is for one target: only the enclave that the report was made for can get the key to check it."
                ),
            ],
            "Intel SDM vol. 3D, EREPORT and EGETKEY",
            Evidence::step("sgx/common", "attest.check"),
        ),
        Statement::new(
            "cpusvn",
            [
                text!(
                    "sabout.cpusvn.then",
                    "Of the versions 01,05,…,03 and 02,04,…,03 the first has the larger first component and the second the larger second."
                ),
                text!(
                    "sabout.cpusvn",
                    "The other way round: 02 is more than 01, and 05 more than 04. Neither version is the later one."
                ),
            ],
            "Intel, PCK certificate specification: 16 components, each compared by itself",
            Evidence::NotYet(text!("sprofile.no-quotes", "Quotes are not made here yet.")),
        ),
    ]
}
