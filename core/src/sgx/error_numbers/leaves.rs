//! What the error codes of SGX's leaves mean to somebody who meets them.

use crate::text;
use crate::text::Text;

/// What is wrong and what to do.
pub(super) fn says(code: u64) -> Text {
    match code {
        1 => text!(
            "error.sgx.1",
            "SIGSTRUCT has not the form that EINIT wants: HEADER, VENDOR, HEADER2, EXPONENT or a reserved byte. A key with exponent 65,537 ends here. Sign again with an RSA-3072 key of exponent 3."
        ),
        2 => text!(
            "error.sgx.2",
            "The enclave was created with ATTRIBUTES or MISCSELECT that the author’s masks do not allow: most often DEBUG, or an XFRM that the file was not signed for. Create it as it was signed, or sign it with another mask. An enclave that asks for EINITTOKEN_KEY without being the launch authority ends here too."
        ),
        3 => text!("error.sgx.3", "The page is blocked already."),
        4 => text!(
            "error.sgx.4",
            "What was measured is not what was signed. One byte, one permission, one heap page more or another order of pages gives another MRENCLAVE; sign the file that is loaded, or load the file that was signed. A token for another enclave or signer ends here too."
        ),
        5 => text!("error.sgx.5", "A page of this type cannot be blocked."),
        6 => text!("error.sgx.6", "The EPC page is not in use."),
        7 => text!(
            "error.sgx.7",
            "Another leaf is working on the page at the same time. Try again. Older texts call it SGX_LOCKFAIL."
        ),
        8 => text!(
            "error.sgx.8",
            "SIGNATURE does not belong to the signed bytes and the key, or Q1 and Q2 are not its quotients. Something signed was changed after signing, or the signing tool leaves Q1 and Q2 out. Sign again."
        ),
        9 => text!(
            "error.sgx.9",
            "A page that is brought back is not the one that was written out: its MAC differs. Memory outside the EPC was changed, or an older version was given back."
        ),
        10 => text!("error.sgx.10", "EWB wants a page that EBLOCK has blocked."),
        11 => text!(
            "error.sgx.11",
            "A thread that was inside when the page was blocked or changed may still hold its translation. ETRACK, then take every such thread out once."
        ),
        12 => text!("error.sgx.12", "The slot of the version array is in use."),
        13 => text!(
            "error.sgx.13",
            "The SECS still has pages. Remove them first; the SECS goes last."
        ),
        14 => text!("error.sgx.14", "A thread is still inside the enclave."),
        15 => text!(
            "error.sgx.15",
            "Another processor is carrying out ETRACK for this enclave. Try again."
        ),
        16 => text!(
            "error.sgx.16",
            "Nobody let this author launch: there is no valid token, and IA32_SGXLEPUBKEYHASH names another signer. With flexible launch control the driver writes the author’s hash there; where it is locked, a launch enclave must make a token. A token that was made for another processor, or of which EINIT does not see the right bytes (a hypervisor that maps it at another offset within its page), ends here too."
        ),
        17 => text!(
            "error.sgx.17",
            "An earlier ETRACK has not come to its end: a thread that was inside then has not left yet."
        ),
        18 => text!(
            "error.sgx.18",
            "The page is a SECS, and a SECS is not blocked."
        ),
        19 => text!(
            "error.sgx.19",
            "EACCEPT names another type, permission or state than the page has: operating system and enclave disagree about it."
        ),
        20 => text!(
            "error.sgx.20",
            "The page waits for EACCEPT and cannot be changed now."
        ),
        21 => text!(
            "error.sgx.21",
            "The page waits for EACCEPT and cannot be read or written by a debugger now."
        ),
        25 => text!(
            "error.sgx.25",
            "A counter of enclaves’ children that a hypervisor keeps would become wrong."
        ),
        26 => text!("error.sgx.26", "The address leads to no EPC page."),
        27 => text!("error.sgx.27", "The page need not be tracked."),
        28 => text!(
            "error.sgx.28",
            "The REPORTMACSTRUCT was not made on this platform, or was changed."
        ),
        29 => text!(
            "error.sgx.29",
            "The processor had not enough random numbers. Try again."
        ),
        31 => text!(
            "error.sgx.31",
            "There is no newer security version to take up."
        ),
        32 => text!(
            "error.sgx.32",
            "A security version is asked for that is newer than this processor’s: of a token, or of a key. Microcode or firmware was set back, or the token comes from another machine."
        ),
        64 => text!(
            "error.sgx.64",
            "A key of a newer ISVSVN than the enclave’s own is asked for."
        ),
        128 => text!(
            "error.sgx.128",
            "An interrupt waits. EINIT takes long and looks for one before the signature; the driver tries again."
        ),
        256 => text!("error.sgx.256", "KEYNAME names no key."),
        _ => Text::none(),
    }
}

/// A run in which it happens.
pub(super) fn link(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "sgx/einit-refused@refused.header",
        2 => "sgx/einit-refused@refused.attributes",
        4 => "sgx/einit-refused@refused.measurement",
        8 => "sgx/einit-refused@refused.signature",
        16 => "sgx/einit-refused@refused.launch",
        32 => "sgx/einit-refused@refused.token-cpusvn",
        128 => "sgx/einit-refused@refused.event",
        _ => return None,
    })
}
