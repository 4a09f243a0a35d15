//! EREPORT: what the enclave is, under a key that only the enclave it is meant for can ask for.

use super::operand::{self, Operand};
use crate::crypto::cmac::cmac;
use crate::rules;
use crate::sgx::encls::GP;
use crate::sgx::keys::{self, REPORT_KEYID};
use crate::sgx::machine::Machine;
use crate::sgx::structs::{Report, ReportBody, SecInfoFlags, TargetInfo};
use crate::text;
use crate::trace::{Event, Recorder, Rule, Stop};

const ALL: &str = "Intel SDM vol. 3D, EREPORT, Operation";

rules! {
    INSIDE = "EREPORT.inside": "The processor is in an enclave", ALL;
    TARGET_ALIGNED = "EREPORT.targetinfo-aligned": "RBX, the address of TARGETINFO, is a multiple of 512", ALL;
    TARGET_IN_ELRANGE = "EREPORT.targetinfo-in-elrange": "TARGETINFO lies in the enclave's range", ALL;
    TARGET_IN_EPC = "EREPORT.targetinfo-in-epc": "RBX resolves into the EPC", ALL;
    TARGET_VALID = "EREPORT.targetinfo-valid": "The page at RBX is valid", ALL;
    TARGET_NOT_BLOCKED = "EREPORT.targetinfo-not-blocked": "The page at RBX is not blocked", ALL;
    TARGET_PAGE = "EREPORT.targetinfo-page": "The page at RBX is this enclave's, regular, where it belongs, neither pending nor modified, and readable", ALL;
    DATA_ALIGNED = "EREPORT.reportdata-aligned": "RCX, the address of REPORTDATA, is a multiple of 128", ALL;
    DATA_IN_ELRANGE = "EREPORT.reportdata-in-elrange": "REPORTDATA lies in the enclave's range", ALL;
    DATA_IN_EPC = "EREPORT.reportdata-in-epc": "RCX resolves into the EPC", ALL;
    DATA_VALID = "EREPORT.reportdata-valid": "The page at RCX is valid", ALL;
    DATA_NOT_BLOCKED = "EREPORT.reportdata-not-blocked": "The page at RCX is not blocked", ALL;
    DATA_PAGE = "EREPORT.reportdata-page": "The page at RCX is this enclave's, regular, where it belongs, neither pending nor modified, and readable", ALL;
    OUTPUT_ALIGNED = "EREPORT.output-aligned": "RDX, the address of the REPORT, is a multiple of 512", ALL;
    OUTPUT_IN_ELRANGE = "EREPORT.output-in-elrange": "The REPORT lies in the enclave's range", ALL;
    OUTPUT_IN_EPC = "EREPORT.output-in-epc": "RDX resolves into the EPC", ALL;
    OUTPUT_VALID = "EREPORT.output-valid": "The page at RDX is valid", ALL;
    OUTPUT_NOT_BLOCKED = "EREPORT.output-not-blocked": "The page at RDX is not blocked", ALL;
    OUTPUT_PAGE = "EREPORT.output-page": "The page at RDX is this enclave's, regular, where it belongs, neither pending nor modified, and writable", ALL;
}

static TARGET: [&Rule; 6] = [
    &TARGET_ALIGNED,
    &TARGET_IN_ELRANGE,
    &TARGET_IN_EPC,
    &TARGET_VALID,
    &TARGET_NOT_BLOCKED,
    &TARGET_PAGE,
];
static DATA: [&Rule; 6] = [
    &DATA_ALIGNED,
    &DATA_IN_ELRANGE,
    &DATA_IN_EPC,
    &DATA_VALID,
    &DATA_NOT_BLOCKED,
    &DATA_PAGE,
];
static OUTPUT: [&Rule; 6] = [
    &OUTPUT_ALIGNED,
    &OUTPUT_IN_ELRANGE,
    &OUTPUT_IN_EPC,
    &OUTPUT_VALID,
    &OUTPUT_NOT_BLOCKED,
    &OUTPUT_PAGE,
];

/// Carries out EREPORT with RBX = TARGETINFO, RCX = REPORTDATA, RDX = where the REPORT goes.
///
/// Nobody is asked whether the target exists. A report for an enclave that is not there is one that
/// nobody can check. Reserved bytes of TARGETINFO are not looked at.
pub(super) fn ereport<R: Recorder>(m: &mut Machine, cpu: u8, recorder: &mut R) -> Result<(), Stop> {
    let own = m.cpu(cpu);
    recorder.require(&INSIDE, own.inside.is_some(), GP)?;
    let inside = own.inside.clone().ok_or(GP)?;
    let who = (&own, &inside);
    let operand = |at, size, align, right| Operand {
        at,
        size,
        align,
        right,
    };
    let target = operand(own.regs.rbx, 512, 512, SecInfoFlags::R);
    let data = operand(own.regs.rcx, 64, 128, SecInfoFlags::R);
    let output = operand(own.regs.rdx, 432, 512, SecInfoFlags::W);
    let target_page = operand::find(m, who, target, &TARGET, recorder)?;
    let data_page = operand::find(m, who, data, &DATA, recorder)?;
    let page = operand::find(m, who, output, &OUTPUT, recorder)?;
    let target = TargetInfo::from_bytes(&m.operand(target_page, target));
    let state = m.secs.get(&inside.secs).ok_or(GP)?;
    let fields = &state.fields;
    let body = ReportBody {
        cpusvn: m.platform.cpusvn,
        miscselect: fields.miscselect,
        cet_attributes: fields.cet_attributes,
        isvextprodid: state.ids[1],
        attributes: fields.attributes,
        mrenclave: fields.mrenclave,
        mrsigner: fields.mrsigner,
        configid: fields.configid,
        isvprodid: fields.isvprodid,
        isvsvn: fields.isvsvn,
        configsvn: fields.configsvn,
        isvfamilyid: state.ids[0],
        reportdata: m.operand(data_page, data),
    };
    let key = keys::report_key(&target, &m.platform.cpusvn, &REPORT_KEYID);
    recorder.tell(|| key.event());
    let report = Report {
        mac: cmac(&key.key, &body.encode()),
        body,
        keyid: REPORT_KEYID,
    };
    recorder.tell(|| Event::Message {
        from: text!("who.processor", "processor {n}", n = u64::from(cpu)),
        to: text!("who.enclave", "the enclave"),
        what: "REPORT".into(),
        bytes: alloc::rc::Rc::from(&report.encode()[..]),
    });
    m.epc_write(page, output.offset(), &report.encode(), recorder);
    Ok(())
}
