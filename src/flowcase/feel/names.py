"""Which names are known, so that `date and time`, `Full Name` and `a-b` are read as one name each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flowcase.feel.tokens import Token, tokenize

# A name ends before these words unless a longer known name contains them.
KEYWORDS = frozenset(
    [
        "and",
        "or",
        "in",
        "between",
        "instance",
        "then",
        "else",
        "return",
        "satisfies",
        "if",
        "for",
        "some",
        "every",
        "function",
        "true",
        "false",
        "null",
    ]
)
ENDING = frozenset(["and", "or", "in", "between", "instance", "then", "else", "return", "satisfies"])


class KnownNames:
    """Names by their first token; only names of several tokens need to be looked up that way."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.all: set[str] = set()
        self._long: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def __contains__(self, name: object) -> bool:
        return name in self.all

    def __iter__(self) -> Iterator[str]:
        return iter(self.all)

    def add(self, name: str) -> None:
        """Make `name` known; a name that is no sequence of tokens can never be read and is left out."""
        if name in self.all:
            return
        self.all.add(name)
        if name.isidentifier():
            return
        try:
            tokens = tokenize(name)
        except Exception:  # a variable's name may be any text; then no expression can name it
            return
        if len(tokens) > 2 and tokens[0].kind == "word":
            parts = tuple(token.text for token in tokens[:-1])
            known = self._long.setdefault(parts[0], [])
            known.append((parts, name))
            known.sort(key=lambda entry: -len(entry[0]))

    def longest(self, tokens: list[Token], index: int) -> tuple[int, str] | None:
        """How many tokens from `index` make the longest known name of several tokens, and that name.

        Spaces do not count (section 10.3.1.4): with a known name `a-b`, `a - b` is that name too.
        """
        for parts, name in self._long.get(tokens[index].text, ()):
            end = index + len(parts)
            if end < len(tokens) and all(
                token.text == text and token.kind in _NAME_KINDS
                for token, text in zip(tokens[index:end], parts, strict=True)
            ):
                return len(parts), name
        return None


_NAME_KINDS = frozenset(("word", "op", "number"))
