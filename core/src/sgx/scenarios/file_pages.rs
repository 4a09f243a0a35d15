//! The pages of an image as segments: one for each stretch of pages that are alike.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::hex;
use crate::memory::{CHUNK, CHUNKS, PAGE};
use crate::sgx::build::Build;
use crate::sgx::image::{Alike, Image, ImagePage, Item, alike};
use crate::sgx::op::{Call, Op};
use crate::sgx::structs::PageType;
use crate::sgx::words;
use crate::text;
use crate::text::Text;
use crate::trace::{Phase, Planned, Segment};

/// What step labels of every page begin with.
const STEM: &str = "load";

/// The segments that add and measure the pages of an image. Labels are `load.p0007.eadd` and
/// `load.p0007.eextend3`: the page by its number in the file, the chunk by its number in the page.
pub(super) fn load(build: &Rc<Build>) -> Vec<Segment<Op>> {
    let stretches = alike(&*build.image);
    stretches.iter().map(|s| segment(build, s)).collect()
}

fn segment(build: &Rc<Build>, stretch: &Alike) -> Segment<Op> {
    let Alike { first, count } = stretch;
    let (start, len) = (first.step, first.steps * count);
    let (own, named, bare) = (build.clone(), build.clone(), build.clone());
    let segment = Segment::many(
        Phase::Load,
        &format!("{STEM}.{}", page_label(first.number)),
        title(stretch),
        caption(first),
        len,
        move |i| planned(&own, start + i),
    );
    let segment = segment.stem(STEM, move |label| {
        let step = find(&named, label)?.checked_sub(start)?;
        (step < len).then_some(step)
    });
    let segment = segment.bare(move |i| bare.op(start + i).unwrap_or(NOTHING));
    if *count > 1 && first.steps > 1 {
        segment.grouped(first.steps)
    } else {
        segment
    }
}

fn page_label(number: u64) -> String {
    format!("p{number:04}")
}

fn planned(build: &Build, step: u64) -> Planned<Op> {
    let op = build.op(step).unwrap_or(NOTHING);
    let (what, caption) = match &op {
        Op::Eextend { offset, .. } => (Some(*offset), caption_eextend()),
        _ => (None, Text::none()),
    };
    let label = label(&*build.image, step, what);
    Planned { op, label, caption }
}

/// The label of an operation after ECREATE: an EEXTEND at that offset, or an EADD.
fn label(image: &dyn Image, step: u64, eextend: Option<u64>) -> String {
    match eextend {
        Some(offset) => {
            let page = image.page_at(offset).unwrap_or_default();
            let chunk = offset % PAGE as u64 / CHUNK as u64;
            format!("{}.eextend{chunk}", page_label(page))
        }
        None => {
            let page = image.page_of(step).unwrap_or_default();
            format!("{}.eadd", page_label(page))
        }
    }
}

/// The label of an operation of an image in the run of its file; of EINIT behind the last.
pub(in crate::sgx) fn label_of(image: &dyn Image, i: u64) -> String {
    let rest = match image.get(i) {
        Some(Item::Ecreate { .. }) => return "create.ecreate".into(),
        Some(Item::Eextend(chunk)) => label(image, i, Some(chunk.offset)),
        Some(Item::Eadd(..)) => label(image, i, None),
        None => return "init.einit".into(),
    };
    format!("{STEM}.{rest}")
}

/// Stands where an image has no operation, which `planned` is never asked for.
const NOTHING: Op = Op::Epa {
    call: Call {
        rbx: None,
        rcx: None,
        rdx: None,
    },
};

/// The operation whose label ends so.
fn find(build: &Build, label: &str) -> Option<u64> {
    let (page, what) = label.strip_prefix('p')?.split_once('.')?;
    let number: u64 = page.parse().ok()?;
    let page = build.image.page(number)?;
    if what == "eadd" {
        return Some(page.step);
    }
    let chunk: u64 = what.strip_prefix("eextend")?.parse().ok()?;
    if chunk >= CHUNKS as u64 || page.measured >> chunk & 1 == 0 {
        return None;
    }
    let wanted = page.offset + chunk * CHUNK as u64;
    let is_it = |step: &u64| matches!(build.op(*step), Some(Op::Eextend { offset, .. }) if offset == wanted);
    let near = (page.step + 1..page.step + page.steps).find(is_it);
    near.or_else(|| (page.step + page.steps..build.image.len()).find(is_it))
}

fn title(stretch: &Alike) -> Text {
    let first = &stretch.first;
    if let Some(origin) = first.origin.words() {
        return text!(
            "file.pages-of",
            "{n} × {kind} {rwx} from {offset}: {origin}, {measured}",
            n = stretch.count,
            kind = words::page_type(first.flags.page_type()),
            rwx = words::rwx(first.flags),
            offset = hex::addr(first.offset),
            origin = origin,
            measured = measured(first.measured)
        );
    }
    text!(
        "file.pages",
        "{n} × {kind} {rwx} from {offset}, {measured}",
        n = stretch.count,
        kind = words::page_type(first.flags.page_type()),
        rwx = words::rwx(first.flags),
        offset = hex::addr(first.offset),
        measured = measured(first.measured)
    )
}

fn measured(chunks: u16) -> Text {
    match chunks {
        u16::MAX => text!("file.measured", "measured"),
        0 => text!("file.unmeasured", "not measured"),
        _ => text!(
            "file.partly",
            "{n} of 16 chunks measured",
            n = u64::from(chunks.count_ones())
        ),
    }
}

fn caption(page: &ImagePage) -> Text {
    if page.flags.page_type() == PageType::TCS {
        return text!(
            "cap.file.tcs",
            "A thread control structure from the file: a door into the enclave. EADD clears what only the processor may set before the page is measured."
        );
    }
    match page.measured {
        u16::MAX => text!(
            "cap.file.measured",
            "Pages from the file. EADD measures where each goes and what may be done with it, 16 EEXTEND what it holds. Change one byte and MRENCLAVE is another."
        ),
        0 => text!(
            "cap.file.unmeasured",
            "These pages are added but not measured: MRENCLAVE says that they are there and what may be done with them, not what they hold. Whoever loads the enclave may fill them as they like."
        ),
        _ => text!(
            "cap.file.partly",
            "Of these pages only some chunks are measured. Whoever loads the enclave may fill the others as they like."
        ),
    }
}

fn caption_eextend() -> Text {
    text!(
        "cap.eextend",
        "The driver asks the processor to fold the next 256 bytes into the measurement. The processor reads its own copy in the EPC, not the file, so nobody can swap it in between."
    )
}
