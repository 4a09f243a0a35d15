//! The error numbers and names that people meet: of the leaves, of Linux around them, of Intel's SDK.

mod leaves;
mod read;
mod sdk;

use alloc::format;
use alloc::vec::Vec;

use super::status;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::Status;

pub use read::explain;

/// What one error number means to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The name that the document gives it.
    pub name: Text,
    /// The number.
    pub number: u64,
    /// Whose number it is.
    pub whose: Text,
    /// What is wrong and what to do.
    pub says: Text,
    /// Where the number is written.
    pub cite: &'static str,
    /// A link to a run in which it happens.
    pub link: Option<&'static str>,
    /// A link to the workshop, set so that it happens there: what mends it can be tried.
    pub bench: Option<&'static str>,
}

/// Set in what Linux's wrapper around ENCLS gives when the instruction faulted; the rest is the vector.
pub const LINUX_FAULT: u64 = 0x4000_0000;

const SDM: &str = "Intel SDM vol. 3D, error codes";
const SDK: &str = "intel/linux-sgx, common/inc/sgx_error.h";
const LINUX: &str = "Linux, arch/x86/include/asm/sgx.h and arch/x86/kernel/cpu/sgx/encls.h";

/// Everything that a number may mean, the processor's own meaning first.
#[must_use]
pub fn meanings(number: u64) -> Vec<Meaning> {
    let mut all = Vec::new();
    all.extend(status::ALL.iter().find(|s| s.code == number).map(of_leaf));
    all.extend(linux(number));
    all.extend(sdk::LIST.iter().find(|s| s.code == number).map(of_sdk));
    all
}

/// What a name means, in its present or an older spelling.
#[must_use]
pub fn named(name: &str) -> Option<Meaning> {
    let name = match name {
        "SGX_LOCKFAIL" => status::EPC_PAGE_CONFLICT.name,
        "SGX_INVALID_LICENSE" => status::INVALID_EINITTOKEN.name,
        name => name,
    };
    let leaf = status::ALL.iter().find(|s| s.name == name).map(of_leaf);
    leaf.or_else(|| sdk::LIST.iter().find(|s| s.name == name).map(of_sdk))
}

fn of_leaf(status: &Status) -> Meaning {
    Meaning {
        name: status.name.into(),
        number: status.code,
        whose: text!("error.of-leaf", "an SGX leaf’s error code, in RAX"),
        says: leaves::says(status.code),
        cite: SDM,
        link: leaves::link(status.code),
        bench: bench(status.code),
    }
}

fn of_sdk(status: &Status) -> Meaning {
    Meaning {
        name: status.name.into(),
        number: status.code,
        whose: text!("error.of-sdk", "a status of Intel’s SDK (sgx_status_t)"),
        says: sdk::says(status.code),
        cite: SDK,
        link: sdk::link(status.code),
        bench: sdk::leaf(status.code).and_then(bench),
    }
}

/// What Linux makes of an ENCLS that faulted.
fn linux(number: u64) -> Option<Meaning> {
    let vector = number
        .checked_sub(LINUX_FAULT)
        .filter(|v| *v < LINUX_FAULT)?;
    let (name, says) = match vector {
        6 => (
            "#UD",
            text!(
                "error.linux.ud",
                "ENCLS is no instruction here: SGX is off in the firmware or the hypervisor, or the leaf is unknown to this processor."
            ),
        ),
        13 => (
            "#GP",
            text!(
                "error.linux.gp",
                "A general protection fault: an operand is not aligned or has a reserved bit set, the enclave is in the wrong state, or another processor works on the same page. The rules of each leaf whose breach ends so are listed at its step."
            ),
        ),
        14 => (
            "#PF",
            text!(
                "error.linux.pf",
                "A page fault: an operand does not lead into the EPC, or the EPCM says something else about the page. After suspend or migration every EPC page is gone and every enclave must be built anew."
            ),
        ),
        _ => ("", other_vector(vector)),
    };
    let name = match name {
        "" => text!("error.vector", "exception {n}", n = vector),
        name => name.into(),
    };
    Some(Meaning {
        name,
        number,
        whose: text!(
            "error.of-linux",
            "what Linux gives when ENCLS itself faults: {flag} and the exception’s vector",
            flag = hex::short(LINUX_FAULT)
        ),
        says,
        cite: LINUX,
        link: None,
        bench: None,
    })
}

/// The workshop set so that EINIT ends with a code which a setting of the SECS, of the author's masks or of
/// launch control brings about.
fn bench(code: u64) -> Option<&'static str> {
    Some(match code {
        2 => {
            "sgx/sigstruct@init.einit&set.debug=yes&set.sig-flagsmask=0xffffffffffffffff&set.sign=again"
        }
        4 => {
            "sgx/sigstruct@init.einit&set.mrenclave=0000000000000000000000000000000000000000000000000000000000000000"
        }
        16 => "sgx/sigstruct@init.einit&set.launch=locked",
        _ => return None,
    })
}

/// A vector that ENCLS does not raise; the number behind the flag may be a code that somebody put there.
fn other_vector(vector: u64) -> Text {
    match status::ALL.iter().find(|s| s.code == vector) {
        Some(status) => text!(
            "error.linux.code",
            "ENCLS raises no such exception. If the program that printed it puts an error code behind the flag, it is {name}: {says}",
            name = format!("{} ({})", status.name, status.code),
            says = leaves::says(status.code)
        ),
        None => text!(
            "error.linux.none",
            "ENCLS raises no such exception, and no leaf has an error code of that number."
        ),
    }
}
