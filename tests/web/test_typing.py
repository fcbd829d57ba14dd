"""What a form says back: dates in words, CPR numbers in free text, pasted text, hours of the clock change."""

from __future__ import annotations

import pytest

from tests.web.test_user_task_page import ASSESSMENT

DECIDED = {"undersoegelse": "ja", "begrundelse": "Behov for undersøgelse."}


@pytest.fixture
def decision(world):
    return world.task("beslut_undersoegelse")


def test_a_date_that_was_concluded_is_said_in_words_and_completed_on_the_second_press(
    sign_in, world, decision
):
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/opgaver/{decision.id}")

    asked = camilla.press(page, "_faerdig", **DECIDED, besluttet="i går")
    done = camilla.press(asked, "_faerdig")

    assert "Du skrev »i går«. Det er læst som tors. 26. mar. 2026." in asked.text
    assert asked.value("besluttet") == "26.03.2026"
    assert "er færdig" in done.text


def test_a_whole_date_in_danish_needs_no_second_press(sign_in, decision):
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/opgaver/{decision.id}")

    done = camilla.press(page, "_faerdig", **DECIDED, besluttet="26.3.2026")

    assert "er færdig" in done.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/4-2026", "Den måned har kun 30 dage. Ret dagen eller måneden."),
        ("3/13-2026", "Måneden er et tal fra 1 til 12. Skriv dagen først, for eksempel 3.4.2026."),
        ("3/4-226", "Ret årstallet. Skriv det med fire cifre, for eksempel 3.4.2026."),
        ("snart", "Skriv en dato, for eksempel 3.4.2026."),
        ("mandag den 26. marts 2026", "Datoen falder på en anden ugedag"),
    ],
)
def test_a_date_that_no_calendar_has_comes_back_as_it_was_typed(sign_in, decision, typed, sentence):
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/opgaver/{decision.id}")

    again = camilla.press(page, "_faerdig", **DECIDED, besluttet=typed)

    assert again.status == 422
    assert sentence in again.text
    assert again.value("besluttet") == typed


def test_tomorrow_in_a_draft_stays_the_day_that_was_meant(sign_in, world, decision):
    camilla = sign_in("camilla.syd")
    camilla.post(f"/opgaver/{decision.id}/kladde", {"besluttet": "i morgen"})
    world.flow.clock.set(world.flow.clock.now().replace(day=30))

    page = sign_in("camilla.syd").get(f"/opgaver/{decision.id}")

    assert page.value("besluttet") == "28.03.2026"
    assert "lør. 28. mar. 2026" in page.text


def test_a_cpr_number_in_free_text_is_warned_of_once_and_never_refused(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{world.task('vurder', 'SAG-2601').id}")

    warned = karen.press(page, "_faerdig", **ASSESSMENT | {"begrundelse": "Mor, 010203-1234, ringede."})
    done = karen.press(warned, "_faerdig")

    alert = warned.one("//*[@id='se-efter']").text_content()
    assert "Begrundelse: Det ligner et CPR-nummer." in " ".join(alert.split())
    assert warned.value("begrundelse") == "Mor, 010203-1234, ringede."
    assert "er færdig" in done.text


def test_pasted_text_is_kept_without_what_nobody_sees(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{world.task('vurder', 'SAG-2601').id}")
    pasted = "“Han sover ikke” – 👩‍👧\x0b\u202eشكرا\x07"

    karen.press(page, "_faerdig", **ASSESSMENT | {"begrundelse": pasted})

    [record] = world.flow.cases.records("Risikovurdering", case="SAG-2601")
    assert record["begrundelse"] == "“Han sover ikke” – 👩‍👧\nشكرا"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("tekst=3/4-26", {"value": "03.04.2026", "words": "= fre. 3. apr. 2026"}),
        ("tekst=i+morgen+kl.+9&slags=instant", {"value": "28.03.2026 kl. 09.00"}),
        ("tekst=29.3.2026+02:30&slags=instant", {"problem": "Det tidspunkt findes ikke"}),
        ("tekst=25.10.2026+02:30&slags=instant", {"problem": "Det tidspunkt findes to gange"}),
        ("tekst=snart", {"problem": "Skriv en dato"}),
    ],
)
def test_a_date_is_read_back_while_it_is_typed(stranger, asked, answer):
    found = stranger.client.get(f"/laes/dato?{asked}").json

    for key, words in answer.items():
        assert words.removeprefix("= ") in found[key]


def test_both_times_of_an_hour_that_exists_twice_are_told_while_it_is_typed(stranger):
    found = stranger.client.get("/laes/dato?tekst=25.10.2026+02:30&slags=instant").json
    once = stranger.client.get("/laes/dato?tekst=25.10.2026+03:30&slags=instant").json

    assert found["question"] == "Hvilket af de to tidspunkter?"
    assert found["times"] == [
        ["2026-10-25T02:30+02:00", "Første gang (sommertid)"],
        ["2026-10-25T02:30+01:00", "Anden gang (vintertid)"],
    ]
    assert "times" not in once
