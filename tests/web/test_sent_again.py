"""What goes wrong while a long form is filled in: an ended session, two tabs, a double click, a flood."""

from __future__ import annotations

import io
import re
import threading

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.web.conftest import Seen
from tests.web.test_user_task_page import ASSESSMENT
from tests.web.world import PASSWORD

TYPED = ASSESSMENT | {"begrundelse": "Skrevet i en halv time: æøå & <b>\n\nOg mere."}


@pytest.fixture
def task(world):
    return world.task("vurder", "SAG-2601")


def send(visitor, page):
    return visitor.press(page, "_faerdig", **TYPED)


def test_a_session_that_ended_in_the_middle_of_a_form_loses_nothing_typed(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")
    karen.client.delete_cookie("flowcase")

    asked = send(karen, page)
    assert (asked.status, asked.heading) == (401, "Log på flowcase")
    assert "Intet er gået tabt" in asked.text
    wrong = karen.submit(asked, asked.one("//main//form"), bruger="karen.fp", adgangskode="forkert")
    back = karen.submit(wrong, wrong.one("//main//form"), bruger="karen.fp", adgangskode=PASSWORD)

    assert back.address == f"/opgaver/{task.id}"
    assert back.value("begrundelse").split() == TYPED["begrundelse"].split()
    assert back.value("tavle.bekymringer.0.hvad") == TYPED["tavle.bekymringer.0.hvad"]
    assert world.task("vurder").status == "open"
    assert "er færdig" in karen.press(back, "_faerdig").text


def test_a_form_older_than_the_sign_in_comes_back_as_it_was_typed(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")
    karen.client.delete_cookie("flowcase")
    front = karen.get("/log-paa")
    karen.submit(front, front.one("//main//form"), bruger="karen.fp", adgangskode=PASSWORD)

    again = send(karen, page)

    assert "Siden var for gammel" in again.text
    assert again.value("begrundelse").split() == TYPED["begrundelse"].split()
    assert world.task("vurder").status == "open"
    assert "er færdig" in karen.press(again, "_faerdig").text


def test_what_was_typed_is_neither_shown_nor_a_draft_to_somebody_else(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")
    karen.client.delete_cookie("flowcase")

    asked = send(karen, page)
    other = karen.submit(asked, asked.one("//main//form"), bruger="granly", adgangskode=PASSWORD)

    assert other.address == "/opgaver"
    assert "ser kun den, der skrev det" in other.text
    assert "Skrevet i en halv time" not in other.source
    for name in ("granly", "karen.fp"):
        assert world.flow.user_tasks.draft(task.id, actor=world.flow.people.actor(name)) in (None, {})


def test_a_form_of_another_site_is_not_carried_through_the_sign_in(stranger, task):
    answer = stranger.client.post(
        f"/opgaver/{task.id}", data={"begrundelse": "Lokkemad"}, headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == 400
    assert "Lokkemad" not in answer.get_data(as_text=True)


def test_the_back_button_and_a_second_tab_complete_nothing_twice(sign_in, world, task):
    karen = sign_in("karen.fp")
    first, second = karen.get(f"/opgaver/{task.id}"), karen.get(f"/opgaver/{task.id}")
    send(karen, first)
    told = len(world.flow.history.story("SAG-2601", actor=world.flow.people.actor("karen.fp")))

    again = send(karen, second)

    assert again.status == 409
    assert "Du har selv gjort den færdig" in again.text
    assert "Den er gemt én gang; det, du sendte nu, er ikke gemt." in again.text
    assert again.value("begrundelse").split() == TYPED["begrundelse"].split()
    [deadline] = world.flow.deadlines.of_case("SAG-2601")
    assert deadline.status == "met"
    assert len(world.flow.history.story("SAG-2601", actor=world.flow.people.actor("karen.fp"))) == told


def test_of_a_double_click_one_counts(app, sign_in, world, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")
    form = dict(page.one("//form[@id='opgave']").form_values()) | TYPED | {"_faerdig": "1"}
    cookie = {"Cookie": f"flowcase={karen.client.get_cookie('flowcase').value}"}
    answers = []

    def click():
        answers.append(
            app.test_client(use_cookies=False)
            .post(f"/opgaver/{task.id}", data=form, headers=cookie)
            .status_code
        )

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [302, 409, 409, 409]


def test_files_that_are_too_large_together_bring_the_form_back_with_all_that_was_typed(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/underretninger/ny")
    files = [FileStorage(io.BytesIO(bytes(26 * 1024**2)), f"{nr}.pdf") for nr in "ab"]
    typed = dict(page.one("//main//form").form_values()) | {"bekymring": "Skrevet i en halv time"}
    boundary, body = encode_multipart({**typed, "_send": "1", "_fil.bilag": files})

    media_type = f"multipart/form-data; boundary={boundary}"
    again = Seen(karen.client.post("/underretninger/ny", data=body, content_type=media_type))

    assert again.status == 422
    assert "Filen er for stor. Den må højst fylde 25 MB." in again.text
    assert again.value("bekymring") == "Skrevet i en halv time"


class Flood:
    """A body that nobody should read."""

    def __init__(self):
        self.taken = 0

    def read(self, size=-1):
        self.taken += max(size, 0)
        return b"x" * max(size, 0)

    readline = read


@pytest.mark.parametrize("where", ["/opgaver/x", "/underret", "/log-paa", "/api/notifications"])
def test_two_gigabytes_are_refused_without_reading_them(app, where):
    flood = Flood()

    answer = app.test_client().post(
        where,
        environ_overrides={
            "wsgi.input": flood,
            "CONTENT_LENGTH": str(2 * 1024**3),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        },
    )

    assert answer.status_code in (401, 404, 413)
    assert flood.taken == 0
    if answer.status_code == 413:
        assert answer.headers["Connection"] == "close"


def test_a_flood_without_a_length_is_cut_off(app):
    flood = Flood()

    answer = app.test_client().post(
        "/underret",
        environ_overrides={
            "wsgi.input": flood,
            "wsgi.input_terminated": True,
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": "",
        },
    )

    assert answer.status_code == 413
    assert flood.taken < 64 * 1024**2


def test_browsers_keep_the_front_end_until_it_changes_and_get_it_compressed(sign_in):
    stranger = sign_in("karen.fp")
    page = stranger.get("/opgaver")
    link = page.one("//link[@rel='stylesheet']").get("href")

    with stranger.client.get(link, headers={"Accept-Encoding": "gzip, br"}) as packed:
        assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Set-Cookie" not in packed.headers
        short = len(packed.data)
    with stranger.client.get(link) as plain:
        assert short < len(plain.data) / 3
        assert plain.headers["Vary"] == "Accept-Encoding"
    with stranger.client.get(link.partition("?")[0]) as unnamed:
        assert unnamed.headers["Cache-Control"] == "no-cache"
        etag = unnamed.headers["ETag"]
    with stranger.client.get(link, headers={"If-None-Match": etag}) as same:
        assert same.status_code == 304


def test_browsers_keep_the_fonts_and_pictures_of_the_front_end(stranger):
    link = stranger.get("/log-paa").one("//link[@rel='stylesheet']").get("href")
    with stranger.client.get(link) as sheet:
        asked = set(re.findall(r'url\("?\./(assets/[^")]+)', sheet.text))

    assert any("IBMPlexSans" in each for each in asked)
    for each in asked:
        with stranger.client.get(f"/static/bundle/{each}") as found:
            assert found.status_code == 200
            assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with stranger.client.get("/static/bundle/assets/findes-IKKE1234.svg") as missing:
        assert missing.status_code == 404
        assert "immutable" not in missing.headers.get("Cache-Control", "")
