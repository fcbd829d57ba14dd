"""Meetings in one's own calendar: a file for one meeting, an address to subscribe to for a series."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.cases import calendar_files
from flowcase.services.meetings.meeting_calendars import Series, event_of
from flowcase.services.meetings.meetings import Entry
from flowcase.web.forms import shown_once
from flowcase.web.language import gettext
from flowcase.web.limiting import limiter
from flowcase.web.session import actor, flow
from flowcase.web.words import meeting_words

blueprint = Blueprint("meeting_calendars", __name__, url_prefix="/moeder")

# A calendar asks again every hour or so. Whoever guesses addresses is stopped long before the first hit.
READS, MISSES = "60 per hour", "30 per hour"


@blueprint.get("/<id>/moede.ics")
@login_required
def meeting(id: str) -> Response:
    """The meeting as an invitation; once it is cancelled, as what takes it out of the calendar again."""
    entry, length = flow().meeting_calendars.meeting(id, actor=actor())
    event = event_of(
        entry,
        summary=summary(entry),
        url=address(entry),
        length=length,
        organizer=organizer(),
        attendee=flow().notices.chosen(actor()).address or "",
    )
    sent = _sent(calendar_files.invitation(event, now=flow().clock.now()))
    method = calendar_files.method_of(event)
    sent.headers["Content-Type"] = f"{calendar_files.MEDIA_TYPE}; charset=utf-8; method={method}"
    sent.headers["Content-Disposition"] = f'attachment; filename="moede-{entry.kind.replace("_", "-")}.ics"'
    return sent


@blueprint.get("/kalendere")
@login_required
def index() -> Any:
    return _page(shown_once.taken(url_for("meeting_calendars.index")))


@blueprint.post("/kalendere")
@login_required
def change() -> Any:
    """Make or renew the address of a feed, which the page that follows shows once; or end it."""
    series = request.form.get("serie", "")
    if request.form.get("_handling") == "slut":
        flow().meeting_calendars.end(series, actor=actor())
        flash(gettext("Adressen virker ikke længere."), "success")
        return redirect(url_for("meeting_calendars.index"), HTTPStatus.SEE_OTHER)
    secret = flow().meeting_calendars.subscribe(series, actor=actor())
    return shown_once.redirect_to(url_for("meeting_calendars.index"), secret, at="adresse")


@blueprint.get("/kalender/<secret>.ics")
@limiter.limit(MISSES, deduct_when=lambda response: response.status_code == HTTPStatus.NOT_FOUND)
@limiter.limit(READS, key_func=lambda: key_of_feed())
def read(secret: str) -> Response:
    """For programs: no sign-in, the secret in the address opens this one series."""
    feed = flow().meeting_calendars.read(secret)
    events = [
        event_of(each, summary=summary(each), url=address(each), length=feed.length) for each in feed.meetings
    ]
    name, now = name_of(feed.series), flow().clock.now()
    return _sent(calendar_files.feed(events, name=name, now=now, organizer=organizer()))


def organizer() -> str:
    """Who asks to a meeting, for a calendar: the installation."""
    return f"flowcase@{request.host.partition(':')[0]}"


def summary(entry: Entry) -> str:
    """What a calendar shows of a meeting: its kind and codes."""
    return f"{meeting_words.kind(entry.kind)} {entry.case or ''}".strip()


def address(entry: Entry) -> str:
    page = "daily_meetings.show" if entry.is_daily else "meetings.show"
    return url_for(page, id=entry.id, _external=True)


def name_of(series: Series) -> str:
    """What a series is called: its kind, type, area and district."""
    parts = [meeting_words.kind(series.kind)]
    if series.type:
        parts.append(meeting_words.conference(series.type))
    if series.area:
        parts.append(meeting_words.area(series.area))
    if series.district:
        parts.append(str(series.district))
    return ", ".join(parts)


def _page(secret: str) -> str:
    link = url_for("meeting_calendars.read", secret=secret, _external=True) if secret else ""
    return render_template(
        "meeting_calendars.html",
        series=flow().meeting_calendars.series(actor()),
        link=link,
        name_of=name_of,
    )


def key_of_feed() -> str:
    """One address is counted for itself, wherever it is read from."""
    return hashlib.sha256(str((request.view_args or {}).get("secret", "")).encode()).hexdigest()


def _sent(content: bytes) -> Response:
    return Response(content, content_type=f"{calendar_files.MEDIA_TYPE}; charset=utf-8")
