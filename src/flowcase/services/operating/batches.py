"""Batch operations: one act on all instances that a filter chooses, worked off by `batch_work.py`.

What is chosen is fixed when the batch is planned, so that what was seen is what is done. Each instance is a
transaction of its own, which also notes that it is done: a worker that is killed does none of them twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flowcase import events
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.history.retold_operations import digest
from flowcase.services.operating.batch_verdicts import BatchVerdicts
from flowcase.services.operating.instance_moves import InstanceMoves
from flowcase.services.operating.interventions import check_operator, check_reason
from flowcase.services.operating.token_moves import TokenMoves
from flowcase.services.operating.worklists import PAUSED, lost_right
from flowcase.services.second_person import check_is_another
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.batch_tables import batch, batch_item
from flowcase.store.queries import batches as queries
from flowcase.store.queries import worklists
from flowcase.store.queries.batches import BatchItemRow, BatchRow, Place
from flowcase.store.queries.instances import InstanceRow

MOST = 10_000  # instances of one batch
FORESEEN = 500  # instances that are looked through when a batch is planned
ACTS = ("retry", "suspend", "resume", "cancel", "skip", "move", "migrate")
_LOOK = "work on many instances"
_ON_TOKENS = ("skip", "move")
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
    lost_right: bool = False  # who let it run may not any longer

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many the present direction has worked off; what was stopped before its turn is not."""
        if self.row.status in ("undoing", "undo_paused"):
            return self.total - self.counts.get("done", 0)
        return self.total - self.counts.get("waiting", 0) - self.counts.get("stopped", 0)


class Batches:
    """Every method that a person calls raises Forbidden for who is no operator."""

    def __init__(
        self,
        transactions: Transactions,
        token_moves: TokenMoves,
        moves: InstanceMoves,
        *,
        has_four_eyes: bool = False,
    ) -> None:
        self._transactions, self._moves = transactions, moves
        self._verdicts = BatchVerdicts(moves, token_moves)
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
                mapping = {each: self._moves.proposed(tx, each, there) for each in sources}
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
            number = sum(worklists.counts(tx, worklists.BATCHES, id).values())
            self._tell(tx, id, "stop", row.act, number, reason)
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
        id, kept = tx.new_id(), {"asked": asked.to_json(), "details": dict(details or {})}
        tx.insert(
            batch, id=id, act=act, reason=reason.strip(), status=status, at=tx.now, actor=tx.actor.id,
            decided_by=tx.actor.id, **kept,
        )  # fmt: skip
        for number, instance in enumerate(found):
            tx.insert(
                batch_item, batch=id, instance=instance, number=number, status="waiting", because="",
                source=(sources or {}).get(instance),
            )  # fmt: skip
        chosen = digest((instance, (sources or {}).get(instance)) for instance in found)
        self._tell(tx, id, "plan", act, len(found), reason, chosen=chosen, **kept)
        return id

    # --- at work -----------------------------------------------------------------------------------

    def run(self, id: str, *, actor: Actor, seen: int | None = None) -> None:
        """Let the workers begin. Raises NeedsAnother for who planned it or corrected its mapping last.

        A program is the hand of who made its account. Raises Conflict for one that has begun, and where the
        mapping was corrected since it was seen: `seen` is how often it had been corrected then.
        """

        def check(tx: Tx, row: BatchRow) -> None:
            author = row.details.get("corrected_by", row.actor)
            if self._has_four_eyes and row.act in _NEEDS_TWO:
                check_is_another(tx, f"run batch '{id}'", author, actor)
            if seen is not None and row.details.get("corrected", 0) != seen:
                raise Conflict(f"run batch '{id}'", "its mapping has been corrected meanwhile")

        self._become(id, {"planned": "running"}, "run", actor, check=check)

    def pause(self, id: str, *, actor: Actor) -> None:
        """What is being done is finished; nothing more is begun."""
        self._become(id, PAUSED, "pause", actor)

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

    # --- looking -----------------------------------------------------------------------------------

    def get(self, id: str, *, actor: Actor) -> Batch:
        """Raises NotFound."""
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> Batch:
            row, counts = _row(tx, id), worklists.counts(tx, worklists.BATCHES, id)
            return Batch(row, counts, queries.verdicts(tx, id), lost_right(tx, row.decided_by, may_operate))

        return self._transactions.read(work)

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

    def _become(
        self,
        id: str,
        steps: Mapping[str, str],
        verb: str,
        actor: Actor,
        reason: str = "",
        check: Callable[[Tx, BatchRow], None] = lambda tx, row: None,
    ) -> None:
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> None:
            row = _row(tx, id)
            if row.status not in steps:
                raise Conflict(f"{verb} batch '{id}'", f"it is {row.status}")
            check(tx, row)
            changes = {"status": steps[row.status]}
            if verb in ("run", "resume", "undo"):
                changes["decided_by"] = actor.id
            tx.update(batch, {"id": id, "status": row.status}, changes, attempt=f"{verb} batch '{id}'")
            waiting = {"batch": id, "status": "waiting"}
            left: dict[str, Any] = {"lease_until": None}
            if verb in ("stop", "undo"):  # what has not been done stays as it is
                left["status"] = "stopped"
            tx.update_all(batch_item, waiting, left)
            self._tell(
                tx,
                id,
                verb,
                row.act,
                sum(worklists.counts(tx, worklists.BATCHES, id).values()),
                reason or row.reason,
            )

        self._transactions.run(actor, work)

    def _tell(
        self, tx: Tx, id: str, act: str, operation: str, number: int, reason: str, **planned: Any
    ) -> None:
        told = events.BatchDecided(
            batch=id, act=act, operation=operation, instances=number, reason=reason.strip(), **planned
        )
        tx.append(INSTALLATION, told)


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


def _row(tx: Tx, id: str) -> BatchRow:
    row = queries.get(tx, id)
    if row is None:
        raise NotFound("batch", id)
    return row
