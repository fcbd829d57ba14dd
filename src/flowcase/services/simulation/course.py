"""One run of one variant: notifications arrive, timers fire, people work, and everything is counted.

Things happen in the order of their instants. At one instant people come before timers, since what is done
at the due instant is done in time.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from flowcase import model
from flowcase.errors import FlowcaseError
from flowcase.feel import compile_expression
from flowcase.job_types import Registration
from flowcase.services.behind import Behind
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.choosing import form_records
from flowcase.services.choosing.rule_hits import ACTOR
from flowcase.services.forms import form_values
from flowcase.services.simulation.answers import LOCAL, Answers
from flowcase.services.simulation.chance import Chance, chosen, count
from flowcase.services.simulation.files import FileDefinitions, FileRuleSets
from flowcase.services.simulation.measuring import LISTENED_FOR, Measured, Measures
from flowcase.services.simulation.office import Office
from flowcase.services.simulation.reading import Parameters, Stock
from flowcase.services.simulation.staff import Hours, Person, Staff
from flowcase.store import LockedInstance
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.values import Value

TRIES = 8  # of a user task that a gate refuses
TRY_AGAIN = dt.timedelta(days=4)
_ALL_DAY = Hours(dt.time(0), dt.time(23, 59))
_FAR = float("inf")

MayGoOn = Callable[[dt.datetime], bool]  # told the virtual clock now and then; False stops the run


class Stopped(FlowcaseError):
    """Somebody asked the simulation to stop."""

    def __init__(self) -> None:
        super().__init__("The simulation was stopped before it came to its end.")


class Course:
    """One office from its opening to the end."""

    def __init__(
        self,
        definitions: FileDefinitions,
        rule_sets: FileRuleSets,
        handlers: Mapping[str, Registration],
        parameters: Parameters,
        chance: Chance,
    ) -> None:
        self.parameters, self.chance = parameters, chance
        self.measures = Measures(parameters, definitions)
        self._planned: list[tuple[dt.datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._created: list[str] = []  # user tasks that nobody has looked at yet
        self._waiting: dict[str, list[Person]] = {}  # user task -> who may take it
        self._group_queues: dict[str, list[tuple[float, int, str]]] = {}
        self._met: dict[tuple[str | None, str, str], int] = {}
        self._refused: dict[str, int] = {}
        self.given_up: dict[tuple[str, str, str], int] = {}
        self.office = Office(
            definitions,
            rule_sets,
            handlers,
            begins=parameters.opens,
            told=self._hear,
            without=parameters.without,
        )
        self.staff = Staff(list(self._people()))
        for person in self.staff.people.values():
            team = next((group for group in sorted(person.groups) if group in parameters.caseworkers), None)
            self.office.employ(person.id, person.groups, team)
        self.answers = Answers(parameters.always_filled, parameters.days_ahead, self._lightest)
        self._forms_known: dict[str, bool] = {}
        self._is_working_day = self.office.calendar.is_working_day

    def run(self, may_go_on: MayGoOn = lambda at: True) -> Measured:
        """From the opening to the end. Raises Stopped."""
        self._plan_stock()
        self._plan_arrivals()
        ends, steps = self.parameters.ends, 0
        self._look_around()
        while True:
            timer = self.office.next_due()
            planned = self._planned[0][0] if self._planned else None
            at = min((each for each in (timer, planned) if each is not None), default=None)
            if at is None or at > ends:
                break
            steps += 1
            if steps % 256 == 0 and not may_go_on(at):
                raise Stopped
            self.office.set_clock(max(at, self.office.tx.now))
            if planned is not None and planned <= at:
                heapq.heappop(self._planned)[2]()
            else:
                self.office.fire_next()
            self._look_around()
        self.office.set_clock(ends)
        return self.measures.done(self.office, self.staff, self._is_working_day, self.given_up)

    # --- who works here ----------------------------------------------------------------------------

    def _people(self) -> Any:
        parameters = self.parameters
        first, last = parameters.opens.date(), parameters.ends.date()
        for name, group in parameters.staff.items():
            for number in range(1, group.people + 1):
                id = f"{name}-{number:02d}"
                if group.always:
                    whole_week = frozenset(range(7))
                    yield Person(id, frozenset((name, *group.groups)), _ALL_DAY, whole_week, always=True)
                    continue
                away = parameters.absence.of(id, self.chance, first, last)
                groups = frozenset((name, *group.groups))
                yield Person(id, groups, parameters.hours, group.days or parameters.days, away)

    def _lightest(self, group: str) -> str | None:
        """Of a group, who has the fewest open cases; the first by name among equals."""
        members = self.staff.by_group.get(group, ())
        if not members:
            return None
        load = self.measures.loads
        return min(members, key=lambda person: (load.get(person.id, 0), person.id)).id

    # --- cases come --------------------------------------------------------------------------------

    def _plan(self, at: dt.datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._planned, (at, next(self._order), act))

    def _plan_arrivals(self) -> None:
        arrivals = self.parameters.arrivals
        if arrivals.per_year <= 0:
            return
        day, last = self.parameters.opens.astimezone(LOCAL).date(), self.parameters.ends
        weekdays = [weight * 7 / (sum(arrivals.weekdays) or 1) for weight in arrivals.weekdays]
        months = [weight * 12 / (sum(arrivals.months) or 1) for weight in arrivals.months]
        hours = {str(hour): weight for hour, weight in enumerate(arrivals.hours) if weight > 0}
        number = 0
        while True:
            midnight = dt.datetime.combine(day, dt.time(0), tzinfo=LOCAL).astimezone(dt.UTC)
            if midnight >= last:
                return
            mean = arrivals.per_year / 365.25 * weekdays[day.weekday()] * months[day.month - 1]
            for nth in range(count(mean, self.chance.number("arrivals", day))):
                number += 1
                hour = int(chosen(hours, self.chance.number("hour", day, nth)))
                minute = int(60 * self.chance.number("minute", day, nth))
                at = dt.datetime.combine(day, dt.time(hour, minute), tzinfo=LOCAL).astimezone(dt.UTC)
                self._plan(at, lambda number=number: self._arrive(number))  # type: ignore[misc]
            day += dt.timedelta(days=1)

    def _arrive(self, number: int) -> None:
        arrivals, chance = self.parameters.arrivals, self.chance
        now = self.office.tx.now
        values = {
            name: self._drawn(value, "notification", number, name) for name, value in arrivals.values.items()
        }
        known = None
        if chance.number("again", number) < arrivals.again:
            still_open = self.measures.open_codes
            if still_open:
                known = still_open[int(chance.number("which", number) * len(still_open))]
        children = []
        for nth in range(1 if known else int(chosen(arrivals.siblings, chance.number("siblings", number)))):
            youngest, oldest = arrivals.ages
            age = youngest + (oldest - youngest) * chance.number("age", number, nth)
            born = (now - dt.timedelta(days=age * 365.25)).astimezone(LOCAL).date()
            child: dict[str, Value] = {
                "navn": f"Barn {number}.{nth}",
                "foedt": born,
                "adresse": f"Vej {number}",
            }
            children.append({**child, "sag": known} if known else child)
        try:
            self.office.notify(f"U{number:06d}", {"modtaget": now, "boern": children, **values})
        except FlowcaseError as error:
            self._give_up("underretning", "underretning_modtaget", str(error))

    def _drawn(self, value: Any, *what: object) -> Any:
        if isinstance(value, Mapping) and "andele" in value:
            text = chosen(value["andele"], self.chance.number(*what))
            return {"true": True, "false": False, "null": None}.get(text, text)
        if isinstance(value, str) and value.startswith("="):
            local = self.office.tx.now.astimezone(LOCAL)
            return compile_expression(value[1:]).evaluate({"nu": local}, now=local).value
        return value

    def _plan_stock(self) -> None:
        number = 0
        for place, stock in enumerate(self.parameters.stock):
            for nth in range(stock.cases):
                number += 1
                at = stock.at or self.parameters.opens + dt.timedelta(
                    weeks=stock.within_weeks * self.chance.number("stock", place, nth)
                )
                act = lambda stock=stock, number=number: self._open_stock(stock, number)  # noqa: E731
                self._plan(max(at.astimezone(dt.UTC), self.parameters.opens), act)

    def _open_stock(self, stock: Stock, number: int) -> None:
        office, code = self.office, f"SAG-B-{number:05d}"
        facts: dict[str, Any] = {"status": "aaben"}
        facts |= {name: self._drawn(value, "fact", number, name) for name, value in stock.facts.items()}
        if str(facts.get("sagsbehandler")) == "letteste":
            facts["sagsbehandler"] = self._lightest(str(facts.get("team")))
        work = CaseWork(
            office.tx, rule_sets=office.rule_sets, decisions=office.decisions, stream=f"case:{code}"
        )
        born = (
            office.tx.now - dt.timedelta(days=365.25 * (1 + 15 * self.chance.number("born", number)))
        ).date()
        work.open_case({"navn": f"Barn {code}", "foedt": born}, code=code, **facts)
        values = {name: self._drawn(value, "value", number, name) for name, value in stock.values.items()}
        office.publish(stock.message, code, {"sag_id": code, **values}, case=code)

    # --- user tasks --------------------------------------------------------------------------------

    def _hear(self, now: dt.datetime, instance: LockedInstance | None, event: model.Event) -> None:
        if type(event) not in LISTENED_FOR:
            return
        if isinstance(event, model.UserTaskCreated) and instance is not None:
            self._created.append(f"{instance.id}.{event.element_instance}")
        elif isinstance(event, (model.UserTaskCancelled, model.UserTaskCompleted)) and instance is not None:
            self._waiting.pop(f"{instance.id}.{event.element_instance}", None)
        self.measures.hear(now, instance, event)

    def _look_around(self) -> None:
        """Everybody sees what is new: it can be begun at once, or when others have done their part."""
        while self._created:
            created, self._created = self._created, []
            for id in created:
                row = self.office.shelves.tasks.get(id)
                if row is not None:
                    self._see(row)

    def _see(self, row: UserTaskRow) -> None:
        task = self.parameters.task(row.process, row.element)
        if task.nobody:
            return
        now = self.office.tx.now
        nr = self._nth(row)
        if task.before_due is not None and row.due_at is not None:
            ahead = task.before_due.at(self.chance.number(row.case_code, row.process, row.element, nr, "due"))
            ready = max(now, row.due_at - dt.timedelta(days=ahead))
        else:
            days = task.days.at(self.chance.number(row.case_code, row.process, row.element, nr, "days"))
            ready = now + dt.timedelta(days=days)
        if ready <= now:
            self._ready(row.id, nr)
        else:
            self._plan(ready, lambda: self._ready(row.id, nr))

    def _nth(self, row: UserTaskRow) -> int:
        place = (row.case_code, row.process, row.element)
        self._met[place] = nr = self._met.get(place, 0) + 1
        return nr

    def _ready(self, id: str, nr: int) -> None:
        """It can be begun: whoever is free takes it, else it waits."""
        row = self.office.shelves.tasks.get(id)
        if row is None:
            return
        able = self.staff.able(row.assignee, row.candidate_users, row.candidate_groups)
        self.measures.ready(row, self.office.tx.now)
        if not able:
            self._give_up(row.process, row.element, f"nobody is in {', '.join(row.candidate_groups) or '-'}")
            return
        task = self.parameters.task(row.process, row.element)
        minutes = task.minutes.at(self.chance.number(row.case_code, row.process, row.element, nr, "minutes"))
        if minutes <= 0:
            self._finish(id, able[0], nr)
            return
        free = [person for person in able if not person.is_busy]
        if free:
            begins = {person.id: person.begins(self.office.tx.now, self._is_working_day) for person in free}
            person = min(free, key=lambda each: (begins[each.id], each.busy, each.id))
            self._take(row, person, nr, minutes)
            return
        self._waiting[id] = able
        entry = (row.due_at.timestamp() if row.due_at else _FAR, next(self._order), f"{id}|{nr}|{minutes}")
        for person in able:
            heapq.heappush(person.own, entry)

    def _take(self, row: UserTaskRow, person: Person, nr: int, minutes: float) -> None:
        now = self.office.tx.now
        begun = person.begins(now, self._is_working_day)
        work = dt.timedelta(minutes=minutes)
        ended = person.ends(begun, work, self._is_working_day, self.measures.loads.get(person.id, 0))
        person.is_busy = True
        self.measures.taken(row, person, begun, work)
        self._plan(ended, lambda: self._finished(row.id, person, nr))

    def _finished(self, id: str, person: Person, nr: int) -> None:
        person.is_busy = False
        self._finish(id, person, nr)
        self._look_around()
        if person.is_busy:  # what came of it was taken at once
            return
        while person.own:
            _, _, entry = heapq.heappop(person.own)
            waiting, nr_text, minutes = entry.split("|")
            row = self.office.shelves.tasks.get(waiting)
            if row is None or waiting not in self._waiting:
                continue  # somebody else took it, or nobody needs it any more
            del self._waiting[waiting]
            self._take(row, person, int(nr_text), float(minutes))
            return

    def _finish(self, id: str, person: Person, nr: int) -> None:
        """Fill in the form and complete; what a gate refuses is tried again some days later."""
        row = self.office.shelves.tasks.get(id)
        if row is None:
            return
        office = self.office
        office.tx.actor = self.measures.actor(person)
        try:
            instance, variables, facts = office.facts(row)
            values: dict[str, Value] = {}
            task = self.parameters.task(row.process, row.element)
            if row.form is None:
                values = {name: self._drawn(value, id, name) for name, value in task.answers.items()}
            else:
                values = self._filled(row, instance, variables, facts, task.answers, person, nr)
            hits = office.refusals(row, Behind({**values, ACTOR: person.id}, facts))
            if hits:
                self._refuse(row, nr, hits)
                return
            office.complete(row, values, variables)
        except FlowcaseError as error:
            self._give_up(row.process, row.element, str(error))

    def _filled(
        self,
        row: UserTaskRow,
        instance: LockedInstance,
        variables: Mapping[str, Value],
        facts: Behind,
        given: Mapping[str, Any],
        person: Person,
        nr: int,
    ) -> dict[str, Value]:
        office = self.office
        form = office.definitions.form(office.tx, str(row.form))
        known = form_records.known_values(office.work(instance, row.element), form, variables)
        offered = office.choices(row, facts, instance)
        filled = self.answers.values(
            form,
            given,
            facts,
            known=known,
            choices=lambda: offered,
            actor=person.id,
            now=office.tx.now,
            number=lambda name: self.chance.number(row.case_code, row.process, row.element, nr, name),
        )
        return form_values.validate(form, filled, facts=Behind(offered, facts), now=office.tx.now).values

    def _refuse(self, row: UserTaskRow, nr: int, hits: list[Any]) -> None:
        self._refused[row.id] = tries = self._refused.get(row.id, 0) + 1
        if tries >= TRIES:
            rules = sorted(
                {str(hit.get("regel", hit)) if isinstance(hit, Mapping) else str(hit) for hit in hits}
            )
            self._give_up(row.process, row.element, f"refused by {', '.join(rules)}")
            return
        self._plan(self.office.tx.now + TRY_AGAIN, lambda: self._ready(row.id, nr))

    def _give_up(self, process: str, element: str, reason: str) -> None:
        place = (process, element, reason[:300])
        self.given_up[place] = self.given_up.get(place, 0) + 1
