"""What BPMN 2.0 lets stand where: for each element its attributes, and its children in their order.

The table is our own, in the notation of `content_model`; a test holds it against bpmn-moddle's descriptor.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flowcase.modeling.content_model import Content, read_table

_TABLE = """
baseElement | id | documentation* extensionElements?
documentation | id textFormat |
extensionElements | |
definitions < baseElement | name targetNamespace! expressionLanguage typeLanguage exporter exporterVersion \
| import* extension* <rootElement>* relationship*
import | importType! location! namespace! |
extension | definition mustUnderstand:boolean | documentation*
relationship < baseElement | type! direction:relationshipDirection | source:text* target:text*
rootElement < baseElement | |
flowElement < baseElement | name | auditing? monitoring? categoryValueRef:text*
flowNode < flowElement | | incoming:text* outgoing:text*
auditing < baseElement | |
monitoring < baseElement | |
callableElement < rootElement | name | supportedInterfaceRef:text* ioSpecification? ioBinding*
process < callableElement | processType:processType isClosed:boolean isExecutable:boolean \
definitionalCollaborationRef | auditing? monitoring? property* laneSet* <flowElement>* <artifact>* \
<resourceRole>* correlationSubscription* supports:text*
laneSet < baseElement | name | lane*
lane < baseElement | name partitionElementRef | partitionElement:any? flowNodeRef:text* childLaneSet:laneSet?
artifact < baseElement | |
association < artifact | sourceRef! targetRef! associationDirection:associationDirection |
group < artifact | categoryValueRef |
textAnnotation < artifact | textFormat | text:text?
activity < flowNode | isForCompensation:boolean startQuantity:integer completionQuantity:integer default \
| ioSpecification? boundaryEventRefs:text* property* dataInputAssociation* dataOutputAssociation* \
<resourceRole>* <loopCharacteristics>?
task < activity | |
serviceTask < task | implementation operationRef |
sendTask < task | implementation messageRef operationRef |
receiveTask < task | implementation instantiate:boolean messageRef operationRef |
userTask < task | implementation | rendering*
manualTask < task | |
businessRuleTask < task | implementation |
scriptTask < task | scriptFormat | script:text?
rendering < baseElement | |
callActivity < activity | calledElement |
subProcess < activity | triggeredByEvent:boolean | laneSet* <flowElement>* <artifact>*
adHocSubProcess < subProcess | ordering:adHocOrdering cancelRemainingInstances:boolean \
| completionCondition:expression?
transaction < subProcess | method protocol |
gateway < flowNode | gatewayDirection:gatewayDirection |
exclusiveGateway < gateway | default |
inclusiveGateway < gateway | default |
parallelGateway < gateway | |
complexGateway < gateway | default | activationCondition:expression?
eventBasedGateway < gateway | instantiate:boolean eventGatewayType:eventBasedGatewayType |
event < flowNode | | property*
catchEvent < event | parallelMultiple:boolean | dataOutput* dataOutputAssociation* outputSet? \
<eventDefinition>* eventDefinitionRef:text*
throwEvent < event | | dataInput* dataInputAssociation* inputSet? <eventDefinition>* eventDefinitionRef:text*
startEvent < catchEvent | isInterrupting:boolean |
intermediateCatchEvent < catchEvent | |
boundaryEvent < catchEvent | cancelActivity:boolean attachedToRef |
endEvent < throwEvent | |
intermediateThrowEvent < throwEvent | |
implicitThrowEvent < throwEvent | |
sequenceFlow < flowElement | sourceRef targetRef isImmediate:boolean | conditionExpression:expression?
dataObject < flowElement | itemSubjectRef isCollection:boolean | dataState?
dataObjectReference < flowElement | itemSubjectRef dataObjectRef | dataState?
dataStoreReference < flowElement | itemSubjectRef dataStoreRef | dataState?
dataStore < rootElement | name capacity:integer isUnlimited:boolean itemSubjectRef | dataState?
dataState < baseElement | name |
itemAwareElement < baseElement | itemSubjectRef | dataState?
property < itemAwareElement | name |
dataInput < itemAwareElement | name isCollection:boolean |
dataOutput < itemAwareElement | name isCollection:boolean |
inputSet < baseElement | name | dataInputRefs:text* optionalInputRefs:text* whileExecutingInputRefs:text* \
outputSetRefs:text*
outputSet < baseElement | name | dataOutputRefs:text* optionalOutputRefs:text* \
whileExecutingOutputRefs:text* inputSetRefs:text*
dataAssociation < baseElement | | sourceRef:text* targetRef:text? transformation:expression? assignment*
dataInputAssociation < dataAssociation | |
dataOutputAssociation < dataAssociation | |
assignment < baseElement | | from:expression? to:expression?
ioSpecification < baseElement | | dataInput* dataOutput* inputSet* outputSet*
ioBinding < baseElement | operationRef inputDataRef outputDataRef |
loopCharacteristics < baseElement | |
standardLoopCharacteristics < loopCharacteristics | testBefore:boolean loopMaximum:integer \
| loopCondition:expression?
multiInstanceLoopCharacteristics < loopCharacteristics | isSequential:boolean behavior:multiInstanceBehavior \
oneBehaviorEventRef noneBehaviorEventRef | loopCardinality:expression? loopDataInputRef:text? \
loopDataOutputRef:text? inputDataItem:dataInput? outputDataItem:dataOutput? complexBehaviorDefinition* \
completionCondition:expression?
complexBehaviorDefinition < baseElement | | condition:expression? formalExpression? \
event:implicitThrowEvent? implicitThrowEvent?
eventDefinition < rootElement | |
cancelEventDefinition < eventDefinition | |
compensateEventDefinition < eventDefinition | waitForCompletion:boolean activityRef |
conditionalEventDefinition < eventDefinition | | condition:expression?
errorEventDefinition < eventDefinition | errorRef |
escalationEventDefinition < eventDefinition | escalationRef |
linkEventDefinition < eventDefinition | name | source:text* target:text?
messageEventDefinition < eventDefinition | messageRef | operationRef:text?
signalEventDefinition < eventDefinition | signalRef |
terminateEventDefinition < eventDefinition | |
timerEventDefinition < eventDefinition | | timeDate:expression? timeDuration:expression? timeCycle:expression?
expression < baseElement | language evaluatesToTypeRef |
formalExpression < expression | |
message < rootElement | name itemRef |
signal < rootElement | name structureRef |
error < rootElement | name errorCode structureRef |
escalation < rootElement | name escalationCode structureRef |
itemDefinition < rootElement | structureRef isCollection:boolean itemKind:itemKind import |
category < rootElement | name | categoryValue*
categoryValue < baseElement | value |
endPoint < rootElement | |
interface < rootElement | name! implementationRef | operation*
operation < baseElement | name! implementationRef | inMessageRef:text? outMessageRef:text? errorRef:text*
resource < rootElement | name! | resourceParameter*
resourceParameter < baseElement | name type isRequired:boolean |
resourceRole < baseElement | name | resourceRef:text? resourceParameterBinding* resourceAssignmentExpression?
performer < resourceRole | |
humanPerformer < performer | |
potentialOwner < humanPerformer | |
resourceParameterBinding < baseElement | parameterRef! | <expression>?
resourceAssignmentExpression < baseElement | | <expression>?
partnerEntity < rootElement | name | participantRef:text*
partnerRole < rootElement | name | participantRef:text*
correlationProperty < rootElement | name type | correlationPropertyRetrievalExpression*
correlationPropertyRetrievalExpression < baseElement | messageRef! | messagePath:expression? formalExpression?
correlationPropertyBinding < baseElement | correlationPropertyRef! | dataPath:expression? formalExpression?
correlationKey < baseElement | name | correlationPropertyRef:text*
correlationSubscription < baseElement | correlationKeyRef! | correlationPropertyBinding*
collaboration < rootElement | name isClosed:boolean | participant* messageFlow* <artifact>* \
<conversationNode>* conversationAssociation* participantAssociation* messageFlowAssociation* \
correlationKey* choreographyRef:text* conversationLink*
participant < baseElement | name processRef | interfaceRef:text* endPointRef:text* endPointRefs:text* \
participantMultiplicity?
participantMultiplicity < baseElement | minimum:integer maximum:integer |
participantAssociation < baseElement | innerParticipantRef outerParticipantRef \
| innerParticipantRef:text? outerParticipantRef:text?
messageFlow < baseElement | name sourceRef! targetRef! messageRef |
messageFlowAssociation < baseElement | innerMessageFlowRef! outerMessageFlowRef! |
conversationNode < baseElement | name | participantRef:text* messageFlowRef:text* messageFlowRefs:text* \
correlationKey*
conversation < conversationNode | |
subConversation < conversationNode | | <conversationNode>*
callConversation < conversationNode | calledCollaborationRef | participantAssociation*
conversationLink < baseElement | name sourceRef! targetRef! |
conversationAssociation < baseElement | innerConversationNodeRef! outerConversationNodeRef! |
globalConversation < collaboration | |
choreography < collaboration | | laneSet* <flowElement>*
globalChoreographyTask < choreography | initiatingParticipantRef |
choreographyActivity < flowNode | initiatingParticipantRef! loopType:choreographyLoopType \
| participantRef:text* correlationKey*
choreographyTask < choreographyActivity | | messageFlowRef:text*
callChoreography < choreographyActivity | calledChoreographyRef | participantAssociation*
subChoreography < choreographyActivity | | laneSet* <flowElement>* <artifact>*
globalTask < callableElement | | <resourceRole>*
globalUserTask < globalTask | implementation | rendering*
globalManualTask < globalTask | |
globalBusinessRuleTask < globalTask | implementation |
globalScriptTask < globalTask | scriptLanguage script | script:text?
"""

# What an attribute of a kind may be; other kinds take any text.
KINDS: Mapping[str, frozenset[str]] = {
    "boolean": frozenset({"true", "false", "1", "0"}),
    "adHocOrdering": frozenset({"Parallel", "Sequential"}),
    "associationDirection": frozenset({"None", "One", "Both"}),
    "choreographyLoopType": frozenset(
        {"None", "Standard", "MultiInstanceSequential", "MultiInstanceParallel"}
    ),
    "eventBasedGatewayType": frozenset({"Exclusive", "Parallel"}),
    "gatewayDirection": frozenset({"Unspecified", "Converging", "Diverging", "Mixed"}),
    "itemKind": frozenset({"Information", "Physical"}),
    "multiInstanceBehavior": frozenset({"None", "One", "All", "Complex"}),
    "processType": frozenset({"None", "Public", "Private"}),
    "relationshipDirection": frozenset({"None", "Forward", "Backward", "Both"}),
}
ABSTRACT = frozenset(
    {
        "activity", "artifact", "baseElement", "callableElement", "catchEvent", "choreographyActivity",
        "conversationNode", "dataAssociation", "event", "flowElement", "flowNode", "gateway",
        "itemAwareElement", "loopCharacteristics", "throwEvent",
    }
)  # fmt: skip


@cache
def schema() -> Mapping[str, Content]:
    """The content of each type by its name; `text` and `any` stand for themselves."""
    return read_table(_TABLE, ABSTRACT)
