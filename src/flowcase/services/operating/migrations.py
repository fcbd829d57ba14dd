"""Running instances moved to another version of their process: planned, seen beforehand, begun, undone.

A deployment leaves running instances alone. A move is a plan of its own: which element takes over from
which, a verdict for every instance before anything is done, then one transaction for each instance, by
whichever worker holds its lease (`migration_work.py`). What an instance was before is kept, so that the move
can be undone as long as the instance has not gone on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase import engine, events
from flowcase.access.actor import Actor
from flowcase.access.permissions import PROCESS_OWNER, may_erase, may_migrate
from flowcase.cases.events import NoticeSent
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.history.retold_operations import digest
from flowcase.modeling.definition import ProcessDefinition
from flowcase.modeling.migration_mapping import Misfit, misfits, propose
from flowcase.services.operating.instance_moves import InstanceMoves, Move
from flowcase.services.operating.interventions import check_reason
from flowcase.services.operating.move_verdicts import Verdict
from flowcase.services.operating.worklists import PAUSED, lost_right
from flowcase.services.second_person import check_is_another
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.migration_tables import migration, migration_item
from flowcase.store.queries import instances, worklists
from flowcase.store.queries import migrations as queries
from flowcase.store.queries.migrations import MigrationRow

_RESUMED = {paused: running for running, paused in PAUSED.items()}


class MappingRefused(Refused):
    """Pairs of a mapping that no instance could follow."""

    def __init__(self, wrong: Iterable[Misfit]) -> None:
        self.wrong = tuple(wrong)
        told = "; ".join(f"'{each.source}' to '{each.target}': {each.code}" for each in self.wrong)
        super().__init__("use this mapping", told)


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
    lost_right: bool = False  # who let it run may not any longer

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

    def __init__(
        self, transactions: Transactions, moves: InstanceMoves, *, has_four_eyes: bool = False
    ) -> None:
        """`has_four_eyes`: who planned a move does not let it run."""
        self._transactions, self._moves, self._has_four_eyes = transactions, moves, has_four_eyes

    # --- before ------------------------------------------------------------------------------------

    def running(self, process: str, *, actor: Actor) -> dict[int, int]:
        """How many instances of each version have not ended."""
        _check(actor)
        return self._transactions.read(lambda tx: queries.running_by_version(tx, process))

    def propose(self, source: str, target: str, *, actor: Actor) -> Proposal:
        """By id, then by name and structure. Raises NotFound, and Refused for two different processes."""
        _check(actor)

        def work(tx: Tx) -> Proposal:
            old, new = self._moves.versions(tx, source, target)
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
        check_reason(reason, "plan a move")

        def work(tx: Tx) -> str:
            old, new = self._moves.versions(tx, source, target)
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
            planned = {"mapping": pairs, "chosen": digest((instance, None) for instance in chosen)}
            self._tell(tx, id, "plan", source, target, len(chosen), reason, **planned)
            return id

        return self._transactions.run(actor, work)

    def preview(self, id: str, *, actor: Actor) -> Sequence[Item]:
        """A verdict for every instance that waits for its move, found by moving it without writing."""
        _check(actor)

        def judge(tx: Tx) -> list[tuple[str, Verdict]]:
            move = Move.planned(self._row(tx, id))
            return [
                (item.instance, self._moves.judged(tx, move, item.instance))
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
            old, new = self._moves.versions(tx, source, target)
            wrong = misfits(old, new, mapping)
            if wrong:
                raise MappingRefused(wrong)
            move = Move("", source, target, mapping)
            return [
                Item(id, "waiting", self._moves.judged(tx, move, id)) for id in queries.running(tx, source)
            ]

        return self._transactions.read(work)

    # --- at work -----------------------------------------------------------------------------------

    def run(self, id: str, *, actor: Actor) -> None:
        """Let the workers begin. Raises Conflict for a plan that has begun.

        With four eyes raises NeedsAnother for who planned it, but at the terminal: who sits there holds the
        installation's key.
        """
        self._become(id, {"planned": "running"}, "run", actor)

    def ask_another(self, id: str, *, actor: Actor) -> None:
        """Tell the process owners that a plan waits for somebody else to let it run.

        Raises Conflict for a plan that has begun, and for one that whoever asks may let run.
        """
        _check(actor)

        def work(tx: Tx) -> None:
            row = self._row(tx, id)
            if row.status != "planned" or not self.waits_for_another(row, actor=actor):
                raise Conflict(
                    f"ask for another to run move '{id}'", f"it is {row.status} and needs nobody else"
                )
            told = NoticeSent(
                notice=tx.new_id(),
                kind="gennemsyn",
                text="flytning_venter",
                groups=(PROCESS_OWNER,),
                people=(),
                case=None,
            )
            tx.append(INSTALLATION, told)

        self._transactions.run(actor, work)

    def pause(self, id: str, *, actor: Actor, reason: str = "") -> None:
        """What is being moved is finished; nothing more is begun."""
        self._become(id, PAUSED, "pause", actor, reason)

    def resume(self, id: str, *, actor: Actor, reason: str = "") -> None:
        self._become(id, _RESUMED, "resume", actor, reason)

    def undo(self, id: str, *, reason: str, actor: Actor) -> None:
        """Let the workers take every moved instance back that has not gone on since."""
        check_reason(reason, "undo a move")
        self._become(id, {"done": "undoing", "paused": "undoing"}, "undo", actor, reason)

    # --- looking -----------------------------------------------------------------------------------

    def get(self, id: str, *, actor: Actor) -> Plan:
        """Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> Plan:
            row = self._row(tx, id)
            verdicts = Counter(
                item.verdict["kind"] for item in queries.items(tx, id) if item.verdict is not None
            )
            counts = worklists.counts(tx, worklists.MOVES, id)
            return Plan(row, counts, verdicts, lost_right(tx, row.decided_by, may_migrate))

        return self._transactions.read(work)

    def definitions_of(self, id: str, *, actor: Actor) -> tuple[ProcessDefinition, ProcessDefinition]:
        """Both versions of a plan, the old one first. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> tuple[ProcessDefinition, ProcessDefinition]:
            row = self._row(tx, id)
            return self._moves.versions(tx, row.source, row.target)

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

    def waits_for_another(self, row: MigrationRow, *, actor: Actor) -> bool:
        """Whether this person planned the move, and somebody else has to let it run."""
        return self._has_four_eyes and row.actor == actor.id and not may_erase(actor)

    # --- inside ------------------------------------------------------------------------------------

    def _row(self, tx: Tx, id: str) -> MigrationRow:
        row = queries.plan(tx, id)
        if row is None:
            raise NotFound("move", id)
        return row

    def _tell(
        self,
        tx: Tx,
        id: str,
        act: str,
        source: str,
        target: str,
        number: int,
        reason: str,
        **planned: Any,
    ) -> None:
        told = events.MigrationDecided(
            migration=id,
            act=act,
            source=source,
            target=target,
            instances=number,
            reason=reason.strip(),
            **planned,
        )
        tx.append(INSTALLATION, told)

    def _become(self, id: str, steps: Mapping[str, str], act: str, actor: Actor, reason: str = "") -> None:
        _check(actor)

        def work(tx: Tx) -> None:
            row = self._row(tx, id)
            if row.status not in steps:
                raise Conflict(f"{act} move '{id}'", f"it is {row.status}")
            if act == "run" and self._has_four_eyes and not may_erase(actor):
                check_is_another(tx, f"run move '{id}'", row.actor, actor)
            tx.update(
                migration, {"id": id, "status": row.status},
                {"status": steps[row.status], "decided_by": actor.id},
                attempt=f"{act} move '{id}'",
            )  # fmt: skip
            if act == "undo":  # what had not been moved yet stays where it is
                tx.update_all(migration_item, {"migration": id}, {"lease_until": None})
            number = sum(worklists.counts(tx, worklists.MOVES, id).values())
            self._tell(tx, id, act, row.source, row.target, number, reason or row.reason)

        self._transactions.run(actor, work)


def _check(actor: Actor) -> None:
    if not may_migrate(actor):
        raise Forbidden("move process instances", "only process owners and operators may")
