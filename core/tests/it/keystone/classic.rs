//! The page-table walk against a run of the older monitor, and each of its refusals.

use serde_json::Value;
use teescope_core::crypto::sha3::sha3_512;
use teescope_core::keystone::measure::classic::{
    BOUNDED, IN_EPM, KNOWN_PAGE, Layout, RULES, RUNTIME_RISES, UNTRUSTED_IN_UTM, USER_BIT,
    USER_RISES, measure,
};
use teescope_core::memory::{Page, Physical, Ram};
use teescope_core::tees;
use teescope_core::trace::{Event, Everything, Inputs, Place, Rule, Settings, Silent};

use super::samples::{array, number, pattern};
use crate::vectors;

const DIGEST: Place = Place::new("digest", 0, 64);
const V: u64 = 1;
const RWX: u64 = 7 << 1;
const U: u64 = 1 << 4;

/// Enclave memory with page tables that are made here, page by page, as a host would.
struct Tables {
    ram: Ram,
    root: u64,
    next: u64,
}

impl Tables {
    fn new(root: u64) -> Self {
        Self {
            ram: Ram::default(),
            root,
            next: root + 0x1000,
        }
    }

    fn entry(&self, at: u64) -> u64 {
        u64::from_le_bytes(self.ram.bytes(Physical(at), 8).try_into().expect("8 bytes"))
    }

    fn set(&mut self, at: u64, value: u64) {
        self.ram.write(Physical(at), &value.to_le_bytes());
    }

    /// Where the entry of a page lies; tables above it are made as needed.
    fn slot(&mut self, va: u64) -> u64 {
        let mut table = self.root;
        for level in [2, 1] {
            let at = table + ((va >> (12 + 9 * level)) & 511) * 8;
            if self.entry(at) == 0 {
                self.set(at, (self.next >> 12 << 10) | V);
                self.next += 0x1000;
            }
            table = self.entry(at) >> 10 << 12;
        }
        table + ((va >> 12) & 511) * 8
    }

    fn map(&mut self, va: u64, to: u64, bits: u64) {
        let at = self.slot(va);
        self.set(at, (to >> 12 << 10) | bits | V);
    }
}

/// The case of the vector: the layout and the memory as the run had them.
fn case(json: &Value) -> (Layout, Tables) {
    let l = &json["case"]["layout"];
    let pair = |v: &Value| (number(&v[0]), number(&v[1]));
    let params: Vec<u64> = l["params"]
        .as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect();
    let layout = Layout {
        epm: pair(&l["epm"]),
        utm: pair(&l["utm"]),
        root: pair(&l["epm"]).0,
        runtime: number(&l["runtime_base"]),
        user: number(&l["user_base"]),
        free: number(&l["free_base"]),
        params: params.try_into().expect("four"),
    };
    let mut tables = Tables::new(layout.root);
    let page0 = vectors::read("keystone/enclave-page0.bin").expect("page 0");
    tables
        .ram
        .put(Physical(layout.runtime), Page::from_bytes(&page0));
    let pages = number(&l["runtime_pages"]) + number(&l["user_pages"]) - 1;
    for n in 0..pages {
        let at = Physical(layout.runtime + 0x1000 * (n + 1));
        tables
            .ram
            .put(at, Page::from_bytes(&pattern(number(&l["tag"]), n)));
    }
    for n in 0..3 {
        tables.map(
            layout.params[0] + 0x1000 * n,
            layout.runtime + 0x1000 * n,
            RWX,
        );
        tables.map(
            layout.params[1] + 0x1000 * n,
            layout.user + 0x1000 * n,
            RWX | U,
        );
    }
    for n in 0..4 {
        tables.map(
            layout.params[2] + 0x1000 * n,
            layout.utm.0 + 0x1000 * n,
            RWX,
        );
    }
    (layout, tables)
}

/// The rule that is broken, the vector's name of the case, and what breaks it.
type Row = (&'static Rule, &'static str, fn(&Layout, &mut Tables));

/// What breaks each rule, in the order in which they are checked.
fn rows() -> Vec<Row> {
    vec![
        (&IN_EPM, "leaf outside EPM and UTM", |l, t| {
            t.map(0x20000, l.epm.0 + l.epm.1, RWX)
        }),
        (&IN_EPM, "page table inside UTM", |l, t| {
            t.set(t.root + 8, (l.utm.0 >> 12 << 10) | V)
        }),
        (&USER_BIT, "user page without U", |l, t| {
            t.map(l.params[1] + 0x2000, l.user + 0x2000, RWX)
        }),
        (
            &UNTRUSTED_IN_UTM,
            "VA in the untrusted range mapped into EPM",
            |l, t| {
                t.map(l.params[2] + 0x3000, l.runtime, RWX);
            },
        ),
        (&RUNTIME_RISES, "two VAs to one page", |l, t| {
            t.map(l.params[0] + 0x3000, l.runtime + 0x2000, RWX)
        }),
        (&USER_RISES, "physical order descending with VA", |l, t| {
            t.map(l.params[1], l.user + 0x1000, RWX | U);
            t.map(l.params[1] + 0x1000, l.user, RWX | U);
        }),
        (&KNOWN_PAGE, "leaf in free memory", |l, t| {
            t.map(0x20000, l.free, RWX)
        }),
        (&BOUNDED, "", |l, t| {
            // A page of the buffer under every address of many tables that are one.
            let (middle, leaf) = (l.epm.0 + 0x80000, l.epm.0 + 0x81000);
            for i in 0..512 {
                t.set(t.root + 8 * i, (middle >> 12 << 10) | V);
                t.set(middle + 8 * i, (leaf >> 12 << 10) | V);
                t.set(leaf + 8 * i, (l.utm.0 >> 12 << 10) | V);
            }
        }),
    ]
}

shared_test! {
    fn the_walk_is_that_of_the_run() {
        let Some(json) = vectors::json("keystone/classic.json") else { return };
        let (layout, tables) = case(&json);
        let mut told = Everything::default();
        let hash = measure(&tables.ram, &layout, DIGEST, &mut told).expect("orderly tables");
        assert_eq!(hash, array(&json["case"]["hash"]));
        // The naive twin: one flat byte string of what the vector's own walk lists.
        let mut flat: Vec<u8> = layout.params.iter().flat_map(|p| p.to_le_bytes()).collect();
        let page0 = vectors::read("keystone/enclave-page0.bin").expect("page 0");
        for run in json["case"]["walk"].as_array().expect("runs") {
            flat.extend(number(&run["va"]).to_le_bytes());
            for page in run["pages"].as_array().expect("pages") {
                match page.as_str().expect("a name").split_once(' ') {
                    Some((_, n)) => flat.extend(pattern(33, n.parse().expect("a number"))),
                    None if page == "zero" => flat.extend([0; 4096]),
                    None => flat.extend(&page0),
                }
            }
        }
        assert_eq!(sha3_512(&flat), hash);
        let absorbed = told.events.iter().filter(|e| matches!(e, Event::Absorb(_))).count();
        assert_eq!(absorbed, 1 + 3 + 10, "the parameters, three first addresses, ten pages");
    }

    fn each_refusal_of_the_run_breaks_its_rule() {
        let Some(json) = vectors::json("keystone/classic.json") else { return };
        let refused = json["refused_with_100015"].as_array().expect("a list");
        let rows = rows();
        for name in refused {
            assert!(rows.iter().any(|r| r.1 == name.as_str().expect("text")), "{name}");
        }
        for (rule, name, spoil) in &rows {
            let (layout, mut tables) = case(&json);
            spoil(&layout, &mut tables);
            let found = measure(&tables.ram, &layout, DIGEST, &mut Silent);
            assert_eq!(found.map_err(|r| r.id), Err(rule.id), "{name}");
        }
        for rule in RULES {
            assert!(rows.iter().any(|r| r.0.id == rule.id), "{} has no row", rule.id);
        }
    }

    fn the_tricks_of_the_scenario_break_a_rule_each() {
        let run = tees::open("keystone/classic-measurement", &Settings::default(), &Inputs::new());
        let mut run = run.expect("a run");
        let mut stopped = Vec::new();
        for position in 1..=run.len() {
            let step = run.step(position).expect("a step");
            if let Some(rule) = step.broken() {
                assert_eq!(step.outcome.name().en(), "ILLEGAL_PTE (100015)");
                stopped.push((step.label.clone(), rule.id));
            }
        }
        let wanted = [
            ("twice.measure", USER_RISES.id),
            ("kernel.measure", USER_BIT.id),
            ("outside.measure", IN_EPM.id),
            ("buffer.measure", UNTRUSTED_IN_UTM.id),
        ];
        assert_eq!(stopped, wanted.map(|(label, rule)| (label.to_string(), rule)));
    }

    fn a_hole_is_told_by_another_first_address() {
        let Some(json) = vectors::json("keystone/classic.json") else { return };
        let (layout, mut tables) = case(&json);
        let whole = measure(&tables.ram, &layout, DIGEST, &mut Silent).expect("orderly tables");
        let at = tables.slot(layout.params[1] + 0x1000);
        tables.set(at, 0);
        let holed = measure(&tables.ram, &layout, DIGEST, &mut Silent).expect("orderly tables");
        assert_ne!(whole, holed);
    }
}
