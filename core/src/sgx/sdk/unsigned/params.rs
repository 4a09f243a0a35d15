//! What the settings come to, once the signing tool's own checks have passed.
//!
//! Documents: Intel SGX SDK for Linux, `manage_metadata.cpp`: `check_xml_parameter`, `fill_enclave_css`,
//! `modify_metadata`, `get_xsave_size`, `check_config`, `vaildate_elrange_config`.

use super::releases::Release;
use super::settings::{Key, Settings};
use crate::bytes::{Malformed, hex};
use crate::memory::PAGE;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect, SigStruct};
use crate::text;

const PAGE_BYTES: u64 = PAGE as u64;

/// The part of ATTRIBUTES.XFRM that the tool knows: x87, SSE, AVX, AVX-512, PKRU, AMX.
const LEGACY: u64 = 3;
const PKRU: u64 = 0x200;
const AMX: u64 = 0x6_0000;
const KNOWN: u64 = 0xe7 | PKRU;

/// What the tool leaves open in ATTRIBUTES.FLAGS since AEX-Notify: bits 48 to 55.
const OPEN: u64 = 0xff << 48;

/// Bytes of the registers in a state save area’s frame: `ssa_gpr_t`.
pub(super) const GPR: u64 = 184;

/// How much of something there is: always, at first, at most. In pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stages {
    pub min: u32,
    pub init: u32,
    pub max: u32,
}

/// What the tool’s layout follows from.
#[derive(Debug)]
pub(super) struct Params {
    pub heap: Stages,
    pub reserved: Stages,
    pub reserved_executable: bool,
    /// Pages of stack of a thread: always, and at most.
    pub stack: (u32, u32),
    /// Threads, threads at most, and threads kept ready besides the first.
    pub threads: (u32, u32, u32),
    pub policy: u32,
    /// Pages that the enclave arranges itself.
    pub user: u32,
    /// Image address, BASEADDR and SIZE of a larger enclave around the image.
    pub range: Option<(u64, u64, u64)>,
    /// ATTRIBUTES that are wished for.
    pub attributes: Attributes,
    /// MISCSELECT that is wished for.
    pub misc: u32,
    /// What the processor saves of XFRM’s components, in bytes.
    pub xsave: u64,
    /// SSAFRAMESIZE, in pages.
    pub frame: u32,
    /// Whether metadata for processors without and with dynamic memory is written.
    pub kinds: (bool, bool),
    /// The SIGSTRUCT before it is signed.
    pub sigstruct: SigStruct,
    /// TCSMinPool as it is set.
    pub pool: u32,
}

impl Params {
    /// Checks settings as the tool of a release does.
    ///
    /// # Errors
    /// The tool refuses them, or writes what is not known; says which.
    pub(super) fn of(settings: &Settings<'_>, release: &Release) -> Result<Self, Malformed> {
        let stack = stack(settings)?;
        let heap = stages(settings, Key::HeapMin, Key::HeapInit, Key::HeapMax)?;
        let reserved = [Key::ReservedMin, Key::ReservedInit, Key::ReservedMax];
        let reserved = stages(settings, reserved[0], reserved[1], reserved[2])?;
        let user = pages(settings, Key::UserRegion)?;
        refused(settings)?;
        let threads = threads(settings)?;
        let sigstruct = sigstruct(settings, release);
        let xfrm = wished(&sigstruct);
        let xsave = xsave(xfrm);
        let mut all = Self {
            heap,
            reserved,
            reserved_executable: settings.get(Key::ReservedExecutable) == 1,
            stack,
            threads,
            policy: settings.get(Key::TcsPolicy) as u32,
            user,
            range: range(settings)?,
            attributes: Attributes::new(sigstruct.attributes.flags.bits(), xfrm),
            misc: 0,
            xsave,
            frame: 1,
            kinds: (true, true),
            sigstruct,
            pool: settings.get(Key::TcsMinPool) as u32,
        };
        if release.grown {
            all.frame = (xsave + GPR).div_ceil(PAGE_BYTES) as u32;
            all.kinds = all.kinds(settings)?;
        }
        if release.directories > 2 {
            all.misc = settings.get(Key::MiscSelect) as u32;
        }
        Ok(all)
    }

    /// Which metadata a release since 2.20 writes: for processors without and with dynamic memory.
    fn kinds(&self, settings: &Settings<'_>) -> Result<(bool, bool), Malformed> {
        let exinfo = settings.get(Key::MiscSelect) & 1 == 1;
        let must = settings.get(Key::MiscMask) & 1 == 1;
        if self.user > 0 {
            if exinfo && must {
                return Ok((false, true));
            }
            let why = text!(
                "config.user-region",
                "needs MiscSelect and MiscMask with bit 0 set"
            );
            return Err(settings.wrong(Key::UserRegion, why));
        }
        let fixed = |s: Stages| s.min == s.init && s.init == s.max;
        let (_, most, ready) = self.threads;
        let dynamic = !fixed(self.heap)
            || !fixed(self.reserved)
            || self.stack.0 != self.stack.1
            || most != ready + 1;
        Ok((!(dynamic && exinfo && must), dynamic && exinfo))
    }
}

/// A number of bytes that is one of whole pages.
fn whole_pages(settings: &Settings<'_>, key: Key) -> Result<u64, Malformed> {
    let size = settings.get(key);
    if size.is_multiple_of(PAGE_BYTES) {
        return Ok(size);
    }
    let why = text!(
        "config.pages",
        "is {size}, which is no multiple of 4,096",
        size = hex::short(size)
    );
    Err(settings.wrong(key, why))
}

/// A size in pages, as many as the metadata can count.
fn pages(settings: &Settings<'_>, key: Key) -> Result<u32, Malformed> {
    let size = whole_pages(settings, key)?;
    u32::try_from(size / PAGE_BYTES).map_err(|_| {
        let why = text!(
            "config.too-many-pages",
            "is {size} bytes, more pages than the metadata can count",
            size = hex::short(size)
        );
        settings.wrong(key, why)
    })
}

fn order(settings: &Settings<'_>, less: Key, more: Key, name: &'static str) -> Malformed {
    let why = text!(
        "config.order",
        "is {less}, more than {name}, which is {more}",
        less = hex::short(settings.get(less)),
        name = name,
        more = hex::short(settings.get(more))
    );
    settings.wrong(less, why)
}

fn stack(settings: &Settings<'_>) -> Result<(u32, u32), Malformed> {
    let max = pages(settings, Key::StackMax)?;
    let min = pages(settings, Key::StackMin)?;
    if min > max {
        return Err(order(
            settings,
            Key::StackMin,
            Key::StackMax,
            "StackMaxSize",
        ));
    }
    Ok((min, max))
}

/// Heap or reserved memory; what there is at first is all, where nothing is said.
fn stages(settings: &Settings<'_>, min: Key, init: Key, max: Key) -> Result<Stages, Malformed> {
    let heap = max == Key::HeapMax;
    let (init_name, max_name) = if heap {
        ("HeapInitSize", "HeapMaxSize")
    } else {
        ("ReservedMemInitSize", "ReservedMemMaxSize")
    };
    let most = pages(settings, max)?;
    let least = pages(settings, min)?;
    let first = pages(settings, init)?;
    if !settings.has(init) {
        if least > most {
            return Err(order(settings, min, max, max_name));
        }
        return Ok(Stages {
            min: least,
            init: most,
            max: most,
        });
    }
    if first > most {
        return Err(order(settings, init, max, max_name));
    }
    if least > first {
        return Err(order(settings, min, init, init_name));
    }
    Ok(Stages {
        min: least,
        init: first,
        max: most,
    })
}

/// Settings that do not go together, or whose effect is not known.
fn refused(settings: &Settings<'_>) -> Result<(), Malformed> {
    if (settings.get(Key::Hw) == 0) != (settings.get(Key::Launch) == 0) {
        let why = text!(
            "config.hw",
            "goes with LaunchKey: both are 0, or both are not"
        );
        return Err(settings.wrong(Key::Hw, why));
    }
    let wide = [
        Key::ProductHigh,
        Key::ProductLow,
        Key::FamilyHigh,
        Key::FamilyLow,
    ];
    if let Some(key) = wide.into_iter().find(|k| settings.get(*k) != 0)
        && settings.get(Key::Kss) == 0
    {
        let why = text!("config.kss", "needs EnableKSS set to 1");
        return Err(settings.wrong(key, why));
    }
    for key in [Key::ImageAddress, Key::RangeStart] {
        if settings.has(key) && !settings.has(Key::RangeSize) {
            let why = text!("config.needs-range", "needs ELRangeSize besides");
            return Err(settings.wrong(key, why));
        }
    }
    for key in [Key::IppFips, Key::OsslFips] {
        if settings.get(key) != 0 {
            let why = text!(
                "config.fips",
                "is set, which is not carried out here: the signing tool then puts a FIPS module or a signature of its own into the file, and where g_global_data says so is not known"
            );
            return Err(settings.wrong(key, why));
        }
    }
    Ok(())
}

/// Threads, threads at most, and those kept ready besides the first.
fn threads(settings: &Settings<'_>) -> Result<(u32, u32, u32), Malformed> {
    let number = settings.get(Key::TcsNum);
    let most = settings.get_or(Key::TcsMaxNum, number);
    if most < number {
        let why = text!(
            "config.tcs-max",
            "is {most}, less than TCSNum, which is {n}",
            most = most,
            n = number
        );
        return Err(settings.wrong(Key::TcsMaxNum, why));
    }
    let pool = settings.get(Key::TcsMinPool);
    if settings.has(Key::TcsMinPool) && pool > most {
        let why = text!(
            "config.tcs-pool",
            "is {pool}, more than the {most} threads there can be",
            pool = pool,
            most = most
        );
        return Err(settings.wrong(Key::TcsMinPool, why));
    }
    Ok((number as u32, most as u32, pool.min(number - 1) as u32))
}

/// The enclave around the image. That the image fits is checked once its size is known.
fn range(settings: &Settings<'_>) -> Result<Option<(u64, u64, u64)>, Malformed> {
    let (image, start, size) = (
        settings.get(Key::ImageAddress),
        settings.get(Key::RangeStart),
        settings.get(Key::RangeSize),
    );
    if size == 0 {
        return Ok(None);
    }
    for key in [Key::ImageAddress, Key::RangeStart, Key::RangeSize] {
        whole_pages(settings, key)?;
    }
    if !size.is_power_of_two() || start & (size - 1) != 0 {
        let why = text!(
            "config.range-size",
            "is {size}; it should be a power of two, and ELRangeStartAddress ({start}) a multiple of it",
            size = hex::short(size),
            start = hex::addr(start)
        );
        return Err(settings.wrong(Key::RangeSize, why));
    }
    if start > image {
        return Err(outside(settings, image, 0));
    }
    Ok(Some((image, start, size)))
}

/// That the image does not lie in the enclave around it.
pub(super) fn outside(settings: &Settings<'_>, image: u64, bytes: u64) -> Malformed {
    let why = text!(
        "config.range-outside",
        "puts the image of {bytes} bytes to {image}, outside of the enclave that ELRangeStartAddress and ELRangeSize name",
        bytes = hex::short(bytes),
        image = hex::addr(image)
    );
    settings.wrong(Key::ImageAddress, why)
}

/// The SIGSTRUCT as the tool prepares it: without date, hash, key and signature.
fn sigstruct(settings: &Settings<'_>, release: &Release) -> SigStruct {
    let bit = |key: Key, flag: AttributesFlags| match settings.get(key) {
        1 => flag.bits(),
        _ => 0,
    };
    let asked = bit(Key::Provision, AttributesFlags::PROVISIONKEY)
        | bit(Key::Launch, AttributesFlags::EINITTOKEN_KEY)
        | bit(Key::Kss, AttributesFlags::KSS)
        | bit(Key::AexNotify, AttributesFlags::AEXNOTIFY)
        | AttributesFlags::MODE64BIT.bits();
    let open = AttributesFlags::DEBUG.bits() | if release.grown { OPEN } else { 0 };
    let debug = bit(Key::DisableDebug, AttributesFlags::DEBUG);
    let known = if release.grown { KNOWN | AMX } else { KNOWN };
    let mut xfrm = (LEGACY, LEGACY | !known);
    for (key, component) in [(Key::Pkru, PKRU), (Key::Amx, AMX & known)] {
        match settings.get(key) {
            0 => xfrm.1 |= component,
            1 => xfrm = (xfrm.0 | component, xfrm.1 | component),
            _ => {}
        }
    }
    let wide = |low: Key, high: Key| {
        let both = u128::from(settings.get(high)) << 64 | u128::from(settings.get(low));
        both.to_le_bytes()
    };
    let mask = settings.get(Key::MiscMask) as u32;
    let select = settings.get(Key::MiscSelect) as u32;
    let select = if release.directories > 2 {
        select & mask
    } else {
        select
    };
    let mut header = SigStruct::HEADER;
    header[15] |= (settings.get(Key::ReleaseType) as u8) << 7;
    SigStruct {
        header,
        header2: SigStruct::HEADER2,
        vendor: settings.get(Key::IntelSigned) as u32 * 0x8086,
        swdefined: settings.get(Key::Hw) as u32,
        miscselect: Miscselect::from_bits(select),
        miscmask: Miscselect::from_bits(mask),
        isvfamilyid: wide(Key::FamilyLow, Key::FamilyHigh),
        isvextprodid: wide(Key::ProductLow, Key::ProductHigh),
        attributes: Attributes::new(asked, xfrm.0),
        attributemask: Attributes::new(!open | debug, xfrm.1),
        isvprodid: settings.get(Key::ProdId) as u16,
        isvsvn: settings.get(Key::IsvSvn) as u16,
        ..SigStruct::default()
    }
}

/// XFRM that the metadata wishes for: every component that the mask leaves open or asks for.
fn wished(sig: &SigStruct) -> u64 {
    let (asked, mask) = (sig.attributes.xfrm.bits(), sig.attributemask.xfrm.bits());
    !mask | asked & mask
}

/// Bytes that XSAVE takes for components, by the tool’s table, whose last line that fits counts.
fn xsave(xfrm: u64) -> u64 {
    let table = [
        (LEGACY, 576),
        (0x6, 832),
        (0x18, 1088),
        (0xe6, 2688),
        (PKRU, 2752),
        (AMX, 11008),
    ];
    let fits = table.iter().rev().find(|(bits, _)| xfrm & bits == *bits);
    fits.map_or(0, |(_, size)| *size)
}
