"""DMN files (1.1 to 1.5) as decision models that can be evaluated.

`read_dmn` is for those who want a model or a refusal, `check_dmn` for those who want every finding,
`load_dmn` for those who want what can be had of a faulty file.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from flowcase.dmn.boxed import FunctionBox
from flowcase.dmn.check import check_table
from flowcase.dmn.graph import BusinessKnowledge, Decision, DecisionService, InputData, Node, Requirement
from flowcase.dmn.model import Model
from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity
from flowcase.modeling.dmn_english import check_english
from flowcase.modeling.dmn_names import check_names
from flowcase.modeling.dmn_schema import check_schema
from flowcase.modeling.dmn_source import (
    DMN_NAMESPACES,
    FEEL_NAMESPACES,
    Element,
    Source,
    local_name,
    plain_name,
)
from flowcase.modeling.read_dmn_logic import LogicReader
from flowcase.modeling.read_dmn_types import TypeReader
from flowcase.modeling.safe_xml import parse_xml

_ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_CAMUNDA_7 = "http://camunda.org/schema/1.0/dmn"
_FILES_KEPT = 256  # more than a municipality has files of tables; what is read of one never changes


def read_dmn(content: bytes, file: str, *, imports: Mapping[str, bytes] | None = None) -> Model:
    """The compiled model. `imports` holds the files that may be imported, by their namespace.

    Raises InvalidDefinition with all blocking findings.
    """
    model, findings = load_dmn(content, file, imports=imports)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise InvalidDefinition(errors)
    return model


def check_dmn(
    content: bytes,
    file: str,
    *,
    imports: Mapping[str, bytes] | None = None,
    names: Collection[str] | None = None,
) -> list[Finding]:
    """Every finding about the file, blocking or not, table checks included. Never raises for bad input.

    `names` are what diagrams and forms set, where they are known.
    """
    try:
        model, findings = load_dmn(content, file, imports=imports)
    except InvalidDefinition as refused:
        return list(refused.findings)
    drawn = Source(parse_xml(content, file), file)
    check_schema(drawn)
    check_english(drawn)
    check_names(drawn)
    findings.extend(drawn.findings)
    nodes: list[Decision | BusinessKnowledge] = [*model.decisions.values(), *model.knowledge.values()]
    for node in nodes:
        findings.extend(
            Finding(
                rule=problem.rule,
                severity=Severity.ERROR if problem.is_error else Severity.WARNING,
                file=file,
                element=problem.element,
                element_name=node.name or None,
                line=problem.line,
                message=problem.message,
                remedy=problem.remedy,
            )
            for problem in check_table(node, names)
        )
    return sorted(findings, key=lambda finding: (finding.line or 0, finding.rule))


def load_dmn(
    content: bytes, file: str, *, imports: Mapping[str, bytes] | None = None
) -> tuple[Model, list[Finding]]:
    """The model even when parts are faulty (those evaluate to null), and all findings but the table checks.

    Raises InvalidDefinition when the file is no DMN at all.
    """
    model, findings, asks_for_others = _alone(content, file)
    if asks_for_others and imports:
        return _Loading(imports).load(content, file)
    return model, list(findings)


@functools.lru_cache(maxsize=_FILES_KEPT)
def _alone(content: bytes, file: str) -> tuple[Model, tuple[Finding, ...], bool]:
    """What a file is without any other, and whether it asks for one; the same content is read once."""
    loading = _Loading({})
    model, findings = loading.load(content, file)
    return model, tuple(findings), loading.was_asked


class _Loading:
    """One file and those that it imports, each read once."""

    def __init__(self, available: Mapping[str, bytes]) -> None:
        self._available = available
        self._loaded: dict[str, _Reader] = {}
        self._underway: list[str] = []
        self.was_asked = False  # for a file beside the first

    def load(self, content: bytes, file: str) -> tuple[Model, list[Finding]]:
        reader = self._read(content, file)
        return reader.model, reader.source.findings

    def _read(self, content: bytes, file: str) -> _Reader:
        root = parse_xml(content, file)
        source = Source(root, file)
        if not source.version or local_name(root) != "definitions":
            raise InvalidDefinition([_not_dmn(source)])
        namespace = root.get("namespace") or ""
        self._underway.append(namespace)
        try:
            return _Reader(source, hashlib.sha256(content).hexdigest(), self)
        finally:
            self._underway.pop()

    def imported(self, namespace: str, importing: Source, element: Element) -> _Reader | None:
        """The reader of an imported file; None after a finding when it cannot be had."""
        self.was_asked = True
        if namespace in self._underway:
            importing.report(
                "dmn-import-cycle",
                element,
                f"The file imports '{namespace}', which imports this file.",
                "Move what both need into a third file.",
            )
            return None
        if namespace in self._loaded:
            return self._loaded[namespace]
        content = self._available.get(namespace)
        if content is None:
            importing.report(
                "dmn-import-missing",
                element,
                f"The file imports '{namespace}', which is not among the files given.",
                "Hand in the imported file too, or copy what is needed from it.",
            )
            return None
        try:
            reader = self._read(content, f"{importing.file} (import {namespace})")
        except InvalidDefinition as refused:
            importing.findings.extend(refused.findings)
            return None
        importing.findings.extend(reader.source.findings)
        self._loaded[namespace] = reader
        return reader


@dataclass(frozen=True)
class _Import:
    name: str  # empty: the imported elements are seen without prefix (DMN 1.5)
    reader: _Reader


class _Reader:
    """Reads one file: types first, then the nodes, then the arrows, then the logic that uses all of them."""

    def __init__(self, source: Source, content_hash: str, loading: _Loading) -> None:
        self.source = source
        self._root = source.root
        self.namespace = self._root.get("namespace") or ""
        self._check_languages()
        self._imports = self._read_imports(loading)
        self.types = TypeReader(
            source,
            {space: (each.name, each.reader.source.types) for space, each in self._imports.items()},
        )
        self.types.read_all()
        self.nodes: dict[str, Node] = {}
        self._elements: dict[Node, Element] = {}
        self._read_nodes()
        for node, element in self._elements.items():
            self._connect(node, element)
        self._refuse_cycles()
        logic = LogicReader(source, self.types, self.path_names())
        for node, element in self._elements.items():
            self._read_logic(node, element, logic)
        self.model = self._model(content_hash)

    def _check_languages(self) -> None:
        language = self._root.get("typeLanguage")
        if language and language not in FEEL_NAMESPACES and language != "http://www.w3.org/2001/XMLSchema":
            self.source.report(
                "dmn-type-language",
                self._root,
                f"The data types are written in '{language}', but only FEEL's are read.",
                "Use FEEL's types and remove the attribute typeLanguage.",
            )

    def _read_imports(self, loading: _Loading) -> dict[str, _Import]:
        imports: dict[str, _Import] = {}
        for element in self.source.children(self._root, "import"):
            kind = element.get("importType") or ""
            if kind not in DMN_NAMESPACES:
                self.source.report(
                    "dmn-import-type",
                    element,
                    f"The file imports something of the kind '{kind}', but only DMN files can be imported.",
                    "Remove the import.",
                )
                continue
            namespace = element.get("namespace") or ""
            reader = loading.imported(namespace, self.source, element)
            if reader is not None:
                imports[namespace] = _Import(plain_name(element.get("name")), reader)
        return imports

    # --- nodes ---------------------------------------------------------------------------------------

    def _read_nodes(self) -> None:
        source = self.source
        kinds: dict[str, type[Node]] = {
            "inputData": InputData,
            "decision": Decision,
            "businessKnowledgeModel": BusinessKnowledge,
            "decisionService": DecisionService,
        }
        for element in source.children(self._root, *kinds):
            name = plain_name(element.get("name"))
            id_ = element.get("id") or name
            variable = source.child(element, "variable")
            node = kinds[local_name(element)](
                id=id_,
                name=name or id_,
                variable=(plain_name(variable.get("name")) if variable is not None else "") or name or id_,
                namespace=self.namespace,
                file=source.file,
                line=element.sourceline,
                type=self.types.of(variable) if variable is not None else None,
            )
            if not id_ or id_ in self.nodes:
                source.report(
                    "dmn-duplicate-id" if id_ else "dmn-id-missing",
                    element,
                    f"The id '{id_}' is used twice." if id_ else "An element has neither id nor name.",
                    "Give the element an id of its own.",
                )
                continue
            if isinstance(node, Decision):
                node.question = source.text(source.child(element, "question"))
                node.version_tag = _version_tag(element)
            self.nodes[id_] = node
            self._elements[node] = element

    def _connect(self, node: Node, element: Element) -> None:
        if isinstance(node, DecisionService):
            node.outputs = list(self._members(element, "outputDecision", Decision))
            node.encapsulated = list(self._members(element, "encapsulatedDecision", Decision))
            node.input_decisions = list(self._members(element, "inputDecision", Decision))
            node.input_data = list(self._members(element, "inputData", InputData))
            if not node.outputs:
                self.source.report(
                    "dmn-service-output-missing",
                    element,
                    f"The decision service '{node.name}' has no output decision.",
                    "Draw the decision that it answers with into its upper part.",
                )
            return
        for requirement in self.source.children(element, "informationRequirement", "knowledgeRequirement"):
            for reference in self.source.children(
                requirement, "requiredDecision", "requiredInput", "requiredKnowledge"
            ):
                found = self._referenced(reference)
                if found is not None:
                    node.requirements.append(found)

    def _members(self, element: Element, kind: str, node_type: type) -> Iterator:
        for reference in self.source.children(element, kind):
            found = self._referenced(reference)
            if found is not None and isinstance(found.node, node_type):
                yield found.node

    def _referenced(self, reference: Element) -> Requirement | None:
        href = (reference.get("href") or "").strip()
        namespace, _, id_ = href.rpartition("#")
        if namespace and namespace != self.namespace:
            imported = self._imports.get(namespace)
            node = imported.reader.nodes.get(id_) if imported is not None else None
            if node is not None and imported is not None:
                return Requirement(node, imported.name or None)
        else:
            node = self.nodes.get(id_)
            if node is not None:
                return Requirement(node)
        self.source.report(
            "dmn-reference-unknown",
            reference,
            f"The requirement leads to '{href}', which is not there.",
            "Draw the arrow again, or remove it.",
        )
        return None

    def _refuse_cycles(self) -> None:
        """A decision that requires itself can never be evaluated; knowledge may call itself."""
        done: set[Node] = set()
        for start in self._elements:
            if isinstance(start, Decision) and start not in done:
                self._walk(start, [], done)

    def _walk(self, start: Node, path: list[Node], done: set[Node]) -> None:
        waiting: list[tuple[Node, bool]] = [(start, False)]
        while waiting:
            node, leaving = waiting.pop()
            if leaving:
                path.pop()
                done.add(node)
                continue
            if node in path:
                names = " -> ".join(each.name for each in [*path[path.index(node) :], node])
                self.source.report(
                    "dmn-requirement-cycle",
                    self._elements.get(node),
                    f"Decisions require each other in a circle: {names}.",
                    "Remove one of the arrows.",
                )
                self._cut(path, node)
                continue
            if node in done:
                continue
            path.append(node)
            waiting.append((node, True))
            waiting.extend(
                (each.node, False) for each in node.requirements if isinstance(each.node, Decision)
            )

    @staticmethod
    def _cut(path: list[Node], node: Node) -> None:
        # The arrow that closes the circle is dropped, so that a faulty model can still be evaluated.
        last = path[-1]
        last.requirements = [each for each in last.requirements if each.node is not node]

    # --- logic ---------------------------------------------------------------------------------------

    def path_names(self) -> set[str]:
        """Names that may follow a dot: components, entries, output columns, and what imports bring."""
        source = self.source
        names = self.types.component_names()
        for tag in ("output", "column", "variable"):
            for element in self._root.iter(f"{{{source.namespace}}}{tag}"):
                names.add(plain_name(element.get("name")))
        names |= {node.variable for node in self.nodes.values()}
        for each in self._imports.values():
            names |= each.reader.path_names()
        # A name that is one word needs no declaration, and one that looks like a sum would hide the sum.
        return {name for name in names if name and not name.isidentifier()}

    def _names_for(self, node: Node) -> frozenset[str]:
        names: set[str] = set()
        for requirement in node.requirements:
            names.add(requirement.prefix or requirement.node.variable)
            if requirement.prefix is None and isinstance(requirement.node, Decision):
                names.add(requirement.node.id)
        if isinstance(node, BusinessKnowledge):
            names.add(node.variable)
        names |= {each.name for each in self._imports.values() if each.name}
        return frozenset(names)

    def _read_logic(self, node: Node, element: Element, logic: LogicReader) -> None:
        names = self._names_for(node)
        # Without drawn input data a decision takes its values as they come, as Camunda's files do.
        logic.is_strict = any(isinstance(each.node, InputData) for each in node.requirements)
        if isinstance(node, Decision):
            node.logic = logic.logic_of(element, names)
            if node.logic is None:
                self.source.report(
                    "dmn-logic-missing",
                    element,
                    f"The decision '{node.name}' has no logic, so it is always null.",
                    "Add a decision table or an expression.",
                    severity=Severity.WARNING,
                )
        elif isinstance(node, BusinessKnowledge):
            holder = self.source.child(element, "encapsulatedLogic")
            if holder is not None:
                function = logic.function(holder, names)
                node.function = (
                    replace(function, name=node.name) if isinstance(function, FunctionBox) else None
                )

    def _model(self, content_hash: str) -> Model:
        def of_kind(kind: type) -> dict:
            return {id_: node for id_, node in self.nodes.items() if isinstance(node, kind)}

        if not any(isinstance(node, (Decision, BusinessKnowledge)) for node in self.nodes.values()):
            self.source.report(
                "dmn-nothing-to-decide",
                self._root,
                "The file has no decision.",
                "Draw a decision, or leave the file out.",
                severity=Severity.WARNING,
            )
        return Model(
            name=plain_name(self._root.get("name")),
            namespace=self.namespace,
            file=self.source.file,
            content_hash=content_hash,
            decisions=of_kind(Decision),
            input_data=of_kind(InputData),
            knowledge=of_kind(BusinessKnowledge),
            services=of_kind(DecisionService),
        )


def _version_tag(element: Element) -> str | None:
    for tag in element.iterchildren():
        if local_name(tag) == "extensionElements":
            found = tag.find(f"{{{_ZEEBE}}}versionTag")
            if found is not None:
                return found.get("value")
    return element.get(f"{{{_CAMUNDA_7}}}versionTag")


def _not_dmn(source: Source) -> Finding:
    known = local_name(source.root) == "definitions" and "DMN" in source.namespace
    return Finding(
        rule="dmn-version" if known else "dmn-not-dmn",
        severity=Severity.ERROR,
        file=source.file,
        element=source.root.get("id"),
        element_name=None,
        line=source.root.sourceline,
        message=f"The file is in the DMN version '{source.namespace}', which is not read."
        if known
        else f"The file is no DMN model: its outermost element is '{local_name(source.root)}'.",
        remedy="Save it as DMN 1.1 to 1.5." if known else "Choose a file that was saved as DMN.",
    )


__all__ = ["check_dmn", "load_dmn", "read_dmn"]
