//! Every cause of the list, alone and with others.

use serde_json::Value as Json;
use teescope_core::view::Verdict;

use super::make::{Enclave, Order, R, RW, RWX, RX, Settings, TCS};
use super::{causes, compared, diff};
use crate::vectors;

fn base() -> Enclave {
    Settings::default().enclave()
}

fn set(change: impl FnOnce(&mut Settings)) -> Enclave {
    let mut settings = Settings::default();
    change(&mut settings);
    settings.enclave()
}

fn found(other: &Enclave) -> Vec<String> {
    compared(&base(), other)
}

/// The stream of a case of the published file.
fn published(case: &Json) -> Vec<u8> {
    let number = |json: &Json| json.as_u64().expect("a number");
    let mut pages = std::collections::BTreeMap::new();
    let mut out = vec![0; 64];
    out[..8].copy_from_slice(b"ECREATE\0");
    out[8..12].copy_from_slice(&(number(&case["ssaframesize"]) as u32).to_le_bytes());
    out[12..20].copy_from_slice(&number(&case["size"]).to_le_bytes());
    let optin = case["name"] == "tcs_dbgoptin";
    for op in case["ops"].as_array().expect("operations") {
        let offset = number(&op["offset"]);
        let mut record = vec![0; 64];
        record[8..16].copy_from_slice(&offset.to_le_bytes());
        if op["op"] == "EADD" {
            record[..4].copy_from_slice(b"EADD");
            record[16..24].copy_from_slice(&number(&op["secinfo_flags"]).to_le_bytes());
            pages.insert(offset, content(&op["content"], optin));
        } else {
            record[..7].copy_from_slice(b"EEXTEND");
            let page: &Vec<u8> = &pages[&(offset & !0xfff)];
            record.extend(&page[(offset & 0xfff) as usize..][..256]);
        }
        out.extend(record);
    }
    out
}

fn content(json: &Json, optin: bool) -> Vec<u8> {
    let mut page = vec![0; 4096];
    if let Some(tcs) = json.get("tcs") {
        page[8] = u8::from(optin);
        let fields = [
            ("ossa", 16, 8),
            ("nssa", 28, 4),
            ("oentry", 32, 8),
            ("ofsbasgx", 48, 8),
            ("ogsbasgx", 56, 8),
            ("fslimit", 64, 4),
            ("gslimit", 68, 4),
        ];
        for (name, at, size) in fields {
            let value = tcs[name].as_u64().expect("a number").to_le_bytes();
            page[at..at + size].copy_from_slice(&value[..size]);
        }
    } else if json != "zeros" {
        let seed = json["seed"].as_u64().unwrap_or(1);
        for (i, b) in (0..).zip(page.iter_mut()) {
            *b = ((seed * 131 + i * 7 + (i >> 8)) & 255) as u8;
        }
        let flipped = json["rule"]
            .as_str()
            .is_some_and(|r| r.contains("then byte 4095"));
        page[4095] ^= u8::from(flipped);
    }
    page
}

shared_test! {
    fn every_published_pair_is_explained() {
        let Some(file) = vectors::json("sgx/mrenclave/synthetic.json") else { return };
        let cases = file["cases"].as_array().expect("cases");
        let base = cases.iter().find(|c| c["name"] == "base").expect("base");
        let wanted: &[(&str, &[&str])] = &[
            ("empty", &["threads", "pages", "(size)"]),
            ("base", &[]),
            ("ssaframesize2", &["ssaframesize"]),
            ("size64k", &["size"]),
            ("rwx", &["permissions", "text-relocation?"]),
            ("order", &["order"]),
            ("interleave", &["interleaving"]),
            ("unmeasured", &["measured"]),
            ("half", &["measured"]),
            ("reverse", &["chunk-order"]),
            ("bitflip", &["content"]),
            ("tcs_dbgoptin", &["unmeasured"]),
        ];
        assert_eq!(wanted.len(), cases.len());
        for (name, causes) in wanted {
            let case = cases.iter().find(|c| c["name"] == *name).expect("the case");
            let found = diff(&published(base), &published(case));
            assert_eq!(found.sides[1].identity, case["mrenclave"], "{name}");
            assert_eq!(super::causes(&found), *causes, "{name}");
            let same = case["mrenclave"] == base["mrenclave"];
            assert_eq!(found.verdict == Verdict::Same, same, "{name}");
        }
    }

    fn sizes_and_numbers_that_authors_choose() {
        // What the settings name is the first cause; what follows from it stands behind.
        let wanted: &[(&str, Enclave, &[&str])] = &[
            ("a larger heap", set(|s| s.heap = 11), &["heap?", "(moved)"]),
            ("a smaller heap", set(|s| s.heap = 1), &["heap?", "(moved)"]),
            ("a heap eight times as large", set(|s| s.heap = 64), &["heap?", "(moved)"]),
            ("larger stacks", set(|s| s.stack = 4), &["stack?", "(moved)"]),
            ("smaller stacks", set(|s| s.stack = 1), &["stack?", "(moved)"]),
            ("a thread more", set(|s| s.threads = 4), &["threads"]),
            ("two threads less", set(|s| s.threads = 1), &["threads"]),
            ("a frame more", set(|s| s.frames = 3), &["ssa-frames", "(moved)"]),
            ("another SIZE", set(|s| s.size = 1 << 21), &["size"]),
            ("a heap that asks for another SIZE", set(|s| { s.heap = 200; s.size = 1 << 21; }),
                &["heap?", "(size)", "(moved)"]),
            ("a heap that is not measured", set(|s| s.heap_measured = false), &["measured"]),
            ("more code", set(|s| s.code = 7), &["pages", "(moved)"]),
        ];
        for (what, other, causes) in wanted {
            assert_eq!(found(other), *causes, "{what}");
        }
    }

    fn a_larger_frame_needs_more_pages() {
        // SSAFRAMESIZE is in the first record; the pages of the frames are more besides.
        let other = set(|s| s.ssaframesize = 2);
        let found = found(&other);
        assert_eq!(found, ["ssa-frames?", "ssaframesize", "(moved)"]);
    }

    fn what_pages_are() {
        let wanted: &[(&str, Enclave, &[&str])] = &[
            ("read-only data made writable", base().with(|e| e.pages[5].flags = RW), &["permissions"]),
            ("data made executable", base().with(|e| e.pages[6].flags = RWX), &["permissions"]),
            ("code made writable", base().with(|e| e.pages[2].flags = RWX),
                &["permissions", "text-relocation?"]),
            ("code that is only read", base().with(|e| e.pages[2].flags = R), &["permissions"]),
            ("another type", base().with(|e| {
                let tcs = e.pages.iter().position(|p| p.flags == TCS).expect("a TCS");
                e.pages[tcs].flags = RW;
            }), &["threads", "page-type"]),
        ];
        for (what, other, causes) in wanted {
            assert_eq!(found(other), *causes, "{what}");
        }
        assert_eq!(base().pages[2].flags, RX);
    }

    fn contents() {
        let one = base().with(|e| e.pages[1].bytes[300] ^= 1);
        assert_eq!(found(&one), ["content"]);
        // A relocation writes into code, which must be writable for it.
        let relocated = one.with(|e| e.pages[1].flags = RWX);
        assert_eq!(found(&relocated), ["permissions", "text-relocation?", "content"]);
        let unmeasured = Settings { heap_measured: false, ..Settings::default() }.enclave();
        let heap = unmeasured.pages.iter().position(|p| p.measured == 0).expect("heap");
        let other = unmeasured.with(|e| e.pages[heap].bytes[7] = 1);
        assert_eq!(compared(&unmeasured, &other), ["unmeasured"]);
        let both = other.with(|e| e.pages[0].bytes[0] ^= 1);
        assert_eq!(compared(&unmeasured, &both), ["content", "unmeasured"]);
        let half = base().with(|e| e.pages[3].measured = 0x00ff);
        assert_eq!(found(&half), ["measured"]);
    }

    fn orders() {
        assert_eq!(found(&base().with(|e| e.order = Order::AddsFirst)), ["interleaving"]);
        assert_eq!(found(&base().with(|e| e.order = Order::Backwards)), ["chunk-order"]);
        assert_eq!(found(&base().with(|e| e.pages.swap(0, 9))), ["order"]);
        assert_eq!(found(&base().with(|e| e.pages.reverse())), ["order"]);
        let both = base().with(|e| { e.pages.swap(0, 9); e.order = Order::AddsFirst; });
        assert_eq!(found(&both), ["interleaving", "order"]);
        // Both add all first and only the chunks come otherwise: nothing else is left to differ.
        let first = base().with(|e| e.order = Order::AddsFirst);
        let turned = first.with(|e| e.pages.swap(0, 1));
        assert_eq!(compared(&first, &turned), ["order"]);
    }

    fn several_at_once() {
        let heap = set(|s| { s.heap = 12; s.threads = 4; });
        assert_eq!(found(&heap), ["threads", "heap?", "(moved)"]);
        let code = set(|s| s.heap = 12).with(|e| e.pages[2].bytes[9] ^= 0x40);
        assert_eq!(found(&code), ["heap?", "content", "(moved)"]);
        let all = set(|s| { s.heap = 12; s.size = 1 << 21; }).with(|e| {
            e.ssaframesize = 3;
            e.pages[2].bytes[9] ^= 0x40;
            e.pages[5].flags = RW;
        });
        assert_eq!(found(&all),
            ["heap?", "ssaframesize", "permissions", "content", "(size)", "(moved)"]);
    }

    fn the_only_threads_stack_may_be_heap() {
        let one = |stack, fill| Settings { threads: 1, stack, fill, ..Settings::default() }.enclave();
        // Filled with a word that is not zero it is a stack; with zeros nobody can tell.
        assert_eq!(compared(&one(2, 0xcccc_cccc), &one(5, 0xcccc_cccc)), ["stack?", "(moved)"]);
        let found = diff(&one(2, 0).stream(), &one(5, 0).stream());
        assert_eq!(causes(&found), ["heap?", "(moved)"]);
        assert!(found.causes[0].says.en().contains("or the stack of the only thread"));
    }
}
