"""Running instances moved to another version of their process: planned, seen beforehand, done, undone.

A deployment leaves running instances alone. A move is a plan of its own: which element takes over from
which, a verdict for every instance before anything is done, then one transaction for each instance, by
whichever worker holds its lease. What an instance was before is kept, so that the move can be undone as long
as the instance has not gone on.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import structlog

from flowcase import engine, events, model
from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_migrate
from flowcase.errors import Conflict, FlowcaseError, Forbidden, NotFound, Refused
from flowcase.modeling.definition import ProcessDefinition
from flowcase.modeling.migration_mapping import Misfit, misfits, propose
from flowcase.services.advancing import Advancing
from flowcase.services.transactions import UNAVAILABLE, Transactions, fault_of
from flowcase.store import INSTALLATION, DatabaseFault, LockedInstance, SealBroken, Tx
from flowcase.store.migration_tables import migration, migration_item
from flowcase.store.queries import instances, resources
from flowcase.store.queries import migrations as queries
from flowcase.store.queries.migrations import ItemRow, MigrationRow

LEASE = dt.timedelta(minutes=2)  # after which another worker takes an instance over
BATCH = 25  # instances that a worker claims at once
_log = structlog.get_logger(__name__)
_PAUSED = {"running": "paused", "undoing": "undo_paused"}
_RESUMED = {paused: running for running, paused in _PAUSED.items()}


class MappingRefused(Refused):
    """Pairs of a mapping that no instance could follow."""

    def __init__(self, wrong: Iterable[Misfit]) -> None:
        self.wrong = tuple(wrong)
        told = "; ".join(f"'{each.source}' to '{each.target}': {each.code}" for each in self.wrong)
        super().__init__("use this mapping", told)


@dataclass(frozen=True)
class Reason:
    """Why an instance cannot move, or what changes when it does; codes that the edges put into words."""

    code: str
    element: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What moving does to one instance."""

    kind: str  # unchanged | changed | refused
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "reasons": [asdict(each) for each in self.reasons]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        return cls(data["kind"], tuple(Reason(**each) for each in data["reasons"]))


@dataclass(frozen=True)
class Proposal:
    """Where running instances of a version are, and what could take over from each element."""

    source: str
    target: str
    old: ProcessDefinition
    new: ProcessDefinition
    mapping: Mapping[str, str]
    waiting: Mapping[str, int]  # running instances by the element that they are in
    instances: int


@dataclass(frozen=True)
class Item:
    instance: str
    status: str
    verdict: Verdict | None


@dataclass(frozen=True)
class Plan:
    """A move with how far it is."""

    row: MigrationRow
    counts: Mapping[str, int]
    verdicts: Mapping[str, int]  # instances by kind of verdict, as far as they have one

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many the present direction has worked off."""
        left = "moved" if self.row.status in ("undoing", "undo_paused") else "waiting"
        return self.total - self.counts.get(left, 0)


class Migrations:
    """Every method raises Forbidden for who is neither process owner nor operator."""

    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    # --- before ------------------------------------------------------------------------------------

    def running(self, process: str, *, actor: Actor) -> dict[int, int]:
        """How many instances of each version have not ended."""
        _check(actor)
        return self._transactions.read(lambda tx: queries.running_by_version(tx, process))

    def propose(self, source: str, target: str, *, actor: Actor) -> Proposal:
        """By id, then by name and structure. Raises NotFound, and Refused for two different processes."""
        _check(actor)

        def work(tx: Tx) -> Proposal:
            old, new = self._pair(tx, source, target)
            ids = queries.running(tx, source)
            waiting: Counter[str] = Counter()
            for id in ids:
                content = instances.state(tx, id)
                if content is not None:
                    waiting.update({each.element for each in engine.State.from_bytes(content, old).waiting()})
            return Proposal(source, target, old, new, propose(old, new), waiting, len(ids))

        return self._transactions.read(work)

    def plan(
        self,
        source: str,
        target: str,
        mapping: Mapping[str, str] | None = None,
        *,
        reason: str,
        actor: Actor,
        only: Iterable[str] | None = None,
    ) -> str:
        """Keep a plan for all running instances of a version, or some of them; its id. Nothing is moved.

        Raises MappingRefused, and Refused without a reason or without instances.
        """
        _check(actor)
        if not reason.strip():
            raise Refused("plan a move", "Skriv, hvorfor forløbene skal flyttes.")

        def work(tx: Tx) -> str:
            old, new = self._pair(tx, source, target)
            pairs = dict(propose(old, new) if mapping is None else mapping)
            wrong = misfits(old, new, pairs)
            if wrong:
                raise MappingRefused(wrong)
            running = queries.running(tx, source)
            chosen = running if only is None else [id for id in running if id in set(only)]
            if not chosen:
                raise Refused("plan a move", f"ingen forløb kører efter {source}")
            id = tx.new_id()
            tx.insert(
                migration, id=id, process=old.id, source=source, target=target, mapping=pairs,
                reason=reason.strip(), status="planned", at=tx.now, actor=actor.id, decided_by=actor.id,
            )  # fmt: skip
            for number, instance in enumerate(chosen):
                tx.insert(migration_item, migration=id, instance=instance, number=number, status="waiting")
            self._tell(tx, id, "plan", source, target, len(chosen), reason)
            return id

        return self._transactions.run(actor, work)

    def preview(self, id: str, *, actor: Actor) -> Sequence[Item]:
        """A verdict for every instance that waits for its move, found by moving it without writing."""
        _check(actor)

        def judge(tx: Tx) -> list[tuple[str, Verdict]]:
            row = self._row(tx, id)
            return [
                (item.instance, self._judged(tx, row, item.instance))
                for item in queries.items(tx, id, status="waiting")
            ]

        verdicts = self._transactions.read(judge)

        def keep(tx: Tx) -> None:
            for instance, verdict in verdicts:
                tx.update_any(
                    migration_item,
                    {"migration": id, "instance": instance, "status": "waiting"},
                    {"verdict": verdict.to_json()},
                )

        self._transactions.run(actor, keep)
        return self.items(id, actor=actor)

    def foresee(
        self, source: str, target: str, mapping: Mapping[str, str], *, actor: Actor
    ) -> Sequence[Item]:
        """The verdicts of a move that is not planned yet; nothing is kept. Raises MappingRefused."""
        _check(actor)

        def work(tx: Tx) -> list[Item]:
            old, new = self._pair(tx, source, target)
            wrong = misfits(old, new, mapping)
            if wrong:
                raise MappingRefused(wrong)
            row = MigrationRow("", old.id, source, target, mapping, "", "planned", tx.now, actor.id, actor.id)
            return [Item(id, "waiting", self._judged(tx, row, id)) for id in queries.running(tx, source)]

        return self._transactions.read(work)

    # --- at work -----------------------------------------------------------------------------------

    def run(self, id: str, *, actor: Actor) -> None:
        """Let the workers begin. Raises Conflict for a plan that has begun."""
        self._become(id, {"planned": "running"}, "run", actor)

    def pause(self, id: str, *, actor: Actor, reason: str = "") -> None:
        """What is being moved is finished; nothing more is begun."""
        self._become(id, _PAUSED, "pause", actor, reason)

    def resume(self, id: str, *, actor: Actor, reason: str = "") -> None:
        self._become(id, _RESUMED, "resume", actor, reason)

    def undo(self, id: str, *, reason: str, actor: Actor) -> None:
        """Let the workers take every moved instance back that has not gone on since."""
        if not reason.strip():
            raise Refused("undo a move", "Skriv, hvorfor flytningen skal gøres om.")
        self._become(id, {"done": "undoing", "paused": "undoing"}, "undo", actor, reason)

    def run_waiting(self, limit: int = BATCH) -> int:
        """Move or take back what is next of the plans at work; how many instances were worked off."""
        for row in self._transactions.read(queries.at_work):
            claimed = self._transactions.run(SYSTEM, partial(self._claim, row=row, limit=limit))
            done = 0
            for instance in claimed:
                done += self._work_off(row, instance)
            if claimed:
                return done
            self._transactions.run(SYSTEM, partial(self._finish, row=row))
        return 0

    # --- looking -----------------------------------------------------------------------------------

    def get(self, id: str, *, actor: Actor) -> Plan:
        """Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> Plan:
            row = self._row(tx, id)
            verdicts = Counter(
                item.verdict["kind"] for item in queries.items(tx, id) if item.verdict is not None
            )
            return Plan(row, queries.counts(tx, id), verdicts)

        return self._transactions.read(work)

    def definitions_of(self, id: str, *, actor: Actor) -> tuple[ProcessDefinition, ProcessDefinition]:
        """Both versions of a plan, the old one first. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> tuple[ProcessDefinition, ProcessDefinition]:
            row = self._row(tx, id)
            return self._pair(tx, row.source, row.target)

        return self._transactions.read(work)

    def list(self, *, actor: Actor, process: str | None = None) -> list[MigrationRow]:
        """Newest first."""
        _check(actor)
        return self._transactions.read(lambda tx: queries.plans(tx, process=process))

    def items(self, id: str, *, actor: Actor, status: str | None = None) -> Sequence[Item]:
        """Every instance of a plan with its verdict, in the order in which they are moved."""
        _check(actor)
        return [
            Item(
                each.instance, each.status, None if each.verdict is None else Verdict.from_json(each.verdict)
            )
            for each in self._transactions.read(lambda tx: queries.items(tx, id, status=status))
        ]

    # --- inside ------------------------------------------------------------------------------------

    def _pair(self, tx: Tx, source: str, target: str) -> tuple[ProcessDefinition, ProcessDefinition]:
        rows = [resources.definition(tx, source), resources.definition(tx, target)]
        for id, row in zip((source, target), rows, strict=True):
            if row is None or row.status != "active":
                raise NotFound("process definition", id)
        old, new = (self._advancing.definitions.process(tx, id) for id in (source, target))
        if old.id != new.id or source == target:
            raise Refused("plan a move", "vælg to udgaver af samme forløb")
        return old, new

    def _row(self, tx: Tx, id: str) -> MigrationRow:
        row = queries.plan(tx, id)
        if row is None:
            raise NotFound("move", id)
        return row

    def _tell(self, tx: Tx, id: str, act: str, source: str, target: str, number: int, reason: str) -> None:
        told = events.MigrationDecided(
            migration=id, act=act, source=source, target=target, instances=number, reason=reason.strip()
        )
        tx.append(INSTALLATION, told)

    def _become(self, id: str, steps: Mapping[str, str], act: str, actor: Actor, reason: str = "") -> None:
        _check(actor)

        def work(tx: Tx) -> None:
            row = self._row(tx, id)
            if row.status not in steps:
                raise Conflict(f"{act} move '{id}'", f"it is {row.status}")
            tx.update(
                migration, {"id": id, "status": row.status},
                {"status": steps[row.status], "decided_by": actor.id},
                attempt=f"{act} move '{id}'",
            )  # fmt: skip
            if act == "undo":  # what had not been moved yet stays where it is
                tx.update_all(migration_item, {"migration": id}, {"lease_until": None})
            number = sum(queries.counts(tx, id).values())
            self._tell(tx, id, act, row.source, row.target, number, reason or row.reason)

        self._transactions.run(actor, work)

    def _claim(self, tx: Tx, row: MigrationRow, limit: int) -> Sequence[str]:
        now = queries.plan(tx, row.id)
        if now is None or now.status != row.status:
            return []
        left = "waiting" if row.status == "running" else "moved"
        claimed = list(queries.claimable(tx, row.id, left, limit))
        for instance in claimed:
            tx.update_all(
                migration_item, {"migration": row.id, "instance": instance}, {"lease_until": tx.now + LEASE}
            )
        return claimed

    def _finish(self, tx: Tx, row: MigrationRow) -> None:
        """Done when nothing is left, not even in another worker's hands."""
        left = "waiting" if row.status == "running" else "moved"
        if not queries.is_left(tx, row.id, left):
            tx.update_any(
                migration,
                {"id": row.id, "status": row.status},
                {"status": "done" if row.status == "running" else "undone"},
            )

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
        except FlowcaseError as error:
            reasons = reasons_of(error)
        except Exception as error:  # a fault of the engine's would come again each time
            reasons = (_fault(error, instance),)
        status, verdict = "undo_refused" if is_undone else "refused", Verdict("refused", reasons)
        self._transactions.run(
            SYSTEM, lambda tx: self._note(tx, row.id, instance, status, verdict=verdict.to_json())
        )
        return 1

    def _moved(self, tx: Tx, row: MigrationRow, instance: str) -> None:
        locked = tx.lock(instance)
        if self._held(tx, row, instance, "waiting") is None:
            return
        verdict, version, before = self.moved_within(tx, row, locked)
        self._note(
            tx, row.id, instance, "moved",
            verdict=verdict.to_json(), version=version, sealed_before=before,
        )  # fmt: skip

    # Within the transaction of another service too, which has asked whether it is allowed, keeps what is
    # returned and gives it back to undo the move. `row.id` is that of its own plan.

    def proposed_within(self, tx: Tx, source: str, target: str) -> Mapping[str, str]:
        """Raises NotFound, and Refused for two different processes."""
        return propose(*self._pair(tx, source, target))

    def judged_within(self, tx: Tx, row: MigrationRow, instance: str) -> Verdict:
        return self._judged(tx, row, instance)

    def moved_within(self, tx: Tx, row: MigrationRow, locked: LockedInstance) -> tuple[Verdict, int, bytes]:
        """What moving meant, the version of the state after it, and the sealed state before it."""
        instance = locked.id
        _check_can_move(locked.definition, locked.status, row)
        before = locked.state
        command = model.MigrateInstance(
            target=row.target, mapping=row.mapping, entered=queries.entered(tx, instance)
        )
        verdict = _verdict(self._advancing.moved(tx, locked, command))
        self._advancing.carry_on(tx, locked, command)
        return verdict, locked.version + 1, tx.seal(locked.stream, f"before|{row.id}|{instance}", before)

    def _undone(self, tx: Tx, row: MigrationRow, instance: str) -> None:
        locked = tx.lock(instance)
        if self._held(tx, row, instance, "moved") is None:
            return
        self.undone_within(tx, row, locked, *queries.before(tx, row.id, instance))
        self._note(tx, row.id, instance, "undone", sealed_before=None)

    def undone_within(
        self, tx: Tx, row: MigrationRow, locked: LockedInstance, version: int | None, sealed: bytes | None
    ) -> None:
        """Raises Conflict for one that has gone on since; `reasons_of` tells why."""
        instance = locked.id
        if locked.has_ended or locked.version != version or locked.definition != row.target:
            raise _CannotUndo("ended" if locked.has_ended else "gone_on")
        try:
            before = tx.open(locked.stream, f"before|{row.id}|{instance}", sealed or b"")
        except SealBroken:
            before = None
        if before is None:
            raise _CannotUndo("sealed_elsewhere")
        self._advancing.carry_on(tx, locked, model.UndoMigration(target=row.source, before=before))

    def _held(self, tx: Tx, row: MigrationRow, instance: str, status: str) -> ItemRow | None:
        """The instance of the plan, unless somebody else has worked it off meanwhile."""
        found = queries.item(tx, row.id, instance)
        return found if found is not None and found.status == status else None

    def _note(self, tx: Tx, id: str, instance: str, status: str, **values: Any) -> None:
        tx.update(
            migration_item,
            {"migration": id, "instance": instance},
            {"status": status, "lease_until": None, "done_at": tx.now, **values},
            attempt=f"note the move of process instance '{instance}'",
        )

    def _judged(self, tx: Tx, row: MigrationRow, instance: str) -> Verdict:
        looked = tx.look(instance)
        try:
            if looked.state is None:
                raise Conflict(f"open process instance '{instance}'", "the key of its stream was destroyed")
            _check_can_move(looked.definition, looked.status, row)
            command = model.MigrateInstance(
                target=row.target, mapping=row.mapping, entered=queries.entered(tx, instance)
            )
            return _verdict(self._advancing.moved(tx, looked, command))
        except FlowcaseError as error:
            return Verdict("refused", reasons_of(error))
        except DatabaseFault:
            raise
        except Exception as error:
            return Verdict("refused", (_fault(error, instance),))


class _CannotMove(Conflict):
    """An instance that is not where a move could take it from."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__("move the process instance", code)


class _CannotUndo(Conflict):
    """An instance that is no longer what the move made of it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__("undo the move of the process instance", code)


def _check_can_move(definition: str, status: str, row: MigrationRow) -> None:
    if status in (model.InstanceStatus.COMPLETED, model.InstanceStatus.CANCELLED):
        raise _CannotMove("ended")
    if status == model.InstanceStatus.SUSPENDED:
        raise _CannotMove("suspended")
    if definition != row.source:
        raise _CannotMove("other_version")


def reasons_of(error: FlowcaseError) -> tuple[Reason, ...]:
    """Why an instance cannot be moved or taken back."""
    if isinstance(error, engine.CannotMigrate):
        return tuple(Reason(each.code, each.element, each.detail) for each in error.obstacles)
    if isinstance(error, (_CannotMove, _CannotUndo)):
        return (Reason(error.code),)
    return (Reason("conflict", detail=str(error)),)


def _fault(error: Exception, instance: str) -> Reason:
    """The instance stays as it is, the others go on. No text of the error: it may name data."""
    _log.error("fault in a move", instance=instance, **fault_of(error))
    return Reason("fault", detail=type(error).__name__)


def _verdict(advance: model.Advance) -> Verdict:
    """In words of the change: timers first, since they are what people ask about."""
    stopped = {each.element: each for each in advance.events if isinstance(each, model.TimerCancelled)}
    reasons: list[Reason] = []
    for event in advance.events:
        if isinstance(event, model.TimerScheduled):
            code = "timer_recomputed" if event.element in stopped else "timer_added"
            reasons.append(Reason(code, event.element, event.due_at.isoformat()))
            stopped.pop(event.element, None)
    reasons += [Reason("timer_stopped", element) for element in stopped]
    for event in advance.events:
        change = _CHANGES.get(type(event))
        if change is not None:
            reasons.append(Reason(change, getattr(event, "element", "")))
    return Verdict("changed" if reasons else "unchanged", tuple(dict.fromkeys(reasons)))


_CHANGES: Mapping[type[model.Event], str] = {
    model.MessageSubscribed: "message_awaited",
    model.MessageUnsubscribed: "message_dropped",
    model.SignalSubscribed: "signal_awaited",
    model.SignalUnsubscribed: "signal_dropped",
    model.UserTaskRedrawn: "task_redrawn",
    model.ElementCompleted: "goes_on",
}


def _check(actor: Actor) -> None:
    if not may_migrate(actor):
        raise Forbidden("move process instances", "only process owners and operators may")
