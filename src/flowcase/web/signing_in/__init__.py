"""Signing in and what belongs to it: second step, passwords, browsers, what was typed meanwhile."""
