"""What became of the instances of batches and moves, with what their own histories tell of it.

Each is worked off in a transaction of its own that bears the list's number, and by which its instance is
moved, suspended or resumed, or somebody's intervention is told. Of one that was suspended or resumed nothing
is told where it was so already: then its history says that it was. One that was called may have gone along
with its caller, in the caller's turn.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flowcase.events import InstanceResumed, InstanceSuspended, InterventionMade
from flowcase.history.heard import Heard
from flowcase.model import Event, InstanceMigrated
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import as_kept_operations as as_kept
from flowcase.store.queries.as_kept_operations import KeptItem

_EVENTS = (InterventionMade, InstanceMigrated, InstanceSuspended, InstanceResumed)
KINDS = tuple(each.__name__ for each in _EVENTS)
_MOVES_IT = "migrate"
_HOLDS = {"suspend": InstanceSuspended, "resume": InstanceResumed}
# How often an instance moved by its list, as its status there says; one that was not worked off never did.
_MOVED = {"done": 1, "moved": 1, "undo_refused": 1, "undone": 2}
# Who waits for an instance has an instant from before the wait, and nodes' clocks are not quite the same.
_ABOUT = dt.timedelta(minutes=1)

_Told = tuple[str, str, type[Event]]  # list, instance and kind


@dataclass
class Items:
    """Those of the instances that are looked at just now."""

    named: frozenset[str]  # lists of which it is said already that they were altered
    by_instance: dict[str, list[KeptItem]] = field(default_factory=dict)
    heard: Counter[_Told] = field(default_factory=Counter)
    last: dict[_Told, dt.datetime] = field(default_factory=dict)  # when that happened
    holds: dict[str, list[tuple[dt.datetime, type[Event]]]] = field(default_factory=dict)  # by instance
    found: list[tuple[str, str, str]] = field(default_factory=list)

    def look_at(self, tx: Tx, instances: Sequence[str]) -> None:
        self.by_instance.clear()
        for item in as_kept.items_of(tx, instances):
            if item.list not in self.named:
                self.by_instance.setdefault(item.instance, []).append(item)

    def hear(self, heard: Heard) -> None:
        instance = heard.instance
        if instance not in self.by_instance or not isinstance(heard.event, _EVENTS):
            return
        told = heard.request_id, instance, type(heard.event)
        self.heard[told] += 1
        self.last[told] = heard.at
        if isinstance(heard.event, (InstanceSuspended, InstanceResumed)):
            self.holds.setdefault(instance, []).append((heard.at, type(heard.event)))

    def compare(self, instances: Iterable[str]) -> None:
        """All that is told of these was heard."""
        for instance in instances:
            for item in self.by_instance.get(instance, ()):
                if not self._is_told(item):
                    self.found.append((item.sort, item.list, instance))
        for kept in (self.heard, self.last, self.holds):
            kept.clear()

    def _is_told(self, item: KeptItem) -> bool:
        if item.act in _HOLDS:
            return self._is_held_as_told(item)
        if item.act == _MOVES_IT:
            moved = item.list, item.instance, InstanceMigrated
            is_told = self.heard[moved] == _MOVED.get(item.status, 0)
            return is_told and (item.status == "undo_refused" or self._is_of_then(item, moved))
        told = item.list, item.instance, InterventionMade
        return bool(self.heard[told]) == (item.status == "done") and self._is_of_then(item, told)

    def _is_of_then(self, item: KeptItem, told: _Told) -> bool:
        """Whether it was done when the history says so; of what was not done nothing says when."""
        return told not in self.last or self.last[told] == item.done_at

    def _is_held_as_told(self, item: KeptItem) -> bool:
        told = item.list, item.instance, _HOLDS[item.act]
        if item.status != "done":  # its caller's turn may have come first
            return item.is_called or not self.heard[told]
        if self.heard[told]:
            return item.is_called or self._is_of_then(item, told)
        return self._was_so(item.instance, _HOLDS[item.act], item.done_at)

    def _was_so(self, instance: str, hold: type[Event], at: dt.datetime | None) -> bool:
        """Whether an instance was suspended, or not, about this instant, as its own history tells."""
        if at is None:
            return False
        began = (dt.datetime.min.replace(tzinfo=dt.UTC), InstanceResumed)
        ended = (dt.datetime.max.replace(tzinfo=dt.UTC), InstanceResumed)
        return any(
            kind is hold and since <= at + _ABOUT and until >= at - _ABOUT
            for (since, kind), (until, _) in pairwise([began, *self.holds.get(instance, ()), ended])
        )

    def altered(self) -> Iterator[AlteredRow]:
        for sort, list, instance in sorted(self.found):
            yield AlteredRow(sort, list, f"what became of instance {instance} is not what the history tells")
