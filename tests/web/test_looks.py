"""Every address that shows a case leaves an entry in that case's history before anybody sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.history.sentences import PAGES as told
from flowcase.web.auditing.revision_cases import PAGES
from flowcase.web.permission_matrix import RULES
from tests.web.conftest import Visitor
from tests.web.test_api import Program
from tests.web.test_permissions import Page, _pages
from tests.web.world import World

NOTHING_OF_A_CASE = {
    "case_dossier.ask": "asks what for and how confidential; the file itself is an event",
    "emergencies.open_case": "asks for purpose and reason; opening it is an event",
    "instances.diagram": "the file of the process, with nothing of the case",
    "meeting_calendars.meeting": "kind, time and a link, as an invitation says it",
    "timers.show": "code, element and instant, as the list of timers says it",
    "api.timer": "the same for programs",
    "jobs.show": "code, kind of work and instants, as the list of jobs says it",
    "api.job": "the same for programs",
}
LOOKS = {"CaseRead", "ReferenceRecorded", "CaseOpenedInEmergency"}


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowcase.web.pdf.render", lambda html, attachments=(): b"%PDF-1.7")


def _cases_by_id(world: World) -> dict[str, str]:
    """Case of everything that an address can name."""
    flow = world.flow
    found = {case.code: case.code for case in flow.cases.list(actor=SYSTEM)}
    found |= {row.id: row.case_code for row in flow.instances.list(limit=None) if row.case_code}
    found |= {row.id: row.case_code for row in flow.user_tasks.list(status=None) if row.case_code}
    found |= {row.id: row.case_code for row in flow.timers.list(status=None) if row.case_code}
    found |= {row.id: row.case_code for row in flow.jobs.list() if row.case_code}
    found |= {row.id: row.case_code for row in flow.incidents.list() if row.case_code}
    for case in flow.cases.list(actor=SYSTEM):
        found |= {row.id: case.code for row in flow.documents.of_case(case.code, actor=SYSTEM)}
        found |= {row.id: case.code for row in flow.cases.records("Moede", case=case.code)}
    return found


def _pages_of_cases(world: World) -> Iterator[Page]:
    """Those of the matrix, and what an operator looks at when something of a case stands still."""
    yield from _pages(world)
    flow = world.flow
    stuck = flow.instances.start("gaar_i_staa", {}, case="SAG-2588", actor=SYSTEM)
    for incident in flow.incidents.list(instance=stuck):
        yield Page("incidents.show", f"/drift/haendelser/{incident.id}")
    running = flow.user_tasks.list(case="SAG-2588")[0].instance
    token = flow.token_moves.places(running, actor=SYSTEM)[0].element_instance
    yield Page("interventions.show", f"/forloeb/{running}/indgreb")
    yield Page("interventions.ending", f"/forloeb/{running}/indgreb/afbryd")
    yield Page("interventions.token", f"/forloeb/{running}/indgreb/{token}/spring-over")
    yield Page("api.tokens", f"/api/instances/{running}/tokens")


def _looks(world: World, case: str, person: str) -> int:
    rows = world.flow.history.of_case(case, actor=SYSTEM)
    return sum(row.actor == person and row.kind in LOOKS for row in rows)


def test_no_page_that_shows_a_case_lacks_an_entry(
    app: Flask, world: World, sign_in: Callable[[str], Visitor]
) -> None:
    token = world.flow.service_accounts.make(
        "p-crawl",
        groups=("frontpersonale", "revisor", "administrator"),
        scopes=SCOPES,
        days=None,
        actor=SYSTEM,
    )
    people = ("camilla.syd", "vera.revisor", "else.syd", "drift")
    readers: list[tuple[str, Any]] = [(person, sign_in(person).client) for person in people]
    program = ("p-crawl", Program(app, token))
    pages = list(_pages_of_cases(world))
    case_of = _cases_by_id(world)
    tried: set[tuple[str, str]] = set()
    lacking, shown, of_a_case = set(), set(), set()
    for page in pages:
        named = [case_of[part] for part in re.split(r"[/?=&]", page.path) if part in case_of]
        if not named:
            continue
        of_a_case.add(page.endpoint)
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
    assert of_a_case - shown == set()  # each was seen by somebody
    assert {"cases.show", "user_tasks.show", "instances.show", "revision_cases.show", "api.case"} <= shown
    looked_at = {row.event.page for row in world.flow.history.everything() if row.kind == "CaseRead"}
    assert {"case", "diagram", "document", "history", "incident", "meeting", "user_task"} <= looked_at
    assert looked_at <= set(PAGES) & set(told)  # each has words for auditors, and in the story


def test_a_user_task_that_comes_back_with_what_was_sent_is_a_look_too(
    world: World, sign_in: Callable[[str], Visitor]
) -> None:
    task, karen = world.task("vurder"), sign_in("karen.fp")
    before = _looks(world, str(task.case_code), "karen.fp")

    again = karen.post(f"/opgaver/{task.id}")

    assert again.status == 422
    assert _looks(world, str(task.case_code), "karen.fp") == before + 1
