//! What the operating system and others do around the leaves: registers, memory, events, threads.

use alloc::vec::Vec;

use super::machine::{Machine, Target};
use super::op::{Mmap, Which};
use crate::arch::x86;
use crate::memory::{Linear, Physical};
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Place, Recorder, Status, Stop, Value};

rules! {
    MSR_KNOWN = "WRMSR.known": "The register is one that this model has: IA32_SGXLEPUBKEYHASH0 to 3 at 8CH to 8FH", "Intel SDM vol. 4, IA32_SGXLEPUBKEYHASH0";
    MSR_WRITABLE = "WRMSR.launch-hash-writable": "IA32_FEATURE_CONTROL has its lock bit and bit 17, SGX launch control enable, set", "Intel SDM vol. 3D, launch control configuration";
    WRITE_OUTSIDE_PRM = "PRM.write-outside": "The address lies outside the processor reserved memory; a write into it is dropped", "Intel SDM calls it undefined; Costan and Devadas, Intel SGX Explained, report abort page behaviour";
    WRITE_MAPPED = "PRM.write-mapped": "Something is mapped at the address", "Intel SDM vol. 3A, paging";
    ENCLAVE_THERE = "THREAD.enclave-initialised": "The enclave is initialised, so a thread can be inside", "Intel SDM vol. 3D, EENTER (model: the thread is only counted)";
}

/// A write into the PRM goes nowhere and reports nothing.
pub const DROPPED: Status = Status {
    code: 0,
    name: "dropped",
};

/// First of the four launch control registers.
pub const LEPUBKEYHASH0: u32 = 0x8c;

impl Machine {
    pub(super) fn boot<R: Recorder>(&mut self, recorder: &mut R) {
        let platform = &self.platform;
        recorder.write(Place::new("msr", 0x1f4, 2), || {
            let words = text!(
                "boot.prmrr",
                "{size} MiB from {base}",
                size = platform.prm_size >> 20,
                base = crate::bytes::hex::addr(platform.prm_base.0)
            );
            (Value::None, Value::Words(words))
        });
        self.booted = true;
    }

    pub(super) fn wrmsr<R: Recorder>(
        &mut self,
        msr: u32,
        value: u64,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let index = msr.wrapping_sub(LEPUBKEYHASH0) as usize;
        recorder.require(&MSR_KNOWN, index < 4, x86::gp0())?;
        let writable = self.feature_control & 1 == 1 && self.feature_control >> 17 & 1 == 1;
        recorder.require(&MSR_WRITABLE, writable, x86::gp0())?;
        let word = &mut self.launch_hash[8 * index..8 * index + 8];
        let mut before = [0; 8];
        before.copy_from_slice(word);
        word.copy_from_slice(&value.to_le_bytes());
        recorder.write(Place::new("msr", u64::from(msr), 1), || {
            (u64::from_le_bytes(before).into(), value.into())
        });
        Ok(())
    }

    pub(super) fn mmap<R: Recorder>(&mut self, op: Mmap, recorder: &mut R) {
        let size = crate::bytes::hex::size(op.size);
        recorder.tell(|| Event::Message {
            from: text!("who.process", "process"),
            to: text!("who.driver", "driver"),
            what: text!(
                "mmap.reserve",
                "reserve {size} from {base}",
                size = size,
                base = crate::bytes::hex::addr(op.base)
            ),
            bytes: alloc::rc::Rc::from([]),
        });
    }

    /// What an address, physical or linear, leads to for the operating system.
    ///
    /// Addresses below the end of physical memory are taken as physical; linear addresses of
    /// enclaves and of the kernel all lie above.
    pub(super) fn os_target(&self, at: u64) -> Target {
        if at < self.platform.memory_end.0 {
            self.physical_target(Physical(at))
        } else {
            self.target(Linear(at))
        }
    }

    pub(super) fn os_write<R: Recorder>(
        &mut self,
        at: u64,
        bytes: &[u8],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let end = at.wrapping_add((bytes.len() as u64).saturating_sub(1));
        let (target, last) = (self.os_target(at), self.os_target(end));
        let mapped = target != Target::Unmapped && last != Target::Unmapped;
        let missing = if target == Target::Unmapped { at } else { end };
        recorder.require(&WRITE_MAPPED, mapped, x86::no_access(missing))?;
        let (Target::Ram(from), Target::Ram(_)) = (target, last) else {
            return recorder.require(&WRITE_OUTSIDE_PRM, false, DROPPED);
        };
        recorder.require(&WRITE_OUTSIDE_PRM, true, DROPPED)?;
        let before = &self.ram;
        recorder.write(Place::new("ram", from.0, bytes.len() as u64), || {
            let old = before.bytes(from, bytes.len());
            (
                super::words::short_bytes(&old),
                super::words::short_bytes(bytes),
            )
        });
        self.ram.write(from, bytes);
        Ok(())
    }

    pub(super) fn os_flip<R: Recorder>(
        &mut self,
        at: u64,
        bit: u8,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let byte = match self.os_target(at) {
            Target::Ram(p) => self.ram.bytes(p, 1),
            _ => Vec::from([0xff]),
        };
        let flipped = byte[0] ^ 1 << (bit & 7);
        self.os_write(at, &[flipped], recorder)
    }

    pub(super) fn event<R: Recorder>(&mut self, pending: bool, recorder: &mut R) {
        let words = |on| Value::Words(if on { yes() } else { no() });
        let before = self.pending_event;
        recorder.write(Place::new("cpu", 0, 1), || (words(before), words(pending)));
        self.pending_event = pending;
    }

    pub(super) fn hold<R: Recorder>(
        &mut self,
        page: Which,
        held: bool,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let page = self.which(page, recorder)?;
        let before = self.is_held(page);
        recorder.write(Place::new("held", page.0, 1), || {
            let words = |on| Value::Words(if on { yes() } else { no() });
            (words(before), words(held))
        });
        if held {
            self.held.insert_mut(page);
        } else {
            self.held.remove_mut(&page);
        }
        Ok(())
    }

    pub(super) fn thread<R: Recorder>(
        &mut self,
        enclave: u8,
        inside: bool,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let page = self.which(Which::Secs { enclave }, recorder)?;
        let ready = self.secs.get(&page).is_some_and(|s| s.is_init());
        recorder.require(&ENCLAVE_THERE, ready, x86::gp0())?;
        let threads = self.cpus.iter().filter_map(|(_, cpu)| cpu.inside.as_ref());
        let real = threads.filter(|i| i.secs == page).count() as u64;
        if let Some(state) = self.secs.get_mut(&page) {
            let before = state.active;
            state.active = match inside {
                true => before + 1,
                // Threads that entered by EENTER leave by EEXIT.
                false => before.saturating_sub(1).max(real),
            };
            let after = state.active;
            recorder.write(Place::new("threads", page.0, 1), || {
                (before.into(), after.into())
            });
        }
        Ok(())
    }
}

/// “yes”.
pub(super) fn yes() -> Text {
    text!("word.yes", "yes")
}

/// “no”.
pub(super) fn no() -> Text {
    text!("word.no", "no")
}
