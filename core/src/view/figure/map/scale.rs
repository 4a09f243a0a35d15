//! The elastic scale: every item gets the room it needs to be read, what is left goes by size.

use alloc::vec::Vec;

use super::super::measure::log2;

/// What an item asks for along the axis, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// Below this it cannot be told apart.
    pub(super) least: f32,
    /// With this its text is whole.
    pub(super) whole: f32,
    /// It takes no more than this.
    pub(super) most: f32,
    /// Its share of the room that is left.
    pub(super) weight: f32,
    /// Who comes first when not every text can be whole.
    pub(super) first: u8,
}

/// The share of a stretch of that many bytes where the smallest one has `least`: grows with the
/// logarithm, so that a page and a terabyte fit on one line.
pub(super) fn weight(size: u64, least: u64) -> f32 {
    let times = log2(size) - log2(least.max(1));
    1.0 + times.clamp(0.0, 40.0) / 5.0
}

/// The lengths of all items, in order. Their sum is `room` where `room` suffices for the least of
/// all; the result depends on what is there, not on what changed, so that stepping moves nothing.
///
/// Without `room` every item gets what it needs.
pub(super) fn lengths(needs: &[Need], room: Option<f32>) -> Vec<f32> {
    let Some(room) = room else {
        return needs.iter().map(|n| n.whole).collect();
    };
    let mut lengths: Vec<f32> = needs.iter().map(|n| n.least).collect();
    let sum: f32 = lengths.iter().sum();
    if sum > room {
        lengths.iter_mut().for_each(|l| *l *= room / sum);
        return lengths;
    }
    let mut left = room - sum;
    let mut order: Vec<usize> = (0..needs.len()).collect();
    let lack = |i: usize| needs[i].whole - needs[i].least;
    crate::order::sort_by(&mut order, |&a, &b| {
        let first = needs[b].first.cmp(&needs[a].first);
        first.then(lack(a).total_cmp(&lack(b))).then(a.cmp(&b))
    });
    for i in order {
        if lack(i) > 0.0 && lack(i) <= left {
            lengths[i] += lack(i);
            left -= lack(i);
        }
    }
    share(needs, &mut lengths, left);
    lengths
}

/// Shares out what is left by weight; who has enough leaves the rest to the others.
fn share(needs: &[Need], lengths: &mut [f32], mut left: f32) {
    // Each round either shares everything or satisfies somebody; four rounds are close enough.
    for _ in 0..4 {
        let open = |(n, l): (&Need, &f32)| *l < n.most;
        let open = needs.iter().zip(lengths.iter()).map(open);
        let open: Vec<bool> = open.collect();
        let weights = needs.iter().zip(&open).filter(|(_, o)| **o);
        let weights: f32 = weights.map(|(n, _)| n.weight).sum();
        if left < 0.5 || weights <= 0.0 {
            return;
        }
        let each = left / weights;
        for ((need, length), _) in needs
            .iter()
            .zip(lengths.iter_mut())
            .zip(open)
            .filter(|(_, o)| *o)
        {
            let more = (each * need.weight).min(need.most - *length);
            *length += more;
            left -= more;
        }
    }
}
