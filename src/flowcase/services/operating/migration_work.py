"""The workers' part of moves: running instances moved or taken back, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flowcase import events, logs
from flowcase.access.actor import SYSTEM
from flowcase.access.permissions import may_migrate
from flowcase.errors import FlowcaseError
from flowcase.services.operating.instance_moves import InstanceMoves, Move
from flowcase.services.operating.move_verdicts import Verdict, fault_reason, reasons_of
from flowcase.services.operating.worklists import (
    AT_ONCE,
    NO_LONGER_THEIRS,
    NoLongerTheirs,
    Worklist,
    check_still_theirs,
    is_as_it_was,
)
from flowcase.services.transactions import UNAVAILABLE, Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.migration_tables import migration_item
from flowcase.store.queries import migrations as queries
from flowcase.store.queries.migrations import ItemRow, MigrationRow
from flowcase.store.queries.worklists import MOVES, counts


class MigrationWork:
    def __init__(self, transactions: Transactions, moves: InstanceMoves) -> None:
        self._transactions, self._moves = transactions, moves
        self._worklist = Worklist(transactions, MOVES, worked_off="moved")

    def run_waiting(self, limit: int = AT_ONCE) -> int:
        """Move or take back what is next of the plans at work; how many instances were worked off."""
        at_work = self._transactions.read(queries.at_work)
        return self._worklist.work_off(at_work, self._logged, limit)

    def _logged(self, row: MigrationRow, instance: str) -> int:
        with logs.about(migration=row.id, instance=instance):
            return self._work_off(row, instance)

    def _work_off(self, row: MigrationRow, instance: str) -> int:
        """One instance in one transaction; what cannot be is kept with its reason."""
        is_undone = row.status == "undoing"
        actor = replace(SYSTEM, id=row.decided_by)
        work = self._undone if is_undone else self._moved
        try:
            self._transactions.run(actor, lambda tx: work(tx, row, instance))
            return 1
        except UNAVAILABLE:
            return 0  # its lease runs out, and it is tried again
        except NoLongerTheirs:
            self._transactions.run(SYSTEM, lambda tx: self._pause(tx, row))
            return 0
        except FlowcaseError as error:
            reasons = reasons_of(error)
        except Exception as error:  # a fault of the engine's would come again each time
            reasons = (fault_reason(error, instance),)
        status, verdict = "undo_refused" if is_undone else "refused", Verdict("refused", reasons)
        self._transactions.run(
            SYSTEM, lambda tx: self._note(tx, row.id, instance, status, verdict=verdict.to_json())
        )
        return 1

    def _moved(self, tx: Tx, row: MigrationRow, instance: str) -> None:
        locked = tx.lock(instance)
        if self._held(tx, row, instance, "waiting") is None:
            return
        verdict, version, before = self._moves.moved(tx, Move.planned(row), locked)
        self._note(
            tx, row.id, instance, "moved",
            verdict=verdict.to_json(), version=version, sealed_before=before,
        )  # fmt: skip

    def _undone(self, tx: Tx, row: MigrationRow, instance: str) -> None:
        locked = tx.lock(instance)
        if self._held(tx, row, instance, "moved") is None:
            return
        self._moves.undone(tx, Move.planned(row), locked, *queries.before(tx, row.id, instance))
        self._note(tx, row.id, instance, "undone", sealed_before=None)

    def _held(self, tx: Tx, row: MigrationRow, instance: str, status: str) -> ItemRow | None:
        """The instance of the plan, unless somebody else has worked it off, or the plan rests, meanwhile.

        Raises NoLongerTheirs.
        """
        found, now = queries.item(tx, row.id, instance), queries.plan(tx, row.id)
        if found is None or found.status != status or now is None or not is_as_it_was(row, now):
            return None
        check_still_theirs(tx, row.decided_by, may_migrate)
        tx.request_id = row.id  # by which the history finds all that came of it
        return found

    def _pause(self, tx: Tx, row: MigrationRow) -> None:
        if self._worklist.paused(tx, row):
            told = events.MigrationDecided(
                migration=row.id,
                act="pause",
                source=row.source,
                target=row.target,
                instances=sum(counts(tx, MOVES, row.id).values()),
                reason=NO_LONGER_THEIRS,
            )
            tx.append(INSTALLATION, told)

    def _note(self, tx: Tx, id: str, instance: str, status: str, **values: Any) -> None:
        tx.update(
            migration_item,
            {"migration": id, "instance": instance},
            {"status": status, "lease_until": None, "done_at": tx.now, **values},
            attempt=f"note the move of process instance '{instance}'",
        )
