"""Two sets of names as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
