//! A random walk of driver operations and hostile ENCLS: invariants hold after every step, and a step
//! that stops changes nothing.

use std::collections::BTreeSet;

use teescope_core::formats::dcap::Attributes;
use teescope_core::memory::{Linear, Physical};
use teescope_core::sgx::driver::{buffers, kernel};
use teescope_core::sgx::encls::{self, Registers};
use teescope_core::sgx::structs::{Miscselect, PageInfo, PageType, Secs};
use teescope_core::sgx::{
    Call, Content, Eadd, Ecreate, Einit, EpcPage, Machine, Op, Platform, SecsState, SigSource,
    Which,
};
use teescope_core::trace::{Machine as _, Outcome, Recorder, Rule, Silent};

use super::scene::{BASE, ORDINARY, epc, key};
use crate::engine::dice::Dice;

/// EPC pages of the machine walked on: few, so that they run out and are used again.
pub(crate) const PAGES: u64 = 24;

/// What is between two states, if anything: `None` when they are the same but for the driver's buffers.
fn difference(a: &Machine, b: &Machine) -> Option<&'static str> {
    let same_secs = |(p, x): (&EpcPage, &SecsState), (q, y): (&EpcPage, &SecsState)| {
        p == q
            && x.fields == y.fields
            && x.measurement == y.measurement
            && (x.eid, x.children, x.active) == (y.eid, y.children, y.active)
            && x.padding == y.padding
    };
    let secs = a.secs.size() == b.secs.size()
        && a.secs
            .iter()
            .zip(b.secs.iter())
            .all(|(x, y)| same_secs(x, y));
    let buffers = buffers::SIGSTRUCT.0 >> 12..=buffers::SOURCE.0 >> 12;
    let outside = |m: &Machine| -> Vec<(u64, [u8; 8])> {
        let pages = m.ram.pages().filter(|(n, _)| !buffers.contains(n));
        // The first bytes are enough: nothing here writes others without them.
        pages
            .map(|(n, _)| (n, m.ram.bytes(Physical(n << 12), 8).try_into().expect("8")))
            .collect()
    };
    let checks = [
        ("EPC", a.epc.iter().eq(b.epc.iter())),
        ("SECS", secs),
        ("page tables", a.tables.iter().eq(b.tables.iter())),
        ("held pages", a.held.iter().eq(b.held.iter())),
        (
            "MSRs",
            a.launch_hash == b.launch_hash && a.feature_control == b.feature_control,
        ),
        ("event", a.pending_event == b.pending_event),
        ("EID", a.next_eid == b.next_eid),
        (
            "books",
            a.driver.enclaves.iter().eq(b.driver.enclaves.iter())
                && a.driver.pages.iter().eq(b.driver.pages.iter())
                && a.driver.freed.iter().eq(b.driver.freed.iter())
                && a.driver.next == b.driver.next,
        ),
        ("memory", outside(a) == outside(b)),
    ];
    checks.iter().find(|(_, same)| !same).map(|(what, _)| *what)
}

/// What must hold in every state that the leaves can reach.
fn invariants(m: &Machine) -> Result<(), String> {
    let wrong = |what: &str, page: EpcPage| Err(format!("{what}: page {}", page.0));
    let mut children = std::collections::BTreeMap::new();
    for (page, slot) in m.epc.iter().map(|(n, slot)| (EpcPage(n), slot)) {
        let e = &slot.entry;
        if page.0 >= m.platform.epc_pages {
            return wrong("beyond the EPC", page);
        }
        if e.blocked || e.pending || e.modified || e.pr {
            return wrong("a state no leaf here gives", page);
        }
        let owner = e.secs.and_then(|s| m.secs.get(&s));
        match (e.page_type, owner) {
            (PageType::SECS, None) if m.secs.get(&page).is_some() => {}
            (PageType::VA, None) => {}
            (PageType::REG | PageType::TCS, Some(secs)) => {
                let offset = e.linaddr.0.wrapping_sub(secs.fields.baseaddr);
                if offset >= secs.fields.size || e.linaddr.0 % 4096 != 0 {
                    return wrong("outside its enclave", page);
                }
                *children.entry(e.secs).or_insert(0) += 1;
            }
            _ => return wrong("type and owner disagree", page),
        }
        let w_without_r = e.rwx.bits() & 3 == 2;
        let regular = e.page_type == PageType::REG;
        if w_without_r
            || (!regular && e.rwx.bits() != 0)
            || (!regular && e.page_type != PageType::TCS && e.linaddr.0 != 0)
        {
            return wrong("permissions", page);
        }
    }
    let mut eids = BTreeSet::new();
    for (page, secs) in m.secs.iter() {
        if m.epcm(*page).is_none_or(|e| e.page_type != PageType::SECS) {
            return wrong("a SECS without its page", *page);
        }
        if secs.children != children.get(&Some(*page)).copied().unwrap_or(0) {
            return wrong("children", *page);
        }
        if secs.eid >= m.next_eid || !eids.insert(secs.eid) || secs.measurement.blocks() == 0 {
            return wrong("EID or measurement", *page);
        }
        let size = secs.fields.size;
        if !size.is_power_of_two() || secs.fields.baseaddr % size != 0 {
            return wrong("ELRANGE", *page);
        }
        let closed =
            secs.fields.mrenclave == secs.measurement.finish() && secs.padding.len() == 352;
        if secs.is_init() && !closed
            || !secs.is_init() && (!secs.padding.is_empty() || secs.active > 0)
        {
            return wrong("EINIT", *page);
        }
    }
    Ok(())
}

/// Keeps the rules that did not hold.
#[derive(Default)]
struct Broken(BTreeSet<&'static str>);

impl Recorder for Broken {
    fn check(
        &mut self,
        rule: &'static Rule,
        held: bool,
        _: impl FnOnce() -> Option<teescope_core::trace::Compared>,
    ) {
        if !held {
            self.0.insert(rule.id);
        }
    }
    fn write(
        &mut self,
        _: teescope_core::trace::Place,
        _: impl FnOnce() -> (teescope_core::trace::Value, teescope_core::trace::Value),
    ) {
    }
    fn tell(&mut self, _: impl FnOnce() -> teescope_core::trace::Event) {}
}

/// An address: mostly an EPC page or a buffer, sometimes anything.
fn address(d: &mut Dice) -> u64 {
    match d.below(12) {
        0 => d.next(),
        1 => d.below(64) * 8,
        2 => kernel(ORDINARY),
        3 => kernel(*d.pick(&[
            buffers::PAGEINFO,
            buffers::SECINFO,
            buffers::SOURCE,
            buffers::SIGSTRUCT,
        ])),
        4 => epc(EpcPage(d.below(PAGES))) + d.below(16) * 256,
        5 => epc(EpcPage(d.below(PAGES))) + d.below(4096),
        6 => BASE + d.below(64) * 4096,
        7 => !0 - d.below(4096),
        _ => epc(EpcPage(d.below(PAGES + 2))),
    }
}

fn call(d: &mut Dice) -> Call {
    let mut some = || (d.below(12) == 0).then(|| address(d));
    Call {
        rbx: some(),
        rcx: some(),
        rdx: some(),
    }
}

fn which(d: &mut Dice) -> Which {
    let enclave = d.below(4) as u8;
    match d.below(3) {
        0 => Which::Secs { enclave },
        1 => Which::Epc(if d.below(20) == 0 {
            d.next()
        } else {
            d.below(PAGES)
        }),
        _ => Which::Offset {
            enclave,
            offset: d.below(10) * 4096,
        },
    }
}

fn content(d: &mut Dice) -> Content {
    match d.below(4) {
        0 => Content::Fill(d.next() as u32),
        1 => Content::Bytes(d.next().to_le_bytes()[..].into()),
        2 => Content::Bytes(vec![0; 72].into()),
        _ => Content::Zero,
    }
}

fn create(d: &mut Dice) -> Op {
    let flags = *d.pick(&[4, 4, 4, 6, 0, 0x24, 0x84, 5]);
    Op::Ecreate(Ecreate {
        enclave: d.below(4) as u8,
        process: d.below(2) as u8,
        base: *d.pick(&[BASE, BASE, BASE + 0x10_0000, 0x10_0000, 1 << 47, 0x3000]),
        size: *d.pick(&[0x4000, 0x8000, 0x8000, 0x1_0000, 0, 0x3000, 1 << 40]),
        ssaframesize: *d.pick(&[1, 1, 1, 2, 0]),
        attributes: Attributes::new(flags, *d.pick(&[3, 3, 3, 7, 1])),
        miscselect: Miscselect::from_bits(*d.pick(&[0, 0, 1, 2])),
        call: call(d),
    })
}

/// Something into the buffers that ENCLS reads: PAGEINFO of odd addresses, SECINFO, a SECS.
fn operands(d: &mut Dice) -> Op {
    let (at, bytes) = match d.below(4) {
        0 | 1 => {
            let pageinfo = PageInfo {
                linaddr: if d.below(2) == 0 {
                    0
                } else {
                    BASE + d.below(10) * 4096
                },
                srcpge: kernel(buffers::SOURCE),
                secinfo_or_pcmd: kernel(buffers::SECINFO),
                secs: if d.below(3) == 0 { 0 } else { address(d) },
            };
            (buffers::PAGEINFO, pageinfo.encode().to_vec())
        }
        2 => {
            let mut secinfo = [0; 64];
            (secinfo[0], secinfo[1]) = (d.below(8) as u8, d.below(5) as u8);
            (buffers::SECINFO, secinfo.to_vec())
        }
        _ => {
            let secs = Secs {
                size: 0x8000,
                baseaddr: BASE,
                ssaframesize: 1,
                attributes: Attributes::new(4, 3),
                ..Secs::default()
            };
            (buffers::SOURCE, secs.encode().to_vec())
        }
    };
    Op::Write {
        at: at.0,
        bytes: bytes.into(),
    }
}

/// A random operation.
pub(crate) fn op(d: &mut Dice) -> Op {
    match d.below(40) {
        0..4 => create(d),
        4..14 => Op::Eadd(Eadd {
            enclave: d.below(4) as u8,
            offset: d.below(10) * 4096 + if d.below(30) == 0 { 1 } else { 0 },
            flags: teescope_core::sgx::structs::SecInfoFlags::from_bits(*d.pick(&[
                0x200, 0x201, 0x203, 0x205, 0x207, 0x100, 0x107, 0x202, 0x300, 0x20b,
            ])),
            content: content(d),
            call: call(d),
        }),
        14..19 => Op::Eextend {
            enclave: d.below(4) as u8,
            offset: d.below(10 * 16) * 256 + if d.below(30) == 0 { 1 } else { 0 },
            call: call(d),
        },
        19..25 => Op::Eremove {
            page: which(d),
            call: call(d),
        },
        25 => Op::Epa { call: call(d) },
        26..32 => Op::Encls {
            leaf: *d.pick(&[0, 1, 1, 2, 3, 3, 6, 6, 10, 4, 99]),
            registers: Registers {
                rbx: if d.below(4) == 0 { 3 } else { address(d) },
                rcx: address(d),
                rdx: address(d),
            },
        },
        32..35 => operands(d),
        35 => Op::Hold {
            page: which(d),
            held: d.below(3) == 0,
        },
        36 => Op::Thread {
            enclave: d.below(4) as u8,
            inside: d.below(2) == 0,
        },
        37 => Op::Flip {
            at: address(d),
            bit: d.next() as u8,
        },
        38 => Op::Event {
            pending: d.below(4) == 0,
        },
        _ if d.below(8) == 0 => Op::Einit(Einit {
            enclave: d.below(4) as u8,
            sigstruct: SigSource::Now,
            token: (d.below(4) == 0).then(|| vec![1; 304].into()),
            call: call(d),
        }),
        _ => Op::Wrmsr {
            msr: 0x8a + d.below(7) as u32,
            value: d.next(),
        },
    }
}

/// Walks; gives how often a step was done, refused, faulted, and how many enclaves started.
fn walk(seed: u64, steps: u64, broken: &mut Broken) -> [u64; 4] {
    let mut d = Dice::new(seed);
    let mut m = Machine::new(Platform {
        epc_pages: PAGES,
        ..Platform::client()
    });
    let hash = teescope_core::crypto::sha256::sha256(&key().modulus());
    let mut counts = [0; 4];
    for step in 0..steps {
        // The registers are set right from time to time, so that some enclave starts.
        if step % 32 == 0 {
            m.launch_hash = hash;
        }
        let op = op(&mut d);
        let before = m.clone();
        let outcome = m.apply(&op, broken);
        let kind = match outcome {
            Outcome::Done => 0,
            Outcome::Refused(_) => 1,
            Outcome::Faulted(_) => 2,
        };
        counts[kind] += 1;
        if outcome.is_done() && matches!(op, Op::Einit(_)) {
            counts[3] += 1;
        }
        if outcome != Outcome::Done {
            assert_eq!(
                difference(&before, &m),
                None,
                "seed {seed} step {step}: {op:?} {outcome:?}"
            );
        }
        if let Err(why) = invariants(&m) {
            panic!("seed {seed} step {step}: {why} after {op:?}");
        }
    }
    counts
}

shared_test! {
    fn a_random_walk_keeps_every_invariant() {
        let (walks, steps) = (200, 500);
        let mut broken = Broken::default();
        let mut counts = [0; 4];
        for seed in 1..=walks {
            let of = walk(seed, steps, &mut broken);
            (0..4).for_each(|i| counts[i] += of[i]);
        }
        assert!(counts[..3].iter().all(|n| *n > walks * steps / 20), "{counts:?}");
        // Some enclaves start.
        assert!(counts[3] >= walks / 10 - 1, "{counts:?}");
        // Most rules of the leaves are met on the way.
        let leaves = [0, 1, 2, 3, 6, 10].into_iter().flat_map(encls::rules_of);
        let met = leaves.filter(|rule| broken.0.contains(rule.id)).count();
        assert!(met >= 40, "{met} of the leaves' rules: {:?}", broken.0);
    }

    fn the_same_seed_walks_the_same_way() {
        let state = |_| {
            let mut d = Dice::new(5);
            let mut m = Machine::new(Platform { epc_pages: PAGES, ..Platform::client() });
            for _ in 0..300 {
                m.apply(&op(&mut d), &mut Silent);
            }
            super::scene::digest(&m)
        };
        assert_eq!(state(0), state(1));
        assert_eq!(Linear(kernel(Physical(0))).0, teescope_core::sgx::DIRECT_MAP);
    }
}
