"""The brake on guessing: who guesses wrong waits, longer each time; strangers do not make a colleague wait.

Wrong tries are counted by account **and** by where they come from: a browser in which the person has signed
in before, else the network address. All who are not such browsers share one wider count for the account, so
that guessing from a thousand addresses is no better than from a few; a browser that is known never waits
for it. Names and addresses are kept as a keyed hash only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

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


def must_wait(tx: Tx, kind: str, account: str, source: Source) -> bool:
    """Whether an attempt comes too soon after wrong ones; then nothing is looked at."""
    now = tx.now
    found = [rows.brake(tx, bucket) for bucket, _ in _buckets(tx, kind, account, source)]
    return any(row is not None and row.locked_until is not None and now < row.locked_until for row in found)


def count_wrong(tx: Tx, kind: str, account: str, source: Source) -> None:
    """One more wrong try."""
    for bucket, free in _buckets(tx, kind, account, source):
        row = rows.brake(tx, bucket)
        is_old = row is None or row.failed_at <= tx.now - FORGIVEN_AFTER
        failures = 1 if row is None or is_old else row.failures + 1
        wait = min(dt.timedelta(seconds=2 ** min(max(failures - free, 0), 20)), LONGEST_LOCK)
        values = {
            "failures": failures,
            "failed_at": tx.now,
            "locked_until": tx.now + wait if failures >= free else None,
        }
        if not tx.insert_once(sign_in_brake, bucket=bucket, **values):
            tx.update_any(sign_in_brake, {"bucket": bucket}, values)


def forgive(tx: Tx, kind: str, account: str, source: Source) -> None:
    """The right answer came from here: this source starts anew, the wide count does not."""
    bucket, _ = _buckets(tx, kind, account, source)[0]
    if rows.brake(tx, bucket) is not None:
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
