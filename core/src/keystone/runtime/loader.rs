//! The loader: the first code inside an enclave. It builds the page tables, switches them on, and so
//! comes to the runtime.

use super::super::machine::Machine;
use super::load_elf::{self, Failed, File};
use super::tables::{R, Tables, W, X};
use super::user::SATP;
use super::{LOAD_VA, MINUS_ONE, Own, RUNTIME_VA, UNTRUSTED_VA};
use crate::arch::riscv::sv39;
use crate::memory::{PAGE, Page, Physical, Ram};
use crate::rules;
use crate::trace::{Recorder, Stop};
use crate::view::Access;

const LOADER: &str = "keystone runtime/loader-binary/loader-binary.c, load_runtime";

rules! {
    BARE = "LOADER.bare": "Address translation is off: the enclave has just been entered for the first time", LOADER;
    ROOM = "LOADER.own-tables": "The loader’s part is at least four pages: its code, and the three tables that it brings along", "model: upstream keeps them in the loader’s .bss, wherever that is";
    RUNTIME = "LOADER.runtime-there": "The runtime’s file is not empty", LOADER;
    FITS = "LOADER.private-memory-fits": "The private memory is at most 1 GiB, and above 2 MiB it begins at a multiple of 2 MiB", "keystone runtime/mm/mm.c, __map_with_reserved_page_table_64";
    OWN_MEMORY = "LOADER.own-memory": "PMP lets the loader write the enclave’s own memory", "RISC-V Privileged Architecture, PMP";
    SOUND = "LOADER.sound-elf": "What begins like an ELF file is one, and its segments are aligned in memory as in the file", "keystone runtime/loader/loader.c, loadElf; model: a file that does not begin so is mapped as it is";
    FREE_PAGE = "LOADER.free-page": "There is a free page for every page table that is missing", "keystone runtime/mm/freemem_ld.c, spa_get_zero";
}

/// A page of the largest size that the private memory is mapped with.
const MEGAPAGE: u64 = 2 << 20;

/// stvec.
pub(super) const STVEC: u16 = 0x105;

/// Carries out the loader from its first instruction to the runtime's.
pub(super) fn load_runtime<T: Recorder>(
    m: &mut Machine,
    own: Own,
    recorder: &mut T,
) -> Result<(), Stop> {
    let satp = m.hart(own.hart).map_or(0, |h| h.context.csr(SATP));
    recorder.require(&BARE, sv39::root(satp).is_none(), MINUS_ONE)?;
    let page = PAGE as u64;
    let (base, size) = own.epm;
    let room = own.runtime.saturating_sub(base) >= 4 * page;
    recorder.require(&ROOM, room, MINUS_ONE)?;
    recorder.require(&RUNTIME, own.user > own.runtime, MINUS_ONE)?;
    let fits = size <= MEGAPAGE || (size <= 1 << 30 && base.is_multiple_of(MEGAPAGE));
    recorder.require(&FITS, fits, MINUS_ONE)?;
    let free = |m: &Machine| m.judge(own.hart, Access::Write, base, size);
    let writable = free(m).map(|_| ());
    match writable {
        Ok(()) => recorder.check(&OWN_MEMORY, true, || None),
        Err((_, fault)) => {
            recorder.check(&OWN_MEMORY, false, || None);
            return Err(m.fatal(&own, fault.into(), recorder));
        }
    }
    let (tables, built) = build(m, &own);
    recorder.require(&SOUND, built != Err(Failed::Unsound), MINUS_ONE)?;
    recorder.require(&FREE_PAGE, built.is_ok(), MINUS_ONE)?;
    tables.tell(recorder);
    m.csr(&own, STVEC, RUNTIME_VA, recorder);
    m.csr(&own, SATP, sv39::satp(tables.root), recorder);
    // With the tables on, the next instruction is mapped no longer; the trap leads to stvec.
    if let Some(h) = m.harts.get_mut(&own.hart) {
        h.context.set_a(5, built.unwrap_or(0));
        h.context.mepc = RUNTIME_VA;
    }
    Ok(())
}

/// The tables, and the first page that is still free.
fn build(m: &mut Machine, own: &Own) -> (Tables, Result<u64, Failed>) {
    let page = PAGE as u64;
    let (base, size) = own.epm;
    let [root, second, third] = [1, 2, 3].map(|n| base + n * page);
    for table in [root, second, third] {
        m.ram.put(Physical(table), Page::Zero);
    }
    let mut tables = Tables::new(root);
    let mut next = own.free;
    let end = own.epm_end();
    let mut fresh = |ram: &mut Ram| {
        let at = next;
        (at < end).then(|| {
            ram.put(Physical(at), Page::Zero);
            next += page;
            at
        })
    };
    let runtime = File {
        at: own.runtime,
        size: own.user - own.runtime,
        va: RUNTIME_VA,
        for_whom: 0,
    };
    let mut done = load_elf::load(&mut m.ram, &mut tables, runtime, &mut fresh).map(|_| ());
    // All of the private memory, with tables that the loader brings along.
    let entry = |table: u64, va: u64, level| table + sv39::index(va, level) * 8;
    tables.set(&mut m.ram, entry(root, LOAD_VA, 2), Tables::table(second));
    let (table, level) = match size > MEGAPAGE {
        true => (second, 1),
        false => {
            tables.set(&mut m.ram, entry(second, LOAD_VA, 1), Tables::table(third));
            (third, 0)
        }
    };
    for n in 0..size.div_ceil(sv39::span(level)) {
        let leaf = Tables::leaf(base + n * sv39::span(level), R | W | X);
        tables.set(&mut m.ram, table + n * 8, leaf);
    }
    // The shared buffer.
    for n in 0..own.utm.1.div_ceil(page) {
        let to = (UNTRUSTED_VA + n * page, own.utm.0 + n * page);
        if done.is_ok() && tables.map(&mut m.ram, to, R | W, &mut fresh).is_none() {
            done = Err(Failed::NoPage);
        }
    }
    (tables, done.map(|()| next))
}
