"""Which deadlines diagrams read, by what the history tells: those that are over make room for the next.

A deadline that is over is no longer current once the next of its rule is opened for the same case and
instance. Most of them lie in one stream, where the order of events tells it. Where the next one lies in
another stream, or may have, it is only asked whether there is one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from flowcase.cases import events
from flowcase.history.heard import Heard
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import as_kept_deadlines as as_kept
from flowcase.store.queries.as_kept_deadlines import KeptDeadline
from flowcase.store.queries.as_kept_messages import is_told_where_erased

_OVER = ("met", "cancelled")  # only such a deadline makes room for the next of its rule

_Sequence = tuple[str, str, str | None]  # case, rule, instance


@dataclass
class Currents:
    """What is told of the stream that is heard just now, and what only another stream can tell."""

    erased: Collection[str]  # codes of cases
    sequences: dict[str, _Sequence | None] = field(default_factory=dict)  # of each that was opened
    over: dict[_Sequence, list[str]] = field(default_factory=dict)  # those with none after them yet
    outdated: set[str] = field(default_factory=set)
    elsewhere: list[KeptDeadline] = field(default_factory=list)

    def hear(self, heard: Heard) -> None:
        event = heard.event
        if isinstance(event, events.DeadlineOpened):
            sequence = None if event.case is None else (event.case, event.rule, event.instance)
            self.sequences[event.deadline] = sequence
            if sequence is not None:
                self.outdated.update(self.over.pop(sequence, ()))
        elif isinstance(event, (events.DeadlineMet, events.DeadlineCancelled)):
            sequence = self.sequences.get(event.deadline)
            if sequence is not None:
                self.over.setdefault(sequence, []).append(event.deadline)

    def is_other(self, row: KeptDeadline, status: str) -> bool:
        """Whether the row surely says otherwise; what only another stream can tell is kept for `find`."""
        if row.is_current or row.id in self.outdated:
            return row.is_current and row.id in self.outdated
        if status in _OVER and self.sequences.get(row.id) is not None:
            self.elsewhere.append(row)
            return False
        return status not in _OVER or row.id in self.sequences

    def forget(self) -> None:
        """The next stream begins."""
        for each in (self.sequences, self.over, self.outdated):
            each.clear()

    def find(self, tx: Tx) -> list[AlteredRow]:
        """Those in whose place no other deadline can have come."""
        lone = [
            each
            for each in self.elsewhere
            if each.case_code not in self.erased and not as_kept.may_be_outdated(tx, each)
        ]
        if lone and is_told_where_erased(
            tx, (events.DeadlineOpened.__name__,), since=min(each.opened_at for each in lone)
        ):
            return []
        return [AlteredRow("deadline", each.id, "is_current is not what the history tells") for each in lone]
