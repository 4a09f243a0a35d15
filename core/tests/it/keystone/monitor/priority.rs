//! Two rules broken together: the one that the monitor checks first wins.

use teescope_core::keystone::sbi;
use teescope_core::keystone::structs::CreateArgs;

use super::scene::{apply, args, booted, call, code, create, inside, upstream};

/// A rule that an argument breaks, the caller's code, and how.
type Spoil = (&'static str, u64, fn(&mut CreateArgs));

/// In the order in which upstream checks: the argument by itself, then the private memory's region,
/// then the shared buffer's.
const ORDER: &[Spoil] = &[
    ("CREATE.epm-size", 100_008, |a| a.epm_size = 0),
    ("CREATE.utm-size", 100_008, |a| a.utm_size = 0),
    ("CREATE.runtime-inside", 100_008, |a| {
        a.runtime_paddr = a.epm_paddr - 0x1000
    }),
    ("CREATE.user-inside", 100_008, |a| {
        a.user_paddr = a.epm_paddr + a.epm_size
    }),
    ("CREATE.free-inside", 100_008, |a| {
        a.free_paddr = a.epm_paddr + a.epm_size + 0x1000
    }),
    ("CREATE.runtime-before-user", 100_008, |a| {
        a.runtime_paddr = a.user_paddr + 0x1000
    }),
    ("CREATE.user-before-free", 100_008, |a| {
        a.user_paddr = a.free_paddr + 0x1000
    }),
    ("REGION.no-overlap", 100_003, |a| {
        // Over the monitor's last page.
        let shift = a.epm_paddr - 0x801f_f000;
        a.epm_paddr -= shift;
        a.runtime_paddr -= shift;
        a.user_paddr -= shift;
        a.free_paddr -= shift;
    }),
    ("REGION.whole-pages", 100_003, |a| a.epm_size += 0x800),
    ("REGION.bottom-napot", 100_003, |a| a.utm_size += 0x1000),
];

shared_test! {
    fn the_first_broken_rule_decides() {
        for (i, (first, wanted, spoil_first)) in ORDER.iter().enumerate() {
            for (second, _, spoil_second) in &ORDER[i + 1..] {
                let mut a = args(0);
                // The later rule is spoilt first, so that nothing it does can mend the earlier one.
                spoil_second(&mut a);
                spoil_first(&mut a);
                let (outcome, broken) = apply(&mut booted(upstream()), &create(a));
                assert_eq!((broken, code(outcome)), (Some(*first), *wanted), "{first} before {second}");
            }
        }
    }

    /// Ids are judged before arguments, old ones before the caller, the caller before what is known.
    fn ids_are_judged_in_order() {
        let ends = |m: &mut teescope_core::keystone::Machine, id| {
            let (outcome, _) = apply(m, &call(id, [u64::MAX; 3]));
            code(outcome)
        };
        let (mut host, mut enclave) = (booted(upstream()), inside(upstream()));
        for (id, from_host, from_enclave) in [
            (0, 100_099, 100_099),
            (1999, 100_099, 100_099),
            (2000, 100_100, 100_014),
            (sbi::CREATE, 100_006, 100_014),
            (sbi::DESTROY, 100_005, 100_014),
            (2999, 100_100, 100_014),
            (3000, 100_014, 100_100),
            (sbi::ATTEST, 100_014, 100_008),
            (3999, 100_014, 100_100),
            (sbi::PLUGIN, 100_100, 100_100),
            (u64::MAX, 100_100, 100_100),
        ] {
            assert_eq!((ends(&mut host, id), ends(&mut enclave, id)), (from_host, from_enclave), "{id}");
        }
    }

    /// A report that neither may be read from nor written to fails by its data.
    fn data_is_read_before_the_report_is_written() {
        let both = call(sbi::ATTEST, [super::scene::LINUX, super::scene::LINUX, 8]);
        assert_eq!(apply(&mut inside(upstream()), &both).1, Some("ATTEST.data-readable"));
        let all = call(sbi::ATTEST, [super::scene::LINUX, super::scene::LINUX, 1025]);
        assert_eq!(apply(&mut inside(upstream()), &all).1, Some("ATTEST.data-fits"));
    }
}
