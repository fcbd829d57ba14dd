"""Comparing rows with the history: what more streams than one tell of a row, and how much memory it takes."""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import os
import resource
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases import events
from flowcase.config import Config
from flowcase.services.proving import altered_casework

AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
EVENTS_OF_A_CASE = 20
CASES = int(os.environ.get("FLOWCASE_COMPARED_EVENTS", "2400")) // EVENTS_OF_A_CASE

Make = Callable[[int], Flowcase]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """An installation with so many cases, each with a child whose record was written again and again."""

    def cases(number: int) -> Flowcase:
        config = Config(home=tmp_path / str(number), is_demonstration=True, is_durable=False)
        bootstrap.upgrade(config)
        flow = bootstrap.open(config)
        for begin in range(0, number, 20):
            with flow.store.begin(SYSTEM, AT + dt.timedelta(minutes=begin)) as tx:
                for each in range(begin, min(begin + 20, number)):
                    _write(tx.append, f"SAG-{each:06}")
        return flow

    return cases


def _write(append: Callable[..., None], code: str) -> None:
    stream, child = f"case:{code}", f"barn-{code}"
    opened = {"child": child, "rule_set": "randers", "rule_set_version": "1", "facts": {"status": "ny"}}
    append(stream, events.CaseOpened(case=code, **opened))
    named = {"open": {"aar": 2015}, "secret": {"navn": f"Barn {code}"}}
    append(stream, events.RecordCreated(record=child, entity="Barn", case=code, **named))
    for number in range(EVENTS_OF_A_CASE - 2):
        told = {"open": {"nr": number}, "secret": {"adresse": f"Vej {number}, {code} " * 20}}
        append(stream, events.RecordUpdated(record=child, entity="Barn", case=None, **told))


def test_memory_does_not_grow_with_the_number_of_cases(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    walk_one, walked = altered_casework._Search._walk_one, itertools.count(1)

    def walk_one_and_tidy(self: Any, stream: str, here: Any) -> None:
        walk_one(self, stream, here)
        if next(walked) % 10 == 0:
            gc.collect()  # what nobody holds any more is not what is asked for

    monkeypatch.setattr(altered_casework._Search, "_walk_one", walk_one_and_tidy)

    def peak(number: int) -> int:
        flow = make(number)
        flow.altered_rows.find(casework=True)  # what is imported and kept once
        tracemalloc.start()
        begun = time.monotonic()
        assert flow.altered_rows.find(casework=True) == []
        seconds = time.monotonic() - begun
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        flow.close()
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told = f"{number * EVENTS_OF_A_CASE} events: {most / 2**20:.1f} MiB at most, {seconds:.1f} s"
        print(f"{told} with tracing; the whole process {resident} MiB")
        return most

    few, many = peak(CASES // 2), peak(CASES)

    assert many < few * 1.25


@pytest.fixture
def flow(make: Make) -> Flowcase:
    """Three cases; the child of the first goes on under the key of the second, and its third is told of."""
    flow = make(3)
    first, second, third = (f"SAG-00000{number}" for number in range(3))
    moved = {"open": {"aar": 2015}, "secret": {"navn": "Flyttet"}}
    with flow.store.begin(SYSTEM, AT + dt.timedelta(days=1)) as tx:
        record = {"record": f"barn-{first}", "entity": "Barn"}
        tx.append(f"case:{second}", events.RecordMoved(case=second, **record, **moved))
        tx.append(f"case:{third}", events.RecordUpdated(case=None, open={"aar": 2016}, secret={}, **record))
        made = {"record": "samtidig", "entity": "Notat", "case": third, "open": {"type": "a"}, "secret": {}}
        tx.append(f"case:{third}", events.RecordCreated(**made))
        changed = {"record": "samtidig", "entity": "Notat", "case": None, "open": {"type": "b"}, "secret": {}}
        tx.append(f"case:{first}", events.RecordUpdated(**changed))
    return flow


def _alter(flow: Flowcase, statement: str) -> list[str]:
    with flow.store.engine.begin() as connection:
        connection.execute(text(statement))
    return [str(each) for each in flow.altered_rows.find(casework=True)]


@pytest.mark.parametrize("at_once", [1, 7, 20, 500])
def test_what_several_streams_tell_of_a_row_is_put_together(
    flow: Flowcase, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few events are opened at once: those of one transaction lie in one entry."""
    monkeypatch.setattr(altered_casework, "_ENTRIES_AT_ONCE", at_once)

    assert flow.altered_rows.find(casework=True) == []


@pytest.mark.parametrize("record", ["barn-SAG-000000", "samtidig"])
def test_a_row_that_several_streams_tell_of_is_named_when_it_was_altered(flow: Flowcase, record: str) -> None:
    said = _alter(flow, f"""UPDATE record SET open = '{{"aar": 1, "type": 1}}' WHERE id = '{record}'""")

    assert [each.partition(":")[0] for each in said] == [f"Record {record}"]


def test_a_row_that_was_altered_and_one_that_is_gone_are_named_wherever_they_were(flow: Flowcase) -> None:
    _alter(flow, "DELETE FROM record WHERE id = 'barn-SAG-000001'")
    said = _alter(flow, "UPDATE record SET stream = 'case:SAG-000000' WHERE id = 'barn-SAG-000002'")

    assert said[0] == "Record barn-SAG-000001: is gone."
    assert said[1].startswith("Record barn-SAG-000002: ") and "stream" in said[1]
    assert len(said) == 2
