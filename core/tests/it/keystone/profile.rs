//! The column of the comparison: whole, in order, cited, and its steps are there.

use std::collections::BTreeSet;

use teescope_core::keystone::profile;
use teescope_core::tees;
use teescope_core::trace::{Inputs, Settings};
use teescope_core::view::{Aspect, Evidence};

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

    fn evidence_is_a_step_that_is_there_or_says_why_not() {
        for claim in profile().claims {
            match claim.evidence {
                Evidence::None(why) => assert!(why.en().ends_with('.'), "{:?}", claim.aspect),
                Evidence::Step { scenario, step } => {
                    let found = tees::scenario(scenario);
                    let run = found.unwrap_or_else(|| panic!("no {scenario}")).open(&Settings::default(), &Inputs::new());
                    assert!(run.expect("a run").find(step).is_some(), "{scenario} has no {step}");
                }
            }
        }
    }
}
