"""The brake on guessing: who guesses wrong waits, longer each time; strangers do not make a colleague wait.

Wrong tries are counted by account **and** by where they come from: a browser in which the person has signed
in before, else the network address. All who are not such browsers share one wider count for the account, so
that guessing from a thousand addresses is no better than from a few; a browser that is known never waits
for it. Names and addresses are kept as a keyed hash only.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from flowcase.store import Tx
from flowcase.store.queries import second_factors as rows
from flowcase.store.sign_in_tables import sign_in_brake

FREE_TRIES = 5
STRANGERS_FREE_TRIES = 50  # of an account, from everywhere together
LONGEST_LOCK = dt.timedelta(minutes=5)
FORGIVEN_AFTER = dt.timedelta(hours=1)  # without a wrong try


@dataclass(frozen=True)
class Source:
    """Where an attempt comes from."""

    address: str = ""
    known_browser: str = ""  # of a browser in which this very person has signed in before


@dataclass(frozen=True)
class _Counted:
    bucket: str
    before: rows.BrakeRow | None
    failures: int


@dataclass(frozen=True)
class Attempt:
    """A try that was let through. It counts as a wrong one until it is known to be right."""

    counted: tuple[_Counted, ...]  # where it comes from, then what all strangers share


def begin(tx: Tx, kind: str, account: str, source: Source) -> Attempt | None:
    """Let a try through, counted already, so that of many at once no more pass than one by one.

    None where it comes too soon after wrong ones; then nothing is looked at.
    """
    now, counted = tx.now, []
    found = _locked(tx, _buckets(tx, kind, account, source))
    if any(row is not None and row.locked_until is not None and now < row.locked_until for *_, row in found):
        return None
    for bucket, free, row in found:
        is_old = row is None or row.failed_at <= now - FORGIVEN_AFTER
        failures = 1 if row is None or is_old else row.failures + 1
        wait = min(dt.timedelta(seconds=2 ** min(max(failures - free, 0), 20)), LONGEST_LOCK)
        locked_until = now + wait if failures >= free else None
        _put(tx, bucket, failures=failures, failed_at=now, locked_until=locked_until)
        counted.append(_Counted(bucket, row, failures))
    return Attempt(tuple(counted))


def was_right(tx: Tx, attempt: Attempt) -> None:
    """This source starts anew; of the wide count only this try is taken back."""
    own, *shared = attempt.counted
    tx.delete_all(sign_in_brake, {"bucket": own.bucket})
    for each in shared:
        [(bucket, _, row)] = _locked(tx, [(each.bucket, 0)])
        was = each.before
        if row is not None and row.failures != each.failures:  # of others since: the pause is theirs
            was = dataclasses.replace(row, failures=row.failures - 1)
        if was is None:
            tx.delete_all(sign_in_brake, {"bucket": bucket})
        else:
            values = {"failed_at": was.failed_at, "locked_until": was.locked_until}
            _put(tx, bucket, failures=was.failures, **values)


def forgive(tx: Tx, kind: str, account: str, source: Source) -> None:
    """Something better than a right answer came from here, such as another password: it starts anew."""
    bucket, _ = _buckets(tx, kind, account, source)[0]
    tx.delete_all(sign_in_brake, {"bucket": bucket})


def forget_old(tx: Tx) -> int:
    """Take away what is forgiven; how many counts."""
    return rows.forget_brakes(tx, tx.now - FORGIVEN_AFTER)


def _buckets(tx: Tx, kind: str, account: str, source: Source) -> list[tuple[str, int]]:
    def named(where: str) -> str:
        return tx.digest("sign-in", f"{kind}\0{account}\0{where}").hex()

    if source.known_browser:
        return [(named(f"browser {source.known_browser}"), FREE_TRIES)]
    return [(named(f"address {source.address}"), FREE_TRIES), (named("strangers"), STRANGERS_FREE_TRIES)]


def _locked(tx: Tx, buckets: list[tuple[str, int]]) -> list[tuple[str, int, rows.BrakeRow | None]]:
    """As they are now, and for nobody else until the commit; what is shared comes last for everybody."""
    for bucket, _ in buckets:
        tx.exclusive(f"sign-in brake {bucket}")
    return [(bucket, free, rows.brake(tx, bucket)) for bucket, free in buckets]


def _put(tx: Tx, bucket: str, **values: Any) -> None:
    if not tx.insert_once(sign_in_brake, bucket=bucket, **values):
        tx.update_any(sign_in_brake, {"bucket": bucket}, values)
