//! What else was said of TrustZone in 2020, statement by statement, and what holds.

use alloc::vec;
use alloc::vec::Vec;

use super::profile::not_yet;
use crate::text;
use crate::text::Text;
use crate::view::Statement;

/// The statements, in the order of the article.
pub(super) fn statements() -> Vec<Statement> {
    let mut all = worlds();
    all.extend(software());
    all
}

fn said(id: &'static str, then: Text, today: Text, cite: &'static str) -> Statement {
    Statement::new(id, [then, today], cite, not_yet())
}

/// The two worlds.
fn worlds() -> Vec<Statement> {
    vec![
        said(
            "two-worlds",
            text!(
                "tabout.worlds.then",
                "The processor is split into a secure and a normal world; the ordinary operating system is in one, a trusted one in the other."
            ),
            text!(
                "tabout.worlds",
                "So it is. Armv9 can add two more, Realm and Root."
            ),
            "Arm Architecture Reference Manual, SCR_EL3.NS and NSE",
        ),
        said(
            "safe-though-broken",
            text!(
                "tabout.safe.then",
                "The secure world stays safe when the normal one is broken; its software is kept small, to be checked."
            ),
            text!("tabout.safe", "So it is meant."),
            "Arm, Learn the architecture: TrustZone for AArch64",
        ),
        said(
            "since-when",
            text!(
                "tabout.since.then",
                "Introduced in 2003 with ARMv6K; used in earnest in telephones from Cortex-A on."
            ),
            text!(
                "tabout.since",
                "It was announced in May 2003, and came with ARMv6Z and ARMv6KZ, in the ARM1176JZ. ARMv6K lacks it."
            ),
            "ARM’s announcement of 27 May 2003; ARM1176JZ-S Technical Reference Manual, Security Extensions",
        ),
        said(
            "hardware-gives-worlds",
            text!(
                "tabout.smc.then",
                "Hardware gives the two worlds and nothing more; SMC switches between them, and most functions are software."
            ),
            text!("tabout.smc", "So it is."),
            "Arm SMC Calling Convention, DEN0028",
        ),
        said(
            "figure",
            text!(
                "tabout.figure.then",
                "Two columns: applications and their operating system, trusted applications and theirs; below them the monitor with SMC."
            ),
            text!(
                "tabout.figure",
                "So it is: EL0, EL1 and EL2 on one side, S-EL0, S-EL1 and perhaps S-EL2 on the other, EL3 below."
            ),
            "Arm Architecture Reference Manual, Exception levels and Security states",
        ),
    ]
}

/// What runs in the secure one.
fn software() -> Vec<Statement> {
    vec![
        said(
            "one-system-each",
            text!("tabout.one.then", "Each world has one operating system."),
            text!(
                "tabout.one",
                "Not since Armv8.4: at S-EL2, Hafnium keeps several secure partitions apart, each with its own."
            ),
            "TF-Hafnium/hafnium; Arm DEN0077",
        ),
        said(
            "fixed-memory",
            text!(
                "tabout.memory.then",
                "Secure memory and devices are fixed at boot and belong to the trusted operating system; there is little memory."
            ),
            text!(
                "tabout.memory",
                "Mostly. Memory can be lent at run time where the chip allows it."
            ),
            "optee_os core/arch/arm/include/sm/optee_smc.h, capability bits 8 and 9",
        ),
        said(
            "internal-api",
            text!(
                "tabout.api.then",
                "The trusted operating system offers GlobalPlatform’s TEE Internal API: cryptography, storage, time."
            ),
            text!("tabout.api", "So it does; OP-TEE has version 1.3.1."),
            "GlobalPlatform TEE Internal Core API; optee_os lib/libutee",
        ),
        said(
            "several-applications",
            text!(
                "tabout.apps.then",
                "Several trusted applications run on it."
            ),
            text!(
                "tabout.apps",
                "So they do, each with an address space of its own."
            ),
            "optee_os core/kernel/user_ta.c",
        ),
    ]
}
