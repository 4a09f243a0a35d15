//! The hart as panels: who may do what where, the registers, and the answer to the last question.

mod facts;
mod map;
mod table;

use alloc::format;
use alloc::vec;
use core::ops::Range;

use super::Hart;
use super::access::mode_of;
use super::op::Op;
use crate::arch::riscv::pmp::Cfg;
use crate::bytes::hex;
use crate::text::Text;
use crate::trace::Observer;
use crate::view::{Panel, View};

impl Hart {
    /// Every panel. The registers are machine mode's; who runs below it learns only what it may do.
    pub(super) fn panels(&self, op: Option<&Op>, observer: Option<Observer>) -> View {
        let open = matches!(observer, None | Some(Observer::Inside));
        let touch = match op {
            Some(Op::Touch(touch)) => Some(*touch),
            _ => None,
        };
        let mode = observer.map(mode_of);
        View {
            panels: vec![
                Panel::AddressMap(map::map(self, open, mode)),
                Panel::Facts(facts::answer(self, touch, open)),
                Panel::Table(table::table(self, open)),
                Panel::Facts(facts::registers(self, open)),
            ],
        }
    }
}

/// R, W and X as `rwx`, a dash for each that is missing.
pub(super) fn rwx(rights: u8) -> Text {
    let letter = |bit, is: char| if rights & bit != 0 { is } else { '-' };
    let all = [
        letter(Cfg::R, 'r'),
        letter(Cfg::W, 'w'),
        letter(Cfg::X, 'x'),
    ];
    all.iter().collect::<alloc::string::String>().into()
}

/// First and last address of a range.
pub(super) fn bounds(range: &Range<u64>) -> Text {
    format!("{} – {}", hex::addr(range.start), hex::addr(range.end - 1)).into()
}
