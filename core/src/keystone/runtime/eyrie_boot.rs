//! Eyrie starts: free list, application, stack; then it drops to user mode.

use super::super::machine::Machine;
use super::load_elf::{self, Failed, File};
use super::loader::STVEC;
use super::structs::Variables;
use super::tables::{R, Tables, U, W};
use super::user::SATP;
use super::{MINUS_ONE, Own, RUNTIME_VA, STACK_SIZE, STACK_VA, USER_VA, free_list};
use crate::arch::riscv::sv39;
use crate::memory::{PAGE, Ram};
use crate::rules;
use crate::trace::{Recorder, Stop};

const BOOT: &str = "keystone runtime/sys/boot.c, eyrie_boot";

rules! {
    TRANSLATED = "EYRIE.translated": "The loader has switched Sv39 on", BOOT;
    ONCE = "EYRIE.once": "The loader’s trap has just led here: stvec is the runtime’s start", BOOT;
    LINKED = "EYRIE.list-fits": "At most 4,096 pages are free", "model: a longer list would only take longer";
    SOUND = "EYRIE.sound-elf": "What begins like an ELF file is one, and its segments are aligned in memory as in the file", "keystone runtime/loader/loader.c, loadElf; model: a file that does not begin so is mapped as it is";
    FREE_PAGE = "EYRIE.free-page": "There are free pages for the stack, the copy buffers and their tables", "keystone runtime/mm/freemem.c, spa_get";
}

const SSTATUS: u16 = 0x100;
const SSCRATCH: u16 = 0x140;
const SEPC: u16 = 0x141;

/// sstatus.FS: floating point is on.
const FLOATING_POINT: u64 = 0x6000;

/// The runtime's trap handler (model: an address inside its file).
pub(super) const HANDLER: u64 = RUNTIME_VA + 0x100;

/// Carries out eyrie_boot; the first free page is what the loader left in a5.
pub(super) fn eyrie_boot<T: Recorder>(
    m: &mut Machine,
    own: Own,
    recorder: &mut T,
) -> Result<(), Stop> {
    let context = m.hart(own.hart).map(|h| h.context);
    let satp = context.map_or(0, |c| c.csr(SATP));
    let root = sv39::root(satp);
    recorder.require(&TRANSLATED, root.is_some(), MINUS_ONE)?;
    let first_time = context.is_some_and(|c| c.csr(STVEC) == RUNTIME_VA);
    recorder.require(&ONCE, first_time, MINUS_ONE)?;
    let page = PAGE as u64;
    let first = context
        .map_or(own.free, |c| c.a(5))
        .clamp(own.free, own.epm_end());
    let count = (own.epm_end() - first) / page;
    recorder.require(&LINKED, count <= free_list::MOST, MINUS_ONE)?;
    let mut variables = Variables::from_bytes(&[0; Variables::SIZE]);
    let mut ram = m.ram.clone();
    free_list::init(&mut ram, &own, first, &mut variables, recorder);
    let mut tables = Tables::new(root.unwrap_or(0));
    let mapped = map_user(&mut ram, &own, &mut tables, &mut variables);
    recorder.require(&SOUND, mapped != Err(Failed::Unsound), MINUS_ONE)?;
    recorder.require(&FREE_PAGE, mapped.is_ok(), MINUS_ONE)?;
    let entry = mapped.unwrap_or(USER_VA);
    m.ram = ram;
    tables.tell(recorder);
    m.set_variables(&own, &variables, recorder);
    let sstatus = context.map_or(0, |c| c.csr(SSTATUS)) | FLOATING_POINT;
    for (number, value) in [
        (STVEC, HANDLER),
        (SEPC, entry),
        (SSCRATCH, STACK_VA),
        (SSTATUS, sstatus),
    ] {
        m.csr(&own, number, value, recorder);
    }
    if let Some(h) = m.harts.get_mut(&own.hart) {
        h.context.mepc = entry;
    }
    Ok(())
}

/// Maps the application, gives it a stack, and takes the two copy buffers. Where the application starts.
fn map_user(
    ram: &mut Ram,
    own: &Own,
    tables: &mut Tables,
    variables: &mut Variables,
) -> Result<u64, Failed> {
    let page = PAGE as u64;
    let file = File {
        at: own.user,
        size: own.free.saturating_sub(own.user),
        va: USER_VA,
        for_whom: U,
    };
    let mut fresh = |ram: &mut Ram| free_list::get(ram, own, variables);
    let entry = load_elf::load(ram, tables, file, &mut fresh)?;
    for n in 0..STACK_SIZE / page {
        let to = fresh(ram).ok_or(Failed::NoPage)?;
        let va = STACK_VA - STACK_SIZE + n * page;
        let mapped = tables.map(ram, (va, to), R | W | U, &mut fresh);
        mapped.ok_or(Failed::NoPage)?;
    }
    let mut buffer = || fresh(ram).ok_or(Failed::NoPage);
    let buffers = (buffer()?, buffer()?);
    (variables.copy_buffer_1, variables.copy_buffer_2) = buffers;
    Ok(entry)
}
