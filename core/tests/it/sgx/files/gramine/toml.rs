//! The TOML reader against the specification’s own examples of what is and what is not TOML.

use teescope_core::formats::toml::{EACH, Value, read};

fn text(said: &str) -> Value {
    Value::Text(said.into())
}

/// What a document sets, each path with dots.
fn set(document: &str) -> Vec<(String, Value)> {
    let read = read(document.as_bytes()).unwrap_or_else(|bad| panic!("{document}: {bad}"));
    read.into_iter()
        .map(|e| (e.path.join("."), e.value))
        .collect()
}

fn one(document: &str) -> Value {
    let all = set(document);
    assert_eq!(all.len(), 1, "{document}");
    all[0].1.clone()
}

fn refused(document: &[u8]) -> String {
    match read(document) {
        Ok(read) => panic!("accepted: {read:?}"),
        Err(bad) => bad.to_string(),
    }
}

shared_test! {
    fn keys_have_their_paths() {
        let found = set("a = 1\nb.c = 2\n\"d.e\" . 'f' = 3\n[ g . h ]\ni = 4 # end\n\n[[j]]\nk = 5\r\n[[j]]\nk = 6\n\
            [l]\nm = { n = 7, o.p = true }\nq = [ { r = 8 }, [ 9, ], # no\n ]\n1234 = 10");
        let wanted = [
            ("a", Value::Integer(1)), ("b.c", Value::Integer(2)), ("d.e.f", Value::Integer(3)),
            ("g.h.i", Value::Integer(4)), ("j.[].k", Value::Integer(5)), ("j.[].k", Value::Integer(6)),
            ("l.m", Value::Other), ("l.m.n", Value::Integer(7)), ("l.m.o.p", Value::Bool(true)),
            ("l.q", Value::Other), ("l.1234", Value::Integer(10)),
        ];
        assert_eq!(found, wanted.map(|(path, value)| (path.to_string(), value)));
        assert_eq!(EACH, "[]");
        let at: Vec<u64> = read(b"a = 1\nbc =  'x'").expect("read").iter().map(|e| e.at).collect();
        assert_eq!(at, [4, 12]);
        assert_eq!(set(""), []);
        assert_eq!(set("# nothing\r\n\t\n"), []);
    }

    fn strings_of_all_kinds() {
        assert_eq!(one(r#"a = "I'm a string. \"You can quote me\". Name\tJos\u00E9\nLocation\tSF.""#),
            text("I'm a string. \"You can quote me\". Name\tJosé\nLocation\tSF."));
        assert_eq!(one(r"a = 'C:\Users\nodejs\templates'"), text(r"C:\Users\nodejs\templates"));
        assert_eq!(one("a = \"\"\"\nRoses are red\nViolets are blue\"\"\""), text("Roses are red\nViolets are blue"));
        assert_eq!(one("a = \"\"\"\\\n   The quick \\\n\n   fox.\\\n   \"\"\""), text("The quick fox."));
        assert_eq!(one("a = '''\nThe first newline is\ntrimmed, \"I\" \\s.'''"),
            text("The first newline is\ntrimmed, \"I\" \\s."));
        assert_eq!(one("a = \"\"\"two quotes \"\"\"\"\""), text("two quotes \"\""));
        assert_eq!(one("a = \"\""), text(""));
        assert_eq!(one("a = \"\\U0001F600\""), text("\u{1f600}"));
        assert_eq!(one("a = \"# [not] = {these}\" # but this"), text("# [not] = {these}"));
    }

    fn numbers_dates_and_truth() {
        for (said, value) in [("+99", 99), ("42", 42), ("0", 0), ("-17", -17), ("1_000", 1000), ("5_349_221", 5_349_221),
            ("0xDEADBEEF", 0xdead_beef), ("0xdead_beef", 0xdead_beef), ("0o755", 0o755), ("0b11010110", 0b1101_0110),
            ("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)] {
            assert_eq!(one(&format!("a = {said}")), Value::Integer(value), "{said}");
        }
        for said in ["+1.0", "3.1415", "-0.01", "5e+22", "1e06", "-2E-2", "6.626e-34", "inf", "-nan",
            "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.999-07:00", "1979-05-27", "07:32:00"] {
            assert_eq!(one(&format!("a = {said}")), Value::Other, "{said}");
        }
        assert_eq!(one("a = true"), Value::Bool(true));
        assert_eq!(one("a = false"), Value::Bool(false));
    }

    fn what_is_not_toml_is_refused_with_its_line() {
        for (document, says) in [
            ("a = # nothing", "no value in line 1"), ("a = 1\nb = 2 c = 3", "goes on in line 2"),
            ("= 1", "no key in line 1"), ("\n\na b = 1", "no “=” after the key in line 3"), ("a = 007", "no value"),
            ("a = 1__0", "no value"), ("a = _1", "no value"), ("a = True", "no value"), ("a = 0x", "no value"),
            ("a = +0x1", "no value"), ("a = 9223372036854775808", "no value"), ("a = 1.2.c", "no value"),
            ("a = \"\n\"", "open in line 1"), ("a = \"x", "open in line 1"), ("a = '''x\n", "open in line 2"),
            ("a = \"\\q\"", "in line 1 that a string does not hold"), ("a = \"\\uD800\"", "does not hold"),
            ("a = \"\u{1}\"", "does not hold"), ("a = [1 2]", "open"), ("a = [1,", "no value"),
            ("a = {b = 1", "open"), ("[a", "open"), ("[[a]", "open"), ("[]", "no key"), ("[a.]", "no key"),
            ("a = 1\na = 2", "sets a a second time, in line 2"), ("[s]\nx.y=1\n[s.x]\ny=2", "sets s.x.y a second time, in line 4"),
            ("a = { b = 1, b = 2 }", "sets a.b a second time"), ("a", "no “=”"), ("a.\"\"\"x\"\"\" = 1", "no “=”"),
        ] {
            let why = refused(document.as_bytes());
            assert!(why.starts_with("TOML at offset") && why.contains(says), "{document}: {why}");
        }
        let why = refused(b"a = 1\nb = \"\xff\"");
        assert_eq!(why, "TOML at offset 0xb (11) is not UTF-8 text from line 2 on.");
        let deep = format!("a = {}", "[".repeat(5000));
        assert!(refused(deep.as_bytes()).contains("more than 64 arrays and tables"));
        let long = format!("{} = 1", vec!["a"; 5000].join("."));
        assert!(refused(long.as_bytes()).contains("more than 64 arrays and tables"));
        let deep = format!("a = {}", "{b = ".repeat(5000));
        assert!(refused(deep.as_bytes()).contains("more than 64 arrays and tables"));
    }
}
