//! Registers out of pasted text: the forms people use, and mistakes told by line and character.

use teescope_core::arch::riscv::csr;
use teescope_core::arch::riscv::dump::{BadDump, read};
use teescope_core::arch::riscv::{Pmp, Privilege};
use teescope_core::view::Access;

/// GDB's registers as the reporter of keystone issue 288 printed them, with his remarks.
const ISSUE_288: &str = "\
pmpcfg0        0x1f1818181818181f\t0x1f1818181818181f
pmpcfg1        Could not fetch register \"pmpcfg1\"; remote failure reply 'E14'
pmpcfg2        0x0\t0x0
pmpaddr0       0x2003ffff\t0x2003ffff  <----- Secure Monitor
pmpaddr1       0x2dc3ffff\t0x2dc3ffff  <----- Enclave 0
pmpaddr2       0x2dcbffff\t0x2dcbffff  <----- Enclave 1
pmpaddr7       0xffffffffffffffff\t0xffffffffffffffff <---- What is this doing here?
pmpaddr8       0x0\t0x0
";

/// The same registers in other forms.
const ALIKE: &[&str] = &[
    "pmpcfg0 = 0x1f1818181818181f\npmpaddr0 = 0x2003ffff\npmpaddr1: 0x2dc3ffff\nPMPADDR2\t768344063\npmpaddr7 -1",
    "csrw pmpaddr0, 0x2003ffff\ncsrw pmpaddr1, 0x2dc3ffff; csrw pmpaddr2, 0x2dcbffff\ncsrw pmpaddr7, 0xffffffffffffffff\ncsrw pmpcfg0, 0x1f1818181818181f",
    "csr_write(CSR_PMPADDR0, 0x2003ffffUL);\ncsr_write(CSR_PMPADDR1, 0x2dc3ffffULL); csr_write(CSR_PMPADDR2, 0x2dcbffff); csr_write(CSR_PMPADDR7, 0x3fffffffffffff);\ncsr_write(CSR_PMPCFG0, 0x1f1818181818181f);",
    "static const uint8_t pmpcfg[16] = { 0x1f, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x1f };\nuint64_t pmpaddr[] =\n{\n  0x2003ffff, 0x2dc3ffff,\n  0x2dcbffff, 0, 0, 0, 0, 0x3fffffffffffff,\n};",
    "cfg[0] = 0x1f; cfg[1] = 0x18; cfg[2] = 0x18; cfg[3] = 0x18; cfg[4] = 24; cfg[5] = 24; cfg[6] = 24; cfg[7] = 0x1f;\naddr[0] = 0x2003ffff; addr[1] = 0x2dc3ffff; addr[2] = 0x2dcbffff; addr[7] = 0x3fffffffffffff;",
    "{\"pmpcfg0\": \"0x1f1818181818181f\", \"pmpaddr0\": 537133055, \"pmpaddr1\": \"0x2dc3ffff\", \"pmpaddr2\": \"0x2dcbffff\", \"pmpaddr7\": \"0x3fffffffffffff\"}",
    "{\"read\": {\"cfg\": [31, 24, 24, 24, 24, 24, 24, 31], \"addr\": [537133055, 767819775, 768344063, 0, 0, 0, 0, 18014398509481983]}}",
    "pmpcfg: [0x1f1818181818181f, 0]\npmpaddr: [0x2003ffff, 0x2dc3ffff, 0x2dcbffff, 0, 0, 0, 0, -1]",
    "pmpcfg0 = 0x1818181f\npmpcfg1 = 0x1f181818\npmpaddr0 = 0x2003ffff\npmpaddr1 = 0x2dc3ffff\npmpaddr2 = 0x2dcbffff\npmpaddr7 = 0x3fffffffffffff",
];

const BOOT_LOG: &str = "\
OpenSBI v1.1
Platform Name             : riscv-virtio,qemu
Firmware Base             : 0x80000000
Domain0 Name              : root
Domain0 Region00          : 0x0000000002000000-0x000000000200ffff (I)
Domain0 Region01          : 0x0000000080000000-0x000000008003ffff ()
Domain0 Region02          : 0x0000000000000000-0xffffffffffffffff (R,W,X)
Domain1 Region00          : 0x0000000080000000-0x000000008fffffff (R,W,X)
Boot HART PMP Count       : 16
Boot HART PMP Granularity : 4
";

const NEWER_LOG: &str = "\
Domain0 Region00          : 0x0000000000100000-0x0000000000100fff M: (I,R,W) S/U: (R,W)
Domain0 Region01          : 0x0000000080000000-0x000000008003ffff M: (R,X) S/U: ()
Domain0 Region02          : 0x0000000080040000-0x000000008005ffff M: (R,W) S/U: ()
Domain0 Region03          : 0x0000000000000000-0xffffffffffffffff M: () S/U: (R,W,X)
Boot HART PMP Count       : 64
Boot HART PMP Granularity : 2 bits
";

/// The registers after the dump's own writes.
fn written(text: &str, count: u8) -> Pmp {
    let dump = read(text).unwrap_or_else(|bad| panic!("{}: {text}", bad.text().en()));
    let mut pmp = Pmp::new(count, 0);
    for (register, value) in dump.writes() {
        let kept = csr::write_pmp(&mut pmp, register, value).expect("a register");
        assert!(
            kept.iter().all(|(_, rule)| rule.id == "PMP.spare-bits"),
            "{kept:?}"
        );
    }
    assert_eq!(pmp, dump.pmp(count, 0), "{text}");
    pmp
}

/// Line and character of a mistake.
fn mistake(text: &str) -> (usize, usize) {
    let BadDump { line, at, .. } = read(text).expect_err(text);
    (line, at)
}

shared_test! {
    fn the_dump_of_issue_288_is_read_as_it_was_pasted() {
        let pmp = written(ISSUE_288, 16);
        assert_eq!(pmp.cfg_register(0), 0x1f18_1818_1818_181f);
        assert_eq!(pmp.region(0), Some(0x8000_0000..0x8020_0000));
        assert_eq!(pmp.region(1), Some(0xb700_0000..0xb720_0000));
        assert_eq!(pmp.region(7), Some(0..1 << 57));
        // The open question of the report: entry 0 shows the monitor's memory open to everybody.
        let d = pmp.check(Privilege::Supervisor, Access::Write, 0x8000_0000, 8);
        assert_eq!((d.allowed, d.entry), (true, Some(0)));
    }

    fn other_forms_say_the_same() {
        let wanted = written(ISSUE_288, 16);
        for text in ALIKE {
            let mut pmp = written(text, 16);
            assert_eq!(pmp.cfg_register(0), wanted.cfg_register(0), "{text}");
            for entry in [0, 1, 2, 7] {
                assert_eq!(pmp.addr(entry), wanted.addr(entry), "{text}");
            }
            _ = pmp.write_cfg(0, 0);
        }
    }

    fn a_boot_log_gives_its_regions_in_order() {
        let dump = read(BOOT_LOG).expect("a log");
        assert_eq!((dump.count, dump.grain, dump.regions), (Some(16), Some(0), 3));
        let pmp = written(BOOT_LOG, 16);
        assert_eq!(pmp.cfg_register(0), 0x1f_1818);
        assert_eq!(pmp.addr(0), 0x80_1fff);
        assert_eq!(pmp.region(1), Some(0x8000_0000..0x8004_0000));
        assert_eq!(pmp.region(2), Some(0..1 << 57));
        let dump = read(NEWER_LOG).expect("a log");
        assert_eq!((dump.count, dump.grain, dump.regions), (Some(64), Some(0), 4));
        let pmp = written(NEWER_LOG, 64);
        assert_eq!(pmp.cfg_register(0), 0x1f18_181b);
        assert_eq!(pmp.region(2), Some(0x8004_0000..0x8006_0000));
    }

    fn a_region_that_is_no_power_of_two_takes_two_entries() {
        let pmp = written("Domain0 Region00 : 0x80000000-0x80002fff M: () S/U: (R)", 16);
        assert_eq!((pmp.region(0), pmp.region(1)), (None, Some(0x8000_0000..0x8000_3000)));
        assert_eq!(pmp.cfg_register(0), 0x0900);
    }

    fn smepmp_rules_are_written_under_mml() {
        let pmp = written("mseccfg = 3\npmpcfg0 = 0x9c1a\npmpaddr0 = 0x20000fff\npmpaddr1 = 0x20001fff", 16);
        assert_eq!((pmp.mseccfg().bits(), pmp.cfg_register(0)), (3, 0x9c1a));
    }

    fn nothing_says_nothing() {
        assert_eq!(read("").expect("empty").writes(), []);
        assert_eq!(read(" \n\t").expect("empty").needs(), 16);
        assert_eq!(read("pmpaddr40 1").expect("many").needs(), 64);
    }

    fn mistakes_are_told_by_line_and_character() {
        for (text, wanted) in [
            ("hello", (0, 0)),
            ("mstatus 0x1800", (0, 0)),
            ("pmpaddr0 0x1\npmpaddr1 = 0xzz", (2, 12)),
            ("pmpaddr0 = base", (1, 12)),
            ("pmpaddr64 = 1", (1, 1)),
            ("\n  pmpcfg16 0", (2, 3)),
            ("pmpaddr0 0x10000000000000000", (1, 10)),
            ("cfg = {1, 256", (1, 11)),
            ("cfg = {1, two}", (1, 11)),
            ("cfg[64] = 1", (1, 11)),
            ("pmpaddr0 = { 1, 2 }", (1, 17)),
            ("pmpcfg0 0x1f00000000\npmpcfg1 0x1f", (2, 9)),
        ] {
            assert_eq!(mistake(text), wanted, "{text}");
        }
    }

    /// Cut anywhere and with any character spoilt, a text is read or refused.
    fn nothing_pasted_panics() {
        for text in [ISSUE_288, BOOT_LOG, NEWER_LOG, ALIKE[3], ALIKE[6]] {
            for (at, _) in text.char_indices() {
                _ = read(&text[..at]);
                for odd in ["[", "-", "{", "pmpaddr", "9", "Region0", "日"] {
                    if at % 7 == 0 {
                        _ = read(&format!("{}{odd}{}", &text[..at], &text[at..]));
                    }
                }
            }
        }
    }
}
