"""What a fault led to: what was tried, what was lost or doubled, how long until all was normal again."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """`wrong` names everything else that must be nought; all that is `tried` must have happened, and `meant`.

    `meant` names what is counted only when it happens (see `counting.count`) and must have.
    """

    name: str
    what: str  # one sentence
    tried: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    doubled: int = 0
    wrong: dict[str, int] = field(default_factory=dict)
    until_normal: list[float] = field(default_factory=list)  # seconds, one for each time
    notes: list[str] = field(default_factory=list)
    left_out: str = ""  # why this could not be tried here
    meant: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Nothing was lost, doubled or otherwise wrong, and all that was meant to be tried was."""
        return bool(self.left_out) or not (self.lost or self.doubled or self.amiss)

    @property
    def amiss(self) -> dict[str, int]:
        """What is otherwise wrong: what was counted as that, and what should have been tried and was not."""
        if self.left_out:
            return {}
        counted = {name: number for name, number in self.wrong.items() if number}
        if not self.tried:
            return counted | {"nothing tried": 1}
        missing = [name for name, number in self.tried.items() if not number]
        missing += [name for name in self.meant if name not in self.tried]
        return counted | {f"no {name}": 1 for name in missing}

    def add(self, counted: Mapping[str, int]) -> None:
        """Take over what was counted in the history: see `counting.count`."""
        for name, number in counted.items():
            if name in ("lost", "doubled"):
                setattr(self, name, getattr(self, name) + number)
            elif name.startswith("wrong: "):
                name = name.removeprefix("wrong: ")
                self.wrong[name] = self.wrong.get(name, 0) + number
            else:
                self.tried[name] = self.tried.get(name, 0) + number

    @property
    def normal(self) -> str:
        """How long it took until all was normal, in words."""
        if not self.until_normal:
            return "at once"
        middle, longest = statistics.median(self.until_normal), max(self.until_normal)
        if len(self.until_normal) == 1:
            return f"{longest:.1f} s"
        return f"median {middle:.1f} s, longest {longest:.1f} s"

    @property
    def tried_in_words(self) -> str:
        return ", ".join(f"{number:,} {name}" for name, number in self.tried.items())

    def __str__(self) -> str:
        if self.left_out:
            return f"{self.name}: left out, {self.left_out}"
        lines = [
            f"{self.name}: {'right' if self.is_right else 'FAILED'}. {self.what}",
            f"  tried: {self.tried_in_words}",
            f"  lost: {self.lost}, doubled: {self.doubled}"
            + "".join(f", {name}: {number}" for name, number in (self.wrong | self.amiss).items()),
            f"  until normal: {self.normal}",
            *(f"  {note}" for note in self.notes),
        ]
        return "\n".join(lines)


def page(outcomes: list[Outcome]) -> str:
    """The table of `docs/chaos.md`."""
    rows = [
        "| Fault | Tried | Lost | Doubled | Otherwise wrong | Until normal |",
        "|---|---|---|---|---|---|",
    ]
    for one in outcomes:
        if one.left_out:
            rows.append(f"| {one.what} | left out: {one.left_out} | | | | |")
            continue
        wrong = ", ".join(f"{name}: {number}" for name, number in one.amiss.items()) or "0"
        rows.append(
            f"| {one.what} | {one.tried_in_words} | {one.lost} | {one.doubled} | {wrong} | {one.normal} |"
        )
    return "\n".join(rows)
