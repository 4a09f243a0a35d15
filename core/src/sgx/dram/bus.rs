//! Somebody with a device between processor and DRAM keeps a line, changes it, or puts an old one back.

use alloc::format;

use super::{KEYS, Kept, LINE};
use crate::bytes::hex;
use crate::formats::engines::mktme::decrypt_line;
use crate::memory::Physical;
use crate::rules;
use crate::sgx::machine::{EpcPage, Machine, Target};
use crate::sgx::structs::Secs;
use crate::sgx::words;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Fault, Place, Recorder, Status, Stop};

const ATTACKS: &str =
    "Battering RAM, 2025, and BadRAM, 2024: memory that is rewritten behind the processor's back";

rules! {
    MEMORY_THERE = "BUS.memory-there": "There is memory at the address, and what lies there is known here", "model: of the processor reserved memory only the EPC is shown, and the tree where there is one";
    LINE_KEPT = "BUS.line-kept": "The device has kept this line before", ATTACKS;
    UNGUARDED = "MKTME.unguarded": "Nothing guards what lies in DRAM: whatever is there is decrypted and taken for the enclave’s own", ATTACKS;
    TAGS_AGREE = "MEE.tags-agree": "The tag of the line agrees with its counter, and the tag of every node above with the counter over it, up to the root on the die", super::COUNTED;
    RUNNING = "MEE.running": "The memory engine has not stopped the machine: once a tag did not agree, nothing goes on until the machine is started anew", super::COUNTED;
}

/// What the device cannot do.
const NOTHING: Status = Status {
    code: 0,
    name: "nothing there",
};

/// How a step ends that the memory engine does not let go on.
pub(in super::super) const fn drop_and_lock(at: u64) -> Fault {
    Fault {
        name: "drop-and-lock",
        code: None,
        address: Some(at),
    }
}

/// Something done to a line of DRAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bus {
    /// A physical address in the line.
    pub at: u64,
    /// What is done.
    pub act: Act,
}

/// What is done to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is kept as it lies there.
    Keep,
    /// A bit of the byte at the address is flipped.
    Flip(u8),
    /// What was kept is put back.
    Back,
}

/// Checks that the engine has not stopped the machine.
pub(in super::super) fn stopped<R: Recorder>(m: &Machine, recorder: &mut R) -> Result<(), Stop> {
    match m.dram.broken() {
        None => Ok(()),
        Some(at) => recorder.require(&RUNNING, false, drop_and_lock(at)),
    }
}

impl Machine {
    /// Carries out what somebody does to a line of DRAM. The processor reads the line back at once (model:
    /// a real one does when it next misses its caches).
    pub(in super::super) fn bus<R: Recorder>(
        &mut self,
        op: &Bus,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let line = op.at & !(LINE as u64 - 1);
        let target = self.physical_target(Physical(line));
        let in_tree = self
            .dram
            .tree
            .as_ref()
            .is_some_and(|t| t.raw(line).is_some());
        let known = match target {
            Target::Unmapped => false,
            Target::Prm => in_tree,
            Target::Epc(_) | Target::Ram(_) => true,
        };
        recorder.require(&MEMORY_THERE, known, NOTHING)?;
        let now = self.as_it_lies(line, target);
        let new = match op.act {
            Act::Keep => {
                self.dram.kept.insert_mut(line, now);
                recorder.tell(|| Event::Message {
                    from: text!("who.memory", "memory"),
                    to: text!("who.bus", "a probe on DRAM"),
                    what: text!("sgx.bus.kept", "a line of DRAM"),
                    bytes: alloc::rc::Rc::from(&now.bytes[..]),
                });
                return Ok(());
            }
            Act::Flip(bit) => {
                let mut new = now;
                new.bytes[(op.at % LINE as u64) as usize] ^= 1 << (bit & 7);
                new
            }
            Act::Back => {
                let kept = self.dram.kept.get(&line).copied();
                recorder.require(&LINE_KEPT, kept.is_some(), NOTHING)?;
                kept.ok_or(NOTHING)?
            }
        };
        recorder.write(Place::new("dram", line, LINE as u64), || {
            (
                words::short_bytes(&now.bytes),
                words::short_bytes(&new.bytes),
            )
        });
        self.rewrite(line, new, target, recorder)
    }

    /// A line with its tag, as a probe could keep it.
    fn as_it_lies(&self, line: u64, target: Target) -> Kept {
        Kept {
            bytes: match target {
                Target::Ram(at) => words_of(&self.ram.bytes(at, LINE)),
                _ => self.line_in_dram(line),
            },
            tag: self.dram.tree.as_ref().map(|tree| tree.raw_tag(line)),
        }
    }

    /// Something else lies in DRAM from now on.
    fn rewrite<R: Recorder>(
        &mut self,
        line: u64,
        new: Kept,
        target: Target,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let tree = self.dram.tree.as_ref();
        match target {
            Target::Ram(at) => self.ram.write(at, &new.bytes),
            _ if tree.is_some_and(|t| t.raw(line).is_some()) => {
                return self.guarded(line, new, recorder);
            }
            Target::Epc(page) => {
                recorder.check(&UNGUARDED, true, || None);
                self.taken(page, line, &new.bytes, recorder);
            }
            _ => {}
        }
        Ok(())
    }

    /// The engine with the tree reads what lies there now.
    fn guarded<R: Recorder>(&mut self, line: u64, new: Kept, recorder: &mut R) -> Result<(), Stop> {
        let Some(tree) = self.dram.tree.as_mut() else {
            return Ok(());
        };
        tree.put(
            line,
            new.bytes,
            new.tag.filter(|_| tree.line_of(line).is_some()),
        );
        let read = tree.line_under(line).map(|under| tree.read(under));
        let agrees = read.is_none_or(|r| r.is_ok());
        recorder.check(&TAGS_AGREE, agrees, || None);
        if agrees {
            return Ok(());
        }
        recorder.tell(|| Event::Transition {
            what: "machine",
            from: "running",
            to: "stopped",
        });
        Err(drop_and_lock(line).into())
    }

    /// What lies in DRAM now is what the page holds.
    fn taken<R: Recorder>(
        &mut self,
        page: EpcPage,
        line: u64,
        cipher: &[u8; LINE],
        recorder: &mut R,
    ) {
        let plain = decrypt_line(&KEYS, line, cipher);
        let offset = (line % 4096) as usize;
        if self.epcm(page).is_none() {
            let left = self.dram.left.get(&page).cloned();
            let left = left.unwrap_or(crate::memory::Page::Zero);
            self.dram.left.insert_mut(page, left.with(offset, &plain));
            return;
        }
        let place = self.epc_place(page, offset as u64, LINE as u64);
        if let Some(secs) = self.secs.get_mut(&page) {
            let mut bytes = secs.fields.encode();
            let old = bytes[offset..offset + LINE].to_vec();
            bytes[offset..offset + LINE].copy_from_slice(&plain);
            secs.fields = Secs::from_bytes(&bytes);
            recorder.write(place, || {
                (words::short_bytes(&old), words::short_bytes(&plain))
            });
            return;
        }
        self.epc_write(page, offset, &plain, recorder);
    }
}

fn words_of(bytes: &[u8]) -> [u8; LINE] {
    let mut out = [0; LINE];
    out.iter_mut().zip(bytes).for_each(|(o, b)| *o = *b);
    out
}

/// The name as people see it.
pub(in super::super) fn name(op: &Bus) -> Text {
    match op.act {
        Act::Keep => text!("op.name.bus-keep", "keep a line"),
        Act::Flip(_) => text!("op.name.bus-flip", "flip in DRAM"),
        Act::Back => text!("op.name.bus-back", "put a line back"),
    }
}

/// The main operand, short.
pub(in super::super) fn brief(op: &Bus) -> Text {
    format!("DRAM {}", hex::addr(op.at)).into()
}

/// The operation in plain words.
pub(in super::super) fn says(op: &Bus) -> Text {
    let at = hex::addr(op.at);
    match op.act {
        Act::Keep => text!(
            "says.bus-keep",
            "a device between processor and DRAM keeps the line at {at}",
            at = at
        ),
        Act::Flip(bit) => text!(
            "says.bus-flip",
            "a device between processor and DRAM flips bit {bit} of the byte at {at}",
            bit = u64::from(bit),
            at = at
        ),
        Act::Back => text!(
            "says.bus-back",
            "a device between processor and DRAM puts back the line that it kept at {at}",
            at = at
        ),
    }
}

/// The result of an operation that was done.
pub(in super::super) fn tells(op: &Bus) -> Text {
    match op.act {
        Act::Keep => text!(
            "tells.bus-keep",
            "Done. Nobody notices that somebody listens."
        ),
        _ => text!(
            "tells.bus-rewritten",
            "Done. The processor takes what lies there now for what it wrote."
        ),
    }
}
