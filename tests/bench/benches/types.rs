//! Decoding an archive page and encoding requests, side by side with what else could do it.

use bench::archive;
use bench::flat;
use bench::measure::{Contestant, Goal, contest, report, speeds};
use bench::requests::{ByHand, Ours};
use livechat_types::agent::ListArchivesResponse;
use serde_json::{Value, from_slice};

fn main() {
    let (page, events) = archive::page(1, 1_000_000);
    println!("a page of {} bytes with {events} events", page.len());
    let bytes = page.as_bytes();
    let mut readers = vec![
        Contestant::new("livechat-types", || from_slice::<ListArchivesResponse>(bytes)),
        Contestant::new("hand-written flat structs", || from_slice::<flat::Page>(bytes)),
        Contestant::new("serde_json::Value", || from_slice::<Value>(bytes)),
        #[cfg(feature = "typify")]
        Contestant::new("typify alone", || from_slice::<bench::typify_alone::ListArchivesResponse>(bytes)),
    ];
    let scores = contest(80, &mut readers);
    let goals = [Goal::AtLeast(0.9), Goal::AtLeast(1.2), Goal::AtLeast(2.0)];
    let mut rows = speeds("decode a 1 MB archive page", &scores, &goals);

    let (ours, by_hand) = (Ours::new(), ByHand::new());
    let mut writers = [
        Contestant::new("livechat-types", || ours.encode()),
        Contestant::new("hand-written structs", || by_hand.encode()),
    ];
    let scores = contest(200, &mut writers);
    rows.extend(speeds("encode four requests", &scores, &[Goal::AtLeast(0.95)]));
    report(&rows);
}
