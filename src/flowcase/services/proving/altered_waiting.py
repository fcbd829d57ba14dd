"""What the comparison of rows with the history asks of messages, jobs and timers alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flowcase import model
from flowcase.events import MessageRepeated
from flowcase.history.heard import Heard
from flowcase.history.retold_awaited import Timer
from flowcase.history.retold_waiting import COUNTED, TAKES_MESSAGES, Job, Message
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.services.proving.altered_starts import is_put_off
from flowcase.services.proving.told_of_installation import Share, shares
from flowcase.store import Tx
from flowcase.store.queries import as_kept as as_kept_streams
from flowcase.store.queries import as_kept_messages as as_kept
from flowcase.store.queries import history
from flowcase.store.queries.as_kept_messages import MessageId

COUNTED_KINDS = [each.__name__ for each in COUNTED]
KINDS = (*COUNTED_KINDS, MessageRepeated.__name__)
_IDS_AT_ONCE = 50_000


@dataclass
class MessageIds:
    """Which messages have counted by their ids, as the streams tell that can be opened.

    There are more of them every year, so they are looked up some streams at a time and forgotten. Of all is
    kept one sum, of a weight that each has: where the rows' sum is another, the events are heard again.
    """

    here: set[MessageId] = field(default_factory=set)  # heard since they were looked up last
    gone: set[MessageId] = field(default_factory=set)
    told: int = 0
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))  # nobody makes up what adds up

    def hear(self, heard: Heard) -> None:
        event: Any = heard.event
        if isinstance(event, MessageRepeated):  # the event before it told of the same id
            self.told -= self._weight((event.name, event.correlation_key, event.message_id))
        elif (id := _counted(event)) is not None:
            self.told += self._weight(id)
            self.here.add(id)

    def look_up(self, tx: Tx) -> None:
        self.gone |= self.here - as_kept.seen_among(tx, sorted(self.here))
        self.here.clear()

    def find(self, tx: Tx) -> Iterator[AlteredRow]:
        """One that is gone would count a second time; one that was made up does not count at all."""
        if not as_kept.is_told_where_erased(tx, COUNTED_KINDS):
            told = self.told - sum(map(self._weight, self.gone))
            if told != sum(map(self._weight, as_kept.seen(tx))):
                for each in _made_up(tx):
                    yield _altered(each, "no event brought it")
        for each in sorted(self.gone):
            yield _altered(each, "is gone, so that it would count again")

    def _weight(self, id: MessageId) -> int:
        words = json.dumps(id).encode()
        return int.from_bytes(hashlib.blake2b(words, digest_size=16, key=self.secret).digest(), "big")


def _made_up(tx: Tx) -> list[MessageId]:
    found = []
    for share in shares(as_kept.number_seen(tx), _IDS_AT_ONCE):
        heard = _heard(tx, share)
        found += [each for each in as_kept.seen(tx) if share.has(each[2]) and each not in heard]
    return sorted(found)


def _heard(tx: Tx, share: Share) -> set[MessageId]:
    found: set[MessageId] = set()
    for page in as_kept_streams.keys(tx):
        alive = [key.id for key in page if key.wrapped_key is not None]
        for stream in history.streams_with(tx, alive, COUNTED_KINDS):
            told = (_counted(row.event) for row in history.events(tx, stream, kinds=COUNTED_KINDS))
            found |= {each for each in told if each is not None and share.has(each[2])}
            tx.let_go(stream)
    return found


def _counted(event: Any) -> MessageId | None:
    if isinstance(event, COUNTED) and event.message_id is not None:
        return event.name, event.correlation_key, event.message_id
    return None


def _altered(id: MessageId, what: str) -> AlteredRow:
    """Its key is not said: it may tell of a person."""
    return AlteredRow("message id", f"{id[2]} of {id[0]}", what)


def is_same_job(told: Job, name: str, kept: Any, said: Any) -> bool:
    """Whether a column says what it may: that a worker has claimed the job, or was lost, is no event."""
    if name == "status":
        return kept == said or (kept, said) == (model.JobStatus.CLAIMED, model.JobStatus.PENDING)
    if name == "attempts":
        is_exact = told.status in (model.JobStatus.COMPLETED, model.JobStatus.FAILED)
        return bool(kept == said if is_exact else kept >= said)
    return bool(kept == said if told.status == model.JobStatus.FAILED else kept <= said)


OF_A_CLAIM = ("status", "attempts", "retries")  # columns of a job that a worker changes


def is_claimed_for_ever(row: Any) -> bool:
    """Whether a worker has a job without an end: nobody takes it over, and workers cut only what has one."""
    return bool(row.status == model.JobStatus.CLAIMED and row.lease_until is None)


def is_put_off_by_nothing(row: Any, told: Timer, now: dt.datetime) -> bool:
    """Whether a timer that waits would be tried at another time than when it is due, or tries have failed."""
    return told.status == model.TimerStatus.PENDING and is_put_off(told.due_at, row.try_at, now)


def other_receipts(told: Message, kept: set[str]) -> bool:
    """Whether other processes have had a message than the history tells."""
    said = told.receipts.processes
    return kept != said if told.receipts.is_whole else not kept >= said


def may_be_taken(tx: Tx, told: Message, erased: set[str]) -> bool:
    """Whether a message that is gone went with a case that was erased, or to a receiver there."""
    return told.case_code in erased or as_kept.is_told_where_erased(
        tx, TAKES_MESSAGES, since=told.published_at
    )
