"""Each indicator counts what its definition says; small groups are left out."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from flowcase.cases.civil_time import add_months
from flowcase.cases.entities import ENTITIES
from flowcase.history.indicators import INDICATORS, NEEDED, REPORTS, Question, WorkFact, compute
from flowcase.history.indicators.figure import count, share, without_small_groups
from flowcase.history.indicators.sheet import rows, to_csv
from flowcase.history.indicators.social_profile import PROFILE
from tests.history.counting import SETTINGS, SPRING, at, case, day, deadline, material, record, told

PROCESSES = Path(__file__).parents[2] / "processes"


def test_every_indicator_of_the_specification_is_there_in_both_languages():
    listed = [f"I-{number:02}" for number in range(1, 31)] + [f"P-{number:02}" for number in range(1, 10)]

    assert sorted(INDICATORS) == sorted(listed)
    for each in INDICATORS.values():
        assert all(each.name), each.id
        assert all(each.numerator), each.id
        assert bool(each.denominator[0]) == bool(each.denominator[1]), each.id
        assert each.source, each.id
    assert {id for report in REPORTS.values() for id in report.indicators} <= set(INDICATORS)


def test_nothing_to_count_is_no_figure_and_no_failure():
    found = compute(material(), SPRING)

    assert set(found) == set(INDICATORS)
    assert all(each.value in (None, 0) for figures in found.values() for each in figures)


@pytest.mark.parametrize("entity", sorted(NEEDED))
def test_what_indicators_read_is_an_attribute_of_an_entity(entity: str):
    known = {attribute.name for attribute in ENTITIES[entity].attributes}

    assert set(NEEDED[entity]) <= known


# --- casework --------------------------------------------------------------------------------------


def test_i01_a_notification_is_in_time_when_every_child_was_assessed_in_time():
    """Proves R-001."""
    known = material(
        cases=[case("SAG-1")],
        deadlines=[
            deadline("T01", "2026-03-02T10:00", "2026-03-03T10:00", "2026-03-03T10:00", subject="U1"),
            deadline("T01", "2026-03-04T10:00", "2026-03-05T10:00", "2026-03-05T09:00", subject="U2"),
            deadline("T01", "2026-03-04T10:00", "2026-03-05T10:00", "2026-03-05T10:01", subject="U2"),
            deadline("T01", "2026-06-15T09:00", "2026-06-16T09:00", subject="U3"),
            deadline("T01", "2026-05-31T23:59", "2026-06-01T23:59", subject="U4"),
            deadline("T01", "2026-02-28T10:00", "2026-03-01T10:00", "2026-03-02T10:00", subject="before"),
        ],
    )

    found = told(INDICATORS["I-01"].count(known, SPRING))

    assert found == {"": (33.3, 1, 3), "løber endnu": (0, 0, None)}


def test_i02_counts_receipts_of_notifiers_who_can_be_reached():
    """Proves R-002."""
    known = material(
        cases=[case("SAG-1")],
        records=[
            record("Underretning", "U1", modtaget=at("2026-03-02"), kvittering_sendt=at("2026-03-02")),
            record("Underretning", "U2", modtaget=at("2026-03-03"), kvittering_sendt=at("2026-03-20")),
            record("Underretning", "U3", modtaget=at("2026-03-04")),
            record("Underretning", "U4", modtaget=at("2026-03-05"), kvittering_ikke_mulig=True),
        ],
        deadlines=[
            deadline("T02", f"2026-03-0{number + 1}", f"2026-03-1{number}", subject=f"U{number}")
            for number in (1, 2, 3, 4)
        ],
    )

    found = told(INDICATORS["I-02"].count(known, SPRING))

    assert found == {"": (33.3, 1, 3), "kvittering ikke mulig": (1, 1, None)}


def test_i03_open_and_late_examinations_are_counted_apart():
    """Proves R-020."""
    known = material(
        deadlines=[
            deadline("T04", "2025-11-10", "2026-03-10", "2026-03-10"),
            deadline("T04", "2025-11-11", "2026-03-11", "2026-03-12"),
            deadline("T04", "2025-12-01", "2026-04-01"),
            deadline("T04", "2025-12-02", "2026-04-02", "2026-06-10"),
            deadline("T04", "2025-12-03", "2026-04-03", status="cancelled"),
        ]
    )

    found = told(INDICATORS["I-03"].count(known, SPRING))

    assert found == {"": (50.0, 1, 2), "åbne og forsinkede ved periodens slutning": (2, 2, None)}


def test_i04_follow_ups_are_told_by_rule_set_first_and_next_apart():
    """Proves R-027, R-029 and R-030."""
    known = material(
        deadlines=[
            deadline("T05", "2026-03-01", "2026-03-15", "2026-03-15", rule_set="HERNING", subject="F1"),
            deadline("T06", "2026-03-15", "2026-04-26", "2026-04-28", rule_set="HERNING", subject="F1"),
            deadline("T05", "2026-01-01", "2026-04-01", "2026-03-01", rule_set="LOV-BL", subject="F2"),
            deadline("T05", "2026-03-01", "2026-06-01", "2026-05-01", rule_set="LOV-BL", subject="F3"),
        ]
    )

    found = told(INDICATORS["I-04"].count(known, SPRING))

    assert found == {
        "": (66.7, 2, 3),
        "HERNING, første": (100.0, 1, 1),
        "LOV-BL, første": (100.0, 1, 1),
        "HERNING, næste": (0.0, 0, 1),
    }


def test_i05_an_exit_strategy_says_what_and_who():
    """Proves R-025."""
    known = material(
        records=[
            record("Handleplan", "1", godkendt=day("2026-03-10"), uden_hjaelp="Ro", overtager="Skolen"),
            record("Handleplan", "2", godkendt=day("2026-03-10"), uden_hjaelp="Ro"),
            record("Handleplan", "3", godkendt=day("2026-06-01"), uden_hjaelp="Ro", overtager="Skolen"),
            record("Maal", "1", maaldato=day("2026-04-01"), status="naaet"),
            record("Maal", "2", maaldato=day("2026-04-01"), status="paa_vej"),
            record("Maal", "3", maaldato=day("2026-04-01"), status="erstattet"),  # by a later plan
        ]
    )

    found = told(INDICATORS["I-05"].count(known, SPRING))

    assert list(found.values()) == [(50.0, 1, 2), (50.0, 1, 2)]


def test_i11_a_child_is_notified_of_again_within_the_months_of_the_setting():
    """Proves R-006."""
    known = material(
        records=[
            record("Dagsordenspunkt", "1", udfald="til_familieteam", afgjort=at("2026-03-03")),
            record("Dagsordenspunkt", "2", udfald="til_forebyggende", afgjort=at("2026-03-04")),
            record("Dagsordenspunkt", "3", udfald="udsaettes", afgjort=at("2026-03-04")),
            record("Underretning", "U0", modtaget=at("2025-03-04"), sager=["SAG-1"]),
            record("Underretning", "U1", modtaget=at("2026-03-02"), sager=["SAG-1"], akut=True),
            record("Underretning", "U2", modtaget=at("2026-03-05"), sager=["SAG-2"]),
            record("Underretning", "U3", modtaget=at("2026-03-06"), sager=["SAG-3", "SAG-2"]),
        ]
    )

    found = told(INDICATORS["I-11"].count(known, SPRING))

    assert found == {
        "til Familieteam": (50.0, 1, 2),
        "til forebyggende": (50.0, 1, 2),
        "akutte underretninger": (33.3, 1, 3),
        "underrettet igen om samme barn": (66.7, 2, 3),
    }


def test_i30_waits_from_the_first_notification_to_the_first_action():
    known = material(
        records=[
            record("Underretning", "U1", modtaget=at("2026-03-02T23:30"), sager=["SAG-1"]),
            record("Underretning", "U2", modtaget=at("2026-03-20"), sager=["SAG-1", "SAG-2"]),
            record("Foranstaltning", "F1", "SAG-1", start=day("2026-03-12")),
            record("AkutIndsats", "A1", "SAG-2", tidspunkt=at("2026-03-20T18:00")),
            record("Visitation", "V1", "SAG-1"),
        ]
    )

    found = told(INDICATORS["I-30"].count(known, SPRING))

    assert found == {
        "": (5.0, None, 2),
        "sager på tværs af sektorer": (10.0, None, 1),
        "andre sager": (0.0, None, 1),
    }


# --- the ladder ------------------------------------------------------------------------------------


def measure(id: str, step: int, start: str, end: str = "", **values: object):
    return record(
        "Foranstaltning", id, f"SAG-{id}", trin=Decimal(step), start=day(start),
        slut=day(end) if end else None, **values,
    )  # fmt: skip


LADDER = [
    measure("1", 2, "2026-01-01"),
    measure("2", 3, "2026-01-01"),
    measure("3", 4, "2026-03-01"),
    measure("4", 5, "2025-09-01"),
    measure("5", 5, "2026-04-01", "2026-05-31"),
    measure("6", 4, "2026-02-01", "2026-04-02"),
]


def test_i06_looks_at_the_measures_that_run_on_the_last_day():
    """Proves R-040."""
    found = told(INDICATORS["I-06"].count(material(records=LADDER), SPRING))

    assert found == {f"trin {step}": (25.0, 1, 4) for step in (2, 3, 4, 5)}


def test_i07_counts_moves_and_the_days_on_a_step():
    """Proves R-041."""
    moves = [
        record("Trinskift", "1", created="2026-04-02", fra=Decimal(4), til=Decimal(3)),
        record("Trinskift", "2", created="2026-04-02", fra=Decimal(2), til=Decimal(5)),
        record("Trinskift", "3", created="2026-04-02", fra=Decimal(5), til=Decimal(4),
               forlaenget_til=day("2026-09-01")),
        record("Trinskift", "4", created="2026-06-02", fra=Decimal(4), til=Decimal(3)),
    ]  # fmt: skip

    found = told(INDICATORS["I-07"].count(material(records=[*LADDER, *moves]), SPRING))

    assert found == {
        "skift ned": (1, 1, None),
        "skift op": (1, 1, None),
        "dage på trin 4": (60.0, None, 1),
        "dage på trin 5": (60.0, None, 1),
    }


def test_i08_a_stay_is_long_when_it_passes_the_deadline_of_the_rule_set():
    """Proves R-042."""
    extension = record(
        "Trinskift", "1", forlaenget_til=day("2026-07-01"), hvorfor="Skoleår", foranstaltning_id="4"
    )
    known = material(records=[*LADDER, extension], stay_limit=lambda start: add_months(start, 6))

    found = told(INDICATORS["I-08"].count(known, SPRING))

    assert list(found.values()) == [(50.0, 1, 2), (272.0, None, 1), (100.0, 1, 1)]


def test_i12_and_i13_stand_beside_the_figures_of_boraas():
    """Proves R-044 and R-045."""
    known = material(
        records=LADDER,
        references={
            "reference_andel_slaegt_procent": Decimal(25),
            "reference_andel_institution_procent": Decimal(26),
        },
    )

    [kin] = INDICATORS["I-12"].count(known, SPRING)
    [institution] = INDICATORS["I-13"].count(known, SPRING)

    assert (kin.numerator, kin.denominator, kin.reference) == (1, 2, 25)
    assert (institution.numerator, institution.denominator, institution.reference) == (1, 3, 26)


def test_i28_counts_placements_and_their_change():
    found = told(INDICATORS["I-28"].count(material(records=LADDER), SPRING))

    assert found == {"": (3, 3, None), "dagen før perioden": (3, 3, None), "ændring": (0.0, 0, 3)}


# --- continuity ------------------------------------------------------------------------------------


def test_i09_counts_changes_after_the_allocation_and_under_direct_intake_from_the_receipt():
    """Proves R-022 and X-05."""
    known = material(
        cases=[case("SAG-1"), case("SAG-2"), case("SAG-3"), case("SAG-4", closed="2026-02-01")],
        records=[
            record("Tildeling", case="SAG-1", tildelt=at("2026-03-04")),
            record("Tildeling", case="SAG-2", tildelt=at("2026-03-04")),
            record("Sagsbehandlerskift", "1", case="SAG-1", skiftet=at("2026-03-03")),
            record("Sagsbehandlerskift", "2", case="SAG-1", skiftet=at("2026-04-03")),
            record("Sagsbehandlerskift", "3", case="SAG-1", skiftet=at("2026-06-03")),
        ],
    )
    direct = material(
        cases=known.cases.values(),
        records=[each for found in known.records.values() for each in found],
        settings={**SETTINGS, "intake_mode": "direct"},
    )

    from_allocation = told(INDICATORS["I-09"].count(known, SPRING))
    from_receipt = told(INDICATORS["I-09"].count(direct, SPRING))

    assert from_allocation == {"": (0.5, None, 2), "sager uden skift": (50.0, 1, 2)}
    assert from_receipt == {"": (0.7, None, 3), "sager uden skift": (66.7, 2, 3)}


def test_i10_compares_caseworkers_with_the_limit():
    """Proves R-023."""
    cases = [case(f"SAG-{number}", caseworker="CW-1") for number in (1, 2, 3)]
    cases += [case("SAG-4", caseworker="CW-2"), case("SAG-5", closed="2026-05-01", caseworker="CW-2")]

    found = told(INDICATORS["I-10"].count(material(cases=cases), SPRING))

    assert found == {"": (2.0, None, 2), "højeste": (3, 3, None), "rådgivere over grænsen": (50.0, 1, 2)}


def test_i18_measures_hours_to_the_first_contact_and_contacts_per_case_and_month():
    """Proves R-033."""
    known = material(
        cases=[case("SAG-1")],
        records=[
            record("Underretning", "U1", vurderet=at("2026-03-29T00:00"), sager=["SAG-1"]),
            record("Kontaktnotat", "1", tid=at("2026-03-28T12:00")),
            record("Kontaktnotat", "2", tid=at("2026-03-29T12:00")),
            record("Kontaktnotat", "3", tid=at("2026-05-29T12:00")),
        ],
    )

    found = told(INDICATORS["I-18"].count(known, SPRING))

    assert found == {"": (11.0, None, 1), "kontakter pr. åben sag og måned": (1.0, None, 1)}


def test_i19_counts_people_and_units_of_a_case_beside_the_period_before():
    work = [
        WorkFact("SAG-1", "A", "syd", at("2026-03-05")),
        WorkFact("SAG-1", "B", "syd", at("2026-03-06")),
        WorkFact("SAG-1", "A", "syd", at("2026-03-07")),
        WorkFact("SAG-1", "C", "ppr", at("2026-02-07")),
    ]

    found = told(INDICATORS["I-19"].count(material(work=work), SPRING))

    assert [each[0] for each in found.values()] == [2.0, 1.0, 1.0, 1.0]


# --- meetings, consent -----------------------------------------------------------------------------


def test_i14_counts_open_cases_with_a_meeting_of_family_or_network():
    known = material(
        cases=[case("SAG-1"), case("SAG-2"), case("SAG-3")],
        records=[
            record("Moede", "1", "SAG-1", slags="familiemoede", holdt=at("2026-04-01")),
            record("Moede", "2", "SAG-1", slags="netvaerksmoede", holdt=at("2026-04-02")),
            record("Moede", "3", "SAG-2", slags="netvaerksmoede", tid=at("2026-04-02")),
            record("Moede", "4", "SAG-3", slags="opfoelgning", holdt=at("2026-04-02")),
        ],
    )

    assert told(INDICATORS["I-14"].count(known, SPRING)) == {"": (33.3, 1, 3)}


def test_i15_tells_agreements_by_the_kind_of_meeting():
    """Proves R-065."""
    known = material(
        records=[
            record("Moede", "M1", slags="familiemoede"),
            record("Aftale", "A1", moede_id="M1"),
            record("Aftale", "A2", moede_id="M1"),
            record("Aftale", "A3"),
        ],
        deadlines=[
            deadline("T20", "2026-03-01", "2026-03-20", "2026-03-19", subject="A1"),
            deadline("T20", "2026-03-01", "2026-03-20", "2026-03-21", subject="A2"),
            deadline("T20", "2026-03-01", "2026-03-20", subject="A3"),
        ],
    )

    found = told(INDICATORS["I-15"].count(known, SPRING))

    assert found == {"": (33.3, 1, 3), "andre møder": (0.0, 0, 1), "familiemøde": (50.0, 1, 2)}


def test_i16_tells_conferences_by_district_and_type():
    """Proves R-061 and R-062."""
    kind = {"slags": "koordineringskonference", "type": "2"}
    known = material(
        records=[
            record("Moede", "1", None, **kind, distrikt="D1", tid=at("2026-03-10"), holdt=at("2026-03-10")),
            record("Moede", "2", None, **kind, distrikt="D1", tid=at("2026-03-24")),
            record("Moede", "3", None, **kind, distrikt="D2", tid=at("2026-03-24"), holdt=at("2026-03-24")),
        ]
    )

    found = told(INDICATORS["I-16"].count(known, SPRING))
    in_d2 = told(compute(known, Question(SPRING.first, SPRING.last, district="D2"), ["I-16"])["I-16"])

    assert found == {
        "": (66.7, 2, 3),
        "distrikt D1, type 2": (50.0, 1, 2),
        "distrikt D2, type 2": (100.0, 1, 1),
    }
    assert in_d2 == {"": (100.0, 1, 1), "distrikt D2, type 2": (100.0, 1, 1)}


def test_i17_counts_what_became_of_consent():
    """Proves R-091."""
    known = material(
        records=[
            record("Samtykkeanmodning", "1", status="givet", afgjort=at("2026-03-10")),
            record("Samtykkeanmodning", "2", status="afslaaet", afgjort=at("2026-03-10")),
            record(
                "Samtykkeanmodning",
                "3",
                status="ikke_noedvendigt",
                undtagelse="ssd",
                afgjort=at("2026-03-10"),
            ),
            record("Samtykke", "1", tilbagekaldt=at("2026-03-12"), status="tilbagekaldt"),
            record("Samtykke", "2", gyldigt_til=day("2026-04-12"), status="udloebet"),
            record("SSDForloeb", "1", afholdt=at("2026-04-12"), moedenr=Decimal(1)),
        ]
    )

    found = told(INDICATORS["I-17"].count(known, SPRING))

    assert [each[0] for each in found.values()] == [3, 1, 1, 0, 1, 1, 1, 1]


# --- youth and Signs of Safety ---------------------------------------------------------------------


def effort(id: str, end: str = "2026-03-10", **values: object):
    return record("Netvaerksforloeb", id, f"SAG-{id}", start=day("2025-10-01"), slut=day(end), **values)


EFFORTS = [
    effort("1", eftertjekket=day("2026-04-01"), kendt_kriminalitet=False, mistanke=True, kriterium="kerne",
           uddannelse_arbejde=True, bor_hjemme=True, akut_start=True, redskaber=True),
    effort("2", eftertjekket=day("2026-04-01"), kendt_kriminalitet=True, kriterium="udvidet",
           uddannelse_arbejde=False, bor_hjemme=True, redskaber=False),
    effort("3", uddannelse_arbejde=True),
    effort("4", end="2026-06-10", uddannelse_arbejde=False),
]  # fmt: skip


def test_i20_shows_suspicion_and_the_widened_target_group_apart():
    """Proves R-136."""
    found = told(INDICATORS["I-20"].count(material(records=EFFORTS), SPRING))

    assert found == {
        "": (50.0, 1, 2),
        "heraf med mistanke": (1, 1, None),
        "kernemålgruppen": (100.0, 1, 1),
        "den udvidede målgruppe": (0.0, 0, 1),
        "sluttet, endnu ikke eftertjekket": (1, 1, None),
    }


def test_i21_to_i23_ask_those_that_ended():
    """Proves R-137."""
    known = material(records=EFFORTS)

    work = told(INDICATORS["I-21"].count(known, SPRING))
    home = told(INDICATORS["I-22"].count(known, SPRING))
    tools = told(INDICATORS["I-23"].count(known, SPRING))

    assert work == {"": (66.7, 2, 3)}
    assert home == {"": (100.0, 2, 2), "akut begyndt og bor hjemme": (1, 1, None)}
    assert tools == {"": (50.0, 1, 2)}


def test_i24_counts_matches_mentors_and_goal_checks():
    """Proves R-138 and R-139."""
    known = material(
        records=[
            record("Match", "1", None, start=day("2025-01-10"), stadig_sag=False),
            record(
                "Match", "2", None, start=day("2026-03-10"), slut=day("2026-04-10"), uddannelse_arbejde=True
            ),
            record("Match", "3", None, start=day("2026-06-10")),
            record("Mentor", "1", None, uddannet=day("2025-01-01"), bliver=False),
            record("Mentor", "2", None, uddannet=day("2025-01-01")),
            record("Mentor", "3", None),
        ],
        references={"maal_match": Decimal(30)},
    )

    figures = list(INDICATORS["I-24"].count(known, SPRING))

    assert figures[0].reference == 30
    assert [(each.numerator, each.denominator) for each in figures] == [
        (2, None),
        (1, None),
        (1, 2),
        (1, 1),
        (1, 1),
    ]


def test_i25_to_i27_tell_how_widely_signs_of_safety_is_used():
    """Proves R-142, R-143, R-144 and X-17."""
    staff = {"enhed": "syd", "uddannet": day("2026-03-01")}
    known = material(
        records=[
            record("SoSSvar", "1", None, "2026-03-10", hyppighed="dagligt", loeftet="ja"),
            record("SoSSvar", "2", None, "2026-03-10", hyppighed="maanedligt", loeftet="ved_ikke"),
            record("SoSSvar", "3", None, "2026-03-10", hyppighed="sjaeldnere", loeftet="ja"),
            record("SoSSvar", "4", None, "2026-06-10", hyppighed="dagligt", loeftet="ja"),
            record("SoSDeltager", "1", None, **staff, noegleperson=True),
            record("SoSDeltager", "2", None, **staff),
            record("SoSDeltager", "3", None, enhed="nord", uddannet=day("2026-06-01")),
            record("SoSDeltager", "4", None, "2026-06-10", **staff, noegleperson=True),
        ],
        settings={
            **SETTINGS,
            "sos_bruger_hyppighed": ["dagligt", "ugentligt", "maanedligt"],
            "sos_bruger_maal": Decimal(75),
            "sos_nytte_maal": Decimal(75),
            "sos_noeglepersoner_pr_enhed": Decimal(1),
        },
    )

    used = list(INDICATORS["I-25"].count(known, SPRING))
    [lifts] = INDICATORS["I-26"].count(known, SPRING)
    covered = told(INDICATORS["I-27"].count(known, SPRING))

    assert (used[0].numerator, used[0].denominator, used[0].reference) == (2, 3, 75)
    assert [each.label[0] for each in used[1:]] == ["dagligt", "2-4 gange månedligt", "sjældnere"]
    assert (lifts.numerator, lifts.denominator, lifts.reference) == (2, 3, 75)
    assert covered == {
        "uddannede medarbejdere": (66.7, 2, 3),
        "enheder med nøgleperson": (50.0, 1, 2),
        "nøglepersoner": (1, 1, None),
    }


def test_every_key_figure_that_is_counted_can_be_entered():
    form = json.loads((PROCESSES / "forms/F-T1.form").read_text("utf-8"))
    [rows_] = [each for each in form["components"] if each.get("path") == "noegletal"]
    [chosen] = [each for each in rows_["components"] if each.get("key") == "noegletal"]

    offered = {option["value"] for option in chosen["values"]}

    assert offered == {code for _, codes, *_ in PROFILE for code in codes} | {"udgift_familiebehandling"}


def test_the_social_profile_stands_beside_the_nation_and_similar_municipalities():
    year_2024 = [{"noegletal": "anbragte", "vaerdi": Decimal(118)}]
    year_2025 = [
        {
            "noegletal": "anbragte",
            "vaerdi": Decimal(95),
            "landsgennemsnit": Decimal(100),
            "sammenligning": None,
        },
        {"noegletal": "anbringelser_uden_samtykke", "vaerdi": Decimal(12)},
        {"noegletal": "udgift_familiebehandling", "vaerdi": Decimal(1_200_000)},
    ]
    known = material(
        records=[
            record("SocialProfil", "1", None, aar=Decimal(2024), noegletal=year_2024),
            record("SocialProfil", "2", None, aar=Decimal(2025), noegletal=year_2025),
            record("SocialProfil", "3", None, aar=Decimal(2027), noegletal=year_2024),
        ]
    )

    placed = told(INDICATORS["P-01"].count(known, SPRING))
    without = told(INDICATORS["P-02"].count(known, SPRING))
    [cost] = INDICATORS["I-29"].count(known, SPRING)

    assert placed == {"2025": (95, None, None), "2025 landsgennemsnit": (100, None, None)}
    assert without == {"2025 uden samtykke": (12, None, None)}
    assert cost.value == 1_200_000


# --- small groups, scopes, sheets ------------------------------------------------------------------


def test_small_groups_are_left_out_and_cannot_be_computed_from_their_siblings():
    steps = [
        share(2, 40, ("trin 1", "step 1"), group="steps"),
        share(8, 40, ("trin 2", "step 2"), group="steps"),
        share(30, 40, ("trin 3", "step 3"), group="steps"),
    ]

    found = without_small_groups(steps, 5)

    assert [each.is_suppressed for each in found] == [True, True, False]
    assert all(each.value is None and each.numerator is None for each in found[:2])


@pytest.mark.parametrize(
    ("figure", "is_left_out"),
    [
        (share(0, 40), False),
        (share(4, 40), True),
        (share(5, 40), False),
        (share(36, 40), True),  # the four others would be told
        (share(40, 40), False),
        (share(2, 4), True),
        (share(2, 4, is_personal=False), False),
        (count(4), True),
        (count(0), False),
    ],
)
def test_a_figure_is_left_out_when_it_tells_about_fewer_than_the_setting(figure, is_left_out: bool):
    [found] = without_small_groups([figure], 5)

    assert found.is_suppressed == is_left_out


def test_a_team_sees_its_own_cases_and_a_rule_set_its_own_deadlines():
    known = material(
        cases=[case("SAG-1", team="syd"), case("SAG-2", team="nord", rule_sets=frozenset({"HERNING"}))],
        records=[record("Foranstaltning", "1", "SAG-1"), record("Mentor", "1", None)],
        deadlines=[
            deadline("T05", "2026-03-01", "2026-03-15", rule_set="LOV-BL", case="SAG-2"),
            deadline("T05", "2026-03-02", "2026-03-16", rule_set="HERNING", case="SAG-2"),
        ],
    )

    of_team = known.scoped(Question(SPRING.first, SPRING.last, team="syd"))
    of_set = known.scoped(Question(SPRING.first, SPRING.last, rule_set="HERNING"))

    assert (set(of_team.cases), len(of_team.of("Foranstaltning")), of_team.of("Mentor")) == ({"SAG-1"}, 1, [])
    assert [each.due_at for each in of_set.deadlines] == [at("2026-03-16")]


def test_the_period_before_has_the_same_length_and_ends_the_day_before():
    assert SPRING.before == Question(dt.date(2025, 11, 29), dt.date(2026, 2, 28))
    assert SPRING.has(at("2026-05-31T23:59")) and not SPRING.has(at("2026-06-01T00:00"))


def test_a_sheet_never_holds_a_formula_and_reads_well_in_a_danish_office():
    figures = {"I-01": [share(1, 3, ("=HYPERLINK(1)", "@x"))], "I-02": []}

    danish, english = to_csv(figures, "da"), to_csv(figures, "en")

    assert "I-01;24-timers vurdering i tide;'=HYPERLINK(1);33,3;%;1;3;;" in danish
    assert "I-01,24-hour assessment in time,'@x,33.3,%,1,3,," in english
    assert [row.remark for row in rows(figures)] == ["", "intet at tælle"]
