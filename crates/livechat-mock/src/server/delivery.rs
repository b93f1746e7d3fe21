//! Delivering webhooks over HTTP: in order, with a timeout, tried again if they are not taken.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
};

use super::lock;
use crate::state::outbox::Delivery;

/// How long to wait for an answer, and when to try again.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pub(super) timeout: Duration,
    pub(super) retries: Vec<Duration>,
}

impl Schedule {
    /// 10 seconds, and up to three times more within about a minute.
    pub(super) fn documented() -> Self {
        let retries = [5, 15, 30].map(Duration::from_secs).to_vec();
        Self { timeout: Duration::from_secs(10), retries }
    }
}

/// A webhook that was delivered, or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredWebhook {
    /// The registration.
    pub webhook_id: String,
    /// What happened, such as `incoming_event`.
    pub action: String,
    /// Where it was sent to.
    pub url: String,
    /// How often it was sent.
    pub attempts: usize,
    /// Whether it was taken: answered with status 200.
    pub taken: bool,
}

/// How many that are done are kept.
const MAX_DONE: usize = 1_000;
/// How many may be on their way; more are dropped.
const MAX_PENDING: usize = 10_000;
/// How many bytes of bodies may be on their way; more are dropped.
const MAX_PENDING_BYTES: usize = 64 * 1024 * 1024;
/// How many registrations have a queue; with more, those that are quiet lose theirs.
const MAX_QUEUES: usize = 1_000;
/// How many idle connections to one receiver are kept.
const MAX_IDLE: usize = 4;

/// What was handed over, and what became of it.
#[derive(Debug)]
pub(super) struct Deliveries {
    sender: mpsc::UnboundedSender<Delivery>,
    pending: AtomicUsize,
    pending_bytes: AtomicUsize,
    settled: Notify,
    done: Mutex<VecDeque<DeliveredWebhook>>,
}

impl Deliveries {
    pub(super) fn new(schedule: Schedule) -> (Arc<Self>, Dispatcher) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let deliveries = Arc::new(Self {
            sender,
            pending: AtomicUsize::new(0),
            pending_bytes: AtomicUsize::new(0),
            settled: Notify::new(),
            done: Mutex::new(VecDeque::new()),
        });
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(MAX_IDLE).build_http();
        let sender = Arc::new(Sender { client, schedule, deliveries: Arc::clone(&deliveries) });
        (deliveries, Dispatcher { receiver, sender })
    }

    pub(super) fn send(&self, delivery: Delivery) {
        let is_full = self.pending.load(Ordering::Acquire) >= MAX_PENDING
            || self.pending_bytes.load(Ordering::Acquire) >= MAX_PENDING_BYTES;
        if is_full {
            return;
        }
        self.pending.fetch_add(1, Ordering::AcqRel);
        self.pending_bytes.fetch_add(delivery.body.len(), Ordering::AcqRel);
        // It fails while the server is being dropped: then nobody waits.
        let _ = self.sender.send(delivery);
    }

    pub(super) fn done(&self) -> Vec<DeliveredWebhook> {
        lock(&self.done).iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        lock(&self.done).clear();
    }

    pub(super) async fn settled(&self) {
        loop {
            let settled = self.settled.notified();
            if self.pending.load(Ordering::Acquire) == 0 {
                return;
            }
            settled.await;
        }
    }

    fn finish(&self, delivery: &Delivery, attempts: usize, taken: bool) {
        let mut done = lock(&self.done);
        done.push_back(DeliveredWebhook {
            webhook_id: delivery.webhook_id.clone(),
            action: delivery.action.clone(),
            url: delivery.url.clone(),
            attempts,
            taken,
        });
        if done.len() > MAX_DONE {
            done.pop_front();
        }
        drop(done);
        self.pending_bytes.fetch_sub(delivery.body.len(), Ordering::AcqRel);
        if self.pending.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.settled.notify_waiters();
        }
    }
}

/// Takes what is handed over to one queue for each registration, so that each receiver gets its webhooks in order.
pub(super) struct Dispatcher {
    receiver: mpsc::UnboundedReceiver<Delivery>,
    sender: Arc<Sender>,
}

impl Dispatcher {
    pub(super) async fn run(mut self) {
        let mut queues = BTreeMap::<String, mpsc::UnboundedSender<Delivery>>::new();
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                delivery = self.receiver.recv() => {
                    let Some(delivery) = delivery else { return };
                    if queues.len() >= MAX_QUEUES && !queues.contains_key(&delivery.webhook_id) {
                        // Their workers finish what they have and end.
                        queues.clear();
                    }
                    let queue = queues.entry(delivery.webhook_id.clone()).or_insert_with(|| {
                        let (queue, waiting) = mpsc::unbounded_channel();
                        tasks.spawn(Arc::clone(&self.sender).work(waiting));
                        queue
                    });
                    // The other end lives as long as this map.
                    let _ = queue.send(delivery);
                }
                Some(_) = tasks.join_next() => {}
            }
        }
    }
}

/// Sends webhooks.
struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    schedule: Schedule,
    deliveries: Arc<Deliveries>,
}

impl Sender {
    /// Sends what waits, one after the other; what is not taken is tried again beside those that follow.
    async fn work(self: Arc<Self>, mut waiting: mpsc::UnboundedReceiver<Delivery>) {
        let mut retries = JoinSet::new();
        loop {
            tokio::select! {
                delivery = waiting.recv() => {
                    let Some(delivery) = delivery else { break };
                    if self.attempt(&delivery).await {
                        self.deliveries.finish(&delivery, 1, true);
                    } else {
                        retries.spawn(Arc::clone(&self).retry(delivery));
                    }
                }
                Some(_) = retries.join_next() => {}
            }
        }
        while retries.join_next().await.is_some() {}
    }

    async fn retry(self: Arc<Self>, delivery: Delivery) {
        let mut attempts = 1;
        for &pause in &self.schedule.retries {
            tokio::time::sleep(pause).await;
            attempts += 1;
            if self.attempt(&delivery).await {
                self.deliveries.finish(&delivery, attempts, true);
                return;
            }
        }
        self.deliveries.finish(&delivery, attempts, false);
    }

    /// Whether it was answered with 200 in time. Without TLS an https url is never taken.
    async fn attempt(&self, delivery: &Delivery) -> bool {
        let request = Request::post(&delivery.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "livechat-mock")
            .body(Full::new(Bytes::from(delivery.body.clone())));
        let Ok(request) = request else { return false };
        let answer = tokio::time::timeout(self.schedule.timeout, self.client.request(request)).await;
        matches!(answer, Ok(Ok(answer)) if answer.status() == StatusCode::OK)
    }
}
