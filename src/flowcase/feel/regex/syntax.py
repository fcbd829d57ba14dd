"""Reading XPath's regular expressions (XQuery 1.0 and XPath 2.0 Functions and Operators, section 7.6)."""

from __future__ import annotations

from flowcase.feel.regex.charsets import ANY, BLOCKS, CATEGORIES, ESCAPES, NOT_NEWLINE, CharSet, variants

MAX_PROGRAM = 5_000  # instructions; counted repetitions are written out
MAX_NESTING = 40

# Instructions: the operation and up to two operands.
CHAR, SET, SPLIT, JUMP, SAVE, LINE_START, LINE_END, BACK, MARK, PROGRESS, MATCH = range(11)

Node = tuple


class PatternError(Exception):
    """The pattern, the flags or the replacement is not what XPath allows; the message says why."""


_SINGLE = {"n": "\n", "r": "\r", "t": "\t"}
_QUOTABLE = frozenset("\\|.?*+(){}-[]^$")
_SPECIAL = frozenset(".\\?*+{}()|[]^$")


class Parser:
    """Reads one pattern into a tree of tuples."""

    def __init__(self, pattern: str, flags: str) -> None:
        unknown = set(flags) - set("smixq")
        if unknown:
            raise PatternError(f"there is no flag '{min(unknown)}'")
        self.ignore_case = "i" in flags
        self.dot_all = "s" in flags
        self._text = pattern if "q" in flags else _without_space(pattern) if "x" in flags else pattern
        self._index = 0
        self._depth = 0
        self._closed: set[int] = set()
        self.groups = 0
        self.has_back_references = False
        self._literal = "q" in flags

    def parse(self) -> Node:
        if self._literal:
            return ("all", [self._char(char) for char in self._text])
        node = self._branches()
        if self._index < len(self._text):
            raise PatternError("a ')' has no '('")
        return node

    def _peek(self) -> str:
        return self._text[self._index] if self._index < len(self._text) else ""

    def _take(self) -> str:
        char = self._peek()
        self._index += 1
        return char

    def _branches(self) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise PatternError("it is nested too deeply")
        branches = [self._branch()]
        while self._peek() == "|":
            self._take()
            branches.append(self._branch())
        self._depth -= 1
        return branches[0] if len(branches) == 1 else ("any", branches)

    def _branch(self) -> Node:
        pieces: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            pieces.append(self._quantified(self._atom()))
        return ("all", pieces)

    def _quantified(self, atom: Node) -> Node:
        char = self._peek()
        if char not in ("?", "*", "+", "{") or not char:
            return atom
        self._take()
        if char == "{":
            low, high = self._counts()
        else:
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
        lazy = self._peek() == "?"
        if lazy:
            self._take()
        if self._peek() in ("?", "*", "+", "{") and self._peek():
            raise PatternError("a quantifier follows a quantifier")
        return ("repeat", atom, low, high, lazy)

    def _counts(self) -> tuple[int, int | None]:
        end = self._text.find("}", self._index)
        first, comma, second = self._text[self._index : max(end, self._index)].partition(",")
        if end < 0 or not _is_count(first) or (second and not _is_count(second)):
            raise PatternError("a quantity is not of the form {n}, {n,} or {n,m}")
        self._index = end + 1
        low = int(first)
        high = low if not comma else int(second) if second else None
        if high is not None and high < low:
            raise PatternError("a quantity ends before it starts")
        return low, high

    def _atom(self) -> Node:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return ("set", self._class())
        if char == ".":
            return ("set", ANY if self.dot_all else NOT_NEWLINE)
        if char == "^":
            return ("start",)
        if char == "$":
            return ("end",)
        if char == "\\":
            return self._escape()
        if char in _SPECIAL:
            raise PatternError(f"'{char}' stands where it means nothing")
        return self._char(char)

    def _char(self, char: str) -> Node:
        if self.ignore_case and len(variants(char)) > 1:
            return ("set", CharSet([(ord(char), ord(char))], ignore_case=True))
        return ("char", char)

    def _group(self) -> Node:
        if self._text.startswith("?:", self._index):
            self._index += 2
            number = 0
        elif self._peek() == "?":
            raise PatternError("a group begins with '?'")
        else:
            self.groups += 1
            number = self.groups
        inner = self._branches()
        if self._take() != ")":
            raise PatternError("a '(' has no ')'")
        if not number:
            return inner
        self._closed.add(number)
        return ("group", number, inner)

    def _escape(self) -> Node:
        char = self._peek()
        if char.isdigit() and char.isascii() and char != "0":
            return self._back_reference()
        found = self._escaped()
        return ("set", found) if isinstance(found, CharSet) else self._char(found)

    def _back_reference(self) -> Node:
        number = int(self._take())
        while (
            self._peek().isascii()
            and self._peek().isdigit()
            and number * 10 + int(self._peek()) <= self.groups
        ):
            number = number * 10 + int(self._take())
        if number not in self._closed:
            raise PatternError(f"\\{number} refers to no group before it")
        self.has_back_references = True
        return ("back", number)

    def _escaped(self) -> str | CharSet:
        char = self._take()
        if char in _SINGLE:
            return _SINGLE[char]
        if char in ESCAPES:
            return ESCAPES[char]
        if char in ("p", "P"):
            return self._category(negated=char == "P")
        if char in _QUOTABLE and char:
            return char
        raise PatternError(f"there is no escape '\\{char}'")

    def _category(self, *, negated: bool) -> CharSet:
        end = self._text.find("}", self._index)
        if self._take() != "{" or end < 0:
            raise PatternError("a category is not of the form \\p{...}")
        name = self._text[self._index : end]
        self._index = end + 1
        if name.startswith("Is"):
            if name[2:] not in BLOCKS:
                raise PatternError(f"there is no block '{name}'")
            return CharSet([BLOCKS[name[2:]]], negated=negated)
        if name not in CATEGORIES:
            raise PatternError(f"there is no category '{name}'")
        return CharSet(categories=[name], negated=negated)

    def _class(self) -> CharSet:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise PatternError("it is nested too deeply")
        negated = self._peek() == "^"
        if negated:
            self._take()
        ranges: list[tuple[int, int]] = []
        members: list[CharSet] = []
        without: CharSet | None = None
        first = True
        while first or self._peek() != "]":
            if self._text.startswith("-[", self._index) and not first:
                self._index += 2
                without = self._class()
                break
            self._class_member(ranges, members, first=first)
            first = False
        if self._take() != "]":
            raise PatternError("a '[' has no ']'")
        self._depth -= 1
        return CharSet(
            ranges, members=members, negated=negated, without=without, ignore_case=self.ignore_case
        )

    def _class_member(self, ranges: list, members: list, *, first: bool) -> None:
        low = self._class_char(first=first)
        if isinstance(low, CharSet):
            members.append(low)
            return
        follows = self._text[self._index + 1 : self._index + 2]
        if self._peek() == "-" and follows not in ("]", "[", ""):
            self._take()
            high = self._class_char(first=False)
            if isinstance(high, CharSet) or high < low:
                raise PatternError("a range of characters ends before it starts")
            ranges.append((ord(low), ord(high)))
        else:
            ranges.append((ord(low), ord(low)))

    def _class_char(self, *, first: bool) -> str | CharSet:
        char = self._take()
        if not char:
            raise PatternError("a '[' has no ']'")
        if char == "\\":
            return self._escaped()
        if char == "[" or (char == "]" and first):
            raise PatternError(f"'{char}' stands where it means nothing")
        return char


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def _without_space(pattern: str) -> str:
    """The pattern without white space outside of character classes (flag `x`)."""
    kept, depth, escaped = [], 0, False
    for char in pattern:
        if not escaped:
            depth += (char == "[") - (char == "]")
        if depth > 0 or char not in "\t\n\r ":
            kept.append(char)
            escaped = char == "\\" and not escaped
    return "".join(kept)


class Program:
    """The instructions for one pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        parser = Parser(pattern, flags)
        tree = parser.parse()
        self.groups = parser.groups
        self.ignore_case = parser.ignore_case
        self.multiline = "m" in flags and "q" not in flags
        self.has_back_references = parser.has_back_references
        self.slots = 2 * (self.groups + 1)
        self.code: list[tuple] = []
        self._add(SAVE, 0)
        self._compile(tree)
        self._add(SAVE, 1)
        self._add(MATCH)

    def _add(self, *instruction: object) -> int:
        if len(self.code) >= MAX_PROGRAM:
            raise PatternError("it is too large")
        self.code.append(instruction)
        return len(self.code) - 1

    def _compile(self, node: Node) -> None:
        kind = node[0]
        if kind == "char":
            self._add(CHAR, node[1])
        elif kind == "set":
            self._add(SET, node[1])
        elif kind == "all":
            for piece in node[1]:
                self._compile(piece)
        elif kind == "any":
            self._alternatives(node[1])
        elif kind == "group":
            self._add(SAVE, 2 * node[1])
            self._compile(node[2])
            self._add(SAVE, 2 * node[1] + 1)
        elif kind == "repeat":
            self._repeat(*node[1:])
        elif kind == "back":
            self._add(BACK, node[1])
        else:
            self._add(LINE_START if kind == "start" else LINE_END)

    def _alternatives(self, branches: list[Node]) -> None:
        jumps = []
        for branch in branches[:-1]:
            split = self._add(SPLIT)
            self._compile(branch)
            jumps.append(self._add(JUMP))
            self.code[split] = (SPLIT, split + 1, len(self.code))
        self._compile(branches[-1])
        for jump in jumps:
            self.code[jump] = (JUMP, len(self.code))

    def _repeat(self, node: Node, low: int, high: int | None, lazy: bool) -> None:
        for _ in range(low):
            self._compile(node)
        if high is None:
            loop = self._add(SPLIT)
            slot = self._mark()
            self._compile(node)
            self._check(slot)
            self._add(JUMP, loop)
            self._set_split(loop, len(self.code), lazy=lazy)
            return
        splits = []
        for _ in range(high - low):
            splits.append(self._add(SPLIT))
            self._compile(node)
        for split in splits:
            self._set_split(split, len(self.code), lazy=lazy)

    def _set_split(self, split: int, after: int, *, lazy: bool) -> None:
        self.code[split] = (SPLIT, after, split + 1) if lazy else (SPLIT, split + 1, after)

    def _mark(self) -> int:
        """With back references no states are remembered, so a loop must see that it makes progress."""
        if not self.has_back_references:
            return -1
        slot = self.slots
        self.slots += 1
        self._add(MARK, slot)
        return slot

    def _check(self, slot: int) -> None:
        if slot >= 0:
            self._add(PROGRESS, slot)
