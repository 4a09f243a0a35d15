//! The column of the comparison as a panel; that its steps are there is tested with those of the other machines.

use std::collections::BTreeSet;

use teescope_core::keystone::profile;
use teescope_core::view::Aspect;

shared_test! {
    fn every_row_has_one_claim_in_the_order_of_the_table() {
        let profile = profile();
        let rows: Vec<Aspect> = profile.claims.iter().map(|c| c.aspect).collect();
        assert_eq!(rows, Aspect::ALL);
        let ids: BTreeSet<_> = Aspect::ALL.iter().map(|r| r.id()).collect();
        assert_eq!(ids.len(), 13);
        for claim in &profile.claims {
            assert!(claim.cite.len() > 10, "{:?}", claim.aspect);
            assert!(claim.then.en().ends_with('.') && claim.today.en().ends_with('.'));
            assert_eq!(profile.claim(claim.aspect), Some(claim));
        }
        let panel = profile.panel();
        assert_eq!(panel.facts.len(), 13);
        assert!(panel.facts.iter().all(|f| !f.cite.is_empty() && f.value.en().contains("In 2020: ")));
    }
}
