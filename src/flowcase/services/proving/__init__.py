"""Proving that nothing was altered: chains, checkpoints, rows compared with the history."""
