//! The examples as people run them: without an account.
//!
//! They are programs that `cargo test` builds beside this one, which is why they have a test binary of their own.

#![expect(clippy::unwrap_used, reason = "the helpers of the tests may fail the tests")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use rusqlite::Connection;

/// What an example prints, and that it succeeds.
fn run(name: &str, arguments: &[&Path]) -> String {
    let tests = env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(program.exists(), "`{name}` is not built: cargo build --package livechat-webhooks --examples");
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn reply_answers_also_what_failed_at_first() {
    let output = run("reply", &[]);
    let expected = [
        "+ incoming_event (license) to http://127.0.0.1:",
        "Nadia writes: Where is my parcel?",
        "tried again in a moment",
        "replied: It is in Leipzig. (attempt 2)",
        "replied: You are welcome! (attempt 1)",
        "  Olivia Owner: It is in Leipzig.\n  Nadia: Thank you!\n  Olivia Owner: You are welcome!",
    ];
    for part in expected {
        assert!(output.contains(part), "no `{part}` in:\n{output}");
    }
}

#[test]
fn crm_has_each_chat_and_message_in_its_tables() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("crm.sqlite");
    let _ = fs::remove_file(&path);
    let output = run("crm", &[&path]);
    assert!(output.contains("Nadia      ended         2"), "{output}");
    assert!(output.contains("Ruth       open          0"), "{output}");
    let crm = Connection::open(&path).unwrap();
    let count = |table| {
        crm.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((count("chat"), count("message")), (3, 3));
    let chat: String = crm
        .query_row("SELECT chat_id FROM message WHERE text LIKE '%Norway%'", [], |row| row.get(0))
        .unwrap();
    let customer: String =
        crm.query_row("SELECT customer FROM chat WHERE id = ?1", [chat], |row| row.get(0)).unwrap();
    assert_eq!(customer, "Omar");
}
