"""The database does not answer: people are told so, and what they typed is there to be sent again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug.datastructures import FileStorage

from flowcase.services import transactions
from flowcase.services.signing_in.kept_typing import KeptTyping
from flowcase.services.transactions import DatabaseLost, OutcomeUnknown, RoleLacksRights, TablesMissing
from flowcase.store import Store
from flowcase.store.pulse import GONE, Pulse
from tests.web.conftest import Seen
from tests.web.test_user_task_page import ASSESSMENT
from tests.web.world import PASSWORD

TYPED = ASSESSMENT | {"begrundelse": "\nSkrevet i en halv time: æøå & <b>\n\nOg mere."}


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Within it nobody gets an answer of the database."""

    @contextmanager
    def away(error: Exception | None = None) -> Iterator[list[str]]:
        asked: list[str] = []

        def refuse(*_: object, **__: object) -> None:
            asked.append("asked")
            raise error or DatabaseLost

        with monkeypatch.context() as patch:
            patch.setattr(transactions, "PATIENCE_SECONDS", 0)
            patch.setattr(transactions.Transactions, "run", refuse)
            patch.setattr(transactions.Transactions, "read", refuse)
            patch.setattr(transactions.Transactions, "glance", refuse)
            for name in ("begin", "reading", "read", "glancing"):
                patch.setattr(Store, name, refuse)
            patch.setattr(Pulse, "fault", lambda _: GONE)
            yield asked

    return away


@pytest.fixture
def task(world):
    return world.task("vurder", "SAG-2601")


def test_a_form_that_met_it_is_sent_again_as_it_was_typed_once_the_database_is_back(
    sign_in, world, task, away
):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")

    with away():
        told = karen.press(page, "_faerdig", **TYPED)
        once_more = karen.submit(told, told.one("//main//form"))

    for each in (told, once_more):
        assert (each.status, each.heading) == (503, "Databasen svarer ikke")
        assert "Det, du skrev, er ikke tabt" in each.text
        assert each.one("//textarea[@name='begrundelse']").text == TYPED["begrundelse"]
        assert not each.all("//a[text()='Log på']"), "nobody is told that they are signed out"
        assert not each.all("//header//a[@hreflang]"), "another language would leave behind what was typed"
    assert world.task("vurder").status == "open"
    assert "er færdig" in karen.submit(once_more, once_more.one("//main//form")).text


@pytest.mark.parametrize("error", [TablesMissing(), RoleLacksRights("permission denied for table person")])
def test_who_meets_a_database_into_which_a_backup_is_being_restored_keeps_what_was_typed(
    sign_in, task, away, error
):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")

    with away(error):
        told = karen.press(page, "_faerdig", **TYPED)

    assert (told.status, told.heading) == (503, "Databasen svarer ikke")
    assert "permission denied" not in told.source
    assert told.one("//textarea[@name='begrundelse']").text == TYPED["begrundelse"]


def test_what_a_citizen_wrote_is_kept_in_their_page_too(stranger, away, world):
    page = stranger.get("/underret")

    with away():
        told = stranger.press(page, "_send", bekymring="Barnet kommer aldrig i skole.")

    assert told.heading == "Databasen svarer ikke"
    assert "Er et barn i fare, så ring 112." in told.text
    assert told.one("//textarea[@name='bekymring']").text == "Barnet kommer aldrig i skole."
    assert "Barnet kommer aldrig i skole." in told.one("//textarea[@id='skrevet']").text


def test_a_page_that_is_only_looked_at_is_asked_for_again(sign_in, away):
    karen = sign_in("karen.fp")

    with away():
        told = karen.get("/opgaver?visning=alle")

    assert (told.status, told.heading) == (503, "Databasen svarer ikke")
    assert told.one("//main//a").get("href") == "/opgaver?visning=alle"
    assert not told.all("//main//form")


@pytest.mark.parametrize("path", ["/findes-ikke", "/opgaver/findes-ikke"])
def test_what_is_wrong_otherwise_cannot_be_said_then(sign_in, away, path):
    karen = sign_in("karen.fp")

    with away():
        told = karen.get(path)

    assert (told.status, told.heading) == (503, "Databasen svarer ikke")


def test_who_comes_next_is_told_without_waiting_and_works_on_once_it_answers(sign_in, away):
    karen = sign_in("karen.fp")

    with away() as asked:
        karen.get("/opgaver")
        before = len(asked)
        told = karen.get("/opgaver")
        still_there = karen.client.get("/sund/proces").status_code

    assert before
    assert len(asked) == before
    assert (told.status, still_there) == (503, 200)
    assert karen.get("/opgaver").status == 200


def test_neither_passwords_nor_what_another_site_sends_come_into_the_page(stranger, away):
    signing_in = stranger.get("/log-paa")
    form = stranger.get("/underret")
    fields = {"csrf_token": form.value("csrf_token"), "bekymring": "Skrevet af en anden."}

    with away():
        told = stranger.submit(
            signing_in, signing_in.one("//main//form"), bruger="karen.fp", adgangskode=PASSWORD
        )
        foreign = stranger.client.post("/underret", data=fields, headers={"Origin": "https://example.org"})

    assert (told.status, told.heading) == (503, "Databasen svarer ikke")
    assert PASSWORD not in told.source
    assert foreign.status_code == 503
    assert "Skrevet af en anden." not in foreign.get_data(as_text=True)


def test_what_may_have_been_written_is_not_offered_to_be_sent_again(sign_in, task, away):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")

    with away(OutcomeUnknown()):
        told = karen.press(page, "_faerdig", **TYPED)

    assert told.status == 503
    assert not told.all("//main//form")
    assert "Skrevet i en halv time" in told.one("//textarea[@id='skrevet']").text


def test_files_are_said_to_be_chosen_again(sign_in, task, away):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")
    brought = FileStorage(io.BytesIO(b"%PDF-1.4"), filename="brev.pdf")
    address = page.one("//form[@id='opgave']").get("action")
    sent = {"csrf_token": page.value("csrf_token"), "begrundelse": "Se brevet.", "_fil.bilag": brought}

    with away():
        answer = karen.client.post(address, data=sent, headers={"Origin": "http://localhost"})

    assert "Filer, du havde valgt, skal vælges igen bagefter." in Seen(answer).text


def test_a_page_that_asks_by_itself_gets_a_sentence_and_no_page(sign_in, task, away):
    karen = sign_in("karen.fp")
    token = karen.get(f"/opgaver/{task.id}").value("csrf_token")

    with away():
        answer = karen.client.post(
            f"/opgaver/{task.id}/kladde", data={"csrf_token": token}, headers={"HX-Request": "true"}
        )

    assert answer.status_code == 503
    assert answer.get_data(as_text=True).startswith("Databasen svarer ikke lige nu.")


def test_a_page_that_meets_it_behind_its_view_is_told_as_every_other_and_logs_nothing(
    sign_in, monkeypatch, caplog
):
    karen = sign_in("karen.fp")

    def lost(*_):
        raise DatabaseLost

    with monkeypatch.context() as patch:
        patch.setattr(KeptTyping, "of", lost)
        told = karen.get("/beskeder?skrevet=ja")

    assert (told.status, told.heading) == (503, "Databasen svarer ikke")
    assert caplog.records == []
    assert karen.get("/beskeder?skrevet=ja").status == 200


def test_what_was_done_is_not_told_as_undone_where_its_typing_cannot_be_forgotten(
    sign_in, old_token, monkeypatch, caplog
):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/sager/SAG-2588")
    comment = "//section[@id='kommentarer']//button[@type='submit']"
    token = old_token("camilla.syd")
    again = camilla.press_this(page, page.one(comment), kommentar="Mormor ringede", csrf_token=token)

    def lost(*_):
        raise DatabaseLost

    with monkeypatch.context() as patch:
        patch.setattr(KeptTyping, "forget", lost)
        sent = camilla.press_this(again, again.one(comment))

    assert sent.status == 200
    assert "Mormor ringede" in sent.one("//ol[@class='fc-comments']").text_content()
    assert caplog.records == []
