//! `keystone/pmp`: registers as somebody pasted them, written one by one, and questions to them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::op::{Op, Touch};
use super::{Hart, tells};
use crate::arch::riscv::dump::{self, Dump};
use crate::arch::riscv::{Pmp, Privilege, csr};
use crate::text;
use crate::text::Text;
use crate::trace::param::{choice, lines, number};
use crate::trace::{
    BadInput, Built, Phase, Plan, Planned, ScenarioInfo, Segment, Turned, parse_number,
};
use crate::view::Access;

pub(in super::super) static PMP: Built<Hart> = Built { info, plan };

/// A real dump: keystone-enclave/keystone issue 288, a board with six enclaves.
const DUMP: &str = "pmpcfg0        0x1f1818181818181f
pmpcfg2        0x0
pmpaddr0       0x2003ffff
pmpaddr1       0x2dc3ffff
pmpaddr2       0x2dcbffff
pmpaddr3       0x2db3ffff
pmpaddr4       0x2dbbffff
pmpaddr5       0x2da3ffff
pmpaddr6       0x2dabffff
pmpaddr7       0xffffffffffffffff
";

/// Questions asked of their own accord, at most.
const ASKED: usize = 12;

/// Questions a reader may ask.
const MOST: usize = 64;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/pmp",
        title: text!("pmp.title", "PMP inspector"),
        question: text!(
            "pmp.question",
            "What do my pmpcfg and pmpaddr values say, and is PMP effective?"
        ),
        lesson: text!(
            "pmp.lesson",
            "Paste the registers of your own hart. Each write is a step, so an entry can be changed by changing its step; then memory is touched, and the entry that decides is told. The example is a real dump in which entry 0 opens the monitor’s own memory to everybody."
        ),
        params: vec![
            lines(
                "dump",
                text!("pmp.param.dump", "Registers"),
                text!(
                    "pmp.param.dump.help",
                    "As GDB, OpenSBI’s boot log, C arrays or JSON show them, or lines such as “pmpaddr0 = 0x2003ffff”."
                ),
                8000,
                DUMP,
            ),
            choice(
                "entries",
                text!("pmp.param.entries", "Entries of the hart"),
                text!(
                    "pmp.param.entries.help",
                    "Where the text does not say, 16, or 64 if it names more."
                ),
                &[
                    ("auto", text!("pmp.param.auto", "as the text says")),
                    ("0", "0".into()),
                    ("8", "8".into()),
                    ("16", "16".into()),
                    ("64", "64".into()),
                ],
            ),
            number(
                "grain",
                text!("pmp.param.grain", "Grain G"),
                text!(
                    "pmp.param.grain.help",
                    "Regions begin and end at multiples of 2^(G+2) bytes. 0 takes what the text says."
                ),
                (0, 30),
                0,
            ),
            lines(
                "ask",
                text!("pmp.param.ask", "Addresses to ask about"),
                text!(
                    "pmp.param.ask.help",
                    "Decimal or 0x hex, with spaces, commas or line breaks between. Empty: the start of every region."
                ),
                2000,
                "",
            ),
            choice(
                "mode",
                text!("pmp.param.mode", "Who asks"),
                text!("pmp.param.mode.help", "The mode whose accesses are tried."),
                &[
                    ("S", tells::mode(Privilege::Supervisor)),
                    ("U", tells::mode(Privilege::User)),
                    ("M", tells::mode(Privilege::Machine)),
                ],
            ),
            choice(
                "access",
                text!("pmp.param.access", "To do what"),
                text!(
                    "pmp.param.access.help",
                    "Reading, writing and fetching are granted apart."
                ),
                &[
                    ("read", text!("pmp.param.read", "read")),
                    ("write", text!("pmp.param.write", "write")),
                    ("fetch", text!("pmp.param.fetch", "fetch an instruction")),
                ],
            ),
            number(
                "size",
                text!("pmp.param.size", "Bytes"),
                text!(
                    "pmp.param.size.help",
                    "Every byte must be covered by the entry that matches the first of them."
                ),
                (1, 4096),
                8,
            ),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Hart, Plan<Op>), BadInput> {
    let dump = dump::read(turned.text("dump")).map_err(|bad| refused("dump", bad.text()))?;
    let count = match turned.text("entries").parse() {
        Ok(count) => count,
        Err(_) => dump.count.unwrap_or(16).max(dump.needs()),
    };
    let grain = match turned.number("grain") {
        0 => dump.grain.unwrap_or(0),
        n => n as u8,
    };
    let mut segments = Vec::new();
    segments.extend(writes(&dump));
    segments.push(questions(turned, &dump.pmp(count, grain))?);
    let pmp = Pmp::new(count, grain);
    Ok((Hart { pmp }, Plan::new(segments)))
}

fn refused(key: &str, why: Text) -> BadInput {
    BadInput {
        key: key.to_string(),
        missing_file: false,
        why,
    }
}

/// One step for each register.
fn writes(dump: &Dump) -> Option<Segment<Op>> {
    let writes = dump.writes();
    let caption = match dump.regions {
        0 => text!(
            "pmp.cap.writes",
            "Firmware sets the registers up from reset: addresses first, then the configuration that makes them count. Only machine mode can. Change a step to try another value."
        ),
        n => text!(
            "pmp.cap.regions",
            "The boot log shows {n} regions. OpenSBI puts each into the next free entry, with what supervisor and user mode may do; these are the writes that come of it.",
            n = n
        ),
    };
    let ops: Vec<(String, Op)> = writes
        .iter()
        .enumerate()
        .map(|(i, (register, value))| {
            let mut label = tells::register(*register);
            if writes[..i].iter().any(|w| w.0 == *register) {
                label.push_str("-again");
            }
            let op = Op::Csrw {
                register: *register,
                value: *value,
                mode: Privilege::Machine,
            };
            (label, op)
        })
        .collect();
    let title = text!("pmp.seg.writes", "Set the registers");
    let op = move |i: u64| {
        let (label, op) = &ops[i as usize % ops.len()];
        Planned {
            op: *op,
            label: label.clone(),
            caption: caption_of(*op),
        }
    };
    let len = writes.len() as u64;
    (len > 0).then(|| Segment::many(Phase::Boot, "set", title, caption, len, op))
}

/// What one write is for; empty where the segment says it.
fn caption_of(op: Op) -> Text {
    match op {
        Op::Csrw { register, .. } if register == csr::MSECCFG => text!(
            "pmp.cap.mseccfg",
            "Smepmp: MML makes each rule either machine mode’s or everybody else’s, MMWP refuses machine mode what no entry matches, RLB lifts locks while firmware is still setting up."
        ),
        Op::Csrw { register, .. } if register < csr::PMPADDR0 => text!(
            "pmp.cap.cfg",
            "Eight configuration bytes at once: how each entry matches (A), what it grants (R, W, X), and whether it is locked (L). From this write on the entries count."
        ),
        _ => Text::none(),
    }
}

/// One step for each address asked about.
fn questions(turned: &Turned<'_>, pmp: &Pmp) -> Result<Segment<Op>, BadInput> {
    let mut all = addresses(turned.text("ask"))?;
    if all.is_empty() {
        let starts = (0..pmp.count())
            .filter_map(|e| pmp.region(e))
            .map(|r| r.start);
        for start in starts.chain([0x8000_0000]) {
            if !all.contains(&start) && all.len() < ASKED {
                all.push(start);
            }
        }
    }
    let mode = turned.text("mode");
    let mode = Privilege::ALL.into_iter().find(|p| p.letter() == mode);
    let access = turned.text("access");
    let access = Access::ALL.into_iter().find(|a| a.id() == access);
    let touch = Touch {
        mode: mode.unwrap_or(Privilege::Supervisor),
        access: access.unwrap_or(Access::Read),
        size: turned.number("size").max(1),
        at: 0,
    };
    let len = all.len() as u64;
    Ok(Segment::many(
        Phase::Use,
        "ask",
        text!("pmp.seg.ask", "Touch memory"),
        text!(
            "pmp.cap.ask",
            "The entries are looked through from the lowest. The first that touches any byte of the access decides; what entries behind it say does not matter."
        ),
        len,
        move |i| Planned {
            op: Op::Touch(Touch {
                at: all[i as usize % all.len()],
                ..touch
            }),
            label: format!("{}", i + 1),
            caption: Text::none(),
        },
    ))
}

/// Numbers with anything between.
fn addresses(text: &str) -> Result<Vec<u64>, BadInput> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let mut all = Vec::new();
    for word in words.filter(|w| !w.is_empty()) {
        let Some(at) = parse_number(word).filter(|_| all.len() < MOST) else {
            return Err(refused(
                "ask",
                text!(
                    "pmp.bad-address",
                    "“{word}” is no address. Write up to {most} addresses in decimal or as 0x followed by hex digits.",
                    word = word,
                    most = MOST
                ),
            ));
        };
        all.push(at);
    }
    Ok(all)
}
