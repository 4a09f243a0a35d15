//! Error numbers as people paste them, and what they are told.

use std::rc::Rc;

use teescope_core::artefacts::look;
use teescope_core::sgx::error_numbers::{LINUX_FAULT, explain, meanings, named};
use teescope_core::sgx::status;
use teescope_core::tees;
use teescope_core::trace::{Inputs, Link};

use crate::vectors;

/// What a message is taken for, and everything that is said of it.
fn told(said: &str) -> (String, String) {
    let looked = look(&Rc::from(said.as_bytes()));
    assert!(looked.known, "{said}");
    let notes: Vec<_> = looked.seen.notes.iter().map(|n| n.en()).collect();
    (looked.seen.what.en(), notes.join("\n"))
}

shared_test! {
    /// Numbers by the manual and by Intel's header (intel/linux-sgx, common/inc/sgx_error.h), in the
    /// forms in which programs print them.
    fn messages_are_understood() {
        let rows = [
            ("0x2004", "SGX_ERROR_NDEBUG_ENCLAVE"),
            ("2004", "SGX_ERROR_NDEBUG_ENCLAVE"),
            ("8196", "SGX_ERROR_NDEBUG_ENCLAVE"),
            ("SGX_INVALID_SIGNATURE", "SGX_INVALID_SIGNATURE"),
            ("8", "SGX_INVALID_SIGNATURE"),
            ("error: SGX_ERROR_INVALID_SIGNATURE", "SGX_ERROR_INVALID_SIGNATURE"),
            ("sgx_create_enclave failed: 0x2003", "SGX_ERROR_INVALID_SIGNATURE"),
            ("EINIT returned 16 (0x10)", "SGX_INVALID_EINITTOKEN"),
            ("SGX_INVALID_LICENSE", "SGX_INVALID_EINITTOKEN"),
            ("SGX_LOCKFAIL", "SGX_EPC_PAGE_CONFLICT"),
            ("ENCLS returned 0x4000000d", "#GP"),
            ("ECREATE returned 1073741838 (0x4000000e)", "#PF"),
            ("Error code is 0x1006. Enclave crashed.", "SGX_ERROR_ENCLAVE_CRASHED"),
            ("0x2011", "SGX_ERROR_INVALID_LAUNCH_TOKEN"),
            ("0x4006", "SGX_ERROR_UPDATE_NEEDED"),
        ];
        for (said, name) in rows {
            assert_eq!(told(said).0, name, "{said}");
        }
    }

    fn a_code_behind_linux_flag_is_told_as_both() {
        let (what, says) = told("ENCLS returned 0x40000008");
        assert_eq!(what, "exception 8");
        assert!(says.contains("SGX_INVALID_SIGNATURE (8)"), "{says}");
        assert_eq!(LINUX_FAULT, 1 << 30);
    }

    /// Where a number means two things, both are told.
    fn every_meaning_is_told() {
        let (what, says) = told("2");
        assert_eq!(what, "SGX_INVALID_ATTRIBUTE");
        assert!(says.contains("SGX_ERROR_INVALID_PARAMETER"), "{says}");
    }

    fn every_code_of_the_manual_is_explained() {
        let Some(layouts) = vectors::json("sgx/layouts.json") else { return };
        for (code, name) in layouts["error_codes"].as_object().expect("a list") {
            let name = name.as_str().and_then(|n| n.split(' ').next()).expect("a name");
            if name.starts_with("SGX_") {
                assert_eq!(named(name).map(|m| m.number.to_string()).as_ref(), Some(code), "{name}");
            }
        }
        for status in status::ALL {
            let meaning = named(status.name).expect(status.name);
            assert_eq!(meaning.number, status.code);
            assert!(!meaning.says.is_empty(), "{}", status.name);
            assert_eq!(meanings(status.code)[0], meaning);
        }
    }

    /// Links lead to a step at which exactly this number comes out.
    fn links_lead_to_where_it_happens() {
        let mut seen = 0;
        for status in status::ALL {
            let Some(link) = named(status.name).and_then(|m| m.link) else { continue };
            let link = Link::read(link).expect("a link");
            let scenario = tees::scenario(&link.scenario).expect("a scenario");
            let mut run = scenario.open(&link.settings, &Inputs::new()).expect("opened");
            let at = run.find(&link.step).unwrap_or_else(|| panic!("{}", link.step));
            let outcome = run.step(at).expect("a step").outcome;
            assert_eq!(outcome.name().en(), format!("{} ({})", status.name, status.code));
            seen += 1;
        }
        assert!(seen >= 7, "{seen}");
        for code in 0..0x6000 {
            for link in meanings(code).into_iter().filter_map(|m| m.link) {
                let link = Link::read(link).expect("a link");
                let scenario = tees::scenario(&link.scenario).expect("a scenario");
                let run = scenario.open(&link.settings, &Inputs::new()).expect("opened");
                assert!(link.step.is_empty() || run.find(&link.step).is_some(), "{}", link.step);
            }
        }
    }

    /// What the SDK calls a debug or launch problem is shown on the workbench, where its settings can be turned.
    fn debug_and_launch_problems_lead_to_the_workbench() {
        let rows = [
            ("0x2004", "SGX_INVALID_ATTRIBUTE (2)"), ("SGX_INVALID_ATTRIBUTE", "SGX_INVALID_ATTRIBUTE (2)"),
            ("0x2011", "SGX_INVALID_EINITTOKEN (16)"), ("EINIT returned 16", "SGX_INVALID_EINITTOKEN (16)"),
            ("0x2001", "SGX_INVALID_MEASUREMENT (4)"),
        ];
        for (said, outcome) in rows {
            let leads = look(&Rc::from(said.as_bytes())).seen.leads;
            let bench = leads.iter().find(|l| l.starts_with("sgx/sigstruct"));
            let link = Link::read(bench.expect(said)).expect("a link");
            let scenario = tees::scenario(&link.scenario).expect("a scenario");
            let run = scenario.open(&link.settings, &Inputs::new()).map_err(|bad| bad.why.en());
            let mut run = run.expect("opened");
            let at = run.find(&link.step).expect("the step");
            assert_eq!(run.step(at).expect("a step").outcome.name().en(), outcome, "{said}");
        }
    }

    fn other_text_is_left_alone() {
        for said in ["", "hello", "12345", "the 8 of spades", "0xffffffffffff", "SGX_SOMETHING", "06 00 00 00"] {
            assert_eq!(explain(said), None, "{said}");
        }
    }
}
