//! A made-up machine that keeps four bytes in a vault, with a switch for everything an answer may depend on.

use std::rc::Rc;

use teescope_core::rules;
use teescope_core::text::Text;
use teescope_core::trace::{
    Absorb, BadInput, BadOp, Built, Common, Event, Fault, Guarded, Limit, Machine, Observer,
    OpText, Outcome, Param, ParamKind, Phase, Piece, Place, Plan, Recorder, Rule, ScenarioInfo,
    Secrecy, Secret, Segment, Shown, Snippet, Stop, Tee, Turned, Value, Variant, WhatIf,
};
use teescope_core::view::{
    Access, Digest, Fact, Facts, Level, Occupant, Panel, Privilege, Probe, Tone, View,
};

rules! {
    DOOR = "VAULT.door": "The door is open to whoever comes", "vault manual, 1";
    MEASURED = "VAULT.measured": "The program is the one that was registered", "vault manual, 2";
    ROOM = "VAULT.room": "There is room for one more", "vault manual, 3";
    SITE = "VAULT.site": "The site is the one chosen at boot", "vault manual, 4";
}

/// Where the vault’s digest lives.
const DIGEST: Place = Place::new("digest", 0, 1);

/// What the vault measures when the program is the registered one.
const REGISTERED: u8 = 7;

/// How a vault is built: by parameter, `no` unless said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Switches {
    /// What outsiders get: `plain`, `ones`, `shut`, `cipher`, `fresh`.
    outside: u8,
    registered_only: bool,
    site_measured: bool,
    site_fixed: bool,
    wipes: bool,
    careless: bool,
    deep: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Vault {
    switches: Switches,
    site: u64,
    program: u8,
    running: Option<u8>,
    blocks: u64,
    held: Option<[u8; 4]>,
    writes: u8,
    inside: bool,
    register: u8,
    rooms: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Choose(u64),
    Put(u8),
    Seal,
    Enter,
    Keep([u8; 4]),
    Knock,
    Back,
    Prove,
    End,
    Room,
}

impl Vault {
    fn carry_out(&mut self, op: &Op, r: &mut impl Recorder) -> Result<(), Stop> {
        let fault = Fault {
            name: "no",
            code: None,
            address: None,
        };
        match op {
            Op::Choose(site) => {
                r.require(&SITE, !self.switches.site_fixed || *site == 0, fault)?;
                self.site = *site;
            }
            Op::Put(program) => {
                self.program = *program;
                self.absorb(*program, r);
                if self.switches.site_measured {
                    self.absorb(self.site as u8, r);
                }
            }
            Op::Seal => {
                let good = !self.switches.registered_only || self.program == REGISTERED;
                r.require(&MEASURED, good, fault)?;
            }
            Op::Enter | Op::Back => self.inside = true,
            Op::Keep(secret) => {
                self.held = Some(*secret);
                self.writes += 1;
                self.register = secret[0];
            }
            Op::Knock => self.inside = false,
            Op::Prove => r.tell(|| Event::Derive {
                key: "vault key".into(),
                from: vec![("brass".into(), Value::None)],
                value: Value::None,
            }),
            Op::End => {
                self.inside = false;
                if self.switches.wipes {
                    self.held = Some([0; 4]);
                }
            }
            Op::Room => {
                r.require(&ROOM, self.rooms < 3, fault)?;
                self.rooms += 1;
            }
        }
        Ok(())
    }

    fn absorb(&mut self, byte: u8, r: &mut impl Recorder) {
        let before = self.running.unwrap_or(0);
        let after = before.wrapping_mul(31).wrapping_add(byte);
        self.running = Some(after);
        self.blocks += 1;
        let blocks = self.blocks;
        r.write(DIGEST, || {
            (u64::from(before).into(), u64::from(after).into())
        });
        r.tell(|| {
            Event::Absorb(Absorb {
                digest: DIGEST,
                pieces: vec![Piece {
                    label: "byte".into(),
                    bytes: Rc::from([byte]),
                    more: 0,
                    means: Text::none(),
                }],
                before: u64::from(before).into(),
                after: u64::from(after).into(),
                blocks,
            })
        });
    }

    /// What an outsider reads of the secret.
    fn outside(&self, held: [u8; 4]) -> Option<[u8; 4]> {
        Some(match self.switches.outside {
            0 => held,
            1 => [0xff; 4],
            2 => return None,
            3 => held.map(|b| b ^ 0x5a),
            _ => held.map(|b| b ^ 0x5a ^ self.writes),
        })
    }
}

impl Machine for Vault {
    type Op = Op;

    fn apply<R: Recorder>(&mut self, op: &Op, recorder: &mut R) -> Outcome {
        self.carry_out(op, recorder).into()
    }

    fn name(op: &Op) -> Text {
        match op {
            Op::Choose(_) => "choose",
            Op::Put(_) => "put",
            Op::Seal => "seal",
            Op::Enter => "enter",
            Op::Keep(_) => "keep",
            Op::Knock => "knock",
            Op::Back => "back",
            Op::Prove => "prove",
            Op::End => "end",
            Op::Room => "room",
        }
        .into()
    }

    fn says(&self, op: &Op) -> Text {
        format!("{op:?}").into()
    }

    fn rules(op: &Op) -> &'static [&'static Rule] {
        match op {
            Op::Choose(_) => &RULES[3..],
            Op::Seal => &RULES[1..2],
            Op::Room => &RULES[2..3],
            _ => &[],
        }
    }

    fn tells(&self, _: &Op, outcome: Outcome, _: Option<&'static Rule>) -> Text {
        outcome.id().into()
    }

    fn view(&self, _: Option<Shown<'_, Op>>, observer: Option<Observer>) -> View {
        let own = matches!(observer, None | Some(Observer::Inside));
        let left = if self.switches.careless {
            self.register
        } else {
            0
        };
        let seen = if own { self.register } else { left };
        let register = Fact {
            key: "register".into(),
            name: "register".into(),
            value: if self.inside && !own { 0 } else { seen }
                .to_string()
                .into(),
            mono: true,
            tone: Tone::Plain,
            cite: Text::none(),
            model: false,
            place: None,
        };
        let digest = Digest {
            id: "digest",
            title: "What went in".into(),
            note: Text::none(),
            place: DIGEST,
            absorbed: Vec::new(),
            before: Vec::new(),
            running: self.running.into_iter().collect(),
            blocks: self.blocks,
            block_size: 1,
            if_final: self.running.into_iter().collect(),
            if_final_label: "now".into(),
            is_final: false,
            expected: None,
        };
        let who = |who: &str, trusted| {
            Some(Occupant {
                who: who.into(),
                trusted,
                tone: Tone::Plain,
            })
        };
        let privilege = Privilege {
            id: "privilege",
            title: "Who runs where".into(),
            note: Text::none(),
            worlds: vec!["street".into(), "vault".into()],
            levels: vec![
                Level {
                    title: "upstairs".into(),
                    cells: vec![
                        who("guard", false),
                        self.switches.deep.then(|| who("clerk", true)).flatten(),
                    ],
                },
                Level {
                    title: "downstairs".into(),
                    cells: vec![who("visitor", false), who("owner", true)],
                },
            ],
            now: Some((1, usize::from(self.inside))),
        };
        View {
            panels: vec![
                Panel::Digest(digest),
                Panel::Privilege(privilege),
                Panel::Facts(Facts {
                    id: "registers",
                    title: "Registers".into(),
                    note: Text::none(),
                    facts: vec![register],
                }),
            ],
        }
    }

    fn probe(&self, who: Observer, _: u64, access: Access) -> Probe {
        let held = self.held.unwrap_or([0; 4]);
        let got = match who {
            Observer::Inside => Some(held),
            _ => self.outside(held),
        };
        let open = who == Observer::Inside || self.switches.outside == 0;
        Probe {
            answer: if got.is_some() { "look" } else { "go away" }.into(),
            tone: if open { Tone::Good } else { Tone::Bad },
            rule: &DOOR,
            bytes: match access {
                Access::Write => Vec::new(),
                _ => got.map(Vec::from).unwrap_or_default(),
            },
            decided_by: None,
        }
    }

    fn observers() -> Vec<(Observer, Text)> {
        vec![
            (Observer::Inside, "the owner".into()),
            (Observer::Privileged, "the guard".into()),
            (Observer::Neighbour, "the next vault".into()),
            (Observer::Device, "the drill".into()),
            (Observer::Bus, "the stethoscope".into()),
        ]
    }

    fn place_name(&self, place: &Place) -> Text {
        place.space.into()
    }

    fn what_ifs(&self, _: &Op, _: &str) -> Vec<WhatIf> {
        Vec::new()
    }

    fn snippets(&self, _: Shown<'_, Op>) -> Vec<Snippet> {
        Vec::new()
    }

    fn flip(&self, _: &Place, _: u8) -> Option<OpText> {
        None
    }

    fn op_forms() -> Vec<(OpText, Text)> {
        Vec::new()
    }

    fn parse_op(op: &OpText) -> Result<Op, BadOp> {
        Err(BadOp {
            why: format!("the vault does not know {op}").into(),
        })
    }

    fn print_op(_: &Op) -> Option<OpText> {
        None
    }

    fn is_heavy(_: &Op) -> bool {
        false
    }

    fn state_bytes(&self, sink: &mut dyn FnMut(&[u8])) {
        sink(format!("{self:?}").as_bytes());
    }
}

const OUTSIDE: [&str; 5] = ["plain", "ones", "shut", "cipher", "fresh"];
const FLAGS: [&str; 6] = [
    "registered-only",
    "site-measured",
    "site-fixed",
    "wipes",
    "careless",
    "deep",
];

fn param(key: &'static str, kind: ParamKind, default: &str) -> Param {
    Param {
        key,
        title: key.into(),
        help: Text::none(),
        kind,
        default: default.into(),
    }
}

fn info() -> ScenarioInfo {
    let number = |max| ParamKind::Number { min: 0, max };
    let outside = OUTSIDE.iter().map(|o| (*o, Text::from(*o))).collect();
    let mut params = vec![
        param("secret", number(u32::MAX.into()), "0x01020304"),
        param("outside", ParamKind::Choice(outside), "ones"),
        param("site", number(9), "0"),
        param("program", number(255), "7"),
    ];
    params.extend(FLAGS.map(|key| param(key, ParamKind::Flag, "no")));
    ScenarioInfo {
        id: "vault/common",
        title: "Vault".into(),
        question: Text::none(),
        lesson: Text::none(),
        params,
        listed: false,
    }
}

fn step(phase: Phase, label: &str, op: Op) -> Segment<Op> {
    Segment::one(phase, label, label.into(), Text::none(), op)
}

fn plan(turned: &Turned<'_>) -> Result<(Vault, Plan<Op>), BadInput> {
    let outside = OUTSIDE.iter().position(|o| *o == turned.text("outside"));
    let vault = Vault {
        switches: Switches {
            outside: outside.unwrap_or(0) as u8,
            registered_only: turned.is("registered-only"),
            site_measured: turned.is("site-measured"),
            site_fixed: turned.is("site-fixed"),
            wipes: turned.is("wipes"),
            careless: turned.is("careless"),
            deep: turned.is("deep"),
        },
        ..Vault::default()
    };
    let secret = (turned.number("secret") as u32).to_be_bytes();
    let plan = vec![
        step(Phase::Allocate, "choose", Op::Choose(turned.number("site"))),
        step(Phase::Load, "put", Op::Put(turned.number("program") as u8)),
        step(Phase::Initialise, "seal", Op::Seal),
        step(Phase::Enter, "enter", Op::Enter),
        step(Phase::Use, "keep", Op::Keep(secret)),
        step(Phase::Use, "again", Op::Keep(secret)),
        step(Phase::Interrupt, "knock", Op::Knock),
        step(Phase::Resume, "back", Op::Back),
        step(Phase::Attest, "prove", Op::Prove),
        step(Phase::Destroy, "end", Op::End),
    ];
    Ok((vault, Plan::new(plan)))
}

static COMMON: Guarded<Vault> = Guarded {
    built: Built { info, plan },
    secrecy: || Secrecy {
        secret: Secret::Param("secret", ["0x01020304", "0xa1b2c3d4"]),
        channels: Vec::new(),
    },
};

static ROOMS: Built<Vault> = Built {
    info: || ScenarioInfo {
        id: "vault/rooms",
        ..info()
    },
    plan: |_| {
        let rooms = (0..5).map(|n| step(Phase::Allocate, &format!("room{n}"), Op::Room));
        Ok((Vault::default(), Plan::new(rooms.collect())))
    },
};

fn common() -> Common {
    Common {
        scenario: "vault/common",
        variants: vec![
            Variant {
                id: "ones",
                title: "ones".into(),
                set: Vec::new(),
            },
            Variant {
                id: "open",
                title: "open".into(),
                set: vec![("outside", "plain")],
            },
        ],
        secret_at: |_, _| 0,
        elsewhere: vec![("site", "1")],
        altered: vec![("program", "8")],
        limits: vec![Limit {
            title: "rooms".into(),
            scenario: "vault/rooms",
            set: Vec::new(),
            counts: "room",
            bytes_each: 0,
        }],
    }
}

/// The machine as the catalogue would have it.
pub(crate) fn tee() -> Tee {
    Tee {
        id: "vault",
        title: "Vault".into(),
        what: Text::none(),
        scenarios: vec![&COMMON, &ROOMS],
        recognise: |_| None,
        gaps: Vec::new,
        common: Some(common),
        profile: None,
    }
}
