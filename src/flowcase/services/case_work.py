"""What an inside handler may do: read and write case data on the transaction that moves the token.

A handler is `handle(job, case) -> variables`; `case` is a `CaseWork`. Nothing here commits. Messages,
signals and starts that a handler asks for are collected in `requests` and carried out by the advancing
loop within the same transaction, after the handler has returned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase.values import Value


@dataclass(frozen=True, kw_only=True)
class Publish:
    """Publish a message; `message_id` makes each delivery count once."""

    name: str
    key: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    message_id: str | None = None
    time_to_live: dt.timedelta | None = None
    stream: str | None = None


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """Broadcast a signal to the instances and start events of one case; None: to global catchers."""

    signal: str
    case: str | None
    variables: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Start:
    """Start the newest version of a process."""

    process: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    case: str | None = None
    stream: str | None = None


@dataclass(frozen=True, kw_only=True)
class FactsChanged:
    """A fact that timers are drawn from has changed: re-evaluate the timers of what reads it."""

    case: str | None
    deadline: str | None = None  # also the `frist` instance of this deadline


Request = Publish | Broadcast | Start | FactsChanged


@dataclass(frozen=True)
class Record:
    """A record with all its attributes, decrypted."""

    id: str
    entity: str
    case: str | None
    values: Mapping[str, Value]
    version: int

    def __getitem__(self, name: str) -> Value:
        """The attribute's value; None while it has none."""
        return self.values.get(name)


class CaseWork:
    """The typed repository that an inside handler is given."""

    requests: list[Request]

    # --- where the handler stands ------------------------------------------------------------------

    @property
    def now(self) -> dt.datetime:
        """The instant of this transaction, aware UTC; the only clock a handler may read."""
        raise NotImplementedError

    def setting(self, name: str, *, case: str | None = None) -> Value:
        """A setting of the rule set that the case (default: the handler's own) pins; raises NotFound."""
        raise NotImplementedError

    # --- records -----------------------------------------------------------------------------------

    def records(self, entity: str, *, case: str | None = None, **k0: Value) -> list[Record]:
        """Records of an entity, oldest first, filtered by equality of K0 attributes and by case.

        `case=None` asks across cases (for example all assessed notifications). A filter on an attribute
        of class K1 or K2 raises ValueError.
        """
        raise NotImplementedError

    def get(self, entity: str, id: str) -> Record:
        """One record; raises NotFound. Entity `Sag` is addressed by the case code."""
        raise NotImplementedError

    def create(
        self, entity: str, values: Mapping[str, Value], case: str | None = None, *, id: str = ""
    ) -> str:
        """Create a record on the stream of `case` (default: the instance's own stream); returns its id."""
        raise NotImplementedError

    def update(self, entity: str, id: str, values: Mapping[str, Value]) -> None:
        """Change the given attributes of a record. Entity `Sag` goes through `set_fact`."""
        raise NotImplementedError

    def find_child(self, cpr: str) -> list[Record]:
        """Records of `Barn` with this CPR number, found by keyed hash, newest first."""
        raise NotImplementedError

    # --- cases -------------------------------------------------------------------------------------

    def open_case(self, child: Mapping[str, Value], *, code: str | None = None, **facts: Value) -> str:
        """Open a case with a `Barn` record of these values; returns the code (given, or the next free one).

        `facts` are first K0 facts (status, omraade, distrikt, kendskabsdato ...). The case pins the
        installation's rule-set profile in its present version.
        """
        raise NotImplementedError

    def case(self, code: str | None = None) -> dict[str, Value]:
        """The K0 facts of a case as diagrams read them under `sag`; raises NotFound."""
        raise NotImplementedError

    def set_fact(self, case: str, name: str, value: Value, *, reason: str = "") -> None:
        """Set a K0 fact of a case. A fact that open deadlines start from moves them and their timers."""
        raise NotImplementedError

    # --- deadlines ---------------------------------------------------------------------------------

    def open_deadline(
        self,
        rule: str,
        start: dt.datetime | dt.date,
        *,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        start_fact: str = "",
        occurrence: int = 1,
        kind: str = "",
        rule_sets: Sequence[str] | None = None,
        due: dt.date | dt.datetime | None = None,
        facts: Mapping[str, Value] | None = None,
        responsible: str | None = None,
        element: str = "",
    ) -> str:
        """Open a deadline by its timer id (`T01` to `T23`) and start its `frist` process; returns `frist_id`.

        `case` defaults to the handler's case, `subject` is the record it is about, `part` tells deadlines
        of one rule and subject apart. `start_fact` names a fact of the case when a later correction of
        that fact shall move this deadline (`kendskabsdato`). `occurrence` and `kind` (placement:
        `anbringelse`, preventive: `forebyggende`, `netvaerksindsats`) are asked for series (T05, T06);
        `facts` are further inputs of the table, such as `undersoegelse_afsluttet` for LOV-BL. `rule_sets`
        narrows which sets are asked (default: those of the pinned profile, the strictest wins).
        `due` gives the date instead of computing it (an agreement, a decided next follow-up). An already
        open deadline of the same rule, case, subject and part is moved and its id returned. A due instant
        that has already passed is recorded as breached at once.
        """
        raise NotImplementedError

    def meet_deadline(
        self,
        deadline: str | None = None,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        met_at: dt.datetime | dt.date | None = None,
    ) -> int:
        """Done: ends its `frist` process. By id, or every open one of rule, case, subject and part.

        `met_at` defaults to now; a date counts as that whole local day. Returns the greatest number of
        days late; 0 when in time or when none was open.
        """
        raise NotImplementedError

    def cancel_deadline(
        self,
        deadline: str | None = None,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        reason: str,
    ) -> int:
        """It no longer applies: ends its `frist` process; returns how many were cancelled."""
        raise NotImplementedError

    def move_deadline(
        self,
        deadline: str,
        *,
        start: dt.datetime | dt.date | None = None,
        due: dt.datetime | dt.date | None = None,
        reason: str,
    ) -> dt.datetime:
        """Compute it anew from another start, or give it another date; its timers move with it."""
        raise NotImplementedError

    def deadlines(
        self,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        is_open: bool | None = True,
    ) -> Sequence[Any]:
        """Deadline rows (id, rule, due_at, status ...), earliest due first; `is_open=None` takes all."""
        raise NotImplementedError

    # --- decisions, notes, notices -----------------------------------------------------------------

    def decide(self, decision: str, inputs: Mapping[str, Value]) -> Value:
        """Ask a decision table of the pinned rule set; the evaluation is recorded in the history."""
        raise NotImplementedError

    def note(self, kind: str, text: str, case: str | None = None, source: str = "") -> str:
        """Write a note (`Notat`, ciphertext); returns its id. `kind` and `source` are codes."""
        raise NotImplementedError

    def notify(
        self,
        *,
        groups: Sequence[str] = (),
        people: Sequence[str] = (),
        kind: str,
        case: str | None = None,
        text: str,
        deadline: str | None = None,
    ) -> str:
        """Send an in-app notice; `text` is the code of a fixed sentence, never words about a person."""
        raise NotImplementedError

    # --- other processes ---------------------------------------------------------------------------

    def publish(
        self,
        message: str,
        key: str,
        variables: Mapping[str, Value] | None = None,
        *,
        message_id: str | None = None,
        time_to_live: dt.timedelta | None = None,
    ) -> None:
        """Publish a message once the handler has returned, in the same transaction."""
        raise NotImplementedError

    def broadcast(self, signal: str, case: str | None, variables: Mapping[str, Value] | None = None) -> None:
        """Broadcast a signal to one case, or with `case=None` to the global catchers."""
        raise NotImplementedError

    def start(
        self, process: str, variables: Mapping[str, Value] | None = None, case: str | None = None
    ) -> None:
        """Start a process on the case's stream (default: the handler's own case)."""
        raise NotImplementedError
