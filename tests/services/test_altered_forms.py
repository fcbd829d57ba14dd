"""Values that say the same in another form: SQLite finds them elsewhere, `verify --rows` names them."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.services.proving.altered_rows import AlteredRow
from tests.services.conftest import OPERATOR
from tests.services.diagrams import catch, end, process, start, timer, user_task

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL refuses them


@pytest.fixture
def timed(flow: Flowcase) -> Flowcase:
    """An account, a case with its facts, and a timer that waits."""
    drawn = process("p", start(), catch("vent", timer("timeDuration", "P1D")), user_task("a"), end())
    flow.deployments.deploy({"p.bpmn": drawn}, actor=OPERATOR)
    flow.people.add("anna", groups=["fronten"], actor=OPERATOR)
    flow.cases.open("SAG-1", child={"navn": "Liva"}, facts={"omraade": "syd"}, actor=SYSTEM)
    flow.instances.start("p", case="SAG-1", actor=OPERATOR)
    return flow


def said_after(flow: Flowcase, statement: str, **values: str) -> list[AlteredRow]:
    with flow.store.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0
    return flow.altered_rows.find(casework=True)


def test_what_flowcase_writes_has_the_form_that_it_looks_for(timed: Flowcase) -> None:
    assert timed.altered_rows.find(casework=True) == []


@on_sqlite
def test_an_instant_in_another_text_would_not_be_due_and_is_named(timed: Flowcase) -> None:
    with timed.store.engine.begin() as connection:
        ((id, due),) = connection.execute(text("SELECT id, due_at FROM timer")).all()
    same = due.replace("-", "").replace(":", "")
    assert dt.datetime.fromisoformat(same) == dt.datetime.fromisoformat(due)
    assert same > f"{due[:4]}-12-31"  # it stands behind the whole year

    [said] = said_after(timed, "UPDATE timer SET due_at = :same WHERE id = :id", same=same, id=id)

    assert (said.sort, said.id) == ("timer", id)
    assert said.what.startswith("due_at is written as flowcase never does")


@on_sqlite
@pytest.mark.parametrize(
    ("statement", "sort", "column"),
    [
        ("UPDATE person SET is_active = 2 WHERE id = 'anna'", "person", "is_active"),
        (
            "UPDATE record SET secret = '{\"navn\": \"AAAA\", ' || substr(secret, 2) WHERE entity = 'Barn'",
            "record",
            "secret",
        ),
    ],
    ids=["read as true, and not found as true", "of two values in one the database reads the other"],
)
def test_what_reads_the_same_and_is_found_otherwise_is_named(
    timed: Flowcase, statement: str, sort: str, column: str
) -> None:
    found = said_after(timed, statement)

    assert [(each.sort, each.what.split()[0]) for each in found] == [(sort, column)]
