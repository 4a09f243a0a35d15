//! What every scenario promises whatever it is about.

use std::collections::BTreeSet;

use teescope_core::trace::{Inputs, Observer, OpText, ParamKind, Session, Settings};
use teescope_core::view::{Access, Panel, changes};

use super::{listed, open};

shared_test! {
    /// The same settings give the same run, to the digest.
    fn two_runs_are_equal() {
        for scenario in listed() {
            assert_eq!(open(scenario).digest(), open(scenario).digest(), "{}", scenario.info().id);
        }
    }

    /// Labels are unique, found again, and numbers are accepted as well.
    fn labels_name_one_step_each() {
        for scenario in listed() {
            let run = open(scenario);
            let mut seen = BTreeSet::new();
            for position in 0..=run.len() {
                let label = run.label(position);
                assert!(seen.insert(label.clone()), "{}: {label} twice", scenario.info().id);
                assert_eq!(run.find(&label), Some(position), "{label}");
                assert_eq!(run.find(&position.to_string()), Some(position), "{position}");
            }
        }
    }

    /// Going anywhere from anywhere shows what running there shows.
    fn seeking_equals_running() {
        for scenario in listed() {
            let mut run = open(scenario);
            let len = run.len();
            let straight: Vec<_> = (0..=len).map(|p| run.view(p, None)).collect();
            let mut other = open(scenario);
            for k in 0..=len {
                let position = (k * 37 + 11) % (len + 1);
                assert_eq!(other.view(position, None), straight[position as usize], "{} at {position}", scenario.info().id);
            }
        }
    }

    /// Panel ids are unique, byte panels account for every byte, links lead to ranges that are there.
    fn views_are_sound() {
        for scenario in listed() {
            let mut run = open(scenario);
            for position in 0..=run.len() {
                let who = run.observers().into_iter().map(|(o, _)| Some(o)).chain([None]);
                for observer in who {
                    let view = run.view(position, observer);
                    let ids: BTreeSet<_> = view.panels.iter().map(Panel::id).collect();
                    assert_eq!(ids.len(), view.panels.len(), "{} at {position}", scenario.info().id);
                    view.panels.iter().for_each(sound);
                }
            }
        }
    }

    /// A step that did what was asked shows a change somewhere, or says plainly what it did.
    fn steps_show_something() {
        for scenario in listed() {
            let mut run = open(scenario);
            for position in 1..=run.len() {
                let step = run.step(position).expect("every position has a step");
                assert!(!step.caption.is_empty() && !step.tells.is_empty(), "{}", step.label);
                let moved = changes(&run.view(position - 1, None), &run.view(position, None));
                let wrote = !step.events.is_empty();
                assert!(wrote || !moved.cells.is_empty(), "{}: nothing happens", step.label);
            }
        }
    }

    /// Everything offered as worth trying can be tried, and is another run: other steps or another end.
    fn what_ifs_can_be_tried() {
        for scenario in listed() {
            let mut run = open(scenario);
            let (own, plan) = (run.digest(), operations(&mut *run));
            for position in 1..=run.len() {
                for offer in run.what_ifs(position) {
                    let says = format!("{}: {} at {}", scenario.info().id, offer.says.en(), run.label(position));
                    let mut fork = match offer.set.is_empty() {
                        true => run.fork(&offer.edits).map_err(Into::into),
                        false => {
                            let mut settings = run.settings().clone();
                            settings.params.extend(offer.set);
                            settings.edits.extend(offer.edits);
                            scenario.open(&settings, &Inputs::new())
                        }
                    }
                    .unwrap_or_else(|e| panic!("{says}: {e}"));
                    assert!(fork.digest() != own || operations(&mut *fork) != plan, "{says}");
                }
            }
        }
    }

    /// Every operation a reader may insert can be inserted anywhere without harm.
    fn operations_can_be_inserted() {
        for scenario in listed() {
            let mut run = open(scenario);
            for (op, _) in run.op_forms() {
                for position in [1, run.len() / 2 + 1, run.len()] {
                    let edit = format!("+{}:{op}", run.label(position));
                    let edit = teescope_core::trace::Edit::parse(&edit).expect("a form is an operation");
                    let fork = run.fork(std::slice::from_ref(&edit));
                    let mut fork = fork.unwrap_or_else(|e| panic!("{edit}: {e}"));
                    assert_eq!(fork.len(), run.len() + 1);
                    let step = fork.step(position).expect("the inserted step");
                    assert!(step.edited, "{edit}");
                }
            }
        }
    }

    /// An operation printed and read again is the same operation.
    fn operations_survive_printing() {
        for scenario in listed() {
            let mut run = open(scenario);
            for position in 1..=run.len() {
                let step = run.step(position).expect("every position has a step");
                let Some(op) = &step.op else { continue };
                assert_eq!(OpText::parse(&op.to_string()).as_ref(), Ok(op));
                let edit = format!("~{}:{op}", step.label);
                let edit = teescope_core::trace::Edit::parse(&edit).expect("an edit");
                let mut fork = run.fork(&[edit]).unwrap_or_else(|e| panic!("{op}: {e}"));
                let again = fork.step(position).expect("the replaced step");
                assert_eq!((&again.outcome, &again.events), (&step.outcome, &step.events), "{op}");
            }
        }
    }

    /// Any observer may touch any address at any step.
    fn probes_answer_everywhere() {
        for scenario in listed() {
            let mut run = open(scenario);
            for position in [0, run.len() / 2, run.len()] {
                for address in addresses(&mut *run, position) {
                    for observer in Observer::ALL {
                        for access in Access::ALL {
                            let probe = run.probe(position, observer, address, access);
                            assert!(!probe.answer.is_empty());
                        }
                    }
                }
            }
        }
    }

    /// Every parameter takes its extreme values, alone, or says why not.
    fn parameters_take_their_extremes() {
        for scenario in listed() {
            for param in scenario.info().params {
                let values: Vec<String> = match &param.kind {
                    ParamKind::Choice(all) => all.iter().map(|(v, _)| (*v).to_string()).collect(),
                    ParamKind::Number { min, max } => vec![min.to_string(), (*max).min(70).to_string()],
                    ParamKind::Flag => vec!["yes".into(), "no".into()],
                    ParamKind::Words { max } => vec![String::new(), "日".repeat(*max)],
                    // What several lines must hold is the scenario's to say; it can do without.
                    _ => vec![String::new()],
                };
                for value in values {
                    let mut settings = Settings::default();
                    settings.params.insert(param.key.to_string(), value.clone());
                    let run = scenario.open(&settings, &Inputs::new());
                    let mut run = run.unwrap_or_else(|e| panic!("{} = {value}: {e}", param.key));
                    run.digest();
                    run.view(run.len(), None);
                }
            }
        }
    }
}

/// Every operation of a run as text.
fn operations(run: &mut dyn Session) -> Vec<Option<OpText>> {
    (1..=run.len())
        .filter_map(|p| run.step(p))
        .map(|s| s.op.clone())
        .collect()
}

fn sound(panel: &Panel) {
    match panel {
        Panel::Bytes(b) => {
            let mut at = 0;
            for field in &b.fields {
                assert_eq!(
                    field.offset,
                    at,
                    "{}: {} leaves a gap",
                    b.id,
                    field.name.en()
                );
                at += field.size;
            }
            assert_eq!(at, b.data.len(), "{}", b.id);
        }
        Panel::AddressMap(map) => {
            let ranges = || map.lanes.iter().flat_map(|l| &l.ranges);
            let keys: BTreeSet<_> = ranges().map(|r| r.key.as_str()).collect();
            assert_eq!(keys.len(), ranges().count(), "range keys are unique");
            for link in &map.links {
                assert!(
                    keys.contains(link.from.as_str()) && keys.contains(link.to.as_str()),
                    "{link:?}"
                );
            }
            for lane in &map.lanes {
                for r in &lane.ranges {
                    assert!(
                        lane.start <= r.start && r.start < r.end && r.end <= lane.end,
                        "{r:?}"
                    );
                }
            }
        }
        Panel::Table(t) => {
            let keys: BTreeSet<_> = t.rows.iter().map(|r| r.key.as_str()).collect();
            assert_eq!(keys.len(), t.rows.len(), "row keys are unique");
            assert!(t.rows.iter().all(|r| r.cells.len() == t.columns.len()));
        }
        Panel::States(s) => assert!(s.current < s.nodes.len()),
        Panel::Privilege(p) => {
            assert!(p.levels.iter().all(|l| l.cells.len() == p.worlds.len()));
            if let Some((level, world)) = p.now {
                assert!(p.levels[level].cells[world].is_some(), "{}", p.id);
            }
        }
        Panel::Digest(_) | Panel::Facts(_) => {}
    }
}

/// The edges of everything on the map, and the ends of the world.
fn addresses(run: &mut dyn Session, position: u64) -> Vec<u64> {
    let mut all = vec![0, u64::MAX, 1 << 47];
    let view = run.view(position, None);
    for panel in &view.panels {
        if let Panel::AddressMap(map) = panel {
            let ranges = map.lanes.iter().flat_map(|l| &l.ranges);
            all.extend(ranges.flat_map(|r| [r.start, r.end - 1, r.end]));
        }
    }
    all
}
