"""The history is proven while people go on working: what they add meanwhile is no alarm."""

from __future__ import annotations

from sqlalchemy import text

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import IntakeRefused
from flowcase.store import Store
from tests.conftest import NOW

STREAM = "case:SAG-1"


def add(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(STREAM, IntakeRefused(source="first", line=None, fields=()))


def test_what_is_added_while_its_chain_is_walked_is_no_alarm(flow: Flowcase, store: Store) -> None:
    add(store)
    walked: list[str] = []

    def work_on(stream: str) -> None:
        if stream == STREAM:
            walked.append(stream)
            add(store)

    found = flow.history.verify(progress=work_on)

    assert found == []
    assert walked == [STREAM]
    assert flow.history.sizes()[STREAM] == 2


def test_what_somebody_else_added_is_one_also_then(flow: Flowcase, store: Store) -> None:
    add(store)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE stream SET length = 0 WHERE id = :id"), {"id": STREAM})

    found = flow.history.verify(progress=lambda stream: None)

    assert [each.stream for each in found] == [STREAM]
