//! What the comparison of two enclaves of Gramine names as the cause.

use teescope_core::artefacts;
use teescope_core::trace::Input;
use teescope_core::view::{Certainty, Difference, Verdict, differ_at_once};

use super::twin::Gramine;

fn input(name: &str, bytes: &[u8]) -> Input {
    Input {
        name: name.into(),
        bytes: bytes.into(),
    }
}

fn compared(a: &Gramine, b: &Gramine) -> Difference {
    let of = |made: &Gramine| (input("m", &made.manifest()), input("l", &made.libpal()));
    let ((a, x), (b, y)) = (of(a), of(b));
    let differ = artefacts::diff_with(&a, &b, [Some(&x), Some(&y)]);
    let differ = differ.unwrap_or_else(|why| panic!("{}", why.en()));
    differ_at_once(differ).unwrap_or_else(|why| panic!("{}", why.en()))
}

/// The causes that do not follow from others.
fn causes(found: &Difference) -> Vec<&'static str> {
    let own = found
        .causes
        .iter()
        .filter(|c| c.certainty != Certainty::Follows);
    own.map(|c| c.id).collect()
}

/// What is said of a cause.
fn says(found: &Difference, id: &str) -> String {
    let cause = found.causes.iter().find(|c| c.id == id);
    cause.map(|c| c.says.en()).unwrap_or_default()
}

shared_test! {
    fn the_same_is_the_same() {
        let made = Gramine::small();
        let found = compared(&made, &made);
        assert_eq!(found.verdict, Verdict::Same);
        assert_eq!(causes(&found), [""; 0]);
    }

    fn threads_and_size_are_named() {
        let made = Gramine::small();
        let mut other = made.clone();
        other.threads = 3;
        other.write_text("0x400000", "");
        let found = compared(&made, &other);
        assert_eq!(causes(&found), ["threads"], "{:?}", found.causes);
        let mut other = made.clone();
        other.size = 0x80_0000;
        other.write_text("0x800000", "");
        let found = compared(&made, &other);
        assert_eq!(causes(&found).first(), Some(&"size"), "{:?}", found.causes);
        assert!(!causes(&found).contains(&"content"), "{:?}", found.causes);
        // What the manifest says besides is a cause of its own.
        other.text = other.text.replace("file:/app", "file:/another/one");
        assert!(causes(&compared(&made, &other)).contains(&"content"));
    }

    fn contents_name_manifest_or_libpal() {
        let made = Gramine::small();
        let mut other = made.clone();
        other.text = other.text.replace("isvsvn = 4", "isvsvn = 5");
        let found = compared(&made, &other);
        assert_eq!(causes(&found), ["content"]);
        assert!(says(&found, "content").contains("manifest"), "{}", says(&found, "content"));
        let mut other = made.clone();
        other.segments[0].bytes[0x1000] ^= 4;
        let found = compared(&made, &other);
        assert_eq!(causes(&found), ["content"]);
        assert!(says(&found, "content").contains("program header 0"), "{}", says(&found, "content"));
    }
}
