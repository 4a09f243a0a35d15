//! The two signatures checked outside, in Python without a library.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Op, Verifier};
use crate::keystone::structs::Report;
use crate::text;
use crate::text::Text;
use crate::trace::{Shown, Snippet, SnippetInput};

/// Ed25519 with SHA3-512, as formulas: `check(key, message, signature)`.
const ED25519: &str = "python3 -c \"
import hashlib
p, q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
d, i = -121665 * pow(121666, -1, p) % p, pow(2, (p - 1) // 4, p)
n = lambda b: int.from_bytes(b, 'little')
def add(a, b):
    k = d * a[0] * b[0] * a[1] * b[1]
    return ((a[0] * b[1] + a[1] * b[0]) * pow(1 + k, -1, p) % p, (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, -1, p) % p)
def mul(k, a):
    r = (0, 1)
    while k:
        r, a, k = add(r, a) if k & 1 else r, add(a, a), k >> 1
    return r
def point(b):
    y = n(b) % 2**255
    s = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    x = pow(s, (p + 3) // 8, p)
    x = x if x * x % p == s else x * i % p
    return (x if x % 2 == n(b) >> 255 else p - x, y)
def check(key, message, signature):
    h = n(hashlib.sha3_512(signature[:32] + key + message).digest()) % q
    base = point(n(b'\\x58' + b'\\x66' * 31).to_bytes(32, 'little'))
    print(mul(n(signature[32:]) % q, base) == add(point(signature[:32]), mul(h, point(key))))
r = open('report.bin', 'rb').read()
";

pub(super) fn snippets(v: &Verifier, shown: Shown<'_, Op>) -> Vec<Snippet> {
    let Some(report) = &v.report else {
        return Vec::new();
    };
    match shown.op {
        Op::Sm if shown.step.outcome.is_done() => {
            let key = crate::bytes::hex::encode(&v.expected.device);
            let call =
                alloc::format!("check(bytes.fromhex('{key}'), r[1160:1256], r[1256:1320])\"");
            let title = text!(
                "attest.snippet.sm",
                "The device’s signature over the monitor, in Python alone"
            );
            vec![snippet(title, &call, report)]
        }
        Op::Enclave if shown.step.outcome.is_done() => {
            let title = text!(
                "attest.snippet.enclave",
                "The monitor’s signature over the enclave, in Python alone"
            );
            let call = "check(r[1224:1256], r[:72 + n(r[64:72])], r[1096:1160])\"";
            vec![snippet(title, call, report)]
        }
        _ => Vec::new(),
    }
}

fn snippet(title: Text, call: &str, report: &Report) -> Snippet {
    let mut code = String::from(ED25519);
    code.push_str(call);
    Snippet {
        title,
        code,
        inputs: vec![SnippetInput {
            name: "report.bin".into(),
            bytes: Ok(Rc::from(&report.encode()[..])),
        }],
        prints: "True".into(),
    }
}
