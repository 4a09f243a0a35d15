//! Every rule is fired by a row, and every row names an existing rule.

use std::collections::BTreeSet;

use teescope_core::sgx;

use super::around;
use super::inside;
use super::leaf::{eadd, ecreate, eextend, einit, epa, eremove};

shared_test! {
    fn rows_and_rules_are_the_same_set() {
        let leaves = [
            ecreate::ROWS, eadd::ROWS, einit::ROWS, eremove::ROWS, eextend::ROWS, epa::ROWS,
        ];
        let mut fired: BTreeSet<_> = leaves.into_iter().flatten().map(|row| row.rule).collect();
        fired.extend(around::fired());
        fired.extend(inside::access::fired());
        fired.extend(inside::keys::FIRED);
        fired.extend(inside::engines::FIRED);
        let mut used = inside::eenter::rows();
        used.extend(inside::eresume::rows());
        used.extend(inside::ereport::rows());
        used.extend(inside::egetkey::rows());
        used.extend(inside::leave::EEXIT);
        used.extend(inside::leave::EDECCSSA);
        used.extend(inside::debug::EDBGRD);
        used.extend(inside::debug::EDBGWR);
        fired.extend(used.iter().map(|row| row.rule));
        let declared: BTreeSet<_> = sgx::rules().iter().map(|rule| rule.id).collect();
        let unfired: Vec<_> = declared.difference(&fired).collect();
        let unknown: Vec<_> = fired.difference(&declared).collect();
        assert!(unfired.is_empty() && unknown.is_empty(), "no row: {unfired:?}; no rule: {unknown:?}");
    }

    fn rule_ids_are_unique_and_say_a_sentence_with_a_source() {
        let rules = sgx::rules();
        let ids: BTreeSet<_> = rules.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), rules.len());
        for rule in rules {
            assert!(rule.id.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()));
            assert!(rule.says.len() > 10 && !rule.cite.is_empty(), "{}", rule.id);
        }
    }
}
