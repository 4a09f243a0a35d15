//! Sentences: filled in, and said in every language.

use teescope_core::text;
use teescope_core::text::{Catalogue, LANGUAGES, Language, Text, thousands};

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
