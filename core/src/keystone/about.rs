//! What else was said of Keystone in 2020, statement by statement, and what holds.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::view::{Evidence, Statement};

/// The statements, in the order of the article.
pub(super) fn statements() -> Vec<Statement> {
    let mut all = project();
    all.extend(figure());
    all.extend(life());
    all
}

/// What it is and what it consists of.
fn project() -> Vec<Statement> {
    vec![
        Statement::new(
            "most-active",
            [
                text!(
                    "kabout.active.then",
                    "RISC-V is an open instruction set, and Keystone the most active TEE on it."
                ),
                text!(
                    "kabout.active",
                    "So it was. Upstream’s last commit is of March 2025; CoVE, Penglai, WorldGuard and Smmtt are the ones to watch."
                ),
            ],
            "keystone-enclave/keystone at 88c49ee (2025-03-10); the others: general knowledge",
            Evidence::None(text!(
                "kprofile.no-run",
                "A statement about a project, not about a machine."
            )),
        ),
        Statement::new(
            "worlds-on-demand",
            [
                text!(
                    "kabout.worlds.then",
                    "Two worlds, but the secure one is made for each trusted application when it is wanted."
                ),
                text!("kabout.worlds", "So it is."),
            ],
            "keystone sm/src/enclave.c, create_enclave",
            Evidence::step("keystone/figure-3", "create.1"),
        ),
        Statement::new(
            "own-runtime",
            [
                text!(
                    "kabout.runtime.then",
                    "Each enclave has a runtime of its own in place of a trusted operating system."
                ),
                text!(
                    "kabout.runtime",
                    "So it is: Eyrie, in supervisor mode, with page tables of its own."
                ),
            ],
            "keystone runtime/sys/boot.c",
            Evidence::step("keystone/page-tables", "inside.eyrie"),
        ),
        Statement::new(
            "separated-by-pmp",
            [
                text!(
                    "kabout.pmp.then",
                    "PMP separates enclaves, with permissions for each region."
                ),
                text!("kabout.pmp", "So it does, between harts and memory."),
            ],
            "RISC-V Privileged Architecture, PMP; keystone sm/src/pmp.c",
            Evidence::step("keystone/figure-3", "inside.other"),
        ),
    ]
}

/// The article's figure of PMP entries, from top to bottom.
fn figure() -> Vec<Statement> {
    vec![
        Statement::new(
            "priorities",
            [
                text!(
                    "kabout.priorities.then",
                    "The monitor’s entry comes first, the operating system’s last."
                ),
                text!("kabout.priorities", "So it is: entries 0 and N − 1."),
            ],
            "keystone sm/src/sm.c, sm_init",
            Evidence::step("keystone/figure-3", "boot.monitor"),
        ),
        Statement::new(
            "two-enclaves",
            [
                text!(
                    "kabout.two.then",
                    "With two enclaves the operating system runs, and their entries grant nothing."
                ),
                text!("kabout.two", "So it is."),
            ],
            "keystone sm/src/enclave.c; seen in a run of 88c49ee",
            Evidence::step("keystone/figure-3", "linux.enclave"),
        ),
        Statement::new(
            "inside-one",
            [
                text!(
                    "kabout.inside.then",
                    "While an enclave runs, its entry opens and the last one loses its permissions."
                ),
                text!(
                    "kabout.inside",
                    "The last entry does more: it is written anew, over the shared buffer of the enclave that runs, with all permissions."
                ),
            ],
            "keystone sm/src/enclave.c; PMP writes seen in a run of 88c49ee",
            Evidence::step("keystone/figure-3", "enter.run"),
        ),
    ]
}

/// How enclaves come and go.
fn life() -> Vec<Statement> {
    vec![
        Statement::new(
            "who-allocates",
            [
                text!(
                    "kabout.allocates.then",
                    "The monitor asks the operating system to release memory and places the enclave there."
                ),
                text!(
                    "kabout.allocates",
                    "The monitor asks for nothing: Linux’s driver takes memory, the SDK fills it, and one call tells the monitor where it is."
                ),
            ],
            "keystone linux-keystone-driver/keystone-page.c; sdk/src/host/Enclave.cpp",
            Evidence::step("keystone/common", "take.memory"),
        ),
        Statement::new(
            "wiped",
            [
                text!(
                    "kabout.wiped.then",
                    "When it is done, its memory is freed, cleaned and given back."
                ),
                text!(
                    "kabout.wiped",
                    "Cleaned before the entry is cleared. The shared buffer is not cleaned then, but when the next enclave gets it."
                ),
            ],
            "keystone sm/src/enclave.c, destroy_enclave",
            Evidence::step("keystone/common", "destroy"),
        ),
    ]
}
