//! Decoding an archive page and encoding requests, side by side with what else could do it.

use bench::archive;
use bench::flat;
use bench::measure::{Contestant, Goal, contest, report, speeds};
use bench::requests::{ByHand, Ours};
use livechat_types::agent::ListArchivesResponse;
use serde::Deserialize;
use serde_json::Value;

/// Reads a page as the client does: whether the whole of it is text is seen once, and not for each string.
fn read<'a, T: Deserialize<'a>>(page: &'a [u8]) -> Option<T> {
    serde_json::from_str(std::str::from_utf8(page).ok()?).ok()
}

fn main() {
    let (page, events) = archive::page(1, 1_000_000);
    println!("a page of {} bytes with {events} events", page.len());
    let bytes = page.as_bytes();
    let mut readers = vec![
        Contestant::new("livechat-types", || read::<ListArchivesResponse>(bytes)),
        Contestant::new("hand-written flat structs", || read::<flat::Page>(bytes)),
        Contestant::new("serde_json::Value", || read::<Value>(bytes)),
        #[cfg(feature = "typify")]
        Contestant::new("typify alone", || read::<bench::typify_alone::ListArchivesResponse>(bytes)),
    ];
    let scores = contest(80, &mut readers);
    let goals = [Goal::AtLeast(0.9), Goal::AtLeast(1.2), Goal::AtLeast(2.0)];
    let mut rows = speeds("decode a 1 MB archive page", &scores, &goals);

    // Many of each, one of either in turn: where a string happens to lie in memory can make a tenth of the time.
    let (ours, by_hand): (Vec<_>, Vec<_>) = (0..32).map(|_| (Ours::new(), ByHand::new())).unzip();
    let (mut ours, mut by_hand) = (ours.iter().cycle(), by_hand.iter().cycle());
    let mut writers = [
        Contestant::new("livechat-types", || ours.next().map(Ours::encode)),
        Contestant::new("hand-written structs", || by_hand.next().map(ByHand::encode)),
    ];
    let scores = contest(200, &mut writers);
    rows.extend(speeds("encode four requests", &scores, &[Goal::AtLeast(0.95)]));
    report(&rows);
}
