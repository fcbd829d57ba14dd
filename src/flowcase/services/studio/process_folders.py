"""Everything in force as plain files, its deployments one by one, and files taken in as drafts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes, may_see_deployments
from flowcase.errors import Forbidden, InvalidValues
from flowcase.modeling import Finding
from flowcase.modeling.process_archive import place_of
from flowcase.services.deploying.deployments import Deployments
from flowcase.services.studio.kept_drafts import keep_draft
from flowcase.services.studio.studio_files import is_studio_file
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import resources, reviews
from flowcase.store.queries.resources import DeploymentRow
from flowcase.store.queries.reviews import ReviewRow


@dataclass(frozen=True)
class Revision:
    """One deployment with the files that it brought."""

    deployment: DeploymentRow
    files: Mapping[str, bytes]
    reviews: Sequence[ReviewRow]  # by which a second person let files of it into force


@dataclass(frozen=True)
class TakenIn:
    """What became of files that were taken in."""

    drafts: tuple[str, ...]  # now drafts of whoever took them in
    unchanged: tuple[str, ...]  # as they are in force
    left_out: tuple[str, ...]  # rule sets: they are deployed, not drawn
    findings: tuple[Finding, ...]  # of all drafts together


class ProcessFolders:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, deployments: Deployments) -> None:
        self._transactions, self._deployments = transactions, deployments

    def files(self, *, actor: Actor) -> dict[str, bytes]:
        """Every file in force by its path. Raises Forbidden."""
        _check_may_see(actor)

        def work(tx: Tx) -> dict[str, bytes]:
            return {
                place_of(row.path): resources.content(tx, row.hash) or b""
                for row in resources.files_in_force(tx)
            }

        return self._transactions.read(work)

    def deployments(self, *, actor: Actor) -> list[DeploymentRow]:
        """Those that put something into force, oldest first. Raises Forbidden."""
        _check_may_see(actor)

        def work(tx: Tx) -> list[DeploymentRow]:
            found = resources.deployments(tx, limit=None)
            return [row for row in reversed(found) if row.status == "active"]

        return self._transactions.read(work)

    def revision(self, deployment: DeploymentRow, *, actor: Actor) -> Revision:
        """One of them with its files. Raises Forbidden."""
        _check_may_see(actor)

        def work(tx: Tx) -> Revision:
            files = {
                place_of(path): resources.content(tx, hash) or b""
                for path, hash in resources.files(tx, deployment.id).items()
            }
            return Revision(deployment, files, reviews.of_deployment(tx, deployment.id))

        return self._transactions.read(work)

    def take_in(self, files: Mapping[str, bytes], *, actor: Actor) -> TakenIn:
        """Keep every file that differs from what is in force as a draft of the actor's; all or none.

        A draft that the actor has already stays beside it. Nothing goes into force. Raises Forbidden, and
        InvalidValues for nothing at all.
        """
        if not may_edit_processes(actor):
            raise Forbidden("take files in", "only process owners may")
        if not files:
            raise InvalidValues(
                "the files", {"fil": ["Der er ingen diagrammer, tabeller eller formularer i den."]}
            )

        drawn = {path: content for path, content in sorted(files.items()) if is_studio_file(path)}

        def differing(tx: Tx) -> tuple[dict[str, bytes], dict[str, str], list[Finding]]:
            in_force = {row.path: row.hash for row in resources.files_in_force(tx)}
            new = {
                path: content
                for path, content in drawn.items()
                if in_force.get(path) != hashlib.sha256(content).hexdigest()
            }
            return new, in_force, self._deployments.findings(tx, new) if new else []

        def work(tx: Tx) -> TakenIn:
            new, in_force, findings = differing(tx)
            for path, content in new.items():
                keep_draft(tx, actor, path, 0, content, based_on=in_force.get(path), seen=None, authors=())
            return TakenIn(
                drafts=tuple(new),
                unchanged=tuple(path for path in drawn if path not in new),
                left_out=tuple(sorted(set(files) - set(drawn))),
                findings=tuple(findings),
            )

        self._transactions.read(differing)  # nobody who writes waits while they are checked
        return self._transactions.run(actor, work)


def _check_may_see(actor: Actor) -> None:
    if not may_see_deployments(actor):
        raise Forbidden("fetch the processes in force", "this account may not")
