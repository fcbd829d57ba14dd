"""Every address that shows a case leaves an entry in that case's history before anybody sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.web.permission_matrix import RULES
from tests.web.conftest import Visitor
from tests.web.test_api import Program
from tests.web.test_permissions import _pages
from tests.web.world import World

NOTHING_OF_A_CASE = {
    "case_dossier.ask": "asks what for and how confidential; the file itself is an event",
    "emergencies.open_case": "asks for purpose and reason; opening it is an event",
    "instances.diagram": "the file of the process, with nothing of the case",
}


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowcase.web.pdf.render", lambda html, attachments=(): b"%PDF-1.7")


def _cases_by_id(world: World) -> dict[str, str]:
    """Case of everything that an address can name."""
    flow = world.flow
    found = {case.code: case.code for case in flow.cases.list(actor=SYSTEM)}
    found |= {row.id: row.case_code for row in flow.instances.list(limit=None) if row.case_code}
    found |= {row.id: row.case_code for row in flow.user_tasks.list(status=None) if row.case_code}
    return found


def _looks(world: World, case: str, person: str) -> int:
    rows = world.flow.history.of_case(case, actor=SYSTEM)
    kinds = {"CaseRead", "ReferenceRecorded", "CaseOpenedInEmergency"}
    return sum(row.actor == person and row.kind in kinds for row in rows)


def test_no_page_that_shows_a_case_lacks_an_entry(
    app: Flask, world: World, sign_in: Callable[[str], Visitor]
) -> None:
    case_of = _cases_by_id(world)
    token = world.flow.service_accounts.make(
        "p-crawl", groups=("fronten", "revisor"), scopes=SCOPES, days=None, actor=SYSTEM
    )
    readers: list[tuple[str, Any]] = [
        (person, sign_in(person).client) for person in ("camilla.syd", "vera.revisor", "else.syd")
    ]
    program = ("p-crawl", Program(app, token))
    tried: set[tuple[str, str]] = set()
    lacking, shown = set(), set()
    for page in _pages(world):
        named = [case_of[part] for part in re.split(r"[/?=&]", page.path) if part in case_of]
        if not named:
            continue
        for person, reader in [program] if RULES[page.endpoint].takes_token else readers:
            if (page.endpoint, person) in tried:
                continue
            before = _looks(world, named[0], person)
            if reader.get(page.path).status_code != 200:
                continue
            tried.add((page.endpoint, person))
            shown.add(page.endpoint)
            if _looks(world, named[0], person) == before:
                lacking.add(page.endpoint)

    assert lacking == set(NOTHING_OF_A_CASE)
    assert {"cases.show", "user_tasks.show", "instances.show", "revision_cases.show", "api.case"} <= shown
