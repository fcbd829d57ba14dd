"""The difference of two versions in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from lxml import etree

from flowcase.cli import cli
from flowcase.errors import InvalidDefinition
from flowcase.modeling.difference import beside, differences, in_words
from flowcase.modeling.difference.words import aspect_in_words
from flowcase.modeling.layout import lay_out
from flowcase.modeling.names import codes_in_words, is_code_named
from flowcase.modeling.zeebe import EXTENSIONS, Meaning

PROCESSES = Path("processes")
TABLE = PROCESSES / "decisions" / "D-02_opfoelgning_kadence.dmn"
DIAGRAM = PROCESSES / "forebyggende_distrikt.bpmn"
FORM = PROCESSES / "forms" / "F-A1.form"


def changed(path, *replacements):
    """The old file and the new one, each replacement made once behind the words that it names."""
    old = new = path.read_text("utf-8")
    for behind, was, now in replacements:
        at = new.index(was, new.index(behind))
        new = new[:at] + now + new[at + len(was) :]
    return old.encode(), new.encode()


def told(path, old, new, language="da"):
    return [in_words(change, language) for change in differences(str(path), old, new)]


def test_five_weeks_instead_of_six_are_told_with_row_column_and_unit():
    old, new = changed(TABLE, ("raekke_6_ud_1", "<text>6</text>", "<text>5</text>"))

    lines = told(TABLE, old, new)

    said = "Opfølgning, HERNING, anbringelse, opfølgning nr. fra 2: 6 uger → 5 uger"
    assert lines == [f"{said} (opfoelgning_kadence, række 6)"]


def test_a_row_that_comes_and_one_that_goes_are_told():
    old = TABLE.read_text("utf-8")
    start = old.index('<rule id="opfoelgning_kadence_raekke_6"')
    end = old.index("</rule>", start) + len("</rule>")
    without = (old[:start] + old[end:]).encode()

    assert told(TABLE, old.encode(), without) == [
        "Opfølgning, HERNING, anbringelse, opfølgning nr. fra 2: fjernet (opfoelgning_kadence, række 6)"
    ]
    assert told(TABLE, without, old.encode(), "en") == [
        "Follow-up, HERNING, placement, follow-up no. from 2: added (opfoelgning_kadence, row 6)"
    ]


def test_a_code_of_a_row_is_told_in_the_readers_language():
    old, new = changed(TABLE, ("raekke_6_ud_2", '<text>"uger"</text>', '<text>"maaneder"</text>'))

    [danish], [english] = told(TABLE, old, new), told(TABLE, old, new, "en")

    assert "anbringelse, opfølgning nr. fra 2, Enhed: uger → måneder (" in danish
    assert english.startswith("Follow-up, HERNING, placement, ")
    assert "weeks → months (opfoelgning_kadence, row 6)" in english


def cells_without_fields(path):
    """The texts of a file of tables, but for the columns that name a field of a form."""
    for table in etree.parse(path).iter("{*}decisionTable"):
        names = [each.get("name") for each in table.iterchildren("{*}output")]
        for rule in table.iterchildren("{*}rule"):
            for name, entry in zip(names, rule.iterchildren("{*}outputEntry"), strict=True):
                if name == "felt":
                    rule.remove(entry)
        yield from (each.text or "" for each in table.iter("{*}text"))


def test_a_field_to_which_a_gate_leads_is_told_by_its_key():
    gate = PROCESSES / "decisions" / "gate_moede.dmn"
    old, new = changed(gate, ("svar_gate_moede_2_3", '<text>"ingen_opgave"</text>', '<text>"aftaler"</text>'))

    for language, heading in (("da", "Felt"), ("en", "Field")):
        [line] = told(gate, old, new, language)
        assert f'{heading}: "ingen_opgave" → "aftaler"' in line


def test_every_code_of_a_shipped_table_has_words_in_both_languages():
    said = {
        code
        for path in (PROCESSES / "decisions").glob("*.dmn")
        for cell in cells_without_fields(path)
        if (text := cell.strip()) and codes_in_words(text)
        for code in re.findall(r'"([a-z][a-z0-9_]*)"', text)
    }

    assert len(said) > 200
    assert sorted(code for code in said if not is_code_named(code)) == []


def test_rows_with_new_ids_that_say_the_same_do_not_differ():
    old = TABLE.read_text("utf-8")

    assert told(TABLE, old.encode(), old.replace("raekke_", "row_").encode()) == []


def test_what_an_editor_leaves_out_because_it_holds_anyway_is_no_difference():
    old = TABLE.read_text("utf-8")
    assert ' hitPolicy="UNIQUE"' in old

    left_out = old.replace(' hitPolicy="UNIQUE"', "")
    another = old.replace(' hitPolicy="UNIQUE"', ' hitPolicy="FIRST"', 1)

    assert told(TABLE, old.encode(), left_out.encode()) == []
    assert len(told(TABLE, old.encode(), another.encode())) == 1


def test_rows_that_changed_places_are_told():
    old = TABLE.read_text("utf-8")
    rows = []
    for number in (5, 6):
        start = old.index(f'<rule id="opfoelgning_kadence_raekke_{number}"')
        rows.append(old[start : old.index("</rule>", start) + len("</rule>")])
    new = old.replace(rows[0], "@").replace(rows[1], rows[0]).replace("@", rows[1])

    (line,) = told(TABLE, old.encode(), new.encode())

    assert "rækkefølge" in line
    assert "4, 6, 5, 7" in line


def test_a_renamed_element_and_a_changed_group_are_told_by_name():
    text = DIAGRAM.read_text("utf-8")
    at = text.index("candidateGroups=") + len('candidateGroups="')
    groups = text[at : text.index('"', at)]

    (line,) = told(DIAGRAM, text.encode(), (text[:at] + "en_anden" + text[at + len(groups) :]).encode())

    assert line.startswith("Brugeropgave »")
    assert line.endswith(f"ansvarlig, grupper: {groups} → en_anden")


def test_a_diagram_drawn_anew_differs_in_its_drawing_alone():
    old = DIAGRAM.read_bytes()

    found = differences(DIAGRAM.name, old, lay_out(old, DIAGRAM.name))

    assert all(change.is_layout for change in found)


def test_a_removed_task_is_told_with_the_flows_that_go_with_it():
    diagram = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"><process id="p">
      <startEvent id="s" name="Begynd"/>{task}<endEvent id="e" name="Slut"/>{flows}
      </process></definitions>"""
    with_task = diagram.format(
        task='<userTask id="t" name="Tal med barnet"/>',
        flows='<sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        '<sequenceFlow id="b" sourceRef="t" targetRef="e"/>',
    )
    without = diagram.format(task="", flows='<sequenceFlow id="a" sourceRef="s" targetRef="e"/>')

    lines = told("p.bpmn", with_task.encode(), without.encode())

    assert lines == [
        "Brugeropgave »Tal med barnet«: fjernet",
        "Pil »Begynd → Slut«, til: Tal med barnet → Slut",
        "Pil »Tal med barnet → Slut«: fjernet",
    ]


def test_a_renamed_lane_is_told_once_and_not_at_each_of_its_elements():
    old, new = changed(DIAGRAM, ("lane id=", 'name="', 'name="Ny '))

    (line,) = told(DIAGRAM, old, new)

    assert line.startswith("Bane »Ny ")


def test_columns_that_come_are_renamed_and_change_places_are_told_once_and_not_in_every_row():
    old = TABLE.read_text("utf-8")
    inputs = re.findall(r" *<input .*?</input>\n", old, re.S)
    first, second = re.findall(r'<input id="([^"]+)"', old)[:2]
    new = old.replace(inputs[0], inputs[0].replace('label="', 'label="Nyt: ', 1), 1)
    answer = re.search(r" *<output id.*?(?:/>|</output>)\n", new, re.S)
    assert answer
    new = new.replace(answer[0], f'<output id="ekstra" name="ekstra" typeRef="string"/>\n{answer[0]}', 1)
    here, others = new.split("</decision>", 1)
    here = re.sub(r'(<outputEntry id="\w+_ud_1")', r"<outputEntry><text>null</text></outputEntry>\1", here)
    new = f"{here}</decision>{others}"

    lines = told(TABLE, old.encode(), new.encode())

    assert lines == [
        "Opfølgning, inputkolonne »Nyt: Regelsæt«, ledetekst: Regelsæt → Nyt: Regelsæt (opfoelgning_kadence)",
        "Opfølgning, outputkolonne »ekstra«: tilføjet (opfoelgning_kadence)",
    ]
    swapped = old.replace(first, "x").replace(second, first).replace('id="x"', f'id="{second}"')
    assert any("kolonner, rækkefølge" in line for line in told(TABLE, old.encode(), swapped.encode()))


def test_the_expression_of_a_column_and_a_type_are_told_beside_allowed_values():
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><itemDefinition name="Art">'
        '<typeRef>string</typeRef><allowedValues><text>"a"{more}</text></allowedValues></itemDefinition>'
        '<decision id="d" name="D"><decisionTable><input id="i" label="Alder"><inputExpression>'
        "<text>{alder}</text></inputExpression><inputValues><text>1,2</text></inputValues></input>"
        '<output id="o" name="svar"/></decisionTable></decision></definitions>'
    )
    old, new = (table.format(more=more, alder=alder).encode() for more, alder in (("", "x"), (',"b"', "y")))

    lines = told(TABLE, old, new)

    assert lines[0].startswith("Type »Art«") and lines[0].endswith('"a" → "a","b"')
    assert lines[1:] == ["D, inputkolonne »Alder«, udtryk: x → y (d)"]


def test_a_form_is_told_by_field():
    form = json.loads(FORM.read_text("utf-8"))
    field = next(each for each in form["components"] if each.get("label"))
    was = field["label"]
    field["label"] = "Noget andet"

    lines = told(FORM, FORM.read_bytes(), json.dumps(form).encode())

    assert lines == [f"Felt »Noget andet«, ledetekst: {was} → Noget andet ({field['key']})"]


def test_a_field_that_moved_into_a_list_is_told_though_the_fields_stand_in_the_same_order():
    def form(*inside, after=()):
        rows = {"id": "boern", "type": "dynamiclist", "label": "Børn", "components": list(inside)}
        return json.dumps({"id": "f", "type": "default", "components": [rows, *after]}).encode()

    name, age = ({"id": id, "type": "textfield", "label": id.title()} for id in ("navn", "alder"))
    apart, together = form(name, after=[age]), form(name, age)

    lines = told(FORM, apart, together)
    _, [table] = beside("f.form", apart, together)

    assert lines == ["Felt »Alder«, ligger i: f → Børn"]
    assert {row.id: row.state for row in table.rows} == {"boern": "", "navn": "", "alder": "changed"}


def test_a_setting_of_a_rule_set_is_told_by_its_way_there():
    old, new = b"id: X\nsettings:\n  ugentlig: 3\n", b"id: X\nsettings:\n  ugentlig: 4\n"

    assert told("rulesets/X.yaml", old, new) == ["Ugentlig: 3 → 4 (ugentlig)"]


@pytest.mark.parametrize(
    "entry, was, now, danish, english",
    [
        (
            "noedadgang_minutter",
            "120",
            "90",
            "Nødadgangens varighed: 120 minutter → 90 minutter (noedadgang_minutter)",
            "Length of an emergency access: 120 minutes → 90 minutes (noedadgang_minutter)",
        ),
        (
            "sos_svarfrist",
            "P14D",
            "P3W",
            "Svarfrist i målingen: 14 dage (P14D) → 3 uger (P3W) (sos_svarfrist)",
            "Time to answer the survey: 14 days (P14D) → 3 weeks (P3W) (sos_svarfrist)",
        ),
        (
            "gate_samtykke",
            "true",
            "false",
            "Afgørelse kræver samtykke: ja → nej (gate_samtykke)",
            "A decision needs consent: yes → no (gate_samtykke)",
        ),
        (
            "noedadgang_formaal",
            "{vagt: Nat}",
            "{vagt: Aften}",
            "Formål med nødadgang › vagt: Nat → Aften (noedadgang_formaal.vagt)",
            "Purposes of emergency access › vagt: Nat → Aften (noedadgang_formaal.vagt)",
        ),
    ],
)
def test_a_setting_is_told_by_its_name_and_unit_with_its_key_beside(entry, was, now, danish, english):
    old, new = (f"settings:\n  {entry}: {value}\n".encode() for value in (was, now))

    assert told("rulesets/X.yaml", old, new) == [danish]
    assert told("rulesets/X.yaml", old, new, "en") == [english]


def test_a_rule_and_the_head_of_a_rule_set_are_told_in_words():
    old, new = b"title: A\nrules: {T05: {hjemmel: x}}\n", b"title: B\nrules: {T05: {hjemmel: y}}\n"

    assert told("rulesets/X.yaml", old, new) == ["Titel: A → B", "Regel T05, hjemmel: x → y"]


def test_a_duration_and_a_setting_on_a_diagram_are_told_in_words():
    diagram = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"><process id="p">
      <intermediateCatchEvent id="v" name="Vent"><timerEventDefinition><timeDuration>{}</timeDuration>
      </timerEventDefinition></intermediateCatchEvent></process></definitions>"""
    six, set_by = (diagram.format(said).encode() for said in ("P6W", "=indstilling.sos_svarfrist"))

    (line,) = told("p.bpmn", six, set_by)

    assert ", tid, varighed: 6 uger (P6W) → " in line
    assert line.endswith("6 uger (P6W) → =indstilling.sos_svarfrist [sos_svarfrist: Svarfrist i målingen]")


def test_every_setting_of_the_shipped_rule_sets_has_a_name_that_people_use():
    named = yaml.safe_load(Path("src/flowcase/modeling/names.yaml").read_text("utf-8"))["settings"]

    shipped = {
        key
        for path in (PROCESSES / "rulesets").glob("*.yaml")
        for key in yaml.safe_load(path.read_text("utf-8")).get("settings") or ()
    }

    assert set(named) == shipped
    assert all(words[0] and words[1] for words in named.values())


def test_every_column_of_the_shipped_tables_is_called_something_in_english():
    named = yaml.safe_load(Path("src/flowcase/modeling/headings.yaml").read_text("utf-8"))

    shipped = {
        column.get("label") or column.get("name")
        for path in (PROCESSES / "decisions").glob("*.dmn")
        for column in etree.parse(path).iter("{*}input", "{*}output")
    }

    assert set(named) == shipped
    assert all(named.values())


SILENT = frozenset({"id", "processRef", "ioMapping", "properties", "taskHeaders", "publishMessage"})


def test_everything_that_runs_in_a_diagram_has_words_where_it_differs():
    model = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
    drawn = {
        name
        for path in PROCESSES.glob("*.bpmn")
        for node in etree.fromstring(path.read_bytes()).iter(f"{model}*")
        for name in node.attrib
        if not name.startswith("{") and node.tag != f"{model}definitions"
    }
    running = {name: each for name, each in EXTENSIONS.items() if each.meaning is Meaning.RUNS}
    for extension in running.values():
        drawn |= {name for name, field in extension.fields.items() if field.meaning is Meaning.RUNS}

    unsaid = {name for name in (drawn | running.keys()) - SILENT if aspect_in_words((f"@{name}",)) == name}

    assert {"attachedToRef", "correlationKey", "taskDefinition"} <= drawn | running.keys()
    assert unsaid == set()


def test_where_an_event_stands_and_whether_it_interrupts_is_told_in_words():
    edge = '<boundaryEvent id="b" name="For sent" attachedToRef="{}" cancelActivity="{}"/>'
    tasks = '<userTask id="a" name="Planlæg"/><userTask id="c" name="Godkend"/>'
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">'
    was, now = (
        f"{head}{tasks}{edge.format(*told)}</process></definitions>".encode()
        for told in (("a", "true"), ("c", "false"))
    )

    assert told("p.bpmn", was, now) == [
        "Hændelse på kant »For sent«, sidder på kanten af: Planlæg → Godkend",
        "Hændelse på kant »For sent«, afbryder: ja → nej",
    ]


def test_a_file_does_not_differ_from_itself():
    for path in sorted(PROCESSES.rglob("*.*")):
        if path.suffix in (".bpmn", ".dmn", ".form") and path.name[0] in "abcdFD":
            assert differences(str(path), path.read_bytes(), path.read_bytes()) == []


def test_a_rule_set_of_aliases_is_refused():
    with pytest.raises(InvalidDefinition):
        differences("rulesets/X.yaml", b"a: &a [1]\nb: *a\n", b"a: 1\n")


def test_the_command_tells_it_and_ends_with_one(tmp_path):
    old, new = changed(TABLE, ("raekke_6_ud_1", "<text>6</text>", "<text>5</text>"))
    (tmp_path / "a.dmn").write_bytes(old)
    (tmp_path / "b.dmn").write_bytes(new)

    told_danish = CliRunner().invoke(cli, ["diff", str(tmp_path / "a.dmn"), str(tmp_path / "b.dmn")])
    same = CliRunner().invoke(cli, ["diff", str(tmp_path / "a.dmn"), str(tmp_path / "a.dmn")])

    assert told_danish.exit_code == 1
    assert "6 uger → 5 uger" in told_danish.output
    assert (same.exit_code, same.output) == (0, "")
