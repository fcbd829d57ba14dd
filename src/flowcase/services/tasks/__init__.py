"""User tasks: inboxes, completing, delegating, handing over, drafts and saved lists."""
