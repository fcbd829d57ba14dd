"""The studio: diagrams, tables and forms that process owners open, check, keep as drafts and deploy."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound
from flowcase.modeling import Finding, Severity
from flowcase.services import reviews
from flowcase.services.deployments import Deployment, Deployments
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, tables
from flowcase.store.queries import drafts, resources
from flowcase.store.queries.drafts import DraftRow
from flowcase.store.queries.resources import DeploymentRow, FileRow, FileVersionRow
from flowcase.store.queries.reviews import ReviewRow, by_deployment

MAX_BYTES = 2 * 1024 * 1024
ENDINGS = (".bpmn", ".dmn", ".form")
YAML = ".yaml"  # in the folders of rule sets and of scenarios

_FOLDERS = frozenset({"rulesets", "scenarios"})
_SETTING = re.compile(rb"\bindstilling\.([a-z_][a-z0-9_]*)")
_NAME = re.compile(r"(?!\.)[\w .+()-]{1,100}(/(?!\.)[\w .+()-]{1,100}){0,5}")


@dataclass(frozen=True)
class StudioFile:
    """One file of the list: what is in force, and the drafts of it."""

    path: str
    in_force: FileRow | None
    drafts: tuple[DraftRow, ...]


@dataclass(frozen=True)
class Names:
    """What is in force, by id."""

    processes: Mapping[str, str]  # with the name
    decisions: tuple[str, ...]
    forms: tuple[str, ...]
    rule_sets: tuple[str, ...]


@dataclass(frozen=True)
class OpenedFile:
    """A file as somebody begins to work on it."""

    path: str
    content: bytes
    copy: int  # which of this person's drafts
    draft: str | None  # hash of that draft as it stands; None when there is none yet
    based_on: str | None  # hash of the deployed file that the work began from
    in_force: FileRow | None
    brought_by: DeploymentRow | None  # the deployment that put `in_force` into force
    others: tuple[DraftRow, ...]  # drafts of other people
    own: tuple[DraftRow, ...]
    is_shipped: bool = False  # not deployed: a scenario as it lies in the folder beside the diagrams


@dataclass(frozen=True)
class SavedDraft:
    """Where a draft was kept."""

    copy: int
    hash: str
    updated_at: dt.datetime
    was_set_aside: bool  # another window had saved since: both are kept, this one as a copy
    in_force: str | None  # hash of the deployed file now
    others: tuple[DraftRow, ...]


@dataclass(frozen=True)
class FileVersion:
    """A version of a file that is or was in force, and the review that let it in."""

    row: FileVersionRow
    review: ReviewRow | None


class Studio:
    """Each method is one transaction. Raises Forbidden for who is no process owner."""

    def __init__(
        self,
        transactions: Transactions,
        deployments: Deployments,
        *,
        has_four_eyes: bool = False,
        processes: Path | None = None,
    ) -> None:
        """`has_four_eyes`: nothing is put into force that a second person has not approved.

        `processes` is the folder whose `scenarios/` can be opened before anybody has deployed one.
        """
        self._transactions, self._deployments = transactions, deployments
        self._shipped = processes
        self._settings_read: dict[str, tuple[str, ...]] = {}  # by hash of the file: read once
        self.has_four_eyes = has_four_eyes

    def files(self, *, actor: Actor) -> list[StudioFile]:
        """What is deployed and what is being worked on, by path, and the scenarios of the folder."""
        _check(actor, "open the studio")

        def work(tx: Tx) -> list[StudioFile]:
            in_force = {row.path: row for row in resources.files_in_force(tx) if is_studio_file(row.path)}
            kept: dict[str, list[DraftRow]] = {}
            for row in drafts.drafts(tx):
                kept.setdefault(row.file_name, []).append(row)
            return [
                StudioFile(path, in_force.get(path), tuple(kept.get(path, ())))
                for path in sorted({*in_force, *kept, *self._stories()}, key=str.casefold)
            ]

        return self._transactions.read(work)

    def open(self, path: str, *, copy: int = 0, of: str | None = None, actor: Actor) -> OpenedFile:
        """This person's draft, else what is deployed; `of` begins from another person's draft instead.

        Raises NotFound.
        """
        _check(actor, "open the studio")

        def work(tx: Tx) -> OpenedFile:
            everybody = drafts.drafts(tx, file_name=path)
            own = tuple(row for row in everybody if row.owner == actor.id)
            others = tuple(row for row in everybody if row.owner != actor.id)
            in_force = _in_force(tx, path)
            row = drafts.draft(tx, of or actor.id, path, copy)
            shipped = self._story(path) if in_force is None else None
            if row is None and (of is not None or copy or (in_force is None and shipped is None)):
                raise NotFound("file", path)
            content = drafts.content(tx, row) if row is not None else shipped or _content(tx, in_force)
            is_own = of in (None, actor.id)
            return OpenedFile(
                path=path,
                content=content,
                copy=copy if is_own else _free_copy(own),
                draft=row.hash if row is not None and is_own else None,
                based_on=row.based_on if row is not None else in_force.hash if in_force else None,
                in_force=in_force,
                brought_by=resources.deployment(tx, in_force.deployment) if in_force else None,
                others=others,
                own=own,
                is_shipped=shipped is not None,
            )

        return self._transactions.read(work)

    def in_force(self, path: str, *, actor: Actor) -> bytes:
        """The deployed file; of a scenario that is not deployed the one in the folder. Raises NotFound."""
        _check(actor, "open the studio")

        def work(tx: Tx) -> bytes:
            in_force = _in_force(tx, path)
            shipped = self._story(path) if in_force is None else None
            return shipped if shipped is not None else _content(tx, in_force)

        return self._transactions.read(work)

    def check(self, path: str, content: bytes, *, actor: Actor) -> list[Finding]:
        """What the deploy check finds in the file, with everything that is deployed beside it.

        An error that one's own drafts of other files mend is a warning: it blocks the file alone, and not
        what is deployed together with them.
        """
        _check(actor, "check a file")
        check_name(path, len(content))

        def work(tx: Tx) -> list[Finding]:
            alone = self._deployments.findings(tx, {path: content})
            own = [row for row in drafts.drafts(tx) if row.owner == actor.id and row.file_name != path]
            if not own or not blocking(alone):
                return alone
            beside = {
                row.file_name: drafts.content(tx, row) for row in sorted(own, key=lambda each: -each.copy)
            }
            left = set(self._deployments.findings(tx, {**beside, path: content}))
            return [
                finding if finding in left else replace(finding, severity=Severity.WARNING)
                for finding in alone
            ]

        return self._transactions.read(work)

    def check_together(self, files: Mapping[str, bytes], *, actor: Actor) -> list[Finding]:
        """As `check`, of files that are to go into force as one."""
        _check(actor, "check files")
        return self._transactions.read(lambda tx: self._deployments.findings(tx, files))

    def begin(self, path: str, content: bytes, *, actor: Actor) -> SavedDraft:
        """A draft of a new file. Raises InvalidValues when there is one of this name."""
        _check(actor, "make a file")
        check_name(path, len(content))

        def work(tx: Tx) -> SavedDraft:
            is_taken = _in_force(tx, path) is not None or self._story(path) is not None
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
        _check(actor, "save a draft")
        check_name(path, len(content))

        def work(tx: Tx) -> SavedDraft:
            begun = drafts.draft(tx, begun_from[0], path, begun_from[1]) if begun_from else None
            authors = {begun.owner, *begun.authors} - {actor.id} if begun else set()
            return keep_draft(tx, actor, path, copy, content, based_on=based_on, seen=seen, authors=authors)

        return self._transactions.run(actor, work)

    def names(self, *, actor: Actor) -> Names:
        """What there is in force to choose from."""
        _check(actor, "open the studio")

        def work(tx: Tx) -> Names:
            named = [row for row in resources.all_named(tx) if row.status == "active"]
            return Names(
                processes={row.process: row.name for row in resources.definitions(tx, only_newest=True)},
                decisions=tuple(sorted({row.name for row in named if row.kind == "decision"})),
                forms=tuple(sorted({row.name for row in named if row.kind == "form"})),
                rule_sets=tuple(sorted({row.name for row in named if row.kind == "ruleset"})),
            )

        return self._transactions.read(work)

    def setting_uses(self, *, actor: Actor) -> Mapping[str, tuple[str, ...]]:
        """Names of the settings that files in force read, each with these files."""
        _check(actor, "open the studio")

        def work(tx: Tx) -> Mapping[str, tuple[str, ...]]:
            found: dict[str, list[str]] = {}
            for row in resources.files_in_force(tx):
                if row.hash not in self._settings_read:
                    content = resources.content(tx, row.hash) or b""
                    names = {name.decode() for name in _SETTING.findall(content)}
                    self._settings_read[row.hash] = tuple(sorted(names))
                for name in self._settings_read[row.hash]:
                    found.setdefault(name, []).append(row.path)
            return {name: tuple(paths) for name, paths in found.items()}

        return self._transactions.read(work)

    def versions(self, path: str, *, actor: Actor) -> list[FileVersion]:
        """What was in force under this name, newest first, with who signed it. Raises NotFound."""
        _check(actor, "see the versions of a file")

        def work(tx: Tx) -> list[FileVersion]:
            signed = by_deployment(tx, path)
            rows = resources.file_versions(tx, path)
            if not rows:
                raise NotFound("file", path)
            return [FileVersion(row, signed.get(row.deployment.id)) for row in rows]

        return self._transactions.read(work)

    def version(self, path: str, number: int, *, actor: Actor) -> bytes:
        """The content of one version. Raises NotFound."""
        _check(actor, "see the versions of a file")
        return self._transactions.read(lambda tx: _version(tx, path, number))

    def restore(self, path: str, number: int, *, actor: Actor) -> SavedDraft:
        """A new draft with the content of an older version; a draft of one's own stays beside it.

        Raises NotFound.
        """
        _check(actor, "restore a version")

        def work(tx: Tx) -> SavedDraft:
            content, in_force = _version(tx, path, number), _in_force(tx, path)
            based_on = in_force.hash if in_force else None
            return keep_draft(tx, actor, path, 0, content, based_on=based_on, seen=None, authors=())

        return self._transactions.run(actor, work)

    def choose(self, path: str, *, keep: int, drop: int, seen: tuple[str, str], actor: Actor) -> None:
        """Of two drafts of one's own keep one, as the main draft, and throw the other away.

        `seen` are the hashes of both as they were compared. Raises Conflict when one has changed since.
        """
        _check(actor, "choose between drafts")

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
        _check(actor, "discard a draft")

        def work(tx: Tx) -> None:
            row = drafts.draft(tx, actor.id, path, copy)
            if row is None:
                raise NotFound("draft", path)
            reviews.note_changed(tx, row)
            tx.delete_any(tables.draft, {"owner": actor.id, "file_name": path, "copy": copy})

        self._transactions.run(actor, work)

    def deploy(
        self,
        path: str,
        content: bytes,
        *,
        note: str,
        replaces: str | None,
        copy: int | None = 0,
        actor: Actor,
    ) -> Deployment:
        """`deploy_together` with one file; takes `copy` of one's own drafts away too."""
        own = {path: copy} if copy is not None else {}
        return self.deploy_together(
            {path: content}, note=note, replaces={path: replaces}, own=own, actor=actor
        )

    def deploy_together(
        self,
        files: Mapping[str, bytes],
        *,
        note: str,
        replaces: Mapping[str, str | None],
        own: Mapping[str, int] | None = None,
        actor: Actor,
    ) -> Deployment:
        """Put files into force as one, and take their drafts away: those reviewed, and `own` (path -> copy).

        `replaces` are the hashes of the deployed files that are knowingly replaced. Raises Conflict when
        another is in force by now, InvalidDefinition with every finding when one of them blocks,
        InvalidValues without a note, NotApproved when four eyes are on and a second person has not approved
        exactly this content.
        """
        _check(actor, "deploy a file")
        for path, content in files.items():
            check_name(path, len(content))
        if not note.strip():
            raise InvalidValues("the deployment", {"note": ["Skriv, hvad der er ændret og hvorfor."]})

        def work(tx: Tx) -> Deployment:
            for path in files:
                in_force = _in_force(tx, path)
                if (in_force.hash if in_force is not None else None) != replaces.get(path):
                    raise Conflict(
                        f"deploy '{path}'", "somebody has deployed another version of it meanwhile"
                    )
            made = self._deployed(tx, files, note.strip())
            for path, copy in (own or {}).items():
                row = drafts.draft(tx, actor.id, path, copy)
                if row is not None:
                    _take_away(tx, row)
            return made

        return self._transactions.run(actor, work)

    def deploy_bundle(
        self, files: Mapping[str, bytes], *, note: str = "", draft: bool = False, actor: Actor
    ) -> Deployment:
        """What a program deploys: all files or none, and with four eyes as from the studio.

        Files that are in force as they are need no approval, nor does a draft deployment, which puts
        nothing into force. Raises as `deploy`.
        """
        _check(actor, "deploy files")

        def work(tx: Tx) -> Deployment:
            if draft:
                return self._deployments.deploy_within(tx, files, note=note, draft=True)
            return self._deployed(tx, files, note)

        return self._transactions.run(actor, work)

    def _stories(self) -> list[str]:
        """Names of the scenarios in the folder."""
        folder = self._shipped / "scenarios" if self._shipped else None
        return [f"scenarios/{each.name}" for each in folder.glob("*.yaml")] if folder else []

    def _story(self, path: str) -> bytes | None:
        if self._shipped is None or path not in self._stories():
            return None
        return (self._shipped / path).read_bytes()

    def _deployed(self, tx: Tx, files: Mapping[str, bytes], note: str) -> Deployment:
        """The one way from the studio and its API into force."""
        tx.stream(INSTALLATION)
        before = {row.path: row.hash for row in resources.files_in_force(tx)}
        hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        if self.has_four_eyes:
            reviews.check_approved(tx, hashes, before)
        made = self._deployments.deploy_within(tx, files, note=note)
        for reviewed in reviews.note_deployed(tx, hashes, made.id):
            for file in reviewed.files:
                kept = drafts.draft(tx, reviewed.owner, file.file_name, file.copy)
                if kept is not None and kept.hash == file.hash:
                    _take_away(tx, kept)
        return made


def check_name(path: str, size: int = 0) -> None:
    """Raises InvalidValues for what is no name of a file in the studio, and for one that is too large."""
    if not is_studio_file(path) or not _NAME.fullmatch(path):
        raise InvalidValues("the file", {"navn": [f"Et filnavn ender på {', '.join((*ENDINGS, YAML))}."]})
    if size > MAX_BYTES:
        raise InvalidValues("the file", {"indhold": ["Filen er større end 2 MB."]})


def is_studio_file(path: str) -> bool:
    """Whether this is the name of something that the studio edits: a diagram, a table, a rule set …"""
    return path.endswith(ENDINGS) or (path.endswith(YAML) and path.rpartition("/")[0] in _FOLDERS)


def blocking(findings: Sequence[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)


def _check(actor: Actor, attempt: str) -> None:
    if not may_edit_processes(actor):
        raise Forbidden(attempt, "only process owners may")


def _version(tx: Tx, path: str, number: int) -> bytes:
    found = next((row for row in resources.file_versions(tx, path) if row.number == number), None)
    content = resources.content(tx, found.hash) if found is not None else None
    if content is None:
        raise NotFound("version", f"{path}:{number}")
    return content


def _take_away(tx: Tx, row: DraftRow) -> None:
    """A draft that is in force by now; a review of it that was not answered is void."""
    reviews.note_changed(tx, row)
    tx.delete_any(tables.draft, {"owner": row.owner, "file_name": row.file_name, "copy": row.copy})


_in_force = resources.file_in_force


def _content(tx: Tx, row: FileRow | None) -> bytes:
    content = resources.content(tx, row.hash) if row is not None else None
    if content is None:
        raise NotFound("file", row.path if row is not None else "")
    return content


def _free_copy(own: Sequence[DraftRow]) -> int:
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
        copy = _free_copy([each for each in drafts.drafts(tx, file_name=path) if each.owner == actor.id])
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
    in_force = _in_force(tx, path)
    others = tuple(each for each in drafts.drafts(tx, file_name=path) if each.owner != actor.id)
    return SavedDraft(copy, hash, tx.now, was_set_aside, in_force.hash if in_force else None, others)
