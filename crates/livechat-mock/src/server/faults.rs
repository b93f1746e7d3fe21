//! Faults on demand: what a server may do to a client, so that the client can be tested against it.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use http::StatusCode;
use livechat_types::{ActionInfo, shared::ErrorType};
use serde::{Deserialize, Serialize};

use super::lock;
use crate::{error::ApiError, routes::Routes};

/// Something that goes wrong with requests.
///
/// ```
/// use std::time::Duration;
///
/// use livechat_mock::Fault;
///
/// // The next two calls of send_event fail, whatever they say; then calls work again.
/// let fault = Fault::error("service_unavailable").on("send_event").times(2);
/// // After the first call, which works, the next three break off.
/// let flaky = Fault::truncate().on("list_archives").after(1).times(3);
/// // Every answer comes 200 ms late.
/// let slow = Fault::latency(Duration::from_millis(200));
/// # let _ = (fault, flaky, slow);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Absent: every action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// How many calls go well before.
    #[serde(default, skip_serializing_if = "is_zero")]
    after: u32,
    /// Absent: until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub(super) enum Kind {
    Latency {
        milliseconds: u64,
    },
    Error {
        #[serde(rename = "type")]
        r#type: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    Raw {
        status: u16,
        content_type: String,
        body: String,
    },
    Reset,
    Truncate,
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self { action: None, after: 0, times: None, kind }
    }

    /// The request is carried out, but later.
    #[must_use]
    pub fn latency(latency: Duration) -> Self {
        Self::new(Kind::Latency { milliseconds: u64::try_from(latency.as_millis()).unwrap_or(u64::MAX) })
    }

    /// The request is not carried out; the answer is an error of this documented type, such as `too_many_requests`.
    #[must_use]
    pub fn error(r#type: impl Into<String>) -> Self {
        Self::new(Kind::Error { r#type: r#type.into(), message: None, retry_after: None })
    }

    /// The request is not carried out; the answer is this, such as a proxy's page of HTML.
    #[must_use]
    pub fn raw(status: StatusCode, content_type: impl Into<String>, body: impl Into<String>) -> Self {
        Self::new(Kind::Raw { status: status.as_u16(), content_type: content_type.into(), body: body.into() })
    }

    /// The request is not carried out; the connection is reset.
    #[must_use]
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// The request is carried out, but half of the answer is missing and the connection ends.
    #[must_use]
    pub fn truncate() -> Self {
        Self::new(Kind::Truncate)
    }

    /// Only for this action: its name, `send_event`, or its API and name, `agent/send_event`.
    #[must_use]
    pub fn on(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Only after so many calls of the action, which go well.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// With an error: the seconds in its `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Kind::Error { retry_after, .. } = &mut self.kind {
            *retry_after = Some(seconds);
        }
        self
    }

    /// Why this fault would never be seen, or never be answered by LiveChat: a slip of whoever asks for it.
    pub(super) fn slip(&self, routes: &Routes) -> Option<String> {
        if self.times == Some(0) {
            return Some("`times` is 0: leave it out for a fault that lasts".to_owned());
        }
        if let Kind::Error { r#type, .. } = &self.kind
            && !ErrorType::from(r#type.as_str()).is_known()
        {
            return Some(format!("`type`: no documented error is `{type}`; a `raw` fault answers anything"));
        }
        if let Kind::Raw { status, .. } = self.kind
            && !(200..=999).contains(&status)
        {
            return Some(format!("`status`: {status} ends no request; it is 200 to 999"));
        }
        let action = self.action.as_ref()?;
        let known = routes.iter().any(|route| self.is_for(route.info));
        (!known).then(|| format!("`action`: no action over HTTPS is named `{action}`"))
    }

    fn is_for(&self, info: &ActionInfo) -> bool {
        let Some(action) = &self.action else { return true };
        action == info.name
            || action.strip_prefix(info.api.as_str()).and_then(|rest| rest.strip_prefix('/'))
                == Some(info.name)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The error that a fault asks for.
pub(super) fn error(r#type: &str, message: Option<&str>, retry_after: Option<u64>) -> ApiError {
    let message = message.unwrap_or("a fault that was asked for");
    let error = match ErrorType::from(r#type) {
        ErrorType::MisdirectedRequest => ApiError::misdirected("fra"),
        known => ApiError::new(known, message),
    };
    match retry_after {
        Some(seconds) => error.with_retry_after(seconds),
        None => error,
    }
}

/// The faults to come.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<VecDeque<Fault>>);

/// How many faults may wait.
const MAX_FAULTS: usize = 1_000;

impl Faults {
    pub(super) fn add(&self, fault: Fault) {
        let mut faults = lock(&self.0);
        if faults.len() < MAX_FAULTS {
            faults.push_back(fault);
        }
    }

    pub(super) fn all(&self) -> Vec<Fault> {
        lock(&self.0).iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// What goes wrong with a request of this action: every latency, and the first other fault.
    pub(super) fn take(&self, info: &ActionInfo) -> Vec<Kind> {
        let mut faults = lock(&self.0);
        let mut taken = Vec::new();
        let mut broken = false;
        for fault in faults.iter_mut().filter(|fault| fault.times != Some(0) && fault.is_for(info)) {
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            let breaks = !matches!(fault.kind, Kind::Latency { .. });
            if breaks && broken {
                continue;
            }
            broken |= breaks;
            fault.times = fault.times.map(|times| times.saturating_sub(1));
            taken.push(fault.kind.clone());
        }
        faults.retain(|fault| fault.times != Some(0));
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};
    use livechat_types::{agent, customer};

    #[test]
    fn a_fault_is_for_its_action_and_ends_after_its_times() {
        let faults = Faults::default();
        faults.add(Fault::reset().on("agent/send_event").times(1));
        assert!(faults.take(&customer::actions::SEND_EVENT).is_empty());
        assert!(faults.take(&agent::actions::LIST_CHATS).is_empty());
        assert_eq!(faults.take(&agent::actions::SEND_EVENT).len(), 1);
        assert!(faults.take(&agent::actions::SEND_EVENT).is_empty());
    }

    #[test]
    fn a_fault_begins_after_the_calls_of_its_action_that_go_well() {
        let faults = Faults::default();
        faults.add(Fault::reset().on("send_event").after(2).times(1));
        let failed = || !faults.take(&agent::actions::SEND_EVENT).is_empty();
        assert_eq!([failed(), failed()], [false, false]);
        assert!(faults.take(&agent::actions::LIST_CHATS).is_empty(), "another action does not count");
        let failed = || !faults.take(&agent::actions::SEND_EVENT).is_empty();
        assert_eq!([failed(), failed()], [true, false]);
    }

    #[test]
    fn a_fault_is_written_and_read_as_json() {
        let fault: Fault = serde_json::from_str(
            r#"{"fault": "error", "type": "internal", "action": "get_chat", "after": 1, "times": 2}"#,
        )
        .unwrap();
        assert_eq!(fault, Fault::error("internal").on("get_chat").after(1).times(2));
        assert_eq!(serde_json::to_string(&Fault::reset()).unwrap(), r#"{"fault":"reset"}"#);
    }
}
