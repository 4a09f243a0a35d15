//! A naive twin of the PMP rules, written from the manual in another way: it looks at each byte of an
//! access by itself, keeps ranges as 128-bit numbers, and reads Smepmp's table as rows of text.

use teescope_core::arch::riscv::{Pmp, Privilege};
use teescope_core::view::Access;

/// Registers as a list of (configuration, address), and mseccfg.
pub(crate) struct Twin {
    pub(crate) entries: Vec<(u8, u64)>,
    pub(crate) grain: u32,
    pub(crate) mseccfg: u64,
}

/// Smepmp's table: LRWX, then what machine mode may, then what the others may.
const TABLE: [(&str, &str, &str); 16] = [
    ("----", "---", "---"),
    ("---X", "---", "--X"),
    ("--W-", "RW-", "R--"),
    ("--WX", "RW-", "RW-"),
    ("-R--", "---", "R--"),
    ("-R-X", "---", "R-X"),
    ("-RW-", "---", "RW-"),
    ("-RWX", "---", "RWX"),
    ("L---", "---", "---"),
    ("L--X", "--X", "---"),
    ("L-W-", "--X", "--X"),
    ("L-WX", "R-X", "--X"),
    ("LR--", "R--", "---"),
    ("LR-X", "R-X", "---"),
    ("LRW-", "RW-", "---"),
    ("LRWX", "R--", "R--"),
];

impl Twin {
    /// First byte and first byte after, of the addresses an entry matches.
    fn bounds(&self, entry: usize) -> (u128, u128) {
        let (cfg, addr) = self.entries[entry];
        let unit = 4_u128 << self.grain;
        let floor = |words: u64| u128::from(words) * 4 / unit * unit;
        match cfg / 8 % 4 {
            0 => (0, 0),
            1 if entry == 0 => (0, floor(addr)),
            1 => (floor(self.entries[entry - 1].1), floor(addr)),
            2 => (u128::from(addr) * 4, u128::from(addr) * 4 + 4),
            _ => {
                let mut size = 8_u128;
                let mut bits = addr;
                let mut ignored = self.grain.saturating_sub(1);
                while bits % 2 == 1 || ignored > 0 {
                    size *= 2;
                    bits /= 2;
                    ignored = ignored.saturating_sub(1);
                }
                let start = u128::from(addr) * 4 / size * size;
                (start, start + size)
            }
        }
    }

    /// The entry that matches one byte.
    fn of_byte(&self, at: u128) -> Option<usize> {
        (0..self.entries.len()).find(|entry| {
            let (start, end) = self.bounds(*entry);
            start <= at && at < end
        })
    }

    /// Whether an access passes, and which entry decided.
    pub(crate) fn decide(
        &self,
        mode: Privilege,
        access: Access,
        at: u64,
        size: u64,
    ) -> (bool, Option<usize>) {
        if self.entries.is_empty() {
            return (true, None);
        }
        let letter = match access {
            Access::Read => 'R',
            Access::Write => 'W',
            Access::Fetch => 'X',
        };
        let machine = mode == Privilege::Machine;
        let bytes = u128::from(at)..u128::from(at) + u128::from(size);
        let Some(first) = bytes.clone().filter_map(|b| self.of_byte(b)).min() else {
            let locked_down = self.mseccfg & 2 != 0 || (self.mseccfg & 1 != 0 && letter == 'X');
            return (machine && !locked_down, None);
        };
        let (start, end) = self.bounds(first);
        if bytes.start < start || bytes.end > end {
            return (false, Some(first));
        }
        (
            self.may(self.entries[first].0, machine, letter),
            Some(first),
        )
    }

    fn may(&self, cfg: u8, machine: bool, letter: char) -> bool {
        let mut bits = String::new();
        for (mask, name) in [(0x80, 'L'), (1, 'R'), (2, 'W'), (4, 'X')] {
            bits.push(if cfg & mask == 0 { '-' } else { name });
        }
        if self.mseccfg & 1 == 0 {
            return (machine && !bits.contains('L')) || bits.contains(letter);
        }
        let row = TABLE.iter().find(|row| row.0 == bits);
        let row = row.expect("every combination has a row");
        (if machine { row.1 } else { row.2 }).contains(letter)
    }
}

/// Numbers that look random and are the same every time (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Registers whose regions lie close together, so that probes meet their edges.
pub(crate) fn registers(dice: &mut Dice) -> (Twin, Pmp) {
    let count = [0, 1, 8, 8, 16, 16, 64][dice.below(7) as usize];
    let grain = [0, 0, 0, 1, 2, 3, 10][dice.below(7) as usize];
    let mseccfg = [0, 0, 1, 2, 3][dice.below(5) as usize];
    let entries = (0..count).map(|_| {
        let mut cfg = dice.next() as u8 & 0x9f;
        if mseccfg & 1 == 0 && cfg & 3 == 2 {
            cfg &= !2;
        }
        // A hart with a larger grain has no NA4.
        if grain > 0 && cfg & 0x18 == 0x10 {
            cfg |= 8;
        }
        let near = 0x2000_0000 + dice.below(64) + (dice.below(8) << dice.below(12));
        let ones = (1 << dice.below(12)) - 1;
        let addr = match dice.below(16) {
            0 => (1 << 54) - 1,
            1 => dice.next() & ((1 << 54) - 1),
            2..8 => near | ones,
            _ => near,
        };
        (cfg, addr)
    });
    let entries: Vec<(u8, u64)> = entries.collect();
    let cfg: Vec<u8> = entries.iter().map(|e| e.0).collect();
    let addr: Vec<u64> = entries.iter().map(|e| e.1).collect();
    let pmp = Pmp::holding(count as u8, grain as u8, &cfg, &addr, mseccfg);
    let twin = Twin {
        entries,
        grain,
        mseccfg,
    };
    (twin, pmp)
}

/// Puts `probes` random accesses, 64 to each set of registers, to both; gives how many sets there were.
///
/// # Errors
/// The first access on which they differ.
pub(crate) fn agree(probes: u64, seed: u64) -> Result<u64, String> {
    let mut dice = Dice(seed);
    let sets = probes.div_ceil(64);
    for set in 0..sets {
        let (twin, pmp) = registers(&mut dice);
        for _ in 0..64.min(probes - set * 64) {
            let mode = Privilege::ALL[dice.below(3) as usize];
            let access = Access::ALL[dice.below(3) as usize];
            let size = [1, 2, 4, 8, 16, 64][dice.below(6) as usize];
            let edge = match twin.entries.len() {
                0 => 0,
                n => {
                    let (start, end) = twin.bounds(dice.below(n as u64) as usize);
                    (if dice.below(2) == 0 { start } else { end }) as u64
                }
            };
            let at = match dice.below(8) {
                0 => dice.next() >> dice.below(40),
                1 => 0x8000_0000 + dice.below(0x2_0000),
                _ => edge.wrapping_add(dice.below(96)).wrapping_sub(72),
            };
            let at = at.min(u64::MAX - 64);
            let ours = pmp.check(mode, access, at, size);
            let ours = (ours.allowed, ours.entry.map(usize::from));
            let theirs = twin.decide(mode, access, at, size);
            if ours != theirs {
                return Err(format!(
                    "set {set}, {mode:?} {access:?} of {size} at {at:#x}: we say {ours:?}, the twin {theirs:?}; {:x?}, grain {}, mseccfg {}",
                    twin.entries, twin.grain, twin.mseccfg
                ));
            }
        }
    }
    Ok(sets)
}
