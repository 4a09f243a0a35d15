//! That the two-run test finds what leaks, names it, and is content with what is declared.

use teescope_core::trace::{
    BadInput, Channel, Inputs, Observer, Phase, Plan, Scenario, ScenarioInfo, Secrecy, Secret,
    Segment, Session, Settings, two_runs,
};

use super::toy::{self, Op};

/// A scenario whose secret, the seed, lies in a register that everybody sees.
struct Leaky {
    secret: Secret,
    channels: fn() -> Vec<Channel>,
    longer: bool,
}

impl Scenario for Leaky {
    fn info(&self) -> ScenarioInfo {
        toy::info()
    }

    fn open(&self, settings: &Settings, _: &Inputs) -> Result<Box<dyn Session>, BadInput> {
        let segment = |label: &str, op| Segment::one(Phase::Use, label, "t".into(), "c".into(), op);
        let mut all = vec![
            segment("same", Op::Add(0, 7)),
            segment("secret", Op::Add(1, settings.seed + 1)),
        ];
        if self.longer && settings.seed == 1 {
            all.push(segment("more", Op::Add(0, 0)));
        }
        Ok(Box::new(toy::run(Plan::new(all), settings.clone())))
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy {
            secret: self.secret,
            channels: (self.channels)(),
        }
    }
}

fn leaky(secret: Secret) -> Leaky {
    Leaky {
        secret,
        channels: Vec::new,
        longer: false,
    }
}

shared_test! {
    fn an_undeclared_leak_is_named() {
        let found = two_runs(&leaky(Secret::Seed), &Inputs::new()).expect("it runs");
        let first = found.first().expect("a difference");
        assert_eq!((first.step.as_str(), first.channel), ("secret", None));
        assert_ne!(first.observer, Observer::Inside);
        let sentence = first.to_string();
        for part in ["secret", first.observer.id(), &first.at, &first.cell] {
            assert!(!part.is_empty() && sentence.contains(part), "{sentence}");
        }
    }

    fn what_is_declared_is_told_apart() {
        let all = two_runs(&leaky(Secret::Seed), &Inputs::new()).expect("it runs");
        let channels = || {
            vec![Channel { observer: Observer::Privileged, at: "regs", says: "It shows.".into(), cite: "toy manual" }]
        };
        let found = two_runs(&Leaky { channels, ..leaky(Secret::Seed) }, &Inputs::new()).expect("it runs");
        assert_eq!(found.len(), all.len());
        for difference in found {
            let declared = difference.observer == Observer::Privileged && difference.at == "regs";
            assert_eq!(difference.channel.is_some(), declared, "{difference}");
        }
    }

    fn a_longer_run_is_a_difference() {
        let found = two_runs(&Leaky { longer: true, ..leaky(Secret::Seed) }, &Inputs::new()).expect("it runs");
        assert!(found.iter().any(|d| d.at == "steps" && d.cell == "2 and 3"));
    }

    fn without_a_secret_there_is_nothing_to_compare() {
        assert_eq!(two_runs(&leaky(Secret::None), &Inputs::new()), Ok(Vec::new()));
        assert_eq!(leaky(Secret::None).secrecy(), Secrecy::default());
    }
}
