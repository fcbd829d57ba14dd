"""The processes that share an installation: their heartbeats, their clocks, and work in processes apart."""
