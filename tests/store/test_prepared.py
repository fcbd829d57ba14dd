"""Statements that are compiled once: what their values and their rows become."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from sqlalchemy import bindparam, or_, select

from flowcase.access.actor import SYSTEM
from flowcase.store import Store, tables
from flowcase.store.columns import Instant
from flowcase.store.prepared import Compiled, Prepared
from tests.conftest import NOW

_setting = tables.setting
_NOW = bindparam("now", type_=Instant())
_TOUCHED = select(_setting.c.key, _setting.c.changed_at).where(
    or_(_setting.c.changed_at == _NOW, _setting.c.changed_at > _NOW)
)


class Touched(NamedTuple):
    key: str
    changed_at: object


def test_a_row_found_is_of_the_kind_that_was_asked_for(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.insert(_setting, key="a", value="1", changed_at=NOW, changed_by="anna")

    with store.reading(NOW) as tx:
        (found,) = tx.rows(Prepared(_TOUCHED, row=Touched), {"now": NOW})

    assert type(found) is Touched
    assert found == Touched("a", NOW)


def test_a_kind_of_row_with_other_columns_is_refused(store: Store) -> None:
    with pytest.raises(AssertionError):
        Prepared(select(_setting.c.key), row=Touched).compiled(store.engine.dialect)


def test_a_value_that_the_text_names_twice_is_made_ready_once(store: Store) -> None:
    compiled = Compiled(_TOUCHED, store.engine.dialect)
    given = {"now": NOW}

    bound = compiled.bound(given)

    assert len(compiled._binds) <= 1  # psycopg takes instants as they are
    assert len(bound) == (2 if store.is_sqlite else 1)
    assert len(set(bound)) == 1
    assert given == {"now": NOW}  # what was given stays as it was
