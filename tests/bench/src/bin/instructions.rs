//! The work whose instructions `cargo xtask instructions` counts under callgrind.
//!
//! The argument names the work. Another name does nothing but what comes before the work, and is subtracted.

use std::hint::black_box;

use bench::archive;
use bench::requests::Ours;
use livechat_types::agent::ListArchivesResponse;

fn main() {
    let work = std::env::args().nth(1).unwrap_or_default();
    let (page, _) = archive::page(1, 100_000);
    let requests = Ours::new();
    match work.as_str() {
        "decode-page" => {
            let read = serde_json::from_slice::<ListArchivesResponse>(black_box(page.as_bytes()));
            assert!(black_box(read).is_ok(), "the page follows the documentation");
        }
        "encode-requests" => {
            for _ in 0..100 {
                assert!(black_box(requests.encode()).is_ok(), "requests are plain data");
            }
        }
        _ => {}
    }
}
