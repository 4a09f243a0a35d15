//! The runtime's free pages: a list whose links lie in the pages themselves (runtime/mm/freemem.c).

use super::Own;
use super::structs::Variables;
use super::tables::word;
use crate::memory::{PAGE, Page, Physical, Ram};
use crate::text;
use crate::trace::{Place, Recorder, Value};

/// Most pages that are linked one by one (model: a list of more would only be longer).
pub(super) const MOST: u64 = 4096;

/// Links every free page from `first` to the end of the private memory, and tells.
pub(super) fn init<R: Recorder>(
    ram: &mut Ram,
    own: &Own,
    first: u64,
    variables: &mut Variables,
    recorder: &mut R,
) {
    let page = PAGE as u64;
    let count = own.epm_end().saturating_sub(first) / page;
    for n in 0..count {
        let at = first + n * page;
        let next = if n + 1 < count { own.va(at + page) } else { 0 };
        ram.write(Physical(at), &next.to_le_bytes());
    }
    let last = first + count.saturating_sub(1) * page;
    variables.free_count = count;
    (variables.free_head, variables.free_tail) = match count {
        0 => (0, 0),
        _ => (own.va(first), own.va(last)),
    };
    recorder.write(Place::new("ram", first, count * page), || {
        let words = text!(
            "eyrie.words.free-list",
            "{n} free pages, each with the address of the next",
            n = count
        );
        (Value::None, Value::Words(words))
    });
}

/// Takes the first page off the list, zeroed; its physical address, or `None` if there is none.
pub(super) fn get(ram: &mut Ram, own: &Own, variables: &mut Variables) -> Option<u64> {
    if variables.free_count == 0 {
        return None;
    }
    let at = own.pa(variables.free_head);
    let inside = at.wrapping_sub(own.epm.0) < own.epm.1 && at.is_multiple_of(PAGE as u64);
    if !inside {
        return None;
    }
    variables.free_head = word(ram, at);
    variables.free_count -= 1;
    ram.put(Physical(at), Page::Zero);
    Some(at)
}
