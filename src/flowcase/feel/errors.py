"""What the expression language refuses: a text it cannot read, or a text that asks for too much."""

from __future__ import annotations

from flowcase.errors import FlowcaseError


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The one-based line and column of `offset` in `text`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


class FeelSyntaxError(FlowcaseError):
    """The text is no FEEL; `line` and `column` (from 1) say where reading it stopped."""

    def __init__(self, message: str, line: int, column: int, text: str) -> None:
        self.message, self.line, self.column, self.text = message, line, column, text
        super().__init__(f"Expected a FEEL expression, but {message} (line {line}, column {column}).")


class FeelLimitError(FlowcaseError):
    """Evaluating the expression would pass a limit; `limit` names it as `Limits` does."""

    def __init__(self, limit: str, allowed: int) -> None:
        self.limit, self.allowed = limit, allowed
        super().__init__(
            f"Expected an expression within the limit '{limit}', but it needs more than {allowed}."
        )


class NullResult(Exception):
    """Raised inside a built-in function: the result is null, and this is why."""
