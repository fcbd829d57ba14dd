"""The brake on guessing: who guesses wrong waits, longer each time; strangers do not make a colleague wait.

Wrong tries are counted by account **and** by where they come from: a browser in which the person has signed
in before, else the network address. All who are not such browsers share one wider count for the account, so
that guessing from a thousand addresses is no better than from a few; a browser that is known never waits
for it. Names and addresses are kept as a keyed hash only.

An answer is looked at in the transaction that holds the counts: of many at once it tells about no more than
of one after another, however long each was compared before. Names that there are not share a few counts, so
that whoever makes names up fills no table, with the same statements, so that nobody learns which there are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypedDict

from flowcase.services.signing_in import keyed_hashes
from flowcase.store import Tx
from flowcase.store.queries import second_factors as rows
from flowcase.store.sign_in_tables import sign_in_brake

FREE_TRIES = 5
STRANGERS_FREE_TRIES = 50  # of an account, from everywhere together
LONGEST_LOCK = dt.timedelta(minutes=5)
FORGIVEN_AFTER = dt.timedelta(hours=1)  # without a wrong try
SHARES = 256  # of counts for all names that there are not: so many by address, and as many by name


@dataclass(frozen=True)
class Source:
    """Where an attempt comes from."""

    address: str = ""
    known_browser: str = ""  # of a browser in which this very person has signed in before


@dataclass(frozen=True)
class _Count:
    bucket: str
    free: int
    row: rows.BrakeRow | None


class Counted(TypedDict):
    """What the event of a wrong try tells of the counts."""

    counted: tuple[str, ...]
    instead_of: tuple[str, ...]


NOT_COUNTED = Counted(counted=(), instead_of=())


@dataclass(frozen=True)
class Attempt:
    """A try, and what is counted of those before it; nobody else counts there until the commit."""

    counts: tuple[_Count, ...]  # where it comes from, then what all strangers share
    is_too_soon: bool  # after wrong ones: whatever it is, it does not count as right


def begin(tx: Tx, kind: str, account: str, source: Source, *, is_known: bool = True) -> Attempt:
    """Each is to end in the same transaction, by `was_wrong` or `was_right`."""
    buckets = _buckets(tx, kind, account, source, is_known=is_known)
    for bucket, _ in buckets:  # what is shared comes last for everybody
        tx.exclusive(f"sign-in brake {bucket}")
    return _attempt(tx, buckets)


def is_free(tx: Tx, kind: str, account: str, source: Source) -> bool:
    """Whether a right answer counts and leaves nothing to write: it came before whatever is counted later."""
    attempt = _attempt(tx, _buckets(tx, kind, account, source))
    return attempt.counts[0].row is None and not attempt.is_too_soon


def was_wrong(tx: Tx, attempt: Attempt) -> Counted:
    """It counts, unless it came too soon; the same statements either way, as time would tell."""
    counted, instead_of = [], []
    for bucket, free, row in ((each.bucket, each.free, each.row) for each in attempt.counts):
        if row is not None and attempt.is_too_soon:
            failures, failed_at, locked_until = row.failures, row.failed_at, row.locked_until
        else:
            is_old = row is None or row.failed_at <= tx.now - FORGIVEN_AFTER
            failures, failed_at = 1 if row is None or is_old else row.failures + 1, tx.now
            wait = min(dt.timedelta(seconds=2 ** min(max(failures - free, 0), 20)), LONGEST_LOCK)
            locked_until = failed_at + wait if failures >= free else None
        values = {"failures": failures, "failed_at": failed_at, "locked_until": locked_until}
        if row is None:
            tx.insert(sign_in_brake, bucket=bucket, **values)
        else:
            tx.update_all(sign_in_brake, {"bucket": bucket}, values)
            instead_of.append(
                keyed_hashes.of_brake(tx, bucket, row.failures, row.failed_at, row.locked_until)
            )
        counted.append(keyed_hashes.of_brake(tx, bucket, failures, failed_at, locked_until))
    return Counted(counted=tuple(counted), instead_of=tuple(instead_of))


def was_right(tx: Tx, attempt: Attempt) -> None:
    """This source starts anew; what strangers share stays as it is."""
    tx.delete_all(sign_in_brake, {"bucket": attempt.counts[0].bucket})


def forgive(tx: Tx, kind: str, account: str, source: Source) -> None:
    """Something better than a right answer came from here, such as another password: it starts anew."""
    bucket, _ = _buckets(tx, kind, account, source)[0]
    tx.delete_all(sign_in_brake, {"bucket": bucket})


def forget_old(tx: Tx) -> int:
    """Take away what is forgiven; how many counts."""
    return rows.forget_brakes(tx, tx.now - FORGIVEN_AFTER)


def _buckets(
    tx: Tx, kind: str, account: str, source: Source, *, is_known: bool = True
) -> list[tuple[str, int]]:
    def named(where: str) -> str:
        hashed = tx.digest("sign-in", f"{kind}\0{account}\0{where}")
        return hashed.hex() if is_known else f"unknown {where.split()[0]} {hashed[0] % SHARES}"

    if source.known_browser:
        return [(named(f"browser {source.known_browser}"), FREE_TRIES)]
    return [(named(f"address {source.address}"), FREE_TRIES), (named("strangers"), STRANGERS_FREE_TRIES)]


def _attempt(tx: Tx, buckets: list[tuple[str, int]]) -> Attempt:
    counts = tuple(_Count(bucket, free, rows.brake(tx, bucket)) for bucket, free in buckets)
    paused = (each.row.locked_until for each in counts if each.row is not None)
    return Attempt(counts, any(until is not None and tx.now < until for until in paused))
