"""One round trip of PostgreSQL's protocol: statements sent in a row, their results read together.

psycopg's own pipeline mode makes a cursor for each statement and looks for answers between them, which costs
more than the statements do. Here its building blocks (generators, adapters) are put together for our case:
texts that never change, prepared once per connection, and nothing to decide before all is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from psycopg import Connection, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

_FINE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with its values, as `Prepared` compiled them."""

    name: bytes
    text: bytes
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """The first statement that failed; the server skipped those behind it."""

    position: int
    error: Exception


def converse(driver: Connection, prepared: set[bytes], said: Sequence[Said]) -> list[Any] | Failure:
    """The results of the statements. `prepared` names what this connection has prepared, and is kept so.

    Raises what psycopg raises when the connection is lost; then it is closed, since nobody knows any more
    which answer belongs to which statement.
    """
    adapt, pgconn = Transformer(driver), driver.pgconn
    commands: list[Callable[[], None]] = []
    known = set(prepared)
    answered: list[bytes | None] = []  # per command: the name that it prepares
    for each in said:
        if each.name not in known:
            known.add(each.name)
            commands.append(partial(pgconn.send_prepare, each.name, each.text))
            answered.append(each.name)
        # The casts in the text say the types; bytes travel as they are.
        formats = [PyFormat.BINARY if isinstance(value, bytes) else PyFormat.TEXT for value in each.values]
        values = adapt.dump_sequence(each.values, formats) if formats else None
        commands.append(
            partial(pgconn.send_query_prepared, each.name, values, adapt.formats if formats else None)
        )
        answered.append(None)
    commands.append(driver.pgconn.pipeline_sync)
    try:
        replies = driver.wait(_exchange(driver, commands))
    except BaseException:
        driver.close()
        raise
    results: list[Any] = []
    for answer, (result, *_) in zip(answered, replies, strict=False):
        if result.status not in _FINE:
            return Failure(len(results), error_from_result(result, encoding=driver.info.encoding))
        if answer is None:
            results.append(result)
        else:
            prepared.add(answer)
    return results


def _exchange(driver: Connection, commands: Sequence[Callable[[], None]]) -> Any:
    pgconn, replies = driver.pgconn, []
    pgconn.enter_pipeline_mode()
    for send in commands:  # into libpq's buffer: psycopg's own way asks the socket before each of them
        send()
    yield from generators.send(pgconn)  # reads meanwhile what is answered to what does not fit at once
    for _ in commands:
        replies.append((yield from generators.fetch_many(pgconn)))
    pgconn.exit_pipeline_mode()
    return replies


def rows_of(driver: Connection, result: Any) -> list[Any]:
    adapt = Transformer(driver)
    adapt.set_pgresult(result)
    return adapt.load_rows(0, result.ntuples, tuple)
