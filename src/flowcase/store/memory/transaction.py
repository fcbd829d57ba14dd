"""What stands where services expect a transaction, while nothing is written anywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import NotFound
from flowcase.model import Advance, Event
from flowcase.store.memory.shelves import APPLIERS, Shelves
from flowcase.store.tx import LockedInstance, Tx

Watch = Callable[[str, "LockedInstance | None", Event], None]  # (stream, instance, event)


class MemoryTx(Tx):
    """Stands where services expect a transaction. One lives as long as its simulation."""

    def __init__(self, shelves: Shelves, now: dt.datetime, watch: Watch) -> None:
        self.shelves = shelves
        self.now = now
        self.actor: Actor = SYSTEM
        self.request_id = ""
        self.cache: dict[Any, Any] = {}
        self._watch = watch
        self._ids = 0
        shelves.tx = self

    def new_id(self) -> str:
        """Ascending numbers: the same run has the same ids."""
        self._ids += 1
        return f"{self._ids:09x}"

    # --- events ------------------------------------------------------------------------------------

    def append(
        self,
        stream: str,
        event: Event,
        *,
        instance: LockedInstance | None = None,
        element: str | None = None,
        concerns: Iterable[str] = (),
    ) -> None:
        self._apply(stream, instance, event)

    def record(self, instance: LockedInstance | str, advance: Advance) -> None:
        if isinstance(instance, str):
            instance = self.lock(instance)
        instance.state = advance.state
        for event in advance.events:
            self._apply(instance.stream, instance, event)

    def _apply(self, stream: str, instance: LockedInstance | None, event: Event) -> None:
        apply = APPLIERS.get(type(event))
        if apply is not None:
            apply(self.shelves, stream, instance, event)
        self._watch(stream, instance, event)

    # --- instances ---------------------------------------------------------------------------------

    def lock(self, instance: str) -> LockedInstance:
        found = self.shelves.instances.get(instance)
        if found is None:
            raise NotFound("process instance", instance)
        return found

    look = lock

    def lock_held(self, instances: Iterable[str]) -> None:
        """Nobody else is here."""

    # --- what a database would do ------------------------------------------------------------------

    @property
    def is_alone(self) -> bool:
        return True

    def stream(self, stream: str, *, is_new: bool = False) -> Any:
        return None

    def exclusive(self, name: str) -> None:
        """Nobody else is here."""

    def is_erased(self, stream: str) -> bool:
        return False

    def insert(self, table: Any, **values: Any) -> None:
        raise NotImplementedError(f"table {table.name}")

    def insert_once(self, table: Any, **values: Any) -> bool:
        key = (table.name, *(values[name] for name in sorted(values) if name != "at"))
        if key in self.shelves.once:
            return False
        self.shelves.once.add(key)
        return True

    @contextmanager
    def attempt(self) -> Iterator[None]:
        yield

    def ask(self, *questions: Any) -> list[Any]:
        raise NotImplementedError("a query that no shelf answers")

    def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        raise NotImplementedError("a query that no shelf answers")

    first = scalar = rows
