"""Plays: a process owner starts a process by hand on the real engine and does what can happen, act by act.

A play is its beginning and the list of what was done. The engine runs in a process of its own
(`play_processes.py`), on a database of its own, without mail, network or key; that process can be
lost at any time, because the list says everything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Conflict, FlowcaseError, Forbidden, InvalidValues, NotFound
from flowcase.modeling.check_bundle import kind_of
from flowcase.modeling.drawn_names import Names, names_of, processes_in
from flowcase.modeling.form import Form
from flowcase.modeling.read_form import read_form
from flowcase.services.deploying.deployments import Deployments
from flowcase.services.studio import play_scenes
from flowcase.services.studio.kept_drafts import KeptDrafts
from flowcase.services.studio.play_processes import PlayProcesses
from flowcase.services.studio.play_scenes import Beginning
from flowcase.services.studio.played_files import digest_of, played_files
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.play_tables import play
from flowcase.store.queries import drafts, resources
from flowcase.store.queries import plays as queries
from flowcase.store.queries.plays import PlayRow

MOST_PLAYS = 10  # of one person; the one that was used longest ago makes room
MOST_ACTS = 200
MOST_BYTES = 512 * 1024  # of all acts together
REMEMBERED = 4  # plays whose files a server keeps at hand
KEPT = dt.timedelta(days=14)
PATIENCE = 4.0  # seconds that a page waits for a play to be made ready

LONG_PATIENCE = 120.0
TOO_MANY = "Et gennemspil kan have 200 trin. Gem det som scenarie, og begynd et nyt."
TOO_LARGE = "Gennemspillet er blevet for stort. Gem det som scenarie, og begynd et nyt."
NO_NAME = "Brug bogstaver uden æ, ø og å, tal, punktum, bindestreg og understreg, højst 60 tegn."
NO_TITLE = "Skriv, hvad scenariet viser, med højst 200 tegn."
NOTHING_PLAYED = "Der er ikke spillet noget endnu."

_SCENARIO_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_TITLE = 200


class Refusal(FlowcaseError):
    """The act was refused as it would be for real; nothing of it counts."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.rules: tuple[str, ...] = tuple(said["rules"])
        self.errors: Mapping[str, list[str]] = said["errors"]
        self.because: str = said["sentence"]
        super().__init__(self.because)


class Impossible(FlowcaseError):
    """The act cannot be done at all; the sentence says why."""


class Lost(FlowcaseError):
    """The acts cannot all be done again; `number` of them can."""

    def __init__(self, number: int, because: str) -> None:
        self.number, self.because = number, because
        super().__init__(because)


@dataclass(frozen=True)
class Played:
    """A play as it stands."""

    row: PlayRow
    scene: Mapping[str, Any]
    acts: tuple[Mapping[str, Any], ...]
    look: Mapping[str, Any]  # what `scenarios/play_looks.py` saw
    content: bytes  # the diagram that is shown
    process_files: Mapping[str, str]  # process id -> file
    names: Names  # of what its acts name
    is_changed: bool  # the files are other ones by now
    page: Mapping[str, Any] | None = None  # what was asked for beside
    form: Form | None = None
    no_page: str = ""

    @property
    def version(self) -> int:
        return self.row.version


@dataclass(frozen=True)
class Choice:
    """What a play can begin as."""

    path: str
    has_drafts: bool
    beginnings: tuple[Beginning, ...]
    names: Names  # of what their steps name
    left_out: tuple[str, ...] = ()  # drafts with errors, which are not played


@dataclass(frozen=True)
class Saved:
    """The scenario that a play was written as."""

    text: str
    passed: bool
    differences: tuple[Mapping[str, Any], ...] = ()  # of the steps that came otherwise, each with its number
    path: str = ""  # of the draft


@dataclass(frozen=True)
class _Kept:
    row: PlayRow
    scene: dict[str, Any]
    acts: list[dict[str, Any]]


class Plays:
    """Raises Forbidden for who is no process owner, and NotFound for a play of somebody else."""

    def __init__(
        self,
        transactions: Transactions,
        deployments: Deployments,
        kept: KeptDrafts,
        folder: Path,
        processes: PlayProcesses | None = None,
    ) -> None:
        """`folder` has the shipped processes, with `scenarios` below."""
        self._transactions, self._deployments, self._drafts = transactions, deployments, kept
        self._stories = folder / "scenarios"
        self._processes = processes or PlayProcesses()
        self._remembered: dict[tuple[str, str], dict[str, bytes]] = {}

    # --- beginning and ending ----------------------------------------------------------------------

    def all(self, *, actor: Actor) -> list[PlayRow]:
        """This person's, used last first."""
        _check(actor)
        return self._transactions.read(lambda tx: queries.of_owner(tx, actor.id))

    def choices(self, path: str, *, actor: Actor) -> Choice:
        """What a play of this diagram can begin as. Raises NotFound."""
        _check(actor)
        played = self._transactions.read(lambda tx: played_files(tx, self._deployments, path, actor=actor))
        if path not in played.files:
            raise NotFound("file", path)
        found = tuple(play_scenes.beginnings(self._stories, processes_in(played.files[path])))
        named = {str(step.get("process")) for each in found for step in each.steps}
        names = names_of(played.files, named)
        return Choice(path, bool(played.drafts), found, names, played.left_out)

    def get_ready(self, path: str, *, actor: Actor) -> None:
        """Somebody has begun to choose: make a process ready meanwhile. Raises NotFound.

        It takes seconds of a processor, so it is not done for whoever only looks.
        """
        _check(actor)
        files, *_ = self._transactions.read(lambda tx: _to_play(tx, self._deployments, actor, True, path))
        if path not in files:
            raise NotFound("file", path)
        self._processes.warm(files)

    def begin(
        self, path: str, *, with_drafts: bool, scenario: str = "", number: int = 0, actor: Actor
    ) -> str:
        """Its id. `scenario` and `number`: as this scenario begins, and its first steps done."""
        _check(actor)

        def work(tx: Tx) -> str:
            files, own, in_force = _to_play(tx, self._deployments, actor, with_drafts, path)
            if path not in files:
                raise NotFound("file", path)
            found = play_scenes.scene_and_acts(self._stories, scenario, number) if scenario else None
            if scenario and found is None:
                raise NotFound("scenario", scenario)
            scene, acts = found or (play_scenes.empty(tx.now), [])
            for old in queries.unused_since(tx, tx.now - KEPT):
                tx.delete_any(play, {"id": old})
            for row in queries.of_owner(tx, actor.id)[MOST_PLAYS - 1 :]:
                tx.delete_any(play, {"id": row.id})
            id = tx.new_id()
            tx.insert(
                play,
                id=id,
                owner=actor.id,
                path=path,
                begun_at=tx.now,
                used_at=tx.now,
                version=0,
                acts=len(acts),
                has_drafts=int(with_drafts),
                digest=digest_of(files),
                files=in_force,
                drafts=_packed({name: files[name] for name in own}) if own else None,
                sealed=queries.sealed(tx, id, {"scene": scene, "acts": acts}),
            )
            return id

        return self._transactions.run(actor, work)

    def delete(self, id: str, *, actor: Actor) -> None:
        kept = self._kept(id, actor)
        self._transactions.run(actor, lambda tx: tx.delete_any(play, {"id": kept.row.id}))
        self._processes.end(id)

    # --- playing -----------------------------------------------------------------------------------

    def open(
        self,
        id: str,
        *,
        actor: Actor,
        language: str = "da",
        process: str | None = None,
        page: Mapping[str, Any] | None = None,
        patience: float = PATIENCE,
    ) -> Played:
        """The play as it stands; `page` asks for the form of a user task or of a start beside.

        Raises Getting while it is made ready, and Lost when its acts cannot be done again.
        """
        kept = self._kept(id, actor)
        more = {"language": language, "is_looking": page is None, **(page or {})}
        answer = self._ask(kept, more, patience)
        if answer["stuck"] is not None:
            raise Lost(len(answer["acts"]), answer["stuck"]["said"])
        return self._played(kept, answer, process)

    def act(self, id: str, act: Mapping[str, Any], *, seen: int, is_kept: bool = True, actor: Actor) -> None:
        """Do one thing. `seen` is the version of the page: the same page sent twice does it once.

        Not `is_kept`: only find out whether it could be done.

        Raises Refusal and Impossible, and then nothing has changed; Conflict when the play has gone on.
        """
        kept = self._kept(id, actor, seen)
        if len(kept.acts) >= MOST_ACTS:
            raise InvalidValues("the play", {"trin": [TOO_MANY]})
        answer = self._ask(kept, {"next": dict(act), "is_looking": False}, PATIENCE)
        if answer["stuck"] is not None:
            raise Lost(len(answer["acts"]), answer["stuck"]["said"])
        if answer["refusals"] and not act.get("refused"):
            raise Refusal(_joined(answer["refusals"]))
        if answer["trouble"]:
            raise Impossible(answer["trouble"])
        if is_kept:
            self._keep(kept, answer["acts"], actor)

    def back(self, id: str, number: int, *, seen: int, actor: Actor) -> None:
        """To where only the first acts, so many, were done."""
        kept = self._kept(id, actor, seen)
        if not 0 <= number < len(kept.acts):
            raise NotFound("act", str(number))
        self._keep(kept, kept.acts[:number], actor)

    def renew(self, id: str, *, seen: int, again: bool, actor: Actor) -> tuple[int, str]:
        """Begin anew with the files as they are now, and do the same acts as far as they go, or none.

        How many acts were done, and why no more.
        """
        kept = self._kept(id, actor, seen)

        def work(tx: Tx) -> PlayRow:
            with_drafts = bool(kept.row.has_drafts)
            files, own, in_force = _to_play(tx, self._deployments, actor, with_drafts, kept.row.path)
            values = {
                "digest": digest_of(files),
                "files": in_force,
                "drafts": _packed({name: files[name] for name in own}) if own else None,
            }
            tx.update(play, {"id": id, "version": seen}, values, attempt=f"renew play '{id}'")
            row = queries.one(tx, id)
            assert row is not None
            return row

        self._processes.end(id)
        row = self._transactions.run(actor, work)
        begun = _Kept(row, kept.scene, kept.acts if again else [])
        answer = self._ask(begun, {"is_looking": False}, LONG_PATIENCE)
        self._keep(begun, answer["acts"], actor)
        stuck = answer["stuck"]
        return len(answer["acts"]), "" if stuck is None else str(stuck["said"])

    # --- saving ------------------------------------------------------------------------------------

    def scenario(self, id: str, *, name: str, title: str, is_tried: bool, actor: Actor) -> Saved:
        """What was played as the text of a scenario file; `is_tried`: played once more, from the text."""
        wrong: dict[str, list[str]] = {}
        if not _SCENARIO_NAME.fullmatch(name):
            wrong["navn"] = [NO_NAME]
        if not 0 < len(title.strip()) <= _TITLE:
            wrong["titel"] = [NO_TITLE]
        kept = self._kept(id, actor)
        if not kept.acts:
            wrong.setdefault("navn", []).append(NOTHING_PLAYED)
        if wrong:
            raise InvalidValues("the scenario", wrong)
        source = f"Spillet igennem i studiet af {actor.id}"
        asked = {
            "save": {"id": name, "title": title.strip(), "source": source},
            "is_tried": is_tried,
            "is_looking": False,
        }
        answer = self._ask(kept, asked, LONG_PATIENCE)
        if "scenario" not in answer:
            raise Impossible(answer.get("no_page", ""))
        tried = answer.get("tried") or {"passed": True, "differences": []}
        return Saved(answer["scenario"], tried["passed"], tuple(tried["differences"]))

    def save(self, id: str, *, name: str, title: str, actor: Actor) -> Saved:
        """A draft of a scenario file with what was played. Raises InvalidValues for a name that is taken."""
        found = self.scenario(id, name=name, title=title, is_tried=True, actor=actor)
        path = f"scenarios/{name}.yaml"
        self._drafts.begin(path, found.text.encode(), actor=actor)
        return Saved(found.text, found.passed, found.differences, path)

    def example(self, message: str, *, actor: Actor) -> Mapping[str, Any]:
        """Values that a scenario sends with a message of this name."""
        _check(actor)
        return play_scenes.example_values(self._stories, message)

    def close(self) -> None:
        """End the processes of this server; every play goes on with the next question."""
        self._processes.end_all()

    # --- inside ------------------------------------------------------------------------------------

    def _kept(self, id: str, actor: Actor, seen: int | None = None) -> _Kept:
        _check(actor)

        def work(tx: Tx) -> _Kept:
            row = queries.one(tx, id)
            if row is None or row.owner != actor.id:
                raise NotFound("play", id)
            if seen is not None and seen != row.version:
                raise Conflict(f"go on with play '{id}'", "it has gone on since this page was opened")
            found = queries.content(tx, id)
            return _Kept(row, found["scene"], found["acts"])

        return self._transactions.read(work)

    def _keep(self, kept: _Kept, acts: list[dict[str, Any]], actor: Actor) -> None:
        if len(json.dumps(acts)) > MOST_BYTES:
            raise InvalidValues("the play", {"trin": [TOO_LARGE]})
        id, seen = kept.row.id, kept.row.version

        def work(tx: Tx) -> None:
            values = {
                "version": seen + 1,
                "acts": len(acts),
                "used_at": tx.now,
                "sealed": queries.sealed(tx, id, {"scene": kept.scene, "acts": acts}),
            }
            tx.update(play, {"id": id, "version": seen}, values, attempt=f"go on with play '{id}'")

        self._transactions.run(actor, work)

    def _ask(self, kept: _Kept, more: Mapping[str, Any], patience: float) -> dict[str, Any]:
        question = {"scene": kept.scene, "acts": kept.acts, **more}
        return self._processes.ask(kept.row.id, lambda: self._files(kept.row), question, patience=patience)

    def _files(self, row: PlayRow) -> dict[str, bytes]:
        """What is played, as it was when the play was begun; the files of the last few are remembered."""
        key = (row.id, row.digest)
        if key not in self._remembered:

            def work(tx: Tx) -> dict[str, bytes]:
                files = {path: resources.content(tx, hash) for path, hash in row.files.items()}
                drawn = {path: text.encode() for path, text in queries.drafts_of(tx, row.id).items()}
                both = files | drawn
                return {path: content for path, content in both.items() if content is not None}

            while len(self._remembered) >= REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)), None)
            self._remembered[key] = self._transactions.read(work)
        return self._remembered[key]

    def _played(self, kept: _Kept, answer: Mapping[str, Any], process: str | None) -> Played:
        files = self._files(kept.row)
        by_process = {
            name: path
            for path, content in files.items()
            if path.endswith(".bpmn")
            for name in processes_in(content)
        }
        page = answer.get("page")
        return Played(
            kept.row,
            kept.scene,
            tuple(answer["acts"]),
            answer["look"],
            files[by_process.get(process or "", kept.row.path)],
            by_process,
            names_of(files, {str(one.get("process")) for one in answer["acts"]}),
            self._transactions.read(lambda tx: _is_changed(tx, self._deployments, kept.row)),
            page,
            _form(files, page["form"]) if page and page.get("form") else None,
            str(answer.get("no_page", "")),
        )


def _to_play(
    tx: Tx, deployments: Deployments, actor: Actor, with_drafts: bool, path: str
) -> tuple[Mapping[str, bytes], Sequence[str], dict[str, str]]:
    """Files, which of them are drafts, and the hashes of what is in force."""
    in_force = _without_stories({row.path: row.hash for row in resources.files_in_force(tx)})
    if with_drafts:
        played = played_files(tx, deployments, path, actor=actor)
        return played.files, played.drafts, in_force
    contents = {name: resources.content(tx, hash) for name, hash in in_force.items()}
    return {name: content for name, content in contents.items() if content is not None}, (), in_force


def _is_changed(tx: Tx, deployments: Deployments, row: PlayRow) -> bool:
    """Whether a play that begins now would be of other files."""
    in_force = {each.path: each.hash for each in resources.files_in_force(tx)}
    if _without_stories(in_force) != row.files:
        return True
    if not row.has_drafts:
        return False
    played = {path: _sha256(text.encode()) for path, text in queries.drafts_of(tx, row.id).items()}
    own = [each for each in drafts.drafts(tx) if each.owner == row.owner and not each.copy]
    if _without_stories({each.file_name: each.hash for each in own}) == played:
        return False
    now = played_files(tx, deployments, row.path, actor=Actor(row.owner))  # some may have been left out
    return {name: _sha256(now.files[name]) for name in now.drafts} != played


def _without_stories(files: Mapping[str, str]) -> dict[str, str]:
    """Without the scenarios: a story is no file that is played."""
    return {path: hash for path, hash in files.items() if kind_of(path) != "scenario"}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _form(files: Mapping[str, bytes], id: str) -> Form | None:
    """The form of this id as it is played."""
    for path, content in files.items():
        if path.endswith(".form") and id.encode() in content:
            form = read_form(content, path)
            if form.id == id:
                return form
    return None


def _joined(refusals: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "rules": [rule for each in refusals for rule in each["rules"]],
        "errors": {name: said for each in refusals for name, said in each["errors"].items()},
        "sentence": " ".join(each["sentence"] for each in refusals),
    }


def _packed(files: Mapping[str, bytes]) -> bytes:
    return zlib.compress(json.dumps({path: content.decode() for path, content in files.items()}).encode())


def _check(actor: Actor) -> None:
    if not may_edit_processes(actor):
        raise Forbidden("play a process through", "only process owners may")
