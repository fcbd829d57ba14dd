"""Two sets of names as one, and names whose values are read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from flowcase.values import Value


class Behind(Mapping[str, Value]):
    """Variables in front, facts behind them: a fact never hides a variable."""

    def __init__(self, variables: Mapping[str, Value], facts: Mapping[str, Value]) -> None:
        self._variables, self._facts = variables, facts

    def __getitem__(self, name: str) -> Value:
        return self._variables[name] if name in self._variables else self._facts[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._variables
        yield from (name for name in self._facts if name not in self._variables)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class ReadLater(Mapping[str, Value]):
    """What was read already, and what is read only if somebody asks; each once."""

    def __init__(
        self, known: Mapping[str, Value], names: Sequence[str], read: Callable[[str], Value]
    ) -> None:
        self._known, self._read = dict(known), read
        self._names = dict.fromkeys((*known, *names))

    def __getitem__(self, name: str) -> Value:
        if name not in self._known:
            if name not in self._names:
                raise KeyError(name)
            self._known[name] = self._read(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names
