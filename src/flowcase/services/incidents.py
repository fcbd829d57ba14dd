"""Incidents: where an instance cannot go on by itself, and what a person does about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowcase import events, model
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound
from flowcase.services.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import instances as queries
from flowcase.store.queries.instances import IncidentRow
from flowcase.values import Value


class Incidents:
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

    def retry(self, id: str, *, actor: Actor, reason: str = "") -> None:
        """Try the element again: its expressions, its job, its decision or its call.

        When it fails again there is a new incident. Raises Conflict for one that is resolved.
        """

        def command(incident: IncidentRow) -> model.Command:
            return model.RetryElement(element_instance=incident.element_instance)

        self._intervene(id, "retry", reason, command, actor)

    def resolve(
        self, id: str, *, actor: Actor, reason: str, variables: Mapping[str, Value] | None = None
    ) -> None:
        """The work was done by hand: complete the element with these results, and go on.

        Raises Conflict when the element waits for something that only a retry can evaluate.
        """

        def command(incident: IncidentRow) -> model.Command:
            return model.CompleteElement(
                element_instance=incident.element_instance, variables=variables or {}
            )

        self._intervene(id, "resolve", reason, command, actor)

    def _intervene(
        self,
        id: str,
        act: str,
        reason: str,
        command: Callable[[IncidentRow], model.Command],
        actor: Actor,
    ) -> None:
        def work(tx: Tx) -> None:
            found = queries.incident(tx, id)
            if found is None:
                raise NotFound("incident", id)
            instance = tx.lock(found.instance)
            present = queries.incident(tx, id)
            if present is None or present.status != model.IncidentStatus.OPEN:
                raise Conflict(f"{act} incident '{id}'", "it is resolved already")
            if instance.status != model.InstanceStatus.ACTIVE:
                raise Conflict(f"{act} incident '{id}'", f"its process instance is {instance.status}")
            tx.append(instance.stream, events.InterventionMade(act=act, reason=reason), instance=instance)
            self._advancing.carry_on(tx, instance, command(present))

        self._transactions.run(actor, work)
