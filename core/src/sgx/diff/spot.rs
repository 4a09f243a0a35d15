//! Where in a program the first differing byte lies, for files that a linker made: its section and its function.

use alloc::format;
use alloc::rc::Rc;

use super::first::Operation;
use crate::formats::elf::{Elf, Spot};
use crate::text;
use crate::text::Text;

/// A sentence for each side that can say it, or one for both.
pub(super) fn spots(
    files: &[Option<Rc<[u8]>>; 2],
    operations: &[Operation; 2],
) -> impl Iterator<Item = Text> + use<> {
    let [a, b] = [0, 1].map(|side: usize| {
        let at = operations[side].file?;
        let file = files[side].as_ref()?;
        Elf::parse(file).ok()?.spot(file, at)
    });
    let both = a.is_some() && a == b;
    let said = match both {
        true => [a.map(|spot| says(None, &spot)), None],
        false => [
            a.map(|spot| says(Some("A"), &spot)),
            b.map(|spot| says(Some("B"), &spot)),
        ],
    };
    said.into_iter().flatten()
}

fn says(side: Option<&'static str>, spot: &Spot) -> Text {
    let section = &spot.section;
    let place = match &spot.symbol {
        Some((name, n)) => format!("{section} ({name}+{n:#x})"),
        None => section.clone(),
    };
    match side {
        None => text!(
            "diff.spot.both",
            "In both files the first differing byte lies in {place}.",
            place = place
        ),
        Some(side) => text!(
            "diff.spot.one",
            "In {side} the first differing byte lies in {place}.",
            side = side,
            place = place
        ),
    }
}
