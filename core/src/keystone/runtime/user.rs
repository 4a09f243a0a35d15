//! Memory as code inside sees it: through the page tables, every step checked by PMP.

use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::Machine;
use super::super::sbi;
use super::tables::word;
use super::{Own, Touch};
use crate::arch::riscv::Privilege;
use crate::arch::riscv::sv39::{self, Asks, Walk};
use crate::memory::{PAGE, Physical};
use crate::trace::{Recorder, Stop};
use crate::view::Access;

/// satp.
pub(super) const SATP: u16 = 0x180;

impl Machine {
    /// Translates an address of the code on a hart; `None` where no tables are switched on.
    pub(in super::super) fn walk(&self, hart: u8, touch: Touch, size: u64) -> Option<Walk> {
        let h = self.hart(hart)?;
        let root = sv39::root(h.context.csr(SATP))?;
        let asks = Asks {
            mode: touch.mode,
            access: touch.access,
            // The runtime sets SUM while it copies.
            sum: true,
            mxr: false,
        };
        let read = |at| word(&self.ram, at);
        Some(sv39::walk(root, touch.va, size, asks, &h.pmp, &read))
    }

    /// Where `len` bytes at a virtual address lie, page by page, or why the runtime cannot touch them.
    fn pieces(
        &self,
        own: &Own,
        access: Access,
        (va, len): (u64, u64),
    ) -> Result<Vec<(u64, u64)>, Stop> {
        let (mut all, mut done) = (Vec::new(), 0);
        while done < len {
            let here = va.wrapping_add(done);
            let part = (PAGE as u64 - here % PAGE as u64).min(len - done);
            let touch = Touch {
                va: here,
                access,
                mode: Privilege::Supervisor,
            };
            let walk = self.walk(own.hart, touch, part);
            let walk = walk.ok_or(super::super::status::NOTHING)?;
            let physical = walk.result.map_err(|(fault, _)| fault)?;
            all.push((physical, part));
            done += part;
        }
        Ok(all)
    }

    /// Bytes at a virtual address.
    pub(super) fn copy_from(&self, own: &Own, va: u64, len: u64) -> Result<Vec<u8>, Stop> {
        let mut bytes = Vec::new();
        for (at, part) in self.pieces(own, Access::Read, (va, len))? {
            let mut piece = vec![0; part as usize];
            self.ram.read(Physical(at), &mut piece);
            bytes.extend(piece);
        }
        Ok(bytes)
    }

    /// Writes bytes at a virtual address; nothing is written where one of them cannot be.
    pub(super) fn copy_to<R: Recorder>(
        &mut self,
        own: &Own,
        va: u64,
        bytes: &[u8],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let mut rest = bytes;
        for (at, part) in self.pieces(own, Access::Write, (va, bytes.len() as u64))? {
            let (now, later) = rest.split_at((part as usize).min(rest.len()));
            self.put(at, now, recorder);
            rest = later;
        }
        Ok(())
    }

    /// A trap that the runtime does not handle: it exits with -1.
    pub(super) fn fatal<R: Recorder>(&mut self, own: &Own, stop: Stop, recorder: &mut R) -> Stop {
        if let Stop::Faulted(_) = stop {
            _ = self.ecall(own.hart, sbi::EXIT, [u64::MAX, 0, 0], recorder);
        }
        stop
    }

    /// Sets a supervisor register of the code on a hart, and tells.
    pub(super) fn csr<R: Recorder>(
        &mut self,
        own: &Own,
        number: u16,
        value: u64,
        recorder: &mut R,
    ) {
        let Some(h) = self.harts.get_mut(&own.hart) else {
            return;
        };
        let before = h.context.csr(number);
        h.context.set_csr(number, value);
        recorder.write(Self::csr_place(own.hart, number), || {
            (before.into(), value.into())
        });
    }

    /// Gives the application a system call's result in a0.
    pub(super) fn returns<R: Recorder>(&mut self, own: &Own, value: u64, recorder: &mut R) {
        let Some(h) = self.harts.get_mut(&own.hart) else {
            return;
        };
        let before = h.context.a(0);
        h.context.set_a(0, value);
        recorder.write(Self::x_place(own.hart, 10), || {
            (before.into(), value.into())
        });
    }
}
