"""The dialect: every BPMN element, what it does here, and what refuses it.

The rules read these tables and docs/dialect.md is printed from them, so that what is written is what is
enforced. What a rule refuses outright is named by that rule itself (its `REFUSES`).
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from flowcase.modeling import rules
from flowcase.modeling.zeebe import EXTENSIONS, Meaning

_NOT_RUN = frozenset({Meaning.REFUSED, Meaning.IGNORED})


def _names(text: str) -> list[str]:
    return text.split()


# Runs. An empty note: as the standard says.
RUNS: dict[str, str] = {
    "process": 'Only with `isExecutable="true"`; other processes of the file are documentation.',
    "sequenceFlow": "",
    "conditionExpression": "FEEL; begins with `=`.",
    "startEvent": "",
    "endEvent": "",
    "intermediateCatchEvent": "",
    "intermediateThrowEvent": "Without an event definition it passes straight through.",
    "boundaryEvent": "",
    "timerEventDefinition": "Catch-up after downtime as `flowcase.catchUp` says.",
    "timeDate": "ISO 8601 instant with offset, or FEEL.",
    "timeDuration": "ISO 8601 duration or FEEL; months and years are counted in the calendar.",
    "timeCycle": "ISO 8601 repetition or cron with five or six fields; keeps local clock time.",
    "messageEventDefinition": "Name and correlation key as in Camunda 8.",
    "signalEventDefinition": "Reaches the same case; with `flowcase.scope = global` every case.",
    "errorEventDefinition": "",
    "escalationEventDefinition": "",
    "terminateEventDefinition": "Ends the scope that it is drawn in.",
    "task": "Passes straight through: a task without a type is done elsewhere.",
    "manualTask": "Passes straight through, as in Camunda 8.",
    "userTask": "",
    "serviceTask": "Needs `zeebe:taskDefinition`.",
    "sendTask": "A job with `zeebe:taskDefinition`; otherwise it publishes its message.",
    "receiveTask": "",
    "scriptTask": "Needs `zeebe:script` (FEEL) or `zeebe:taskDefinition`.",
    "businessRuleTask": "Needs `zeebe:calledDecision` or `zeebe:taskDefinition`.",
    "callActivity": "Starts an instance of its own, with a parent link.",
    "subProcess": 'Embedded, or an event sub-process with `triggeredByEvent="true"`.',
    "standardLoopCharacteristics": "Condition in FEEL; Camunda 8 itself does not run it.",
    "loopCondition": "FEEL; the loop goes on while it is true.",
    "multiInstanceLoopCharacteristics": "Over `zeebe:loopCharacteristics inputCollection`.",
    "completionCondition": "FEEL.",
    "exclusiveGateway": "",
    "inclusiveGateway": "",
    "parallelGateway": "",
    "eventBasedGateway": "",
    "message": "",
    "signal": "",
    "error": "",
    "escalation": "",
}

# Has no effect on the run and is kept in the file.
DOCUMENTATION: dict[str, str] = {
    **dict.fromkeys(
        _names(
            """
            definitions extensionElements incoming outgoing documentation text textAnnotation
            association group category categoryValue collaboration participant
            participantMultiplicity messageFlow messageFlowAssociation participantAssociation
            conversation conversationLink conversationNode subConversation callConversation
            globalConversation conversationAssociation correlationKey correlationProperty
            correlationPropertyRef correlationPropertyRetrievalExpression messagePath
            correlationSubscription correlationPropertyBinding dataPath auditing monitoring
            relationship source target supportedInterfaceRef interface operation inMessageRef
            outMessageRef errorRef endPoint endPointRef resource resourceParameter
            partnerEntity partnerRole participantRef interfaceRef flowNodeRef import extension
            artifactRef innerConversationNodeRef messageFlowRef eventDefinitionRef
            categoryValueRef partitionElement partitionElementRef script
            """
        ),
        "",
    ),
    "laneSet": "",
    "lane": "Shown; who may do a task is said by `zeebe:assignmentDefinition`.",
    "childLaneSet": "",
    **dict.fromkeys(
        _names(
            """
            dataObject dataObjectReference dataState dataStore dataStoreReference dataInput
            dataOutput dataInputAssociation dataOutputAssociation dataInputRefs dataOutputRefs
            inputSet outputSet inputSetRefs outputSetRefs ioSpecification sourceRef targetRef
            transformation assignment from to itemDefinition property ioBinding
            optionalInputRefs whileExecutingInputRefs optionalOutputRefs
            whileExecutingOutputRefs loopDataInputRef loopDataOutputRef inputDataItem
            outputDataItem
            """
        ),
        "A drawing of data: values travel as process variables and case records.",
    ),
    **dict.fromkeys(
        _names(
            """
            performer humanPerformer potentialOwner resourceRole resourceRef
            resourceParameterBinding resourceAssignmentExpression formalExpression expression
            rendering
            """
        ),
        "A drawing of who; what counts is `zeebe:assignmentDefinition`.",
    ),
    **dict.fromkeys(
        _names(
            """
            globalTask globalUserTask globalManualTask globalScriptTask globalBusinessRuleTask
            """
        ),
        "Not called: a call activity calls processes.",
    ),
}


@cache
def refused() -> dict[str, tuple[str, str]]:
    """BPMN element name -> (rule id, because) of everything that a rule refuses outright."""
    found: dict[str, tuple[str, str]] = {}
    for info in pkgutil.iter_modules(rules.__path__):
        module = importlib.import_module(f"{rules.__name__}.{info.name}")
        for name, because in getattr(module, "REFUSES", {}).items():
            found[name] = (info.name.replace("_", "-"), because)
    return found


@cache
def not_offered() -> frozenset[str]:
    """What an editor need not offer: everything that is refused or has no meaning here.

    BPMN elements and Camunda 8's extension elements by name, fields of these as `formDefinition.formKey`.
    """
    found = set(refused())
    for name, extension in EXTENSIONS.items():
        if extension.meaning in _NOT_RUN:
            found.add(name)
        found |= {f"{name}.{key}" for key, field in extension.fields.items() if field.meaning in _NOT_RUN}
    return frozenset(found)


def is_known(name: str) -> bool:
    """Whether BPMN 2.0 has an element of this name."""
    return name in RUNS or name in DOCUMENTATION or name in refused()
