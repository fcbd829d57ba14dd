"""The state of one process instance between commands: what is saved, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from flowcase.compression import compress, decompress
from flowcase.engine.diagram import Diagram, diagram_of
from flowcase.engine.nodes.activities import UserTask
from flowcase.engine.state_formats import FORMAT, in_present_format
from flowcase.engine.subscriptions import MessageSubscription, PendingTimer, SignalSubscription, Subscription
from flowcase.engine.tokens import ROOT, Token, TokenTree
from flowcase.engine.variables import VariableScopes
from flowcase.model import InstanceStatus
from flowcase.modeling.definition import ProcessDefinition
from flowcase.values import Value, from_json, json_encoder, to_json

LEVEL = 3  # of compression: a state is written at every step
_JSON = json_encoder(sort_keys=False)


@dataclass(frozen=True)
class Position:
    """Where a token is, for pictures."""

    element: str
    element_instance: str
    status: str  # active, waiting (at a join) or incident


@dataclass(frozen=True)
class Waits:
    """What an instance waits for, as rows should have it: drawn element by key."""

    user_tasks: Mapping[str, str]
    timers: Mapping[str, tuple[str, dt.datetime]]
    messages: Mapping[str, tuple[str, str, str]]  # element, name, correlation key
    signals: Mapping[str, tuple[str, str]]
    incidents: Mapping[str, str]


class State:
    """Tokens, variables and subscriptions of one process instance."""

    def __init__(self, tree: TokenTree, *, is_called: bool = False) -> None:
        self.tree = tree
        self.variable_scopes = VariableScopes()
        self.subscriptions: dict[str, Subscription] = {}
        self.status = InstanceStatus.ACTIVE
        self.end_elements: list[str] = []
        self.is_called = is_called  # an error that nobody catches belongs to the calling instance

    def reached_end(self, element: str) -> None:
        """Remember an end event at process level once, in the order of the last times."""
        if element in self.end_elements:
            self.end_elements.remove(element)
        self.end_elements.append(element)

    def waiting(self) -> tuple[Position, ...]:
        """Every element that a token is in, in the order in which the tokens came."""
        return tuple(
            Position(
                token.task_spec.id,
                token.key,
                "incident"
                if token.has_incident
                else "waiting"
                if token.has_state(TaskState.WAITING)
                else "active",
            )
            for token in self.tree.tasks.values()
            if token.key != ROOT and not token.is_finished
        )

    def waits(self) -> Waits:
        """Open user tasks and incidents by element instance; timers and subscriptions by their keys."""
        open_tokens = [token for token in self.tree.tasks.values() if not token.is_finished]
        waits = self.subscriptions.values()
        return Waits(
            user_tasks={
                token.key: token.task_spec.id
                for token in open_tokens
                if isinstance(token.task_spec, UserTask)
                and token.phase == "active"
                and ("index" in token.notes or token.task_spec.element.loop is None)
            },
            timers={
                each.key: (each.element, each.due_at) for each in waits if isinstance(each, PendingTimer)
            },
            messages={
                each.key: (each.element, each.name, each.correlation_key)
                for each in waits
                if isinstance(each, MessageSubscription)
            },
            signals={
                each.key: (each.element, each.name) for each in waits if isinstance(each, SignalSubscription)
            },
            incidents={token.key: token.task_spec.id for token in open_tokens if token.has_incident},
        )

    def variables(self, scope: str | None = None) -> dict[str, Value]:
        """The variables that a scope itself defines; None is the process instance."""
        return dict(self.variable_scopes.local(scope or ROOT))

    def visible_variables(self, element_instance: str) -> dict[str, Value]:
        """All variables that an element instance sees, its own first."""
        token = self.tree.tasks[element_instance]
        chain = [token.key, *(enclosing.key for enclosing in self.tree.ancestors(token))]
        return self.variable_scopes.visible(chain)

    # --- saving ---

    def to_bytes(self) -> bytes:
        data: dict[str, Any] = {
            "format": FORMAT,
            "status": self.status.value,
            "counter": self.tree.counter,
            "called": self.is_called,
            "ends": self.end_elements,
            "tokens": [_token_to_json(token) for token in self.tree.tasks.values() if not token.is_finished],
            "variables": self.variable_scopes.to_json(),
            "waits": [subscription.to_json() for subscription in self.subscriptions.values()],
        }
        return compress(_JSON(data).encode(), level=LEVEL)

    @classmethod
    def from_bytes(cls, content: bytes, definition: ProcessDefinition) -> State:
        """Raises UnknownStateFormat."""
        data = in_present_format(json.loads(decompress(content)))
        diagram = diagram_of(definition)
        tree = TokenTree(diagram, counter=data["counter"])
        state = cls(tree, is_called=data["called"])
        state.status = InstanceStatus(data["status"])
        state.end_elements = list(data["ends"])
        for saved in data["tokens"]:
            _token_from_json(tree, diagram, saved)
        state.variable_scopes = VariableScopes.from_json(data["variables"])
        for saved in data["waits"]:
            subscription = Subscription.from_json(saved)
            state.subscriptions[subscription.key] = subscription
        return state


def _token_to_json(token: Token) -> list[Any]:
    saved: list[Any] = [
        token.key,
        "" if token.key == ROOT else token.task_spec.id,
        token.scope,
        token.state,
        token.phase,
        to_json(token.notes),
    ]
    if token.results is not None:
        saved.append(to_json(token.results))
    return saved


def _token_from_json(tree: TokenTree, diagram: Diagram, saved: list[Any]) -> None:
    key, element, scope, state, phase, notes, *results = saved
    if key == ROOT:
        token = tree.root
        token._set_state(state)
    else:
        token = Token(tree, diagram.node(element), tree.tasks[scope], state, key, scope=scope)
    token.phase = phase
    token.notes = from_json(notes)
    token.results = from_json(results[0]) if results else None
