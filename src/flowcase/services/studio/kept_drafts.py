"""Drafts of the studio's files: begun, saved as often as somebody types, chosen between, thrown away."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, InvalidValues, NotFound
from flowcase.services.studio import reviews
from flowcase.services.studio.studio_files import ShippedScenarios, check_name, check_process_owner
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, tables
from flowcase.store.queries import drafts, resources
from flowcase.store.queries.drafts import DraftRow


@dataclass(frozen=True)
class SavedDraft:
    """Where a draft was kept."""

    copy: int
    hash: str
    updated_at: dt.datetime
    was_set_aside: bool  # another window had saved since: both are kept, this one as a copy
    in_force: str | None  # hash of the deployed file now
    others: tuple[DraftRow, ...]


class KeptDrafts:
    """Each method is one transaction. Raises Forbidden for who is no process owner."""

    def __init__(self, transactions: Transactions, shipped: ShippedScenarios) -> None:
        self._transactions, self._shipped = transactions, shipped

    def begin(self, path: str, content: bytes, *, actor: Actor) -> SavedDraft:
        """A draft of a new file. Raises InvalidValues when there is one of this name."""
        check_process_owner(actor, "make a file")
        check_name(path, len(content))

        def work(tx: Tx) -> SavedDraft:
            is_taken = (
                resources.file_in_force(tx, path) is not None or self._shipped.content(path) is not None
            )
            if is_taken or drafts.drafts(tx, file_name=path):
                raise InvalidValues("the new file", {"navn": ["Der er allerede en fil med dette navn."]})
            return keep_draft(tx, actor, path, 0, content, based_on=None, seen=None, authors=())

        return self._transactions.run(actor, work)

    def save(
        self,
        path: str,
        content: bytes,
        *,
        copy: int = 0,
        seen: str | None,
        based_on: str | None,
        begun_from: tuple[str, int] | None = None,
        actor: Actor,
    ) -> SavedDraft:
        """Keep a draft, however faulty it is.

        `begun_from` names the colleague's draft (owner, copy) that the work began from: whoever had a hand
        in that one has a hand in this. A review of the draft as it was before is void.

        `seen` is the hash of the draft that this window last read or wrote. Where another window has
        saved since, nothing is overwritten: the content is kept as a copy of its own.
        """
        check_process_owner(actor, "save a draft")
        check_name(path, len(content))

        def work(tx: Tx) -> SavedDraft:
            begun = drafts.draft(tx, begun_from[0], path, begun_from[1]) if begun_from else None
            authors = {begun.owner, *begun.authors} - {actor.id} if begun else set()
            return keep_draft(tx, actor, path, copy, content, based_on=based_on, seen=seen, authors=authors)

        return self._transactions.run(actor, work)

    def choose(self, path: str, *, keep: int, drop: int, seen: tuple[str, str], actor: Actor) -> None:
        """Of two drafts of one's own keep one, as the main draft, and throw the other away.

        `seen` are the hashes of both as they were compared. Raises Conflict when one has changed since.
        """
        check_process_owner(actor, "choose between drafts")

        def work(tx: Tx) -> None:
            rows = [drafts.draft(tx, actor.id, path, copy) for copy in (keep, drop)]
            kept, dropped = rows
            if kept is None or dropped is None or keep == drop:
                raise NotFound("draft", path)
            if (kept.hash, dropped.hash) != seen:
                raise Conflict(f"choose between drafts of '{path}'", "one of them was saved meanwhile")
            content = drafts.content(tx, kept)
            key = {"owner": actor.id, "file_name": path}
            reviews.note_changed(tx, dropped)
            tx.delete_any(tables.draft, {**key, "copy": drop})
            if drop == 0:  # what is kept takes the place of the main draft, and of its review nothing
                reviews.note_changed(tx, kept)
                tx.delete_any(tables.draft, {**key, "copy": keep})
                values = {"hash": kept.hash, "content": content, "based_on": kept.based_on}
                authors = sorted({*kept.authors, *dropped.authors})
                tx.insert_once(tables.draft, **key, copy=0, updated_at=tx.now, authors=authors, **values)

        self._transactions.run(actor, work)

    def discard(self, path: str, *, copy: int = 0, actor: Actor) -> None:
        """Throw a draft of one's own away. Raises NotFound."""
        check_process_owner(actor, "discard a draft")

        def work(tx: Tx) -> None:
            row = drafts.draft(tx, actor.id, path, copy)
            if row is None:
                raise NotFound("draft", path)
            reviews.note_changed(tx, row)
            tx.delete_any(tables.draft, {"owner": actor.id, "file_name": path, "copy": copy})

        self._transactions.run(actor, work)


def take_away(tx: Tx, row: DraftRow) -> None:
    """A draft that is in force by now; a review of it that was not answered is void."""
    reviews.note_changed(tx, row)
    tx.delete_any(tables.draft, {"owner": row.owner, "file_name": row.file_name, "copy": row.copy})


def free_copy(own: Sequence[DraftRow]) -> int:
    taken = {row.copy for row in own}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def keep_draft(
    tx: Tx,
    actor: Actor,
    path: str,
    copy: int,
    content: bytes,
    *,
    based_on: str | None,
    seen: str | None,
    authors: Iterable[str],
) -> SavedDraft:
    """Keep content as a draft within another service's transaction; beside one that `seen` does not name."""
    hash = hashlib.sha256(content).hexdigest()
    row = drafts.draft(tx, actor.id, path, copy)
    was_set_aside = row is not None and row.hash not in (seen, hash)
    if was_set_aside or (row is None and copy):
        copy = free_copy([each for each in drafts.drafts(tx, file_name=path) if each.owner == actor.id])
        row = None
    key = {"owner": actor.id, "file_name": path, "copy": copy}
    values: dict[str, object] = {"authors": sorted({*authors, *(row.authors if row else ())})}
    values |= {"hash": hash, "content": content, "based_on": based_on, "updated_at": tx.now}
    if row is None:
        if not tx.insert_once(tables.draft, **key, **values):
            raise Conflict(f"save a draft of '{path}'", "another window saves it at this moment")
    else:
        reviews.note_changed(tx, row, hash)
        tx.update(tables.draft, {**key, "hash": row.hash}, values, attempt=f"save a draft of '{path}'")
    in_force = resources.file_in_force(tx, path)
    others = tuple(each for each in drafts.drafts(tx, file_name=path) if each.owner != actor.id)
    return SavedDraft(copy, hash, tx.now, was_set_aside, in_force.hash if in_force else None, others)
