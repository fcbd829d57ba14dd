"""Whether what is saved of running instances and the rows beside it say the same: tasks, timers, messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flowcase import engine
from flowcase.errors import Conflict
from flowcase.model import InstanceStatus
from flowcase.services.definitions import Definitions
from flowcase.services.proving.altered_starts import is_put_off
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, tables
from flowcase.store.keys import SealBroken
from flowcase.store.queries import consistency, instances

_HELD = (
    ("timer", tables.timer),
    ("message", tables.message_subscription),
    ("signal", tables.signal_subscription),
)


@dataclass(frozen=True)
class Inconsistency:
    """Something that the state or a row knows and the other does not."""

    instance: str
    what: str  # user task | timer | message | signal | job | incident | definition | state
    key: str  # element instance, timer or subscription
    because: str


class Consistency:
    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def check(self, only: Iterable[str] | None = None) -> list[Inconsistency]:
        """Of all running instances, or of some; nothing is locked.

        What was done to an instance while it was looked at looks as if two halves of it did not agree: it is
        looked at again, all of it at one moment.
        """
        ids = self._transactions.read(consistency.running) if only is None else list(only)
        found: list[Inconsistency] = []
        for id in ids:
            look = partial(self._of, id=id)
            if self._transactions.read(look):
                found += self._transactions.read_at_one_moment(look)
        return found

    def _of(self, tx: Tx, id: str) -> list[Inconsistency]:
        row = instances.instance(tx, id)
        try:
            content = None if row is None else instances.state(tx, id)
        except SealBroken:
            because = "it does not open: it was altered, or moved from another instance"
            return [Inconsistency(id, "state", id, because)]
        if row is None or content is None or row.status not in instances.RUNNING:
            return []
        try:
            state = engine.State.from_bytes(content, self._definitions.process(tx, row.definition))
        except Conflict as error:  # it holds an element that its definition does not have
            return [Inconsistency(id, "definition", row.definition, str(error))]
        waits = state.waits()
        found: list[Inconsistency] = []
        for what, table, expected in _expected(waits):
            present = consistency.present(tx, table, id)
            for key in expected.keys() | present.keys():
                if key not in present:
                    found.append(Inconsistency(id, what, key, f"'{expected[key]}' waits, but has no row"))
                elif key not in expected:
                    found.append(
                        Inconsistency(id, what, key, f"has a row, but '{present[key]}' does not wait")
                    )
                elif expected[key] != present[key]:
                    found.append(
                        Inconsistency(id, what, key, f"is at '{expected[key]}', its row at '{present[key]}'")
                    )
        found += _held(tx, id, is_suspended=row.status == InstanceStatus.SUSPENDED)
        for task in consistency.tasks_of_another_definition(tx, id, row.definition):
            found.append(Inconsistency(id, "definition", task, f"its row is not of '{row.definition}'"))
        return found


def _held(tx: Tx, id: str, *, is_suspended: bool) -> list[Inconsistency]:
    """What would not go off or receive anything although its instance goes on, or the other way round."""
    found = []
    for what, table in _HELD:
        for row in consistency.waiting(tx, table, id):
            if row.is_held != is_suspended:
                because = "its row is not held" if is_suspended else "its row is held, its instance is not"
                found.append(Inconsistency(id, what, row.key, because))
            elif row.due_at and row.try_at and is_put_off(row.due_at, row.try_at, tx.now):
                found.append(Inconsistency(id, what, row.key, "its row is put off by nothing"))
    return found


def _expected(waits: engine.Waits) -> tuple[tuple[str, Any, dict[str, Any]], ...]:
    return (
        ("user task", tables.user_task, dict(waits.user_tasks)),
        ("timer", tables.timer, dict(waits.timers)),
        ("message", tables.message_subscription, dict(waits.messages)),
        ("signal", tables.signal_subscription, dict(waits.signals)),
        ("incident", tables.incident, dict(waits.incidents)),
    )
