//! What Keystone answers: as the facts say, and with a mended monitor other answers only where the mending shows.

use std::collections::BTreeSet;

use teescope_core::compare::{ALL, Answer, Choice, Column, by_id};
use teescope_core::keystone;
use teescope_core::text::Text;
use teescope_core::trace::{Observer, Phase, Progress};
use teescope_core::view::Panel;

fn column(variant: &str, set: &[(&str, &str)]) -> Column {
    let choice = Choice {
        tee: "keystone".into(),
        variant: variant.into(),
        set: set
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect(),
    };
    let mut column = Column::open(&[keystone::common()], &choice).expect("it opens");
    while column.work(1000) != Progress::Ready {}
    column
}

fn ask(column: &mut Column, question: &str, who: Observer) -> Answer {
    (by_id(question).expect("the question is there").answer)(column, who)
}

/// An answer without the settings in its proofs, which name the variant.
fn told(column: &mut Column, question: &str, who: Observer) -> Answer {
    let mut answer = ask(column, question, who);
    for proof in &mut answer.proofs {
        proof.set.clear();
    }
    for proof in answer.lines.iter_mut().filter_map(|l| l.proof.as_mut()) {
        proof.set.clear();
    }
    answer
}

/// Who reads what at the secret’s place while it is used, and when all is over (facts: PMP stands between a
/// hart and memory only, nothing is encrypted, memory is zeroed before it is opened).
const READS: [(Observer, &str, &str); 7] = [
    (Observer::Inside, "plain", "refused"),
    (Observer::Process, "refused", "zeros"),
    (Observer::Privileged, "refused", "zeros"),
    (Observer::Neighbour, "refused", "refused"),
    (Observer::OtherCore, "refused", "zeros"),
    (Observer::Device, "plain", "zeros"),
    (Observer::Bus, "plain", "zeros"),
];

shared_test! {
    fn every_observer_gets_what_pmp_and_plain_dram_give() {
        let mut column = column("", &[]);
        assert_eq!(column.choice.variant, "upstream");
        let there: Vec<Observer> = column.observers().iter().map(|(who, _)| *who).collect();
        assert_eq!(there, READS.map(|(who, ..)| who));
        for (who, used, ended) in READS {
            assert_eq!(ask(&mut column, "in-use", who).kind, used, "{}", who.id());
            assert_eq!(ask(&mut column, "end", who).kind, ended, "{}", who.id());
            assert_eq!(ask(&mut column, "interrupt", who).kind, match who {
                // The enclave itself keeps its secret; a device and a probe need no interrupt to read it.
                Observer::Inside | Observer::Device | Observer::Bus => "depends",
                _ => "nothing",
            }, "{}", who.id());
        }
        let nobody = ask(&mut column, "end", Observer::Inside);
        assert_eq!(nobody.rule.map(|r| r.id), Some("ACCESS.enclave-there"));
        let neighbour = ask(&mut column, "end", Observer::Neighbour);
        assert_eq!(neighbour.rule.map(|r| r.id), Some("PMP.no-match-lower"));
    }

    fn the_other_questions_are_answered_as_the_facts_say() {
        let mut column = column("", &[]);
        for (question, kind) in [
            ("cost", "counted"), ("device", "reads-and-writes"), ("dram", "plain"), ("limits", "limited"),
            ("measured", "reported"), ("neighbour", "refused"), ("place", "system-unmeasured"),
            ("privilege", "several-levels"), ("proof", "proves"),
        ] {
            assert_eq!(ask(&mut column, question, Observer::Privileged).kind, kind, "{question}");
        }
        // In: run, two resumes. Out: the timer, an edge call, exit.
        let cost = ask(&mut column, "cost", Observer::Privileged).verdict.en();
        assert!(cost.ends_with(", 6 crossings"), "{cost}");
        let limits = ask(&mut column, "limits", Observer::Privileged);
        let counts: Vec<String> = limits.lines.iter().map(|l| l.value.en()).collect();
        assert_eq!(counts, ["6", "7"]);
        let last = ask(&mut column, "dram", Observer::Privileged).lines.len();
        assert_eq!(last, 1, "the same secret looks the same");
        // Three sizes of 8 bytes and files of 1, 3 and 2 pages; the neighbour’s of 1, 2 and 1.
        let measured = ask(&mut column, "measured", Observer::Privileged);
        let lines = measured.lines.iter().map(|l| (l.under.as_ref().map(Text::en), l.name.en(), l.value.en()));
        let lines: Vec<_> = lines.collect();
        for (digest, taken) in [
            ("Measurement of enclave 0", "24,600 bytes in 7 parts"), ("Measurement of enclave 1", "16,408 bytes in 5 parts"),
        ] {
            let line = (Some("Initialise".into()), digest.into(), taken.into());
            assert!(lines.contains(&line), "{lines:?}");
        }
        // Both ways to see it lead to the same step, and say which run it is in.
        let runs: Vec<Option<String>> = measured.proofs.iter().map(|p| p.in_run.as_ref().map(Text::en)).collect();
        assert_eq!(runs, [None, Some("with one byte changed".into())]);
    }

    fn a_mended_monitor_changes_what_its_key_is_made_from_and_nothing_else() {
        let (mut upstream, mut intended) = (column("upstream", &[]), column("intended", &[]));
        let mut changed = BTreeSet::new();
        for question in ALL {
            for who in Observer::ALL {
                let (a, b) = (told(&mut upstream, question.id, who), told(&mut intended, question.id, who));
                assert_eq!((a.kind, &a.verdict), (b.kind, &b.verdict), "{}", question.id);
                if a != b {
                    changed.insert(question.id);
                }
            }
        }
        assert_eq!(changed, BTreeSet::from(["proof"]));
        let made = |column: &mut Column| -> Vec<String> {
            let answer = ask(column, "proof", Observer::Privileged);
            let own = answer.lines.iter().find(|l| l.name.en() == "key of the security monitor");
            let own = own.expect("the key is told").value.en();
            own.trim_start_matches("made from ").split(", ").map(String::from).collect()
        };
        assert_eq!(made(&mut upstream), [
            "first byte of device_secret_key", "first byte of the measurement of the firmware",
        ]);
        assert_eq!(made(&mut intended), ["device_secret_key", "measurement of the firmware"]);
        let root = ask(&mut intended, "proof", Observer::Privileged).says;
        assert!(root[0].en().contains("device_secret_key"), "{}", root[0].en());
    }

    fn the_secret_lies_where_it_is_looked_for_wherever_linux_puts_it() {
        for place in ["usual", "elsewhere"] {
            let mut column = column("", &[("place", place)]);
            let at = column.in_use();
            let look = column.look(at, Observer::Inside);
            assert_eq!(&look.bytes[..14], b"attack at dawn", "{place}");
            let view = column.view(at, None);
            let Some(Panel::Table(table)) = view.panel("enclaves") else {
                panic!("no table of enclaves");
            };
            let first = if place == "usual" { "0x8400_0000" } else { "0x8440_0000" };
            let cells = table.rows[0].cells.iter().any(|c| c.text.en().contains(first));
            assert!(cells, "{place}: {:?}", table.rows[0]);
        }
    }

    fn every_shared_phase_happens_and_only_linux_looking_is_stopped() {
        let mut column = column("", &[]);
        for phase in Phase::ALL {
            let happens = column.happens(phase, Observer::Privileged);
            let happens = happens.unwrap_or_else(|| panic!("no {}", phase.id()));
            assert_eq!(happens.stops, u64::from(phase == Phase::Interrupt), "{}", phase.id());
        }
        for set in [&[("altered", "yes")][..], &[("place", "elsewhere")]] {
            let run = column.another(&[set[0]]).expect("it fits");
            assert_eq!(run.stops().len(), 1, "{set:?}");
        }
        assert!(column.last() <= 100);
    }

    fn who_runs_is_told_for_the_hart_of_the_step() {
        let mut column = column("", &[]);
        let mut now = |label: &str| {
            let at = column.session().find(label).expect(label);
            let view = column.view(at, Some(Observer::Privileged));
            let Some(Panel::Privilege(panel)) = view.panel("privilege") else {
                panic!("no panel of levels");
            };
            assert_eq!(panel.levels.len(), 3);
            panel.now
        };
        for (label, level, world) in [
            ("boot.rom", 0, 0), ("take.memory", 1, 0), ("create", 0, 0), ("create.ipi", 1, 0), ("enter", 1, 1),
            ("secret.keep", 1, 1), ("timer", 1, 0), ("linux.look", 1, 0), ("resume", 1, 1), ("call.out", 1, 0),
            ("exit", 1, 0),
        ] {
            assert_eq!(now(label), Some((level, world)), "{label}");
        }
    }

    fn linux_sees_its_own_registers_and_never_the_enclaves() {
        let mut column = column("", &[]);
        let mut keys = |label: &str, who| -> Vec<String> {
            let at = column.session().find(label).expect(label);
            let view = column.view(at, who);
            let Some(Panel::Facts(facts)) = view.panel("harts") else {
                panic!("no facts of harts");
            };
            facts.facts.iter().map(|f| f.key.clone()).collect()
        };
        let machine = keys("secret.keep", None);
        assert!(machine.contains(&"mepc-0".into()) && machine.contains(&"a0-0".into()));
        let inside = keys("secret.keep", Some(Observer::Privileged));
        assert!(!inside.contains(&"a0-0".into()) && inside.contains(&"a0-1".into()));
        let after = keys("timer", Some(Observer::Privileged));
        assert!(after.contains(&"a0-0".into()) && after.contains(&"stip-0".into()));
        assert!(!after.iter().any(|k| k.starts_with("mepc") || k.starts_with("mideleg")));
        let other = keys("timer", Some(Observer::OtherCore));
        assert!(!other.contains(&"a0-0".into()) && other.contains(&"a0-1".into()));
        let own = keys("secret.keep", Some(Observer::Inside));
        assert!(own.contains(&"a0-0".into()) && !own.contains(&"a0-1".into()));
    }
}
