//! The machine as panels: pure functions from state to data.

mod bytes;
mod digest;
mod epcm;
mod facts;
mod map;
mod states;

use alloc::vec::Vec;

use super::machine::{EpcPage, Handle, Machine};
use super::op::{Op, Which};
use crate::trace::{Observer, Shown};
use crate::view::{Panel, Tone, View};

impl Machine {
    /// Every panel: as an observer sees it, or the machine as it is.
    pub(super) fn panels(&self, shown: Option<Shown<'_, Op>>, observer: Option<Observer>) -> View {
        let focus = self.focus(shown.map(|s| s.op));
        let open = observer.is_none();
        let mut panels: Vec<Panel> = Vec::new();
        panels.push(Panel::AddressMap(map::map(self)));
        if open {
            panels.extend(digest::digest(self, focus, shown).map(Panel::Digest));
        }
        panels.push(Panel::Table(epcm::table(self, open)));
        panels.extend(
            bytes::structures(self, focus, shown, observer)
                .into_iter()
                .map(Panel::Bytes),
        );
        panels.push(Panel::States(states::life(self, focus)));
        panels.push(Panel::Facts(facts::identity(self, focus, open)));
        panels.push(Panel::Facts(facts::processor(self)));
        View { panels }
    }

    /// The enclave a view is about: the one the operation names, else the first.
    fn focus(&self, op: Option<&Op>) -> u8 {
        let named = match op {
            Some(Op::Ecreate(c)) => Some(c.enclave),
            Some(Op::Eadd(a)) => Some(a.enclave),
            Some(Op::Eextend { enclave, .. } | Op::Thread { enclave, .. }) => Some(*enclave),
            Some(Op::Einit(i)) => Some(i.enclave),
            Some(Op::Eremove { page, .. } | Op::Hold { page, .. }) => match page {
                Which::Offset { enclave, .. } | Which::Secs { enclave } => Some(*enclave),
                Which::Epc(_) => None,
            },
            _ => None,
        };
        named
            .or_else(|| self.driver.enclaves.first().map(|(n, _)| *n))
            .unwrap_or(0)
    }

    /// The enclave of that number in the driver's books.
    pub(super) fn enclave(&self, number: u8) -> Option<&Handle> {
        self.driver.enclaves.get(&number)
    }

    /// The number of the enclave whose SECS lies in a page.
    pub(super) fn enclave_of(&self, secs: EpcPage) -> Option<u8> {
        self.driver
            .enclaves
            .iter()
            .find(|(_, h)| h.secs == secs)
            .map(|(n, _)| *n)
    }
}

/// The letter an enclave is called by.
pub(super) fn letter(enclave: u8) -> char {
    char::from(b'A' + enclave % 26)
}

/// The colour an enclave has everywhere.
pub(super) fn tone(enclave: u8) -> Tone {
    Tone::owner(usize::from(enclave))
}
