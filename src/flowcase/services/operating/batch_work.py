"""The workers' part of batch operations: one act after the other, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog

from flowcase import events, logs
from flowcase.access.actor import SYSTEM
from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, FlowcaseError
from flowcase.services.operating.batch_verdicts import BatchVerdicts, move_of
from flowcase.services.operating.incidents import Incidents
from flowcase.services.operating.instance_moves import InstanceMoves
from flowcase.services.operating.instances import Instances
from flowcase.services.operating.move_verdicts import Reason, Verdict
from flowcase.services.operating.token_moves import TokenAct, TokenMoves
from flowcase.services.operating.worklists import (
    AT_ONCE,
    NO_LONGER_THEIRS,
    NoLongerTheirs,
    Worklist,
    check_still_theirs,
    is_as_it_was,
)
from flowcase.services.transactions import UNAVAILABLE, Transactions, fault_of
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.batch_tables import batch_item
from flowcase.store.queries import batches as queries
from flowcase.store.queries.batches import BatchRow
from flowcase.store.queries.instances import incidents
from flowcase.store.queries.worklists import BATCHES, counts

_log = structlog.get_logger(__name__)
_STILL_OPEN = Verdict("unchanged", (Reason("still_open"),))


class BatchWork:
    def __init__(
        self,
        transactions: Transactions,
        instances: Instances,
        incidents: Incidents,
        token_moves: TokenMoves,
        moves: InstanceMoves,
    ) -> None:
        self._transactions, self._instances = transactions, instances
        self._incidents, self._token_moves, self._moves = incidents, token_moves, moves
        self._verdicts = BatchVerdicts(moves, token_moves)
        self._worklist = Worklist(transactions, BATCHES, worked_off="done")

    def run_waiting(self, limit: int = AT_ONCE) -> int:
        """Do what is next of the batches at work; how many instances were worked off."""
        at_work = self._transactions.read(queries.at_work)
        return self._worklist.work_off(at_work, self._logged, limit)

    def _logged(self, row: BatchRow, instance: str) -> int:
        with logs.about(batch=row.id, instance=instance):
            return self._work_off(row, instance)

    def _work_off(self, row: BatchRow, instance: str) -> int:
        """One instance in one transaction; what cannot be is kept with its reason."""
        actor = replace(SYSTEM, id=row.decided_by)
        try:
            self._transactions.run(actor, lambda tx: self._done(tx, row, instance))
            return 1
        except UNAVAILABLE:
            return 0  # its lease runs out, and it is tried again
        except NoLongerTheirs:
            self._transactions.run(SYSTEM, lambda tx: self._pause(tx, row))
            return 0
        except FlowcaseError as error:
            because, refused = str(error), error  # kept for programs; people read the verdict
            verdict = self._transactions.read(lambda tx: self._verdicts.why_not(tx, row, instance, refused))
        except Exception as error:  # a fault of the engine's would come again each time
            because = f"a fault in the program ({type(error).__name__})"
            verdict = Verdict("refused", (Reason("fault", detail=type(error).__name__),))
            _log.error("fault in a batch", batch=row.id, instance=instance, **fault_of(error))
        status = "refused" if row.status == "running" else "undo_refused"
        kept = {"because": because, "verdict": verdict.to_json()}
        self._transactions.run(SYSTEM, lambda tx: self._note(tx, row, instance, status, **kept))
        return 1

    def _done(self, tx: Tx, row: BatchRow, instance: str) -> None:
        """Whoever works on the instance holds its stream: only one of two workers finds it waiting."""
        locked = tx.lock(instance)
        item, now = queries.item(tx, row.id, instance), queries.get(tx, row.id)
        if (
            item is None
            or item.status != self._worklist.left(row)
            or now is None
            or not is_as_it_was(row, now)
        ):
            return
        check_still_theirs(tx, row.decided_by, may_operate)
        tx.request_id = row.id  # by which the history finds all that came of it
        if row.status == "undoing":
            move, before = move_of(row, item.source or ""), queries.before(tx, row.id, instance)
            self._moves.undone(tx, move, locked, item.version, before)
            self._note(tx, row, instance, "undone", sealed_before=None)
        elif row.act == "migrate":
            move = move_of(row, item.source or "")
            verdict, version, sealed = self._moves.moved(tx, move, locked)
            kept: dict[str, Any] = {"verdict": verdict.to_json(), "version": version, "sealed_before": sealed}
            self._note(tx, row, instance, "done", **kept)
        else:
            self._act(tx, row, locked)
            stuck = row.act == "retry" and incidents(tx, instance=instance, limit=1)
            came = {"verdict": _STILL_OPEN.to_json()} if stuck else {}
            self._note(tx, row, instance, "done", **came)

    def _act(self, tx: Tx, row: BatchRow, locked: LockedInstance) -> None:
        attempt = f"{row.act} process instance '{locked.id}'"
        if locked.has_ended:
            raise Conflict(attempt, f"it is {locked.status}")
        if row.act == "suspend":
            self._instances.suspend_within(tx, locked.id, reason=row.reason)
        elif row.act == "resume":
            self._instances.resume_within(tx, locked.id, reason=row.reason)
        elif row.act == "cancel":
            self._instances.cancel_within(tx, locked.id, reason=row.reason)
        elif row.act == "retry":
            self._incidents.retry_within(tx, locked, reason=row.reason)
        else:
            tokens = self._token_moves.at_element(tx, locked, row.details["element"])
            if not tokens:
                raise Conflict(attempt, f"no token is at '{row.details['element']}'")
            act = TokenAct(row.act, target=row.details["target"])
            for token in tokens:
                self._token_moves.do_within(tx, locked, token, act, reason=row.reason)

    def _pause(self, tx: Tx, row: BatchRow) -> None:
        if self._worklist.paused(tx, row):
            told = events.BatchDecided(
                batch=row.id,
                act="pause",
                operation=row.act,
                instances=sum(counts(tx, BATCHES, row.id).values()),
                reason=NO_LONGER_THEIRS,
            )
            tx.append(INSTALLATION, told)

    def _note(self, tx: Tx, row: BatchRow, instance: str, status: str, **kept: Any) -> None:
        tx.update_any(
            batch_item,
            {"batch": row.id, "instance": instance, "status": self._worklist.left(row)},
            {"status": status, "lease_until": None, "done_at": tx.now, **kept},
        )
