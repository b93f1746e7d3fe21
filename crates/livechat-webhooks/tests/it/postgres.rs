//! What `PostgresStore` does beyond what every store does: several processes, and a database that fails.

use std::{
    collections::{BTreeSet, HashMap},
    future::poll_fn,
    hash::{BuildHasher as _, RandomState},
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use livechat_webhooks::{
    Handlers, TestWebhook, Verifier,
    inbox::{
        Appended, Fingerprint, Inbox, NewEntry, Outcome, PostgresSettings, PostgresStore, Status, Store,
        tokio_postgres::{Client, Config, NoTls, config::Host},
    },
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream, UnixStream},
    time::timeout,
};

use crate::{
    stores::{Stores as _, postgres::PostgresStores},
    support::{SECRET, Seen, chat_deactivated},
};

fn entry(body: &str) -> NewEntry {
    NewEntry { action: "tested".to_owned(), body: body.to_owned(), unless_seen: None }
}

async fn bodies(store: &PostgresStore) -> Vec<String> {
    store.claim(100).await.unwrap().entries.into_iter().map(|entry| entry.body).collect()
}

/// A webhook about a chat, which the store must understand to keep the order.
fn of_chat(chat: &str, number: usize) -> String {
    let payload = json!({"chat_id": chat, "thread_id": "T", "tag": format!("{number}")});
    TestWebhook::of_json(SECRET, "thread_tagged", payload).body()
}

#[tokio::test]
async fn while_one_process_has_webhooks_of_a_chat_no_other_gets_any_of_it() {
    let Some(stores) = PostgresStores::new().await else { return };
    let (one, other) = (stores.open().await, stores.open().await);
    for (chat, number) in [("A", 1), ("B", 2), ("A", 3), ("B", 4)] {
        one.append(entry(&of_chat(chat, number))).await.unwrap();
    }
    other.append(entry("about no chat")).await.unwrap();
    let first = one.claim(1).await.unwrap().entries;
    assert_eq!(bodies(&other).await, [&of_chat("B", 2), &of_chat("B", 4), "about no chat"]);
    assert!(bodies(&other).await.is_empty());
    one.settle(first[0].id, Outcome::Done).await.unwrap();
    assert_eq!(one.status().await.unwrap().waiting, 4);
    assert_eq!(bodies(&other).await, [of_chat("A", 3)]);
}

/// Whether a store hears of something within so many questions to the database, each of which takes longer than a notification.
async fn hears(store: &PostgresStore, questions: usize) -> bool {
    let mut changed = pin!(store.changed());
    for _ in 0..questions {
        store.status().await.unwrap();
        if poll_fn(|context| Poll::Ready(changed.as_mut().poll(context).is_ready())).await {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn what_a_process_leaves_of_what_it_stored_the_others_hear_of_and_nothing_else() {
    let Some(stores) = PostgresStores::new().await else { return };
    let (one, other) = (stores.open().await, stores.open().await);
    one.append(entry(&of_chat("A", 1))).await.unwrap();
    assert_eq!(bodies(&one).await, [of_chat("A", 1)]);
    assert!(!hears(&other, 10).await);

    other.append(entry(&of_chat("A", 2))).await.unwrap();
    assert!(bodies(&other).await.is_empty());
    assert!(hears(&one, 1_000).await);
    assert!(!hears(&other, 10).await);
    assert_eq!(bodies(&one).await, [of_chat("A", 2)]);
}

#[tokio::test]
async fn what_is_left_in_one_schema_is_not_heard_of_in_another() {
    let Some(stores) = PostgresStores::new().await else { return };
    let Some(elsewhere) = PostgresStores::new().await else { return };
    let (one, other, stranger) = (stores.open().await, stores.open().await, elsewhere.open().await);
    one.append(entry(&of_chat("A", 1))).await.unwrap();
    assert_eq!(bodies(&one).await, [of_chat("A", 1)]);
    other.append(entry(&of_chat("A", 2))).await.unwrap();
    assert!(bodies(&other).await.is_empty());
    assert!(hears(&one, 1_000).await);
    assert!(!hears(&stranger, 10).await);
}

/// Whether nothing waits any more within so many questions to the database.
async fn handles_all(inbox: &Inbox<PostgresStore>, questions: usize) -> bool {
    for _ in 0..questions {
        if inbox.status().await.unwrap().waiting == 0 {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_share_a_database_handle_each_webhook_once_and_each_chat_in_order() {
    let Some(stores) = PostgresStores::new().await else { return };
    let (seen, client) = (Seen::default(), Arc::new(stores.client().await));
    let (rounds, gate) = tokio::sync::watch::channel(0);
    let handlers = |name: &'static str| {
        let state = (seen.clone(), Arc::clone(&client), gate.clone());
        Handlers::with_state(state).on_thread_tagged(move |event, context| async move {
            let (seen, client, mut gate) = context.state;
            seen.add(format!("{} < {name} {}", event.chat_id, event.tag));
            // At work until another process has stored the next one of the chat, and had time to begin with it.
            let number: usize = event.tag.parse()?;
            gate.wait_for(|round| *round > number + 1).await?;
            for _ in 0..5 {
                client.query("SELECT 1", &[]).await?;
            }
            seen.add(format!("{} > {name} {}", event.chat_id, event.tag));
            Ok(())
        })
    };
    let mut inboxes = Vec::new();
    for name in ["one", "two", "three"] {
        let builder = Inbox::builder(stores.open().await).poll_interval(Duration::from_millis(1));
        inboxes.push(builder.start(handlers(name)));
    }
    for number in 0..30 {
        for chat in 0..8 {
            let body = of_chat(&format!("C{chat}"), number);
            let verified = Verifier::new(SECRET).verify(body.as_bytes()).unwrap();
            inboxes[(number + chat) % 3].store(verified).await.unwrap();
        }
        rounds.send(number + 1).unwrap();
    }
    rounds.send(usize::MAX).unwrap();
    assert!(handles_all(&inboxes[0], 50_000).await, "{:?}", inboxes[0].status().await);
    let mut by_chat: HashMap<String, Vec<String>> = HashMap::new();
    for line in seen.take() {
        let (chat, what) = line.split_once(' ').unwrap();
        let (sign, rest) = what.split_once(' ').unwrap();
        let (_, number) = rest.split_once(' ').unwrap();
        by_chat.entry(chat.to_owned()).or_default().push(format!("{sign} {number}"));
    }
    let expected: Vec<_> =
        (0..30).flat_map(|number| [format!("< {number}"), format!("> {number}")]).collect();
    assert_eq!(by_chat.len(), 8);
    for (chat, lines) in by_chat {
        assert_eq!(lines, expected, "{chat}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_process_had_that_is_not_heard_of_goes_to_another_after_the_lease() {
    let Some(mut stores) = PostgresStores::new().await else { return };
    stores.lease = Duration::from_millis(300);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = PostgresSettings::new(stores.config.clone()).lease(stores.lease);
    let lost = runtime.spawn(settings.connect(NoTls)).await.unwrap().unwrap();
    lost.append(entry("a")).await.unwrap();
    assert_eq!(bodies(&lost).await, ["a"]);

    let heir = stores.open().await;
    let owners = "SELECT count(*) FROM livechat_inbox_owner";
    let client = stores.client().await;
    assert_eq!(client.query_one(owners, &[]).await.unwrap().get::<_, i64>(0), 2);
    assert!(bodies(&heir).await.is_empty());
    runtime.shutdown_background();
    // So many questions take longer than the lease.
    let mut inherited = Vec::new();
    for _ in 0..20_000 {
        inherited = bodies(&heir).await;
        if !inherited.is_empty() {
            break;
        }
    }
    assert_eq!(inherited, ["a"]);
    assert_eq!(client.query_one(owners, &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test]
async fn what_a_process_claims_after_it_was_given_up_is_not_lost_with_it() {
    let Some(stores) = PostgresStores::new().await else { return };
    let late = stores.open().await;
    late.append(entry("a")).await.unwrap();
    stores.client().await.batch_execute("DELETE FROM livechat_inbox_owner").await.unwrap();
    assert_eq!(bodies(&late).await, ["a"]);

    let heir = stores.open().await;
    assert_eq!(bodies(&heir).await, ["a"]);
}

/// Asks the database again and again until a number is as expected.
async fn becomes(client: &Client, question: &str, expected: i64) -> bool {
    for _ in 0..50_000 {
        if client.query_one(question, &[]).await.unwrap().get::<_, i64>(0) == expected {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn a_process_that_the_database_has_forgotten_keeps_what_it_has() {
    let Some(mut stores) = PostgresStores::new().await else { return };
    stores.lease = Duration::from_secs(3);
    let (store, client) = (stores.open().await, stores.client().await);
    store.append(entry("a")).await.unwrap();
    let id = store.claim(1).await.unwrap().entries[0].id;
    client.batch_execute("DELETE FROM livechat_inbox_owner").await.unwrap();
    assert!(becomes(&client, "SELECT count(*) FROM livechat_inbox_owner", 1).await);

    let other = stores.open().await;
    assert!(bodies(&other).await.is_empty());
    store.settle(id, Outcome::Done).await.unwrap();
    assert_eq!(store.status().await.unwrap(), Status::new(0, 0));
}

#[tokio::test]
async fn what_was_handled_is_not_taken_for_another_that_got_its_id() {
    let Some(stores) = PostgresStores::new().await else { return };
    let store = stores.open().await;
    store.append(entry("a")).await.unwrap();
    let id = store.claim(1).await.unwrap().entries[0].id;
    // As a replica may have it that takes the place of a database before it has heard of everything.
    let forget = "DELETE FROM livechat_inbox_entry; ALTER TABLE livechat_inbox_entry ALTER COLUMN id RESTART";
    stores.client().await.batch_execute(forget).await.unwrap();
    store.append(entry("b")).await.unwrap();
    store.settle(id, Outcome::Done).await.unwrap();
    let claimed = store.claim(1).await.unwrap().entries;
    assert_eq!((claimed[0].id, &*claimed[0].body), (id, "b"));
}

#[tokio::test]
async fn what_is_given_up_does_not_go_on_waiting_in_the_server() {
    let Some(stores) = PostgresStores::new().await else { return };
    let (store, client) = (stores.open().await, stores.client().await);
    client.batch_execute("BEGIN; LOCK TABLE livechat_inbox_entry").await.unwrap();
    store.append(entry("a")).await.unwrap_err();
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND application_name = current_setting('application_name')";
    assert!(becomes(&stores.client().await, waiting, 0).await);
    client.batch_execute("ROLLBACK").await.unwrap();
    store.append(entry("a")).await.unwrap();
    assert_eq!(bodies(&store).await, ["a"]);
}

/// Has the lock of those who claim.
const LOCK: &str =
    "SELECT pg_advisory_lock(5207218116740116332 # 'livechat_inbox_entry'::regclass::oid::bigint)";

#[tokio::test]
async fn who_claims_in_one_schema_keeps_nobody_waiting_in_another() {
    let Some(stores) = PostgresStores::new().await else { return };
    let Some(elsewhere) = PostgresStores::new().await else { return };
    let (_store, store, client) = (stores.open().await, elsewhere.open().await, stores.client().await);
    client.query_one(LOCK, &[]).await.unwrap();
    store.append(entry("a")).await.unwrap();
    assert_eq!(bodies(&store).await, ["a"]);
}

#[tokio::test]
async fn what_is_too_much_for_one_claim_is_handed_out_in_smaller_parts() {
    let Some(stores) = PostgresStores::new().await else { return };
    let store = stores.open().await;
    let entries = (0..16).map(|number| number.to_string()).collect::<Vec<_>>();
    for body in &entries {
        store.append(entry(body)).await.unwrap();
    }
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.35); RETURN NEW; END';
        CREATE TRIGGER slow BEFORE UPDATE ON livechat_inbox_entry FOR EACH ROW EXECUTE FUNCTION slow()";
    stores.client().await.batch_execute(slow).await.unwrap();
    store.claim(16).await.unwrap_err();
    let claimed = store.claim(16).await.unwrap().entries;
    assert!(claimed.into_iter().map(|entry| entry.body).eq(entries[..8].iter().cloned()));
}

#[tokio::test]
async fn processes_that_claim_at_once_see_what_the_others_have_whatever_the_database_is_set_to() {
    let Some(mut stores) = PostgresStores::new().await else { return };
    let options = stores.config.get_options().unwrap().to_owned();
    stores.config.options(format!("{options} -c default_transaction_isolation=serializable"));
    let (one, other, client) = (stores.open().await, stores.open().await, stores.client().await);
    for number in [1, 2] {
        one.append(entry(&of_chat("A", number))).await.unwrap();
    }
    client.query_one(LOCK, &[]).await.unwrap();
    let claims = async { tokio::join!(one.claim(1), other.claim(1)) };
    let unlock = async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid IN (
            SELECT pid FROM pg_stat_activity WHERE application_name = current_setting('application_name'))";
        assert!(becomes(&client, waiting, 2).await);
        client.query_one("SELECT pg_advisory_unlock_all()::text", &[]).await.unwrap();
    };
    let ((one, other), ()) = tokio::join!(claims, unlock);
    let claimed: Vec<_> = [one, other].into_iter().flat_map(|claimed| claimed.unwrap().entries).collect();
    assert_eq!(claimed.len(), 1);
}

#[tokio::test]
async fn a_webhook_that_an_index_cannot_hold_stops_no_other() {
    let Some(stores) = PostgresStores::new().await else { return };
    let store = stores.open().await;
    let numbers: Vec<_> =
        (1..400_u64).map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string()).collect();
    let long = numbers.concat();
    for body in [of_chat(&long, 1), of_chat("A", 2)] {
        store.append(entry(&body)).await.unwrap();
    }
    assert_eq!(bodies(&store).await, [of_chat(&long, 1), of_chat("A", 2)]);
}

#[tokio::test]
async fn a_process_that_ends_well_is_not_waited_for() {
    let Some(stores) = PostgresStores::new().await else { return };
    let (one, other) = (stores.open().await, stores.open().await);
    one.append(entry("a")).await.unwrap();
    assert_eq!(bodies(&one).await, ["a"]);
    one.close().await;
    assert_eq!(bodies(&other).await, ["a"]);
}

#[tokio::test]
async fn duplicates_are_found_by_all_processes_together_until_they_expire() {
    let Some(stores) = PostgresStores::new().await else { return };
    let (first, second) = (stores.open().await, stores.open().await);
    let once = || NewEntry { unless_seen: Some(Fingerprint(7)), ..entry("a") };
    assert_eq!(first.append(once()).await.unwrap(), Appended::Stored);
    assert_eq!(second.append(once()).await.unwrap(), Appended::Duplicate);
    let age = "UPDATE livechat_inbox_seen SET at = at - interval '301 seconds'";
    stores.client().await.batch_execute(age).await.unwrap();
    assert_eq!(second.append(once()).await.unwrap(), Appended::Stored);
    assert_eq!(first.append(once()).await.unwrap(), Appended::Duplicate);
}

#[tokio::test]
async fn what_could_not_be_stored_is_no_duplicate_when_it_comes_again_and_no_error_shows_it() {
    let Some(stores) = PostgresStores::new().await else { return };
    let store = stores.open().await;
    let client = stores.client().await;
    let full =
        "ALTER TABLE livechat_inbox_entry ADD CONSTRAINT full_disk CHECK (body <> 'what a customer wrote')";
    client.batch_execute(full).await.unwrap();
    let once = || NewEntry { unless_seen: Some(Fingerprint(7)), ..entry("what a customer wrote") };
    let error = store.append(once()).await.unwrap_err().to_string();
    assert!(error.contains("full_disk") && !error.contains("customer"), "{error}");
    client.batch_execute("ALTER TABLE livechat_inbox_entry DROP CONSTRAINT full_disk").await.unwrap();
    assert_eq!(store.append(once()).await.unwrap(), Appended::Stored);
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_again_and_nothing_that_was_settled_is_forgotten() {
    let Some(stores) = PostgresStores::new().await else { return };
    let store = stores.open().await;
    store.append(entry("a")).await.unwrap();
    let id = store.claim(1).await.unwrap().entries[0].id;
    let client = stores.client().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND application_name = current_setting('application_name')";
    assert_eq!(client.query(cut, &[]).await.unwrap().len(), 2);
    store.settle(id, Outcome::Done).await.unwrap();
    // The first that notices may fail.
    let mut status = store.status().await;
    if status.is_err() {
        status = store.status().await;
    }
    assert_eq!(status.unwrap(), Status::new(0, 0));
    if store.append(entry("b")).await.is_err() {
        store.append(entry("b")).await.unwrap();
    }
    assert_eq!(bodies(&store).await, ["b"]);
}

/// A server between a store and its database, which cuts a connection at a given moment.
struct Between {
    config: Config,
    cut: Arc<Mutex<Option<Cut>>>,
}

/// When a connection is cut.
#[derive(Clone, Copy, PartialEq)]
enum Cut {
    /// Whatever was said, one time of so many, before the answer or after it.
    AtRandom(u64),
    /// When this was said and the answer is on its way: the answer arrives, and nothing after it.
    AfterTheAnswerTo(&'static [u8]),
    /// When this was said and done: the answer does not arrive.
    BeforeTheAnswerTo(&'static [u8]),
}

/// How a statement begins that was prepared.
const BIND: &[u8] = b"B\0\0\0";

impl Between {
    /// Only for a server of the tests: another one is elsewhere.
    async fn new(stores: &PostgresStores) -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let Some(Host::Unix(folder)) = stores.config.get_hosts().first() else {
            panic!("it is of the tests")
        };
        let server = folder.join(".s.PGSQL.5432");
        let mut config = Config::new();
        config.host("127.0.0.1").port(listener.local_addr().unwrap().port());
        config.user("livechat").dbname("postgres").options(stores.config.get_options().unwrap());
        let cut = Arc::new(Mutex::new(None));
        tokio::spawn({
            let cut = Arc::clone(&cut);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let server = UnixStream::connect(&server).await.unwrap();
                    tokio::spawn(pass(client, server, Arc::clone(&cut)));
                }
            }
        });
        Some(Self { config, cut })
    }

    async fn open(&self) -> PostgresStore {
        PostgresSettings::new(self.config.clone()).connect(NoTls).await.unwrap()
    }

    fn cut(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }
}

/// Whether what is said is where the connection is to be cut.
fn happens(cut: &Mutex<Option<Cut>>, said: &[u8]) -> Option<Cut> {
    let mut cut = cut.lock().unwrap();
    match *cut {
        Some(Cut::AfterTheAnswerTo(what) | Cut::BeforeTheAnswerTo(what)) => {
            cut.take_if(|_| said.windows(what.len()).any(|part| part == what))
        }
        Some(Cut::AtRandom(of)) => {
            let random = RandomState::new().hash_one(said);
            let when = if random & 1 == 0 { Cut::BeforeTheAnswerTo(b"") } else { Cut::AfterTheAnswerTo(b"") };
            (random >> 1).is_multiple_of(of).then_some(when)
        }
        None => None,
    }
}

/// Passes on what is said, until it is cut.
async fn pass(mut client: TcpStream, mut server: UnixStream, cut: Arc<Mutex<Option<Cut>>>) {
    let (mut question, mut answer) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut said = None;
    loop {
        tokio::select! {
            length = client.read(&mut question) => {
                let Some(question) = length.ok().filter(|length| *length > 0).map(|length| &question[..length]) else { return };
                said = happens(&cut, question);
                server.write_all(question).await.unwrap();
            }
            length = server.read(&mut answer) => {
                let Some(answer) = length.ok().filter(|length| *length > 0).map(|length| &answer[..length]) else { return };
                match said {
                    Some(Cut::BeforeTheAnswerTo(_)) => return,
                    Some(Cut::AfterTheAnswerTo(_)) => return drop(client.write_all(answer).await),
                    _ => client.write_all(answer).await.unwrap(),
                }
            }
        }
    }
}

#[tokio::test]
async fn what_was_claimed_without_an_answer_is_claimed_again() {
    let Some(stores) = PostgresStores::new().await else { return };
    let Some(between) = Between::new(&stores).await else { return };
    let store = between.open().await;
    for body in ["a", "b"] {
        store.append(entry(body)).await.unwrap();
    }
    let at_work = store.claim(1).await.unwrap().entries;
    between.cut(Cut::BeforeTheAnswerTo(b"COMMIT"));
    store.claim(1).await.unwrap_err();
    assert_eq!(bodies(&store).await, ["b"]);
    store.settle(at_work[0].id, Outcome::Done).await.unwrap();
    assert_eq!(store.status().await.unwrap(), Status::new(1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_connections_break_what_was_stored_is_handled_and_each_chat_by_one_process_at_a_time() {
    let Some(stores) = PostgresStores::new().await else { return };
    let Some(between) = Between::new(&stores).await else { return };
    let handled = Seen::default();
    let at_work = Arc::new(Mutex::new(HashMap::<String, &str>::new()));
    let mut inboxes = Vec::new();
    for name in ["one", "two", "three"] {
        let state = (handled.clone(), Arc::clone(&at_work));
        let handlers = Handlers::with_state(state).on_thread_tagged(move |event, context| async move {
            let (handled, at_work) = context.state;
            let chat = event.chat_id.as_str().to_owned();
            let other = at_work.lock().unwrap().insert(chat.clone(), name);
            if let Some(other) = other {
                handled.add(format!("{chat}: {name} beside {other}"));
            }
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            at_work.lock().unwrap().remove(&chat);
            handled.add(event.tag);
            Ok(())
        });
        let builder = Inbox::builder(between.open().await).poll_interval(Duration::from_millis(1));
        inboxes.push(builder.start(handlers));
    }
    between.cut(Cut::AtRandom(40));
    let mut taken = BTreeSet::new();
    for number in 0..2_000 {
        let body = of_chat(&format!("C{}", number % 7), number);
        let verified = Verifier::new(SECRET).verify(body.as_bytes()).unwrap();
        if inboxes[number % 3].store(verified).await.is_ok() {
            taken.insert(number.to_string());
        }
    }
    let client = stores.client().await;
    let all = becomes(&client, "SELECT count(*) FROM livechat_inbox_entry", 0).await;
    let handled: BTreeSet<_> = handled.take().into_iter().collect();
    let beside: Vec<_> = handled.iter().filter(|line| line.contains("beside")).collect();
    assert!(beside.is_empty(), "{beside:?}");
    assert!(all, "some belong to nobody");
    assert!(taken.len() > 1_000 && taken.is_subset(&handled));
}

#[tokio::test]
async fn a_claim_whose_connection_breaks_in_its_midst_fails_and_leaves_nothing() {
    let Some(stores) = PostgresStores::new().await else { return };
    let Some(between) = Between::new(&stores).await else { return };
    let store = between.open().await;
    store.append(entry("a")).await.unwrap();
    // With the lock and without a claim, then with both.
    for said in [&b"pg_advisory_xact_lock"[..], BIND] {
        between.cut(Cut::AfterTheAnswerTo(said));
        store.claim(1).await.unwrap_err();
    }
    assert_eq!(bodies(&store).await, ["a"]);
}

#[tokio::test]
async fn processes_that_start_together_make_the_tables_once() {
    let Some(stores) = PostgresStores::new().await else { return };
    let stores = Arc::new(stores);
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let stores = Arc::clone(&stores);
            tokio::spawn(async move { stores.open().await })
        })
        .collect();
    for start in starts {
        start.await.unwrap();
    }
}

#[tokio::test]
async fn tables_of_another_version_are_refused() {
    let Some(stores) = PostgresStores::new().await else { return };
    stores.open().await.close().await;
    stores.client().await.batch_execute("UPDATE livechat_inbox_version SET version = 7").await.unwrap();
    let error = PostgresSettings::new(stores.config.clone()).connect(NoTls).await.unwrap_err();
    assert!(error.to_string().contains("version 7"), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_store_every_letter_is_refused() {
    let Some(mut stores) = PostgresStores::new().await else { return };
    let name = format!("{}_latin1", stores.config.get_application_name().unwrap());
    let make = format!("CREATE DATABASE {name} ENCODING LATIN1 LOCALE 'C' TEMPLATE template0");
    for statement in [&format!("DROP DATABASE IF EXISTS {name}"), &make] {
        stores.client().await.batch_execute(statement).await.unwrap();
    }
    stores.config.dbname(&name);
    let error = PostgresSettings::new(stores.config.clone()).connect(NoTls).await.unwrap_err();
    assert!(error.to_string().contains("its encoding is LATIN1"), "{error}");
}

#[tokio::test]
async fn of_several_servers_one_that_does_not_answer_keeps_nobody_from_the_next() {
    let Some(stores) = PostgresStores::new().await else { return };
    let Some(Host::Unix(folder)) = stores.config.get_hosts().first() else { return };
    // Nobody takes what it listens to, so the system answers no more.
    let silent = TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let silent = silent.listen(1).unwrap();
    let address = silent.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        waiting.push(connected);
    }
    let mut config = Config::new();
    config.host("127.0.0.1").port(address.port()).host_path(folder).port(5432);
    config.user("livechat").dbname("postgres").options(stores.config.get_options().unwrap());
    let store = PostgresSettings::new(config).connect(NoTls).await.unwrap();
    store.append(entry("a")).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_and_its_password_is_not() {
    let error = PostgresStore::connect("host=127.0.0.1 port=1 user=u password=keep-me").await.unwrap_err();
    let error = format!("{error} {error:?}");
    assert!(error.contains("the inbox cannot be opened") && !error.contains("keep-me"), "{error}");
    let settings = PostgresSettings::new("user=u password=keep-me".parse().unwrap());
    assert!(!format!("{settings:?}").contains("keep-me"));
}

#[tokio::test]
async fn due_entries_are_found_by_the_index_alone() {
    let Some(stores) = PostgresStores::new().await else { return };
    let store = stores.open().await;
    let different: BTreeSet<_> = (0..20).map(|number| chat_deactivated(&format!("C{number}"))).collect();
    for body in different {
        store.append(entry(&body)).await.unwrap();
    }
    let client = stores.client().await;
    client.batch_execute("SET enable_seqscan = off; ANALYZE livechat_inbox_entry").await.unwrap();
    let plan = "EXPLAIN SELECT id FROM livechat_inbox_entry AS entry
        WHERE owner IS NULL AND due IS NOT NULL AND due <= statement_timestamp() AND NOT EXISTS (
            SELECT FROM livechat_inbox_entry AS other
            WHERE other.chat_id = entry.chat_id AND other.owner IS NOT NULL AND other.owner <> 1)
        ORDER BY due, id LIMIT 10";
    let plan: Vec<String> = client.query(plan, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("livechat_inbox_entry_due") && !plan.contains("Seq Scan"), "{plan}");
}
