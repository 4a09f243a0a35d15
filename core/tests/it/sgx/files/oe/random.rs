//! Images of random shapes, from numbers below a bound that the caller gives, and the plain one they vary.

use super::writer::{How, Oe, PAGES, Seg, VARS};

/// An image of three segments with everything a loader of that version looks for.
pub(in crate::sgx) fn plain(how: &How) -> Oe {
    let bytes = |len: usize, by: usize| (0..len).map(|n| (n * by + (n >> 8)) as u8).collect();
    let data = 0x3800;
    let names = if how_counts_pages(how) {
        &PAGES[..]
    } else {
        &VARS[..]
    };
    let vars = names.iter().enumerate().map(|(n, name)| {
        // Some lie in the file, some in the zeros behind it.
        let at = if n % 2 == 0 {
            data + 0x40
        } else {
            data + 0x1a00
        };
        (*name, at + 32 * n as u64)
    });
    Oe {
        segments: vec![
            Seg {
                vaddr: 0,
                bytes: bytes(0x900, 3),
                memsz: 0x900,
                flags: 4,
            },
            Seg {
                vaddr: 0x1100,
                bytes: bytes(0x1700, 7),
                memsz: 0x1700,
                flags: 5,
            },
            Seg {
                vaddr: data,
                bytes: bytes(0x1000, 11),
                memsz: 0x2300,
                flags: 6,
            },
        ],
        entry: 0x1230,
        oeinfo: data + 0x200,
        vars: vars.collect(),
        relocs: vec![(data + 0x10, 8, 0, 0x1234), (data + 0x18, 8, 0, 0x99)],
        plt: vec![],
        tls: [(0, 0, 1); 2],
        calls: vec![],
        heap: 4,
        stack: 2,
        threads: 2,
        start: None,
        needs: false,
    }
}

fn how_counts_pages(how: &How) -> bool {
    how.props == 1856
}

/// An image of a shape that the dice choose.
pub(super) fn any(how: &How, below: &mut dyn FnMut(u64) -> u64) -> Oe {
    let mut oe = plain(how);
    let old = matches!(how.name, "0.4" | "0.5 to 0.7" | "0.8 to 0.9" | "0.10");
    for seg in &mut oe.segments[..2] {
        seg.bytes.iter_mut().for_each(|b| *b = below(256) as u8);
        seg.memsz += below(2) * below(0x300);
    }
    oe.segments[1].flags = [5, 1, 7][below(3) as usize];
    let last = &mut oe.segments[2];
    last.memsz += below(3) * 0x777;
    if below(3) == 0 {
        // A gap before the data.
        let by = 4096 * below(4);
        last.vaddr += by;
        oe.oeinfo += by;
        oe.vars.iter_mut().for_each(|(_, at)| *at += by);
    }
    let data = oe.segments[2].vaddr;
    oe.relocs = (0..below(400))
        .map(|n| (data + 8 * n, 8, 0, below(1 << 40)))
        .collect();
    if how.name != "0.4" {
        let local = if old { 4000 } else { 9000 };
        oe.tls = [
            (data + 0x10, below(local / 2), 1 << below(7)),
            (0, below(local / 2 - 200), 1 << below(7)),
        ];
        if !oe.relocs.is_empty() {
            let n = below(oe.relocs.len() as u64) as usize;
            oe.relocs[n] = (data + 8, 18, 1 + below(oe.vars.len() as u64) as u32, 5);
        }
    } else {
        oe.calls = (0..below(700))
            .map(|n| (0x3f_fff0 + below(0x120), n % 3 != 0))
            .collect();
    }
    oe.plt = (0..below(5))
        .map(|n| (data + 0x20 + 8 * n, 7, 1, 0))
        .collect();
    (oe.heap, oe.stack, oe.threads) = (below(6), 1 + below(4), 1 + below(4));
    if below(2) == 0 {
        oe.start = Some(4096 * (1 + below(40)));
    }
    oe
}
