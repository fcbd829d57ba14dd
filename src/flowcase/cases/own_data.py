"""What of a case's records is about one person, and may be given to that person: pure rules.

Everything is kept back until a rule gives it. The rules are the setting `indsigt`: what is the person's own
without reading, what is never given, and why. Text in which others may be named is read by a human first.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flowcase.cases.entities import Entity
from flowcase.cases.entities.model import Attribute, DataClass, Kind
from flowcase.cases.known_people import digits, plain
from flowcase.values import Value

SETTING = "indsigt"
CHILD, SIBLING, NETWORK = "barn", "soeskende", "netvaerksperson"
FAMILY = frozenset({"mor", "far", "vaerge"})  # about whom the words of a child's case may be, by name or not
_CHILD_RECORD = "Barn"  # what rows of children say is named as there
LEFT_OUT = "[udeladt]"

_WORDS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.BOARD, Kind.ROWS})
_LINKS = frozenset({Kind.REFERENCE, Kind.REFERENCES, Kind.FILE})
_TIMES = frozenset({Kind.DATE, Kind.INSTANT})
_CPR = re.compile(r"\b[0-9a-f]{32,}\b|(?<!\d)(\d{6}[ -]?\d{4})(?!\d)")  # none within a checksum
# What programs keep for themselves: nobody learns anything of it, nor has to read it through. That something
# went to the journal is told among those who were told.
_OF_PROGRAMS = frozenset({"Journalpost", "Dokument.indhold", "Dokument.stoerrelse"})
_SHORTEST = 3  # letters of a name that is looked for however it is written
# What stands before a number where somebody's contact is all that is known of them: no word of a name.
_OF_CONTACTS = frozenset({"tlf", "telefon", "telefonnummer", "mobil", "mobilnummer", "mail", "email"})


class State(StrEnum):
    GIVEN = "given"
    TO_READ = "to_read"  # kept back unless a human has read it and says that it may be given
    KEPT_BACK = "kept_back"


@dataclass(frozen=True)
class Somebody:
    """A person whom the records of a case know."""

    place: str  # barn, familie:<record>:<row>, netvaerk:<record>
    role: str
    name: str
    cpr: str = ""
    contact: str = ""
    record: str = ""
    address: str = ""

    @property
    def words(self) -> frozenset[str]:
        """The words of the name, in small letters."""
        found = frozenset(word for word in re.findall(r"\w+", self.name.lower()) if len(word) >= _SHORTEST)
        return found - _OF_CONTACTS

    @property
    def short_words(self) -> frozenset[str]:
        """Those of two letters, as written: `Bo` is a name, and `bo` a verb."""
        found = (word for word in re.findall(r"\w+", self.name) if len(word) == _SHORTEST - 1)
        return frozenset(word for word in found if word[0].isupper())

    @functools.cached_property
    def named(self) -> re.Pattern[str] | None:
        """A word of the name, also as a genitive; None where there is no word to look for."""
        return _words_pattern(self.words, self.short_words)


@dataclass(frozen=True)
class Rules:
    """The setting `indsigt`, read."""

    given: Mapping[str, frozenset[str]]  # entity -> attributes about the child alone
    only_oneself: Mapping[str, frozenset[str]]  # of them: read first when another receives it for the child
    of_role: Mapping[str, Mapping[str, frozenset[str]]]  # entity -> role -> attributes about that role
    never: Mapping[str, Mapping[str, str]]  # entity -> attribute -> ground
    kept_when: Mapping[str, tuple[str, str]]  # entity -> (attribute that must not be true, ground)
    own_rows: Mapping[str, frozenset[str]]  # entity -> attributes whose rows are one person each
    own_records: Mapping[str, str]  # entity -> attribute that names the role whose record it is
    others: str  # ground of what is about others, or was not found to be about this person alone
    texts: Mapping[str, Any] = field(default_factory=dict)  # purposes, grounds and complaint, as written

    @classmethod
    def read(cls, setting: Any) -> Rules:
        """Raises ValueError for a setting that says nothing of what may be given."""
        if not isinstance(setting, Mapping) or not setting.get("gives"):
            raise ValueError("it needs 'gives': what is given without reading")

        def sets(name: str) -> dict[str, frozenset[str]]:
            found: Mapping[str, Any] = setting.get(name) or {}
            return {entity: frozenset(map(str, names)) for entity, names in found.items()}

        of_role: Mapping[str, Any] = setting.get("om_rollen") or {}
        never: Mapping[str, Any] = setting.get("aldrig") or {}
        kept: Mapping[str, Any] = setting.get("holdes_tilbage_naar") or {}
        return cls(
            given=sets("gives"),
            only_oneself=sets("kun_til_personen_selv"),
            of_role={
                entity: {role: frozenset(map(str, names)) for role, names in roles.items()}
                for entity, roles in of_role.items()
            },
            never={entity: {str(k): str(v) for k, v in names.items()} for entity, names in never.items()},
            kept_when={entity: (str(each["felt"]), str(each["grund"])) for entity, each in kept.items()},
            own_rows=sets("egne_raekker"),
            own_records={str(k): str(v) for k, v in (setting.get("egne_poster") or {}).items()},
            others=str(setting.get("andre") or "andre"),
            texts=setting,
        )


@dataclass(frozen=True)
class Part:
    """One attribute of one record, judged."""

    attribute: Attribute
    value: Value
    state: State
    ground: str = ""


def judged(
    entity: Entity, record: str, values: Mapping[str, Value], who: Somebody, rules: Rules, *, to_oneself: bool
) -> list[Part]:
    """What of a record of a case is this person's; what is not about them at all is left out altogether."""
    parts = []
    for attribute in entity.attributes:
        value = values.get(attribute.name)
        if not _OF_PROGRAMS.isdisjoint((entity.name, f"{entity.name}.{attribute.name}")):
            continue
        if value in (None, "", [], {}):
            continue
        part = _part(entity, record, attribute, value, values, who, rules, to_oneself)
        if part is not None:
            parts.append(part)
    return parts


def _part(
    entity: Entity,
    record: str,
    attribute: Attribute,
    value: Value,
    values: Mapping[str, Value],
    who: Somebody,
    rules: Rules,
    to_oneself: bool,
) -> Part | None:
    name, is_open = attribute.name, attribute.data_class is DataClass.K0
    never = rules.never.get(entity.name, {}).get(name)
    if never is not None:
        return Part(attribute, None, State.KEPT_BACK, never) if _may_concern(who) else None
    kept = rules.kept_when.get(entity.name)
    if kept is not None and values.get(kept[0]) is True and attribute.kind not in _TIMES:
        return Part(attribute, None, State.KEPT_BACK, kept[1]) if _may_concern(who) else None
    if who.role == NETWORK and record == who.record:
        return None if attribute.kind in _LINKS else Part(attribute, value, State.GIVEN)
    if name in rules.own_rows.get(entity.name, ()):
        return _rows(attribute, value, who, rules, to_oneself)
    of_role = rules.of_role.get(entity.name, {})
    if name in of_role.get(who.role, ()):
        return Part(attribute, value, State.GIVEN)
    if attribute.kind in _LINKS and is_open:
        return None
    names_role = rules.own_records.get(entity.name)
    if names_role is not None and values.get(names_role) == who.role:
        return Part(attribute, value, State.GIVEN)
    if who.role == CHILD:
        return _of_child(entity, attribute, value, rules, is_open, to_oneself)
    if names_role is not None:  # the answer of somebody else
        return None
    is_child_alone = name in rules.given.get(entity.name, ())
    is_of_another = any(name in names for role, names in of_role.items() if role != who.role)
    if is_open or is_child_alone or is_of_another or attribute.kind not in _WORDS:
        return None
    if who.role in FAMILY or mentions(value, [who]):
        return Part(attribute, value, State.TO_READ, rules.others)
    return None


def _of_child(
    entity: Entity, attribute: Attribute, value: Value, rules: Rules, is_open: bool, to_oneself: bool
) -> Part:
    name = attribute.name
    if is_open or name in rules.given.get(entity.name, ()):
        if not to_oneself and name in rules.only_oneself.get(entity.name, ()):
            return Part(attribute, value, State.TO_READ, rules.others)
        return Part(attribute, value, State.GIVEN)
    if any(name in names for names in rules.of_role.get(entity.name, {}).values()):
        return Part(attribute, None, State.KEPT_BACK, rules.others)
    return Part(attribute, value, State.TO_READ, rules.others)


def _may_concern(who: Somebody) -> bool:
    """Whether it is told that something was kept back: those about whom a case is."""
    return who.role == CHILD or who.role in FAMILY


def _rows(attribute: Attribute, value: Value, who: Somebody, rules: Rules, to_oneself: bool) -> Part | None:
    """The person's own rows; of others nothing, not even how many."""
    rows: Any = value if isinstance(value, (list, tuple)) else []
    own = [dict(row) for row in rows if isinstance(row, Mapping) and is_row_of(row, who)]
    if who.role == CHILD and not to_oneself:
        hidden = rules.only_oneself.get(_CHILD_RECORD, frozenset())
        own = [{name: each for name, each in row.items() if name not in hidden} for row in own]
    return Part(attribute, own, State.GIVEN) if own else None


def is_row_of(row: Mapping[str, Value], who: Somebody) -> bool:
    """Whether a row of people is this one: by CPR number where both have one, else by the whole name."""
    cpr = digits(row.get("cpr"))
    if cpr and who.cpr:
        return cpr == who.cpr
    role = row.get("rolle")
    return (
        bool(who.name)
        and plain(row.get("navn")) == plain(who.name)
        and (role is None or who.role in (CHILD, str(role)))
    )


# --- others in a text ------------------------------------------------------------------------------


def mentions(value: Value, people: Iterable[Somebody]) -> list[Somebody]:
    """Which of these people the value names, by a word of their name, number or contact."""
    written = " ".join(_texts(value))
    said = written.lower()
    numbers = {digits(each) for each in _CPR.findall(said)}
    return [
        each
        for each in people
        if (each.named is not None and each.named.search(written))
        or (each.cpr and each.cpr in numbers)
        or (each.contact and plain(each.contact) in " ".join(said.split()))
    ]


def without_others(value: Value, who: Somebody, others: Iterable[Somebody]) -> Value:
    """The value without names, numbers, addresses and contacts of these others, and no CPR but one's own.

    The last line of defence: a human has read the text before.
    """
    terms: set[str] = set()
    shorts: set[str] = set()
    for each in others:
        shorts |= each.short_words - who.short_words
        terms |= {each.name.strip(), each.contact.strip(), each.address.strip()}
        terms |= {word for word in each.words if word not in who.words}
    own = {plain(who.name), plain(who.contact), plain(who.address)}
    terms = {term for term in terms if len(term) >= _SHORTEST and plain(term) not in own}
    pattern = _words_pattern(terms, shorts)

    def clean(text: str) -> str:
        text = _CPR.sub(
            lambda found: found[0] if found[1] is None or digits(found[1]) == who.cpr else LEFT_OUT, text
        )
        return text if pattern is None else pattern.sub(LEFT_OUT, text)

    return _mapped(value, clean)


def _words_pattern(terms: Iterable[str], shorts: Iterable[str]) -> re.Pattern[str] | None:
    """Any of these terms however they are written, or of the short ones as they are; with its genitive."""

    def any_of(given: Iterable[str]) -> str:
        by_length = sorted(given, key=lambda term: (-len(term), term))
        return "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in by_length)

    ways = [f"(?i:{said})" for said in [any_of(terms)] if said] + [said for said in [any_of(shorts)] if said]
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?i:s|['’´]s)?(?!\w)") if ways else None


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(each, change) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(each, change) for each in value]
    return value


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
