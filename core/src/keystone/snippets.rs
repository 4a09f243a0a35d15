//! Commands that reproduce outside what a step computed: standard Python or openssl, nothing else.

use alloc::format;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::host::{self, Call};
use super::machine::{Enclave, Machine};
use super::op::Op;
use super::structs::{Report, SealingKey};
use super::{keys, sbi};
use crate::bytes::hex;
use crate::memory::Physical;
use crate::text;
use crate::trace::{Event, Shown, Snippet, SnippetInput};

/// Most bytes that a snippet is given as a file.
const LARGEST: u64 = 4 << 20;

impl Machine {
    /// What can be checked outside about the step just carried out.
    pub(super) fn reproduce(&self, shown: Shown<'_, Op>) -> Vec<Snippet> {
        if !shown.step.outcome.is_done() {
            return Vec::new();
        }
        match shown.op {
            Op::Bootrom => self.sm_seed().into_iter().collect(),
            Op::Ecall {
                id: sbi::ATTEST,
                args,
                ..
            } => self.guessed(args[0]).into_iter().collect(),
            Op::Ecall {
                hart,
                id: sbi::SEALING_KEY,
                args,
            } => self.sealed(*hart, args).into_iter().collect(),
            Op::Host {
                call: Call::Finalize { .. },
                ..
            } => {
                let files = self.driver.files.iter();
                files.map(|f| host::snippet(f)).collect()
            }
            _ => self.measured(shown).into_iter().collect(),
        }
    }

    /// The seed of the monitor's key.
    fn sm_seed(&self) -> Option<Snippet> {
        let identity = self.monitor.identity.as_ref()?;
        let generic = self.platform.kind == super::platform::Kind::Generic;
        generic.then_some(())?;
        let one = self.platform.has(super::faults::Faults::SM_KEY);
        let (len, from) = match one {
            true => (1, keys::SeedFrom::OneByteEach),
            false => (64, keys::SeedFrom::AllBytes),
        };
        let (device, hash) = (&identity.device.secret, &identity.sm_hash);
        Some(Snippet {
            title: text!("keystone.snippet.seed", "The seed of the monitor’s key"),
            code: format!(
                "python3 -c \"import hashlib\nprint(hashlib.sha3_512(bytes.fromhex('{}') + bytes.fromhex('{}')).hexdigest()[:64])\"",
                hex::encode(&device[..len]),
                hex::encode(&hash[..len])
            ),
            inputs: Vec::new(),
            prints: hex::encode(&keys::sm_seed(device, hash, from)),
        })
    }

    /// The measurement that the step took.
    fn measured(&self, shown: Shown<'_, Op>) -> Option<Snippet> {
        let place = shown.step.events.iter().find_map(|e| match e {
            Event::Absorb(a) => Some(a.digest),
            _ => None,
        })?;
        let mut all = self.monitor.enclaves.iter();
        let own = |e: &Enclave| Self::hash_place(e.serial) == place;
        let (_, e) = all.find(|(_, e)| own(e))?;
        let a = &e.args;
        let len = a.free_paddr.wrapping_sub(a.epm_paddr);
        // Each file is measured page by page from its own start.
        let whole = [a.runtime_paddr, a.user_paddr, a.free_paddr];
        let whole = whole
            .iter()
            .all(|at| at.wrapping_sub(a.epm_paddr) % 4096 == 0);
        (whole && len <= LARGEST).then_some(())?;
        let sizes = [
            a.runtime_paddr.wrapping_sub(a.epm_paddr),
            a.user_paddr.wrapping_sub(a.runtime_paddr),
            a.free_paddr.wrapping_sub(a.user_paddr),
        ];
        let bytes = self.ram.bytes(Physical(a.epm_paddr), len as usize);
        Some(Snippet {
            title: text!(
                "keystone.snippet.hash",
                "The measurement, from three sizes and the memory"
            ),
            code: format!(
                "python3 -c \"import hashlib, struct\nprint(hashlib.sha3_512(struct.pack('<QQQ', {}, {}, {}) + open('memory.bin', 'rb').read()).hexdigest())\"",
                sizes[0], sizes[1], sizes[2]
            ),
            inputs: vec![SnippetInput {
                name: "memory.bin".into(),
                bytes: Ok(Rc::from(bytes)),
            }],
            prints: hex::encode(&e.hash),
        })
    }

    /// The sealing key, by HKDF.
    fn sealed(&self, hart: u8, [to, identifier, len]: &[u64; 3]) -> Option<Snippet> {
        let identity = self.monitor.identity.as_ref()?;
        let enclave = self.hart(hart)?.inside.and_then(|eid| self.enclave(eid))?;
        let mut key = [0; SealingKey::SIZE];
        self.ram.read(Physical(*to), &mut key);
        // Where the key lies over its own identifier there is nothing left to read.
        let apart = to.abs_diff(*identifier) >= 256 + len;
        apart.then_some(())?;
        let identifier = self
            .ram
            .bytes(Physical(*identifier), (*len).min(4096) as usize);
        let code = format!(
            "python3 -c \"import hashlib, hmac\nmac = lambda key, data: hmac.new(key, data, hashlib.sha3_512).digest()\nkey = mac(bytes(64), bytes.fromhex('{}'))\ninfo = bytes.fromhex('{}')\none = mac(key, info + bytes([1]))\nprint((one + mac(key, one + info + bytes([2]))).hex())\"",
            hex::encode(&identity.sm.secret),
            hex::encode(&[&enclave.hash[..], &identifier].concat())
        );
        Some(Snippet {
            title: text!(
                "keystone.snippet.seal",
                "The sealing key, by HKDF with SHA3-512"
            ),
            code,
            inputs: Vec::new(),
            prints: hex::encode(&key[..128]),
        })
    }

    /// The monitor's secret key out of a report, where its seed was two bytes.
    fn guessed(&self, at: u64) -> Option<Snippet> {
        let mut report = [0; Report::SIZE];
        self.ram.read(Physical(at), &mut report);
        let told = Report::from_bytes(&report);
        let (first, found) = keys::guess_sm_key(&told.sm.hash, &told.sm.public_key)?;
        let code = "python3 -c \"import hashlib
p = 2**255 - 19
d = -121665 * pow(121666, -1, p) % p
def add(a, b):
    (x, y), (u, v) = a, b
    k = d * x * u * y * v % p
    return (x * v + u * y) * pow(1 + k, -1, p) % p, (y * v + x * u) * pow(1 - k, -1, p) % p
def public(n):
    y = 4 * pow(5, -1, p) % p
    r, b = (0, 1), (15112221349535400772501151409588531511454012693041857206046113283949847762202, y)
    while n:
        r, b, n = add(r, b) if n & 1 else r, add(b, b), n >> 1
    return r[1] | (r[0] & 1) << 255
report = open('report.bin', 'rb').read()
sm_hash, key = report[1160:1224], int.from_bytes(report[1224:1256], 'little')
for first in range(0, 256, 8):
    seed = hashlib.sha3_512(bytes([first]) + sm_hash[:1]).digest()[:32]
    scalar = int.from_bytes(hashlib.sha3_512(seed).digest()[:32], 'little')
    scalar = scalar & ((1 << 254) - 8) | 1 << 254
    if public(scalar) == key:
        print('%02x' % first, scalar.to_bytes(32, 'little').hex())\"";
        Some(Snippet {
            title: text!(
                "keystone.snippet.guess",
                "The monitor’s secret key, out of the report alone"
            ),
            code: code.into(),
            inputs: vec![SnippetInput {
                name: "report.bin".into(),
                bytes: Ok(Rc::from(&report[..])),
            }],
            prints: format!("{first:02x} {}", hex::encode(&found.secret[..32])),
        })
    }
}
