//! Commands that reproduce outside what a step computed: standard Python or openssl, nothing else.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::access::Who;
use super::dram;
use super::keys;
use super::machine::{Machine, SecsState};
use super::op::{Eadd, Einit, Op};
use super::structs::{EinitToken, SigStruct};
use crate::bytes::hex;
use crate::memory::{CHUNK, CHUNKS};
use crate::text;
use crate::trace::{Event, Place, Shown, Snippet, SnippetInput};

/// As many pages are asked for the file they come from.
const PAGES_LOOKED_AT: usize = 64;

impl Machine {
    /// What can be checked outside about the step just carried out.
    pub(super) fn reproduce(&self, shown: Shown<'_, Op>) -> Vec<Snippet> {
        match shown.op {
            Op::Ecreate(c) if shown.step.outcome.is_done() => {
                self.first_record(c.enclave).into_iter().collect()
            }
            Op::Eadd(Eadd { enclave, .. }) | Op::Eextend { enclave, .. } => {
                let stream = self.stream(*enclave, shown);
                let file = stream.as_ref().and_then(|_| self.file(*enclave));
                stream.into_iter().chain(file).collect()
            }
            Op::Einit(i) => self.signed(i, shown),
            Op::Access(touch) if touch.who == Who::Bus => {
                self.on_the_bus(touch.at).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn of(&self, enclave: u8) -> Option<(&SecsState, Place)> {
        let handle = self.driver.enclaves.get(&enclave)?;
        Some((
            self.secs.get(&handle.secs)?,
            self.mrenclave_place(handle.secs),
        ))
    }

    /// MRENCLAVE after ECREATE alone, from two numbers.
    fn first_record(&self, enclave: u8) -> Option<Snippet> {
        let (secs, _) = self.of(enclave)?;
        let code = format!(
            "python3 -c \"import hashlib, struct\nrecord = b'ECREATE\\\\0' + struct.pack('<IQ', {}, {:#x}) + bytes(44)\nprint(hashlib.sha256(record).hexdigest())\"",
            secs.fields.ssaframesize, secs.fields.size
        );
        Some(Snippet {
            title: text!(
                "snippet.first",
                "MRENCLAVE if EINIT came now, from SSAFRAMESIZE and SIZE"
            ),
            code,
            inputs: Vec::new(),
            prints: hex::encode(&secs.measurement.finish()),
        })
    }

    /// MRENCLAVE up to here, from everything it has taken in.
    fn stream(&self, enclave: u8, shown: Shown<'_, Op>) -> Option<Snippet> {
        shown
            .step
            .events
            .iter()
            .any(|e| matches!(e, Event::Absorb(_)))
            .then_some(())?;
        let (secs, place) = self.of(enclave)?;
        let name = format!("stream-{}.bin", shown.step.position);
        Some(Snippet {
            title: text!(
                "snippet.stream",
                "MRENCLAVE if EINIT came now, from all it has taken in"
            ),
            code: format!("openssl dgst -sha256 -r {name} | cut -c1-64"),
            inputs: vec![SnippetInput {
                name,
                bytes: Err(place),
            }],
            prints: hex::encode(&secs.measurement.finish()),
        })
    }

    /// MRENCLAVE up to here from the reader’s own stream, where that is too large to be put together here.
    fn file(&self, enclave: u8) -> Option<Snippet> {
        let pages = self.driver.pages.of(enclave).take(PAGES_LOOKED_AT);
        let mut slots = pages.filter_map(|(_, page)| self.epc.get(page.0));
        let len = slots.find_map(|slot| {
            let mut chunks = (0..CHUNKS).map(|k| slot.content.lies_at(k * CHUNK));
            let (file, _) = chunks.find_map(|lies| lies.filter(|(file, _)| file.is_parts()))?;
            Some(file.len())
        })?;
        let (secs, _) = self.of(enclave)?;
        let name = "enclave.sgxs";
        let code = format!(
            "python3 -c \"import hashlib
file, blocks, all = open('{name}', 'rb'), {}, hashlib.sha256()
while blocks > 0:
    record = file.read(64)
    data = file.read(256) if record[:8] == b'UNMEASRD' or record[:7] == b'EEXTEND' else b''
    if record[:8] != b'UNMEASRD':
        all.update(record + data)
        blocks -= (64 + len(data)) // 64
print(all.hexdigest())\"",
            secs.measurement.blocks()
        );
        Some(Snippet {
            title: text!(
                "snippet.file",
                "MRENCLAVE if EINIT came now, from your file beside it as {name}",
                name = name
            ),
            code,
            inputs: vec![SnippetInput {
                name: name.into(),
                bytes: Err(Place::new(SnippetInput::FILE, 0, len)),
            }],
            prints: hex::encode(&secs.measurement.finish()),
        })
    }

    /// The line of DRAM that a probe reads, from the plain bytes: XTS by two plain AES encryptions.
    fn on_the_bus(&self, at: u64) -> Option<Snippet> {
        if self.platform.memory != super::platform::MemoryEngine::Mktme {
            return None;
        }
        let line = at & !63;
        let page = self.in_epc(crate::memory::Linear(super::machine::DIRECT_MAP + line))?;
        let offset = (line % 4096) as usize;
        let plain = hex::encode(self.epc_bytes(page).get(offset..offset + 64)?);
        let [data, tweak] = dram::KEYS.map(|key| hex::encode(&key));
        let code = format!(
            "python3 -c \"import subprocess
aes = lambda key, block: subprocess.run(['openssl', 'enc', '-aes-128-ecb', '-nopad', '-K', key], input=block, capture_output=True).stdout
n = lambda b: int.from_bytes(b, 'little')
mask, out = n(aes('{tweak}', ({line:#x} >> 6).to_bytes(16, 'little'))), b''
plain = bytes.fromhex('{plain}')
for i in range(0, 64, 16):
    block = aes('{data}', (n(plain[i:i + 16]) ^ mask).to_bytes(16, 'little'))
    out += (n(block) ^ mask).to_bytes(16, 'little')
    mask = (mask << 1) % 2**128 ^ (0x87 if mask >> 127 else 0)
print(out.hex())\""
        );
        Some(Snippet {
            title: text!(
                "snippet.dram",
                "The line that a probe reads on DRAM (its keys and how the tweak is made are a model)"
            ),
            code,
            inputs: Vec::new(),
            prints: hex::encode(&self.dram(crate::memory::Physical(line), 64)),
        })
    }

    /// What EINIT computes: the signer, the signature's cube, the quotients, the token's MAC.
    fn signed(&self, op: &Einit, shown: Shown<'_, Op>) -> Vec<Snippet> {
        let passed = shown.step.events.iter().find_map(|e| match e {
            Event::Message { bytes, .. } => Some(bytes),
            _ => None,
        });
        let whole: Option<[u8; SigStruct::SIZE]> = passed.and_then(|b| b[..].try_into().ok());
        let (Some(bytes), Some(passed)) = (whole, passed) else {
            return Vec::new();
        };
        let sig = SigStruct::from_bytes(&bytes);
        let proof = super::signature::proof(&sig, &bytes);
        let file = || {
            vec![SnippetInput {
                name: "enclave.sig".into(),
                bytes: Ok(passed.clone()),
            }]
        };
        let mut all = vec![
            Snippet {
                title: text!("snippet.mrsigner", "MRSIGNER, from the 384 bytes of the modulus"),
                code: "tail -c +129 enclave.sig | head -c 384 | openssl dgst -sha256 -r | cut -c1-64".into(),
                inputs: file(),
                prints: hex::encode(&sig.mrsigner()),
            },
            Snippet {
                title: text!("snippet.body", "SHA-256 of the signed bytes"),
                code: "(head -c 128 enclave.sig; tail -c +901 enclave.sig | head -c 128) | openssl dgst -sha256 -r | cut -c1-64".into(),
                inputs: file(),
                prints: hex::encode(&proof.digest),
            },
        ];
        all.extend(cubed(&sig, &proof, file()));
        if let Some(token) = &op.token {
            all.extend(token_mac(token));
        }
        let measured = self.of(op.enclave);
        let measured = measured.filter(|(secs, _)| secs.assumed.is_none());
        all.extend(measured.map(|(secs, place)| Snippet {
            title: text!("snippet.final", "MRENCLAVE, from all it has taken in"),
            code: "openssl dgst -sha256 -r stream.bin | cut -c1-64".into(),
            inputs: vec![SnippetInput {
                name: "stream.bin".into(),
                bytes: Err(place),
            }],
            prints: hex::encode(&secs.measurement.finish()),
        }));
        let measured = self.of(op.enclave);
        let measured = measured.filter(|(secs, _)| secs.assumed.is_none());
        all.extend(measured.and_then(|_| self.file(op.enclave)));
        all
    }
}

/// The end of the signature's cube, and whether the quotients are right, by Python's big integers.
fn cubed(
    sig: &SigStruct,
    proof: &super::signature::Proof,
    inputs: Vec<SnippetInput>,
) -> Option<Snippet> {
    // A modulus of zero has no cube to compute.
    sig.modulus.iter().any(|b| *b != 0).then_some(())?;
    let code = "python3 -c \"d = open('enclave.sig', 'rb').read()
n = lambda at: int.from_bytes(d[at:at + 384], 'little')
m, s, q1, q2 = n(128), n(516), n(1040), n(1424)
print('%064x' % (pow(s, 3, m) % 2**256))
print(q1 == s * s // m, q2 == (s**3 - q1 * s * m) // m)\"";
    let quotients = crate::crypto::rsa3072::quotients(&sig.signature, &sig.modulus).ok()?;
    let given = sig.quotients();
    let word = |right| if right { "True" } else { "False" };
    // With another Q1 the second quotient is taken of another number.
    let second = (given.q1 == quotients.q1).then(|| word(given.q2 == quotients.q2))?;
    Some(Snippet {
        title: text!(
            "snippet.cube",
            "The signature cubed: its end is that digest; Q1 and Q2"
        ),
        code: code.into(),
        inputs,
        prints: format!("{}\n{} {second}", hex::encode(&proof.recovered), word(true)),
    })
}

/// The token's MAC under the key of the model.
fn token_mac(token: &Rc<[u8]>) -> Option<Snippet> {
    let bytes: [u8; EinitToken::SIZE] = token[..].try_into().ok()?;
    let parsed = EinitToken::from_bytes(&bytes);
    let key: String = hex::encode(&keys::token_key(&parsed));
    Some(Snippet {
        title: text!("snippet.token", "The MAC of the token (the key is a model)"),
        code: format!(
            "head -c 192 token.bin | openssl mac -cipher AES-128-CBC -macopt hexkey:{key} -in - CMAC | tr A-F a-f"
        ),
        inputs: vec![SnippetInput {
            name: "token.bin".to_string(),
            bytes: Ok(token.clone()),
        }],
        prints: hex::encode(&keys::token_mac(&parsed, &bytes)),
    })
}
