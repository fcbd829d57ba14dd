"""Who acts: the identity that every transaction and every event carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Actor:
    """A person, a program with its own account, whoever sits at the terminal, or flowcase itself.

    The terminal beside the installation's key is no account: nobody signs in as it, and no program is it.
    """

    id: str
    name: str = ""  # for display only; never stored in the history
    groups: frozenset[str] = frozenset()
    kind: Literal["person", "service", "terminal", "system"] = "person"
    opened_cases: frozenset[str] = frozenset()  # codes, opened in an emergency and for a while


SYSTEM = Actor("system", kind="system")
