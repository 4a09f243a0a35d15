//! Encryption with a counter for each line, a MAC over the line, and a tree over the counters whose root never
//! leaves the processor: the memory encryption engine of client processors (Gueron, 2016).
//!
//! Published: lines of 64 bytes as four blocks of AES-CTR, counters and tags of 56 bits, nodes of eight
//! counters and a tag, Carter-Wegman tags over GF(2^64), and that the engine locks up when a tag does not
//! agree. Not published is how addresses and counters are packed into AES blocks: that is a model.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use rpds::RedBlackTreeMap;

/// Bytes of a line and of a node.
pub const LINE: usize = 64;
/// Counters in a node, and lines or nodes below it.
const ARITY: u64 = 8;
/// Counters and tags have 56 bits.
const BITS: u64 = (1 << 56) - 1;

/// What the engine draws at every start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// For the keystream.
    pub encryption: [u8; 16],
    /// For what hides the tags.
    pub mac: [u8; 16],
    /// The multipliers of the inner product.
    pub hash: [u64; 8],
}

/// Where things lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The address of the first line.
    pub data: u64,
    /// How many lines.
    pub lines: u64,
    /// The address of the first node of each level, the lowest first: versions of lines, then of nodes.
    pub nodes: Vec<u64>,
}

/// What did not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The tag of a line.
    Line {
        /// Its address.
        at: u64,
    },
    /// The tag of a node.
    Node {
        /// Its level, 0 the lowest.
        level: usize,
        /// Its address.
        at: u64,
    },
}

/// The product of two numbers in GF(2^64) with the polynomial x^64 + x^4 + x^3 + x + 1.
#[must_use]
pub fn multiply(a: u64, b: u64) -> u64 {
    let (mut out, mut a) = (0, a);
    for bit in 0..64 {
        out ^= if b >> bit & 1 == 1 { a } else { 0 };
        a = a << 1 ^ if a >> 63 == 1 { 0x1b } else { 0 };
    }
    out
}

fn words(bytes: &[u8; LINE]) -> [u64; 8] {
    core::array::from_fn(|i| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[8 * i..8 * i + 8]);
        u64::from_le_bytes(word)
    })
}

/// The keys, ready for use.
struct Ciphers {
    encryption: Aes128,
    mac: Aes128,
    hash: [u64; 8],
}

impl core::fmt::Debug for Ciphers {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ciphers")
    }
}

fn block(aes: &Aes128, first: u64, second: u64) -> [u8; 16] {
    let whole = u128::from(first) | u128::from(second) << 64;
    let mut block = whole.to_le_bytes().into();
    aes.encrypt_block(&mut block);
    block.into()
}

impl Ciphers {
    fn new(keys: &Keys) -> Self {
        let [encryption, mac] = [keys.encryption, keys.mac].map(|key| Aes128::new(&key.into()));
        let hash = keys.hash;
        Self {
            encryption,
            mac,
            hash,
        }
    }

    /// A line under its address and counter: from plain to cipher and back (model: an AES block is the
    /// address plus the block's number, then the counter).
    fn turn(&self, at: u64, counter: u64, line: &[u8; LINE]) -> [u8; LINE] {
        let mut out = *line;
        for (i, bytes) in out.chunks_exact_mut(16).enumerate() {
            let stream = block(&self.encryption, at.wrapping_add(i as u64), counter);
            bytes.iter_mut().zip(stream).for_each(|(b, s)| *b ^= s);
        }
        out
    }

    /// The tag of eight words at an address under a nonce.
    fn tag(&self, at: u64, nonce: u64, words: &[u64; 8]) -> u64 {
        let products = words.iter().zip(&self.hash);
        let sum = products.fold(0, |sum, (w, k)| sum ^ multiply(*w, *k));
        let pad = block(&self.mac, at, nonce);
        let mut first = [0; 8];
        first.copy_from_slice(&pad[..8]);
        (sum ^ u64::from_le_bytes(first)) & BITS
    }

    /// A node as it lies in DRAM: eight counters of seven bytes, the tag, a spare byte.
    fn node(&self, at: u64, nonce: u64, counters: &[u64; 8]) -> [u8; LINE] {
        let mut out = [0; LINE];
        let tag = self.tag(at, nonce, counters);
        for (bytes, n) in out.chunks_exact_mut(7).zip(counters.iter().chain([&tag])) {
            bytes.copy_from_slice(&n.to_le_bytes()[..7]);
        }
        out
    }
}

/// The counters and the tag of a node.
fn parts(node: &[u8; LINE]) -> ([u64; 8], u64) {
    let part = |i: usize| {
        let mut word = [0; 8];
        word[..7].copy_from_slice(&node[7 * i..7 * i + 7]);
        u64::from_le_bytes(word)
    };
    (core::array::from_fn(part), part(8))
}

/// Nodes by level and index, with their counters.
type Path = BTreeMap<(usize, u64), [u64; 8]>;

/// DRAM behind the engine. A clone is cheap; what was never written is as the engine leaves it at its start:
/// zeros under counters of 0.
#[derive(Clone, Debug)]
pub struct Memory {
    keys: Rc<Ciphers>,
    geometry: Rc<Geometry>,
    /// Lines and nodes by address.
    dram: RedBlackTreeMap<u64, [u8; LINE]>,
    /// Tags of lines by address of the line.
    tags: RedBlackTreeMap<u64, u64>,
    /// Counters of the topmost nodes, on the die.
    root: RedBlackTreeMap<u64, u64>,
    broken: Option<Broken>,
}

impl Memory {
    /// Memory just after the start.
    #[must_use]
    pub fn new(keys: &Keys, geometry: Geometry) -> Self {
        Self {
            keys: Rc::new(Ciphers::new(keys)),
            geometry: Rc::new(geometry),
            dram: RedBlackTreeMap::new(),
            tags: RedBlackTreeMap::new(),
            root: RedBlackTreeMap::new(),
            broken: None,
        }
    }

    /// What stopped the engine; it answers nobody until the machine is started anew.
    #[must_use]
    pub fn broken(&self) -> Option<Broken> {
        self.broken
    }

    /// The number of the line at an address, if there is one.
    #[must_use]
    pub fn line_of(&self, at: u64) -> Option<u64> {
        let line = at.checked_sub(self.geometry.data)? / LINE as u64;
        (line < self.geometry.lines).then_some(line)
    }

    fn node_at(&self, level: usize, line: u64) -> u64 {
        let index = line / ARITY.pow(level as u32 + 1);
        let base = self.geometry.nodes.get(level).copied().unwrap_or_default();
        base.wrapping_add(index * LINE as u64)
    }

    /// Where in its node the counter for a line lies.
    fn slot(level: usize, line: u64) -> usize {
        (line / ARITY.pow(level as u32) % ARITY) as usize
    }

    /// The counter on the die that guards the topmost node over a line.
    #[must_use]
    pub fn root_counter(&self, line: u64) -> u64 {
        let index = line / ARITY.pow(self.geometry.nodes.len() as u32);
        self.root.get(&index).copied().unwrap_or_default()
    }

    fn node(&self, at: u64) -> [u8; LINE] {
        let stored = self.dram.get(&at).copied();
        stored.unwrap_or_else(|| self.keys.node(at, 0, &[0; 8]))
    }

    /// What lies at the address of a line or node, as a probe reads it.
    #[must_use]
    pub fn raw(&self, at: u64) -> Option<[u8; LINE]> {
        let at = at & !(LINE as u64 - 1);
        if self.line_of(at).is_some() {
            let stored = self.dram.get(&at).copied();
            return Some(stored.unwrap_or_else(|| self.keys.turn(at, 0, &[0; LINE])));
        }
        self.line_under(at).map(|_| self.node(at))
    }

    /// The first line that a line or node at an address is read for: itself, or the first below.
    #[must_use]
    pub fn line_under(&self, at: u64) -> Option<u64> {
        if self.line_of(at).is_some() {
            return Some(at & !(LINE as u64 - 1));
        }
        let mut count = self.geometry.lines;
        let mut below = 1;
        self.geometry.nodes.iter().find_map(|base| {
            (count, below) = (count.div_ceil(ARITY), below * ARITY);
            let index = at.wrapping_sub(*base) / LINE as u64;
            (index < count).then(|| self.geometry.data + index * below * LINE as u64)
        })
    }

    /// The tag that lies in DRAM for a line.
    #[must_use]
    pub fn raw_tag(&self, at: u64) -> u64 {
        let zeros = || words(&self.keys.turn(at, 0, &[0; LINE]));
        let stored = self.tags.get(&at).copied();
        stored.unwrap_or_else(|| self.keys.tag(at, 0, &zeros()))
    }

    /// Somebody who has DRAM in his hands puts something there: a line or node, and the tag of a line.
    pub fn put(&mut self, at: u64, bytes: [u8; LINE], tag: Option<u64>) {
        self.dram.insert_mut(at, bytes);
        if let Some(tag) = tag {
            self.tags.insert_mut(at, tag & BITS);
        }
    }

    /// Takes the nodes over a line into `path` from the top down, each checked against the counter above it,
    /// and gives the line's counter.
    fn walk(&self, line: u64, path: &mut Path) -> Result<u64, Broken> {
        let mut nonce = self.root_counter(line);
        for level in (0..self.geometry.nodes.len()).rev() {
            let at = self.node_at(level, line);
            let key = (level, line / ARITY.pow(level as u32 + 1));
            let counters = match path.get(&key) {
                Some(counters) => *counters,
                None => {
                    let (counters, tag) = parts(&self.node(at));
                    if tag != self.keys.tag(at, nonce, &counters) {
                        return Err(Broken::Node { level, at });
                    }
                    path.insert(key, counters);
                    counters
                }
            };
            nonce = counters[Self::slot(level, line)];
        }
        Ok(nonce)
    }

    fn opened(&self, at: u64) -> Result<[u8; LINE], Broken> {
        let line = self.line_of(at).ok_or(Broken::Line { at })?;
        let counter = self.walk(line, &mut Path::new())?;
        let cipher = self.raw(at).unwrap_or([0; LINE]);
        match self.raw_tag(at) == self.keys.tag(at, counter, &words(&cipher)) {
            true => Ok(self.keys.turn(at, counter, &cipher)),
            false => Err(Broken::Line { at }),
        }
    }

    /// The processor reads the line at an address.
    ///
    /// # Errors
    /// A tag did not agree, now or before: the engine has stopped.
    pub fn read(&mut self, at: u64) -> Result<[u8; LINE], Broken> {
        let result = match self.broken {
            Some(broken) => Err(broken),
            None => self.opened(at),
        };
        self.broken = result.err();
        result
    }

    /// The processor writes lines back, each with its address: every counter on a line's path goes up by one.
    /// Writing many at once comes to the same as writing them one by one.
    ///
    /// # Errors
    /// A tag of a node did not agree, now or before: the engine has stopped, and nothing is written.
    pub fn write(&mut self, lines: &[(u64, [u8; LINE])]) -> Result<(), Broken> {
        let result = match self.broken {
            Some(broken) => Err(broken),
            None => self.written(lines),
        };
        self.broken = result.err();
        result
    }

    fn written(&mut self, lines: &[(u64, [u8; LINE])]) -> Result<(), Broken> {
        let (levels, mut path) = (self.geometry.nodes.len(), Path::new());
        for (at, _) in lines {
            let line = self.line_of(*at).ok_or(Broken::Line { at: *at })?;
            self.walk(line, &mut path)?;
        }
        for (at, plain) in lines {
            let line = self.line_of(*at).ok_or(Broken::Line { at: *at })?;
            let root = (self.root_counter(line) + 1) & BITS;
            self.root.insert_mut(line / ARITY.pow(levels as u32), root);
            let mut counter = root;
            for level in (0..levels).rev() {
                let key = (level, line / ARITY.pow(level as u32 + 1));
                if let Some(counters) = path.get_mut(&key) {
                    let own = &mut counters[Self::slot(level, line)];
                    *own = (*own + 1) & BITS;
                    counter = *own;
                }
            }
            let cipher = self.keys.turn(*at, counter, plain);
            let tag = self.keys.tag(*at, counter, &words(&cipher));
            self.put(*at, cipher, Some(tag));
        }
        for ((level, index), counters) in &path {
            let line = index * ARITY.pow(*level as u32 + 1);
            let above = path.get(&(level + 1, index / ARITY));
            let nonce = match above {
                Some(above) => above[Self::slot(level + 1, line)],
                None => self.root_counter(line),
            };
            let at = self.node_at(*level, line);
            self.dram
                .insert_mut(at, self.keys.node(at, nonce, counters));
        }
        Ok(())
    }

    /// DRAM as it was at another moment, under what the die holds now.
    #[must_use]
    pub fn with_dram_of(&self, other: &Self) -> Self {
        Self {
            dram: other.dram.clone(),
            tags: other.tags.clone(),
            ..self.clone()
        }
    }
}
