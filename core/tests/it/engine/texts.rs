//! Sentences: filled in, found in source by the build script, and complete in every language.

#[expect(dead_code, reason = "only the build script walks folders")]
#[path = "../../../build/scan.rs"]
mod scan;

use teescope_core::text;
use teescope_core::text::{Catalogue, LANGUAGES, Language, Text, thousands};

/// The sentences of some source as `key=english`.
fn found(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    scan::sentences(source, "x.rs", &mut out);
    out.iter().map(|s| format!("{}={}", s.key, s.en)).collect()
}

shared_test! {
    /// Placeholders, texts within texts, numbers; what has no value stays as it stands.
    fn texts_are_filled_in() {
        let inner = text!("test.inner", "{n} pages", n = 24_576_u64);
        let text = text!("test.outer", "{what}: {inner} of {inner}, {nobody} }{ {", what = "{n}", inner = inner);
        assert_eq!(text.en(), "{n}: 24,576 pages of 24,576 pages, {nobody} }{ {");
        let ja = Catalogue::parse(&["test.inner: {n} ページ", "# test.inner: no\n\n  test.outer: {inner}（{what}）\\n終 "]);
        assert_eq!(text.render(&ja), "24,576 ページ（{n}）\n終");
        assert_eq!(ja.keys(), ["test.inner", "test.outer"]);
        let joined = Text::join(&["a".into(), text!("test.inner", "{n} pages", n = 1_u64), "c".into()], ", ");
        assert_eq!((joined.en(), joined.render(&ja)), ("a, 1 pages, c".into(), "a, 1 ページ, c".into()));
        assert!(Text::none().is_empty() && Text::join(&[], ", ").is_empty());
    }

    /// A comma every three digits.
    fn decimal_numbers() {
        let rows = [(0, "0"), (999, "999"), (1000, "1,000"), (u64::MAX, "18,446,744,073,709,551,615")];
        for (n, text) in rows {
            assert_eq!(thousands(n), text);
        }
    }

    /// Every way in which a sentence stands in source, and everything that only looks like one.
    fn sentences_are_found() {
        let source = r####"
            // text!("no.comment", "no")
            /* text!("no.block", /* nested */ "no") */
            fn f<'a>(c: char) { let q = '"'; let e = '\''; let s = "text!(\"no.string\", \"no\")"; }
            text!("a", "plain");
            crate::text!("b", "with {x}", x = 1);
            teescope_core::text!(
                "c",
                "joined \
                 lines, a \"quote\", a tab\t and \u{2014} \x41"
            );
            text!["d", r#"raw "quoted" \n"#];
            Text::said("e", "said");
            let bytes = (b"text", br#"x"#, b'"');
            rules! {
                ONE = "X.one": "The first", "manual";
                TWO = "X.two": "The second", MANUAL;
            }
            layout! {
                /// A structure.
                pub struct S: "S", 16 bytes, align 1, "manual";
                0 4 "SIZE" => size: [u8; 4] as Size, "How large.", since "EXT";
                0x4 4 "reserved", "Must be zero.";
                8 8 "NAME" => name: u64, "What: it is called.";
            }
            macro_rules! m { ($key:literal) => { text!($key, "no") }; }
            #[cfg(test)]
            mod tests { fn f() { text!("no.test", "no"); } }
            #[cfg(test)]
            use x::{y};
            text!("", "no key");
            text!("f", "last");
        "####;
        assert_eq!(found(source), [
            "a=plain",
            "b=with {x}",
            "c=joined lines, a \"quote\", a tab\t and — A",
            "d=raw \"quoted\" \\n",
            "e=said",
            "X.one=The first",
            "X.two=The second",
            "S.SIZE=How large.",
            "layout.reserved=Must be zero.",
            "S.NAME=What: it is called.",
            "f=last",
        ]);
    }

    /// Cut anywhere, source that does not close what it opens ends the reading, not the build.
    fn broken_source_is_read_to_its_end() {
        let source = r##"text!("a", "b\u{41}"); /* c */ r#"d"# 'e' b"f" layout! { struct S: "S"; 0 1 "x", "y"; }"##;
        for cut in 0..source.len() {
            found(&source[..cut]);
        }
    }

    /// Every language is called by its own name and renders.
    fn languages_speak() {
        assert!(LANGUAGES.iter().any(|l| l.code == "ja"));
        for language in LANGUAGES {
            assert!(!language.name.is_empty(), "{}", language.code);
            assert_eq!(language.files.len(), language.texts.len());
            let catalogue = language.catalogue();
            assert_eq!(catalogue.get("language.name"), Some(language.name));
            assert_ne!(catalogue.get("phase.boot"), None);
        }
        let japanese = Language::of("ja").expect("there is Japanese");
        assert_eq!(japanese.name, "日本語");
        let boot = teescope_core::trace::Phase::Boot.title();
        assert_eq!((boot.en(), boot.render(&japanese.catalogue())), ("Boot".into(), "起動".into()));
        assert_eq!(Language::of("en"), None);
    }
}
