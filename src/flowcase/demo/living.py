"""Lives through two years: stories begin, timers fire, people answer what comes up.

Deterministic for a given end: the same municipality comes out of the same instant.
"""

from __future__ import annotations

import datetime as dt
import functools
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flowcase.access.actor import Actor
from flowcase.demo import town
from flowcase.demo.stories import STORIES, Story
from flowcase.demo.undertakings import UNDERTAKINGS, USUAL, Days, Undertaking
from flowcase.demo.wordings import AHEAD, ALSO_FILLED, OTHERS, TRIES, WAITED_FOR, row_of, text_of
from flowcase.errors import FlowcaseError, Forbidden, InvalidValues, Refused
from flowcase.modeling.form import CaseTarget, Field, FieldType
from flowcase.services.forms import form_values, nested

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

LOCAL = ZoneInfo("Europe/Copenhagen")
MEETING_TIME = {"Moede.tid", "moede_tid"}  # where forms put it


ON_THE_WAY = "paa_vej"  # what a follow-up says of a goal


class Municipality:
    """The people of the town at their work, until an instant."""

    def __init__(self, flow: Flowcase, until: dt.datetime, *, seed: int = 20260101) -> None:
        self.flow, self.until = flow, until
        self._random = random.Random(seed)  # noqa: S311 - fiction, no secret
        self._queue: list[tuple[dt.datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._seen: set[str] = set()
        self._worded: Counter[str] = Counter()  # by form key, how often it was written
        self._stories: dict[str, Story] = {}  # by case code
        self._codes: Iterator[int] = itertools.count(1)
        self._people = {person.id: person for person in town.PEOPLE}
        self._rounds: dict[str, int] = {}
        self._cases: dict[str, str] = {}  # story's name -> its first case
        self._undertaken: dict[str, Undertaking] = {}  # by instance
        self.given_up: list[str] = []  # user tasks that nobody could answer, with the reason

    def live(self, progress: Callable[[dt.datetime], None] = lambda at: None) -> None:
        """Until the end: what falls due and what people do, in the order of time."""
        for story in STORIES:
            self._later(
                self.until - dt.timedelta(days=story.days_ago), functools.partial(self._notify, story)
            )
        for undertaking in UNDERTAKINGS:
            begins = self.until - dt.timedelta(days=undertaking.days_ago)
            self._later(_office(begins), functools.partial(self._begin, undertaking))
        while True:
            due = self.flow.next_due()
            queued = self._queue[0][0] if self._queue else None
            following = min((at for at in (due, queued) if at is not None), default=None)
            if following is None or following > self.until:
                break
            self.flow.clock.set(max(following, self.flow.clock.now()))
            progress(self.flow.clock.now())
            self._settle()
            while self._queue and self._queue[0][0] <= self.flow.clock.now():
                heapq.heappop(self._queue)[2]()
                self._settle()
            self._look_around()
        self.flow.clock.set(self.until)
        self._settle()

    def _later(self, at: dt.datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), act))

    def _settle(self) -> None:
        while self.flow.timers.fire_due() or self.flow.jobs.run_due():
            pass

    # --- notifications -----------------------------------------------------------------------------

    def _notify(self, story: Story) -> None:
        now = self.flow.clock.now()
        last = self._random.choice(town.LAST_NAMES)
        street = f"{self._random.choice(town.STREETS)} {self._random.randint(1, 90)}"
        children = []
        for _ in range(story.children):
            code = f"SAG-{now.astimezone(LOCAL):%y}{next(self._codes):02}"
            youngest, oldest = (story.age, story.age + 1) if story.age else (3, 15)
            born = (now - dt.timedelta(days=self._random.randint(youngest * 366, oldest * 365))).date()
            children.append(
                {
                    "navn": f"{self._random.choice(town.FIRST_NAMES)} {last}",
                    "cpr": f"{born:%d%m%y}-{self._random.randint(1000, 9999)}",
                    "foedt": born.isoformat(),
                    "adresse": street,
                    "institution": "Skolegades Skole",
                    "sag": code,
                }
            )
            self._stories[code] = story
            self._cases.setdefault(story.name, code)
        public = bool(story.notification.get("_public"))
        values: dict[str, Any] = {
            "modtaget": now.isoformat(timespec="minutes"),
            "kanal": "telefon",
            "underretter_type": self._random.choice(["skole", "dagtilbud", "sundhedspleje", "borger"]),
            "underretter_anonym": False,
            "underretter_kontakt": f"Tlf. {self._random.randint(20, 29)} 11 22 33",
            "boern": children,
            "bekymring": self._random.choice(town.CONCERNS),
            "aftalt_med_familien": "enig",
            "umiddelbar_fare": False,
            "mistanke_overgreb": False,
            "aeresrelateret": False,
            "soeskende": "ingen" if story.children == 1 else "naevnt",
            **{key: value for key, value in story.notification.items() if not key.startswith("_")},
        }
        if public:
            form = self.flow.deployments.form("F-A1-offentlig")
            known = {field.key for field in form.values()}
            values = {key: value for key, value in values.items() if key in known}
            asked = next((field for field in form.values() if field.key == "boern"), None)
            inner = {child.key for child in asked.children} if asked else set()
            values["boern"] = [{k: v for k, v in child.items() if k in inner} for child in children]
        self.flow.notifications.receive(
            values, source="public" if public else "form", actor=self._actor("karen.fp")
        )

    # --- flows that people start -------------------------------------------------------------------

    def _begin(self, undertaking: Undertaking) -> None:
        """Start it as a person does; what cannot begin is left for a visitor, with the reason."""
        code = self._cases.get(undertaking.story) if undertaking.story else None
        person = undertaking.by or (self.flow.cases.facts(code or "") or {}).get("sagsbehandler")
        if person is None or (undertaking.story and code is None):
            return
        actor = self._actor(str(person))
        try:
            page = self.flow.startable_flows.page(undertaking.process, case=code, actor=actor)
            given = _dated(undertaking.form, self.flow.clock.now())
            values = self._values(page, given, actor) if page.form else {}
            started = self.flow.startable_flows.start(undertaking.process, values, case=code, actor=actor)
        except FlowcaseError as error:
            self.given_up.append(f"{undertaking.process} ({code}): {_because(error)}")
        else:
            self._undertaken[started] = undertaking

    def _undertaking_of(self, instance: str | None) -> Undertaking | None:
        """The one that this instance, or whoever called it, belongs to."""
        while instance is not None:
            if instance in self._undertaken:
                return self._undertaken[instance]
            instance = self.flow.instances.get(instance).row.parent
        return None

    # --- people at work ----------------------------------------------------------------------------

    def _look_around(self) -> None:
        """Whoever sees a new user task plans when to do it, or leaves it for today's visitors."""
        now = self.flow.clock.now()
        for row in self.flow.user_tasks.list():
            if row.id in self._seen:
                continue
            self._seen.add(row.id)
            story = self._stories.get(row.case_code or "")
            undertaking = self._undertaking_of(row.instance)
            if undertaking is not None and undertaking.stop_before == row.element:
                continue
            if undertaking is None and story is not None and story.stop_before == row.element:
                continue
            if row.follow_up_at is not None and row.follow_up_at > now:  # the day was agreed
                wait = row.follow_up_at - now + dt.timedelta(hours=self._random.randint(0, 6))
            elif row.process == "fronten_dagsmoede":
                wait = dt.timedelta(minutes=self._random.randint(3, 25))
            elif row.due_at is not None and row.due_at - now > dt.timedelta(days=7):
                share = (
                    self._random.uniform(0.35, 0.9)
                    if row.process == "opfoelgning"
                    else self._random.uniform(0.05, 0.3)
                )
                wait = (row.due_at - now) * share
            elif row.due_at is not None and row.due_at > now:
                wait = (row.due_at - now) * self._random.uniform(0.1, 0.7)
            else:
                wait = dt.timedelta(hours=self._random.randint(2, 60))
            if (row.process, row.element) == ("moede", "afhold") and row.due_at is not None:
                wait = max(row.due_at - now, dt.timedelta(0)) + dt.timedelta(hours=1)  # once it has been held
            self._later(
                _office(now + wait) if row.element != "vurder" else now + wait,
                functools.partial(self._answer, row.id),
            )

    def _answer(self, id: str, tries: int = TRIES) -> None:
        row = next((row for row in self.flow.user_tasks.list() if row.id == id), None)
        if row is None:
            return  # somebody or something was faster
        found = self._who(row)
        if found is None:
            self.given_up.append(f"{_called(row)}: nobody is in {', '.join(row.candidate_groups)}")
            return
        actor, task = found
        story = self._stories.get(row.case_code or "")
        undertaking = self._undertaking_of(row.instance)
        usual = _dated(USUAL.get((row.process, row.element), {}), self.flow.clock.now())
        given = dict(story.answers.get(row.element, {})) if story and not undertaking else {}
        given = {**usual, **given}
        if undertaking is not None:
            given |= _dated(undertaking.answers.get(row.element, {}), self.flow.clock.now())
        if row.process == "fronten_dagsmoede" and row.element == "fremmoede" and self._waits(story):
            return
        if row.element == "opfoelg" and story is not None and row.case_code:
            self._rounds[row.case_code] = self._rounds.get(row.case_code, 0) + 1
            following = self.flow.clock.now().astimezone(LOCAL) + dt.timedelta(weeks=story.next_weeks)
            given.setdefault("naeste", following.date())
            if self._rounds[row.case_code] >= story.rounds:
                given |= {"beslutning": "ophoer", "slutaarsag": "ophoert_almen"}
        if row.element == "afgoer" and row.process == "fronten_dagsmoede" and story is not None:
            given.setdefault("omraade", story.area)
        if row.element == "afgoer" and row.process == "foranstaltning" and story is not None:
            given |= story.answers.get("afgoer_foranstaltning", {})
        if row.element == "tildel" and story is not None:
            given.setdefault("team", f"familieteam_{story.area}")
            given.setdefault("sagsbehandler", self._caseworker(f"familieteam_{story.area}"))
        try:
            values = self._values(task, given, actor) if task.form else {}
            self.flow.user_tasks.complete(id, values, actor=actor)
        except Refused as error:
            if tries > 1:
                later = _office(self.flow.clock.now() + dt.timedelta(days=4))
                self._later(later, lambda: self._answer(id, tries - 1))
            else:
                self.given_up.append(f"{_called(row)}: {error.because}")
        except FlowcaseError as error:
            self.given_up.append(f"{_called(row)}: {_because(error)}")

    def _waits(self, story: Story | None) -> bool:
        """Today's and yesterday's meetings are left open when a story wants a visitor to hold them."""
        waiting = [s for s in STORIES if s.stop_before == "fremmoede"]
        since = self.until - dt.timedelta(days=max(s.days_ago for s in waiting))
        return self.flow.clock.now() >= since

    def _who(self, row: Any) -> tuple[Actor, Any] | None:
        """Somebody who may do the user task, and the user task as that person sees it."""
        groups, users = set(row.candidate_groups), set(row.candidate_users)
        able = sorted(
            person.id for person in town.PEOPLE if person.id in users or groups & set(person.groups)
        )
        if row.assignee and row.assignee in self._people:
            able = [row.assignee]
        elif row.element == "vurder" and "karen.fp" in able:
            able = ["jonas.fp", "karen.fp"]
        for id in self._random.sample(able, len(able)):
            try:
                return self._actor(id), self.flow.user_tasks.get(row.id, actor=self._actor(id))
            except Forbidden:
                continue  # the group has it, and this member has no part in the case
        return None

    def _actor(self, id: str) -> Actor:
        person = self._people[id]
        return Actor(id=person.id, name=person.name, groups=frozenset(person.groups))

    def _caseworker(self, team: str) -> str:
        able = [person.id for person in town.PEOPLE if person.team == team and team in person.groups]
        return self._random.choice(able)

    # --- answers -----------------------------------------------------------------------------------

    def _values(self, task: Any, given: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
        """Everything the form asks for, as a person would fill it in."""
        values: dict[str, Any] = {}
        fields = task.form.fields
        for _ in range(2):  # a second look: conditions that the first answers decide
            context = {**task.facts, **values}
            self._fill(fields, values, context, given, actor, task.prefilled)
        return values

    def _fill(
        self,
        fields: Any,
        values: dict[str, Any],
        context: dict[str, Any],
        given: Mapping[str, Any],
        actor: Actor,
        prefilled: Mapping[str, Any],
    ) -> None:
        now = self.flow.clock.now()
        for asked in fields:
            if (
                asked.type is FieldType.DISPLAY
                or asked.readonly
                or form_values.is_hidden(asked, context, now)
            ):
                if asked.path and asked.type is not FieldType.DISPLAY:
                    _drop(values, asked.path)
                continue
            if asked.type is FieldType.GROUP:
                self._fill(asked.children, values, context, given, actor, prefilled)
                continue
            name = asked.path[-1]
            if name in given:
                value = given[name]
            elif prefilled.get(name) not in (None, "", []):
                value = prefilled[name]
                if asked.type is FieldType.LIST:
                    value = [self._completed(asked, row, context, actor) for row in value]
            elif form_values.is_required(asked, context, now) or asked.path[0] in ALSO_FILLED:
                value = self._value(asked, context, actor)
            else:
                continue
            if value is not None:
                nested.put(values, asked.path, value)
                context[asked.path[0]] = values[asked.path[0]]

    def _value(self, asked: Field, context: Mapping[str, Any], actor: Actor) -> Any:
        now = self.flow.clock.now()
        local = now.astimezone(LOCAL)
        if asked.type is FieldType.INSTANT:
            return _in_a_week(local) if MEETING_TIME.intersection(_places(asked)) else now
        if asked.type is FieldType.DATE:
            if asked.key == "start":
                return (local + dt.timedelta(days=7)).date()
            ahead = asked.key in AHEAD
            return (local + dt.timedelta(days=180)).date() if ahead else local.date()
        if asked.type is FieldType.BOOLEAN:
            return asked.key in ("familien_kender_roller", "gentaget", "familie_deltog", "luk_sag")
        if asked.type is FieldType.NUMBER:
            return Decimal(asked.minimum or 1)
        if asked.type in (FieldType.CHOICE, FieldType.CHOICES):
            choices = [str(value) for value, _ in form_values.options_of(asked, context, now)]
            if not choices and asked.options_key in WAITED_FOR:
                return None  # there is nothing to choose yet
            if asked.key in OTHERS:
                able = [each for each in choices if each not in (actor.id, context.get("sagsbehandler"))]
                chosen = able[0] if able else actor.id
            elif actor.id in choices:
                chosen = actor.id
            elif asked.key == "akut" and "nej" in choices:
                chosen = "nej"
            elif ON_THE_WAY in choices:  # of goals: some are, some are reached, some are not
                self._worded[asked.key] += 1
                chosen = choices[self._worded[asked.key] % len(choices)]
            else:
                chosen = choices[0] if choices else actor.id
            return [chosen] if asked.type is FieldType.CHOICES else chosen
        if asked.type is FieldType.LIST:
            row: dict[str, Any] = {}
            self._fill_row(asked, row, context, actor)
            self._worded[asked.path[-1]] += 1
            said = row_of(asked.path[-1], self._worded[asked.path[-1]])
            row |= {child.key: said[child.key] for child in asked.children if child.key in said}
            return [row]
        if asked.type is FieldType.FILE:
            return f"{now:%Y}-{self._random.randint(1000, 9999)}"
        self._worded[asked.key] += 1
        return text_of(_places(asked), asked.key, self._worded[asked.key])

    def _completed(
        self, asked: Field, row: Mapping[str, Any], context: Mapping[str, Any], actor: Actor
    ) -> dict[str, Any]:
        """A row that came filled in, with what it asks beside."""
        asked_for: dict[str, Any] = {}
        self._fill_row(asked, asked_for, context, actor)
        self._worded[asked.path[-1]] += 1
        said = row_of(asked.path[-1], self._worded[asked.path[-1]])
        asked_for |= {child.key: said[child.key] for child in asked.children if child.key in said}
        return asked_for | {key: value for key, value in row.items() if value not in (None, "")}

    def _fill_row(self, asked: Field, row: dict[str, Any], context: Mapping[str, Any], actor: Actor) -> None:
        for child in asked.children:
            if child.type is FieldType.DISPLAY or child.readonly:
                continue
            if child.required or child.key in ("hvem", "hvad", "rolle"):
                nested.put(row, child.path, self._value(child, context, actor))


def _places(asked: Field) -> list[str]:
    """Where the answer is written: entity.attribute of a case, or a process variable."""
    return [
        f"{target.entity}.{target.attribute}" if isinstance(target, CaseTarget) else target.name
        for target in asked.targets
    ]


def _in_a_week(local: dt.datetime) -> dt.datetime:
    return (local + dt.timedelta(days=7)).replace(hour=10, minute=0, second=0, microsecond=0)


def _dated(value: Any, now: dt.datetime) -> Any:
    """The value with its relative dates as dates."""
    if isinstance(value, Days):
        then = now.astimezone(LOCAL) + dt.timedelta(days=value.after)
        return (
            then.date()
            if value.hour is None
            else then.replace(hour=value.hour, minute=0, second=0, microsecond=0)
        )
    if isinstance(value, Mapping):
        return {key: _dated(item, now) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item, now) for item in value]
    return value


def _called(row: Any) -> str:
    """A user task as a visitor finds it in the list."""
    return f"»{row.name}« {f'in {row.case_code}' if row.case_code else f'of {row.process}'}"


def _because(error: FlowcaseError) -> str:
    if isinstance(error, InvalidValues):
        return "; ".join(f"{field}: {' '.join(map(str, said))}" for field, said in error.errors.items())
    return str(getattr(error, "because", error))


def _office(at: dt.datetime) -> dt.datetime:
    """The nearest office hour: nobody fills in forms at night or on a Sunday."""
    local = at.astimezone(LOCAL)
    if local.hour >= 16:
        local = (local + dt.timedelta(days=1)).replace(hour=9)
    elif local.hour < 8:
        local = local.replace(hour=8)
    while local.weekday() >= 5:
        local += dt.timedelta(days=1)
    return local


def _drop(values: dict[str, Any], path: tuple[str, ...]) -> None:
    for segment in path[:-1]:
        values = values.get(segment, {})
    values.pop(path[-1], None)
