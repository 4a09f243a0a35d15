//! What the statuses of Intel's SDK mean to somebody who meets them.

use crate::text;
use crate::text::Text;
use crate::trace::Status;

const fn status(code: u64, name: &'static str) -> Status {
    Status { code, name }
}

/// The statuses, ascending.
pub(super) const LIST: &[Status] = &[
    status(0x0001, "SGX_ERROR_UNEXPECTED"),
    status(0x0002, "SGX_ERROR_INVALID_PARAMETER"),
    status(0x0003, "SGX_ERROR_OUT_OF_MEMORY"),
    status(0x0004, "SGX_ERROR_ENCLAVE_LOST"),
    status(0x0005, "SGX_ERROR_INVALID_STATE"),
    status(0x0008, "SGX_ERROR_FEATURE_NOT_SUPPORTED"),
    status(0x1001, "SGX_ERROR_INVALID_FUNCTION"),
    status(0x1003, "SGX_ERROR_OUT_OF_TCS"),
    status(0x1006, "SGX_ERROR_ENCLAVE_CRASHED"),
    status(0x1007, "SGX_ERROR_ECALL_NOT_ALLOWED"),
    status(0x1008, "SGX_ERROR_OCALL_NOT_ALLOWED"),
    status(0x1009, "SGX_ERROR_STACK_OVERRUN"),
    status(0x2000, "SGX_ERROR_UNDEFINED_SYMBOL"),
    status(0x2001, "SGX_ERROR_INVALID_ENCLAVE"),
    status(0x2002, "SGX_ERROR_INVALID_ENCLAVE_ID"),
    status(0x2003, "SGX_ERROR_INVALID_SIGNATURE"),
    status(0x2004, "SGX_ERROR_NDEBUG_ENCLAVE"),
    status(0x2005, "SGX_ERROR_OUT_OF_EPC"),
    status(0x2006, "SGX_ERROR_NO_DEVICE"),
    status(0x2009, "SGX_ERROR_INVALID_METADATA"),
    status(0x200c, "SGX_ERROR_DEVICE_BUSY"),
    status(0x200d, "SGX_ERROR_INVALID_VERSION"),
    status(0x200e, "SGX_ERROR_MODE_INCOMPATIBLE"),
    status(0x200f, "SGX_ERROR_ENCLAVE_FILE_ACCESS"),
    status(0x2010, "SGX_ERROR_INVALID_MISC"),
    status(0x2011, "SGX_ERROR_INVALID_LAUNCH_TOKEN"),
    status(0x3001, "SGX_ERROR_MAC_MISMATCH"),
    status(0x3002, "SGX_ERROR_INVALID_ATTRIBUTE"),
    status(0x3003, "SGX_ERROR_INVALID_CPUSVN"),
    status(0x3004, "SGX_ERROR_INVALID_ISVSVN"),
    status(0x3005, "SGX_ERROR_INVALID_KEYNAME"),
    status(0x4001, "SGX_ERROR_SERVICE_UNAVAILABLE"),
    status(0x4002, "SGX_ERROR_SERVICE_TIMEOUT"),
    status(0x4004, "SGX_ERROR_SERVICE_INVALID_PRIVILEGE"),
    status(0x4006, "SGX_ERROR_UPDATE_NEEDED"),
    status(0x400a, "SGX_ERROR_BUSY"),
    status(0x5002, "SGX_ERROR_NO_PRIVILEGE"),
];

/// What is wrong and what to do.
pub(super) fn says(code: u64) -> Text {
    match code {
        0x0001 => text!(
            "error.sdk.0001",
            "Something failed that has no code of its own; the log of the driver or of aesmd says more."
        ),
        0x0002 => text!(
            "error.sdk.0002",
            "A parameter is wrong: often a pointer that does not lie where the EDL file says, inside or outside."
        ),
        0x0003 => text!(
            "error.sdk.0003",
            "Memory is used up: the enclave’s heap, or that of the process."
        ),
        0x0004 => text!(
            "error.sdk.0004",
            "The EPC lost its contents, by suspend or migration, or the process is a fork of the one that built the enclave. Build it anew."
        ),
        0x0005 => text!(
            "error.sdk.0005",
            "The call does not fit the order of calls."
        ),
        0x0008 => text!("error.sdk.0008", "This platform has not what is asked for."),
        0x1001 => text!(
            "error.sdk.1001",
            "There is no ECALL or OCALL of that number: program and enclave were built from different EDL files."
        ),
        0x1003 => text!(
            "error.sdk.1003",
            "More threads want to enter at once than the enclave has TCS pages (TCSNum). More of them change MRENCLAVE."
        ),
        0x1006 => text!(
            "error.sdk.1006",
            "The code inside faulted and handled it not, or was ended by abort. Nobody enters this enclave any more."
        ),
        0x1007 => text!(
            "error.sdk.1007",
            "This ECALL is not allowed here: a private one, or one within an OCALL that does not list it."
        ),
        0x1008 => text!(
            "error.sdk.1008",
            "No OCALL may be made here, as within an exception handler."
        ),
        0x1009 => text!(
            "error.sdk.1009",
            "The enclave’s stack is used up (StackMaxSize)."
        ),
        0x2000 => text!(
            "error.sdk.2000",
            "The image wants a symbol that nobody defines."
        ),
        0x2001 => text!(
            "error.sdk.2001",
            "The image is no enclave, or was changed after signing so that what is measured differs from what was signed."
        ),
        0x2002 => text!(
            "error.sdk.2002",
            "There is no enclave of that id; it was destroyed, or never created."
        ),
        0x2003 => text!(
            "error.sdk.2003",
            "EINIT did not accept the signature structure. Sign again; look at it in the inspector to see which check fails."
        ),
        0x2004 => text!(
            "error.sdk.2004",
            "The file was signed for production (its mask binds DEBUG to 0) and is opened as a debug enclave. Pass 0 for the debug flag of sgx_create_enclave, or sign it with DisableDebug 0."
        ),
        0x2005 => text!(
            "error.sdk.2005",
            "The EPC has not enough room for the enclave."
        ),
        0x2006 => text!(
            "error.sdk.2006",
            "The SGX device cannot be opened: no driver, no right to it, or SGX is off in the firmware."
        ),
        0x2009 => text!(
            "error.sdk.2009",
            "The metadata in the image is damaged or missing: was the signed file given?"
        ),
        0x200c => text!("error.sdk.200c", "EINIT was interrupted again and again."),
        0x200d => text!(
            "error.sdk.200d",
            "Signing tool and runtime are of versions that do not go together."
        ),
        0x200e => text!(
            "error.sdk.200e",
            "A 32-bit enclave meets a 64-bit runtime or the reverse, or a simulated one a real one."
        ),
        0x200f => text!("error.sdk.200f", "The enclave’s file cannot be opened."),
        0x2010 => text!(
            "error.sdk.2010",
            "MISCSELECT or MISCMASK of the file does not fit this processor."
        ),
        0x2011 => text!("error.sdk.2011", "EINIT did not accept the launch token."),
        0x3001 => text!(
            "error.sdk.3001",
            "A MAC does not fit: of a report for another enclave or platform, or of sealed data that was changed or sealed by somebody else."
        ),
        0x3002 => text!(
            "error.sdk.3002",
            "The enclave may not have what it asks for: a key or an attribute such as PROVISIONKEY."
        ),
        0x3003 => text!(
            "error.sdk.3003",
            "A key of a newer security version than this processor’s is asked for."
        ),
        0x3004 => text!(
            "error.sdk.3004",
            "A key of a newer ISVSVN than the enclave’s own is asked for."
        ),
        0x3005 => text!("error.sdk.3005", "KEYNAME names no key."),
        0x4001 => text!(
            "error.sdk.4001",
            "aesmd does not answer: it does not run, or has not this service."
        ),
        0x4002 => text!("error.sdk.4002", "aesmd took too long to answer."),
        0x4004 => text!(
            "error.sdk.4004",
            "The enclave may not run here, as one with PROVISIONKEY whose process has no right to /dev/sgx_provision."
        ),
        0x4006 => text!(
            "error.sdk.4006",
            "The platform’s security version is out of date; microcode, firmware or the SGX software must be updated."
        ),
        0x400a => text!("error.sdk.400a", "The service is busy. Try again."),
        0x5002 => text!(
            "error.sdk.5002",
            "The process has not the right to do this."
        ),
        _ => Text::none(),
    }
}

/// A run in which it happens.
pub(super) fn link(code: u64) -> Option<&'static str> {
    Some(match code {
        0x1006 => "sgx/two-level-exceptions",
        0x2001 => "sgx/einit-refused@refused.measurement",
        0x2003 => "sgx/einit-refused@refused.signature",
        0x2004 => "sgx/einit-refused@refused.attributes",
        0x200c => "sgx/einit-refused@refused.event",
        0x2010 => "sgx/einit-refused@refused.miscselect",
        0x2011 => "sgx/einit-refused@refused.launch",
        _ => return None,
    })
}

/// The code of EINIT that the SDK's runtime turns into a status.
pub(super) fn leaf(code: u64) -> Option<u64> {
    Some(match code {
        0x2001 => 4,
        0x2004 => 2,
        0x2011 => 16,
        _ => return None,
    })
}
