//! Metadata that processors of the other kind go by: what a comparison of what this kind loads does not see.

use crate::formats::elf::{self, Elf};
use crate::memory::Source;
use crate::sgx::sdk::{self, Place};
use crate::sgx::structs::SigStruct;

/// Where in the structure the SIGSTRUCT lies, which is compared by itself.
const SIGSTRUCT: usize = 64;

/// The structure that a processor without dynamic memory takes where it is another than one with it takes:
/// what opens it, and what is behind its SIGSTRUCT.
fn other(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if !bytes.starts_with(&elf::MAGIC) {
        return None;
    }
    let elf = Elf::parse(bytes).ok()?;
    let places = sdk::places(bytes, &elf).ok()?;
    let with = sdk::choose(&places, true);
    let Place { at, head } = sdk::choose(&places, false).filter(|p| Some(*p) != with)?;
    let from = usize::try_from(at).ok()?;
    let held = bytes.get(from..)?.get(..head.size as usize)?;
    let opens = held.get(..SIGSTRUCT)?;
    Some((opens, held.get(SIGSTRUCT + SigStruct::SIZE..)?))
}

/// Whether two files say other things to processors without dynamic memory than to those with it, and not
/// the same.
pub(super) fn differs(files: [&Source; 2]) -> bool {
    // A file that is supplied in parts has none.
    let [a, b] = files.map(|file| file.whole_here());
    a.as_deref().and_then(other) != b.as_deref().and_then(other)
}
