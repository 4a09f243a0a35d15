//! What the scenarios about running enclaves claim is so, whatever a reader sets.

use std::rc::Rc;

use teescope_core::tees;
use teescope_core::trace::{Inputs, Observer, Session, Settings, Step};
use teescope_core::view::{Panel, Table};

/// A run of a scenario with these parameters.
fn open(id: &str, set: &[(&str, &str)]) -> Box<dyn Session> {
    let mut settings = Settings::default();
    let set = set
        .iter()
        .map(|(k, v)| ((*k).to_string(), (*v).to_string()));
    settings.params.extend(set);
    tees::open(id, &settings, &Inputs::new()).unwrap_or_else(|e| panic!("{id}: {e}"))
}

fn step(run: &mut dyn Session, label: &str) -> Rc<Step> {
    let position = run.find(label).unwrap_or_else(|| panic!("no step {label}"));
    run.step(position).expect("a step")
}

/// The rule that stopped a step; empty if it was done.
fn broken(step: &Step) -> &'static str {
    step.broken().map_or("", |rule| rule.id)
}

/// A table as an observer sees it after a step.
fn table(run: &mut dyn Session, label: &str, id: &str, who: Option<Observer>) -> Table {
    let position = run.find(label).unwrap_or_else(|| panic!("no step {label}"));
    match run.view(position, who).panel(id) {
        Some(Panel::Table(table)) => table.clone(),
        other => panic!("{label}: {id} is {other:?}"),
    }
}

/// The words of one column.
fn column(table: &Table, n: usize) -> Vec<String> {
    table.rows.iter().map(|r| r.cells[n].text.en()).collect()
}

shared_test! {
    fn a_hostile_page_table_is_refused_wherever_it_points() {
        for target in ["ordinary", "own", "tcs", "secs"] {
            let mut run = open("sgx/hostile-remap", &[("target", target)]);
            assert_eq!(broken(&step(&mut *run, "attack.stale")), "", "{target}");
            assert_eq!(broken(&step(&mut *run, "attack.read")), "ACCESS.epcm-owner", "{target}");
            assert_eq!(broken(&step(&mut *run, "use.read")), "", "{target}");
            let seen = table(&mut *run, "attack.read", "seen", Some(Observer::Privileged));
            assert_eq!(column(&seen, 6).last().map(String::as_str), Some("0x8005"), "the SGX bit");
        }
    }

    /// The trace of pages, read by the operating system, is the secret.
    fn the_page_trace_is_the_secret() {
        for secret in [0_u64, 5, 0xa, 0xf, 6] {
            let mut run = open("sgx/page-fault-channel", &[("secret", &secret.to_string())]);
            let seen = table(&mut *run, "exit.eexit", "seen", Some(Observer::Privileged));
            let faults = column(&seen, 5).into_iter().filter(|cr2| cr2 != "–");
            let read = faults.fold(0, |n, cr2| n << 1 | u64::from(cr2.ends_with("7000")));
            assert_eq!(read, secret);
        }
    }

    fn counting_exits_gives_the_number_of_turns_unless_it_is_constant() {
        for (constant, secret, counted) in [("no", 0, 0), ("no", 3, 3), ("no", 6, 6), ("yes", 0, 6), ("yes", 3, 6)] {
            let mut run = open("sgx/single-step", &[("constant", constant), ("secret", &secret.to_string())]);
            let seen = table(&mut *run, "tick7.on", "seen", Some(Observer::Privileged));
            let exits = column(&seen, 3).iter().filter(|from| *from == "from an enclave").count();
            assert_eq!((exits, seen.rows.len()), (counted, 8), "constant {constant}, secret {secret}");
        }
    }

    fn a_wiped_register_tells_nothing() {
        for (wipe, leaks) in [("no", true), ("yes", false)] {
            let mut run = open("sgx/careless-exit", &[("wipe", wipe), ("secret", "0x1122334455667788")]);
            for who in [Observer::Process, Observer::Privileged] {
                let out = column(&table(&mut *run, "exit.eexit", "registers", Some(who)), 1);
                let shows = |value: &String| value.contains("1122_3344_5566_7788") || value.contains("8877665544332211");
                assert_eq!(out.iter().any(shows), leaks, "wipe {wipe}, {who:?}");
                let interrupted = column(&table(&mut *run, "interrupt.aex", "registers", Some(who)), 1);
                assert!(!interrupted.iter().any(shows));
            }
        }
    }

    fn a_thread_with_one_frame_cannot_handle_its_exception() {
        for (nssa, rule) in [("1", "EENTER.frame-left"), ("2", "")] {
            let mut run = open("sgx/two-level-exceptions", &[("nssa", nssa)]);
            assert_eq!(broken(&step(&mut *run, "interrupt.cpuid")), "INSIDE.instruction-legal");
            assert_eq!(broken(&step(&mut *run, "handler.eenter")), rule, "NSSA {nssa}");
        }
        // With two, the thread goes on behind CPUID with the handler's answer.
        let mut run = open("sgx/two-level-exceptions", &[]);
        let table = table(&mut *run, "resume.eresume", "registers", Some(Observer::Inside));
        let value = |name: &str| {
            let row = table.rows.iter().find(|r| r.key == name).expect("a register");
            row.cells[2].text.en()
        };
        assert_eq!((value("rax").as_str(), value("rip").as_str()), ("0x0016", "0x7f00_0000_0002"));
    }

    fn a_thread_that_asks_is_told_and_one_that_does_not_is_restored() {
        for (ask, rip) in [("yes", "0x7f00_0000_0000"), ("no", "0x7f00_0000_0050")] {
            let mut run = open("sgx/aex-notify", &[("ask", ask)]);
            let table = table(&mut *run, "resume.enclu", "registers", Some(Observer::Inside));
            let row = table.rows.iter().find(|r| r.key == "rip").expect("RIP");
            assert_eq!(row.cells[2].text.en(), rip, "ask {ask}");
            assert!(step(&mut *run, "exit.eexit").outcome.is_done());
        }
    }

    /// Whatever is tried, the thread finds its secret again.
    fn nobody_changes_the_page_that_everybody_touches() {
        for access in ["read", "write", "fetch"] {
            let mut run = open("sgx/who-may-touch-what", &[("access", access), ("secret", "0x1122334455667788")]);
            let still = step(&mut *run, "use.still-there");
            let text = format!("{:?}", still.events);
            assert!(still.outcome.is_done() && text.contains("136, 119, 102, 85, 68, 51, 34, 17"), "{access}: {text}");
            for who in ["own-process", "kernel", "hypervisor", "smm", "device"] {
                let tried = step(&mut *run, &format!("touch.{who}"));
                let rule = tried.events.iter().find_map(|e| match e {
                    teescope_core::trace::Event::Check { rule, .. } => Some(rule.id),
                    _ => None,
                });
                let rule = rule.expect("a rule decides");
                // A page of data may not be fetched from, by the page tables already.
                let by_tables = who == "own-process" && access == "fetch";
                let expected = match (who, by_tables) {
                    (_, true) => "ACCESS.page-rights".to_string(),
                    ("device", _) => "ACCESS.dma-outside-prm".to_string(),
                    _ => format!("ACCESS.abort-page-{access}"),
                };
                assert_eq!(rule, expected, "{who} {access}");
            }
        }
    }

    fn a_debugger_reads_the_twin_only() {
        let mut run = open("sgx/debug-enclave", &[]);
        assert_eq!(broken(&step(&mut *run, "debugger.read-production")), "EDBGRD.debug-enclave");
        assert_eq!(broken(&step(&mut *run, "debugger.read-twin")), "");
        assert_eq!(broken(&step(&mut *run, "debugger.breakpoint-production")), "EDBGWR.debug-enclave");
        assert_eq!(broken(&step(&mut *run, "debugger.cssa")), "EDBGWR.tcs-flags-only");
    }

    /// Every event as a parameter ends in the same synthetic registers.
    fn the_handler_finds_the_same_whatever_struck() {
        use teescope_core::sgx::events::HAPPENINGS;
        let mut all = Vec::new();
        for happening in HAPPENINGS {
            let event = happening.name.trim_start_matches('#');
            let mut run = open("sgx/aex", &[("event", event)]);
            let registers = table(&mut *run, "interrupt.aex", "registers", Some(Observer::Privileged));
            // Of MXCSR, FCW and FSW two exceptions leave a trace.
            all.push(column(&registers, 1)[..21].to_vec());
            assert!(step(&mut *run, "exit.eexit").outcome.is_done(), "{event}");
        }
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
