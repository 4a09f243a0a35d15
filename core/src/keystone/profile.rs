//! What is said of Keystone, row by row, with what has changed since.

use alloc::vec;
use alloc::vec::Vec;

use super::recognise::REPORT;
use crate::text;
use crate::text::Text;
use crate::view::{Aspect, Claim, Evidence, Profile};

/// The column of Keystone.
#[must_use]
pub fn profile() -> Profile {
    let mut claims = memory();
    claims.extend(trust());
    claims.extend(around());
    Profile {
        tee: "keystone",
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
                "kprofile.isolation.then",
                "Many, made when they are needed; devices can be assigned; hardware and software can both be changed."
            ),
            text!(
                "kprofile.isolation",
                "Many, made when they are needed, up to seven at a time upstream. The assignment of devices is specified but not in upstream; the standard’s way is an IOPMP."
            ),
            "keystone sm/src/pmp.c, table of 16 regions, two for an enclave; IOPMP: general knowledge",
            step("keystone/figure-3", "inside.other"),
        )
        .note(
            text!(
                "kprofile.isolation.note",
                "Devices were announced, and are in no release: whatever reads memory by itself reads an enclave’s."
            ),
            "keystone: no code for it at 88c49ee",
        ),
        claim(
            Aspect::Privilege,
            text!(
                "kprofile.privilege.then",
                "All levels: an operating system for each enclave, made each time."
            ),
            text!(
                "kprofile.privilege",
                "Supervisor and user mode are the enclave’s; machine mode is the security monitor’s."
            ),
            "keystone sm/src/thread.c and sm/src/enclave.c, context switch",
            step("keystone/figure-3", "enter.run"),
        )
        .dated()
        .note(
            text!(
                "kprofile.privilege.note",
                "“All levels” counts machine mode as well, which no enclave ever has."
            ),
            "keystone sm/src/enclave.c: MPP is set to supervisor",
        ),
        claim(
            Aspect::Instructions,
            text!("kprofile.instructions.then", "One: ecall."),
            text!(
                "kprofile.instructions",
                "One, ecall, with one SBI extension of ten functions."
            ),
            "keystone sm/src/sm-sbi-opensbi.c; extension 0x08424b45",
            step("keystone/hostile-os", "linux.call"),
        ),
        claim(
            Aspect::MemoryModel,
            text!("kprofile.memory-model.then", "Two worlds."),
            text!(
                "kprofile.memory-model",
                "Two worlds, as many times as there are enclaves; a shared buffer for each is all that both sides see."
            ),
            "keystone sm/src/enclave.c, EPM and UTM regions",
            step("keystone/figure-3", "inside.buffer"),
        ),
        claim(
            Aspect::Allocation,
            text!(
                "kprofile.allocation.then",
                "Dynamic, of any size, usable between worlds."
            ),
            text!(
                "kprofile.allocation",
                "Dynamic, but of fixed size once an enclave is created. Only the runtime’s list of free pages inside grows and shrinks."
            ),
            "keystone linux-keystone-driver/keystone-page.c; runtime/mm/freemem.c",
            step("keystone/from-files", "take.memory"),
        )
        .dated(),
    ]
}

/// What keeps secrets, and on what that rests.
fn trust() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Encryption,
            text!("kprofile.encryption.then", "None; on the roadmap."),
            text!(
                "kprofile.encryption",
                "None. A probe on DRAM reads an enclave in plain."
            ),
            "keystone: no code for it at 88c49ee",
            step("keystone/common", "secret.still"),
        ),
        claim(
            Aspect::SecureBoot,
            text!("kprofile.secure-boot.then", "Not now."),
            text!(
                "kprofile.secure-boot",
                "A boot ROM with a test key for QEMU, and a patch for HiFive Unmatched. On CVA6 and PolarFire SoC the keys are zeros."
            ),
            "keystone bootrom/bootloader.c; sm/plat/cva6 and sm/plat/mpfs",
            step("keystone/boot", "boot.rom"),
        )
        .dated(),
        claim(
            Aspect::SideChannels,
            text!("kprofile.side-channels.then", "Not now."),
            text!(
                "kprofile.side-channels",
                "None upstream. For the FU540 there was a plugin that gave each enclave cache ways of its own."
            ),
            "keystone sm/plat/sifive/fu540, way masking",
            Evidence::None(text!(
                "kprofile.no-caches",
                "Caches and speculation are not carried out here."
            )),
        ),
        claim(
            Aspect::RootOfTrust,
            text!("kprofile.root-of-trust.then", "At the stage of research."),
            text!(
                "kprofile.root-of-trust",
                "Still a published test key. Whoever builds a device brings the root."
            ),
            "keystone bootrom/test_dev_key.h",
            step(REPORT, "verify.sm"),
        ),
    ]
}

/// Proofs, surroundings, and what has been found.
fn around() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Attestation,
            text!(
                "kprofile.attestation.then",
                "Yes; its root is not in hardware."
            ),
            text!(
                "kprofile.attestation",
                "Yes, by two signatures; the root is still not in hardware."
            ),
            "keystone sm/src/enclave.c, attest_enclave; sdk/src/verifier/report.cpp",
            step(REPORT, "verify.enclave"),
        ),
        claim(
            Aspect::Virtualisation,
            text!(
                "kprofile.virtualisation.then",
                "Of RISC-V itself: on trial."
            ),
            text!(
                "kprofile.virtualisation",
                "RISC-V has the H extension. Keystone does not use it."
            ),
            "keystone: no code for it at 88c49ee; RISC-V Privileged Architecture, H extension",
            Evidence::None(text!(
                "kprofile.no-hypervisor",
                "There is no hypervisor in this machine."
            )),
        ),
        claim(
            Aspect::Development,
            text!("kprofile.development.then", "Keystone SDK."),
            text!(
                "kprofile.development",
                "Keystone SDK with the runtime Eyrie. Upstream’s last commit is of March 2025."
            ),
            "keystone-enclave/keystone at 88c49ee (2025-03-10)",
            Evidence::None(text!(
                "kprofile.no-run",
                "A statement about a project, not about a machine."
            )),
        ),
        claim(
            Aspect::Weaknesses,
            text!(
                "kprofile.weaknesses.then",
                "Speculation in the BOOM core (CARRV 2019); missing checks at the enclave’s interface (CCS 2019)."
            ),
            text!(
                "kprofile.weaknesses",
                "Besides: the monitor’s key follows from two bytes, so that reports can be forged; an enclave can be resumed after its exit; the last PMP entry is given away when an enclave is destroyed; a sealing key is written wherever the enclave says."
            ),
            "keystone bootrom/bootloader.c, sizeof(*array); sm/src/enclave.c; sm/src/pmp.c; seen in a run of 88c49ee",
            step("keystone/resume-after-exit", "resume.after-exit"),
        )
        .dated(),
    ]
}
