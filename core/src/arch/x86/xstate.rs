//! The extended registers of a processor and their image in memory (Intel SDM vol. 1, chapter 13).

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::xsave::{COMPONENTS, xsave_size};

/// Bytes of the image of every component this processor model has.
const WHOLE: usize = 2696;

/// MXCSR_MASK, which XSAVE stores beside MXCSR: the bits of MXCSR that may be set.
const MXCSR_MASK: u32 = 0xffff;

/// Offsets in the legacy region.
mod legacy {
    pub(super) const FCW: usize = 0;
    pub(super) const FSW: usize = 2;
    pub(super) const MXCSR: usize = 24;
    pub(super) const MXCSR_MASK: usize = 28;
    pub(super) const ST: usize = 32;
    pub(super) const XMM: usize = 160;
    pub(super) const END: usize = 416;
    /// XSTATE_BV, first word of the header.
    pub(super) const XSTATE_BV: usize = 512;
}

/// x87, SSE and extended registers, kept as the standard format lays them out; the header is empty.
/// A clone is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XState(Rc<Vec<u8>>);

impl Default for XState {
    /// The state after a reset: every component in its initial configuration.
    fn default() -> Self {
        let mut state = Self(Rc::new(vec![0; WHOLE]));
        state.set(legacy::FCW, &0x037f_u16.to_le_bytes());
        state.set(legacy::MXCSR, &0x1f80_u32.to_le_bytes());
        state
    }
}

/// The bytes a component takes: offset and size.
fn region(bit: u32) -> Option<(usize, usize)> {
    match bit {
        0 => Some((0, legacy::XMM)),
        1 => Some((legacy::XMM, legacy::END - legacy::XMM)),
        _ => COMPONENTS
            .iter()
            .find(|(b, ..)| *b == bit)
            .map(|(_, at, size)| (*at as usize, *size as usize)),
    }
}

/// The components of a mask that this model has.
fn components(mask: u64) -> impl Iterator<Item = (u32, usize, usize)> {
    let bits = (0..10).filter(move |bit| mask >> bit & 1 == 1);
    bits.filter_map(|bit| region(bit).map(|(at, size)| (bit, at, size)))
}

impl XState {
    /// The bytes from an offset of the image.
    #[must_use]
    pub fn bytes(&self, at: usize, len: usize) -> &[u8] {
        self.0.get(at..at.saturating_add(len)).unwrap_or(&[])
    }

    /// Writes bytes at an offset of the image; what lies beyond its end is passed over.
    pub fn set(&mut self, at: usize, bytes: &[u8]) {
        let image = Rc::make_mut(&mut self.0);
        if let Some(place) = image.get_mut(at..at.saturating_add(bytes.len())) {
            place.copy_from_slice(bytes);
        }
    }

    /// MXCSR.
    #[must_use]
    pub fn mxcsr(&self) -> u32 {
        let bytes = self.bytes(legacy::MXCSR, 4).first_chunk();
        bytes.map_or(0, |b| u32::from_le_bytes(*b))
    }

    /// Sets MXCSR.
    pub fn set_mxcsr(&mut self, value: u32) {
        self.set(legacy::MXCSR, &value.to_le_bytes());
    }

    /// The x87 control and status words.
    #[must_use]
    pub fn fcw_fsw(&self) -> (u16, u16) {
        let word = |at| self.bytes(at, 2).first_chunk().copied().unwrap_or([0; 2]);
        (
            u16::from_le_bytes(word(legacy::FCW)),
            u16::from_le_bytes(word(legacy::FSW)),
        )
    }

    /// Sets the x87 control and status words.
    pub fn set_fcw_fsw(&mut self, fcw: u16, fsw: u16) {
        self.set(legacy::FCW, &fcw.to_le_bytes());
        self.set(legacy::FSW, &fsw.to_le_bytes());
    }

    /// XMM register `n`, 0 to 15, as it lies in memory.
    #[must_use]
    pub fn xmm(&self, n: usize) -> &[u8] {
        self.bytes(legacy::XMM + 16 * (n & 15), 16)
    }

    /// Sets XMM register `n`, 0 to 15.
    pub fn set_xmm(&mut self, n: usize, value: &[u8; 16]) {
        self.set(legacy::XMM + 16 * (n & 15), value);
    }

    /// Puts the components of a mask into their initial configuration.
    pub fn init(&mut self, mask: u64) {
        let fresh = Self::default();
        for (_, at, size) in components(mask) {
            self.set(at, fresh.bytes(at, size));
        }
        if mask & 2 != 0 {
            self.set_mxcsr(fresh.mxcsr());
        }
    }

    /// What XSAVE stores for these components: legacy region, header, extended components.
    #[must_use]
    pub fn save(&self, mask: u64) -> Vec<u8> {
        let fresh = Self::default();
        let mut image = vec![0; xsave_size(mask) as usize];
        let mut in_use = 0_u64;
        for (bit, at, size) in components(mask) {
            let own = self.bytes(at, size);
            image[at..at + size].copy_from_slice(own);
            // MXCSR lies among the x87 bytes and is not part of that component.
            let differs = own
                .iter()
                .zip(fresh.bytes(at, size))
                .enumerate()
                .any(|(i, (a, b))| a != b && !(bit == 0 && is_mxcsr(i)));
            in_use |= u64::from(differs) << bit;
        }
        image[legacy::MXCSR..legacy::MXCSR + 4].copy_from_slice(&self.mxcsr().to_le_bytes());
        image[legacy::MXCSR_MASK..legacy::ST].copy_from_slice(&MXCSR_MASK.to_le_bytes());
        if mask & 2 != 0 && self.mxcsr() != fresh.mxcsr() {
            in_use |= 2;
        }
        image[legacy::XSTATE_BV..legacy::XSTATE_BV + 8].copy_from_slice(&in_use.to_le_bytes());
        image
    }

    /// What XRSTOR makes of an image: components of `mask` that the header marks are loaded, others
    /// get their initial configuration. `None` where XRSTOR would fault: the header names other
    /// components or another format, or MXCSR has a reserved bit.
    #[must_use]
    pub fn restored(&self, image: &[u8], mask: u64) -> Option<Self> {
        let marked = image.get(legacy::XSTATE_BV..legacy::XSTATE_BV + 8)?;
        let marked = u64::from_le_bytes(*marked.first_chunk()?);
        let rest = image.get(legacy::XSTATE_BV + 8..legacy::XSTATE_BV + 64)?;
        let mxcsr = image.get(legacy::MXCSR..legacy::MXCSR + 4)?;
        let mxcsr = u32::from_le_bytes(*mxcsr.first_chunk()?);
        if marked & !mask != 0 || rest.iter().any(|b| *b != 0) || mxcsr & !MXCSR_MASK != 0 {
            return None;
        }
        let mut state = self.clone();
        state.init(mask);
        for (_, at, size) in components(mask & marked) {
            state.set(at, image.get(at..at + size)?);
        }
        state.set(legacy::MXCSR_MASK, &[0; 4]);
        state.set_mxcsr(mxcsr);
        Some(state)
    }

    /// The whole image.
    #[must_use]
    pub fn image(&self) -> &[u8] {
        &self.0
    }
}

/// Whether an offset of the x87 bytes belongs to MXCSR or its mask.
fn is_mxcsr(at: usize) -> bool {
    (legacy::MXCSR..legacy::ST).contains(&at)
}
