//! KEYREQUEST: which key an enclave asks EGETKEY for.

use super::{Attributes, CetAttributes, Miscselect};
use crate::{bits, layout, values};

values! {
    /// Which key.
    pub struct KeyName: u16, "KEYNAME";
    0 "EINITTOKEN" => EINITTOKEN, "Authenticates launch tokens.";
    1 "PROVISION" => PROVISION, "Identifies the machine and its security version to Intel.";
    2 "PROVISION_SEAL" => PROVISION_SEAL, "Seals what provisioning leaves on the machine.";
    3 "REPORT" => REPORT, "Checks reports meant for this enclave.";
    4 "SEAL" => SEAL, "Encrypts data that outlives the enclave.";
}

bits! {
    /// What the key is bound to.
    pub struct KeyPolicy: u16, "KEYPOLICY";
    0 "MRENCLAVE" => MRENCLAVE, "Only this very enclave gets the same key.";
    1 "MRSIGNER" => MRSIGNER, "Enclaves of the same signer get the same key.";
    2 "NOISVPRODID" => NOISVPRODID, "Products of the signer share the key.", since "KSS";
    3 "CONFIGID" => CONFIGID, "The configuration is mixed in.", since "KSS";
    4 "ISVFAMILYID" => ISVFAMILYID, "The product family is mixed in.", since "KSS";
    5 "ISVEXTPRODID" => ISVEXTPRODID, "The extended product identifier is mixed in.", since "KSS";
}

layout! {
    /// The operand of EGETKEY.
    #[derive(Copy)]
    pub struct KeyRequest: "KEYREQUEST", 512 bytes, align 512, "Intel SDM vol. 3D, Key Request (KEYREQUEST)";
    0   2 "KEYNAME" => keyname: KeyName, "Which key.";
    2   2 "KEYPOLICY" => keypolicy: KeyPolicy, "What the key is bound to.";
    4   2 "ISVSVN" => isvsvn: u16, "Security version to derive for; not beyond the enclave's own.";
    6   1 "CET_ATTRIBUTES_MASK" => cet_attributes_mask: CetAttributes, "Which control-flow enforcement options are mixed in.", since "CET";
    7   1 "reserved", "Must be zero.";
    8  16 "CPUSVN" => cpusvn: [u8; 16], "Processor security version to derive for; not beyond the current one.";
    24 16 "ATTRIBUTEMASK" => attributemask: Attributes, "Which attributes are mixed in.";
    40 32 "KEYID" => keyid: [u8; 32], "Tells keys of the same kind apart.";
    72  4 "MISCMASK" => miscmask: Miscselect, "Which bits of MISCSELECT are mixed in.";
    76  2 "CONFIGSVN" => configsvn: u16, "Configuration security version to derive for.", since "KSS";
    78 434 "reserved", "Must be zero.";
}
