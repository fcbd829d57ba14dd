"""A pooler that hands sessions around is found by asking twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from flowcase.cli import examining
from flowcase.store import Store, pooling
from flowcase.store.pooling import Pooling
from tests.services.test_lost_connections import on_postgresql, on_sqlite


@on_postgresql
def test_connections_that_reach_the_server_have_sessions_of_their_own(store: Store) -> None:
    assert pooling.pooling(store.plain) is Pooling.OWN_SESSIONS


@on_sqlite
def test_sqlite_has_no_pooler(store: Store) -> None:
    assert pooling.pooling(store.plain) is Pooling.OWN_SESSIONS


@on_postgresql
def test_a_session_that_lost_what_was_prepared_in_it_is_mixed_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Callable[..., Any] = pooling._asked

    def elsewhere(connection: psycopg.Connection[Any]) -> Any:
        answer = asked(connection)
        connection.pgconn.exec_(b"DEALLOCATE ALL")  # as in a session that another connection had before
        return answer

    monkeypatch.setattr(pooling, "_asked", elsewhere)

    assert pooling.pooling(store.plain) is Pooling.MIXED_UP


@on_postgresql
def test_another_session_that_knows_what_was_prepared_is_kept_apart(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = iter([(1,), (2,)])
    monkeypatch.setattr(pooling, "_asked", lambda connection: next(sessions))

    assert pooling.pooling(store.plain) is Pooling.KEPT_APART


@on_postgresql
@pytest.mark.parametrize(
    ("found", "levels"),
    [(Pooling.OWN_SESSIONS, []), (Pooling.KEPT_APART, ["warning"]), (Pooling.MIXED_UP, ["error"])],
)
def test_the_doctor_says_what_a_pooler_does(
    store: Store, monkeypatch: pytest.MonkeyPatch, found: Pooling, levels: list[str]
) -> None:
    monkeypatch.setattr(pooling, "pooling", lambda engine: found)

    told = list(examining.sessions(store))

    assert [each.level for each in told] == levels
    assert all(each.what == "sessions" and each.remedy for each in told)
