"""Work on a case within an open transaction: records, deadlines, consents, facts."""
