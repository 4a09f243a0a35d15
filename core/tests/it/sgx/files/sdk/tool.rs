//! The signing tool once more, naively: from settings to the pages of the enclave, written down from its published
//! sources (`manage_metadata.cpp`, `update_global_data.hxx`) and not from the code here.

use std::collections::BTreeMap;

use super::so::So;
use super::writer::{Fill, RW, Row, Sdk, Seg, TCS};

/// Settings by name.
pub(super) type Settings = BTreeMap<&'static str, u64>;

/// A configuration with these settings.
pub(super) fn xml(settings: &Settings) -> String {
    let rows = settings.iter();
    let rows: String = rows
        .map(|(name, value)| format!("  <{name}>{value:#x}</{name}>\n"))
        .collect();
    format!("<!-- a configuration -->\n<EnclaveConfiguration>\n{rows}</EnclaveConfiguration>\n")
}

/// What the tool makes of a program and settings.
pub(super) struct Made {
    /// The enclave, with everything that is patched in its segments.
    pub sdk: Sdk,
}

/// Reads settings, with the tool’s defaults.
struct Read<'a>(&'a Settings);

impl Read<'_> {
    fn or(&self, name: &str, other: u64) -> u64 {
        self.0.get(name).copied().unwrap_or(other)
    }

    fn pages(&self, name: &str, other: u64) -> u64 {
        self.or(name, other) / 4096
    }
}

fn row(id: u16, attributes: u16, pages: u64, fill: Fill, flags: u64) -> Row {
    Row::Entry {
        id,
        attributes,
        pages: pages as u32,
        rva: 0,
        fill,
        flags,
    }
}

fn encode(row: &Row, template_at: u32) -> Vec<u8> {
    let mut out = vec![];
    match row {
        Row::Entry {
            id,
            attributes,
            pages,
            rva,
            fill,
            flags,
        } => {
            out.extend(id.to_le_bytes());
            out.extend(attributes.to_le_bytes());
            out.extend(pages.to_le_bytes());
            out.extend(rva.to_le_bytes());
            let (size, at) = match fill {
                Fill::Word(word) => (*word, 0),
                Fill::Bytes(bytes) => (bytes.len() as u32, template_at),
            };
            out.extend(size.to_le_bytes());
            out.extend(at.to_le_bytes());
            out.extend(flags.to_le_bytes());
        }
        Row::Group {
            id,
            count,
            times,
            step,
        } => {
            out.extend(id.to_le_bytes());
            out.extend(count.to_le_bytes());
            out.extend(times.to_le_bytes());
            out.extend(step.to_le_bytes());
        }
    }
    out.resize(32, 0);
    out
}

/// The first entry of an identifier: its address and pages.
fn first(rows: &[Row], wanted: u16) -> Option<(u64, u64)> {
    rows.iter().find_map(|row| match row {
        Row::Entry { id, rva, pages, .. } if *id == wanted => Some((*rva, u64::from(*pages))),
        _ => None,
    })
}

/// Bytes that XSAVE takes, by which of PKRU and AMX may be on.
fn xsave(read: &Read<'_>, minor: u64) -> u64 {
    if minor >= 20 && read.or("AMX", 0) != 0 {
        11008
    } else if read.or("PKRU", 0) != 0 {
        2752
    } else {
        2688
    }
}

/// Heap or reserved memory.
fn growing(rows: &mut Vec<Row>, (id, flags): (u16, u64), min: u64, init: u64, max: u64) {
    rows.push(row(id, 1, min, Fill::Word(0), flags));
    if init > min {
        rows.push(row(id + 1, 1 | 16 | 8, init - min, Fill::Word(0), flags));
    }
    if max > init {
        rows.push(row(id + 2, 8, max - init, Fill::Word(0), RW));
    }
}

/// The memory manager’s bookkeeping, by its blocks.
fn taken(so: &So, read: &Read<'_>, thread: &[Row], heap: [u64; 3], rsrv: [u64; 3]) -> u64 {
    let block = |n: u64| ((n + 8).div_ceil(8) * 8).max(16);
    let node = block(72);
    let with_bits = |pages: u64| node + block(24) + block(pages.div_ceil(8));
    let mut sum = 0;
    for [min, init, max] in [heap, rsrv] {
        sum += with_bits(min);
        if init > min {
            sum += with_bits(init - min);
        }
        if max > init {
            sum += with_bits(max - init);
        }
    }
    let mut kept = 0;
    for row in thread {
        let Row::Entry { id, pages, .. } = row else {
            panic!("no group")
        };
        kept += if *id == 10 {
            node
        } else {
            with_bits(u64::from(*pages))
        };
    }
    let gone = thread.len() as u64 * node;
    let number = read.or("TCSNum", 1);
    let most = read.or("TCSMaxNum", number);
    let pool = read.or("TCSMinPool", 1).min(number - 1);
    let removed = number - 1 - pool;
    sum += kept + kept * pool;
    sum += gone + gone * removed;
    if most > pool + 1 {
        sum += kept * (most - pool);
    }
    for (_, _, memsz, _) in so.segments() {
        sum += with_bits(memsz.div_ceil(4096));
    }
    sum + node
}

/// What the tool of SDK 2.`minor` makes.
pub(super) fn make(so: &So, settings: &Settings, minor: u64) -> Made {
    let read = Read(settings);
    let [heap, rsrv] = [
        ["HeapMinSize", "HeapInitSize", "HeapMaxSize"],
        [
            "ReservedMemMinSize",
            "ReservedMemInitSize",
            "ReservedMemMaxSize",
        ],
    ]
    .map(|names| {
        let (least, most) = match names[0] {
            "HeapMinSize" => (0x1000, 0x100_0000),
            _ => (0, 0),
        };
        let max = read.pages(names[2], most);
        [
            read.pages(names[0], least),
            read.pages(names[1], max * 4096),
            max,
        ]
    });
    let (stack_min, stack_max) = (
        read.pages("StackMinSize", 0x2000),
        read.pages("StackMaxSize", 0x40000),
    );
    let xsave = xsave(&read, minor);
    let frame = if minor >= 20 {
        (xsave + 184).div_ceil(4096)
    } else {
        1
    };
    let tls = so.tls.map(|(size, align)| match align {
        0 => size,
        align => size.div_ceil(align) * align,
    });
    let td_pages = 1 + tls.unwrap_or(0).div_ceil(4096);
    let guard = || row(10, 0, 16, Fill::Word(0), 0);
    let stack = |id, attributes, pages| row(id, attributes, pages, Fill::Word(0xcccc_cccc), RW);
    let mut thread = vec![guard()];
    if stack_max > stack_min {
        thread.push(stack(7, 3 | 64, stack_max - stack_min));
    }
    thread.push(stack(8, 3, stack_min));
    thread.push(guard());
    thread.push(row(4, 3, 1, Fill::Bytes(vec![0; 72]), TCS));
    thread.push(row(6, 3, 2 * frame, Fill::Word(0), RW));
    thread.push(guard());
    thread.push(row(5, 3, td_pages, Fill::Word(0), RW));
    let but = |change: &dyn Fn(&mut u16, &mut u16)| {
        let mut all = thread.clone();
        for row in &mut all {
            if let Row::Entry { id, attributes, .. } = row
                && *id != 10
            {
                change(id, attributes);
            }
        }
        all
    };
    let number = read.or("TCSNum", 1);
    let most = read.or("TCSMaxNum", number);
    let pool = read.or("TCSMinPool", 1).min(number - 1);
    let mut rows = vec![];
    growing(&mut rows, (1, RW), heap[0], heap[1], heap[2]);
    rows.extend(but(&|id, attributes| {
        if *id == 7 {
            *attributes |= 8 | 16;
        }
    }));
    let group = |id: u16, times: u64| Row::Group {
        id,
        count: thread.len() as u16,
        times: times as u32,
        step: 0,
    };
    if pool > 0 {
        rows.extend(thread.clone());
    }
    if pool > 1 {
        rows.push(group(0x1009, pool - 1));
    }
    let removed = number - 1 - pool;
    if removed > 0 {
        rows.extend(but(&|_, attributes| *attributes |= 4));
    }
    if removed > 1 {
        rows.push(group(0x1009, removed - 1));
    }
    if most > pool + 1 {
        rows.extend(but(&|id, attributes| {
            *attributes = if *id == 7 { 8 | 64 } else { 8 | 32 };
            *id += 10;
        }));
        rows.push(group(0x1013, most - pool - 1));
    }
    if rsrv[2] > 0 {
        let x = read.or("ReservedMemExecutable", 0) * 4;
        growing(&mut rows, (20, RW | x), rsrv[0], rsrv[1], rsrv[2]);
    }
    let mut edmm = 0;
    if minor >= 20 && wants_sgx2(&read, heap, rsrv, [stack_min, stack_max], most, pool) {
        let user = read.or("UserRegionSize", 0);
        edmm = taken(so, &read, &thread, heap, rsrv);
        if user > 0 {
            edmm += ((user >> 15).div_ceil(4096) * 4096).max(4096);
        }
        edmm = (edmm + 32).div_ceil(0x10000) * 0x10000;
        rows.push(row(
            23,
            8,
            (user + edmm + 0x10000) / 4096,
            Fill::Word(0),
            RW,
        ));
    }
    let mut at = so.end();
    for n in 0..rows.len() {
        let counted: u64 = match &rows[n] {
            Row::Entry { .. } => 0,
            Row::Group { count, .. } => rows[n - usize::from(*count)..n]
                .iter()
                .map(|r| match r {
                    Row::Entry { pages, .. } => u64::from(*pages) * 4096,
                    Row::Group { .. } => panic!("a group in a group"),
                })
                .sum(),
        };
        match &mut rows[n] {
            Row::Entry { rva, pages, .. } => {
                *rva = at;
                at += u64::from(*pages) * 4096;
            }
            Row::Group { step, times, .. } => {
                *step = counted;
                at += counted * u64::from(*times);
            }
        }
    }
    let mut size = 1;
    while size < at {
        size *= 2;
    }
    if size > at {
        let mut last = row(10, 0, (size - at) / 4096, Fill::Word(0), 0);
        if let Row::Entry { rva, .. } = &mut last {
            *rva = at;
        }
        rows.push(last);
    }
    let range = settings.get("ELRangeSize").map(|size| {
        let image = read.or("EnclaveImageAddress", 0);
        (image, read.or("ELRangeStartAddress", 0), *size)
    });
    finish(
        so,
        &read,
        minor,
        Laid {
            rows,
            size,
            edmm,
            range,
            heap,
            rsrv,
            stack: [stack_min, stack_max],
            xsave,
            frame,
            tls,
        },
    )
}

/// Whether metadata for processors with dynamic memory is written.
fn wants_sgx2(
    read: &Read<'_>,
    heap: [u64; 3],
    rsrv: [u64; 3],
    stack: [u64; 2],
    most: u64,
    pool: u64,
) -> bool {
    let exinfo = read.or("MiscSelect", 0) & 1 == 1;
    let still = |all: &[u64]| all.iter().all(|n| *n == all[0]);
    let dynamic = !still(&heap) || !still(&rsrv) || !still(&stack) || most != pool + 1;
    read.or("UserRegionSize", 0) > 0 || (dynamic && exinfo)
}

struct Laid {
    rows: Vec<Row>,
    size: u64,
    edmm: u64,
    range: Option<(u64, u64, u64)>,
    heap: [u64; 3],
    rsrv: [u64; 3],
    stack: [u64; 2],
    xsave: u64,
    frame: u64,
    tls: Option<u64>,
}

fn finish(so: &So, read: &Read<'_>, minor: u64, laid: Laid) -> Made {
    let Laid {
        mut rows,
        size,
        range,
        stack,
        ..
    } = laid;
    let base = if minor >= 26 { 1904 } else { 1888 };
    let template_at = match (range, minor >= 26) {
        (None, _) => base,
        (Some(_), true) => base + 24,
        (Some(_), false) => base + 8 + 24,
    };
    let (tcs, _) = first(&rows, 4).expect("a TCS");
    let (td, td_pages) = first(&rows, 5).expect("data");
    let (ssa, _) = first(&rows, 6).expect("a save area");
    let (low, _) = first(&rows, 8).expect("a stack");
    let own = td - tcs + (td_pages - 1) * 4096;
    let shift = range.map_or(0, |(image, start, _)| image - start);
    let mut template = vec![];
    let notify = if minor >= 20 {
        2 * read.or("EnableAEXNotify", 0)
    } else {
        0
    };
    for word in [
        0,
        notify,
        ssa - tcs + shift,
        2 << 32,
        so.entry + shift,
        0,
        own + shift,
        own + shift,
        u64::MAX,
    ] {
        template.extend(word.to_le_bytes());
    }
    for row in &mut rows {
        if let Row::Entry {
            fill: Fill::Bytes(bytes),
            ..
        } = row
        {
            bytes.clone_from(&template);
        }
    }
    let top = (low + stack[0] * 4096).wrapping_sub(tcs);
    let number = read.or("TCSNum", 1);
    let mut words = vec![
        0,
        size,
        first(&rows, 1).expect("a heap").0,
        laid.heap[1] * 4096,
    ];
    match first(&rows, 20) {
        Some((rva, _)) => words.extend([
            rva,
            laid.rsrv[1] * 4096,
            read.or("ReservedMemExecutable", 0),
        ]),
        None => words.extend([0, 0, 0]),
    }
    words.extend([
        read.or("TCSPolicy", 1),
        read.or("TCSMaxNum", number),
        number,
    ]);
    let gpr = ssa - tcs + laid.frame * 4096 - 184;
    words.extend([
        own,
        top,
        top,
        top.wrapping_sub(stack[1] * 4096),
        gpr,
        0,
        0,
        laid.xsave,
        0,
    ]);
    let tls = laid.tls.map_or(td - tcs, |n| own - n);
    if minor >= 20 {
        words.extend([
            0,
            0,
            ssa - tcs,
            0,
            tls,
            own + 104,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ]);
    } else {
        words.extend([0, tls, own + 80, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    let mut global: Vec<u8> = words.iter().flat_map(|n| n.to_le_bytes()).collect();
    global.extend(&template);
    global.extend((rows.len() as u64).to_le_bytes());
    let table: Vec<u8> = rows.iter().flat_map(|r| encode(r, template_at)).collect();
    global.extend(&table);
    let slots = if minor >= 20 { 43 } else { 42 };
    global.resize(global.len() - table.len() + slots * 32, 0);
    let none = if minor >= 26 { 0 } else { size };
    let (image, start, whole) = range.unwrap_or((0, 0, none));
    for word in [image, start, whole] {
        global.extend(word.to_le_bytes());
    }
    if minor >= 20 {
        global.extend(laid.edmm.to_le_bytes());
    }
    global.resize(so.data_size, 0);
    let mut file = so.write();
    file[So::global()..So::global() + global.len()].copy_from_slice(&global);
    file[40..48].fill(0);
    file[60..64].fill(0);
    let segments = so.segments().map(|(at, len, memsz, flags)| Seg {
        vaddr: at as u64,
        bytes: file[at..at + len].to_vec(),
        memsz,
        flags,
    });
    let sdk = Sdk {
        size,
        ssa: laid.frame as u32,
        segments: segments.to_vec(),
        rows,
        elrange: range,
        ..Sdk::small()
    };
    Made { sdk }
}
