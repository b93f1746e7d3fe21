//! The program prints where it is and what to use, and one line for each request.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

/// The program, which ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_livechat-mock"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn it_prints_its_address_tokens_what_the_client_needs_and_a_line_for_each_request() {
    let mut program = Program(program(&["--seed", "42"]).spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let address = first.strip_prefix("LiveChat v3.5 at http://").unwrap().to_owned();
    let token = lines.next().unwrap().split_whitespace().last().unwrap().to_owned();
    let variables =
        format!("export LIVECHAT_API_URL=http://{address} LIVECHAT_ACCOUNTS_URL=http://{address}");
    assert_eq!(lines.nth(5).unwrap(), variables);
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /v3.5/agent/action/list_chats HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("chats_summary"), "{answer}");
    assert_eq!(lines.next().unwrap(), "200 POST /v3.5/agent/action/list_chats owner@example.com");
}

/// The program, its address and its agent's token.
fn running(arguments: &[&str]) -> (Program, String, String) {
    let mut program = Program(program(arguments).spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.next().unwrap().strip_prefix("LiveChat v3.5 at http://").unwrap().to_owned();
    let token = lines.next().unwrap().split_whitespace().last().unwrap().to_owned();
    // Somebody has to read the lines of the requests.
    std::thread::spawn(move || lines.for_each(drop));
    (program, address, token)
}

/// The answer to an action of agents.
fn call(address: &str, token: &str, action: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /v3.5/agent/action/{action} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_options_decide_on_rates_regions_and_how_many_chats_are_kept() {
    let (_program, address, token) = running(&["--rate-limit", "3", "--region", "fra", "--max-chats", "1"]);
    assert!(token.starts_with("fra:"));
    let other = call(&address, "dal:anything", "list_chats", "{}");
    assert!(other.starts_with("HTTP/1.1 421") && other.contains("misdirected_request"), "{other}");
    for _ in 0..2 {
        assert!(call(&address, &token, "start_chat", "{}").starts_with("HTTP/1.1 200"));
    }
    let chats = call(&address, &token, "list_chats", "{}");
    assert!(
        chats.contains("\"found_chats\":1") && chats.to_ascii_lowercase().contains("\r\nlegacy: "),
        "{chats}"
    );
    assert!(call(&address, &token, "list_chats", "{}").starts_with("HTTP/1.1 429"));
}

#[test]
fn a_snapshot_file_keeps_the_state() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("livechat-mock-snapshot.json");
    let _ = std::fs::remove_file(&file);
    let mut chats = Vec::new();
    for signal in ["-INT", "-TERM"] {
        let (program, address, token) = running(&["--snapshot", file.to_str().unwrap(), "--seed", "1"]);
        chats.push(call(&address, &token, "list_chats", "{\"limit\": 1}"));
        assert!(call(&address, &token, "start_chat", "{}").starts_with("HTTP/1.1 200"));
        end(program, signal);
    }
    let (program, address, token) = running(&["--snapshot", file.to_str().unwrap()]);
    chats.push(call(&address, &token, "list_chats", "{\"limit\": 1}"));
    end(program, "-INT");
    let found = |text: &str| {
        text.split("\"found_chats\":")
            .nth(1)
            .unwrap()
            .split([',', '}'])
            .next()
            .unwrap()
            .parse::<u32>()
            .unwrap()
    };
    assert_eq!(found(&chats[1]), found(&chats[0]) + 1, "the chat of the first run is there in the second");
    assert_eq!(found(&chats[2]), found(&chats[0]) + 2, "whichever signal ended it");
}

/// Ends the program as Ctrl-C does, or a manager of services, so that it writes its state.
fn end(mut program: Program, signal: &str) {
    let killed = Command::new("kill").args([signal, &program.0.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(program.0.wait().unwrap().success());
}

#[test]
fn the_help_has_examples_and_a_wrong_argument_points_to_it() {
    let help = program(&["--help"]).output().unwrap();
    assert!(help.status.success());
    assert!(
        String::from_utf8(help.stdout)
            .unwrap()
            .contains("\nExamples:\n  livechat-mock --port 4010 --seed 42\n")
    );
    let wrong = program(&["--prot"]).output().unwrap();
    assert!(!wrong.status.success());
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert!(message.contains("--prot") && message.contains("--help"), "{message}");
}

#[test]
fn a_snapshot_that_cannot_be_written_is_named_before_anybody_is_served() {
    let wrong = program(&["--snapshot", "/nowhere/at/all.json"]).output().unwrap();
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert!(message.contains("cannot write /nowhere/at/all.json"), "{message}");
    assert!(wrong.stdout.is_empty());
}

#[test]
fn a_snapshot_that_is_none_is_named() {
    let wrong = program(&["--snapshot", env!("CARGO_MANIFEST_DIR")]).output().unwrap();
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert!(message.contains("cannot read") && message.contains("livechat-mock"), "{message}");
}
