"""What leaves the house: the outbox, mails, webhooks, signed posts, the journal."""
