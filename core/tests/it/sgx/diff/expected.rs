//! Against an expected MRENCLAVE alone: found where one change gives it, and no claim where none does.

use teescope_core::bytes::hex;
use teescope_core::view::Verdict;

use super::make::{Enclave, Order, RWX, Settings};
use super::{causes, diff};

fn base() -> Enclave {
    Settings::default().enclave()
}

fn set(change: impl FnOnce(&mut Settings)) -> Enclave {
    let mut settings = Settings::default();
    change(&mut settings);
    settings.enclave()
}

/// The causes that are found knowing only what the other measures.
fn guessed(a: &Enclave, other: &Enclave) -> Vec<String> {
    let found = diff(&a.stream(), other.mrenclave().as_bytes());
    assert_eq!(found.verdict, Verdict::Different);
    assert_eq!(
        [&found.sides[0].identity, &found.sides[1].identity],
        [&a.mrenclave(), &other.mrenclave()]
    );
    let back = diff(other.mrenclave().as_bytes(), &a.stream());
    assert_eq!(causes(&found), causes(&back), "the other way round");
    let hit = found.json["tried"]["hit"].as_str().map(String::from);
    assert_eq!(hit.as_ref(), causes(&found).first());
    causes(&found)
}

shared_test! {
    fn single_changes_are_found() {
        let wanted: &[(&str, Enclave, &[&str])] = &[
            ("SSAFRAMESIZE", base().with(|e| e.ssaframesize = 3), &["ssaframesize"]),
            ("SIZE", base().with(|e| e.size = 1 << 21), &["size"]),
            ("adds first", base().with(|e| e.order = Order::AddsFirst), &["interleaving"]),
            ("TCS first", base().with(|e| e.pages.sort_by_key(|p| p.flags != 0x100)), &["order"]),
            ("TCS last", base().with(|e| e.pages.sort_by_key(|p| p.flags == 0x100)), &["order"]),
            ("heap not measured", set(|s| s.heap_measured = false), &["measured"]),
            ("code writable", base().with(|e| e.pages[..5].iter_mut().for_each(|p| p.flags = RWX)),
                &["permissions"]),
            ("a thread more", set(|s| s.threads = 4), &["threads"]),
            ("a thread less", set(|s| s.threads = 2), &["threads"]),
            ("twice the heap", set(|s| s.heap = 16), &["heap"]),
            ("one page less", set(|s| s.heap = 7), &["heap"]),
        ];
        for (what, other, causes) in wanted {
            assert_eq!(guessed(&base(), other), *causes, "{what}");
        }
        let unmeasured = set(|s| s.heap_measured = false);
        assert_eq!(guessed(&unmeasured, &base()), ["measured"]);
        let first = base().with(|e| e.order = Order::AddsFirst);
        assert_eq!(guessed(&first, &base()), ["interleaving"]);
        let backwards = base().with(|e| e.pages.reverse());
        assert_eq!(guessed(&backwards, &base()), ["order"]);
    }

    fn nothing_is_claimed_where_nothing_fits() {
        let flipped = base().with(|e| e.pages[0].bytes[0] ^= 1);
        assert_eq!(guessed(&base(), &flipped), [""; 0]);
        let found = diff(&base().stream(), flipped.mrenclave().as_bytes());
        let (tried, of) = (&found.json["tried"]["changes"], &found.json["tried"]["of"]);
        assert_eq!(tried, of, "a small enclave: everything is tried");
        assert!(of.as_u64() > Some(50));
        assert!(found.says[0].en().contains("does not say where"));
        assert!(found.first.is_none() && found.panels.is_empty());
    }

    fn the_expected_value_itself_fits() {
        let value = base().mrenclave();
        let colons: Vec<String> = value.as_bytes().chunks(2)
            .map(|c| String::from_utf8_lossy(c).to_uppercase()).collect();
        for text in [value.clone(), format!("0x{value}\n"), colons.join(":"), format!(" {value} ")] {
            let found = diff(&base().stream(), text.as_bytes());
            assert_eq!(found.verdict, Verdict::Same, "{text}");
            assert_eq!(causes(&found), [""; 0]);
        }
    }

    fn other_digests_of_the_file_are_recognised() {
        let stream = base().with(|e| e.pages[7].measured = 0).stream();
        let value = diff(&stream, &stream).sides[0].identity.clone();
        let mut bytes = hex::decode(&value).expect("hex");
        bytes.reverse();
        let found = diff(&stream, hex::encode(&bytes).as_bytes());
        assert!(found.says[0].en().contains("reverse order"));
        let digest = teescope_core::crypto::sha256::sha256(&stream);
        let found = diff(&stream, hex::encode(&digest).as_bytes());
        assert!(found.says[0].en().contains("SHA-256 of the whole file"));
    }

    fn large_enclaves_are_given_up_in_time() {
        // 3,040 measured pages: trying every change would be millions of operations.
        let large = Settings { heap: 3000, size: 1 << 24, ..Settings::default() }.enclave();
        let mut flipped = large.clone();
        flipped.pages[0].bytes[0] ^= 1;
        if cfg!(target_arch = "wasm32") {
            return;
        }
        let found = diff(&large.stream(), flipped.mrenclave().as_bytes());
        let number = |key: &str| found.json["tried"][key].as_u64().expect("a number");
        assert!(number("changes") > 10 && number("changes") < number("of"));
    }
}
