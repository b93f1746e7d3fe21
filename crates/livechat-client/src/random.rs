//! Random numbers for what needs no secrecy: request ids, boundaries and jitter.

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

/// Random bits: the hash, under a key that the operating system chose, of a counter.
pub(crate) fn bits() -> u64 {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    RandomState::new().hash_one(COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// 32 hexadecimal digits.
pub(crate) fn hex_digits() -> [u8; 32] {
    let mut digits = [0; 32];
    let mut left = 0_u64;
    for (index, digit) in digits.iter_mut().enumerate() {
        if index % 16 == 0 {
            left = bits();
        }
        *digit = match (left & 15) as u8 {
            value @ 0..10 => b'0' + value,
            value => b'a' + (value - 10),
        };
        left >>= 4;
    }
    digits
}

/// 32 hexadecimal digits.
pub(crate) fn hex128() -> String {
    hex_digits().into_iter().map(char::from).collect()
}

/// A number from 0 up to and without 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
pub(crate) fn fraction() -> f64 {
    (bits() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_fractions_fill_their_range() {
        let ids: std::collections::BTreeSet<_> = (0..1000).map(|_| hex128()).collect();
        assert_eq!(ids.len(), 1000);
        let mean = (0..10_000).map(|_| fraction()).sum::<f64>() / 10_000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }
}
