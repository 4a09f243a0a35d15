//! Who runs where: enclaves in ring 3 only, and who runs now as the machine's state says it.

use teescope_core::tees;
use teescope_core::trace::{Edit, Inputs, Observer, Progress, Session, Settings};
use teescope_core::view::{Panel, Privilege};

fn common() -> Box<dyn Session> {
    let run = tees::open("sgx/common", &Settings::default(), &Inputs::new());
    let mut run = run.expect("it opens");
    while run.work(1_000) != Progress::Ready {}
    run
}

/// The panel after a step, as an observer sees it.
fn panel(run: &mut dyn Session, label: &str, who: Option<Observer>) -> Option<Privilege> {
    let position = run.find(label).unwrap_or_else(|| panic!("no step {label}"));
    let view = run.view(position, who);
    view.panels.iter().find_map(|panel| match panel {
        Panel::Privilege(p) => Some(p.clone()),
        _ => None,
    })
}

/// Who runs after a step: the level and the world in words.
fn now(run: &mut dyn Session, label: &str) -> Option<(String, String)> {
    let panel = panel(run, label, None).expect("the panel");
    let (level, world) = panel.now?;
    let level = &panel.levels[level];
    assert!(level.cells[world].is_some(), "{label}: somebody is there");
    Some((level.title.en(), panel.worlds[world].en()))
}

shared_test! {
    fn enclaves_are_in_ring_3_and_nowhere_else() {
        let panel = panel(&mut *common(), "use.keep", None).expect("the panel");
        assert_eq!(panel.worlds.len(), 2);
        for level in &panel.levels {
            assert_eq!(level.cells.len(), 2);
            assert_eq!(level.cells[1].is_some(), level.title.en() == "ring 3", "{}", level.title.en());
            let trusted = level.cells.iter().flatten().filter(|c| c.trusted).count();
            assert_eq!(trusted, usize::from(level.title.en() == "ring 3"), "nobody else is relied on");
        }
    }

    fn who_runs_follows_the_machine() {
        let mut run = common();
        for (label, level, world) in [
            ("boot.prmrr", "SMM", "ordinary"),
            ("create.ecreate", "ring 0", "ordinary"),
            ("init.einit", "ring 0", "ordinary"),
            ("enter.eenter", "ring 3", "enclave"),
            ("use.keep", "ring 3", "enclave"),
            ("interrupt.intr", "ring 0", "ordinary"),
            ("interrupt.heap", "ring 0", "ordinary"),
            ("resume.enclu", "ring 3", "enclave"),
            ("ocall.eexit", "ring 3", "ordinary"),
            ("ocall.syscall", "ring 3", "ordinary"),
            ("attest.check", "ring 3", "enclave"),
            ("destroy.eexit", "ring 3", "ordinary"),
            ("destroy.secs", "ring 0", "ordinary"),
        ] {
            assert_eq!(now(&mut *run, label), Some((level.into(), world.into())), "{label}");
        }
    }

    /// A fault inside is an asynchronous exit: the handler runs. Nobody's code runs a probe on DRAM.
    fn a_fault_brings_the_handler() {
        let mut run = common();
        let mut fork = |op: &str| {
            let edit = Edit::parse(&format!("+use.load:{op}")).expect("an edit");
            let mut fork = run.fork(&[edit]).expect("a fork");
            while fork.work(1_000) != Progress::Ready {}
            let position = fork.find("use.load").expect("the step") - 1;
            let label = fork.label(position);
            now(&mut *fork, &label)
        };
        assert_eq!(fork("EXECUTE(instruction=CPUID)"), Some(("ring 0".into(), "ordinary".into())));
        assert_eq!(fork("ACCESS(as=hypervisor,at=0x72005000,len=8)"), Some(("VMX root".into(), "ordinary".into())));
        assert_eq!(fork("BUS(at=0x72005000,do=keep)"), None);
    }

    /// Only those see it who can know: a device and a probe do not know who runs.
    fn only_those_who_can_know_see_it() {
        let mut run = common();
        for (who, sees) in [
            (Observer::Inside, true),
            (Observer::Process, true),
            (Observer::Privileged, true),
            (Observer::Neighbour, false),
            (Observer::Device, false),
            (Observer::Bus, false),
        ] {
            assert_eq!(panel(&mut *run, "use.keep", Some(who)).is_some(), sees, "{}", who.id());
        }
    }
}
