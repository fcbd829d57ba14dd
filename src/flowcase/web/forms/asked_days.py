"""Days that an address or a form asks for, read as Danish dates are wherever they are typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from flask import Flask

from flowcase.cases.civil_time import COPENHAGEN, local_date, possible_instants
from flowcase.cases.danish_dates import NoDate, read_date, read_instant
from flowcase.services.forms import form_sentences
from flowcase.web.forms.form_notes import in_words
from flowcase.web.forms.form_page import date_text, instant_text
from flowcase.web.language import gettext
from flowcase.web.session import flow
from flowcase.web.words import presenting


class Shown(NamedTuple):
    """How a field holds a day: in figures, and in words beside it; what is none, as it was typed."""

    text: str
    words: str = ""


def day(given: Mapping[str, str], name: str) -> tuple[dt.date | None, str]:
    """(the day, what is wrong with it); both are empty where none was typed."""
    typed = given.get(name, "").strip()
    if not typed:
        return None, ""
    try:
        return read_date(typed, local_date(flow().clock.now())).day, ""
    except NoDate as error:
        return None, presenting.said(form_sentences.of_date(error, form_sentences.NOT_A_DATE))


def instant(typed: str) -> tuple[dt.datetime | None, str]:
    """(the instant, what is wrong with it). Danish civil time; of an hour that exists twice, the first."""
    try:
        read = read_instant(typed.strip(), local_date(flow().clock.now())).at
        possible = (read.astimezone(dt.UTC),) if read.tzinfo else possible_instants(read, COPENHAGEN)
    except NoDate as error:
        return None, presenting.said(form_sentences.of_date(error, form_sentences.NOT_AN_INSTANT))
    except OverflowError:  # at the ends of the calendar
        return None, gettext(form_sentences.WRONG_YEAR)
    return (possible[0], "") if possible else (None, gettext(form_sentences.NO_SUCH_TIME))


def order(first: dt.date | None, last: dt.date | None) -> str:
    """What is wrong with a period that ends before it begins; empty otherwise."""
    if first is not None and last is not None and last < first:
        return gettext("Perioden slutter, før den begynder.")
    return ""


def held(given: Mapping[str, str], *names: str) -> dict[str, str]:
    """What links carry on of days: the day in ISO 8601, or what was typed that is none."""
    found = {}
    for name in names:
        read, _ = day(given, name)
        found[name] = given.get(name, "").strip() if read is None else read.isoformat()
    return {name: said for name, said in found.items() if said}


def shown(value: str | None, kind: str = "date") -> Shown:
    """What a field of a `date` or an `instant` shows of what an address or a form holds."""
    typed = value or ""
    if kind == "instant":
        at, _ = instant(typed)
        local = at.astimezone(COPENHAGEN) if at else None
        return Shown(instant_text(local), in_words(local.isoformat())) if local else Shown(typed)
    read, _ = day({"": typed}, "")
    return Shown(date_text(read), in_words(read.isoformat())) if read else Shown(typed)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["typed_day"] = shown
