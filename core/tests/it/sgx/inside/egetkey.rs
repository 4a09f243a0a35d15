//! EGETKEY, rule by rule in the manual's order, and what it leaves in RAX.

use teescope_core::sgx::structs::{PageType, SecInfoFlags};
use teescope_core::sgx::{EpcPage, enclu as leaves};
use teescope_core::trace::Outcome;

use super::operands::{FIRST, FIRST_PAGE, SECOND, SECOND_PAGE, inside, operand_rows, plain};
use super::scene::{Act, Row, check_each, check_pairs, gp, pf_rbx, pf_rcx, row};
use crate::sgx::scene::{BASE, code};

const INSIDE: [Row; 1] = [row("EGETKEY.inside", gp, |a| a.cpu(|c| c.inside = None))];

fn name(_: &Act) -> Outcome {
    code(256, "SGX_INVALID_KEYNAME")
}

fn attribute(_: &Act) -> Outcome {
    code(2, "SGX_INVALID_ATTRIBUTE")
}

fn cpusvn(_: &Act) -> Outcome {
    code(32, "SGX_INVALID_CPUSVN")
}

fn isvsvn(_: &Act) -> Outcome {
    code(64, "SGX_INVALID_ISVSVN")
}

/// What KEYREQUEST can ask for in vain. The request is for a seal key.
const REQUEST: [Row; 14] = [
    row("EGETKEY.keyrequest-reserved-zero", gp, |a| {
        a.bytes(FIRST_PAGE, 7, &[1])
    }),
    row("EGETKEY.keyrequest-reserved-zero", gp, |a| {
        a.bytes(FIRST_PAGE, 78, &[1])
    }),
    row("EGETKEY.keyrequest-reserved-zero", gp, |a| {
        a.bytes(FIRST_PAGE, 511, &[1])
    }),
    row("EGETKEY.keyrequest-reserved-zero", gp, |a| {
        a.bytes(FIRST_PAGE, 2, &[0x40])
    }),
    row("EGETKEY.keyrequest-reserved-zero", gp, |a| {
        a.bytes(FIRST_PAGE, 3, &[0x80])
    }),
    row("EGETKEY.kss-fields", gp, |a| {
        a.bytes(FIRST_PAGE, 2, &[0x04])
    }),
    row("EGETKEY.kss-fields", gp, |a| {
        a.bytes(FIRST_PAGE, 2, &[0x20])
    }),
    row("EGETKEY.kss-fields", gp, |a| a.bytes(FIRST_PAGE, 76, &[1])),
    row("EGETKEY.keyname-known", name, |a| {
        a.bytes(FIRST_PAGE, 0, &[5])
    }),
    row("EGETKEY.einittoken-key-allowed", attribute, |a| {
        a.bytes(FIRST_PAGE, 0, &[0])
    }),
    row("EGETKEY.provision-key-allowed", attribute, |a| {
        a.bytes(FIRST_PAGE, 0, &[1])
    }),
    row("EGETKEY.provision-key-allowed", attribute, |a| {
        a.bytes(FIRST_PAGE, 0, &[2])
    }),
    row("EGETKEY.cpusvn", cpusvn, |a| {
        let last = a.m.platform.cpusvn[15];
        a.bytes(FIRST_PAGE, 8 + 15, &[last + 1]);
    }),
    row("EGETKEY.isvsvn", isvsvn, |a| a.bytes(FIRST_PAGE, 4, &[2])),
];

/// Asked of an enclave with KSS; the rule cannot be broken without.
const CONFIG: [Row; 1] = [row("EGETKEY.configsvn", isvsvn, |a| {
    a.secs(|s| {
        s.attributes.flags = s
            .attributes
            .flags
            .with(teescope_core::sgx::structs::AttributesFlags::KSS)
    });
    a.bytes(FIRST_PAGE, 76, &[1]);
})];

/// Every row, in the manual's order.
pub(crate) fn rows() -> Vec<Row> {
    let request = operand_rows!(
        "EGETKEY",
        "keyrequest",
        rbx,
        pf_rbx,
        FIRST_PAGE,
        FIRST,
        SecInfoFlags::W
    );
    let output = operand_rows!(
        "EGETKEY",
        "output",
        rcx,
        pf_rcx,
        SECOND_PAGE,
        SECOND,
        SecInfoFlags::R
    );
    let all = INSIDE.into_iter().chain(request).chain(output);
    all.chain(REQUEST).chain(CONFIG).collect()
}

fn act() -> Act {
    let mut act = Act::new(plain(), true, 1, FIRST, SECOND);
    act.bytes(FIRST_PAGE, 0, &[4]);
    act
}

shared_test! {
    fn egetkey_stops_at_every_rule() {
        check_each(act, &rows());
    }

    fn egetkey_checks_in_the_manuals_order() {
        // Rows of KEYREQUEST.KEYNAME write the same byte; of them only one can be broken at a time. The rows
        // that end before the name is looked at pair with all others.
        let all = rows();
        let (before, names): (Vec<_>, Vec<_>) = all.into_iter().partition(|r| {
            !["keyname", "einittoken", "provision", "configsvn"].iter().any(|n| r.rule.contains(n))
        });
        check_pairs(act, &before, leaves::rules_of(1));
        for later in names {
            let mut pair = rows();
            pair.retain(|r| r.rule.ends_with("reserved-zero") || r.rule.contains("output"));
            pair.push(later);
            check_pairs(act, &pair, leaves::rules_of(1));
        }
    }

    /// A code goes to RAX with ZF set, and the key is not written; success clears both.
    fn rax_and_zf_say_how_it_went() {
        for (svn, wanted) in [(1, 0), (2, 64)] {
            let mut act = act();
            act.bytes(FIRST_PAGE, 4, &[svn]);
            act.cpu(|c| c.regs.rflags = 0x8d7);
            act.call();
            let cpu = act.m.cpu(0);
            assert!(cpu.inside.is_some(), "a code takes nobody out");
            assert_eq!(cpu.regs.rax, wanted);
            assert_eq!(cpu.regs.rflags & 0x8d5, if wanted == 0 { 0 } else { 0x40 });
            let key = &act.m.epc_bytes(SECOND_PAGE)[..16];
            assert_eq!(key == [0; 16], wanted != 0);
        }
    }

    /// A report key asks for no version: CPUSVN and ISVSVN of the request are not looked at.
    fn a_report_key_has_no_versions() {
        let key = |bytes: &[u8]| {
            let mut act = act();
            act.bytes(FIRST_PAGE, 0, &[3]);
            act.bytes(FIRST_PAGE, 4, bytes);
            assert!(act.call().0.is_done());
            act.m.epc_bytes(SECOND_PAGE)[..16].to_vec()
        };
        assert_eq!(key(&[0; 2]), key(&[0xff; 2]));
        assert_eq!(key(&[0; 20]), key(&[0, 0, 0, 0, 0xff, 0xff]));
    }

    /// With the privilege, the other keys come out, each another.
    fn privileged_enclaves_get_the_other_keys() {
        let mut all = std::collections::BTreeSet::new();
        for name in 0..5 {
            let mut act = Act::new(inside(4 | 1 << 4), true, 1, FIRST, SECOND);
            act.secs(|s| s.attributes.flags = teescope_core::sgx::structs::AttributesFlags::from_bits(
                s.attributes.flags.bits() | 1 << 5,
            ));
            act.bytes(FIRST_PAGE, 0, &[name]);
            assert!(act.call().0.is_done(), "{name}");
            all.insert(act.m.epc_bytes(SECOND_PAGE)[..16].to_vec());
        }
        assert_eq!(all.len(), 5);
    }
}
