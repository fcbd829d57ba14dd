"""Answers that nothing but an event of the installation's own stream changes: people, groups, deployments,
settings. They are kept for whoever reads next, as long as that stream has not grown.

The stream's newest hash tells it apart from one of the same length in another database: from what was written
after an older database was put in its place, while this process went on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MOST_ROWS = 20_000  # that a process keeps; with each answer counting as one row more


class Kept:
    """Answers by question, as many as there is room for."""

    def __init__(self) -> None:
        self._room = _MOST_ROWS
        self._answers: dict[Any, list[Any]] = {}

    def get(self, question: Any) -> list[Any] | None:
        return self._answers.get(question)

    def keep(self, question: Any, answer: list[Any]) -> None:
        cost = len(answer) + 1
        if cost <= self._room:
            self._room -= cost
            self._answers[question] = answer


class Written:
    """What a database is known to have, of what never changes there once it is written."""

    def __init__(self) -> None:
        self.candidate_sets: set[str] = set()  # their keys
        self.definitions: dict[str, Any] = {}  # rows of process definitions that are deployed, by id


class Settled:
    """For all readers of a process, whichever node the stream grew on. Thread-safe."""

    def __init__(self) -> None:
        self._newest = (-1, b"", Kept())
        # Replaced, never emptied: what a transaction learns that began before counts for the database of
        # before.
        self.written = Written()

    def doubt(self) -> None:
        """A connection broke: the next one may lead to a server that took over without the newest commits."""
        self.written = Written()

    def forget(self) -> None:
        """Another database is in the place of the one that all of it is about."""
        self._newest = (-1, b"", Kept())
        self.written = Written()

    def at(self, length: int, head: bytes, hash_at: Callable[[int], bytes | None]) -> Kept:
        """For who has read that the stream is so long and ends with this hash, and keeps there what is asked
        after that.

        `hash_at` tells the hash with which the stream had a length, and is asked only when it has changed.
        An answer may be of a later moment than the length, as any answer to a reader may, never of an
        earlier one.
        """
        newest, newest_head, kept = self._newest
        if length == newest and head == newest_head:
            return kept
        kept = Kept()
        if newest < 0 or hash_at(newest) != newest_head:
            # Perhaps another database, which may lack what the one before had; to find out once more what it
            # has changes nothing. It may as well be a reader of a moment before the newest entry: it costs
            # the next reader that much.
            self.written = Written()
        elif length < newest:
            return kept  # of who has asked how long it is before the newest entry came: its own
        self._newest = (length, head, kept)
        return kept
