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
    for half in digits.chunks_exact_mut(16) {
        for (pair, byte) in half.chunks_exact_mut(2).zip(bits().to_ne_bytes()) {
            pair.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
    digits
}

/// The digit of a number below 16.
fn hex_digit(number: u8) -> u8 {
    if number < 10 { b'0' + number } else { b'a' + number - 10 }
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
