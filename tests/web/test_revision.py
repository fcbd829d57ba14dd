"""The auditors' pages: search that can be shared, who looked, what decided, deadlines kept."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest

import flowcase.web
from flowcase.access.actor import SYSTEM
from flowcase.access.events import PersonAdded, SignInRefused
from flowcase.config import shipped_processes
from flowcase.events import (
    ClockCorrected,
    ClockCorrectionEnded,
    MigrationDecided,
    SettingChanged,
    WebhookMade,
)
from flowcase.history.conformance import Deviation
from flowcase.history.exports import line as exported
from flowcase.history.field_names import FIELD_NAMES
from flowcase.services.auditing.heat_maps import LEVELS
from flowcase.services.auditing.history_search import Asked, Telling
from flowcase.store import INSTALLATION
from flowcase.web.auditing.revision import _intervention, responsible
from flowcase.web.forms.api_pages import token_of
from tests.moved_deadlines import move_deadline
from tests.services.diagrams import end, process, start, user_task
from tests.web.world import at

TWO = process("to_trin", start(), user_task("foerste"), user_task("anden"), end())


@pytest.fixture
def vera(sign_in):
    return sign_in("vera.revisor")


def test_a_search_holds_its_filters_in_the_address_and_the_next_page_keeps_them(vera, world):
    found = vera.get("/revision?formaal=tilsyn&sag=SAG-2570&slags=ElementCompleted")
    names = {each.text for each in found.all("//td[@data-title='Hvad']/a")}
    older = found.one("//a[@rel='next']").get("href")

    second = vera.get(older)

    assert names == {"Element færdigt"}
    assert (found.value("sag"), second.value("slags")) == ("SAG-2570", "ElementCompleted")
    events = world.flow.history.of_case("SAG-2570", actor=SYSTEM)
    count = sum(row.kind == "ElementCompleted" for row in events)
    shown = [len(each.all("//tbody/tr")) for each in (found, second)]
    assert 50 <= shown[0] < sum(shown) <= count


def test_days_actors_and_rules_narrow_a_search(vera):
    by_else = vera.get("/revision?formaal=tilsyn&hvem=else.syd&fra=2026-03-25&til=2026-03-25")
    by_rule = vera.get("/revision?formaal=tilsyn&regel=T04")
    nothing = vera.get("/revision?formaal=tilsyn&hvem=else.syd&fra=2026-03-26&til=2026-03-26")

    assert {each.text for each in by_else.all("//td[@data-title='Hvem']/a")} == {"Else Brandt"}
    assert {each.text for each in by_rule.all("//td[@data-title='Hvad']/a")} >= {"Frist begyndt"}
    assert "Ingen hændelser passer" in nothing.text


def test_what_cannot_be_searched_for_is_said_and_stays_typed(vera):
    page = vera.get("/revision?formaal=tilsyn&sag=SAG-9999&fra=engang")
    missing = vera.get("/revision?formaal=tilsyn&sag=SAG-9999")

    assert "Skriv en dato" in page.text and page.value("fra") == "engang"
    assert "Der er ingen sag med den kode" in missing.text


@pytest.mark.parametrize("address", ["/revision?formaal=tilsyn&", "/revision/frister?"])
def test_a_period_that_ends_before_it_begins_is_said_and_not_called_empty(vera, address):
    page = vera.get(f"{address}fra=2026-03-25&til=2026-03-01")

    assert "Perioden slutter, før den begynder." in page.one("//*[@id='til-fejl']").text_content()
    assert "Ingen hændelser passer" not in page.text and "Ingen frister i perioden" not in page.text


def test_a_name_that_nobody_or_several_have_is_told_from_one_who_did_nothing(vera, world):
    world.flow.people.add("camilla.to", name="Camilla Noer", groups=["fronten"], actor=SYSTEM)

    nobody = vera.get("/revision?formaal=tilsyn&hvem=camila.syd")
    several = vera.get("/revision?formaal=tilsyn&hvem=Camilla Noer")
    idle = vera.get("/revision?formaal=tilsyn&hvem=camilla.to&slags=CaseRead")
    no_kind = vera.get("/revision?formaal=tilsyn&slags=Sag set på")

    assert "Ingen konto hedder »camila.syd«." in nobody.text
    assert "Skriv brugernavnet: camilla.syd, camilla.to." in several.text
    assert "Ingen hændelser passer." in idle.text and "Ingen konto" not in idle.text
    assert "ingen slags hændelse, der hedder sådan" in no_kind.one("//*[@id='slags-fejl']").text_content()
    assert "Ingen hændelser passer" not in no_kind.text


def test_each_search_is_in_the_history_and_pointed_to_from_the_case(vera, world):
    vera.get("/revision?formaal=tilsyn&sag=SAG-2588&hvem=karen.fp")

    [event] = [
        row.event for row in world.flow.history.of_stream("installation") if row.kind == "HistorySearched"
    ]
    assert (event.asked, event.purpose) == ({"case": "SAG-2588", "actor": "karen.fp"}, "tilsyn")
    lookers, _ = world.flow.case_audit.looks("SAG-2588", actor=SYSTEM)
    assert [(each.who, each.pages) for each in lookers] == [("vera.revisor", {"search": 1})]


def test_a_search_without_a_purpose_is_asked_for_one_and_shows_nothing(vera, world):
    plain, narrowed = vera.get("/revision"), vera.get("/revision?sag=SAG-2588&formaal=nysgerrighed")

    assert "Vælg, hvad søgningen er til" in plain.text and not plain.all("//tbody")
    assert narrowed.one("//*[@id='formaal-fejl']").text == "Vælg, hvad søgningen er til."
    assert not narrowed.all("//tbody") and narrowed.value("sag") == "SAG-2588"
    assert "HistorySearched" not in {row.kind for row in world.flow.history.of_stream("installation")}


def test_who_looks_for_a_case_is_in_the_history_and_a_name_that_was_typed_is_not(sign_in, world):
    camilla = sign_in("camilla.syd")
    for typed in ("2588", "Noah+Elleby", "010120-1234"):
        camilla.get(f"/sager?kode={typed}")
    camilla.get("/sager")

    rows = [row for row in world.flow.history.of_stream("installation") if row.kind == "CasesSearched"]
    assert [(row.actor, row.event.sought, row.event.found) for row in rows] == [
        ("camilla.syd", "2588", 1),
        ("camilla.syd", "", 0),
        ("camilla.syd", "", 0),
    ]


def test_each_search_by_words_in_an_inbox_is_told_with_no_name_and_what_the_page_looks_at_by_itself_is_not(
    sign_in, world
):
    camilla = sign_in("camilla.syd")
    for asked in ("soeg=beslut", "soeg=sag-2588+Elleby", "sag=SAG-2588", "frist=uge", "soeg=Noah"):
        camilla.get(f"/opgaver?{asked}")
        camilla.get(f"/opgaver/nu?{asked}")

    rows = [row for row in world.flow.history.of_stream("installation") if row.kind == "CasesSearched"]
    assert {(row.actor, row.event.page) for row in rows} == {("camilla.syd", "inbox")}
    assert [(row.event.sought, row.event.found > 0) for row in rows] == [
        ("", True),
        ("", False),
        ("SAG-2588", True),
        ("", False),
    ]


def test_who_saw_a_case_is_listed_by_person_with_how_often(vera, sign_in):
    camilla = sign_in("camilla.syd")
    camilla.get("/sager/SAG-2588")
    camilla.get("/sager/SAG-2588")
    vera.get("/sager/SAG-2588")

    page = vera.get("/revision/sager/SAG-2588/set")

    rows = page.all("//*[@id='personer']/tbody/tr")
    shown = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    assert [(row[0], row[1], row[4], row[5]) for row in shown] == [
        ("Vera Lindhardt", "1", "Sagen (1)", "Nej"),
        ("Camilla Noer", "2", "Sagen (2)", "Ja"),
    ]
    assert "uden at have haft en opgave i den: Vera Lindhardt." in page.text
    assert "Side: Sagen" in vera.get("/revision?formaal=tilsyn&slags=Sag+set&hvem=camilla+noer").text


def test_a_decision_is_shown_with_its_table_as_it_was_and_the_row_that_matched(vera, world):
    [line] = [
        each
        for each in world.flow.case_audit.decisions("SAG-2588", actor=SYSTEM)
        if each.decision == "team_tildeling"
    ]
    before = vera.get(f"/revision/sager/SAG-2588/afgoerelse?strom={line.stream}&nr={line.seq}")
    path = world.flow.case_audit.decision("SAG-2588", line.stream, line.seq, actor=SYSTEM).path
    table = (shipped_processes() / path).read_text("utf-8")
    files = {path: table.replace('"familieteam_syd"', '"familieteam_nord"').encode()}
    world.flow.deployments.deploy(files, actor=SYSTEM, note="ny")

    after = vera.get(f"/revision/sager/SAG-2588/afgoerelse?strom={line.stream}&nr={line.seq}")

    hit = after.one("//*[@id='tabel']//tr[@class='fc-hit']").text_content()
    assert "familieteam Syd" in hit and "familieteam Nord" not in hit
    assert after.one("//*[@id='tabel']").text_content() == before.one("//*[@id='tabel']").text_content()
    answers = {name.text: name.getnext().text for name in after.all("//*[@id='svar']/dt")}
    assert answers["Team"] == "Familieteam Syd"


def test_a_decision_shows_no_confidential_word_to_who_is_not_close(vera, sign_in, world):
    texts = []
    for line in world.flow.case_audit.decisions("SAG-2570", actor=SYSTEM):
        record = world.flow.case_audit.decision(
            "SAG-2570", line.stream, line.seq, actor=world.flow.people.actor("vera.revisor")
        )
        texts.append(repr((record.inputs, record.result)))

    assert texts
    for word in ("Hverdagen mangler struktur", "Vil blive boende", "Liva", "Kastbjerg", "Mormor"):
        assert word not in "".join(texts)


def test_a_decision_of_another_case_is_not_found_by_changing_the_address(vera, world):
    line = world.flow.case_audit.decisions("SAG-2570", actor=SYSTEM)[0]

    page = vera.get(f"/revision/sager/SAG-2588/afgoerelse?strom={line.stream}&nr={line.seq}")

    assert page.status == 404


def test_deadlines_are_counted_by_rule_and_the_late_ones_are_a_click_away_with_who_was_told(vera, world):
    world.go_to(at(31, 12))  # nobody assesses SAG-2601: its 24 hours are long over

    page = vera.get("/revision/frister")
    [row] = [row for row in page.all("//*[@id='regler']/tbody/tr") if "T01" in row.text_content()]
    cells = [cell.text_content().strip() for cell in row]
    late = vera.get(row.xpath(".//a/@href")[0])

    assert cells[0].split() == ["Vurdering", "af", "underretning", "T01"]  # the name first, then its code
    assert late.one("//h1").text_content().startswith("Vurdering af underretning T01:")
    assert (cells[1], cells[3]) == ("3", "1")
    assert cells[6] == "75,0 %"
    [missed] = late.all("//*[@id='for-sent']/tbody/tr")
    assert "Ikke endnu" in missed.text_content()
    assert "Givet videre" in missed.text_content()


def test_who_answers_for_a_deadline_is_named_a_person_or_a_group(app):
    with app.test_request_context():
        named = [responsible(id) for id in ("camilla.syd", "familieteam_syd", None)]

    assert named == ["Camilla Noer", "Familieteam Syd", "–"]


def test_a_period_leaves_out_what_fell_due_before(vera):
    page = vera.get("/revision/frister?fra=2027-01-01&til=2027-12-31")

    assert "Ingen frister i perioden" in page.text


def test_everything_went_as_it_is_drawn_until_an_operator_moves_an_instance(vera, world):
    drift = world.flow.people.actor("drift")
    world.flow.deployments.deploy({"to_trin.bpmn": TWO}, actor=SYSTEM)
    id = world.flow.instances.start("to_trin", {}, case="SAG-2588", actor=SYSTEM)
    world.flow.user_tasks.complete(world.task("foerste").id, {}, actor=SYSTEM)
    clean = vera.get("/revision/forloeb")
    [step] = world.flow.going_back.steps(id, actor=drift)

    world.flow.going_back.go_back(id, step.element_instance, reason="fejlregistrering", actor=drift)
    page = vera.get("/revision/forloeb?formaal=tilsyn")

    assert "Alle gik, som de er tegnet" in clean.text
    assert "fejlregistrering" in page.text
    assert "Nået uden om pilene" in page.text
    assert len(page.all("//*[@class='fc-strayed']")) == 1
    assert "fejlregistrering" in vera.get(f"/revision/forloeb/{id}?formaal=tilsyn").text


def test_why_operators_stepped_in_is_told_beside_the_diagram_to_who_says_what_for_and_that_is_remembered(
    vera, world
):
    drift = world.flow.people.actor("drift")
    [instance, *_] = world.flow.instances.list(case="SAG-2588", status="active")
    world.flow.instances.suspend(instance.id, reason="Fejl hos leverandøren", actor=drift)
    paths = ("/revision/forloeb", f"/revision/forloeb/{instance.id}")

    def searched():
        rows = world.flow.history.of_stream("installation")
        return [(row.actor, row.event) for row in rows if row.kind == "HistorySearched"]

    for without in (vera.get(path + asked) for path in paths for asked in ("", "?formaal=nysgerrighed")):
        assert "leverandøren" not in without.text
        assert "begrundelsen er udeladt" in without.text and "når du har sagt, hvad" in without.text
    assert not searched()

    told = [vera.get(f"{path}?formaal=klage") for path in paths]

    assert all("Fejl hos leverandøren" in page.text and "udeladt" not in page.text for page in told)
    assert [(who, event.page, event.purpose, event.asked) for who, event in searched()] == [
        ("vera.revisor", "flows", "klage", {}),
        ("vera.revisor", "flows", "klage", {"case": "SAG-2588", "instance": instance.id}),
    ]
    [looker] = world.flow.case_audit.looks("SAG-2588", actor=SYSTEM)[0]
    assert looker.pages["search"] == 2
    assert "med driftens begrundelser" in vera.get("/revision?formaal=klage&slags=HistorySearched").text


def test_that_a_late_deadline_was_moved_is_told_to_auditors_and_why_is_not(vera, world):
    [deadline] = [each for each in world.flow.deadlines.of_case("SAG-2601") if each.rule == "T01"]
    move_deadline(world.flow, deadline.id, due=at(30, 12), reason="Mosteren er syg", actor=SYSTEM)
    world.go_to(at(31, 12))

    page = vera.get("/revision/frister/T01")

    [row] = [row for row in page.all("//*[@id='for-sent']/tbody/tr") if "SAG-2601" in row.text_content()]
    assert "Flyttet" in row.text_content() and "begrundelsen er udeladt" in row.text_content()
    assert "Mosteren" not in page.text and "De, der arbejder med sagen, læser det" in page.text


@pytest.mark.parametrize("address", ["T99", "T01?fra=2031-01-01"])
def test_a_rule_of_which_no_deadline_fell_due_is_not_said_to_have_been_kept(vera, address):
    page = vera.get(f"/revision/frister/{address}")

    assert "Ingen frist efter denne regel løb ud i perioden." in page.text and "Alle blev" not in page.text


def test_the_older_instances_are_looked_at_on_the_pages_behind(vera, world):
    compliance, looked, pages, after = world.flow.compliance, 0, 0, None
    while True:
        found = compliance.strayed(actor=SYSTEM, after=after, limit=5)
        looked, pages, after = looked + found.looked, pages + 1, found.following
        if after is None:
            break

    last = vera.get(
        f"/revision/forloeb?efter={token_of(compliance.strayed(actor=SYSTEM, limit=5).following)}"
    )

    assert looked == len(world.flow.instances.list(limit=None))
    assert pages == -(-looked // 5)
    assert last.one("//*[@id='talt']").text_content() == f"{looked - 5} forløb er set efter."


def test_versions_name_the_cases_that_ran_under_each(vera, world):
    source = world.flow.deployments.source("familieteam_modtag")
    changed = source.replace(b"</bpmn:definitions>", b"<!-- ny --></bpmn:definitions>")
    path = world.flow.deployments.definitions("familieteam_modtag")[0].path
    world.flow.deployments.deploy({path: changed}, actor=SYSTEM, note="ny")

    page = vera.get("/revision/udgaver/familieteam_modtag")

    rows = [row.text_content() for row in page.all("//tbody/tr")]
    assert len(rows) == 2
    assert "SAG-2588" not in rows[0] and "SAG-2588" in rows[1]


def test_the_story_leads_from_each_moment_to_the_case_as_it_was(vera):
    page = vera.get("/revision/sager/SAG-2588")
    addresses = [each.get("href") for each in page.all("//ol[contains(@class, 'fc-story')]//a")]

    then = vera.get(addresses[1])

    assert len(addresses) > 3
    assert then.heading.startswith("Sag SAG-2588")
    assert dt.datetime.fromisoformat(then.value("tid"))


def test_a_search_takes_names_of_kinds_and_people_as_they_are_shown(vera):
    by_name = vera.get("/revision?formaal=tilsyn&slags=opgave+f%C3%A6rdig&hvem=camilla+noer")
    by_id = vera.get("/revision?formaal=tilsyn&slags=UserTaskCompleted&hvem=camilla.syd")

    rows = [" ".join(row.text_content().split()) for row in by_name.all("//tbody/tr")]
    assert rows == [" ".join(row.text_content().split()) for row in by_id.all("//tbody/tr")] != []
    assert {each.text for each in by_name.all("//td[@data-title='Hvem']/a")} == {"Camilla Noer"}
    assert "Frist overskredet" in by_name.all("//datalist/option/@value")


def test_all_of_one_click_is_found_by_the_number_that_a_page_of_an_error_gives_too(vera):
    looked = vera.get("/revision?formaal=tilsyn&slags=UserTaskCompleted")
    number = looked.headers["X-Request-Id"]

    [link] = vera.get("/revision?formaal=tilsyn&slags=HistorySearched&hvem=vera.revisor").all(
        f"//a[normalize-space()='Alt fra samme klik' and contains(@href, '{number}')]/@href"
    )

    found = vera.get(link)
    assert [each.text for each in found.all("//td[@data-title='Hvad']/a")] == ["Historik søgt"]
    assert found.one("//input[@name='nummer']/@value") == number
    assert "Alt fra samme klik" not in found.text


def test_what_was_decided_of_a_move_is_told_in_words_each_time_otherwise(vera, world):
    told = partial(MigrationDecided, migration="01m", source="a:1", target="a:2", instances=4, reason="Ja")
    run = world.flow.migrations._transactions.run
    for act in ("plan", "run"):
        decided = told(act=act)
        run(SYSTEM, lambda tx, decided=decided: tx.append(INSTALLATION, decided))

    lines = vera.get("/revision?formaal=tilsyn&slags=MigrationDecided").all("//tbody/tr")

    begun, planned = (" ".join(line.text_content().split()) for line in lines)
    assert "planlagt" in planned and "sat i gang" in begun
    assert all("a:2" in line and "4" in line and ": Ja." in line for line in (begun, planned))


def test_an_auditor_who_says_what_for_reads_why_operators_stepped_in_and_nobody_elses_reasons(vera, world):
    drift = world.flow.people.actor("drift")
    [instance, *_] = world.flow.instances.list(case="SAG-2588", status="active")
    for act in (world.flow.instances.suspend, world.flow.instances.resume):
        act(instance.id, reason="Fejl i leverandørens system", actor=drift)
    task = next(row for row in world.flow.user_tasks.list() if row.case_code == "SAG-2588")
    world.flow.user_task_moves.prioritise(task.id, 25, reason="Mosteren er syg", actor=SYSTEM)

    found = [
        " ".join(row.text_content().split())
        for row in vera.get("/revision?formaal=tilsyn&sag=SAG-2588").all("//tbody/tr")
    ]

    assert sum("Fejl i leverandørens system" in row and "drift" in row.lower() for row in found) == 2
    assert not any("Mosteren" in row for row in found)
    assert any("begrundelsen er udeladt" in row for row in found)
    [searched] = [
        row.event for row in world.flow.history.of_stream("installation") if row.kind == "HistorySearched"
    ]
    assert (searched.purpose, searched.asked) == ("tilsyn", {"case": "SAG-2588"})


def test_without_a_purpose_no_reason_of_an_operator_is_told(world):
    [instance, *_] = world.flow.instances.list(case="SAG-2588", status="active")
    world.flow.instances.suspend(
        instance.id, reason="Fejl hos leverandøren", actor=world.flow.people.actor("drift")
    )

    def said(purpose: str) -> str:
        found = world.flow.history_search.page(
            Asked(case="SAG-2588"),
            purpose=purpose,
            actor=world.flow.people.actor("vera.revisor"),
            page="search",
            telling=Telling("da"),
        )
        return repr(found)

    assert "leverandøren" not in said("")
    assert "leverandøren" in said("tilsyn")


def test_an_auditor_sees_what_differs_between_two_versions(vera, world, sign_in):
    path = "to_trin.bpmn"
    world.flow.deployments.deploy({path: TWO}, actor=SYSTEM)
    changed = TWO.replace(b'name="anden"', b'name="Se igen"')
    assert changed != TWO
    world.flow.deployments.deploy({path: changed}, actor=SYSTEM)

    versions = vera.get("/revision/udgaver/to_trin")
    shown = vera.get(versions.one("//td[@data-title='Forskelle']/a").get("href"))

    assert shown.status == 200
    assert "Se igen" in shown.one("//*[contains(@class,'fc-changes')]").text_content()
    assert sign_in("karen.fp").get("/revision/udgaver/to_trin/1/2").status == 403
    assert vera.get("/revision/udgaver/to_trin/1/7").status == 404


def test_a_heat_map_counts_what_the_history_counts_in_any_period(vera, world, sign_in):
    counted = [
        (row.element, row.at)
        for row in world.flow.history.everything()
        if row.kind == "ElementEntered" and row.instance in _of("underretning", world)
    ]
    whole = vera.get("/varmekort/underretning")
    one_day = vera.get("/varmekort/underretning?fra=2026-03-27&til=2026-03-27")

    def numbers(page):
        cells = page.all("//td[@data-title='Nået']")
        return sum(int(each.text) for each in cells)

    assert numbers(whole) == len(counted) > 10
    assert numbers(one_day) == sum(moment.astimezone(at(27, 9).tzinfo).day == 27 for _, moment in counted)
    assert whole.all("//*[contains(@class,'fc-p-heat')]")
    assert vera.get("/varmekort/underretning?fra=engang").all("//*[@id='fra-fejl']")
    turned = vera.get("/varmekort/underretning?fra=2026-03-27&til=2026-03-20").one("//*[@id='til-fejl']")
    assert turned.text_content() == "Fejl: Perioden slutter, før den begynder."
    assert sign_in("jens.proces").get("/varmekort/underretning").status == 200
    assert sign_in("camilla.syd").get("/varmekort").status == 403


def test_a_heat_map_colours_what_is_asked_for(vera, world):
    def coloured(page):
        """What stands at the steps on the drawing, and how many of them have a colour."""
        at = [each.text_content() for each in page.all("//*[local-name()='svg']//*[local-name()='text']")]
        return at, len(page.all("//*[local-name()='svg']//*[contains(@class, 'fc-p-heat')]"))

    maps = {
        code: vera.get(f"/varmekort/underretning?farver={code}")
        for code in ("antal", "venter", "tid", "sent")
    }
    columns = {"antal": "Nået", "venter": "Venter nu", "sent": "For sent"}

    for code, column in columns.items():
        # The frame of a sub-process is drawn without a colour.
        steps = "//tr[not(contains(., 'Risikovurdering af hvert barn'))]"
        told = [int(each.text) for each in maps[code].all(f"{steps}/td[@data-title='{column}']")]
        at, number = coloured(maps[code])
        assert number == len([each for each in told if each])
        assert {str(each) for each in told if each} <= set(at)
        assert not number or maps[code].all("//*[local-name()='svg']//*[contains(@class, 'fc-p-heat4')]")
    assert coloured(maps["tid"])[1] < coloured(maps["antal"])[1]
    sheet = (Path(flowcase.web.__file__).parent / "frontend/flowcase.css").read_text()
    assert [f".fc-p-heat{level} " in sheet for level in range(1, LEVELS + 1)] == [True] * LEVELS
    assert maps["tid"].one("//select[@name='farver']/option[@selected]").get("value") == "tid"
    assert "den typiske tid" in maps["tid"].text
    assert coloured(vera.get("/varmekort/underretning?farver=findes-ikke")) == coloured(maps["antal"])


def _of(process, world):
    newest = world.flow.deployments.definitions(process)[0]
    return {row.id for row in world.flow.instances.list(limit=None) if row.definition == newest.id}


def test_a_search_tells_each_event_as_the_story_does_with_its_values_by_name(vera):
    page = vera.get("/revision?formaal=tilsyn&sag=SAG-2588&slags=Sag+åbnet")

    [cell] = page.all("//tbody//td[@data-title='Hvad']")
    told = " ".join(cell.text_content().split())
    assert "Sag SAG-2588 blev åbnet; den følger regelsæt" in told
    assert "Regelsættets version: " in told
    assert "rule_set" not in told


def test_an_auditor_reads_which_groups_somebody_got_and_lost_by_whom_and_what_colleagues_searched_for(
    vera, world
):
    drift = world.flow.people.actor("drift")
    world.flow.people.change_groups("bo.mentor", ("mentor", "ppr"), actor=drift)
    vera.get("/revision?formaal=klage&hvem=Camilla+Noer&slags=Opgave+f%C3%A6rdig&fra=2026-03-01")

    [row] = vera.get("/revision?formaal=tilsyn&slags=GroupsChanged&hvem=drift").all("//tbody/tr")
    searched = vera.get("/revision?formaal=tilsyn&slags=HistorySearched").text

    told = " ".join(row.text_content().split())
    assert "Person: Bo Sejersen" in told
    assert "Tilføjet: Mentor, PPR" in told
    assert "Fjernet: Mentorstyregruppe" in told
    assert "Formål: Klage" in searched
    assert "Søgt på: Slags hændelse Opgave færdig, Hvem Camilla Noer, Fra og med 2026-03-01" in searched


def test_what_was_done_to_the_installation_is_told_with_its_values_in_words(vera, world):
    done = (
        PersonAdded(person="ny", name="Ny", kind="service", groups=("indtag",), team=None, district=None),
        SignInRefused(person="vera.revisor", because="wrong", by="password"),
        SettingChanged(key="regelsaet.profil", value=None),
        WebhookMade(webhook="01w", host="esdh.dk", kinds=("CaseClosed",)),
    )

    def record(tx):
        for each in done:
            tx.append(INSTALLATION, each)

    world.flow.history._transactions.run(SYSTEM, record)

    said = [
        " ".join(
            vera.get(f"/revision?formaal=tilsyn&slags={kind}").all("//tbody/tr")[0].text_content().split()
        )
        for kind in ("PersonAdded", "SignInRefused", "SettingChanged", "WebhookMade")
    ]
    assert "Slags: program" in said[0]
    assert "Hvorfor: forkert; Hvordan: adgangskode" in said[1]
    assert "Indstilling: Profil" in said[2]
    assert "Server: esdh.dk; Slags hændelser: Sag afsluttet" in said[3]


def test_every_value_that_auditors_are_shown_has_a_name():
    named = {
        *exported._OPEN,
        *exported._WORDS,
        *(each for names in exported._OPEN_OF.values() for each in names),
    }

    assert sorted(named ^ set(FIELD_NAMES)) == []
    assert all(danish and english for danish, english in FIELD_NAMES.values())


def test_what_somebody_did_is_named_where_a_flow_strayed(app):
    moved = Deviation(
        at(31, 12), "drift", "intervention", "", kind="InstanceMigrated", versions=("aftale:1", "aftale:2")
    )
    skipped = Deviation(at(31, 12), "drift", "intervention", "", kind="InterventionMade", act="skip_element")

    with app.test_request_context():
        said = [_intervention(each) for each in (moved, skipped)]

    assert said == [
        "forløb flyttet til en anden udgave: udgave 1 til 2",
        "trin sprunget over",
    ]


def test_the_search_asks_first_what_it_is_for_and_says_that_it_has_to_be_chosen(sign_in):
    page = sign_in("vera.revisor").get("/revision?sag=SAG-2588")

    named = [each.get("name") for each in page.all("//main//form//*[self::input or self::select]")]
    assert named[0] == "formaal"
    assert page.one("//select[@name='formaal']").get("aria-describedby") == "formaal-hjaelp formaal-fejl"
    assert page.one("//*[@id='formaal-hjaelp']").text.startswith("Skal vælges.")


def test_that_the_database_went_on_from_a_copy_is_told_with_up_to_when_and_why(vera, world):
    world.flow.recoveries.tell(at(23, 9, 15), "Disken gik i stykker.", actor=SYSTEM)

    page = vera.get("/revision?formaal=tilsyn&slags=DatabaseWentOn")
    english = vera.get("/revision?formaal=tilsyn&slags=DatabaseWentOn&sprog=en")

    assert (
        "Databasen gik videre fra en kopi eller en tidligere tilstand: driften har genskabt den." in page.text
    )
    assert "Med er det, der var gjort til 23.3.2026 kl. 09.15." in page.text
    assert "kan mangle: Disken gik i stykker." in page.text
    assert "an operator has recovered it. What was done up to" in english.text


def test_that_a_clock_was_corrected_is_told_with_what_an_instant_was_worth(vera, world):
    def as_a_node_does(tx):
        since = at(27, 9, 15)
        told = partial(ClockCorrected, node="arbejder-2", seconds=3600, since=since)
        tx.append(INSTALLATION, told(side="ahead", is_sure=True))
        tx.append(INSTALLATION, told(side="behind", is_sure=False))
        tx.append(INSTALLATION, ClockCorrectionEnded(node="arbejder-2", because="clock_right"))

    world.flow.notices._transactions.run(SYSTEM, as_a_node_does)

    begun = vera.get("/revision?formaal=tilsyn&slags=Forkert ur rettet")
    ended = vera.get("/revision?formaal=tilsyn&slags=ClockCorrectionEnded")
    english = vera.get("/revision?formaal=tilsyn&slags=ClockCorrected&sprog=en")

    assert (
        "Uret på maskinen under arbejder-2 går 3600 sekunder foran. "
        "Det, den skriver, har den rigtige tid fra 27.3.2026 kl. 09.15." in begun.text
    )
    assert "3600 sekunder bagud" in begun.text and "09.15 efter databasens ur alene." in begun.text
    assert "Uret på maskinen under arbejder-2 rettes ikke mere: det går rigtigt." in ended.text
    assert "The clock of the machine under arbejder-2 is 3600 seconds ahead." in english.text
    assert "09:15 on, by the database's clock alone." in english.text
