//! A machine whose enclave has three pages for the operands of EREPORT and EGETKEY, and the rows that spoil one.

use std::cell::OnceCell;

use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::structs::Miscselect;
use teescope_core::sgx::{Call, Content, Ecreate, EpcPage, Machine, Op, SigSource};

use super::scene::enclu;
use crate::sgx::scene::{BASE, CODE, DATA, TCS, eadd, einit, key, run, small};

/// Linear addresses of the operands, each in a page of its own, and their EPC pages.
pub(crate) const FIRST: u64 = BASE + 0x3000;
pub(crate) const SECOND: u64 = BASE + 0x4000;
pub(crate) const THIRD: u64 = BASE + 0x5000;
pub(crate) const FIRST_PAGE: EpcPage = EpcPage(4);
pub(crate) const SECOND_PAGE: EpcPage = EpcPage(5);
pub(crate) const THIRD_PAGE: EpcPage = EpcPage(6);
/// The SECS.
pub(crate) const SECS: EpcPage = EpcPage(0);

/// The machine with processor 0 inside; ATTRIBUTES as given.
pub(crate) fn inside(flags: u64) -> Machine {
    let mut m = Machine::new(small());
    m.launch_hash = teescope_core::crypto::sha256::sha256(&key().modulus());
    let mut tcs = [0; 72];
    tcs[16..24].copy_from_slice(&0x2000_u64.to_le_bytes());
    tcs[28..32].copy_from_slice(&1_u32.to_le_bytes());
    let create = Op::Ecreate(Ecreate {
        enclave: 0,
        process: 0,
        base: BASE,
        size: 0x8000,
        ssaframesize: 1,
        attributes: Attributes::new(flags, 3),
        miscselect: Miscselect::from_bits(0),
        call: Call::default(),
    });
    let mut ops = vec![
        create,
        eadd(0, 0, CODE, Content::Code(1)),
        eadd(0, 0x1000, TCS, Content::Bytes(tcs.into())),
    ];
    ops.extend((2..6).map(|n| eadd(0, n * 4096, DATA, Content::Zero)));
    ops.push(einit(0, SigSource::Now));
    ops.push(enclu(2, Some(0x1000)));
    run(&mut m, &ops);
    m
}

/// The same with no attribute but 64-bit mode, made once.
pub(crate) fn plain() -> Machine {
    thread_local! {
        static MADE: OnceCell<Machine> = const { OnceCell::new() };
    }
    MADE.with(|made| made.get_or_init(|| inside(4)).clone())
}

/// The ways to spoil an operand: in which register, in which page, what it must be a multiple of, what the
/// page must grant.
macro_rules! operand_rows {
    ($leaf:literal, $name:literal, $register:ident, $pf:ident, $page:expr, $linear:expr, $keeps:expr) => {
        [
            row(concat!($leaf, ".", $name, "-aligned"), gp, |a| {
                a.regs.$register += 8
            }),
            row(concat!($leaf, ".", $name, "-in-elrange"), gp, |a| {
                a.regs.$register = BASE + 0x8000
            }),
            row(concat!($leaf, ".", $name, "-in-elrange"), gp, |a| {
                a.regs.$register = 0x5555_0000_0000
            }),
            row(concat!($leaf, ".", $name, "-in-epc"), $pf, |a| {
                a.unmap($linear - BASE)
            }),
            row(concat!($leaf, ".", $name, "-valid"), $pf, |a| {
                a.m.epc.remove_mut($page.0);
            }),
            row(concat!($leaf, ".", $name, "-not-blocked"), $pf, |a| {
                a.entry($page, |e| e.blocked = true)
            }),
            row(concat!($leaf, ".", $name, "-page"), $pf, |a| {
                a.entry($page, |e| e.page_type = PageType::TCS)
            }),
            row(concat!($leaf, ".", $name, "-page"), $pf, |a| {
                a.entry($page, |e| e.secs = Some(EpcPage(60)))
            }),
            row(concat!($leaf, ".", $name, "-page"), $pf, |a| {
                a.entry($page, |e| e.linaddr.0 += 4096)
            }),
            row(concat!($leaf, ".", $name, "-page"), $pf, |a| {
                a.entry($page, |e| e.pending = true)
            }),
            row(concat!($leaf, ".", $name, "-page"), $pf, |a| {
                a.entry($page, |e| e.modified = true)
            }),
            row(concat!($leaf, ".", $name, "-page"), $pf, |a| {
                a.entry($page, |e| e.rwx = $keeps)
            }),
        ]
    };
}
pub(crate) use operand_rows;
