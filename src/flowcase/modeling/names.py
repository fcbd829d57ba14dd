"""What people call what diagrams, tables and rule sets name by keys; what numbers count; how FEEL is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flowcase import yaml_nodes

# What the number of a setting counts, by the end of its name.
UNITS: Mapping[str, str] = {
    "_arbejdsdage": "working days",
    "_hverdage": "working days",
    "_dage": "days",
    "_timer": "hours",
    "_minutter": "minutes",
    "_uger": "weeks",
    "_maaneder": "months",
    "_kl": "time of day",
    "_tid": "time of day",
    "_maal": "percent",
    "_fra": "date",
    "_indtil": "date",
}
_LETTERS = (("aa", "å"), ("ae", "æ"), ("oe", "ø"))
_OF_TABLES = {"maaneder": "months", "uger": "weeks", "dage": "days", "hverdage": "working days"}
_OF_TABLES |= {"timer": "hours", "aar": "years", "minutter": "minutes", "doegn": "doegn"}
_COMPARED = {
    ">=": ("fra", "from"),
    "<=": ("til og med", "up to"),
    ">": ("over", "above"),
    "<": ("under", "below"),
}
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_PARTS = (("Y", "years"), ("M", "months"), ("W", "weeks"), ("D", "days"))
_OF_DAY = (("H", "hours"), ("M", "minutes"))
_DURATION = re.compile(
    r"P(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?(?:T(?:(?P<TH>\d+)H)?(?:(?P<TM>\d+)M)?)?"
)


def in_danish(key: str) -> str:
    """`noedadgang_minutter` as people write it: the names are Danish already, but for letters and spaces."""
    said = key.replace("_", " ")
    for ascii, letter in _LETTERS:
        said = said.replace(ascii, letter)
    return said[:1].upper() + said[1:]


def setting_name(key: str, language: str = "da") -> str:
    return _named("settings", key, language)


def decision_name(id: str, name: str, language: str = "da") -> str:
    """By its own name, or by the catalogue where that says nothing but the id."""
    return name if name and name != id else _named("decisions", id, language)


def heading_name(heading: str, language: str = "da") -> str:
    """Of a column of a table: as it is headed, in English by the catalogue where that has it."""
    return heading if language == "da" else _headings().get(heading, heading)


def unit_of_setting(key: str) -> str:
    """The code of what its number counts; empty where nothing says it."""
    known = _catalogue()["settings"].get(key, ())
    if len(known) > 2:
        return str(known[2])
    return next((unit for ending, unit in UNITS.items() if key.endswith(ending)), "")


def unit_name(code: str, language: str = "da") -> str:
    """Of a code of UNITS or of a table's cell (`maaneder`); what it does not know stands as it is."""
    known = _catalogue()["units"].get(_OF_TABLES.get(code, code))
    return code if known is None else _pick(known, language)


def duration_in_words(text: str, language: str = "da") -> str:
    """`P6W` as "6 uger"; empty for what is no duration, or none that names its parts."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return ""
    named = [(found[letter], unit) for letter, unit in _PARTS]
    named += [(found[f"T{letter}"], unit) for letter, unit in _OF_DAY]
    return " ".join(f"{number} {unit_name(unit, language)}" for number, unit in named if number)


def condition_in_words(text: str, heading: str, language: str = "da") -> str:
    """A cell of a condition: a code as a word, a number or a yes with what its column is called."""
    plain = " ".join(text.split())
    if said := codes_in_words(plain, language):
        return said
    named = heading_name(heading, language)
    column = named[:1].lower() + named[1:]
    if plain in ("true", "false"):
        return f"{column}: {yes_or_no(plain, language)}"
    compared = re.fullmatch(r"(>=|<=|>|<) ?(.+)", plain)
    if compared:
        return f"{column} {_pick(_COMPARED[compared[1]], language)} {compared[2]}"
    between = re.fullmatch(r"\[([^.\[\]]+)\.\.([^.\[\]]+)\]", plain)
    if between:
        return f"{column} {between[1]}–{between[2]}"
    return f"{column} {plain}"


def codes_in_words(text: str, language: str = "da") -> str:
    """A cell that holds codes and nothing else: `not("akut", "indsats")`; empty for any other."""
    codes = re.fullmatch(r'(not\()?("[^"]*"(?:, ?"[^"]*")*)(\))?', text)
    if codes is None or bool(codes[1]) != bool(codes[3]):
        return ""
    words = [code_name(each, language) for each in re.findall(r'"([^"]*)"', codes[2])]
    said = f" {_pick(('eller', 'or'), language)} ".join(words)
    return f"{_pick(('ikke', 'not'), language)} {said}" if codes[1] else said


def message_name(name: str, language: str = "da") -> str:
    """Of a message, signal, error or escalation: what it tells, whatever sends it."""
    return _listed("messages", name, language)


def note_name(kind: str, language: str = "da") -> str:
    """What a note that had to be written is about."""
    return _listed("notes", kind, language)


def is_code_named(text: str) -> bool:
    """Whether the catalogue has words for a code."""
    return text in _catalogue()["codes"]


def yes_or_no(text: str, language: str = "da") -> str:
    """`true` and `false` as people say them; anything else as it is."""
    return _pick({"true": ("ja", "yes"), "false": ("nej", "no")}.get(text, (text, text)), language)


def code_name(text: str, language: str = "da") -> str:
    """Of a code as a value; what is no code (a sentence, the name of a rule set) stands as it is."""
    return _listed("codes", text, language) if _CODE.fullmatch(text) else text


def _listed(section: str, text: str, language: str) -> str:
    """By the catalogue, else written out by its letters; within a sentence, so without a capital."""
    known = _catalogue()[section].get(text)
    if known is not None:
        return _pick(known, language)
    said = in_danish(text)
    return said[:1].lower() + said[1:]


def _named(section: str, key: str, language: str) -> str:
    known = _catalogue()[section].get(key)
    return in_danish(key) if known is None else _pick(known, language)


def _pick(words: Any, language: str) -> str:
    return str(words[0] if language == "da" else words[1])


@cache
def _catalogue() -> Mapping[str, Mapping[str, Any]]:
    read: Mapping[str, Mapping[str, Any]] = yaml_nodes.safe_load(
        Path(__file__).with_suffix(".yaml").read_text("utf-8")
    )
    return read


@cache
def _headings() -> Mapping[str, str]:
    read: Mapping[str, str] = yaml_nodes.safe_load(
        Path(__file__).with_name("headings.yaml").read_text("utf-8")
    )
    return read
