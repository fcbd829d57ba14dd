"""The generated pages of the deploy check: docs/dialect.md and one page per rule under docs/rules/.

`python -m flowcase.modeling.pages docs` writes them; a test holds them equal to the code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

from flowcase.modeling import dialect, zeebe
from flowcase.modeling.form_properties import FORM_PROPERTIES
from flowcase.modeling.form_rules import load_form_rules
from flowcase.modeling.other_rules import OTHER_RULES
from flowcase.modeling.read_form import COMPONENTS, IGNORED
from flowcase.modeling.rule import Rule
from flowcase.modeling.rules import load_rules
from flowcase.modeling.rules.event_position import ALLOWED
from flowcase.modeling.rules.size_limit import MAX_FLOWS, MAX_NESTING, MAX_NODES
from flowcase.modeling.rules.vendor_extension import ENGINES
from flowcase.modeling.zeebe import Field, Meaning

GENERATED = "<!-- Generated from src/flowcase/modeling by `make docs`; change it there. -->"


def pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    found = {"dialect.md": _dialect()}
    titles: dict[str, str] = {}
    for rule, language in [
        *((rule, "xml") for rule in load_rules()),
        *((rule, "json") for rule in load_form_rules()),
    ]:
        found[f"rules/{rule.id}.md"] = _rule_page(rule, language)
        titles[rule.id] = rule.documentation.partition("\n")[0]
    for rule_id, other in OTHER_RULES.items():
        found[f"rules/{rule_id}.md"] = _page(rule_id, other.title, other.text, other.wrong, other.right, "")
        titles[rule_id] = other.title
    lines = [f"- [{rule_id}]({rule_id}.md): {title}" for rule_id, title in sorted(titles.items())]
    intro = (
        "`flowcase check PATH…` names every defect at once. An error blocks a deployment, a warning does not."
    )
    found["rules/README.md"] = "\n".join(
        [GENERATED, "", "# Rules of the deploy check", "", intro, "", *lines, ""]
    )
    return found


def _rule_page(rule: Rule, language: str) -> str:
    title, _, rest = rule.documentation.partition("\n")
    text, _, examples = rest.partition("\nWrong (")
    wrong, _, right = examples.partition("::\n")[2].partition("\nRight::\n")
    return _page(rule.id, title, text.strip(), dedent(wrong).strip(), dedent(right).strip(), language)


def _page(rule_id: str, title: str, text: str, wrong: str, right: str, language: str) -> str:
    return (
        f"{GENERATED}\n\n# {rule_id}\n\n**{title}**\n\n{text}\n\n"
        f"## Wrong\n\n```{language}\n{wrong}\n```\n\n## Right\n\n```{language}\n{right}\n```\n"
    ).replace("\n\n\n\n", "\n\n")


def _dialect() -> str:
    parts = [
        GENERATED,
        "# The dialect",
        "Diagrams are BPMN 2.0 with the extension elements that Camunda Modeler and the bpmn.io editors "
        "write for Camunda 8. Expressions are FEEL. This page is printed from the tables that the deploy "
        "check enforces.",
        "*Runs*: as the standard says. *Runs with this difference*: as the note says. *Documentation*: kept, "
        "shown, without effect. *Refused*: the file does not deploy.",
        "## BPMN elements",
        _table(("Element", "What it does", "Note"), _bpmn_rows()),
        "## Where events may stand",
        _table(
            ("Place", "Events"),
            [(place, ", ".join(sorted(kinds))) for place, kinds in ALLOWED.items()],
        ),
        "## Camunda 8 extension elements (`zeebe:`)",
        _table(("Element", "At", "What it does", "Note"), _zeebe_rows()),
        "## Fields of extension elements",
        _table(("Field", "What it does", "Note"), _field_rows()),
        "## Properties of flowcase (`zeebe:property`)",
        "A name that begins `flowcase.` and is not listed here is refused.",
        _table(
            ("Name", "At", "Meaning"),
            [(f"`{n}`", p.places, p.note) for n, p in sorted(zeebe.PROPERTIES.items())],
        ),
        "## Other engines",
        f"Extensions of {', '.join(sorted(set(ENGINES.values())))} that would change the run are "
        "[refused](rules/vendor-extension.md), with the Camunda 8 way to say the same.",
        "## Forms",
        "Forms are form-js JSON files of their own.",
        _table(
            ("Component", "Value"),
            [(f"`{name}`", kind.value) for name, kind in sorted(COMPONENTS.items())]
            + [(f"`{name}`", "left out: every task page has its own buttons") for name in sorted(IGNORED)],
        ),
        _table(
            ("Property", "Meaning"), [(f"`{name}`", note) for name, note in sorted(FORM_PROPERTIES.items())]
        ),
        "## Limits",
        f"A process has at most {MAX_NODES} elements and {MAX_FLOWS} sequence flows, and nests "
        f"sub-processes at most {MAX_NESTING} levels deep.",
    ]
    return "\n\n".join(parts) + "\n"


def _bpmn_rows() -> list[tuple[str, ...]]:
    rows = []
    for name, note in dialect.RUNS.items():
        rows.append((name, "runs with this difference" if note else "runs", note))
    for name, (rule, because) in dialect.refused().items():
        rows.append((name, f"[refused](rules/{rule}.md)", because))
    for name, note in dialect.DOCUMENTATION.items():
        rows.append((name, "documentation", note))
    return [(f"`{name}`", *rest) for name, *rest in sorted(rows)]


_WORDS = {
    Meaning.RUNS: "runs",
    Meaning.IGNORED: "has no meaning here (warning)",
    Meaning.REFUSED: "refused",
}


def _zeebe_rows() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, extension in sorted(zeebe.EXTENSIONS.items()):
        at = "every element" if "*" in extension.allowed_in else ", ".join(sorted(extension.allowed_in))
        if extension.inner:
            at = ", ".join(f"zeebe:{around}" for around in sorted(extension.allowed_in))
        rows.append((f"`zeebe:{name}`", at, _word(extension.meaning, extension.note), extension.note))
    return rows


def _field_rows() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, extension in sorted(zeebe.EXTENSIONS.items()):
        for field_name, field in sorted(extension.fields.items()):
            rows.append((f"`zeebe:{name} {field_name}`", *_field(field)))
    for name, field in sorted(zeebe.ATTRIBUTES.items()):
        rows.append((f"`zeebe:{name}` at any element", *_field(field)))
    return rows


def _field(field: Field) -> tuple[str, str]:
    if field.meaning is Meaning.IGNORED and not field.note:
        return "documentation", "Kept for the editor."
    return _WORDS[field.meaning], field.note


def _word(meaning: Meaning, note: str) -> str:
    return "runs with this difference" if meaning is Meaning.RUNS and note else _WORDS[meaning]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(re.sub(r"\|", "\\|", cell) for cell in line) + " |" for line in lines)


def write_pages(docs: Path) -> list[Path]:
    """Write what differs and remove pages of rules that are gone; returns the paths touched."""
    touched = []
    wanted = pages()
    for name, text in wanted.items():
        path = docs / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            touched.append(path)
    for path in (docs / "rules").glob("*.md"):
        if f"rules/{path.name}" not in wanted:
            path.unlink()
            touched.append(path)
    return touched


if __name__ == "__main__":
    write_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
