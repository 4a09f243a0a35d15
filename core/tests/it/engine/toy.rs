//! A machine of four registers, some memory and a running digest: enough to refuse, to fault and to be slow.

use std::collections::BTreeMap;
use std::rc::Rc;

use teescope_core::rules;
use teescope_core::text::Text;
use teescope_core::trace::{
    Absorb, BadOp, Compared, Event, Fault, Machine, Observer, OpText, Outcome, Phase, Piece, Place,
    Plan, Planned, Recorder, Rule, Run, ScenarioInfo, Segment, Settings, Shown, Snippet, Status,
    Stop, WhatIf,
};
use teescope_core::view::{Access, Fact, Facts, Panel, Probe, Tone, View};

use super::dice::Dice;

rules! {
    DIVISOR = "DIV.divisor": "The divisor is not zero", "toy manual, 1";
    ENOUGH = "TAKE.enough": "The register holds that much", "toy manual, 2";
    EVEN = "TAKE.even": "The amount is even", "model: nobody says";
}

/// What a refused TAKE reports.
pub(crate) const SHORT: Status = Status {
    code: 7,
    name: "TOY_SHORT",
};

/// Where the running digest lives.
pub(crate) const DIGEST: Place = Place::new("digest", 0, 1);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Toy {
    pub(crate) regs: [u64; 4],
    pub(crate) mem: BTreeMap<u64, u8>,
    pub(crate) running: u64,
    pub(crate) blocks: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Add(usize, u64),
    Store(u64, u8),
    Absorb(u64),
    Divide(usize, u64),
    Take(usize, u64),
    Slow(u64),
    Flip(u64, u8),
}

impl Toy {
    fn set(&mut self, r: usize, to: u64, recorder: &mut impl Recorder) {
        let before = std::mem::replace(&mut self.regs[r], to);
        recorder.write(Place::new("reg", r as u64, 1), || {
            (before.into(), to.into())
        });
    }

    fn store(&mut self, at: u64, byte: u8, recorder: &mut impl Recorder) {
        let before = self.mem.insert(at, byte).unwrap_or(0);
        recorder.write(Place::new("mem", at, 1), || {
            (u64::from(before).into(), u64::from(byte).into())
        });
    }

    fn absorb(&mut self, n: u64, recorder: &mut impl Recorder) {
        let before = self.running;
        self.running = Dice::new(before ^ n).next();
        self.blocks += 1;
        let (after, blocks) = (self.running, self.blocks);
        recorder.write(DIGEST, || (before.into(), after.into()));
        recorder.tell(|| {
            let piece = |label: &str, bytes: &[u8]| Piece {
                label: label.into(),
                bytes: Rc::from(bytes),
                more: 0,
                means: Text::none(),
            };
            let bytes = n.to_le_bytes();
            Event::Absorb(Absorb {
                digest: DIGEST,
                pieces: vec![piece("low", &bytes[..4]), piece("high", &bytes[4..])],
                before: before.into(),
                after: after.into(),
                blocks,
            })
        });
    }

    fn carry_out(&mut self, op: Op, recorder: &mut impl Recorder) -> Result<(), Stop> {
        match op {
            Op::Add(r, by) => self.set(r, self.regs[r].wrapping_add(by), recorder),
            Op::Store(at, byte) => {
                self.store(at, byte, recorder);
                self.set(3, self.regs[3].wrapping_add(1), recorder);
            }
            Op::Absorb(n) => self.absorb(n, recorder),
            Op::Divide(r, by) => {
                let fault = Fault {
                    name: "#DE",
                    code: None,
                    address: Some(by),
                };
                recorder.require(&DIVISOR, by != 0, fault)?;
                self.set(r, self.regs[r] / by, recorder);
            }
            Op::Take(r, n) => {
                let held = self.regs[r];
                let compared = || Compared {
                    wanted_is: "at least".into(),
                    wanted: n.into(),
                    found_is: "register".into(),
                    found: held.into(),
                };
                recorder.compare(&ENOUGH, held >= n, compared, SHORT)?;
                recorder.require(&EVEN, n.is_multiple_of(2), SHORT)?;
                self.set(r, held - n, recorder);
            }
            Op::Slow(n) => {
                for i in 0..n {
                    self.absorb(i, recorder);
                }
            }
            Op::Flip(at, bit) => {
                let byte = self.mem.get(&at).copied().unwrap_or(0);
                self.store(at, byte ^ (1 << bit), recorder);
            }
        }
        Ok(())
    }
}

impl Machine for Toy {
    type Op = Op;

    fn apply<R: Recorder>(&mut self, op: &Op, recorder: &mut R) -> Outcome {
        self.carry_out(*op, recorder).into()
    }

    fn name(op: &Op) -> Text {
        match op {
            Op::Add(..) => "ADD",
            Op::Store(..) => "STORE",
            Op::Absorb(_) => "ABSORB",
            Op::Divide(..) => "DIV",
            Op::Take(..) => "TAKE",
            Op::Slow(_) => "SLOW",
            Op::Flip(..) => "FLIP",
        }
        .into()
    }

    fn says(&self, op: &Op) -> Text {
        format!("{op:?}").into()
    }

    fn rules(op: &Op) -> &'static [&'static Rule] {
        match op {
            Op::Divide(..) => &RULES[..1],
            Op::Take(..) => &RULES[1..],
            _ => &[],
        }
    }

    fn tells(&self, _: &Op, outcome: Outcome, broken: Option<&'static Rule>) -> Text {
        format!("{}{}", outcome.id(), broken.map_or("", |r| r.id)).into()
    }

    fn view(&self, shown: Option<Shown<'_, Op>>, observer: Option<Observer>) -> View {
        let fact = |key: String, value: String| Fact {
            name: key.as_str().into(),
            key,
            value: value.into(),
            mono: true,
            tone: Tone::Plain,
            cite: Text::none(),
            model: false,
            place: None,
        };
        let mut facts: Vec<Fact> = (0..4)
            .map(|r| fact(format!("r{r}"), self.regs[r].to_string()))
            .collect();
        facts.push(fact("seen-by".into(), format!("{observer:?}")));
        facts.push(fact(
            "after".into(),
            shown.map_or_else(String::new, |s| s.step.label.clone()),
        ));
        let panel = Panel::Facts(Facts {
            id: "regs",
            title: "Registers".into(),
            note: Text::none(),
            facts,
        });
        View {
            panels: vec![panel],
        }
    }

    fn probe(&self, _: Observer, address: u64, _: Access) -> Probe {
        let byte = self.mem.get(&address).copied();
        Probe {
            answer: format!("{byte:?}").into(),
            tone: Tone::Good,
            rule: &ENOUGH,
            bytes: byte.into_iter().collect(),
            decided_by: None,
        }
    }

    fn observers() -> Vec<(Observer, Text)> {
        vec![
            (Observer::Inside, "the toy".into()),
            (Observer::Process, "who plays".into()),
            (Observer::Privileged, "who looks on".into()),
        ]
    }

    fn place_name(&self, place: &Place) -> Text {
        format!("{}[{}]", place.space, place.at).into()
    }

    fn what_ifs(&self, _: &Op, label: &str) -> Vec<WhatIf> {
        let edit = teescope_core::trace::Edit {
            step: label.into(),
            action: teescope_core::trace::EditAction::Remove,
        };
        vec![WhatIf {
            says: "leave it out".into(),
            edits: vec![edit],
            set: Vec::new(),
        }]
    }

    fn snippets(&self, _: Shown<'_, Op>) -> Vec<Snippet> {
        Vec::new()
    }

    fn flip(&self, place: &Place, bit: u8) -> Option<OpText> {
        (place.space == "mem" && bit < 8)
            .then(|| OpText::new("FLIP").with("at", place.at).with("bit", bit))
    }

    fn op_forms() -> Vec<(OpText, Text)> {
        let add = OpText::new("ADD").with("a", 0).with("b", 1);
        vec![(add, "adds to a register".into())]
    }

    fn parse_op(op: &OpText) -> Result<Op, BadOp> {
        let bad = || BadOp {
            why: format!("the toy does not know {op}").into(),
        };
        let number = |key: &str| op.number(key)?.ok_or_else(bad);
        let register = || number("a").map(|r| (r % 4) as usize);
        Ok(match op.name.as_str() {
            "ADD" => Op::Add(register()?, number("b")?),
            "STORE" => Op::Store(number("at")?, number("byte")? as u8),
            "ABSORB" => Op::Absorb(number("n")?),
            "DIV" => Op::Divide(register()?, number("b")?),
            "TAKE" => Op::Take(register()?, number("b")?),
            "SLOW" => Op::Slow(number("n")?.min(10_000)),
            "FLIP" => Op::Flip(number("at")?, number("bit")? as u8 % 8),
            _ => return Err(bad()),
        })
    }

    /// `MORE(b=5)` adds to the register that the step it changes adds to.
    fn parse_at(op: &OpText, at: Option<&Op>) -> Result<Op, BadOp> {
        if op.name != "MORE" {
            return Self::parse_op(op);
        }
        let by = op.number("b")?.unwrap_or(0);
        Ok(match at {
            Some(Op::Add(r, _)) => Op::Add(*r, by),
            Some(_) => Op::Add(0, by),
            None => Op::Add(1, by),
        })
    }

    fn print_op(op: &Op) -> Option<OpText> {
        let two = |name, (a, x): (&str, u64), (b, y): (&str, u64)| {
            OpText::new(name).with(a, x).with(b, y)
        };
        Some(match *op {
            Op::Add(a, b) => two("ADD", ("a", a as u64), ("b", b)),
            Op::Store(at, byte) => two("STORE", ("at", at), ("byte", byte.into())),
            Op::Absorb(n) => OpText::new("ABSORB").with("n", n),
            Op::Divide(a, b) => two("DIV", ("a", a as u64), ("b", b)),
            Op::Take(a, b) => two("TAKE", ("a", a as u64), ("b", b)),
            Op::Slow(n) => OpText::new("SLOW").with("n", n),
            Op::Flip(at, bit) => two("FLIP", ("at", at), ("bit", bit.into())),
        })
    }

    fn is_heavy(op: &Op) -> bool {
        matches!(op, Op::Slow(_))
    }

    fn state_bytes(&self, sink: &mut dyn FnMut(&[u8])) {
        for r in self.regs {
            sink(&r.to_le_bytes());
        }
        for (at, byte) in &self.mem {
            sink(&at.to_le_bytes());
            sink(&[*byte]);
        }
        sink(&self.running.to_le_bytes());
        sink(&self.blocks.to_le_bytes());
    }
}

/// An operation made of a seed.
pub(crate) fn op(seed: u64) -> Op {
    let mut dice = Dice::new(seed);
    let r = dice.below(4) as usize;
    let far = [0, 1, 127, 128, 0x7fff_ffff_f000, u64::MAX - 1, u64::MAX];
    match dice.below(32) {
        0..10 => Op::Add(r, dice.below(100)),
        10..18 => Op::Store(*dice.pick(&far) ^ dice.below(2), dice.next() as u8),
        18..24 => Op::Absorb(dice.next()),
        24..27 => Op::Divide(r, dice.below(3)),
        27..30 => Op::Take(r, dice.below(150)),
        30 => Op::Slow(dice.below(50)),
        _ => Op::Flip(dice.below(4), dice.below(8) as u8),
    }
}

/// A plan of segments with these lengths, its operations made of a seed.
pub(crate) fn plan(lens: &[u64], seed: u64) -> Plan<Op> {
    let segments = lens.iter().enumerate().map(|(s, len)| {
        let phase = Phase::ALL[s % Phase::ALL.len()];
        let (label, title) = (format!("part{s}"), Text::from("A part"));
        let start = seed.wrapping_add((s as u64) << 32);
        let step = move |i| Planned {
            op: op(start + i),
            label: format!("s{i}"),
            caption: Text::none(),
        };
        Segment::many(phase, &label, title, "What it does".into(), *len, step)
            .alias(&format!("old{s}"))
    });
    Plan::new(segments.collect())
}

pub(crate) fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "toy/test",
        title: "Toy".into(),
        question: Text::none(),
        lesson: Text::none(),
        params: Vec::new(),
        listed: false,
    }
}

/// A run of that plan from the empty machine.
pub(crate) fn run(plan: Plan<Op>, settings: Settings) -> Run<Toy> {
    Run::new(info(), settings, Toy::default(), plan).expect("the edits fit")
}

/// Every state of the plan, by carrying it out without any history.
pub(crate) fn states(plan: &Plan<Op>) -> Vec<Toy> {
    let mut toy = Toy::default();
    let mut all = vec![toy.clone()];
    for i in 0..plan.len() {
        let (planned, _) = plan.get(i).expect("the step is there");
        toy.apply(&planned.op, &mut teescope_core::trace::Silent);
        all.push(toy.clone());
    }
    all
}
