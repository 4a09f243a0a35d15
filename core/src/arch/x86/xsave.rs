//! How large an XSAVE area is for a set of state components (Intel SDM vol. 1, chapter 13).

/// State components this processor model has: x87, SSE, AVX, AVX-512 (three parts), PKRU.
pub const XFRM_SUPPORTED: u64 = 0x2e7;

/// Offset and size in bytes of the extended components in the standard format, by bit.
pub(super) const COMPONENTS: [(u32, u64, u64); 5] = [
    (2, 576, 256),
    (5, 1088, 64),
    (6, 1152, 512),
    (7, 1664, 1024),
    (9, 2688, 8),
];

/// Bytes an XSAVE area takes in the standard format: 512 legacy, 64 header, then up to the end of
/// the last enabled component.
#[must_use]
pub fn xsave_size(xfrm: u64) -> u64 {
    let extended = COMPONENTS.iter().filter(|(bit, ..)| xfrm >> bit & 1 == 1);
    extended
        .map(|(_, offset, size)| offset + size)
        .max()
        .unwrap_or(576)
}

/// Whether a set of components may be enabled together: x87 and SSE always, AVX before AVX-512, the
/// three parts of AVX-512 together, and nothing the processor lacks.
#[must_use]
pub fn is_legal(xfrm: u64) -> bool {
    let avx512 = xfrm >> 5 & 7;
    xfrm & 3 == 3
        && xfrm & !XFRM_SUPPORTED == 0
        && (avx512 == 0 || (avx512 == 7 && xfrm >> 2 & 1 == 1))
}
