//! What EREPORT and EGETKEY check of each operand alike: a place in a page of the enclave itself.

use super::fault_at;
use crate::arch::x86;
use crate::sgx::encls::{GP, aligned};
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::processor::{Inside, Processor};
use crate::sgx::structs::{PageType, SecInfoFlags};
use crate::trace::{Recorder, Rule, Stop};

/// An operand: where, how large, aligned to what, and what the page must grant.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    pub(super) at: u64,
    pub(super) size: u64,
    pub(super) align: u64,
    pub(super) right: SecInfoFlags,
}

impl Operand {
    /// The offset in its page.
    pub(super) fn offset(&self) -> usize {
        (self.at % 4096) as usize
    }
}

/// Checks an operand by the rules of the leaf that asks, and gives the page it lies in. Every operand is
/// aligned so that it does not span pages.
pub(super) fn find<R: Recorder>(
    m: &Machine,
    (own, inside): (&Processor, &Inside),
    operand: Operand,
    rules: &[&'static Rule; 6],
    recorder: &mut R,
) -> Result<EpcPage, Stop> {
    let [alignment, in_range, in_epc, valid, not_blocked, fits] = *rules;
    let at = operand.at;
    recorder.require(alignment, aligned(at, operand.align), GP)?;
    let (base, size) = m.range_of(inside);
    let offset = at.wrapping_sub(base.0);
    let within = offset < size && size - offset >= operand.size;
    recorder.require(in_range, within, GP)?;
    let page = m.epc_of(own.process, at);
    recorder.require(in_epc, page.is_some(), fault_at(at))?;
    let page = page.ok_or_else(|| fault_at(at))?;
    let entry = m.epcm(page);
    recorder.require(valid, entry.is_some(), x86::pf(at))?;
    let entry = entry.ok_or_else(|| x86::pf(at))?;
    recorder.require(not_blocked, !entry.blocked, x86::pf(at))?;
    let own_page = entry.page_type == PageType::REG
        && entry.secs == Some(inside.secs)
        && entry.linaddr.0 == at & !0xfff
        && !entry.pending
        && !entry.modified
        && entry.rwx.contains(operand.right);
    recorder.require(fits, own_page, x86::pf(at))?;
    Ok(page)
}

impl Machine {
    /// The bytes of an operand.
    pub(super) fn operand<const N: usize>(&self, page: EpcPage, operand: Operand) -> [u8; N] {
        let mut bytes = [0; N];
        if let Some(slot) = self.epc.get(page.0) {
            slot.content.read(operand.offset(), &mut bytes);
        }
        bytes
    }
}
