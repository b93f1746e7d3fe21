//! Identifiers and other made-up values, the same for the same seed; knows nothing of what they identify.

use serde::{Deserialize, Serialize};

/// A small generator (SplitMix64): good enough for ids and demo data, and for nothing that must be hard to guess.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ids {
    state: u64,
}

const UPPER: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const MIXED: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number below `bound`, or 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// One of `items`.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.below(u64::try_from(items.len()).unwrap_or(u64::MAX));
        items.get(usize::try_from(index).unwrap_or(0))
    }

    /// Whether something of this many percent happens.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| self.pick(alphabet).map_or('0', |&byte| char::from(byte))).collect()
    }

    /// Such as chats, threads and rich messages have: `QJ4T8ZP1LX`.
    pub(crate) fn short(&mut self) -> String {
        self.text(UPPER, 10)
    }

    /// 32 hexadecimal digits: bots, clients, webhooks.
    pub(crate) fn hex(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    /// A UUID of version 4: customers, accounts, organizations.
    pub(crate) fn uuid(&mut self) -> String {
        uuid(self.next(), self.next())
    }

    /// What makes a token hard to mistake for another.
    pub(crate) fn secret(&mut self) -> String {
        self.text(MIXED, 22)
    }
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

fn uuid(high: u64, low: u64) -> String {
    let high = (high & !0xF000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
}

/// 32 hexadecimal digits that are always the same for `text`: what customers see instead of an agent's e-mail address.
pub(crate) fn digest(text: &str) -> String {
    let fold = |seed: u64| text.bytes().fold(seed, |hash, byte| mix(hash ^ u64::from(byte)));
    format!("{:016x}{:016x}", fold(1), fold(2))
}

#[cfg(test)]
mod tests {
    use super::{Ids, digest};

    #[test]
    fn the_same_seed_makes_the_same_ids() {
        let (mut one, mut two, mut other) = (Ids::new(7), Ids::new(7), Ids::new(8));
        assert_eq!(one.short(), two.short());
        assert_eq!(one.uuid(), two.uuid());
        assert_ne!(one.uuid(), other.uuid());
    }

    #[test]
    fn a_uuid_is_of_version_4() {
        let id = Ids::new(1).uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
    }

    #[test]
    fn a_digest_hides_the_address_and_tells_two_apart() {
        assert_eq!(digest("agent@example.com").len(), 32);
        assert_ne!(digest("agent@example.com"), digest("agent@example.con"));
    }
}
