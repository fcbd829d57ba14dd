"""Notifications that come in through a page: by staff, and by anybody."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Visitor

STAFF = {
    "modtaget": "2026-03-27T08:30",
    "kanal": "telefon",
    "underretter_type": "skole",
    "underretter_anonym": "true",
    "boern.0.navn": "Sofus Lindeskov",
    "bekymring": "Barnet er bange for at gå hjem.",
    "aftalt_med_familien": "ved_ikke",
    "umiddelbar_fare": "false",
    "mistanke_overgreb": "false",
    "aeresrelateret": "false",
    "soeskende": "ingen",
}
CITIZEN = {
    "boern.0.navn": "Sofus",
    "bekymring": "Jeg hører råben hver aften.",
    "umiddelbar_fare": "false",
    "aftalt_med_familien": "ikke_orienteret",
    "underretter_type": "borger",
    "underretter_anonym": "true",
}


def received(world):
    return world.flow.cases.records("Underretning")


def test_staff_register_a_notification_that_becomes_a_case(sign_in, world):
    karen = sign_in("karen.fp")
    cases = len(world.flow.cases.list(actor=world.flow.people.actor("karen.fp")))

    done = karen.press(karen.get("/underretninger/ny"), "_send", **STAFF)

    assert "Underretningen er modtaget. Dens nummer er " in done.text
    assert len(world.flow.cases.list(actor=world.flow.people.actor("karen.fp"))) == cases + 1
    [new] = [row for row in received(world) if row.values["bekymring"] == STAFF["bekymring"]]
    assert new.id in done.text


def test_only_who_receives_notifications_registers_them(sign_in):
    assert sign_in("camilla.syd").get("/underretninger/ny").status == 403


def test_an_hour_that_exists_twice_is_asked_about_and_remembered(sign_in, world):
    karen = sign_in("karen.fp")
    values = STAFF | {"modtaget": "2025-10-26T02:30"}

    asked = karen.press(karen.get("/underretninger/ny"), "_send", **values)

    assert asked.status == 422
    assert "to gange" in asked.summary[0]
    assert len(asked.all("//input[@name='modtaget._tid']")) == 2
    assert asked.value("modtaget") == "26.10.2025 kl. 02.30"

    done = karen.press(asked, "_send", **{"modtaget._tid": "2025-10-26T02:30+01:00"})

    assert "Underretningen er modtaget." in done.text
    [new] = [row for row in received(world) if row.values["bekymring"] == STAFF["bekymring"]]
    assert new.values["modtaget"].isoformat() == "2025-10-26T02:30:00+01:00"


def test_the_chosen_one_of_two_times_is_kept_when_another_field_is_wrong(sign_in):
    karen = sign_in("karen.fp")
    values = STAFF | {"modtaget": "2025-10-26T02:30", "modtaget._tid": "2025-10-26T02:30+02:00"}

    again = karen.press(karen.get("/underretninger/ny"), "_send", **values | {"kanal": ""})

    assert again.summary == ["Kanal – Feltet skal udfyldes."]
    assert again.value("modtaget._tid") == "2025-10-26T02:30+02:00"


def test_an_hour_that_does_not_exist_is_refused(sign_in):
    karen = sign_in("karen.fp")

    again = karen.press(karen.get("/underretninger/ny"), "_send", **STAFF | {"modtaget": "2026-03-29T02:30"})

    assert "findes ikke" in again.summary[0]
    assert again.value("modtaget") == "29.03.2026 kl. 02.30"


def test_a_citizen_gets_a_receipt_with_a_number(stranger, world):
    page = stranger.get("/underret")
    assert page.has_field("_fil.bilag")
    assert not page.has_field("bilag")  # a citizen knows no number in the journal

    thanks = stranger.press(page, "_send", **CITIZEN)

    assert thanks.heading == "Tak for din underretning"
    [new] = [row for row in received(world) if row.values["bekymring"] == CITIZEN["bekymring"]]
    assert new.id in thanks.text
    assert new.values["kanal"] == "offentlig_formular"


def test_a_session_that_ended_in_the_middle_of_the_public_form_loses_nothing_typed(app, stranger, world):
    page = stranger.get("/underret")
    another = Visitor(app)  # whose session knows nothing of the page
    before = len(received(world))

    again = another.press(page, "_send", **CITIZEN)

    assert len(received(world)) == before
    assert "Siden var for gammel til at blive sendt. Intet er gået tabt" in again.text
    assert again.value("bekymring") == CITIZEN["bekymring"]
    assert another.press(again, "_send").heading == "Tak for din underretning"


def test_a_program_that_fills_in_what_nobody_sees_sends_nothing_and_a_person_loses_nothing_by_it(
    stranger, world
):
    page = stranger.get("/underret")
    assert page.one("//p[@aria-hidden='true']//input[@name='hjemmeside']").get("tabindex") == "-1"
    before = len(received(world))

    again = stranger.press(page, "_send", **CITIZEN, hjemmeside="https://spam.invalid")

    assert len(received(world)) == before
    assert again.value("bekymring") == CITIZEN["bekymring"] and not again.value("hjemmeside")
    assert stranger.press(again, "_send").heading == "Tak for din underretning"


def test_the_same_page_sent_twice_is_one_notification(stranger, world):
    page = stranger.get("/underret")
    before = len(received(world))

    first = stranger.press(page, "_send", **CITIZEN)
    second = stranger.press(page, "_send", **CITIZEN)

    assert len(received(world)) == before + 1
    assert first.one("//strong").text == second.one("//strong").text


def test_going_back_to_write_about_another_child_is_another_notification(stranger, world):
    page = stranger.get("/underret")
    before = len(received(world))

    stranger.press(page, "_send", **CITIZEN)
    stranger.press(page, "_send", **CITIZEN | {"boern.0.navn": "Naja"})

    assert len(received(world)) == before + 2


def test_nobody_can_choose_the_number_of_a_notification(stranger, world):
    page = stranger.get("/underret")

    stranger.press(page, "_send", **CITIZEN | {"_nummer": "U-1", "underretning_id": "U-1"})

    [new] = [row for row in received(world) if row.values["bekymring"] == CITIZEN["bekymring"]]
    assert new.id != "U-1"


def test_a_citizen_who_is_not_anonymous_is_asked_how_to_be_reached(stranger):
    page = stranger.get("/underret")

    again = stranger.press(page, "_send", **CITIZEN | {"underretter_anonym": "false"})

    assert again.summary == ["Hvordan kan vi kontakte dig? – Feltet skal udfyldes."]
    assert again.value("bekymring") == CITIZEN["bekymring"]
    anonymous = stranger.press(again, "_vis", underretter_anonym="true")
    assert not anonymous.has_field("underretter_kontakt")


def test_a_flood_from_one_address_is_stopped(app, stranger):
    app.config["PUBLIC_RECEIVED"] = "2 per hour"
    page = stranger.get("/underret")

    statuses = [stranger.press(page, "_send", **CITIZEN | {"boern.0.navn": name}).status for name in "ABC"]
    wrong = stranger.get("/underret")

    assert statuses == [200, 200, 429]
    assert wrong.status == 200


def test_correcting_fields_does_not_use_up_the_limit(app, stranger):
    app.config["PUBLIC_RECEIVED"] = "1 per hour"
    page = stranger.get("/underret")

    for _ in range(3):
        page = stranger.press(page, "_send", **CITIZEN | {"bekymring": ""})
        assert page.status == 422

    assert stranger.press(page, "_send", **CITIZEN).heading == "Tak for din underretning"


def test_the_public_form_is_english_too(stranger):
    page = stranger.get("/underret?sprog=en")

    assert "What worries you?" in page.text
    assert "Is the child in danger right now? Call 112." in page.text
    assert "Would rather not" in page.text or "I would rather not say" in page.text
    assert not re.search("[æøåÆØÅ]", page.one("//main").text_content())


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
)
def test_what_was_typed_is_only_ever_text(stranger, hostile):
    page = stranger.get("/underret")

    again = stranger.press(page, "_send", **{"bekymring": hostile, "boern.0.navn": hostile})

    assert again.value("bekymring") == hostile
    assert again.value("boern.0.navn") == hostile
    assert not again.all("//script[not(@src)]") and not again.all("//img")


def test_emoji_right_to_left_and_pasted_text_of_a_citizen_reach_the_caseworker_as_they_were_meant(
    stranger, sign_in, world
):
    meant = "“Han sover ikke” – 👩‍👧\nشكرا לכם"
    pasted = "“Han sover ikke” – 👩‍👧\x0b\u202eشكرا לכם\u00ad\x07"
    name = "زين 🙂 Lindeskov"
    before = {row.id for row in world.flow.user_tasks.list()}

    wrong = stranger.press(
        stranger.get("/underret"), "_send", **CITIZEN | {"bekymring": meant, "underretter_type": ""}
    )
    stranger.press(wrong, "_send", **CITIZEN | {"bekymring": pasted, "boern.0.navn": name})

    assert wrong.status == 422 and wrong.value("bekymring") == meant
    [new] = [row for row in received(world) if "👩‍👧" in row.values["bekymring"]]
    assert new.values["bekymring"] == meant
    [task] = {row.id for row in world.flow.user_tasks.list()} - before
    page = sign_in("karen.fp").get(f"/opgaver/{task}")
    isolated = [each.text_content().strip() for each in page.all("//*[@dir='auto' or self::bdi]")]
    assert meant in isolated
    assert name in [each["navn"] for each in world.flow.cases.records("Barn")]


def test_a_cpr_number_that_a_citizen_types_is_warned_of_once_and_never_refused(stranger, world):
    typed = CITIZEN | {"bekymring": "Naboens dreng, 010203-1234, græder."}

    warned = stranger.press(stranger.get("/underret"), "_send", **typed)
    thanks = stranger.press(warned, "_send")

    assert "Det ligner et CPR-nummer." in warned.one("//*[@id='se-efter']").text_content()
    assert warned.value("bekymring") == typed["bekymring"]
    assert thanks.heading == "Tak for din underretning"


def test_a_field_that_other_answers_make_required_is_not_called_optional(stranger):
    seen = stranger.get("/underret")

    label = seen.one("//label[contains(., 'Hvordan kan vi kontakte dig?')]").text_content()
    assert "(afhænger af dine svar)" in label
    assert "valgfrit" not in label
