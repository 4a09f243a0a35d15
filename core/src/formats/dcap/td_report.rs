//! What a quote says about a trust domain.

use super::Xfrm;
use crate::{bits, layout};

bits! {
    /// What a trust domain is.
    pub struct TdAttributes: u64, "td_attributes";
    0 "DEBUG" => DEBUG, "The host may read and write the trust domain; nothing it says can be trusted.";
    27 "LASS" => LASS, "Linear address space separation may be used.", since "TDX 1.5";
    28 "SEPT_VE_DISABLE" => SEPT_VE_DISABLE, "Accesses to pending pages exit instead of raising a virtualisation exception.";
    29 "MIGRATABLE" => MIGRATABLE, "It may be moved to another machine.", since "TDX 1.5";
    30 "PKS" => PKS, "Supervisor protection keys may be used.";
    31 "KL" => KL, "Key Locker may be used.";
    63 "PERFMON" => PERFMON, "Performance monitoring may be used.";
}

layout! {
    /// The body of a quote about a trust domain, as TDX 1.0 defines it.
    #[derive(Copy)]
    pub struct TdReport10Body: "TD_REPORT10_BODY", 584 bytes, align 1, "Intel TDX DCAP quoting library reference, TD quote body";
    0   16 "tee_tcb_svn" => tee_tcb_svn: [u8; 16], "Security versions of the TDX module and its loader.";
    16  48 "mr_seam" => mr_seam: [u8; 48], "Measurement of the TDX module.";
    64  48 "mrsigner_seam" => mrsigner_seam: [u8; 48], "Who signed the TDX module; zero for Intel.";
    112  8 "seam_attributes" => seam_attributes: u64, "Attributes of the TDX module; zero.";
    120  8 "td_attributes" => td_attributes: TdAttributes, "What the trust domain is.";
    128  8 "xfam" => xfam: Xfrm, "The extended processor state the trust domain may use.";
    136 48 "mr_td" => mr_td: [u8; 48], "Measurement of how the trust domain was built.";
    184 48 "mr_config_id" => mr_config_id: [u8; 48], "Configuration chosen by whoever created it.";
    232 48 "mr_owner" => mr_owner: [u8; 48], "Owner named by whoever created it.";
    280 48 "mr_owner_config" => mr_owner_config: [u8; 48], "The owner's configuration.";
    328 48 "rtmr0" => rtmr0: [u8; 48], "Measurement register extended at run time: firmware configuration.";
    376 48 "rtmr1" => rtmr1: [u8; 48], "Measurement register extended at run time: loader and kernel.";
    424 48 "rtmr2" => rtmr2: [u8; 48], "Measurement register extended at run time: command line and applications.";
    472 48 "rtmr3" => rtmr3: [u8; 48], "Measurement register extended at run time, free for software.";
    520 64 "report_data" => report_data: [u8; 64], "What the trust domain put in: a nonce, a key, a digest.";
}

layout! {
    /// The body of a quote about a trust domain, as TDX 1.5 extends it.
    #[derive(Copy)]
    pub struct TdReport15Body: "TD_REPORT15_BODY", 648 bytes, align 1, "Intel TDX DCAP quoting library reference, TD quote body";
    0  584 "td_report10" => td_report10: TdReport10Body, "Everything TDX 1.0 has.";
    584 16 "tee_tcb_svn2" => tee_tcb_svn2: [u8; 16], "Security versions of the TDX module that runs now.", since "TDX 1.5";
    600 48 "mr_servicetd" => mr_servicetd: [u8; 48], "Measurement of the service trust domains bound to it.", since "TDX 1.5";
}
