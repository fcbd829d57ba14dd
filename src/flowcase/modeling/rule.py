"""What a rule is, and how the rules of a package are found and run."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from flowcase.finding import Finding, Severity

MAX_FINDINGS_PER_RULE = 200  # a file with ten thousand equal defects is understood after the first ones
CRASHED = "rule-crashed"


@dataclass(frozen=True)
class Rule:
    """One rule and what its module says of it."""

    id: str
    check: Callable[..., None]
    severity: Severity
    blocks_reading: bool
    wants_catalogue: bool
    documentation: str

    def run(self, judged: object, report: Callable[..., None], catalogue: object | None) -> bool:
        """Let the rule judge; False when it crashed. Nothing that it raises gets out."""
        try:
            if not self.wants_catalogue:
                self.check(judged, report)
            elif catalogue is not None:
                self.check(judged, report, catalogue)
        except Exception:
            return False
        return True


def collect_rules(package: str, path: Iterable[str]) -> tuple[Rule, ...]:
    """Every module of a package that has a `check`, by rule id."""
    return _collect(package, tuple(path))


@cache
def _collect(package: str, path: tuple[str, ...]) -> tuple[Rule, ...]:
    found = []
    for info in pkgutil.iter_modules(path):
        module = importlib.import_module(f"{package}.{info.name}")
        if not hasattr(module, "check"):
            continue
        found.append(
            Rule(
                id=info.name.replace("_", "-"),
                check=module.check,
                severity=getattr(module, "SEVERITY", Severity.ERROR),
                blocks_reading=getattr(module, "BLOCKS_READING", False),
                wants_catalogue=len(inspect.signature(module.check).parameters) == 3,
                documentation=inspect.getdoc(module) or "",
            )
        )
    return tuple(sorted(found, key=lambda rule: rule.id))


def crash_finding(rule: str, file: str) -> Finding:
    """What is said of a rule that could not judge a file."""
    return Finding(
        rule=CRASHED,
        severity=Severity.ERROR,
        file=file,
        element=None,
        element_name=None,
        line=None,
        message=f"The rule '{rule}' could not judge this file.",
        remedy="Report the file to whoever maintains flowcase; it cannot be deployed unjudged.",
    )
