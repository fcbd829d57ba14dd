"""Scenarios of the domain walked through the pages by their people, in a real Chromium."""
