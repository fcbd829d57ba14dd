"""Everybody of the world sends to every address that changes something, with every id of it.

Who may not, by the permission matrix, is refused, and not one event is added to the history. Who may is
answered, whatever else is wrong with what was sent.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flowcase.access.actor import SYSTEM
from flowcase.web import permission_matrix
from flowcase.web.permission_matrix import RULES
from tests.web import world as worlds
from tests.web.conftest import Visitor
from tests.web.test_permissions import PROGRAM, Page, _is_allowed, _members, _pages
from tests.web.world import PEOPLE, World

_OF_TASK = {
    "user_tasks.send": "",
    "user_tasks.presence": "/her",
    "user_tasks.save_draft": "/kladde",
    "user_tasks.forget_draft": "/kladde/slet",
    "user_tasks.comment": "/kommentar",
    "user_tasks.unclaim": "/slip",
    "user_tasks.move": "/flyt",
    "user_tasks.claim": "/tag",
}
_OF_MEETING = {
    "daily_meetings.begin": "/fremmoede",
    "daily_meetings.take_chair": "/leder",
    "daily_meetings.close": "/luk",
    "daily_meetings.note": "/punkter/findes-ikke",
    "daily_meetings.undo": "/punkter/findes-ikke/fortryd",
}
# What is everybody's own, or changes only what the sender has; nobody is refused there.
_ONES_OWN = {
    "account.sign_in",
    "account.sign_out",
    "session_end.stay",
    "session_end.typed",  # shows its sender what they sent
    "inbox.move",  # each user task by itself: as `user_tasks.claim`, see the test below
    "inbox.save",
    "inbox.rename",
    "inbox.forget",
    "list_shares.share",
    "list_shares.end",
    "api.save_list",
    "api.rename_list",
    "api.delete_list",
    "api.share_list",
    "public.notify",
    "notices.open_notice",
    "notices.new_feed",
    "notices.end_feed",
    "notices.read_all",
    "notices.choices",
    "meeting_calendars.change",
    "single_sign_on.signed_out_there",  # with a token of the provider only
    "new_password.first",
    "new_password.own",
    "new_password.strength",
    "second_step.code",
    "second_step.enrol",
    "own_account.end_session",
    "own_account.end_others",
    "own_account.renew_codes",
    "own_account.end_second_factor",
    "own_account.replace_app",
}
# Of a team that the sender leads: their own tests go through every cell (tests/web/test_team.py).
_ELSEWHERE = {"team.end_absence", "team.absence", "team.last_day", "team.hand_over"}
# As whoever may give it away, also who leads its holder: see tests/services/test_user_task_moves.py.
_ELSEWHERE |= {"api.prioritise"}
# By DELETE: see tests/web/test_webhooks.py.
_ELSEWHERE |= {"api.end_webhook"}
# Between the two whom it is between: see tests/web/test_api_lists.py.
_ELSEWHERE |= {"api.end_list_share"}
# Whoever holds the secret address, and whoever is close to the case: see tests/web/test_guest_links.py.
_ELSEWHERE |= {f"guest_links.{act}" for act in ("send_code", "confirm", "leave", "make", "end")}

_BODIES: dict[str, Any] = {
    "api.delegate": {"to": "findes-ikke"},
    "api.cancel": {"reason": "prøve"},
    "api.suspend": {"reason": "prøve"},
    "api.resume": {"reason": "prøve"},
    "api.go_back": {"reason": "prøve"},
    "api.publish": {"name": "ingen_venter", "key": "x", "time_to_live": "PT1S"},
    "api.make_webhook": {"address": "https://example.invalid/", "kinds": ["CaseOpened"]},
    "api.move_timer": {"reason": "prøve", "due_at": "2031-01-01T09:00Z"},
    "api.fire_timer": {"reason": "prøve"},
    "api.retry_job": {"reason": "prøve"},
    "api.set_job_priority": {"reason": "prøve", "priority": 1},
    "api.give_back_job": {"reason": "prøve"},
    "api.preview_token": {"act": "cancel"},
    "api.skip_token": {"reason": "prøve"},
    "api.move_token": {"reason": "prøve", "target": "slut"},
    "api.cancel_token": {"reason": "prøve"},
    "api.preview_batch": {"process": "frist"},
    "api.plan_batch": {"reason": "prøve", "act": "retry", "chosen": {"process": "frist"}},
    "api.undo_batch": {"reason": "prøve"},
    "api.map_batch": {"source": "frist:1", "mapping": {"a": None}},
    "api.suspend_process": {"reason": "prøve"},
    "api.resume_process": {"reason": "prøve"},
    "api.report_absence": {"person": "camilla.syd", "first": "2026-04-13", "last": "2026-04-17"},
    "api.end_absence": {"person": "camilla.syd"},
    "api.change_last_day": {"person": "camilla.syd", "last_before": "2026-04-17", "last": "2026-04-20"},
    "api.call_off_absence": {"person": "camilla.syd", "first": "2026-04-13", "last": "2026-04-17"},
    "api.drop_held_starts": {"reason": "prøve", "held": ["findes-ikke"]},
    "api.deploy": {"files": {"tom.bpmn": "<x/>"}},
}


@pytest.fixture(scope="module")
def tried(municipality: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Page]]:
    """An installation with something behind every address, and the addresses; each test has a copy."""
    home = tmp_path_factory.mktemp("tried") / "home"
    shutil.copytree(municipality, home)
    world = worlds.open_world(home)
    pages = list(_sent_to(world))
    world.flow.close()
    return home, pages


@pytest.fixture
def world(tried: tuple[Path, list[Page]], tmp_path: Path) -> Iterator[World]:
    home = tmp_path / "home"
    shutil.copytree(tried[0], home)
    opened = worlds.open_world(home)
    opened.flow.guest_links._sends_mail = True
    yield opened
    opened.flow.close()


@pytest.fixture
def pages(tried: tuple[Path, list[Page]]) -> list[Page]:
    return tried[1]


def _sent_to(world: World) -> Iterator[Page]:
    """Every address that takes a POST, as often as the world has ids for it, with whose own it is."""
    seen = {}
    for page in _pages(world):
        seen.setdefault(page.endpoint, []).append(page)
    for task in seen["user_tasks.show"]:
        row = world.flow.user_tasks.get(task.path.removeprefix("/opgaver/")).row
        if row.status != "open":
            continue
        for endpoint, end in _OF_TASK.items():
            yield Page(endpoint, task.path + end, task.owners)
        # What somebody has taken is theirs alone to lend.
        lenders = frozenset({row.assignee} & set(PEOPLE)) if row.assignee else task.owners
        yield Page("api.delegate", f"/api/user-tasks/{row.id}/delegate", lenders)
        for act in ("claim", "unclaim", "give-back", "take-back", "complete"):
            yield Page(f"api.{act.replace('-', '_')}", f"/api/user-tasks/{row.id}/{act}", task.owners)
    for meeting in seen["daily_meetings.show"]:
        for endpoint, end in _OF_MEETING.items():
            yield Page(endpoint, meeting.path + end, meeting.owners)
    for page in seen["instances.show"]:
        id = page.path.removeprefix("/forloeb/")
        for act in ("suspend", "resume", "cancel"):
            yield Page(f"api.{act}", f"/api/instances/{id}/{act}")
    for page in seen.get("instances.go_back", []):
        yield Page("instances.go_back", page.path)
    for page in seen.get("api.preview_of_going_back", []):
        yield Page("api.go_back", page.path + "/go-back")
    for page in seen["cases.show"]:
        yield Page("documents.add", page.path + "/dokumenter", page.owners)
        yield Page("emergencies.open_case", page.path + "/noedadgang")
        case = world.flow.cases.get(page.path.removeprefix("/sager/"), actor=SYSTEM)
        close = {case.caseworker, case.facts.get("stedfortraeder")} & set(PEOPLE)
        close |= _members({case.team or ""})
        yield Page("cases.comment", page.path + "/kommentar", frozenset(close))
        yield Page("case_dossier.make", page.path + "/sagsakt", frozenset(close))
        yield Page("access_reports.begin", page.path + "/indsigt", frozenset(close | {"anders.myn"}))
    for page in seen["access_reports.show"]:
        yield Page("access_reports.read", page.path, page.owners)
        yield Page("access_reports.answer", page.path + "/svar", page.owners)
        yield Page("access_reports.hand_out", page.path + "/pdf", page.owners)
    for endpoint in ("rule_set_move.move", "flows.new", "flows.new_in_case"):
        for page in seen[endpoint]:
            yield Page(endpoint, page.path, page.owners)
    for page in seen["migrations.plan"]:
        yield Page("migrations.plan", page.path)
    for page in seen["migrations.show"]:
        yield Page("migrations.act", page.path + "/pause")
    for page in seen["flows.new"]:
        body = {"process": page.path.rpartition("/")[2]}
        yield Page("api.start", "/api/instances#" + body["process"], page.owners)
    of_camilla = frozenset({"camilla.syd", "else.syd", "anders.myn"})
    yield Page("api.report_absence", "/api/absences", of_camilla)
    yield Page("api.end_absence", "/api/absences/end", of_camilla)
    yield Page("api.change_last_day", "/api/absences/last-day", of_camilla)
    yield Page("api.call_off_absence", "/api/absences/call-off", of_camilla)
    for endpoint, path in (
        ("api.deploy", "/api/deployments"),
        ("api.publish", "/api/messages"),
        ("api.receive", "/api/notifications"),
        ("studio_api.check", "/api/studio/check"),
        ("studio_api.deploy", "/api/studio/deploy"),
        ("studio_api.discard", "/api/studio/discard"),
        ("studio_api.save", "/api/studio/draft"),
        ("studio_api.effects", "/api/studio/effects"),
        ("studio_api.names", "/api/studio/names"),
        ("studio_api.presence", "/api/studio/presence"),
        ("studio_api.draw_table", "/api/studio/table"),
        ("studio_api.trial", "/api/studio/trial"),
        ("studio_tables.change", "/studie/tabel/scenarios/findes-ikke.yaml"),
        ("studio_drafts.choose", "/studie/kladder/findes-ikke.bpmn"),
        ("studio_folders.take_in", "/studie/filer"),
        ("studio_reviews.ask", "/studie/gennemsyn/ny/forms/F-A1.form"),
        ("studio_reviews.comment", "/studie/gennemsyn/findes-ikke/kommentar"),
        ("studio_reviews.mark", "/studie/gennemsyn/findes-ikke/kommentar/findes-ikke"),
        ("studio_reviews.answer", "/studie/gennemsyn/findes-ikke/traek-tilbage"),
        ("studio_trials.play", "/studie/scenarier/findes-ikke.bpmn"),
        ("studio_previews.show", "/studie/proev/forms/F-A1.form"),
        ("studio_plays.new", "/studie/spil/ny/findes-ikke.bpmn"),
        ("studio_plays.ready", "/studie/spil/klar/findes-ikke.bpmn"),
        ("studio_plays.act", "/studie/spil/findes-ikke"),
        ("studio_plays.form", "/studie/spil/findes-ikke/formular"),
        ("studio_plays.back", "/studie/spil/findes-ikke/tilbage"),
        ("studio_plays.renew", "/studie/spil/findes-ikke/forfra"),
        ("studio_plays.save", "/studie/spil/findes-ikke/scenarie"),
        ("studio_plays.delete", "/studie/spil/findes-ikke/slet"),
        ("simulations.ask", "/studie/simulering"),
        ("simulations.take_in", "/studie/simulering/indlaes"),
        ("simulations.stop", "/studie/simulering/findes-ikke/stands"),
        ("studio_versions.restore", "/studie/udgaver/1/gendan/forms/F-A1.form"),
        ("incidents.edit", "/drift/haendelser/findes-ikke/ret"),
        ("incidents.resolve", "/drift/haendelser/findes-ikke/gjort"),
        ("incidents.retry_all", "/drift/haendelser"),
        ("timers.move", "/drift/ure/findes-ikke/flyt"),
        ("timers.fire", "/drift/ure/findes-ikke/nu"),
        ("suspensions.act", "/drift/processer/underretning/pause"),
        ("suspensions.drop", "/drift/processer/underretning/ventende"),
        ("batches.new", "/drift/mange/nyt"),
        ("batches.act", "/drift/mange/findes-ikke/koer"),
        ("batches.mapping", "/drift/mange/findes-ikke/afloeser/1"),
        ("interventions.whole", "/forloeb/findes-ikke/indgreb/pause"),
        ("interventions.token", "/forloeb/findes-ikke/indgreb/1/fjern"),
        ("jobs.attend", "/drift/arbejde/findes-ikke/nu"),
        ("emergencies.review", "/noedadgange/findes-ikke"),
        ("sign_in_care.sign_out", "/drift/log-paa/findes-ikke/log-af"),
        ("sign_in_care.disable", "/drift/log-paa/findes-ikke/totrin"),
        ("operations.mail_again", "/drift/mails/findes-ikke"),
        ("operations.deliver_again", "/drift/leveringer/mail/findes-ikke"),
        ("retention.propose", "/opbevaring/forslag"),
        ("retention.decide", "/opbevaring/forslag/findes-ikke"),
        ("retention.hold", "/opbevaring/slettestop"),
        ("retention.propose_document", "/opbevaring/dokumenter"),
        ("retention.decide_document", "/opbevaring/dokumenter/findes-ikke"),
        ("history_exports.make", "/revision/eksport"),
        ("webhooks.make", "/webhooks"),
        ("webhooks.change_secret", "/webhooks/findes-ikke/hemmelighed"),
        ("webhooks.end", "/webhooks/findes-ikke/slut"),
        ("webhooks.resend", "/webhooks/findes-ikke/leveringer/findes-ikke"),
        ("api.make_webhook", "/api/webhooks"),
        ("api.change_webhook_secret", "/api/webhooks/findes-ikke/secret"),
        ("api.move_timer", "/api/timers/findes-ikke/move"),
        ("api.fire_timer", "/api/timers/findes-ikke/fire"),
        ("api.retry_job", "/api/jobs/findes-ikke/retry"),
        ("api.set_job_priority", "/api/jobs/findes-ikke/priority"),
        ("api.give_back_job", "/api/jobs/findes-ikke/give-back"),
        ("api.preview_token", "/api/instances/findes-ikke/tokens/1/preview"),
        ("api.skip_token", "/api/instances/findes-ikke/tokens/1/skip"),
        ("api.move_token", "/api/instances/findes-ikke/tokens/1/move"),
        ("api.cancel_token", "/api/instances/findes-ikke/tokens/1/cancel"),
        ("api.plan_batch", "/api/batches"),
        ("api.preview_batch", "/api/batches/preview"),
        ("api.map_batch", "/api/batches/findes-ikke/mapping"),
        ("api.start_batch", "/api/batches/findes-ikke/start"),
        ("api.pause_batch", "/api/batches/findes-ikke/pause"),
        ("api.resume_batch", "/api/batches/findes-ikke/resume"),
        ("api.stop_batch", "/api/batches/findes-ikke/stop"),
        ("api.undo_batch", "/api/batches/findes-ikke/undo"),
        ("api.suspend_process", "/api/processes/findes-ikke/suspend"),
        ("api.drop_held_starts", "/api/processes/findes-ikke/held-starts/drop"),
        ("api.resume_process", "/api/processes/findes-ikke/resume"),
        ("api.resend_delivery", "/api/webhook-deliveries/findes-ikke/resend"),
        ("service_accounts.make", "/servicekonti"),
        ("service_accounts.end", "/servicekonti/skoleportal/slut"),
        ("studio.begin", "/studie/"),
        ("notifications.new", "/underretninger/ny"),
    ):
        yield Page(endpoint, path)


# What looking leaves behind, and what a try leaves whatever comes of it.
_LOOKS = {"CaseRead", "SignedIn", "SignInRefused", "CredentialSet", "ReferenceRecorded", "HistorySearched"}


def _changes(world: World) -> int:
    """How many events there are that changed something."""
    return sum(row.kind not in _LOOKS for row in world.flow.history.everything())


def _differences(world: World, pages: list[Page], person: str, post: Callable[[Page], int]) -> list[str]:
    """Those who may not go first: what others may changes what is whose."""
    found = []
    before = _changes(world)
    for page in pages:
        if not _is_allowed(page, person):
            status = post(page)
            if status not in (403, 404) or (status == 404 and "findes-ikke" not in page.path):
                found.append(f"{person} {page.endpoint} {page.path}: {status}, but the matrix says no")
    if _changes(world) != before:
        found.append(f"{person} changed something that the matrix does not let them")
    for page in pages:
        if _is_allowed(page, person):
            status = post(page)
            if status in (401, 403) or status >= 500:
                found.append(f"{person} {page.endpoint} {page.path}: {status}, but the matrix says yes")
    return found


def test_every_address_that_changes_something_is_tried(app: Flask, pages: list[Page]) -> None:
    tried = {page.endpoint for page in pages}

    changing = {route.endpoint for route in permission_matrix.routes(app) if route.method != "GET"}

    assert changing - tried == _ONES_OWN | _ELSEWHERE | {"api.go_back", "instances.go_back"} - tried
    assert tried <= changing


@pytest.mark.parametrize("person", PEOPLE)
def test_pages_take_from_everybody_what_the_matrix_says(
    app: Flask, world: World, pages: list[Page], sign_in: Callable[[str], Visitor], person: str
) -> None:
    client = sign_in(person).client
    app.config["WTF_CSRF_ENABLED"] = False
    pages = [page for page in pages if not RULES[page.endpoint].takes_token]
    assert len(pages) > 60

    assert _differences(world, pages, person, lambda page: client.post(page.path).status_code) == []


@pytest.mark.parametrize("person", [*PEOPLE, PROGRAM])
def test_the_api_takes_from_everybody_what_the_matrix_says(
    app: Flask, world: World, pages: list[Page], person: str
) -> None:
    token = world.flow.people.new_token(person, actor=SYSTEM)
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    pages = [page for page in pages if RULES[page.endpoint].takes_token]
    assert len(pages) > 30

    def post(page: Page) -> int:
        path, _, process = page.path.partition("#")
        body = {"process": process} if process else _BODIES.get(page.endpoint, {})
        return client.post(path, json=body, headers=headers).status_code

    assert _differences(world, pages, person, post) == []


def test_no_page_takes_anything_without_its_token_and_nothing_without_signing_in(
    app: Flask, world: World, pages: list[Page], sign_in: Callable[[str], Visitor], stranger: Visitor
) -> None:
    drift = sign_in("drift").client
    before = _changes(world)

    for page in pages:
        takes_token = RULES[page.endpoint].takes_token
        forged = drift.post(page.path, json={})
        assert forged.status_code in ((401,) if takes_token else (400, 403)), page
        assert stranger.client.post(page.path, json={}).status_code in (400, 401), page
    assert _changes(world) == before


def test_several_user_tasks_at_once_are_each_asked_for(app: Flask, world: World, sign_in: Any) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    task = world.task("vurder").id

    sign_in("bo.mentor").client.post("/opgaver/flere", data={"opgave": task, "handling": "tag"})

    assert world.task("vurder").assignee is None
