//! Everything that EINIT would refuse, told before the step: the first and those behind it.

use alloc::vec::Vec;

use crate::sgx::machine::Machine;
use crate::sgx::mend::failing;
use crate::sgx::op::Op;
use crate::text;
use crate::text::Text;
use crate::trace::{Machine as _, Sink};

/// What EINIT will say after these operations.
pub(super) fn caption(machine: &Machine, before: impl Iterator<Item = Op>, einit: &Op) -> Text {
    let mut machine = machine.clone();
    for op in before {
        machine.apply(&op, &mut Sink::Nothing);
    }
    let Op::Einit(op) = einit else {
        return Text::none();
    };
    let failing = failing(&machine, op);
    let Some((first, others)) = failing.split_first() else {
        return text!(
            "workshop.holds",
            "Every check holds, if the assumption does: this SIGSTRUCT starts such an enclave."
        );
    };
    if others.is_empty() {
        return text!(
            "workshop.one-fails",
            "One check fails: {rule}. What would mend it is offered at this step.",
            rule = first.id
        );
    }
    let others: Vec<Text> = others.iter().map(|rule| rule.id.into()).collect();
    text!(
        "workshop.several-fail",
        "First fails {rule}, and EINIT reports only that. Behind it would fail: {others}. What would mend each is offered at this step.",
        rule = first.id,
        others = Text::join(&others, ", ")
    )
}
