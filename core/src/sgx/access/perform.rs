//! An access carried out: what is read arrives, what is written lies there, what faults is delivered.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::{Eyes, Found, Verdict, Who};
use crate::memory::PAGE;
use crate::sgx::events::{self, Cause};
use crate::sgx::machine::Machine;
use crate::sgx::op::{Data, Touch};
use crate::sgx::os::DROPPED;
use crate::sgx::processor::Held;
use crate::sgx::words;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Place, Recorder, Stop, Value};
use crate::view::Access;

/// The part of an access that lies in one page.
pub(in super::super) struct Part {
    at: u64,
    len: usize,
    verdict: Verdict,
}

impl Machine {
    /// Carries out an access. One that spans pages is cut at the page's edge, each part judged on its
    /// own; nothing happens before every part is allowed.
    pub(in super::super) fn access<R: Recorder>(
        &mut self,
        op: &Touch,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let parts = self.judged(op.who, op.at, op.data.len(), op.access, recorder)?;
        match op.access {
            Access::Write => self.store(op, &parts, recorder),
            _ => {
                self.load(op, &parts, recorder);
                Ok(())
            }
        }
    }

    /// The parts of an access, every one of which is allowed; a fault is delivered.
    pub(in super::super) fn judged<R: Recorder>(
        &mut self,
        who: Who,
        at: u64,
        len: usize,
        access: Access,
        recorder: &mut R,
    ) -> Result<Vec<Part>, Stop> {
        let parts = self.parts(who, at, len, access);
        for part in &parts {
            let fault = match part.verdict.found {
                Found::Fault(fault, code) => Some((fault, code)),
                _ => None,
            };
            recorder.check(part.verdict.rule, fault.is_none(), || None);
            if let Some((fault, code)) = fault {
                if let Who::Code(cpu) = who {
                    let cause = Cause {
                        code: (fault.name == "#PF").then_some(code.bits()),
                        address: fault.address,
                        ..Cause::of(events::named(fault.name))
                    };
                    self.deliver(cpu, cause, recorder);
                }
                return Err(fault.into());
            }
        }
        self.hold_translations(who, &parts, recorder);
        Ok(parts)
    }

    /// The parts of an access with what decides each.
    fn parts(&self, who: Who, at: u64, len: usize, access: Access) -> Vec<Part> {
        let cpu = match who {
            Who::Code(cpu) => Some(self.cpu(cpu)),
            _ => None,
        };
        let eyes = match (who, &cpu) {
            (Who::Code(_), Some(cpu)) => match &cpu.inside {
                Some(inside) => Eyes::Enclave {
                    secs: inside.secs,
                    process: cpu.process,
                    held: Some(&cpu.tlb),
                },
                None => Eyes::Process(cpu.process),
            },
            (Who::Device, _) => Eyes::Device,
            (Who::Bus, _) => Eyes::Bus,
            _ => Eyes::System,
        };
        let (mut parts, mut left, mut at) = (Vec::new(), len, at);
        while left > 0 {
            let len = left.min(PAGE - (at % PAGE as u64) as usize);
            let verdict = self.judge(eyes, at, access);
            parts.push(Part { at, len, verdict });
            at = at.wrapping_add(len as u64);
            left -= len;
        }
        parts
    }

    /// What the processor keeps of the page tables until the thread leaves the enclave.
    fn hold_translations<R: Recorder>(&mut self, who: Who, parts: &[Part], recorder: &mut R) {
        let Who::Code(number) = who else {
            return;
        };
        for part in parts {
            let page = part.at / PAGE as u64;
            let (Found::Own(held), Some(cpu)) = (part.verdict.found, self.cpus.get_mut(&number))
            else {
                continue;
            };
            let before = cpu.tlb.get(&page).copied();
            if before == Some(held) {
                continue;
            }
            cpu.tlb.insert_mut(page, held);
            let place = Place::new("tlb", u64::from(number) << 56 | page, 1);
            recorder.write(place, || (held_words(before), held_words(Some(held))));
        }
    }

    /// The bytes that the parts of a reading access come to.
    pub(in super::super) fn get(&self, parts: &[Part]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in parts {
            match part.verdict.found {
                Found::Own(held) => bytes.extend(self.own_bytes(held.page, part.at, part.len)),
                Found::Ram(at) => bytes.extend(self.ram.bytes(at, part.len)),
                Found::Cipher(at) => bytes.extend(self.dram(at, part.len)),
                _ => bytes.extend(vec![0xff; part.len]),
            }
        }
        bytes
    }

    fn load<R: Recorder>(&mut self, op: &Touch, parts: &[Part], recorder: &mut R) {
        let bytes = self.get(parts);
        if let (Data::Register(offset), Who::Code(cpu)) = (&op.data, op.who) {
            let value = bytes.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
            self.set_register(cpu, *offset, value, recorder);
            return;
        }
        recorder.tell(|| Event::Message {
            from: text!("who.memory", "memory"),
            to: who_words(op.who),
            what: text!("access.bytes", "the bytes it reads"),
            bytes: Rc::from(bytes),
        });
    }

    fn store<R: Recorder>(
        &mut self,
        op: &Touch,
        parts: &[Part],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let bytes = match (&op.data, op.who) {
            (Data::Bytes(bytes), _) => bytes.to_vec(),
            (Data::Register(offset), Who::Code(cpu)) => {
                self.cpu(cpu).register(*offset).to_le_bytes().to_vec()
            }
            (data, _) => vec![0; data.len()],
        };
        self.put(parts, &bytes, recorder)
    }

    /// Writes bytes to where the parts of a writing access come to.
    pub(in super::super) fn put<R: Recorder>(
        &mut self,
        parts: &[Part],
        bytes: &[u8],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let (mut done, mut dropped) = (0, false);
        for part in parts {
            let own = bytes.get(done..done + part.len).unwrap_or(&[]);
            match part.verdict.found {
                Found::Own(held) => {
                    self.epc_write(held.page, (part.at % PAGE as u64) as usize, own, recorder);
                }
                Found::Ram(at) => {
                    let ram = &self.ram;
                    recorder.write(Place::new("ram", at.0, own.len() as u64), || {
                        let old = ram.bytes(at, own.len());
                        (words::short_bytes(&old), words::short_bytes(own))
                    });
                    self.ram.write(at, own);
                }
                _ => dropped = true,
            }
            done += part.len;
        }
        match dropped {
            true => Err(DROPPED.into()),
            false => Ok(()),
        }
    }

    /// Writes bytes into a page of the EPC.
    pub(in super::super) fn epc_write<R: Recorder>(
        &mut self,
        page: crate::sgx::EpcPage,
        offset: usize,
        bytes: &[u8],
        recorder: &mut R,
    ) {
        let place = self.epc_place(page, offset as u64, bytes.len() as u64);
        let Some(mut slot) = self.epc.get(page.0) else {
            return;
        };
        let mut old = vec![0; bytes.len()];
        slot.content.read(offset, &mut old);
        if old == bytes {
            return;
        }
        recorder.write(place, || {
            (words::short_bytes(&old), words::short_bytes(bytes))
        });
        slot.content = slot.content.with(offset, bytes);
        self.epc.insert_mut(page.0, slot);
    }
}

/// A translation in words: the EPC page and the rights.
fn held_words(held: Option<Held>) -> Value {
    let right = |on, c| if on { c } else { '-' };
    held.map_or(Value::None, |h| {
        let (w, x) = (right(h.writable, 'w'), right(h.executable, 'x'));
        let page = crate::bytes::hex::short(h.page.0);
        Value::Words(alloc::format!("EPC {page} r{w}{x}").into())
    })
}

/// Who it is, in words.
pub(in super::super) fn who_words(who: Who) -> Text {
    match who {
        Who::Code(cpu) => text!("who.code", "the code on processor {n}", n = u64::from(cpu)),
        Who::System => text!("who.system", "the operating system"),
        Who::Hypervisor => text!("who.hypervisor", "the hypervisor"),
        Who::Smm => text!("who.smm", "firmware in SMM"),
        Who::Device => text!("who.device", "a device by DMA"),
        Who::Bus => text!("who.bus", "a probe on DRAM"),
    }
}
