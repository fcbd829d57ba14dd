"""Carrying flows on: the loop of one command, what it correlates and starts, timers and jobs."""
