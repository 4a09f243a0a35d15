//! One row for each rule of the enclave's side: what breaks it, and how the step ends.

use std::rc::Rc;

use teescope_core::keystone::runtime::{self, Call, syscall};
use teescope_core::keystone::{Faults, sbi};
use teescope_core::memory::Physical;
use teescope_core::trace::Outcome;

use super::scene::{EPM, PAGE, RUNTIME, UTM, elf, scene, syscall};

const NOTHING: u64 = 0;
const MINUS_ONE: u64 = u64::MAX;

/// One row: a rule, the code the step ends with, and the step that breaks it.
pub(super) type Row = (&'static str, u64, fn() -> (Outcome, Option<&'static str>));

pub(super) const ROWS: &[Row] = &[
    ("RUNTIME.inside", NOTHING, || {
        let mut s = scene().entered();
        s.call(sbi::STOP, 1);
        s.step(Call::Loader)
    }),
    ("LOADER.bare", MINUS_ONE, || {
        scene().loaded().step(Call::Loader)
    }),
    ("LOADER.own-tables", MINUS_ONE, || {
        let mut s = scene();
        s.args.runtime_paddr -= PAGE;
        s.entered().step(Call::Loader)
    }),
    ("LOADER.runtime-there", MINUS_ONE, || {
        let mut s = scene();
        s.args.user_paddr = s.args.runtime_paddr;
        s.entered().step(Call::Loader)
    }),
    ("LOADER.private-memory-fits", MINUS_ONE, || {
        let mut s = scene();
        (s.args.epm_paddr, s.args.epm_size) = (EPM, 0x60_1000);
        s.args.epm_paddr += PAGE;
        s.args.runtime_paddr += PAGE;
        s.entered().step(Call::Loader)
    }),
    ("LOADER.own-memory", 7, || {
        let mut s = scene().entered();
        // The monitor's entry for this memory loses W under the enclave's feet.
        let hart = s.m.harts.get_mut(&0).expect("a hart");
        hart.pmp.write_cfg(0, 0x1f00_0000_0000_1d18);
        s.step(Call::Loader)
    }),
    ("LOADER.sound-elf", MINUS_ONE, || {
        let mut s = scene().entered();
        s.m.ram.write(Physical(s.args.runtime_paddr), b"\x7fELF");
        s.step(Call::Loader)
    }),
    ("LOADER.sound-elf", MINUS_ONE, || {
        // Aligned otherwise in memory than in the file.
        let mut s = scene().entered();
        s.m.ram.write(
            Physical(s.args.runtime_paddr),
            &elf(0, &[(5, 0x100, RUNTIME + 0x200, 8, 8)]),
        );
        s.step(Call::Loader)
    }),
    ("LOADER.free-page", MINUS_ONE, || {
        let mut s = scene().entered();
        s.m.ram.write(
            Physical(s.args.runtime_paddr),
            &elf(0, &[(6, 0, RUNTIME, 0, 0x3000_0000)]),
        );
        s.step(Call::Loader)
    }),
    ("EYRIE.sound-elf", MINUS_ONE, || {
        let mut s = scene().loaded();
        s.m.ram.write(Physical(s.args.user_paddr), b"\x7fELF\x01");
        s.step(Call::Eyrie)
    }),
    ("LOADER.free-page", MINUS_ONE, || {
        let mut s = scene();
        s.args.free_paddr = EPM + s.args.epm_size - PAGE;
        s.entered().step(Call::Loader)
    }),
    ("EYRIE.translated", MINUS_ONE, || {
        scene().entered().step(Call::Eyrie)
    }),
    ("EYRIE.once", MINUS_ONE, || {
        scene().booted().step(Call::Eyrie)
    }),
    ("EYRIE.list-fits", MINUS_ONE, || {
        let mut s = scene();
        s.args.epm_size = 32 << 20;
        (s.args.epm_paddr, s.args.utm_paddr) = (0x8200_0000, UTM);
        let shift = s.args.epm_paddr - EPM;
        s.args.runtime_paddr += shift;
        s.args.user_paddr += shift;
        s.args.free_paddr += shift;
        s.loaded().step(Call::Eyrie)
    }),
    ("EYRIE.free-page", MINUS_ONE, || {
        let mut s = scene();
        s.args.free_paddr = EPM + s.args.epm_size - 16 * PAGE;
        s.loaded().step(Call::Eyrie)
    }),
    ("SYSCALL.application-runs", NOTHING, || {
        scene().loaded().step(syscall(syscall::EXIT, [0; 5]))
    }),
    ("SYSCALL.known", MINUS_ONE, || {
        scene().booted().step(syscall(1005, [0; 5]))
    }),
    ("OCALL.arguments-fit", 1, || {
        scene().booted().step(syscall(
            syscall::OCALL,
            [1, runtime::USER_VA, 0x4000 - 47, 0, 0],
        ))
    }),
    ("OCALL.buffer-readable", 13, || {
        scene()
            .booted()
            .step(syscall(syscall::OCALL, [1, 0x7000_0000, 8, 0, 0]))
    }),
    ("OCALL.under-way", NOTHING, || {
        scene().booted().step(Call::GoOn)
    }),
    ("OCALL.status-ok", 1, || {
        scene().twisted(24, 4).step(Call::GoOn)
    }),
    ("OCALL.return-inside", 1, || {
        scene().twisted(32, 0x4001).step(Call::GoOn)
    }),
    ("OCALL.return-inside", 1, || {
        scene().twisted(40, 0x4000 - 47).step(Call::GoOn)
    }),
    ("OCALL.return-size", 1, || {
        let mut s = scene();
        s.faults = Faults::UPSTREAM.without(Faults::OCALL_SIZE);
        s.twisted(40, 7).step(Call::GoOn)
    }),
    ("SHAREDCOPY.source-inside", 1, || {
        scene().booted().step(syscall(
            syscall::SHARED_COPY,
            [runtime::STACK_VA - 64, 0x4000, 1, 0, 0],
        ))
    }),
    ("GETSEALINGKEY.buffers-fit", MINUS_ONE, || {
        scene().booted().step(syscall(
            syscall::SEALING_KEY,
            [runtime::STACK_VA - 64, 2049, 0, 0, 0],
        ))
    }),
    ("DISPATCH.buffer-there", NOTHING, || {
        scene().booted().step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.id-in-table", 1, || {
        let mut s = scene();
        s.faults = Faults::UPSTREAM.without(Faults::EDGE_TABLE);
        s.called(10, 0, 0).step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.registered", 1, || {
        scene().called(10, 0, 0).step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.arguments-inside", 2, || {
        let mut s = scene().called(1, 16, 0);
        s.write(UTM + 16, 0x4000);
        s.step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.result-inside", 3, || {
        let mut s = scene();
        s.args.utm_size = PAGE;
        s.called(1, 16, 0).step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([0; 4049]),
        })
    }),
];
