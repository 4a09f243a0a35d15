//! Every operation a reader may insert: its form with example arguments, and what it does.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::text::Text;
use crate::trace::OpText;

/// Every operation with example arguments and what it does.
pub(super) fn forms() -> Vec<(OpText, Text)> {
    let example = |text: &str| OpText::parse(text).unwrap_or_default();
    vec![
        (
            example("EADD(offset=0x7000,secinfo_flags=0x203,content=zero)"),
            text!(
                "form.eadd",
                "The driver adds a page. secinfo_flags: 0x205 code r-x, 0x203 data rw-, 0x201 r--, 0x100 TCS."
            ),
        ),
        (
            example("EEXTEND(offset=0x1000)"),
            text!(
                "form.eextend",
                "The driver has 256 bytes at that offset measured."
            ),
        ),
        (
            example("EINIT(sign=demo)"),
            text!(
                "form.einit",
                "The driver initialises the enclave with a SIGSTRUCT that the demo key signs on the spot."
            ),
        ),
        (
            example("EREMOVE(offset=0x1000)"),
            text!(
                "form.eremove",
                "The driver gives a page back; secs=yes for the SECS."
            ),
        ),
        (
            example("EPA"),
            text!("form.epa", "The driver makes a version array."),
        ),
        (
            example("ECREATE(enclave=1,base=0x7e0000000000,size=0x8000)"),
            text!("form.ecreate", "The driver creates another enclave."),
        ),
        (
            example("WRMSR(msr=0x8c,value=0x0)"),
            text!(
                "form.wrmsr",
                "The operating system writes a launch control register, 0x8c to 0x8f."
            ),
        ),
        (
            example("WRITE(at=0x72001000,hex=90909090)"),
            text!(
                "form.write",
                "The operating system writes memory, by physical or linear address."
            ),
        ),
        (
            example("FLIP(at=0x1003000,bit=3)"),
            text!("form.flip", "The operating system flips a bit of memory."),
        ),
        (
            example("EVENT(pending=yes)"),
            text!("form.event", "An interrupt waits for the processor."),
        ),
        (
            example("HOLD(secs=yes)"),
            text!(
                "form.hold",
                "Another logical processor is working on a page; held=no ends it."
            ),
        ),
        (
            example("THREAD(inside=yes)"),
            text!(
                "form.thread",
                "A thread is inside the enclave; inside=no takes it out."
            ),
        ),
        (
            example("ENCLS(leaf=EADD,rbx=0xffff888001002000,rcx=0xffff888072001000)"),
            text!(
                "form.encls",
                "A leaf with registers of your choice and whatever lies in memory."
            ),
        ),
        (
            example("EENTER(offset=0x1000)"),
            text!(
                "form.eenter",
                "The code on processor 0 enters by the TCS at that offset; cpu names another processor, rbx and rcx other registers."
            ),
        ),
        (
            example("EEXIT(rbx=0x555500001003)"),
            text!(
                "form.eexit",
                "The code inside leaves to the address in RBX."
            ),
        ),
        (
            example("ERESUME(offset=0x1000)"),
            text!(
                "form.eresume",
                "An interrupted thread goes on; without an offset RBX and RCX stay as they are."
            ),
        ),
        (
            example("EDECCSSA"),
            text!(
                "form.edeccssa",
                "The code inside steps back to the frame before."
            ),
        ),
        (
            example("EREPORT(rbx=0x7f0000005000,rcx=0x7f0000005200,rdx=0x7f0000005400)"),
            text!(
                "form.ereport",
                "The code inside asks for a report: TARGETINFO in RBX, REPORTDATA in RCX, the report goes to RDX."
            ),
        ),
        (
            example("EGETKEY(rbx=0x7f0000005600,rcx=0x7f0000005800)"),
            text!(
                "form.egetkey",
                "The code inside asks for a key: KEYREQUEST in RBX, the key goes to RCX."
            ),
        ),
        (
            example("COPY(from=0x7f0000004000,to=0x7f0000005000,len=64)"),
            text!("form.copy", "The code on a processor copies bytes."),
        ),
        (
            example("VERIFY(report=0x7f0000005400,key=0x7f0000005800)"),
            text!(
                "form.verify",
                "The code on a processor checks the MAC of a report with the key that lies there."
            ),
        ),
        (
            example("ENCLU"),
            text!(
                "form.enclu",
                "ENCLU with the registers as they are; leaf names one, also by number."
            ),
        ),
        (
            example("EDBGRD(offset=0x4000)"),
            text!("form.edbgrd", "A debugger reads 8 bytes of the enclave."),
        ),
        (
            example("EDBGWR(offset=0x4000,value=0xcc)"),
            text!("form.edbgwr", "A debugger writes 8 bytes of the enclave."),
        ),
        (
            example("SET(rdx=0x2a)"),
            text!(
                "form.set",
                "The code on a processor computes: registers by name, and xmm0 in hex."
            ),
        ),
        (
            example("ACCESS(as=os,at=0x72005000,access=read,len=16)"),
            text!(
                "form.access",
                "Somebody touches an address. as: code, os, hypervisor, smm, device, bus. access: read, write, fetch. With code, reg names a register; hex gives bytes to write."
            ),
        ),
        (
            example("BUS(at=0x72005000,do=flip,bit=0)"),
            text!(
                "form.bus",
                "Somebody between processor and DRAM flips a bit of a line. do: keep, flip, back; back puts in what was kept."
            ),
        ),
        (
            example("EXECUTE(instruction=CPUID)"),
            text!(
                "form.execute",
                "The code on a processor executes an instruction, which inside may be illegal."
            ),
        ),
        (
            example("RAISE(event=INTR)"),
            text!(
                "form.raise",
                "An exception or interrupt strikes a processor: DE, DB, NMI, BP, BR, UD, NM, GP, PF, MF, AC, MC, XM, INTR, SMI; PF with address and code."
            ),
        ),
        (
            example("CPU(cpu=1,process=0,xcr0=0x7)"),
            text!(
                "form.cpu",
                "The operating system sets up a processor that is outside: process, xcr0, mode64, tf."
            ),
        ),
        (
            example("MAP(at=0x7f0000004000,to=0x3000000,rights=rw)"),
            text!(
                "form.map",
                "The operating system points a page-table entry at a physical page."
            ),
        ),
        (
            example("UNMAP(at=0x7f0000004000)"),
            text!(
                "form.unmap",
                "The operating system takes a page-table entry away."
            ),
        ),
    ]
}
