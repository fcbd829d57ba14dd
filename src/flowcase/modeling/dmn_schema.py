"""What DMN 1.1 to 1.5 let stand where, as findings: elements, attributes and order that the standard lacks.

The table is our own, in the notation of `content_model`; a test holds it against dmn-moddle's descriptor.
Nothing here blocks: what stands in a wrong place is passed over by every reader, and is told.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from functools import cache

from flowcase.finding import Severity
from flowcase.modeling.content_model import Content, read_table
from flowcase.modeling.dmn_source import Element, Source, local_name
from flowcase.modeling.rule import MAX_FINDINGS_PER_RULE

_TABLE = """
dmnElement | id label | description:text? extensionElements? extensionAttribute:any*
extensionElements | |
namedElement < dmnElement | name |
definitions < namedElement | namespace! expressionLanguage typeLanguage exporter exporterVersion \
| import* itemDefinition* <drgElement>* <artifact>* elementCollection* <businessContextElement>*
import < namedElement | namespace! locationURI importType! |
elementCollection < namedElement | | drgElement:reference*
itemDefinition < namedElement | typeLanguage isCollection:boolean typeRef | typeRef:text? \
allowedValues:unaryTests? typeConstraint:unaryTests? itemComponent:itemDefinition* functionItem?
functionItem < dmnElement | outputTypeRef | parameters:informationItem*
informationItem < namedElement | typeRef |
drgElement < namedElement | |
businessContextElement < namedElement | URI |
performanceIndicator < businessContextElement | | impactingDecision:reference*
organizationUnit < businessContextElement | | decisionMade:reference* decisionOwned:reference*
organisationalUnit < businessContextElement | | decisionMade:reference* decisionOwned:reference*
artifact < dmnElement | |
association < artifact | associationDirection:associationDirection \
| sourceRef:reference? targetRef:reference?
group < artifact | name |
textAnnotation < artifact | textFormat | text:text?
inputData < drgElement | | variable:informationItem?
invocable < drgElement | | variable:informationItem?
decision < drgElement | | question:text? allowedAnswers:text? variable:informationItem? \
informationRequirement* knowledgeRequirement* authorityRequirement* supportedObjective:reference* \
impactedPerformanceIndicator:reference* decisionMaker:reference* decisionOwner:reference* \
usingProcess:reference* usingTask:reference* <expression>?
businessKnowledgeModel < invocable | | encapsulatedLogic:functionDefinition? knowledgeRequirement* \
authorityRequirement*
decisionService < invocable | | outputDecision:reference* encapsulatedDecision:reference* \
inputDecision:reference* inputData:reference*
knowledgeSource < drgElement | locationURI | authorityRequirement* type:text? owner:reference?
informationRequirement < dmnElement | | requiredDecision:reference? requiredInput:reference?
knowledgeRequirement < dmnElement | | requiredKnowledge:reference?
authorityRequirement < dmnElement | | requiredDecision:reference? requiredInput:reference? \
requiredAuthority:reference?
reference | href! |
expression < dmnElement | typeRef |
literalExpression < expression | expressionLanguage | text:text? importedValues?
importedValues < import | expressionLanguage | importedElement:text?
unaryTests < expression | expressionLanguage | text:text?
invocation < expression | | <expression>? binding*
binding | | parameter:informationItem? <expression>?
context < expression | | contextEntry*
contextEntry < dmnElement | | variable:informationItem? <expression>?
functionDefinition < expression | kind:functionKind | formalParameter:informationItem* <expression>?
list < expression | | <expression>*
relation < expression | | column:informationItem* row:list*
conditional < expression | | if:child? then:child? else:child?
filter < expression | | in:child? match:child?
iterator < expression | iteratorVariable | in:child?
for < iterator | | return:child?
quantified < iterator | | satisfies:child?
some < quantified | |
every < quantified | |
child < dmnElement | typeRef | <expression>?
decisionTable < expression | hitPolicy:hitPolicy aggregation:aggregator outputLabel \
preferredOrientation:orientation | input:inputClause* output:outputClause* \
annotation:ruleAnnotationClause* rule:decisionRule*
inputClause < dmnElement | | inputExpression:literalExpression? inputValues:unaryTests?
outputClause < dmnElement | name typeRef | outputValues:unaryTests? defaultOutputEntry:literalExpression?
ruleAnnotationClause | name |
decisionRule < dmnElement | | inputEntry:unaryTests* outputEntry:literalExpression* \
annotationEntry:ruleAnnotation*
ruleAnnotation | | text:text?
"""

ABSTRACT = frozenset(
    {
        "artifact", "businessContextElement", "child", "decisionRule", "dmnElement", "drgElement",
        "expression", "informationItem", "inputClause", "invocable", "iterator", "namedElement",
        "outputClause", "quantified", "reference", "ruleAnnotation", "ruleAnnotationClause", "unaryTests",
    }
)  # fmt: skip
KINDS: Mapping[str, frozenset[str]] = {
    "boolean": frozenset({"true", "false", "1", "0"}),
    "aggregator": frozenset({"SUM", "COUNT", "MIN", "MAX"}),
    "associationDirection": frozenset({"None", "One", "Both"}),
    "functionKind": frozenset({"FEEL", "Java", "PMML"}),
    "hitPolicy": frozenset({"UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"}),
    "orientation": frozenset({"Rule-as-Row", "Rule-as-Column", "CrossTable"}),
}
_TOLD_ELSEWHERE = frozenset({"hitPolicy", "aggregator"})  # rule dmn-hit-policy is more forgiving
_OWN = frozenset({"documentation"})  # of 1.1 drafts and tools: kept, without effect


@cache
def schema() -> Mapping[str, Content]:
    """The content of each type by its name; `text` and `any` stand for themselves."""
    return read_table(_TABLE, ABSTRACT)


def check_schema(source: Source) -> None:
    """Report what the standard does not let stand where it stands."""
    types = schema()
    waiting: list[tuple[Element, str]] = [(source.root, "definitions")]
    while waiting:
        element, type_ = waiting.pop()
        content = types.get(type_)
        if content is None or type_ == "extensionElements":
            continue
        _check_attributes(source, element, content)
        waiting.extend(reversed(_check_children(source, element, content)))


def _check_children(source: Source, element: Element, content: Content) -> list[tuple[Element, str]]:
    name, below = local_name(element), []
    counted: Counter[str] = Counter()
    before, name_before, is_ordered = -1, "", True
    for child in source.children(element):
        tag = local_name(child)
        found = content.children.get(tag)
        if found is None:
            if tag not in _OWN:
                _tell(source, child, "dmn-element", *_not_there(tag, name))
            continue
        below.append((child, found.type))
        counted[tag] += 1
        if counted[tag] == 2 and not found.is_many:
            message = f"A {name} has one {tag} at most, and this one has several."
            _tell(source, child, "dmn-element", message, "Keep the one that is meant.")
        if found.position < before and is_ordered:
            is_ordered = False
            message = f"In a {name} the {tag} stands before the {name_before}."
            _tell(source, child, "dmn-order", message, "Save the file in an editor, or exchange the two.")
        before, name_before = found.position, tag
    return below


def _not_there(tag: str, holder: str) -> tuple[str, str]:
    known = {each for content in schema().values() for each in content.children}
    if tag in known:
        return (
            f"A {tag} cannot stand inside a {holder}, where it is passed over.",
            "Draw it where it belongs.",
        )
    close = difflib.get_close_matches(tag[:60], known, 1, 0.75)
    hint = f"Did you mean '{close[0]}'? " if close else ""
    return f"DMN has no element '{tag[:60]}'.", hint + "Remove it, or draw what was meant anew."


def _check_attributes(source: Source, element: Element, content: Content) -> None:
    name = local_name(element)
    for attribute, value in element.attrib.items():
        if str(attribute).startswith("{"):
            continue
        kind = content.attributes.get(attribute)
        if kind is None:
            close = difflib.get_close_matches(attribute[:60], content.attributes, 1, 0.75)
            hint = f"Did you mean '{close[0]}'? " if close else ""
            message = f"A {name} has no attribute '{attribute[:60]}', so it is not read."
            _tell(source, element, "dmn-attribute", message, hint + "Correct its name, or remove it.")
        elif kind in KINDS and kind not in _TOLD_ELSEWHERE and value.strip() not in KINDS[kind]:
            message = f"The attribute {attribute} of this {name} is '{value[:40]}', which it cannot be."
            _tell(
                source, element, "dmn-attribute", message, f"Write one of: {', '.join(sorted(KINDS[kind]))}."
            )
    for attribute in sorted(content.required):
        if not (element.get(attribute) or "").strip():
            _tell(source, element, "dmn-attribute", f"This {name} has no {attribute}.", "Add the attribute.")


def _tell(source: Source, element: Element, rule: str, message: str, remedy: str) -> None:
    if len(source.findings) < MAX_FINDINGS_PER_RULE:
        source.report(rule, element, message, remedy, severity=Severity.WARNING)
