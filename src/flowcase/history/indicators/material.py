"""What indicators count: cases, records, deadlines and who worked on what, without a word about a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from flowcase.cases.civil_time import end_of_day, local_date
from flowcase.values import Value

# The attributes that indicators read, by entity; nothing else of a record is opened for them.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "Underretning": (
        "modtaget",
        "vurderet",
        "akut",
        "sager",
        "kvittering_sendt",
        "kvittering_ikke_mulig",
    ),
    "Dagsordenspunkt": ("udfald", "afgjort"),
    "AkutIndsats": ("tidspunkt",),
    "Forebyggelse": ("modtaget",),
    "Tildeling": ("tildelt",),
    "Sagsbehandlerskift": ("skiftet",),
    "Handleplan": ("godkendt", "uden_hjaelp", "overtager"),
    "Maal": ("maaldato", "status"),
    "Foranstaltning": ("trin", "start", "slut", "regelsaet"),
    "Trinskift": ("fra", "til", "forlaenget_til", "hvorfor", "foranstaltning_id"),
    "Opfoelgning": ("afholdt",),
    "Kontaktnotat": ("tid", "form"),
    "Boernesamtale": ("dato",),
    "Moede": ("slags", "type", "distrikt", "tid", "holdt", "afholdt", "status"),
    "Aftale": ("moede_id",),
    "Visitation": ("indsendt",),
    "Forumraad": ("grundlag",),
    "Samtykkeanmodning": ("status", "undtagelse", "afgjort"),
    "Samtykke": ("status", "tilbagekaldt", "gyldigt_til"),
    "SSDForloeb": ("afholdt", "moedenr"),
    "Netvaerksforloeb": (
        "start",
        "slut",
        "kriterium",
        "akut_start",
        "eftertjekket",
        "kendt_kriminalitet",
        "mistanke",
        "uddannelse_arbejde",
        "bor_hjemme",
        "redskaber",
    ),
    "Mentor": ("uddannet", "bliver"),
    "Match": ("start", "slut", "stadig_sag", "uddannelse_arbejde"),
    "SoSSvar": ("hyppighed", "loeftet"),
    "SoSDeltager": ("enhed", "noegleperson", "uddannet"),
    "SocialProfil": ("aar", "noegletal"),
}


@dataclass(frozen=True)
class Question:
    """The period, first and last day included, and whose figures."""

    first: dt.date
    last: dt.date
    team: str | None = None
    district: str | None = None
    rule_set: str | None = None

    def has(self, moment: Value) -> bool:
        """Whether a date or an instant lies in the period; None never does."""
        return isinstance(moment, dt.date) and self.first <= local_date(moment) <= self.last

    def has_reached(self, moment: Value) -> bool:
        """Whether a date or an instant lies at or before the end of the period."""
        return isinstance(moment, dt.date) and local_date(moment) <= self.last

    @property
    def is_part(self) -> bool:
        """Whether it is of a team, a district or a rule set only."""
        return bool(self.team or self.district or self.rule_set)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Question:
        """The period of the same length that ends where this one begins."""
        last = self.first - dt.timedelta(days=1)
        return replace(self, first=last - dt.timedelta(days=self.days - 1), last=last)


@dataclass(frozen=True)
class CaseFact:
    code: str
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    team: str | None = None
    district: str | None = None
    caseworker: str | None = None
    status: str | None = None
    family: str | None = None
    rule_sets: frozenset[str] = frozenset()  # those that its pinned profile asks


@dataclass(frozen=True)
class RecordFact:
    id: str
    entity: str
    case: str | None
    created_at: dt.datetime
    values: Mapping[str, Value]  # the attributes of NEEDED that have one

    def __getitem__(self, name: str) -> Value:
        return self.values.get(name)


@dataclass(frozen=True)
class DeadlineFact:
    id: str
    rule: str
    rule_set: str
    case: str | None
    subject: str | None
    start: Value
    due_at: dt.datetime
    status: str  # open, met, breached, cancelled
    opened_at: dt.datetime
    met_at: dt.datetime | None = None
    seconds_late: int | None = None

    def is_judged(self, now: dt.datetime) -> bool:
        """It was met, or its time has run out: it can be said whether it was kept."""
        return self.met_at is not None or self.due_at < now

    @property
    def is_kept(self) -> bool:
        return self.met_at is not None and not self.seconds_late


@dataclass(frozen=True)
class WorkFact:
    """Somebody completed a user task of a case."""

    case: str
    person: str
    unit: str | None  # the person's team
    at: dt.datetime


@dataclass(frozen=True)
class Material:
    now: dt.datetime
    cases: Mapping[str, CaseFact]
    records: Mapping[str, Sequence[RecordFact]]  # by entity
    deadlines: Sequence[DeadlineFact] = ()
    work: Sequence[WorkFact] = ()
    settings: Mapping[str, Value] = field(default_factory=dict)
    references: Mapping[str, Value] = field(default_factory=dict)  # figures of the sources, goals
    stay_limit: Callable[[dt.date], dt.date | None] = lambda start: None  # T07 of an institution stay

    def of(self, entity: str) -> Sequence[RecordFact]:
        return self.records.get(entity, ())

    def by_id(self, entity: str) -> Mapping[str, RecordFact]:
        return {record.id: record for record in self.of(entity)}

    def by_case(self, entity: str) -> Mapping[str, list[RecordFact]]:
        found: dict[str, list[RecordFact]] = {}
        for record in self.of(entity):
            if record.case is not None:
                found.setdefault(record.case, []).append(record)
        return found

    def due(self, *rules: str) -> Iterator[DeadlineFact]:
        """Deadlines by these timers that were not cancelled."""
        return (each for each in self.deadlines if each.rule in rules and each.status != "cancelled")

    def open_in(self, question: Question) -> list[CaseFact]:
        """Cases that were open on at least one day of the period."""
        return [
            case
            for case in self.cases.values()
            if question.has_reached(case.opened_at)
            and (case.closed_at is None or local_date(case.closed_at) >= question.first)
        ]

    def as_of(self, question: Question) -> dt.datetime:
        """The end of the period, or now while it still runs."""
        return min(self.now, end_of_day(question.last))

    def scoped(self, question: Question) -> Material:
        """What belongs to the team, the district and the rule set that are asked for.

        What belongs to no case (mentors, meetings between units) is left out as soon as a team or a rule
        set is asked for; meetings of a district stay with their district.
        """
        if not question.is_part:
            return self
        cases = {code: case for code, case in self.cases.items() if _is_asked(case, question)}

        def keeps(record: RecordFact) -> bool:
            if record.entity == "Underretning":
                return bool(cases.keys() & set(record["sager"] or ()))
            if record.case is not None:
                return record.case in cases
            return (
                question.team is None
                and question.rule_set is None
                and record["distrikt"] is not None
                and record["distrikt"] == question.district
            )

        records = {entity: list(filter(keeps, found)) for entity, found in self.records.items()}
        notifications = {each.id for each in records.get("Underretning", ())}
        return replace(
            self,
            cases=cases,
            records=records,
            deadlines=[
                each
                for each in self.deadlines
                if (each.case in cases if each.case is not None else each.subject in notifications)
                and question.rule_set in (None, each.rule_set)
            ],
            work=[each for each in self.work if each.case in cases],
        )


def _is_asked(case: CaseFact, question: Question) -> bool:
    return (
        question.team in (None, case.team)
        and question.district in (None, case.district)
        and (question.rule_set is None or question.rule_set in case.rule_sets)
    )


def days_between(start: Value, end: Value) -> int | None:
    """Whole local days from one date or instant to another."""
    if not isinstance(start, dt.date) or not isinstance(end, dt.date):
        return None
    return (local_date(end) - local_date(start)).days


def hours_between(start: Value, end: Value) -> Decimal:
    """Elapsed hours from one instant to another."""
    # Two instants of one zone subtract by the clock on the wall; elapsed time is counted in UTC.
    elapsed = end.astimezone(dt.UTC) - start.astimezone(dt.UTC)
    return Decimal(int(elapsed.total_seconds())) / 3600


def earliest(moments: Iterable[Value]) -> dt.date | dt.datetime | None:
    """The first of some dates and instants, by local day and then by time."""
    known = [moment for moment in moments if isinstance(moment, dt.date)]
    return min(known, key=_sortable, default=None)


def _sortable(moment: dt.date) -> tuple[dt.date, float]:
    return local_date(moment), moment.timestamp() if isinstance(moment, dt.datetime) else 0.0
