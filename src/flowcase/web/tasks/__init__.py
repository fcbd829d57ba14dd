"""One's own work: inboxes, user tasks, notices, and the team's."""
