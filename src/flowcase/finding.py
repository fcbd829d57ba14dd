"""One finding of the deploy check: a place, a sentence, a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error` blocks a deployment, `warning` does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule found at one element of one file."""

    rule: str  # rule id, also the name of its file and of its page under docs/rules/
    severity: Severity
    file: str
    element: str | None  # id of the BPMN, DMN or form element; None when the file as a whole is meant
    element_name: str | None  # of a flow without one where it leads: from → to
    line: int | None  # 1-based
    message: str  # one sentence
    remedy: str  # one sentence

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        element = f" [{self.element}]" if self.element else ""
        return f"{place}{element} {self.severity}: {self.message} {self.remedy} ({self.rule})"
