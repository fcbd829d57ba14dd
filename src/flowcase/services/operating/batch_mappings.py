"""Which element takes over from which in a planned batch that moves instances to another version.

A batch begins with the proposed mapping of each version that it takes instances from. An operator corrects it
as long as nothing has been moved; every verdict that rested on it is then found anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase import engine, events
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound, Refused
from flowcase.modeling.migration_mapping import Misfit, misfits
from flowcase.services.operating.instance_moves import InstanceMoves
from flowcase.services.operating.interventions import check_operator
from flowcase.services.operating.migrations import MappingRefused, Proposal
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.batch_tables import batch, batch_item
from flowcase.store.queries import batches as queries
from flowcase.store.queries import instances, worklists
from flowcase.store.queries.batches import BatchRow

_LOOK = "work on many instances"


@dataclass(frozen=True)
class BatchMapping:
    """What takes over for the instances of one version."""

    proposal: Proposal  # what was found by id, name and structure
    mapping: Mapping[str, str]  # what holds now


class BatchMappings:
    """Every method raises Forbidden for who is no operator."""

    def __init__(self, transactions: Transactions, moves: InstanceMoves) -> None:
        self._transactions, self._moves = transactions, moves

    def of(self, id: str, source: str, *, actor: Actor) -> BatchMapping:
        """Raises NotFound for a version that the batch takes nothing from."""
        check_operator(actor, _LOOK)

        def work(tx: Tx) -> BatchMapping:
            row = _row(tx, id, source)
            target = row.details["target"]
            old, new = self._moves.versions(tx, source, target)
            waiting: Counter[str] = Counter()
            number = 0
            for item in queries.items(tx, id, source=source):
                content = instances.state(tx, item.instance)
                number += 1
                if content is not None:
                    waiting.update({each.element for each in engine.State.from_bytes(content, old).waiting()})
            proposed = self._moves.proposed(tx, source, target)
            proposal = Proposal(source, target, old, new, proposed, waiting, number)
            return BatchMapping(proposal, row.details["mapping"][source])

        return self._transactions.read(work)

    def correct(self, id: str, source: str, pairs: Mapping[str, str | None], *, actor: Actor) -> None:
        """Let other elements take over; None: nothing does. What is not named stays as it was.

        Its instances have no verdict until they are looked through again. Raises NotFound as `of`, Refused
        for no pair at all, MappingRefused, and Conflict for a batch that has begun.
        """
        check_operator(actor, _LOOK)
        attempt = f"correct the mapping of batch '{id}'"
        if not pairs:
            raise Refused(attempt, "no pair is given")

        def work(tx: Tx) -> None:
            row = _row(tx, id, source)
            if row.status != "planned":
                raise Conflict(attempt, f"it is {row.status}")
            old, new = self._moves.versions(tx, source, row.details["target"])
            wrong = misfits(old, new, {key: value for key, value in pairs.items() if value is not None})
            wrong += [
                Misfit(key, "", "unknown_source")
                for key, value in pairs.items()
                if value is None and key not in old.elements
            ]
            if wrong:
                raise MappingRefused(wrong)
            before = row.details["mapping"][source]
            after = {key: value for key, value in {**before, **pairs}.items() if value is not None}
            if after == before:
                return
            details = {
                **row.details,
                "mapping": {**row.details["mapping"], source: after},
                "corrected": row.details.get("corrected", 0) + 1,
                "corrected_by": actor.id,
            }
            tx.update(batch, {"id": id, "status": "planned"}, {"details": details}, attempt=attempt)
            tx.update_all(batch_item, {"batch": id, "source": source}, {"verdict": None})
            told = events.BatchDecided(
                batch=id,
                act="map",
                operation=row.act,
                instances=sum(worklists.counts(tx, worklists.BATCHES, id).values()),
                reason=row.reason,
                details=details,
            )
            tx.append(INSTALLATION, told)

        self._transactions.run(actor, work)


def sources(row: BatchRow) -> Sequence[str]:
    """The versions that a batch takes instances from."""
    return sorted(row.details.get("mapping", {})) if row.act == "migrate" else []


def _row(tx: Tx, id: str, source: str) -> BatchRow:
    row = queries.get(tx, id)
    if row is None:
        raise NotFound("batch", id)
    if source not in sources(row):
        raise NotFound("version in the batch", source)
    return row
