//! Boot: the boot ROM measures and makes keys, OpenSBI guards itself, the security monitor takes over.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::faults::Faults;
use super::hart::{Context, HOST_MIDELEG, HOST_PC, HOST_VECTOR};
use super::keys::{Identity, Keys, SeedFrom, TEST_DEVICE};
use super::machine::{Machine, Stage};
use super::platform::Kind;
use super::pmp_regions::Priority;
use super::pmp_write::{ALL_PERM, NO_PERM, OS_REGION, SM_REGION};
use super::status::NOTHING;
use super::structs::BootBlock;
use crate::arch::riscv::Privilege;
use crate::memory::Physical;
use crate::rules;
use crate::text;
use crate::trace::{Event, Place, Recorder, Stop, Value};

rules! {
    IN_ORDER = "BOOT.in-order": "The boot ROM runs first, then OpenSBI, then the security monitor, each once", "keystone bootrom and sm/src/sm-sbi-opensbi.c";
    BOOTED = "BOOT.done": "The machine has booted", "keystone sm/src/sm.c, sm_init";
}

/// The bits of pmpaddr: what OpenSBI writes to find out which there are.
const PMPADDR_BITS: u64 = (1 << 54) - 1;

impl Machine {
    /// The boot ROM, at 0x1000: copies the device key, measures the firmware, makes the monitor's
    /// keys and signs.
    pub(super) fn bootrom<R: Recorder>(&mut self, recorder: &mut R) -> Result<(), Stop> {
        self.stage_is(Stage::Reset, recorder)?;
        if self.platform.kind == Kind::Generic {
            let hash = self.platform.sm_hash(&self.ram);
            recorder.tell(|| Event::Derive {
                key: super::keys::firmware_hash(),
                from: alloc::vec![(
                    text!("keystone.boot.memory", "SHA3-512 of the memory"),
                    Value::Words(text!(
                        "keystone.boot.range",
                        "0x8000_0000 to 0x801f_f000, {n} bytes",
                        n = BootBlock::MEASURED
                    )),
                )],
                value: Value::from(&hash[..]),
            });
            let from = match self.platform.has(Faults::SM_KEY) {
                true => SeedFrom::OneByteEach,
                false => SeedFrom::AllBytes,
            };
            let identity = Identity::boot(&TEST_DEVICE, hash, from, recorder);
            let block = identity.block(from).encode();
            recorder.write(Place::new("ram", BootBlock::AT, block.len() as u64), || {
                (
                    Value::None,
                    Value::Words(text!(
                        "keystone.boot.block",
                        "keys, measurement and signature"
                    )),
                )
            });
            self.ram.write(Physical(BootBlock::AT), &block);
            self.monitor.identity = Some(Rc::new(identity));
        } else {
            // These boards have no such boot ROM: their monitor is built with keys of zeros.
            let zero = Keys {
                public: [0; 32],
                secret: [0; 64],
            };
            self.monitor.identity = Some(Rc::new(Identity {
                device: zero,
                sm_hash: [0; 64],
                sm: zero,
                sm_signature: [0; 64],
            }));
            recorder.tell(|| Event::Derive {
                key: text!(
                    "keystone.boot.no-keys",
                    "keys and measurement of the monitor"
                ),
                from: Vec::new(),
                value: Value::Words(text!(
                    "keystone.boot.zeros",
                    "all zero: this board has no boot ROM that makes them"
                )),
            });
        }
        self.monitor.stage = Stage::Measured;
        Ok(())
    }

    fn stage_is<R: Recorder>(&self, stage: Stage, recorder: &mut R) -> Result<(), Stop> {
        recorder.require(&IN_ORDER, self.monitor.stage == stage, NOTHING)
    }

    /// OpenSBI finds out which PMP registers there are, then sets three entries: the timer's
    /// registers and its own memory closed, everything else open.
    pub(super) fn opensbi<R: Recorder>(&mut self, recorder: &mut R) -> Result<(), Stop> {
        self.stage_is(Stage::Measured, recorder)?;
        for hart in self.hart_numbers() {
            self.write_pmpcfg(hart, 0, 0, recorder);
            self.write_pmpaddr(hart, 0, PMPADDR_BITS, recorder);
            for entry in 0..self.platform.implemented {
                let before = self.hart(hart).map_or(0, |h| h.pmp.addr(entry));
                self.write_pmpaddr(hart, entry, PMPADDR_BITS, recorder);
                self.write_pmpaddr(hart, entry, before, recorder);
            }
            // CLINT, 64 KiB from 0x2000000; firmware, 512 KiB from 0x80000000; all the rest.
            for (entry, addr, cfg) in [
                (0, 0x80_1fff, 0x18),
                (1, 0x2000_ffff, 0x18),
                (2, u64::MAX, 0x1f),
            ] {
                self.write_entry(hart, entry, (addr, cfg), recorder);
            }
        }
        self.monitor.stage = Stage::Firmware;
        Ok(())
    }

    /// The security monitor takes region 0 for itself and region 1 for the operating system, and
    /// clears the PMP for them.
    pub(super) fn sm_init<R: Recorder>(&mut self, recorder: &mut R) -> Result<(), Stop> {
        self.stage_is(Stage::Firmware, recorder)?;
        let own = (self.platform.dram.0, self.platform.sm_size);
        self.region_init(own, Priority::Top, false, recorder)?;
        self.region_init((0, u64::MAX), Priority::Bottom, true, recorder)?;
        for hart in self.hart_numbers() {
            self.pmp_init(hart, recorder);
            for (region, perm) in [(SM_REGION, NO_PERM), (OS_REGION, ALL_PERM)] {
                if let Some(region) = self.region(region) {
                    self.pmp_set(hart, &region, perm, recorder);
                }
            }
            if let Some(h) = self.harts.get_mut(&hart) {
                h.mode = Privilege::Supervisor;
                h.mideleg = HOST_MIDELEG;
                h.mtvec = HOST_VECTOR;
                h.context = linux(hart);
            }
        }
        self.monitor.stage = Stage::Ready;
        recorder.tell(|| Event::Transition {
            what: "hart",
            from: "machine",
            to: "host",
        });
        Ok(())
    }

    /// Clears the entries one by one. Upstream gathers what is to stay in one variable and never
    /// empties it, so what the first write kept comes back with every later one.
    fn pmp_init<R: Recorder>(&mut self, hart: u8, recorder: &mut R) {
        let gathers = self.platform.has(Faults::PMP_INIT);
        let mut stays = 0;
        for entry in 0..self.platform.entries {
            let register = entry / 8 * 2;
            let held = self.hart(hart).map_or(0, |h| h.pmp.cfg_register(register));
            let kept = held & !(0xff << (8 * (u32::from(entry) % 8)));
            stays = if gathers { stays | kept } else { kept };
            self.write_pmpaddr(hart, entry, 0, recorder);
            self.write_pmpcfg(hart, register, stays, recorder);
        }
    }

    /// The numbers of all harts.
    pub(super) fn hart_numbers(&self) -> Vec<u8> {
        self.harts.iter().map(|(n, _)| *n).collect()
    }
}

/// Linux as it runs on a hart (model: plausible values, so that the switch has something to save).
fn linux(hart: u8) -> Context {
    let mut context = Context::starting(HOST_PC);
    context.x[2] = 0x8180_0000 + (u64::from(hart) << 14);
    for (number, value) in [
        (0x104, HOST_MIDELEG),
        (0x105, 0x8020_2000),
        (0x106, 7),
        (0x140, 0x8190_0000 + u64::from(hart) * 0x100),
    ] {
        context.set_csr(number, value);
    }
    context
}
