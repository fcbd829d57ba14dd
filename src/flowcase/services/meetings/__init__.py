"""Meetings: the daily meeting, meetings with invited people, guests and calendars."""
