"""The cursor over a text's tokens, and how names are put together from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from flowcase.feel.errors import FeelSyntaxError, line_and_column
from flowcase.feel.limits import MAX_DEPTH
from flowcase.feel.names import ENDING, KnownNames
from flowcase.feel.tokens import Token, tokenize
from flowcase.feel.types import Type

_Read = TypeVar("_Read")


class Reader:
    """One text being read. `builtins` are the functions' names, `names` the variables' names."""

    def __init__(
        self,
        text: str,
        *,
        names: Collection[str] = (),
        builtins: KnownNames,
        types: Mapping[str, Type] | None = None,
    ) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.token = self.tokens[0]
        self.depth = 0
        self.types = types or {}
        self._builtins = builtins
        self._known = [KnownNames(names)]

    def _guarded(self, read: Callable[[], _Read]) -> _Read:
        try:
            return read()
        except RecursionError:
            raise self.error("it is nested too deeply") from None

    # -- tokens ------------------------------------------------------------------------------------

    def error(self, message: str, at: int | None = None) -> FeelSyntaxError:
        line, column = line_and_column(self.text, self.token.start if at is None else at)
        return FeelSyntaxError(message, line, column, self.text)

    def _advance(self, count: int = 1) -> Token:
        token = self.token
        self.index = min(self.index + count, len(self.tokens) - 1)
        self.token = self.tokens[self.index]
        return token

    def _peek(self, offset: int = 1) -> Token:
        return self.tokens[min(self.index + offset, len(self.tokens) - 1)]

    def _is(self, text: str) -> bool:
        return self.token.text == text and self.token.kind in ("op", "word")

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self._advance()
            return True
        return False

    def _expect(self, text: str) -> Token:
        if not self._is(text):
            raise self.error(f"expected '{text}' and found {self._found()}")
        return self._advance()

    def _expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.error(f"found {self._found()} where an operator or the end should be")

    def _found(self) -> str:
        token = self.token
        if token.kind == "end":
            return "the end"
        return "a string" if token.kind in ("string", "at") else f"'{token.text}'"

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("it is nested too deeply")

    # -- names -------------------------------------------------------------------------------------

    def _longest_name(self) -> tuple[int, str] | None:
        best: tuple[int, str] | None = None
        for known in self._known:
            found = known.longest(self.tokens, self.index)
            if found and (best is None or found[0] > best[0]):
                best = found
        found = self._builtins.longest(self.tokens, self.index)
        if found and (best is None or found[0] > best[0]):
            # `date and time` with two variables `date` and `time` is a conjunction, unless it is called.
            called = self.tokens[self.index + found[0]].text == "("
            if called or not ENDING & set(found[1].split()):
                best = found
        return best

    def _name(self) -> str:
        """The name at the current token: the longest known one, else all words up to a keyword."""
        longest = self._longest_name()
        if longest is not None:
            self._advance(longest[0])
            return longest[1]
        words = [self._advance().text]
        if self._is_known(words[0]):
            return words[0]
        return self._more_words(words)

    def _more_words(self, words: list[str]) -> str:
        while self.token.kind == "word" and self.token.text not in ENDING:
            words.append(self._advance().text)
        return " ".join(words)

    def _is_known(self, name: str) -> bool:
        return name in self._builtins or any(name in known for known in self._known)

    def _key(self) -> str:
        if self.token.kind == "string":
            return self._advance().text
        if self.token.kind != "word":
            raise self.error(f"found {self._found()} where a key should be")
        key = self._advance().text
        while self.token.kind != "end" and not self._is(":"):
            if self.token.kind not in ("word", "number") and self.token.text not in (
                ".",
                "/",
                "-",
                "'",
                "+",
                "*",
            ):
                raise self.error(f"expected ':' and found {self._found()}")
            token = self._advance()
            key += (" " if token.space else "") + token.text
        return key

    def _variable_name(self) -> str:
        words = [self._advance().text]
        while (
            not self._is("in")
            and self.token.kind in ("word", "op", "number")
            and self.token.text not in ",:()"
        ):
            token = self._advance()
            words.append((" " if token.space else "") + token.text)
        return "".join(words)
