//! Digests, signatures and seeded contents, with every intermediate value in reach.
