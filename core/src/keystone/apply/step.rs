//! Steps of a file: what each one does, and which of its results are told.

use alloc::format;
use alloc::string::String;

use serde_json::Value as Json;

use super::super::image::Image;
use super::super::op::{LOAD_MOST, Op, PAGES_MOST};
use super::super::sbi;
use super::super::structs::CreateArgs;
use super::read::{Step, Wrong};
use super::{Done, Replay, Told, program};
use crate::bytes::hex;
use crate::text;
use crate::trace::Outcome;

/// Carries a step out.
pub(super) fn carry_out(replay: &mut Replay, step: &Step) -> Result<Done, Wrong> {
    let mut done = Done::new();
    if replay.is_stuck() {
        done.put("hangs", true);
        return Ok(done);
    }
    match step.what.as_str() {
        "host_create" => {
            let (epm, utm) = (step.pair("epm")?, step.pair("utm")?);
            let args = CreateArgs {
                epm_paddr: epm.0,
                epm_size: epm.1,
                utm_paddr: utm.0,
                utm_size: utm.1,
                runtime_paddr: step.number("runtime")?,
                user_paddr: step.number("user")?,
                free_paddr: step.number("free")?,
                free_requested: step.number_or("free_requested", 0)?,
            };
            host_call(replay, &Op::Create { hart: 0, args }, &mut done);
        }
        "host_call" => {
            let (id, a0) = (step.number("fid")?, step.number_or("a0", 0)?);
            let args = [a0, step.number_or("a1", 0)?, step.number_or("a2", 0)?];
            host_call(replay, &Op::call(id, args), &mut done);
        }
        "host_timer" => replay.timer = step.given.get("ticks").and_then(Json::as_i64) >= Some(0),
        "host_image" => {
            let image = Image {
                base: step.number("base")?,
                loader: replay.page0.clone(),
                runtime_pages: step.at_most("runtime_pages", PAGES_MOST)?,
                user_pages: step.at_most("user_pages", PAGES_MOST)?,
                tag: step.number("tag")?,
            };
            let told = replay.told(&Op::Image { hart: 0, image });
            trapped(&told, &mut done);
        }
        "host_load" | "host_store" | "host_read" | "host_write" | "host_zero" => {
            memory(replay, step, &mut done)?;
        }
        "enclave_call" | "enclave_load" | "enclave_store" | "enclave_stop" | "enclave_spin" => {
            enclave(replay, step, &mut done)?;
        }
        _ => {
            let why = text!(
                "keystone.apply.unknown",
                "Nothing of that name can be done. There are host_create, host_call, host_image, host_load, host_store, host_read, host_write, host_zero, host_timer, enclave_call, enclave_load, enclave_store, enclave_stop and enclave_spin."
            );
            return Err(Wrong::new("do", why));
        }
    }
    Ok(done)
}

/// The operation of a load or a store of eight bytes.
fn access(step: &Step) -> Result<Op, Wrong> {
    let at = step.number("addr")?;
    Ok(match step.what.ends_with("_load") {
        true => Op::Load {
            hart: 0,
            at,
            len: 8,
        },
        false => Op::Store {
            hart: 0,
            at,
            bytes: step.number_or("value", 0)?.to_le_bytes()[..].into(),
        },
    })
}

/// What the host does to memory by itself.
fn memory(replay: &mut Replay, step: &Step, done: &mut Done) -> Result<(), Wrong> {
    let at = step.number("addr")?;
    let op = match step.what.as_str() {
        "host_read" => Op::Load {
            hart: 0,
            at,
            len: step.at_most("len", LOAD_MOST)?,
        },
        "host_write" => Op::Store {
            hart: 0,
            at,
            bytes: step.hex("bytes", LOAD_MOST as usize)?.into(),
        },
        "host_zero" => {
            let len = step.at_most("len", LOAD_MOST)? as usize;
            Op::Store {
                hart: 0,
                at,
                bytes: alloc::vec![0; len].into(),
            }
        }
        _ => access(step)?,
    };
    let told = replay.told(&op);
    match step.what.as_str() {
        "host_read" if told.outcome.is_done() => {
            done.put("bytes", hex::encode(told.bytes().unwrap_or_default()));
        }
        "host_load" => {
            done.put("mcause", cause(&told));
            done.put("loaded", loaded(&told));
        }
        "host_store" => done.put("mcause", cause(&told)),
        _ => trapped(&told, done),
    }
    done.take(&told);
    Ok(())
}

fn cause(told: &Told) -> Option<u64> {
    match told.outcome {
        Outcome::Faulted(fault) => fault.code,
        _ => None,
    }
}

fn loaded(told: &Told) -> Option<String> {
    let bytes = told.bytes()?;
    let value = bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b));
    Some(format!("{value:#x}"))
}

/// Tells the cause of a trap where none was to be expected.
fn trapped(told: &Told, done: &mut Done) {
    if let Some(code) = cause(told) {
        done.put("mcause", code);
    }
    done.take(told);
}

/// A call by the host. If it lets an enclave in, the program there stops at once.
fn host_call(replay: &mut Replay, op: &Op, done: &mut Done) {
    if enter(replay, op, done) {
        stop(replay, done);
    }
    returned(replay, done);
}

/// Makes a call of the host; says whether an enclave runs after it.
fn enter(replay: &mut Replay, op: &Op, done: &mut Done) -> bool {
    let told = replay.told(op);
    done.take(&told);
    let Some(eid) = replay.machine.hart(0).and_then(|h| h.inside) else {
        return false;
    };
    let first = matches!(op, Op::Ecall { id: sbi::RUN, .. });
    if let Some(store) = program::first_entry(&replay.machine, eid).filter(|_| first) {
        replay.told(&store);
        stop(replay, done);
        return false;
    }
    true
}

/// The program stops for an edge call.
fn stop(replay: &mut Replay, done: &mut Done) {
    let told = replay.told(&Op::call(sbi::STOP, [sbi::stop_enclave::EDGE_CALL, 0, 0]));
    done.take(&told);
}

/// What the host finds in a0 and a1, if it goes on at all.
fn returned(replay: &Replay, done: &mut Done) {
    match replay
        .machine
        .hart(0)
        .filter(|h| !h.stuck && h.inside.is_none())
    {
        Some(h) => {
            done.put("error", h.context.a(0));
            done.put("value", h.context.a(1));
        }
        None => done.put("hangs", true),
    }
}

/// A call by the host during which the enclave does one thing.
fn enclave(replay: &mut Replay, step: &Step, done: &mut Done) -> Result<(), Wrong> {
    let fid = step.number_or("host_fid", sbi::RESUME)?;
    // What is wrong with the step is said before anything of it is done.
    let op = match step.what.as_str() {
        "enclave_call" => Some(Op::call(step.number("fid")?, step.three("args")?)),
        "enclave_load" | "enclave_store" => Some(access(step)?),
        _ => None,
    };
    if !enter(replay, &Op::call(fid, [step.number("eid")?, 0, 0]), done) {
        returned(replay, done);
        return Ok(());
    }
    if let Some(op) = op {
        let told = replay.told(&op);
        done.writes.extend(told.writes());
        match step.what.as_str() {
            "enclave_call" => called(replay, done),
            _ => {
                done.put("scause", cause(&told));
                if let Some(value) = loaded(&told) {
                    done.put("loaded", value);
                }
            }
        }
    }
    if step.what == "enclave_spin" && replay.timer {
        let told = replay.told(&Op::Timer { hart: 0 });
        done.take(&told);
    } else if step.what != "enclave_spin"
        && replay.machine.hart(0).is_some_and(|h| h.inside.is_some())
    {
        stop(replay, done);
    }
    returned(replay, done);
    Ok(())
}

/// What the enclave finds in a0 and a1 after a call of its own, if it goes on.
fn called(replay: &Replay, done: &mut Done) {
    if let Some(h) = replay.machine.hart(0).filter(|h| h.inside.is_some()) {
        done.put("enclave_a0", h.context.a(0));
        done.put("enclave_a1", h.context.a(1));
    }
}
