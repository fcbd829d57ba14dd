"""Meetings in people's own calendars: one as an invitation, a series as a feed behind a secret address."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
import pytest

from flowcase.access.actor import SYSTEM
from flowcase.store.queries import calendar_feeds
from tests.web.test_meeting_page import CASE, caseworker, planned  # noqa: F401 - a fixture
from tests.web.world import PASSWORD, at


@pytest.fixture
def leader(world):
    world.flow.people.add(
        "dorte.skole", name="Dorte Vang", groups=("distriktsleder_skole",), password=PASSWORD, actor=SYSTEM
    )
    return "dorte.skole"


@pytest.fixture
def series(world, leader):
    """Conferences of a school's district, every fortnight across the change of the clocks."""
    named = {"type": "operationel", "omraade": "skole", "distrikt": "d2"}
    id = world.flow.cases.add_record("Konferenceserie", {**named, "status": "i_drift"}, actor=SYSTEM)
    values = {"slags": "koordineringskonference", **named, "serie_id": id, "status": "planlagt"}
    for number, day in enumerate((26, 30), 1):
        world.flow.cases.add_record(
            "Moede", {**values, "nr": number, "tid": at(day, 9).astimezone(dt.UTC)}, actor=SYSTEM
        )
    return id


def made(visitor, series):
    """The address of a new feed, as the page shows it."""
    page = visitor.post("/moeder/kalendere", {"serie": series, "_handling": "ny"})
    return re.search(
        r"/moeder/kalender/[\w-]+\.ics", page.one("//input[@id='kalender-adresse']").get("value")
    )[0]


def entries(answer):
    return icalendar.Calendar.from_ical(answer.data).walk("VEVENT")


def test_a_meeting_is_put_in_the_calendar_moved_there_and_taken_out_again(sign_in, world, caseworker):  # noqa: F811
    id = planned(world, caseworker, guests=[])
    visitor = sign_in(caseworker)
    published = visitor.client.get(f"/moeder/{id}/moede.ics")
    world.flow.notices.choose(
        address="raadgiver@by.example", digest_at="08:00", ways={}, actor=world.flow.people.actor(caseworker)
    )

    asked = visitor.client.get(f"/moeder/{id}/moede.ics")
    world.complete(
        "afhold", caseworker, CASE, forloeb="flyttet", ny_tid="2026-04-09T10:00", aflyst_begrundelse="Sygdom"
    )
    moved = visitor.client.get(f"/moeder/{id}/moede.ics")
    world.complete(
        "afhold", caseworker, CASE, forloeb="aflyst", aflyst_af="indkalder", aflyst_begrundelse="Sygdom"
    )
    gone = visitor.client.get(f"/moeder/{id}/moede.ics")

    [[first], [second], [third]] = map(entries, (asked, moved, gone))
    assert first["UID"] == second["UID"] == third["UID"] == f"moede-{id}@flowcase"
    assert first["SEQUENCE"] < second["SEQUENCE"] < third["SEQUENCE"]
    assert first.decoded("DTSTART") == dt.datetime(2026, 4, 7, 14, 0, tzinfo=at(27, 9).tzinfo)
    assert second.decoded("DTSTART") == dt.datetime(2026, 4, 9, 10, 0, tzinfo=at(27, 9).tzinfo)
    assert (asked.headers["Content-Type"], gone.headers["Content-Type"]) == (
        "text/calendar; charset=utf-8; method=REQUEST",
        "text/calendar; charset=utf-8; method=CANCEL",
    )
    assert third["STATUS"] == "CANCELLED"
    assert {str(each["ATTENDEE"]) for each in (first, second, third)} == {"mailto:raadgiver@by.example"}
    assert published.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"


def test_a_calendar_says_codes_and_a_link_and_nothing_that_anybody_typed(sign_in, world, caseworker):  # noqa: F811
    id = planned(world, caseworker, guests=[])

    said = sign_in(caseworker).client.get(f"/moeder/{id}/moede.ics").get_data(as_text=True)

    assert f"SUMMARY:Netværksmøde {CASE}" in said
    assert f"/moeder/{id}" in said.replace("\r\n ", "")
    for words in ("Skolens bibliotek", "Hverdagen", "Skolefravær", "Kastbjerg", "Camilla"):
        assert words not in said


def test_who_has_no_part_in_a_meeting_gets_no_entry_of_it(sign_in, world, caseworker, leader):  # noqa: F811
    id = planned(world, caseworker, guests=[])

    assert sign_in(leader).client.get(f"/moeder/{id}/moede.ics").status_code == 403
    assert sign_in(caseworker).client.get("/moeder/findes-ikke/moede.ics").status_code == 404


def test_a_series_is_subscribed_to_and_read_without_signing_in(sign_in, stranger, series, leader):
    """R-063: the meetings of a series are known long before they are held."""
    address = made(sign_in(leader), series)

    answer = stranger.client.get(address)

    assert answer.mimetype == "text/calendar"
    starts = [entry.decoded("DTSTART") for entry in entries(answer)]
    assert [each.hour for each in starts] == [9, 9]
    assert [each.utcoffset() for each in starts] == [dt.timedelta(hours=1), dt.timedelta(hours=2)]
    assert icalendar.Calendar.from_ical(answer.data)["X-WR-CALNAME"] == (
        "Koordineringskonference, Operationel, Skole, d2"
    )


def test_only_a_hash_of_the_secret_is_kept_and_a_new_one_ends_the_old(
    sign_in, stranger, world, series, leader
):
    visitor = sign_in(leader)
    old = made(visitor, series)
    new = made(visitor, series)

    with world.flow.store.reading(world.flow.clock.now()) as tx:
        [kept] = calendar_feeds.feeds_of(tx, leader)

    assert (stranger.client.get(old).status_code, stranger.client.get(new).status_code) == (404, 200)
    assert kept.secret_hash not in new
    assert old != new
    assert new not in visitor.get("/moeder/kalendere").source


def test_an_address_opens_nothing_once_it_is_ended_or_its_person_has_no_part_any_more(
    sign_in, stranger, world, series, leader
):
    visitor = sign_in(leader)
    ended = made(visitor, series)
    visitor.post("/moeder/kalendere", {"serie": series, "_handling": "slut"})
    kept = made(visitor, series)
    world.flow.people.change_groups(leader, ("klasseteam",), actor=SYSTEM)

    told = [each for each in world.flow.history.everything() if each.kind.startswith("CalendarAddress")]
    assert [(each.actor, each.kind, each.event.series) for each in told] == [
        (leader, "CalendarAddressMade", series),
        (leader, "CalendarAddressEnded", series),
        (leader, "CalendarAddressMade", series),
    ]
    assert stranger.client.get(ended).status_code == 404
    assert stranger.client.get(kept).status_code == 404
    again = sign_in(leader)  # other groups have ended the session
    assert again.post("/moeder/kalendere", {"serie": series, "_handling": "ny"}).status == 404


def test_who_tries_addresses_is_stopped(stranger):
    somewhere = {"REMOTE_ADDR": "192.0.2.7"}

    found = [
        stranger.client.get(f"/moeder/kalender/gaet-{number}.ics", environ_base=somewhere).status_code
        for number in range(35)
    ]

    assert found[:30] == [404] * 30
    assert found[-1] == 429


def test_the_daily_meeting_is_a_series_of_those_who_decide_in_it(sign_in, stranger, world):
    address = made(sign_in("sofie.fr"), "dagsmoede")

    [latest, *_] = reversed(entries(stranger.client.get(address)))

    assert latest["SUMMARY"] == "Frontens dagsmøde"
    assert "SAG-" not in stranger.client.get(address).get_data(as_text=True)
    assert not sign_in("granly").get("/moeder/kalendere").all("//main//form")
