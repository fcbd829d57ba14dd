"""Erasing for good: cases whose time is over, documents on their own day, legal holds."""
