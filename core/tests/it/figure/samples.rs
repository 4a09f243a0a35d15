//! Maps to draw: generated from a seed, and shaped as an SGX machine shapes them.

use teescope_core::text::Text;
use teescope_core::view::{AddressMap, Changes, Lane, Link, Range, Tone};

/// A small generator (xorshift64*), so that every map can be made again from its seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end.max(1)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

const LABELS: [&str; 10] = [
    "",
    "code",
    "TCS",
    "SSA",
    "heap",
    "EPCM and metadata",
    "空きページ",
    "a label far too long for any box that it could ever be put into",
    "エンクレーブの線形アドレス範囲",
    "x",
];
const SUBS: [&str; 4] = ["", "r-x", "16 × 256", "rw-"];
const TONES: [Tone; 10] = [
    Tone::Plain,
    Tone::Free,
    Tone::System,
    Tone::OwnerA,
    Tone::OwnerB,
    Tone::OwnerC,
    Tone::Good,
    Tone::Bad,
    Tone::Warn,
    Tone::Hidden,
];

pub(crate) fn range(key: &str, start: u64, end: u64, depth: u8, label: &str, tone: Tone) -> Range {
    Range {
        key: key.into(),
        start,
        end,
        depth,
        label: label.into(),
        sub: Text::none(),
        tone,
        place: None,
    }
}

pub(crate) fn map(lanes: Vec<Lane>, links: Vec<Link>) -> AddressMap {
    AddressMap {
        id: "map",
        title: "A map".into(),
        note: Text::none(),
        lanes,
        links,
    }
}

pub(crate) fn lane(key: &'static str, start: u64, end: u64, ranges: Vec<Range>) -> Lane {
    Lane {
        key,
        title: key.into(),
        start,
        end,
        ranges,
    }
}

/// A well-formed map of one to four lanes with nested ranges, and what changed in it.
pub(crate) fn generated(seed: u64) -> (AddressMap, Changes) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut changes = Changes::default();
    let mut keys: Vec<Vec<String>> = Vec::new();
    let names = ["lane-one", "lane-two", "lane-three", "lane-four"];
    let count = 1 + random.below(4) as usize;
    let lanes = names[..count].iter().map(|name| {
        let bits = 15 + random.below(33);
        let mut ranges = Vec::new();
        let most = random.pick(&[3, 9, 30, 200]);
        fill(&mut random, &mut ranges, name, (0, 1 << bits), 0, most);
        keys.push(ranges.iter().map(|r: &Range| r.key.clone()).collect());
        let mut lane = lane(name, 0, 1 << bits, ranges);
        lane.title = random
            .pick(&[
                "Process",
                "物理メモリー",
                "A title with several words in it",
            ])
            .into();
        lane
    });
    let lanes: Vec<Lane> = lanes.collect();
    let mut links = Vec::new();
    for pair in keys.windows(2) {
        for _ in 0..random.pick(&[0, 2, 12, 150]) {
            if pair[0].is_empty() || pair[1].is_empty() {
                continue;
            }
            let from = pair[0][random.below(pair[0].len() as u64) as usize].clone();
            let to = pair[1][random.below(pair[1].len() as u64) as usize].clone();
            let tone = random.pick(&TONES);
            links.push(Link { from, to, tone });
        }
    }
    for key in keys.iter().flatten() {
        if random.below(12) == 0 {
            changes.cells.insert(format!("map/{key}"));
        }
    }
    (map(lanes, links), changes)
}

fn fill(
    random: &mut Random,
    out: &mut Vec<Range>,
    lane: &str,
    (start, end): (u64, u64),
    depth: u8,
    most: usize,
) {
    let mut at = start;
    let even = random.below(2) == 0;
    let step = ((end - start) >> (1 + random.below(9))).max(1);
    for _ in 0..most {
        if !even {
            at += random.below(step);
        }
        let size = if even { step } else { 1 + random.below(step) };
        if at >= end || size > end - at || out.len() >= 900 {
            return;
        }
        let key = format!("{lane}-{}", out.len());
        let mut range = range(
            &key,
            at,
            at + size,
            depth,
            random.pick(&LABELS),
            random.pick(&TONES),
        );
        range.sub = random.pick(&SUBS).into();
        out.push(range);
        if depth < 3 && size > 64 && random.below(4) == 0 {
            fill(random, out, lane, (at, at + size), depth + 1, most / 2 + 1);
        }
        at += size;
    }
}

/// A process whose enclave's pages lie one after the other in the EPC.
pub(crate) fn enclave(pages: u64, epc: u64, each: bool) -> AddressMap {
    const PAGE: u64 = 0x1000;
    let base = 0x7f00_0000_0000;
    let mut process = vec![range(
        "elrange",
        base,
        base + pages.next_power_of_two() * PAGE,
        0,
        "ELRANGE",
        Tone::Plain,
    )];
    let mut physical = vec![range(
        "epc",
        0x8000_0000,
        0x8000_0000 + epc * PAGE,
        0,
        "EPC",
        Tone::System,
    )];
    let mut links = Vec::new();
    for i in 0..pages {
        let label = if i % 50 == 7 { "TCS" } else { "heap" };
        let (at, to) = (base + i * PAGE, 0x8000_0000 + (i + 4) * PAGE);
        process.push(range(
            &format!("lin{i}"),
            at,
            at + PAGE,
            1,
            label,
            Tone::OwnerA,
        ));
        physical.push(range(
            &format!("epc{i}"),
            to,
            to + PAGE,
            1,
            label,
            Tone::OwnerA,
        ));
        links.push(Link {
            from: format!("lin{i}"),
            to: format!("epc{i}"),
            tone: Tone::OwnerA,
        });
    }
    for i in pages + 4..if each { epc } else { 0 } {
        let at = 0x8000_0000 + i * PAGE;
        physical.push(range(
            &format!("epc{i}"),
            at,
            at + PAGE,
            1,
            "free",
            Tone::Free,
        ));
    }
    map(
        vec![
            lane("process", 0, 1 << 47, process),
            lane("physical", 0, 1 << 36, physical),
        ],
        links,
    )
}
