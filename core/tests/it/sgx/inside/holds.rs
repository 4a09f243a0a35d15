//! What must hold after every step of a walk around running enclaves.

use std::collections::BTreeMap;

use teescope_core::memory::Linear;
use teescope_core::sgx::processor::registers;
use teescope_core::sgx::structs::{PageType, SecInfoFlags, Tcs};
use teescope_core::sgx::{EpcPage, Machine};

use super::stroll::MARK;

pub(crate) fn marked(value: u64) -> bool {
    value >> 8 == MARK >> 8
}

/// Whether some eight aligned bytes carry the mark.
pub(crate) fn has_mark(bytes: &[u8]) -> bool {
    bytes
        .chunks_exact(8)
        .any(|b| marked(u64::from_le_bytes(b.try_into().expect("8 bytes"))))
}

/// What must hold in every state.
pub(crate) fn invariants(m: &Machine) -> Result<(), String> {
    let mut inside: BTreeMap<EpcPage, u64> = BTreeMap::new();
    let mut doors: BTreeMap<EpcPage, u64> = BTreeMap::new();
    for (number, cpu) in m.cpus.iter() {
        let wrong = |what: &str| Err(format!("processor {number}: {what}"));
        let Some(own) = &cpu.inside else {
            if !cpu.tlb.is_empty() {
                return wrong("holds translations outside");
            }
            if registers().any(|(_, offset)| marked(cpu.register(offset))) {
                return wrong("shows a marked value outside");
            }
            continue;
        };
        *inside.entry(own.secs).or_default() += 1;
        *doors.entry(own.tcs).or_default() += 1;
        if !m.secs.get(&own.secs).is_some_and(|s| s.is_init()) {
            return wrong("is inside an enclave that is not initialised");
        }
        let owned = |page: &EpcPage, kind| {
            m.epcm(*page)
                .is_some_and(|e| e.page_type == kind && e.secs == Some(own.secs))
        };
        if !owned(&own.tcs, PageType::TCS) || own.frame.is_empty() {
            return wrong("has no door");
        }
        if !own.frame.iter().all(|p| owned(p, PageType::REG)) {
            return wrong("saves into somebody else's page");
        }
        for (page, held) in cpu.tlb.iter() {
            let entry = m.epcm(held.page);
            let fits = entry.is_some_and(|e| {
                e.secs == Some(own.secs)
                    && e.linaddr == Linear(page << 12)
                    && e.page_type == PageType::REG
                    && (!held.writable || e.rwx.contains(SecInfoFlags::W))
                    && (!held.executable || e.rwx.contains(SecInfoFlags::X))
            });
            if !fits {
                return wrong("holds a translation that the EPCM does not allow");
            }
        }
    }
    for (page, secs) in m.secs.iter() {
        if secs.active != inside.get(page).copied().unwrap_or(0) {
            return Err(format!("{} threads in SECS {}", secs.active, page.0));
        }
        let children = m.epc.iter().filter(|(_, s)| s.entry.secs == Some(*page));
        if secs.children != children.count() as u64 {
            return Err(format!("children of SECS {}", page.0));
        }
    }
    for (page, slot) in m.epc.iter() {
        let owner = slot.entry.secs;
        if owner.is_some_and(|secs| !m.secs.contains_key(&secs)) {
            return Err(format!("page {page} has no owner"));
        }
        if slot.entry.page_type == PageType::TCS {
            let tcs = Tcs::from_bytes(&slot.content.bytes());
            let threads = doors.get(&EpcPage(page)).copied().unwrap_or(0);
            if tcs.state != threads || threads > 1 || (tcs.cssa > tcs.nssa) {
                return Err(format!("TCS {page}: {tcs:?}, {threads} threads"));
            }
        }
    }
    Ok(())
}

/// What nobody outside may have got: a byte of the production enclave.
pub(crate) fn confined(m: &Machine) -> Result<(), String> {
    let read = m.debug_read.is_some_and(marked);
    let production = m.secs.get(&EpcPage(0)).is_some();
    if read && production {
        return Err("a debugger read it".into());
    }
    for (number, page) in m.ram.pages() {
        if has_mark(&page.bytes()) {
            return Err(format!("it lies in memory page {number:#x}"));
        }
    }
    for (_, seen) in m.seen.iter() {
        let all = [Some(seen.rip), Some(seen.rax), seen.cr2];
        if all.into_iter().flatten().any(marked) {
            return Err("the operating system was told".into());
        }
    }
    Ok(())
}

/// Whether two states are the same, the driver's buffers in memory left aside.
pub(crate) fn unchanged(a: &Machine, b: &Machine) -> bool {
    a.epc.iter().eq(b.epc.iter())
        && a.cpus == b.cpus
        && a.tables.iter().eq(b.tables.iter())
        && a.debug_read == b.debug_read
        && a.held == b.held
        && a.secs.size() == b.secs.size()
        && a.secs.iter().zip(b.secs.iter()).all(|((p, x), (q, y))| {
            p == q && x.fields == y.fields && (x.active, x.children) == (y.active, y.children)
        })
}
