"""What became of the instances of batches and moves, with what their own histories tell of it.

Each is worked off in a transaction of its own that bears the list's number, and by which its instance is
moved or somebody's intervention is told. Of one that was suspended or resumed nothing is to be told where it
was so already, or went along with its caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flowcase.events import InterventionMade
from flowcase.history.heard import Heard
from flowcase.model import InstanceMigrated
from flowcase.services.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import as_kept_operations as as_kept
from flowcase.store.queries.as_kept_operations import KeptItem

KINDS = (InterventionMade.__name__, InstanceMigrated.__name__)
_MOVES_IT = "migrate"
_UNTOLD = ("suspend", "resume")
# How often an instance moved by its list, as its status there says; one that was not worked off never did.
_MOVED = {"done": 1, "moved": 1, "undo_refused": 1, "undone": 2}


@dataclass
class Items:
    """Those of the instances that are looked at just now."""

    named: frozenset[str]  # lists of which it is said already that they were altered
    by_instance: dict[str, list[KeptItem]] = field(default_factory=dict)
    heard: Counter[tuple[str, str, type]] = field(default_factory=Counter)
    found: list[tuple[str, str, str]] = field(default_factory=list)

    def look_at(self, tx: Tx, instances: Sequence[str]) -> None:
        self.by_instance.clear()
        for item in as_kept.items_of(tx, instances):
            if item.act not in _UNTOLD and item.list not in self.named:
                self.by_instance.setdefault(item.instance, []).append(item)

    def hear(self, heard: Heard) -> None:
        if heard.instance in self.by_instance and isinstance(
            heard.event, (InterventionMade, InstanceMigrated)
        ):
            self.heard[heard.request_id, heard.instance, type(heard.event)] += 1

    def compare(self, instances: Iterable[str]) -> None:
        """All that is told of these was heard."""
        for instance in instances:
            for item in self.by_instance.get(instance, ()):
                if not self._is_told(item):
                    self.found.append((item.sort, item.list, instance))
        self.heard.clear()

    def _is_told(self, item: KeptItem) -> bool:
        if item.act == _MOVES_IT:
            moved = self.heard[item.list, item.instance, InstanceMigrated]
            return moved == _MOVED.get(item.status, 0)
        return bool(self.heard[item.list, item.instance, InterventionMade]) == (item.status == "done")

    def altered(self) -> Iterator[AlteredRow]:
        for sort, list, instance in sorted(self.found):
            yield AlteredRow(sort, list, f"what became of instance {instance} is not what the history tells")
