//! Enclave files of random shapes, from numbers below a bound that the caller gives.

use super::writer::{ADD, Fill, MEASURED, RW, Row, Sdk, Seg, TCS, entry, filled};

/// The rows of `threads` threads from `rva` on, as the signing tool arranges them: guard, stack, guard, TCS,
/// state save area, guard, data; the further threads as a group.
pub(super) fn threads(
    rva: u64,
    stack: u32,
    guard: u32,
    threads: u32,
    below: &mut dyn FnMut(u64) -> u64,
) -> (Vec<Row>, u64) {
    let mut at = rva;
    let mut place = |pages: u32| {
        let here = at;
        at += u64::from(pages) * 4096;
        here
    };
    let mut template: Vec<u8> = (0..72).map(|_| 0).collect();
    let word = |t: &mut Vec<u8>, at: usize, n: u64| t[at..at + 8].copy_from_slice(&n.to_le_bytes());
    word(&mut template, 16, 4096);
    template[28] = 2;
    word(&mut template, 32, below(0x1000));
    word(&mut template, 48, 4096 * u64::from(3 + guard));
    word(&mut template, 56, 4096 * u64::from(3 + guard));
    template[64..72].fill(0xff);
    let data = Fill::Bytes((0..below(5000)).map(|n| n as u8).collect());
    let mut rows = vec![
        entry(10, 0, guard, place(guard), 0),
        filled(
            entry(8, MEASURED, stack, place(stack), RW),
            Fill::Word(0xcccc_cccc),
        ),
        entry(10, 0, guard, place(guard), 0),
        filled(entry(4, MEASURED, 1, place(1), TCS), Fill::Bytes(template)),
        entry(6, MEASURED, 2, place(2), RW),
        entry(10, 0, guard, place(guard), 0),
        filled(entry(5, MEASURED, 2, place(2), RW), data),
    ];
    let step = at - rva;
    if threads > 1 {
        let times = threads - 1;
        rows.push(Row::Group {
            id: 0x1009,
            count: 7,
            times,
            step,
        });
    }
    (rows, rva + step * u64::from(threads))
}

/// A file of a shape that the dice choose.
pub(super) fn any(below: &mut dyn FnMut(u64) -> u64) -> Sdk {
    let mut sdk = Sdk::small();
    sdk.ssa = 1 + below(2) as u32;
    sdk.segments.clear();
    let mut at = 0;
    for n in 0..1 + below(4) {
        let vaddr = at + if n == 0 { 0 } else { below(3) * 0x777 };
        let len = below(9000) + 1;
        let bytes = (0..len).map(|_| below(256) as u8).collect();
        let memsz = len + below(2) * below(9000);
        let flags = [5, 6, 4, 7][below(4) as usize];
        sdk.segments.push(Seg {
            vaddr,
            bytes,
            memsz,
            flags,
        });
        at = (vaddr + memsz).next_multiple_of(4096);
    }
    if below(2) == 1 {
        let last = sdk.segments.last().expect("a segment");
        let end = last.vaddr + last.memsz;
        sdk.textrel = Some((0..below(4)).map(|_| below(end - 8)).collect());
    }
    let heap = below(4) as u32;
    sdk.rows.push(entry(1, ADD, heap, at, RW));
    at += u64::from(heap) * 4096;
    // Heap that is only added later.
    let later = below(3) as u32;
    sdk.rows.push(entry(3, 8, later, at, RW));
    at += u64::from(later) * 4096;
    let (stack, guard, count) = (1 + below(3), below(2), 1 + below(4));
    let (rows, end) = threads(at, stack as u32, guard as u32, count as u32, below);
    sdk.rows.extend(rows);
    sdk.size = (end + 4096).next_power_of_two();
    let rest = ((sdk.size - end) / 4096) as u32;
    sdk.rows.push(entry(10, 0, rest, end, 0));
    if below(4) == 0 {
        sdk.version = 12 << 32 | 4;
        let start = 0x10_0000_0000;
        sdk.elrange = Some((start + sdk.size, start, sdk.size * 4));
    }
    let (file, places) = sdk.write();
    for _ in 0..below(4) {
        let at = places[below(places.len() as u64) as usize] as u64 + below(64);
        let len = 1 + below(40);
        let most = file.len() as u64 - at;
        let bytes = (0..len.min(most)).map(|_| below(256) as u8).collect();
        sdk.patches.push((at, bytes));
    }
    // Patches go into segments only: behind them comes what the tables need.
    let end = places.last().expect("a place") + sdk.segments.last().expect("a segment").bytes.len();
    sdk.patches
        .retain(|(at, bytes)| *at as usize + bytes.len() <= end);
    sdk
}
