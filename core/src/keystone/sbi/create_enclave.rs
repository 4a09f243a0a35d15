//! create_enclave: memory that the host has filled is taken from it, closed by PMP, and measured.

use super::super::hart::{Context, PmpIpi};
use super::super::machine::{ENCLAVES, Enclave, Machine, State, Waiting};
use super::super::measure::current::{Files, measure};
use super::super::os::{load_fault, store_fault};
use super::super::pmp_regions::Priority;
use super::super::pmp_write::NO_PERM;
use super::super::status;
use super::super::structs::CreateArgs;
use super::After;
use crate::rules;
use crate::trace::{Event, Recorder, Stop, Value};

const VALID: &str = "keystone sm/src/enclave.c, is_create_args_valid";
const CREATE: &str = "keystone sm/src/enclave.c, create_enclave";

rules! {
    ARGUMENT = "CREATE.argument-readable": "The host may read its own argument, 64 bytes at a0", "keystone sm/src/sm-sbi.c, copy_enclave_create_args";
    EPM_SIZE = "CREATE.epm-size": "The private memory has a size, and its end does not pass 2^64", VALID;
    UTM_SIZE = "CREATE.utm-size": "The shared buffer has a size, and its end does not pass 2^64", VALID;
    RUNTIME_INSIDE = "CREATE.runtime-inside": "The runtime starts in the private memory", VALID;
    USER_INSIDE = "CREATE.user-inside": "The application starts in the private memory", VALID;
    FREE_INSIDE = "CREATE.free-inside": "Free memory starts in the private memory or at its end", VALID;
    RUNTIME_FIRST = "CREATE.runtime-before-user": "The runtime does not start after the application", VALID;
    USER_FIRST = "CREATE.user-before-free": "The application does not start after free memory", VALID;
    EID_FREE = "CREATE.identifier-free": "One of the 16 identifiers is free", CREATE;
    DRAM = "CREATE.memory-there": "There is DRAM where the shared buffer and the three files are; else machine mode itself takes an access fault", CREATE;
}

/// Carries out create_enclave with the argument at `pointer`; gives the identifier.
pub(super) fn create_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    pointer: u64,
    recorder: &mut R,
) -> Result<After, Stop> {
    let bytes = m.copy_in(hart, pointer, CreateArgs::SIZE);
    let bytes: Option<[u8; CreateArgs::SIZE]> = bytes.and_then(|b| b.try_into().ok());
    recorder.require(&ARGUMENT, bytes.is_some(), status::REGION_OVERLAPS)?;
    let args = CreateArgs::from_bytes(&bytes.unwrap_or([0; CreateArgs::SIZE]));
    check(&args, recorder)?;
    let eid = (0..ENCLAVES).find(|n| m.enclave(*n).is_none());
    recorder.require(&EID_FREE, eid.is_some(), status::NO_FREE_RESOURCE)?;
    let Some(eid) = eid else {
        return Err(status::NO_FREE_RESOURCE.into());
    };
    allocate(m, eid, args, recorder)?;
    let Some(region) = m.enclave(eid).and_then(|e| m.region(e.epm)) else {
        return Err(status::UNKNOWN_ERROR.into());
    };
    let ipi = PmpIpi {
        region,
        perm: Some(NO_PERM),
    };
    if m.pmp_everywhere(hart, ipi, recorder) {
        m.monitor.waiting = Some(Waiting {
            hart,
            eid,
            creates: true,
        });
        return Ok(After::Waits);
    }
    Ok(After::Returned(finish(m, eid, recorder)?))
}

/// What is wrong with the argument by itself.
fn check<R: Recorder>(args: &CreateArgs, recorder: &mut R) -> Result<(), Stop> {
    let bad = status::ILLEGAL_ARGUMENT;
    let a = args;
    let ends = |base: u64, size: u64| base.checked_add(size).filter(|_| size > 0);
    let (epm_end, utm_end) = (ends(a.epm_paddr, a.epm_size), ends(a.utm_paddr, a.utm_size));
    recorder.require(&EPM_SIZE, epm_end.is_some(), bad)?;
    recorder.require(&UTM_SIZE, utm_end.is_some(), bad)?;
    let epm = a.epm_paddr..epm_end.unwrap_or(0);
    recorder.require(&RUNTIME_INSIDE, epm.contains(&a.runtime_paddr), bad)?;
    recorder.require(&USER_INSIDE, epm.contains(&a.user_paddr), bad)?;
    let free = epm.contains(&a.free_paddr) || a.free_paddr == epm.end;
    recorder.require(&FREE_INSIDE, free, bad)?;
    recorder.require(&RUNTIME_FIRST, a.runtime_paddr <= a.user_paddr, bad)?;
    recorder.require(&USER_FIRST, a.user_paddr <= a.free_paddr, bad)
}

/// Takes the identifier and both regions; what was taken is given back when something fails.
fn allocate<R: Recorder>(
    m: &mut Machine,
    eid: u8,
    args: CreateArgs,
    recorder: &mut R,
) -> Result<(), Stop> {
    let epm = m.region_init(
        (args.epm_paddr, args.epm_size),
        Priority::Any,
        false,
        recorder,
    )?;
    let utm = m.region_init(
        (args.utm_paddr, args.utm_size),
        Priority::Bottom,
        false,
        recorder,
    );
    let utm = match utm {
        Ok(utm) => utm,
        Err(stop) => {
            m.region_free(epm, recorder);
            return Err(stop);
        }
    };
    let serial = m.monitor.created;
    m.monitor.created += 1;
    recorder.write(Machine::enclave_place(eid), || {
        (Value::None, Value::Words(State::Allocated.name().into()))
    });
    let enclave = Enclave {
        serial,
        state: State::Allocated,
        exited: false,
        args,
        epm,
        utm: Some(utm),
        hash: [0; 64],
        threads: 0,
        context: Context::starting(args.epm_paddr),
    };
    m.monitor.enclaves.insert_mut(eid, enclave);
    Ok(())
}

/// The rest, once no hart can touch the private memory any more: the shared buffer is zeroed and the
/// enclave measured. Gives its identifier.
pub(in super::super) fn finish<R: Recorder>(
    m: &mut Machine,
    eid: u8,
    recorder: &mut R,
) -> Result<u64, Stop> {
    let Some((a, serial)) = m.enclave(eid).map(|e| (e.args, e.serial)) else {
        return Ok(0);
    };
    let buffer = m.platform.is_memory(a.utm_paddr, a.utm_size);
    recorder.require(&DRAM, buffer, store_fault(a.utm_paddr))?;
    let files = a.free_paddr.wrapping_sub(a.epm_paddr);
    let files = files == 0 || m.platform.is_memory(a.epm_paddr, files);
    recorder.require(&DRAM, files, load_fault(a.epm_paddr))?;
    m.zero(a.utm_paddr, a.utm_size, recorder);
    let files = Files {
        epm: a.epm_paddr,
        runtime: a.runtime_paddr,
        user: a.user_paddr,
        free: a.free_paddr,
    };
    let hash = measure(&m.ram, &files, Machine::hash_place(serial), recorder);
    if let Some(e) = m.monitor.enclaves.get_mut(&eid) {
        e.hash = hash;
    }
    m.set_state(eid, State::Fresh, recorder);
    Ok(u64::from(eid))
}

impl Machine {
    /// Moves an enclave to another state.
    pub(in super::super) fn set_state<R: Recorder>(
        &mut self,
        eid: u8,
        to: State,
        recorder: &mut R,
    ) {
        let Some(e) = self.monitor.enclaves.get_mut(&eid) else {
            return;
        };
        let from = core::mem::replace(&mut e.state, to);
        let words = |s: State| Value::Words(s.name().into());
        recorder.write(Self::enclave_place(eid), || (words(from), words(to)));
        recorder.tell(|| Event::Transition {
            what: "enclave",
            from: from.name(),
            to: to.name(),
        });
    }
}
