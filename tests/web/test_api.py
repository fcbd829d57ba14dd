"""REST under /api: tokens, problem details, and a document that says what there is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.web import create_app
from flowcase.web.api import api
from tests.web.world import ASSESSMENT, NOTIFICATION


class Program:
    def __init__(self, app: Any, token: str) -> None:
        self.client, self.headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers=self.headers)


@pytest.fixture
def portal(app, world) -> Program:
    return Program(app, world.flow.people.new_token("skoleportal", actor=SYSTEM))


@pytest.fixture
def karen(app, world) -> Program:
    return Program(app, world.flow.people.new_token("karen.fp", actor=SYSTEM))


NEW = {
    **NOTIFICATION,
    "modtaget": "2026-03-27T08:30+01:00",
    "boern": [{"navn": "Sofus Lindeskov"}],
    "underretning_id": "skole-12-0042",
}


def test_a_notification_comes_in_once(portal, world):
    first = portal.post("/api/notifications", NEW)
    again = portal.post("/api/notifications", NEW)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == {"underretning_id": "skole-12-0042", "is_new": True}
    assert again.get_json() == {"underretning_id": "skole-12-0042", "is_new": False}
    assert [row.id for row in world.flow.cases.records("Underretning")].count("skole-12-0042") == 1


def test_a_broken_notification_names_every_wrong_field_and_nothing_that_it_said(portal, world):
    answer = portal.post(
        "/api/notifications", {**NEW, "kanal": "brevdue", "modtaget": "i går", "findes_ikke": 1}
    )

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert set(body["errors"]) == {"kanal", "modtaget", "findes_ikke"}
    assert "brevdue" not in json.dumps(body)
    assert body["request_id"] == answer.headers["X-Request-Id"]


def test_user_tasks_are_listed_a_page_at_a_time(karen):
    whole = karen.get("/api/user-tasks")
    first = karen.get("/api/user-tasks?limit=1")
    address = first.headers["Link"].removeprefix("<").partition(">")[0]

    second = karen.get(address)

    assert first.get_json() + second.get_json() == whole.get_json()
    assert "Link" not in second.headers
    assert karen.get("/api/user-tasks?after=vrøvl").status_code == 422


def test_a_user_task_says_whether_its_instance_is_suspended(karen, world):
    def told():
        row = karen.get("/api/user-tasks?limit=1").get_json()[0]
        return row["is_suspended"], karen.get(f"/api/user-tasks/{row['id']}").get_json()["is_suspended"]

    before = told()
    instance = karen.get("/api/user-tasks?limit=1").get_json()[0]["id"].rpartition(".")[0]
    world.flow.instances.suspend(instance, reason="Leverandøren er lukket", actor=SYSTEM)

    assert (before, told()) == ((False, False), (True, True))


def test_user_tasks_are_found_by_words_and_by_a_fact_of_the_case(karen, portal, app, world):
    camilla = Program(app, world.flow.people.new_token("camilla.syd", actor=SYSTEM))

    def found(program, asked):
        return [row["element"] for row in program.get(f"/api/user-tasks?{asked}").get_json()]

    by_words = found(karen, "words=VURDÉR+SAG-2601")
    by_fact = found(camilla, "fact=status&value=undersoegelse&words=m%C3%A5l")

    assert by_words == ["vurder"] and found(karen, "words=findes+ikke") == []
    assert by_fact == ["maal"] and found(camilla, "fact=team&value=familieteam_nord") == []
    page = camilla.get("/api/user-tasks?fact=team&value=familieteam_syd&limit=1")
    assert "fact=team" in page.headers["Link"] and "value=familieteam_syd" in page.headers["Link"]
    both = "fact=status&value=undersoegelse&fact=team&value=familieteam_"
    assert found(camilla, both + "syd") and found(camilla, both + "nord") == []
    for asked in ("fact=team", "value=x", "fact=diagnose&value=x", "words=" + 101 * "x"):
        assert camilla.get(f"/api/user-tasks?{asked}").status_code == 422, asked
    assert portal.get("/api/user-tasks?fact=team&value=familieteam_syd").status_code == 422


def test_user_tasks_are_listed_and_completed(karen, world):
    rows = karen.get("/api/user-tasks").get_json()
    assert {row["element"] for row in rows} == {"vurder", "afgoer"}
    [task] = [row for row in rows if row["element"] == "vurder"]
    assert task["due_at"] == "2026-03-28T06:40:00+00:00"

    values = {**ASSESSMENT, "vurderet_af": "karen.fp", "vurderet": "2026-03-27T08:55+01:00"}
    path = f"/api/user-tasks/{task['id']}/complete"
    warned = karen.post(path, {"values": values}).get_json()["warnings"]
    done = karen.post(path, {"values": values, "seen": [each["mark"] for each in warned]})

    assert done.status_code == 204
    assert world.flow.deadlines.of_case("SAG-2601")[0].status == "met"


def test_a_rule_that_stands_against_it_is_named(karen, world):
    values = {**ASSESSMENT, "vurderet_af": "karen.fp", "vurderet": "2026-03-27T23:00+01:00"}

    refused = karen.post(f"/api/user-tasks/{world.task('vurder').id}/complete", {"values": values})

    assert refused.status_code == 422
    assert refused.get_json()["rules"] == ["R-001"]


def english(program: Program) -> Program:
    program.headers = {**program.headers, "Accept-Language": "en-GB, da;q=0.5"}
    return program


def test_a_rule_is_told_at_its_field_in_the_language_that_is_asked_for(karen, world):
    values = {**ASSESSMENT, "vurderet_af": "findes.ikke", "vurderet": "i går", "findes_ikke": 1}

    path = f"/api/user-tasks/{world.task('vurder').id}/complete"
    danish = karen.post(path, {"values": values}).get_json()["errors"]
    told = english(karen).post(path, {"values": values}).get_json()["errors"]

    assert danish["findes_ikke"] == ["Formularen har ikke dette felt."]
    assert told["findes_ikke"] == ["The form has no such field."]
    assert danish.keys() == told.keys()


WARNED = {**ASSESSMENT, "vurderet_af": "karen.fp", "vurderet": "2026-03-27T08:55+01:00"} | {
    "foraeldre_orienteres": "ja"
}
WITH_CPR = {**WARNED, "begrundelse": "Mor, 010203-1234, ringede."}


def test_what_tables_warn_of_is_read_before_a_program_completes(karen, world):
    path = f"/api/user-tasks/{world.task('vurder', 'SAG-2601').id}/complete"

    warned = karen.post(path, {"values": WARNED})

    assert warned.status_code == 422
    told = warned.get_json()
    [warning] = told["warnings"]
    assert warning["sentence"].startswith("Der er mistanke om overgreb.")
    assert (warning["rule"], warning["field"], told["rules"]) == ("D-08", None, ["D-08"])
    assert "`seen`" in told["detail"]
    assert world.task("vurder", "SAG-2601").status == "open"
    assert karen.post(path, {"values": WARNED, "seen": ["D-08"]}).status_code == 422
    assert karen.post(path, {"values": WARNED, "seen": [warning["mark"]]}).status_code == 204
    warned_of = [row.event.rules for row in world.flow.history.everything() if row.kind == "UserTaskWarned"]
    assert warned_of == [("D-08",)]


def test_a_slip_in_a_field_and_what_tables_warn_of_are_told_together_and_in_english(karen, world):
    path = f"/api/user-tasks/{world.task('vurder', 'SAG-2601').id}/complete"

    told = english(karen).post(path, {"values": WITH_CPR}).get_json()

    slip, table = told["warnings"]
    assert (slip["field"], slip["rule"]) == ("begrundelse", None)
    assert slip["sentence"].startswith("This looks like a CPR number.")
    assert table["sentence"].startswith("There is a suspicion of abuse.")
    assert "010203" not in json.dumps(told)
    one = karen.post(path, {"values": WITH_CPR, "seen": [slip["mark"]]}).get_json()
    assert [each["mark"] for each in one["warnings"]] == [table["mark"]]
    done = karen.post(path, {"values": WITH_CPR, "seen": [slip["mark"], table["mark"]]})
    assert done.status_code == 204


def test_what_is_wrong_is_told_before_what_is_warned_of(karen, world):
    path = f"/api/user-tasks/{world.task('vurder', 'SAG-2601').id}/complete"

    told = karen.post(path, {"values": {**WITH_CPR, "vurderet": "i går"}}).get_json()

    assert "warnings" not in told
    assert set(told["errors"]) == {"vurderet"}


def test_an_ended_task_is_a_conflict_and_an_unknown_one_is_not_found(karen, world):
    task = world.task("vurder")
    world.assess("SAG-2601")

    assert karen.post(f"/api/user-tasks/{task.id}/complete", {}).status_code == 409
    assert karen.post("/api/user-tasks/findes.1/complete", {}).status_code == 404


def test_a_program_may_do_only_what_its_groups_allow(portal, app, world):
    forbidden = portal.post(f"/api/user-tasks/{world.task('vurder').id}/complete", {"values": {}})
    caseworker = Program(app, world.flow.people.new_token("camilla.syd", actor=SYSTEM))

    assert forbidden.status_code == 403
    assert caseworker.post("/api/notifications", NEW).status_code == 403
    assert portal.get("/api/user-tasks").get_json() == []


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer falsk", "Bearer skoleportal.falsk", "Basic Zm9v"])
def test_without_a_token_that_holds_nothing_is_told(app, header):
    headers = {} if header is None else {"Authorization": header}

    answer = app.test_client().get("/api/user-tasks", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.mimetype == "application/problem+json"


def test_a_session_of_the_pages_opens_nothing_in_the_api(sign_in):
    assert sign_in("karen.fp").client.get("/api/user-tasks").status_code == 401


def test_what_is_no_json_and_what_does_not_exist_are_problem_details_too(portal):
    broken = portal.client.post(
        "/api/notifications", data="{", headers=portal.headers, content_type="application/json"
    )
    missing = portal.get("/api/findes-ikke")

    assert (broken.status_code, missing.status_code) == (400, 404)
    assert {broken.mimetype, missing.mimetype} == {"application/problem+json"}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/xml", None])
def test_a_body_that_is_not_said_to_be_json_is_not_taken_for_an_empty_one(portal, kind):
    """As `curl -d` sends it; it was told that each of its fields is missing."""
    answer = portal.client.post(
        "/api/notifications", data=json.dumps(NEW, default=str), content_type=kind, headers=portal.headers
    )

    assert answer.status_code == 400
    assert "Content-Type: application/json" in answer.get_json()["detail"]


def test_a_misspelt_filter_is_refused_and_no_list_of_everything(karen):
    """`/api/user-tasks?word=…` was answered with every user task."""
    answer = karen.get("/api/user-tasks?word=findes-ikke")

    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"query": {"word": ["Unknown field."]}}
    assert "word (query)" in answer.get_json()["detail"]


def test_what_the_description_does_not_allow_is_named_in_one_sentence(karen, world):
    path = f"/api/user-tasks/{world.task('vurder').id}/complete"

    answer = karen.post(path, {"value": {}})

    assert answer.get_json()["detail"].startswith(
        "Expected a request as /api/openapi.json describes it, but value (json) cannot be used."
    )


def test_the_api_describes_itself(app):
    document = app.test_client().get("/api/openapi.json").get_json()

    assert document["openapi"].startswith("3.1")
    operations = {
        (path, method): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    assert len(operations) > 20
    for operation in operations.values():
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        [need] = operation["security"]
        assert set(need["token"]) <= set(SCOPES)
        assert operation["summary"]
    assert {"200", "201"} <= set(operations["/api/notifications", "post"]["responses"])
    keyed = {each for each, said in operations.items() if "Idempotency-Key" in str(said)}
    assert keyed == {each for each in operations if each[1] in ("post", "delete")}


def test_the_document_is_written_once_by_whoever_is_first_asked_for_it(world, monkeypatch):
    written, describe = [], api._describe_everywhere
    monkeypatch.setattr(api, "_describe_everywhere", lambda paths: (written.append(1), describe(paths)))
    client = create_app(world.flow).test_client()

    assert client.get("/log-paa").status_code == 200
    assert written == []

    first, second = (client.get("/api/openapi.json").get_data() for _ in range(2))
    assert (first, written) == (second, [1])
