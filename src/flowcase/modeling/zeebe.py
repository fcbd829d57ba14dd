"""Camunda 8's extension elements: where each may stand, what its fields do here, and which are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from flowcase.modeling.document import ACTIVITIES, EVENTS


class Meaning(StrEnum):
    """What a field or element does here."""

    RUNS = "runs"
    IGNORED = "ignored"  # said as a warning: the run does not change
    REFUSED = "refused"


@dataclass(frozen=True)
class Field:
    """An attribute. `note` says what is different, ignored or refused, as a whole sentence."""

    meaning: Meaning = Meaning.RUNS
    note: str = ""
    rule: str = "zeebe-extension"  # that says so


@dataclass(frozen=True)
class Extension:
    """An extension element."""

    allowed_in: frozenset[str]  # BPMN elements; for an inner element, the zeebe element around it
    fields: dict[str, Field] = field(default_factory=dict)
    meaning: Meaning = Meaning.RUNS
    note: str = ""
    inner: bool = False  # stands inside another zeebe element


RUNS = Field()
_JOB_PLACES = frozenset(
    {"serviceTask", "businessRuleTask", "scriptTask", "sendTask", "endEvent", "intermediateThrowEvent"}
)
_ANYWHERE = frozenset({"*"})


def _fields(*names: str, **special: Field) -> dict[str, Field]:
    return {**dict.fromkeys(names, RUNS), **special}


def _ignored(note: str) -> Field:
    return Field(Meaning.IGNORED, note)


_TEMPLATE = _ignored("")  # says where a value came from; nothing to warn about

_FORM_BINDING = Field(
    Meaning.REFUSED, "Only forms that are referred to by id are shown.", rule="form-binding"
)

EXTENSIONS: dict[str, Extension] = {
    "taskDefinition": Extension(_JOB_PLACES, _fields("type", "retries")),
    "taskHeaders": Extension(
        _JOB_PLACES | {"userTask"}, note="Handed to the handler; at a user task they have no meaning."
    ),
    "header": Extension(frozenset({"taskHeaders"}), _fields("key", "value", "id"), inner=True),
    "userTask": Extension(
        frozenset({"userTask"}), note="Every user task is one of flowcase, with or without it."
    ),
    "formDefinition": Extension(
        frozenset({"userTask", "startEvent"}),
        _fields(
            "formId",
            formKey=_FORM_BINDING,
            externalReference=_FORM_BINDING,
            bindingType=_ignored("The form that was deployed last is shown."),
            versionTag=_ignored("The form that was deployed last is shown."),
        ),
    ),
    "assignmentDefinition": Extension(
        frozenset({"userTask"}), _fields("assignee", "candidateGroups", "candidateUsers")
    ),
    "taskSchedule": Extension(frozenset({"userTask"}), _fields("dueDate", "followUpDate")),
    "priorityDefinition": Extension(frozenset({"userTask"}), _fields("priority")),
    "calledDecision": Extension(
        frozenset({"businessRuleTask"}), _fields("decisionId", "resultVariable", "bindingType", "versionTag")
    ),
    "calledElement": Extension(
        frozenset({"callActivity"}),
        _fields(
            "processId",
            "processIdExpression",
            "propagateAllChildVariables",
            "propagateAllParentVariables",
            "bindingType",
            "versionTag",
            businessId=_ignored("A called process shares the caller's case; a business id has no meaning."),
        ),
    ),
    "ioMapping": Extension(ACTIVITIES | EVENTS),
    "input": Extension(
        frozenset({"ioMapping"}),
        _fields(
            "source", "target", modelerConfigurationTemplate=_TEMPLATE, modelerConfigurationName=_TEMPLATE
        ),
        inner=True,
    ),
    "output": Extension(frozenset({"ioMapping"}), _fields("source", "target"), inner=True),
    "subscription": Extension(frozenset({"message"}), _fields("correlationKey")),
    "publishMessage": Extension(
        frozenset({"sendTask", "endEvent", "intermediateThrowEvent"}),
        _fields("correlationKey", "messageId", "timeToLive"),
        note="Read, but Camunda Modeler drops it on saving: write the properties "
        "flowcase.correlationKey, flowcase.timeToLive and flowcase.messageId.",
    ),
    "loopCharacteristics": Extension(
        frozenset({"multiInstanceLoopCharacteristics"}),
        _fields("inputCollection", "inputElement", "outputCollection", "outputElement"),
    ),
    "script": Extension(frozenset({"scriptTask"}), _fields("expression", "resultVariable")),
    "properties": Extension(_ANYWHERE),
    "property": Extension(
        frozenset({"properties"}),
        _fields("name", "value", modelerConfigurationTemplate=_TEMPLATE, modelerConfigurationName=_TEMPLATE),
        note="Names beginning `flowcase.` have a meaning here; others are kept.",
        inner=True,
    ),
    "versionTag": Extension(frozenset({"process"}), _fields("value")),
    "userTaskForm": Extension(
        frozenset({"process"}),
        _fields("id"),
        Meaning.IGNORED,
        "Embedded forms are not shown: save the form as a file of its own.",
    ),
    "jobPriorityDefinition": Extension(
        _JOB_PLACES | {"process"},
        _fields("priority"),
        note="Of jobs that a worker runs; 0 where none is drawn.",
    ),
    "executionListeners": Extension(
        ACTIVITIES | EVENTS | {"process"},
        meaning=Meaning.REFUSED,
        note="Execution listeners are not run: draw a service task where the work is to happen.",
    ),
    "taskListeners": Extension(
        frozenset({"userTask"}),
        meaning=Meaning.REFUSED,
        note="Task listeners are not run: draw a service task before or after the user task.",
    ),
    "linkedResources": Extension(
        frozenset({"serviceTask"}),
        meaning=Meaning.REFUSED,
        note="Linked resources are not handed to handlers: give the handler what it needs as an input.",
    ),
    "agentDefinition": Extension(
        frozenset({"serviceTask", "adHocSubProcess"}),
        _fields("agentType"),
        Meaning.IGNORED,
        "It describes another kind of worker and has no meaning here.",
    ),
    "adHoc": Extension(
        frozenset({"adHocSubProcess"}), meaning=Meaning.REFUSED, note="Ad-hoc sub-processes are not run."
    ),
    "conditionalFilter": Extension(
        frozenset({"conditionalEventDefinition"}),
        meaning=Meaning.REFUSED,
        note="Conditional events are not run.",
    ),
}

# Attributes of the zeebe namespace at BPMN elements.
ATTRIBUTES: dict[str, Field] = {
    "modelerTemplate": RUNS,
    "modelerTemplateVersion": RUNS,
    "modelerTemplateIcon": RUNS,
    "retryCounter": _ignored("Retries are set in zeebe:taskDefinition."),
}


@dataclass(frozen=True)
class Property:
    """A property whose name begins `flowcase.`: where it has a meaning, and which values it takes."""

    places: str  # "timer", "cycle", "signal", "user task" ...; several are separated by a comma
    note: str
    values: frozenset[str] | None = None  # None: any text


PROPERTIES: dict[str, Property] = {
    "flowcase.catchUp": Property(
        "timer",
        "What happens to occurrences that fell due while nothing ran: `all` (default of one-shot timers), "
        "`once` (default of cycles) or `skip`.",
        frozenset({"all", "once", "skip"}),
    ),
    "flowcase.calendar": Property(
        "cycle",
        "`arbejdsdage`: occurrences on weekends, holidays and closing days are left out.",
        frozenset({"arbejdsdage"}),
    ),
    "flowcase.correlationKey": Property(
        "thrown message", "Whom the message reaches; otherwise the key of the message's subscription."
    ),
    "flowcase.timeToLive": Property(
        "thrown message", "ISO 8601 duration, or FEEL: how long the message waits for a receiver."
    ),
    "flowcase.messageId": Property(
        "thrown message", "Text or FEEL: of messages with the same id only the first counts."
    ),
    "flowcase.scope": Property(
        "signal",
        "`global`: the signal reaches every case; `case` (default): its own.",
        frozenset({"global", "case"}),
    ),
    "flowcase.gate": Property(
        "user task, none start event",
        "Decisions, separated by blanks; any rule that hits refuses the completion, or the start by hand.",
    ),
    "flowcase.warn": Property(
        "user task",
        "Decisions, separated by blanks; rules that hit are shown once before it counts, and recorded.",
    ),
    "flowcase.suggest": Property(
        "user task",
        "Decisions, separated by blanks, whose outputs are named like fields of the form: what those fields "
        "are proposed to hold, where the screen of a meeting fills them in.",
    ),
    "flowcase.instruction": Property(
        "user task, none start event",
        "What the caseworker is to do, in Danish; at a start event: what the flow is for.",
    ),
    "flowcase.instruction_en": Property("user task, none start event", "The same in English."),
    "flowcase.name": Property(
        "user task",
        "FEEL: what the task is called in lists, notices and the history of this instance. The drawn name "
        "where it gives no text.",
    ),
    "flowcase.panel": Property(
        "user task",
        "Shown beside the form: `underretninger`, every notification about the child and its siblings.",
        frozenset({"underretninger"}),
    ),
    "flowcase.starters": Property(
        "none start event",
        "Groups, separated by blanks, whose members may start the process by hand, from the page of a case "
        "or from *Nye forløb*. Without it nobody starts it by hand.",
    ),
    "flowcase.case": Property(
        "none start event",
        "With `flowcase.starters`: `required` (default) starts from the page of a case, `none` outside of "
        "any case, `optional` either way.",
        frozenset({"required", "none", "optional"}),
    ),
}
