//! The PMP inspector: its own rules, live edits, what panels say, and pasted text that cannot be used.

use std::collections::BTreeSet;

use teescope_core::arch::riscv::{Pmp, Privilege, csr};
use teescope_core::keystone;
use teescope_core::keystone::inspector::{self, Hart, Op, Touch};
use teescope_core::trace::{
    Edit, Event, Inputs, Machine, Observer, Outcome, Session, Settings, Sink,
};
use teescope_core::view::{Access, Panel, View};

/// Carries out one operation; the outcome's fault code and the checks.
fn apply(hart: &mut Hart, op: Op) -> (Option<u64>, Vec<(&'static str, bool)>) {
    let mut events = Vec::new();
    let outcome = hart.apply(&op, &mut Sink::Events(&mut events));
    let code = match outcome {
        Outcome::Faulted(fault) => fault.code,
        _ => None,
    };
    let checks = events.iter().filter_map(|e| match e {
        Event::Check { rule, held, .. } => Some((rule.id, *held)),
        _ => None,
    });
    (code, checks.collect())
}

fn csrw(register: u16, value: u64, mode: Privilege) -> Op {
    Op::Csrw {
        register,
        value,
        mode,
    }
}

fn hart() -> Hart {
    Hart {
        pmp: Pmp::new(16, 0),
    }
}

/// Opens the inspector with these parameters, carried out whole.
fn open(params: &[(&str, &str)]) -> Result<Box<dyn Session>, String> {
    let mut settings = Settings::default();
    for (key, value) in params {
        settings
            .params
            .insert((*key).to_string(), (*value).to_string());
    }
    let mut all = keystone::tee().scenarios.into_iter();
    let scenario = all
        .find(|s| s.info().id == "keystone/pmp")
        .expect("it is registered");
    let mut run = scenario
        .open(&settings, &Inputs::new())
        .map_err(|bad| bad.to_string())?;
    run.work(1_000);
    Ok(run)
}

/// A cell of the registers' table.
fn cell(view: &View, row: &str, column: usize) -> String {
    let Some(Panel::Table(table)) = view.panel("entries") else {
        panic!("a table")
    };
    let row = table.rows.iter().find(|r| r.key == row).expect("a row");
    row.cells[column].text.en()
}

/// A value of a panel of facts.
fn fact(view: &View, panel: &str, key: &str) -> String {
    let Some(Panel::Facts(facts)) = view.panel(panel) else {
        panic!("facts")
    };
    let fact = facts.facts.iter().find(|f| f.key == key);
    fact.map_or_else(String::new, |f| f.value.en())
}

shared_test! {
    fn every_rule_of_its_own_fires() {
        let m = Privilege::Machine;
        let (code, checks) = apply(&mut hart(), csrw(csr::PMPCFG0 + 1, 0, m));
        assert_eq!((code, &checks[..]), (Some(2), &[("CSRW.exists", false)][..]));
        let (code, checks) = apply(&mut hart(), csrw(csr::PMPCFG0, 0, Privilege::Supervisor));
        assert_eq!(code, Some(2));
        assert_eq!(checks, [("CSRW.exists", true), ("CSRW.machine-mode", false)]);
        let device = hart().probe(Observer::Device, 0, Access::Write);
        let fired = BTreeSet::from(["CSRW.exists", "CSRW.machine-mode", device.rule.id]);
        let declared: BTreeSet<_> = inspector::rules().iter().map(|r| r.id).collect();
        assert_eq!(fired, declared);
    }

    /// A hart ignores what a lock forbids and says nothing; the step tells.
    fn a_locked_entry_keeps_its_value() {
        let mut hart = hart();
        let m = Privilege::Machine;
        apply(&mut hart, csrw(csr::PMPCFG0, 0x98, m));
        let (code, checks) = apply(&mut hart, csrw(csr::PMPADDR0, 7, m));
        assert_eq!((code, checks.last()), (None, Some(&("PMP.locked", false))));
        assert_eq!(hart.pmp.addr(0), 0);
        apply(&mut hart, Op::Reset);
        assert_eq!(hart.pmp, Pmp::new(16, 0));
    }

    fn operations_survive_text() {
        for op in [
            csrw(csr::PMPADDR0 + 63, u64::MAX, Privilege::Machine),
            csrw(csr::PMPCFG0 + 14, 0x1f, Privilege::User),
            csrw(0x123, 0, Privilege::Machine),
            Op::Reset,
            Op::Touch(Touch { access: Access::Write, mode: Privilege::User, at: u64::MAX, size: 64 }),
        ] {
            let text = Hart::print_op(&op).expect("text");
            assert_eq!(Hart::parse_op(&text).expect("an operation"), op, "{text}");
        }
        for text in ["CSRW", "CSRW(csr=pmpcfg0)", "CSRW(csr=x,value=1)", "LOAD", "LOAD(at=1,mode=X)", "LOAD(at=1,by=M)", "JUMP"] {
            let op = teescope_core::trace::OpText::parse(text).expect("well formed");
            assert!(Hart::parse_op(&op).is_err(), "{text}");
        }
    }

    /// The dump of issue 288: entry 0 opens the monitor, seven overlaps, six enclaves shut.
    fn the_example_tells_what_is_wrong_with_it() {
        let mut run = open(&[]).expect("it opens");
        let end = run.len();
        let view = run.view(end, None);
        assert_eq!(cell(&view, "0", 5), "rwx");
        assert_eq!(cell(&view, "0", 6), "0x8000_0000 – 0x801f_ffff, 2 MiB");
        assert_eq!(cell(&view, "7", 7), "overlaps; first come 0, 5, 6, 3, 4, 1, 2");
        assert_eq!(fact(&view, "registers", "pmpcfg0"), "0x1f18_1818_1818_181f");
        assert_eq!(fact(&view, "registers", "machine"), "free: no entry is locked");
        assert_eq!(fact(&view, "registers", "lower"), "kept out of 12 MiB by entries without R, W and X");
        let first = run.find("ask.1").expect("a question");
        let view = run.view(first, None);
        assert_eq!(fact(&view, "answer", "verdict"), "passes");
        assert_eq!(fact(&view, "answer", "by"), "entry 0, 0x8000_0000 – 0x801f_ffff");
    }

    /// An entry is edited by putting another write in the place of its step.
    fn entries_are_edited_live() {
        let mut run = open(&[("ask", "0x80000000"), ("access", "write")]).expect("it opens");
        let edit = Edit::parse("~set.pmpcfg0:CSRW(csr=pmpcfg0,value=0x1f18181818181818)").expect("an edit");
        let mut fork = run.fork(&[edit]).expect("a fork");
        let asked = fork.find("ask.1").expect("a question");
        assert_eq!(fact(&run.view(asked, None), "answer", "verdict"), "passes");
        let view = fork.view(asked, None);
        assert_eq!(fact(&view, "answer", "verdict"), "store/AMO access fault");
        assert_eq!(fact(&view, "answer", "trap"), "mcause 7, mtval 0x8000_0000");
    }

    fn shadowed_and_empty_entries_are_noted() {
        let dump = "cfg = {0x1f, 0x1f, 0, 0x0f, 0x88, 0x1a}\naddr = {0x200fffff, 0x200000ff, 9, 9, 16, 0xff}";
        let mut run = open(&[("dump", dump)]).expect("it opens");
        let view = run.view(run.len(), None);
        assert_eq!(cell(&view, "1", 7), "never decides: covered by 0");
        assert_eq!(cell(&view, "2", 7), "lower end of entry 3");
        assert_eq!(cell(&view, "3", 7), "empty: its end is not above its start; lower end of entry 4");
        assert_eq!(cell(&view, "4", 3), "L");
    }

    fn nobody_below_machine_mode_sees_the_registers() {
        let mut run = open(&[]).expect("it opens");
        for observer in [Observer::Privileged, Observer::Process, Observer::Device] {
            let view = run.view(run.len(), Some(observer));
            let Some(Panel::Table(table)) = view.panel("entries") else { panic!("a table") };
            assert!(table.rows.is_empty());
            assert_eq!(fact(&view, "registers", "pmpcfg0"), "");
        }
    }

    fn what_cannot_be_used_is_told() {
        let told = |params: &[(&str, &str)]| open(params).err().expect("it is refused");
        assert!(told(&[("dump", "pmpaddr0 = 0x1\npmpaddr1 = x0")]).starts_with("line 2, character 12: “x0”"));
        assert!(told(&[("dump", "pmpaddr0 0xg")]).starts_with("line 1, character 10: “0xg”"));
        assert!(told(&[("dump", "nothing of the kind")]).starts_with("There is no PMP register"));
        assert!(told(&[("ask", "0x80000000, here")]).starts_with("“here” is no address"));
        assert!(open(&[("dump", ""), ("entries", "0")]).is_ok());
    }
}
