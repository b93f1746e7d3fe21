//! Where a verified webhook goes: to handlers at once, or into an inbox first.

use std::future::Future;

use crate::{BoxError, Error, Handlers, Verified};

/// Where verified webhooks go.
///
/// [`Handlers`] read the webhook and handle it before it is acknowledged. An inbox stores it before it is acknowledged. Your own
/// destination may pass it on to a queue of yours.
pub trait Destination: Send + Sync + 'static {
    /// Takes a webhook over. Whatever is promised by [`Delivery::Taken`] must be true when the future is ready.
    fn deliver(&self, webhook: Verified) -> impl Future<Output = Delivery> + Send;
}

/// What became of a delivery.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery {
    /// It is taken over; LiveChat need not send it again. 200.
    Taken,
    /// It is not what its action carries. 400.
    Unreadable(Error),
    /// It was not handled, and should be sent again. 500.
    Failed(BoxError),
    /// It cannot be taken over now, and should be sent again. 503.
    Unavailable(BoxError),
}

impl<S: Clone + Send + Sync + 'static> Destination for Handlers<S> {
    async fn deliver(&self, webhook: Verified) -> Delivery {
        let webhook = match webhook.decode() {
            Ok(webhook) => webhook,
            Err(error) => return Delivery::Unreadable(error),
        };
        match self.handle(webhook).await {
            Ok(()) => Delivery::Taken,
            Err(error) => Delivery::Failed(error),
        }
    }
}
