"""The studio: diagrams, tables and forms that process owners open, check and deploy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, InvalidDefinition, InvalidValues, NotFound
from flowcase.modeling import Finding, Severity, catalogue_of
from flowcase.modeling.variables import SETTINGS_OF_FACTS
from flowcase.services.deploying.deployments import Deployment, Deployments
from flowcase.services.deploying.form_losses import losses_of
from flowcase.services.studio import reviews
from flowcase.services.studio.kept_drafts import free_copy, take_away
from flowcase.services.studio.studio_files import (
    ShippedScenarios,
    check_name,
    check_process_owner,
    is_studio_file,
)
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import drafts, resources
from flowcase.store.queries.drafts import DraftRow
from flowcase.store.queries.resources import DeploymentRow, FileRow

_SETTING = re.compile(rb"\bindstilling\.([a-z_][a-z0-9_]*)")
_BY_FACT = re.compile(rf"\b({'|'.join(SETTINGS_OF_FACTS)})\b".encode())


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


class Studio:
    """Each method is one transaction. Raises Forbidden for who is no process owner."""

    def __init__(
        self,
        transactions: Transactions,
        deployments: Deployments,
        shipped: ShippedScenarios,
        *,
        has_four_eyes: bool = False,
    ) -> None:
        """`has_four_eyes`: nothing is put into force that a second person has not approved."""
        self._transactions, self._deployments = transactions, deployments
        self._shipped = shipped
        self._settings_read: dict[str, tuple[str, ...]] = {}  # by hash of the file: read once
        self.has_four_eyes = has_four_eyes

    def files(self, *, actor: Actor) -> list[StudioFile]:
        """What is deployed and what is being worked on, by path, and the scenarios of the folder."""
        check_process_owner(actor, "open the studio")

        def work(tx: Tx) -> list[StudioFile]:
            in_force = {row.path: row for row in resources.files_in_force(tx) if is_studio_file(row.path)}
            kept: dict[str, list[DraftRow]] = {}
            for row in drafts.drafts(tx):
                kept.setdefault(row.file_name, []).append(row)
            return [
                StudioFile(path, in_force.get(path), tuple(kept.get(path, ())))
                for path in sorted({*in_force, *kept, *self._shipped.names()}, key=str.casefold)
            ]

        return self._transactions.read(work)

    def open(self, path: str, *, copy: int = 0, of: str | None = None, actor: Actor) -> OpenedFile:
        """This person's draft, else what is deployed; `of` begins from another person's draft instead.

        Raises NotFound.
        """
        check_process_owner(actor, "open the studio")

        def work(tx: Tx) -> OpenedFile:
            everybody = drafts.drafts(tx, file_name=path)
            own = tuple(row for row in everybody if row.owner == actor.id)
            others = tuple(row for row in everybody if row.owner != actor.id)
            in_force = resources.file_in_force(tx, path)
            row = drafts.draft(tx, of or actor.id, path, copy)
            shipped = self._shipped.content(path) if in_force is None else None
            if row is None and (of is not None or copy or (in_force is None and shipped is None)):
                raise NotFound("file", path)
            content = drafts.content(tx, row) if row is not None else shipped or _content(tx, in_force)
            is_own = of in (None, actor.id)
            return OpenedFile(
                path=path,
                content=content,
                copy=copy if is_own else free_copy(own),
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
        check_process_owner(actor, "open the studio")

        def work(tx: Tx) -> bytes:
            in_force = resources.file_in_force(tx, path)
            shipped = self._shipped.content(path) if in_force is None else None
            return shipped if shipped is not None else _content(tx, in_force)

        return self._transactions.read(work)

    def check(self, path: str, content: bytes, *, actor: Actor) -> list[Finding]:
        """What the deploy check finds in the file, with everything that is deployed beside it.

        An error that one's own drafts of other files mend is a warning: it blocks the file alone, and not
        what is deployed together with them.
        """
        check_process_owner(actor, "check a file")
        check_name(path, len(content))

        def work(tx: Tx) -> list[Finding]:
            alone = _strict(self._deployments.findings(tx, {path: content}))
            alone += _lost(tx, {path: content}, actor)
            own = [row for row in drafts.drafts(tx) if row.owner == actor.id and row.file_name != path]
            if not own or not blocking(alone):
                return alone
            beside = {
                row.file_name: drafts.content(tx, row) for row in sorted(own, key=lambda each: -each.copy)
            }
            left = set(_strict(self._deployments.findings(tx, {**beside, path: content})))
            return [
                finding if finding in left else replace(finding, severity=Severity.WARNING)
                for finding in alone
            ]

        return self._transactions.read(work)

    def check_together(self, files: Mapping[str, bytes], *, actor: Actor) -> list[Finding]:
        """As `check`, of files that are to go into force as one."""
        check_process_owner(actor, "check files")

        def work(tx: Tx) -> list[Finding]:
            return [*_strict(self._deployments.findings(tx, files)), *_lost(tx, files, actor)]

        return self._transactions.read(work)

    def needed(self, path: str, content: bytes, *, actor: Actor) -> list[DraftRow]:
        """Of one's own drafts of other files, those that the file cannot go into force without.

        They define a form, table, process or rule set that it, or another of them, names and that is not in
        force. Of two drafts of one file the main one.
        """
        names = self.names(actor=actor)
        in_force = _by_kind(names.processes, names.decisions, names.forms, names.rule_sets)

        def work(tx: Tx) -> list[DraftRow]:
            own = [row for row in drafts.drafts(tx) if row.owner == actor.id and row.file_name != path]
            left = {row.file_name: row for row in sorted(own, key=lambda each: -each.copy)}
            contents = {file: drafts.content(tx, row) for file, row in left.items()}
            defined = {file: _defined(file, each) - in_force for file, each in contents.items()}
            found, waiting = [], [content]
            while waiting:
                text = waiting.pop().decode("utf-8", "replace")
                for file in [file for file in left if any(_names(text, id) for _, id in defined[file])]:
                    found.append(left.pop(file))
                    waiting.append(contents[file])
            return sorted(found, key=lambda row: row.file_name)

        return self._transactions.read(work)

    def names(self, *, actor: Actor) -> Names:
        """What there is in force to choose from."""
        check_process_owner(actor, "open the studio")

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
        """Names of the settings that files in force read, also through a fact, each with these files."""
        check_process_owner(actor, "open the studio")

        def work(tx: Tx) -> Mapping[str, tuple[str, ...]]:
            found: dict[str, list[str]] = {}
            for row in resources.files_in_force(tx):
                if row.hash not in self._settings_read:
                    content = resources.content(tx, row.hash) or b""
                    names = {name.decode() for name in _SETTING.findall(content)}
                    for fact in set(_BY_FACT.findall(content)):
                        names.update(SETTINGS_OF_FACTS[fact.decode()])
                    self._settings_read[row.hash] = tuple(sorted(names))
                for name in self._settings_read[row.hash]:
                    found.setdefault(name, []).append(row.path)
            return {name: tuple(paths) for name, paths in found.items()}

        return self._transactions.read(work)

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
        check_process_owner(actor, "deploy a file")
        for path, content in files.items():
            check_name(path, len(content))
        if not note.strip():
            raise InvalidValues("the deployment", {"note": ["Skriv, hvad der er ændret og hvorfor."]})

        def work(tx: Tx) -> Deployment:
            tx.stream(INSTALLATION)  # from here on nobody else puts anything into force
            for path in files:
                in_force = resources.file_in_force(tx, path)
                if (in_force.hash if in_force is not None else None) != replaces.get(path):
                    raise Conflict(
                        f"deploy '{path}'", "somebody has deployed another version of it meanwhile"
                    )
            made = self._deployed(tx, files, note.strip())
            for path, copy in (own or {}).items():
                row = drafts.draft(tx, actor.id, path, copy)
                if row is not None:
                    take_away(tx, row)
            return made

        self._deployments.check(files)
        return self._transactions.run(actor, work)

    def deploy_bundle(
        self, files: Mapping[str, bytes], *, note: str = "", draft: bool = False, actor: Actor
    ) -> Deployment:
        """What a program deploys: all files or none, and with four eyes as from the studio.

        Files that are in force as they are need no approval, nor does a draft deployment, which puts
        nothing into force. Raises as `deploy`.
        """
        check_process_owner(actor, "deploy files")

        def work(tx: Tx) -> Deployment:
            if draft:
                return self._deployments.deploy_within(tx, files, note=note, draft=True)
            return self._deployed(tx, files, note)

        self._deployments.check(files)
        return self._transactions.run(actor, work)

    def _deployed(self, tx: Tx, files: Mapping[str, bytes], note: str) -> Deployment:
        """The one way from the studio and its API into force."""
        tx.stream(INSTALLATION)
        before = {row.path: row.hash for row in resources.files_in_force(tx)}
        hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        if self.has_four_eyes:
            reviews.check_approved(tx, hashes, before)
        made = self._deployments.deploy_within(tx, files, note=note)
        if blocking(found := _strict(made.warnings)):
            raise InvalidDefinition(found)
        for reviewed in reviews.note_deployed(tx, hashes, made.id):
            for file in reviewed.files:
                kept = drafts.draft(tx, reviewed.owner, file.file_name, file.copy)
                if kept is not None and kept.hash == file.hash:
                    take_away(tx, kept)
        return made


def _strict(findings: Iterable[Finding]) -> list[Finding]:
    """From the studio no file takes the place of one of another name: it would be looked at as a new one."""
    return [
        replace(each, severity=Severity.ERROR) if each.rule == "bundle-name" else each for each in findings
    ]


def _defined(file: str, content: bytes) -> set[tuple[int, str]]:
    """What a draft defines, as far as it can be read."""
    found = catalogue_of({file: content})
    return _by_kind(found.processes, found.decisions, found.forms, found.rule_sets)


def _by_kind(*kinds: Iterable[str] | None) -> set[tuple[int, str]]:
    return {(kind, id) for kind, ids in enumerate(kinds) for id in ids or ()}


def _names(text: str, id: str) -> bool:
    """Whether a file has an id as a word of its own."""
    return re.search(rf"(?<![\w-]){re.escape(id)}(?![\w-])", text) is not None


def _lost(tx: Tx, files: Mapping[str, bytes], actor: Actor) -> list[Finding]:
    """What forms among these files no longer ask, and diagrams read: those in force, or one's own drafts."""

    def drawn() -> Mapping[str, bytes]:
        own = sorted((row for row in drafts.drafts(tx) if row.owner == actor.id), key=lambda each: -each.copy)
        return {row.file_name: drafts.content(tx, row) for row in own}

    return losses_of(tx, files, drawn)


def blocking(findings: Sequence[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)


def _content(tx: Tx, row: FileRow | None) -> bytes:
    content = resources.content(tx, row.hash) if row is not None else None
    if content is None:
        raise NotFound("file", row.path if row is not None else "")
    return content
