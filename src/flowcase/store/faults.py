"""What the database reports when something goes wrong, under names of ours: services know no driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from flowcase.errors import FlowcaseError
from flowcase.store.wire import NOT_PREPARED, STANDBY

# PostgreSQL: deadlock, serialization failure, lock timeout, statement no longer prepared. Nothing was
# committed: trying again is safe.
_TRANSIENT_STATES = frozenset({"40P01", "40001", "55P03", NOT_PREPARED})
# PostgreSQL: shut down by its administrator, crashed, not ready yet.
_SHUTTING_DOWN = frozenset({"57P01", "57P02", "57P03"})
_STATEMENT_ENDED = "57014"  # PostgreSQL: the statement took longer than it may
_PREPARED_BY_OTHERS = "42P05"  # PostgreSQL: this session has a prepared statement of that name already
_IDLE_TOO_LONG = "25P03"  # PostgreSQL: rolled back and cut off for doing nothing inside a transaction
_NO_RIGHT = "42501"  # PostgreSQL: this role may not do that with this table or schema
_NO_TABLE = "42P01"  # PostgreSQL: there is no such table

DatabaseFault = DBAPIError  # whatever has no name below


class DatabaseBusy(FlowcaseError):
    """Another transaction was in the way; nothing was written, trying again is safe."""

    def __init__(self) -> None:
        super().__init__("Expected to write to the database, but other transactions are in the way.")


class DatabaseLost(FlowcaseError):
    """The connection broke before the commit; nothing was written, trying again is safe.

    `said` is why none could be made, in the words of the server or the network: for who keeps them running,
    since it names hosts and roles.
    """

    said = ""  # of one that was there and broke

    def __init__(self, said: str = "") -> None:
        self.said = said
        super().__init__(
            "Expected to reach the database, but the connection was lost. Nothing was changed. Try again."
        )


class DatabaseMissing(DatabaseLost):
    """The file of a SQLite database is gone; nothing was written, trying again is safe once it is back."""

    def __init__(self, path: str) -> None:
        self.path = path
        FlowcaseError.__init__(
            self,
            f"Expected to find the database at {path}, but there is no file any more. Nothing was changed. "
            "Put it back, or a backup in its place.",
        )


class DatabaseUnknown(FlowcaseError):
    """The address of the database cannot be used."""

    def __init__(self, because: str) -> None:
        self.because = because
        super().__init__(
            f"Expected a database's address like postgresql://… or sqlite:///…, or the path of a file, but "
            f"{because}. Set FLOWCASE_DATABASE_URL.",
        )


class DatabaseOfOthers(FlowcaseError):
    """A database that has tables, and none of them is flowcase's; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "Expected an empty database, or one of flowcase's, but it has the tables of another program. "
            "Nothing was changed. Give flowcase a database of its own: FLOWCASE_DATABASE_URL."
        )


class DatabaseFull(FlowcaseError):
    """There is no room for what was to be written; everything is as it was."""

    def __init__(self) -> None:
        super().__init__(
            "Expected to write to the database, but its disk is full. Nothing was changed. "
            "Make room on the disk, then try again."
        )


class DatabaseSlow(FlowcaseError):
    """A statement took longer than a node's statements may; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "Expected the database to answer sooner than FLOWCASE_STATEMENT_SECONDS. Nothing was changed. "
            "Ask for less at once, or look at what keeps the database busy."
        )


class DatabaseUnready(FlowcaseError):
    """The database answers, but nobody can work with it yet; nothing was written."""


class TablesMissing(DatabaseUnready):
    """A database without its tables: an empty one that a backup is still to be restored into."""

    def __init__(self) -> None:
        super().__init__(
            "Expected the tables of this release, but the database lacks them. Nothing was changed. Restore "
            "a backup into it (flowcase db restore), or make them (flowcase db upgrade)."
        )


class RoleLacksRights(DatabaseUnready):
    """The role that is signed in with at PostgreSQL may not do this; nothing was written."""

    def __init__(self, because: str) -> None:
        self.because = because
        super().__init__(
            f"Expected a role of the database that may do this, but PostgreSQL says: {because}. "
            "`flowcase db upgrade` makes and alters tables: give it the owner's FLOWCASE_DATABASE_URL. Then "
            "the owner gives the service's role its rights: flowcase db rights ROLE --apply"
        )


class SessionShared(FlowcaseError):
    """A pooler hands one session of PostgreSQL around without telling whose prepared statements are whose."""

    def __init__(self) -> None:
        super().__init__(
            "Expected sessions of PostgreSQL that nobody else prepares statements in. Let the pooler keep "
            "them apart (PgBouncer 1.21 or newer with max_prepared_statements), or pool by session."
        )


class OutcomeUnknown(FlowcaseError):
    """The connection broke during the commit, and the database cannot say any more how it ended."""

    def __init__(self) -> None:
        super().__init__(
            "Expected the database to confirm a commit, but the connection was lost and the outcome cannot "
            "be found out. Look at the case before doing it again."
        )


@contextmanager
def translated() -> Iterator[None]:
    """What is asked of the database inside fails with an error of this module, or with DatabaseFault."""
    try:
        yield
    except PoolExhausted as error:
        raise DatabaseBusy from error  # every connection that this process may have is at work
    except DBAPIError as error:
        if is_transient(error):
            raise DatabaseBusy from error
        if is_lost(error):
            # Only what fails while no connection is there yet has no statement.
            raise DatabaseLost(str(error.orig).splitlines()[0] if error.statement is None else "") from error
        if is_full(error):
            raise DatabaseFull from error
        state = getattr(error.orig, "sqlstate", None)
        if state == _STATEMENT_ENDED:
            raise DatabaseSlow from error
        if state == _PREPARED_BY_OTHERS:
            raise SessionShared from error
        if state == _NO_RIGHT:
            raise RoleLacksRights(error.orig.diag.message_primary) from error  # type: ignore[union-attr]
        if state == _NO_TABLE:
            raise TablesMissing from error
        raise


def is_transient(error: DBAPIError) -> bool:
    """Whether the statement failed only because of other transactions."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _TRANSIENT_STATES
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def is_lost(error: DBAPIError) -> bool:
    """Whether the connection broke or could not be made: the server restarts, fails over or is away."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or state in (_IDLE_TOO_LONG, STANDBY):
        return True
    return (
        isinstance(error, OperationalError)
        and type(error.orig).__module__.startswith("psycopg")
        and (state == "" or state.startswith("08") or state in _SHUTTING_DOWN)
    )


def is_full(error: DBAPIError) -> bool:
    """Whether the disk or the quota of the database has no room left."""
    if getattr(error.orig, "sqlstate", None) == "53100":
        return True
    return "database or disk is full" in str(error.orig)
