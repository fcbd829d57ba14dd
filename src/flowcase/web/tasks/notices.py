"""Mine beskeder: what I was told, how I want to be told, and the feed of my deadlines for a calendar."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from flowcase.cases import calendar_files
from flowcase.cases.notice_topics import TOPICS, Way
from flowcase.errors import InvalidValues
from flowcase.history import notices as sentences
from flowcase.services.telling.notices import MOST_COUNTED, Chosen, OwnNotice
from flowcase.web.forms import shown_once
from flowcase.web.forms.api_pages import place_in_words
from flowcase.web.language import current, gettext
from flowcase.web.limiting import limiter
from flowcase.web.meetings.meeting_calendars import MISSES, READS, key_of_feed, organizer
from flowcase.web.session import actor, flow
from flowcase.web.tasks.notice_groups import folded, grouped
from flowcase.web.words import presenting

blueprint = Blueprint("notices", __name__)

PAGE = 50
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@blueprint.record_once
def _in_every_page(state: Any) -> None:
    app: Flask = state.app
    app.jinja_env.globals.update(unread_notices=unread)


@blueprint.get("/beskeder")
@login_required
def index() -> Any:
    only_unread = request.args.get("vis") == "ulaeste"
    before = _place(request.args.get("efter", ""))
    page = flow().notices.page(actor(), after=before, only_unread=only_unread, limit=PAGE)
    days, months = folded(grouped(page.rows))
    return render_template(
        "notices.html",
        days=days,
        months=months,
        unfolded=request.args.get("maaned", ""),
        month=presenting.month,
        only_unread=only_unread,
        is_later=before is not None,
        place=request.args.get("efter", "") if before else "",
        after="~".join((page.after[0].isoformat(), page.after[1])) if page.after else "",
        words=words,
    )


@blueprint.get("/beskeder/antal")
@login_required
def count() -> Any:
    """The bell alone, for pages that stay open."""
    return render_template("notice_count.html")


@blueprint.post("/beskeder/<id>")
@login_required
def open_notice(id: str) -> Any:
    """Mark it as read; with `aabn` those that stand with it too, and go to its case."""
    row = flow().notices.mark_read(id, actor=actor())
    if request.form.get("aabn") and row.case_code:
        _mark(request.form.getlist("besked"))
        return redirect(url_for("cases.show", code=row.case_code))
    return _back()


@blueprint.post("/beskeder/laest")
@login_required
def read_all() -> Any:
    """Those that were named with `besked`; all of them where none was."""
    if named := request.form.getlist("besked"):
        _mark(named)
        return _back()
    flow().notices.mark_all_read(actor=actor())
    flash(gettext("Alle beskeder er markeret som læst."), "success")
    return redirect(url_for("notices.index"))


def _mark(ids: list[str]) -> None:
    """No more than stand on a page."""
    flow().notices.mark_several_read(ids[:PAGE], actor=actor())


def _back() -> Any:
    """To the page that it was pressed on."""
    place = request.form.get("efter", "")
    narrowed = "ulaeste" if request.form.get("vis") == "ulaeste" else None
    asked = request.form.get("maaned", "")  # of an older day, which stays unfolded
    month = asked if _MONTH.fullmatch(asked) else None
    return redirect(
        url_for(
            "notices.index",
            efter=place if _place(place) else None,
            vis=narrowed,
            maaned=month,
            _anchor=f"maaned-{month}" if month else None,
        )
    )


@blueprint.route("/beskeder/valg", methods=["GET", "POST"])
@login_required
def choices() -> Any:
    given, errors = flow().notices.chosen(actor()), {}
    if request.method == "POST":
        asked = {topic: request.form.get(topic, given.ways[topic]) for topic in TOPICS}
        address, digest_at = request.form.get("adresse", ""), request.form.get("kl", "")
        language = request.form.get("mailsprog", given.language)
        try:
            flow().notices.choose(
                address=address, digest_at=digest_at, ways=asked, language=language, actor=actor()
            )
        except InvalidValues as error:
            errors = {field: _why(field, said[0]) for field, said in error.errors.items()}
            known = {
                topic: Way(way) if way in set(Way) else given.ways[topic] for topic, way in asked.items()
            }
            given = Chosen(address, digest_at, known, given.has_feed, language)
        else:
            flash(gettext("Dine valg er gemt."), "success")
            return redirect(url_for("notices.choices"))
    if errors:
        return _choices(given, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return _choices(given, errors, _feed_at(shown_once.taken(url_for("notices.choices"))))


@blueprint.post("/beskeder/kalender")
@login_required
def new_feed() -> Any:
    """A new address; the page that follows shows it once."""
    secret = flow().notices.new_feed(actor=actor())
    return shown_once.redirect_to(url_for("notices.choices"), secret, at="adressen")


@blueprint.post("/beskeder/kalender/luk")
@login_required
def end_feed() -> Any:
    flow().notices.end_feed(actor=actor())
    flash(gettext("Kalenderen er lukket. Dit kalenderprogram får intet nyt."), "success")
    return redirect(url_for("notices.choices"))


@blueprint.get("/kalender/<secret>.ics")
@limiter.limit(MISSES, deduct_when=lambda response: response.status_code == HTTPStatus.NOT_FOUND)
@limiter.limit(READS, key_func=lambda: key_of_feed())
def feed(secret: str) -> Any:
    """The deadlines and user tasks of whoever the secret belongs to; without it nothing is told."""
    owner = flow().notices.owner_of_feed(secret)
    if owner is None:
        abort(HTTPStatus.NOT_FOUND)
    address = flow().settings.address or request.host_url.rstrip("/")
    events = flow().own_calendars.events(owner, address=address)
    content = calendar_files.feed(events, name="flowcase", now=flow().clock.now(), organizer=organizer())
    return Response(content, content_type=f"{calendar_files.MEDIA_TYPE}; charset=utf-8")


def unread() -> str:
    """The number in the bell; empty when there is none, or nobody is signed in."""
    number = flow().notices.unread(actor()) if current_user.is_authenticated else 0
    if not number:
        return ""
    shown = presenting.number(min(number, MOST_COUNTED))
    return shown if number <= MOST_COUNTED else f"{shown}+"


def words(row: OwnNotice) -> str:
    said = sentences.words(row.text_code, current(), due_at=row.due_at)
    return said[:1].upper() + said[1:] + "."


def _feed_at(secret: str) -> str:
    address = flow().settings.address or request.host_url.rstrip("/")
    return f"{address}{url_for('notices.feed', secret=secret)}" if secret else ""


def _choices(given: Chosen, errors: dict[str, str], feed: str = "") -> str:
    return render_template(
        "notice_choices.html", given=given, errors=errors, feed=feed, topics=_topics(), ways=_ways()
    )


def _topics() -> list[tuple[str, str]]:
    said = {
        "opgaver": gettext("Opgaver, du får"),
        "frister": gettext("Frister, der nærmer sig eller er overskredet"),
        "omtaler": gettext("Kommentarer, hvor du er nævnt"),
        "moeder": gettext("Møder"),
        "tildeling": gettext("Tildeling, stedfortrædere og fravær"),
        "underretninger": gettext("Underretninger"),
        "akut": gettext("Akut"),
        "noedadgang": gettext("Nødadgang til en sag (ledere)"),
        "samtykke": gettext("Samtykke"),
        "andet": gettext("Andet"),
    }
    return [(topic, said[topic]) for topic in TOPICS]


def _ways() -> list[tuple[str, str]]:
    return [
        (Way.AT_ONCE, gettext("Mail med det samme")),
        (Way.TOGETHER, gettext("I den samlede mail")),
        (Way.NEVER, gettext("Ingen mail")),
    ]


def _why(field: str, said: str) -> str:
    if field == "kl":
        return gettext("Skriv et klokkeslæt, fx 07:30.")
    if said == "another house":
        return gettext("Brug din mailadresse på arbejdet. Mails sendes ikke til andre huse.")
    if field == "adresse":
        return gettext("Skriv en mailadresse som navn@kommune.dk, eller lad feltet være tomt.")
    return gettext("Vælg en af mulighederne.")


def _place(token: str) -> tuple[dt.datetime, str] | None:
    """None, which is the first page, for a token that was damaged on its way."""
    place = place_in_words(token)
    return place if place is not None and place[1] else None
