"""Reading types: `list<number>`, `context<a: string>`, `years and months duration` (grammar rule 52)."""

from __future__ import annotations

from flowcase.feel.reader import Reader
from flowcase.feel.types import NAMED_TYPES, ContextType, FunctionType, ListType, RangeType, Type


class TypeReader(Reader):
    """Adds types to what can be read."""

    def type_reference(self) -> Type:
        """The whole text as a type."""
        found = self._guarded(self._type)
        self._expect_end()
        return found

    def _type(self) -> Type:
        self._deeper()
        found = self._type_inner()
        self.depth -= 1
        return found

    def _type_inner(self) -> Type:
        at = self.token.start
        if self.token.kind != "word":
            raise self.error(f"found {self._found()} where a type should be")
        word, follower = self.token.text, self._peek()
        if (
            follower.text == "<"
            and follower.kind == "op"
            and word in ("list", "range", "context", "function")
        ):
            self._advance(2)
            if word == "list":
                inner = self._type()
                self._expect(">")
                return ListType(inner)
            if word == "range":
                inner = self._type()
                self._expect(">")
                return RangeType(inner)
            return self._context_type() if word == "context" else self._function_type()
        return self._named_type(at)

    def _context_type(self) -> Type:
        entries: dict[str, Type] = {}
        while not self._is(">"):
            key = self._key()
            self._expect(":")
            entries[key] = self._type()
            if not self._accept(","):
                break
        self._expect(">")
        return ContextType(entries)

    def _function_type(self) -> Type:
        parameters: list[Type] = []
        while not self._is(">"):
            parameters.append(self._type())
            if not self._accept(","):
                break
        self._expect(">")
        self._expect("->")
        return FunctionType(tuple(parameters), self._type())

    def _named_type(self, at: int) -> Type:
        """The longest run of tokens that names a type: `years and months duration`, `lib.tPerson`."""
        text, best, best_count = "", None, 0
        for count in range(12):
            token = self._peek(count)
            if token.kind == "end" or (
                token.kind == "op" and token.text not in (".", "-", "/", "'", "+", "*")
            ):
                break
            text += (" " if token.space and text else "") + token.text
            found = self.types.get(text) or NAMED_TYPES.get(text)
            if found is not None:
                best, best_count = found, count + 1
        if best is None:
            raise self.error(f"found the unknown type '{text or self.token.text}'", at)
        self._advance(best_count)
        return best
