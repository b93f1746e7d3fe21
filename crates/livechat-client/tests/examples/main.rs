//! Every example as people run it: without an account, each against a mock of its own.
//!
//! They are programs that `cargo test` builds beside this one, which is why they have a test binary of their own.

#![expect(clippy::unwrap_used, reason = "the helpers of the tests may fail the tests")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use http::StatusCode;
use livechat_client::{
    Credentials, LiveChat,
    types::agent::{ListArchives, SortOrder},
};
use livechat_mock::{Fault, MockServer};

/// An example, to be run with these arguments and without an account.
fn example(name: &str, arguments: &[&str]) -> Command {
    let tests = env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(program.exists(), "`{name}` is not built: cargo build --package livechat-client --examples");
    let mut command = Command::new(program);
    command.args(arguments);
    for (variable, _) in env::vars().filter(|(variable, _)| variable.starts_with("LIVECHAT_")) {
        command.env_remove(variable);
    }
    command
}

/// What an example prints, and that it succeeds.
fn run(name: &str, arguments: &[&str]) -> String {
    let output = example(name, arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A path where no file is yet.
fn fresh(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

#[track_caller]
fn has(output: &str, parts: &[&str]) {
    for part in parts {
        assert!(output.contains(part), "no `{part}` in:\n{output}");
    }
}

#[test]
fn every_example_is_run_here() {
    let own =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples/main.rs")).unwrap();
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let names: BTreeSet<_> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(names.len() > 10, "{names:?}");
    let missing: Vec<_> = names.iter().filter(|name| !own.contains(&format!("(\"{name}\", "))).collect();
    assert!(missing.is_empty(), "not run: {missing:?}");
}

#[test]
fn quickstart_leads_from_a_chat_to_its_transcript() {
    let output = run("quickstart", &[]);
    has(&output, &["started the chat", "tagged shipping", "Olivia Owner: Good morning!"]);
    has(&output, &["(to agents): Asked about", "LiveChat: Olivia Owner closed the chat"]);
}

#[test]
fn search_archives_marks_what_it_finds() {
    has(&run("search_archives", &["parcel"]), &["where is my »parcel«?", "chats with `parcel`"]);
    has(&run("search_archives", &["no such words"]), &["0 chats"]);
}

#[test]
fn set_routing_status_sets_it_and_knows_the_statuses() {
    let output = run("set_routing_status", &["kira@example.com", "not_accepting_chats"]);
    let of_kira: Vec<_> = output.lines().filter(|line| line.starts_with("kira")).collect();
    assert_eq!(of_kira.len(), 2);
    assert!(of_kira.iter().any(|line| line.ends_with(" accepting_chats")), "{output}");
    assert!(of_kira.iter().any(|line| line.ends_with(" not_accepting_chats")), "{output}");

    let output = example("set_routing_status", &["kira@example.com", "asleep"]).output().unwrap();
    assert!(!output.status.success());
    has(&String::from_utf8_lossy(&output.stderr), &["no status `asleep`", "accepting_chats"]);
}

#[test]
fn watch_queues_shows_who_waits_and_when_nobody_does() {
    let output = run("watch_queues", &[]);
    let counts: Vec<_> = output.lines().filter(|line| line.ends_with(" waiting")).collect();
    assert!(matches!(&counts[..], ["0 waiting", some, "0 waiting"] if *some != "0 waiting"), "{output}");
}

#[test]
fn tag_chats_tags_with_a_tag_that_was_not_there() {
    has(&run("tag_chats", &["lamp", "lighting"]), &["are now tagged `lighting`", "tagged "]);
}

#[test]
fn upload_file_sends_what_it_uploaded() {
    has(&run("upload_file", &[]), &["uploaded to https://", "in the chat: label.svg"]);
    let path = fresh("note.txt");
    fs::write(&path, "Back at noon").unwrap();
    has(&run("upload_file", &[path.to_str().unwrap(), "text/plain"]), &["in the chat: note.txt"]);
}

#[test]
fn csat_report_is_a_table_and_a_picture() {
    let path = fresh("csat.svg");
    let output = run("csat_report", &[path.to_str().unwrap()]);
    assert_eq!(output.lines().filter(|line| line.starts_with("20")).count(), 30, "{output}");
    has(&output, &["CSAT", "all "]);
    let picture = fs::read_to_string(path).unwrap();
    has(&picture, &["<svg", "CSAT", "good", "ratings"]);
    assert!(picture.matches("#2E8B57").count() > 10, "there are bars");
}

#[test]
fn oauth_login_goes_through_the_whole_login() {
    has(
        &run("oauth_login", &[]),
        &["code_challenge=", "logged in as", "chats--all:ro", "good until", "logged out"],
    );
}

#[test]
fn register_webhooks_leaves_nothing_to_do() {
    let output = run("register_webhooks", &["https://hooks.example.com/a"]);
    has(&output, &["3 to register", "+ incoming_event (license) to https://hooks.example.com/a"]);
    has(&output, &["0 to register, 0 to unregister, 3 to keep"]);
}

#[test]
fn save_customer_data_writes_every_customer() {
    let path = fresh("customers.csv");
    run("save_customer_data", &[path.to_str().unwrap()]);
    let table = fs::read_to_string(path).unwrap();
    assert!(table.lines().count() > 60, "{table}");
    has(&table, &["id,name,email", "@example.org\""]);
}

#[test]
fn sync_crm_writes_each_record_once_and_finds_chats_by_what_it_wrote() {
    let output = run("sync_crm", &[]);
    let written = output.lines().filter_map(|line| line.strip_prefix("a task wrote ")?.split(' ').next());
    let written: Vec<u32> = written.map(|number| number.parse().unwrap()).collect();
    assert_eq!((written.len(), written.iter().sum()), (3, 30), "{output}");
    has(&output, &["10 chats of customers with the plan gold"]);
}

#[test]
fn customer_chat_is_rated_and_resumed_by_the_same_customer() {
    let output = run("customer_chat", &[]);
    has(
        &output,
        &["One of the lamps", "    file", ", rated good", "Is the new one", "the same customer: true"],
    );
    assert_eq!(output.matches("thread ").count(), 2, "{output}");
}

#[test]
fn bot_speaks_for_itself_and_through_the_agent() {
    let output = run("bot", &[]);
    let id = output.lines().next().and_then(|line| line.split(' ').next_back()).unwrap();
    has(&output, &[&format!("{id}: I look"), &format!("{id}: It is in Leipzig"), "deleted the bot"]);
}

#[test]
fn metrics_layer_counts_calls_and_failures() {
    let output = run("metrics_layer", &[]);
    let rows: Vec<Vec<&str>> = output.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
    for expected in [["get_chat", "1", "1"], ["list_chats", "1", "0"]] {
        assert!(rows.contains(&expected.to_vec()), "{output}");
    }
    let of_pages = rows.iter().find(|row| row.first() == Some(&"list_archives")).unwrap();
    assert!(of_pages[1].parse::<u32>().unwrap() > 1 && of_pages[2] == "0", "{output}");
}

#[test]
fn export_transcripts_writes_a_line_for_every_chat() {
    let path = fresh("all.jsonl");
    let output = run("export_transcripts", &[path.to_str().unwrap()]);
    let ids = ids(&path);
    assert!(ids.len() > 200 && output.starts_with(&format!("{} chats", ids.len())), "{output}");
}

/// With an account: here that of a mock which is not the example's own.
#[tokio::test(flavor = "multi_thread")]
async fn export_transcripts_goes_on_where_it_was_stopped() {
    let mock = MockServer::builder().seed(7).start().await.unwrap();
    let (path, bookmark) = (fresh("stopped.jsonl"), fresh("stopped.next"));
    let export = async || {
        let mut command = example("export_transcripts", &[path.to_str().unwrap()]);
        command.env("LIVECHAT_API_URL", mock.url());
        command.env("LIVECHAT_ACCOUNT_ID", mock.tokens().account_id);
        command.env("LIVECHAT_TOKEN", mock.tokens().personal);
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
    };
    // The first page comes, the second does not.
    let livechat = LiveChat::builder(Credentials::bearer(mock.tokens().agent)).api_url(mock.url());
    let first = ListArchives::new().limit(100).sort_order(SortOrder::Asc);
    let page = livechat.build().unwrap().agent().send_raw(&first).await.unwrap().into_inner();
    let page = String::from_utf8(page.to_vec()).unwrap();
    mock.inject(Fault::raw(StatusCode::OK, "application/json", page).on("list_archives").times(1));
    mock.inject(Fault::error("authorization").on("list_archives").times(1));
    let Output { status, stderr, .. } = export().await;
    assert!(!status.success());
    has(&String::from_utf8_lossy(&stderr), &["list_archives", "authorization"]);
    assert_eq!(ids(&path).len(), 100);
    assert!(bookmark.exists());

    let Output { status, stderr, .. } = export().await;
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    let ids = ids(&path);
    assert!(ids.len() > 200);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "none is there twice");
    assert!(!bookmark.exists());
}

/// The ids of the threads in a file of JSON lines.
fn ids(path: &Path) -> Vec<String> {
    let id = |line: &str| {
        let chat: serde_json::Value = serde_json::from_str(line).unwrap();
        chat.pointer("/thread/id").and_then(serde_json::Value::as_str).unwrap().to_owned()
    };
    fs::read_to_string(path).unwrap().lines().map(id).collect()
}
