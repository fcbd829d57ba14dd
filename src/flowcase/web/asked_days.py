"""Days that an address or a form asks for, read as Danish dates are wherever they are typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flowcase.cases.civil_time import local_date
from flowcase.cases.danish_dates import NoDate, read_date
from flowcase.services import form_sentences
from flowcase.web import presenting
from flowcase.web.language import gettext
from flowcase.web.session import flow


def day(given: Mapping[str, str], name: str) -> tuple[dt.date | None, str]:
    """(the day, what is wrong with it); both are empty where none was typed."""
    typed = given.get(name, "").strip()
    if not typed:
        return None, ""
    try:
        return read_date(typed, local_date(flow().clock.now())).day, ""
    except NoDate as error:
        return None, presenting.said(form_sentences.of_date(error, form_sentences.NOT_A_DATE))


def order(first: dt.date | None, last: dt.date | None) -> str:
    """What is wrong with a period that ends before it begins; empty otherwise."""
    if first is not None and last is not None and last < first:
        return gettext("Perioden slutter, før den begynder.")
    return ""


def held(given: Mapping[str, str], *names: str) -> dict[str, str]:
    """What fields of days hold: the day as browsers write it, or what was typed that is none."""
    found = {}
    for name in names:
        read, _ = day(given, name)
        found[name] = given.get(name, "").strip() if read is None else read.isoformat()
    return {name: said for name, said in found.items() if said}
