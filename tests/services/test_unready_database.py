"""A database that answers and cannot be worked with: empty or without rights, while a backup is restored."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from flowcase import bootstrap, outage, scheduler
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.services.transactions import RoleLacksRights, TablesMissing
from flowcase.store import Store, rights
from flowcase.store.connecting import database_url
from flowcase.store.keys import Keyring
from flowcase.store.pulse import UNUSABLE
from tests.services.conftest import OPERATOR
from tests.services.diagrams import catch, end, process, start, timer, user_task
from tests.services.test_silent_connections import until

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def test_a_worker_says_once_that_tables_and_rights_are_missing_and_goes_on_once_they_are_there(
    database: str,
    keyring: Keyring,
    clock: ManualClock,
    flow: Flowcase,
    deploy: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "QUIET_SECONDS", 1.0)
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.1)
    deploy(process("t", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    flow.instances.start("t", {}, actor=OPERATOR)
    role, word = f"app_{uuid.uuid4().hex[:10]}", uuid.uuid4().hex
    _do(flow, f"CREATE ROLE {role} LOGIN PASSWORD '{word}'")
    rights.apply(flow.store.engine, role)
    address = database_url(database).set(username=role, password=word)
    own = Store(address.render_as_string(hide_password=False), keyring)
    far = bootstrap.assemble(flow.settings, own, clock, handlers=flow.handlers)
    stopping = threading.Event()
    worker = threading.Thread(target=lambda: scheduler.run_until(far, stopping))
    try:
        with capture_logs() as said:
            worker.start()
            until(lambda: flow.nodes.overview(dt.datetime.now(dt.UTC)).has_worker)

            empty = f"CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO {role}"
            _do(flow, f"ALTER SCHEMA public RENAME TO aside; {empty}")
            until(lambda: _events(said, TablesMissing) == 1)
            restored = "DROP SCHEMA public; ALTER SCHEMA aside RENAME TO public"
            _do(flow, f"{restored}; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
            with pytest.raises(RoleLacksRights):
                far.user_tasks.list()
            until(lambda: own.pulse.fault() == UNUSABLE)
            clock.advance(dt.timedelta(hours=1))
            rights.apply(flow.store.engine, role)

            until(lambda: bool(flow.user_tasks.list()) and not own.pulse.fault())
            until(lambda: any(line["event"] == "database ready" for line in said))
    finally:
        stopping.set()
        worker.join(60)
        own.close()
        _do(flow, f"DROP OWNED BY {role}; DROP ROLE {role}")

    assert [line["event"] for line in said if line["log_level"] in ("error", "warning")] == [
        "database not ready",
        "database ready",
    ]


def _do(flow: Flowcase, statements: str) -> None:
    with flow.store.engine.begin() as connection:
        for each in statements.split("; "):
            connection.execute(text(each))


def _events(said: list[Any], because: type[Exception]) -> int:
    return sum(line.get("because") == because.__name__ for line in said)
