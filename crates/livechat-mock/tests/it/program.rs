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
fn it_prints_its_address_and_tokens_and_a_line_for_each_request() {
    let mut program = Program(program(&["--seed", "42"]).spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let address = first.strip_prefix("LiveChat v3.5 at http://").unwrap().to_owned();
    let token = lines.next().unwrap().split_whitespace().last().unwrap().to_owned();
    for _ in 0..5 {
        lines.next().unwrap();
    }
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
fn a_snapshot_that_is_none_is_named() {
    let wrong = program(&["--snapshot", env!("CARGO_MANIFEST_DIR")]).output().unwrap();
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert!(message.contains("cannot read") && message.contains("livechat-mock"), "{message}");
}
