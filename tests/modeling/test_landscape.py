"""The landscape of processes: who reaches whom, and a layout that is the same each time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flowcase.config import shipped_processes
from flowcase.modeling import read_bpmn
from flowcase.modeling.landscape import BOX, HEIGHT, Bond, Link, landscape, links
from flowcase.modeling.rule_registry import DomainRule, RuleSection
from flowcase.modeling.where_used import Use, Used, uses_of_process, uses_of_rules, uses_of_tables


def shipped() -> Iterable:
    for file in sorted(shipped_processes().glob("*.bpmn")):
        yield from read_bpmn(file.read_bytes(), file.name).processes


def test_the_shipped_processes_reach_each_other_as_they_are_drawn():
    found = links(shipped())

    assert Link("underretning", "frist", Bond.CALL) not in found
    assert Link("forebyggende_distrikt", "familieteam_modtag", Bond.MESSAGE, "til_familieteam") in found
    assert Link("visitation", "foranstaltning", Bond.MESSAGE, "visitation_afgjort") in found
    assert all(link.source != link.target or link.bond is Bond.CALL for link in found)


def test_boxes_do_not_overlap_and_the_layout_is_the_same_again():
    processes = list(shipped())
    ids = sorted(process.id for process in processes)

    drawn = landscape(ids, links(processes))
    again = landscape(ids, links(reversed(processes)))

    assert drawn == again
    assert [box.process for box in drawn.boxes] == ids
    for number, box in enumerate(drawn.boxes):
        assert 0 <= box.x <= drawn.width - BOX and 0 <= box.y <= drawn.height - HEIGHT
        for other in drawn.boxes[number + 1 :]:
            assert abs(box.x - other.x) >= BOX or abs(box.y - other.y) >= HEIGHT, (box, other)


def test_no_line_runs_through_a_box_that_it_only_passes():
    processes = list(shipped())

    drawn = landscape(sorted(process.id for process in processes), links(processes))

    passed = 0
    for link, line in drawn.lines:
        for x, y, end in re.findall(r"([\d.]+) ([\d.]+)H([\d.]+)", line):
            passed += 1
            left = min(float(x), float(end))
            through = [
                box.process for box in drawn.boxes if box.x == left and box.y < float(y) < box.y + HEIGHT
            ]
            assert not through, (link, through)
    assert passed > 20


def test_lines_that_need_not_cross_do_not():
    ways = [("a", "z"), ("b", "y"), ("c", "x"), ("x", "m"), ("z", "k"), ("a", "k")]

    drawn = landscape(sorted({id for way in ways for id in way}), [Link(*way, Bond.CALL) for way in ways])

    rows = {box.process: box.y for box in drawn.boxes}
    for one, other in ((("a", "z"), ("b", "y")), (("b", "y"), ("c", "x")), (("a", "z"), ("c", "x"))):
        assert (rows[one[0]] < rows[other[0]]) == (rows[one[1]] < rows[other[1]])


def test_a_circle_and_a_process_that_nothing_reaches_are_drawn_too():
    circle = [Link("a", "b", Bond.CALL), Link("b", "c", Bond.CALL), Link("c", "a", Bond.MESSAGE, "m")]

    drawn = landscape(["a", "b", "c", "d"], circle)

    columns = {box.process: box.x for box in drawn.boxes}
    assert columns["a"] < columns["b"] < columns["c"]
    assert [box.process for box in drawn.boxes if box.is_alone] == ["d"]
    assert len(drawn.lines) == 3
    assert landscape([], []).boxes == ()


def test_a_signal_that_many_listen_to_is_told_and_not_drawn():
    many = [Link("a", f"b{number}", Bond.SIGNAL, "s") for number in range(5)]

    drawn = landscape(["a", *(link.target for link in many)], many)

    assert (len(drawn.links), len(drawn.lines)) == (5, 0)


def test_elements_tell_what_they_use():
    content = (shipped_processes() / "forebyggende_distrikt.bpmn").read_bytes()
    (process,) = read_bpmn(content, "forebyggende_distrikt.bpmn").processes

    found = list(uses_of_process(process, "forebyggende_distrikt.bpmn"))

    used = {(use.kind, use.name) for use in found}
    assert (Used.HANDLER, "frist.aabn") in used
    assert (Used.DECISION, "gate_forebyggende") in used
    assert any(kind is Used.FORM for kind, _ in used)
    assert all(use.element in process.elements for use in found)


def test_tables_and_rules_tell_where_they_are_used():
    table = (shipped_processes() / "decisions/D-13_ssd_adgang.dmn").read_bytes()
    calls = [Use(Used.HANDLER, "frist.aabn", "p.bpmn", "aabn")]
    rules = [RuleSection("0", "n", (DomainRule("R-1", "n", home=("q.bpmn#e", "python")),))]

    asked = list(uses_of_tables(table, "d.dmn"))
    found = list(uses_of_rules(rules, {"frist.aabn": ("R-2",)}, calls))

    assert [(use.name, use.element) for use in asked] == [("ssd_lukket_kreds", "ssd_adgang")]
    assert [(use.name, use.file, use.element) for use in found] == [
        ("R-1", "q.bpmn", "e"),
        ("R-2", "p.bpmn", "aabn"),
    ]
