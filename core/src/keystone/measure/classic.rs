//! The measurement until December 2023: a walk of the enclave's page tables, which refuses those
//! that map a page twice or lead where they must not.

use super::Running;
use crate::memory::{PAGE, Physical, Ram};
use crate::rules;
use crate::text;
use crate::trace::{Place, Recorder, Rule};

const WALK: &str = "keystone sm/src/attest.c (54a7e59), validate_and_hash_epm";

rules! {
    IN_EPM = "MEASURE-CLASSIC.in-epm": "A page-table entry leads into the enclave's private memory; that of a page may lead into the shared buffer", WALK;
    USER_BIT = "MEASURE-CLASSIC.user-bit": "A page of the application has the U bit in its entry", WALK;
    UNTRUSTED_IN_UTM = "MEASURE-CLASSIC.untrusted-in-utm": "An address in the untrusted range leads into the shared buffer", WALK;
    RUNTIME_RISES = "MEASURE-CLASSIC.runtime-rises": "Pages of the runtime lie in memory in the order of their addresses, none twice", WALK;
    USER_RISES = "MEASURE-CLASSIC.user-rises": "Pages of the application lie in memory in the order of their addresses, none twice", WALK;
    KNOWN_PAGE = "MEASURE-CLASSIC.known-page": "A page belongs to the runtime, to the application or to the shared buffer", WALK;
    BOUNDED = "MEASURE-CLASSIC.bounded": "The walk ends within 65,536 page-table entries and pages", "model: the monitor has no such bound and would go on";
}

/// How many entries and pages the walk may look at before it is given up.
const BOUND: u32 = 1 << 16;

/// What the monitor knew of an enclave when it measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Enclave private memory: start and size in bytes.
    pub epm: (u64, u64),
    /// The shared buffer: start and size in bytes.
    pub utm: (u64, u64),
    /// The root page table.
    pub root: u64,
    /// Where the runtime's pages start.
    pub runtime: u64,
    /// Where the application's pages start.
    pub user: u64,
    /// Where free memory starts.
    pub free: u64,
    /// The four parameters: entry of the runtime, entry of the application, address and size of the
    /// untrusted range, as the enclave sees them.
    pub params: [u64; 4],
}

/// SHA3-512 over the four parameters and what the page tables map, told step by step. Before each
/// stretch of mapped pages its first address is taken in. `digest` is where the running value lives.
///
/// # Errors
/// The rule that the page tables break; the monitor answers 100015.
pub fn measure<R: Recorder>(
    ram: &Ram,
    layout: &Layout,
    digest: Place,
    recorder: &mut R,
) -> Result<[u8; 64], &'static Rule> {
    let mut running = Running::new(digest, recorder);
    let [runtime, user, untrusted, size] = layout.params;
    running.words(&[
        (
            text!("keystone.classic.runtime", "entry of the runtime"),
            runtime,
        ),
        (
            text!("keystone.classic.user", "entry of the application"),
            user,
        ),
        (
            text!(
                "keystone.classic.untrusted",
                "address of the untrusted range"
            ),
            untrusted,
        ),
        (
            text!(
                "keystone.classic.untrusted-size",
                "size of the untrusted range"
            ),
            size,
        ),
    ]);
    let mut walk = Walk {
        ram,
        layout,
        contiguous: false,
        runtime_seen: 0,
        user_seen: 0,
        work: 0,
    };
    walk.table(&mut running, 3, layout.root, 0)?;
    Ok(running.sponge.finish())
}

struct Walk<'a> {
    ram: &'a Ram,
    layout: &'a Layout,
    /// Whether the page before in the order of addresses was mapped.
    contiguous: bool,
    /// The highest page of the runtime so far.
    runtime_seen: u64,
    /// The highest page of the application so far.
    user_seen: u64,
    work: u32,
}

/// PTE.U.
const USER: u64 = 1 << 4;

impl Walk<'_> {
    fn require<R: Recorder>(
        &self,
        running: &mut Running<'_, R>,
        rule: &'static Rule,
        held: bool,
    ) -> Result<(), &'static Rule> {
        running.recorder().check(rule, held, || None);
        if held { Ok(()) } else { Err(rule) }
    }

    /// The table of a level, 3 at the root, whose entries begin at virtual page `vpn << 9`.
    fn table<R: Recorder>(
        &mut self,
        running: &mut Running<'_, R>,
        level: u8,
        at: u64,
        vpn: u64,
    ) -> Result<(), &'static Rule> {
        let mut table = [0; PAGE];
        self.ram.read(Physical(at), &mut table);
        for (i, entry) in table.as_chunks().0.iter().enumerate() {
            let entry = u64::from_le_bytes(*entry);
            if entry == 0 {
                self.contiguous = false;
                continue;
            }
            self.work += 1;
            if self.work > BOUND {
                return self.require(running, &BOUNDED, false);
            }
            let to = entry >> 10 << 12;
            let utm = within(to, self.layout.utm);
            let inside = within(to, self.layout.epm) || utm && level == 1;
            self.require(running, &IN_EPM, inside)?;
            // The address is extended by its highest bit.
            let high = level == 3 && i >= 256;
            let above = if high { u64::MAX } else { vpn };
            let vpn = above << 9 | i as u64;
            match level {
                1 => self.page(running, entry, to, vpn << 12)?,
                _ => self.table(running, level - 1, to, vpn)?,
            }
        }
        Ok(())
    }

    /// One mapped page.
    fn page<R: Recorder>(
        &mut self,
        running: &mut Running<'_, R>,
        entry: u64,
        to: u64,
        va: u64,
    ) -> Result<(), &'static Rule> {
        let l = self.layout;
        if !self.contiguous {
            running.words(&[(
                text!("keystone.classic.va", "first address of a stretch"),
                va,
            )]);
            self.contiguous = true;
        }
        let (runtime, user) = (l.runtime <= to && to < l.user, l.user <= to && to < l.free);
        let utm = within(to, l.utm);
        self.require(running, &USER_BIT, !user || entry & USER != 0)?;
        let untrusted = within(va, (l.params[2], l.params[3]));
        self.require(running, &UNTRUSTED_IN_UTM, !untrusted || utm)?;
        if runtime {
            self.require(running, &RUNTIME_RISES, to > self.runtime_seen)?;
            self.runtime_seen = to;
        } else if user {
            self.require(running, &USER_RISES, to > self.user_seen)?;
            self.user_seen = to;
        } else {
            self.require(running, &KNOWN_PAGE, utm)?;
        }
        running.page(self.ram, Physical(to), || {
            text!(
                "keystone.classic.page",
                "page at {at}",
                at = crate::bytes::hex::addr(va)
            )
        });
        Ok(())
    }
}

/// Whether an address lies in a range of that start and size; a range beyond the last address is
/// taken as the monitor's sum has it.
fn within(at: u64, (start, size): (u64, u64)) -> bool {
    at >= start && at < start.wrapping_add(size)
}
