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
from flowcase.services.batch_verdicts import BatchVerdicts, order_of
from flowcase.services.incidents import Incidents
from flowcase.services.instances import Instances
from flowcase.services.interventions import check_operator, check_reason
from flowcase.services.migrations import Migrations, Reason, Verdict, reasons_of
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
FORESEEN = 500  # instances that are looked through when a batch is planned
ACTS = ("retry", "suspend", "resume", "cancel", "skip", "move", "migrate")
_LOOK = "work on many instances"
_ON_TOKENS = ("skip", "move")
_log = structlog.get_logger(__name__)
_NEEDS_TWO = ("cancel", "skip", "move", "migrate")  # what reaches deep, or cannot be turned round


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
    verdicts: Mapping[str, int]  # instances by kind of verdict, as far as they were looked through

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many the present direction has worked off."""
        left = "done" if self.row.status in ("undoing", "undo_paused") else "waiting"
        return self.total - self.counts.get(left, 0)


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
        migrations: Migrations,
        *,
        has_four_eyes: bool = False,
    ) -> None:
        self._transactions, self._instances = transactions, instances
        self._incidents, self._token_moves = incidents, token_moves
        self._migrations, self._verdicts = migrations, BatchVerdicts(migrations, token_moves)
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

        `element` is where skip and move find their token, `target` the element to move to, or the number of
        the version to migrate to; `but` are instances to be left out. Raises Refused without a reason,
        without instances, and for an act that lacks its element; NotFound for a version that is not there.
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
        if act == "migrate" and not (asked.process and target):
            raise Refused(attempt, "the process or the version to move to is missing")

        def work(tx: Tx) -> str:
            found = [row for row in _chosen(tx, asked) if row.id not in set(but)]
            details: dict[str, Any] = {"element": element, "target": target} if act in _ON_TOKENS else {}
            if act == "migrate":
                there = f"{asked.process}:{target}"
                found = [row for row in found if row.definition != there]
                sources = sorted({row.definition for row in found})
                mapping = {each: self._migrations.proposed_within(tx, each, there) for each in sources}
                details = {"target": there, "mapping": mapping}
            if not found:
                raise Refused(attempt, "no instance is chosen")
            sources_of = {row.id: row.definition for row in found}
            return self._keep(
                tx, asked, act, list(sources_of), reason=reason, details=details, sources=sources_of
            )

        return self._transactions.run(actor, work)

    def preview(
        self, id: str, *, actor: Actor, after: int | None = None, limit: int = FORESEEN
    ) -> Sequence[BatchItemRow]:
        """A page of its instances; each that waits with what would happen to it as it is now.

        `after` is the number of the last one of the page before. Nothing is done to them.
        """
        check_operator(actor, _LOOK)

        def judge(tx: Tx) -> list[tuple[str, dict[str, Any]]]:
            row = _row(tx, id)
            return [
                (item.instance, self._verdicts.of(tx, row, item).to_json())
                for item in queries.items(tx, id, after=after, limit=limit)
                if item.status == "waiting"
            ]

        found = self._transactions.read(judge)

        def keep(tx: Tx) -> None:
            for instance, verdict in found:
                here = {"batch": id, "instance": instance, "status": "waiting"}
                tx.update_any(batch_item, here, {"verdict": verdict})

        if found:
            self._transactions.run(actor, keep)
        return self._transactions.read(lambda tx: queries.items(tx, id, after=after, limit=limit))

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
        sources: Mapping[str, str] | None = None,
    ) -> str:
        id = tx.new_id()
        tx.insert(
            batch, id=id, act=act, asked=asked.to_json(), details=details or {}, reason=reason.strip(),
            status=status, at=tx.now, actor=tx.actor.id, decided_by=tx.actor.id,
        )  # fmt: skip
        for number, instance in enumerate(found):
            tx.insert(
                batch_item, batch=id, instance=instance, number=number, status="waiting", because="",
                source=(sources or {}).get(instance),
            )  # fmt: skip
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
        self._become(id, {"running": "paused", "undoing": "undo_paused"}, "pause", actor)

    def resume(self, id: str, *, actor: Actor) -> None:
        self._become(id, {"paused": "running", "undo_paused": "undoing"}, "resume", actor)

    def stop(self, id: str, *, actor: Actor) -> None:
        """For good: what has not been done stays as it is."""
        self._become(id, {"planned": "stopped", "running": "stopped", "paused": "stopped"}, "stop", actor)

    def undo(self, id: str, *, reason: str, actor: Actor) -> None:
        """Take back every instance that was migrated and has not gone on since; the others stay.

        Raises Conflict for one that is not at rest, and Refused without a reason or for any other act.
        """
        attempt = f"undo batch '{id}'"
        check_reason(reason, attempt)
        if self.get(id, actor=actor).row.act != "migrate":
            raise Refused(attempt, "only a move to another version can be undone")
        steps = dict.fromkeys(("done", "paused", "stopped"), "undoing")
        self._become(id, steps, "undo", actor, reason=reason)

    def run_waiting(self, limit: int = AT_ONCE) -> int:
        """Do what is next of the batches at work; how many instances were worked off."""
        for row in self._transactions.read(queries.at_work):
            claimed = self._transactions.run(SYSTEM, partial(self._claim, row=row, limit=limit))
            if claimed:
                return sum(self._work_off(row, instance) for instance in claimed)
            self._transactions.run(SYSTEM, partial(self._finish, row=row))
        return 0

    # --- looking -----------------------------------------------------------------------------------

    def get(self, id: str, *, actor: Actor) -> Batch:
        """Raises NotFound."""
        check_operator(actor, _LOOK)
        return self._transactions.read(
            lambda tx: Batch(_row(tx, id), queries.counts(tx, id), queries.verdicts(tx, id))
        )

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

    def _become(self, id: str, steps: Mapping[str, str], verb: str, actor: Actor, reason: str = "") -> None:
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> None:
            row = _row(tx, id)
            if row.status not in steps:
                raise Conflict(f"{verb} batch '{id}'", f"it is {row.status}")
            changes = {"status": steps[row.status]}
            if verb in ("run", "resume", "undo"):
                changes["decided_by"] = actor.id
            tx.update(batch, {"id": id, "status": row.status}, changes, attempt=f"{verb} batch '{id}'")
            waiting = {"batch": id, "status": "waiting"}
            left: dict[str, Any] = {"lease_until": None}
            if verb in ("stop", "undo"):  # what has not been done stays as it is
                left["status"] = "stopped"
            tx.update_all(batch_item, waiting, left)
            self._tell(tx, id, verb, row.act, sum(queries.counts(tx, id).values()), reason or row.reason)

        self._transactions.run(actor, work)

    def _tell(self, tx: Tx, id: str, act: str, operation: str, number: int, reason: str) -> None:
        told = events.BatchDecided(
            batch=id, act=act, operation=operation, instances=number, reason=reason.strip()
        )
        tx.append(INSTALLATION, told)

    def _claim(self, tx: Tx, row: BatchRow, limit: int) -> Sequence[str]:
        now = queries.get(tx, row.id)
        if now is None or now.status != row.status:
            return []
        claimed = list(queries.claimable(tx, row.id, _left(row), limit))
        for instance in claimed:
            here = {"batch": row.id, "instance": instance}
            tx.update_all(batch_item, here, {"lease_until": tx.now + LEASE})
        return claimed

    def _finish(self, tx: Tx, row: BatchRow) -> None:
        """Done when nothing is left, not even in another worker's hands."""
        if not queries.counts(tx, row.id).get(_left(row)):
            ended = {"status": "done" if row.status == "running" else "undone"}
            tx.update_any(batch, {"id": row.id, "status": row.status}, ended)

    def _work_off(self, row: BatchRow, instance: str) -> int:
        """One instance in one transaction; what cannot be is kept with its reason."""
        actor = replace(SYSTEM, id=row.decided_by)
        try:
            self._transactions.run(actor, lambda tx: self._done(tx, row, instance))
            return 1
        except UNAVAILABLE:
            return 0  # its lease runs out, and it is tried again
        except FlowcaseError as error:
            because, reasons = str(error), reasons_of(error) if row.act == "migrate" else ()
        except Exception as error:  # a fault of the engine's would come again each time
            because = f"a fault in the program ({type(error).__name__})"
            reasons = (Reason("fault", detail=type(error).__name__),)
            _log.error("fault in a batch", batch=row.id, instance=instance, **fault_of(error))
        status = "refused" if row.status == "running" else "undo_refused"
        verdict = Verdict("refused", reasons).to_json() if reasons else None
        self._transactions.run(
            SYSTEM, lambda tx: _note(tx, row, instance, status, because=because, verdict=verdict)
        )
        return 1

    def _done(self, tx: Tx, row: BatchRow, instance: str) -> None:
        """Whoever works on the instance holds its stream: only one of two workers finds it waiting."""
        locked = tx.lock(instance)
        item, now = queries.item(tx, row.id, instance), queries.get(tx, row.id)
        if item is None or item.status != _left(row) or now is None or now.status != row.status:
            return
        if row.status == "undoing":
            order, before = order_of(row, item.source or ""), queries.before(tx, row.id, instance)
            self._migrations.undone_within(tx, order, locked, item.version, before)
            _note(tx, row, instance, "undone", sealed_before=None)
        elif row.act == "migrate":
            order = order_of(row, item.source or "")
            verdict, version, sealed = self._migrations.moved_within(tx, order, locked)
            kept: dict[str, Any] = {"verdict": verdict.to_json(), "version": version, "sealed_before": sealed}
            _note(tx, row, instance, "done", **kept)
        else:
            self._act(tx, row, locked)
            _note(tx, row, instance, "done")

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


def _left(row: BatchRow) -> str:
    """What an instance is that its turn is still to come of."""
    return "done" if row.status == "undoing" else "waiting"


def _note(tx: Tx, row: BatchRow, instance: str, status: str, *, because: str = "", **kept: Any) -> None:
    tx.update_any(
        batch_item,
        {"batch": row.id, "instance": instance, "status": _left(row)},
        {"status": status, "because": because, "lease_until": None, "done_at": tx.now, **kept},
    )


def _row(tx: Tx, id: str) -> BatchRow:
    row = queries.get(tx, id)
    if row is None:
        raise NotFound("batch", id)
    return row
