"""Meetings: the week, one meeting on a page, the daily meeting, guests, calendars."""
