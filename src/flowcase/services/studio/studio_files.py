"""Which files the studio edits, who may, and the scenarios that lie in the folder beside the diagrams."""

from __future__ import annotations

import re
from pathlib import Path

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Forbidden, InvalidValues

MAX_BYTES = 2 * 1024 * 1024
ENDINGS = (".bpmn", ".dmn", ".form")
YAML = ".yaml"  # in the folders of rule sets and of scenarios

_FOLDERS = frozenset({"rulesets", "scenarios"})
_NAME = re.compile(r"(?!\.)[\w .+()-]{1,100}(/(?!\.)[\w .+()-]{1,100}){0,5}")


class ShippedScenarios:
    """Can be opened in the studio before anybody has deployed one."""

    def __init__(self, processes: Path | None) -> None:
        """`processes` is the folder whose `scenarios/` is meant."""
        self._processes = processes

    def names(self) -> list[str]:
        folder = self._processes / "scenarios" if self._processes else None
        return [f"scenarios/{each.name}" for each in folder.glob("*.yaml")] if folder else []

    def content(self, path: str) -> bytes | None:
        if self._processes is None or path not in self.names():
            return None
        return (self._processes / path).read_bytes()


def check_name(path: str, size: int = 0) -> None:
    """Raises InvalidValues for what is no name of a file in the studio, and for one that is too large."""
    if not is_studio_file(path) or not _NAME.fullmatch(path):
        raise InvalidValues("the file", {"navn": [f"Et filnavn ender på {', '.join((*ENDINGS, YAML))}."]})
    if size > MAX_BYTES:
        raise InvalidValues("the file", {"indhold": ["Filen er større end 2 MB."]})


def is_studio_file(path: str) -> bool:
    """Whether this is the name of something that the studio edits: a diagram, a table, a rule set …"""
    return path.endswith(ENDINGS) or (path.endswith(YAML) and path.rpartition("/")[0] in _FOLDERS)


def check_process_owner(actor: Actor, attempt: str) -> None:
    """Raises Forbidden."""
    if not may_edit_processes(actor):
        raise Forbidden(attempt, "only process owners may")
