//! What is said of TrustZone, row by row, with what has changed since.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::text::Text;
use crate::view::{Aspect, Claim, Evidence, Profile};

/// The column of TrustZone.
#[must_use]
pub fn profile() -> Profile {
    let mut claims = memory();
    claims.extend(trust());
    claims.extend(around());
    Profile {
        tee: "trustzone",
        claims,
        about: super::about::statements(),
    }
}

/// That nothing can be shown yet.
pub(super) fn not_yet() -> Evidence {
    Evidence::NotYet(text!(
        "tprofile.not-yet",
        "This machine is not modelled yet."
    ))
}

fn claim(aspect: Aspect, then: Text, today: Text, cite: &'static str) -> Claim {
    Claim::new(aspect, [then, today], cite, not_yet())
}

/// What runs where, and in whose memory.
fn memory() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Isolation,
            text!(
                "tprofile.isolation.then",
                "One, made at boot; devices can be reserved for it; much of it is software."
            ),
            text!(
                "tprofile.isolation",
                "Several secure partitions, since Armv8.4 has a hypervisor’s level in the secure world (S-EL2); one without it."
            ),
            "Arm Firmware Framework for A-profile, DEN0077; TF-Hafnium/hafnium",
        )
        .dated(),
        claim(
            Aspect::Privilege,
            text!(
                "tprofile.privilege.then",
                "All levels: there can be an operating system, but only one."
            ),
            text!(
                "tprofile.privilege",
                "S-EL0 and S-EL1, and S-EL2 where there is one: then each partition may have an operating system. EL3 is the monitor’s."
            ),
            "Arm Architecture Reference Manual, SCR_EL3.EEL2; Arm DEN0077",
        )
        .dated(),
        claim(
            Aspect::Instructions,
            text!("tprofile.instructions.then", "One: SMC."),
            text!(
                "tprofile.instructions",
                "One, SMC. What it asks for is a number in a register; each trusted operating system has a list of its own."
            ),
            "Arm SMC Calling Convention, DEN0028; optee_os core/arch/arm/include/sm/optee_smc.h",
        ),
        claim(
            Aspect::MemoryModel,
            text!("tprofile.memory-model.then", "Two worlds."),
            text!(
                "tprofile.memory-model",
                "Two worlds: secure code reaches both, ordinary code its own. With the Realm Management Extension there are four."
            ),
            "Arm Architecture Reference Manual, SCR_EL3.NS and NSE",
        ),
        claim(
            Aspect::Allocation,
            text!(
                "tprofile.allocation.then",
                "Fixed at boot; can be used between the worlds."
            ),
            text!(
                "tprofile.allocation",
                "Fixed at boot, and memory can be lent besides: OP-TEE’s protected memory is taken and given back at run time."
            ),
            "optee_os core/arch/arm/include/sm/optee_smc.h, capability bits 8 and 9",
        )
        .dated(),
    ]
}

/// What keeps secrets, and on what that rests.
fn trust() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Encryption,
            text!("tprofile.encryption.then", "None; an option."),
            text!(
                "tprofile.encryption",
                "None by the architecture. Many chips have an engine of their own; only Arm’s Realms demand one."
            ),
            "Arm RME System Architecture, DEN0129; chips: general knowledge",
        ),
        claim(
            Aspect::SecureBoot,
            text!("tprofile.secure-boot.then", "An option."),
            text!(
                "tprofile.secure-boot",
                "Still one: Trusted Firmware-A has Trusted Board Boot, with certificates from a key in fuses, and can measure the boot."
            ),
            "arm-trusted-firmware docs/design/trusted-board-boot.rst and docs/design_documents/measured_boot.rst",
        ),
        claim(
            Aspect::SideChannels,
            text!("tprofile.side-channels.then", "An option."),
            text!(
                "tprofile.side-channels",
                "Left to whoever makes the chip and writes the software. Caches and predictors are shared by both worlds."
            ),
            "Arm Architecture Reference Manual: no requirement; optee_os has mitigations of speculation",
        ),
        claim(
            Aspect::RootOfTrust,
            text!(
                "tprofile.root-of-trust.then",
                "None to speak of; telephones use a Secure Element of GlobalPlatform."
            ),
            text!(
                "tprofile.root-of-trust",
                "None by the architecture. Chips have a unique key in fuses (HUK), from which OP-TEE derives its storage keys."
            ),
            "optee_os core/kernel/huk_subkey.c; insecure builds use zeros",
        ),
        claim(
            Aspect::Attestation,
            text!("tprofile.attestation.then", "None to speak of."),
            text!(
                "tprofile.attestation",
                "Several, none by the architecture: PSA tokens (EAT), OP-TEE’s attestation service of 2022, Android’s key attestation."
            ),
            "optee_os lib/libutee/include/pta_attestation.h; PSA Attestation Token, draft-tschofenig-rats-psa-token",
        )
        .dated()
        .note(
            text!(
                "tprofile.attestation.note",
                "OP-TEE’s service is off unless it is built in, and signs with an RSA key of 3,072 bits that the device makes itself."
            ),
            "optee_os core/pta/attestation.c, CFG_ATTESTATION_PTA",
        ),
    ]
}

/// Surroundings, and what has been found.
fn around() -> Vec<Claim> {
    vec![
        claim(
            Aspect::Virtualisation,
            text!(
                "tprofile.virtualisation.then",
                "On trial: KVM (TZVisor), Xen."
            ),
            text!(
                "tprofile.virtualisation",
                "On both sides: OP-TEE can serve several ordinary guests, each with memory of its own, and S-EL2 separates secure partitions."
            ),
            "optee_docs architecture/virtualization.rst, CFG_NS_VIRTUALIZATION; TF-Hafnium/hafnium",
        )
        .dated(),
        claim(
            Aspect::Development,
            text!(
                "tprofile.development.then",
                "OP-TEE, QSEE, KNOX, Kinibi, Trusty."
            ),
            text!(
                "tprofile.development",
                "The same. OP-TEE, in the open, is at 4.10 of April 2026."
            ),
            "OP-TEE/optee_os, releases; the others: general knowledge",
        ),
        claim(
            Aspect::Weaknesses,
            text!(
                "tprofile.weaknesses.then",
                "Boomerang (NDSS 2018); missing checks at the interface (CCS 2019)."
            ),
            text!(
                "tprofile.weaknesses",
                "The same in kind: a trusted application reaches all ordinary memory, so a pointer it believes does what its caller may not."
            ),
            "Machiry and others, NDSS 2018; Van Bulck and others, CCS 2019",
        ),
    ]
}
