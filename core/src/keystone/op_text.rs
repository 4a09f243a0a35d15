//! Operations out of text: `CREATE(epm=0x81000000,epm_size=0x100000,…)`, `RUN(eid=0)`.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::host;
use super::image::Image;
use super::op::{LOAD_MOST, Op, PAGES_MOST};
use super::runtime;
use super::sbi;
use super::structs::CreateArgs;
use crate::arch::riscv::csr;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{BadOp, OpText};

/// An operation's form: its name and its arguments besides `hart`.
struct Form {
    name: &'static str,
    args: &'static [&'static str],
    /// Whether something runs it: then it takes `hart`.
    runs: bool,
}

const fn form(name: &'static str, args: &'static [&'static str], runs: bool) -> Form {
    Form { name, args, runs }
}

/// The operations that are no call.
const FORMS: &[Form] = &[
    form("BOOTROM", &[], false),
    form("OPENSBI", &[], false),
    form("MONITOR", &[], false),
    form("IMAGE", &["base", "loader", "runtime", "user", "tag"], true),
    form("CREATE", CREATE, true),
    form("ECALL", &["id", "a0", "a1", "a2"], true),
    form("LOAD", &["at", "len"], true),
    form("STORE", &["at", "hex"], true),
    form("CSR", &["csr", "value"], true),
    form("TIMER", &[], true),
    form("IPI", &[], true),
    form("DMAREAD", &["at", "len"], false),
    form("DMAWRITE", &["at", "hex"], false),
    form("FLIP", &["at", "bit"], false),
];

/// The arguments of CREATE.
pub(super) const CREATE: &[&str] = &[
    "epm",
    "epm_size",
    "utm",
    "utm_size",
    "runtime",
    "user",
    "free",
    "free_requested",
];

/// Calls by their own names, with what a0, a1 and a2 are called.
pub(super) const CALLS: &[(&str, u64, &[&str])] = &[
    ("DESTROY", sbi::DESTROY, &["eid"]),
    ("RUN", sbi::RUN, &["eid"]),
    ("RESUME", sbi::RESUME, &["eid"]),
    ("RANDOM", sbi::RANDOM, &[]),
    ("ATTEST", sbi::ATTEST, &["report", "data", "len"]),
    ("SEAL", sbi::SEALING_KEY, &["key", "identifier", "len"]),
    ("STOP", sbi::STOP, &["request"]),
    ("EXIT", sbi::EXIT, &["value"]),
    ("PLUGIN", sbi::PLUGIN, &["plugin", "call", "data"]),
];

/// Reads an operation.
///
/// # Errors
/// The name is unknown, an argument is unknown, missing or does not fit.
pub(super) fn parse(op: &OpText) -> Result<Op, BadOp> {
    let call = CALLS.iter().find(|c| c.0 == op.name);
    let own = runtime::is_name(&op.name);
    let form = FORMS.iter().find(|f| f.name == op.name);
    let host = host::arguments(&op.name);
    let (args, runs) = match (call, form) {
        (Some((_, _, args)), _) => (*args, true),
        (None, None) if host.is_some() => (host.unwrap_or_default(), true),
        _ if own.is_some() => (own.unwrap_or_default(), true),
        (_, Some(form)) => (form.args, form.runs),
        _ => return Err(unknown(op)),
    };
    let known = |key: &str| args.contains(&key) || (runs && key == "hart");
    if let Some((key, _)) = op.args.iter().find(|(k, _)| !known(k)) {
        let mut all = args.to_vec();
        all.extend(runs.then_some("hart"));
        return Err(BadOp {
            why: text!(
                "op.unknown-argument",
                "{op} has no argument “{key}”. It takes: {known}.",
                op = op.name.as_str(),
                key = key.as_str(),
                known = all.join(", ")
            ),
        });
    }
    let hart = small(op, "hart", 255)?;
    if host.is_some() {
        let call = host::parse(op)?;
        return Ok(Op::Host { hart, call });
    }
    if own.is_some() {
        let call = runtime::parse(op)?;
        return Ok(Op::Runtime { hart, call });
    }
    if let Some((_, id, names)) = call {
        let mut args = [0; 3];
        for (to, name) in args.iter_mut().zip(*names) {
            *to = op.number(name)?.unwrap_or(0);
        }
        return Ok(Op::Ecall {
            hart,
            id: *id,
            args,
        });
    }
    other(op, hart)
}

fn other(op: &OpText, hart: u8) -> Result<Op, BadOp> {
    let or_zero = |key: &str| Ok(op.number(key)?.unwrap_or(0));
    Ok(match op.name.as_str() {
        "BOOTROM" => Op::Bootrom,
        "OPENSBI" => Op::Opensbi,
        "MONITOR" => Op::Monitor,
        "IMAGE" => Op::Image {
            hart,
            image: image(op)?,
        },
        "CREATE" => Op::Create {
            hart,
            args: create(op)?,
        },
        "ECALL" => Op::Ecall {
            hart,
            id: need(op, "id")?,
            args: [or_zero("a0")?, or_zero("a1")?, or_zero("a2")?],
        },
        "LOAD" => Op::Load {
            hart,
            at: need(op, "at")?,
            len: length(op)?,
        },
        "STORE" => Op::Store {
            hart,
            at: need(op, "at")?,
            bytes: bytes(op, "hex")?,
        },
        "CSR" => Op::Csr {
            hart,
            number: register(op)?,
            value: need(op, "value")?,
        },
        "TIMER" => Op::Timer { hart },
        "IPI" => Op::Ipi { hart },
        "DMAREAD" => Op::DmaRead {
            at: need(op, "at")?,
            len: length(op)?,
        },
        "DMAWRITE" => Op::DmaWrite {
            at: need(op, "at")?,
            bytes: bytes(op, "hex")?,
        },
        _ => Op::Flip {
            at: need(op, "at")?,
            bit: small(op, "bit", 7)?,
        },
    })
}

fn unknown(op: &OpText) -> BadOp {
    let names = FORMS.iter().map(|f| f.name);
    let names = names.chain(CALLS.iter().map(|c| c.0));
    let host = host::IOCTLS
        .iter()
        .map(|c| c.0)
        .chain(["SDK-COPY", "MEASURE-CLASSIC"]);
    let names: Vec<&str> = names.chain(host).chain(runtime::names()).collect();
    BadOp {
        why: text!(
            "keystone.op.unknown",
            "There is no operation “{op}”. There are {known}.",
            op = op.name.as_str(),
            known = names.join(", ")
        ),
    }
}

fn wrong(op: &OpText, key: &str, wants: Text) -> BadOp {
    BadOp {
        why: text!(
            "op.wrong",
            "{op}: the argument {key} must be {wants}.",
            op = op.name.as_str(),
            key = key,
            wants = wants
        ),
    }
}

fn need(op: &OpText, key: &str) -> Result<u64, BadOp> {
    op.number(key)?
        .ok_or_else(|| wrong(op, key, text!("op.given", "given")))
}

fn at_most(op: &OpText, key: &str, value: u64, most: u64) -> Result<u64, BadOp> {
    let wants = || text!("keystone.op.at-most", "at most {most}", most = most);
    match value <= most {
        true => Ok(value),
        false => Err(wrong(op, key, wants())),
    }
}

fn small(op: &OpText, key: &str, most: u8) -> Result<u8, BadOp> {
    let n = at_most(op, key, op.number(key)?.unwrap_or(0), u64::from(most))?;
    Ok(n as u8)
}

fn length(op: &OpText) -> Result<u64, BadOp> {
    at_most(op, "len", op.number("len")?.unwrap_or(8), LOAD_MOST)
}

fn bytes(op: &OpText, key: &str) -> Result<Rc<[u8]>, BadOp> {
    let most = LOAD_MOST as usize;
    let decoded = hex::decode(op.arg(key).unwrap_or_default()).ok();
    let decoded = decoded.filter(|b| b.len() <= most);
    decoded.map(Rc::from).ok_or_else(|| {
        let wants = text!("op.hex", "hex digits, at most {most} bytes", most = most);
        wrong(op, key, wants)
    })
}

fn image(op: &OpText) -> Result<Image, BadOp> {
    let pages = |key: &str| at_most(op, key, op.number(key)?.unwrap_or(0), PAGES_MOST);
    Ok(Image {
        base: need(op, "base")?,
        loader: bytes(op, "loader")?,
        runtime_pages: pages("runtime")?,
        user_pages: pages("user")?,
        tag: op.number("tag")?.unwrap_or(0),
    })
}

fn create(op: &OpText) -> Result<CreateArgs, BadOp> {
    let epm = need(op, "epm")?;
    let or = |key: &str, default: u64| Ok::<u64, BadOp>(op.number(key)?.unwrap_or(default));
    let runtime = or("runtime", epm.wrapping_add(4096))?;
    let user = or("user", runtime)?;
    Ok(CreateArgs {
        epm_paddr: epm,
        epm_size: need(op, "epm_size")?,
        utm_paddr: need(op, "utm")?,
        utm_size: or("utm_size", 0x4000)?,
        runtime_paddr: runtime,
        user_paddr: user,
        free_paddr: or("free", user)?,
        free_requested: or("free_requested", 0)?,
    })
}

fn register(op: &OpText) -> Result<u16, BadOp> {
    let text = op.arg("csr").unwrap_or_default();
    let number = csr::number(text).or_else(|| {
        let number = op.number("csr").ok().flatten();
        number
            .and_then(|n| u16::try_from(n).ok())
            .filter(|n| *n < 0x1000)
    });
    number.ok_or_else(|| {
        wrong(
            op,
            "csr",
            text!(
                "keystone.op.csr",
                "a register’s name, or its number below 0x1000"
            ),
        )
    })
}

/// The name of an operation as people see it.
pub(super) fn name(op: &Op) -> Text {
    let name: String = match op {
        Op::Bootrom => return text!("keystone.op.bootrom", "boot ROM"),
        Op::Opensbi => "OpenSBI".into(),
        Op::Monitor => "sm_init".into(),
        Op::Image { .. } => return text!("keystone.op.image", "copy"),
        Op::Create { .. } => "create_enclave".into(),
        Op::Host { call, .. } => call.name().into(),
        Op::Ecall { id, .. } => match sbi::name(*id) {
            Some(name) => name.into(),
            None => alloc::format!("ecall {id}"),
        },
        Op::Load { .. } => return text!("keystone.op.load", "load"),
        Op::Store { .. } => return text!("keystone.op.store", "store"),
        Op::Csr { .. } => "csrw".into(),
        Op::Timer { .. } => return text!("keystone.op.timer", "timer"),
        Op::Ipi { .. } => "IPI".into(),
        Op::DmaRead { .. } | Op::DmaWrite { .. } => "DMA".into(),
        Op::Runtime { call, .. } => return runtime::name(call),
        Op::Flip { .. } => return text!("keystone.op.flip", "bit flip"),
    };
    name.into()
}
