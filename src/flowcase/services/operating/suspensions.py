"""Suspending a process: nothing new starts from it until it is resumed, and nothing is lost meanwhile.

A person who wants to start it is refused and told who decided so, when and why. Timers of its start events
stand still; messages, signals and handlers that would start it are held, and what is held starts by the
workers, each in a transaction of its own, once the version in force may be started again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from flowcase import events, logs, model
from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_edit_processes, may_operate
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.modeling.definition import ElementKind
from flowcase.services.operating.batches import Asked, Batches
from flowcase.services.operating.interventions import check_operator, check_reason
from flowcase.services.running import correlating
from flowcase.services.running.advancing import Advancing, Run
from flowcase.services.transactions import UNAVAILABLE, Transactions, fault_of
from flowcase.store import INSTALLATION, SealBroken, Tx
from flowcase.store.queries import migrations as running
from flowcase.store.queries import resources
from flowcase.store.queries import suspensions as queries
from flowcase.store.queries.batches import Place, incidents_of
from flowcase.store.queries.resources import ProcessDefinitionRow
from flowcase.store.queries.suspensions import HeldStartRow, SuspensionRow
from flowcase.store.suspension_tables import held_start
from flowcase.values import from_json

FIRST_PAUSE = dt.timedelta(minutes=1)  # before a start that could not be made is tried again; doubles
LONGEST_PAUSE = dt.timedelta(hours=1)
AT_ONCE = 25  # held starts that a worker looks for together
SUSPENDED_CALLS = str(model.IncidentKind.CALLED_PROCESS_SUSPENDED)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class OneProcess:
    """A process with what keeps it from being started."""

    row: ProcessDefinitionRow  # the version in force
    versions: Mapping[int, int]  # running instances of each version that has some
    suspensions: tuple[SuspensionRow, ...]
    held: int

    @property
    def is_stopped(self) -> bool:
        """Whether nothing starts from the version in force."""
        return any(each.version in (None, self.row.version) for each in self.suspensions)

    @property
    def running(self) -> int:
        return sum(self.versions.values())


class Suspensions:
    """Suspending and resuming is for operators; process owners may look. Raises Forbidden for others."""

    def __init__(self, transactions: Transactions, advancing: Advancing, batches: Batches) -> None:
        self._transactions, self._advancing, self._batches = transactions, advancing, batches

    # --- looking -----------------------------------------------------------------------------------

    def processes(self, *, actor: Actor) -> Sequence[OneProcess]:
        """Every process in force, by name."""
        _check_may_look(actor)

        def work(tx: Tx) -> list[OneProcess]:
            rows = resources.definitions(tx, only_newest=True)
            held, stopped = queries.held_by_process(tx), queries.every(tx)
            return [
                OneProcess(
                    row,
                    running.running_by_version(tx, row.process),
                    tuple(each for each in stopped if each.process == row.process),
                    held.get(row.process, 0),
                )
                for row in sorted(rows, key=lambda row: (row.name or row.process).casefold())
            ]

        return self._transactions.read(work)

    def get(self, process: str, *, actor: Actor) -> OneProcess:
        """Raises NotFound."""
        _check_may_look(actor)

        def work(tx: Tx) -> OneProcess:
            return OneProcess(
                _in_force(tx, process),
                running.running_by_version(tx, process),
                tuple(queries.every(tx, process)),
                queries.held_by_process(tx).get(process, 0),
            )

        return self._transactions.read(work)

    def in_force(self, process: str | None = None) -> Sequence[SuspensionRow]:
        """What is suspended, for anybody who may see the page that tells so."""
        return self._transactions.read(lambda tx: queries.every(tx, process))

    def held(self, process: str, *, actor: Actor, limit: int | None = 100) -> Sequence[HeldStartRow]:
        """The starts that wait, oldest first."""
        _check_may_look(actor)
        return self._transactions.read(lambda tx: queries.held(tx, process, limit=limit))

    def held_page(
        self, process: str, *, actor: Actor, after: Place | None = None, limit: int = 50
    ) -> tuple[Sequence[HeldStartRow], Place | None]:
        """As `held`, with the place where the next page begins. Raises NotFound."""
        _check_may_look(actor)

        def work(tx: Tx) -> Sequence[HeldStartRow]:
            _in_force(tx, process)
            return queries.held(tx, process, after=after, limit=limit + 1)

        rows = self._transactions.read(work)
        return rows[:limit], (rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else None

    # --- deciding ----------------------------------------------------------------------------------

    def suspend(
        self,
        process: str,
        *,
        reason: str,
        actor: Actor,
        version: int | None = None,
        with_instances: bool = False,
    ) -> str | None:
        """Nothing starts from it, in all versions or the one named; the batch that suspends what runs.

        Raises NotFound, Refused without a reason, and Conflict when it is suspended already.
        """
        attempt = f"suspend process '{process}'"
        check_operator(actor, attempt)
        check_reason(reason, attempt)

        def work(tx: Tx) -> str | None:
            _in_force(tx, process, version)
            tx.stream(INSTALLATION)  # first: whoever deploys or fires a timer holds it before the starts
            queries.no_starts(tx, process)
            row = queries.get(tx, process if version is None else f"{process}:{version}")
            if row is not None:
                raise Conflict(attempt, f"{row.actor} has suspended it already")
            batch = None
            asked = Asked(process=process, version=version, status=model.InstanceStatus.ACTIVE)
            if with_instances and self._batches.is_any_chosen(tx, asked):
                batch = self._batches.begin_within(tx, asked, "suspend", reason=reason)
            told = events.ProcessSuspended(
                process=process, version=version, reason=reason.strip(), batch=batch
            )
            tx.append(INSTALLATION, told)
            return batch

        # A start may take long. It is waited for with nothing in hand, so that nobody who has something for
        # the installation's stream waits along; what is let in between is waited for once more.
        self._transactions.run(actor, lambda tx: queries.no_starts(tx, process))
        return self._transactions.run(actor, work)

    def resume(
        self,
        process: str,
        *,
        reason: str,
        actor: Actor,
        version: int | None = None,
        with_instances: bool = False,
        with_calls: bool = False,
    ) -> Sequence[str]:
        """Let it be started again; what is held starts now. The batches that resume what was suspended.

        `with_instances` resumes the instances that were suspended with it, and only those; `with_calls`
        tries the calls again that found a process suspended. Raises as `suspend`.
        """
        attempt = f"resume process '{process}'"
        check_operator(actor, attempt)
        check_reason(reason, attempt)

        def work(tx: Tx) -> list[str]:
            here = process if version is None else f"{process}:{version}"
            batches, row = [], queries.get(tx, here)
            if row is not None and with_instances and row.batch is not None:
                # Before the stream: who works one of its instances off may want the stream last.
                batches.append(self._batches.turn_round_within(tx, row.batch, "resume", reason=reason))
            tx.stream(INSTALLATION)
            if row is None or queries.get(tx, here) != row:
                raise Conflict(attempt, "it is not suspended")
            tx.append(
                INSTALLATION, events.ProcessResumed(process=process, version=version, reason=reason.strip())
            )
            asked = Asked(incident=SUSPENDED_CALLS)
            if with_calls and self._batches.is_any_chosen(tx, asked):
                batches.append(self._batches.begin_within(tx, asked, "retry", reason=reason))
            return [each for each in batches if each is not None]

        return self._transactions.run(actor, work)

    def drop(self, held: Sequence[str], *, process: str, reason: str, actor: Actor) -> Sequence[str]:
        """Let held starts never begin, each in a transaction of its own; those that were still there.

        A message that one of them took stays used up; the next with its key takes its place. Raises
        Refused without a reason or for none at all, and leaves alone what another process holds.
        """
        attempt = "drop held starts"
        check_operator(actor, attempt)
        check_reason(reason, attempt)
        if not held:
            raise Refused(attempt, "none is chosen")
        dropped = (
            id
            for id in dict.fromkeys(held)
            if self._transactions.run(actor, partial(self._drop, id=id, process=process, reason=reason))
        )
        return tuple(dropped)

    def _drop(self, tx: Tx, *, id: str, process: str, reason: str) -> bool:
        """Whoever drops it holds its stream, as who starts it does."""
        row = queries.held_start_of(tx, id)
        if row is None or row.process != process:
            return False
        tx.stream(row.stream)
        row = queries.held_start_of(tx, id)
        if row is None:
            return False
        is_erased = _variables(tx, row) is None
        told = events.HeldStartDropped(
            held=id, process=process, kind=row.kind, name=row.name, reason=reason.strip()
        )
        tx.append(INSTALLATION if is_erased else row.stream, told)
        if row.start_key is not None:
            run = Run(self._advancing, tx)
            correlating.start_next(run, process, row.definition, row.start_key)
            run.work_off()
        return True

    def waiting_calls(self, *, actor: Actor) -> int:
        """How many open incidents say that a called process was suspended."""
        _check_may_look(actor)
        return self._transactions.read(lambda tx: incidents_of(tx, SUSPENDED_CALLS))

    # --- at work -----------------------------------------------------------------------------------

    def start_held(self, limit: int = AT_ONCE) -> int:
        """Start what was held and may begin now, each in a transaction of its own; how many were."""
        found = self._transactions.read(lambda tx: queries.startable(tx, limit))
        return sum(self._logged(id) for id in found)

    def _logged(self, id: str) -> int:
        with logs.about(held=id):
            return self._start_or_postpone(id)

    def _start_or_postpone(self, id: str) -> int:
        try:
            return self._transactions.run(SYSTEM, lambda tx: self._start(tx, id))
        except UNAVAILABLE:
            return 0
        except Exception as error:  # one that cannot begin holds up no other
            _log.error("held start failed", held=id, **fault_of(error))
            self._transactions.run(SYSTEM, lambda tx: _postpone(tx, id))
            return 0

    def _start(self, tx: Tx, id: str) -> int:
        """Whoever starts it holds its stream: only one of two workers finds it there."""
        row = queries.held_start_of(tx, id)
        if row is None:
            return 0
        tx.stream(row.stream)
        row = queries.held_start_of(tx, id)
        definition = None if row is None else self._definition(tx, row)
        if row is None or definition is None or queries.of_start(tx, definition.id) is not None:
            return 0
        variables = _variables(tx, row)
        started = None
        if variables is not None:
            run = Run(self._advancing, tx)
            instance = run.new_instance(
                definition, stream=row.stream, case_code=row.case_code, start_key=row.start_key
            )
            command = model.StartInstance(variables=variables, start_element=row.element)
            run.act_later(instance, command)
            run.work_off()
            started = instance.id
        released = events.HeldStartReleased(held=id, process=row.process, started=started)
        tx.append(INSTALLATION if started is None else row.stream, released)
        return 1

    def _definition(self, tx: Tx, row: HeldStartRow) -> ProcessDefinitionRow | None:
        """The version in force, where it begins in the same way; else the one that was to start."""
        newest = resources.definition_of(tx, row.process)
        if newest is not None:
            drawn = self._advancing.definitions.process(tx, newest.id)
            for element in drawn.children(None):
                is_start = element.kind is ElementKind.START_EVENT
                if is_start and (element.id == row.element or (row.element is None and not element.event)):
                    return newest
        return resources.definition(tx, row.definition)


def _check_may_look(actor: Actor) -> None:
    if not (may_operate(actor) or may_edit_processes(actor)):
        raise Forbidden("see what is suspended", "only operators and process owners may")


def _in_force(tx: Tx, process: str, version: int | None = None) -> ProcessDefinitionRow:
    row = resources.definition_of(tx, process, version=version)
    if row is None or row.status != "active":
        raise NotFound("process", process if version is None else f"{process}:{version}")
    return row


def _variables(tx: Tx, row: HeldStartRow) -> Mapping[str, Any] | None:
    """None when the key of its stream was destroyed: there is nothing left to start."""
    try:
        content = tx.open(row.stream, f"held|{row.id}", row.sealed_variables)
    except SealBroken:
        content = None
    return None if content is None else from_json(json.loads(content))


def _postpone(tx: Tx, id: str) -> None:
    row = queries.held_start_of(tx, id)
    if row is not None:
        pause = min(max(FIRST_PAUSE, 2 * (row.try_at - row.at)), LONGEST_PAUSE)
        tx.update_any(held_start, {"id": id}, {"try_at": tx.now + pause, "has_failed": True})
