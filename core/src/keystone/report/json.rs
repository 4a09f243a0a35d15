//! The report as JSON: the form in which Keystone's SDK writes and reads it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value as Json};

use super::super::structs::{EnclaveReport, Report};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;

/// The members that make a JSON text a report.
const MEMBERS: [&str; 3] = ["device_pubkey", "security_monitor", "enclave"];

/// Whether a JSON text has the members of a report.
#[must_use]
pub fn is_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    first == Some(&b'{')
        && read(bytes).is_ok_and(|json| MEMBERS.iter().all(|m| json.get(m).is_some()))
}

fn read(bytes: &[u8]) -> Result<Json, Text> {
    serde_json::from_slice(bytes).map_err(|e| {
        text!(
            "attest.json.syntax",
            "The text is no JSON: see line {line}, column {column}.",
            line = e.line(),
            column = e.column()
        )
    })
}

/// Reads the JSON form. Bytes of data past `datalen` are zero: this form does not carry them.
///
/// # Errors
/// It is no JSON, or a member is missing or has another form; the sentence names it.
pub fn from_json(bytes: &[u8]) -> Result<Report, Text> {
    let json = read(bytes)?;
    let mut report = Report {
        dev_public_key: member(&json, &["device_pubkey"])?,
        ..Report::default()
    };
    report.sm.hash = member(&json, &["security_monitor", "hash"])?;
    report.sm.public_key = member(&json, &["security_monitor", "pubkey"])?;
    report.sm.signature = member(&json, &["security_monitor", "signature"])?;
    report.enclave.hash = member(&json, &["enclave", "hash"])?;
    report.enclave.signature = member(&json, &["enclave", "signature"])?;
    let path = ["enclave", "datalen"];
    let len = find(&json, &path).and_then(Json::as_u64);
    report.enclave.data_len =
        len.ok_or_else(|| wrong(&path, text!("attest.json.number", "a whole number")))?;
    let path = ["enclave", "data"];
    let data = bytes_of(&json, &path)?;
    let fits = data.len() as u64 == report.enclave.data_len.min(EnclaveReport::DATA_MAX as u64);
    let room = report.enclave.data.get_mut(..data.len());
    match room.filter(|_| fits) {
        Some(room) => room.copy_from_slice(&data),
        None => {
            let n = report.enclave.data_len;
            return Err(wrong(
                &path,
                text!(
                    "attest.json.data",
                    "hex text of as many bytes as datalen says, at most 1,024 ({n})",
                    n = n
                ),
            ));
        }
    }
    Ok(report)
}

/// Writes the JSON form: of data, the first `data_len` bytes.
#[must_use]
pub fn to_json(report: &Report) -> Json {
    let object = |members: &[(&str, Json)]| {
        let members = members.iter().map(|(k, v)| ((*k).to_string(), v.clone()));
        Json::Object(members.collect::<Map<_, _>>())
    };
    let (e, sm) = (&report.enclave, &report.sm);
    let len = usize::try_from(e.data_len).unwrap_or(usize::MAX);
    let data = &e.data[..len.min(EnclaveReport::DATA_MAX)];
    object(&[
        ("device_pubkey", hex::encode(&report.dev_public_key).into()),
        (
            "security_monitor",
            object(&[
                ("hash", hex::encode(&sm.hash).into()),
                ("pubkey", hex::encode(&sm.public_key).into()),
                ("signature", hex::encode(&sm.signature).into()),
            ]),
        ),
        (
            "enclave",
            object(&[
                ("hash", hex::encode(&e.hash).into()),
                ("datalen", e.data_len.into()),
                ("data", hex::encode(data).into()),
                ("signature", hex::encode(&e.signature).into()),
            ]),
        ),
    ])
}

fn find<'a>(json: &'a Json, path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(json, |at, name| at.get(name))
}

/// The bytes of a member that is hex text.
fn bytes_of(json: &Json, path: &[&str]) -> Result<Vec<u8>, Text> {
    let text = find(json, path).and_then(Json::as_str);
    let bytes = text.and_then(|t| hex::decode(t).ok());
    bytes.ok_or_else(|| wrong(path, text!("attest.json.hex", "hex text")))
}

/// The bytes of a member that must be so many.
fn member<const N: usize>(json: &Json, path: &[&str]) -> Result<[u8; N], Text> {
    let bytes = bytes_of(json, path)?;
    bytes.try_into().map_err(|_| {
        wrong(
            path,
            text!("attest.json.bytes", "hex text of {n} bytes", n = N),
        )
    })
}

fn wrong(path: &[&str], wants: Text) -> Text {
    let member: String = path.join(".");
    text!(
        "attest.json.member",
        "The member {member} must be {wants}.",
        member = format!("“{member}”"),
        wants = wants
    )
}
