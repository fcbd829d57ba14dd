"""A form that came back: what was typed, by the paths of the form file, and which button was pressed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from werkzeug.datastructures import MultiDict

from flowcase.cases.danish_dates import NoDate, read_date, read_instant
from flowcase.modeling.form import Field, FieldType, Form
from flowcase.services.forms import nested

ADD, REMOVE = "_add", "_remove"
LOOK_AGAIN = "_vis"  # show the fields that fit what was answered
WHICH_TIME = "._tid"  # which of the two instants of an hour that exists twice
_IS_INSTANT, _MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}"), len("2026-03-27T08:55")
ROW = "._"  # marks that a row was on the page, whatever stands in it


@dataclass(frozen=True)
class Dates:
    """How dates of a sent page are read: what is left out is concluded from the day it was typed on."""

    today: dt.date | None = None
    concluded: dict[str, str] = field(default_factory=dict)  # name -> what was typed


def raw_of(form: Form, sent: MultiDict[str, str], dates: Dates | None = None) -> dict[str, Any]:
    """The values of a sent page, nested as the form's paths say; nothing that was typed is dropped.

    Dates that can be read become ISO 8601, so that `i morgen` in a draft stays the day that was meant.
    """
    return _raw(form.fields, sent, (), dates or Dates())


def completing(form: Form | None, sent: MultiDict[str, str], dates: Dates | None = None) -> dict[str, Any]:
    """The same without empty rows, so that errors count rows as the page does."""
    return {} if form is None else cast("dict[str, Any]", without_empty_rows(raw_of(form, sent, dates)))


def differs(raw: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Whether something was typed, ticked or chosen since a page showed these values."""
    before = dict(_leaves(shown))
    return any(said != before.get(path, "") for path, said in _leaves(without_empty_rows(raw)))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, str(number)))
    elif isinstance(value, list):
        yield path, "\n".join(sorted(map(str, value)))
    else:
        said = " ".join(str("" if value is None else value).split())
        yield path, said[:_MINUTE] if _IS_INSTANT.match(said) else said


def changed_rows(raw: dict[str, Any], sent: MultiDict[str, str]) -> str:
    """Carry out a press of an add or remove button; the row or list to go on with, or nothing."""
    if added := added_row(raw, sent):
        return added
    if name := sent.get(REMOVE):
        place, _, number = name.rpartition(".")
        rows = _rows_at(raw, place)
        if rows is not None and number.isdigit() and int(number) < len(rows):
            del rows[int(number)]
            return place
    return ""


def added_row(raw: dict[str, Any], sent: MultiDict[str, str]) -> str:
    """Carry out a press of an add button; the row to go on with, or nothing."""
    name = sent.get(ADD)
    rows = _rows_at(raw, name) if name else None
    if rows is None:
        return ""
    rows.append({})
    return f"{name}.{len(rows) - 1}"


def only_shows(sent: MultiDict[str, str]) -> bool:
    """Whether the form was sent to see it again, not to be carried out."""
    return any(button in sent for button in (ADD, REMOVE, LOOK_AGAIN))


def without_empty_rows(raw: Any) -> Any:
    """The same values without rows in which nothing stands, so that errors count rows as the page does."""
    if isinstance(raw, Mapping):
        return {key: without_empty_rows(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [without_empty_rows(item) for item in raw if not _is_empty(item)]
    return raw


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_empty(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_empty(item) for item in value)
    return value is None or not str(value).strip()


def iso_instant(local: dt.datetime) -> str:
    return local.isoformat(timespec="minutes")


def _raw(
    fields: Sequence[Field], sent: MultiDict[str, str], prefix: tuple[str, ...], dates: Dates
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for asked in fields:
        if asked.type is FieldType.GROUP:
            nested.merge(values, _raw(asked.children, sent, prefix, dates))
            continue
        if asked.type is FieldType.DISPLAY or asked.readonly:
            continue
        name = ".".join((*prefix, *asked.path))
        value: Any
        if asked.type is FieldType.LIST:
            numbers = _row_numbers(sent, name)
            if not numbers:
                continue
            value = [_raw(asked.children, sent, (*prefix, *asked.path, str(n)), dates) for n in numbers]
        elif asked.type in (FieldType.CHOICES, FieldType.FILE):
            value = [item for item in sent.getlist(name) if item]
        elif name not in sent:
            continue
        else:
            value = _read(asked, name, sent[name], dates)
            chosen = sent.get(name + WHICH_TIME)
            if asked.type is FieldType.INSTANT and value and chosen and chosen.startswith(value):
                value = chosen
        nested.put(values, asked.path, value)
    return values


def _read(asked: Field, name: str, typed: str, dates: Dates) -> str:
    """A date as ISO 8601; what cannot be read stays as it was typed."""
    if asked.type not in (FieldType.DATE, FieldType.INSTANT) or not typed.strip():
        return typed
    try:
        if asked.type is FieldType.DATE:
            date = read_date(typed, dates.today)
            read, is_plain = date.day.isoformat(), date.is_plain
        else:
            time = read_instant(typed, dates.today)
            read, is_plain = iso_instant(time.at), time.is_plain
    except NoDate:
        return typed
    if not is_plain:
        dates.concluded[name] = typed.strip()
    return read


def _row_numbers(sent: MultiDict[str, str], name: str) -> list[int]:
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\.")
    return sorted({int(match[1]) for key in sent if (match := pattern.match(key))})


def _rows_at(raw: dict[str, Any], name: str) -> list[Any] | None:
    place: Any = raw
    segments = name.split(".")
    for number, segment in enumerate(segments):
        if isinstance(place, list):
            place = place[int(segment)] if segment.isdigit() and int(segment) < len(place) else None
        elif isinstance(place, dict):
            if segment not in place:
                place[segment] = [] if number == len(segments) - 1 else {}
            place = place[segment]
        if place is None:
            return None
    return place if isinstance(place, list) else None
