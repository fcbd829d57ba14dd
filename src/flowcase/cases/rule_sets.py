"""Rule sets: named, versioned manifests of numbers and settings, and profiles that compose them.

A manifest lies in `processes/rulesets/`. Lengths live in decision tables, keyed by rule set; the
manifest says which timers it has an opinion on, by what legal basis, which tables carry its numbers,
and its settings. A profile composes rule sets: statute is the floor, a local set may be stricter.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from flowcase import bounded_yaml
from flowcase.errors import InvalidValues, NotFound
from flowcase.values import Value, from_json

_KEYS = {"id", "version", "title", "origin", "in_force_from", "statutory", "tables", "rules", "settings"}
_PROFILE_KEYS = {"id", "kind", "version", "title", "in_force_from", "compose", "teams", "settings"}
_FILES_KEPT = 64  # manifests in the versions that cases were opened with; what is read of one never changes


@dataclass(frozen=True)
class Rule:
    """A rule set's opinion on one timer or rule."""

    id: str  # T01 to T23 or
    legal_basis: str  # `hjemmel`: what a letter or a screen may quote
    source: str = ""
    status: str = ""  # verificeret, delvist, ikke_verificeret; empty where no statute is meant


@dataclass(frozen=True)
class RuleSet:
    """One version of a manifest."""

    id: str
    version: str
    title: str
    origin: str
    in_force_from: dt.date
    is_statutory: bool
    tables: tuple[str, ...]  # paths of the decision files that hold its numbers
    rules: Mapping[str, Rule]
    settings: Mapping[str, Value]

    def legal_basis(self, rule: str) -> str:
        return self.rules[rule].legal_basis if rule in self.rules else ""


@dataclass(frozen=True)
class Member:
    """A rule set within a profile; with `only` it speaks on these rules and brings no settings."""

    rule_set: str
    only: frozenset[str] | None = None

    def speaks_on(self, rule: str) -> bool:
        return self.only is None or rule in self.only


@dataclass(frozen=True)
class Profile:
    """What an installation runs with: rule sets in order, most general first, and its own settings."""

    id: str
    version: str
    title: str
    in_force_from: dt.date
    members: tuple[Member, ...]
    teams: Mapping[str, tuple[str, ...]]  # team -> local sets it has chosen instead of the profile's own
    settings: Mapping[str, Value]


_REPORTED = ("reference_", "maal_")


@dataclass(frozen=True)
class Composition:
    """A profile with its rule sets, as one case or instance pins it."""

    profile: Profile
    rule_sets: Mapping[str, RuleSet]
    selected: tuple[str, ...] = ()  # sets in force instead of the profile's, most general first
    overrides: Mapping[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.profile.id

    @property
    def version(self) -> str:
        return self.profile.version

    @property
    def references(self) -> Mapping[str, Value]:
        """Figures and goals of the sources, by setting: reported and never enforced."""
        return {
            name: value
            for rule_set in self.rule_sets.values()
            for name, value in rule_set.settings.items()
            if name.startswith(_REPORTED)
        }

    def rule_set(self, name: str) -> RuleSet:
        try:
            return self.rule_sets[name]
        except KeyError:
            raise NotFound("rule set", name) from None

    def speaking_on(
        self, rule: str, *, chosen: Sequence[str] | None = None, team: str | None = None
    ) -> list[tuple[RuleSet, ...]]:
        """Rule sets to ask about a timer, as rounds: the next round only when no set of one has a row.

        `chosen` are the sets that people chose for this very measure. A team's choice replaces the
        profile's local sets for the rules it has an opinion on; statute stays.
        """
        own = tuple(
            self.rule_set(member.rule_set) for member in self.profile.members if member.speaks_on(rule)
        )
        if chosen:
            return [tuple(self.rule_set(name) for name in chosen), own]
        if self.selected:
            return [tuple(self.rule_set(name) for name in self.selected), own]
        preferred = self.profile.teams.get(team or "", ())
        locals_of_team = tuple(
            each for each in map(self.rule_set, preferred) if rule in each.rules and not each.is_statutory
        )
        if locals_of_team:
            return [(*(each for each in own if each.is_statutory), *locals_of_team), own]
        return [own]

    @functools.cached_property
    def settings(self) -> Mapping[str, Value]:
        """Every setting: the profile's, then each set's in order, then those of the installation."""
        merged: dict[str, Value] = dict(self.profile.settings)
        for member in self.profile.members:
            if member.only is None:
                merged.update(self.rule_set(member.rule_set).settings)
        for name in self.selected:
            merged.update(self.rule_set(name).settings)
        merged.update(self.overrides)
        return merged


@functools.lru_cache(maxsize=_FILES_KEPT)
def read_manifest(content: bytes, file: str) -> RuleSet | Profile:
    """Read a rule set or a profile; the same content is read once.

    Raises InvalidValues with everything that is wrong with it.
    """
    data = _mapping(content, file)
    is_profile = data.get("kind") == "profile"
    wrong: dict[str, list[str]] = {}
    for key in sorted(set(data) - (_PROFILE_KEYS if is_profile else _KEYS)):
        wrong[str(key)] = ["Nøglen kendes ikke."]
    for key in ("id", "version", "title"):
        if not isinstance(data.get(key), str) or not data[key]:
            wrong[key] = ["Skal være en tekst (i anførselstegn, hvis den ligner et tal)."]
    if not isinstance(data.get("in_force_from"), dt.date):
        wrong["in_force_from"] = ["Skal være en dato som 2024-01-01."]
    for key, kind, name in (
        ("settings", Mapping, "navne med værdier"),
        ("rules", Mapping, "regler med hjemmel"),
        ("teams", Mapping, "team med regelsæt"),
        ("tables", list, "en liste af filer"),
        ("compose", list, "en liste af regelsæt"),
    ):
        if data.get(key) is not None and not isinstance(data[key], kind):
            wrong[key] = [f"Skal være {name}."]
    if not wrong:
        wrong = _wrong_members(data) if is_profile else _wrong_rules(data)
    if wrong:
        raise InvalidValues(file, wrong)
    return _profile(data) if is_profile else _rule_set(data)


def compose(
    profile: Profile,
    rule_sets: Iterable[RuleSet],
    *,
    selected: Sequence[str] = (),
    overrides: Mapping[str, Value] | None = None,
) -> Composition:
    """Put a profile and its rule sets together. Raises NotFound for a set that is not there."""
    composition = Composition(
        profile, {each.id: each for each in rule_sets}, tuple(selected), dict(overrides or {})
    )
    wanted = [*(member.rule_set for member in profile.members), *selected]
    for name in (*wanted, *(name for names in profile.teams.values() for name in names)):
        composition.rule_set(name)
    return composition


def _wrong_rules(data: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        f"rules.{key}": ["Skal have en 'hjemmel'."]
        for key, rule in (data.get("rules") or {}).items()
        if not isinstance(rule, Mapping) or not rule.get("hjemmel")
    }


def _wrong_members(data: Mapping[str, Any]) -> dict[str, list[str]]:
    if not data.get("compose"):
        return {"compose": ["Skal nævne mindst ét regelsæt."]}
    return {
        f"compose.{position}": ["Skal have 'set' og, hvis det kun gælder nogle regler, 'only'."]
        for position, entry in enumerate(data["compose"])
        if not isinstance(entry, Mapping) or not entry.get("set") or set(entry) - {"set", "only"}
    }


def _rule_set(data: Mapping[str, Any]) -> RuleSet:
    return RuleSet(
        id=data["id"],
        version=data["version"],
        title=data["title"],
        origin=str(data.get("origin") or ""),
        in_force_from=data["in_force_from"],
        is_statutory=bool(data.get("statutory")),
        tables=tuple(data.get("tables") or ()),
        rules={
            key: Rule(key, str(rule["hjemmel"]), str(rule.get("kilde") or ""), str(rule.get("status") or ""))
            for key, rule in (data.get("rules") or {}).items()
        },
        settings=_values(data.get("settings") or {}),
    )


def _profile(data: Mapping[str, Any]) -> Profile:
    return Profile(
        id=data["id"],
        version=data["version"],
        title=data["title"],
        in_force_from=data["in_force_from"],
        members=tuple(
            Member(entry["set"], frozenset(entry["only"]) if entry.get("only") else None)
            for entry in data["compose"]
        ),
        teams={team: tuple(names) for team, names in (data.get("teams") or {}).items()},
        settings=_values(data.get("settings") or {}),
    )


def _mapping(content: bytes, file: str) -> Mapping[str, Any]:
    try:
        data = bounded_yaml.load(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (linje {mark.line + 1})" if mark is not None else ""
        raise InvalidValues(file, {"fil": [f"Kan ikke læses som YAML{place}."]}) from None
    if not isinstance(data, Mapping):
        raise InvalidValues(file, {"fil": ["Skal være id, version, title, in_force_from og flere nøgler."]})
    return data


def _values(settings: Mapping[str, Any]) -> dict[str, Value]:
    return {str(name): _value(value) for name, value in settings.items()}


def _value(value: Any) -> Value:
    if isinstance(value, Mapping):
        return _values(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    return value if isinstance(value, (dt.date, dt.datetime)) else from_json(value)
