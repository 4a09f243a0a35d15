//! What the build does about languages: it finds the sentences in source and compares every language
//! with them, here on packages made for the purpose. Builds run natively only, and so do these.

#[expect(dead_code, reason = "the build also talks to cargo")]
#[path = "../../../build/texts.rs"]
mod texts;

use std::path::PathBuf;

/// A package with this source and these language files, in a folder of its own.
fn package(name: &str, source: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    };
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the old folder can be removed");
    }
    put("src/deep/a.rs", source);
    for (path, text) in files {
        put(path, text);
    }
    folder
}

fn examine(package: &PathBuf) -> Result<texts::Found, String> {
    texts::examine(&texts::Job {
        package,
        is_ours: |key| !key.starts_with("ui."),
        named: true,
        strict: true,
    })
}

const SOURCE: &str = r#"
    text!("b.two", "Two {n}\n{m}");
    text!("a.one", "One");
    text!("a.one", "One");
"#;

/// A complete language has nothing wrong; its files are found, and a folder without any is told of.
#[test]
fn a_complete_language() {
    let files = [
        ("text/ja/b.txt", "# b\nb.two: {m}と {n} {n}\n"),
        (
            "text/ja/a.txt",
            "language.name: 日本語\n\n  a.one:  一：{ \n",
        ),
        ("text/ja/notes.md", "no: sentence"),
        ("text/.keep", ""),
    ];
    let found = examine(&package("complete", SOURCE, &files)).expect("the code is right");
    assert_eq!(found.wrong, Vec::<String>::new());
    assert_eq!(found.missing, "");
    let [japanese] = &found.languages[..] else {
        panic!("one language");
    };
    assert_eq!(
        (japanese.code.as_str(), japanese.name.as_str()),
        ("ja", "日本語")
    );
    assert_eq!(japanese.files, ["a.txt", "b.txt"]);
}

/// Everything that is wrong is told at once, with its place.
#[test]
fn everything_wrong_is_told() {
    let files = [(
        "text/de/a.txt",
        "b.two: Zwei {n} {k}\nmore: Mehr\nno sentence\nmore: Noch mehr\n",
    )];
    let found = examine(&package("wrong", SOURCE, &files)).expect("the code is right");
    let mut wrong = found.wrong.clone();
    wrong.sort();
    let expected = [
        "de/a.txt:1: “b.two” fills in {k} {n} where the English at deep/a.rs:2 fills in {m} {n}.",
        "de/a.txt:3: the line has not the form “key: sentence”.",
        "de/a.txt:4: nothing in the code says “more”; remove the line.",
        "de/a.txt:4: the key “more” was already given at de/a.txt:2.",
        "de: missing, said at deep/a.rs:3: a.one: One",
        "de: no file tells the language’s own name as “language.name: …”.",
    ];
    assert_eq!(wrong, expected);
    assert_eq!(found.missing, "de\tdeep/a.rs:3\ta.one: One\n");
}

/// One key never says two things, and a key that no file could hold is refused.
#[test]
fn keys_of_the_code() {
    let source = r#"
        text!("a", "One");
        text!("a", "Two");
        text!("ui.x", "Not ours");
        text!("a: b", "No key");
    "#;
    let Err(why) = examine(&package("keys", source, &[])) else {
        panic!("the code is wrong");
    };
    let places: Vec<&str> = why.lines().filter_map(|l| l.split(": ").next()).collect();
    assert_eq!(
        places,
        ["deep/a.rs:3", "deep/a.rs:4", "deep/a.rs:5"],
        "{why}"
    );
}

/// The sentences of some source as `key=english`.
fn found(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    texts::scan::sentences(source, "x.rs", &mut out);
    out.iter().map(|s| format!("{}={}", s.key, s.en)).collect()
}

/// Every way in which a sentence stands in source, and everything that only looks like one.
#[test]
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
    assert_eq!(
        found(source),
        [
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
        ]
    );
}

/// Cut anywhere, source that does not close what it opens ends the reading, not the build.
#[test]
fn broken_source_is_read_to_its_end() {
    let source = r##"text!("a", "b\u{41}"); /* c */ r#"d"# 'e' b"f" layout! { struct S: "S"; 0 1 "x", "y"; }"##;
    for cut in 0..source.len() {
        found(&source[..cut]);
    }
}
