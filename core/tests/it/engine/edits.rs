//! Edits of a plan against the same edits made by hand on a list.

use teescope_core::trace::{Edit, EditAction, Machine, OpText, Plan, Session, Settings};

use super::dice::Dice;
use super::toy::{self, Op, Toy};

/// One operation of the plan with what a reader put before it, and what became of itself.
struct Slot {
    before: Vec<Op>,
    own: Option<(Op, bool)>,
    /// What stood here before any edit.
    was: Option<Op>,
    label: String,
    segment: usize,
}

/// The plan as a list that edits are made on by hand.
struct Hand(Vec<Slot>);

/// A step as the hand-made list has it.
#[derive(Debug, PartialEq)]
struct Line {
    label: String,
    op: Op,
    edited: bool,
    segment: usize,
}

impl Hand {
    fn new(lens: &[u64], seed: u64) -> Self {
        let mut slots = Vec::new();
        let mut last = 0;
        for (segment, len) in lens.iter().enumerate() {
            for i in 0..*len {
                last = segment;
                let op = toy::op(seed + ((segment as u64) << 32) + i);
                slots.push(Slot {
                    before: Vec::new(),
                    own: Some((op, false)),
                    was: Some(op),
                    label: format!("part{segment}.s{i}"),
                    segment,
                });
            }
        }
        slots.push(Slot {
            before: Vec::new(),
            own: None,
            was: None,
            label: "end".into(),
            segment: last,
        });
        Self(slots)
    }

    fn edit(&mut self, edit: &Edit) {
        let parse = |op: &OpText, slot: &Slot| {
            Toy::parse_at(op, slot.was.as_ref()).expect("the toy knows it")
        };
        if let Some(n) = edit.step.strip_prefix("inserted") {
            let mut n = n.parse::<usize>().expect("a number");
            for slot in &mut self.0 {
                if n > slot.before.len() {
                    n -= slot.before.len();
                    continue;
                }
                match &edit.action {
                    EditAction::Insert(op) => slot.before.insert(n - 1, parse(op, slot)),
                    EditAction::Replace(op) => slot.before[n - 1] = parse(op, slot),
                    EditAction::Remove => drop(slot.before.remove(n - 1)),
                }
                return;
            }
            panic!("no {}", edit.step);
        }
        let slot = self.0.iter_mut().find(|s| s.label == edit.step);
        let slot = slot.expect("the step is there");
        match &edit.action {
            EditAction::Insert(op) => slot.before.push(parse(op, slot)),
            EditAction::Replace(op) => slot.own = Some((parse(op, slot), true)),
            EditAction::Remove => slot.own = None,
        }
    }

    fn lines(&self) -> Vec<Line> {
        let mut out = Vec::new();
        let mut inserted = 0;
        for slot in &self.0 {
            for op in &slot.before {
                inserted += 1;
                out.push(Line {
                    label: format!("inserted{inserted}"),
                    op: *op,
                    edited: true,
                    segment: slot.segment,
                });
            }
            out.extend(slot.own.map(|(op, edited)| Line {
                label: slot.label.clone(),
                op,
                edited,
                segment: slot.segment,
            }));
        }
        out
    }
}

fn plan_lines(plan: &Plan<Op>) -> Vec<Line> {
    let line = |i| {
        let (planned, segment) = plan.get(i).expect("the step is there");
        Line {
            label: planned.label,
            op: planned.op,
            edited: plan.is_edited(i),
            segment,
        }
    };
    (0..plan.len()).map(line).collect()
}

/// Random edits that fit a plan of these lengths.
pub(crate) fn random_edits(lens: &[u64], seed: u64, dice: &mut Dice) -> Vec<Edit> {
    let mut hand = Hand::new(lens, seed);
    let mut edits = Vec::new();
    for _ in 0..dice.below(12) {
        let lines = hand.lines();
        let here = dice.below(lines.len() as u64 + 2) as usize;
        // Often the same few steps again, so that edits meet.
        let here = if dice.below(2) == 0 { here % 3 } else { here };
        let step = lines.get(here).map_or("end", |l| &l.label).to_string();
        let op = match dice.below(4) {
            0 => OpText::new("MORE").with("b", dice.below(9)),
            _ => Toy::print_op(&toy::op(dice.next())).expect("printable"),
        };
        let action = match dice.below(4) {
            1 if step != "end" => EditAction::Remove,
            2 if step != "end" => EditAction::Replace(op),
            _ => EditAction::Insert(op),
        };
        let edit = Edit { step, action };
        hand.edit(&edit);
        edits.push(edit);
    }
    edits
}

shared_test! {
    /// Thousands of random sets of edits, several at one step, at the end, on inserted steps.
    fn edits_are_those_made_by_hand() {
        let shapes: [&[u64]; 6] = [&[4, 0, 3], &[1], &[0, 5, 0], &[0], &[2, 2, 2, 0, 0], &[]];
        let mut dice = Dice::new(42);
        for round in 0..3000 {
            let lens = shapes[round % shapes.len()];
            let base = toy::plan(lens, 7);
            let edits = random_edits(lens, 7, &mut dice);
            let mut hand = Hand::new(lens, 7);
            for edit in &edits {
                hand.edit(edit);
            }
            let lines = hand.lines();
            let plan = base.edited_at(&edits, Toy::parse_at).expect("the edits fit");
            assert_eq!(plan_lines(&plan), lines, "{edits:?}");
            for (i, line) in lines.iter().enumerate() {
                assert_eq!(plan.find(&line.label), Some(i as u64), "{} of {edits:?}", line.label);
                assert_eq!(plan.find(&(i + 1).to_string()), Some(i as u64));
            }
            assert_eq!(plan.find(&(lines.len() + 1).to_string()), None);
            for slot in hand.0.iter().filter(|s| s.own.is_none()) {
                assert_eq!(plan.find(&slot.label), None, "{} was left out", slot.label);
            }
            for (s, (first, len)) in plan.spans().iter().enumerate() {
                let mut own = (0..lines.len()).filter(|i| lines[*i].segment == s);
                let count = lines.iter().filter(|l| l.segment == s).count() as u64;
                assert_eq!(*len, if lens.is_empty() { 0 } else { count }, "{edits:?}");
                assert!(own.all(|i| (*first..first + len).contains(&(i as u64))));
            }
            // The edits a plan reports make the same plan again, and report themselves.
            let again = base.edited_at(&plan.edits(), Toy::parse_at).expect("they fit");
            assert_eq!(plan_lines(&again), lines);
            assert_eq!(again.edits(), plan.edits());
            assert_eq!(plan.shared(&again), u64::MAX);
            let unedited = base.shared(&plan);
            let old = plan_lines(&base);
            let same = old.iter().zip(&lines).take_while(|(a, b)| a == b).count() as u64;
            assert!(unedited == u64::MAX || unedited <= same, "{edits:?}");
            assert_eq!(unedited == u64::MAX, plan.edits().is_empty());
        }
    }

    /// A step that was not touched keeps its label, so links into an edited run keep their meaning.
    fn labels_survive_edits() {
        let base = toy::plan(&[3, 3], 1);
        let edits = ["+part0.s1:ADD(a=0,b=1)", "-part0.s2", "~part1.s0:ADD(a=1,b=1)"];
        let edits = edits.map(|e| Edit::parse(e).expect("it reads"));
        let plan = base.edited_at(&edits, Toy::parse_at).expect("they fit");
        let labels: Vec<String> = plan_lines(&plan).into_iter().map(|l| l.label).collect();
        assert_eq!(labels, ["part0.s0", "inserted1", "part0.s1", "part1.s0", "part1.s1", "part1.s2"]);
        assert_eq!(plan.find("old1.s2"), Some(5));
        assert_eq!(plan.find("part1"), Some(3));
        assert_eq!(plan.find("part0.s2"), None);
        assert_eq!(plan.find("part2"), None);
        assert_eq!(plan.find("inserted2"), None);
        assert_eq!(plan.find("inserted0"), None);
    }

    /// Edits are kept by the label of today, whether an alias, a part or a number named the step.
    fn edits_are_kept_by_label() {
        let base = toy::plan(&[0, 2, 2], 1);
        let edits = ["-old1.s1", "-part2", "+1:ADD(a=0,b=1)"].map(|e| Edit::parse(e).expect("it reads"));
        let plan = base.edited_at(&edits, Toy::parse_at).expect("they fit");
        let kept: Vec<String> = plan.edits().iter().map(ToString::to_string).collect();
        assert_eq!(kept, ["+part1.s0:ADD(a=0,b=1)", "-part1.s1", "-part2.s0"]);
    }

    /// What does not fit is refused with a sentence.
    fn edits_that_do_not_fit() {
        let base = toy::plan(&[0, 2, 0], 1);
        let wrong = [
            ("-part1.s2", "part1.s2"),
            ("-part0", "part0"),
            ("-part2", "part2"),
            ("-3", "“3”"),
            ("-0", "“0”"),
            ("-inserted1", "inserted1"),
            ("-end", "After the last step"),
            ("~end:ADD(a=0,b=1)", "After the last step"),
            ("+end:JUMP", "does not know JUMP"),
        ];
        for (edit, says) in wrong {
            let edit = Edit::parse(edit).expect("it reads");
            let bad = base.edited(std::slice::from_ref(&edit), Toy::parse_op).expect_err("it does not fit");
            assert!(bad.to_string().contains(says), "{bad}");
        }
    }

    /// The table of contents covers every step once, and names each step's phase.
    fn outline_covers_the_run() {
        let mut dice = Dice::new(11);
        let lens = &[0, 4, 0, 2, 0];
        for _ in 0..200 {
            let edits = random_edits(lens, 7, &mut dice);
            let settings = Settings { edits, ..Settings::default() };
            let run = toy::run(toy::plan(lens, 7), settings);
            let mut next = 1;
            for group in &run.outline().groups {
                assert_eq!(group.first, next);
                assert!(group.len > 0);
                next += group.len;
                for i in group.first..next {
                    assert_eq!(run.phase(i), group.phase, "step {i}");
                }
            }
            assert_eq!(next, run.len() + 1);
        }
    }
}
