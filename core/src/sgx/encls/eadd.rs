//! EADD: a page is copied into a free EPC page and its place in the enclave is measured.

use super::super::machine::{EpcPage, EpcSlot, EpcmEntry, Machine};
use super::super::measure;
use super::super::structs::{
    AttributesFlags, PageInfo, PageType, SecInfo, SecInfoFlags, Tcs, TcsFlags,
};
use super::{GP, Registers, aligned, resolve};
use crate::arch::x86;
use crate::memory::{Linear, Page};
use crate::rules;
use crate::trace::{Recorder, Stop, Value};

const ALL: &str = "Intel SDM vol. 3D, EADD, Operation";

rules! {
    PAGEINFO_ALIGNED = "EADD.pageinfo-aligned": "RBX, the address of PAGEINFO, is a multiple of 32", ALL;
    PAGE_ALIGNED = "EADD.page-aligned": "RCX, the address of the EPC page, is a multiple of 4,096", ALL;
    PAGE_IN_EPC = "EADD.page-in-epc": "RCX resolves into the EPC", ALL;
    SOURCES_ALIGNED = "EADD.sources-aligned": "PAGEINFO.SRCPGE, SECS and LINADDR are multiples of 4,096 and PAGEINFO.SECINFO of 64", ALL;
    SECS_IN_EPC = "EADD.secs-in-epc": "PAGEINFO.SECS resolves into the EPC", ALL;
    SECINFO_LEGAL = "EADD.secinfo-legal": "SECINFO's reserved bits are zero and its PAGE_TYPE is PT_REG or PT_TCS", ALL;
    PAGE_NOT_IN_USE = "EADD.page-not-in-use": "No other logical processor is working on the EPC page", ALL;
    PAGE_FREE = "EADD.page-free": "The EPC page is free: EPCM.VALID is 0", ALL;
    SECS_NOT_IN_USE = "EADD.secs-not-in-use": "No other logical processor is working on the SECS", ALL;
    SECS_VALID = "EADD.secs-valid": "PAGEINFO.SECS is a valid page of type PT_SECS", ALL;
    TCS_RESERVED = "EADD.tcs-reserved-zero": "The reserved fields of the TCS are zero", ALL;
    TCS_LIMITS = "EADD.tcs-limits": "Outside 64-bit mode, FSLIMIT and GSLIMIT end in FFFH", ALL;
    REG_WRITE_NEEDS_READ = "EADD.write-needs-read": "A regular page that can be written can also be read", ALL;
    IN_ELRANGE = "EADD.linaddr-in-elrange": "PAGEINFO.LINADDR lies in the enclave's range", ALL;
    NOT_INIT = "EADD.not-initialised": "The enclave is not initialised yet", ALL;
}

/// Carries out EADD with RBX = PAGEINFO and RCX = the EPC page.
pub(in super::super) fn eadd<R: Recorder>(
    m: &mut Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    let (page, secs, pageinfo, mut secinfo) = operands(m, registers, recorder)?;
    let flags = SecInfo::from_bytes(&secinfo).flags;
    let mut content = m.read_page(Linear(pageinfo.srcpge))?;
    let Some(state) = m.secs.get(&secs) else {
        return Err(x86::pf(pageinfo.secs).into());
    };
    let mut rwx = SecInfoFlags::from_bits(flags.bits() & SecInfoFlags::RWX.bits());
    if flags.page_type() == PageType::TCS {
        content = thread(&content, &state.fields.attributes.flags, recorder)?;
        // A TCS belongs to the processor: whatever was asked for, software gets no access,
        // and this is also what is measured.
        rwx = SecInfoFlags::NONE;
        secinfo[0] &= !(SecInfoFlags::RWX.bits() as u8);
    } else {
        let readable = !flags.contains(SecInfoFlags::W) || flags.contains(SecInfoFlags::R);
        recorder.require(&REG_WRITE_NEEDS_READ, readable, GP)?;
    }
    let offset = pageinfo.linaddr.wrapping_sub(state.fields.baseaddr);
    recorder.require(&IN_ELRANGE, offset < state.fields.size, GP)?;
    recorder.require(&NOT_INIT, !state.is_init(), GP)?;
    let record = measure::eadd_record(offset, &secinfo);
    let entry = EpcmEntry::new(flags.page_type(), rwx, Some(secs), Linear(pageinfo.linaddr));
    commit(m, page, secs, EpcSlot { entry, content }, &record, recorder);
    Ok(())
}

/// The checks of addresses, SECINFO and the two EPC pages.
fn operands<R: Recorder>(
    m: &Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(EpcPage, EpcPage, PageInfo, [u8; 64]), Stop> {
    recorder.require(&PAGEINFO_ALIGNED, aligned(registers.rbx, 32), GP)?;
    recorder.require(&PAGE_ALIGNED, aligned(registers.rcx, 4096), GP)?;
    let page = resolve(m, recorder, &PAGE_IN_EPC, registers.rcx)?;
    let mut pageinfo = [0; 32];
    m.read_operand(Linear(registers.rbx), &mut pageinfo)?;
    let pageinfo = PageInfo::from_bytes(&pageinfo);
    let sources = aligned(pageinfo.srcpge | pageinfo.secs | pageinfo.linaddr, 4096)
        && aligned(pageinfo.secinfo_or_pcmd, 64);
    recorder.require(&SOURCES_ALIGNED, sources, GP)?;
    let secs = resolve(m, recorder, &SECS_IN_EPC, pageinfo.secs)?;
    let mut secinfo = [0; 64];
    m.read_operand(Linear(pageinfo.secinfo_or_pcmd), &mut secinfo)?;
    let page_type = SecInfo::from_bytes(&secinfo).flags.page_type();
    let legal = SecInfo::is_reserved_zero(&secinfo)
        && (page_type == PageType::REG || page_type == PageType::TCS);
    recorder.require(&SECINFO_LEGAL, legal, GP)?;
    recorder.require(&PAGE_NOT_IN_USE, !m.is_held(page), GP)?;
    recorder.require(&PAGE_FREE, m.epcm(page).is_none(), x86::pf(registers.rcx))?;
    recorder.require(&SECS_NOT_IN_USE, !m.is_held(secs), GP)?;
    let is_secs = m.epcm(secs).is_some_and(|e| e.page_type == PageType::SECS);
    recorder.require(&SECS_VALID, is_secs, x86::pf(pageinfo.secs))?;
    Ok((page, secs, pageinfo, secinfo))
}

/// The checks of a TCS; gives it as it lies in the EPC: STATE, CSSA and AEP zero, DBGOPTIN off.
fn thread<R: Recorder>(
    content: &Page,
    attributes: &AttributesFlags,
    recorder: &mut R,
) -> Result<Page, Stop> {
    let bytes = content.bytes();
    let zero = Tcs::LAYOUT
        .reserved_violation_without(&bytes, &["CET"])
        .is_none();
    recorder.require(&TCS_RESERVED, zero, GP)?;
    let mut tcs = Tcs::from_bytes(&bytes);
    let ends = |limit: u32| limit & 0xfff == 0xfff;
    let limits =
        attributes.contains(AttributesFlags::MODE64BIT) || (ends(tcs.fslimit) && ends(tcs.gslimit));
    recorder.require(&TCS_LIMITS, limits, GP)?;
    tcs.state = 0;
    tcs.cssa = 0;
    tcs.aep = 0;
    tcs.flags = tcs.flags.without(TcsFlags::DBGOPTIN);
    Ok(Page::from_bytes(&tcs.encode()))
}

/// Copies the page, sets the EPCM entry and measures.
fn commit<R: Recorder>(
    m: &mut Machine,
    page: EpcPage,
    secs: EpcPage,
    slot: EpcSlot,
    record: &[u8; 64],
    recorder: &mut R,
) {
    recorder.write(m.epc_place(page, 0, 4096), || {
        (
            Value::None,
            Value::Words(super::super::words::page_digest(&slot.content)),
        )
    });
    recorder.write(Machine::epcm_place(page), || {
        (Value::None, m.entry_words(&slot.entry))
    });
    m.epc.insert_mut(page.0, slot);
    if let Some(state) = m.secs.get_mut(&secs) {
        state.children += 1;
    }
    m.measure(recorder, secs, record, &[]);
}
