//! Changes worth trying, offered at the step they fit.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::machine::{EpcPage, Machine};
use super::op::{Call, Eadd, Ecreate, Einit, Op, SigSource, Which};
use super::op_print;
use super::structs::{PageType, SecInfoFlags, Xfrm};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Edit, EditAction, OpText, WhatIf};

impl Machine {
    /// What is worth trying at an operation whose step is labelled `label`.
    pub(super) fn worth_trying(&self, op: &Op, label: &str) -> Vec<WhatIf> {
        let mut offers = Offers {
            label,
            all: Vec::new(),
        };
        match op {
            Op::Ecreate(c) => offers.at_ecreate(c),
            Op::Eadd(a) => offers.at_eadd(a, self.epc_linear(EpcPage(self.driver.next)).0),
            Op::Eextend {
                enclave, offset, ..
            } => {
                let page = self.driver.pages.get(*enclave, offset & !0xfff);
                offers.at_eextend(op, *enclave, *offset, page.map(|p| self.epc_physical(p).0));
            }
            Op::Einit(i) if self.is_assumed(i) => offers.all = super::mend::mends(self, i),
            Op::Einit(i) => offers.at_einit(op, i, self.is_signed_otherwise(i)),
            Op::Eremove { page, .. } => offers.at_eremove(*page),
            _ => super::what_if_running::offer(self, op, &mut offers),
        }
        offers.all
    }

    /// Whether what the enclave measures is taken as given, as in the workshop.
    fn is_assumed(&self, op: &Einit) -> bool {
        let secs = self.driver.enclaves.get(&op.enclave);
        let secs = secs.and_then(|h| self.secs.get(&h.secs));
        secs.is_some_and(|s| s.assumed.is_some())
    }

    /// Whether the SIGSTRUCT passed to EINIT is over another measurement than the enclave's.
    fn is_signed_otherwise(&self, op: &Einit) -> bool {
        let handle = self.driver.enclaves.get(&op.enclave);
        let secs = handle.and_then(|h| self.secs.get(&h.secs));
        let bytes = match &op.sigstruct {
            SigSource::Bytes(bytes) => bytes.clone(),
            SigSource::Made(made) => made.bytes(),
            SigSource::Now => return false,
        };
        secs.is_some_and(|s| bytes.get(960..992) != Some(&s.finished()[..]))
    }
}

/// Offers at one step.
pub(super) struct Offers<'a> {
    label: &'a str,
    all: Vec<WhatIf>,
}

impl Offers<'_> {
    /// An offer that changes the step itself.
    fn offer(&mut self, says: Text, action: EditAction) {
        let step = self.label.to_string();
        self.offer_at(says, Edit { step, action });
    }

    fn offer_at(&mut self, says: Text, edit: Edit) {
        self.all.push(WhatIf {
            says,
            edits: vec![edit],
            set: Vec::new(),
        });
    }

    /// Another operation in the step's place.
    pub(super) fn instead(&mut self, says: Text, op: &Op) {
        if let Some(op) = op_print::print(op) {
            self.offer(says, EditAction::Replace(op));
        }
    }

    /// Another operation, as text, in the step's place.
    pub(super) fn instead_text(&mut self, says: Text, op: &str) {
        if let Ok(op) = OpText::parse(op) {
            self.offer(says, EditAction::Replace(op));
        }
    }

    /// An operation before the step.
    pub(super) fn before(&mut self, says: Text, op: &str) {
        if let Ok(op) = OpText::parse(op) {
            self.offer(says, EditAction::Insert(op));
        }
    }

    pub(super) fn skip(&mut self) {
        self.offer(
            text!("what-if.skip", "leave this step out"),
            EditAction::Remove,
        );
    }

    fn at_ecreate(&mut self, c: &Ecreate) {
        let other = Ecreate {
            size: c.size + 4096,
            ..c.clone()
        };
        self.instead(
            text!("what-if.size", "ask for a size that is no power of two"),
            &Op::Ecreate(other),
        );
        let other = Ecreate {
            base: c.base.wrapping_add(4096),
            ..c.clone()
        };
        self.instead(
            text!("what-if.base", "move BASEADDR by one page"),
            &Op::Ecreate(other),
        );
        let other = Ecreate {
            ssaframesize: 0,
            ..c.clone()
        };
        self.instead(
            text!("what-if.ssa", "give no room for a save area"),
            &Op::Ecreate(other),
        );
        let mut other = c.clone();
        other.attributes.xfrm = Xfrm::from_bits(1);
        self.instead(
            text!("what-if.xfrm", "ask for x87 without SSE"),
            &Op::Ecreate(other),
        );
    }

    fn at_eadd(&mut self, a: &Eadd, free: u64) {
        let flip = OpText::new("EADD").with("content", format!("same!{}", 8 * 0x42 + 3));
        self.offer(
            text!(
                "what-if.flip-page",
                "flip bit 3 of byte 0x42 before it is copied"
            ),
            EditAction::Replace(flip),
        );
        if a.flags.page_type() == PageType::TCS {
            let flags = SecInfoFlags::page(PageType::REG, SecInfoFlags::R);
            let other = Eadd { flags, ..a.clone() };
            self.instead(
                text!("what-if.tcs-as-reg", "add it as a regular page"),
                &Op::Eadd(other),
            );
        } else {
            let flags = SecInfoFlags::page(PageType::REG, SecInfoFlags::W);
            let other = Eadd { flags, ..a.clone() };
            self.instead(
                text!("what-if.write-only", "ask for write without read"),
                &Op::Eadd(other),
            );
        }
        let offset = a.offset.wrapping_add(0x10_0000_0000);
        let other = Eadd {
            offset,
            ..a.clone()
        };
        self.instead(
            text!(
                "what-if.eadd-outside",
                "put the page outside the enclave’s range"
            ),
            &Op::Eadd(other),
        );
        let call = Call {
            rcx: Some(free.wrapping_add(8)),
            ..Call::default()
        };
        let other = Eadd { call, ..a.clone() };
        self.instead(
            text!(
                "what-if.eadd-unaligned",
                "pass an EPC address that is not aligned"
            ),
            &Op::Eadd(other),
        );
        self.before(
            text!("what-if.hold-secs", "another core works on the SECS"),
            &format!("HOLD(enclave={},secs=yes)", a.enclave),
        );
        self.skip();
    }

    fn at_eextend(&mut self, op: &Op, enclave: u8, offset: u64, epc: Option<u64>) {
        if let Some(step) = self.adding_step() {
            // The page was copied when it was added, so that is where a bit has to be flipped.
            let bit = (offset & 0xfff) * 8 + 8 * 0x42 + 3;
            let flip = OpText::new("EADD").with("content", format!("same!{bit}"));
            let action = EditAction::Replace(flip);
            self.offer_at(
                text!(
                    "what-if.flip-chunk",
                    "flip bit 3 of byte 0x42 of this chunk, in the file"
                ),
                Edit { step, action },
            );
        }
        let moved = Op::Eextend {
            enclave,
            offset: offset + 8,
            call: Call::default(),
        };
        self.instead(
            text!("what-if.eextend-unaligned", "start 8 bytes later"),
            &moved,
        );
        if let Some(op) = op_print::print(op) {
            self.offer(
                text!("what-if.eextend-twice", "measure it twice"),
                EditAction::Insert(op),
            );
        }
        if let Some(epc) = epc {
            self.before(
                text!(
                    "what-if.write-epc",
                    "the operating system writes to the EPC first"
                ),
                &format!("WRITE(at={},hex=90)", hex::short(epc + (offset & 0xfff))),
            );
        }
        self.skip();
    }

    /// The label of the step that added the page a chunk belongs to.
    fn adding_step(&self) -> Option<String> {
        let (stem, last) = self.label.rsplit_once('.')?;
        last.starts_with("eextend").then(|| format!("{stem}.eadd"))
    }

    fn at_einit(&mut self, op: &Op, i: &Einit, otherwise: bool) {
        if otherwise {
            let sign = OpText::new("EINIT")
                .with("enclave", i.enclave)
                .with("sign", "demo");
            self.offer(
                text!(
                    "what-if.sign-now",
                    "sign what was measured with the demo key"
                ),
                EditAction::Replace(sign),
            );
        }
        self.before(
            text!("what-if.event", "an interrupt waits"),
            "EVENT(pending=yes)",
        );
        if let Some(op) = op_print::print(op) {
            self.flipped_signature(&op);
            self.offer(
                text!("what-if.again", "initialise twice"),
                EditAction::Insert(op),
            );
        }
        self.before(
            text!("what-if.launch-hash", "the launch hash names somebody else"),
            "WRMSR(msr=0x8c,value=0x1)",
        );
    }

    /// The same EINIT with one bit of SIGNATURE flipped.
    fn flipped_signature(&mut self, op: &OpText) {
        let mut op = op.clone();
        let Some((_, value)) = op.args.iter_mut().find(|(k, _)| k == "sigstruct") else {
            return;
        };
        let Ok(mut bytes) = hex::decode(value) else {
            return;
        };
        let Some(byte) = bytes.get_mut(516) else {
            return;
        };
        *byte ^= 1;
        *value = hex::encode(&bytes);
        self.offer(
            text!("what-if.flip-signature", "flip a bit of the signature"),
            EditAction::Replace(op),
        );
    }

    fn at_eremove(&mut self, page: Which) {
        let enclave = match page {
            Which::Offset { enclave, .. } | Which::Secs { enclave } => enclave,
            Which::Epc(_) => return,
        };
        self.before(
            text!("what-if.thread-inside", "a thread is inside"),
            &format!("THREAD(enclave={enclave},inside=yes)"),
        );
        if matches!(page, Which::Offset { .. }) {
            self.before(
                text!("what-if.remove-secs", "remove the SECS first"),
                &format!("EREMOVE(enclave={enclave},secs=yes)"),
            );
        }
        self.skip();
    }
}
