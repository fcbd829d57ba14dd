"""Deploying diagrams, tables, forms and rule sets: all files of a bundle, or none."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from flowcase import events, modeling
from flowcase.access.actor import Actor
from flowcase.cases.rule_sets import Profile, RuleSet, read_manifest
from flowcase.errors import Conflict, InvalidDefinition, NotFound
from flowcase.modeling import Catalogue, Finding, Form, Severity
from flowcase.modeling.check_bundle import kind_of
from flowcase.modeling.definition import ProcessDefinition
from flowcase.modeling.option_labels import OptionLabels
from flowcase.modeling.read_dmn import read_dmn
from flowcase.services.definitions import Definitions
from flowcase.services.deploying.form_losses import losses_of
from flowcase.services.deploying.rule_set_check import check_manifests
from flowcase.services.deploying.scenario_check import check_scenarios
from flowcase.services.running.start_events import StartEvents
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, tables
from flowcase.store.queries import people, resources, rule_set_files, waiting
from flowcase.store.queries.resources import DeploymentRow, NamedResourceRow, ProcessDefinitionRow

SCENARIO = "scenario"  # kind of a deployed story; nothing that runs reads it
ACTIVE, DRAFT = "active", "draft"


@dataclass(frozen=True)
class Deployment:
    """What a deployment brought; what was deployed before with the same content is not brought again."""

    id: str
    status: str
    definitions: tuple[str, ...]  # new process definitions, as <process>:<version>
    resources: tuple[str, ...]  # new decisions, forms and rule sets, as <kind>:<name>:<version>
    warnings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Content:
    """What a file defines."""

    hash: str
    content: bytes
    processes: tuple[ProcessDefinition, ...] = ()
    named: tuple[tuple[str, str], ...] = ()  # (kind, name)


@dataclass(frozen=True)
class _Asked:
    """What findings follow from: files by path and hash, and what the database says beside them."""

    files: frozenset[tuple[str, str]]
    named: tuple[NamedResourceRow, ...]
    definitions: tuple[ProcessDefinitionRow, ...]
    groups: frozenset[str]


class Deployments:
    def __init__(
        self,
        transactions: Transactions,
        definitions: Definitions,
        start_events: StartEvents,
        known: Callable[[], Catalogue],
    ) -> None:
        """`known` names what diagrams may refer to beside deployed files: job types, groups, entities."""
        self._transactions, self._definitions = transactions, definitions
        self._start_events, self._known = start_events, known
        self._catalogues: dict[str, Catalogue] = {}  # what a deployed file defines, by its hash
        self._together: tuple[frozenset[str], Catalogue] | None = None  # all of those in force
        self._looked_at: tuple[_Asked, tuple[Finding, ...]] | None = None  # last

    # --- deploying ---------------------------------------------------------------------------------

    def check(self, files: Mapping[str, bytes]) -> list[Finding]:
        """What the deploy check finds, blocking or not; files that are deployed already count as known.

        What nothing blocks is read here, before the transaction that deploys it, and kept.
        """
        findings = self._transactions.read(lambda tx: self.findings(tx, files))
        if all(finding.severity is not Severity.ERROR for finding in findings):
            for path, content in files.items():
                _read(path, content)
        return findings

    def deploy(
        self, files: Mapping[str, bytes], *, actor: Actor, note: str = "", draft: bool = False
    ) -> Deployment:
        """Store the files and put new versions into force, unless it is a draft.

        A process or resource whose file has not changed keeps its version. Start events of the newest
        version take the place of the older ones'. Raises InvalidDefinition with every finding when one
        of them blocks. Nobody who writes waits while the files are checked.
        """
        self.check(files)
        return self._transactions.run(actor, lambda tx: self.deploy_within(tx, files, note=note, draft=draft))

    def deploy_within(
        self, tx: Tx, files: Mapping[str, bytes], *, note: str = "", draft: bool = False
    ) -> Deployment:
        """The same within a transaction of another service, which has had the files checked before."""
        tx.stream(INSTALLATION)  # one deployment at a time
        findings = self.findings(tx, files)
        if any(finding.severity is Severity.ERROR for finding in findings):
            raise InvalidDefinition(findings)
        lost = losses_of(tx, files)
        contents = {path: _read(path, content) for path, content in sorted(files.items())}
        id = tx.new_id()
        status = DRAFT if draft else ACTIVE
        for each in contents.values():
            tx.insert_once(tables.resource, hash=each.hash, content=each.content, stored_at=tx.now)
        definitions = self._new_processes(tx, id, status, contents)
        named = self._new_named(tx, id, status, contents)
        changes_settings = not draft and any(row.kind == rule_set_files.RULE_SET for row in named)
        series = self._start_events.series_by_settings(tx) if changes_settings else {}
        made = events.DeploymentMade(
            deployment=id,
            status=status,
            note=note,
            files={path: each.hash for path, each in contents.items()},
            definitions=tuple(row.id for row in definitions),
            resources=tuple(f"{row.kind}:{row.name}:{row.version}" for row in named),
        )
        tx.append(INSTALLATION, made)
        for row in definitions:
            tx.insert(tables.process_definition, **vars(row))
        for resource in named:
            tx.insert(tables.named_resource, **vars(resource))
        if changes_settings:
            tx.cache.clear()  # the settings that were in force until here
        if not draft:
            for row in definitions:
                self._start_events.replace(tx, self._definitions.process(tx, row.id), row.id)
        if changes_settings:
            self._start_events.follow_settings(tx, series)
        return Deployment(id, status, made.definitions, made.resources, (*findings, *lost))

    def reschedule(self, *, actor: Actor) -> None:
        """Let the timer start events in force count from now, by the settings that hold now; none is owed."""

        def work(tx: Tx) -> None:
            for row in resources.definitions(tx, process=None, only_newest=True):
                if waiting.start_timers(tx, row.process):
                    process = self._definitions.process(tx, row.id)
                    self._start_events.replace(tx, process, row.id, owes=False)

        self._transactions.run(actor, work)

    def delete_draft(self, deployment: str, *, actor: Actor) -> None:
        """Take a draft deployment away. Raises Conflict for one that is in force or in use."""

        def work(tx: Tx) -> None:
            tx.stream(INSTALLATION)
            row = resources.deployment(tx, deployment)
            if row is None:
                raise NotFound("deployment", deployment)
            if row.status != DRAFT:
                raise Conflict(f"delete deployment '{deployment}'", f"it is {row.status}, not a draft")
            if resources.is_in_use(tx, deployment):
                raise Conflict(f"delete deployment '{deployment}'", "process instances run it")
            tx.append(INSTALLATION, events.DraftDeploymentDeleted(deployment=deployment))

        self._transactions.run(actor, work)

    def findings(self, tx: Tx, files: Mapping[str, bytes]) -> list[Finding]:
        """As `check`, within a transaction of another service.

        What was found last is not looked for again while files, deployments and groups are the same.
        """
        asked = _Asked(
            frozenset((path, hashlib.sha256(content).hexdigest()) for path, content in files.items()),
            tuple(resources.all_named(tx)),
            tuple(resources.definitions(tx)),
            people.groups(tx),
        )
        last = self._looked_at
        if last is None or last[0] != asked:
            self._looked_at = last = asked, tuple(self._found(tx, files, asked))
        return list(last[1])

    def _found(self, tx: Tx, files: Mapping[str, bytes], asked: _Asked) -> list[Finding]:
        named = asked.named
        deployed = Catalogue(
            forms={row.name for row in named if row.kind == "form"},
            decisions={row.name for row in named if row.kind == "decision"},
            rule_sets={row.name for row in named if row.kind == "ruleset"},
            processes={row.process for row in asked.definitions},
            groups=asked.groups,  # a municipality may have groups beside those of the product
        )
        deployed = deployed.joined_with(self._types_in_force(tx, named))
        return [
            *modeling.check_bundle(
                files,
                self._known().joined_with(deployed),
                {row.path for row in named if row.status == ACTIVE},
                _homes(tx, named),
            ),
            *check_manifests(files, deployed.rule_sets or (), lambda id: self._manifest(tx, id)),
            *check_scenarios(files, lambda process: self._elements(tx, process)),
        ]

    def _manifest(self, tx: Tx, id: str) -> RuleSet | Profile | None:
        """The rule set or profile of that id in force."""
        row = resources.named(tx, "ruleset", id)
        content = resources.content(tx, row.hash) if row is not None else None
        return read_manifest(content, id) if content is not None else None

    def _elements(self, tx: Tx, process: str) -> Collection[str] | None:
        """The elements of a process in force; None for one that there is not."""
        row = resources.definition_of(tx, process)
        return self._definitions.process(tx, row.id).elements.keys() if row is not None else None

    def _types_in_force(self, tx: Tx, named: Sequence[NamedResourceRow]) -> Catalogue:
        """What the files in force define, with its types; each is read once per version."""
        those = [row for row in named if row.status == ACTIVE and row.kind != SCENARIO]
        newest: dict[tuple[str, str], NamedResourceRow | ProcessDefinitionRow] = {
            (row.kind, row.name): row for row in reversed(those)
        }
        for row in resources.definitions(tx, only_newest=True):
            if row.status == ACTIVE:
                newest["process", row.process] = row
        paths = {row.hash: row.path for row in newest.values()}
        together = self._together
        if together is None or together[0] != paths.keys():
            found = Catalogue()
            for hash, path in paths.items():
                if hash not in self._catalogues:
                    content = resources.content(tx, hash)
                    files = {path: content} if content is not None else {}
                    self._catalogues[hash] = modeling.catalogue_of(files)
                found = found.joined_with(self._catalogues[hash])
            self._together = together = (frozenset(paths), found)
        return together[1]

    def _new_processes(
        self, tx: Tx, deployment: str, status: str, contents: Mapping[str, _Content]
    ) -> list[ProcessDefinitionRow]:
        added = []
        for path, content in contents.items():
            for process in content.processes:
                versions = resources.definitions(tx, process=process.id)
                newest = next((row for row in versions if row.status == ACTIVE), None)
                if newest is not None and newest.hash == content.hash:
                    continue
                version = versions[0].version + 1 if versions else 1
                row = ProcessDefinitionRow(
                    id=f"{process.id}:{version}",
                    process=process.id,
                    version=version,
                    name=process.name or process.id,
                    hash=content.hash,
                    path=path,
                    version_tag=process.version_tag,
                    deployment=deployment,
                    status=status,
                    created_at=tx.now,
                )
                added.append(row)
        return added

    def _new_named(
        self, tx: Tx, deployment: str, status: str, contents: Mapping[str, _Content]
    ) -> list[NamedResourceRow]:
        known = resources.all_named(tx)
        newest = {(row.kind, row.name): row for row in reversed(known)}
        in_force = {(row.kind, row.name): row for row in reversed(known) if row.status == ACTIVE}
        added = []
        for path, content in contents.items():
            for kind, name in content.named:
                current = in_force.get((kind, name))
                if current is not None and current.hash == content.hash:
                    continue
                version = newest[(kind, name)].version + 1 if (kind, name) in newest else 1
                row = NamedResourceRow(
                    kind=kind,
                    name=name,
                    version=version,
                    hash=content.hash,
                    path=path,
                    version_tag=None,
                    deployment=deployment,
                    status=status,
                    created_at=tx.now,
                )
                added.append(row)
        return added

    # --- looking -----------------------------------------------------------------------------------

    def list(self, *, after: tuple[dt.datetime, str] | None = None, limit: int = 50) -> list[DeploymentRow]:
        """Newest first; `after` is (at, id) of the last row of the page before."""
        return self._transactions.read(lambda tx: resources.deployments(tx, after=after, limit=limit))

    def definitions(
        self, process: str | None = None, *, all_versions: bool = False
    ) -> Sequence[ProcessDefinitionRow]:
        """The newest version of each process, or every version, newest first."""
        return self._transactions.read(
            lambda tx: resources.definitions(tx, process=process, only_newest=not all_versions)
        )

    def process(self, process: str, version: int | None = None) -> ProcessDefinition:
        """The definition as the engine runs it. Raises NotFound."""
        return self._transactions.read(
            lambda tx: self._definitions.process(tx, _definition(tx, process, version).id)
        )

    def source(self, process: str, version: int | None = None) -> bytes:
        """The file as it was deployed. Raises NotFound."""

        def work(tx: Tx) -> bytes:
            content = resources.content(tx, _definition(tx, process, version).hash)
            if content is None:
                raise NotFound("file of process", process)
            return content

        return self._transactions.read(work)

    def files_in_force(self) -> dict[str, bytes]:
        """Every deployed file in its newest version, by path."""

        def work(tx: Tx) -> dict[str, bytes]:
            found = {row.path: resources.content(tx, row.hash) for row in resources.files_in_force(tx)}
            return {path: content for path, content in found.items() if content is not None}

        return self._transactions.read(work)

    def drawn(self, definition: str) -> ProcessDefinition:
        """A version of a process by its id, as it was read. Raises NotFound."""
        return self._transactions.read(lambda tx: self._definitions.process(tx, definition))

    def form(self, form: str) -> Form:
        """The newest version of a form. Raises NotFound."""
        return self._transactions.read(lambda tx: self._definitions.form(tx, form))

    def option_labels(self) -> OptionLabels:
        """What the answers of the forms in force are called, by entity, attribute and code."""
        return self._transactions.read(self._definitions.option_labels)


def _homes(tx: Tx, named: Sequence[NamedResourceRow]) -> dict[tuple[str, str], str]:
    """The files in force by what they define."""
    found = {(row.kind, row.name): row.path for row in reversed(named) if row.status == ACTIVE}
    processes = resources.definitions(tx, only_newest=True)
    return {**found, **{("process", row.process): row.path for row in processes if row.status == ACTIVE}}


def _definition(tx: Tx, process: str, version: int | None) -> ProcessDefinitionRow:
    row = resources.definition_of(tx, process, version=version)
    if row is None:
        raise NotFound("process", process if version is None else f"{process}:{version}")
    return row


def _read(path: str, content: bytes) -> _Content:
    read = _Content(hashlib.sha256(content).hexdigest(), content)
    if path.endswith(".bpmn"):
        return replace(read, processes=modeling.read_bpmn(content, path).processes)
    if path.endswith(".dmn"):
        named = tuple(("decision", id) for id in read_dmn(content, path).decisions)
        return replace(read, named=named)
    if path.endswith(".form"):
        return replace(read, named=(("form", modeling.read_form(content, path).id),))
    if kind_of(path) == "scenario":
        return replace(read, named=((SCENARIO, PurePosixPath(path).stem),))
    if kind_of(path) in {".yaml", ".yml"}:
        return replace(read, named=(("ruleset", read_manifest(content, path).id),))
    return read
