"""A rule set as a table: settings and rules with unit, source and use, and what a sent form changes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.modeling.names import setting_name, unit_name, unit_of_setting
from flowcase.modeling.yaml_edits import EditRefused, YamlText
from flowcase.modeling.yaml_places import Place
from flowcase.web.language import current, gettext
from flowcase.web.studio import typed_yaml
from flowcase.web.studio.scenario_rows import Said, decode
from flowcase.web.studio.typed_yaml import NotTyped

HEAD_KEYS = (
    *("kind", "id", "version", "title", "origin", "in_force_from", "statutory", "compose", "teams"),
    *("tables", "rules", "settings"),
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_RULE = re.compile(r"T\d{2}|R-\d{3}|D-\d{2}|[A-Z]-\d{2,3}")


@dataclass(frozen=True)
class Setting:
    """One setting as a line of the table."""

    name: str
    words: str  # what people call it
    value: str
    typed: str
    unit: str
    source: str  # what stands behind it: explanation and source
    uses: tuple[str, ...]
    lines: tuple[int, int]


@dataclass(frozen=True)
class RuleLine:
    """One rule on which the set has an opinion."""

    id: str
    legal_basis: str
    source: str
    status: str
    lines: tuple[int, int]


@dataclass(frozen=True)
class Manifest:
    """Everything that the table shows."""

    is_profile: bool
    head: Mapping[str, str]
    valid_from: str
    settings: tuple[Setting, ...]
    rules: tuple[RuleLine, ...]
    others: tuple[tuple[str, str], ...]  # tables, compose and teams, as they are typed
    head_lines: tuple[int, int]


def manifest(text: YamlText, uses: Mapping[str, tuple[str, ...]]) -> Manifest:
    data: Mapping[str, Any] = text.data if isinstance(text.data, Mapping) else {}
    settings = data.get("settings")
    rules = data.get("rules")
    valid_from = data.get("in_force_from")
    return Manifest(
        is_profile=data.get("kind") == "profile",
        head={
            key: typed_yaml.shown(data.get(key), text)
            if isinstance(data.get(key), dt.date)
            else str(data.get(key) or "")
            for key in ("id", "version", "title", "origin", "in_force_from")
        },
        valid_from=typed_yaml.words(valid_from) if valid_from else "",
        settings=tuple(_settings(text, settings if isinstance(settings, Mapping) else {}, uses)),
        rules=tuple(_rules(text, rules if isinstance(rules, Mapping) else {})),
        others=tuple(
            (key, typed_yaml.shown(data[key], text))
            for key in ("compose", "teams", "tables")
            if data.get(key)
        ),
        head_lines=(1, max((text.lines((key,))[1] for key in HEAD_KEYS[:6] if key in data), default=1)),
    )


def _settings(
    text: YamlText, settings: Mapping[str, Any], uses: Mapping[str, tuple[str, ...]]
) -> Iterator[Setting]:
    for name, value in settings.items():
        place: Place = ("settings", name)
        yield Setting(
            name=name,
            words=setting_name(name, current()),
            value=typed_yaml.words(value),
            typed=typed_yaml.shown(value, text),
            unit=unit_of(name, value),
            source=text.comment(place),
            uses=uses.get(name, ()),
            lines=text.lines(place),
        )


def _rules(text: YamlText, rules: Mapping[str, Any]) -> Iterator[RuleLine]:
    for id, rule in rules.items():
        given = rule if isinstance(rule, Mapping) else {}
        told = [str(given.get(key) or "") for key in ("hjemmel", "kilde", "status")]
        yield RuleLine(id, told[0], told[1], told[2], text.lines(("rules", id)))


def unit_of(name: str, value: Any) -> str:
    """What a number counts, by the end of its name."""
    code = unit_of_setting(name)
    words = {
        "days": gettext("dage"),
        "working days": gettext("hverdage"),
        "hours": gettext("timer"),
        "minutes": gettext("minutter"),
        "weeks": gettext("uger"),
        "months": gettext("måneder"),
        "time of day": gettext("klokkeslæt"),
        "percent": gettext("procent"),
        "date": gettext("dato"),
    }
    if code:
        return words.get(code) or unit_name(code, current())
    if isinstance(value, bool):
        return gettext("ja eller nej")
    if isinstance(value, (int, float)):
        return gettext("antal")
    if isinstance(value, dt.date):
        return gettext("dato")
    return gettext("liste") if isinstance(value, (list, dict)) else gettext("kode")


def apply(text: YamlText, sent: Mapping[str, str], opened: str) -> Said:
    """What was sent of the head, of a setting or of a rule, put into the text."""
    errors: dict[str, str] = {}
    for key in ("id", "version", "title", "origin"):
        if f"hoved.{key}" in sent:
            said, name = sent[f"hoved.{key}"].strip() or None, f"hoved.{key}"
            text = typed_yaml.put(text, (key,), said, HEAD_KEYS, errors, name)
    if "hoved.in_force_from" in sent:
        try:
            day = typed_yaml.read_day(sent["hoved.in_force_from"])
            text = typed_yaml.put(text, ("in_force_from",), day, HEAD_KEYS, errors, "hoved.in_force_from")
        except NotTyped as error:
            errors["hoved.in_force_from"] = str(error)
    for name, typed in sent.items():
        if name.startswith("andet."):
            text = _typed(text, (name.removeprefix("andet."),), typed, errors, name)
    place = decode(opened) if opened and opened != "hoved" else ()
    if place[:1] == ("settings",) and "indstilling.vaerdi" in sent:
        text = _typed(text, place, sent["indstilling.vaerdi"], errors, "indstilling.vaerdi")
        try:
            text = text.set_comment(place, sent.get("indstilling.kilde", text.comment(place)))
        except EditRefused:
            errors["indstilling.kilde"] = gettext("Kilden kan ikke skrives her. Ret den som tekst.")
    if place[:1] == ("rules",):
        for key in ("hjemmel", "kilde", "status"):
            if f"regel.{key}" in sent:
                said, name = sent[f"regel.{key}"].strip() or None, f"regel.{key}"
                text = typed_yaml.put(text, (*place, key), said, HEAD_KEYS, errors, name)
    return Said(text, opened, errors)


def handled(text: YamlText, handling: str, sent: Mapping[str, str]) -> Said:
    """What a button does: open a line, take it away, add one, begin a new version."""
    verb, _, told = handling.partition(":")
    try:
        if verb == "slet" and told:
            return Said(text.remove(decode(told)), words=gettext("Slettet."))
        if verb == "indstilling":
            return _new_setting(text, sent)
        if verb == "regel":
            return _new_rule(text, sent)
        if verb == "version":
            return _new_version(text, sent)
    except (EditRefused, KeyError, TypeError):
        return Said(
            text, sent.get("aaben", ""), words=gettext("Det kan ikke gøres herfra. Ret det som tekst.")
        )
    return Said(text, told if verb == "ret" else "")


def _new_setting(text: YamlText, sent: Mapping[str, str]) -> Said:
    name = sent.get("ny.navn", "").strip()
    if not _NAME.fullmatch(name) or text.get(("settings", name)) is not None:
        words = gettext("Skriv et nyt navn af små bogstaver a-z, tal og _.")
        return Said(text, sent.get("aaben", ""), {"ny.navn": words})
    try:
        value = typed_yaml.read(sent.get("ny.vaerdi", ""), text, as_date=True)
    except NotTyped as error:
        return Said(text, sent.get("aaben", ""), {"ny.vaerdi": str(error)})
    made = text.set(("settings", name), value, HEAD_KEYS)
    source = sent.get("ny.kilde", "")
    return Said(made.set_comment(("settings", name), source), words=gettext("Indstillingen er tilføjet."))


def _new_rule(text: YamlText, sent: Mapping[str, str]) -> Said:
    id = sent.get("ny.regel", "").strip()
    if not _RULE.fullmatch(id) or text.get(("rules", id)) is not None:
        words = gettext("Skriv en ny regels id, for eksempel T05 eller R-022.")
        return Said(text, sent.get("aaben", ""), {"ny.regel": words})
    rule = {"hjemmel": sent.get("ny.hjemmel", "").strip(), "kilde": sent.get("ny.regelkilde", "").strip()}
    if not rule["hjemmel"]:
        return Said(text, sent.get("aaben", ""), {"ny.hjemmel": gettext("Skriv reglens hjemmel.")})
    made = text.set(("rules", id), {key: said for key, said in rule.items() if said}, HEAD_KEYS)
    return Said(made, words=gettext("Reglen er tilføjet."))


def _new_version(text: YamlText, sent: Mapping[str, str]) -> Said:
    """The next number, in force from the day that was typed."""
    try:
        day = typed_yaml.read_day(sent.get("ny.dato", ""))
    except NotTyped as error:
        return Said(text, sent.get("aaben", ""), {"ny.dato": str(error)})
    before = str(text.get(("version",)) or "")
    number = re.fullmatch(r"(.*?)(\d+)", before)
    version = f"{number[1]}{int(number[2]) + 1}" if number else f"{before}2"
    made = text.set(("version",), version, HEAD_KEYS).set(("in_force_from",), day, HEAD_KEYS)
    words = gettext("Det er nu version {version}, gældende fra {day}.")
    return Said(made, words=words.format(version=version, day=typed_yaml.words(day)))


def _typed(text: YamlText, place: Place, typed: str, errors: dict[str, str], name: str) -> YamlText:
    before = text.get(place)
    try:
        value = typed_yaml.read(typed, text, before=before, as_date=True)
    except NotTyped as error:
        errors[name] = str(error)
        return text
    return typed_yaml.put(text, place, value, HEAD_KEYS, errors, name)
