"""Process instances: started, looked at, and what an operator may do to them, always with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flowcase import engine, events, model
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_migrate, may_see_cases, may_see_instance
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.services.entitled import case_access
from flowcase.services.operating.interventions import check_intervention
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.holding import check_may_start
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import case_files, history, resources
from flowcase.store.queries import instances as queries
from flowcase.store.queries.instances import IncidentRow, InstanceRow, NamedRow
from flowcase.values import Value


@dataclass(frozen=True)
class Instance:
    """An instance with where it is; elements are ids of the diagram."""

    row: InstanceRow
    name: str
    version: int
    positions: tuple[engine.Position, ...]  # where its tokens are; empty once it has ended
    completed_elements: tuple[str, ...]
    incidents: tuple[IncidentRow, ...]  # open ones
    variables: Mapping[str, Value]  # those of the instance itself
    children: tuple[str, ...]  # running instances that it calls
    element_names: Mapping[str, str]  # element id -> what the diagram calls it
    is_erased: bool = False  # the key of its stream was destroyed: where it was is gone

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def process(self) -> str:
        return self.row.process

    @property
    def case_code(self) -> str | None:
        return self.row.case_code

    @property
    def status(self) -> str:
        return self.row.status

    @property
    def started_at(self) -> dt.datetime:
        return self.row.started_at

    @property
    def ended_at(self) -> dt.datetime | None:
        return self.row.ended_at

    @property
    def active_elements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(position.element for position in self.positions))

    @property
    def incident_elements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(incident.element for incident in self.incidents))


Place = tuple[dt.datetime, str]  # started_at and id of the last row of a page


class Instances:
    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    # --- starting ----------------------------------------------------------------------------------

    def start(
        self,
        process: str,
        variables: Mapping[str, Value] | None = None,
        *,
        actor: Actor,
        case: str | None = None,
        stream: str | None = None,
        start_element: str | None = None,
        version: int | None = None,
    ) -> str:
        """Start the newest version (or the one named) and carry it on to its first waits; its id.

        Outside of a case the events lie in `stream`, or in a stream of the instance's own. Raises NotFound,
        and IsSuspended for a process that nobody may start now.
        """

        def work(tx: Tx) -> str:
            definition = resources.definition_of(tx, process, version=version)
            if definition is None:
                raise NotFound("process", process)
            check_may_start(tx, definition)
            return self._advancing.start(
                tx,
                definition,
                variables=variables or {},
                stream=stream if case is None else f"case:{case}",
                case_code=case,
                start_element=start_element,
            )

        return self._transactions.run(actor, work)

    # --- looking -----------------------------------------------------------------------------------

    def get(self, id: str, *, actor: Actor | None = None) -> Instance:
        """Raises NotFound, and Forbidden for an actor who may not see it."""

        def work(tx: Tx) -> Instance:
            row = _existing(tx, id)
            _check_may_see(tx, row, actor)
            definition = self._advancing.definitions.row(tx, row.definition)
            elements = self._advancing.definitions.process(tx, row.definition).elements
            state = self._state(tx, row)
            return Instance(
                row,
                definition.name,
                definition.version,
                state.waiting() if state is not None and row.status in queries.RUNNING else (),
                tuple(history.elements_of_instance(tx, id, "ElementCompleted")),
                tuple(queries.incidents(tx, instance=id)),
                state.variables() if state is not None else {},
                tuple(queries.running_children(tx, id)),
                {element: drawn.name or element for element, drawn in elements.items()},
                tx.is_erased(row.stream),
            )

        return self._transactions.read(work)

    def _state(self, tx: Tx, row: InstanceRow) -> engine.State | None:
        """None when the key of its stream was destroyed."""
        content = queries.state(tx, row.id)
        if content is None:
            return None
        return engine.State.from_bytes(content, self._advancing.definitions.process(tx, row.definition))

    def list(
        self,
        *,
        case: str | None = None,
        process: str | None = None,
        status: str | None = None,
        after: tuple[dt.datetime, str] | None = None,
        limit: int | None = 50,
    ) -> list[InstanceRow]:
        """Newest first; `after` is (started_at, id) of the last row of the page before."""
        return self._transactions.read(
            lambda tx: queries.instances(
                tx, case=case, process=process, status=status, after=after, limit=limit
            )
        )

    def page(
        self,
        *,
        actor: Actor,
        case: str | None = None,
        process: str | None = None,
        status: str | None = None,
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Sequence[InstanceRow], Place | None]:
        """What the actor may see, newest first, and where the next page begins; None at the end."""

        def work(tx: Tx) -> tuple[Sequence[InstanceRow], Place | None]:
            found: list[InstanceRow] = []
            place = after
            while True:
                rows = queries.instances(
                    tx, case=case, process=process, status=status, after=place, limit=limit + 1
                )
                for row in rows:
                    if len(found) == limit:
                        return found, place
                    place = (row.started_at, row.id)
                    if _may_see(tx, row, actor):
                        found.append(row)
                if len(rows) <= limit:
                    return found, None

        return self._transactions.read(work)

    def named(self, ids: Collection[str], *, actor: Actor) -> Mapping[str, NamedRow]:
        """What lists of many tell of each, by id. Raises Forbidden for who may not move instances."""
        if not may_migrate(actor):
            raise Forbidden("list process instances", "only process owners and operators may")
        return self._transactions.read(lambda tx: queries.named(tx, ids))

    def source(self, id: str, *, actor: Actor | None = None) -> bytes:
        """The file that the instance runs, as it was deployed. Raises NotFound and Forbidden."""

        def work(tx: Tx) -> bytes:
            instance = _existing(tx, id)
            _check_may_see(tx, instance, actor)
            row = self._advancing.definitions.row(tx, instance.definition)
            content = resources.content(tx, row.hash)
            if content is None:
                raise NotFound("file of process instance", id)
            return content

        return self._transactions.read(work)

    # --- operating ---------------------------------------------------------------------------------

    def cancel(self, id: str, *, reason: str, actor: Actor) -> None:
        """End an instance and what it calls; whoever called it has to be cancelled instead.

        Raises Conflict for one that has ended or was called, Forbidden for who is no operator, and Refused
        without a reason.
        """
        check_intervention(actor, reason, f"cancel process instance '{id}'")
        self._transactions.run(actor, lambda tx: self.cancel_within(tx, id, reason=reason))

    def suspend(self, id: str, *, reason: str, actor: Actor) -> None:
        """Nothing moves in the instance and what it calls until it is resumed: timers, jobs, user tasks wait.

        What has been done outside meanwhile (a job that was claimed before) is still recorded. Timers that
        fall due are held and fire when it is resumed; messages are kept. Raises as `cancel`.
        """
        check_intervention(actor, reason, f"suspend process instance '{id}'")
        self._transactions.run(actor, lambda tx: self.suspend_within(tx, id, reason=reason, is_new=True))

    def resume(self, id: str, *, reason: str, actor: Actor) -> None:
        """Let it go on; messages that came meanwhile and were kept are delivered now. Raises as `cancel`."""
        check_intervention(actor, reason, f"resume process instance '{id}'")
        self._transactions.run(actor, lambda tx: self.resume_within(tx, id, reason=reason, is_new=True))

    # The same within the transaction of another service, which has asked whether it is allowed.

    def cancel_within(self, tx: Tx, id: str, *, reason: str) -> None:
        instance = self._locked(tx, id, "cancel")
        if instance.parent is not None:
            raise Conflict(
                f"cancel process instance '{id}'", f"it was called by '{instance.parent}', cancel that"
            )
        _tell_why(tx, instance, "cancel", reason)
        self._advancing.carry_on(tx, instance, model.CancelInstance(reason=reason))

    def suspend_within(self, tx: Tx, id: str, *, reason: str, is_new: bool = False) -> None:
        """`is_new`: raises Conflict where it was suspended already, instead of leaving it so."""
        first = self._locked(tx, id, "suspend")
        if is_new and first.status == model.InstanceStatus.SUSPENDED:
            raise Conflict(f"suspend process instance '{id}'", "it is suspended already")
        for instance in self._family(tx, first):
            if instance.status == model.InstanceStatus.ACTIVE:
                suspended = events.InstanceSuspended(reason=reason)
                tx.append(instance.stream, suspended, instance=instance)

    def resume_within(self, tx: Tx, id: str, *, reason: str, is_new: bool = False) -> None:
        """`is_new` as for `suspend_within`."""
        first = self._locked(tx, id, "resume")
        if is_new and first.status != model.InstanceStatus.SUSPENDED:
            raise Conflict(f"resume process instance '{id}'", "it is not suspended")
        family = self._family(tx, first)
        suspended = [each for each in family if each.status == model.InstanceStatus.SUSPENDED]
        for instance in suspended:
            resumed = events.InstanceResumed(reason=reason)
            tx.append(instance.stream, resumed, instance=instance)
        for instance in suspended:
            if not instance.has_ended:
                self._advancing.deliver_buffered(tx, instance)

    def set_variables(
        self,
        id: str,
        variables: Mapping[str, Value],
        *,
        reason: str,
        actor: Actor,
        element_instance: str | None = None,
    ) -> None:
        """Change variables of the instance, or of the scope of one element instance. Raises as `cancel`."""
        check_intervention(actor, reason, f"set variables of process instance '{id}'")

        def work(tx: Tx) -> None:
            instance = self._locked(tx, id, "set variables of")
            _tell_why(tx, instance, "set_variables", reason)
            command = model.SetVariables(variables=variables, scope=element_instance)
            self._advancing.carry_on(tx, instance, command)

        self._transactions.run(actor, work)

    def _locked(self, tx: Tx, id: str, verb: str) -> LockedInstance:
        instance = tx.lock(id)
        if instance.has_ended:
            raise Conflict(f"{verb} process instance '{id}'", f"it is {instance.status}")
        return instance

    def _family(self, tx: Tx, instance: LockedInstance) -> Sequence[LockedInstance]:
        """The instance and everything that it calls, callers first."""
        family, waiting = [], [instance]
        while waiting:
            each = waiting.pop(0)
            family.append(each)
            waiting += [tx.lock(child) for child in queries.running_children(tx, each.id)]
        return family


def _existing(tx: Tx, id: str) -> InstanceRow:
    row = queries.instance(tx, id)
    if row is None:
        raise NotFound("process instance", id)
    return row


def _check_may_see(tx: Tx, row: InstanceRow, actor: Actor | None) -> None:
    """Outside of a case an instance is seen by casework staff. Raises Forbidden."""
    if actor is not None and not _may_see(tx, row, actor):
        raise Forbidden(f"see process instance '{row.id}'", "its work is not theirs")


def _may_see(tx: Tx, row: InstanceRow, actor: Actor) -> bool:
    case = case_files.case(tx, row.case_code) if row.case_code else None
    may_see = may_see_cases(actor) if case is None else case_access.may_see(actor, case)
    return may_see_instance(actor, may_see_its_case=may_see)


def _tell_why(tx: Tx, instance: LockedInstance, act: str, reason: str) -> None:
    tx.append(instance.stream, events.InterventionMade(act=act, reason=reason), instance=instance)
