"""The deploy check of rule sets: a manifest must mean something, and what it names must be there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal

from flowcase.cases.rule_sets import Profile, RuleSet, read_manifest
from flowcase.errors import InvalidValues
from flowcase.modeling import Finding, Severity
from flowcase.modeling.check_bundle import kind_of
from flowcase.modeling.names import UNITS
from flowcase.modeling.yaml_places import Place, compose, construct

RULE = "rule-set-manifest"
NOT_READ = "fil"  # no YAML at all: the check of files has said so with the line


_COUNTED = frozenset({"working days", "days", "hours", "minutes", "weeks", "months"})
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")

InForce = Callable[[str], RuleSet | Profile | None]  # the manifest of that id that is in force


def check_manifests(
    files: Mapping[str, bytes], deployed: Collection[str], in_force: InForce = lambda _: None
) -> list[Finding]:
    """Findings about the manifests of a bundle; `deployed` are the rule sets that are there already."""
    read: dict[str, RuleSet | Profile] = {}
    findings: list[Finding] = []
    for path, content in sorted(files.items()):
        if kind_of(path) not in {".yaml", ".yml"}:
            continue
        try:
            read[path] = read_manifest(content, path)
        except InvalidValues as error:
            findings += [
                _finding(path, field, f"'{field}': {' '.join(said)}")
                for field, said in sorted(error.errors.items())
                if field != NOT_READ
            ]
    known = {each.id for each in read.values() if isinstance(each, RuleSet)} | set(deployed)
    for path, manifest in read.items():
        for name in _named(manifest):
            if name not in known:
                findings.append(
                    _finding(path, manifest.id, f"It names the rule set '{name}', which does not exist.")
                )
        lines = _lines(files[path])
        findings += _wrong_values(path, manifest, lines)
        findings += _against(path, manifest, in_force(manifest.id), lines)
        if isinstance(manifest, RuleSet):
            findings += _without_source(path, manifest, lines)
    return findings


def _wrong_values(path: str, manifest: RuleSet | Profile, lines: _Lines) -> Iterator[Finding]:
    for name, value in manifest.settings.items():
        unit = next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")
        is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        if unit in _COUNTED and value is not None and not (is_number and value >= 0):
            said = f"The setting '{name}' counts {unit}, but its value is no number from 0 up."
        elif unit == "time of day" and not (isinstance(value, str) and _CLOCK.fullmatch(value)):
            said = f"The setting '{name}' is a time of day, but its value is none."
        else:
            continue
        remedy = 'Write a number, or a time of day in quotes such as "08:00".'
        yield _finding(path, name, said, lines(("settings", name)), "rule-set-value", remedy)


def _against(
    path: str, manifest: RuleSet | Profile, before: RuleSet | Profile | None, lines: _Lines
) -> Iterator[Finding]:
    """What differs from the manifest that is in force, and should not."""
    if before is None or before == manifest:
        return
    for name, value in manifest.settings.items():
        was = before.settings.get(name)
        if was is not None and value is not None and _kind(was) != _kind(value):
            said = f"The setting '{name}' was {_kind(was)} and would become {_kind(value)}."
            remedy = "Keep its kind, or give the new one another name and change what reads it."
            yield _finding(path, name, said, lines(("settings", name)), "rule-set-value", remedy)
    said, key = "", "version"
    if manifest.version == before.version:
        said = f"Version '{manifest.version}' is in force with another content."
    elif manifest.in_force_from < before.in_force_from:
        key = "in_force_from"
        said = f"It begins on {manifest.in_force_from}, before version '{before.version}' that it replaces."
    if said:
        remedy = "Give the change a version of its own, and a date after the one before it."
        yield _finding(path, manifest.id, said, lines((key,)), "rule-set-version", remedy, Severity.WARNING)


def _without_source(path: str, manifest: RuleSet, lines: _Lines) -> Iterator[Finding]:
    for id, rule in manifest.rules.items():
        if not rule.source:
            said = f"The rule '{id}' names no source."
            remedy = "Write the document and the page under 'kilde'."
            line = lines(("rules", id))
            yield _finding(path, id, said, line, "rule-set-source", remedy, Severity.WARNING)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, Decimal, float)):
        return "a number"
    if isinstance(value, (dt.date, dt.datetime)):
        return "a date"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else "a text"


_Lines = Callable[[tuple[str, ...]], int | None]


def _lines(content: bytes) -> _Lines:
    """Where an entry of a manifest stands."""
    found: dict[Place, int] = {}
    node = compose(content.decode())
    if node is not None:
        construct(node, (), found)
    return lambda place: found.get(place)


def _named(manifest: RuleSet | Profile) -> Iterator[str]:
    if isinstance(manifest, Profile):
        yield from (member.rule_set for member in manifest.members)
        yield from (name for names in manifest.teams.values() for name in names)


def _finding(
    file: str,
    element: str,
    message: str,
    line: int | None = None,
    rule: str = RULE,
    remedy: str = "Correct the manifest; those in processes/rulesets/ are examples.",
    severity: Severity = Severity.ERROR,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        file=file,
        element=element,
        element_name=None,
        line=line,
        message=message,
        remedy=remedy,
    )
