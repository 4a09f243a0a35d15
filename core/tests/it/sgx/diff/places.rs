//! Where the measurements part: record, page, byte, offsets in both files, and the step of the run.

use sha2::{Digest, Sha256};
use teescope_core::bytes::hex;
use teescope_core::trace::{Input, Inputs, Settings as RunSettings};
use teescope_core::view::{Difference, Panel, Tone};

use super::diff;
use super::make::{Enclave, RW, Settings};

fn base() -> Enclave {
    Settings::default().enclave()
}

/// The first differing byte of two files.
fn first(a: &[u8], b: &[u8]) -> usize {
    a.iter()
        .zip(b)
        .position(|(x, y)| x != y)
        .expect("they differ")
}

fn compared(a: &Enclave, b: &Enclave) -> (Vec<u8>, Vec<u8>, Difference) {
    let (x, y) = (a.stream(), b.stream());
    let found = diff(&x, &y);
    (x, y, found)
}

shared_test! {
    fn the_first_byte_is_found_in_both_files() {
        for (page, byte) in [(0, 0), (2, 4095), (4, 300), (10, 77)] {
            let other = base().with(|e| e.pages[page].bytes[byte] ^= 0x80);
            let (a, b, found) = compared(&base(), &other);
            let at = format!("{:#x}", first(&a, &b));
            let told = &found.json["first"];
            assert_eq!((&told["a"]["file_offset"], &told["b"]["file_offset"]), (&at.clone().into(), &at.into()));
            let record = 1 + page as u64 * 17 + 1 + byte as u64 / 256;
            assert_eq!(told["record"], record);
            assert_eq!(told["a"]["op"], "EEXTEND");
            assert_eq!(told["a"]["page"], page as u64);
            assert_eq!(told["a"]["offset"], format!("{:#x}", page * 4096 + byte / 256 * 256));
            assert_eq!(told["differing_bytes"], serde_json::json!([64 + byte % 256]));
            let step = format!("load.p{page:04}.eextend{}", byte / 256);
            let spots = found.first.as_ref().expect("a parting").spots.clone();
            assert_eq!(spots.map(|s| s.map(|s| s.step)), [Some(step.clone()), Some(step)]);
        }
    }

    fn both_agree_on_what_came_before() {
        let other = base().with(|e| e.pages[5].flags = RW);
        let (a, b, found) = compared(&base(), &other);
        // All records before page 5 are the same: 64 bytes each, and 256 more for a chunk.
        let before = 64 + 5 * (64 + 16 * 320);
        assert_eq!(first(&a, &b), before + 16);
        let told = &found.json["first"];
        assert_eq!(told["agreed_blocks"], before as u64 / 64);
        assert_eq!((&told["a"]["op"], &told["record"]), (&"EADD".into(), &(1 + 5 * 17_u64).into()));
        let facts = &found.first.as_ref().expect("a parting").facts;
        let digest: [u8; 32] = Sha256::digest(&a[..before]).into();
        assert!(facts.iter().any(|(_, v)| *v == hex::encode(&digest)), "the digest if both ended there");
        let record = |key: &str| hex::decode(told[key]["record"].as_str().expect("hex")).expect("hex");
        assert_eq!((record("a"), record("b")), (a[before..before + 64].to_vec(), b[before..before + 64].to_vec()));
        let [Some(x), Some(y)] = &found.first.as_ref().expect("a parting").bytes else { panic!("bytes") };
        let bad = |fields: &[teescope_core::view::Field]| -> Vec<String> {
            fields.iter().filter(|f| f.tone == Tone::Bad).map(|f| f.name.en()).collect()
        };
        assert_eq!((bad(&x.fields), bad(&y.fields)), (vec!["SECINFO.FLAGS".into()], vec!["SECINFO.FLAGS".into()]));
    }

    fn one_that_ends_early_is_told_so() {
        let shorter = base().with(|e| { e.pages.pop(); });
        let (a, b, found) = compared(&base(), &shorter);
        assert!(a.starts_with(&b));
        let first = found.first.as_ref().expect("a parting");
        assert!(first.says[0].en().contains("B ends here, and A goes on with EADD"));
        assert!(first.bytes[1].is_none());
        assert_eq!(first.spots[1].as_ref().map(|s| s.step.as_str()), Some("init.einit"));
        assert_eq!(found.json["first"]["b"]["op"], serde_json::Value::Null);
    }

    fn steps_are_steps_of_the_run() {
        let other = base().with(|e| e.pages[2].bytes[1] ^= 1);
        let (a, _, found) = compared(&base(), &other);
        let spot = found.first.expect("a parting").spots[0].clone().expect("a spot");
        let mut settings = RunSettings::default();
        let digest = hex::encode(&teescope_core::crypto::sha256::sha256(&a));
        settings.params.insert(spot.key.into(), format!("sha256-{digest}"));
        let input = Input { name: "a".into(), bytes: a.into() };
        let inputs = Inputs::from([(spot.key.to_string(), input)]);
        let run = teescope_core::tees::open(spot.scenario, &settings, &inputs).expect("opened");
        assert!(run.find(&spot.step).is_some(), "{}", spot.step);
    }

    fn every_differing_page_is_on_the_map_and_in_the_table() {
        let other = base().with(|e| {
            for n in [1, 2, 4] {
                e.pages[n].bytes[5] ^= 1;
            }
        });
        let (.., found) = compared(&base(), &other);
        let pages = found.json["pages"].as_array().expect("pages");
        let told: Vec<(u64, u64)> = pages.iter()
            .map(|p| (p["a"]["page"].as_u64().expect("a page"), p["pages"].as_u64().expect("a number")))
            .collect();
        assert_eq!(told, [(1, 2), (4, 1)]);
        let Panel::AddressMap(map) = &found.panels[0] else { panic!("a map") };
        for lane in &map.lanes {
            assert!(lane.ranges.is_sorted_by(|x, y| x.end <= y.start), "ranges do not overlap");
            let bad: Vec<(u64, u64)> = lane.ranges.iter().filter(|r| r.tone == Tone::Bad)
                .map(|r| (r.start, r.end)).collect();
            assert_eq!(bad, [(0x1000, 0x3000), (0x4000, 0x5000)]);
        }
        let Panel::Table(table) = &found.panels[1] else { panic!("a table") };
        assert_eq!(table.rows.len(), 2);
    }

    fn pages_that_moved_are_tied_to_where_they_went() {
        let other = Settings { heap: 10, ..Settings::default() }.enclave();
        let (.., found) = compared(&base(), &other);
        let moved = 3 * (2 + 1 + 2 + 1);
        let told: u64 = found.json["pages"].as_array().expect("pages").iter()
            .filter(|p| p["what"].as_array().is_some_and(|w| w.iter().any(|x| x == "moved")))
            .map(|p| p["pages"].as_u64().expect("a number")).sum();
        assert_eq!(told, moved, "every page of every thread, and no other");
        let only: Vec<&serde_json::Value> = found.json["pages"].as_array().expect("pages").iter()
            .filter(|p| p["what"][0] == "only-b").collect();
        assert_eq!(only.len(), 1);
        assert_eq!((&only[0]["pages"], &only[0]["b"]["offset"]), (&2.into(), &"0xf000".into()));
        let Panel::AddressMap(map) = &found.panels[0] else { panic!("a map") };
        assert!(!map.links.is_empty());
    }

    fn maps_of_many_runs_stay_drawable() {
        // Every second page differs: more runs than a lane takes.
        let many = Settings { code: 700, size: 1 << 22, ..Settings::default() }.enclave();
        let other = many.with(|e| e.pages[..700].iter_mut().step_by(2).for_each(|p| p.bytes[0] ^= 1));
        let (.., found) = compared(&many, &other);
        let Panel::AddressMap(map) = &found.panels[0] else { panic!("a map") };
        assert!(map.lanes.iter().all(|l| l.ranges.len() <= 240));
        assert_eq!(found.json["pages"].as_array().map(Vec::len), Some(350));
    }
}
