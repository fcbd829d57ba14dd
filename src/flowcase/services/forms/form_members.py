"""How one value of a form is read: text from a browser, or JSON, converted by the kind of its field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

import marshmallow as ma

from flowcase.cases.civil_time import COPENHAGEN, possible_instants
from flowcase.cases.danish_dates import NoDate, read_date, read_instant, read_time
from flowcase.cases.typed_text import cleaned
from flowcase.feel.regex import PatternError, compile_pattern
from flowcase.modeling.form import Field, FieldType
from flowcase.services.forms.form_sentences import (
    NO_SUCH_TIME,
    NOT_A_CHOICE,
    NOT_A_DATE,
    NOT_A_LIST,
    NOT_A_NUMBER,
    NOT_A_TEXT,
    NOT_A_TIME,
    NOT_A_YES_OR_NO,
    NOT_AN_INSTANT,
    TIME_EXISTS_TWICE,
    TOO_GREAT,
    TOO_LONG,
    TOO_SHORT,
    TOO_SMALL,
    WRONG_PATTERN,
    WRONG_YEAR,
    Said,
    of_date,
)
from flowcase.values import Value

MOST_PATTERN_STEPS = 200_000  # of the matcher for one text: far more than any sound pattern takes
LONGEST_TEXT = 200_000  # characters; nobody types more, and a flood stops here
MOST_ROWS = 500
YEARS = range(1850, 2201)  # of dates; what lies outside is a slip, and breaks every computation from it


class Member(ma.fields.Field):
    """One field of a form; `asked` is what the file says of it."""

    def __init__(self, asked: Field, **options: Any) -> None:
        self.asked = asked
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Value:
        return None if self.asked.readonly else self.convert(value)

    def convert(self, value: Any) -> Value:
        raise NotImplementedError


class _Text(Member):
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
        if self.asked.pattern and not fits(self.asked.pattern, value):
            raise ma.ValidationError(Said(WRONG_PATTERN))
        return value


def _is_storable(value: str) -> bool:
    """JSON can name half a surrogate pair, which no encoding can write; a database takes no NUL."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


class _Number(Member):
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


class _Boolean(Member):
    def convert(self, value: Any) -> Value:
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
        raise ma.ValidationError(Said(NOT_A_YES_OR_NO))


class _Date(Member):
    def convert(self, value: Any) -> Value:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        try:
            day = read_date(str(value)).day
        except NoDate as error:
            raise ma.ValidationError(of_date(error, NOT_A_DATE)) from None
        if day.year not in YEARS:
            raise ma.ValidationError(Said(WRONG_YEAR))
        return day


class _Time(Member):
    def convert(self, value: Any) -> Value:
        if isinstance(value, dt.time):
            return value
        try:
            return read_time(str(value))
        except NoDate:
            raise ma.ValidationError(Said(NOT_A_TIME)) from None


class _Instant(Member):
    """With offset as it stands; without one it is Danish local time, which must exist exactly once."""

    def convert(self, value: Any) -> Value:
        if isinstance(value, dt.datetime):
            moment = value
        else:
            try:
                moment = read_instant(str(value)).at
            except NoDate as error:
                raise ma.ValidationError(of_date(error, NOT_AN_INSTANT)) from None
        if moment.year not in YEARS:
            raise ma.ValidationError(Said(WRONG_YEAR))
        if moment.tzinfo is not None:
            return moment
        possible = possible_instants(moment, COPENHAGEN)
        if not possible:
            raise ma.ValidationError(Said(NO_SUCH_TIME))
        if len(possible) > 1:
            raise ma.ValidationError(Said(TIME_EXISTS_TWICE))
        return possible[0]


class _Choice(Member):
    def convert(self, value: Any) -> Value:
        if not isinstance(value, (str, int, Decimal)) or isinstance(value, bool):
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        if not _is_storable(str(value)):
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        if self.asked.options and str(value) not in {option.value for option in self.asked.options}:
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        return str(value) if len(str(value)) <= 500 else None


class _Choices(Member):
    def convert(self, value: Any) -> Value:
        chosen = [value] if isinstance(value, str) else value
        if not isinstance(chosen, (list, tuple)) or len(chosen) > MOST_ROWS:
            raise ma.ValidationError(Said(NOT_A_CHOICE))
        known = {option.value for option in self.asked.options}
        for item in chosen:
            if not isinstance(item, str) or (known and item not in known):
                raise ma.ValidationError(Said(NOT_A_CHOICE))
        return list(dict.fromkeys(chosen))


class _File(Member):
    """Ids of stored documents."""

    def convert(self, value: Any) -> Value:
        ids = [value] if isinstance(value, str) else value
        if not isinstance(ids, (list, tuple)) or not all(
            isinstance(id, str) and len(id) <= 200 and _is_storable(id) for id in ids
        ):
            raise ma.ValidationError(Said(NOT_A_LIST))
        return list(ids)


MEMBERS: dict[FieldType, type[Member]] = {
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


def fits(pattern: str, value: str) -> bool:
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
