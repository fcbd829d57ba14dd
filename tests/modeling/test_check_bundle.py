"""A folder is checked as a whole: what one file holds, another may refer to."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from diagrams import diagram

from flowcase.modeling import Catalogue, Severity, check_bundle, check_paths

check_bundle_module = importlib.import_module("flowcase.modeling.check_bundle")
check_bpmn_module = importlib.import_module("flowcase.modeling.check_bpmn")
FORM = json.dumps({"id": "F-A1", "type": "default", "components": []}).encode()
TABLE = (
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="d" namespace="n">'
    b'<decision id="d_frist" name="Frist"><literalExpression><text>24</text></literalExpression></decision>'
    b"</definitions>"
)
RULE_SET = b'id: LOV-BL\nversion: "1"\ntables:\n  - decisions/frist.dmn\n'


def calling(name: str, target: str, form: str = "F-A1") -> bytes:
    return diagram(
        f'<process id="{name}" isExecutable="true">\n<startEvent id="{name}_s"/>'
        f'<sequenceFlow id="{name}_1" sourceRef="{name}_s" targetRef="{name}_u"/>'
        f'<userTask id="{name}_u" name="Vurder"><extensionElements>'
        f'<zeebe:formDefinition formId="{form}"/></extensionElements></userTask>'
        f'<sequenceFlow id="{name}_2" sourceRef="{name}_u" targetRef="{name}_c"/>'
        f'<callActivity id="{name}_c"><extensionElements><zeebe:calledElement processId="{target}"/>'
        f"</extensionElements></callActivity>"
        f'<sequenceFlow id="{name}_3" sourceRef="{name}_c" targetRef="{name}_e"/>'
        f'<endEvent id="{name}_e"/>\n</process>'
    )


def errors(files, known=None):
    found = check_bundle(files, known)
    return {(f.file, f.rule, f.element) for f in found if f.severity is Severity.ERROR}


def test_references_within_the_folder_and_to_what_is_known_are_followed():
    files = {
        "a.bpmn": calling("a", "b"),
        "b.bpmn": calling("b", "c"),
        "forms/F-A1.form": FORM,
        "decisions/frist.dmn": TABLE,
        "rulesets/LOV-BL.yaml": RULE_SET,
    }

    assert errors(files, Catalogue(processes={"c"})) == set()


def test_a_reference_that_leads_nowhere_is_found_at_its_element():
    files = {"a.bpmn": calling("a", "b", form="F-A9"), "b.bpmn": calling("b", "c"), "F-A1.form": FORM}

    assert errors(files) == {("a.bpmn", "form-reference", "a_u"), ("b.bpmn", "called-process", "b_c")}


def test_kinds_that_are_not_known_are_not_followed():
    files = {"a.bpmn": calling("a", "a2", form="F-A9"), "a2.bpmn": calling("a2", "a3", form="F-A9")}

    assert errors(files) == {("a2.bpmn", "called-process", "a2_c")}


def test_processes_of_several_files_that_call_each_other_round_are_refused():
    files = {"a.bpmn": calling("a", "b"), "b.bpmn": calling("b", "a"), "F-A1.form": FORM}

    assert errors(files) == {("a.bpmn", "self-call", "a_c"), ("b.bpmn", "self-call", "b_c")}


def test_two_files_may_not_define_the_same_process():
    files = {"a.bpmn": calling("a", "c"), "kopi.bpmn": calling("a", "c"), "F-A1.form": FORM}

    assert ("kopi.bpmn", "bundle-name", "a") in errors(files, Catalogue(processes={"c"}))


def test_a_file_that_takes_the_place_of_one_of_another_name_is_told():
    files = {"ny.bpmn": calling("a", "c"), "F-A1.form": FORM}
    known = Catalogue(processes={"a", "c"})
    in_force = {("process", "a"): "a.bpmn", ("form", "F-A1"): "F-A1.form"}

    [told] = _of_names(check_bundle(files, known, (), in_force))
    moved = check_bundle({**files, "a.bpmn": calling("b", "c")}, known, (), in_force)

    assert (told.file, told.severity) == ("ny.bpmn", Severity.WARNING)
    assert "'a.bpmn'" in told.message
    assert _of_names(moved) == []


def _of_names(findings):
    return [finding for finding in findings if finding.rule == "bundle-name"]


def test_each_diagram_is_parsed_once_for_all_that_is_judged_of_it(monkeypatch):
    files = {"a.bpmn": calling("a", "b"), "b.bpmn": calling("b", "a"), "F-A1.form": FORM}
    parsed = []
    for module in (check_bundle_module, check_bpmn_module):

        def reading(content, file, read=module.read_document):
            parsed.append(file)
            return read(content, file)

        monkeypatch.setattr(module, "read_document", reading)

    assert errors(files) == {("a.bpmn", "self-call", "a_c"), ("b.bpmn", "self-call", "b_c")}
    assert sorted(parsed) == ["a.bpmn", "b.bpmn"]


def test_a_rule_set_whose_table_is_missing_is_refused_at_its_line():
    files = {"rulesets/LOV-BL.yaml": RULE_SET}

    (finding,) = check_bundle(files)

    assert (finding.rule, finding.line, finding.element) == ("rule-set-table", 4, "LOV-BL")


def test_a_rule_set_with_anchors_is_refused():
    files = {"rulesets/x.yaml": b"id: &a X\nversion: *a\n"}

    (finding,) = check_bundle(files)

    assert (finding.rule, finding.line) == ("rule-set-file", 1)


def test_a_file_that_is_not_deployed_is_told():
    (finding,) = check_bundle({"notat.docx": b"PK"})

    assert (finding.rule, finding.severity) == ("file-kind", Severity.WARNING)


def test_files_named_one_by_one_may_share_ids_and_refer_to_what_is_deployed_already(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.bpmn").write_bytes(calling("p", "q", form="F-A1"))
    (tmp_path / "F-A1.form").write_bytes(FORM)

    findings = check_paths([tmp_path / "a.bpmn", tmp_path / "b.bpmn", tmp_path / "F-A1.form"])

    assert {f.rule for f in findings if f.severity is Severity.ERROR} == set()
    assert [Path(f.file).name for f in findings if f.rule == "called-process"] == ["a.bpmn", "b.bpmn"]
    assert "form-reference" not in {f.rule for f in findings}


def test_a_folder_is_judged_as_a_whole_without_its_scenarios(tmp_path):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "s.yaml").write_text("id: S-01\n")
    for name, target in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.bpmn").write_bytes(calling(name, target))

    findings = check_paths([tmp_path])

    assert {f.rule for f in findings if f.severity is Severity.ERROR} == {"self-call"}


def test_a_folder_with_nothing_to_deploy_says_so(tmp_path):
    (finding,) = check_paths([tmp_path])

    assert finding.rule == "file-kind"


def test_a_name_of_a_thousand_letters_is_an_error_that_names_its_place():
    long = "a" * 1000
    field = {"id": "f", "type": "number", "key": "n", "label": long, "properties": {"target": "variable:n"}}
    files = {
        "a.bpmn": calling("a", "a2").replace(b'name="Vurder"', f'name="{long}"'.encode()),
        "b.dmn": TABLE.replace(b'name="Frist"', f'name="{long}"'.encode()),
        "c.form": json.dumps({"id": "F-A1", "type": "default", "components": [field]}).encode(),
        f"{long}.bpmn": calling("d", "d2"),
    }

    found = [f for f in check_bundle(files) if f.rule.endswith(("name-length", "file-name"))]

    assert {(f.file, f.rule, f.element, f.severity) for f in found} == {
        ("a.bpmn", "name-length", "a_u", Severity.ERROR),
        ("b.dmn", "dmn-name-length", "d_frist", Severity.ERROR),
        ("c.form", "form-name-length", "n", Severity.ERROR),
        (f"{long}.bpmn", "file-name", None, Severity.ERROR),
    }
    assert all(f.line for f in found if f.rule != "file-name")
    assert all("1000 letters, more than 200" in f.message or f.rule == "file-name" for f in found)


def test_a_name_that_nothing_beside_a_form_sets_is_told_and_what_a_diagram_or_another_form_sets_is_not():
    def form(name: str, hide: str, target: str) -> bytes:
        field = {"id": "f", "type": "number", "key": "n", "label": "N", "conditional": {"hide": hide}}
        field["properties"] = {"target": f"variable:{target}"}
        return json.dumps({"id": name, "type": "default", "components": [field]}).encode()

    forms = {
        "F-A1.form": form("F-A1", "=sommerferie or uge > 3", "dag"),
        "F-A2.form": form("F-A2", "=dag", "uge"),
    }

    alone = check_bundle(forms)
    beside = check_bundle({"a.bpmn": calling("a", "a2"), **forms})

    assert [f for f in alone if f.rule == "form-unknown-name"] == []
    [told] = [f for f in beside if f.rule == "form-unknown-name"]
    assert (told.file, told.element, told.severity) == ("F-A1.form", "n", Severity.WARNING)
    assert "'sommerferie'" in told.message
