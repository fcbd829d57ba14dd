"""Møder: a person's week of meetings, and each meeting on one page, as PDF and as an entry of a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.cases.civil_time import local_date
from flowcase.services.entitled.meeting_parts import INVITED
from flowcase.services.meetings.meeting_pages import Guest, Item, MeetingPage
from flowcase.web import pdf
from flowcase.web.forms import shown_once
from flowcase.web.session import actor, flow
from flowcase.web.words import meeting_words
from flowcase.web.words.between_people import consent_purpose
from flowcase.web.words.case_words import plain

blueprint = Blueprint("meetings", __name__, url_prefix="/moeder")

YEARS = range(2000, 2101)  # of a week that an address may ask for
AGENDA, MINUTES = "dagsorden", "referat"


@blueprint.get("")
@login_required
def week() -> Any:
    """The week of the day `uge`, by default this one."""
    today = local_date(flow().clock.now())
    day = _day(request.args.get("uge", ""), today)
    monday = day - dt.timedelta(days=day.weekday())
    entries = flow().meetings.week(actor(), monday)
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    daily = flow().daily_meetings
    has_daily = daily.newest(actor()) is not None
    return render_template(
        "meetings.html",
        monday=monday,
        today=today,
        week_number=monday.isocalendar().week,
        days=[(each, [one for one in entries if one.day == each]) for each in days],
        before=monday - dt.timedelta(days=7),
        after=monday + dt.timedelta(days=7),
        kind=meeting_words.kind,
        state=meeting_words.state,
        daily_opens_at=daily.next_opens_at() if has_daily and monday <= today <= days[-1] else None,
    )


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    if flow().meetings.is_daily(id):
        return redirect(url_for("daily_meetings.show", id=id))
    return shown(id, secret=shown_once.taken(url_for("meetings.show", id=id)))


def shown(
    id: str,
    *,
    secret: str = "",
    link_problems: Mapping[str, str] | None = None,
    link_typed: Mapping[str, str] | None = None,
) -> str:
    """The page; `secret` is of a new guest link, which is shown this once.

    `link_problems` is what is wrong with what was asked of one, by its field; of no field by the empty name.
    """
    page = flow().meeting_pages.get(id, actor=actor())
    links = flow().guest_links.of_meeting(id, actor=actor()) if page.reads_words else None
    return render_template(
        "meeting.html",
        guest_links=links,
        guest_items=_guest_items(page) if links is not None else [],
        link=url_for("guest_links.show", secret=secret, _external=True) if secret else "",
        link_problems=link_problems or {},
        link_typed=link_typed or {},
        today=local_date(flow().clock.now()),
        **_said(page),
    )


def _guest_items(page: MeetingPage) -> list[tuple[Guest, Item]]:
    """What could be shown to whom: items about a child that no gate closes to an invited outsider."""
    return [
        (guest, item)
        for guest in page.guests
        if guest.is_external and guest.status == INVITED
        for item in page.items
        if item.names_a_child and not item.is_anonymous and not item.is_withdrawn and item.hearing.is_open
        if item.number not in {number for number, _ in guest.closed}
    ]


@blueprint.get("/<id>/dagsorden.pdf")
@login_required
def agenda(id: str) -> Response:
    return _document(id, AGENDA)


@blueprint.get("/<id>/referat.pdf")
@login_required
def minutes(id: str) -> Response:
    return _document(id, MINUTES)


def _document(id: str, what: str) -> Response:
    """What the reader may see of the meeting, to keep: nothing more than on its page."""
    page = flow().meeting_pages.get(id, actor=actor())
    name = meeting_words.file_name(what, page.kind, _day_of(page))
    return pdf.response("meeting_pdf.html", name=name, what=what, **_said(page))


def _said(page: MeetingPage) -> dict[str, Any]:
    return {
        "meeting": page,
        "words": meeting_words,
        "day": _day_of(page),
        "plain": plain,
        "consent_purpose": consent_purpose,
        "now": flow().clock.now(),
        "reader": actor().id,
    }


def _day_of(page: MeetingPage) -> dt.date | None:
    return local_date(page.starts_at) if page.starts_at else None


def _day(said: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(said)
    except ValueError:
        return today
    return day if day.year in YEARS else today
