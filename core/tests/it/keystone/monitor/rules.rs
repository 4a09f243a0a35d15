//! Every rule of the monitor is fired by a row, and every row names an existing rule.

use std::collections::BTreeSet;

use teescope_core::keystone;
use teescope_core::trace::{Machine as _, Observer};
use teescope_core::view::Access;

use super::rows::ROWS;
use super::scene::{LINUX, booted, epm, fresh, upstream};

/// Rules that only a probe meets: who asks, where, and what decides.
fn probed() -> Vec<&'static str> {
    let one = fresh(upstream());
    let none = booted(upstream());
    let probe = |m: &keystone::Machine, who, at| m.probe(who, at, Access::Read).rule.id;
    vec![
        probe(&one, Observer::Device, epm(0)),
        probe(&one, Observer::Bus, epm(0)),
        probe(&none, Observer::Inside, LINUX),
    ]
}

shared_test! {
    fn rows_and_rules_are_the_same_set() {
        let mut fired: BTreeSet<_> = ROWS.iter().map(|row| row.rule).collect();
        fired.extend(probed());
        // Those of the driver and the SDK have rows of their own.
        let mut declared: BTreeSet<_> = keystone::rules().iter().map(|rule| rule.id).collect();
        keystone::host::rules().iter().for_each(|rule| { declared.remove(rule.id); });
        let unfired: Vec<_> = declared.difference(&fired).collect();
        let unknown: Vec<_> = fired.difference(&declared).collect();
        assert!(unfired.is_empty() && unknown.is_empty(), "no row: {unfired:?}; no rule: {unknown:?}");
    }

    fn rule_ids_are_unique_and_say_a_sentence_with_a_source() {
        let rules = keystone::rules();
        let ids: BTreeSet<_> = rules.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), rules.len());
        for rule in rules {
            assert!(rule.id.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()));
            assert!(rule.says.len() > 10 && !rule.cite.is_empty(), "{}", rule.id);
        }
    }
}
