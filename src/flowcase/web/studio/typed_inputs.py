"""Values that a process owner types to try a form or a table: read as what the file says that they are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flowcase import feel
from flowcase.cases.civil_time import COPENHAGEN
from flowcase.cases.danish_dates import NoDate, read_date, read_instant
from flowcase.services.studio.previews import Wanted
from flowcase.values import Value
from flowcase.web.language import gettext

PREFIX = "_ind."  # of the inputs' names, apart from the fields of a form
_QUOTED = re.compile(r'"[^"]*"')
_LONGEST = 4000  # characters of one value


@dataclass(frozen=True)
class Input:
    """One of them as the page draws it."""

    wanted: Wanted
    typed: str
    error: str = ""

    @property
    def name(self) -> str:
        return PREFIX + self.wanted.name

    @property
    def id(self) -> str:
        return "felt-ind-" + re.sub(r"[^a-zA-Z0-9_-]", "-", self.wanted.name)


def read_inputs(
    wanted: Sequence[Wanted], sent: Mapping[str, str], now: dt.datetime
) -> tuple[list[Input], dict[str, Value]]:
    """Each with what was typed and what is wrong with it; the values of those that are right."""
    inputs: list[Input] = []
    values: dict[str, Value] = {}
    for each in wanted:
        typed = sent.get(PREFIX + each.name, _first(each))[:_LONGEST]
        error = ""
        try:
            values[each.name] = _read(each, typed.strip(), now)
        except ValueError as wrong:
            error = str(wrong)
        inputs.append(Input(each, typed, error))
    return inputs, values


def type_words(name: str) -> str:
    """A type of FEEL as people say it; its name where it is not listed."""
    return {
        "string": gettext("tekst"),
        "number": gettext("tal"),
        "boolean": gettext("ja eller nej"),
        "date": gettext("dato"),
        "time": gettext("klokkeslæt"),
        "date and time": gettext("dato og klokkeslæt"),
    }.get(name, name)


def _first(wanted: Wanted) -> str:
    """A list of choices begins with two, so that its field is one to choose in."""
    if not wanted.is_choices:
        return ""
    return "\n".join(f"valg_{n}: {gettext('Valg {number}').format(number=n)}" for n in (1, 2))


def _read(wanted: Wanted, typed: str, now: dt.datetime) -> Value:
    """Null for what was left empty. Raises ValueError with a sentence."""
    if wanted.is_choices:
        return [_choice(line) for line in typed.splitlines() if line.strip()]
    if not typed or typed == "null":
        return None
    read = {"boolean": _boolean, "number": _number, "string": _text}.get(wanted.type)
    if read is not None:
        return read(typed)
    today = now.astimezone(COPENHAGEN).date()
    if wanted.type == "date":
        return _date(typed, today)
    if wanted.type == "date and time":
        return _instant(typed, today)
    return _anything(typed, today)


def _choice(line: str) -> dict[str, str]:
    code, _, label = (part.strip() for part in line.partition(":"))
    return {"value": code, "label": label or code}


def _boolean(typed: str) -> bool:
    if typed not in ("true", "false"):
        raise ValueError(gettext("Vælg ja eller nej."))
    return typed == "true"


def _number(typed: str) -> Decimal:
    try:
        found = Decimal(typed.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ValueError(gettext("Skriv et tal."))
    return found


def _text(typed: str) -> str:
    return typed[1:-1] if _QUOTED.fullmatch(typed) else typed


def _date(typed: str, today: dt.date) -> dt.date:
    try:
        return read_date(typed, today).day
    except NoDate:
        raise ValueError(gettext("Skriv en dato, for eksempel 3.4.2026.")) from None


def _instant(typed: str, today: dt.date) -> dt.datetime:
    try:
        return read_instant(typed, today).at.replace(tzinfo=COPENHAGEN)
    except NoDate:
        raise ValueError(gettext("Skriv dato og klokkeslæt, for eksempel 3.4.2026 kl. 14.05.")) from None


def _anything(typed: str, today: dt.date) -> Any:
    """FEEL where it is a value by itself, else a date in Danish, else the text as it stands."""
    try:
        expression = feel.compile_expression(typed)
        if not expression.names:
            value, warnings = expression.evaluate({})
            if not warnings and value is not None:
                return value
    except (feel.FeelSyntaxError, feel.FeelLimitError):
        pass
    try:
        return read_date(typed, today).day
    except NoDate:
        return typed
