"""Statements that are compiled once per database, so that on the step path only their values travel.

SQLAlchemy Core stays where SQL is written and says how each column's values look to the driver. What it does
anew at each execution (looking up the compiled text, binding, wrapping rows) is done here once.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

_numbers = itertools.count()


def _picked(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Iterable[Any]]:
    """The values of these names, in their order."""
    if len(names) > 1:
        return operator.itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _reader(kind: Any, dialect: Dialect) -> Any:
    """How a column of this type is read in all rows; None where it stays what the driver fetched."""
    if hasattr(kind, "column_processor"):
        return kind.column_processor(dialect)
    convert = kind.result_processor(dialect, None)
    return None if convert is None else functools.partial(map, convert)


class Prepared:
    """A statement whose text never changes: every value is bound by name."""

    def __init__(
        self,
        statement: Any,
        *,
        on: Mapping[str, Any] | None = None,
        row: Any = None,
        is_settled: bool = False,
    ) -> None:
        """`on` holds what to say instead to a database of that name, where its way is another one.

        `row` is the named tuple that each row found is, whose fields are the columns in their order.
        `is_settled`: only events of the installation's stream change the answer (`settled`).
        """
        self._statement, self._instead, self._row = statement, on or {}, row
        self.is_settled = is_settled
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            statement = self._instead.get(dialect.name, self._statement)
            found = self._compiled[dialect.name] = Compiled(statement, dialect, self._row)
        return found


class Compiled:
    """A statement as one database takes it."""

    def __init__(self, statement: Any, dialect: Dialect, row: Any = None) -> None:
        if dialect.name == "postgresql":
            dialect = postgresql.psycopg.dialect(paramstyle="numeric_dollar")  # as the protocol wants it
        compiled: SQLCompiler = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self.name = f"{self.sql.split()[0].lower()}_{next(_numbers)}".encode()
        self.text = self.sql.encode()
        if "POSTCOMPILE" in self.sql:
            raise TypeError("Expected a statement whose text is fixed, but its length depends on a value.")
        self._constants = {
            name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required
        }
        bound = tuple(compiled.positiontup or ())
        self._values = _picked(bound)
        self._binds = tuple(  # each once, however often the text names it
            (name, convert)
            for name in dict.fromkeys(bound)
            if (convert := compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        )
        self.returns_rows = isinstance(statement, Select)
        if self.returns_rows:
            columns = statement.selected_columns
            names = list(columns.keys())
            found: Any = row or namedtuple("Found", names, rename=True)
            assert len(found._fields) == len(columns)
            # As `_make` does, without counting the columns of every row.
            self._make: Callable[[Iterable[Any]], Any] = functools.partial(tuple.__new__, found)
            self._results = tuple(
                (position, convert)
                for position, column in enumerate(columns)
                if (convert := _reader(column.type.dialect_impl(dialect), dialect)) is not None
            )

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the text, as the driver takes them. KeyError for a missing one."""
        if self._constants or self._binds:
            values = {**self._constants, **values}
            for name, convert in self._binds:
                values[name] = convert(values[name])
        return list(self._values(values))

    def rows(self, fetched: Iterable[Any]) -> list[Any]:
        """What the driver fetched, with columns as attributes."""
        if not self._results:
            return [self._make(row) for row in fetched]
        columns: list[Iterable[Any]] = list(zip(*fetched, strict=True))
        if not columns:
            return []
        for position, convert in self._results:
            columns[position] = convert(columns[position])
        return list(map(self._make, zip(*columns, strict=True)))
