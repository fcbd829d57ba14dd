"""Scenarios played in the studio: the files in force with somebody's drafts over them, on the real engine.

A trial runs in a process of its own, with a time limit and a memory limit, against a throw-away database: a
draft that loops without end hurts nobody. What came is kept for exactly these files, so that a second person
sees it too.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.modeling import Catalogue, Severity, catalogue_of, read_bpmn
from flowcase.modeling.check_bundle import kind_of
from flowcase.modeling.drawn_names import Names, names_of
from flowcase.modeling.process_archive import place_of
from flowcase.services.deploying.deployments import Deployments
from flowcase.services.machines import apart
from flowcase.services.studio.played_files import PlayedFiles, played_files
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import drafts, resources, trials
from flowcase.store.queries.trials import TrialRow
from flowcase.store.trial_tables import scenario_trial

SECONDS = 300  # that one scenario may take, all its variants together
BYTES = 3 * 1024**3  # of address space that a trial may ask for

_LIMITED = f"""import resource, runpy
resource.setrlimit(resource.RLIMIT_AS, ({BYTES}, {BYTES}))
runpy.run_module("flowcase", run_name="__main__", alter_sys=True)"""

_playing = threading.BoundedSemaphore(1)  # a trial takes a whole processor


@dataclass(frozen=True)
class Story:
    """A scenario that can be played."""

    id: str
    title: str
    content: bytes
    hash: str
    touches: bool  # whether it names something of the file that is looked at
    is_draft: bool = False  # this person's own, over the one in force or of the folder
    trial: TrialRow | None = None  # of the files as they are now

    @property
    def failures(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """(variant, step) of every step where something else came."""
        for variant in self.trial.report.get("variants", ()) if self.trial else ():
            for step in variant["steps"]:
                if step["differences"]:
                    yield variant, step


@dataclass(frozen=True)
class Reached:
    """What the trials of these files went through in one diagram."""

    elements: frozenset[str]
    flows: frozenset[str]
    failed: frozenset[str]  # elements at which a step did otherwise
    missing: tuple[tuple[str, str], ...]  # (id, name) of elements that none reached
    missing_flows: tuple[tuple[str, str], ...]  # (id, from where to where)


@dataclass(frozen=True)
class Trials:
    """The scenarios beside one file, with the drafts that they are played with."""

    path: str
    content: bytes
    files: str  # digest of everything that is played
    drafts: tuple[str, ...]  # this person's drafts among it; stories stay out
    left_out: tuple[str, ...]  # drafts with errors, which this file does not use
    stories: tuple[Story, ...]
    reached: Reached | None  # None for what is no diagram, or before anything was played
    names: Names  # of what the steps name that went otherwise


class ScenarioTrials:
    """Raises Forbidden for who is no process owner."""

    def __init__(
        self,
        transactions: Transactions,
        deployments: Deployments,
        processes: Path,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._transactions, self._deployments = transactions, deployments
        self._stories, self._seconds = processes / "scenarios", seconds

    def beside(self, path: str, *, actor: Actor) -> Trials:
        """The scenarios and how they went; those that touch the file first. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> Trials:
            contents, own = self._contents(tx, actor)
            played = self._to_play(tx, path, contents, actor)
            content = b"" if kind_of(path) == "scenario" else played.files.get(path)
            if content is None:
                raise NotFound("file", path)
            went = {(row.scenario, row.story): row for row in trials.trials(tx, played.digest)}
            stories = tuple(
                replace(each, trial=went.get((each.id, each.hash)))
                for each in _stories(contents, own, _names(tx, path, {**played.files, path: content}))
            )
            reached = _reached(path, content, stories)
            named = {str(step.get("process")) for story in stories for _, step in story.failures}
            names = names_of(played.files, named)
            digest, left_out = played.digest, played.left_out
            return Trials(path, content, digest, played.drafts, left_out, stories, reached, names)

        return self._transactions.read(work)

    def play(self, scenario: str, *, path: str, actor: Actor) -> TrialRow:
        """Play one scenario with this person's drafts, as beside the file of this path; keep what came.

        Raises NotFound, and Conflict when another trial runs in this server just now.
        """
        _check(actor)

        def work(tx: Tx) -> tuple[PlayedFiles, list[Story]]:
            contents, own = self._contents(tx, actor)
            return self._to_play(tx, path, contents, actor), _stories(contents, own, ())

        played, stories = self._transactions.read(work)
        story = next((each for each in stories if each.id == scenario), None)
        if story is None:
            raise NotFound("scenario", scenario)
        return self._play(story, played, actor)

    def play_text(self, path: str, content: bytes, *, actor: Actor) -> TrialRow:
        """The same for a story as it stands in an editor, kept or not. Raises Conflict as `play`."""
        _check(actor)
        played = self._transactions.read(
            lambda tx: played_files(tx, self._deployments, path, about=content, actor=actor)
        )
        id = PurePosixPath(path).stem
        story = Story(id, id, content, hashlib.sha256(content).hexdigest(), touches=True)
        return self._play(story, played, actor)

    def _play(self, story: Story, files: PlayedFiles, actor: Actor) -> TrialRow:
        if not _playing.acquire(blocking=False):
            raise Conflict(f"play '{story.id}'", "another scenario is being played in this moment; try again")
        try:
            with _folder(files.files) as folder:
                report = _played(story, folder, self._seconds)
        finally:
            _playing.release()
        passed = "trouble" not in report and report["failed"] == 0
        digest = files.digest

        def work(tx: Tx) -> TrialRow:
            row = TrialRow(digest, story.id, story.hash, passed, report, actor.id, tx.now)
            tx.delete_any(scenario_trial, {"files": digest, "scenario": story.id, "story": story.hash})
            tx.insert_once(scenario_trial, **asdict(row))
            return row

        return self._transactions.run(actor, work)

    def trial(self, path: str, content: bytes, *, actor: Actor) -> TrialRow | None:
        """How exactly this story went with the files in force and this person's drafts; None: not tried."""
        _check(actor)
        hash = hashlib.sha256(content).hexdigest()

        def work(tx: Tx) -> TrialRow | None:
            played = played_files(tx, self._deployments, path, about=content, actor=actor)
            name = PurePosixPath(path).stem
            found = trials.trials(tx, played.digest)
            return next((row for row in found if (row.scenario, row.story) == (name, hash)), None)

        return self._transactions.read(work)

    def _to_play(self, tx: Tx, path: str, contents: Mapping[str, bytes], actor: Actor) -> PlayedFiles:
        about = contents.get(PurePosixPath(path).stem, b"") if kind_of(path) == "scenario" else None
        return played_files(tx, self._deployments, path, about=about, actor=actor)

    def _contents(self, tx: Tx, actor: Actor) -> tuple[dict[str, bytes], frozenset[str]]:
        """The stories of the folder, those deployed over them, this person's drafts over both, and which."""
        contents = {file.stem: file.read_bytes() for file in self._stories.glob("*.yaml")}
        for row in resources.all_named(tx, "scenario")[::-1]:
            if row.status == "active":
                contents[row.name] = resources.content(tx, row.hash) or b""
        own = {
            PurePosixPath(draft.file_name).stem: drafts.content(tx, draft)
            for draft in drafts.drafts(tx)
            if draft.owner == actor.id and draft.copy == 0 and kind_of(draft.file_name) == "scenario"
        }
        return contents | own, frozenset(own)


def _stories(contents: Mapping[str, bytes], own: Collection[str], names: Sequence[str]) -> list[Story]:
    """Those that name one of the processes first."""
    found = []
    words = "|".join(map(re.escape, names))
    named = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])") if names else None
    for name, content in sorted(contents.items()):
        text = content.decode("utf-8", errors="replace")
        found.append(
            Story(
                id=name,
                title=_title(text) or name,
                content=content,
                hash=hashlib.sha256(content).hexdigest(),
                touches=bool(named and named.search(text)),
                is_draft=name in own,
            )
        )
    return sorted(found, key=lambda each: (not each.touches, each.id))


def _played(story: Story, folder: Path, seconds: float) -> dict[str, Any]:
    """The report of `flowcase scenario --json`, or why there is none."""
    with apart.folder("trial") as home:
        apart.write(Path(home), f"{story.id}.yaml", story.content)
        file = str(Path(home) / f"{story.id}.yaml")
        command = [sys.executable, "-c", _LIMITED, "scenario", "--json", "--processes", str(folder), file]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=seconds,
                env={**apart.surroundings(), "FLOWCASE_HOME": str(home), "TMPDIR": str(home)},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"trouble": "too_long", "seconds": seconds}
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        return {"trouble": "not_deployed", "said": said[-20:]}
    if report.get("state") == "refused":
        errors = [each for each in report["findings"] if each["severity"] == Severity.ERROR]
        return {
            "trouble": "not_deployed",
            "findings": errors,
            "warnings": len(report["findings"]) - len(errors),
        }
    if report["unusable"]:
        return {
            "trouble": "unusable",
            "said": [f"{one['line']}: {one['problem']}" for one in report["unusable"]],
        }
    return {"failed": report["failed"], "passed": report["passed"], "variants": report["variants"]}


@contextmanager
def _folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    with apart.folder("files") as folder:
        for path, content in files.items():
            apart.write(folder, place_of(path), content)
        yield folder


def _names(tx: Tx, path: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The processes of this file, or those whose diagrams name its tables or forms."""
    if path.endswith(".bpmn"):
        return tuple(process.id for process in _processes(path, files[path]))
    row = resources.file_in_force(tx, path)
    own = catalogue_of({path: files[path]}) if row is None and path in files else Catalogue()
    known = row.names if row is not None else {*(own.decisions or ()), *(own.forms or ())}
    names = [f'"{name}"'.encode() for name in known]
    return tuple(
        process.id
        for other, content in files.items()
        if other.endswith(".bpmn") and any(name in content for name in names)
        for process in _processes(other, content)
    )


def _processes(path: str, content: bytes) -> Sequence[Any]:
    from flowcase.errors import InvalidDefinition

    try:
        return read_bpmn(content, path).processes
    except InvalidDefinition:
        return ()


def _reached(path: str, content: bytes, stories: Sequence[Story]) -> Reached | None:
    played = [each for each in stories if each.trial is not None and "variants" in each.trial.report]
    drawn = _processes(path, content) if path.endswith(".bpmn") else ()
    if not played or not drawn:
        return None
    ids = {process.id for process in drawn}
    elements: set[str] = set()
    flows: set[str] = set()
    failed: set[str] = set()
    for story in played:
        assert story.trial is not None
        for variant in story.trial.report["variants"]:
            for id in ids:
                elements.update(variant["elements"].get(id, ()))
                flows.update(variant["flows"].get(id, ()))
        for _, step in story.failures:
            if step.get("process") in ids and step.get("element"):
                failed.add(step["element"])
    return Reached(
        frozenset(elements),
        frozenset(flows),
        frozenset(failed),
        tuple(
            (each.id, each.name or "")
            for process in drawn
            for each in process.elements.values()
            if each.id not in elements
        ),
        tuple(
            (each.id, f"{_called(process, each.source)} → {_called(process, each.target)}")
            for process in drawn
            for each in process.flows.values()
            if each.id not in flows
        ),
    )


def _called(process: Any, element: str) -> str:
    found = process.elements.get(element)
    return (found.name if found is not None else "") or element


def _title(text: str) -> str:
    line = next((line for line in text.splitlines() if line.startswith("title:")), "")
    return line.removeprefix("title:").strip().strip("\"'")


def _check(actor: Actor) -> None:
    if not may_edit_processes(actor):
        raise Forbidden("play scenarios", "only process owners may")
