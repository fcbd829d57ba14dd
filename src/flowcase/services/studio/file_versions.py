"""Versions of the studio's files: what was in force, who let it in, and an older one restored."""

from __future__ import annotations

from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.errors import NotFound
from flowcase.services.studio.kept_drafts import SavedDraft, keep_draft
from flowcase.services.studio.studio_files import check_process_owner
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import resources
from flowcase.store.queries.resources import FileVersionRow
from flowcase.store.queries.reviews import ReviewRow, by_deployment


@dataclass(frozen=True)
class FileVersion:
    """A version of a file that is or was in force, and the review that let it in."""

    row: FileVersionRow
    review: ReviewRow | None


class FileVersions:
    """Each method is one transaction. Raises Forbidden for who is no process owner."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def versions(self, path: str, *, actor: Actor) -> list[FileVersion]:
        """What was in force under this name, newest first, with who signed it. Raises NotFound."""
        check_process_owner(actor, "see the versions of a file")

        def work(tx: Tx) -> list[FileVersion]:
            signed = by_deployment(tx, path)
            rows = resources.file_versions(tx, path)
            if not rows:
                raise NotFound("file", path)
            return [FileVersion(row, signed.get(row.deployment.id)) for row in rows]

        return self._transactions.read(work)

    def version(self, path: str, number: int, *, actor: Actor) -> bytes:
        """The content of one version. Raises NotFound."""
        check_process_owner(actor, "see the versions of a file")
        return self._transactions.read(lambda tx: _version(tx, path, number))

    def restore(self, path: str, number: int, *, actor: Actor) -> SavedDraft:
        """A new draft with the content of an older version; a draft of one's own stays beside it.

        Raises NotFound.
        """
        check_process_owner(actor, "restore a version")

        def work(tx: Tx) -> SavedDraft:
            content, in_force = _version(tx, path, number), resources.file_in_force(tx, path)
            based_on = in_force.hash if in_force else None
            return keep_draft(tx, actor, path, 0, content, based_on=based_on, seen=None, authors=())

        return self._transactions.run(actor, work)


def _version(tx: Tx, path: str, number: int) -> bytes:
    found = next((row for row in resources.file_versions(tx, path) if row.number == number), None)
    content = resources.content(tx, found.hash) if found is not None else None
    if content is None:
        raise NotFound("version", f"{path}:{number}")
    return content
