//! Conversations that leave and come: what the store has of them, with answers under way as far as they have come.

use super::{ConversationError, Conversations};
use crate::{
    store::WholeConversation,
    transfer::{
        export,
        import::{self, Checked, ImportError, Whose},
    },
    visitor::Owner,
};
use futures::StreamExt;
use protocol::{feed::FeedChange, id::ConversationId, transfer::ImportReport};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

impl Conversations {
    /// A conversation with all its branches.
    pub async fn whole(&self, owner: &Owner, id: ConversationId) -> Result<WholeConversation, ConversationError> {
        let whole = self.store.whole(owner, id).await?;
        Ok(self.up_to_date(whole))
    }

    /// All conversations of an owner, one by one.
    pub fn export(&self, owner: &Owner) -> export::Conversations {
        let this = self.clone();
        self.store.export(owner).map(move |whole| whole.map(|whole| this.up_to_date(whole))).boxed()
    }

    fn up_to_date(&self, mut whole: WholeConversation) -> WholeConversation {
        for message in &mut whole.messages {
            self.bring_up_to_date(message);
        }
        whole
    }

    /// Takes in what is in a file; all of it belongs to this owner from now on. It ends early where `leave` is cancelled.
    pub async fn import(
        &self,
        owner: Owner,
        checked: Checked,
        leave: &CancellationToken,
    ) -> Result<ImportReport, ImportError> {
        let whose = Whose::All(owner.clone());
        let report = import::import(Arc::clone(&self.store), checked, whose, leave, |_| {}).await?;
        if report.imported > 0 {
            self.engine.tell(&owner, FeedChange::Imported(report.imported));
        }
        Ok(report)
    }
}
