//! The SHA-256 of a file, which goes on where it stopped: by it a file is known again.

use super::Source;

/// Bytes of a block.
const BLOCK: u64 = 64;

impl Source {
    /// The file’s SHA-256; `None` where bytes are missing, which are noted. It goes on where it stopped.
    #[must_use]
    pub fn digest(&self) -> Option<[u8; 32]> {
        self.digest_on(u64::MAX)
    }

    /// Like [`digest`](Self::digest), and `None` also when it has gone on by about so many bytes.
    #[must_use]
    pub fn digest_on(&self, most: u64) -> Option<[u8; 32]> {
        if self.0.digest.get().is_none() {
            let digest = self.sum(self.summed().saturating_add(most));
            self.0.digest.set(digest);
        }
        self.0.digest.get()
    }

    /// How far the digest has come, in bytes.
    #[must_use]
    pub fn summed(&self) -> u64 {
        match self.0.digest.get() {
            None => self.0.summed.get().0,
            Some(_) => self.len(),
        }
    }

    /// Goes on with the digest up to about a place; gives it at the end of the file.
    fn sum(&self, until: u64) -> Option<[u8; 32]> {
        let len = self.len();
        loop {
            let (at, mut state) = self.0.summed.get();
            if at >= until && at < len {
                return None;
            }
            let piece = self.piece(at);
            let lies = piece.as_ref().map_or(&[][..], |(b, within)| &b[*within..]);
            let most = usize::try_from(until.saturating_sub(at)).unwrap_or(usize::MAX);
            let whole = lies.len().min(most.max(BLOCK as usize)) / 64 * 64;
            if whole > 0 {
                let _ = state.absorb_blocks(&lies[..whole]);
                self.0.summed.set((at + whole as u64, state));
                self.release();
                continue;
            }
            // A block across two parts, or what is left at the end.
            let mut block = [0; BLOCK as usize];
            let left = (len - at).min(BLOCK) as usize;
            self.read(at, &mut block[..left]);
            if self.is_lacking() {
                return None;
            }
            if left < BLOCK as usize {
                return Some(state.finish_with(&block[..left]));
            }
            state.absorb(&[block]);
            self.0.summed.set((at + BLOCK, state));
        }
    }
}
