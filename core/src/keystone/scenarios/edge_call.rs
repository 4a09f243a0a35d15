//! `keystone/edge-call`: an enclave asks the host for something and believes nothing of the answer.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::common::{self, Plot, numbered, step, store};
use super::page_tables::{enclave, inside, start};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::runtime::structs::EdgeData;
use crate::keystone::runtime::{Call, STACK_VA, edge_dispatch, syscall};
use crate::text;
use crate::text::Text;
use crate::trace::param::words;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};

pub(super) static EDGE_CALL: Built = Built { info, plan };

/// Where the application wants the wrapper of a string, and the string: on its stack.
const WRAPPER: u64 = STACK_VA - 0x100;
const STRING: u64 = STACK_VA - 0x80;

/// Bytes of the wrapper.
const WRAPPER_SIZE: u64 = EdgeData::SIZE as u64;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/edge-call",
        title: text!("keystone.edge.title", "A call to the host"),
        question: text!(
            "keystone.edge.question",
            "How does an enclave ask the host for something without believing it?"
        ),
        lesson: text!(
            "keystone.edge.lesson",
            "Enclave and host share one buffer, and both can write all of it. The enclave puts a call there and leaves; the host answers in the same place and has it resumed. Every offset and size in the answer is the host’s word. The runtime checks that they stay inside the buffer; upstream forgets one of them."
        ),
        params: vec![
            words(
                "message",
                text!("keystone.param.host-string", "The host’s string"),
                text!(
                    "keystone.param.host-string.help",
                    "What get_host_string gives, at most 100 bytes of it."
                ),
                "hello from the host",
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = enclave(turned.seed);
    let message = turned.text("message").as_bytes();
    let reply: Rc<[u8]> = Rc::from(&message[..message.len().min(100)]);
    let mut segments = common::boot();
    segments.extend(start(&plot));
    let calls = Calls { plot: &plot, reply };
    segments.extend(calls.honest());
    segments.extend(calls.outside());
    segments.extend(calls.wrapper());
    segments.extend(calls.size());
    segments.push(step(
        Phase::Destroy,
        "destroy",
        text!("keystone.edge.destroy", "Destroy it"),
        text!(
            "keystone.edge.destroy.cap",
            "With the runtime as upstream has it, the enclave has ended itself by now; as it was meant, it still runs and the call is refused."
        ),
        plot.destroy(),
    ));
    Ok((
        Machine::new(turned.keystone_platform()),
        Plan::new(segments),
    ))
}

struct Calls<'a> {
    plot: &'a Plot,
    reply: Rc<[u8]>,
}

impl Calls<'_> {
    /// The five steps of a call; `twist` is what the host does to its answer before it resumes.
    fn call(&self, n: u64, twist: Option<(Text, Text, Op)>) -> Vec<Segment<Op>> {
        let label = |rest: &str| -> String { [&numbered("call", n), ".", rest].concat() };
        let mut all = vec![
            step(
                Phase::Use,
                &label("ocall"),
                text!(
                    "keystone.edge.ocall",
                    "The application calls get_host_string"
                ),
                text!(
                    "keystone.edge.ocall.cap",
                    "System call 1001: function 4, no arguments, and 16 bytes wanted back on its stack. The runtime writes the call to the start of the shared buffer and has the monitor stop the enclave."
                ),
                inside(Call::Syscall {
                    number: syscall::OCALL,
                    args: [edge_dispatch::WRAPPED, STRING, 0, WRAPPER, WRAPPER_SIZE],
                }),
            ),
            step(
                Phase::Use,
                &label("dispatch"),
                text!("keystone.edge.dispatch", "The host serves it"),
                text!(
                    "keystone.edge.dispatch.cap",
                    "Linux sees EDGE_CALL_HOST and returns from the ioctl. The library in the host process reads the id, finds its function and puts the result behind the call: where the string lies and how long it is, then the string."
                ),
                inside(Call::Dispatch {
                    eid: self.plot.eid,
                    reply: self.reply.clone(),
                }),
            ),
        ];
        if let Some((title, caption, op)) = twist {
            all.push(step(Phase::Use, &label("twist"), title, caption, op));
        }
        all.push(step(
            Phase::Resume,
            &label("resume"),
            text!("keystone.edge.resume", "The enclave goes on"),
            text!(
                "keystone.edge.resume.cap",
                "The monitor opens its memory again and gives it 0 in a0. It knows nothing of the buffer’s contents."
            ),
            self.plot.resume(),
        ));
        all.push(step(
            Phase::Use,
            &label("result"),
            text!("keystone.edge.result", "The runtime takes the result"),
            text!(
                "keystone.edge.result.cap",
                "It reads status, offset and size, all of them the host’s words, and copies what the application wanted out of the buffer."
            ),
            inside(Call::GoOn),
        ));
        all
    }

    /// A host that does as it should.
    fn honest(&self) -> Vec<Segment<Op>> {
        let mut all = self.call(1, None);
        all.push(self.copy("call.1.copy", self.reply.len() as u64));
        all
    }

    /// The string behind the wrapper.
    fn copy(&self, label: &str, size: u64) -> Segment<Op> {
        step(
            Phase::Use,
            label,
            text!("keystone.edge.copy", "The application fetches the string"),
            text!(
                "keystone.edge.copy.cap",
                "The 16 bytes say where in the buffer the string lies and how long it is. System call 1002 copies it to the application’s own memory, after asking whether that place is inside the buffer."
            ),
            inside(Call::Syscall {
                number: syscall::SHARED_COPY,
                args: [STRING, WRAPPER_SIZE + 48, size, 0, 0],
            }),
        )
    }

    /// The answer is said to lie outside the buffer.
    fn outside(&self) -> Vec<Segment<Op>> {
        let at = self.plot.utm.0 + 32;
        let twist = (
            text!("keystone.edge.outside", "The host lies about the place"),
            text!(
                "keystone.edge.outside.cap",
                "A hostile host writes an offset a gigabyte further into the call: from the shared buffer’s address that is where the runtime’s own memory is mapped. Believed, the enclave would hand out or overwrite itself."
            ),
            store(at, &0x4000_0000_u64.to_le_bytes()),
        );
        self.call(2, Some(twist))
    }

    /// The wrapper leads outside; the runtime cannot know what it means, but checks the copy.
    fn wrapper(&self) -> Vec<Segment<Op>> {
        let at = self.plot.utm.0 + 48;
        let twist = (
            text!("keystone.edge.wrapper", "The host lies inside the result"),
            text!(
                "keystone.edge.wrapper.cap",
                "The call is in order, but the 16 bytes that it gives back name a place far outside the buffer. To the runtime they are just bytes."
            ),
            store(at, &0x4000_0000_u64.to_le_bytes()),
        );
        let mut all = self.call(3, Some(twist));
        all.push(step(
            Phase::Use,
            "call.3.copy",
            text!("keystone.edge.copy-outside", "The application believes it"),
            text!(
                "keystone.edge.copy-outside.cap",
                "It asks for bytes at the offset that it was given. The runtime’s check of system call 1002 is what stands in the way."
            ),
            inside(Call::Syscall {
                number: syscall::SHARED_COPY,
                args: [STRING, 0x4000_0000, self.reply.len() as u64, 0, 0],
            }),
        ));
        all
    }

    /// Offset and size are inside, but there is less than the application wants.
    fn size(&self) -> Vec<Segment<Op>> {
        let (utm, size) = self.plot.utm;
        let mut bytes = (size - 8).to_le_bytes().to_vec();
        bytes.extend(8_u64.to_le_bytes());
        let twist = (
            text!("keystone.edge.size", "The host lies about the size"),
            text!(
                "keystone.edge.size.cap",
                "It says: eight bytes, the last of the buffer. That is inside. But the application wants sixteen, and upstream’s runtime copies what the application wants, not what was checked."
            ),
            store(utm + 32, &bytes),
        );
        self.call(4, Some(twist))
    }
}
