"""What an operator does to what runs: incidents, moves, batches, suspensions, keys."""
