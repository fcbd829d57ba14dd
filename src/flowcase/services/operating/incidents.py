"""Incidents: where an instance cannot go on by itself, and what a person does about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flowcase import events, model
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, FlowcaseError, NotFound, Refused
from flowcase.services.operating.interventions import check_intervention
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import due_lists
from flowcase.store.queries import instances as queries
from flowcase.store.queries.instances import IncidentRow
from flowcase.values import Value


@dataclass(frozen=True)
class Retried:
    """What came of several that were tried again, by id."""

    moved_on: tuple[str, ...]
    still_open: tuple[str, ...]  # they stand where they stood, with an incident that may be a new one
    refused: tuple[tuple[str, FlowcaseError], ...]


@dataclass(frozen=True)
class Standing:
    """An incident as a list of many tells it."""

    row: IncidentRow
    process_name: str
    element_name: str


class Incidents:
    """What is done about one is an operator's, with a reason."""

    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    def list(
        self,
        *,
        case: str | None = None,
        instance: str | None = None,
        status: str | None = "open",
        limit: int | None = 200,
    ) -> list[IncidentRow]:
        """Oldest first."""
        return self._transactions.read(
            lambda tx: queries.incidents(tx, status=status, case=case, instance=instance, limit=limit)
        )

    def open_by_name(self, *, limit: int) -> Sequence[Standing]:
        """Open ones, oldest first, with the names of the version that each instance runs."""

        def work(tx: Tx) -> Sequence[Standing]:
            rows = queries.incidents(tx, limit=limit)
            owners = due_lists.owners(tx, {row.instance for row in rows})
            return [_standing(row, owners[row.instance].definition, tx) for row in rows]

        def _standing(row: IncidentRow, definition: str, tx: Tx) -> Standing:
            process = self._advancing.definitions.process(tx, definition)
            element = process.elements.get(row.element)
            name = row.element if element is None else element.name or row.element
            return Standing(row, process.name or row.process, name)

        return self._transactions.read(work)

    def get(self, id: str) -> IncidentRow:
        """Open or resolved. Raises NotFound."""
        return self._transactions.read(lambda tx: _existing(tx, id))

    def retry(
        self, id: str, *, actor: Actor, reason: str, variables: Mapping[str, Value] | None = None
    ) -> None:
        """Try the element again: its expressions, its job, its decision or its call.

        `variables` are put into the instance first, in the same transaction. When it fails again there is a
        new incident. Raises Conflict for one that is resolved, Forbidden, and Refused without a reason.
        """

        def commands(incident: IncidentRow) -> list[model.Command]:
            changed = [model.SetVariables(variables=variables)] if variables else []
            return [*changed, model.RetryElement(element_instance=incident.element_instance)]

        self._intervene(id, "edit_and_retry" if variables else "retry", reason, commands, actor)

    def retry_all(self, ids: Sequence[str], *, actor: Actor, reason: str) -> Retried:
        """Try several again, each in a transaction of its own: one that is refused holds up no other.

        Raises Forbidden, and Refused without a reason.
        """
        check_intervention(actor, reason, "retry incidents")
        instances: dict[str, str] = {}
        refused: list[tuple[str, FlowcaseError]] = []
        for id in dict.fromkeys(ids):
            try:
                incident = self.get(id)
                self.retry(id, actor=actor, reason=reason)
                instances[id] = f"{incident.instance} {incident.element_instance}"
            except (Conflict, NotFound, Refused) as error:
                refused.append((id, error))
        still = {f"{row.instance} {row.element_instance}" for row in self.list(limit=None)}
        stuck = tuple(id for id, place in instances.items() if place in still)
        moved = tuple(id for id in instances if id not in stuck)
        return Retried(moved, stuck, tuple(refused))

    def resolve(
        self, id: str, *, actor: Actor, reason: str, variables: Mapping[str, Value] | None = None
    ) -> None:
        """The work was done by hand: complete the element with these results, and go on.

        Raises Conflict when the element waits for something that only a retry can evaluate, Forbidden, and
        Refused without a reason.
        """

        def commands(incident: IncidentRow) -> list[model.Command]:
            done = model.CompleteElement(
                element_instance=incident.element_instance, variables=variables or {}
            )
            return [done]

        self._intervene(id, "resolve", reason, commands, actor)

    def retry_within(self, tx: Tx, instance: LockedInstance, *, reason: str) -> None:
        """Try all open incidents of an instance again, within the transaction of another service.

        Raises Conflict when there is none, or it is suspended.
        """
        attempt = f"retry the incidents of process instance '{instance.id}'"
        if instance.status != model.InstanceStatus.ACTIVE:
            raise Conflict(attempt, f"it is {instance.status}")
        found = queries.incidents(tx, instance=instance.id, limit=None)
        if not found:
            raise Conflict(attempt, "none is open")
        for incident in found:
            told = events.InterventionMade(act="retry", reason=reason)
            tx.append(instance.stream, told, instance=instance, element=incident.element)
            command = model.RetryElement(element_instance=incident.element_instance)
            self._advancing.carry_on(tx, instance, command)

    def _intervene(
        self,
        id: str,
        act: str,
        reason: str,
        commands: Callable[[IncidentRow], Sequence[model.Command]],
        actor: Actor,
    ) -> None:
        check_intervention(actor, reason, f"{act} incident '{id}'")

        def work(tx: Tx) -> None:
            instance = tx.lock(_existing(tx, id).instance)
            present = queries.incident(tx, id)
            if present is None or present.status != model.IncidentStatus.OPEN:
                raise Conflict(f"{act} incident '{id}'", "it is resolved already")
            if instance.status != model.InstanceStatus.ACTIVE:
                raise Conflict(f"{act} incident '{id}'", f"its process instance is {instance.status}")
            tx.append(instance.stream, events.InterventionMade(act=act, reason=reason), instance=instance)
            for command in commands(present):
                self._advancing.carry_on(tx, instance, command)

        self._transactions.run(actor, work)


def _existing(tx: Tx, id: str) -> IncidentRow:
    found = queries.incident(tx, id)
    if found is None:
        raise NotFound("incident", id)
    return found
