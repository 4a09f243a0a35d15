//! The comparison by words: whole, cited, its steps are there, and other programs read the same.

use std::collections::{BTreeMap, BTreeSet};

use teescope_core::compare::{Said, csv, json};
use teescope_core::tees;
use teescope_core::text::{Catalogue, Language, Text};
use teescope_core::trace::{Inputs, Session, Settings, Tee};
use teescope_core::view::{Aspect, Claim, Evidence, Profile, Statement};

use super::vault;

/// A reader of CSV after RFC 4180, a character at a time.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let (mut record, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quoted, c) {
            (true, '"') if chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            (true, '"') => quoted = false,
            (true, c) => field.push(c),
            (false, '"') => {
                assert_eq!(field, "", "a quote opens at the start of a field");
                quoted = true;
            }
            (false, ',') => record.push(std::mem::take(&mut field)),
            (false, '\r') => {
                assert_eq!(chars.next(), Some('\n'));
                record.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut record));
            }
            (false, '\n') => panic!("a line break of one character outside quotes"),
            (false, c) => field.push(c),
        }
    }
    assert!(
        !quoted && field.is_empty() && record.is_empty(),
        "it ends with a line break"
    );
    all
}

/// Whether a run of the scenario has the step.
struct Runs(BTreeMap<&'static str, Box<dyn Session>>);

impl Runs {
    fn have(&mut self, evidence: &Evidence, whose: &str) {
        match evidence {
            Evidence::NotYet(why) | Evidence::None(why) => {
                assert!(why.en().ends_with('.'), "{whose}")
            }
            Evidence::Step { scenario, step } => {
                let run = self.0.entry(scenario).or_insert_with(|| {
                    let run = tees::open(scenario, &Settings::default(), &Inputs::new());
                    run.unwrap_or_else(|bad| panic!("{whose}: {bad}"))
                });
                assert!(
                    run.find(step).is_some(),
                    "{whose}: {scenario} has no {step}"
                );
            }
        }
    }
}

fn sentence(text: &Text, most: usize, whose: &str) {
    let en = text.en();
    assert!(
        en.ends_with('.') && en.chars().count() <= most,
        "{whose}: {en}"
    );
}

shared_test! {
    fn thirteen_rows_of_three_machines_are_filled() {
        let said = Said::of(&tees::all());
        let heads: Vec<&str> = said.heads.iter().map(|h| h.tee).collect();
        assert_eq!(heads, ["sgx", "keystone", "trustzone"]);
        let rows: Vec<Aspect> = said.rows.iter().map(|r| r.aspect).collect();
        assert_eq!(rows, Aspect::ALL);
        let mut runs = Runs(BTreeMap::new());
        for row in &said.rows {
            assert_eq!(Aspect::from_id(row.aspect.id()), Some(row.aspect));
            assert_eq!(said.row(row.aspect), Some(row));
            for (head, cell) in said.heads.iter().zip(&row.cells) {
                let whose = format!("{} of {}", row.aspect.id(), head.tee);
                let claim = &cell.as_ref().unwrap_or_else(|| panic!("no {whose}")).claim;
                assert_eq!(claim.aspect, row.aspect);
                assert!(claim.cite.len() > 10, "{whose}");
                sentence(&claim.then, 130, &whose);
                sentence(&claim.today, 260, &whose);
                runs.have(&claim.evidence, &whose);
                assert_eq!(matches!(claim.evidence, Evidence::NotYet(_)), head.tee == "trustzone"
                    || whose == "attestation of sgx", "{whose}");
                for note in &claim.notes {
                    sentence(&note.says, 260, &whose);
                    assert!(note.cite.len() > 10, "{whose}");
                }
            }
        }
    }

    fn what_else_was_said_is_cited_and_shown() {
        let said = Said::of(&tees::all());
        let mut runs = Runs(BTreeMap::new());
        let mut ids = BTreeSet::new();
        for remark in &said.about {
            let s = &remark.statement;
            let whose = format!("{} of {}", s.id, remark.tee);
            sentence(&s.then, 160, &whose);
            sentence(&s.today, 260, &whose);
            assert!(s.cite.len() > 10, "{whose}");
            runs.have(&s.evidence, &whose);
            assert!(ids.insert((remark.tee, s.id)), "{whose} twice");
        }
        // The article’s nine statements about Keystone, its eight about TrustZone and the figure.
        let count = |tee: &str| said.about.iter().filter(|r| r.tee == tee).count();
        assert_eq!((count("keystone"), count("trustzone")), (9, 9));
    }

    fn footnotes_are_numbered_as_one_reads() {
        let said = Said::of(&tees::all());
        let cells = said.rows.iter().flat_map(|r| r.cells.iter().flatten());
        let marks: Vec<usize> = cells.flat_map(|c| c.notes.clone()).collect();
        let numbers: Vec<usize> = said.notes.iter().map(|n| n.number).collect();
        assert_eq!(marks, numbers);
        assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
        assert!(numbers.len() >= 8);
        let only = said.clone().only(Aspect::Encryption);
        assert_eq!((only.rows.len(), only.about.len()), (1, 0));
        let kept: Vec<usize> = only.notes.iter().map(|n| n.number).collect();
        assert_eq!(kept, only.rows[0].cells.iter().flatten().flat_map(|c| c.notes.clone()).collect::<Vec<_>>());
        assert!(!kept.contains(&1) && !kept.is_empty());
    }

    fn csv_reads_back_in_every_language() {
        let said = Said::of(&tees::all());
        let japanese = Language::of("ja").expect("it is there").catalogue();
        for catalogue in [Catalogue::default(), japanese] {
            let all = records(&csv(&said, &catalogue));
            assert_eq!(all[0], [
                "part", "row", "title", "machine", "then", "today", "dated", "cite", "evidence", "step", "reason",
                "notes",
            ]);
            let (table, about): (Vec<_>, Vec<_>) = all[1..].iter().partition(|r| r[0] == "table");
            assert_eq!((table.len(), about.len()), (13 * 3, said.about.len()));
            for (n, record) in table.iter().enumerate() {
                assert_eq!(record.len(), 12);
                let cell = said.rows[n / 3].cells[n % 3].as_ref().expect("a cell");
                let claim = &cell.claim;
                assert_eq!(record[1], claim.aspect.id());
                assert_eq!(record[3], said.heads[n % 3].tee);
                assert_eq!(record[4], claim.then.render(&catalogue));
                assert_eq!(record[5], claim.today.render(&catalogue));
                assert_eq!(record[6] == "yes", claim.dated);
                assert_eq!(record[7], claim.cite);
                let step = match claim.evidence {
                    Evidence::Step { scenario, step } => format!("{scenario}@{step}"),
                    _ => String::new(),
                };
                assert_eq!(record[9], step);
                assert_eq!(record[9].is_empty(), !record[10].is_empty());
                assert_eq!(record[11].lines().count(), cell.notes.len());
            }
            for (record, remark) in about.iter().zip(&said.about) {
                assert_eq!((record[1].as_str(), record[3].as_str()), (remark.statement.id, remark.tee));
                assert_eq!(record[5], remark.statement.today.render(&catalogue));
            }
        }
    }

    fn json_says_the_same() {
        let said = Said::of(&tees::all());
        let text = json(&said, &Catalogue::default()).to_string();
        let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(all["machines"].as_array().map(Vec::len), Some(3));
        assert_eq!(all["notes"].as_array().map(Vec::len), Some(said.notes.len()));
        assert_eq!(all["about"].as_array().map(Vec::len), Some(said.about.len()));
        for (row, told) in said.rows.iter().zip(all["rows"].as_array().expect("rows")) {
            assert_eq!(told["row"], row.aspect.id());
            for (n, cell) in row.cells.iter().flatten().enumerate() {
                let told = &told["machines"][n];
                assert_eq!(told["tee"], said.heads[n].tee);
                assert_eq!(told["today"], cell.claim.today.en());
                assert_eq!(told["notes"], serde_json::json!(cell.notes));
                assert_eq!(told["evidence"]["kind"], cell.claim.evidence.id());
                match &cell.claim.evidence {
                    Evidence::Step { scenario, step } => {
                        assert_eq!(told["evidence"]["link"], format!("#{scenario}@{step}"));
                    }
                    Evidence::NotYet(why) | Evidence::None(why) => assert_eq!(told["evidence"]["why"], why.en()),
                }
            }
        }
    }

    fn a_machine_that_speaks_gets_a_column_and_one_that_does_not_gets_none() {
        let silent = vault::tee();
        assert_eq!(Said::of(&[vault::tee()]).heads, []);
        let speaks = Tee { profile: Some(awkward), ..silent };
        let said = Said::of(&[vault::tee(), speaks]);
        assert_eq!(said.heads.len(), 1);
        assert_eq!(said.title("vault"), said.heads[0].title);
        assert_eq!(said.rows.iter().filter(|r| r.cells[0].is_some()).count(), 1);
        let all = records(&csv(&said, &Catalogue::default()));
        assert_eq!(all.len(), 3);
        assert_eq!(all[1][4..6], ["a \"vault\", they said", "two\r\nlines"]);
        assert_eq!(all[2][..2], ["about", "odd"]);
        assert_eq!(all[2][4..6], ["\"", ","]);
    }
}

/// What an awkward machine says.
fn awkward() -> Profile {
    let none = || Evidence::None("nothing runs.".into());
    Profile {
        tee: "vault",
        claims: vec![
            Claim::new(
                Aspect::Weaknesses,
                ["a \"vault\", they said".into(), "two\r\nlines".into()],
                "vault manual, 9",
                none(),
            )
            .dated(),
        ],
        about: vec![Statement::new(
            "odd",
            ["\"".into(), ",".into()],
            "vault manual, 10",
            none(),
        )],
    }
}
