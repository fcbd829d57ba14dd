"""Simulation: synthetic cases carried through years on the real engine, draft beside the version in force."""
