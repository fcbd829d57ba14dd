"""Mentors: who gets one (D-17), who may become one, and that a mentor never sees a case (R-140)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_see_case
from flowcase.modeling.read_bpmn import read_bpmn
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
NOW = dt.datetime(2026, 5, 4, 8, 0, tzinfo=dt.UTC)


def ask(file: str, decision: str, **inputs):
    model = read_dmn((PROCESSES / "decisions" / file).read_bytes(), file)
    return model.evaluate(decision, inputs, now=NOW).value


@pytest.mark.parametrize(
    ("known", "effects"),
    [
        ({}, []),
        ({"alder": Decimal(12)}, ["afvis"]),
        ({"alder": Decimal(13)}, []),
        ({"alder": Decimal(18)}, []),
        ({"alder": Decimal(18), "oevre_alder_med": False}, ["afvis"]),
        ({"alder": Decimal(19)}, ["afvis"]),
        ({"egen_motivation": False}, ["afvis"]),
        ({"betroet_voksen": True}, ["lavt_behov"]),
        ({"kendt_kriminalitet": True}, ["advarsel"]),
        ({"tunge_problemer": True}, ["visitation"]),
        ({"mentor_har_ventet": True}, ["forrang"]),
        (
            {"betroet_voksen": True, "kendt_kriminalitet": True, "tunge_problemer": True},
            ["lavt_behov", "advarsel", "visitation"],
        ),
    ],
)
def test_d17_collects_every_row_that_matches(known, effects):
    young = {
        "alder": Decimal(15),
        "oevre_alder_med": True,
        "betroet_voksen": False,
        "egen_motivation": True,
        "kendt_kriminalitet": False,
        "tunge_problemer": False,
        "mentor_har_ventet": False,
    }

    hits = ask("D-17_mentor_match.dmn", "mentor_match", **{**young, **known})

    assert [hit["virkning"] for hit in hits] == effects


def choosing(**inputs) -> list[str]:
    known = {"valgt": "ja", "tavshedserklaering": True, "boerneattest": "uden"}
    settings = {"indstilling": {"mentor_boerneattest": inputs.pop("kraeves", True)}}
    return [
        hit["regel"] for hit in ask("gate_mentor.dmn", "gate_mentor_valg", **{**known, **settings, **inputs})
    ]


def test_nobody_becomes_a_mentor_without_the_declaration_and_a_clear_record():
    assert choosing() == []
    assert choosing(tavshedserklaering=False) == ["R-140"]
    assert choosing(boerneattest="ikke") == ["2.q"]
    assert choosing(boerneattest="ikke", kraeves=False) == []
    assert choosing(valgt="nej", tavshedserklaering=False, boerneattest="med") == []


def test_the_allocation_group_is_warned_and_never_stopped():
    known = {"visitation": "optag", "advarsel": True, "mentorer_med": False, "lavt_behov": True}

    warned = ask("gate_mentor.dmn", "varsel_mentor_visitation", **known)

    assert [hit["regel"] for hit in warned] == ["R-141", "2.q", "D-17"]


def test_a_mentor_may_not_see_any_case():
    """Proves R-140 and X-18."""
    mentor = Actor("MENTOR-1", groups=frozenset({"mentor"}))

    assert not may_see_case(mentor, team="ungeafsnit", caseworkers=["UNG-1"])


@pytest.mark.parametrize("process", ["mentornetvaerk", "mentorforslag", "mentormatch"])
def test_the_mentors_processes_run_outside_of_any_case(process):
    file = PROCESSES / f"{process}.bpmn"

    text = file.read_text()

    assert "sag.sagsbehandler" not in text
    assert 'target="sag_id"' not in text


def test_what_a_mentor_is_asked_shows_a_first_name_and_the_contact_and_nothing_else():
    form = (PROCESSES / "forms" / "F-Q5.form").read_text()

    targets = sorted({part for part in form.split('"') if part.startswith(("case:", "variable:"))})

    assert targets == [
        "case:Match.aarsag",
        "case:Match.hvem_afbroed variable:hvem_afbroed",
        "case:Match.slut",
        "case:Match.stadig_kontakt variable:stadig_kontakt",
        "case:Mentorung.kaldenavn",
    ]


def test_every_way_a_match_can_end_is_drawn():
    file = PROCESSES / "mentormatch.bpmn"

    [process] = read_bpmn(file.read_bytes(), file.name).processes

    assert {"afsluttet_naturligt", "afbrudt_ung", "afbrudt_mentor"} <= set(process.elements)


BORN = dt.date(2011, 2, 10)
APPLICATION = {
    "kontakt": "Telefon",
    "motivation": "Vil hjælpe",
    "interesser": "Musik",
    "tid_til_raadighed": "Mandage",
    "tavshedserklaering": True,
}


def test_a_mentor_who_has_waited_too_long_is_offered_first(town):
    """Proves T22."""
    here = town("2026-01-05T08:00")
    coordinator = {"MK-1": ["mentorkoordinator", "mentor_visitation"]}
    for id, groups in coordinator.items():
        here.flow.people.add(id, name=id, groups=groups, actor=here.person("FP-1"))
    for name, trained in (("Sen", "2026-01-31"), ("Ny", "2026-04-20")):
        here.go_to(f"{trained}T12:00")
        here.flow.instances.start("mentornetvaerk", actor=here.person("MK-1"))
        here.complete("ansoegning", "MK-1", navn=name, **APPLICATION)
        here.complete(
            "vaelg", "MK-1", valgt="ja", tavshedserklaering=True, boerneattest="uden", valgt_begrundelse="God"
        )
        here.complete("uddan", "MK-1", weekend=True, uddannet=trained, klar="ja")

    here.go_to("2026-05-04T09:00")
    here.flow.instances.start("mentormatch", {"mentorung_id": None}, actor=here.person("MK-1"))
    [row] = here.tasks("match")
    offered = here.flow.user_tasks.get(row.id, actor=here.person("MK-1")).facts["mentorer_klar"]

    assert [each["label"] for each in offered] == [
        "Sen: venter siden 31.01.2026 (forrang, har ventet for længe)",
        "Ny: venter siden 20.04.2026",
    ]


def test_a_mentor_who_is_asked_about_the_contact_reads_nothing_of_how_the_young_person_was_found(town):
    """Domain specification 2.q: flowcase asks the mentor only whether there is contact, and shows no case."""
    here = town("2026-01-05T08:00")
    for id, groups in {"MK-1": ["mentorkoordinator", "mentor_visitation"], "M-1": ["mentor"]}.items():
        here.flow.people.add(id, name=id, groups=groups, actor=here.person("FP-1"))
    coordinator, mentor = here.person("MK-1"), here.person("M-1")
    here.flow.instances.start("mentornetvaerk", actor=coordinator)
    here.complete("ansoegning", "MK-1", navn="Mona", **APPLICATION)
    chosen = {"valgt": "ja", "tavshedserklaering": True, "boerneattest": "uden", "valgt_begrundelse": "God"}
    here.complete("vaelg", "MK-1", **chosen, person="M-1")
    here.complete("uddan", "MK-1", weekend=True, uddannet="2026-01-04", klar="ja")
    here.flow.instances.start("mentorforslag", actor=coordinator)
    here.complete(
        "foreslaa",
        "MK-1",
        navn="Asger Holm",
        kaldenavn="Alex",
        foedt=BORN.isoformat(),
        egen_motivation=True,
        betroet_voksen=False,
        interesser="Fodbold",
        kendt_kriminalitet=True,
        tunge_problemer=False,
        foreslaaet_af="MK-1",
    )
    [decided] = here.tasks("visiter")
    read = here.flow.user_tasks.get(decided.id, actor=coordinator).prefilled
    assert (read["foedt"], read["egen_motivation"], read["betroet_voksen"]) == (BORN, True, False)
    here.complete("visiter", "MK-1", visitation="optag", visitation_begrundelse="Har lyst", mentorer_med=True)
    [known] = here.flow.cases.records("Mentor")
    agreed = {"match_svar": "match", "mentor": known.id, "mentor_siger_ja": True, "ung_siger_ja": True}
    here.complete("match", "MK-1", **agreed, start="2026-01-05")

    here.go_to("2026-03-20T09:00")
    [asked] = here.tasks("kontakttjek")
    task = here.flow.user_tasks.get(asked.id, actor=mentor)

    assert task.prefilled["kaldenavn"] == "Alex"
    assert here.flow.user_tasks.earlier(task, actor=mentor) == []
    assert "Asger Holm" in repr(here.flow.user_tasks.earlier(task, actor=coordinator))
