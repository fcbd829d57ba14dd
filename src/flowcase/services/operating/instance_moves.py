"""One instance moved to another version of its process, judged beforehand, and taken back.

Each works on a transaction that another service has opened, which has asked whether it is allowed, keeps what
is returned and gives it back to undo the move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowcase import model
from flowcase.errors import FlowcaseError, NotFound, Refused
from flowcase.modeling.definition import ProcessDefinition
from flowcase.modeling.migration_mapping import propose
from flowcase.services.operating.move_verdicts import (
    CannotMove,
    CannotUndo,
    Verdict,
    fault_reason,
    reasons_of,
    verdict_of,
)
from flowcase.services.running.advancing import Advancing
from flowcase.store import DatabaseFault, LockedInstance, SealBroken, Tx
from flowcase.store.queries import migrations as queries
from flowcase.store.queries import resources
from flowcase.store.queries.migrations import MigrationRow


@dataclass(frozen=True)
class Move:
    """From one version of a process to another; `plan` is the plan or the batch that it is part of."""

    plan: str
    source: str
    target: str
    mapping: Mapping[str, str]

    @classmethod
    def planned(cls, row: MigrationRow) -> Move:
        return cls(row.id, row.source, row.target, row.mapping)


class InstanceMoves:
    def __init__(self, advancing: Advancing) -> None:
        self._advancing = advancing

    def versions(self, tx: Tx, source: str, target: str) -> tuple[ProcessDefinition, ProcessDefinition]:
        """The old one first. Raises NotFound, and Refused for two different processes."""
        rows = [resources.definition(tx, source), resources.definition(tx, target)]
        for id, row in zip((source, target), rows, strict=True):
            if row is None or row.status != "active":
                raise NotFound("process definition", id)
        old, new = (self._advancing.definitions.process(tx, id) for id in (source, target))
        if old.id != new.id or source == target:
            raise Refused("plan a move", "vælg to udgaver af samme forløb")
        return old, new

    def proposed(self, tx: Tx, source: str, target: str) -> Mapping[str, str]:
        """Raises NotFound, and Refused for two different processes."""
        return propose(*self.versions(tx, source, target))

    def judged(self, tx: Tx, move: Move, instance: str) -> Verdict:
        """Found by moving it without writing."""
        looked = tx.look(instance)
        try:
            if looked.state is None:
                raise CannotMove("erased")
            _check_can_move(looked.definition, looked.status, move)
            command = model.MigrateInstance(
                target=move.target, mapping=move.mapping, entered=queries.entered(tx, instance)
            )
            return verdict_of(self._advancing.moved(tx, looked, command))
        except FlowcaseError as error:
            return Verdict("refused", reasons_of(error))
        except DatabaseFault:
            raise
        except Exception as error:
            return Verdict("refused", (fault_reason(error, instance),))

    def moved(self, tx: Tx, move: Move, locked: LockedInstance) -> tuple[Verdict, int, bytes]:
        """What moving meant, the version of the state after it, and the sealed state before it."""
        instance = locked.id
        _check_can_move(locked.definition, locked.status, move)
        before = locked.state
        command = model.MigrateInstance(
            target=move.target, mapping=move.mapping, entered=queries.entered(tx, instance)
        )
        verdict = verdict_of(self._advancing.moved(tx, locked, command))
        self._advancing.carry_on(tx, locked, command)
        return verdict, locked.version + 1, tx.seal(locked.stream, f"before|{move.plan}|{instance}", before)

    def undone(
        self, tx: Tx, move: Move, locked: LockedInstance, version: int | None, sealed: bytes | None
    ) -> None:
        """Raises Conflict for one that has gone on since; `reasons_of` tells why."""
        instance = locked.id
        if locked.has_ended or locked.version != version or locked.definition != move.target:
            raise CannotUndo("ended" if locked.has_ended else "gone_on")
        try:
            before = tx.open(locked.stream, f"before|{move.plan}|{instance}", sealed or b"")
        except SealBroken:
            before = None
        if before is None:
            raise CannotUndo("sealed_elsewhere")
        self._advancing.carry_on(tx, locked, model.UndoMigration(target=move.source, before=before))


def _check_can_move(definition: str, status: str, move: Move) -> None:
    if status in (model.InstanceStatus.COMPLETED, model.InstanceStatus.CANCELLED):
        raise CannotMove("ended")
    if status == model.InstanceStatus.SUSPENDED:
        raise CannotMove("suspended")
    if definition != move.source:
        raise CannotMove("other_version")
