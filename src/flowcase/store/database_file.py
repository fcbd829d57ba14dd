"""The file of a SQLite database, and whether connections still lead to the one that has its name.

A file that is put in its place (an older backup, moved over it) leaves them with one that nobody finds any
more, and what they commit is lost with it. So the file and the two beside it, the write-ahead log and its
index, are compared with those that a connection opened: when it leaves the pool or is taken over by the next
writer, and before each commit. As long as nothing was put into their folder or taken out of it, which its
own time of change tells, one look at that does. Not noticed is who writes into the same file, as `cp` does.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

from flowcase import private_files
from flowcase.store.faults import DatabaseLost, DatabaseMissing

_Identity = tuple[int, int] | None  # device and number there; None where there is no such file
_LOG, _INDEX = "-wal", "-shm"
SETTLED = 3_000_000_000  # nanoseconds, more than the coarsest clock of a file system goes on by at once
_FOUND, _OPENED = "found", "opened"  # what a connection remembers

_log = structlog.get_logger(__name__)


class Files(NamedTuple):
    database: _Identity
    log: _Identity
    log_index: _Identity


class DatabaseFile:
    """One per process and database. Thread-safe."""

    def __init__(self, path: str, replaced: Callable[[], None]) -> None:
        """`replaced` is told that what was known of the database counts no longer."""
        self._path, self._replaced = path, replaced
        self._folder = str(Path(path).absolute().parent)
        self._known: tuple[tuple[int, int, int], Files] | None = None  # what a folder that is as then holds
        self._engines: list[Engine] = []
        self._opened: Files | None = None  # by the connection that came last
        self._is_missing = False
        self._changing = threading.Lock()

    def watch(self, engine: Engine) -> None:
        """Once whatever else sets up its connections is listening."""
        self._engines.append(engine)
        event.listen(engine, "do_connect", self._before_connecting)
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._taken)

    def check(self, remembered: dict[str, Any]) -> None:
        """Raises DatabaseMissing, and DatabaseLost when another file is there than what was opened."""
        if self._now() != opened_by(remembered):
            self._check_is_there()
            raise DatabaseLost

    def is_still(self, opened: Files) -> bool:
        """Whether the files that a connection opened have their names still."""
        return self._now() == opened

    def _now(self) -> Files:
        try:
            found = os.stat(self._folder)
        except FileNotFoundError:
            return Files(None, None, None)
        folder = (found.st_dev, found.st_ino, found.st_ctime_ns)  # a time that nobody can set
        known = self._known
        if known is not None and known[0] == folder:
            return known[1]
        files = Files(*map(_identity, (self._path, self._beside(_LOG), self._beside(_INDEX))))
        # In the moment in which it was changed it could be once more, at the same time of its clock. Where
        # the name is a link, what it leads to changes elsewhere.
        is_settled = time.time_ns() - found.st_ctime_ns > SETTLED and not os.path.islink(self._path)
        self._known = (folder, files) if is_settled else None
        return files

    def _beside(self, ending: str) -> str:
        """SQLite keeps both beside the file itself, not beside a link to it."""
        return (os.path.realpath(self._path) if os.path.islink(self._path) else self._path) + ending

    def exists(self) -> bool:
        return os.path.exists(self._path)

    def _check_is_there(self) -> None:
        if _identity(self._path) is not None:
            self._is_missing = False
            return
        if not self._is_missing:
            self._is_missing = True  # said once
            _log.error("database missing", file=self._path)
        raise DatabaseMissing(self._path)

    # --- what the pools tell ---------------------------------------------------------------------

    def _before_connecting(self, _: Any, record: Any, *__: Any) -> None:
        if self._opened is not None:
            self._check_is_there()  # SQLite would make an empty one
            with self._changing:
                self._put_aside(self._opened)
        else:
            private_files.make_empty(Path(self._path))  # the two beside it get the mode that it has
        record.info[_FOUND] = _identity(self._path)

    def _connected(self, connection: Any, record: Any) -> None:
        connection.execute("PRAGMA schema_version").fetchone()  # the log is there once something was read
        now = self._now()
        # What was put there between finding and opening it is taken for another one: found out next time.
        opened = now._replace(database=record.info.pop(_FOUND) or now.database)
        if None in opened:
            raise DatabaseLost  # others of this process hold an index that has no name any more
        record.info[_OPENED] = self._opened = opened

    def _taken(self, connection: Any, record: Any, _: Any) -> None:
        opened = opened_by(record.info)
        if self._now() == opened:
            return
        self._check_is_there()
        with self._changing:
            if _identity(self._path) == opened.database:
                self._empty_log(connection)
            else:
                self._put_aside(opened)
            for engine in self._engines:
                engine.pool.dispose()  # those that rest there; who is at work finds out by itself
        self._replaced()
        raise InvalidatePoolError

    # --- the log ---------------------------------------------------------------------------------

    def _put_aside(self, opened: Files) -> None:
        """The log of a file that was replaced must not be taken for the log of the new one."""
        with self._alone():
            now = self._now()
            if now.database == opened.database:
                return
            if now.log_index == opened.log_index is not None:
                Path(self._beside(_INDEX)).unlink()
            if now.log != opened.log or now.log is None or opened.database is None:
                return
            log = Path(self._beside(_LOG))
            # The one who moved the old file away finds what it lacks by its number (`ls -i`).
            aside = log.rename(f"{log}.of-{opened.database[1]}")
            _log.warning("database replaced", file=self._path, log=str(aside))

    def _empty_log(self, connection: Any) -> None:
        """What is only in a log that was deleted is copied into the database, unless another log is there.

        Raises DatabaseLost while somebody reads of it.
        """
        with self._alone():
            now = self._now()
            if now.log is not None and now.log_index is not None:
                return
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_busy:
                raise DatabaseLost
            _log.warning("database log deleted", file=self._path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Among the processes that have this file open."""
        folder = os.open(Path(self._path).parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def opened_by(remembered: dict[str, Any]) -> Files:
    """The files that a connection opened which remembers this; it forgets them when it is closed."""
    opened: Files = remembered[_OPENED]
    return opened


def _identity(path: str) -> _Identity:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
