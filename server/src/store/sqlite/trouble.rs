//! Whether anything can be stored at present: said once in the log when it begins and when it ends, and to whoever asks.

use crate::store::StoreError;
use protocol::error::{ErrorCode, PublicError};
use tokio::sync::watch;

/// What keeps the store from writing. Cloning it shares it.
#[derive(Debug, Clone)]
pub(super) struct Trouble(watch::Sender<Option<PublicError>>);

impl Trouble {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Option<PublicError>> {
        self.0.subscribe()
    }

    pub(super) fn is_there(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Says how the last attempt to write went.
    pub(super) fn tell(&self, written: Result<(), StoreError>) {
        let now = match written {
            Err(StoreError::Unavailable(sentence)) => Some(PublicError::new(ErrorCode::StorageUnavailable, sentence)),
            _ => None,
        };
        self.0.send_if_modified(|known| {
            if *known == now {
                return false;
            }
            match &now {
                Some(error) => tracing::error!(error.message, "nothing can be stored"),
                None => tracing::info!("conversations are stored again"),
            }
            *known = now;
            true
        });
    }
}
