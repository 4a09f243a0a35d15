//! EREPORT, rule by rule in the manual's order, and the report itself.

use teescope_core::crypto::cmac::cmac;
use teescope_core::sgx::structs::{PageType, SecInfoFlags};
use teescope_core::sgx::{EpcPage, enclu as leaves};

use super::operands::{
    FIRST, FIRST_PAGE, SECOND, SECOND_PAGE, SECS, THIRD, THIRD_PAGE, inside, operand_rows, plain,
};
use super::scene::{Act, Row, check_each, check_pairs, gp, pf_rbx, pf_rcx, pf_rdx, row};
use crate::sgx::scene::BASE;

const INSIDE: [Row; 1] = [row("EREPORT.inside", gp, |a| a.cpu(|c| c.inside = None))];

/// Every row, in the manual's order.
pub(crate) fn rows() -> Vec<Row> {
    let target = operand_rows!(
        "EREPORT",
        "targetinfo",
        rbx,
        pf_rbx,
        FIRST_PAGE,
        FIRST,
        SecInfoFlags::W
    );
    let data = operand_rows!(
        "EREPORT",
        "reportdata",
        rcx,
        pf_rcx,
        SECOND_PAGE,
        SECOND,
        SecInfoFlags::W
    );
    let output = operand_rows!(
        "EREPORT",
        "output",
        rdx,
        pf_rdx,
        THIRD_PAGE,
        THIRD,
        SecInfoFlags::R
    );
    let all = INSIDE.into_iter().chain(target).chain(data);
    all.chain(output).collect()
}

fn act() -> Act {
    let mut act = Act::new(plain(), true, 0, FIRST, SECOND);
    act.regs.rdx = THIRD;
    act
}

shared_test! {
    fn ereport_stops_at_every_rule() {
        check_each(act, &rows());
    }

    fn ereport_checks_in_the_manuals_order() {
        check_pairs(act, &rows(), leaves::rules_of(0));
    }

    /// 64 bytes aligned to 128 are asked for; 64 bytes further is not aligned.
    fn reportdata_is_aligned_to_128() {
        let mut act = act();
        act.regs.rcx += 64;
        assert_eq!(act.call().1.map(|r| r.id), Some("EREPORT.reportdata-aligned"));
    }

    /// The fields lie where the manual puts them, and say what the SECS says.
    fn the_report_says_what_the_secs_says() {
        let mut act = act();
        act.m.platform = teescope_core::sgx::Platform {
            cpusvn: [9; 16],
            ..(*act.m.platform).clone()
        }.into();
        act.secs(|s| {
            s.mrenclave = [1; 32];
            s.mrsigner = [2; 32];
            s.configid = [3; 64];
            (s.isvprodid, s.isvsvn, s.configsvn) = (0x0102, 0x0304, 0x0506);
        });
        act.m.secs.get_mut(&SECS).expect("a SECS").ids = [[0xfa; 16], [0xe7; 16]];
        act.bytes(SECOND_PAGE, 0, &[0x52; 64]);
        // Reserved bytes of TARGETINFO are not looked at.
        act.bytes(FIRST_PAGE, 49, &[1]);
        assert!(act.call().0.is_done());
        let report = act.m.epc_bytes(THIRD_PAGE);
        let at = |from: usize, len: usize| &report[from..from + len];
        assert_eq!(at(0, 16), [9; 16]);
        assert_eq!(at(32, 16), [0xe7; 16]);
        assert_eq!(at(48, 16), [5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!((at(64, 32), at(128, 32)), (&[1; 32][..], &[2; 32][..]));
        assert_eq!(at(192, 64), [3; 64]);
        assert_eq!(at(256, 6), [2, 1, 4, 3, 6, 5]);
        assert_eq!((at(304, 16), at(320, 64)), (&[0xfa; 16][..], &[0x52; 64][..]));
        assert!(report[432..].iter().all(|b| *b == 0));
    }

    /// The target named decides the key, and the key covers the first 384 bytes only.
    fn the_mac_depends_on_the_target_and_the_body() {
        let report = |change: fn(&mut Act)| {
            let mut act = act();
            change(&mut act);
            assert!(act.call().0.is_done());
            act.m.epc_bytes(THIRD_PAGE)[..432].to_vec()
        };
        let own = report(|_| {});
        let mac = |r: &[u8]| r[416..432].to_vec();
        for byte in [0, 32, 40, 50, 52, 64] {
            let other = match byte {
                0 => report(|a| a.bytes(FIRST_PAGE, 0, &[1])),
                32 => report(|a| a.bytes(FIRST_PAGE, 32, &[1])),
                40 => report(|a| a.bytes(FIRST_PAGE, 40, &[1])),
                50 => report(|a| a.bytes(FIRST_PAGE, 50, &[1])),
                52 => report(|a| a.bytes(FIRST_PAGE, 52, &[1])),
                _ => report(|a| a.bytes(FIRST_PAGE, 64, &[1])),
            };
            assert_eq!(own[..384], other[..384], "{byte}");
            assert_ne!(mac(&own), mac(&other), "TARGETINFO byte {byte} is part of the key");
        }
        let same = report(|a| a.bytes(FIRST_PAGE, 128, &[1]));
        assert_eq!(mac(&own), mac(&same), "a reserved byte is not");
        let other = report(|a| a.bytes(SECOND_PAGE, 63, &[1]));
        assert_ne!(mac(&own), mac(&other));
        assert_eq!(own[384..416], teescope_core::sgx::REPORT_KEYID);
    }

    /// What EREPORT makes the MAC with for an enclave is what that enclave gets from EGETKEY.
    fn egetkey_gives_the_target_the_same_key() {
        let mut m = inside(4 | 1 << 7);
        let secs = &mut m.secs.get_mut(&SECS).expect("a SECS").fields;
        (secs.configid, secs.configsvn) = ([0x0c; 64], 7);
        let own = secs.clone();
        let mut act = Act::new(m, true, 0, FIRST, SECOND);
        act.regs.rdx = THIRD;
        act.bytes(FIRST_PAGE, 0, &own.mrenclave);
        act.bytes(FIRST_PAGE, 32, &own.encode()[48..64]);
        act.bytes(FIRST_PAGE, 50, &7_u16.to_le_bytes());
        act.bytes(FIRST_PAGE, 64, &[0x0c; 64]);
        assert!(act.call().0.is_done());
        let report = act.m.epc_bytes(THIRD_PAGE);
        act.bytes(SECOND_PAGE, 0, &3_u16.to_le_bytes());
        act.bytes(SECOND_PAGE, 40, &report[384..416]);
        let mut ask = Act::new(act.m, true, 1, SECOND, THIRD + 0x800);
        assert!(ask.call().0.is_done());
        let key: [u8; 16] = ask.m.epc_bytes(THIRD_PAGE)[0x800..0x810].try_into().expect("16 bytes");
        assert_eq!(cmac(&key, &report[..384]), report[416..432]);
    }
}
