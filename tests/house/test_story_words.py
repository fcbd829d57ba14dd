"""What diagrams, tables and handlers name by codes has words in both languages, for the story of a case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from lxml import etree

from flowcase import modeling
from flowcase.history.act_names import ACT_NAMES
from flowcase.history.case_statuses import CASE_STATUSES
from flowcase.history.deadline_names import DEADLINE_NAMES
from flowcase.modeling.names import code_name, message_name, note_name

HERE = Path(__file__).parents[2]
NAMES = yaml.safe_load((Path(modeling.__file__).parent / "names.yaml").read_text("utf-8"))
HANDLERS = "\n".join(path.read_text("utf-8") for path in (HERE / "src/flowcase/handlers").glob("*.py"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def drawn() -> set[str]:
    """The names of messages and signals, the codes of errors and escalations."""
    return {
        str(each.get(key))
        for path in (HERE / "processes").glob("*.bpmn")
        for sort, key in (
            *(("message", "name"), ("signal", "name")),
            *(("error", "errorCode"), ("escalation", "escalationCode")),
        )
        for each in etree.parse(path).getroot().iter(BPMN + sort)
    }


def test_every_message_signal_error_and_escalation_says_what_it_tells():
    sent = set(re.findall(r'case\.(?:publish|broadcast)\(\s*"(\w+)"', HANDLERS))
    assert len(sent) > 10

    assert sorted((drawn() | sent) ^ set(NAMES["messages"])) == []


def test_every_note_that_a_handler_writes_says_what_it_is_about():
    written = set(re.findall(r'case\.note\(\s*"(\w+)"', HANDLERS))
    written |= set(re.findall(r'^NOTE\b[^=\n]*= "(\w+)"', HANDLERS, re.MULTILINE))
    assert len(written) > 10

    assert sorted(written ^ set(NAMES["notes"])) == []


@pytest.mark.parametrize("section", ["messages", "notes", "codes"])
def test_words_are_not_codes(section):
    for code, words in NAMES[section].items():
        assert len(words) == 2, code
        assert not [each for each in words if "_" in each], code


def test_what_has_no_words_is_written_out_by_its_letters():
    assert message_name("ny_boelge") == "ny bølge"
    assert note_name("aaben_doer", "en") == "åben dør"
    assert code_name("Der er kun én.") == "Der er kun én."


@pytest.mark.parametrize("names", [ACT_NAMES, CASE_STATUSES, DEADLINE_NAMES])
def test_names_are_there_in_both_languages(names):
    assert all(danish and english for danish, english in names.values())


def test_every_deadline_that_a_diagram_or_handler_opens_has_a_name():
    opened = {
        rule
        for path in (HERE / "processes").glob("*.bpmn")
        for rule in re.findall(r"&quot;(T\d\d|RAAD_AKUT)&quot;", path.read_text("utf-8"))
    }
    opened |= set(re.findall(r'"(T\d\d|RAAD_AKUT)"', HANDLERS))
    assert len(opened) > 15

    assert opened <= set(DEADLINE_NAMES)
