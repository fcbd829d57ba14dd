"""The deploy check of a whole folder: diagrams, decisions, forms and rule sets, and what they refer to."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from flowcase.errors import InvalidDefinition
from flowcase.feel.types import Type
from flowcase.finding import Finding, Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.check_bpmn import check_bpmn, sort_findings
from flowcase.modeling.check_form import check_form
from flowcase.modeling.document import Document, read_document
from flowcase.modeling.read_dmn import check_dmn, read_dmn
from flowcase.modeling.read_form import read_form
from flowcase.modeling.report import Report
from flowcase.modeling.rule import crash_finding
from flowcase.modeling.rule_set_file import check_rule_set, read_rule_set
from flowcase.modeling.rules.self_call import called_process, comes_back
from flowcase.modeling.safe_xml import parse_xml
from flowcase.modeling.signatures import (
    DecisionSignature,
    decision_signature,
    type_of_setting,
    variables_of_form,
)
from flowcase.modeling.variables import FACTS, set_in

NOT_DEPLOYED = frozenset({"", ".md", ".json", ".txt", ".svg", ".png", "scenario", "registry"})
_OTHER_YAML = {"scenarios": "scenario", "rules": "registry", "simulations": "simulation"}  # by folder
MAX_PATH = 200  # letters of a file's name, its folders included
DEPLOYED = frozenset({".bpmn", ".dmn", ".form", ".yaml", ".yml"})


def kind_of(path: str) -> str:
    """The ending of a file in small letters; YAML in the folders of scenarios and of rules is no rule set."""
    pure = PurePosixPath(path)
    suffix = pure.suffix.lower()
    if suffix in {".yaml", ".yml"}:
        for folder, kind in _OTHER_YAML.items():
            if folder in pure.parts[:-1]:
                return kind
    return suffix


def check_bundle(
    files: Mapping[str, bytes],
    known: Catalogue | None = None,
    beside: Collection[str] = (),
    homes: Mapping[tuple[str, str], str] | None = None,
) -> list[Finding]:
    """All findings in files that are deployed together, by path; what they hold counts as known.

    `known` says what exists beside them. A kind of name that it leaves at None is not followed, unless
    the bundle itself holds files of that kind. `beside` are the paths of files that are deployed already,
    `homes` those in force by (kind, name).
    """
    findings: list[Finding] = []
    documents = _documents(files)
    catalogue = _catalogue(files, documents).joined_with(known or Catalogue())
    imports = _models_by_namespace(files)
    for path, content in files.items():
        kind = kind_of(path)
        if len(path) > MAX_PATH:
            findings.append(_long_name(path))
        try:
            if kind == ".bpmn":
                findings += check_bpmn(content, path, catalogue, documents.get(path))
            elif kind == ".dmn":
                findings += check_dmn(content, path, imports=imports, names=_handed_in(catalogue))
            elif kind == ".form":
                findings += check_form(content, path, catalogue)
            elif kind in {".yaml", ".yml"}:
                findings += check_rule_set(content, path, {*files, *beside})
            elif kind not in NOT_DEPLOYED:
                findings.append(_unknown_kind(path))
        except Exception:
            findings.append(crash_finding(f"check of {kind} files", path))
    findings += _collisions(files, documents, homes or {})
    findings += _calls_in_circles(documents)
    return sort_findings(findings)


def _handed_in(catalogue: Catalogue) -> frozenset[str] | None:
    """Every name that a table may be asked with; None where no diagram is known."""
    if catalogue.variables is None:
        return None
    return FACTS.union(catalogue.variables, catalogue.form_fields or ())


def catalogue_of(files: Mapping[str, bytes]) -> Catalogue:
    """The names that the files of a bundle define; None for a kind that it has no file of."""
    return _catalogue(files, _documents(files))


def _documents(files: Mapping[str, bytes]) -> dict[str, Document]:
    """The diagrams of a bundle that can be read, each read once; what cannot has findings of its own."""
    found = {}
    for path, content in files.items():
        if kind_of(path) == ".bpmn":
            with contextlib.suppress(InvalidDefinition):
                found[path] = read_document(content, path)
    return found


def _catalogue(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Catalogue:
    forms: dict[str, Mapping[str, Type]] = {}
    decisions: dict[str, DecisionSignature] = {}
    settings: list[Catalogue] = []
    processes, rule_sets, variables, keys = set(), set(), set[str](), set[str]()
    imports = _models_by_namespace(files)
    for path, content in files.items():
        kind = kind_of(path)
        try:
            if path in documents:
                processes |= {p.id for p in documents[path].processes if p.is_executable}
                variables |= set_in(documents[path])[0]
            elif kind == ".dmn":
                read = read_dmn(content, path, imports=imports).decisions
                decisions |= {name: decision_signature(decision) for name, decision in read.items()}
            elif kind == ".form":
                form = read_form(content, path)
                forms[form.id] = variables_of_form(form)
                keys |= {field.key for field in form.walk() if field.key}
            elif kind in {".yaml", ".yml"}:
                rule_set = read_rule_set(content, path)
                rule_sets.add(rule_set.id)
                types = {str(name): type_of_setting(value) for name, value in rule_set.settings.items()}
                settings.append(Catalogue(setting_types=types))
        except InvalidDefinition:
            continue  # what cannot be read has findings of its own
    found = Catalogue(
        forms=frozenset(forms) or None,
        decisions=frozenset(decisions) or None,
        processes=processes or None,
        rule_sets=rule_sets or None,
        variables=variables.union(*forms.values()) if documents else None,
        form_fields=keys or None,
        form_types=forms or None,
        decision_types=decisions or None,
    )
    for each in settings:
        found = found.joined_with(each)
    return found


def _models_by_namespace(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The DMN files that others of the bundle may import."""
    found: dict[str, bytes] = {}
    for path, content in files.items():
        if kind_of(path) == ".dmn":
            try:
                namespace = parse_xml(content, path).get("namespace")
            except InvalidDefinition:
                continue
            if namespace:
                found.setdefault(namespace, content)
    return found


def _unknown_kind(path: str) -> Finding:
    return Finding(
        rule="file-kind",
        severity=Severity.WARNING,
        file=path,
        element=None,
        element_name=None,
        line=None,
        message="The ending of this file is none that is deployed.",
        remedy="Deploy .bpmn, .dmn, .form and rule set .yaml files.",
    )


def _long_name(path: str) -> Finding:
    return Finding(
        rule="file-name",
        severity=Severity.ERROR,
        file=path,
        element=None,
        element_name=None,
        line=None,
        message=f"The file's name has {len(path)} letters, more than {MAX_PATH}.",
        remedy="Give the file a short name.",
    )


def _collisions(
    files: Mapping[str, bytes], documents: Mapping[str, Document], in_force: Mapping[tuple[str, str], str]
) -> list[Finding]:
    """Names that two files of a bundle both define, or one that is in force from a file of another name.

    The latter is a warning: a folder may be arranged anew.
    """
    homes: dict[tuple[str, str], str] = {}
    found = []
    for path, content in files.items():
        for kind, name, line in _defined_names(path, content, documents.get(path)):
            first = homes.setdefault((kind, name), path)
            before = in_force.get((kind, name), path)
            if first != path:
                message = f"The {kind} '{name}' is in '{first}' as well."
                remedy, severity = "Give one of the two another id, or leave one out.", Severity.ERROR
            elif before != path and before not in files:
                message = (
                    f"The {kind} '{name}' is in force from '{before}', whose place this file would take."
                )
                remedy = f"Give it another id if it is new; call the file '{before}' if it is a new version."
                severity = Severity.WARNING
            else:
                continue
            found.append(
                Finding(
                    rule="bundle-name",
                    severity=severity,
                    file=path,
                    element=name,
                    element_name=None,
                    line=line,
                    message=message,
                    remedy=remedy,
                )
            )
    return found


def _defined_names(path: str, content: bytes, document: Document | None) -> list[tuple[str, str, int | None]]:
    if document is not None:
        return [("process", p.id, p.line) for p in document.processes if p.is_executable]
    kind = kind_of(path)
    try:
        if kind == ".dmn":
            return [("decision", name, None) for name in read_dmn(content, path).decisions]
        if kind == ".form":
            return [("form", read_form(content, path).id, 1)]
        if kind in {".yaml", ".yml"}:
            rule_set = read_rule_set(content, path)
            return [("rule set", f"{rule_set.id} {rule_set.version}", None)]
    except InvalidDefinition:
        pass
    return []


def _calls_in_circles(read: Mapping[str, Document]) -> list[Finding]:
    """Processes of several files that call each other round; within a file the rule self-call says so."""
    documents = list(read.values())
    calls: dict[str, list] = {}
    for document in documents:
        for process in document.relevant_processes():
            calls.setdefault(process.id, []).extend(
                (node, target) for node in process.nodes if (target := called_process(node))
            )
    found: list[Finding] = []
    for document in documents:
        report = Report(document, "self-call", Severity.ERROR)
        own = {process.id for process in document.relevant_processes()}
        for process_id in own:
            for node, target in calls.get(process_id, ()):
                if node.scope.process.id != process_id or target in own:
                    continue
                if target in calls and comes_back(calls, target, process_id):
                    report(
                        node,
                        f"'{target}', called here, leads back to '{process_id}', without end.",
                        "Draw a loop with a gateway instead.",
                    )
        found += report.findings
    return found
