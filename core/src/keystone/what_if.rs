//! Changes worth trying, offered at the step they fit.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::host::Call;
use super::machine::Machine;
use super::op::Op;
use super::structs::CreateArgs;
use super::{op_print, sbi};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Edit, EditAction, OpText, WhatIf};

impl Machine {
    /// What is worth trying at an operation whose step is labelled `label`.
    pub(super) fn worth_trying(&self, op: &Op, label: &str) -> Vec<WhatIf> {
        let mut offers = Offers {
            label,
            own: op,
            all: Vec::new(),
        };
        match op {
            Op::Create { hart, args } => offers.at_create(*hart, args, self.platform.dram.0),
            Op::Ecall { hart, id, args } => self.at_call(*hart, *id, args, &mut offers),
            Op::Load { at, len, .. } => {
                let dma = Op::DmaRead { at: *at, len: *len };
                offers.instead(text!("keystone.what-if.dma", "have a device do it"), &dma);
                let other = Op::Load {
                    hart: 0,
                    at: self.platform.dram.0,
                    len: *len,
                };
                let says = text!("keystone.what-if.monitor", "try the monitor’s memory");
                offers.instead(says, &other);
            }
            Op::Store { at, bytes, .. } => {
                let dma = Op::DmaWrite {
                    at: *at,
                    bytes: bytes.clone(),
                };
                offers.instead(text!("keystone.what-if.dma", "have a device do it"), &dma);
            }
            Op::Monitor => offers.before(
                text!(
                    "keystone.what-if.before-monitor",
                    "flip a bit of the firmware’s memory first"
                ),
                "FLIP(at=0x80000000,bit=0)",
            ),
            Op::Host { hart, call } => self.at_host(*hart, call, &mut offers),
            Op::Runtime { hart, call } => {
                for (says, call) in super::runtime::what_ifs(call) {
                    offers.instead(says, &Op::Runtime { hart: *hart, call });
                }
                offers.skip();
            }
            Op::Timer { .. } | Op::Ipi { .. } => offers.skip(),
            _ => {}
        }
        offers.all
    }

    fn at_host(&self, hart: u8, call: &Call, offers: &mut Offers<'_>) {
        match call {
            Call::Create { .. } => {
                let call = Call::Create { pages: 1500 };
                let says = text!(
                    "host.what-if.cma",
                    "ask for 1,500 pages, more than a block has"
                );
                offers.instead(says, &Op::Host { hart, call });
            }
            Call::UtmInit { .. } | Call::Copy { .. } => offers.skip(),
            Call::Finalize { ueid } => {
                if let Some(handle) = self.driver.enclaves.get(ueid) {
                    let says = text!("host.what-if.flip", "flip a bit of the loader first");
                    let flip = format!("FLIP(at={})", hex::short(handle.epm));
                    offers.before(says, &flip);
                }
            }
            _ => {}
        }
    }

    fn at_call(&self, hart: u8, id: u64, args: &[u64; 3], offers: &mut Offers<'_>) {
        let named = u8::try_from(args[0]).ok();
        let own = named.and_then(|eid| self.enclave(eid)).map(|e| e.args);
        match (id, own) {
            (sbi::RUN, Some(a)) => {
                let flip = format!("DMAWRITE(at={},hex=13000000)", hex::short(a.runtime_paddr));
                offers.before(
                    text!(
                        "keystone.what-if.dma-code",
                        "have a device change its code first"
                    ),
                    &flip,
                );
                let resume = Op::Ecall {
                    hart,
                    id: sbi::RESUME,
                    args: *args,
                };
                offers.instead(
                    text!("keystone.what-if.resume", "resume it instead"),
                    &resume,
                );
            }
            (sbi::DESTROY, Some(a)) => {
                let read = format!("DMAREAD(at={},len=64)", hex::short(a.epm_paddr));
                offers.before(
                    text!("keystone.what-if.read-first", "have a device read it first"),
                    &read,
                );
                offers.skip();
            }
            (sbi::STOP, _) => {
                let inside = |op: &str| match hart {
                    0 => format!("{op}(at=0x80300000)"),
                    n => format!("{op}(hart={n},at=0x80300000)"),
                };
                offers.before(
                    text!(
                        "keystone.what-if.out",
                        "let the enclave read Linux’s memory first"
                    ),
                    &inside("LOAD"),
                );
                let exit = Op::Ecall {
                    hart,
                    id: sbi::EXIT,
                    args: [0; 3],
                };
                offers.instead(text!("keystone.what-if.exit", "let it exit instead"), &exit);
            }
            (sbi::ATTEST, _) => {
                let other = Op::Ecall {
                    hart,
                    id,
                    args: [0x8030_0000, args[1], args[2]],
                };
                offers.instead(
                    text!(
                        "keystone.what-if.report-out",
                        "have the report written into Linux’s memory"
                    ),
                    &other,
                );
                let none = Op::Ecall {
                    hart,
                    id,
                    args: [args[0], args[1], 0],
                };
                offers.instead(
                    text!("keystone.what-if.no-data", "attest no data at all"),
                    &none,
                );
            }
            (sbi::SEALING_KEY, _) => {
                let other = Op::Ecall {
                    hart,
                    id,
                    args: [0x8030_0000, args[1], args[2]],
                };
                offers.instead(
                    text!(
                        "keystone.what-if.key-out",
                        "have the key written into Linux’s memory"
                    ),
                    &other,
                );
            }
            _ => {}
        }
    }
}

/// Offers at one step.
struct Offers<'a> {
    label: &'a str,
    own: &'a Op,
    all: Vec<WhatIf>,
}

impl Offers<'_> {
    fn offer(&mut self, says: Text, action: EditAction) {
        let step = self.label.to_string();
        self.all.push(WhatIf {
            says,
            edits: vec![Edit { step, action }],
            set: Vec::new(),
        });
    }

    /// Another operation in the step's place, unless it is the step's own.
    fn instead(&mut self, says: Text, op: &Op) {
        if op != self.own {
            self.offer(says, EditAction::Replace(op_print::print(op)));
        }
    }

    /// An operation before the step.
    fn before(&mut self, says: Text, op: &str) {
        if let Ok(op) = OpText::parse(op) {
            self.offer(says, EditAction::Insert(op));
        }
    }

    fn skip(&mut self) {
        self.offer(
            text!("what-if.skip", "leave this step out"),
            EditAction::Remove,
        );
    }

    fn at_create(&mut self, hart: u8, a: &CreateArgs, dram: u64) {
        let mut with = |says: Text, change: fn(&mut CreateArgs, u64)| {
            let mut args = *a;
            change(&mut args, dram);
            self.instead(says, &Op::Create { hart, args });
        };
        with(
            text!(
                "keystone.what-if.three-pages",
                "add three pages, so that it is no power of two"
            ),
            |a, _| a.epm_size = a.epm_size.wrapping_add(0x3000),
        );
        with(
            text!("keystone.what-if.misaligned", "move it by half a page"),
            |a, _| {
                a.epm_paddr = a.epm_paddr.wrapping_add(0x800);
            },
        );
        with(
            text!("keystone.what-if.utm", "make the shared buffer three pages"),
            |a, _| a.utm_size = 0x3000,
        );
        with(
            text!("keystone.what-if.over-monitor", "lay it over the monitor"),
            |a, dram| {
                let shift = |at: u64| at.wrapping_sub(a.epm_paddr).wrapping_add(dram);
                (a.runtime_paddr, a.user_paddr, a.free_paddr, a.epm_paddr) = (
                    shift(a.runtime_paddr),
                    shift(a.user_paddr),
                    shift(a.free_paddr),
                    dram,
                );
            },
        );
        with(
            text!(
                "keystone.what-if.order",
                "put the application before the runtime"
            ),
            |a, _| a.user_paddr = a.epm_paddr,
        );
        let store = format!("STORE(at={},hex=01)", hex::short(a.runtime_paddr));
        self.before(
            text!(
                "keystone.what-if.tamper",
                "let Linux change a byte of the runtime first"
            ),
            &store,
        );
    }
}
