"""Time travel: a case, its records and its diagrams as they were at any instant, for who may see the case.

What is confidential is for those whose work the family's data are now; everybody else sees codes and times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.entities import DataClass, let_through
from flowcase.errors import Erased
from flowcase.history.moment import Moment, moment
from flowcase.model import InstanceMigrated
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, history, instances, resources
from flowcase.store.queries.history import EventRow


@dataclass(frozen=True)
class FlowPicture:
    """A diagram with its tokens as they were; elements by id, and what the diagram calls them."""

    id: str
    name: str
    version: int
    status: str
    started_at: dt.datetime
    here: tuple[str, ...]
    walked: tuple[str, ...]
    names: dict[str, str]
    source: bytes


@dataclass(frozen=True)
class Then:
    """What the page of an instant shows."""

    at: dt.datetime
    moment: Moment
    flows: Sequence[FlowPicture]
    is_close: bool  # confidential values are there
    before: dt.datetime | None  # when something happened last before this instant
    after: dt.datetime | None  # and first behind it


class TimeTravel:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def at(self, case: str, at: dt.datetime, *, actor: Actor) -> Then:
        """Raises NotFound, Forbidden, and Erased where nothing is left."""

        def work(tx: Tx) -> Then:
            row = case_access.seen(tx, case, actor)
            if row.erased_at is not None:
                raise Erased("case", case)
            highest = confidentiality.highest_seen(actor, row)
            events = events_of(tx, row)
            found = moment(events, at).of(case)
            if found.facts is not None:
                found.facts = let_through("Sag", found.facts, highest)
            for record in found.records.values():
                record.values = let_through(record.entity, record.values, highest)
            instants = sorted(
                {each.at for each in events if each.kind not in ("CaseRead", "ReferenceRecorded")}
            )
            return Then(
                at,
                found,
                self._pictures(tx, found, events),
                highest is DataClass.K2,
                max((each for each in instants if each < at), default=None),
                min((each for each in instants if each > at), default=None),
            )

        return self._transactions.read(work)

    def _pictures(self, tx: Tx, found: Moment, events: Sequence[EventRow]) -> list[FlowPicture]:
        began: dict[str, str] = {}  # instance -> the version that it was moved away from first
        for each in events:
            if each.instance and isinstance(each.event, InstanceMigrated):
                began.setdefault(each.instance, each.event.source)
        pictures = []
        for flow in found.flows.values():
            row = instances.instance(tx, flow.id)
            if row is None:
                continue
            ran = flow.definition or began.get(flow.id, row.definition)
            definition = self._definitions.row(tx, ran)
            elements = self._definitions.process(tx, ran).elements
            pictures.append(
                FlowPicture(
                    flow.id,
                    definition.name,
                    definition.version,
                    flow.status,
                    flow.started_at,
                    tuple(flow.here),
                    tuple(dict.fromkeys(flow.done)),
                    {id: drawn.name or id for id, drawn in elements.items()},
                    resources.content(tx, definition.hash) or b"",
                )
            )
        return sorted(pictures, key=lambda each: (each.status != "active", each.started_at))


def events_of(tx: Tx, row: case_files.CaseRow) -> list[EventRow]:
    """What was recorded about a case: in its own stream, and in those of its notifications, in order."""
    streams = [row.stream, *(f"notification:{id}" for id in row.facts.get("underretninger") or ())]
    return sorted(
        (each for stream in streams if not tx.is_erased(stream) for each in history.events(tx, stream)),
        key=lambda each: each.at,
    )
