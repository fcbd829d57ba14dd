"""Running a pattern: backtracking that never enters a state twice, so that its work is bounded.

A state is an instruction and a position. What failed there once fails again, whatever led to it; only
back references see the past, and patterns with them live on the evaluation's steps alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from flowcase.feel.regex.charsets import variants
from flowcase.feel.regex.syntax import (
    BACK,
    CHAR,
    JUMP,
    LINE_END,
    LINE_START,
    MARK,
    MATCH,
    PROGRESS,
    SAVE,
    SET,
    SPLIT,
    Program,
)

_CHUNK = 1024  # instructions between two charges


class Match(NamedTuple):
    """Where a pattern and its groups were found; group 0 is the whole, (-1, -1) a group that took no part."""

    start: int
    end: int
    groups: tuple[tuple[int, int], ...]


class Pattern:
    """A compiled pattern; may be used from several threads."""

    __slots__ = ("_program",)

    def __init__(self, program: Program) -> None:
        self._program = program

    @property
    def groups(self) -> int:
        return self._program.groups

    def search(self, text: str, charge: Callable[[int], None], start: int = 0) -> Match | None:
        """The first match from `start` on. `charge` is told the work and may raise."""
        visited: set[int] | None = None if self._program.has_back_references else set()
        for position in range(start, len(text) + 1):
            found = self._match_at(text, position, visited, charge)
            if found is not None:
                return found
        return None

    def find_all(self, text: str, charge: Callable[[int], None]) -> Iterator[Match]:
        """All matches, none of them empty, from left to right."""
        position = 0
        while position <= len(text):
            found = self.search(text, charge, position)
            if found is None:
                return
            if found.end > found.start:
                yield found
            position = max(found.end, found.start + (found.end == found.start))

    def _match_at(
        self, text: str, start: int, visited: set[int] | None, charge: Callable[[int], None]
    ) -> Match | None:
        program = self._program
        code, length = program.code, len(text)
        width = length + 1
        slots = [-1] * program.slots
        stack: list[tuple[int, int, int]] = [(0, start, -1)]
        steps = 0
        while stack:
            pc, position, slot = stack.pop()
            if slot >= 0:  # undo what a failed path has noted
                slots[slot] = position
                continue
            while True:
                steps += 1
                if steps == _CHUNK:
                    charge(_CHUNK)
                    steps = 0
                instruction = code[pc]
                operation = instruction[0]
                if operation == CHAR:
                    if position >= length or text[position] != instruction[1]:
                        break
                    position += 1
                elif operation == SET:
                    if position >= length or text[position] not in instruction[1]:
                        break
                    position += 1
                elif operation == SPLIT:
                    if visited is not None:
                        state = pc * width + position
                        if state in visited:
                            break
                        visited.add(state)
                    stack.append((instruction[2], position, -1))
                    pc = instruction[1]
                    continue
                elif operation == JUMP:
                    pc = instruction[1]
                    continue
                elif operation in (SAVE, MARK):
                    stack.append((0, slots[instruction[1]], instruction[1]))
                    slots[instruction[1]] = position
                elif operation == MATCH:
                    charge(steps)
                    pairs = tuple(zip(slots[0::2], slots[1::2], strict=False))[: program.groups + 1]
                    return Match(slots[0], slots[1], pairs)
                elif operation == PROGRESS:
                    if slots[instruction[1]] == position:
                        break
                elif operation == BACK:
                    taken = self._repeated(text, position, slots, instruction[1])
                    if taken < 0:
                        break
                    steps += taken >> 4
                    position += taken
                elif not self._at_edge(operation, text, position):
                    break
                pc += 1
        charge(steps)
        return None

    def _at_edge(self, operation: int, text: str, position: int) -> bool:
        if operation == LINE_START:
            if position == 0:
                return True
            return self._program.multiline and text[position - 1] == "\n" and position < len(text)
        if operation == LINE_END:
            if position == len(text):
                return True
            return self._program.multiline and text[position] == "\n"
        return False

    def _repeated(self, text: str, position: int, slots: list[int], group: int) -> int:
        """How many characters the group's text takes at `position`; -1 when it does not stand there."""
        start, end = slots[2 * group], slots[2 * group + 1]
        if start < 0 or end < 0:
            return 0
        wanted, there = text[start:end], text[position : position + end - start]
        if wanted == there:
            return end - start
        if self._program.ignore_case and len(wanted) == len(there):
            pairs = zip(wanted, there, strict=True)
            if all(other in variants(one) or one in variants(other) for one, other in pairs):
                return end - start
        return -1


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """Raises PatternError for anything that XPath does not allow."""
    return Pattern(Program(pattern, flags))
