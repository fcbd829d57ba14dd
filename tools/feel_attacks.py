"""Tries every attack of tests/feel/attacks.py and writes docs/feel-attacks.md with the answers and times.

`python tools/feel_attacks.py`; the time is the best of five on this machine, reading included.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "feel"))

from attacks import ATTACKS, answer  # noqa: E402

from flowcase.feel import FeelLimitError, FeelSyntaxError, compile_expression  # noqa: E402

PAGE = REPOSITORY / "docs" / "feel-attacks.md"
INTRODUCTION = """\
<!-- Generated from tests/feel/attacks.py by `python tools/feel_attacks.py`; change it there. -->

# Attacks on FEEL, and their answers

Expressions are written by people with a browser. None of their text reaches Python's evaluator. Whatever \
they ask for ends in a value, in a refusal when it is read (*syntax*) or in a limit when it is run (*limit*) \
within 100 ms. The value is null, with a reason, where the text asks for what FEEL does not have.

"""


def measured() -> str:
    """The page."""
    lines = [
        "| Attack | Text | Answer | What is said | Time |",
        "| --- | --- | --- | --- | --- |",
    ]
    slowest = 0.0
    for name, (text, _) in ATTACKS.items():
        best, kind = min(_timed(text) for _ in range(5))
        slowest = max(slowest, best)
        lines.append(f"| {name} | {_short(text)} | {kind} | {_cell(_said(text))} | {best:.1f} ms |")
    summary = f"{len(ATTACKS)} attacks; the slowest took {slowest:.0f} ms.\n\n"
    return INTRODUCTION + summary + "\n".join(lines) + "\n"


def _timed(text: str) -> tuple[float, str]:
    begun = time.process_time()
    kind, _ = answer(text)
    return (time.process_time() - begun) * 1000, kind


def _said(text: str) -> str:
    try:
        value, warnings = compile_expression(text).evaluate({"a": "x"})
    except (FeelSyntaxError, FeelLimitError) as error:
        return str(error)
    if value is None:
        return f"null: {warnings[0].reason}" if warnings else "null"
    return "a value"


def _short(text: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:40]}… ({len(text):,} characters)"
    return f"`{_cell(shown).replace('`', '')}`"


def _cell(text: str) -> str:
    visible = "".join(sign if sign.isprintable() else "·" for sign in text)
    return (visible if len(visible) <= 160 else visible[:157] + "…").replace("|", "\\|")


def write() -> Path:
    PAGE.write_text(measured(), encoding="utf-8")
    return PAGE


if __name__ == "__main__":
    print(write())
