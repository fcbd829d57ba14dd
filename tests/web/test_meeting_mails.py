"""Invitations by mail: the calendar file is a part, moves with the meeting, and takes it out again."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest

from flowcase.store.queries import outbox
from flowcase.store.queries.mails import MAILS
from tests.processes.consents_given import give_consent
from tests.web.test_meeting_page import (  # noqa: F401 - fixtures
    CASE,
    PURPOSE,
    caseworker,
    outsiders,
    planned,
)

NAMES = ("Mor Kastbjerg", "Skolefravær", "bibliotek", "Hverdagen", "Hvem følger")


@pytest.fixture
def post(world, outsiders, monkeypatch):  # noqa: F811
    """Mails to a psychologist of PPR who wants each at once; returns those that were sent since."""
    sent = []
    flow = world.flow
    monkeypatch.setattr(flow.mails, "_send", sent.append)
    flow.notices.choose(
        address="pia@ppr.example",
        digest_at="08:00",
        ways={"moeder": "straks"},
        actor=flow.people.actor("pia.ppr"),
    )

    def since():
        flow.mails.sort_waiting()
        while flow.mails.send_due():
            pass
        found, sent[:] = [each for each in sent if "pia@ppr.example" in each["To"]], []
        return found

    return since


def calendars(messages):
    """(method of the part, its event) of every calendar file."""
    found = []
    for message in messages:
        for part in message.iter_attachments():
            assert part.get_content_type() == "text/calendar"
            calendar = icalendar.Calendar.from_ical(part.get_content())
            assert calendar["METHOD"] == part.get_param("method")
            found += [(str(calendar["METHOD"]), event) for event in calendar.walk("VEVENT")]
    return found


def test_an_invitation_moves_with_the_meeting_and_is_taken_out_when_it_is_cancelled(
    world,
    caseworker,  # noqa: F811
    post,
):
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    id = planned(world, caseworker, guests=["ppr"])
    asked = calendars(post())
    world.complete(
        "afhold", caseworker, CASE, forloeb="flyttet", ny_tid="2026-04-09T10:00", aflyst_begrundelse="Sygdom"
    )
    moved = calendars(post())
    world.complete(
        "afhold", caseworker, CASE, forloeb="aflyst", aflyst_af="indkalder", aflyst_begrundelse="Sygdom"
    )
    taken_out = calendars(post())

    methods = [[method for method, _ in each] for each in (asked, moved, taken_out)]
    assert methods == [["REQUEST"], ["REQUEST"], ["CANCEL"]]
    events = [each[0][1] for each in (asked, moved, taken_out)]
    assert {str(event["UID"]) for event in events} == {f"moede-{id}@flowcase"}
    numbers = [int(event["SEQUENCE"]) for event in events]
    assert numbers == sorted(set(numbers))
    assert [event["DTSTART"].dt.replace(tzinfo=None) for event in events[:2]] == [
        dt.datetime(2026, 4, 7, 14, 0),
        dt.datetime(2026, 4, 9, 10, 0),
    ]
    assert str(events[0]["ATTENDEE"]) == "mailto:pia@ppr.example"


def test_the_mail_and_its_file_say_codes_only_and_the_same_when_it_is_tried_again(
    world,
    caseworker,  # noqa: F811
    post,
    monkeypatch,
):
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    planned(world, caseworker, guests=["ppr"])

    (message,) = post()

    for name in NAMES:
        assert name.encode() not in message.as_bytes()
        assert all(name not in part.get_content() for part in message.walk() if not part.is_multipart())
    [row] = [
        row
        for row in world.flow.mails._transactions.read(lambda tx: outbox.newest(tx, MAILS, limit=9))
        if row.person == "pia.ppr"
    ]
    again = world.flow.mails._transactions.read(lambda tx: world.flow.mails._written(tx, row))
    assert again.as_bytes() == message.as_bytes()
