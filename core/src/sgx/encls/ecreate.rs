//! ECREATE: a free EPC page becomes the SECS of a new enclave.

use alloc::rc::Rc;

use super::super::machine::{EpcPage, EpcSlot, EpcmEntry, Machine, SecsState};
use super::super::measure;
use super::super::structs::{
    AttributesFlags, Miscselect, PageInfo, PageType, SecInfo, SecInfoFlags, Secs,
};
use super::{GP, Registers, aligned, resolve};
use crate::arch::x86;
use crate::crypto::sha256::Midstate;
use crate::memory::{Linear, Page};
use crate::rules;
use crate::text;
use crate::trace::{Event, Recorder, Stop, Value};

const ALL: &str = "Intel SDM vol. 3D, ECREATE, Operation";

rules! {
    PAGEINFO_ALIGNED = "ECREATE.pageinfo-aligned": "RBX, the address of PAGEINFO, is a multiple of 32", ALL;
    PAGE_ALIGNED = "ECREATE.page-aligned": "RCX, the address of the EPC page, is a multiple of 4,096", ALL;
    PAGE_IN_EPC = "ECREATE.page-in-epc": "RCX resolves into the EPC", ALL;
    SOURCES_ALIGNED = "ECREATE.sources-aligned": "PAGEINFO.SRCPGE is a multiple of 4,096 and PAGEINFO.SECINFO of 64", ALL;
    LINADDR_SECS_ZERO = "ECREATE.linaddr-and-secs-zero": "PAGEINFO.LINADDR and PAGEINFO.SECS are zero: a SECS has no address in the enclave and no SECS of its own", ALL;
    SECINFO_IS_SECS = "ECREATE.secinfo-pt-secs": "SECINFO's reserved bits are zero and its PAGE_TYPE is PT_SECS", ALL;
    PAGE_NOT_IN_USE = "ECREATE.page-not-in-use": "No other logical processor is working on the EPC page", ALL;
    PAGE_FREE = "ECREATE.page-free": "The EPC page is free: EPCM.VALID is 0", ALL;
    XFRM_LEGAL = "ECREATE.xfrm-legal": "ATTRIBUTES.XFRM has its low two bits set and is a combination that XCR0 could hold on this processor", ALL;
    MISCSELECT_SUPPORTED = "ECREATE.miscselect-supported": "MISCSELECT asks only for what this processor can save", ALL;
    SSAFRAMESIZE_ENOUGH = "ECREATE.ssaframesize-enough": "SSAFRAMESIZE pages hold the XSAVE area of XFRM, the MISC area and the 184 bytes of GPRSGX", ALL;
    BASEADDR_CANONICAL = "ECREATE.baseaddr-canonical": "BASEADDR is canonical; outside 64-bit mode its upper 32 bits are zero", ALL;
    SIZE_WITHIN_LIMIT = "ECREATE.size-within-limit": "SIZE is below the limit of CPUID.12H for the enclave's mode", ALL;
    SIZE_POWER_OF_TWO = "ECREATE.size-power-of-two": "SIZE is at least two pages and a power of two", ALL;
    BASEADDR_ALIGNED = "ECREATE.baseaddr-aligned": "BASEADDR is a multiple of SIZE", ALL;
    ATTRIBUTES_ALLOWED = "ECREATE.attributes-allowed": "ATTRIBUTES asks only for what this processor has; INIT is not for software to set", ALL;
    RESERVED_ZERO = "ECREATE.reserved-zero": "The reserved fields of the SECS are zero", ALL;
    CONFIG_NEEDS_KSS = "ECREATE.config-needs-kss": "Without the attribute KSS, CONFIGID and CONFIGSVN are zero", ALL;
}

/// Bytes of GPRSGX. One table of the manual prints 176; the fields add up to 184.
pub const GPRSGX_SIZE: u64 = 184;

/// Bytes of the MISC area for EXINFO.
const EXINFO_SIZE: u64 = 16;

/// Carries out ECREATE with RBX = PAGEINFO and RCX = the EPC page.
pub(in super::super) fn ecreate<R: Recorder>(
    m: &mut Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    let (page, source) = operands(m, registers, recorder)?;
    let secs = Secs::from_bytes(&source);
    attributes(m, &secs, recorder)?;
    range(m, &secs, recorder)?;
    recorder.require(&ATTRIBUTES_ALLOWED, m.platform.allows(&secs.attributes), GP)?;
    recorder.require(&RESERVED_ZERO, reserved_zero(m, &source), GP)?;
    let config = secs.configid != [0; 64] || secs.configsvn != 0;
    let kss = secs.attributes.flags.contains(AttributesFlags::KSS);
    recorder.require(&CONFIG_NEEDS_KSS, kss || !config, GP)?;
    commit(m, page, secs, recorder);
    Ok(())
}

/// The checks of addresses, SECINFO and the EPC page; gives the page and the SECS to copy.
fn operands<R: Recorder>(
    m: &Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(EpcPage, [u8; 4096]), Stop> {
    recorder.require(&PAGEINFO_ALIGNED, aligned(registers.rbx, 32), GP)?;
    recorder.require(&PAGE_ALIGNED, aligned(registers.rcx, 4096), GP)?;
    let page = resolve(m, recorder, &PAGE_IN_EPC, registers.rcx)?;
    let mut pageinfo = [0; 32];
    m.read_operand(Linear(registers.rbx), &mut pageinfo)?;
    let pageinfo = PageInfo::from_bytes(&pageinfo);
    let sources = aligned(pageinfo.srcpge, 4096) && aligned(pageinfo.secinfo_or_pcmd, 64);
    recorder.require(&SOURCES_ALIGNED, sources, GP)?;
    let zero = pageinfo.linaddr == 0 && pageinfo.secs == 0;
    recorder.require(&LINADDR_SECS_ZERO, zero, GP)?;
    let mut secinfo = [0; 64];
    m.read_operand(Linear(pageinfo.secinfo_or_pcmd), &mut secinfo)?;
    let is_secs = SecInfo::is_reserved_zero(&secinfo)
        && SecInfo::from_bytes(&secinfo).flags.page_type() == PageType::SECS;
    recorder.require(&SECINFO_IS_SECS, is_secs, GP)?;
    recorder.require(&PAGE_NOT_IN_USE, !m.is_held(page), GP)?;
    recorder.require(&PAGE_FREE, m.epcm(page).is_none(), x86::pf(registers.rcx))?;
    let mut source = [0; 4096];
    m.read_operand(Linear(pageinfo.srcpge), &mut source)?;
    Ok((page, source))
}

/// The checks of XFRM, MISCSELECT and SSAFRAMESIZE.
fn attributes<R: Recorder>(m: &Machine, secs: &Secs, recorder: &mut R) -> Result<(), Stop> {
    let xfrm = secs.attributes.xfrm.bits();
    let legal = x86::is_legal_xfrm(xfrm) && xfrm & !m.platform.xfrm == 0;
    recorder.require(&XFRM_LEGAL, legal, GP)?;
    let misc = secs.miscselect.bits() & !m.platform.miscselect.bits() == 0;
    recorder.require(&MISCSELECT_SUPPORTED, misc, GP)?;
    let frame = u64::from(secs.ssaframesize) * 4096;
    let needs = x86::xsave_size(xfrm)
        + GPRSGX_SIZE
        + match secs.miscselect.contains(Miscselect::EXINFO) {
            true => EXINFO_SIZE,
            false => 0,
        };
    recorder.compare(
        &SSAFRAMESIZE_ENOUGH,
        frame >= needs,
        || crate::trace::Compared {
            wanted_is: text!("ecreate.frame-needs", "bytes a frame needs"),
            wanted: Value::from(needs),
            found_is: text!("ecreate.frame-has", "bytes of SSAFRAMESIZE pages"),
            found: Value::from(frame),
        },
        GP,
    )
}

/// The checks of BASEADDR and SIZE.
fn range<R: Recorder>(m: &Machine, secs: &Secs, recorder: &mut R) -> Result<(), Stop> {
    let wide = secs.attributes.flags.contains(AttributesFlags::MODE64BIT);
    let canonical = if wide {
        x86::is_canonical(secs.baseaddr)
    } else {
        secs.baseaddr >> 32 == 0
    };
    recorder.require(&BASEADDR_CANONICAL, canonical, GP)?;
    let limit = if wide {
        m.platform.max_size_64
    } else {
        m.platform.max_size_32
    };
    recorder.require(&SIZE_WITHIN_LIMIT, secs.size < 1_u64 << limit, GP)?;
    let shape = secs.size >= 8192 && secs.size.is_power_of_two();
    recorder.require(&SIZE_POWER_OF_TWO, shape, GP)?;
    recorder.require(&BASEADDR_ALIGNED, secs.baseaddr & (secs.size - 1) == 0, GP)
}

/// Whether the reserved fields are zero, those of extensions the processor lacks among them.
fn reserved_zero(m: &Machine, source: &[u8; 4096]) -> bool {
    let absent: &[&str] = if m.platform.kss {
        &["CET"]
    } else {
        &["CET", "KSS"]
    };
    Secs::LAYOUT
        .reserved_violation_without(source, absent)
        .is_none()
}

/// Makes the SECS: fields, measurement with its first record, EPCM entry.
fn commit<R: Recorder>(m: &mut Machine, page: EpcPage, mut secs: Secs, recorder: &mut R) {
    secs.isvprodid = 0;
    secs.isvsvn = 0;
    secs.mrsigner = [0; 32];
    let record = measure::ecreate_record(secs.ssaframesize, secs.size);
    let eid = m.next_eid;
    m.next_eid += 1;
    let mut state = SecsState {
        fields: secs,
        measurement: Midstate::new(),
        eid,
        children: 0,
        active: 0,
        padding: Rc::from([]),
        ids: [[0; 16]; 2],
        assumed: None,
    };
    let whole = m.epc_place(page, 0, 4096);
    recorder.write(whole, || {
        (
            Value::None,
            Value::Words(text!(
                "ecreate.secs-made",
                "the SECS, enclave number {eid}",
                eid = eid
            )),
        )
    });
    measure::absorb(recorder, m.mrenclave_place(page), &mut state, &record, &[]);
    m.secs.insert_mut(page, state);
    let entry = EpcmEntry::new(PageType::SECS, SecInfoFlags::NONE, None, Linear(0));
    recorder.write(Machine::epcm_place(page), || {
        (Value::None, m.entry_words(&entry))
    });
    m.epc.insert_mut(
        page.0,
        EpcSlot {
            entry,
            content: Page::Zero,
        },
    );
    recorder.tell(|| Event::Transition {
        what: "enclave",
        from: "none",
        to: "created",
    });
}
