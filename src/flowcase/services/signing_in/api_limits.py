"""How many requests a program may make of the API in a minute, counted for all web processes together.

Each process takes a part of the minute's number from one row of the account, and spends it from its own
memory: a write for every part, none for every request. Parts get smaller as the number runs out, to single
requests at its end, so that all processes together never answer more and the last ones are not withheld
where nobody asks. Whoever is refused costs no write but one a second. Counted is who showed the right token:
a stranger who names an account uses up nothing of it.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import FlowcaseError
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, api_tables
from flowcase.store.queries import programs

_log = structlog.get_logger(__name__)

MINUTE = dt.timedelta(minutes=1)
PARTS = 20  # no part is larger than this share of the number
LEFT_FOR_OTHERS = 8  # nor than this share of what is left
PEOPLE = "people"
TOLD_EVERY = dt.timedelta(seconds=1)  # refusals are added up before they are written


@dataclass(frozen=True)
class Standing:
    """Of an account in the minute that runs: `left` as far as this process knows."""

    limit: int
    left: int
    seconds: int  # until the next minute


@dataclass(frozen=True)
class Use:
    """What is measured: the share of this minute's requests that is taken, and refusals since ever."""

    account: str
    share: float
    refused: int


class TooManyRequests(FlowcaseError):
    """The account has used up its requests of this minute."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__(
            f"Expected at most {standing.limit} requests a minute of one account, but there were more. "
            f"Go on in {standing.seconds} seconds."
        )


@dataclass
class _Part:
    """What one process holds of an account's minute."""

    minute: dt.datetime
    held: int = 0
    left_elsewhere: int = 0  # of the row, when it was last read
    is_used_up: bool = False
    refused: int = 0  # not written yet
    told_at: dt.datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class ApiLimits:
    def __init__(self, transactions: Transactions, now: Callable[[], dt.datetime], limit: int) -> None:
        """`limit` requests a minute of each account; 0: as many as it likes."""
        self._transactions, self._now, self.limit = transactions, now, limit
        self._parts: dict[str, _Part] = {}

    def spend(self, actor: Actor) -> Standing | None:
        """Count one request. None when nothing is limited. Raises TooManyRequests."""
        if not self.limit:
            return None
        now = self._now()
        part = self._part(actor.id, now)
        with part.lock:
            if part.minute != _minute(now):
                part.minute, part.held, part.is_used_up = _minute(now), 0, False
            if not part.held and not part.is_used_up:
                self._take(actor.id, part)
            standing = Standing(self.limit, max(part.held - 1, 0) + part.left_elsewhere, _seconds(now))
            if part.held:
                part.held -= 1
                return standing
            part.refused += 1
            if part.told_at is None or _minute(part.told_at) != part.minute:
                _log.warning("api requests refused", account=actor.id, limit=self.limit)
            if part.told_at is None or now - part.told_at >= TOLD_EVERY:
                part.told_at = now
                self._take(actor.id, part)
        raise TooManyRequests(standing)

    def _part(self, account: str, now: dt.datetime) -> _Part:
        part = self._parts.get(account)
        return part or self._parts.setdefault(account, _Part(_minute(now)))

    def _take(self, account: str, part: _Part) -> None:
        """Take the next part from the account's row, and write down what was refused since the last one."""

        def work(tx: Tx) -> tuple[int, int]:
            tx.exclusive(f"api use of {account}")
            row = programs.api_use(tx, account)
            # A process whose clock is ahead has begun the next minute already: that one counts. What is
            # further ahead was written by a clock that was wrong.
            is_current = row is not None and part.minute <= row.minute <= part.minute + MINUTE
            taken = row.taken if row is not None and is_current else 0
            left = max(self.limit - taken, 0)
            share = min(left, max(1, min(self.limit // PARTS, left // LEFT_FOR_OTHERS)))
            values = {
                "minute": row.minute if row is not None and is_current else part.minute,
                "taken": taken + share,
                "refused": part.refused + (0 if row is None else row.refused),
            }
            if not tx.insert_once(api_tables.api_use, account=account, **values):
                tx.update_any(api_tables.api_use, {"account": account}, values)
            return share, left - share

        part.held, part.left_elsewhere = self._transactions.run(SYSTEM, work, beside=True)
        part.is_used_up, part.refused = not part.held, 0

    def uses(self) -> list[Use]:
        """Of each program; people who have a token are one, without their names."""
        minute = _minute(self._now())

        def work(tx: Tx) -> dict[str, Use]:
            names = {id for id, _ in programs.programs(tx)}
            found: dict[str, Use] = {}
            for row in programs.api_uses(tx):
                name = row.account if row.account in names else PEOPLE
                before = found.get(name, Use(name, 0.0, 0))
                used = row.taken / self.limit if self.limit and row.minute >= minute else 0.0
                found[name] = Use(name, max(before.share, used), before.refused + row.refused)
            return found

        return list(self._transactions.read(work).values())


def _minute(now: dt.datetime) -> dt.datetime:
    return now.replace(second=0, microsecond=0)


def _seconds(now: dt.datetime) -> int:
    """Until the next minute, rounded up: whoever waits so long is heard again."""
    return 60 - now.second
