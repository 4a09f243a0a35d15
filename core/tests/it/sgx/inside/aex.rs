//! The asynchronous exit, register by register, for every exception class of Intel's manual.

use teescope_core::sgx::events::{Cause, HAPPENINGS, named};
use teescope_core::sgx::processor::registers;
use teescope_core::sgx::structs::{ExInfo, Miscselect, Tcs};
use teescope_core::sgx::{Machine, Op};

use super::scene::{AEP, DOOR, DOOR_PAGE, SECS, SSA_PAGE, entered, gprsgx};
use crate::sgx::scene::{BASE, run};

/// A row of the manual's tables: event, EXITINFO without and with MISCSELECT.EXINFO.
type Row = (&'static str, u32, u32);

/// EXITINFO is VECTOR in bits 7:0, EXIT_TYPE in 10:8 (3 hardware, 6 software), VALID in 31.
const ROWS: &[Row] = &[
    ("#DE", 0x8000_0300, 0x8000_0300),
    ("#DB", 0x8000_0301, 0x8000_0301),
    ("#BP", 0x8000_0603, 0x8000_0603),
    ("#BR", 0x8000_0305, 0x8000_0305),
    ("#UD", 0x8000_0306, 0x8000_0306),
    ("#GP", 0, 0x8000_030d),
    ("#PF", 0, 0x8000_030e),
    ("#MF", 0x8000_0310, 0x8000_0310),
    ("#AC", 0x8000_0311, 0x8000_0311),
    ("#XM", 0x8000_0313, 0x8000_0313),
    ("#NM", 0, 0),
    ("#MC", 0, 0),
    ("NMI", 0, 0),
    ("SMI", 0, 0),
    ("INTR", 0, 0),
];

/// RFLAGS inside: every status flag, TF, IF and bit 1.
const RFLAGS: u64 = 0xfd7;

/// The thread inside with a value of its own in every register.
fn busy(exinfo: bool) -> Machine {
    let mut m = entered();
    if !exinfo {
        m.secs.get_mut(&SECS).expect("a SECS").fields.miscselect = Miscselect::NONE;
    }
    let mut cpu = m.cpu(0);
    for (i, (_, offset)) in registers().enumerate() {
        cpu.set_register(offset, 0x7100_0000_0000 + i as u64 * 0x11);
    }
    cpu.regs.rflags = RFLAGS;
    cpu.xstate.set_xmm(0, &[0xaa; 16]);
    cpu.xstate.set_mxcsr(0x1f8f);
    cpu.xstate.set_fcw_fsw(0x027f, 0x3800);
    m.cpus.insert_mut(0, cpu);
    m
}

fn strike(m: &mut Machine, name: &str) {
    let mut cause = Cause::of(named(name));
    if name == "#PF" {
        (cause.address, cause.code) = (Some(BASE + 0x4567), Some(0x8007));
    }
    run(m, &[Op::Raise { cpu: 0, cause }]);
}

shared_test! {
    fn every_event_has_a_row() {
        let mut rows: Vec<_> = ROWS.iter().map(|r| r.0).collect();
        let mut all: Vec<_> = HAPPENINGS.iter().map(|h| h.name).collect();
        rows.sort_unstable();
        all.sort_unstable();
        assert_eq!(rows, all);
    }

    fn an_exit_saves_everything_and_shows_nothing() {
        for (name, plain, with) in ROWS {
            for exinfo in [false, true] {
                let mut m = busy(exinfo);
                let inside = m.cpu(0);
                strike(&mut m, name);
                let after = m.cpu(0);
                let r = after.regs;
                assert_eq!((r.rax, r.rbx, r.rcx), (3, BASE + DOOR, AEP), "{name}");
                let zero = [r.rdx, r.rsi, r.rdi, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15];
                assert_eq!(zero, [0; 11], "{name}");
                assert_eq!((r.rip, r.rsp, r.rbp), (AEP, 0x7ffc_0000_8000, 0x7ffc_0000_8040), "{name}");
                // CF, PF, AF, ZF, SF, OF and RF are cleared, and TF is the host's.
                assert_eq!(r.rflags, RFLAGS & !0x8d5 & !(1 << 8), "{name}");
                let mf = *name == "#MF";
                assert_eq!(after.xstate.fcw_fsw(), if mf { (0x037e, 0x8081) } else { (0x037f, 0) }, "{name}");
                let mxcsr = if *name == "#XM" { 0x1f01 } else { 0x1fb0 };
                assert_eq!(after.xstate.mxcsr(), mxcsr, "{name}");
                assert_eq!(after.xstate.xmm(0), [0; 16], "{name}");
                assert_eq!((after.xcr0, after.inside), (0x2e7, None), "{name}");

                let saved = gprsgx(&m, SSA_PAGE);
                assert_eq!(saved.exitinfo.bits(), if exinfo { *with } else { *plain }, "{name}, EXINFO {exinfo}");
                let trap = u64::from(*name == "#BP");
                for (register, offset) in registers() {
                    let wanted = match register {
                        "RIP" => inside.regs.rip + trap,
                        // TF is not saved; a fault sets RF, so that the instruction can run again.
                        "RFLAGS" => {
                            let faults = ["#DE", "#BR", "#UD", "#GP", "#PF", "#MF", "#AC", "#XM", "#NM"];
                            RFLAGS & !(1 << 8) | u64::from(faults.contains(name)) << 16
                        }
                        _ => inside.register(offset),
                    };
                    let bytes = saved.encode();
                    let found = u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("8"));
                    assert_eq!(found, wanted, "{name}: {register}");
                }
                let frame = m.epc_bytes(SSA_PAGE);
                assert_eq!(frame[0..4], [0x7f, 0x02, 0x00, 0x38], "{name}: FCW and FSW");
                assert_eq!(frame[24..28], 0x1f8f_u32.to_le_bytes(), "{name}: MXCSR");
                assert_eq!(frame[160..176], [0xaa; 16], "{name}: XMM0");
                assert_eq!(frame[512..520], [3, 0, 0, 0, 0, 0, 0, 0], "{name}: XSTATE_BV");
                let info = ExInfo::from_bytes(frame[4096 - 200..4096 - 184].try_into().expect("16 bytes"));
                let wanted = match (*name, exinfo) {
                    ("#PF", true) => (BASE + 0x4567, 0x8007),
                    _ => (0, 0),
                };
                assert_eq!((info.maddr, info.errcd), wanted, "{name}, EXINFO {exinfo}");
                let seen = m.seen.iter().last().expect("an event").1;
                let cr2 = (*name == "#PF").then_some(BASE + 0x4000);
                assert_eq!((seen.event, seen.cr2, seen.exit, seen.rip), (*name, cr2, true, AEP));
                let tcs = Tcs::from_bytes(&m.epc_bytes(DOOR_PAGE));
                assert_eq!((tcs.cssa, tcs.state), (1, 0), "{name}");
                assert_eq!(m.secs.get(&SECS).expect("a SECS").active, 0, "{name}");
            }
        }
    }

    fn outside_an_enclave_an_event_changes_nothing_and_hides_nothing() {
        for (name, ..) in ROWS {
            let mut m = super::scene::ready();
            let before = crate::sgx::scene::digest(&m);
            strike(&mut m, name);
            assert_eq!(crate::sgx::scene::digest(&m), before);
            let seen = m.seen.iter().last().expect("an event").1;
            assert_eq!((seen.exit, seen.cr2), (false, (*name == "#PF").then_some(BASE + 0x4567)));
        }
    }
}
