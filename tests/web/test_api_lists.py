"""Saved lists through the API: kept, renamed, shared with a colleague who is told, withdrawn by either."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from tests.web.test_api import Program

QUERY = "frist=uge&fakta=team&vaerdi=familieteam_syd"


@pytest.fixture
def lists(app, world):
    return program(app, world, "lists:read", "lists:write")


def program(app, world, *scopes, id="lister"):
    token = world.flow.service_accounts.make(id, groups=("fronten",), scopes=scopes, actor=SYSTEM)
    return Program(app, token)


def share(lists, person="jonas.fp", name="Ugens"):
    return lists.post("/api/list-shares", {"name": name, "person": person})


def test_a_list_is_kept_and_shared_and_the_colleague_is_told_without_a_word_of_it(lists, world, sign_in):
    kept = lists.post("/api/saved-lists", {"name": " Ugens ", "query": QUERY})

    shared = share(lists)

    assert (kept.status_code, shared.status_code) == (201, 201)
    assert kept.get_json()["name"] == "Ugens" and share(lists).get_json() == shared.get_json()
    [own] = lists.get("/api/saved-lists").get_json()
    assert (own["shared_by"], own["shares"]) == (None, [shared.get_json()])
    assert own["query"] == kept.get_json()["query"]
    page = sign_in("jonas.fp").get("/beskeder")
    assert len(page.all("//li/p[contains(., 'En kollega har delt et udvalg af opgaver med dig')]")) == 1
    assert page.all("//a[@href='/opgaver#gemte-udvalg']") and "Ugens" not in page.text
    told = [row.event for row in world.flow.history.of_stream("installation") if row.kind == "NoticeSent"]
    assert [(each.text, each.people, each.case) for each in told] == [("udvalg_delt", ("jonas.fp",), None)]


def test_a_share_is_withdrawn_by_either_of_the_two_and_ends_with_its_list(lists, app, world, sign_in):
    jonas = sign_in("jonas.fp")
    lists.post("/api/saved-lists", {"name": "Ugens", "query": QUERY})
    shared, other = share(lists).get_json()["id"], program(app, world, "lists:write", id="andre")

    def withdrawn(by):
        return by.client.delete(f"/api/list-shares/{shared}", headers=by.headers)

    stranger, twice = withdrawn(other), [withdrawn(lists), withdrawn(lists)]
    assert stranger.status_code == 403 and stranger.mimetype == "application/problem+json"
    assert [each.status_code for each in twice] == [204, 204]
    share(lists)
    page = jonas.get("/opgaver")
    jonas.press_this(page, page.one("//*[@id='gemte-udvalg']//button[contains(., 'Fjern')]"))
    assert lists.get("/api/saved-lists").get_json()[0]["shares"] == []
    share(lists)
    assert lists.post("/api/saved-lists/delete", {"name": "Ugens"}).status_code == 204
    assert lists.get("/api/saved-lists").get_json() == []
    assert not jonas.get("/opgaver").all("//*[@id='gemte-udvalg']//a")


def test_a_list_is_renamed_by_its_account_and_colleagues_keep_it(lists, app, world):
    lists.post("/api/saved-lists", {"name": "Ugens", "query": QUERY})
    lists.post("/api/saved-lists", {"name": "Andet", "query": ""})
    shared = share(lists).get_json()

    renamed = lists.post("/api/saved-lists/rename", {"name": "Ugens", "to": "  Ugens  i syd "})

    assert renamed.status_code == 200
    assert (renamed.get_json()["name"], renamed.get_json()["shares"]) == ("Ugens i syd", [shared])
    assert [each["name"] for each in lists.get("/api/saved-lists").get_json()] == ["Andet", "Ugens i syd"]
    kinds = [(row.kind, row.actor) for row in world.flow.history.of_stream("installation")]
    assert kinds[-1] == ("OwnListKept", "lister")

    taken = lists.post("/api/saved-lists/rename", {"name": "Ugens i syd", "to": "Andet"})
    gone = lists.post("/api/saved-lists/rename", {"name": "Ugens", "to": "Igen"})
    other = program(app, world, "lists:write", id="andre")
    strange = other.post("/api/saved-lists/rename", {"name": "Ugens i syd", "to": "Mit"})
    reader = program(app, world, "lists:read", id="laeser")
    read_only = reader.post("/api/saved-lists/rename", {"name": "Ugens i syd", "to": "Mit"})

    assert (taken.status_code, taken.get_json()["errors"]) == (422, {"to": ["taken"]})
    assert [gone.status_code, strange.status_code, read_only.status_code] == [404, 404, 403]


def test_what_a_list_cannot_mean_and_whom_it_cannot_be_shared_with_is_named_by_field(lists, world, app):
    strange = lists.post("/api/saved-lists", {"name": "Ugens", "query": "frist=uge&findes_ikke=1"})
    blank = lists.post("/api/saved-lists", {"name": "  ", "query": ""})
    missing = share(lists)
    lists.post("/api/saved-lists", {"name": "Ugens", "query": QUERY})
    supplier = share(lists, "granly")
    reader = program(app, world, "lists:read", id="laeser")

    assert strange.status_code == 422 and "findes_ikke" in strange.get_data(as_text=True)
    assert (blank.status_code, blank.get_json()["errors"]) == (422, {"name": ["missing"]})
    assert missing.status_code == 404
    assert (supplier.status_code, list(supplier.get_json()["errors"])) == (422, ["person"])
    assert share(reader).status_code == 403
    assert reader.get("/api/saved-lists").status_code == 200
