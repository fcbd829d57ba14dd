"""Examination, plan, measure and follow-up from end to end (S-05, S-06, S-08, S-09 of the specification).

Dates and instants come from the domain specification.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.clock import ManualClock
from flowcase.config import Config
from flowcase.errors import Forbidden, InvalidValues, Refused
from tests.processes.consents_given import give_consent

PROCESSES = Path(__file__).parents[2] / "processes"
LOCAL = ZoneInfo("Europe/Copenhagen")
DIAGRAMS = (
    "boernefaglig_undersoegelse",
    "handleplan",
    "foranstaltning",
    "opfoelgning",
    "kreativt_raad",
    "visitation",
    "tvaerprofessionelt_forum",
    "familiemoede",
    "netvaerksmoede",
    "signs_of_safety",
    "moede",
    "aftale",
    "anonym_droeftelse",
    "samtykke",
    "frist",
    "samtykke_gyldighed",
    "samtykke_tilbagekaldelse",
    "individuel_kontrakt",
)
CASEWORKER, LEADER, HEAD, DISTRICT = "CW-1", "TL-1", "MA-1", "DL-1"
BOARD = {name: [{"hvem": "Mor", "hvad": "x"}] for name in ("bekymringer", "fungerer", "vil_se_ske")}
PLANNED = {
    "fokus": "x",
    "kilder": [{"hvem": "Skolen", "rolle": "skole", "hvad": "x", "samtykke": "indhentes"}],
    "familiens_bidrag": "x",
}
CONCLUSION = {
    "tavle": BOARD,
    "analyse": "x",
    "barnets_perspektiv": "x",
    "foraeldres_syn": "x",
    "netvaerk": "x",
}
DECISION = {
    "uden_for_kommunen": "false",
    "begrundelse": "x",
    "start": "2026-06-01",
    "varighed": "2027-06-01",
    "meddelt": "2026-05-27",
}
STEP_DOWN = {"naeste_trin": "2", "nedtrapning_dato": "2026-02-01"}  # planned before an institution stay
CONSENT = {
    "udveksling": "ekstern",
    "formaal_kode": "kreativt_raad",
    "formaal": "x",
    "oplysningstyper": ["familie"],
    "begge_foraeldres_indflydelse": "false",
    "modtagere": ["DL-1"],
    "barn_inddraget": "orienteret",
    "foraeldre_deltager": "deltager",
    "svarfrist": "2026-06-10",
}
YES = {
    "svar": "ja",
    "afgiver": "mor",
    "egenskab": "foraeldremyndighed",
    "form": "skriftligt",
    "givet": "2026-05-20T12:00+02:00",
    "dokument": ["dok-1"],
}
FOLLOW_UP = {
    "maalstatus": [{"maal": "1", "status": "paa_vej"}],
    "nedtrapning": "nej",
    "barnets_ord": "x",
    "exit": "x",
    "beslutning": "fortsaet",
}
GOALS = {
    "maal": [{"omraade": "skole", "maal": "x", "tegn": "x", "maaldato": "2026-12-01"}],
    "formaal": "x",
    "barnets_oensker": "x",
}
EXIT = {"uden_hjaelp": "x", "overtager": "x", "naeste_trin": "almen", "forventet_exit": "2027-01-01"}
BALLERUP = {"regelsaet": ["BALLERUP-2016"], "regelsaet_begrundelse": "x"}


def at(text: str) -> dt.datetime:
    """A local instant, or the end of a local day, as the specification writes them."""
    return dt.datetime.fromisoformat(text if "T" in text else f"{text}T23:59:59").replace(tzinfo=LOCAL)


class Office:
    """An installation on a clock of its own, with one case."""

    def __init__(self, flow: Any, case: str) -> None:
        self.flow, self.case = flow, case

    def go_to(self, text: str) -> None:
        moment = at(text).astimezone(dt.UTC)
        while (due := self.flow.next_due()) is not None and due <= moment:
            self.flow.clock.set(max(due, self.flow.clock.now()))
            while self.flow.timers.fire_due() or self.flow.jobs.run_due():
                pass
        self.flow.clock.set(moment)

    def tasks(self, element: str) -> list[Any]:
        return [row for row in self.flow.user_tasks.list(case=self.case) if row.element == element]

    def do(self, element: str, by: str = CASEWORKER, /, **values: Any) -> None:
        [row] = self.tasks(element)
        self.flow.user_tasks.complete(row.id, values, actor=self.flow.people.actor(by))

    def refuses(self, element: str, **values: Any) -> list[str]:
        with pytest.raises(Refused) as refused:
            self.do(element, **values)
        return sorted(refused.value.rules)

    def tell(self, message: str, key: str | None = None, **variables: Any) -> None:
        given = {"sag_id": self.case, **variables}
        self.flow.messages.correlate(message, key or self.case, given, case=self.case, actor=SYSTEM)

    def deadlines(self, rule: str) -> list[Any]:
        rows = [row for row in self.flow.deadlines.of_case(self.case) if row.rule == rule]
        return sorted(rows, key=lambda row: row.due_at)

    def due(self, rule: str) -> str:
        """The due day of the one deadline of that rule that still runs; it is always due at its end."""
        [row] = [row for row in self.deadlines(rule) if row.status in ("open", "breached")]
        assert row.due_at == at(row.due_at.astimezone(LOCAL).date().isoformat())
        return row.due_at.astimezone(LOCAL).date().isoformat()

    def records(self, entity: str) -> list[Any]:
        return self.flow.cases.records(entity, case=self.case)

    def consents(self, *givers: str) -> list[str]:
        """Ids of the consents to the newest measure, of these givers or of all who said yes."""
        return [
            record.id
            for record in self.records("Samtykke")
            if record["foranstaltning_id"] == self.measure()
            and record["svar"] == "ja"
            and (not givers or record["afgiver"] in givers)
        ]

    def decision(self) -> dict[str, Any]:
        """What F-F1 asks of every measure, resting on the consents that were given to it."""
        return {**DECISION, "samtykke": self.consents()}

    def measure(self) -> str:
        return self.records("Foranstaltning")[-1].id

    def hold(self, day: str, **values: Any) -> None:
        self.do("opfoelg", **{**FOLLOW_UP, "afholdt": day, **values})

    def follow(self, start: str, *rule_sets: str, kind: str = "forebyggende") -> None:
        self.tell(
            "foranstaltning_startet",
            start=dt.date.fromisoformat(start),
            art=kind,
            regelsaet=list(rule_sets),
        )

    def ends(self, process: str) -> list[str]:
        """End events that instances of the process have reached, in order."""
        instances = {row.id for row in self.flow.instances.list(case=self.case, process=process, limit=None)}
        return [
            element
            for line in self.flow.history.everything()
            if type(line.event).__name__ == "InstanceCompleted" and line.instance in instances
            for element in line.event.end_elements
        ]

    def incidents(self) -> list[Any]:
        return self.flow.incidents.list()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation with what these stories need; the daily meeting would only cost time."""
    home = tmp_path_factory.mktemp("deployed")
    flow = bootstrap.open_throwaway(home, now=at("2025-01-01T08:00"))
    files = {
        path.relative_to(PROCESSES).as_posix(): path.read_bytes()
        for path in sorted(PROCESSES.rglob("*"))
        if path.stem in DIAGRAMS
        or path.suffix in {".dmn", ".form"}
        or (path.suffix == ".yaml" and path.parent.name == "rulesets")
    }
    flow.deployments.deploy(files, actor=SYSTEM, note="test")
    roles = {
        CASEWORKER: "familieteam_syd",
        LEADER: "teamleder_syd",
        HEAD: "myndighedsansvarlig",
        DISTRICT: "distriktsleder_skole",
    }
    for id, group in roles.items():
        flow.people.add(id, name=id, groups=[group], actor=SYSTEM)
    flow.close()
    return home


@pytest.fixture
def office(deployed: Path, tmp_path: Path) -> Iterator[Callable[..., Office]]:
    opened: list[Any] = []

    def build(now: str, case: str, *, facts: dict[str, Any] | None = None, **settings: Any) -> Office:
        shutil.copytree(deployed, tmp_path, dirs_exist_ok=True)
        config = Config(home=tmp_path, is_demonstration=True, is_durable=False)
        flow = bootstrap.open(config, clock=ManualClock(at(now)))
        opened.append(flow)
        if settings:
            flow.rule_sets.use(settings=settings, actor=SYSTEM)
        known = {"team": "familieteam_syd", "sagsbehandler": CASEWORKER, "omraade": "syd", **(facts or {})}
        flow.cases.open(case, child={"navn": "Barn"}, facts=known, actor=SYSTEM)
        return Office(flow, case)

    yield build
    for flow in opened:
        flow.close()


# --- S-05 ------------------------------------------------------------------------------------------


def start_examination(office: Callable[..., Office]) -> Office:
    story = office("2025-11-03T09:00", "SAG-2605", facts={"kendskabsdato": dt.date(2025, 10, 31)})
    story.flow.instances.start(
        "boernefaglig_undersoegelse", {"sag_id": "SAG-2605"}, case="SAG-2605", actor=SYSTEM
    )
    give_consent(story.flow, "SAG-2605", "skole")
    return story


def test_an_examination_overruns_at_a_short_month(office):
    """Proves R-021."""
    story = start_examination(office)

    [t04] = story.deadlines("T04")
    assert t04.due_at == dt.datetime(2026, 2, 28, 22, 59, 59, tzinfo=dt.UTC)
    assert [each["planned_at"].astimezone(LOCAL).date().isoformat() for each in t04.planned_reminders] == [
        "2026-01-29",
        "2026-02-14",
        "2026-02-25",
    ]

    story.go_to("2025-11-10T10:00")
    story.do("planlaeg", **PLANNED)
    story.do("indhent_udtalelse", indhold="x", modtaget="2025-11-20")
    story.do("boernesamtale", gennemfoert="ja", barnets_ord="x")
    assert [row.due_at for row in story.tasks("analyse")] == [t04.due_at]
    story.go_to("2026-02-28T23:59:58")
    assert not story.tasks("foreloebig_vurdering")

    story.go_to("2026-03-01T00:00:00")
    [t04] = story.deadlines("T04")
    assert (t04.status, len(t04.escalations)) == ("breached", 1)
    assert t04.escalations[0]["groups"] == ["teamleder_syd"]
    story.do("foreloebig_vurdering", aarsag="x", foreloebig="x", ny_dato="2026-03-15")
    assert story.tasks("analyse")  # the flow goes on

    story.go_to("2026-03-07T12:00")
    [t04] = story.deadlines("T04")
    assert t04.escalations[1]["groups"] == ["myndighedsansvarlig"]

    story.go_to("2026-03-10T10:00")
    story.do("analyse", **CONCLUSION, konklusion="ingen", afsluttet="2026-03-10")
    [t04] = story.deadlines("T04")
    assert (t04.status, t04.days_late) == ("met", 10)
    assert story.records("Undersoegelse")[0]["dage_for_sent"] == 10
    assert story.flow.cases.facts("SAG-2605")["undersoegelse_afsluttet"] == dt.date(2026, 3, 10)
    story.do("partshoering", partshoering="x", partshoert="2026-03-10")
    assert story.ends("boernefaglig_undersoegelse")[-1] == "ingen"
    assert not story.incidents()


def test_a_provisional_assessment_that_nobody_wrote_lapses_when_the_examination_ends(office):
    story = start_examination(office)
    story.do("planlaeg", **PLANNED)
    story.do("indhent_udtalelse", indhold="x", modtaget="2025-11-20")
    story.do("boernesamtale", gennemfoert="nej", ikke_gennemfoert="x")
    story.go_to("2026-03-08T10:00")
    reminders = [
        line.event
        for line in story.flow.history.everything()
        if type(line.event).__name__ == "NoticeSent" and line.event.text == "undersoegelse_ikke_faerdig"
    ]
    assert [list(each.groups) for each in reminders] == [["teamleder_syd"]]

    story.do("analyse", **CONCLUSION, konklusion="forebyggende", afsluttet="2026-03-08")

    assert not story.tasks("foreloebig_vurdering")


def test_a_corrected_date_of_knowledge_moves_the_deadline_and_its_boundary_timer(office):
    story = start_examination(office)

    story.flow.cases.set_fact("SAG-2605", "kendskabsdato", dt.date(2025, 11, 1), reason="Fejl", actor=SYSTEM)

    assert story.due("T04") == "2026-03-01"
    story.go_to("2026-03-01T12:00")
    assert not story.tasks("foreloebig_vurdering")
    story.go_to("2026-03-02T00:00:00")
    assert story.tasks("foreloebig_vurdering")


def test_an_examination_cannot_end_in_the_future(office):
    story = start_examination(office)
    story.do("planlaeg", **PLANNED)
    story.do("indhent_udtalelse", indhold="x", modtaget="2025-11-03")
    story.do("boernesamtale", gennemfoert="ja")

    assert story.refuses("analyse", **CONCLUSION, konklusion="ingen", afsluttet="2025-11-04") == ["R-020"]


# --- from examination to follow-up -------------------------------------------------------------------


def conclude(story: Office, day: str) -> None:
    give_consent(story.flow, story.case, "skole")
    story.do("planlaeg", **PLANNED)
    story.do("indhent_udtalelse", indhold="x", modtaget=day)
    story.do("boernesamtale", gennemfoert="ja")
    story.do("analyse", **CONCLUSION, konklusion="foranstaltning", afsluttet=day)
    story.do("partshoering", partshoering="Ingen bemærkninger", partshoert=day)


def ask_forum(story: Office) -> None:
    """The plan is discussed in the cross-professional forum, which meets and gives its advice."""
    story.do("stil_spoergsmaal", spoergsmaal="x", enheder=["ppr"], tid="2026-12-01T10:00")
    story.do("vaelg_behandling", behandling="uden_dem", behandling_begrundelse="Intet samtykke endnu")
    held = {"holdt": story.flow.clock.now().isoformat(), "moedeleder": CASEWORKER, "referent": LEADER}
    held["til_stede"] = [CASEWORKER]
    story.do("afhold", forloeb="afholdt", **held)
    story.do("aftaler_fra_moedet", ingen_opgave="true", referat="x")
    story.do("skriv_raad", deltagere="Familieteamet", raad="x")


def test_the_main_line_runs_from_examination_to_the_third_follow_up(office):
    """Proves R-026."""
    story = start_examination(office)
    conclude(story, "2025-11-03")

    story.do("paataenk", paataenkt="kontaktperson", uden_for_kommunen="false")
    story.do("samtykke", samtykke_indehaver="givet", ung_samtykker="false")
    story.do("afgoer", **story.decision(), type="kontaktperson")
    assert story.due("T17") == "2026-02-03"  # the plan may follow within three months
    story.do("maal", **GOALS)
    ask_forum(story)
    assert story.refuses("godkend", familie_deltog="true", godkendt="2025-11-04") == ["R-025"]
    story.do("exitstrategi", **EXIT)
    with pytest.raises(InvalidValues):
        story.do("godkend", familie_deltog="false", godkendt="2025-11-04")
    story.do("godkend", familie_deltog="true", godkendt="2025-11-04")
    assert story.deadlines("T17")[0].status == "met"
    assert [record["maal"] for record in story.records("Maal")] == ["x"]
    assert story.ends("handleplan")[-1] == "godkendt"
    assert story.ends("boernefaglig_undersoegelse")[-1] == "foranstaltning_i_gang"

    story.do("bekraeft_start", startet="2025-11-30")
    assert story.due("T05") == "2026-02-28"
    story.go_to("2026-02-24T12:00")
    assert story.refuses("opfoelg", **FOLLOW_UP, afholdt="2026-02-24") == ["R-034"]
    story.hold("2026-02-24", naeste="2026-05-20", naeste_begrundelse="Skoleskift")
    assert story.due("T06") == "2026-05-20"
    story.go_to("2026-05-20T12:00")
    story.hold("2026-05-20", beslutning="ophoer", slutaarsag="ophoert_almen")
    story.do("overgang", virker="x", modtager="x", familiens_syn="x", luk_sag="true")

    assert story.flow.cases.get(story.case, actor=SYSTEM).status == "afsluttet"
    assert story.ends("opfoelgning") == ["slut"]
    assert story.ends("foranstaltning")[-1] == "ophoert_almen"
    assert [record["nr"] for record in story.records("Opfoelgning")] == [1, 2]
    assert not [row for row in story.flow.deadlines.of_case(story.case) if row.status in ("open", "breached")]
    assert not story.incidents()


def test_the_plan_comes_before_the_decision_where_the_setting_says_so(office):
    """Proves X-23."""
    story = office(
        "2025-11-03T09:00",
        "SAG-2605",
        facts={"kendskabsdato": dt.date(2025, 10, 31)},
        plan_timing="before_decision",
    )
    story.flow.instances.start(
        "boernefaglig_undersoegelse", {"sag_id": "SAG-2605"}, case="SAG-2605", actor=SYSTEM
    )
    conclude(story, "2025-11-03")

    assert not story.tasks("paataenk")
    story.do("exitstrategi", **EXIT)
    story.do("maal", **GOALS)
    ask_forum(story)
    story.do("godkend", familie_deltog="true", godkendt="2025-11-03")

    assert story.tasks("paataenk")
    assert not story.deadlines("T17")


# --- S-06 ------------------------------------------------------------------------------------------


def test_follow_up_by_ballerup_counts_from_when_it_was_held(office):
    """Proves R-027 and R-028."""
    story = office("2025-11-30T08:00", "SAG-2606")
    story.follow("2025-11-30", "BALLERUP-2016")

    assert story.due("T05") == "2026-02-28"
    [task] = story.tasks("opfoelg")
    assert (task.assignee, task.due_at) == (CASEWORKER, at("2026-02-28"))
    story.go_to("2026-02-24T10:00")
    story.hold("2026-02-24")
    assert story.deadlines("T05")[0].days_late == 0
    assert story.due("T06") == "2026-08-24"
    story.go_to("2026-08-24T10:00")
    story.hold("2026-08-24")
    assert story.due("T06") == "2027-02-24"
    assert not story.incidents()


@pytest.mark.parametrize(("anchor", "second"), [("origin", "2026-08-30"), ("planned", "2026-08-28")])
def test_another_anchor_gives_another_date(office, anchor, second):
    story = office("2025-11-30T08:00", "SAG-2606", serie_anker=anchor)
    story.follow("2025-11-30", "BALLERUP-2016")

    story.go_to("2026-02-24T10:00")
    story.hold("2026-02-24")

    assert story.due("T06") == second


def test_follow_up_of_a_placement_by_herning(office):
    """Proves R-029 and R-030."""
    story = office("2026-03-02T08:00", "SAG-2606")
    story.follow("2026-03-02", "HERNING", kind="anbringelse")

    assert story.due("T05") == "2026-03-16"
    story.go_to("2026-03-16T10:00")
    story.hold("2026-03-16")
    assert story.due("T06") == "2026-04-27"
    story.go_to("2026-04-27T10:00")
    story.hold("2026-04-27")
    assert story.due("T06") == "2026-06-08"


def test_follow_up_of_a_preventive_measure_by_herning_and_a_contact_that_changes_nothing(office):
    """Proves R-031, R-032 and R-033."""
    story = office("2026-01-31T08:00", "SAG-2606")
    story.follow("2026-01-31", "HERNING")

    assert story.due("T05") == "2026-02-28"
    story.go_to("2026-02-27T10:00")
    story.hold("2026-02-27")
    assert story.due("T06") == "2026-05-27"

    story.go_to("2026-03-20T10:00")
    story.tell("kontakt", story.measure())
    story.tell("kontakt", story.measure())
    for row in story.tasks("kontaktnotat"):
        values = {"tid": "2026-03-20T10:00", "form": "besoeg", "indhold": "x"}
        story.flow.user_tasks.complete(row.id, values, actor=story.flow.people.actor(CASEWORKER))
    assert len(story.records("Kontaktnotat")) == 2
    assert story.due("T06") == "2026-05-27"

    story.go_to("2026-05-27T10:00")
    story.hold("2026-05-27")
    assert story.due("T06") == "2026-08-27"


def test_follow_up_by_the_present_act_looks_at_a_parallel_examination_and_then_at_what_is_decided(office):
    story = office("2026-01-31T08:00", "SAG-2606", facts={"kendskabsdato": dt.date(2026, 1, 5)})
    story.flow.instances.start(
        "boernefaglig_undersoegelse", {"sag_id": "SAG-2606"}, case="SAG-2606", actor=SYSTEM
    )
    story.follow("2026-01-31", "LOV-BL")
    assert story.due("T05") == "2026-04-30"

    story.go_to("2026-04-10T09:00")
    give_consent(story.flow, story.case, "skole")
    story.do("planlaeg", **PLANNED)
    story.do("indhent_udtalelse", indhold="x", modtaget="2026-04-10")
    story.do("boernesamtale", gennemfoert="ja")
    story.do("analyse", **CONCLUSION, konklusion="ingen", afsluttet="2026-04-10")
    assert story.due("T05") == "2026-04-10"
    [task] = story.tasks("opfoelg")
    assert task.due_at == at("2026-04-10")

    assert story.refuses("opfoelg", **FOLLOW_UP, afholdt="2026-04-10") == ["R-034"]
    assert story.refuses("opfoelg", **FOLLOW_UP, afholdt="2026-04-10", naeste="2026-07-01") == ["R-034"]
    story.hold("2026-04-10", naeste="2026-07-01", naeste_begrundelse="Ro om skoleskiftet")
    assert story.due("T06") == "2026-07-01"
    assert not story.incidents()


def test_the_stricter_of_two_rule_sets_decides_and_proposes(office):
    story = office("2026-01-31T08:00", "SAG-2606")
    story.follow("2026-01-31", "HERNING", "LOV-BL")

    assert story.due("T05") == "2026-02-28"
    [task] = story.tasks("opfoelg")
    shown = story.flow.user_tasks.get(task.id).prefilled
    assert shown["naeste_forslag"] == dt.date(2026, 5, 28)  # three months after this one's due day
    assert (shown["nr"], shown["frist"]) == (1, dt.date(2026, 2, 28))
    story.go_to("2026-02-27T10:00")
    story.hold("2026-02-27", naeste="2026-05-20", naeste_begrundelse="x")
    assert story.due("T06") == "2026-05-20"


def test_a_message_from_outside_may_say_the_date_as_text_and_name_one_rule_set(office):
    story = office("2026-03-02T08:00", "SAG-2606")
    story.tell(
        "foranstaltning_startet",
        start="2026-03-02",
        trin=Decimal(3),
        regelsaet="HERNING",
        foranstaltning_id="F-1",
    )

    assert story.due("T05") == "2026-03-16"
    assert story.measure() == "F-1"


def test_a_follow_up_of_nothing_known_is_an_incident(office):
    story = office("2026-03-02T08:00", "SAG-2606")
    story.tell("foranstaltning_startet", start="2026-03-02")

    [incident] = story.incidents()
    assert incident.element == "aabn_opfoelgning"


def test_many_rounds_follow_one_another(office):
    story = office("2026-03-02T08:00", "SAG-2606")
    story.follow("2026-03-02", "HERNING", kind="anbringelse")
    day = dt.date(2026, 3, 2)

    for _ in range(30):
        day += dt.timedelta(days=1)
        story.flow.clock.set(at(f"{day}T10:00").astimezone(dt.UTC))
        story.hold(day.isoformat())

    assert len(story.records("Opfoelgning")) == 31
    assert len(story.tasks("opfoelg")) == 1
    assert not story.incidents()


# --- S-08 and S-09 -----------------------------------------------------------------------------------


def test_a_considered_placement_goes_through_the_council(office):
    story = office("2026-05-04T09:00", "SAG-2608", facts={"undersoegelse_afsluttet": dt.date(2026, 4, 20)})
    story.tell("til_foranstaltning", "SAG-2608/1")
    story.do("paataenk", paataenkt="plejefamilie", uden_for_kommunen="false")
    story.do("samtykke", samtykke_indehaver="givet", ung_samtykker="true", samtykke_ung="givet")
    decided = {**story.decision(), "regelsaet": ["HERNING"], "regelsaet_begrundelse": "x"}

    assert story.refuses("afgoer", **decided, type="plejefamilie") == ["R-043", "R-047"]
    story.go_to("2026-05-20T13:00")
    story.do("saml_deltagere", medleder=DISTRICT, inviterede=[DISTRICT, CASEWORKER], formaal="x")
    story.do("familieforhold", foraeldremyndighed="mor", oplyst="2026-05-20")
    story.do("formaal", **CONSENT)
    story.do("indhent", **YES)
    story.do("indkald", inviterede=[DISTRICT, CASEWORKER], tid="2026-05-20T13:00+02:00")
    held = {"forloeb": "afholdt", "til_stede": [DISTRICT, CASEWORKER], "holdt": "2026-05-20T13:00+02:00"}
    story.do("afhold", **held, moedeleder=CASEWORKER, referent=DISTRICT)
    assert story.refuses("aftaler_fra_moedet", referat="x") == ["R-064"]
    agreement = {"hvad": "x", "hvem": [CASEWORKER], "tovholder": CASEWORKER, "frist": "2026-06-01"}
    story.do("aftaler_fra_moedet", referat="x", aftaler=[agreement])
    story.do("skriv_svar", udfald="anbefaling", lokale_muligheder="x", anbefaling="x", trin=3)

    story.go_to("2026-05-27T10:00")
    story.do("afgoer", **decided, type="netvaerkspleje", slaegt_netvaerk="Moster")
    assert story.due("T17") == "2026-08-27"
    assert not story.tasks("henvis")
    story.go_to("2026-06-01T10:00")
    story.do("bekraeft_start", startet="2026-06-01")
    assert story.due("T05") == "2026-06-15"
    assert story.flow.cases.facts("SAG-2608")["trin"] == 3
    assert not story.incidents()


def call_council(office: Callable[..., Office], *invited: str) -> Office:
    """The council is asked, and its participants are chosen; consent is still to be asked for."""
    story = office("2026-05-04T09:00", "SAG-2608", facts={"undersoegelse_afsluttet": dt.date(2026, 4, 20)})
    story.tell("til_foranstaltning", "SAG-2608/1")
    story.do("paataenk", paataenkt="plejefamilie", uden_for_kommunen="false")
    story.do("saml_deltagere", medleder=DISTRICT, inviterede=list(invited), formaal="x")
    story.do("familieforhold", foraeldremyndighed="mor", oplyst="2026-05-04")
    return story


def convene(story: Office) -> None:
    story.do("indkald", inviterede=[CASEWORKER], tid="2026-05-20T13:00+02:00")
    story.go_to("2026-05-20T13:30")


def test_consent_to_the_council_begins_with_those_who_were_just_chosen_and_need_it(office):
    story = call_council(office, DISTRICT, CASEWORKER, LEADER)
    [task] = story.tasks("formaal")

    page = story.flow.user_tasks.get(task.id, actor=story.flow.people.actor(CASEWORKER))

    assert page.prefilled["modtagere"] == [DISTRICT]


def test_the_leader_of_the_district_holds_the_council_with_the_caseworker(office):
    """Proves R-048: also when the list of those invited forgot the leader."""
    story = call_council(office, DISTRICT, CASEWORKER)
    story.do("formaal", **CONSENT)
    story.do("indhent", **{**YES, "givet": "2026-05-04T08:00+02:00"})
    convene(story)

    present = {"forloeb": "afholdt", "til_stede": [DISTRICT, CASEWORKER], "holdt": "2026-05-20T13:00+02:00"}
    story.do("afhold", DISTRICT, **present, moedeleder=CASEWORKER, referent=DISTRICT)
    story.do("aftaler_fra_moedet", DISTRICT, referat="x", ingen_opgave="true")

    assert story.tasks("skriv_svar")


def test_a_leader_whom_no_consent_covers_is_not_given_the_council_to_hold(office):
    story = call_council(office, DISTRICT, CASEWORKER)
    story.do("formaal", **CONSENT)
    story.do("indhent", **{**YES, "svar": "nej", "givet": "2026-05-04T08:00+02:00"})
    story.do("anonymitet", aabning="intet_samtykke", genkendelig="ja", udeladt="x")
    convene(story)
    story.do("vaelg_behandling", behandling="uden_dem", behandling_begrundelse="x")

    with pytest.raises(Forbidden):
        story.do("afhold", DISTRICT, forloeb="afholdt")
    assert [row.candidate_users for row in story.tasks("afhold")] == [[CASEWORKER]]


def test_a_young_person_s_refusal_bars_the_placement(office):
    story = office("2026-05-04T09:00", "SAG-2608", facts={"undersoegelse_afsluttet": dt.date(2026, 4, 20)})
    story.tell("til_foranstaltning", "SAG-2608/1")
    story.do("paataenk", paataenkt="netvaerkspleje", uden_for_kommunen="false")
    story.do("samtykke", samtykke_indehaver="givet", ung_samtykker="true", samtykke_ung="afslaaet")
    story.tell("raad_afholdt")

    assert story.refuses("afgoer", **story.decision(), type="netvaerkspleje") == ["R-051"]


def test_a_full_day_offer_inside_the_municipality_needs_visitation_and_no_council(office):
    story = office("2026-05-04T09:00", "SAG-2608")
    story.tell("til_foranstaltning", "SAG-2608/1")
    story.do("paataenk", paataenkt="heldagstilbud", uden_for_kommunen="false")

    assert not story.tasks("saml_deltagere")
    story.do("henvis", tilbud="heldagstilbud", henviser=CASEWORKER, grundlag="x", foraeldre_tilslutning="ja")
    [task] = story.tasks("gennemgaa")
    assert task.candidate_groups == ["visitation_faelles"]


def place_in_institution(office: Callable[..., Office], **settings: Any) -> Office:
    story = office(
        "2025-08-27T09:00",
        "SAG-2609",
        facts={"undersoegelse_afsluttet": dt.date(2025, 8, 1)},
        **settings,
    )
    story.tell("til_foranstaltning", "SAG-2609/1")
    story.do("paataenk", paataenkt="institution", uden_for_kommunen="false")
    story.do("samtykke", samtykke_indehaver="givet", ung_samtykker="false")
    story.tell("raad_afholdt")
    institution = {**story.decision(), **BALLERUP, "type": "institution", "slaegt_netvaerk": "x"}
    assert story.refuses("afgoer", **institution) == ["R-041"]
    story.do("afgoer", **institution, **STEP_DOWN)
    story.go_to("2025-08-31T12:00")
    story.do("bekraeft_start", startet="2025-08-31")
    return story


def test_an_institution_stay_reaches_six_months_is_extended_and_stepped_down(office):
    """Proves R-041."""
    story = place_in_institution(office)

    assert story.due("T07") == "2026-02-28"
    assert story.due("T05") == "2025-11-30"
    story.go_to("2025-11-28T10:00")
    story.hold("2025-11-28")
    assert story.due("T06") == "2026-05-28"
    story.go_to("2025-12-31T07:59")
    assert not story.tasks("planlaeg_nedtrapning")
    story.go_to("2025-12-31T08:00")
    assert len(story.tasks("planlaeg_nedtrapning")) == 1
    story.go_to("2026-01-31T08:00")
    assert len(story.tasks("planlaeg_nedtrapning")) == 2

    story.go_to("2026-03-01T00:00:00")
    [t07] = story.deadlines("T07")
    assert (t07.status, t07.escalations[0]["groups"]) == ("breached", ["teamleder_syd"])
    [task] = story.tasks("tag_stilling")
    assert task.candidate_groups == ["teamleder_syd"]
    with pytest.raises(Refused) as refused:
        story.do("tag_stilling", LEADER, til=5, hvorfor="x")
    assert refused.value.rules == ("R-042",)
    story.do("tag_stilling", LEADER, til=5, hvorfor="x", forlaenget_til="2026-03-31")
    assert story.due("T07") == "2026-03-31"
    assert story.records("Foranstaltning")[0]["forlaenget_til"] == dt.date(2026, 3, 31)

    story.go_to("2026-03-15T10:00")
    story.tell("skift_trin", story.measure())
    story.do("begrund_skift", til=2, hvorfor="x")
    assert story.deadlines("T07")[0].status == "cancelled"
    assert [row.status for row in story.deadlines("T06")] == ["cancelled"]
    story.do("overgang", virker="x", modtager="x", familiens_syn="x")
    assert story.ends("foranstaltning")[-1] == "nedtrappet_til_trin_n"

    story.do("paataenk", paataenkt="familiebehandling", uden_for_kommunen="false")
    not_needed = {**story.decision(), "samtykke": ["ikke_kraevet"]}
    story.do("afgoer", **not_needed, type="familiebehandling", **BALLERUP)
    story.do("bekraeft_start", startet="2026-03-15")
    assert story.due("T05") == "2026-06-15"  # the series restarts for the new measure
    assert not story.incidents()


def test_an_extension_that_the_caseworker_asks_for_is_the_leader_s_decision(office):
    story = place_in_institution(office)
    story.go_to("2026-02-10T10:00")
    story.tell("skift_trin", story.measure())
    story.do("begrund_skift", til=5, hvorfor="x", forlaenget_til="2026-04-30")
    assert story.due("T07") == "2026-02-28"

    with pytest.raises(Forbidden):
        story.do("godkend_forlaengelse", til=5, hvorfor="x", forlaenget_til="2026-03-31")
    story.do("godkend_forlaengelse", LEADER, til=5, hvorfor="x", forlaenget_til="2026-03-31")

    assert story.due("T07") == "2026-03-31"
    story.go_to("2026-03-31T12:00")
    assert not story.tasks("tag_stilling")  # the drawn timer has moved too
    story.go_to("2026-04-01T00:00:00")
    assert story.tasks("tag_stilling")


def test_the_three_columns_are_asked_for_in_placement_cases_where_the_setting_says_so(office):
    """Proves R-035."""
    story = office("2026-03-02T08:00", "SAG-2606", sos_ved_opfoelgning=True)
    story.follow("2026-03-02", "HERNING", kind="anbringelse")

    [board] = story.tasks("udfyld")
    assert board.process == "signs_of_safety"
    with pytest.raises(InvalidValues) as refused:
        story.hold("2026-03-02")
    assert list(refused.value.errors) == ["tavle"]
    story.hold("2026-03-02", tavle=BOARD)


def test_the_board_of_a_follow_up_is_written_once(office):
    """Proves R-035."""
    story = office("2026-03-02T08:00", "SAG-2606", sos_ved_opfoelgning=True)
    story.follow("2026-03-02", "HERNING", kind="anbringelse")

    story.do("udfyld", tavle=BOARD, udskrift="false")

    [row] = story.tasks("opfoelg")
    assert story.flow.user_tasks.get(row.id).prefilled["tavle"] == BOARD


def test_a_supplier_s_messages_stand_in_for_what_the_caseworker_would_register(office):
    story = office("2026-05-04T09:00", "SAG-2608")
    story.tell("til_foranstaltning", "SAG-2608/1")
    story.do("paataenk", paataenkt="kontaktperson", uden_for_kommunen="false")
    story.do("afgoer", **{**story.decision(), "samtykke": ["ikke_kraevet"]}, type="kontaktperson")

    story.tell("start_bekraeftet", story.measure(), start=dt.date(2026, 5, 5))
    assert story.due("T05") == "2026-08-05"
    story.do("indkald", tid="2026-06-01T10:00", deltagere="x")
    story.tell("leverandoerstatus_modtaget")

    assert not story.tasks("leverandoerstatus")
    assert not story.incidents()


def test_the_first_follow_up_by_herning_comes_two_weeks_after_the_placement(office):
    story = office("2025-08-31T09:00", "SAG-2609")
    story.follow("2025-08-31", "HERNING", kind="anbringelse")

    assert story.due("T05") == "2025-09-14"
