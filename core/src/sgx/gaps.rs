//! What is not modelled, with the reason; shown to the reader.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::text::Text;

/// What is left out or only a model, each as a sentence.
#[must_use]
pub fn gaps() -> Vec<Text> {
    vec![
        text!(
            "gap.leaves",
            "Leaves for paging and resizing enclaves are listed but not carried out yet: EBLOCK, ETRACK, EWB, ELDU, ELDB, EAUG, EMODPR, EMODT, EACCEPT, EMODPE, EACCEPTCOPY."
        ),
        text!(
            "gap.code",
            "Code is not interpreted instruction by instruction. A step says what the code computes, touches or executes; RIP moves where a step or the processor sets it."
        ),
        text!(
            "gap.tcs-state",
            "Model: TCS.STATE is 1 while a thread is inside and 0 otherwise; Intel does not publish its values."
        ),
        text!(
            "gap.tlb",
            "Only translations of an enclave’s own pages are held, without a limit to their number; other accesses walk the page tables each time. Caches, prediction and their side channels are not modelled."
        ),
        text!(
            "gap.xinuse",
            "Model: a state component counts as in use where it differs from its initial configuration, and MXCSR_MASK is FFFFH; processors may differ."
        ),
        text!(
            "gap.epcm",
            "Model: Intel does not publish how the EPCM lies in memory. It is shown as the manual’s fields."
        ),
        text!(
            "gap.secs",
            "Model: where EID, PADDING and the block counter lie in the SECS is not published. They are shown beside it."
        ),
        text!(
            "gap.eid",
            "Model: enclave numbers start at 1; Intel does not publish the start."
        ),
        text!(
            "gap.prm",
            "Model: the first 32 MiB of the processor reserved memory hold the EPCM and the integrity tree; the division is not published."
        ),
        text!(
            "gap.token-key",
            "Model: the key of launch tokens. Its derivation is not published; a documented stand-in is used, so real tokens do not verify here."
        ),
        text!(
            "gap.keys",
            "Model: how keys are derived is not published. Report and seal keys are those of Intel’s simulation mode, AES-CMAC under published constants that stand for what the fuses hold; the owner’s epoch and the number of the report key are its constants too. How security versions of the processor are ordered is not published either: they are compared component by component."
        ),
        text!(
            "gap.token-attributes",
            "Model: the manual names SGX_INVALID_EINIT_ATTRIBUTE for a token with other attributes and gives it no number; 2 is reported."
        ),
        text!(
            "gap.kss",
            "Model: for family and product identifiers without KSS the editions differ; code 1 is reported."
        ),
        text!(
            "gap.abort",
            "Reads of protected memory from outside give all ones and writes are dropped: reported behaviour, the manual says undefined."
        ),
        text!(
            "gap.timing",
            "No time passes: instructions interrupted half way and caches are not modelled."
        ),
        text!(
            "gap.dram",
            "Model: what lies in DRAM. Scalable: AES-XTS-128 by physical address. Legacy: a counter a line, tags and a tree over them, as published; how addresses and counters are packed and where the tree lies is not. Keys are demo keys. Caches are not modelled: a changed line is written back at once, and a line that somebody rewrote is read back at once. EPCM and SECS lie encrypted like any page; ordinary memory is not encrypted here."
        ),
        text!(
            "gap.package",
            "The processor’s package is where the protection ends by design: whoever opens it and probes the chip is outside what SGX promises against, and is not modelled."
        ),
        text!(
            "gap.open-enclave",
            "Images of the Open Enclave SDK do not name the version of their loader. Each layout that the published sources tell (0.4 to 0.19) is tried, and the one that gives the ENCLAVEHASH that was signed is taken. An image that is not signed is laid out in the newest way that fits, and it says so. Not taken: images that load a library besides, images whose host adds pages (EGo, Mystikos, the experimental extended initialization data), images of loaders derived from it. From which release between 0.13 and 0.16 on the ELF header is left as it is, is not established."
        ),
        text!(
            "gap.gramine",
            "Enclaves of Gramine are laid out from manifest and libpal by a table of releases (1.0 to 1.9), since neither file names its version; the .sig proves the choice. Of the releases before the name Gramine (Graphene) the constants differ and are not in the table. Enclaves of more than 4 GiB without EDMM have more pages than are taken here. sgx.debug, the processor features and the identifiers in the manifest are not checked against the SIGSTRUCT: they are not measured but as text."
        ),
        text!(
            "gap.unsigned-sdk",
            "An enclave of the Intel SGX SDK that is not signed is measured together with the signing tool’s configuration, as the tools of SDK 2.17, 2.20 and 2.26 do it. Programs of other releases need one of these as an assumption: where the fields of g_global_data lie from td_template on, whether elrange_size is 0 or SIZE, and at which offset of the metadata the TCS template lies changed between releases. The FIPS modes are not carried out."
        ),
        text!(
            "gap.loader-checks",
            "What the Intel SGX SDK’s loader checks without any influence on the measurement (undefined symbols, kinds of relocation, a .ctors section) is not checked."
        ),
        text!(
            "gap.xsave",
            "The processor has x87, SSE, AVX, AVX-512 and PKRU state; MPX, AMX and CET state are not offered."
        ),
    ]
}
