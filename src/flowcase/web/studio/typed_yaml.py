"""Values of YAML as process owners see and type them: Danish dates, plain words, YAML where needed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import yaml

from flowcase.cases.civil_time import possible_instants
from flowcase.cases.danish_dates import NoDate, read_date, read_instant, read_time
from flowcase.modeling.yaml_edits import EditRefused, YamlText
from flowcase.modeling.yaml_places import Place
from flowcase.web.forms.form_page import date_text, instant_text
from flowcase.web.language import gettext
from flowcase.web.words.presenting import LOCAL, date, instant

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(
    r"(?:\w+\.?\s+)?\d{1,2}\s*[./]\s*(?:\d{1,2}|[a-zæøå]+)\.?\s*[./]?\s*\d{4}(?P<time>\D.*)?", re.IGNORECASE
)
_WRITTEN = re.compile(r"[\[{\"'&*!|>%@`].*|[-+]?\d+(?:\.\d+)?|true|false|null|~", re.DOTALL)


class NotTyped(ValueError):
    """What was typed is no value; the sentence says why, in the reader's language."""


def shown(value: Any, text: YamlText) -> str:
    """A value in a field; `read` of it gives the same value."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.date):
        return date_text(value)
    if not isinstance(value, str):
        return "" if value is None else text.shown(value)
    if _ISO_DATE.fullmatch(value) and (day := _day(value)):
        return date_text(day)
    if _ISO_INSTANT.fullmatch(value) and (moment := _moment(value)) and _local_iso(moment) == value:
        return instant_text(moment.astimezone(LOCAL))
    if not value or _WRITTEN.fullmatch(value) or _DATE.fullmatch(value) or "\n" in value:
        return text.shown(value) if value else '""'
    return value


def read(typed: str, text: YamlText, *, before: Any = None, as_date: bool = False) -> Any:
    """The value of what was typed; unchanged text gives the value from before. Raises NotTyped.

    `as_date`: a date becomes a date of YAML, as rule sets have them, and no text.
    """
    said = typed.strip()
    if before is not None and said == shown(before, text):
        return before
    if _DATE.fullmatch(said):
        return read_dated(said, as_date=as_date)
    if _WRITTEN.fullmatch(said):
        try:
            return text.parse(said)
        except yaml.YAMLError:
            raise NotTyped(
                gettext("Det kan ikke læses: en parentes eller et anførselstegn mangler måske.")
            ) from None
    return said


def read_moment(day: str, clock: str) -> str:
    """An instant of a scenario from a date and a time of day. Raises NotTyped."""
    try:
        at = dt.datetime.combine(read_date(day.strip()).day, read_time(clock))
    except NoDate:
        raise NotTyped(_no_instant()) from None
    return _aware(at)


def read_day(typed: str) -> dt.date:
    """Raises NotTyped."""
    try:
        return read_date(typed.strip()).day
    except NoDate:
        raise NotTyped(gettext("Skriv en dato, for eksempel 27.03.2026.")) from None


def words(value: Any) -> str:
    """A value for reading: dates with their weekday."""
    if isinstance(value, (dt.date, dt.datetime)):
        return date(value)
    if isinstance(value, str):
        if _ISO_DATE.fullmatch(value) and (day := _day(value)):
            return date(day)
        if _ISO_INSTANT.fullmatch(value) and (moment := _moment(value)):
            return instant(moment)
        return value
    if isinstance(value, bool):
        return gettext("ja") if value else gettext("nej")
    if value is None:
        return gettext("intet")
    if isinstance(value, dict):
        if "record" in value and set(value) <= {"record", "values"}:
            which = gettext("den seneste {entity}").format(entity=value["record"])
            return f"{which} ({words(value['values'])})" if value.get("values") else which
        return ", ".join(f"{key}: {words(each)}" for key, each in value.items()) or gettext("intet")
    if isinstance(value, (list, tuple)):
        return "; ".join(words(each) for each in value) or gettext("intet")
    return str(value)


def day_and_clock(value: Any) -> tuple[str, str]:
    """How an instant stands in the two fields; as it is in the first where it is none."""
    moment = _moment(value) if isinstance(value, str) and _ISO_INSTANT.fullmatch(value) else None
    if moment is None:
        return ("" if value is None else str(value)), ""
    local = moment.astimezone(LOCAL)
    return date_text(local.date()), f"{local:%H.%M}"


def read_dated(said: str, *, as_date: bool = False) -> Any:
    """A date, or an instant where a time of day stands behind it. Raises NotTyped."""
    try:
        found = _DATE.fullmatch(said)
        if found is None or not (found["time"] or "").strip(" .,"):
            day = read_date(said).day
            return day if as_date else day.isoformat()
        at = read_instant(said).at
    except NoDate:
        raise NotTyped(_no_instant()) from None
    return _aware(at)


def _no_instant() -> str:
    return gettext("Datoen kan ikke læses. Skriv den som 27.03.2026 eller 27.03.2026 kl. 16.40.")


def _aware(at: dt.datetime) -> str:
    if at.tzinfo is None:
        possible = possible_instants(at, LOCAL)
        if not possible:
            raise NotTyped(gettext("Den time findes ikke den dag: uret bliver stillet frem."))
        at = possible[0].astimezone(LOCAL)
    return at.isoformat(timespec="minutes")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def _local_iso(moment: dt.datetime) -> str:
    return moment.astimezone(LOCAL).isoformat(timespec="minutes")


def put(
    text: YamlText, place: Place, value: Any, order: Sequence[str], errors: dict[str, str], name: str
) -> YamlText:
    """Set a value where it differs; None takes the entry away. What cannot be is an error of the field."""
    before = text.get(place)
    if before == value and type(before) is type(value):
        return text
    try:
        if value is not None:
            return text.set(place, value, order)
        return text if before is None else text.remove(place)
    except EditRefused:
        errors[name] = gettext("Det kan ikke skrives i filen herfra. Ret det som tekst.")
        return text
