"""Programs: tokens with scopes, requests that come twice, pages of cases, instances, files and history."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.groups import NAMES
from flowcase.access.scopes import SCOPES
from flowcase.errors import InvalidValues
from flowcase.services.signing_in.people import SignInFailed
from flowcase.web.language import catalogue
from flowcase.web.operating.service_accounts import SCOPE_WORDS
from tests.services.conftest import OPERATOR
from tests.web.conftest import FROM_OUR_PAGE
from tests.web.test_api import NEW, Program


@pytest.fixture
def program(app: Any, world: Any) -> Any:
    """A program of these groups and scopes."""

    def make(*groups: str, scopes: Any = SCOPES, days: int | None = None) -> Program:
        id = "-".join(["p", *groups])[:40].replace("_", "-")
        token = world.flow.service_accounts.make(id, groups=groups, scopes=scopes, days=days, actor=SYSTEM)
        return Program(app, token)

    return make


def test_a_token_opens_what_both_its_scopes_and_its_groups_allow(program):
    narrow = program("fronten", scopes=["cases:read"])
    foreign = program("leverandoer")

    assert narrow.get("/api/cases/SAG-2601").status_code == 200
    assert narrow.get("/api/user-tasks").status_code == 403
    assert foreign.get("/api/cases/SAG-2601").status_code == 403
    assert foreign.get("/api/cases").get_json() == []


def test_an_account_that_has_ended_or_run_out_opens_nothing(program, world):
    ended, short = program("fronten"), program("frontpersonale", days=1)
    world.flow.service_accounts.end("p-fronten", actor=SYSTEM)
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(days=1))

    assert ended.get("/api/cases").status_code == 401
    assert short.get("/api/cases").status_code == 403


def test_what_is_kept_of_a_token_is_a_hash_and_its_account_is_in_the_history(world):
    token = world.flow.service_accounts.make(
        "portal", groups=["indtag"], scopes=["notifications:write"], actor=SYSTEM
    )

    events = [row.event for row in world.flow.history.of_stream("installation")]
    granted = [each for each in events if type(each).__name__ == "ScopesGranted"]
    assert (granted[-1].person, granted[-1].scopes) == ("portal", ("notifications:write",))
    assert token.partition(".")[2] not in repr(events)
    with pytest.raises(SignInFailed):
        world.flow.people.authenticate_token("portal.noget-andet")


def test_the_same_request_with_the_same_key_is_carried_out_once_and_answered_alike(program, world):
    portal = program("indtag")
    del (once := dict(NEW))["underretning_id"]
    headers = {**portal.headers, "Idempotency-Key": "k-1"}

    first = portal.client.post("/api/notifications", json=once, headers=headers)
    again = portal.client.post("/api/notifications", json=once, headers=headers)
    other = portal.client.post("/api/notifications", json={**once, "kanal": "brev"}, headers=headers)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.get_data() == first.get_data()
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    ids = [row.id for row in world.flow.cases.records("Underretning")]
    assert ids.count(first.get_json()["underretning_id"]) == 1


def test_a_refusal_is_repeated_too_and_keys_are_each_accounts_own(program):
    portal, other = program("indtag"), program("fronten")
    headers = {"Idempotency-Key": "k-2"}

    answers = [
        each.client.post("/api/notifications", json={"kanal": "brevdue"}, headers={**each.headers, **headers})
        for each in (portal, portal, other)
    ]

    assert [each.status_code for each in answers] == [422, 422, 422]
    assert [each.headers.get("Idempotency-Replayed") for each in answers] == [None, "true", None]


def test_a_request_whose_server_was_lost_behind_the_commit_is_not_carried_out_again(program, world):
    portal = program("indtag")
    headers = {**portal.headers, "Idempotency-Key": "k-3"}
    kept = world.flow.kept_answers
    object.__setattr__(kept, "keep", lambda *_, **__: None)  # the answer never gets written

    first = portal.client.post("/api/notifications", json=NEW, headers=headers)
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(hours=1))
    again = portal.client.post("/api/notifications", json=NEW, headers=headers)

    assert (first.status_code, again.status_code) == (201, 409)


def test_answers_are_forgotten_after_a_day(program, world):
    portal = program("indtag")
    portal.client.post("/api/notifications", json=NEW, headers={**portal.headers, "Idempotency-Key": "k"})
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(hours=23))
    assert world.flow.kept_answers.forget_old() == 0

    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(hours=2))

    assert world.flow.kept_answers.forget_old() == 1


@pytest.mark.parametrize(
    ("path", "key"), [("/api/cases", "code"), ("/api/instances", "id"), ("/api/deployments", "id")]
)
def test_lists_go_on_by_key_until_there_is_nothing_left(program, path, key):
    everybody = program("administrator", "revisor")
    whole = [row[key] for row in everybody.get(f"{path}?limit=200").get_json()]

    walked, address = [], f"{path}?limit=2"
    while address:
        answer = everybody.get(address)
        walked += [row[key] for row in answer.get_json()]
        address = answer.headers.get("Link", "").removeprefix("<").partition(">")[0]

    assert walked == whole
    assert len(set(walked)) == len(walked) > 0


def test_the_history_of_everything_is_for_auditors_with_filters_and_each_look_is_an_event(program, world):
    auditor, caseworker = program("revisor"), program("fronten")

    rows = auditor.get("/api/history?case=SAG-2588&kind=DeadlineMet").get_json()

    assert {(row["kind"], row["case"]) for row in rows} == {("DeadlineMet", "SAG-2588")}
    assert caseworker.get("/api/history").status_code == 403
    [look] = [
        row.event
        for row in world.flow.history.of_stream("installation")
        if type(row.event).__name__ == "HistorySearched"
    ]
    assert (look.page, look.case, look.asked) == (
        "api",
        "SAG-2588",
        {"case": "SAG-2588", "kind": "DeadlineMet"},
    )


def test_the_whole_history_comes_a_page_at_a_time_newest_first_and_without_a_familys_words(program, world):
    auditor = program("revisor")
    walked, address = [], "/api/history?limit=100&last=2026-03-27"
    while address and len(walked) < 400:
        answer = auditor.get(address)
        walked += [(row["at"], row["stream"], row["seq"]) for row in answer.get_json()]
        assert "Elleby" not in answer.get_data(as_text=True)
        address = answer.headers.get("Link", "").removeprefix("<").partition(">")[0]

    assert len(set(walked)) == len(walked)
    assert [at for at, _, _ in walked] == sorted((at for at, _, _ in walked), reverse=True)


def test_reading_a_case_is_noted_in_the_case(program, world):
    program("fronten").get("/api/cases/SAG-2588")

    last = world.flow.history.of_case("SAG-2588", actor=SYSTEM)[-1]
    assert (last.kind, last.actor, last.event.page) == ("CaseRead", "p-fronten", "case")


def test_an_instance_is_suspended_resumed_and_cancelled_with_a_reason(program, world):
    operator = program("administrator")
    instance = world.task("vurder").instance

    for act, status in (("suspend", "suspended"), ("resume", "active"), ("cancel", "cancelled")):
        done = operator.post(f"/api/instances/{instance}/{act}", {"reason": "fejlregistrering"})
        assert done.status_code == 204, done.get_data()
        assert operator.get(f"/api/instances/{instance}").get_json()["status"] == status
    assert operator.post(f"/api/instances/{instance}/cancel", {"reason": "igen"}).status_code == 409


def test_files_are_deployed_with_the_check_of_the_studio(program, world):
    owner = program("procesejer")
    source = owner.get("/api/definitions/frist/versions/1").get_data(as_text=True)
    changed = source.replace("</bpmn:definitions>", "<!-- ny --></bpmn:definitions>")

    broken = owner.post("/api/deployments", {"files": {"frist.bpmn": "<x/>"}})
    away = owner.post("/api/deployments", {"files": {"../frist.bpmn": changed}})
    done = owner.post("/api/deployments", {"files": {"frist.bpmn": changed}, "draft": True})

    assert (broken.status_code, away.status_code, done.status_code) == (422, 422, 201)
    assert broken.get_json()["findings"]
    assert (done.get_json()["status"], done.get_json()["definitions"]) == ("draft", ["frist:2"])


def test_a_message_waits_for_its_receiver_as_long_as_it_may_live(program, world):
    operator = program("administrator")

    sent = operator.post("/api/messages", {"name": "m", "key": "k", "time_to_live": "P10D"})
    wrong = operator.post("/api/messages", {"name": "m", "key": "k", "time_to_live": "ti dage"})

    assert (sent.status_code, wrong.status_code) == (204, 422)
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(days=9))
    assert world.flow.messages.expire() == 0
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(days=2))
    assert world.flow.messages.expire() == 1


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_characters_that_no_database_keeps_are_refused(program, text):
    answer = program("administrator").post("/api/messages", {"name": text, "key": ""})

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_an_operator_makes_and_ends_an_account_on_the_page(sign_in, world):
    visitor = sign_in("drift")
    page = visitor.get("/servicekonti")
    form = page.all("//form[.//input[@name='navn']]")[0]

    refused = visitor.submit(page, form, navn="Stor Konto")
    made = visitor.submit(
        page, form, navn="portal.ny", adgang=["notifications:write"], gruppe=["indtag"], dage="30"
    )
    token = made.one("//*[@id='noegle']").text
    ended = visitor.post("/servicekonti/portal.ny/slut")

    assert refused.status == 422 and len(refused.summary) == 3
    assert token.startswith("portal.ny.")
    assert token not in visitor.get("/servicekonti").source
    assert "afsluttet" in ended.text
    with pytest.raises(SignInFailed):
        world.flow.people.authenticate_token(token)


def test_a_token_is_shown_by_the_page_after_its_form_and_by_no_later_one(sign_in, world):
    visitor = sign_in("drift")
    form = visitor.get("/servicekonti").one("//form[.//input[@name='navn']]")
    asked = {**dict(form.form_values()), "navn": "portal.ny", "adgang": "cases:read", "gruppe": "indtag"}

    answer = visitor.client.post("/servicekonti", data=asked, headers=FROM_OUR_PAGE)
    first, again = (visitor.get(answer.location.partition("#")[0]) for _ in range(2))

    assert answer.status_code == 303
    assert re.fullmatch(r"/servicekonti\?vis=[0-9a-f]{16}#noegle", answer.location)
    assert first.one("//*[@id='noegle']").text.startswith("portal.ny.")
    assert not again.all("//*[@id='noegle']")


def test_an_operator_puts_no_program_where_cases_are_open_but_the_terminal_does(sign_in, world):
    """Else a program would be the operator's own way to cases that are not their work."""
    visitor = sign_in("drift")
    form = visitor.get("/servicekonti").one("//form[.//input[@name='navn']]")
    offered = {field.get("value") for field in form.xpath(".//input[@name='gruppe']")}
    drift = world.flow.people.actor("drift")

    tried = {}
    for group in sorted(NAMES):
        id = group.replace("_", "-")
        try:
            world.flow.service_accounts.make(id, groups=[group], scopes=["cases:read"], actor=drift)
            tried[group] = True
        except InvalidValues as refused:
            tried[group] = list(refused.errors) != ["grupper"]
    page = visitor.post("/servicekonti", {"navn": "bagdoer", "adgang": "cases:read", "gruppe": "fronten"})

    assert offered == {group for group, is_made in tried.items() if is_made}
    assert offered == {"indtag", "administrator", "procesejer"}
    assert page.status == 422
    assert "kun ved terminalen" in page.text
    assert world.flow.service_accounts.make("ok", groups=["fronten"], scopes=["cases:read"], actor=OPERATOR)


def test_no_program_is_taken_for_the_terminal_whoever_made_it(app, world):
    """An operator makes one of the group `administrator` at the pages: it opens what operators see."""
    drift, task = world.flow.people.actor("drift"), world.task("vurder")
    made = world.flow.service_accounts.make("b", groups=["administrator"], scopes=SCOPES, actor=drift)
    at_the_terminal = world.flow.service_accounts.make(
        "t", groups=["administrator"], scopes=SCOPES, actor=OPERATOR
    )

    for token in (made, at_the_terminal):
        program = Program(app, token)
        for path in (
            "/api/history/export?format=csv&purpose=tilsyn&data_class=K2",
            "/api/history/export?format=csv&purpose=tilsyn",
            "/api/history",
            "/api/history?case=SAG-2601",
            "/api/cases/SAG-2601",
            f"/api/user-tasks/{task.id}",
        ):
            assert program.get(path).status_code == 403, path
        for act in ("claim", "complete"):
            assert program.post(f"/api/user-tasks/{task.id}/{act}", {}).status_code == 403, act
        assert program.get("/api/cases").get_json() == []
    assert world.task("vurder").assignee == task.assignee


def test_the_words_of_scopes_are_danish_and_in_english_those_of_the_api():
    english = catalogue("en")

    assert {scope: english.gettext(words) for scope, words in SCOPE_WORDS.items()} == dict(SCOPES)


def test_a_user_task_is_delegated_given_back_and_taken_back(program, world):
    owner, helper = program("fronten", "frontpersonale"), program("frontpersonale")
    task = world.task("vurder").id

    lent = owner.post(f"/api/user-tasks/{task}/delegate", {"to": "jonas.fp", "reason": "Kender skolen"})

    assert lent.status_code == 204
    shown = owner.get(f"/api/user-tasks/{task}").get_json()
    assert (shown["owner"], shown["assignee"]) == ("p-fronten-frontpersonale", "jonas.fp")
    assert helper.post(f"/api/user-tasks/{task}/give-back", {}).status_code == 403
    assert owner.post(f"/api/user-tasks/{task}/delegate", {"to": "jonas.fp"}).status_code == 409
    completed = owner.post(f"/api/user-tasks/{task}/complete", {"values": {}})
    assert completed.status_code == 409
    assert owner.post(f"/api/user-tasks/{task}/take-back", {}).status_code == 204
    assert owner.get(f"/api/user-tasks/{task}").get_json()["owner"] is None
    nobody = owner.post(f"/api/user-tasks/{task}/delegate", {"to": "granly"})
    assert nobody.status_code == 422 and set(told := nobody.get_json()["errors"]) == {"to"}
    assert told["to"] == ["Expected the user name of a colleague to whom the user task may be given."]
    assert owner.post(f"/api/user-tasks/{task}/delegate", {}).status_code == 422
    before = owner.get(f"/api/user-tasks/{task}").get_json()["priority"]
    first = {"priority": 90, "reason": "Barnet er alene"}
    assert owner.post(f"/api/user-tasks/{task}/prioritise", first).status_code == 204
    assert owner.get(f"/api/user-tasks/{task}").get_json()["priority"] == 90 != before
    lowered = owner.post(f"/api/user-tasks/{task}/prioritise", {"priority": 10})
    assert lowered.status_code == 422
    assert lowered.get_json()["errors"] == {"reason": ["Expected a reason: it stays in the history."]}
    assert owner.post(f"/api/user-tasks/{task}/prioritise", {"priority": 101}).status_code == 422
    reader = program("fronten", scopes=["tasks:read"])
    assert reader.post(f"/api/user-tasks/{task}/delegate", {"to": "jonas.fp"}).status_code == 403


def test_who_asks_too_much_is_told_when_to_come_back_and_locks_nobody_else_out(app, world, program):
    greedy, other = program("fronten"), program("frontpersonale")
    world.flow.api_limits.limit = 3

    answers = [greedy.get("/api/cases") for _ in range(5)]
    foreign = greedy.get("/api/history")
    for _ in range(5):
        made_up = Program(app, "p-frontpersonale.gaettet").get("/api/cases")

    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert (foreign.status_code, made_up.status_code, other.get("/api/cases").status_code) == (429, 401, 200)
    told = answers[-1]
    assert told.content_type == "application/problem+json"
    assert told.get_json()["title"] == "Too Many Requests"
    assert 1 <= int(told.headers["Retry-After"]) <= 60
    assert told.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert told.headers["RateLimit"].startswith('"minute";r=0;t=')
    assert "RateLimit" not in made_up.headers


def test_metrics_tell_who_is_refused_and_are_never_refused_themselves(world, program):
    watch = program("administrator")
    world.flow.api_limits.limit = 1

    refused = [watch.get("/api/cases").status_code for _ in range(2)]
    numbers = [watch.get("/metrics").get_data(as_text=True) for _ in range(3)][-1]

    assert refused == [403, 429] or refused == [200, 429]
    assert 'flowcase_api_used_ratio{account="p-administrator"} 1.0' in numbers
    assert 'flowcase_api_refused_total{account="p-administrator"} 1.0' in numbers
