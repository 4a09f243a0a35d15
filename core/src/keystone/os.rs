//! What happens around the monitor's calls: loads and stores of whoever runs, images, DMA, a probe on DRAM.

use alloc::vec::Vec;

use super::image::Image;
use super::machine::Machine;
use super::status::NOTHING;
use super::structs::CreateArgs;
use super::words;
use crate::arch::riscv::{Cause, Privilege};
use crate::memory::{PAGE, Physical};
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Fault, Place, Recorder, Rule, Stop, Value};
use crate::view::Access;

rules! {
    MEMORY = "MEMORY.there": "There is DRAM at the address", "the board’s address map; elsewhere an access ends in an access fault";
    OWN_CSR = "CSR.supervisor": "The register belongs to supervisor mode or below", "RISC-V Privileged Architecture, CSR address mapping: bits 9 and 8 tell the lowest level";
    EXCHANGED = "CSR.kept-here": "The register is one that the monitor exchanges", "model: only those are kept";
}

/// Where the driver puts the argument of create_enclave.
pub const ARGS: u64 = 0x8028_0000;

/// An access fault at a fetch.
pub(super) fn fetch_fault(at: u64) -> Fault {
    Cause::access_fault(Access::Fetch).at(at)
}

/// An access fault at a load.
pub(super) fn load_fault(at: u64) -> Fault {
    Cause::access_fault(Access::Read).at(at)
}

/// An access fault at a store.
pub(super) fn store_fault(at: u64) -> Fault {
    Cause::access_fault(Access::Write).at(at)
}

impl Machine {
    /// Judges an access of whatever runs on a hart: the rule that decides, and the fault where it fails.
    /// Every eight bytes are an access of their own, and every page where there are many.
    pub(super) fn judge(
        &self,
        hart: u8,
        access: Access,
        at: u64,
        len: u64,
    ) -> Result<&'static Rule, (&'static Rule, Fault)> {
        let fault = |at| Cause::access_fault(access).at(at);
        let Some(h) = self.hart(hart) else {
            return Err((&MEMORY, fault(at)));
        };
        if !self.platform.is_memory(at, len) {
            return Err((&MEMORY, fault(at)));
        }
        let step = if len > PAGE as u64 { PAGE as u64 } else { 8 };
        let (mut here, end) = (at, at + len);
        let mut rule = &MEMORY;
        while here < end {
            let next = ((here / step + 1) * step).min(end);
            let decision = h.pmp.check(h.mode, access, here, next - here);
            rule = decision.rule;
            if let Some(fault) = decision.fault {
                return Err((rule, fault));
            }
            here = next;
        }
        Ok(rule)
    }

    /// Tells the recorder what [`judge`](Self::judge) says and stops where it says no. A fault goes to
    /// the handler of whoever runs: its sepc, scause and stval tell.
    fn access<R: Recorder>(
        &mut self,
        hart: u8,
        access: Access,
        at: u64,
        len: u64,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.can_act(hart, recorder)?;
        match self.judge(hart, access, at, len) {
            Ok(rule) => {
                recorder.check(rule, true, || None);
                Ok(())
            }
            Err((rule, fault)) => {
                recorder.check(rule, false, || None);
                self.trap(hart, fault, recorder);
                Err(fault.into())
            }
        }
    }

    /// A trap that supervisor mode handles itself.
    fn trap<R: Recorder>(&mut self, hart: u8, fault: Fault, recorder: &mut R) {
        let Some(h) = self.harts.get_mut(&hart) else {
            return;
        };
        let told = [
            (0x141, h.context.mepc),
            (0x142, fault.code.unwrap_or(0)),
            (0x143, fault.address.unwrap_or(0)),
        ];
        for (number, value) in told {
            let before = h.context.csr(number);
            h.context.set_csr(number, value);
            recorder.write(Self::csr_place(hart, number), || {
                (before.into(), value.into())
            });
        }
    }

    /// A load by whatever runs on the hart.
    pub(super) fn load<R: Recorder>(
        &mut self,
        hart: u8,
        at: u64,
        len: u64,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.access(hart, Access::Read, at, len, recorder)?;
        recorder.tell(|| Event::Message {
            from: text!("keystone.who.memory", "memory"),
            to: self.who(hart),
            what: text!(
                "keystone.load.what",
                "{n} bytes at {at}",
                n = len,
                at = crate::bytes::hex::addr(at)
            ),
            bytes: self.ram.bytes(Physical(at), len as usize).into(),
        });
        Ok(())
    }

    /// A store by whatever runs on the hart.
    pub(super) fn store<R: Recorder>(
        &mut self,
        hart: u8,
        at: u64,
        bytes: &[u8],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.access(hart, Access::Write, at, bytes.len() as u64, recorder)?;
        self.put(at, bytes, recorder);
        Ok(())
    }

    /// The host copies the files of an enclave to where its private memory is to be.
    pub(super) fn image<R: Recorder>(
        &mut self,
        hart: u8,
        image: &Image,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.access(hart, Access::Write, image.base, image.len(), recorder)?;
        recorder.write(Place::new("ram", image.base, image.len()), || {
            (Value::None, Value::Words(image.words()))
        });
        for (n, page) in image.pages() {
            self.ram.put(Physical(image.base + n * PAGE as u64), page);
        }
        Ok(())
    }

    /// The host writes the argument of create_enclave where the driver keeps it, and calls.
    pub(super) fn create<R: Recorder>(
        &mut self,
        hart: u8,
        args: &CreateArgs,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.can_ecall(hart, recorder)?;
        let bytes = args.encode();
        // An enclave that calls has no such buffer: its call is refused before anything is read.
        if self
            .judge(hart, Access::Write, ARGS, bytes.len() as u64)
            .is_ok()
        {
            self.put(ARGS, &bytes, recorder);
        }
        self.ecall(hart, super::sbi::CREATE, [ARGS, 0, 0], recorder)
    }

    /// Code in supervisor mode writes a control register.
    pub(super) fn write_csr<R: Recorder>(
        &mut self,
        hart: u8,
        number: u16,
        value: u64,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.can_act(hart, recorder)?;
        let level = self.hart(hart).map_or(0, |h| h.mode.code());
        let own = u64::from(number >> 8 & 3) <= level;
        let illegal = Cause::ILLEGAL_INSTRUCTION.fault();
        if !own {
            self.trap(hart, illegal, recorder);
        }
        recorder.require(&OWN_CSR, own, illegal)?;
        let Some(h) = self.harts.get_mut(&hart) else {
            return Err(NOTHING.into());
        };
        let before = h.context.csr(number);
        let kept = h.context.set_csr(number, value);
        recorder.require(&EXCHANGED, kept, NOTHING)?;
        recorder.write(Self::csr_place(hart, number), || {
            (before.into(), value.into())
        });
        Ok(())
    }

    /// A device or a probe on the DRAM bus reads: no PMP is asked.
    pub(super) fn read_physical<R: Recorder>(
        &mut self,
        at: u64,
        len: u64,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        recorder.require(&MEMORY, self.platform.is_memory(at, len), load_fault(at))?;
        recorder.check(&super::access::DMA, true, || None);
        recorder.tell(|| Event::Message {
            from: text!("keystone.who.memory", "memory"),
            to: text!("keystone.who.device", "device"),
            what: text!(
                "keystone.load.what",
                "{n} bytes at {at}",
                n = len,
                at = crate::bytes::hex::addr(at)
            ),
            bytes: self.ram.bytes(Physical(at), len as usize).into(),
        });
        Ok(())
    }

    /// A device writes.
    pub(super) fn write_physical<R: Recorder>(
        &mut self,
        at: u64,
        bytes: &[u8],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let there = self.platform.is_memory(at, bytes.len() as u64);
        recorder.require(&MEMORY, there, store_fault(at))?;
        recorder.check(&super::access::DMA, true, || None);
        self.put(at, bytes, recorder);
        Ok(())
    }

    /// One bit of DRAM changes: a fault attack, or somebody with a probe.
    pub(super) fn flip_bit<R: Recorder>(
        &mut self,
        at: u64,
        bit: u8,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        recorder.require(&MEMORY, self.platform.is_memory(at, 1), store_fault(at))?;
        recorder.check(&super::access::BUS, true, || None);
        let byte: Vec<u8> = self.ram.bytes(Physical(at), 1);
        let byte = byte.first().copied().unwrap_or(0) ^ 1 << (bit & 7);
        self.put(at, &[byte], recorder);
        Ok(())
    }

    /// Writes memory and tells.
    pub(super) fn put<R: Recorder>(&mut self, at: u64, bytes: &[u8], recorder: &mut R) {
        let ram = &self.ram;
        recorder.write(Place::new("ram", at, bytes.len() as u64), || {
            let before = ram.bytes(Physical(at), bytes.len());
            (words::short_bytes(&before), words::short_bytes(bytes))
        });
        self.ram.write(Physical(at), bytes);
    }

    /// Fills memory with zeros and tells.
    pub(super) fn zero<R: Recorder>(&mut self, at: u64, len: u64, recorder: &mut R) {
        recorder.write(Place::new("ram", at, len), || {
            let size = crate::bytes::hex::size(len);
            (
                Value::None,
                Value::Words(text!(
                    "keystone.words.zeros",
                    "{size} of zeros",
                    size = size
                )),
            )
        });
        self.ram.clear(Physical(at), len);
    }

    /// Who runs on a hart, in words.
    pub(super) fn who(&self, hart: u8) -> Text {
        match self.hart(hart).map(|h| (h.inside, h.mode)) {
            Some((Some(eid), _)) => text!(
                "keystone.who.enclave",
                "enclave {eid}",
                eid = u64::from(eid)
            ),
            Some((None, Privilege::Machine)) => text!("keystone.who.machine", "firmware"),
            _ => text!("keystone.who.linux", "Linux"),
        }
    }
}
