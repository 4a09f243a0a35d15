//! Rows of a leaf's rule test: a rule, how to break it, how the leaf must then end.

use teescope_core::trace::{Outcome, Rule};

use super::scene::{GP, Scene, code, pf};

/// What is laid out so that a leaf succeeds, unless a row spoils it.
pub(crate) trait Laid {
    /// Calls the leaf; says how it ended and which rule stopped it.
    fn call(&mut self) -> (Outcome, Option<&'static Rule>);
}

impl Laid for Scene {
    fn call(&mut self) -> (Outcome, Option<&'static Rule>) {
        Scene::call(self)
    }
}

/// One way to break one rule.
pub(crate) struct Row<S = Scene> {
    /// The rule's id.
    pub(crate) rule: &'static str,
    /// How the leaf ends, given the spoilt scene.
    pub(crate) ends: fn(&S) -> Outcome,
    /// What is spoilt.
    pub(crate) provoke: fn(&mut S),
}

/// A row.
pub(crate) const fn row<S>(
    rule: &'static str,
    ends: fn(&S) -> Outcome,
    provoke: fn(&mut S),
) -> Row<S> {
    Row {
        rule,
        ends,
        provoke,
    }
}

/// Ends in `#GP(0)`.
pub(crate) fn gp(_: &Scene) -> Outcome {
    GP
}

/// Ends in `#PF` at the address in RCX.
pub(crate) fn pf_rcx(s: &Scene) -> Outcome {
    pf(s.regs.rcx)
}

/// Ends in `#PF` at the address in RBX.
pub(crate) fn pf_rbx(s: &Scene) -> Outcome {
    pf(s.regs.rbx)
}

/// Ends in `#PF` at PAGEINFO.SECS.
pub(crate) fn pf_secs(s: &Scene) -> Outcome {
    pf(s.pageinfo.secs)
}

macro_rules! codes {
    ($($name:ident = $code:literal, $manual:literal;)+) => { $(
        #[doc = concat!("Ends in the code of ", $manual, ".")]
        pub(crate) fn $name(_: &Scene) -> Outcome {
            code($code, $manual)
        }
    )+ };
}

// The numbers and names of the manual's list, written out here once more on purpose.
codes! {
    invalid_sig_struct = 1, "SGX_INVALID_SIG_STRUCT";
    invalid_attribute = 2, "SGX_INVALID_ATTRIBUTE";
    invalid_measurement = 4, "SGX_INVALID_MEASUREMENT";
    invalid_signature = 8, "SGX_INVALID_SIGNATURE";
    child_present = 13, "SGX_CHILD_PRESENT";
    enclave_act = 14, "SGX_ENCLAVE_ACT";
    invalid_einittoken = 16, "SGX_INVALID_EINITTOKEN";
    invalid_cpusvn = 32, "SGX_INVALID_CPUSVN";
    unmasked_event = 128, "SGX_UNMASKED_EVENT";
}

/// Every row alone: the leaf ends as the row says, because of the row's rule.
pub(crate) fn check_each<S: Laid>(scene: fn() -> S, rows: &[Row<S>]) {
    for (number, row) in rows.iter().enumerate() {
        let mut scene = scene();
        (row.provoke)(&mut scene);
        let wanted = (row.ends)(&scene);
        let (outcome, broken) = scene.call();
        let broken = broken.map(|rule| rule.id);
        assert_eq!(
            (outcome, broken),
            (wanted, Some(row.rule)),
            "row {number}, {}",
            row.rule
        );
    }
}

/// Every two rows of different rules together: the rule that the manual checks first wins.
pub(crate) fn check_pairs<S: Laid>(scene: fn() -> S, rows: &[Row<S>], declared: &[&'static Rule]) {
    let place = |row: &Row<S>| declared.iter().position(|rule| rule.id == row.rule);
    for first in rows {
        for second in rows.iter().filter(|row| place(row) > place(first)) {
            let mut scene = scene();
            // The later rule is spoilt first, so that nothing it does can mend the earlier one.
            (second.provoke)(&mut scene);
            (first.provoke)(&mut scene);
            let wanted = (first.ends)(&scene);
            let (outcome, broken) = scene.call();
            let broken = broken.map(|rule| rule.id);
            assert_eq!(
                (outcome, broken),
                (wanted, Some(first.rule)),
                "{} before {}",
                first.rule,
                second.rule
            );
        }
    }
}
