"""A play: what a process owner does by hand, act by act, in an installation of its own; and the way back.

An act is a step of a scenario. Before each one the database is copied, so that going back is putting a copy
in its place; without a copy the acts before it are done anew.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowcase.access.actor import Actor
from flowcase.cases.entities import ENTITIES
from flowcase.errors import FlowcaseError, InvalidValues
from flowcase.scenarios import Step, Variant, stage
from flowcase.scenarios.checking import LOCAL, Refusal
from flowcase.scenarios.outside import Replies
from flowcase.scenarios.play_changes import Mark, changes, mark
from flowcase.scenarios.running import Story
from flowcase.scenarios.scene import NARRATOR, set_the_scene
from flowcase.services.studio.play_processes import NOT_OPEN, NOT_TOLD_APART, ONLY_FORWARD
from flowcase.values import from_json

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

NEWEST_COPIES = 12  # kept of the last acts; of those before, every tenth
ANSWER = "answer jobs"  # an act that no scenario has as a step: it says what the next job of a type comes to
MAIL_DOMAIN = "gennemspil.invalid"

_ID = re.compile(r"[0-9a-z]{20}")
_PLAIN = ("at", "do", "as")
_DATABASE = "flowcase.sqlite"


@dataclass(frozen=True)
class Outcome:
    """What an act came to."""

    refusals: tuple[Refusal, ...] = ()
    trouble: str = ""  # why it could not be done at all

    @property
    def is_done(self) -> bool:
        return not self.refusals and not self.trouble


@dataclass
class _Copy:
    """What has to be known beside the copied database."""

    now: dt.datetime
    opened: frozenset[str]
    answers: Mapping[str, Sequence[Mapping[str, Any]]]
    taken: Mapping[str, int]
    mails: frozenset[str]


@dataclass
class Done:
    """An act that was done, and what it changed."""

    asked: Mapping[str, Any]
    act: Mapping[str, Any]  # the same, as a scenario names what it is about
    before: Mark
    changed: Mapping[str, Any] = field(default_factory=dict)  # as a scenario would expect it


class Play:
    """One person's play; nothing of it is seen by anybody else."""

    def __init__(self, home: Path, processes: Path, scene: Mapping[str, Any]) -> None:
        """`scene` is what a scenario file says before its steps; `home` a new folder."""
        self._home, self._processes = home, processes
        self.scene = scene
        self.variant = Variant(
            id="",
            title="",
            settings=scene.get("settings", {}),
            rule_sets=tuple(scene["rule_sets"]) if "rule_sets" in scene else None,
            people=tuple(scene["people"]),
            cases=scene.get("cases", {}),
            records=tuple(scene.get("records", ())),
            jobs=scene.get("jobs", {}),
            steps=(),
        )
        self.done: list[Done] = []
        self._copies: dict[int, _Copy] = {}
        self._begin()

    @property
    def flow(self) -> Flowcase:
        return self.story.flow

    def close(self) -> None:
        self.flow.close()

    # --- acting ------------------------------------------------------------------------------------

    def bring_to(self, acts: Sequence[Mapping[str, Any]]) -> Outcome:
        """Be where these acts lead, by the shortest way; stops at the first that cannot be done."""
        shared = 0
        while shared < min(len(acts), len(self.done)) and acts[shared] in (
            self.done[shared].act,
            self.done[shared].asked,
        ):
            shared += 1
        if shared < len(self.done):
            self._go_back(shared)
        for act in acts[len(self.done) :]:
            outcome = self.do(act)
            if not outcome.is_done and not act.get("refused"):
                return outcome
        return Outcome()

    def do(self, asked: Mapping[str, Any]) -> Outcome:
        """One act. What is refused or cannot be done leaves nothing behind.

        `refused` says that the refusal is what is wanted: the act counts, and the scenario expects it.
        """
        number = len(self.done)
        self._copy(number)
        before = mark(self.story.look())
        refusals: list[Refusal] = []
        try:
            act = self._full(asked)
            if act["do"] == ANSWER:
                self.replies.put(act["type"], act["answer"])
            else:
                step = _step(act)
                if step.at < self.flow.clock.now():
                    raise FlowcaseError(ONLY_FORWARD)
                self.story.advance_to(step.at)
                self.story.carry_out(step, refusals)
            self._send_mails()
        except (FlowcaseError, ValueError, KeyError, TypeError) as error:
            self._put_back(number)
            return Outcome(trouble=str(error) or type(error).__name__)
        if refusals and not act.get("refused"):
            self._put_back(number)
            return Outcome(tuple(refusals))
        self.done.append(Done(asked, act, before, changes(before, self.story.look(), refusals)))
        return Outcome(tuple(refusals))

    def _full(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The act as a step of a scenario: when it is, and which user task and records are meant."""
        act = {"at": self._now().isoformat(), **asked}
        task = act.pop("task", None)
        if task is not None:
            act |= self._which(task, self.flow.people.actor(act["as"]))
        if "values" in act:
            act["values"] = self._named(act["values"], act.get("case"))
        if isinstance(act.get("key"), str):
            act["key"] = self._named(act["key"], act.get("case"))
            if act["key"] == act.get("case"):
                del act["key"]
        return act

    def _which(self, task: str, actor: Actor) -> dict[str, Any]:
        """How a scenario names an open user task. Raises NotFound."""
        row = next((each for each in self.flow.user_tasks.list() if each.id == task), None)
        if row is None:
            raise FlowcaseError(NOT_OPEN)
        named: dict[str, Any] = {"process": row.process, "element": row.element}
        if row.case_code:
            named["case"] = row.case_code
        elif row.stream.startswith("notification:"):
            named["notification"] = row.stream.removeprefix("notification:")
        for number in range(1, 100):
            more = {} if number == 1 else {"number": number}
            if self.story.user_task({**named, **more}, actor) == row.id:
                return {**named, **more}
        raise FlowcaseError(NOT_TOLD_APART)

    def _named(self, value: Any, case: str | None) -> Any:
        """The value with ids of records as a scenario names them; another play has others."""
        if isinstance(value, list):
            return [self._named(each, case) for each in value]
        if isinstance(value, Mapping):
            return {key: self._named(each, case) for key, each in value.items()}
        if isinstance(value, str) and _ID.fullmatch(value):
            for entity in ENTITIES:
                records = self.flow.cases.records(entity, case=case)
                if records and records[-1].id == value:
                    return {"record": entity}
        return value

    def _now(self) -> dt.datetime:
        return self.flow.clock.now().astimezone(LOCAL)

    def _send_mails(self) -> None:
        """As a worker would; they go into a folder."""
        while self.flow.mails.sort_waiting() or self.flow.mails.send_due():
            pass

    # --- the beginning and the way back ------------------------------------------------------------

    def _begin(self) -> None:
        self.replies = Replies(self.variant.jobs)
        flow = stage.set_up(
            self._installation,
            self._processes,
            now=dt.datetime.fromisoformat(self.scene["start"]),
            settings=from_json(dict(self.variant.settings)),
            rule_sets=self.variant.rule_sets or (),
            jobs=self.replies,
            actor=NARRATOR,
        )
        self.story = Story(flow, self.variant)
        set_the_scene(flow, self.variant)
        for person in self.variant.people:
            address = re.sub(r"[^a-z0-9.-]", "-", person["id"].lower()) + "@" + MAIL_DOMAIN
            with contextlib.suppress(InvalidValues):  # who has no address of a mail gets none
                actor = flow.people.actor(person["id"])
                flow.notices.choose(address=address, digest_at="07:30", ways={}, actor=actor)
        self._send_mails()
        self.start: Mark = mark(self.story.look())

    @property
    def _installation(self) -> Path:
        return self._home / "installation"

    @property
    def mails(self) -> Path:
        """The folder in which what would have been sent lies."""
        return self._installation / "mail"

    def _copy(self, number: int) -> None:
        with (
            contextlib.closing(sqlite3.connect(self._installation / _DATABASE)) as source,
            contextlib.closing(sqlite3.connect(self._file(number))) as target,
        ):
            source.backup(target)
        self._copies[number] = _Copy(
            self.flow.clock.now(),
            frozenset(self.story.opened),
            {type: tuple(each) for type, each in self.replies.answers.items()},
            dict(self.replies.taken),
            frozenset(each.name for each in self.mails.glob("*.eml")),
        )
        for old in [each for each in self._copies if each % 10 and each <= number - NEWEST_COPIES]:
            self._forget(old)

    def _go_back(self, number: int) -> None:
        """To before the act of this number (from 0)."""
        nearest = max(each for each in self._copies if each <= number)
        again = [done.act for done in self.done[nearest:number]]
        self._put_back(nearest)
        for act in again:
            self.do(act)

    def _put_back(self, number: int) -> None:
        kept = self._copies[number]
        self.flow.close()
        for mail in self.mails.glob("*.eml"):
            if mail.name not in kept.mails:
                mail.unlink()
        for file in self._installation.glob(f"{_DATABASE}*"):
            file.unlink()
        shutil.copyfile(self._file(number), self._installation / _DATABASE)
        self.replies = Replies(kept.answers, kept.taken)
        flow = stage.opened(self._installation, now=kept.now, replies=self.replies)
        self.story = Story(flow, self.variant, opened=kept.opened)
        del self.done[number:]
        for later in [each for each in self._copies if each > number]:
            self._forget(later)

    def _forget(self, number: int) -> None:
        del self._copies[number]
        self._file(number).unlink(missing_ok=True)

    def _file(self, number: int) -> Path:
        folder = self._home / "copies"
        folder.mkdir(exist_ok=True)
        return folder / f"{number}.sqlite"

    # --- saving ------------------------------------------------------------------------------------

    def steps(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """(step, what to expect of it) of each act that a scenario has as a step."""
        for done in self.done:
            if done.act["do"] != ANSWER:
                yield {key: value for key, value in done.act.items() if key != "refused"}, done.changed


def _step(act: Mapping[str, Any]) -> Step:
    return Step(
        at=dt.datetime.fromisoformat(act["at"]),
        do=act["do"],
        line=0,
        actor=act.get("as"),
        arguments={key: value for key, value in act.items() if key not in _PLAIN},
    )
