"""Submitted form values: read, converted and validated by a marshmallow schema made from the form file.

Sentences are Danish, each made from a template that the translation catalogue knows; the reader's
language is chosen where a person reads them. No sentence repeats what was typed.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import marshmallow as ma

from flowcase import feel
from flowcase.cases.civil_time import COPENHAGEN, possible_instants
from flowcase.cases.danish_dates import NoDate, OtherWeekday, read_date, read_instant, read_time
from flowcase.cases.typed_text import cleaned
from flowcase.errors import InvalidValues
from flowcase.feel.regex import PatternError, compile_pattern
from flowcase.modeling.form import Field, FieldType, Form
from flowcase.services import nested
from flowcase.values import Value, Variables

REQUIRED = "Feltet skal udfyldes."
NOT_A_CHOICE = "Vælg en af mulighederne."
NOT_A_NUMBER = "Skriv et tal."
NOT_A_DATE = "Skriv en dato, for eksempel 3.4.2026."
OTHER_WEEKDAY = "Datoen falder på en anden ugedag end den, du skrev. Ret en af dem."
NOT_A_TIME = "Skriv et klokkeslæt, for eksempel 14:05."
NOT_AN_INSTANT = "Skriv dato og klokkeslæt, for eksempel 3.4.2026 kl. 14.05."
NO_SUCH_TIME = "Det tidspunkt findes ikke: urene blev stillet frem."
TIME_EXISTS_TWICE = "Det tidspunkt findes to gange, fordi urene blev stillet tilbage. Vælg hvilket af de to."
NOT_A_YES_OR_NO = "Vælg ja eller nej."
NOT_A_TEXT = "Skriv en tekst."
NOT_A_LIST = "Angiv en liste."
NOT_A_GROUP = "Angiv felterne i gruppen."
UNKNOWN_FIELD = "Formularen har ikke dette felt."
TOO_SHORT = "Skriv mindst {count} tegn."
TOO_LONG = "Skriv højst {count} tegn."
WRONG_PATTERN = "Skriv det i den form, som hjælpeteksten viser."
TOO_SMALL = "Tallet skal være mindst {limit}."
TOO_GREAT = "Tallet må højst være {limit}."
IN_THE_FUTURE = "Tidspunktet ligger i fremtiden."

MOST_PATTERN_STEPS = 200_000  # of the matcher for one text: far more than any sound pattern takes
LONGEST_TEXT = 200_000  # characters; nobody types more, and a flood stops here
MOST_ROWS = 500
YEARS = range(1850, 2201)  # of dates; what lies outside is a slip, and breaks every computation from it


class Said(str):
    """A sentence that remembers its template, so that it can be said in another language."""

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, **values: Any) -> Said:
        said = super().__new__(cls, template.format(**values))
        said.template, said.values = template, values
        return said


@dataclass(frozen=True)
class FormValues:
    """Converted values by key; nested under the path of a group, rows of a list as contexts."""

    values: dict[str, Value]
    hidden: frozenset[tuple[str, ...]] = field(default_factory=frozenset)  # paths that were not asked for


def validate(form: Form, raw: Mapping[str, Any], *, facts: Variables, now: dt.datetime) -> FormValues:
    """The values of a submitted form. Raises InvalidValues with every wrong field at once.

    `raw` has text as a browser sends it or JSON values; `facts` are the variables and facts that the
    form's FEEL may read beside its own values. Hidden and read-only fields are left out, unknown keys
    refused.
    """
    prepared = _prepared(form)
    loaded, errors = _load(prepared, raw)
    context = _over(loaded, facts)
    hidden: set[tuple[str, ...]] = set()
    values = _kept(prepared.form.fields, loaded, context, now, (), hidden, errors)
    _drop_hidden_errors(errors, hidden)
    if errors:
        raise InvalidValues(f"form {form.id}", errors)
    return FormValues(values, frozenset(hidden))


def readable(form: Form, raw: Mapping[str, Any]) -> dict[str, Value]:
    """The values of those fields that are right so far: what a half-filled page shows and hides by."""
    loaded, _ = _load(_prepared(form), raw)
    return loaded


def options_of(asked: Field, context: Variables, now: dt.datetime) -> list[tuple[Value, str]]:
    """(value, label) of every choice: drawn ones, else those of the field's expression or variable."""
    if asked.options:
        return [(option.value, option.label) for option in asked.options]
    found: Value = None
    if asked.options_expression is not None:
        found = _evaluate(asked.options_expression.text, context, now)
    elif asked.options_key:
        found = context.get(asked.options_key)
    choices = []
    for item in found if isinstance(found, list) else []:
        if isinstance(item, Mapping):
            value = item.get("value")
            choices.append((value, str(item.get("label", value))))
        elif item is not None:
            choices.append((item, str(item)))
    return choices


def is_hidden(asked: Field, context: Variables, now: dt.datetime) -> bool:
    return asked.hide_if is not None and _evaluate(asked.hide_if.text, context, now) is True


def is_required(asked: Field, context: Variables, now: dt.datetime) -> bool:
    return asked.required or (
        asked.required_if is not None and _evaluate(asked.required_if.text, context, now) is True
    )


# --- the schema ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Prepared:
    form: Form
    schema: ma.Schema


_forms: dict[tuple[str, str], _Prepared] = {}


def _prepared(form: Form) -> _Prepared:
    """Made once per form file: making a schema costs more than using it."""
    key = (form.id, form.content_hash)
    if key not in _forms or not form.content_hash:
        _forms[key] = _Prepared(form, _schema(form.fields))
    return _forms[key]


def _schema(fields: Sequence[Field]) -> ma.Schema:
    return _tree_schema(_tree(fields))


def _tree(fields: Sequence[Field]) -> dict[str, Any]:
    """Leaves by the segments of their paths; a group without path adds nothing."""
    tree: dict[str, Any] = {}
    for leaf in _leaves(fields):
        place = tree
        for segment in leaf.path[:-1]:
            place = place.setdefault(segment, {})
        place[leaf.path[-1]] = leaf
    return tree


def _leaves(fields: Sequence[Field]) -> Iterator[Field]:
    for one in fields:
        if one.type is FieldType.GROUP:
            yield from _leaves(one.children)
        elif one.type is not FieldType.DISPLAY:
            yield one


def _tree_schema(tree: Mapping[str, Any]) -> ma.Schema:
    members: dict[str, ma.fields.Field] = {}
    for name, branch in tree.items():
        if isinstance(branch, Field):
            members[name] = _member(branch)
        else:
            members[name] = ma.fields.Nested(
                _tree_schema(branch), allow_none=True, error_messages={"type": NOT_A_GROUP}
            )
    return _Strict.from_dict(members)()


def _load(prepared: _Prepared, raw: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, list[str]]]:
    """Converted values, and the sentences for those that could not be converted by their place."""
    errors: dict[str, list[str]] = {}
    try:
        return prepared.schema.load(_without_blanks(raw)), errors
    except ma.ValidationError as error:
        _flatten(error.messages, (), errors)
        return (error.valid_data if isinstance(error.valid_data, dict) else {}), errors


class _Strict(ma.Schema):
    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": UNKNOWN_FIELD, "type": NOT_A_GROUP}


def _member(asked: Field) -> ma.fields.Field:
    if asked.type is FieldType.LIST:
        row: ma.fields.Field = ma.fields.Nested(_schema(asked.children), error_messages={"type": NOT_A_GROUP})
        return ma.fields.List(
            row, allow_none=True, validate=_few_rows, error_messages={"invalid": Said(NOT_A_LIST)}
        )
    return _MEMBERS[asked.type](asked, allow_none=True)


def _few_rows(rows: list[Any]) -> None:
    if len(rows) > MOST_ROWS:
        raise ma.ValidationError(Said(NOT_A_LIST))


class _Member(ma.fields.Field):
    """One field of a form; `asked` is what the file says of it."""

    def __init__(self, asked: Field, **options: Any) -> None:
        self.asked = asked
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Value:
        return None if self.asked.readonly else self.convert(value)

    def convert(self, value: Any) -> Value:
        raise NotImplementedError


class _Text(_Member):
    def convert(self, value: Any) -> Value:
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or not _is_storable(value):
            raise ma.ValidationError(Said(NOT_A_TEXT))
        value = cleaned(value)
        if self.asked.min_length is not None and len(value) < self.asked.min_length:
            raise ma.ValidationError(Said(TOO_SHORT, count=self.asked.min_length))
        if self.asked.max_length is not None and len(value) > self.asked.max_length:
            raise ma.ValidationError(Said(TOO_LONG, count=self.asked.max_length))
        if self.asked.pattern and not _fits(self.asked.pattern, value):
            raise ma.ValidationError(Said(WRONG_PATTERN))
        return value


def _is_storable(value: str) -> bool:
    """JSON can name half a surrogate pair, which no encoding can write; a database takes no NUL."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


class _Number(_Member):
    def convert(self, value: Any) -> Value:
        try:
            if isinstance(value, bool):
                raise InvalidOperation
            number = Decimal(
                value.replace(" ", "").replace(",", ".") if isinstance(value, str) else str(value)
            )
            if not number.is_finite() or abs(number.adjusted()) > 30:
                raise InvalidOperation
        except (InvalidOperation, ValueError):
            raise ma.ValidationError(Said(NOT_A_NUMBER)) from None
        if self.asked.minimum is not None and number < Decimal(self.asked.minimum):
            raise ma.ValidationError(Said(TOO_SMALL, limit=self.asked.minimum))
        if self.asked.maximum is not None and number > Decimal(self.asked.maximum):
            raise ma.ValidationError(Said(TOO_GREAT, limit=self.asked.maximum))
        digits = self.asked.decimal_digits
        if digits is not None and number != round(number, digits):
            raise ma.ValidationError(Said(NOT_A_NUMBER))
        return number


_YES, _NO = frozenset({"true", "ja", "on", "1"}), frozenset({"false", "nej", "off", "0"})


class _Boolean(_Member):
    def convert(self, value: Any) -> Value:
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
        raise ma.ValidationError(Said(NOT_A_YES_OR_NO))


class _Date(_Member):
    def convert(self, value: Any) -> Value:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        try:
            day = read_date(str(value)).day
        except OtherWeekday:
            raise ma.ValidationError(Said(OTHER_WEEKDAY)) from None
        except NoDate:
            raise ma.ValidationError(Said(NOT_A_DATE)) from None
        if day.year not in YEARS:
            raise ma.ValidationError(Said(NOT_A_DATE))
        return day


class _Time(_Member):
    def convert(self, value: Any) -> Value:
        if isinstance(value, dt.time):
            return value
        try:
            return read_time(str(value))
        except NoDate:
            raise ma.ValidationError(Said(NOT_A_TIME)) from None


class _Instant(_Member):
    """With offset as it stands; without one it is Danish local time, which must exist exactly once."""

    def convert(self, value: Any) -> Value:
        if isinstance(value, dt.datetime):
            moment = value
        else:
            try:
                moment = read_instant(str(value)).at
            except OtherWeekday:
                raise ma.ValidationError(Said(OTHER_WEEKDAY)) from None
            except NoDate:
                raise ma.ValidationError(Said(NOT_AN_INSTANT)) from None
        if moment.year not in YEARS:
            raise ma.ValidationError(Said(NOT_AN_INSTANT))
        if moment.tzinfo is not None:
            return moment
        possible = possible_instants(moment, COPENHAGEN)
        if not possible:
            raise ma.ValidationError(Said(NO_SUCH_TIME))
        if len(possible) > 1:
            raise ma.ValidationError(Said(TIME_EXISTS_TWICE))
        return possible[0]


class _Choice(_Member):
    def convert(self, value: Any) -> Value:
        if not isinstance(value, (str, int, Decimal)) or isinstance(value, bool):
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        if not _is_storable(str(value)):
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        if self.asked.options and str(value) not in {option.value for option in self.asked.options}:
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        return str(value) if len(str(value)) <= 500 else None


class _Choices(_Member):
    def convert(self, value: Any) -> Value:
        chosen = [value] if isinstance(value, str) else value
        if not isinstance(chosen, (list, tuple)) or len(chosen) > MOST_ROWS:
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        known = {option.value for option in self.asked.options}
        for item in chosen:
            if not isinstance(item, str) or (known and item not in known):
                raise ma.ValidationError(Said(NOT_A_CHOICE))
        return list(dict.fromkeys(chosen))


class _File(_Member):
    """Ids of stored documents."""

    def convert(self, value: Any) -> Value:
        ids = [value] if isinstance(value, str) else value
        if not isinstance(ids, (list, tuple)) or not all(
            isinstance(id, str) and len(id) <= 200 and _is_storable(id) for id in ids
        ):
            raise ma.ValidationError(Said(NOT_A_LIST))
        return list(ids)


_MEMBERS: dict[FieldType, type[_Member]] = {
    FieldType.TEXT: _Text,
    FieldType.LONG_TEXT: _Text,
    FieldType.NUMBER: _Number,
    FieldType.BOOLEAN: _Boolean,
    FieldType.DATE: _Date,
    FieldType.TIME: _Time,
    FieldType.INSTANT: _Instant,
    FieldType.CHOICE: _Choice,
    FieldType.CHOICES: _Choices,
    FieldType.FILE: _File,
}


class _TooMuchWork(Exception):
    """A pattern asks for more than a text of a form is worth."""


def _fits(pattern: str, value: str) -> bool:
    """Whole-value match with bounded work; patterns of a form are checked at deployment."""
    left = MOST_PATTERN_STEPS

    def charge(steps: int) -> None:
        nonlocal left
        left -= steps
        if left < 0:
            raise _TooMuchWork

    try:
        return compile_pattern(f"^(?:{pattern})$", "").search(value, charge) is not None
    except (PatternError, _TooMuchWork):
        return False


# --- what is kept ----------------------------------------------------------------------------------


def _without_blanks(raw: Any) -> Any:
    """Empty text and empty rows mean that nothing was given."""
    if isinstance(raw, Mapping):
        return {key: _without_blanks(value) for key, value in raw.items()}
    if isinstance(raw, (list, tuple)):
        cleaned = [_without_blanks(item) for item in raw]
        return [item for item in cleaned if not _is_blank(item)]
    if isinstance(raw, str) and not raw.strip():
        return None
    return raw


def _is_blank(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_blank(item) for item in value.values())
    return value is None or value == "" or (isinstance(value, (list, tuple)) and not value)


def _kept(
    fields: Sequence[Field],
    loaded: Mapping[str, Any],
    context: Variables,
    now: dt.datetime,
    prefix: tuple[str, ...],
    hidden: set[tuple[str, ...]],
    errors: dict[str, list[str]],
) -> dict[str, Value]:
    """Loaded values without hidden and read-only fields; adds errors for what is required and missing."""
    values: dict[str, Value] = {}
    for one in fields:
        if one.type is FieldType.DISPLAY:
            continue
        if is_hidden(one, context, now):
            hidden.update((*prefix, *leaf.path) for leaf in _leaves([one]))
            continue
        if one.type is FieldType.GROUP:
            inside = _kept(one.children, loaded, context, now, prefix, hidden, errors)
            if one.path and _is_blank(nested.at(inside, one.path)) and is_required(one, context, now):
                errors.setdefault(".".join((*prefix, *one.path)), []).append(Said(REQUIRED))
            nested.merge(values, inside)
            continue
        if one.readonly:
            continue
        given = nested.at(loaded, one.path)
        place = (*prefix, *one.path)
        if one.type is FieldType.LIST and isinstance(given, list):
            given = [
                _kept(one.children, row, _over(row, context), now, (*place, str(number)), hidden, errors)
                for number, row in enumerate(given)
                if isinstance(row, Mapping)
            ]
        if one.type in (FieldType.CHOICE, FieldType.CHOICES) and given is not None and not one.options:
            allowed = {str(value) for value, _ in options_of(one, context, now)}
            chosen = {str(item) for item in (given if isinstance(given, list) else [given])}
            if allowed and not chosen <= allowed:
                errors.setdefault(".".join(place), []).append(Said(NOT_A_CHOICE))
        if _is_blank(given):
            given = None
            if ".".join(place) not in errors and is_required(one, context, now):
                errors.setdefault(".".join(place), []).append(Said(REQUIRED))
        if given is not None:
            nested.put(values, one.path, given)
    return values


def _over(front: Mapping[str, Any], back: Mapping[str, Any]) -> Mapping[str, Any]:
    """One in front of the other, without copying: a fact is computed when it is read, not before."""
    return ChainMap(cast(Any, front), cast(Any, back))


def _flatten(messages: Any, place: tuple[str, ...], errors: dict[str, list[str]]) -> None:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            _flatten(inner, place if key == "_schema" else (*place, str(key)), errors)
    elif isinstance(messages, list):
        errors.setdefault(".".join(place), []).extend(
            message if isinstance(message, Said) else Said(_ours(str(message))) for message in messages
        )


def _ours(message: str) -> str:
    """marshmallow's own sentences never reach a person."""
    known = {UNKNOWN_FIELD, NOT_A_GROUP, NOT_A_LIST}
    return message if message in known else UNKNOWN_FIELD


def _drop_hidden_errors(errors: dict[str, list[str]], hidden: set[tuple[str, ...]]) -> None:
    for path in hidden:
        name = ".".join(path)
        for key in [key for key in errors if key == name or key.startswith(name + ".")]:
            del errors[key]


@functools.lru_cache(maxsize=2048)
def _compiled(text: str, names: frozenset[str]) -> feel.Expression:
    return feel.compile_expression(text, names=names)


def _evaluate(text: str, context: Variables, now: dt.datetime) -> Value:
    """FEEL of a form over its values; a form that was deployed parses."""
    return _compiled(text, frozenset(context)).evaluate(context, now=now).value
