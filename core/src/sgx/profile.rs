//! What is said of SGX, row by row, with what has changed since.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::text::Text;
use crate::view::{Aspect, Claim, Evidence, Profile};

/// The column of SGX.
#[must_use]
pub fn profile() -> Profile {
    let mut claims = memory();
    claims.extend(secrets());
    claims.extend(trust());
    claims.extend(around());
    Profile {
        tee: "sgx",
        claims,
        about: super::about::statements(),
    }
}

fn claim(aspect: Aspect, then: Text, today: Text, cite: &'static str, evidence: Evidence) -> Claim {
    Claim::new(aspect, [then, today], cite, evidence)
}

fn step(scenario: &'static str, step: &'static str) -> Evidence {
    Evidence::step(scenario, step)
}

/// What runs where, and in whose memory.
fn memory() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Isolation,
            text!(
                "sprofile.isolation.then",
                "Many, made when they are needed; no access to devices; much of it in hardware that cannot be changed."
            ),
            text!(
                "sprofile.isolation",
                "The same: many enclaves, each in a process, closed to each other; none has a device of its own."
            ),
            "Intel SDM vol. 3D, Enclave Access Control and Data Structures",
            step("sgx/who-may-touch-what", "touch.other-enclave"),
        )
        .note(
            text!(
                "sprofile.isolation.note",
                "That whoever reads an enclave from outside gets ones, and that writes are dropped, is how processors behave; the manual leaves it undefined."
            ),
            "Costan and Devadas, Intel SGX Explained, ePrint 2016/086",
        ),
        claim(
            Aspect::Privilege,
            text!(
                "sprofile.privilege.then",
                "Ring 3 only; there can be no operating system inside."
            ),
            text!(
                "sprofile.privilege",
                "Ring 3 only. Library operating systems live there: a part of an operating system at the level of a program."
            ),
            "Intel SDM vol. 3D, ENCLU and EENTER",
            step("sgx/enter-and-exit", "enter.eenter"),
        ),
        claim(
            Aspect::Instructions,
            text!(
                "sprofile.instructions.then",
                "18: 13 privileged ones and 5 for users."
            ),
            text!(
                "sprofile.instructions",
                "18 leaves in SGX1. Later processors add EAUG, EMODPR and EMODT, EACCEPT, EACCEPTCOPY and EMODPE, and more."
            ),
            "Intel SDM vol. 3D, SGX Instruction References",
            step("sgx/hello-enclave", "create.ecreate"),
        )
        .dated()
        .note(
            text!(
                "sprofile.instructions.note",
                "The count is of leaves: as instructions there are two, ENCLS and ENCLU, and EAX chooses the leaf."
            ),
            "Intel SDM vol. 3D, ENCLS and ENCLU",
        ),
        claim(
            Aspect::MemoryModel,
            text!("sprofile.memory-model.then", "One address space."),
            text!(
                "sprofile.memory-model",
                "One address space: the enclave is a range of its process, and may read and write the rest of it."
            ),
            "Intel SDM vol. 3D, Enclave Access Control",
            step("sgx/who-may-touch-what", "touch.own-process"),
        ),
    ]
}

/// How much memory there is and what keeps it secret.
fn secrets() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Allocation,
            text!(
                "sprofile.allocation.then",
                "Fixed at boot; in version 1 at most 128 MB."
            ),
            text!(
                "sprofile.allocation",
                "The protected range is still set at boot. SGX2 adds pages to an enclave that runs, and servers have up to 512 GB a socket."
            ),
            "Intel SDM vol. 3D, EAUG; the size: general knowledge",
            step("sgx/hello-enclave", "boot.prmrr"),
        )
        .dated()
        .note(
            text!(
                "sprofile.allocation.note",
                "As the most of the older kind one reads 128, 256 and 512 MB. Intel’s own page says 256 MB for processors before the third Xeon Scalable."
            ),
            "Intel’s support page on the size of the enclave page cache",
        ),
        claim(
            Aspect::Encryption,
            text!(
                "sprofile.encryption.then",
                "Yes, with a random key at each boot."
            ),
            text!(
                "sprofile.encryption",
                "Yes, with a key made at boot. Client processors had an integrity tree as well; servers encrypt with AES-XTS without one, so that old ciphertext can be put back."
            ),
            "Gueron, ePrint 2016/204; Intel, Memory Encryption Technologies Specification",
            step("sgx/common", "use.again"),
        )
        .note(
            text!(
                "sprofile.encryption.note",
                "A line’s counter is often said to change with every access. It changes when the line is written back to memory."
            ),
            "Gueron, ePrint 2016/204",
        ),
        claim(
            Aspect::SecureBoot,
            text!("sprofile.secure-boot.then", "Can be supported."),
            text!(
                "sprofile.secure-boot",
                "Can be supported, and nothing hangs on it: an enclave is measured by itself, whatever has booted."
            ),
            "Intel SDM vol. 3D, ECREATE, EADD and EEXTEND: what MRENCLAVE takes in",
            step("sgx/hello-enclave", "init.einit"),
        ),
        claim(
            Aspect::SideChannels,
            text!("sprofile.side-channels.then", "Yes."),
            text!(
                "sprofile.side-channels",
                "No. Page faults, caches, single-stepping, speculation and repeated ciphertext all have told secrets of enclaves; the program must see to it."
            ),
            "Intel SGX Developer Guide, Protection from Side-Channel Attacks",
            step("sgx/page-fault-channel", "bit0.call"),
        )
        .dated()
        .note(
            text!(
                "sprofile.side-channels.note",
                "“Yes” misled already in 2020: page faults had been used in 2015 and caches in 2017, as the last row says itself."
            ),
            "Xu, Cui and Peinado, IEEE S&P 2015; Schwarz and others, DIMVA 2017",
        ),
    ]
}

/// On what trust rests.
fn trust() -> Vec<Claim> {
    vec![
        claim(
            Aspect::RootOfTrust,
            text!(
                "sprofile.root-of-trust.then",
                "Intel’s; bound to the processor and unchangeable."
            ),
            text!(
                "sprofile.root-of-trust",
                "Intel’s, in the processor’s fuses. Which enclaves may start, though, the owner decides where there is flexible launch control."
            ),
            "Intel SDM vol. 3D, Launch Control; Linux Documentation/arch/x86/sgx.rst",
            step("sgx/hello-enclave", "init.launch.hash0"),
        )
        .dated()
        .note(
            text!(
                "sprofile.root-of-trust.note",
                "The registers for it are IA32_SGXLEPUBKEYHASH0 to 3; a text on SGX leaves the LE out of their name."
            ),
            "Intel SDM vol. 4, MSRs 8CH to 8FH",
        ),
        claim(
            Aspect::Attestation,
            text!("sprofile.attestation.then", "Intel’s."),
            text!(
                "sprofile.attestation",
                "Quotes under an ECDSA key that Intel certifies (DCAP), which anybody can verify. Intel’s own service for the older EPID quotes ended in 2025."
            ),
            "Intel SGX DCAP, Quote Library API; the end of the service: general knowledge",
            Evidence::NotYet(text!(
                "sprofile.no-quotes",
                "Quotes are not made here yet."
            )),
        )
        .dated(),
    ]
}

/// Surroundings, and what has been found.
fn around() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Virtualisation,
            text!(
                "sprofile.virtualisation.then",
                "In guests of Xen and KVM and in containers; not on VMware."
            ),
            text!(
                "sprofile.virtualisation",
                "Also on VMware since vSphere 7, and in Linux’s own KVM."
            ),
            "Broadcom KB 311903; Linux Documentation/virt/kvm/api.rst, KVM_CAP_SGX_ATTRIBUTE",
            Evidence::None(text!(
                "sprofile.no-hypervisor",
                "There is no hypervisor in this machine."
            )),
        )
        .dated(),
        claim(
            Aspect::Development,
            text!(
                "sprofile.development.then",
                "Intel’s SDK, SCONE, Asylo, Open Enclave."
            ),
            text!(
                "sprofile.development",
                "Also Gramine, Occlum, EGo and Teaclave. Asylo is dormant."
            ),
            "the projects’ own pages; general knowledge",
            Evidence::None(text!(
                "kprofile.no-run",
                "A statement about a project, not about a machine."
            )),
        )
        .dated(),
        claim(
            Aspect::Weaknesses,
            text!(
                "sprofile.weaknesses.then",
                "Prime+Probe (DIMVA 2017), Foreshadow (USENIX Security 2018), missing checks at the enclave’s interface (CCS 2019)."
            ),
            text!(
                "sprofile.weaknesses",
                "Besides: SGAxe, ÆPIC Leak and Downfall; in 2025 WireTap and Battering RAM, which sit on a server’s memory bus."
            ),
            "Van Bulck and others, CCS 2019; the later ones by their own pages: general knowledge",
            step("sgx/careless-exit", "exit.eexit"),
        )
        .dated(),
    ]
}
