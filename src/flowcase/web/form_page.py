"""Forms on a page: from a form file to fields with values and errors, and from a request back to values.

The page works without JavaScript: adding and removing rows and showing conditional fields are buttons
that send the form and get it back, with everything that was typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from flowcase.cases.civil_time import COPENHAGEN, possible_instants
from flowcase.modeling.form import Field, FieldType, Form
from flowcase.services import form_values
from flowcase.values import Variables
from flowcase.web.language import current, gettext

ADD, REMOVE = "_add", "_remove"


@dataclass(frozen=True)
class Shown:
    """One field as the template draws it."""

    name: str  # dotted path, the name of the input
    asked: Field
    label: str
    description: str
    required: bool
    value: Any = None
    errors: tuple[str, ...] = ()
    choices: tuple[tuple[str, str, bool], ...] = ()  # (value, label, chosen)
    rows: tuple[tuple[Shown, ...], ...] = ()  # of a list
    children: tuple[Shown, ...] = ()  # of a group
    twice: tuple[tuple[str, str], ...] = ()  # (instant with offset, words) for a time that exists twice

    @property
    def id(self) -> str:
        return "felt-" + re.sub(r"[^a-zA-Z0-9_-]", "-", self.name)


@dataclass(frozen=True)
class Page:
    fields: tuple[Shown, ...]
    summary: tuple[tuple[str, str, str], ...] = field(
        default_factory=tuple
    )  # (id, label, sentence) per error


def shown(
    form: Form,
    raw: Mapping[str, Any],
    *,
    facts: Variables,
    now: dt.datetime,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> Page:
    """What the page shows for these values; hidden fields are left out, errors stand at their fields."""
    errors = errors or {}
    context = {**facts, **_plain_values(raw)}
    fields = _shown(form.fields, raw, context, now, (), errors)
    summary: list[tuple[str, str, str]] = []
    _collect(fields, summary)
    known = {name for name in errors if any(name == place for place, _ in _names(fields))}
    summary += [
        ("", name, said(sentence)) for name in errors if name not in known for sentence in errors[name]
    ]
    return Page(fields, tuple(summary))


def said(sentence: str) -> str:
    """A validation sentence in the reader's language."""
    if isinstance(sentence, form_values.Said):
        return gettext(sentence.template).format(**sentence.values)
    return gettext(sentence)


def raw_of(form: Form, sent: MultiDict[str, str]) -> dict[str, Any]:
    """The values of a sent page, nested as the form's paths say; nothing that was typed is dropped."""
    return _raw(form.fields, sent, ())


def changed_rows(raw: dict[str, Any], sent: MultiDict[str, str]) -> bool:
    """Carry out a press of an add or remove button; whether there was one."""
    if name := sent.get(ADD):
        rows = _rows_at(raw, name)
        if rows is not None:
            rows.append({})
        return True
    if name := sent.get(REMOVE):
        place, _, number = name.rpartition(".")
        rows = _rows_at(raw, place)
        if rows is not None and number.isdigit() and int(number) < len(rows):
            del rows[int(number)]
        return True
    return False


def as_typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values in the form in which a page sends them."""
    return {key: _typed(value) for key, value in values.items()}


# --- from the form to the page ---------------------------------------------------------------------


def _shown(
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    context: Variables,
    now: dt.datetime,
    prefix: tuple[str, ...],
    errors: Mapping[str, Sequence[str]],
) -> tuple[Shown, ...]:
    found = []
    for asked in fields:
        if form_values.is_hidden(asked, context, now):
            continue
        english = current() == "en"
        label = (asked.label_en if english else "") or asked.label
        description = (asked.description_en if english else "") or asked.description
        name = ".".join((*prefix, *asked.path)) if asked.path else asked.id
        value = _at(raw, asked.path) if asked.path else None
        children: tuple[Shown, ...] = ()
        rows: tuple[tuple[Shown, ...], ...] = ()
        choices: tuple[tuple[str, str, bool], ...] = ()
        twice: tuple[tuple[str, str], ...] = ()
        if asked.type is FieldType.GROUP:
            children = _shown(asked.children, raw, context, now, prefix, errors)
        elif asked.type is FieldType.LIST:
            given = value if isinstance(value, list) and value else [{}]
            rows = tuple(
                _shown(
                    asked.children,
                    row if isinstance(row, Mapping) else {},
                    {**context, **_plain_values(row if isinstance(row, Mapping) else {})},
                    now,
                    (*prefix, *asked.path, str(number)),
                    errors,
                )
                for number, row in enumerate(given)
            )
        elif asked.type is FieldType.BOOLEAN:
            choices = (
                ("true", gettext("Ja"), _typed(value) == "true"),
                ("false", gettext("Nej"), _typed(value) == "false"),
            )
        elif asked.type in (FieldType.CHOICE, FieldType.CHOICES):
            chosen = {
                str(item) for item in (value if isinstance(value, list) else [value]) if item is not None
            }
            choices = tuple(
                (str(code), gettext(words), str(code) in chosen)
                for code, words in form_values.options_of(asked, context, now)
            )
        elif asked.type is FieldType.INSTANT:
            twice = _two_instants(value)
        found.append(
            Shown(
                name=name,
                asked=asked,
                label=label,
                description=description,
                required=form_values.is_required(asked, context, now),
                value=_typed(value) if not isinstance(value, (list, Mapping)) else value,
                errors=tuple(said(sentence) for sentence in errors.get(name, ())),
                choices=choices,
                rows=rows,
                children=children,
                twice=twice,
            )
        )
    return tuple(found)


def _two_instants(value: Any) -> tuple[tuple[str, str], ...]:
    """Both readings of a local time in the hour that exists twice."""
    try:
        local = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return ()
    if local.tzinfo is not None:
        return ()
    possible = possible_instants(local, COPENHAGEN)
    if len(possible) != 2:
        return ()
    words = (gettext("Første gang (sommertid)"), gettext("Anden gang (vintertid)"))
    return tuple(
        (moment.astimezone(COPENHAGEN).isoformat(timespec="minutes"), word)
        for moment, word in zip(possible, words, strict=True)
    )


def _names(fields: Sequence[Shown]) -> list[tuple[str, Shown]]:
    found = []
    for one in fields:
        found.append((one.name, one))
        found += _names(one.children)
        for row in one.rows:
            found += _names(row)
    return found


def _collect(fields: Sequence[Shown], summary: list[tuple[str, str, str]]) -> None:
    for _, one in _names(fields):
        for sentence in one.errors:
            summary.append((one.id, one.label, sentence))


def _plain_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Raw values as FEEL compares them: what reads as yes or no becomes a boolean."""
    words = {"true": True, "false": False, "": None}
    return {key: words.get(value, value) if isinstance(value, str) else value for key, value in raw.items()}


def _at(raw: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = raw
    for segment in path:
        found = found.get(segment) if isinstance(found, Mapping) else None
    return found


def _typed(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime):
        return (
            value.astimezone(COPENHAGEN).isoformat(timespec="minutes") if value.tzinfo else value.isoformat()
        )
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return str(value)


# --- from the page to values -----------------------------------------------------------------------


def _raw(fields: Sequence[Field], sent: MultiDict[str, str], prefix: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for asked in fields:
        if asked.type is FieldType.GROUP:
            _merge(values, _raw(asked.children, sent, prefix))
            continue
        if asked.type is FieldType.DISPLAY or asked.readonly:
            continue
        name = ".".join((*prefix, *asked.path))
        value: Any
        if asked.type is FieldType.LIST:
            numbers = _row_numbers(sent, name)
            value = [_raw(asked.children, sent, (*prefix, *asked.path, str(n))) for n in numbers]
        elif asked.type in (FieldType.CHOICES, FieldType.FILE):
            value = [item for item in sent.getlist(name) if item]
        elif name not in sent:
            continue
        else:
            value = sent[name]
            chosen = sent.get(name + "._tid")
            if asked.type is FieldType.INSTANT and chosen and chosen.startswith(value):
                value = chosen  # which of the two instants was meant
        _put(values, asked.path, value)
    return values


def _row_numbers(sent: MultiDict[str, str], name: str) -> list[int]:
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\.")
    return sorted({int(match[1]) for key in sent if (match := pattern.match(key))})


def _put(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for segment in path[:-1]:
        values = values.setdefault(segment, {})
    values[path[-1]] = value


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


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
