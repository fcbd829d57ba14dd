"""Reads the registry of the domain's rules in `processes/rules/`, and writes it as one page.

A rule is named by its id (R-001 a rule, T01 a timer, D-01 a decision table, X-01 a contradiction of the
sources). It says where it comes from, which elements carry it (its homes) and what proves it: a test or
a scenario. Recommendations and proposals name the setting that switches them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowcase import yaml_nodes
from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity

KINDS: Mapping[str, str] = {
    "L": "statutory, in the time of the sources or now",
    "LR": "local rule or practice",
    "T": "target or aim",
    "F": "reference figure: reported, never enforced",
    "REC": "recommendation in guidance, not binding",
    "I": "inferred from a source",
    "P": "proposal of the product; no source says it",
}
_KEYS = {"id", "text", "resolution", "number", "source", "kind", "home", "proof", "switch"}
_WORD = re.compile(r"[A-Z]+")


@dataclass(frozen=True)
class DomainRule:
    """One rule of the domain."""

    id: str
    text: str
    number: str = ""
    source: str = ""  # document and page
    kind: str = ""  # codes of KINDS, perhaps with a remark: "L (then) / LR"
    resolution: str = ""  # contradictions only: what the product does
    home: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    switch: str = ""  # names of settings, or "always: " with the reason why there is none

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(word for word in _WORD.findall(self.kind) if word in KINDS)

    @property
    def is_proposed(self) -> bool:
        """A recommendation or a proposal, as a whole or in part."""
        said = f"{self.text} {self.number} {self.kind}"
        return bool({"REC", "P"} & set(self.kinds)) or "[P]" in said or "proposed" in said


@dataclass(frozen=True)
class RuleSection:
    """One file of the registry."""

    number: str  # section of the domain specification
    title: str
    rules: tuple[DomainRule, ...]


def read_registry(folder: Path) -> list[RuleSection]:
    """Every file of `processes/rules`, in the order of their sections. Raises InvalidDefinition."""
    sections = [_section(file) for file in sorted(folder.glob("*.yaml"))]
    return sorted(sections, key=lambda section: [int(part) for part in section.number.split(".")])


def _section(file: Path) -> RuleSection:
    data = yaml_nodes.safe_load(file.read_text("utf-8"))
    if not isinstance(data, dict) or not isinstance(data.get("rules"), list):
        raise _invalid(file, "Expected section, title and a list of rules.")
    return RuleSection(
        str(data.get("section", "")),
        str(data.get("title", "")),
        tuple(_rule(file, each) for each in data["rules"]),
    )


def _rule(file: Path, data: Mapping[str, Any]) -> DomainRule:
    unknown = sorted(set(data) - _KEYS)
    if unknown or not data.get("id") or not data.get("text"):
        problem = f"has {', '.join(unknown)}" if unknown else "lacks id or text"
        raise _invalid(file, f"The rule {data.get('id', '?')} {problem}. Known are {sorted(_KEYS)}.")
    listed = {name: tuple(map(str, data.get(name, ()))) for name in ("home", "proof")}
    plain = {name: str(value) for name, value in data.items() if name not in listed}
    return DomainRule(**plain, home=listed["home"], proof=listed["proof"])


def _invalid(file: Path, message: str) -> InvalidDefinition:
    return InvalidDefinition(
        [
            Finding(
                rule="rule-registry",
                severity=Severity.ERROR,
                file=str(file),
                element=None,
                element_name=None,
                line=None,
                message=message,
                remedy="Write it as the other files of processes/rules are written.",
            )
        ]
    )


# --- the page --------------------------------------------------------------------------------------


def page(sections: Iterable[RuleSection]) -> str:
    """The registry for people: one table per section, one row per rule, beginning with its id."""
    parts = [
        "<!-- Generated from processes/rules by `make docs`; change it there. -->",
        "",
        "# The rules of the domain",
        "",
        "Every rule of the domain, where it comes from, which element carries it and what proves it. A "
        "test fails when a rule has no home or no proof, when a home or a proof is not there, and when a "
        "proof does not name its rule. (What the deploy check asks of diagrams is on "
        "[other pages](rules/README.md).)",
        "",
        "Sources are documents and pages: 000 the Swedish model in Ballerup (2016), 001 the national "
        "board's tools for organisation (2007), 002 Copenhagen's prevention strategy (2011-2012), 003 "
        "Roskilde's youth projects (2012), 004 Ballerup's common meeting structure (2017); *sec. 8* is "
        "the law in force.",
        "",
        "| Kind | |",
        "|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in KINDS.items()),
        "",
        "A recommendation or a proposal can be switched: the setting is named. `file#name` is an element of "
        "a diagram, a decision of a table, a field of a form or a setting of a rule set; `job type` a task "
        "handler; `entity`, `indicator` and `python` are what they say.",
        "",
    ]
    for section in sections:
        parts += [f"## {section.title}", "", *_table(section), ""]
    return "\n".join(parts)


def _table(section: RuleSection) -> Iterator[str]:
    if any(rule.resolution for rule in section.rules):
        yield "| Id | The sources disagree | Resolution | Carried by | Proved by |"
        yield "|---|---|---|---|---|"
        for rule in section.rules:
            yield _row(rule.id, rule.text, rule.resolution, _list(rule.home), _list(rule.proof))
        return
    yield "| Id | Rule | Number | Source | Kind | Switch | Home | Proof |"
    yield "|---|---|---|---|---|---|---|---|"
    for rule in section.rules:
        switch = f"**{rule.switch}**" if rule.switch and not rule.switch.startswith("always") else rule.switch
        yield _row(
            rule.id,
            rule.text,
            rule.number,
            rule.source,
            rule.kind,
            switch,
            _list(rule.home),
            _list(rule.proof),
        )


def _list(names: Sequence[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
