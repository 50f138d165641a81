//! Conversations that leave, come, and are shared: what the store has of them, with answers under way as far as they have come.

use super::{ConversationError, Conversations};
use crate::{
    store::{StoreError, WholeConversation},
    transfer::{
        export,
        import::{self, Checked, ImportError, Whose},
    },
    visitor::Owner,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::StreamExt;
use protocol::{
    conversation::{Conversation, ShareLink},
    id::ConversationId,
    transfer::ImportReport,
};
use std::sync::Arc;

/// The random bytes of a shared address: 128 bits, which nobody guesses.
const TOKEN_BYTES: usize = 16;

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

    /// Takes in what is in a file; all of it belongs to this owner from now on.
    pub async fn import(&self, owner: Owner, checked: Checked) -> Result<ImportReport, ImportError> {
        import::import(Arc::clone(&self.store), checked, Whose::All(owner), |_| {}).await
    }

    /// Shares the branch that is shown. What is shared already keeps its address.
    pub async fn share(&self, owner: &Owner, id: ConversationId) -> Result<ShareLink, ConversationError> {
        let mut random = [0; TOKEN_BYTES];
        getrandom::fill(&mut random).map_err(|error| StoreError::Failed(format!("no random numbers: {error}")))?;
        let token = self.store.share(owner, id, URL_SAFE_NO_PAD.encode(random)).await?;
        let path = format!("/s/{token}");
        Ok(ShareLink { token, path })
    }

    /// Shares it no more: its address leads nowhere at once.
    pub async fn unshare(&self, owner: &Owner, id: ConversationId) -> Result<(), ConversationError> {
        Ok(self.store.unshare(owner, id).await?)
    }

    /// What is shared at an address.
    pub async fn shared(&self, token: &str) -> Result<Conversation, ConversationError> {
        let mut conversation = self.store.shared(token).await?;
        for message in &mut conversation.messages {
            self.bring_up_to_date(message);
        }
        Ok(conversation)
    }
}
