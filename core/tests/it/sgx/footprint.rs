//! Every change of state is told: what differs after a step lies in a place that the step named.

use teescope_core::sgx::driver::pte_index;
use teescope_core::sgx::{EpcPage, Machine, Platform};
use teescope_core::trace::{Event, Everything, Machine as _, Place, Value};

use super::scene::key;
use super::walk::{PAGES, op};
use crate::engine::dice::Dice;

/// What a step wrote, by its own account.
pub(crate) struct Told(pub(crate) Vec<(Place, Value, Value)>);

impl Told {
    fn has(&self, place: &Place) -> bool {
        self.0.iter().any(|(told, ..)| told.meets(place))
    }

    /// Whether each differing byte of two stretches from `at` lies in a place told.
    fn covers(&self, space: &'static str, at: u64, before: &[u8], after: &[u8]) -> bool {
        let pairs = before.iter().zip(after).zip(at..);
        let mut differing = pairs.filter(|((a, b), _)| a != b).map(|(_, at)| at);
        differing.all(|at| self.has(&Place::new(space, at, 1)))
    }
}

/// What changed without being told.
pub(crate) fn untold(a: &Machine, b: &Machine, told: &Told) -> Vec<String> {
    let mut missing = Vec::new();
    let mut expect = |is_told: bool, what: String| {
        if !is_told {
            missing.push(what);
        }
    };
    for page in (0..a.platform.epc_pages).map(EpcPage) {
        let at = a.epc_physical(page).0;
        if a.epcm(page) != b.epcm(page) {
            expect(
                told.has(&Machine::epcm_place(page)),
                format!("EPCM {}", page.0),
            );
        }
        // A freed page keeps its bytes where nobody can see them.
        if b.epcm(page).is_some() {
            let same = told.covers("epc", at, &a.epc_bytes(page), &b.epc_bytes(page));
            expect(same, format!("EPC {}", page.0));
        }
        let running = |m: &Machine| m.secs.get(&page).map(|s| s.measurement);
        if running(a) != running(b) && running(b).is_some() {
            expect(
                told.has(&a.mrenclave_place(page)),
                format!("MRENCLAVE {}", page.0),
            );
        }
        let active = |m: &Machine| m.secs.get(&page).map_or(0, |s| s.active);
        if active(a) != active(b) && b.secs.contains_key(&page) {
            expect(
                told.has(&Place::new("threads", page.0, 1)),
                format!("threads {}", page.0),
            );
        }
        if a.is_held(page) != b.is_held(page) {
            expect(
                told.has(&Place::new("held", page.0, 1)),
                format!("held {}", page.0),
            );
        }
    }
    for (number, page) in b.ram.pages() {
        let (at, after) = (number * 4096, page.bytes());
        let before = a.ram.bytes(teescope_core::memory::Physical(at), 4096);
        expect(
            told.covers("ram", at, &before, &after),
            format!("memory page {number:#x}"),
        );
    }
    for (process, at, _) in a.tables.iter().chain(b.tables.iter()) {
        if a.tables.get(process, at) != b.tables.get(process, at) {
            let place = Place::new("pte", pte_index(process, at), 1);
            expect(told.has(&place), format!("page table {at}"));
        }
    }
    for index in 0..4 {
        let word = |m: &Machine| m.launch_hash[8 * index..][..8].to_vec();
        if word(a) != word(b) {
            expect(
                told.has(&Place::new("msr", 0x8c + index as u64, 1)),
                format!("MSR {index}"),
            );
        }
    }
    for number in 0..=u8::MAX {
        let (x, y) = (a.cpu(number), b.cpu(number));
        let (before, after) = (x.regs.encode(), y.regs.encode());
        let at = u64::from(number) << 12;
        let same = told.covers("reg", at, &before, &after);
        expect(same, format!("registers of processor {number}"));
        // Going in and out is told as a change of all registers at once.
        let whole = told.has(&Place::new("reg", at, before.len() as u64));
        let vector = whole || told.has(&Place::new("xmm", u64::from(number), 1));
        expect(
            x.xstate == y.xstate || vector,
            format!("vectors of {number}"),
        );
        expect(x.inside == y.inside || whole, format!("mode of {number}"));
        for (page, held) in y.tlb.iter() {
            let place = Place::new("tlb", u64::from(number) << 56 | page, 1);
            let same = x.tlb.get(page) == Some(held);
            expect(same || told.has(&place), format!("translation {page:#x}"));
        }
    }
    if a.debug_read != b.debug_read {
        expect(
            told.has(&Place::new("debug", 0, 8)),
            "what EDBGRD gave".into(),
        );
    }
    if a.pending_event != b.pending_event {
        expect(told.has(&Place::new("cpu", 0, 1)), "event".into());
    }
    missing
}

/// Bytes told of memory are the bytes that lie there, before and after.
pub(crate) fn true_bytes(a: &Machine, b: &Machine, told: &Told) {
    let last = |place: &Place| told.0.iter().rev().find(|(p, ..)| p.meets(place));
    for (place, before, after) in told.0.iter().filter(|(p, ..)| p.space == "ram") {
        let lies = |m: &Machine| {
            let at = teescope_core::memory::Physical(place.at);
            Value::from(&m.ram.bytes(at, place.len as usize)[..])
        };
        if matches!(before, Value::Bytes(_)) {
            assert_eq!(before, &lies(a), "before, {place:?}");
        }
        let is_last = last(place).is_some_and(|(p, ..)| p == place);
        if matches!(after, Value::Bytes(_)) && is_last {
            assert_eq!(after, &lies(b), "after, {place:?}");
        }
    }
}

shared_test! {
    fn every_change_lies_in_a_place_that_was_told() {
        let (walks, steps) = if cfg!(target_arch = "wasm32") { (4, 150) } else { (10, 300) };
        let hash = teescope_core::crypto::sha256::sha256(&key().modulus());
        for seed in 1..=walks {
            let mut d = Dice::new(1000 + seed);
            let mut m = Machine::new(Platform { epc_pages: PAGES, ..Platform::client() });
            for step in 0..steps {
                if step % 32 == 0 {
                    m.launch_hash = hash;
                }
                let (op, before) = (op(&mut d), m.clone());
                let mut recorder = Everything::default();
                let outcome = m.apply(&op, &mut recorder);
                let told = recorder.events.into_iter().filter_map(|event| match event {
                    Event::Write { place, before, after } => Some((place, before, after)),
                    _ => None,
                });
                let told = Told(told.collect());
                let untold = untold(&before, &m, &told);
                assert!(untold.is_empty(), "seed {seed} step {step}: {op:?} {outcome:?}: {untold:?}");
                true_bytes(&before, &m, &told);
            }
        }
    }
}
