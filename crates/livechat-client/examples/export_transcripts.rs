//! All archived chats as JSON lines: `cargo run -p livechat-client --example export_transcripts -- transcripts.jsonl`.
//!
//! Beside the file stands the id of the page that comes next. If the export is stopped in the middle, run it again: it goes on from
//! there. A page id is good for a month.

use std::{
    fs::{self, File},
    io::{BufWriter, ErrorKind, Write as _},
    path::Path,
};

use indicatif::{ProgressBar, ProgressStyle};
use livechat_client::types::agent::{ListArchives, SortOrder};
use serde_json::Value;

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let agent = account.livechat.agent();
    let path = support::file(1, "transcripts.jsonl");
    let bookmark = path.with_extension("next");

    let (mut pages, file) = match read_bookmark(&bookmark)? {
        Some(page_id) => {
            (agent.pages_from::<ListArchives>(page_id), File::options().append(true).open(&path)?)
        }
        None => {
            // The oldest first: chats that end meanwhile come at the end, and move no page.
            let request = ListArchives::new().limit(100).sort_order(SortOrder::Asc);
            (agent.list_archives_pages(&request), File::create(&path)?)
        }
    };
    let mut file = BufWriter::new(file);
    let bar =
        ProgressBar::no_length().with_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}")?);
    while let Some(page) = pages.try_next().await? {
        if let Some(found) = page.found_chats {
            bar.set_length(u64::try_from(found)?);
        }
        // The bytes that came, so that also what no type knows is kept.
        let raw: Value = serde_json::from_slice(page.body())?;
        for chat in raw.get("chats").and_then(Value::as_array).into_iter().flatten() {
            serde_json::to_writer(&mut file, chat)?;
            file.write_all(b"\n")?;
            bar.inc(1);
        }
        // The bookmark comes last: whatever happens before it, the page is read again, and no chat is lost.
        file.flush()?;
        match pages.next_page_id() {
            Some(page_id) => fs::write(&bookmark, page_id)?,
            None => remove(&bookmark)?,
        }
    }
    bar.finish_and_clear();
    println!("{} chats are in {}", bar.position(), path.display());
    Ok(())
}

fn read_bookmark(path: &Path) -> support::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(page_id) => Ok(Some(page_id)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn remove(path: &Path) -> support::Result {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
