//! Links: whatever is put in comes out again, and damage is told, never a panic.

use teescope_core::trace::{Edit, EditAction, Link, Observer, OpText};

use super::dice::Dice;
use super::old_links;

/// A name or value that an operation may hold.
fn word(dice: &mut Dice) -> String {
    let fine: Vec<char> = "aZ09_-.:+~#%@/日é".chars().collect();
    (0..=dice.below(6)).map(|_| *dice.pick(&fine)).collect()
}

/// A random operation with distinct argument names.
fn op(dice: &mut Dice) -> OpText {
    let mut op = OpText::new(&word(dice));
    for i in 0..dice.below(4) {
        let value = if dice.below(4) == 0 {
            String::new()
        } else {
            word(dice)
        };
        op = op.with(&format!("{i}{}", word(dice)), value);
    }
    op
}

fn edit(dice: &mut Dice) -> Edit {
    let action = match dice.below(3) {
        0 => EditAction::Remove,
        1 => EditAction::Insert(op(dice)),
        _ => EditAction::Replace(op(dice)),
    };
    let step = word(dice).replace(':', ".");
    Edit { step, action }
}

fn link(dice: &mut Dice) -> Link {
    let mut link = Link {
        scenario: dice.text(8),
        step: dice.text(8),
        mark: dice.text(4),
        observer: (dice.below(2) == 0).then(|| *dice.pick(&Observer::ALL)),
        ..Link::default()
    };
    for _ in 0..dice.below(4) {
        link.settings.params.insert(dice.text(4), dice.text(40));
        link.rest
            .push((format!("x{}", dice.text(3)), dice.text(12)));
    }
    if dice.below(2) == 0 {
        link.settings.seed = dice.next() >> dice.below(64);
    }
    let most = if dice.below(3) == 0 { 40 } else { 3 };
    link.settings.edits = (0..dice.below(most)).map(|_| edit(dice)).collect();
    link
}

/// Reads a fragment; what is read must survive being written, and a refusal must say something.
fn settles(fragment: &str) {
    match Link::read(fragment) {
        Ok(link) => {
            let again = Link::read(&link.write());
            assert_eq!(again.as_ref(), Ok(&link), "{fragment}");
        }
        Err(e) => assert!(e.to_string().len() > 20, "{e}"),
    }
}

shared_test! {
    /// Arbitrary texts in every part, short and packed.
    fn links_round_trip() {
        let mut dice = Dice::new(17);
        let mut packed = 0;
        for _ in 0..3000 {
            let link = link(&mut dice);
            let text = link.write();
            packed += usize::from(text.contains("&z="));
            assert!(text.bytes().all(|b| b.is_ascii_graphic() && b != b'#'), "{text}");
            assert_eq!(Link::read(&text).as_ref(), Ok(&link), "{text}");
            assert_eq!(Link::read(&format!("#{text}")).as_ref(), Ok(&link));
        }
        assert!(packed > 100, "only {packed} links were long enough to be packed");
    }

    /// A front end's own keys.
    fn own_keys() {
        let mut link = Link::read("#sgx/destroy&lang=ja").expect("it reads");
        assert_eq!(link.get("lang"), Some("ja"));
        link.set("theme", Some("dark"));
        link.set("lang", Some("en"));
        assert_eq!(link.write(), "sgx/destroy&lang=en&theme=dark");
        link.set("lang", None);
        link.set("nothing", None);
        assert_eq!((link.get("lang"), link.write()), (None, "sgx/destroy&theme=dark".into()));
    }

    /// A hundred changes make a link that fits in a message.
    fn long_runs_are_packed() {
        let mut link = Link { scenario: "sgx/hello-enclave".into(), ..Link::default() };
        for i in 0..100 {
            let edit = format!("+load.code{}:FLIP(at=0x{:x},bit={})", i / 16, 0x7000 + i * 64, i % 8);
            link.settings.edits.push(Edit::parse(&edit).expect("it reads"));
        }
        let text = link.write();
        assert!(text.starts_with("sgx/hello-enclave&z="), "{text}");
        assert!(text.len() < 1200, "{} characters", text.len());
        assert_eq!(Link::read(&text), Ok(link));
    }

    /// Cut anywhere, any bit flipped: read or refused with a sentence, never a panic.
    fn damaged_links() {
        let mut dice = Dice::new(23);
        let mut all: Vec<String> = old_links::fragments().map(str::to_string).collect();
        // Compressing is slow in debug builds, so only a few.
        all.extend((0..3).map(|_| link(&mut dice).write()));
        for fragment in all {
            for cut in 0..=fragment.len() {
                settles(&String::from_utf8_lossy(&fragment.as_bytes()[..cut]));
            }
            for bit in 0..fragment.len() * 8 {
                let mut bytes = fragment.clone().into_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                settles(&String::from_utf8_lossy(&bytes));
            }
        }
        for _ in 0..3000 {
            settles(&dice.text(60));
        }
    }

    /// Each refusal says which part is at fault.
    fn refusals() {
        let wrong = [
            ("#sgx/destroy&seed=many", "seed"),
            ("#sgx/destroy&seed=18446744073709551616", "seed"),
            ("#sgx/destroy&seed=", "seed"),
            ("#sgx/destroy&as=nobody", "nobody"),
            ("#sgx/destroy&op=EPA()", "EPA()"),
            ("#sgx/destroy&op=+x:EPA(", "EPA("),
            ("#sgx/destroy&op=-", "-"),
            ("#sgx/destroy&z=!", "z="),
            ("#sgx/destroy&z=AAAAA", "z="),
            ("#sgx/destroy&z=A", "z="),
            ("#sgx/destroy&z=", "z="),
        ];
        for (fragment, says) in wrong {
            let e = Link::read(fragment).expect_err(fragment);
            assert!(e.to_string().contains(says), "{e}");
        }
    }

    /// A packed part holds no packed part, and unfolds to a bounded size.
    fn packed_parts_are_bounded() {
        use teescope_core::bytes::base64url;
        let pack = |text: &[u8]| {
            let packed = miniz_oxide::deflate::compress_to_vec(text, 9);
            format!("#x&z={}", base64url::encode(&packed))
        };
        let inner = pack(b"&seed=3");
        assert_eq!(Link::read(&inner).map(|l| l.settings.seed), Ok(3));
        assert!(Link::read(&pack(&inner.as_bytes()[2..])).is_err());
        let big = |n: usize| pack(format!("&set.a={}", "a".repeat(n)).as_bytes());
        assert!(Link::read(&big(1 << 19)).is_ok());
        assert!(Link::read(&big(1 << 21)).is_err());
        assert!(Link::read(&pack(&[0xff, 0xfe])).is_err());
    }
}
