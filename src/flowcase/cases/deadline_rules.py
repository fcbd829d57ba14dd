"""Asking the rule sets: from a timer's id and a start to one due date, its reasons and its plan.

`decide` evaluates a decision of the pinned rule-set version by id; everything that counts is in its
tables. The strictest rule set wins: `effective = min(statutory due, local due)`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from flowcase.cases.cadence import Anchor, Answer, Interval, Situation, answer, next_due
from flowcase.cases.civil_time import COPENHAGEN, local_date
from flowcase.cases.deadlines import (
    Candidate,
    Conditions,
    Due,
    Length,
    Plan,
    Policy,
    Unit,
    compute,
    due_on,
    plan,
    strictest,
)
from flowcase.cases.rule_sets import Composition, RuleSet
from flowcase.errors import NotFound
from flowcase.values import Value

Decide = Callable[[str, Mapping[str, Value]], Any]

LENGTH_DECISION = "frist_laengde"
POLICY_DECISION = "fristpolitik"


@dataclass(frozen=True)
class Question:
    """Everything that the tables are asked about one deadline."""

    rule: str  # T01 to T23
    start: dt.datetime | dt.date
    kind: str = ""  # placement, preventive ... where rows differ by it
    occurrence: int = 1  # of a series
    chosen: tuple[str, ...] = ()  # rule sets chosen for this measure
    team: str | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)  # serie_start, forrige_frist, dates of D-02
    given: dt.datetime | dt.date | None = None  # the date that people agreed on or decided


@dataclass(frozen=True)
class Calculated:
    """The answer; `due` is None when a date must be decided first."""

    length: Length | None  # whose row decided
    due: Due | None
    candidates: tuple[Candidate, ...]  # every rule set that was asked and had an answer
    start_fact: str
    policy: Policy | None
    plan: Plan | None
    needs_date: bool = False
    proposal: dt.date | None = None  # default where a date must be decided

    @property
    def parts(self) -> tuple[Due, Length, Plan, Policy]:
        """All four, for a deadline that has a due date. Raises ValueError for one that has none."""
        if self.due is None or self.length is None or self.plan is None or self.policy is None:
            raise ValueError("Expected a deadline with a due date, but a date must be decided first.")
        return self.due, self.length, self.plan, self.policy


class DeadlineRules:
    """The deadline rules of one composition of rule sets."""

    def __init__(self, composition: Composition, decide: Decide) -> None:
        self._composition = composition
        self._decide = decide
        self._settings = composition.settings
        self.conditions = Conditions.from_settings(self._settings, COPENHAGEN)

    def calculate(self, question: Question) -> Calculated:
        """The due date, by the strictest of the rule sets. Raises NotFound when none has a row for it."""
        for rule_sets in self._composition.speaking_on(
            question.rule, chosen=question.chosen, team=question.team
        ):
            rows = [(each, self._length_row(each, question)) for each in rule_sets]
            found = [(rule_set, row) for rule_set, row in rows if row is not None]
            if not found:
                continue
            if any(row.get("beslutning") for _, row in found):
                calculated = self._series(question, found)
                if calculated is None:
                    continue
                return calculated
            return self._single(question, found)
        raise NotFound("rule set with a length for deadline", question.rule)

    def policy(self, rule: str, unit: Unit, kind: str = "") -> Policy:
        """Whom to tell when; raises NotFound when no row of the table matches."""
        row = self._decide(POLICY_DECISION, {"frist": rule, "enhed": unit.value, "art": kind or None})
        if row is None:
            raise NotFound("row of decision 'fristpolitik' for deadline", rule)
        return Policy.from_row(row)

    def planned(self, rule: str, unit: Unit, due: Due, start: dt.datetime | dt.date) -> Plan:
        """The plan for a due date that was not computed from the start: an extension, an agreement."""
        return plan(self.policy(rule, unit), due, start, self.conditions)

    def _length_row(self, rule_set: RuleSet, question: Question) -> Mapping[str, Value] | None:
        inputs = {"frist": question.rule, "regelsaet": rule_set.id, "art": question.kind or None}
        return self._decide(LENGTH_DECISION, inputs)

    def _single(self, question: Question, found: Sequence[tuple[RuleSet, Mapping[str, Value]]]) -> Calculated:
        lengths = [
            Length.from_row(
                row,
                rule_set=rule_set.id,
                version=rule_set.version,
                legal_basis=rule_set.legal_basis(question.rule),
            )
            for rule_set, row in found
        ]
        if question.given is None and all(length.amount is None for length in lengths):
            return Calculated(None, None, (), _start_fact(found), None, None, needs_date=True)
        candidates = tuple(
            Candidate(length, compute(length, question.start, self.conditions, given=question.given))
            for length in lengths
            if length.amount is not None or question.given is not None
        )
        return self._chosen(question, candidates, _start_fact(found))

    def _series(
        self, question: Question, found: Sequence[tuple[RuleSet, Mapping[str, Value]]]
    ) -> Calculated | None:
        situation = self._situation(question)
        default_anchor = Anchor(str(self._settings.get("serie_anker") or Anchor.HELD))
        answers: list[Answer] = []
        for rule_set, row in found:
            given = answer(
                rule_set.id,
                partial(self._interval, rule_set, row, question),
                situation,
                self.conditions,
                default_anchor,
            )
            if given is not None:
                answers.append(given)
        if not answers:
            return None
        upcoming = next_due(answers, decided_wins=bool(self._settings.get("besluttet_dato_gaelder")))
        candidates = tuple(
            Candidate(each.interval.length, due_on(each.day, self.conditions))
            for each in answers
            if each.day is not None
        )
        start_fact = _start_fact(found)
        if upcoming.day is None or upcoming.decisive is None:
            return Calculated(
                None, None, candidates, start_fact, None, None, upcoming.needs_date, upcoming.proposal
            )
        length = upcoming.decisive.interval.length
        due = due_on(upcoming.day, self.conditions)
        policy = self.policy(question.rule, length.unit, question.kind)
        if upcoming.decisive.by_fact:
            start_fact = upcoming.decisive.interval.or_earlier
        return Calculated(
            length,
            due,
            candidates,
            start_fact,
            policy,
            plan(policy, due, question.start, self.conditions),
            upcoming.needs_date,
            upcoming.proposal,
        )

    def _interval(
        self, rule_set: RuleSet, row: Mapping[str, Value], question: Question, nr: int
    ) -> Interval | None:
        inputs = {"regelsaet": rule_set.id, "art": question.kind or None, "nr": Decimal(nr)}
        interval = self._decide(str(row["beslutning"]), inputs)
        if interval is None:
            return None
        return Interval.from_row(
            interval,
            rule_set=rule_set.id,
            version=rule_set.version,
            legal_basis=rule_set.legal_basis(question.rule),
        )

    def _situation(self, question: Question) -> Situation:
        zone = self.conditions.zone
        start = local_date(question.start, zone)
        dates = {
            name: local_date(value, zone)
            for name, value in question.facts.items()
            if isinstance(value, dt.date)
        }
        is_first = question.occurrence == 1
        return Situation(
            nr=question.occurrence,
            start=start if is_first else dates.get("serie_start", start),
            previous_due=None if is_first else dates.get("forrige_frist", start),
            previous_held=None if is_first else start,
            facts=dates,
            decided=None if question.given is None else local_date(question.given, zone),
        )

    def _chosen(self, question: Question, candidates: tuple[Candidate, ...], start_fact: str) -> Calculated:
        decisive = strictest(candidates)
        policy = self.policy(question.rule, decisive.length.unit, question.kind)
        planned = plan(policy, decisive.due, question.start, self.conditions)
        return Calculated(decisive.length, decisive.due, candidates, start_fact, policy, planned)


def _start_fact(found: Sequence[tuple[RuleSet, Mapping[str, Value]]]) -> str:
    return next((str(row["startfakta"]) for _, row in found if row.get("startfakta")), "")
