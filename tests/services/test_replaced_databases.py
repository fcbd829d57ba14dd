"""Another database is put in the place of the one that a process knows, while the process goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.store import Store, archive, migrating
from tests.conftest import NOW
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

FIRST = process("p", start(), user_task("vurder", groups="fronten"), end())
SECOND = process("p", start(), user_task("vurder", groups="fronten"), user_task("afgoer"), end())
ANOTHER_SECOND = process("p", start(), user_task("indstil", groups="fronten"), end())


def copied(store: Store, tmp_path: Path) -> Store:
    older = Store(f"sqlite:///{tmp_path / 'older.sqlite'}", store.keyring)
    migrating.upgrade(older.engine)
    archive.move(store, older, progress=lambda *_: None)
    return older


def put_in_place(older: Store, store: Store) -> None:
    """The address leads to it from now on; what the process remembers it remembers."""
    store.close()
    for name in ("engine", "plain", "working", "_reader", "_file"):
        setattr(store, name, getattr(older, name))


ASKING: dict[str, Callable[[Flowcase, str], object]] = {
    "for timers": lambda flow, token: flow.timers.fire_due(),
    "for jobs": lambda flow, token: flow.jobs.run_due(),
    "for other nodes": lambda flow, token: flow.nodes.beat("web", NOW),
    "for a program": lambda flow, token: flow.people.authenticate_token(token),
}


@pytest.mark.parametrize("whoever", ASKING)
def test_a_process_that_only_asks_hears_that_it_is_an_older_one(
    flow: Flowcase, store: Store, deploy: Callable[..., Any], tmp_path: Path, whoever: str
) -> None:
    """What it knew to be written is written anew where the older one lacks it."""
    deploy(FIRST)
    token = flow.service_accounts.make("portal", groups=["indtag"], scopes=["cases:read"], actor=SYSTEM)
    older = copied(store, tmp_path)
    flow.people.add("bo", groups=["fronten"], actor=SYSTEM)
    ASKING[whoever](flow, token)
    flow.instances.start("p", {}, actor=OPERATOR)
    (before,) = flow.user_tasks.inbox(ANNA)

    put_in_place(older, store)
    ASKING[whoever](flow, token)
    flow.instances.start("p", {}, actor=OPERATOR)
    (after,) = flow.user_tasks.inbox(ANNA)
    older.close()

    assert (before.element, after.element) == ("vurder", "vurder")
    assert before.id != after.id


def test_a_version_that_the_older_one_lacks_is_another_once_it_is_deployed_anew(
    flow: Flowcase, store: Store, deploy: Callable[..., Any], tmp_path: Path
) -> None:
    deploy(FIRST)
    older = copied(store, tmp_path)
    deploy(SECOND)
    flow.timers.fire_due()
    flow.instances.start("p", {}, actor=OPERATOR)
    (before,) = flow.user_tasks.inbox(ANNA)

    put_in_place(older, store)
    deploy(ANOTHER_SECOND)
    flow.timers.fire_due()
    flow.instances.start("p", {}, actor=OPERATOR)
    (after,) = flow.user_tasks.inbox(ANNA)
    older.close()

    assert (before.element, after.element) == ("vurder", "indstil")
