//! A service that is killed at any moment: every webhook that it answered with 200 is handled in the end.
//!
//! The service is this test's own program, started again with the name of a test that is otherwise ignored. It writes each chat that
//! it handles to a file, which outlives it.

use std::{
    collections::{BTreeSet, HashSet},
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use livechat_webhooks::{
    Handlers, Verifier, WebhookService,
    axum::router,
    inbox::{Durability, Inbox, SqliteStore, Store},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[cfg(all(feature = "postgres", unix))]
use crate::stores::{Stores as _, postgres::PostgresStores};
use crate::support::{SECRET, chat_deactivated};

const FOLDER: &str = "LIVECHAT_WEBHOOKS_CRASH_FOLDER";
#[cfg(all(feature = "postgres", unix))]
const SCHEMA: &str = "LIVECHAT_WEBHOOKS_CRASH_SCHEMA";
const ROUNDS: usize = 20;
const WEBHOOKS: usize = 10_000;
const CONNECTIONS: usize = 32;

/// The service: tells its port, and serves until it is killed; when its input ends, it handles what is left and ends.
#[tokio::test]
#[ignore = "it is the service of the test below"]
async fn service() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let handled = OpenOptions::new().create(true).append(true).open(folder.join("handled")).unwrap();
    let handlers = Handlers::with_state(Arc::new(handled)).on_chat_deactivated(|event, context| async move {
        // The longer it takes, the more of them are at work when the service is killed.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        note(&context.state, event.chat_id.as_str())?;
        Ok(())
    });
    #[cfg(all(feature = "postgres", unix))]
    if let Ok(schema) = std::env::var(SCHEMA) {
        let mut stores = PostgresStores::at(&schema);
        stores.lease = std::time::Duration::from_millis(500);
        return serve(stores.open().await, handlers).await;
    }
    // What a killed process wrote is safe without being on the disk.
    let store = SqliteStore::open_with(folder.join("inbox.sqlite"), Durability::Crash).unwrap();
    serve(store, handlers).await;
}

/// Adds a line to a file, in one piece: with `writeln!`, the end of a line is written by itself, and a process that is killed before it
/// leaves a line that the next one's first is added to.
fn note(mut file: &File, line: &str) -> io::Result<()> {
    file.write_all(format!("{line}\n").as_bytes())
}

async fn serve<S: Clone + Send + Sync + 'static>(store: impl Store, handlers: Handlers<S>) {
    let inbox = Inbox::builder(store).start(handlers);
    let app = router("/", WebhookService::new(Verifier::new(SECRET), inbox.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("port {}", listener.local_addr().unwrap().port());
    tokio::spawn(async move { axum::serve(listener, app).await });
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await.unwrap().unwrap();
    inbox.idle().await.unwrap();
    inbox.shutdown().await;
}

/// A running service.
struct Service {
    child: Child,
    port: u16,
}

impl Service {
    fn start(folder: &Path, environment: &[(&str, String)]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::service", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .find_map(|line| line.unwrap().split_once("port ").map(|(_, port)| port.parse().unwrap()))
            .expect("the service tells its port");
        // Its output must not fill up.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn finish(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// What is still to be sent, what was acknowledged, and when enough was.
struct Sending {
    waiting: Mutex<Vec<String>>,
    acknowledged: Mutex<BTreeSet<String>>,
    enough: usize,
    reached: tokio::sync::Notify,
}

/// Sends webhooks over one connection until there are no more, or the service is gone.
async fn send(port: u16, sending: Arc<Sending>) {
    let Ok(mut connection) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    loop {
        let Some(chat_id) = sending.waiting.lock().unwrap().pop() else {
            return sending.reached.notify_one();
        };
        if !is_acknowledged(&mut connection, &chat_id).await {
            sending.waiting.lock().unwrap().push(chat_id);
            return;
        }
        let mut acknowledged = sending.acknowledged.lock().unwrap();
        acknowledged.insert(chat_id);
        if acknowledged.len() >= sending.enough {
            sending.reached.notify_one();
        }
    }
}

async fn is_acknowledged(connection: &mut TcpStream, chat_id: &str) -> bool {
    let body = chat_deactivated(chat_id);
    let request = format!("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    if connection.write_all(request.as_bytes()).await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    let mut part = [0; 512];
    while !answer.ends_with(b"\r\n\r\n") {
        match connection.read(&mut part).await {
            Ok(0) | Err(_) => return false,
            Ok(length) => answer.extend_from_slice(&part[..length]),
        }
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    true
}

/// Numbers that look random and are the same in every run.
fn scattered(number: usize) -> usize {
    let number = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from((number ^ number >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_with_200_is_handled_although_the_service_is_killed_again_and_again() {
    kill_again_and_again("sqlite", &[]).await;
}

#[cfg(all(feature = "postgres", unix))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_postgres_too_what_was_answered_with_200_is_handled_although_the_service_is_killed() {
    let Some(stores) = PostgresStores::new().await else { return };
    kill_again_and_again("postgres", &stores.environment(SCHEMA)).await;
}

/// Starts a service, sends webhooks, kills it, and again; then looks what was handled.
async fn kill_again_and_again(name: &str, environment: &[(&str, String)]) {
    let folder = std::env::temp_dir().join(format!("livechat-crash-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut waiting: Vec<_> = (0..WEBHOOKS).map(|number| format!("C{number}")).collect();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let rest = waiting.len() / (ROUNDS - round);
        let enough = acknowledged.len() + 1 + scattered(round) % (rest * 2).max(1);
        let service = Service::start(&folder, environment);
        let sending = Arc::new(Sending {
            waiting: Mutex::new(waiting),
            acknowledged: Mutex::new(acknowledged),
            enough,
            reached: tokio::sync::Notify::new(),
        });
        let senders: Vec<_> =
            (0..CONNECTIONS).map(|_| tokio::spawn(send(service.port, Arc::clone(&sending)))).collect();
        sending.reached.notified().await;
        service.kill();
        for sender in senders {
            sender.await.unwrap();
        }
        let Ok(sending) = Arc::try_unwrap(sending) else { panic!("a sender is still there") };
        (waiting, acknowledged) =
            (sending.waiting.into_inner().unwrap(), sending.acknowledged.into_inner().unwrap());
    }
    Service::start(&folder, environment).finish();

    let handled = fs::read_to_string(folder.join("handled")).unwrap();
    let handled: HashSet<_> = handled.lines().collect();
    let lost: Vec<_> = acknowledged.iter().filter(|chat_id| !handled.contains(chat_id.as_str())).collect();
    assert!(acknowledged.len() > WEBHOOKS / 2, "only {} were acknowledged", acknowledged.len());
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), acknowledged.len());
    fs::remove_dir_all(folder).unwrap();
}
