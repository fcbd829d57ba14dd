"""Says back in words how a typed date is read, while somebody fills in a form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from flowcase.cases.civil_time import COPENHAGEN, local_date, possible_instants
from flowcase.cases.danish_dates import NoDate, WrongYear, read_date, read_instant
from flowcase.services.forms import form_members, form_sentences
from flowcase.web.forms import form_page, form_sent
from flowcase.web.forms.form_notes import in_words
from flowcase.web.language import gettext
from flowcase.web.session import flow
from flowcase.web.words import presenting

blueprint = Blueprint("reading", __name__)

LONGEST = 60  # characters of a date


@blueprint.get("/laes/dato")
def date() -> Any:
    """{`value`, `words`} of a text that is a date, else {`problem`}; nothing is kept.

    Of a time that exists twice both `times` too, with the `question` which of them is meant.
    """
    text = request.args.get("tekst", "")[:LONGEST]
    is_instant = request.args.get("slags") == "instant"
    today = local_date(flow().clock.now())
    try:
        if not is_instant:
            found = read_date(text, today).day
            if found.year not in form_members.YEARS:
                raise WrongYear(text)
            return {"value": form_page.date_text(found), "words": in_words(found.isoformat())}
        moment = read_instant(text, today).at
    except NoDate as error:
        otherwise = form_sentences.NOT_AN_INSTANT if is_instant else form_sentences.NOT_A_DATE
        return {"problem": presenting.said(form_sentences.of_date(error, otherwise))}
    local = moment.astimezone(COPENHAGEN).replace(tzinfo=None) if moment.tzinfo else moment
    possible = possible_instants(local, COPENHAGEN)
    if not possible:
        return {"problem": gettext(form_sentences.NO_SUCH_TIME)}
    if len(possible) > 1 and moment.tzinfo is None:
        return {
            "value": form_page.instant_text(local),
            "problem": gettext(form_sentences.TIME_EXISTS_TWICE),
            "question": gettext("Hvilket af de to tidspunkter?"),
            "times": form_page.two_times(possible),
        }
    return {
        "value": form_page.instant_text(local),
        "words": in_words(possible[0].isoformat(timespec="minutes")),
        "iso": form_sent.iso_instant(local),
    }
