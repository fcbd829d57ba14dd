"""The error family: each class builds its own sentence and keeps its typed arguments.

Sentences follow one grammar: *Expected to <do something>, but <why not>. <What to do.>*
No sentence ever contains personal data: ids and codes only.
HTTP status and exit code belong to the edges (`web`, `cli`), not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowcase.finding import Finding


class FlowcaseError(Exception):
    """Anything that flowcase refuses or cannot do, said in one sentence."""


class NotFound(FlowcaseError):
    """What was named does not exist, or this actor may not know that it does."""

    def __init__(self, kind: str, key: str) -> None:
        self.kind, self.key = kind, key
        super().__init__(f"Expected to find {kind} '{key}', but there is none.")


class Erased(NotFound):
    """What was named was there; its content was erased for good."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(kind, key)
        self.args = (f"Expected to find {kind} '{key}', but its content was erased.",)


class Conflict(FlowcaseError):
    """Somebody else was faster, or the thing is in another state than the command expects."""

    def __init__(self, attempt: str, because: str) -> None:
        self.attempt, self.because = attempt, because
        super().__init__(f"Expected to {attempt}, but {because}.")


class SavedElsewhere(FlowcaseError):
    """The page does not know the draft that the same person saved last, in another one."""

    def __init__(self, user_task: str) -> None:
        self.user_task = user_task
        super().__init__(
            f"Expected to go on from the draft of user task '{user_task}', but another page has saved since."
        )


class Forbidden(FlowcaseError):
    """The actor may not do this."""

    def __init__(self, attempt: str, because: str) -> None:
        self.attempt, self.because = attempt, because
        super().__init__(f"Expected to {attempt}, but {because}.")


class Refused(FlowcaseError):
    """A rule of the domain refuses the command; `rules` holds the rule ids that did.

    `fields` holds, by field path, those of the sentences that are about one field.
    """

    def __init__(
        self,
        attempt: str,
        because: str,
        *,
        rules: Sequence[str] = (),
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.attempt, self.because, self.rules = attempt, because, tuple(rules)
        self.fields = dict(fields or {})
        named = f" ({', '.join(self.rules)})" if self.rules else ""
        super().__init__(f"Expected to {attempt}, but {because}{named}.")


class InvalidValues(FlowcaseError):
    """Submitted values are wrong; `errors` maps a field path (`boern.0.navn`) to sentences in Danish."""

    def __init__(self, what: str, errors: dict[str, list[str]]) -> None:
        self.what, self.errors = what, errors
        super().__init__(f"Expected valid values for {what}, but {', '.join(sorted(errors))} cannot be used.")


class InvalidDefinition(FlowcaseError):
    """A file that was to be deployed has blocking findings; all of them are named at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class BpmnError(FlowcaseError):
    """Raised by a handler to reach the error boundary event that catches `code`."""

    def __init__(self, code: str, message: str = "", variables: dict | None = None) -> None:
        self.code, self.message, self.variables = code, message, dict(variables or {})
        super().__init__(message or f"BPMN error {code}")
