"""Supplier, cooperation, foster-family and transition flows: whole, and right at their edges."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.modeling import read_bpmn
from flowcase.modeling.definition import ElementKind
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
ENDS = {
    "myndighed_leverandoer_deling": {"besluttet", "afvist"},
    "standardkontrakt": {"aktiv", "opsagt", "udloebet"},
    "individuel_kontrakt": {"underskrevet"},
    "leverandoeropfoelgning": {"fortsaet", "genforhandl", "ophaev"},
    "kommissorium": {"godkendt", "udviklet", "nedlagt"},
    "overgang": {"modtaget", "fastholdt", "afbrudt"},
}


@pytest.mark.parametrize("name", sorted(ENDS))
def test_every_end_of_the_specification_is_an_end_event_of_that_id(name: str) -> None:
    [process] = read_bpmn((PROCESSES / f"{name}.bpmn").read_bytes(), name).processes

    ends = {id for id, each in process.elements.items() if each.kind is ElementKind.END_EVENT}

    assert ends >= ENDS[name]


@pytest.mark.parametrize(
    ("left", "a_year", "needed"), [(12, 2, 2), (6, 2, 2), (5, 2, 1), (2, 3, 2), (1, 4, 1), (4, 1, 1)]
)
def test_a_placement_late_in_the_year_needs_fewer_visits_but_never_none(
    left: int, a_year: int, needed: int
) -> None:
    path = PROCESSES / "decisions" / "tilsynsbesoeg.dmn"

    found = read_dmn(path.read_bytes(), path.name).evaluate(
        "tilsynsbesoeg",
        {"maaneder_tilbage": left, "besoeg_pr_aar": a_year},
        now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )

    assert found.value == needed


@pytest.mark.parametrize("rule", ["T18", "T19", "T21"])
def test_a_breach_goes_where_the_matrix_says(rule: str) -> None:
    told = {"T18": ["myndighedsansvarlig"], "T19": ["ansvarlig"], "T21": ["forvaltningsledelse"]}
    path = PROCESSES / "decisions" / "D-11_fristpolitik.dmn"

    policy: Any = (
        read_dmn(path.read_bytes(), path.name)
        .evaluate(
            "fristpolitik", {"frist": rule, "enhed": "dato"}, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        )
        .value
    )

    assert policy["eskaleringer"][0]["til"] == told[rule]
    assert rule != "T19" or policy["eskaleringer"][1]["til"] == ["leverandoeransvarlig"]


def test_the_contract_of_a_child_begins_with_what_the_case_knows(town: Any) -> None:
    story = town("2026-03-02T09:00")
    story.flow.cases.open(
        "A",
        child={"navn": "Barn A", "cpr": "040312-0001"},
        facts={"team": "familieteam_syd", "sagsbehandler": "CW-07"},
        actor=SYSTEM,
    )
    members = [
        {"relation": "mor", "navn": "Mor A", "cpr": "010180-0002"},
        {"relation": "moster", "navn": "Moster A"},
    ]
    story.flow.cases.add_record("Familie", {"medlemmer": members}, case="A", actor=SYSTEM)
    for goal in ("Et gammelt mål", "Et nyt mål"):
        plan = {"maal": [{"omraade": "skole", "maal": goal, "tegn": "Ses"}]}
        story.flow.cases.add_record("Handleplan", plan, case="A", actor=SYSTEM)
    measure = story.flow.cases.add_record("Foranstaltning", {"type": "institution"}, case="A", actor=SYSTEM)

    story.flow.instances.start(
        "individuel_kontrakt", {"sag_id": "A", "foranstaltning_id": measure}, case="A", actor=SYSTEM
    )

    [contract] = story.flow.cases.records("IndividuelKontrakt", case="A")
    assert (contract["barn_navn"], contract["barn_cpr"]) == ("Barn A", "040312-0001")
    assert (contract["mor_navn"], contract["mor_cpr"]) == ("Mor A", "010180-0002")
    assert contract["maal"] == [{"omraade": "skole", "maal": "Et nyt mål"}]
    assert story.tasks("skaf_standardkontrakt", "A")


def test_the_supplier_reads_the_goals_only_while_consent_covers_it(town: Any) -> None:
    story = town("2026-03-02T09:00")
    flow = story.flow
    flow.people.add("LEV-1", name="LEV-1", groups=["leverandoer"], actor=SYSTEM)
    facts = {"team": "familieteam_syd", "sagsbehandler": "CW-07"}
    flow.cases.open("A", child={"navn": "Barn A"}, facts=facts, actor=SYSTEM)
    supplier = flow.cases.add_record("Leverandoer", {"navn": "L", "medarbejdere": ["LEV-1"]}, actor=SYSTEM)
    standard = {"leverandoer_id": supplier, "indsatstype": "institution", "status": "aktiv"}
    contract = flow.cases.add_record("Standardkontrakt", standard, actor=SYSTEM)
    asked = {
        "formaal_kode": "leverandoer",
        "modtagere": ["LEV-1"],
        "oplysningstyper": ["familie", "sociale_problemer"],
        "kraevet": ["mor"],
        "status": "givet",
    }
    request = flow.cases.add_record("Samtykkeanmodning", asked, case="A", actor=SYSTEM)
    answer = {"anmodning_id": request, "formaal_kode": "leverandoer", "afgiver": "mor", "svar": "ja"}
    flow.cases.add_record("Samtykke", answer, case="A", actor=SYSTEM)
    plan = {"maal": [{"omraade": "skole", "maal": "Skole hver dag"}]}
    flow.cases.add_record("Handleplan", plan, case="A", actor=SYSTEM)
    measure = flow.cases.add_record("Foranstaltning", {"type": "institution"}, case="A", actor=SYSTEM)
    flow.instances.start(
        "individuel_kontrakt", {"sag_id": "A", "foranstaltning_id": measure}, case="A", actor=SYSTEM
    )
    story.complete(
        "udfyld",
        "CW-07",
        "A",
        standardkontrakt_id=contract,
        barn_navn="Barn A",
        barn_cpr="040312-0001",
        foraeldremyndighed="Mor",
        kontaktpersoner="Lederen",
        maal=plan["maal"],
        omfang="Døgn",
        hyppighed="Altid",
        start="2026-03-10",
        varighed="2026-09-10",
        pris=1,
        betaling="Bagud",
        opfoelgning_maaneder=3,
    )
    [task] = story.tasks("svar", "A")

    covered = flow.user_tasks.get(task.id, actor=story.person("LEV-1"))
    flow.journal._transactions.run(
        SYSTEM,
        lambda tx: flow.journal._open_work(tx, case="A").update(
            "Samtykkeanmodning", request, {"status": "tilbagekaldt"}
        ),
    )
    withdrawn = flow.user_tasks.get(task.id, actor=story.person("LEV-1"))

    assert covered.prefilled["maal"] == plan["maal"]
    assert "maal" not in withdrawn.prefilled
    assert "barn_navn" not in withdrawn.prefilled
    [log] = flow.cases.records("Videregivelse", case="A")
    assert log["til"] == ["LEV-1"]
