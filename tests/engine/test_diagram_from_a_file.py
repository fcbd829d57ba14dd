"""A diagram as Camunda Modeler saves it, read from its file and played to each of its ends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from flowcase.modeling import read_bpmn

FILE = Path(__file__).parent / "diagrams" / "reparation.bpmn"
ORDER = {"ordre": "O-7"}


@pytest.fixture(scope="module")
def reparation():
    return read_bpmn(FILE.read_bytes(), FILE.name).processes[0]


def found(*errors: int, **more):
    return {"undersoeg": {"variables": {"fejl": list(errors)}}, **more}


def test_a_cheap_repair_is_done(run, reparation):
    trace = run(reparation, variables=ORDER, answers=found(1, 1))

    assert trace.elements()[-4:] == ["dyrt", "samlet", "reparer", "faerdig"]
    assert trace.variables["priser"] == [Decimal(100), Decimal(100)]
    assert "pris" not in trace.variables


def test_a_dear_repair_waits_for_the_customer(run, reparation):
    answer = {"name": "kunde_svar", "key": "O-7", "after": "P2D"}

    trace = run(reparation, variables=ORDER, answers=found(1, 2, messages=[answer]))
    silent = run(reparation, variables=ORDER, answers=found(1, 2))

    assert trace.elements()[-5:] == ["spoerg", "svar", "samlet", "reparer", "faerdig"]
    assert silent.elements()[-3:] == ["spoerg", "tavshed", "kasseret"]


def test_a_part_that_is_no_longer_made_ends_all_searches(run, reparation):
    trace = run(
        reparation,
        variables=ORDER,
        answers=found(1, 2, 3, find_del=[{"after": "PT1H", "error": "UDGAAET"}, {"open": True}]),
    )

    assert trace.elements()[-2:] == ["udgaaet", "opgivet"]
    assert trace.elements("cancelled").count("find_del") == 3
    assert trace.state == "completed"


def test_the_customer_can_cancel_at_any_time(run, reparation):
    cancelled = {"name": "annulleret", "key": "O-7", "after": "PT20H"}

    trace = run(reparation, variables=ORDER, answers={"undersoeg": {"open": True}, "messages": [cancelled]})

    assert trace.elements() == [
        "modtaget", "undersoeg", "rykker", "rykket", "rykker", "rykket", "ved_annullering",
        "kunden_annullerer", "annulleret",
    ]  # fmt: skip
    assert trace.elements("cancelled") == ["undersoeg"]
    assert trace.state == "completed"
