//! What is not modelled, with the reason; shown to the reader.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::text::Text;

/// What is left out or only a model, each as a sentence.
#[must_use]
pub(super) fn gaps() -> Vec<Text> {
    vec![
        text!(
            "gap.pmp-warl",
            "Model: where the manual leaves open what a register takes, W without R loses its W, and NA4 below the grain becomes NAPOT."
        ),
        text!(
            "gap.pmp-rv32",
            "The hart is RV64. Configuration registers of RV32 are read from a dump, four entries each, and shown as RV64’s."
        ),
        text!(
            "gap.pmp-cache",
            "PMP takes effect at once: what a hart caches until SFENCE.VMA is not modelled."
        ),
        text!(
            "gap.eyrie-files",
            "Model: a runtime or application that is no ELF file is mapped page by page as it lies in memory; upstream refuses it. The code in them is not executed."
        ),
        text!(
            "gap.eyrie-tables",
            "Model: the loader’s three own tables follow its first page, and the runtime’s variables and trap handler have addresses of our choice."
        ),
        text!(
            "gap.eyrie-calls",
            "Of the runtime’s system calls its own five are carried out. The wrapped Linux calls, paging to the host and the timer of Eyrie are left out."
        ),
        text!(
            "gap.physical-loads",
            "LOAD and STORE take physical addresses even inside an enclave that has page tables; TOUCH goes through them."
        ),
        text!(
            "gap.iopmp",
            "There is no IOPMP: devices reach all memory, as on the boards that Keystone runs on."
        ),
        text!(
            "gap.keystone-code",
            "No instructions are executed: what Linux and the enclaves do comes as loads, stores and calls."
        ),
        text!(
            "gap.keystone-linux",
            "Linux’s page tables are not modelled: it may map what it likes, so only the physical address counts. Its register values are plausible, no more."
        ),
        text!(
            "gap.keystone-firmware",
            "The firmware of the reference build is not shipped; its measurement is a constant from a run. Firmware of your own is hashed."
        ),
        text!(
            "gap.keystone-stack",
            "Model: which bytes of the monitor’s stack a report carries. That 404 of them are not zero was seen."
        ),
        text!(
            "gap.keystone-harts",
            "Model: the order of events with several harts. It is read in the source and was not run."
        ),
        text!(
            "gap.keystone-boards",
            "Model: the boot of CVA6 and PolarFire SoC. Their numbers are from the source; only the generic platform was run."
        ),
        text!(
            "gap.keystone-vectors",
            "Model: the addresses of trap vectors, and a cycle counter that counts every operation alike."
        ),
        text!(
            "gap.keystone-driver",
            "Model: where Linux finds memory for an enclave, the lowest free block of a fixed stretch. How much it takes, and from which allocator, is the driver’s rule."
        ),
        text!(
            "gap.keystone-verifier",
            "Model: a verifier that reads past a report faults. What a C program finds behind its buffer is undefined."
        ),
        text!(
            "gap.keystone-walk",
            "Model: the older monitor’s walk is given up after 65,536 page-table entries and pages; the real one would go on."
        ),
        text!(
            "gap.keystone-plugin",
            "The plugin multimem answers that there is no additional memory: upstream has no call that makes any."
        ),
    ]
}
