//! The machine as panels: pure functions from state to data.

mod bytes;
mod digest;
mod epcm;
mod facts;
mod frame;
mod map;
mod privilege;
mod running;
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
        let knows_tables = matches!(observer, None | Some(Observer::Privileged));
        let knows_threads =
            knows_tables || matches!(observer, Some(Observer::Inside | Observer::Process));
        let mut panels: Vec<Panel> = Vec::new();
        panels.push(Panel::AddressMap(map::map(self, knows_tables)));
        if open {
            panels.extend(digest::digest(self, focus, shown).map(Panel::Digest));
        }
        let cpu = processor_of(shown.map(|s| s.op));
        if !self.cpus.is_empty() || !self.seen.is_empty() {
            self.running(&mut panels, focus, cpu, observer);
        }
        panels.push(Panel::Table(epcm::table(self, open)));
        panels.extend(
            bytes::structures(self, focus, shown, observer)
                .into_iter()
                .map(Panel::Bytes),
        );
        panels.push(Panel::States(states::life(self, focus, knows_threads)));
        if open || knows_threads {
            let privilege = privilege::privilege(self, shown);
            panels.push(Panel::Privilege(privilege));
        }
        panels.push(Panel::Facts(facts::identity(self, focus, open)));
        panels.push(Panel::Facts(facts::processor(self, observer)));
        View { panels }
    }

    /// The panels about what runs, once something does.
    fn running(&self, panels: &mut Vec<Panel>, focus: u8, cpu: u8, who: Option<Observer>) {
        panels.push(Panel::Table(running::table(self, focus, cpu, who)));
        let near = [Observer::Inside, Observer::Process, Observer::Privileged];
        if who.is_none_or(|who| near.contains(&who)) {
            panels.extend(running::thread(self, focus, cpu).map(Panel::States));
        }
        if matches!(who, None | Some(Observer::Privileged)) {
            panels.push(Panel::Table(running::seen(self)));
        }
        if who.is_none() {
            panels.extend(running::tlb(self, cpu).map(Panel::Table));
        }
        if let Some(door) = self.doorway(focus, cpu, matches!(who, None | Some(Observer::Inside))) {
            panels.extend(frame::ssa(self, focus, &door, who).map(Panel::Bytes));
            panels.push(Panel::Bytes(frame::tcs(self, &door, who)));
        }
    }

    /// The enclave a view is about: the one the operation names, else the first.
    fn focus(&self, op: Option<&Op>) -> u8 {
        let named = match op {
            Some(Op::Ecreate(c)) => Some(c.enclave),
            Some(Op::Eadd(a)) => Some(a.enclave),
            Some(Op::Assume { enclave, .. }) => Some(*enclave),
            Some(Op::Eextend { enclave, .. } | Op::Thread { enclave, .. }) => Some(*enclave),
            Some(Op::Einit(i)) => Some(i.enclave),
            Some(Op::Eremove { page, .. } | Op::Hold { page, .. }) => match page {
                Which::Offset { enclave, .. } | Which::Secs { enclave } => Some(*enclave),
                Which::Epc(_) => None,
            },
            Some(Op::Enclu(e)) => e
                .door
                .map(|(enclave, _)| enclave)
                .or(self.enclave_on(e.cpu)),
            Some(Op::Edbgrd { enclave, .. } | Op::Edbgwr { enclave, .. }) => Some(*enclave),
            Some(Op::Access(touch)) => self.page_at(touch.at).map(|(enclave, _)| enclave),
            Some(Op::Map { at, .. }) => self.enclave_at(*at),
            Some(Op::Bus(bus)) => self.page_at(bus.at).map(|(enclave, _)| enclave),
            Some(op) => self.enclave_on(processor_of(Some(op))),
            None => None,
        };
        named
            .or_else(|| self.driver.enclaves.first().map(|(n, _)| *n))
            .unwrap_or(0)
    }

    /// The enclave that a processor runs in, or was last taken out of.
    fn enclave_on(&self, cpu: u8) -> Option<u8> {
        let own = self.cpu(cpu);
        match own.inside {
            Some(inside) => self.enclave_of(inside.secs),
            None => self.enclave_at(own.regs.rbx),
        }
    }

    /// Which page of which enclave an address leads to: physical, or linear in an enclave's range.
    pub(super) fn page_at(&self, at: u64) -> Option<(u8, u64)> {
        if at < self.platform.memory_end.0 {
            let epc = self.in_epc(crate::memory::Linear(super::machine::DIRECT_MAP + at))?;
            return self.driver.pages.find(epc);
        }
        let enclave = self.enclave_at(at)?;
        let base = self.enclave(enclave)?.base.0;
        Some((enclave, at.wrapping_sub(base) & !0xfff))
    }

    /// The enclave whose range holds a linear address.
    fn enclave_at(&self, at: u64) -> Option<u8> {
        let mut all = self.driver.enclaves.iter();
        all.find(|(_, h)| at.wrapping_sub(h.base.0) < h.size)
            .map(|(n, _)| *n)
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

/// The processor a view is about: the one the operation names, else the first.
fn processor_of(op: Option<&Op>) -> u8 {
    match op {
        Some(Op::Enclu(e)) => e.cpu,
        Some(Op::Set(s)) => s.cpu,
        Some(Op::Work(w)) => w.cpu,
        Some(Op::Execute { cpu, .. } | Op::Raise { cpu, .. }) => *cpu,
        Some(Op::Schedule(s)) => s.cpu,
        Some(Op::Access(touch)) => match touch.who {
            super::access::Who::Code(cpu) => cpu,
            _ => 0,
        },
        _ => 0,
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
