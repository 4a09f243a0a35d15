//! SGX's answers, read off its runs of the common program.

use std::collections::BTreeMap;

use teescope_core::compare::{ALL, Answer, Choice, Column, Line, by_id};
use teescope_core::sgx;
use teescope_core::trace::{Observer, Outcome, Phase, Progress, Status};

fn column(variant: &str, set: &[(&str, &str)]) -> Column {
    let choice = Choice {
        tee: "sgx".into(),
        variant: variant.into(),
        set: set
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect(),
    };
    let mut column = Column::open(&[sgx::common()], &choice).expect("SGX opens");
    while column.work(1_000) != Progress::Ready {}
    column
}

fn ask(column: &mut Column, question: &str, who: Observer) -> Answer {
    let question = by_id(question).expect("the question is there");
    (question.answer)(column, who)
}

fn kinds(column: &mut Column, who: Observer) -> BTreeMap<&'static str, &'static str> {
    let mut kind = |id: &'static str| (id, ask(column, id, who).kind);
    ALL.iter().map(|q| kind(q.id)).collect()
}

/// What Scalable SGX answers to the operating system.
const SCALABLE: [(&str, &str); 12] = [
    ("cost", "counted"),
    ("device", "nothing"),
    ("dram", "cipher-repeats"),
    ("end", "constant"),
    ("in-use", "constant"),
    ("interrupt", "nothing"),
    ("limits", "limited"),
    ("measured", "refused"),
    ("neighbour", "constant"),
    ("place", "system-unmeasured"),
    ("privilege", "one-level"),
    ("proof", "proves"),
];

shared_test! {
    fn scalable_answers_as_it_is_known_to() {
        let wanted: BTreeMap<_, _> = SCALABLE.into_iter().collect();
        assert_eq!(kinds(&mut column("scalable", &[]), Observer::Privileged), wanted);
    }

    /// Another memory engine changes what a probe on DRAM can tell, and no other answer to anybody.
    fn legacy_differs_in_dram_and_nowhere_else() {
        let mut legacy = column("legacy", &[]);
        let mut scalable = column("scalable", &[]);
        for (who, _) in scalable.observers() {
            let mut wanted = kinds(&mut scalable, who);
            wanted.insert("dram", "cipher-fresh");
            assert_eq!(kinds(&mut legacy, who), wanted, "{}", who.id());
            let told = |column: &mut Column, id| {
                let answer = ask(column, id, who);
                let lines = answer.lines.iter().map(|l| (l.name.en(), l.value.en()));
                let lines: Vec<_> = lines.collect();
                (answer.verdict.en(), answer.bytes, answer.rule.map(|r| r.id), lines)
            };
            for question in ALL.iter().filter(|q| q.id != "dram" && who != Observer::Bus) {
                assert_eq!(told(&mut legacy, question.id), told(&mut scalable, question.id), "{}", question.id);
            }
        }
    }

    /// The synthetic state: RAX holds the number of ERESUME, RBX the TCS, RCX the asynchronous exit pointer; the others
    /// are cleared (Intel SDM vol. 3D, table of the synthetic state), which is told once for all that follow each other.
    fn an_interrupt_shows_the_synthetic_state_under_one_heading() {
        let answer = ask(&mut column("scalable", &[]), "interrupt", Observer::Privileged);
        let registers = |l: &&Line| l.under.as_ref().is_some_and(|panel| panel.en() == "Registers of processor 0");
        let seen: Vec<_> = answer.lines.iter().filter(registers).map(|l| (l.name.en(), l.value.en())).collect();
        assert_eq!(seen[0], ("RAX".into(), "0x0003".into()));
        assert!(seen.contains(&("RSI … R15".into(), "0x0000".into())), "{seen:?}");
    }

    /// The probe reads the secret’s line each time it is stored: the same bytes twice, or two readings.
    fn what_the_probe_read_is_in_the_answer() {
        let count = |variant| ask(&mut column(variant, &[]), "dram", Observer::Bus).lines.len();
        assert_eq!((count("scalable"), count("legacy")), (1, 2));
    }

    /// The run is small: it is carried out while somebody waits.
    fn the_common_program_is_small_and_has_every_phase() {
        let column = column("", &[]);
        assert!(column.last() <= 150, "{}", column.last());
        for phase in Phase::ALL {
            assert!(column.start(phase).is_some(), "{}", phase.id());
        }
    }

    /// One byte of the code changed before EADD: EINIT compares, and refuses with code 4.
    fn a_changed_program_does_not_start() {
        let mut answer = ask(&mut column("", &[]), "measured", Observer::Privileged);
        assert_eq!(answer.rule.map(|r| r.id), Some("EINIT.enclavehash-equals-mrenclave"));
        let proof = answer.proofs.remove(0);
        assert_eq!(proof.step, "init.einit");
        assert!(proof.set.contains(&("altered".to_string(), "yes".to_string())));
        let mut altered = column("", &[("altered", "yes")]);
        let position = altered.session().find("init.einit").expect("EINIT");
        let step = altered.session().step(position).expect("a step").clone();
        let wanted = Status { code: 4, name: "SGX_INVALID_MEASUREMENT" };
        assert_eq!(step.outcome, Outcome::Refused(wanted));
    }

    /// The chain of the proof ends at the fuses of the processor, and what is derived first is the report key.
    fn the_root_of_the_proof_is_in_the_processor() {
        let answer = ask(&mut column("", &[]), "proof", Observer::Privileged);
        let key = answer.lines.first().expect("a key");
        assert_eq!(key.name.en(), "report key of the target");
        assert!(key.value.en().starts_with("made from the secret in the processor’s fuses"), "{}", key.value.en());
        assert_eq!(key.proof.as_ref().map(|p| p.step.as_str()), Some("attest.ereport"));
    }

    /// Each limit is met by the rule of the driver that no EPC page is left: one page is the SECS.
    fn the_epc_is_what_limits() {
        let mut column = column("", &[]);
        let limits = (sgx::common().common.expect("a common program"))().limits;
        for (limit, wanted) in limits.iter().zip([254, 64]) {
            let (count, mut run) = column.limit(limit).expect("a run");
            assert_eq!(count, wanted, "{}", limit.title.en());
            let (position, _) = run.stops()[0];
            let step = run.step(position).expect("a step");
            assert_eq!(step.broken().map(|r| r.id), Some("DRIVER.epc-left"));
        }
        let answer = ask(&mut column, "limits", Observer::Privileged);
        assert_eq!(answer.kind, "limited");
    }

    /// Where the enclave lies is the system's choice: the measurement is the same elsewhere.
    fn elsewhere_is_the_same_program() {
        let [here, there] = [&[][..], &[("place", "elsewhere")]].map(|set| {
            let mut column = column("", set);
            let answer = ask(&mut column, "measured", Observer::Privileged);
            answer.lines.last().expect("the measurement").value.en()
        });
        assert_eq!(here, there);
        let mut column = column("", &[("place", "elsewhere")]);
        assert_eq!(ask(&mut column, "in-use", Observer::Inside).kind, "plain");
    }
}
