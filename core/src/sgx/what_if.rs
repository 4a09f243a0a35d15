//! Changes worth trying, offered at the step they fit.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::machine::Machine;
use super::op::{Call, Op};
use super::op_text;
use super::structs::{PageType, SecInfoFlags};
use crate::text;
use crate::text::Text;
use crate::trace::{Edit, EditAction, OpText, WhatIf};

impl Machine {
    /// What is worth trying at an operation whose step is labelled `label`.
    pub(super) fn worth_trying(&self, op: &Op, label: &str) -> Vec<WhatIf> {
        let offer = |says: Text, actions: Vec<EditAction>| WhatIf {
            says,
            edits: actions
                .into_iter()
                .map(|action| Edit {
                    step: label.to_string(),
                    action,
                })
                .collect(),
            set: Vec::new(),
        };
        let insert = |op: &str| EditAction::Insert(OpText::parse(op).unwrap_or_default());
        let instead = |op: Op| op_text::print(&op).map(EditAction::Replace);
        let skip = || {
            offer(
                text!("what-if.skip", "leave this step out"),
                vec![EditAction::Remove],
            )
        };
        let mut all = Vec::new();
        let mut add = |says: Text, action: Option<EditAction>| {
            if let Some(action) = action {
                all.push(offer(says, vec![action]));
            }
        };
        match op {
            Op::Eadd(a) => {
                let mut other = a.clone();
                other.flags = match a.flags.page_type() {
                    PageType::TCS => SecInfoFlags::page(PageType::REG, SecInfoFlags::R),
                    kind => SecInfoFlags::page(kind, SecInfoFlags::W),
                };
                add(
                    text!(
                        "what-if.eadd-flags",
                        "ask for write without read, or for REG instead of TCS"
                    ),
                    instead(Op::Eadd(other)),
                );
                let mut other = a.clone();
                other.offset = a.offset.wrapping_add(0x10_0000_0000);
                add(
                    text!(
                        "what-if.eadd-outside",
                        "put the page outside the enclave’s range"
                    ),
                    instead(Op::Eadd(other)),
                );
                let mut other = a.clone();
                other.call = Call {
                    rcx: Some(self.free_address().wrapping_add(8)),
                    ..Call::default()
                };
                add(
                    text!(
                        "what-if.eadd-unaligned",
                        "pass an EPC address that is not aligned"
                    ),
                    instead(Op::Eadd(other)),
                );
                add(
                    text!("what-if.hold-secs", "another core works on the SECS"),
                    Some(insert("HOLD(secs=yes)")),
                );
                all.push(skip());
            }
            Op::Eextend {
                enclave, offset, ..
            } => {
                let moved = Op::Eextend {
                    enclave: *enclave,
                    offset: offset + 8,
                    call: Call::default(),
                };
                add(
                    text!("what-if.eextend-unaligned", "start 8 bytes later"),
                    instead(moved),
                );
                add(
                    text!("what-if.eextend-twice", "measure it twice"),
                    op_text::print(op).map(EditAction::Insert),
                );
                add(
                    text!(
                        "what-if.write-epc",
                        "the operating system writes to the EPC first"
                    ),
                    Some(insert(&alloc::format!(
                        "WRITE(at={:#x},hex=90)",
                        self.platform.epc_base.0 + 4096
                    ))),
                );
                all.push(skip());
            }
            Op::Ecreate(c) => {
                let mut other = c.clone();
                other.size += 4096;
                add(
                    text!("what-if.size", "ask for a size that is no power of two"),
                    instead(Op::Ecreate(other)),
                );
                let mut other = c.clone();
                other.base += 4096;
                add(
                    text!("what-if.base", "move BASEADDR by one page"),
                    instead(Op::Ecreate(other)),
                );
                let mut other = c.clone();
                other.attributes.xfrm = super::structs::Xfrm::from_bits(7);
                other.ssaframesize = 0;
                add(
                    text!("what-if.ssa", "give no room for a save area"),
                    instead(Op::Ecreate(other)),
                );
            }
            Op::Einit(_) => {
                let sign = OpText::new("EINIT").with("sign", "demo");
                add(
                    text!(
                        "what-if.sign-now",
                        "sign what was measured with the demo key"
                    ),
                    Some(EditAction::Replace(sign)),
                );
                add(
                    text!("what-if.event", "an interrupt waits"),
                    Some(insert("EVENT(pending=yes)")),
                );
                add(
                    text!("what-if.flip-signature", "flip a bit of the signature"),
                    self.with_flipped_signature(op),
                );
                add(
                    text!("what-if.launch-hash", "the launch hash names somebody else"),
                    Some(insert("WRMSR(msr=0x8c,value=0x1)")),
                );
                add(
                    text!("what-if.again", "initialise twice"),
                    op_text::print(op).map(EditAction::Insert),
                );
            }
            Op::Eremove { .. } => {
                add(
                    text!("what-if.thread-inside", "a thread is inside"),
                    Some(insert("THREAD(inside=yes)")),
                );
                add(
                    text!("what-if.remove-secs", "remove the SECS first"),
                    Some(insert("EREMOVE(secs=yes)")),
                );
            }
            _ => {}
        }
        all
    }

    /// The address of the EPC page the driver would use next.
    fn free_address(&self) -> u64 {
        self.epc_linear(super::machine::EpcPage(self.driver.next)).0
    }

    /// The same EINIT with one bit of SIGNATURE flipped.
    fn with_flipped_signature(&self, op: &Op) -> Option<EditAction> {
        let text = op_text::print(op)?;
        let mut bytes = crate::bytes::hex::decode(text.arg("sigstruct")?).ok()?;
        *bytes.get_mut(516)? ^= 1;
        let other = OpText::new("EINIT").with("sigstruct", crate::bytes::hex::encode(&bytes));
        Some(EditAction::Replace(other))
    }
}
