//! Operations and edits as text: what is written is read again, and nothing else is.

use teescope_core::trace::{Edit, EditAction, OpText};

use super::dice::Dice;

shared_test! {
    /// The forms people may write.
    fn forms_that_read() {
        let op = OpText::new("EEXTEND").with("offset", "0x1100");
        for text in ["EEXTEND(offset=0x1100)", "  EEXTEND(offset=0x1100)\n", "EEXTEND( offset=0x1100 , )"] {
            assert_eq!(OpText::parse(text).as_ref(), Ok(&op), "{text}");
        }
        assert_eq!(OpText::parse("EPA"), OpText::parse("EPA()"));
        assert_eq!(op.to_string(), "EEXTEND(offset=0x1100)");
        assert_eq!(OpText::new("EPA").to_string(), "EPA");
        let empty = OpText::parse("X(a=,b=1)").expect("an empty value is a value");
        assert_eq!((empty.arg("a"), empty.arg("b"), empty.arg("c")), (Some(""), Some("1"), None));
        assert_eq!(empty.to_string(), "X(a=,b=1)");
    }

    /// The forms that are refused, each with the text in the sentence.
    fn forms_that_do_not() {
        let wrong = [
            "", " ", "(", ")", "()", "(a=1)", "A(", "A)", "A(a", "A(a)", "A(=1)", "A(a=1", "A(a=1))",
            "A(a=1)B", "A B", "A\tB", "A(a b=1)", "A(a=1 2)", "A(a=1,a=2)", "A(a==1)", "A&B", "A(a=&)",
            "A(a=(1))", "A=1", "A,B", "A(a=\u{2003}x\u{2003}y)",
        ];
        for text in wrong {
            let e = OpText::parse(text).expect_err(text);
            assert!(e.to_string().contains(&format!("“{text}”")), "{e}");
        }
    }

    /// Numbers in decimal and hex, 64 bits and not one more.
    fn numbers() {
        let number = |text: &str| OpText::new("X").with("n", text).number("n");
        let right = [
            ("0", 0), ("00", 0), ("17", 17), ("1_000", 1000), ("0x10", 16), ("0X7f_ff", 0x7fff),
            ("18446744073709551615", u64::MAX), ("0xffff_ffff_ffff_ffff", u64::MAX),
        ];
        for (text, n) in right {
            assert_eq!(number(text), Ok(Some(n)), "{text}");
        }
        let wrong = [
            "", "x", "0x", "-1", "+1", "0x+1", "1.0", "1e3", "0b1", "18446744073709551616",
            "0x1_0000_0000_0000_0000", " 1", "１",
        ];
        for text in wrong {
            let e = number(text).expect_err(text);
            assert!(e.to_string().contains(&format!("“{text}”")), "{e}");
        }
        assert_eq!(OpText::new("X").number("n"), Ok(None));
    }

    /// Edits in their three forms.
    fn edits() {
        let op = OpText::new("EPA").with("a", "b:c");
        let rows = [
            ("+load.x:EPA(a=b:c)", EditAction::Insert(op.clone())),
            ("~load.x:EPA(a=b:c)", EditAction::Replace(op)),
            ("-load.x", EditAction::Remove),
        ];
        for (text, action) in rows {
            let edit = Edit { step: "load.x".into(), action };
            assert_eq!(Edit::parse(text).as_ref(), Ok(&edit));
            assert_eq!(edit.to_string(), text);
        }
        for text in ["", "+", "-", "~", "load.x", "+load.x", "~load.x", "+:EPA", "-:EPA", "-x:EPA", "*x:EPA", "+x:", "é"] {
            assert!(Edit::parse(text).is_err(), "{text}");
        }
    }

    /// Any text at all is read or refused, and what is read is written so that it reads the same.
    fn any_text() {
        let mut dice = Dice::new(4);
        let mut read = 0;
        for _ in 0..20_000 {
            let text = dice.text(9);
            if let Ok(op) = OpText::parse(&text) {
                read += 1;
                assert_eq!(OpText::parse(&op.to_string()), Ok(op), "{text}");
            }
            let text = format!("{}{text}", dice.pick(&["+", "-", "~", "+x:", "~y:"]));
            if let Ok(edit) = Edit::parse(&text) {
                read += 1;
                assert_eq!(Edit::parse(&edit.to_string()), Ok(edit), "{text}");
            }
        }
        assert!(read > 1000, "only {read} texts were read");
    }
}
