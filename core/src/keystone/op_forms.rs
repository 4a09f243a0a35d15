//! Every operation a reader may insert: its form with example arguments, and what it does.

use alloc::vec;
use alloc::vec::Vec;

use super::{host, runtime};
use crate::text;
use crate::text::Text;
use crate::trace::OpText;

/// Every operation with example arguments and what it does.
pub(super) fn forms() -> Vec<(OpText, Text)> {
    let example = |text: &str| OpText::parse(text).unwrap_or_default();
    let mut all = vec![
        (
            example("LOAD(at=0x80000000)"),
            text!(
                "keystone.form.load",
                "Whoever runs on the hart loads: Linux, or the enclave inside."
            ),
        ),
        (
            example("STORE(at=0x80000000,hex=00)"),
            text!("keystone.form.store", "Whoever runs on the hart stores."),
        ),
        (
            example("CREATE(epm=0x86000000,epm_size=0x100000,utm=0x91000000)"),
            text!(
                "keystone.form.create",
                "Linux has an enclave created; runtime, user, free and utm_size may be given."
            ),
        ),
        (
            example("RUN(eid=0)"),
            text!(
                "keystone.form.run",
                "Linux has an enclave run for the first time."
            ),
        ),
        (
            example("RESUME(eid=0)"),
            text!(
                "keystone.form.resume",
                "Linux lets a stopped enclave go on."
            ),
        ),
        (
            example("STOP(request=1)"),
            text!("keystone.form.stop", "The enclave leaves for an edge call."),
        ),
        (
            example("EXIT(value=0)"),
            text!("keystone.form.exit", "The enclave says that it is done."),
        ),
        (
            example("ATTEST(report=0x90001000,data=0x90000800,len=8)"),
            text!("keystone.form.attest", "The enclave asks for a report."),
        ),
        (
            example("SEAL(key=0x90001000,identifier=0x90000800,len=4)"),
            text!("keystone.form.seal", "The enclave asks for a sealing key."),
        ),
        (
            example("RANDOM"),
            text!(
                "keystone.form.random",
                "The enclave asks for 64 random bits."
            ),
        ),
        (
            example("DESTROY(eid=0)"),
            text!("keystone.form.destroy", "Linux has an enclave destroyed."),
        ),
        (
            example("TIMER"),
            text!(
                "keystone.form.timer",
                "The timer strikes that Linux has set."
            ),
        ),
        (
            example("IPI(hart=1)"),
            text!(
                "keystone.form.ipi",
                "A hart takes the interrupt that another one has sent."
            ),
        ),
        (
            example("CSR(csr=pmpcfg0,value=0x0)"),
            text!(
                "keystone.form.csr",
                "Whoever runs on the hart writes a control register."
            ),
        ),
        (
            example("DMAREAD(at=0x81000000,len=16)"),
            text!("keystone.form.dma-read", "A device reads by DMA."),
        ),
        (
            example("DMAWRITE(at=0x81000000,hex=00)"),
            text!("keystone.form.dma-write", "A device writes by DMA."),
        ),
        (
            example("FLIP(at=0x81000000,bit=0)"),
            text!("keystone.form.flip", "A bit of DRAM flips."),
        ),
        (
            example("ECALL(id=2000,a0=0x0)"),
            text!(
                "keystone.form.ecall",
                "Whoever runs on the hart calls any function of the monitor."
            ),
        ),
    ];
    all.extend(host::forms());
    all.extend(runtime::forms());
    all
}
