"""What somebody outside the authority is shown: only what consent or an exception covers.

On a user task it is decided value by value, on the agenda of a meeting item by item.

Domain specification 5.3 (R-080, R-082, R-100). Whoever has no work need on the cases as such sees a
confidential value (K1, K2) of a case on a form while a consent of the case covers them, the purpose of the
user task (its variable `formaal_kode`) and the type of data (table D-14). A unit reads back what its own
process holds. What is withheld is said, with whose consent is missing; what is shown is logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_see_cases
from flowcase.cases.consents import Gap, Missing
from flowcase.cases.entities import DataClass, entity
from flowcase.errors import NotFound
from flowcase.modeling import CaseTarget, Form
from flowcase.services.casework.case_work import CASE, CaseWork
from flowcase.services.casework.consent_work import AUTHORITY
from flowcase.services.choosing import form_records
from flowcase.services.choosing.consent_sentences import NAMES_SETTING, NO_PURPOSE, missing_sentences
from flowcase.services.forms import nested
from flowcase.services.forms.form_sentences import Said
from flowcase.values import Value

KIND_DECISION = "oplysningsart"  # D-14: entity, attribute, class -> type of data
PURPOSE_VARIABLE = "formaal_kode"
# Variables that name whose own process it is: units, and both sides of a referral that the parents support.
OWNERS = ("anmoder", "indkaldere", "henvist_mellem")
OPEN_FACTS, OWN_RECORDS, UNITS = "eksterne_ser_af_sagen", "egne_poster", "enheder"
ITEM = "Dagsordenspunkt"
SHOWN = "vist"  # status of the log of what a user task showed
CONSENT_RULE = "R-080"
LEFT_OUT = "Punktet drøftes uden de deltagere, som samtykket ikke dækkede, da der blev indkaldt."


@dataclass(frozen=True)
class View:
    """The part of a user task's content that one actor may see."""

    prefilled: Mapping[str, Value]
    is_outside: bool = False
    withheld: tuple[str, ...] = ()  # labels of the fields that are kept back
    withheld_paths: tuple[tuple[str, ...], ...] = ()
    because: tuple[str, ...] = ()  # sentences (`Said`): whose consent is missing, and the way out
    shown_kinds: tuple[str, ...] = ()  # confidential types of data that are shown, for the log
    grounds: tuple[str, ...] = ()  # ids of the requests for consent that cover them
    purpose: str = ""


@dataclass(frozen=True)
class Hearing:
    """Whether an item of an agenda is open to somebody, and what stands against it."""

    is_open: bool
    is_outside: bool = False  # a consent, an exception or the unit's own process opened it
    because: tuple[str, ...] = ()  # sentences (`Said`): whose consent is missing, and the way out
    rules: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()  # ids of the requests for consent that cover it


@dataclass(frozen=True)
class Matter:
    """What the consent gate needs to know of an item: the child it names, for which purpose, without whom."""

    case: str | None  # None: it names no child
    purpose: str
    left_out: frozenset[str] = frozenset()  # participants that it is discussed without
    conveners: frozenset[str] = frozenset()  # groups whose own meeting it is


@dataclass
class _Checked:
    """What was found out about one type of data."""

    ground: str | None
    missing: tuple[Missing, ...] = field(default_factory=tuple)


def view_of(
    work: CaseWork,
    form: Form | None,
    variables: Mapping[str, Value],
    *,
    case: str | None,
    candidates: Iterable[str],
    actor: Actor | None,
    is_open: bool = True,
) -> View:
    """The values that the form is filled in with, without those that this actor may not see.

    Without an actor (a program of this installation) nothing is kept back. What has ended is shown as it was
    answered.
    """
    items: list[form_records.Known] = []
    if form and is_open:
        items += form_records.first_items(work, form, variables, opened_by=actor.id if actor else None)
    elif form:
        items += form_records.known_items(work, form, variables)
    if actor is None or case is None or not is_outside(work, actor, case):
        return View(_values(items))
    purpose = str(variables.get(PURPOSE_VARIABLE) or "")
    acting = _acting(actor, candidates)
    own = _own_records(work, variables, actor)
    checked: dict[str, _Checked] = {}
    kept: list[form_records.Known] = []
    withheld: list[form_records.Known] = []
    missing: list[Missing] = []
    for item in items:
        kind = _confidential_kind(work, item, own)
        if kind is None:
            kept.append(item)
            continue
        if kind not in checked:
            checked[kind] = _check(work, case, actor, acting, purpose, kind)
        if checked[kind].ground is None:
            withheld.append(item)
            missing.extend(checked[kind].missing)
        else:
            kept.append(item)
    open_kinds = {kind: found.ground for kind, found in checked.items() if found.ground is not None}
    return View(
        _values(kept),
        is_outside=True,
        withheld=tuple(dict.fromkeys(item.field.label for item in withheld)),
        withheld_paths=tuple(item.field.path for item in withheld),
        because=tuple(
            missing_sentences(dict.fromkeys(missing), purpose or NO_PURPOSE, _setting(work, NAMES_SETTING))
        ),
        shown_kinds=tuple(sorted(open_kinds)),
        grounds=tuple(sorted(set(open_kinds.values()))),
        purpose=purpose,
    )


def hearing_of(
    work: CaseWork, matter: Matter, participants: Sequence[str], *, also: Sequence[str] = ()
) -> Hearing:
    """Whether an item is open to somebody invited under these ids; for colleagues of one unit it is (R-081).

    `also` are further ids that a consent may name; what is missing is told of the ids of the invitation.
    """
    if matter.case is None:
        return Hearing(True)
    asked = list(dict.fromkeys([*participants, *also]))
    found = work.consent_cover(matter.case, asked, matter.purpose)
    is_left_out = bool(matter.left_out & set(participants))
    if found.covered and not is_left_out:
        return Hearing(True, True, grounds=tuple(sorted(set(found.grounds.values()))))
    missing = [each for each in found.missing if each.recipient in participants]
    said = missing_sentences(missing, matter.purpose, _setting(work, NAMES_SETTING))
    return Hearing(False, True, (*((Said(LEFT_OUT),) if is_left_out else ()), *said), (CONSENT_RULE,))


def hearing_for(work: CaseWork, matter: Matter, participants: Sequence[str], actor: Actor) -> Hearing:
    """Whether an item is open to this actor, who takes part under these ids."""
    if matter.case is None or not is_outside(work, actor, matter.case):
        return Hearing(True)
    owned: Any = _setting(work, OWN_RECORDS) or ()
    if matter.conveners & actor.groups and ITEM in owned:  # the unit wrote it itself
        return Hearing(True, True)
    return hearing_of(work, matter, participants or [actor.id], also=[actor.id])


def type_of_data(work: CaseWork, entity_name: str, attribute: str) -> str:
    """The type of data (D-14) of an attribute."""
    data_class = str(entity(entity_name).attribute(attribute).data_class)
    try:
        asked = {"post": entity_name, "oplysning": attribute, "klasse": data_class}
        return str(work.ask(KIND_DECISION, asked))
    except NotFound:  # a bare installation without the table: any type that a consent names
        return entity_name


def is_outside(work: CaseWork, actor: Actor, case: str) -> bool:
    """Whether consent must cover this actor: neither of the authority nor named on the case."""
    if actor.kind in ("terminal", "system"):
        return False
    if may_see_cases(actor) or actor.groups & set(_members(work)):
        return False
    try:
        facts = work.case(case)
    except NotFound:
        return False
    return actor.id not in (facts.get("sagsbehandler"), facts.get("stedfortraeder"))


def open_facts(work: CaseWork, facts: Mapping[str, Value]) -> dict[str, Value]:
    """The facts of the case that everybody may read; for an actor from outside the authority."""
    allowed: Any = _setting(work, OPEN_FACTS) or ("sag_id",)
    sag: Any = facts.get("sag")
    if not isinstance(sag, Mapping):
        return {}
    return {"sag": {name: value for name, value in sag.items() if name in allowed}}


def without_withheld(view: View, draft: Mapping[str, Any]) -> dict[str, Any]:
    """A draft as it may be shown: a value that was visible once may have been saved with it."""

    def left(values: Mapping[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
        return {
            key: left(value, (*place, key)) if isinstance(value, Mapping) else value
            for key, value in values.items()
            if (*place, key) not in view.withheld_paths
        }

    return left(draft, ())


def log(work: CaseWork, view: View, *, user_task: str, case: str, actor: Actor) -> None:
    """Write once what a user task showed to whom on which consent (R-092)."""
    for each in work.records("Videregivelse", case=case, opgave=user_task, status=SHOWN):
        if actor.id in (each["til"] or ()) and set(view.shown_kinds) <= set(each["oplysningstyper"] or ()):
            return
    work.create(
        "Videregivelse",
        {
            "til": [actor.id],
            "oplysningstyper": list(view.shown_kinds),
            "formaal_kode": view.purpose,
            "grundlag": ",".join(view.grounds),
            "tidspunkt": work.now,
            "opgave": user_task,
            "status": SHOWN,
        },
        case,
    )


def _acting(actor: Actor, candidates: Iterable[str]) -> Sequence[str]:
    """As whom the actor does it: the groups that it is offered to, else the person."""
    return sorted(actor.groups & set(candidates)) or [actor.id]


def _check(
    work: CaseWork, case: str, actor: Actor, acting: Sequence[str], purpose: str, kind: str
) -> _Checked:
    if not purpose:
        return _Checked(None, tuple(Missing(each, Gap.NOT_ASKED) for each in acting))
    found = work.consent_cover(case, [*acting, actor.id], purpose, [kind])
    ground = next(iter(found.grounds.values()), None)
    if ground is not None:
        return _Checked(ground)
    return _Checked(None, tuple(each for each in found.missing if each.recipient in acting))


def _confidential_kind(work: CaseWork, item: form_records.Known, own: frozenset[str]) -> str | None:
    """The type of data (D-14) that consent must cover; None for what may be seen anyway."""
    target = item.target
    if not isinstance(target, CaseTarget) or target.entity in own:
        return None
    attribute = entity(target.entity).attribute(target.attribute)
    if attribute.data_class is DataClass.K0 or attribute.is_for_outside:
        return None
    return type_of_data(work, target.entity, target.attribute)


def _own_records(work: CaseWork, variables: Mapping[str, Value], actor: Actor) -> frozenset[str]:
    """Entities that hold what the actor's own unit wrote in this process."""
    owners: set[str] = set()
    for name in OWNERS:
        value = variables.get(name)
        owners |= set(map(str, value)) if isinstance(value, list) else {str(value)} if value else set()
    if not owners & {actor.id, *actor.groups}:
        return frozenset()
    named: Any = _setting(work, OWN_RECORDS) or ()
    return frozenset(name for name in named if name != CASE)


def _members(work: CaseWork) -> Iterable[str]:
    units: Any = _setting(work, UNITS) or {}
    return units.get(AUTHORITY) or ()


def _setting(work: CaseWork, name: str) -> Value:
    try:
        return work.setting(name)
    except NotFound:
        return None


def _values(items: Iterable[form_records.Known]) -> dict[str, Value]:
    known: dict[str, Value] = {}
    for item in items:
        nested.put(known, item.field.path, item.value)
    return known
