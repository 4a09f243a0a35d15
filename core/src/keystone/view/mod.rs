//! The machine as panels: pure functions from state to data.

mod bytes;
mod digest;
mod enclaves;
mod harts;
mod map;
mod pmp;
mod privilege;
mod states;

use alloc::vec;
use alloc::vec::Vec;

use super::machine::{Machine, Stage};
use super::op::Op;
use super::sbi;
use crate::trace::{Observer, Shown};
use crate::view::{Panel, Tone, View};

impl Machine {
    /// Every panel: as an observer sees it, or the machine as it is.
    pub(super) fn panels(&self, shown: Option<Shown<'_, Op>>, observer: Option<Observer>) -> View {
        let focus = self.focus(shown.map(|s| s.op));
        // The monitor's tables lie in its own memory, its registers in the hart.
        let tables = self.sees(observer, self.platform.dram.0, 8);
        let open = observer.is_none();
        let mut panels: Vec<Panel> = vec![
            Panel::AddressMap(map::map(self, focus, observer)),
            Panel::Table(pmp::table(self, shown, open)),
            Panel::Table(enclaves::table(self, tables)),
            Panel::States(states::life(self, focus)),
            Panel::Privilege(privilege::levels(self, shown.map(|s| s.op))),
            Panel::Facts(harts::harts(self, observer)),
        ];
        if tables {
            panels.extend(digest::digest(self, focus, shown).map(Panel::Digest));
            panels.push(Panel::Table(enclaves::regions(self)));
        }
        if open {
            panels.extend(super::host::facts(self).map(Panel::Facts));
        }
        let structures = bytes::structures(self, shown, observer);
        panels.extend(structures.into_iter().map(Panel::Bytes));
        // Before anything runs there is room for what is said of the machine at large.
        if open && self.monitor.stage == Stage::Reset {
            panels.push(Panel::Facts(super::profile().panel()));
        }
        // Where code inside has page tables, they come before the monitor's.
        let inside = super::runtime::panels(self, shown.map(|s| s.op), observer);
        panels.splice(1..1, inside);
        View { panels }
    }

    /// The enclave a view is about: the one the operation names, else the one that runs, else the
    /// lowest.
    fn focus(&self, op: Option<&Op>) -> u8 {
        let named = match op {
            Some(Op::Create { args, .. }) => {
                let mut all = self.monitor.enclaves.iter();
                let own = all.find(|(_, e)| e.args.epm_paddr == args.epm_paddr);
                own.map(|(eid, _)| *eid)
            }
            Some(Op::Ecall {
                id: sbi::DESTROY | sbi::RUN | sbi::RESUME,
                args,
                ..
            }) => u8::try_from(args[0]).ok(),
            _ => None,
        };
        named.or_else(|| self.protected()).unwrap_or(0)
    }

    /// Whose a stretch of memory is: which enclave's, if any.
    fn owner_of(&self, at: u64) -> Option<u8> {
        let mut all = self.monitor.enclaves.iter();
        let holds = |start: u64, size: u64| at.wrapping_sub(start) < size;
        let own = all.find(|(_, e)| {
            holds(e.args.epm_paddr, e.args.epm_size) || holds(e.args.utm_paddr, e.args.utm_size)
        });
        own.map(|(eid, _)| *eid)
    }
}

/// The colour an enclave has everywhere.
fn tone(eid: u8) -> Tone {
    Tone::owner(usize::from(eid))
}

/// R, W and X as `rw-`.
fn rwx(bits: u8) -> alloc::string::String {
    let letter = |bit: u8, c: char| if bits & bit != 0 { c } else { '-' };
    [letter(1, 'r'), letter(2, 'w'), letter(4, 'x')]
        .iter()
        .collect()
}
