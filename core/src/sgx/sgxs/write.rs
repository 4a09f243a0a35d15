//! Writes a stream from operations, by having the machine carry them out.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::record::Kind;
use crate::memory::{CHUNK, CHUNKS, PAGE, Page};
use crate::sgx::machine::Machine;
use crate::sgx::measure::{eadd_record, ecreate_record, eextend_record};
use crate::sgx::op::Op;
use crate::sgx::platform::Platform;
use crate::sgx::structs::{PageType, SecInfo, SecInfoFlags};
use crate::text;
use crate::text::Text;
use crate::trace::{Machine as _, Outcome, Sink};

/// Operations that no stream describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWritable {
    /// Which operation, from 0.
    pub index: usize,
    /// Why, as a sentence.
    pub why: Text,
}

impl fmt::Display for NotWritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why.en())
    }
}

/// The stream of an enclave built by these operations: ECREATE, then EADD and EEXTEND; what else
/// they hold (reservation, registers, EINIT) is passed over. Chunks that are not measured and not
/// zero are written as `UNMEASRD`. What is written is what lies in the EPC, so a TCS is written as
/// the processor keeps it.
///
/// # Errors
/// An operation is refused, or one comes that a stream cannot tell.
pub fn write(ops: &[Op]) -> Result<Vec<u8>, NotWritable> {
    let pages = ops.len() as u64 + 1;
    let platform = Platform::client();
    let pages = pages.max(platform.epc_pages);
    let mut writer = Writer {
        out: Vec::new(),
        machine: Machine::new(platform.with_epc_pages(pages)),
        measured: measured(ops),
        last: None,
    };
    for (index, op) in ops.iter().enumerate() {
        writer.take(op).map_err(|why| NotWritable { index, why })?;
    }
    writer.rest(CHUNKS);
    Ok(writer.out)
}

/// Which chunks of each page are measured at some time, a bit each.
fn measured(ops: &[Op]) -> BTreeMap<u64, u16> {
    let mut all = BTreeMap::new();
    for op in ops {
        if let Op::Eextend { offset, .. } = op {
            let chunk = (offset % PAGE as u64) / CHUNK as u64;
            *all.entry(offset & !0xfff).or_default() |= 1_u16 << chunk;
        }
    }
    all
}

struct Writer {
    out: Vec<u8>,
    machine: Machine,
    measured: BTreeMap<u64, u16>,
    /// The page added last: offset, contents, the first chunk not yet passed.
    last: Option<(u64, Page, usize)>,
}

impl Writer {
    fn take(&mut self, op: &Op) -> Result<(), Text> {
        let building = matches!(op, Op::Ecreate(_) | Op::Eadd(_) | Op::Eextend { .. });
        let around = matches!(op, Op::Boot | Op::Mmap(_) | Op::Wrmsr { .. } | Op::Einit(_));
        if around {
            return Ok(());
        }
        if !building || self.out.is_empty() != matches!(op, Op::Ecreate(_)) {
            return Err(text!(
                "sgxs.not-a-stream",
                "A stream tells of one enclave: ECREATE once and first, then EADD and EEXTEND. This operation does not fit."
            ));
        }
        let outcome = self.machine.apply(op, &mut Sink::Nothing);
        if outcome != Outcome::Done {
            return Err(text!(
                "sgxs.refused",
                "The machine does not carry this operation out: {result}.",
                result = outcome.name()
            ));
        }
        match op {
            Op::Ecreate(c) => {
                let record = ecreate_record(c.ssaframesize, c.size);
                self.out.extend_from_slice(&record);
            }
            Op::Eadd(a) => {
                self.rest(CHUNKS);
                let flags = match a.flags.page_type() {
                    PageType::TCS => a.flags.without(SecInfoFlags::RWX),
                    _ => a.flags,
                };
                let secinfo = SecInfo::new(flags).encode();
                self.out.extend_from_slice(&eadd_record(a.offset, &secinfo));
                let page = self.page(a.enclave, a.offset);
                self.last = Some((a.offset, page, 0));
            }
            Op::Eextend {
                enclave, offset, ..
            } => self.extend(*enclave, *offset),
            _ => {}
        }
        Ok(())
    }

    /// The page at an offset, as it lies in the EPC.
    fn page(&self, enclave: u8, offset: u64) -> Page {
        let at = self.machine.driver.pages.get(enclave, offset & !0xfff);
        let slot = at.and_then(|page| self.machine.epc.get(page.0));
        slot.map_or(Page::Zero, |slot| slot.content)
    }

    fn extend(&mut self, enclave: u8, offset: u64) {
        let chunk = (offset % PAGE as u64) as usize / CHUNK;
        if self.last.as_ref().is_some_and(|l| l.0 == offset & !0xfff) {
            self.rest(chunk);
        }
        let page = self.page(enclave, offset);
        self.out.extend_from_slice(&eextend_record(offset));
        page.with_chunk(chunk * CHUNK, |data| self.out.extend_from_slice(data));
    }

    /// Writes the chunks before `end` of the page added last that are never measured.
    fn rest(&mut self, end: usize) {
        let Some((offset, page, from)) = self.last.take() else {
            return;
        };
        let measured = self.measured.get(&offset).copied().unwrap_or(0);
        for chunk in from..end {
            if measured >> chunk & 1 == 1 {
                continue;
            }
            page.with_chunk(chunk * CHUNK, |data| {
                if data.iter().all(|b| *b == 0) {
                    return;
                }
                let mut header = eextend_record(offset + (chunk * CHUNK) as u64);
                header[..8].copy_from_slice(&Kind::Unmeasrd.tag());
                self.out.extend_from_slice(&header);
                self.out.extend_from_slice(data);
            });
        }
        self.last = Some((offset, page, from.max(end)));
    }
}
