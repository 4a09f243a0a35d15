//! What lies in DRAM for protected memory, and what becomes of it when somebody rewrites it (model).

pub mod bus;
mod op_text;

use alloc::vec::Vec;
use rpds::RedBlackTreeMap;

use super::machine::{EpcPage, Machine, Target};
use super::platform::{MemoryEngine, Platform};
use crate::crypto::sha256::sha256;
use crate::formats::engines::mee::{Geometry, Keys, Memory};
use crate::formats::engines::mktme::{self, LINE};
use crate::memory::{Page, Physical};

pub use crate::formats::engines::mktme::encrypt_line as encrypted_line;
pub use bus::{Act, Bus, RULES};
pub(super) use bus::{RUNNING, brief, drop_and_lock, name, says, stopped, tells};
pub(super) use op_text::{OPERATIONS, parse, print};

/// Where the cipher is written, and what of it is a model.
pub(super) const CITE: &str = "model: AES-XTS-128 by physical address (IEEE 1619) with a demo key; Intel does not publish how the address becomes the tweak";

/// Where the counters are written, and what of them is a model.
pub(super) const COUNTED: &str = "Gueron, A Memory Encryption Engine Suitable for General Purpose Processors, 2016; model: how addresses and counters are packed, where the tree lies, and demo keys";

/// The demo keys of this platform: data, then tweak. Everybody has them.
pub(super) const KEYS: mktme::Keys = [*b"teescope demo k1", *b"teescope demo k2"];

/// Levels of the tree: versions of lines, and three levels of versions of nodes. Above them is the root.
const LEVELS: usize = 4;

/// A line as a probe has kept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The bytes that lay in DRAM.
    pub bytes: [u8; LINE],
    /// The tag that belongs to it, where the engine keeps tags.
    pub tag: Option<u64>,
}

/// What lies in DRAM beyond what the EPC pages say. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Dram {
    /// Without an integrity tree: what pages held that were given back and not written since.
    left: RedBlackTreeMap<EpcPage, Page>,
    /// With an integrity tree: lines, tags and nodes.
    tree: Option<Memory>,
    /// What a probe has kept.
    kept: RedBlackTreeMap<u64, Kept>,
}

impl Dram {
    /// DRAM after the start.
    #[must_use]
    pub fn new(platform: &Platform) -> Self {
        Self {
            tree: (platform.memory == MemoryEngine::Mee)
                .then(|| Memory::new(&demo_keys(), geometry(platform))),
            ..Self::default()
        }
    }

    /// A page is given back; its contents stay.
    pub(super) fn leave(&mut self, page: EpcPage, content: Page) {
        if self.tree.is_none() {
            self.left.insert_mut(page, content);
        }
    }

    /// Where the engine found something changed and stopped the machine, if it did.
    #[must_use]
    pub fn broken(&self) -> Option<u64> {
        use crate::formats::engines::mee::Broken;
        let (Broken::Line { at } | Broken::Node { at, .. }) = self.tree.as_ref()?.broken()?;
        Some(at)
    }
}

/// Demo keys of the engine; a real one draws them at every start.
fn demo_keys() -> Keys {
    let word = |i: usize| {
        let digest = sha256(&[&b"teescope demo hash key "[..], &[i as u8]].concat());
        digest.first_chunk().map_or(0, |b| u64::from_le_bytes(*b))
    };
    Keys {
        encryption: KEYS[0],
        mac: KEYS[1],
        hash: core::array::from_fn(word),
    }
}

/// The tree from the beginning of the PRM: versions, then tags, then the levels above (model).
fn geometry(platform: &Platform) -> Geometry {
    let lines = platform.epc_pages * 4096 / LINE as u64;
    let mut at = platform.prm_base.0;
    let mut nodes = Vec::new();
    let mut count = lines;
    for level in 0..LEVELS {
        count = count.div_ceil(8);
        nodes.push(at);
        at += count * LINE as u64;
        if level == 0 {
            at += lines * 8;
        }
    }
    Geometry {
        data: platform.epc_base.0,
        lines,
        nodes,
    }
}

impl Machine {
    /// What a probe reads of protected memory: `len` bytes of ciphertext from an address.
    pub(super) fn dram(&self, at: Physical, len: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(len);
        let mut here = at.0;
        while out.len() < len {
            let (line, skip) = (here & !(LINE as u64 - 1), (here % LINE as u64) as usize);
            let cipher = self.line_in_dram(line);
            let take = (LINE - skip).min(len - out.len());
            out.extend_from_slice(&cipher[skip..skip + take]);
            here = line.wrapping_add(LINE as u64);
        }
        out
    }

    /// A line as it lies in DRAM.
    fn line_in_dram(&self, line: u64) -> [u8; LINE] {
        let counted = self.dram.tree.as_ref().and_then(|tree| tree.raw(line));
        counted.unwrap_or_else(|| encrypted_line(&KEYS, line, &self.plain_line(line)))
    }

    /// A line of an EPC page as the processor has it.
    fn plain_line(&self, line: u64) -> [u8; LINE] {
        let mut plain = [0; LINE];
        if let Target::Epc(page) = self.physical_target(Physical(line)) {
            let offset = (line % 4096) as usize;
            match self
                .dram
                .left
                .get(&page)
                .filter(|_| self.epcm(page).is_none())
            {
                Some(left) => left.read(offset, &mut plain),
                None => plain.copy_from_slice(&self.epc_bytes(page)[offset..offset + LINE]),
            }
        }
        plain
    }

    /// With an integrity tree, lines that a step changed are written back at once (model: a real processor
    /// keeps them in its caches for a while). Every line of a page that is new is written.
    pub(super) fn write_back(&mut self, before: &Self) {
        let Some(mut tree) = self.dram.tree.take() else {
            return;
        };
        for (number, slot) in self.epc.iter() {
            let page = EpcPage(number);
            let old = before.epc.get(number);
            let is_secs = self.secs.contains_key(&page);
            if !is_secs && old.as_ref().is_some_and(|o| o.content == slot.content) {
                continue;
            }
            let was = old.map(|_| before.epc_bytes(page));
            let is = self.epc_bytes(page);
            let first = self.epc_physical(page).0;
            let changed = (first..).step_by(LINE).zip(is.chunks_exact(LINE));
            let changed = changed.filter(|(at, line)| {
                let offset = (at - first) as usize;
                let old = was.as_ref().map(|w| &w[offset..offset + LINE]);
                old.is_none_or(|old| old != *line)
            });
            let lines: Vec<_> = changed
                .filter_map(|(at, line)| Some((at, *line.first_chunk()?)))
                .collect();
            // What is broken stays broken; who asks for the next step hears of it.
            _ = tree.write(&lines);
        }
        self.dram.tree = Some(tree);
    }
}
