"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, String, Text, bindparam, cast
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from flowcase.values import from_json, to_json

Reader = Callable[[Sequence[Any]], Sequence[Any]]  # of a column of rows, as the driver fetched it


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, read back as UTC.

    PostgreSQL keeps `timestamptz`; SQLite, which has no such type, keeps a text of fixed width, whose
    alphabetical order is the order in time.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        return _in_utc(value) if dialect.name == "postgresql" else _instant_text(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """As `result_processor`."""
        return _in_utc if dialect.name == "postgresql" else _instant_text

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        return _read_instant(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Without the steps between that SQLAlchemy would put around it: lists read hundreds."""
        return _read_instant

    def column_processor(self, dialect: Dialect) -> Reader:
        """As `result_processor`, for a column of rows at once: nothing is called for each."""
        return _read_instants if dialect.name == "postgresql" else _read_instant_texts


def _in_utc(value: dt.datetime | None) -> dt.datetime | None:
    if value is None or value.tzinfo is dt.UTC:
        return value
    if value.tzinfo is None:
        raise TypeError("Expected an aware instant, but got a local time without zone.")
    return value.astimezone(dt.UTC)


def _instant_text(value: dt.datetime | None) -> str | None:
    instant = _in_utc(value)
    return None if instant is None else instant.isoformat(timespec="microseconds")[:-6] + "Z"


def _read_instant(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    instant: dt.datetime = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo is dt.UTC else instant.astimezone(dt.UTC)


def _read_instants(column: Sequence[dt.datetime | None]) -> Sequence[dt.datetime | None]:
    return [each if each is None or each.tzinfo is dt.UTC else each.astimezone(dt.UTC) for each in column]


def _read_instant_texts(column: Sequence[str | None]) -> Sequence[dt.datetime | None]:
    """Of texts as `_instant_text` writes them; what somebody else wrote as `_read_instant` does."""
    read, utc = dt.datetime.fromisoformat, dt.UTC
    return [
        None if each is None else at if (at := read(each)).tzinfo is utc else at.astimezone(utc)
        for each in column
    ]


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class FeelJson(TypeDecorator[Any]):
    """A FEEL value in its lossless JSON form (`values.to_json`)."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(kind(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else to_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else from_json(value)


class Texts(TypeDecorator[Sequence[str]]):
    """Several texts as one parameter: the statement is the same however many they are."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """As `Instant`'s: what the driver takes needs no more steps."""
        return functools.partial(self.process_bind_param, dialect=dialect)


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """As a condition of its own: `... = 1`, which SQLAlchemy would write, is found by no index."""
        return Grouping(self)


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({texts})"


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608 - compiled clauses, no values


def read_json(given: str | bytes) -> Any:
    """What a column of JSON holds. Short lists of words stand alike in row after row: they are read once."""
    is_short_list = len(given) <= _SHORT and given[:1] in ("[", b"[")
    if is_short_list:
        known = _WORDS.get(given)
        if known is not None:
            return list(known)
    value = json.loads(given)
    if is_short_list and all(isinstance(each, str) for each in value):
        _WORDS.keep(given, tuple(value))
    return value


class _WordsAsText(TypeDecorator[Sequence[str]]):
    """A list of words as the database writes it down, which drivers hand on unread."""

    impl = Text
    cache_ok = True

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self.read = read

    def process_result_value(self, value: Any, dialect: Dialect) -> Sequence[str]:
        words: Sequence[str] = self.read([value])[0]
        return words

    def column_processor(self, dialect: Dialect) -> Reader:
        return self.read


def words_of(column: ColumnElement[Any]) -> ColumnElement[Sequence[str]]:
    """A column of JSON that always holds a list of words, for lists of rows, each with a list of its own.

    A driver's own way to JSON takes longer for fifty rows than finding them does.
    """
    return cast(column, _WordsAsText(_read_words)).label(column.key)


def same_words_of(column: ColumnElement[Any]) -> ColumnElement[Sequence[str]]:
    """As `words_of`, for rows that are only shown: those of rows that say the same are one tuple."""
    return cast(column, _WordsAsText(_read_same_words)).label(column.key)


def _read_words(column: Sequence[str]) -> Sequence[Sequence[str]]:
    return [list(_WORDS[each]) for each in column]


def _read_same_words(column: Sequence[str]) -> Sequence[Sequence[str]]:
    return [_WORDS[each] for each in column]


class _Words(dict[str | bytes, tuple[str, ...]]):
    """Short lists of words by their JSON, read when they are asked for, and at hand from then on."""

    def __missing__(self, given: str | bytes) -> tuple[str, ...]:
        found = tuple(json.loads(given))
        if len(given) <= _SHORT:
            self.keep(given, found)
        return found

    def keep(self, given: str | bytes, found: tuple[str, ...]) -> None:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[given] = found


_SHORT, _REMEMBERED = 200, 1000
_WORDS = _Words()


def among(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether a column holds one of the texts that the parameter `name` carries."""
    return _Among(column, bindparam(name, type_=Texts()))


class _Held(ColumnElement[str]):
    """A text inside a JSON column, word for word as the indexes over such texts say it."""

    type = String()
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], path: Sequence[str]) -> None:
        if not all(name.isidentifier() for name in path):
            raise ValueError(f"Expected names, but got {'.'.join(path)!r}.")
        self.column, self.path = column, path


@compiles(_Held, "postgresql")
def _held_on_postgresql(element: _Held, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    # The alphabet's order of codes and of instants is that of their bytes.
    if len(element.path) == 1:
        return f"(({column} ->> '{element.path[0]}') COLLATE \"C\")"
    return f"(({column} #>> '{{{','.join(element.path)}}}') COLLATE \"C\")"


@compiles(_Held, "sqlite")
def _held_on_sqlite(element: _Held, compiler: Any, **options: Any) -> str:
    path = ".".join(f'"{name}"' for name in element.path)
    return f"json_extract({compiler.process(element.column, **options)}, '$.{path}')"


def held(column: ColumnElement[Any], *path: str) -> ColumnElement[str]:
    """The text that a column of JSON holds under a name, or deeper; NULL where there is none."""
    return _Held(column, path)


class _Said(ColumnElement[bool]):
    """That a JSON column says true under a name, word for word as the index over such records says it."""

    type = Boolean()
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.held = held(column, name)

    def self_group(self, against: Any = None) -> Any:
        """As `_Among`'s."""
        return Grouping(self)


@compiles(_Said, "postgresql")
def _said_on_postgresql(element: _Said, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.held, **options)} = 'true'"


@compiles(_Said, "sqlite")
def _said_on_sqlite(element: _Said, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.held, **options)} = 1"  # what JSON's true is there


def said(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column of JSON says true under a name."""
    return _Said(column, name)
