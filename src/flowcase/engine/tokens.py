"""The token tree: SpiffWorkflow's tasks and their states, without prediction, clock, log or random ids.

SpiffWorkflow keeps every task that it ever made, predicts the ones that may come and walks the whole
tree at each step, so that the cost of a step grows with the age of an instance (a loop dies at round
187 of 3.2.0 with a RecursionError). Here nothing is predicted, and a finished token leaves the tree in
the step that finished it: its successors move up to the scope that encloses it. What stays is the tree
of scopes with the tokens that wait in them, however long the instance has lived.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

if TYPE_CHECKING:
    from flowcase.engine.diagram import Diagram, FlowNode
    from flowcase.engine.step import Step

ROOT = "0"  # key of the token that is the process instance itself


class Token(Task):
    """One element instance: a task whose id is a counted key and whose scope is known."""

    task_spec: FlowNode
    workflow: TokenTree

    def __init__(
        self,
        workflow: TokenTree,
        task_spec: FlowNode,
        parent: Token | None = None,
        state: int = TaskState.FUTURE,
        id: str | None = None,
        scope: str | None = None,
    ) -> None:
        super().__init__(workflow, task_spec, parent, state, id or workflow.new_key())
        # Where the token lives; its parent in the tree is the same once finished tokens are pruned.
        self.scope: str | None = scope
        self.phase: str = "new"
        self.notes: dict[str, Any] = {}  # saved with the state: FEEL values only
        self.results: dict[str, Any] | None = None  # variables handed in, until they are merged
        if scope is not None:
            workflow.members.setdefault(scope, {})[self.id] = self

    @property
    def key(self) -> str:
        return self.id

    @property
    def enclosing(self) -> Token:
        """The token of the scope around this one. The process instance has none."""
        assert self.scope is not None
        return self.workflow.tasks[self.scope]

    @property
    def is_body(self) -> bool:
        """Whether this is the body of a loop or multi-instance, not one of its rounds."""
        element = self.task_spec.element
        return element is not None and element.loop is not None and "index" not in self.notes

    @property
    def is_finished(self) -> bool:
        return bool(self._state & TaskState.FINISHED_MASK)

    @property
    def has_incident(self) -> bool:
        return "incident" in self.notes

    def _add_child(self, task_spec: FlowNode, state: int = TaskState.FUTURE) -> Token:
        """The next token of this one's branch, in the same scope."""
        return Token(self.workflow, task_spec, self, state, scope=self.scope)

    def _set_state(self, value: int) -> None:
        if self.is_finished and not value & TaskState.FINISHED_MASK:
            return  # what an element threw has taken its own token away while it ran
        self._state = value
        if value & TaskState.FINISHED_MASK and self.scope is not None:
            self.workflow.members.get(self.scope, {}).pop(self.id, None)


class TokenTree(Workflow):
    """The tokens of one process instance."""

    spec: Diagram
    tasks: dict[str, Token]

    def __init__(self, spec: Diagram, *, counter: int = 1, prune: bool = True) -> None:
        super().__init__(spec, deserializing=True)
        self.counter = counter
        self.prunes = prune
        self.members: dict[str, dict[str, Token]] = {}  # unfinished tokens by the scope they live in
        self.current: Step | None = None  # the command being worked on
        self.task_tree = Token(self, spec.start, id=ROOT)

    @property
    def root(self) -> Token:
        return self.task_tree

    @property
    def top_workflow(self) -> TokenTree:
        return self

    @property
    def step(self) -> Step:
        assert self.current is not None
        return self.current

    def new_key(self) -> str:
        key = str(self.counter)
        self.counter += 1
        return key

    def unfinished(self, scope: str) -> list[Token]:
        """The tokens directly inside a scope, oldest first."""
        return list(self.members.get(scope, {}).values())

    def spawn(self, node: FlowNode, scope: Token, **notes: Any) -> Token:
        """A new branch inside a scope; the token is not ready yet."""
        token = Token(self, node, scope, TaskState.FUTURE, scope=scope.id)
        token.notes.update(notes)
        return token

    def ancestors(self, token: Token) -> Iterator[Token]:
        """The enclosing scopes from the inside out, the process instance last."""
        scope = token.scope
        while scope is not None:
            enclosing = self.tasks[scope]
            yield enclosing
            scope = enclosing.scope

    def _task_completed_notify(self, task: Token) -> None:
        self.step.token_completed(task)

    def remove_finished(self, token: Token) -> None:
        """Take a finished token out of the tree; its successors move up in its place."""
        self.members.pop(token.id, None)
        if not self.prunes or token is self.task_tree:
            return
        parent = token.parent
        for child in token.children:
            child.parent = parent
        at = parent._children.index(token.id)
        parent._children[at : at + 1] = token._children
        del self.tasks[token.id]
