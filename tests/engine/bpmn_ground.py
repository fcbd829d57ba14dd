"""What the token game by hand stands on: tokens, variables in Camunda 8's scopes, and what is drawn."""

from __future__ import annotations

import datetime as dt
import operator
from dataclasses import dataclass, field
from typing import Any

from flowcase.modeling.definition import Element, ElementKind, Expression, ProcessDefinition

K = ElementKind


@dataclass(eq=False)
class Wait:
    """A timer, a message or a signal that a token waits for; `event` is as drawn."""

    number: int
    token: Token
    event: Element
    kind: str  # timer, message or signal
    name: str = ""
    due_at: dt.datetime | None = None
    period: dt.timedelta | None = None
    left: int = 0  # occurrences of a cycle after this one


@dataclass(eq=False)
class Token:
    """Somewhere in the diagram; `element` is None for the process instance itself."""

    element: Element | None
    scope: Token | None = None
    role: str = ""  # body or instance, of an activity that is repeated
    index: int | None = None
    flow: str | None = None  # by which it came
    status: str = "moving"  # moving, waiting, joining, stuck, leaving or gone
    handed: dict[str, Any] | None = None  # variables that it brings along
    chosen: str | None = None  # the event that an event-based gateway has got
    happened: bool = False  # this event has happened before the token came to it
    interrupted: bool = False
    inside: list[Token] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    done: int = 0  # instances of a body

    def chain(self) -> list[Token]:
        """The token and what encloses it, from the inside out."""
        return [self] if self.scope is None else [self, *self.scope.chain()]

    def path(self) -> tuple[tuple[str, int | None], ...]:
        return tuple((each.element.id, each.index) for each in reversed(self.chain()) if each.element)


class Undecided(Exception):
    """A condition that is neither true nor false: an incident."""


class Ground:
    """The variables of one instance and the diagram that it runs."""

    def __init__(self, definition: ProcessDefinition) -> None:
        self.definition = definition
        self.elements, self.flows = definition.elements, definition.flows
        self.root = Token(None)

    # --- variables: Camunda 8's scopes ---

    def _merge(self, token: Token) -> None:
        element, handed, token_chain = token.element, token.handed, token.chain()
        if element.kind is K.EVENT_BASED_GATEWAY:
            return  # they belong to the event that has happened
        handed = handed or {}
        if token.role == "body":
            self._write(token_chain[1:], handed)
            return
        if element.kind is K.BUSINESS_RULE_TASK:
            handed = {element.decision.result_variable: handed.get("result")}
        if element.kind is K.CALL_ACTIVITY:
            own = getattr(element.loop, "output_collection", None)
            handed = {name: value for name, value in handed.items() if name != own}
        if not element.outputs:
            self._write(token_chain, handed)
            return
        token.variables.update(handed)
        written = {mapping.target: self._value(mapping.source, token) for mapping in element.outputs}
        self._write(token_chain[1:], written)

    def _write(self, chain: list[Token], values: dict[str, Any]) -> None:
        for name, value in values.items():
            target = next((scope for scope in chain if name in scope.variables), self.root)
            target.variables[name] = value

    def _visible(self, token: Token) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for scope in reversed(token.chain()):
            seen.update(scope.variables)
        return seen

    def _value(self, expression: Expression, token: Token, **extra: Any) -> Any:
        """`3`, `true`, `[]`, `name`, `name + 1`, `name < 3`, `for i in 1..3 return i`: no more is drawn."""
        words = expression.text.split()
        if words[0] == "for":
            return list(range(1, int(words[3].split("..")[1]) + 1))
        names = {"true": True, "false": False, "[]": [], **self._visible(token), **extra}
        values = [int(word) if word.isdigit() else names.get(word) for word in words[::2]]
        if len(words) == 1:
            return values[0]
        if None in values and words[1] != "=":
            return None
        known = {"+": operator.add, "<": operator.lt, "=": operator.eq, ">=": operator.ge}
        return known[words[1]](*values)

    def _is_true(self, expression: Expression, token: Token) -> bool:
        value = self._value(expression, token)
        if value is None:
            raise Undecided
        return value

    # --- what is drawn ---

    def _children(self, scope: str | None, kind: ElementKind) -> list[Element]:
        return [each for each in self.elements.values() if each.parent == scope and each.kind is kind]

    def _none_start(self, scope: str | None) -> Element:
        return next(each for each in self._children(scope, K.START_EVENT) if each.event is None)

    def _start_of(self, event_sub_process: Element) -> Element:
        return self._children(event_sub_process.id, K.START_EVENT)[0]

    def _event_sub_processes(self, scope: str | None) -> list[Element]:
        return self._children(scope, K.EVENT_SUB_PROCESS)

    def _attached(self, element: Element) -> list[Element]:
        return [each for each in self.elements.values() if each.attached_to == element.id]
