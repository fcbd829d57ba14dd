"""Batch operations: one act on all instances that a filter chooses, worked off by the workers.

What is chosen is fixed when the batch is planned, so that what was seen is what is done. Each instance is a
transaction of its own, which also notes that it is done: a worker that is killed does none of them twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import structlog

from flowcase import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import Conflict, FlowcaseError, NotFound, Refused
from flowcase.services.incidents import Incidents
from flowcase.services.instances import Instances
from flowcase.services.interventions import check_operator, check_reason
from flowcase.services.token_moves import TokenAct, TokenMoves
from flowcase.services.transactions import UNAVAILABLE, Transactions, fault_of
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.batch_tables import batch, batch_item
from flowcase.store.queries import batches as queries
from flowcase.store.queries.batches import BatchItemRow, BatchRow, Place
from flowcase.store.queries.instances import InstanceRow

LEASE = dt.timedelta(minutes=2)  # after which another worker takes an instance over
AT_ONCE = 25  # instances that a worker claims together
MOST = 10_000  # instances of one batch
ACTS = ("retry", "suspend", "resume", "cancel", "skip", "move")
_LOOK = "work on many instances"
_ON_TOKENS = ("skip", "move")
_log = structlog.get_logger(__name__)
_NEEDS_TWO = ("cancel", "skip", "move")  # what cannot simply be turned round


@dataclass(frozen=True)
class Asked:
    """Which running instances; what is left empty leaves nothing out."""

    process: str = ""
    version: int | None = None
    element: str = ""
    incident: str = ""  # a kind of incident, or `any`
    status: str = ""  # active | suspended
    is_overdue: bool = False  # a user task of it is
    started_from: dt.datetime | None = None
    started_before: dt.datetime | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, dt.datetime) else value
            for name, value in asdict(self).items()
            if value not in ("", None, False)
        }


@dataclass(frozen=True)
class Batch:
    """A batch with how far it is."""

    row: BatchRow
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - self.counts.get("waiting", 0)


class NeedsAnother(Refused):
    """With four eyes somebody else than who planned it lets such a batch run."""

    def __init__(self, id: str) -> None:
        super().__init__(f"run batch '{id}'", "another operator than who planned it has to let it run")


class Batches:
    """Every method that a person calls raises Forbidden for who is no operator."""

    def __init__(
        self,
        transactions: Transactions,
        instances: Instances,
        incidents: Incidents,
        token_moves: TokenMoves,
        *,
        has_four_eyes: bool = False,
    ) -> None:
        self._transactions, self._instances = transactions, instances
        self._incidents, self._token_moves = incidents, token_moves
        self._has_four_eyes = has_four_eyes

    # --- before ------------------------------------------------------------------------------------

    def chosen(self, asked: Asked, *, actor: Actor) -> Sequence[InstanceRow]:
        """What a batch with this filter would be about, oldest first. Raises Refused for more than MOST."""
        check_operator(actor, _LOOK)
        return self._transactions.read(lambda tx: _chosen(tx, asked))

    def plan(
        self,
        asked: Asked,
        act: str,
        *,
        reason: str,
        actor: Actor,
        element: str = "",
        target: str = "",
        but: Sequence[str] = (),
    ) -> str:
        """Keep what is to be done to whom; nothing is done before `run`. Its id.

        `element` is where skip and move find their token, `but` are instances to be left out. Raises
        Refused without a reason, without instances, and for an act that lacks its element.
        """
        check_operator(actor, _LOOK)
        attempt = f"plan a batch to {act}"
        if act not in ACTS:
            raise Refused(attempt, "there is no such act")
        check_reason(reason, attempt)
        if act in _ON_TOKENS and not element:
            raise Refused(attempt, "the element whose token it is about is missing")
        if act == "move" and not target:
            raise Refused(attempt, "the element to move to is missing")

        def work(tx: Tx) -> str:
            found = [row.id for row in _chosen(tx, asked) if row.id not in set(but)]
            if not found:
                raise Refused(attempt, "no instance is chosen")
            details = {"element": element, "target": target} if act in _ON_TOKENS else {}
            return self._keep(tx, asked, act, found, reason=reason, details=details)

        return self._transactions.run(actor, work)

    # Within the transaction of another service, which has asked whether it is allowed: such a batch begins
    # at once, and is of a kind that needs no second operator.

    def is_any_chosen(self, tx: Tx, asked: Asked) -> bool:
        return bool(_chosen(tx, asked))

    def begin_within(self, tx: Tx, asked: Asked, act: str, *, reason: str) -> str:
        """Raises Refused for more than MOST."""
        return self._begin(tx, asked, act, [row.id for row in _chosen(tx, asked)], reason)

    def turn_round_within(self, tx: Tx, id: str, act: str, *, reason: str) -> str | None:
        """End a batch, and do `act` to all that it has worked off; None when that is nothing."""
        row = _row(tx, id)
        if row.status in ("running", "paused"):
            tx.update(batch, {"id": id, "status": row.status}, {"status": "stopped"}, attempt="end a batch")
            tx.update_all(batch_item, {"batch": id, "status": "waiting"}, {"status": "stopped"})
        done = [item.instance for item in queries.items(tx, id, status="done")]
        return self._begin(tx, Asked(**row.asked), act, done, reason) if done else None

    def _begin(self, tx: Tx, asked: Asked, act: str, found: Sequence[str], reason: str) -> str:
        id = self._keep(tx, asked, act, found, reason=reason, status="running")
        self._tell(tx, id, "run", act, len(found), reason)
        return id

    def _keep(
        self,
        tx: Tx,
        asked: Asked,
        act: str,
        found: Sequence[str],
        *,
        reason: str,
        details: Mapping[str, Any] | None = None,
        status: str = "planned",
    ) -> str:
        id = tx.new_id()
        tx.insert(
            batch, id=id, act=act, asked=asked.to_json(), details=details or {}, reason=reason.strip(),
            status=status, at=tx.now, actor=tx.actor.id, decided_by=tx.actor.id,
        )  # fmt: skip
        for number, instance in enumerate(found):
            tx.insert(batch_item, batch=id, instance=instance, number=number, status="waiting", because="")
        self._tell(tx, id, "plan", act, len(found), reason)
        return id

    # --- at work -----------------------------------------------------------------------------------

    def run(self, id: str, *, actor: Actor) -> None:
        """Let the workers begin. Raises Conflict for one that has begun, and NeedsAnother."""
        row = self.get(id, actor=actor).row
        if self._has_four_eyes and row.act in _NEEDS_TWO and row.actor == actor.id:
            raise NeedsAnother(id)
        self._become(id, {"planned": "running"}, "run", actor)

    def pause(self, id: str, *, actor: Actor) -> None:
        """What is being done is finished; nothing more is begun."""
        self._become(id, {"running": "paused"}, "pause", actor)

    def resume(self, id: str, *, actor: Actor) -> None:
        self._become(id, {"paused": "running"}, "resume", actor)

    def stop(self, id: str, *, actor: Actor) -> None:
        """For good: what has not been done stays as it is."""
        self._become(id, {"planned": "stopped", "running": "stopped", "paused": "stopped"}, "stop", actor)

    def run_waiting(self, limit: int = AT_ONCE) -> int:
        """Do what is next of the batches at work; how many instances were worked off."""
        for row in self._transactions.read(queries.at_work):
            claimed = self._transactions.run(SYSTEM, partial(self._claim, row=row, limit=limit))
            if claimed:
                return sum(self._work_off(row, instance) for instance in claimed)
            self._transactions.run(SYSTEM, partial(self._finish, id=row.id))
        return 0

    # --- looking -----------------------------------------------------------------------------------

    def get(self, id: str, *, actor: Actor) -> Batch:
        """Raises NotFound."""
        check_operator(actor, _LOOK)
        return self._transactions.read(lambda tx: Batch(_row(tx, id), queries.counts(tx, id)))

    def list(self, *, actor: Actor) -> Sequence[BatchRow]:
        """Newest first."""
        check_operator(actor, _LOOK)
        return self._transactions.read(queries.newest)

    def page(
        self, *, actor: Actor, after: Place | None = None, limit: int = 50
    ) -> tuple[Sequence[BatchRow], Place | None]:
        """As `list`, with the place where the next page begins."""
        check_operator(actor, _LOOK)
        rows = self._transactions.read(lambda tx: queries.newest(tx, after=after, limit=limit + 1))
        return rows[:limit], (rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else None

    def items(
        self, id: str, *, actor: Actor, status: str | None = None, limit: int | None = None
    ) -> Sequence[BatchItemRow]:
        check_operator(actor, _LOOK)
        return self._transactions.read(lambda tx: queries.items(tx, id, status=status, limit=limit))

    def items_page(
        self, id: str, *, actor: Actor, status: str | None = None, after: int | None = None, limit: int = 50
    ) -> tuple[Sequence[BatchItemRow], int | None]:
        """With the number behind which the next page begins. Raises NotFound."""
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> Sequence[BatchItemRow]:
            _row(tx, id)
            return queries.items(tx, id, status=status, after=after, limit=limit + 1)

        rows = self._transactions.read(work)
        return rows[:limit], rows[limit - 1].number if len(rows) > limit else None

    # --- inside ------------------------------------------------------------------------------------

    def _become(self, id: str, steps: Mapping[str, str], verb: str, actor: Actor) -> None:
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> None:
            row = _row(tx, id)
            if row.status not in steps:
                raise Conflict(f"{verb} batch '{id}'", f"it is {row.status}")
            changes = {"status": steps[row.status]}
            if verb in ("run", "resume"):
                changes["decided_by"] = actor.id
            tx.update(batch, {"id": id, "status": row.status}, changes, attempt=f"{verb} batch '{id}'")
            waiting = {"batch": id, "status": "waiting"}
            left = {"lease_until": None} if verb != "stop" else {"lease_until": None, "status": "stopped"}
            tx.update_all(batch_item, waiting, left)
            self._tell(tx, id, verb, row.act, sum(queries.counts(tx, id).values()), row.reason)

        self._transactions.run(actor, work)

    def _tell(self, tx: Tx, id: str, act: str, operation: str, number: int, reason: str) -> None:
        told = events.BatchDecided(
            batch=id, act=act, operation=operation, instances=number, reason=reason.strip()
        )
        tx.append(INSTALLATION, told)

    def _claim(self, tx: Tx, row: BatchRow, limit: int) -> Sequence[str]:
        now = queries.get(tx, row.id)
        if now is None or now.status != "running":
            return []
        claimed = list(queries.claimable(tx, row.id, limit))
        for instance in claimed:
            here = {"batch": row.id, "instance": instance}
            tx.update_all(batch_item, here, {"lease_until": tx.now + LEASE})
        return claimed

    def _finish(self, tx: Tx, id: str) -> None:
        """Done when nothing waits, not even in another worker's hands."""
        if not queries.counts(tx, id).get("waiting"):
            tx.update_any(batch, {"id": id, "status": "running"}, {"status": "done"})

    def _work_off(self, row: BatchRow, instance: str) -> int:
        """One instance in one transaction; what cannot be is kept with its reason."""
        actor = replace(SYSTEM, id=row.decided_by)
        try:
            self._transactions.run(actor, lambda tx: self._done(tx, row, instance))
            return 1
        except UNAVAILABLE:
            return 0  # its lease runs out, and it is tried again
        except FlowcaseError as error:
            because = str(error)
        except Exception as error:  # a fault of the engine's would come again each time
            because = f"a fault in the program ({type(error).__name__})"
            _log.error("fault in a batch", batch=row.id, instance=instance, **fault_of(error))
        self._transactions.run(SYSTEM, lambda tx: _note(tx, row.id, instance, "refused", because))
        return 1

    def _done(self, tx: Tx, row: BatchRow, instance: str) -> None:
        """Whoever works on the instance holds its stream: only one of two workers finds it waiting."""
        locked = tx.lock(instance)
        item, now = queries.item(tx, row.id, instance), queries.get(tx, row.id)
        if item is None or item.status != "waiting" or now is None or now.status != "running":
            return
        self._act(tx, row, locked)
        _note(tx, row.id, instance, "done", "")

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


def _chosen(tx: Tx, asked: Asked) -> Sequence[InstanceRow]:
    found = queries.chosen(
        tx,
        process=asked.process or None,
        definition=f"{asked.process}:{asked.version}" if asked.process and asked.version else None,
        element=asked.element or None,
        incident=asked.incident or None,
        status=asked.status or None,
        is_overdue=asked.is_overdue,
        started_from=asked.started_from,
        started_before=asked.started_before,
        limit=MOST + 1,
    )
    if len(found) > MOST:
        raise Refused("choose instances", f"more than {MOST} are chosen; narrow the filter")
    return found


def _note(tx: Tx, id: str, instance: str, status: str, because: str) -> None:
    tx.update_any(
        batch_item,
        {"batch": id, "instance": instance, "status": "waiting"},
        {"status": status, "because": because, "lease_until": None, "done_at": tx.now},
    )


def _row(tx: Tx, id: str) -> BatchRow:
    row = queries.get(tx, id)
    if row is None:
        raise NotFound("batch", id)
    return row
