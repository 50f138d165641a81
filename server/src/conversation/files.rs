//! Files that go with questions: they are the owner's, they are not too many, the model sees them, and they go into the prompt.

use super::{ConversationError, Conversations};
use crate::{
    attachment::{for_prompt, left_out},
    store::{AttachedBytes, StoreError},
    visitor::Owner,
};
use protocol::{
    attachment::{Attachment, PromptFile, in_words},
    id::{AttachmentId, ConversationId, MessageId},
    message::Message,
    request::{Ask, InvalidField, Turn},
};

impl Conversations {
    /// The files that are meant to go with what is asked.
    pub(super) async fn files(
        &self,
        owner: &Owner,
        conversation: ConversationId,
        ask: &Ask,
        ids: Option<Vec<AttachmentId>>,
    ) -> Result<Vec<Attachment>, ConversationError> {
        let ids = match (ids, ask) {
            (Some(ids), _) => ids,
            (None, Ask::Edit(old, _)) => return Ok(self.store.message(owner, conversation, *old).await?.attachments),
            (None, _) => return Ok(Vec::new()),
        };
        let mut files = Vec::with_capacity(ids.len());
        for (at, id) in ids.into_iter().enumerate() {
            files.push(match self.store.attachment(owner, id).await {
                Err(StoreError::NotFound(_)) => {
                    let problem = "names a file that is not here: it was removed, or never came; send it again";
                    return Err(InvalidField::new(format!("attachments[{at}]"), problem).into());
                }
                found => found?,
            });
        }
        Ok(files)
    }

    /// Refuses files that are too much, and images that the model cannot see: those of a question, and of one that is answered again.
    pub(super) async fn check_files(
        &self,
        owner: &Owner,
        conversation: ConversationId,
        ask: &Ask,
        files: &[Attachment],
        model: Option<&str>,
    ) -> Result<(), ConversationError> {
        let limits = self.input.attachments;
        let total: u64 = files.iter().map(|file| file.size).sum();
        if total > limits.total_bytes {
            let (most, total) = (in_words(limits.total_bytes), in_words(total));
            let problem = format!("may have {most} together; these have {total}");
            return Err(InvalidField::new("attachments", problem).into());
        }
        let texts: u64 = files.iter().filter(|file| !file.is_image()).map(|file| file.size).sum();
        if texts > self.input.max_bytes as u64 {
            let most = in_words(self.input.max_bytes as u64);
            let problem = format!("hold {} of text, which goes into the prompt; {most} is the most", in_words(texts));
            return Err(InvalidField::new("attachments", problem).into());
        }
        let (field, has_image) = match ask {
            Ask::Retry(answer) | Ask::Continue(answer) => {
                ("model", self.is_about_image(owner, conversation, *answer).await?)
            }
            _ => ("attachments", files.iter().any(Attachment::is_image)),
        };
        if has_image {
            self.engine.providers().check_sight(model, field)?;
        }
        Ok(())
    }

    /// How much memory the files of a prompt will take at the most, in bytes: those of the conversation, and new ones. Images go in
    /// base64.
    pub(super) async fn file_bytes(
        &self,
        owner: &Owner,
        conversation: ConversationId,
        new: &[Attachment],
    ) -> Result<u64, StoreError> {
        let AttachedBytes { mut images, mut texts } = self.store.attached_bytes(owner, conversation).await?;
        for file in new {
            *(if file.is_image() { &mut images } else { &mut texts }) += file.size;
        }
        Ok(images.min(self.input.attachments.total_bytes).div_ceil(3) * 4 + texts)
    }

    /// Whether the question of an answer has an image.
    async fn is_about_image(
        &self,
        owner: &Owner,
        conversation: ConversationId,
        answer: MessageId,
    ) -> Result<bool, StoreError> {
        // What is not there is refused by who asks for it.
        let Ok(answer) = self.store.message(owner, conversation, answer).await else { return Ok(false) };
        let Some(question) = answer.parent_id else { return Ok(false) };
        let question = self.store.message(owner, conversation, question).await?;
        Ok(question.attachments.iter().any(Attachment::is_image))
    }

    /// Messages as a model gets them. Of all images, the newest are shown again, as many as one question may have; of the others it is
    /// only told.
    pub(super) async fn turns(&self, owner: &Owner, messages: Vec<Message>) -> Result<Vec<Turn>, StoreError> {
        let limits = self.input.attachments;
        let (mut images, mut bytes) = (limits.files, limits.total_bytes);
        let mut turns = Vec::with_capacity(messages.len());
        for message in messages.into_iter().rev() {
            let mut files: Vec<PromptFile> = Vec::with_capacity(message.attachments.len());
            for attachment in message.attachments {
                let fits = !attachment.is_image() || images > 0 && attachment.size <= bytes;
                if attachment.is_image() && fits {
                    (images, bytes) = (images - 1, bytes - attachment.size);
                }
                files.push(match fits {
                    true => for_prompt(self.store.attached_file(owner, attachment.id).await?),
                    false => left_out(attachment),
                });
            }
            turns.push(Turn { files, ..Turn::new(message.role, message.content) });
        }
        turns.reverse();
        Ok(turns)
    }
}
