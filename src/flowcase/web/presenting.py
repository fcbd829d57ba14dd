"""How things are said on a page: instants, durations, groups, error sentences; Danish unless switched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup

from flowcase import errors
from flowcase.web.language import current, gettext

LOCAL = ZoneInfo("Europe/Copenhagen")

_WEEKDAYS = {
    "da": ("man", "tirs", "ons", "tors", "fre", "lør", "søn"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = {
    "da": ("jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def date(value: dt.date | dt.datetime | None) -> str:
    """`man 3. apr. 2026`; an instant is shown in local time."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.astimezone(LOCAL).date()
    language = current()
    weekday, month = _WEEKDAYS[language][value.weekday()], _MONTHS[language][value.month - 1]
    if language == "en":
        return f"{weekday} {value.day} {month} {value.year}"
    return f"{weekday} {value.day}. {month} {value.year}"


def instant(value: dt.datetime | None) -> str:
    """`man 3. apr. 2026 kl. 14.05`; in the hour that exists twice the offset is added."""
    if value is None:
        return ""
    local = value.astimezone(LOCAL)
    clock = f"{local:%H.%M}" if current() == "da" else f"{local:%H:%M}"
    at = "kl. " if current() == "da" else ""
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    offset = f" ({local:%z})" if twice else ""
    return f"{date(local)} {at}{clock}{offset}"


def due_words(due: dt.datetime | None, now: dt.datetime) -> tuple[str, str]:
    """(code, words) for how near a due instant is: overdue, today, week or later."""
    if due is None:
        return "none", ""
    local_due, local_now = due.astimezone(LOCAL), now.astimezone(LOCAL)
    if due < now:
        return "overdue", gettext("Overskredet")
    if local_due.date() == local_now.date():
        return "today", gettext("I dag")
    days = (local_due.date() - local_now.date()).days
    if days <= 6 - local_now.weekday():
        return "week", gettext("Denne uge")
    return "later", ""


def title_of(error: errors.FlowcaseError) -> str:
    titles: Mapping[type, str] = {
        errors.NotFound: gettext("Det findes ikke"),
        errors.Conflict: gettext("En anden nåede det først"),
        errors.Forbidden: gettext("Det har du ikke adgang til"),
        errors.Refused: gettext("Det kan ikke gøres endnu"),
        errors.InvalidValues: gettext("Nogle felter skal rettes"),
    }
    return next(
        (titles[kind] for kind in type(error).__mro__ if kind in titles),
        gettext("Det kan ikke lade sig gøre"),
    )


def sentence(error: errors.FlowcaseError) -> str:
    """What a caseworker reads; the English grammar of the error family stays for programs."""
    if isinstance(error, errors.NotFound):
        return gettext("Det, du søger, findes ikke længere, eller du må ikke se det.")
    if isinstance(error, errors.Conflict):
        return gettext("Opgaven er ændret, siden du åbnede siden. Se, hvordan den står nu.")
    if isinstance(error, errors.Forbidden):
        return gettext("Din rolle giver ikke adgang til dette. Spørg din leder.")
    if isinstance(error, errors.Refused):
        return error.because
    return str(error)


_markdown = MarkdownIt("commonmark", {"html": False})


def markdown(text: str) -> Markup:
    """A form's display text; what it may contain is decided here, not by who wrote the form."""
    allowed = {"p", "h1", "h2", "h3", "ul", "ol", "li", "em", "strong", "br"}
    return Markup(nh3.clean(_markdown.render(text), tags=allowed))  # noqa: S704


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(date=date, instant=instant, markdown=markdown)

    @app.context_processor
    def words() -> dict[str, Any]:
        return {"due_words": due_words}
