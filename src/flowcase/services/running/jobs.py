"""Jobs: work outside of any transaction, claimed with a lease, done at least once."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import structlog

from flowcase import events, logs, model
from flowcase.access.actor import SYSTEM
from flowcase.engine.timers import TimerTextError, parse_duration
from flowcase.errors import BpmnError, Conflict, FlowcaseError
from flowcase.job_types import Job, Registration, Side
from flowcase.model import IncidentKind, JobStatus
from flowcase.services import transactions
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.worklist import CASE_VARIABLE
from flowcase.services.sending.journal import Journal
from flowcase.services.transactions import UNAVAILABLE, Transactions
from flowcase.store import LockedInstance, Tx, tables
from flowcase.store.queries import waiting
from flowcase.store.queries.waiting import JobRow
from flowcase.values import Value

BACK_OFF_HEADER = "retryBackoff"  # ISO 8601 duration before the first retry, drawn at the task
FIRST_PAUSE = dt.timedelta(seconds=10)  # default of that header; each further retry waits four times longer
LONGEST_PAUSE = dt.timedelta(hours=6)
PAUSE_GROWTH = 4
AT_ONCE = 8  # jobs that one thread claims together
PATIENCE_SECONDS = 0.5  # how long the others of them wait before they are given back
UNKNOWN_SECONDS = 60  # the lease of a job whose type has no handler here
HANGS_AFTER_LEASES = 3  # a handler that still runs after so many times its lease will not end

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outbox:
    """What an outside handler is given: there is no transaction, `key` keeps the world from doubles."""

    now: dt.datetime
    key: str  # the same at every try of this job
    attempt: int
    journal: Journal


@dataclass(frozen=True)
class _Outcome:
    """What a try led to."""

    variables: Mapping[str, Value] | None = None
    bpmn_error: BpmnError | None = None
    failure: str = ""  # class of the error; its text may hold personal data


class _RecordingFailed(Exception):
    """What the world answered could not be written down; named after the error behind it."""


class Jobs:
    def __init__(
        self,
        transactions: Transactions,
        advancing: Advancing,
        handlers: Mapping[str, Registration],
        node: str,
        *,
        open_case_work: Callable[[Tx, LockedInstance, Job], CaseWork],
        journal: Journal,
    ) -> None:
        self._transactions, self._advancing = transactions, advancing
        self._handlers, self._node = handlers, node
        self._open_case_work, self._journal = open_case_work, journal
        self._last_process = ""  # whose job this node claimed last: the next process is next
        self._looks_for_lost = threading.Lock()  # held by the one thread whose claim may be a lost job
        self._lost: JobRow | None = None  # the one that this process runs
        # Claimed, and to be given back as soon as the database can be reached.
        self._to_give_back: deque[JobRow] = deque()
        # Job and attempt -> from when on, by the monotonic clock, it hangs.
        self._hangs_at: dict[tuple[str, int], float] = {}

    # --- running -----------------------------------------------------------------------------------

    def run_due(self, limit: int = 10, is_stopping: Callable[[], bool] = lambda: False) -> int:
        """Claim up to `limit` jobs, a few at once, and run them one after the other; how many were run.

        Three parts: claimed in one transaction, run in none, each recorded in another one if its lease
        still holds. A claimed job whose worker has gone is taken over when its lease runs out, at the
        cost of one retry if it had begun. Nothing is begun once `is_stopping`: what waits is given back.
        """
        if self._to_give_back:
            self._give_back([])
        due = self._transactions.glance(waiting.next_claimable_job)  # an idle tick takes no lock
        if due is None or due > self._transactions.clock.now():
            return 0
        left = limit
        while left > 0 and not is_stopping():
            claimed = self._claim_next(left)
            if not claimed:
                break
            left -= self._work_off(claimed, is_stopping)
        return limit - left

    def _claim_next(self, limit: int) -> list[JobRow]:
        """Claim; of what workers were lost with, one at a time in this process, until its lease ends.

        Two of them together would be lost together again, and the one that did no harm with the other.
        """
        looks = self._looks_for_lost.acquire(blocking=False)
        try:
            with_lost = looks and not self._runs_a_lost_one()
            claim = partial(self._claim, limit=limit, with_lost=with_lost)
            claimed, is_lost = self._transactions.run_due(claim)
            if is_lost:
                self._lost = claimed[0]
            return claimed
        finally:
            if looks:
                self._looks_for_lost.release()

    def _runs_a_lost_one(self) -> bool:
        """Whether this process does so under a lease that holds."""
        until = None if self._lost is None else self._lost.lease_until
        return until is not None and until > self._transactions.clock.now()

    def _work_off(self, claimed: list[JobRow], is_stopping: Callable[[], bool]) -> int:
        """Run what was claimed together, one after the other; how many were run.

        What has not begun after PATIENCE_SECONDS is given back while the one that runs goes on: nobody waits
        behind a slow handler, and no lease runs out before its job has begun.
        """
        begins = threading.Lock()
        behind = deque(claimed)

        def next_one() -> JobRow | None:
            with begins:
                return behind.popleft() if behind and not is_stopping() else None

        def give_back_the_rest() -> None:
            with begins:
                rest = list(behind)
                behind.clear()
            if rest:
                self._give_back(rest)

        def give_back_in_time() -> None:
            """In a thread of its own, of which nobody would hear what it raises."""
            try:
                give_back_the_rest()
            except UNAVAILABLE:
                pass  # the ticks say so; the jobs go back with the next one that reaches the database
            except Exception:
                _log.exception("jobs not given back")

        patience = threading.Timer(PATIENCE_SECONDS, give_back_in_time)
        patience.daemon = True
        if len(claimed) > 1:
            patience.start()
        ran, job = 0, next_one()
        try:
            while job is not None:
                with logs.about(job=job.id):
                    outcome = self._watched(job)
                    following = next_one()
                    try:
                        may_begin = self._record(job, outcome, following)
                    except BaseException:
                        if following is not None:
                            behind.append(following)
                        raise
                ran += 1
                job = following if may_begin else None
            return ran
        finally:
            patience.cancel()
            give_back_the_rest()
            if self._lost is claimed[0]:
                self._lost = None

    def _give_back(self, jobs: list[JobRow]) -> None:
        """With those that could not be given back before; what fails now is kept for the next time."""
        kept = self._to_give_back
        mine = [*jobs, *(kept.popleft() for _ in range(len(kept)))]

        def work(tx: Tx) -> None:
            for job in mine:
                held = {"id": job.id, "status": JobStatus.CLAIMED, "attempts": job.attempts}
                tx.update_all(tables.job, held, {"lease_owner": None, "lease_until": tx.now})

        try:
            self._transactions.run(SYSTEM, work)
        except BaseException:
            kept.extend(mine)
            raise

    def _claim(self, tx: Tx, limit: int, *, with_lost: bool) -> tuple[list[JobRow], bool]:
        """Up to so many jobs, in turn, in one transaction, and whether it is one that a worker was lost with.

        Alone is claimed what a worker was lost with, so that it takes no other job with it once more, and
        what is of a type with limits, so that no job holds such a place while it waits.
        """
        claimed: list[JobRow] = []
        while len(claimed) < min(limit, AT_ONCE):
            job = self._next(tx, with_lost=with_lost) if not claimed else self._next_behind(tx)
            if job is None:
                break
            claimed.append(self._lease(tx, job, begins=not claimed))
            if job.status == JobStatus.CLAIMED:
                return claimed, job.lease_owner is not None
            if self._is_limited(job.type):
                break
        return claimed, False

    def _lease(self, tx: Tx, job: JobRow, *, begins: bool) -> JobRow:
        """Take it for this node; it has an owner from when it begins, which is at once or behind another."""
        self._last_process = job.process
        registration = self._handlers.get(job.type)
        seconds = lease_seconds(registration)
        # One that has not begun or was handed back has no owner; one that has was lost: that costs a try.
        lost = job.status == JobStatus.CLAIMED and job.lease_owner is not None
        leased = replace(
            job,
            status=JobStatus.CLAIMED,
            attempts=job.attempts + 1,
            retries=job.retries - 1 if lost else job.retries,
            lease_owner=self._node if begins else None,
            lease_until=tx.now + dt.timedelta(seconds=seconds),
        )
        changed = ("status", "attempts", "retries", "lease_owner", "lease_until")
        tx.update(
            tables.job,
            {"id": job.id, "status": job.status, "attempts": job.attempts},
            {name: getattr(leased, name) for name in changed},
            attempt=f"claim job '{job.id}'",
        )
        return leased

    def _begin(self, tx: Tx, job: JobRow) -> bool:
        """Note that a claimed job begins; False when it is no longer this node's."""
        held = {"id": job.id, "status": JobStatus.CLAIMED, "attempts": job.attempts}
        return bool(tx.update_any(tables.job, held, {"lease_owner": self._node}))

    def _is_limited(self, type: str) -> bool:
        found = self._handlers.get(type)
        return found is not None and (found.max_parallel is not None or found.max_per_minute is not None)

    def _next_behind(self, tx: Tx) -> JobRow | None:
        """The job whose turn it is behind another one: of a type without limits, and none that was lost."""
        limited = [type for type in self._handlers if self._is_limited(type)]
        return waiting.due_job(tx, behind=self._last_process, but=limited)

    def _next(self, tx: Tx, *, with_lost: bool) -> JobRow | None:
        """The job whose turn it is, of a type that may run another one now."""
        limited = {
            type: registration for type, registration in self._handlers.items() if self._is_limited(type)
        }
        resting: set[str] = set()
        if limited:
            running = waiting.running_jobs(tx)
            resting = set(waiting.resting_types(tx)) | {
                type
                for type, registration in limited.items()
                if registration.max_parallel is not None and running.get(type, 0) >= registration.max_parallel
            }
        while True:
            job = waiting.lost_job(tx, but=resting, has_begun=with_lost) or waiting.due_job(
                tx, behind=self._last_process, but=resting
            )
            if job is None or job.type not in limited or self._may_begin(tx, job.type, limited[job.type]):
                return job
            resting.add(job.type)

    def _may_begin(self, tx: Tx, type: str, registration: Registration) -> bool:
        """Whether its limits allow one more; the type is held until the commit, so that none is exceeded."""
        tx.insert_once(tables.job_pace, type=type, free_at=tx.now)
        free_at = waiting.pace(tx, type) or tx.now
        if waiting.rests(tx, free_at):
            return False
        parallel = registration.max_parallel
        if parallel is not None and waiting.running_jobs(tx).get(type, 0) >= parallel:
            return False
        if registration.max_per_minute is not None:
            pause = dt.timedelta(minutes=1) / registration.max_per_minute
            tx.update_any(tables.job_pace, {"type": type}, {"free_at": tx.now + pause})
        return True

    def hand_back(self, *, within: float = transactions.PATIENCE_SECONDS) -> int:
        """Give back what this node has claimed and not finished, for others to take at once; how many.

        For a node that is told to stop while a handler still runs: its result will come too late. What has
        outrun its lease is not given back but lost, at the cost of a try: else a handler that hangs would
        never use its tries up. Raises DatabaseLost when the database is away longer than `within` seconds.
        """

        def work(tx: Tx) -> int:
            return sum(
                tx.update_any(
                    tables.job,
                    {"id": job.id, "status": JobStatus.CLAIMED, "attempts": job.attempts},
                    {"lease_owner": None, "lease_until": tx.now},
                )
                for job in waiting.held_jobs(tx, self._node)
            )

        return self._transactions.run(SYSTEM, work, patience_seconds=within)

    def hangs(self, threads: int) -> bool:
        """Whether handlers that will not end hold so many threads of this process."""
        now = time.monotonic()
        return sum(hangs_at < now for hangs_at in list(self._hangs_at.values())) >= threads

    def _watched(self, job: JobRow) -> _Outcome:
        registration, key = self._handlers.get(job.type), (job.id, job.attempts)
        self._hangs_at[key] = time.monotonic() + HANGS_AFTER_LEASES * lease_seconds(registration)
        try:
            return self._attempt(job)
        finally:
            del self._hangs_at[key]

    def _attempt(self, job: JobRow) -> _Outcome:
        registration = self._handlers.get(job.type)
        if registration is None or registration.side is not Side.OUTSIDE:
            return _Outcome(failure="NoHandler")
        if job.retries < 1:  # its workers die: trying on would take the next one with it
            return _Outcome(failure="WorkerLost")
        described = self._transactions.read(lambda tx: _described(tx, job))
        outbox = Outbox(described.now, job.id, job.attempts, self._journal)
        try:
            return _Outcome(registration.handle(described, outbox) or {})
        except BpmnError as error:
            return _Outcome(bpmn_error=error)
        except Exception as error:  # whatever a handler does wrong is a failed try
            _log.warning("job failed", job=job.id, type=job.type, error=type(error).__name__)
            return _Outcome(failure=type(error).__name__)

    def _record(self, job: JobRow, outcome: _Outcome, following: JobRow | None = None) -> bool:
        """Write down what came of it, and that the `following` one begins; whether that may."""
        place = {"element": job.element, "element_instance": job.element_instance}

        def record(tx: Tx) -> None:
            instance = tx.lock(job.instance)
            present = waiting.job(tx, job.id)
            if (
                present is None
                or present.status != JobStatus.CLAIMED
                or present.attempts != job.attempts
                or instance.has_ended
            ):
                _log.warning("job result came too late", job=job.id, attempt=job.attempts)
                return
            if outcome.failure:
                self._fail(tx, job, outcome.failure, present.failures)
                return
            completed = events.JobCompleted(**place, attempt=job.attempts)
            tx.append(instance.stream, completed, instance=instance)
            command: model.Command
            if outcome.bpmn_error is not None:
                error = outcome.bpmn_error
                command = model.ThrowError(
                    element_instance=job.element_instance,
                    code=error.code,
                    message=error.message,
                    variables=error.variables,
                )
            else:
                outputs = outcome.variables or {}
                self._write_down(tx, instance, job, outputs)
                command = model.CompleteElement(element_instance=job.element_instance, variables=outputs)
            self._advancing.carry_on(tx, instance, command)

        def work(tx: Tx) -> bool:
            record(tx)
            return following is not None and self._begin(tx, following)

        try:
            try:
                return self._transactions.run(SYSTEM, work)
            except Conflict:  # another node took the job over after we had looked; now we see that it did
                return self._transactions.run(SYSTEM, work)
        except _RecordingFailed as error:
            failed = _Outcome(failure=str(error))
            return self._record(job, failed, following)

    def _write_down(
        self, tx: Tx, instance: LockedInstance, job: JobRow, outputs: Mapping[str, Value]
    ) -> None:
        registration = self._handlers[job.type]
        if registration.record is None:
            return
        described = _described(tx, job)
        case_work = self._open_case_work(tx, instance, described)
        try:
            registration.record(described, case_work, outputs)
        except FlowcaseError as error:
            raise _RecordingFailed(type(error).__name__) from error
        if case_work.requests:
            self._advancing.request(tx, *case_work.requests, instance=instance)

    def _fail(self, tx: Tx, job: JobRow, failure: str, failures: int) -> None:
        """`failures` are those before this one."""
        instance = tx.lock(job.instance)
        retries = max(job.retries - 1, 0)
        try_at = tx.now + _pause(job, failures) if retries else None
        failed = events.JobFailed(
            element=job.element,
            element_instance=job.element_instance,
            attempt=job.attempts,
            message=failure,
            retries=retries,
            try_at=try_at,
            failures=failures + 1,
        )
        tx.append(instance.stream, failed, instance=instance)
        if try_at is None:
            case = _case_of(tx, job)
            message = f"Expected job '{job.type}' to finish, but every try failed: {failure}."
            if case is not None:
                message = (
                    f"Expected job '{job.type}' of case '{case}' to finish, but every try failed: {failure}."
                )
            command = model.FailElement(
                element_instance=job.element_instance, kind=IncidentKind.JOB_FAILED, message=message
            )
            self._advancing.carry_on(tx, instance, command)

    # --- looking and operating ---------------------------------------------------------------------

    def next_due(self) -> dt.datetime | None:
        """When the next job is to be tried."""
        return self._transactions.read(waiting.next_job_due)

    def list(
        self, *, status: str | None = None, instance: str | None = None, limit: int = 200
    ) -> list[JobRow]:
        """Oldest first."""
        return self._transactions.read(
            lambda tx: waiting.jobs(tx, status=status, instance=instance, limit=limit)
        )


def lease_seconds(registration: Registration | None) -> int:
    """How long a job is claimed for."""
    return UNKNOWN_SECONDS if registration is None else registration.max_seconds


def _described(tx: Tx, job: JobRow) -> Job:
    return Job(
        key=job.id,
        type=job.type,
        inputs=waiting.job_inputs(tx, job.id),
        headers=job.headers,
        instance=job.instance,
        process=job.process,
        element=job.element,
        now=tx.now,
        case=job.case_code,
    )


def _case_of(tx: Tx, job: JobRow) -> str | None:
    """The case that it names, where its instance is of none: one job of many, each for a case."""
    named = None if job.case_code else waiting.job_inputs(tx, job.id).get(CASE_VARIABLE)
    return named if isinstance(named, str) else None


def _pause(job: JobRow, failures: int) -> dt.timedelta:
    """How long to wait before the next try: four times longer after each failure.

    A claim that was given back, or whose worker was lost, is no failure: the job was not at fault, or will
    have no tries left.
    """
    first = FIRST_PAUSE
    if BACK_OFF_HEADER in job.headers:
        try:
            first = parse_duration(job.headers[BACK_OFF_HEADER]).roughly
        except TimerTextError:
            _log.warning("back-off of a job cannot be read", job=job.id)
    pause = first
    for _ in range(failures):
        if pause >= LONGEST_PAUSE:
            break
        pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
    return pause
