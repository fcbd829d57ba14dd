"""What is said at once to PostgreSQL is sent at once, and comes back in its order however much it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import waiting

from flowcase.store import Store
from flowcase.store.pipeline import Said, Spoken, converse

MEGABYTE = 1024 * 1024
ECHO = Said(b"echo", b"SELECT $1::bytea", (b"word",))

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def driver(store: Store) -> Iterator[psycopg.Connection]:
    with store.plain.connect() as connection:
        driver: Any = connection.connection.driver_connection
        yield driver
        connection.invalidate()


def times_that_the_socket_is_asked(spoken: Spoken, said: list[Said], monkeypatch: pytest.MonkeyPatch) -> int:
    times, driver = 0, spoken.driver

    def counted(exchange: Any) -> Any:
        nonlocal times
        try:
            wanted = next(exchange)
            while True:
                ready = yield wanted
                times += bool(ready)
                wanted = exchange.send(ready)
        except StopIteration as end:
            return end.value

    with monkeypatch.context() as patch:
        patch.setattr(
            driver, "wait", lambda exchange: waiting.wait_selector(counted(exchange), driver.fileno())
        )
        converse(spoken, said)
    return times


def test_ten_statements_ask_the_socket_no_more_often_than_one(
    driver: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = Spoken(driver)
    converse(spoken, [ECHO])

    of_one = times_that_the_socket_is_asked(spoken, [ECHO], monkeypatch)
    of_ten = times_that_the_socket_is_asked(spoken, [ECHO] * 10, monkeypatch)

    assert of_ten <= of_one


def test_what_does_not_fit_into_the_socket_is_answered_whole_and_in_order(
    driver: psycopg.Connection,
) -> None:
    contents = [bytes([number]) * MEGABYTE for number in range(16)]

    results = converse(Spoken(driver), [Said(ECHO.name, ECHO.text, (content,)) for content in contents])

    assert isinstance(results, list)
    told = [bytes.fromhex(result.get_value(0, 0)[2:].decode()) for result in results]
    assert told == contents


def test_rows_are_read_alike_each_time(driver: psycopg.Connection) -> None:
    spoken = Spoken(driver)
    both = Said(b"both", b"SELECT $1::timestamptz, $2::bigint UNION ALL SELECT NULL, 2", ("2026-03-02", "1"))

    found = [spoken.rows_of(each.name, converse(spoken, [each])[0]) for each in (both, ECHO, both)]

    first = (dt.datetime(2026, 3, 2, tzinfo=dt.UTC), 1)
    assert found == [[first, (None, 2)], [(b"word",)], [first, (None, 2)]]
