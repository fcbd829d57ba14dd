"""Which meetings are held anonymously, or may yet be, is found without opening any of them."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import RecordCreated
from flowcase.services.entitled.meeting_parts import COUNCIL, MEETING, is_unnamed
from flowcase.store import Store
from flowcase.store.queries import records
from tests.conftest import NOW
from tests.traffic import traffic

STREAMS = ("case:SAG-1", "case:SAG-2")
SAID: tuple[dict[str, Any], ...] = ({}, {"anonymt": None}, {"anonymt": True}, {"anonymt": False})


def test_they_are_found_by_stream_as_the_rule_has_it(store: Store) -> None:
    rows = {}
    with store.begin(SYSTEM, NOW) as tx:
        for stream, entity, kind, said in itertools.product(
            (*STREAMS, "case:SAG-3"), (MEETING, "Aftale"), (COUNCIL, "netvaerksmoede"), SAID
        ):
            open = {"slags": kind, **said}
            id = tx.new_id()
            created = RecordCreated(record=id, entity=entity, case=None, open=open, secret={"noter": "Alma"})
            tx.append(stream, created)
            if entity == MEETING and is_unnamed(SimpleNamespace(open=open)):  # type: ignore[arg-type]
                rows.setdefault(stream, set()).add(id)

    with store.reading(NOW) as tx, traffic(store) as sent:
        found = records.ids_saying(tx, MEETING, "anonymt", unless_said=COUNCIL, streams=STREAMS)
        again = records.ids_saying(tx, MEETING, "anonymt", unless_said=COUNCIL, streams=STREAMS)

    assert found == again == {stream: rows[stream] for stream in STREAMS}
    assert [len(ids) for ids in found.values()] == [4, 4]
    assert len(sent.statements) <= 1 and "secret" not in str(sent.statements)
    with store.reading(NOW) as tx:
        assert records.ids_saying(tx, MEETING, "anonymt", unless_said=COUNCIL, streams=()) == {}
