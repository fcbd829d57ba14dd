"""Jobs in an operator's hands: by state and type, tried at once, put before others, or given back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowcase import events, model
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.model import JobStatus
from flowcase.services.operating.interventions import check_operator, check_reason
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import due_lists, waiting
from flowcase.store.queries.due_lists import Place
from flowcase.store.queries.waiting import JobRow

_Work = Callable[[Tx, JobRow, LockedInstance], None]

_LOOK = "look after jobs"
HIGHEST = 1_000_000  # priority that an operator may give; the lowest is its negative


@dataclass(frozen=True)
class JobAsked:
    """Which jobs; what is left empty leaves nothing out."""

    state: str = "waiting"  # or held, claimed, failed
    type: str | None = None
    case: str | None = None


class JobCare:
    """Every method raises Forbidden for who is no operator, and those that change one want a reason."""

    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    def page(
        self, asked: JobAsked, *, actor: Actor, after: Place | None = None, limit: int = 50
    ) -> tuple[Sequence[JobRow], Place | None]:
        """What is tried next comes first; with the place where the next page begins."""
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> tuple[Sequence[JobRow], Place | None]:
            rows = due_lists.jobs(
                tx, state=asked.state, type=asked.type, case=asked.case, after=after, limit=limit + 1
            )
            last = rows[limit - 1] if len(rows) > limit else None
            return rows[:limit], None if last is None else (last.try_at, last.id)

        return self._transactions.read(work)

    def get(self, id: str, *, actor: Actor) -> JobRow:
        """Raises NotFound."""
        check_operator(actor, _LOOK)
        return self._transactions.read(lambda tx: _existing(tx, id))

    def try_now(self, id: str, *, reason: str, actor: Actor) -> None:
        """It need not wait for its next try; one whose tries are used up gets new ones.

        Raises Conflict for one that a worker holds or that is over.
        """

        def work(tx: Tx, job: JobRow, instance: LockedInstance) -> None:
            if job.status == JobStatus.FAILED:
                command = model.RetryElement(element_instance=job.element_instance)
                self._advancing.carry_on(tx, instance, command)
            elif job.status == JobStatus.PENDING:
                _adjust(tx, job, instance, "try_now", job.priority)
            else:
                raise Conflict(f"try job '{id}' now", f"it is {job.status}")

        self._attend(id, "try_job_now", reason, actor, work)

    def set_priority(self, id: str, priority: int, *, reason: str, actor: Actor) -> None:
        """The higher first. Raises Conflict for one that is over, Refused for a number too far away."""

        def work(tx: Tx, job: JobRow, instance: LockedInstance) -> None:
            if job.status in (JobStatus.COMPLETED, JobStatus.CANCELLED):
                raise Conflict(f"give job '{id}' another priority", f"it is {job.status}")
            _adjust(tx, job, instance, "priority", priority)

        if abs(priority) > HIGHEST:
            raise Refused(f"give job '{id}' another priority", f"{priority} is beyond {HIGHEST}")
        self._attend(id, "set_job_priority", reason, actor, work)

    def give_back(self, id: str, *, reason: str, actor: Actor) -> None:
        """Take its lease away, so that any worker may claim it at once; no try is lost.

        Who holds it finds out when it hands in the result: that counts as long as nobody else has claimed
        the job, and never twice. Raises Conflict for one that nobody holds.
        """

        def work(tx: Tx, job: JobRow, instance: LockedInstance) -> None:
            if job.status != JobStatus.CLAIMED or job.lease_owner is None:
                raise Conflict(f"give job '{id}' back", "no worker holds it")
            _adjust(tx, job, instance, "give_back", job.priority)

        self._attend(id, "give_back_job", reason, actor, work)

    def _attend(self, id: str, act: str, reason: str, actor: Actor, work: _Work) -> None:
        check_operator(actor, _LOOK)
        check_reason(reason, f"{act} '{id}'")

        def whole(tx: Tx) -> None:
            instance = tx.lock(_existing(tx, id).instance)
            job = _existing(tx, id)
            why = events.InterventionMade(act=act, reason=reason.strip())
            tx.append(instance.stream, why, instance=instance, element=job.element)
            work(tx, job, instance)

        self._transactions.run(actor, whole)


def _adjust(tx: Tx, job: JobRow, instance: LockedInstance, act: str, priority: int) -> None:
    adjusted = events.JobAdjusted(
        element=job.element,
        element_instance=job.element_instance,
        act=act,
        attempt=job.attempts,
        priority=priority,
    )
    tx.append(instance.stream, adjusted, instance=instance)


def _existing(tx: Tx, id: str) -> JobRow:
    row = waiting.job(tx, id)
    if row is None:
        raise NotFound("job", id)
    return row
