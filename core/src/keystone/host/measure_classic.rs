//! What create_enclave measured until December 2023: the driver hands over memory with page tables.

use crate::keystone::machine::Machine;
use crate::keystone::measure::classic::{Layout, measure};
use crate::keystone::status::ILLEGAL_PTE;
use crate::text;
use crate::trace::{Event, Place, Recorder, Stop, Value};

/// Where that digest grows: apart from those of enclaves that exist.
const DIGEST: Place = Place::new("hash", u64::MAX - 64, 64);

/// The arguments of the call, in the order of the layout's fields.
pub(super) const ARGUMENTS: &[&str] = &[
    "epm",
    "epm_size",
    "utm",
    "utm_size",
    "root",
    "runtime",
    "user",
    "free",
    "runtime_va",
    "user_va",
    "untrusted",
    "untrusted_size",
];

/// The layout that twelve numbers stand for.
pub(super) fn layout(n: [u64; 12]) -> Layout {
    Layout {
        epm: (n[0], n[1]),
        utm: (n[2], n[3]),
        root: n[4],
        runtime: n[5],
        user: n[6],
        free: n[7],
        params: [n[8], n[9], n[10], n[11]],
    }
}

/// The twelve numbers of a layout.
pub(super) fn numbers(l: &Layout) -> [u64; 12] {
    let [a, b, c, d] = l.params;
    [
        l.epm.0, l.epm.1, l.utm.0, l.utm.1, l.root, l.runtime, l.user, l.free, a, b, c, d,
    ]
}

/// Walks the page tables as the older monitor did. Nothing is created: today's monitor would not.
pub(super) fn measure_classic<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    layout: &Layout,
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    let Ok(hash) = measure(&m.ram, layout, DIGEST, recorder) else {
        return Err(ILLEGAL_PTE.into());
    };
    recorder.tell(|| Event::Derive {
        key: text!("classic.hash", "measurement of the older monitor"),
        from: alloc::vec![(
            text!("classic.from", "page tables at"),
            Value::Number(layout.root)
        )],
        value: Value::from(&hash[..]),
    });
    Ok(())
}
