//! The check of the languages as the build runs it, on packages made for the purpose. It reads folders,
//! so it runs natively only.

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
