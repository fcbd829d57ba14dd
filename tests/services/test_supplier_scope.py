"""A supplier's people see and do the user tasks of their own contracts, and of no other child's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden
from tests.services.diagrams import end, process, start, user_task

OURS = Actor("lev-1", groups=frozenset({"leverandoer"}))
OTHERS = Actor("lev-2", groups=frozenset({"leverandoer"}))
TEAM = Actor("cw-7", groups=frozenset({"familieteam_syd"}))


@pytest.fixture
def asked(flow: Flowcase, deploy: Callable[..., Any]) -> Callable[..., str]:
    """A user task that suppliers and the team are asked to do, in case A; its id."""
    deploy(process("p", start(), user_task("svar", "leverandoer, familieteam_syd"), end()))
    flow.cases.open("A", child={"navn": "Barn A"}, actor=SYSTEM)
    flow.cases.open("B", child={"navn": "Barn B"}, actor=SYSTEM)
    for number, person in ((1, OURS), (2, OTHERS)):
        register = {"navn": f"L{number}", "medarbejdere": [person.id]}
        flow.cases.add_record("Leverandoer", register, id=f"L{number}", actor=SYSTEM)

    def ask(case: str = "A") -> str:
        flow.instances.start("p", {"sag_id": case}, case=case, actor=SYSTEM)
        return flow.user_tasks.list(case=case)[-1].id

    return ask


def contract(flow: Flowcase, case: str, status: str, supplier: str = "L1") -> None:
    values = {"leverandoer_id": supplier, "status": status}
    flow.cases.add_record("IndividuelKontrakt", values, case=case, actor=SYSTEM)


def offered_to(flow: Flowcase, actor: Actor) -> list[str]:
    return [row.id for row in flow.user_tasks.inbox(actor)]


@pytest.mark.parametrize("status", ["forhandles", "underskrevet"])
def test_only_the_supplier_of_the_contract_is_offered_the_task(
    flow: Flowcase, asked: Callable[..., str], status: str
) -> None:
    contract(flow, "A", status)

    task = asked()

    assert offered_to(flow, OURS) == [task]
    assert offered_to(flow, OTHERS) == []
    assert offered_to(flow, TEAM) == [task]


def test_another_supplier_neither_sees_nor_claims_nor_completes_it(
    flow: Flowcase, asked: Callable[..., str]
) -> None:
    contract(flow, "A", "underskrevet")
    task = asked()

    for attempt in (
        lambda: flow.user_tasks.get(task, actor=OTHERS),
        lambda: flow.user_tasks.claim(task, actor=OTHERS),
        lambda: flow.user_tasks.save_draft(task, {"x": "y"}, actor=OTHERS),
        lambda: flow.user_tasks.complete(task, {}, actor=OTHERS),
    ):
        with pytest.raises(Forbidden):
            attempt()

    flow.user_tasks.complete(task, {}, actor=OURS)
    assert flow.user_tasks.list() == []


@pytest.mark.parametrize("status", ["kladde", "ikke_indgaaet", "ophaevet", "ophoert"])
def test_a_contract_that_is_not_alive_opens_nothing(
    flow: Flowcase, asked: Callable[..., str], status: str
) -> None:
    contract(flow, "A", status)
    contract(flow, "B", "underskrevet")

    task = asked("A")

    assert offered_to(flow, OURS) == []
    with pytest.raises(Forbidden):
        flow.user_tasks.get(task, actor=OURS)


@pytest.mark.parametrize(("status", "seen"), [("i_gang", True), ("ophoert", False)])
def test_a_measure_that_names_the_supplier_opens_its_case_until_it_ends(
    flow: Flowcase, asked: Callable[..., str], status: str, seen: bool
) -> None:
    measure = {"leverandoer": "L1", "status": status}
    flow.cases.add_record("Foranstaltning", measure, case="A", actor=SYSTEM)

    task = asked()

    assert offered_to(flow, OURS) == ([task] if seen else [])


def test_a_short_page_is_filled_with_what_the_supplier_may_see(
    flow: Flowcase, asked: Callable[..., str]
) -> None:
    contract(flow, "A", "underskrevet")
    for _ in range(3):
        asked("B")
    own = [asked("A"), asked("A")]

    first = flow.user_tasks.inbox(OURS, limit=1)
    rest = flow.user_tasks.inbox(OURS, after=(first[0].created_at, first[0].id), limit=5)

    assert [row.id for row in first + rest] == sorted(own)
