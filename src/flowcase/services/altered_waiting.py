"""What the comparison of rows with the history asks of messages and jobs alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flowcase import model
from flowcase.history.heard import Heard
from flowcase.history.retold_waiting import COUNTED, TAKES_MESSAGES, Job, Message
from flowcase.services.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import as_kept_messages as as_kept
from flowcase.store.queries.as_kept_messages import MessageId

COUNTED_KINDS = [each.__name__ for each in COUNTED]


@dataclass
class MessageIds:
    """Which messages have counted by their ids, as the streams tell that can be opened."""

    heard: set[MessageId] = field(default_factory=set)

    def hear(self, heard: Heard) -> None:
        event: Any = heard.event
        if isinstance(event, COUNTED) and event.message_id is not None:
            self.heard.add((event.name, event.correlation_key, event.message_id))

    def find(self, tx: Tx) -> Iterator[AlteredRow]:
        """One that is gone would count a second time; one that was made up does not count at all."""
        left = set(self.heard)
        is_unknown = as_kept.is_told_where_erased(tx, COUNTED_KINDS)
        for each in as_kept.seen(tx):
            if each not in self.heard and not is_unknown:
                yield _altered(each, "no event brought it")
            left.discard(each)
        for each in sorted(left):
            yield _altered(each, "is gone, so that it would count again")


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


def other_receipts(told: Message, kept: set[str]) -> bool:
    """Whether other processes have had a message than the history tells."""
    said = told.receipts.processes
    return kept != said if told.receipts.is_whole else not kept >= said


def may_be_taken(tx: Tx, told: Message, erased: set[str]) -> bool:
    """Whether a message that is gone went with a case that was erased, or to a receiver there."""
    return told.case_code in erased or as_kept.is_told_where_erased(
        tx, TAKES_MESSAGES, since=told.published_at
    )
