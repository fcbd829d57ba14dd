"""Answers that nothing but an event of the installation's own stream changes: people, groups, deployments,
settings. They are kept for whoever reads next, as long as that stream has not grown.

The stream's newest hash tells it apart from one of the same length in another database: from what was written
after an older database was put in its place, while this process went on.
"""

from __future__ import annotations

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


class Settled:
    """For all readers of a process, whichever node the stream grew on. Thread-safe."""

    def __init__(self) -> None:
        self._newest = (-1, b"", Kept())
        # Keys of sets of candidates whose rows are known to be written. Replaced, never emptied: what a
        # transaction learns that began before counts for the database of before.
        self.candidate_sets: set[str] = set()

    def at(self, length: int, head: bytes) -> Kept:
        """For who has read that the stream is so long and ends with this hash, and keeps there what is asked
        after that.

        An answer may be of a later moment than the length, as any answer to a reader may, never of an
        earlier one.
        """
        newest, newest_head, kept = self._newest
        if length == newest and head == newest_head:
            return kept
        # Perhaps another database, which may lack sets; to write those that it has once more changes nothing.
        self.candidate_sets = set()
        kept = Kept()
        if length >= newest:
            self._newest = (length, head, kept)
        return kept
