"""The pages on which a second process owner reads, comments and signs; without JavaScript."""

from __future__ import annotations

import dataclasses
import json
from unittest.mock import Mock

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.errors import InvalidDefinition
from flowcase.services.studio.studio import Studio
from flowcase.web import create_app
from flowcase.web.studio import new_files
from tests.services.diagrams import call, end, process, start, user_task
from tests.web.conftest import Visitor
from tests.web.test_studio import ask as ask_api
from tests.web.test_studio import begun
from tests.web.test_studio_differences import five_weeks
from tests.web.world import PASSWORD

TABLE = "decisions/D-02_opfoelgning_kadence.dmn"
DIAGRAM = "forebyggende_distrikt.bpmn"


@pytest.fixture
def come(world):
    """Sign in to the municipality with four eyes."""
    settings = dataclasses.replace(world.flow.settings, four_eyes=True)
    flow = bootstrap.assemble(settings, world.flow.store, world.flow.clock)
    app = create_app(flow)
    app.testing = True

    def come(person):
        visitor = Visitor(app)
        page = visitor.get("/log-paa")
        visitor.submit(page, page.document.forms[-1], bruger=person, adgangskode=PASSWORD)
        return visitor

    return come


@pytest.fixture
def asked(world, come):
    """Jens has a draft of five weeks and asked for a review; (jens, lone, address of the review)."""
    actor = world.flow.people.actor("jens.proces")
    was = world.flow.studio.in_force(TABLE, actor=actor)
    world.flow.kept_drafts.save(TABLE, five_weeks(was), seen=None, based_on=None, actor=actor)
    jens, lone = come("jens.proces"), come("lone.proces")
    page = jens.get(f"/studie/gennemsyn/ny/{TABLE}")
    assert "opfølgning nr. fra 2: 6 uger → 5 uger" in page.text
    arrived = jens.submit(page, page.one("//main//form"), note="HERNING: fem uger")
    return jens, lone, arrived.address


def send(visitor, address, act, **values):
    page = visitor.get(address)
    return send_from(visitor, page, act, **values)


def send_from(visitor, page, act, **values):
    button = page.all(f"//button[contains(@formaction, '{act}')]")
    if button:
        return visitor.press_this(page, button[0], **values)
    return visitor.submit(page, page.all(f"//form[contains(@action, '{act}')]")[0], **values)


def test_a_second_person_reads_comments_and_signs_and_the_auditor_sees_who_did(asked, come):
    jens, lone, address = asked
    page = lone.get("/studie/gennemsyn")
    assert "HERNING: fem uger" in page.text
    assert "1 venter på dig" in lone.get("/studie/").text
    page = lone.get(address)
    (row,) = page.all("//tr[@class='fc-row-changed' and starts-with(@id, 'efter-')]")
    assert [cell.text_content() for cell in row.xpath("./td[@class='fc-cell-changed']")] == ["5"]
    element = row.get("id").removeprefix("efter-")

    send(lone, address, "/kommentar", element=element, kommentar="Også for unge?")
    waiting = lone.get(address)
    assert waiting.all("//button[text()='Godkend' and @disabled]")
    send(jens, address, "/kommentar/")
    signed = send(lone, address, "/godkend", begrundelse="Efter beslutning i marts")
    done = send(jens, address, "/saet-i-drift")

    assert "Godkendt" in signed.text
    assert "Lone Holst" in done.text and "Sat i drift" in done.text
    assert f"{TABLE} er sat i drift som udgave 2, fra " in done.text
    vera = come("vera.revisor")
    found = vera.get("/revision?formaal=tilsyn&slags=ReviewDecided").text
    assert "lone.proces" in found or "Lone Holst" in found


def test_what_nobody_has_approved_is_refused_with_the_way_out(asked):
    jens, _lone, _address = asked
    start = begun(jens, TABLE)

    refused = ask_api(
        jens,
        "deploy",
        start["csrf"],
        file=TABLE,
        content=start["content"],
        note="n",
        based_on=start["inForce"],
    )

    assert refused.status_code == 409
    assert refused.get_json()["approval"] == "asked"
    assert refused.get_json()["detail"] == "Kladden er til gennemsyn og er ikke godkendt endnu."
    assert jens.get(refused.get_json()["href"]).status == 200


def test_the_author_is_offered_no_answer_and_a_crafted_one_is_refused(asked):
    jens, lone, address = asked

    page = jens.get(address)
    crafted = jens.post(f"{address}/godkend", {"i_drift": ""})

    assert page.all("//button[text()='Træk tilbage']")
    assert not page.all("//button[text()='Godkend']")
    assert crafted.status == 403
    assert "Til gennemsyn" in lone.get(address).text


def test_sending_back_needs_a_reason_which_the_author_finds_in_the_editor(asked):
    jens, lone, address = asked

    refused = send(lone, address, "/send-tilbage", begrundelse=" ")
    send(lone, address, "/send-tilbage", begrundelse="Vi har kun aftalt det for anbringelser.")

    assert refused.status == 422
    assert refused.summary == ["Skriv, hvorfor kladden sendes tilbage."]
    editor = jens.get(f"/studie/{TABLE}")
    assert "Vi har kun aftalt det for anbringelser." in editor.text
    assert address in editor.all("//a/@href")


def test_why_a_draft_was_sent_back_stays_in_view_while_it_is_mended_and_read_again(asked, world):
    jens, lone, address = asked
    lone.post(f"{address}/kommentar", {"kommentar": "Hvorfor fem?", "fil": TABLE, "element": ""})
    send(lone, address, "/send-tilbage", begrundelse="Kun for anbringelser.")
    actor = world.flow.people.actor("jens.proces")
    seen = world.flow.studio.open(TABLE, actor=actor)

    world.flow.kept_drafts.save(
        TABLE, seen.content + b"\n", seen=seen.draft, based_on=seen.based_on, actor=actor
    )
    editor, asking = jens.get(f"/studie/{TABLE}"), jens.get(f"/studie/gennemsyn/ny/{TABLE}")
    again = jens.submit(asking, asking.one("//main//form"), note="Kun anbringelser")

    assert "sendte kladden tilbage" in editor.text and "Se gennemsynet (1 åben kommentar)" in editor.text
    for page in (editor, asking, lone.get(again.address)):
        assert "Kun for anbringelser." in page.text
        assert f"{address}#kommentarer" in page.all("//a/@href")
    own = jens.get("/studie/gennemsyn").one("//h2[text()='Dine egne kladder']/following-sibling::table[1]")
    assert own.xpath(".//tbody//a/@href") == [again.address]


@pytest.mark.parametrize(
    "status, field", [("send-tilbage", "felt-kommentar"), ("traek-tilbage", "felt-skrevet")]
)
def test_an_answer_that_came_too_late_keeps_what_was_written(asked, status, field):
    jens, lone, address = asked
    stale = lone.get(address)
    send(lone if status == "send-tilbage" else jens, address, f"/{status}", begrundelse="Først")

    late = send_from(lone, stale, "/godkend", begrundelse="Set efter i loven.")

    assert late.status == 409
    assert "Dit svar er ikke gemt." in late.text
    assert late.one(f"//textarea[@id='{field}']").text.strip() == "Set efter i loven."


def test_a_comment_that_came_meanwhile_keeps_what_was_written_with_the_approval(asked):
    jens, lone, address = asked
    stale = lone.get(address)
    send(jens, address, "/kommentar", kommentar="Vent, jeg har en rettelse.")

    refused = send_from(lone, stale, "/godkend", begrundelse="Set efter i loven.")

    assert refused.status == 422
    assert refused.summary == ["Alle kommentarer skal være løst, før kladden kan godkendes."]
    assert refused.value("begrundelse") == "Set efter i loven."


def test_a_note_is_kept_where_the_file_cannot_be_put_into_force(asked, monkeypatch, world):
    jens, lone, address = asked
    send(lone, address, "/godkend")
    page = jens.get(address)
    broken = Mock(side_effect=InvalidDefinition([]))
    monkeypatch.setattr(Studio, "deploy_together", broken)

    refused = jens.submit(page, page.one("//form[contains(@action, '/saet-i-drift')]"), note="Fra 1. maj")

    assert refused.status == 422
    assert refused.summary == ["Filen har fejl og kan ikke sættes i drift. Kladden er bevaret."]
    assert refused.value("note") == "Fra 1. maj"


def test_a_change_of_the_draft_is_told_on_the_page_of_the_review(asked, world):
    _jens, lone, address = asked
    send(lone, address, "/godkend")
    actor = world.flow.people.actor("jens.proces")
    seen = world.flow.studio.open(TABLE, actor=actor)

    world.flow.kept_drafts.save(
        TABLE, seen.content + b"\n", seen=seen.draft, based_on=seen.based_on, actor=actor
    )

    assert "Bortfaldet: kladden er ændret" in lone.get(address).text


def test_an_approval_that_a_newer_version_made_worthless_is_asked_for_again(asked, world):
    jens, lone, address = asked
    send(lone, address, "/godkend")
    was = world.flow.studio.in_force(TABLE, actor=world.flow.people.actor("jens.proces"))
    world.flow.deployments.deploy({TABLE: was + b"\n"}, actor=SYSTEM)

    page = jens.get(address)
    asking = jens.get(page.one("//h2[@id='drift']/following-sibling::p/a").get("href"))
    again = jens.submit(asking, asking.one("//main//form"), note="HERNING: fem uger, igen")

    assert "Procesejerne har fået besked" in again.text
    assert again.address != address
    assert "Bortfaldet: en nyere udgave er i drift" in jens.get(address).text
    assert "Kladden er godkendt" in send(lone, again.address, "/godkend").text
    deployed = send(jens, again.address, "saet-i-drift", note="Fem uger")
    assert f"{TABLE} er sat i drift" in deployed.text


@pytest.fixture
def together(world, come):
    """Jens asked for a review of five weeks and of a new form that belongs to it; as `asked`."""
    actor = world.flow.people.actor("jens.proces")
    was = world.flow.studio.in_force(TABLE, actor=actor)
    world.flow.kept_drafts.save(TABLE, five_weeks(was), seen=None, based_on=None, actor=actor)
    _, form = new_files.new_file("ny_samtale", "form")
    world.flow.kept_drafts.begin("ny_samtale.form", form, actor=actor)
    jens, lone = come("jens.proces"), come("lone.proces")
    page = jens.get(f"/studie/gennemsyn/ny/{TABLE}")
    shown = jens.submit(page, page.one("//main//form"), sammen="0:ny_samtale.form", vis="1")
    assert "ny_samtale.form: ny fil" in " ".join(shown.one("//main").text_content().split())
    arrived = jens.submit(shown, shown.one("//main//form"), note="HERNING: fem uger og en samtale")
    return jens, lone, arrived.address


def test_drafts_that_a_file_cannot_do_without_are_chosen_from_the_beginning(world, come):
    jens = world.flow.people.actor("jens.proces")
    drawn = {
        "besoeg.bpmn": process(
            "besoeg", start(), user_task("aftal", form="aftale"), call("efter", "notat"), end()
        ),
        "notat.bpmn": process("notat", start(), user_task("skriv", form="notatet"), end()),
        **{f"{name}.form": new_files.new_file(name, "form")[1] for name in ("aftale", "notatet", "andet")},
    }
    for path, content in drawn.items():
        world.flow.kept_drafts.begin(path, content, actor=jens)
    visitor = come("jens.proces")

    page = visitor.get("/studie/gennemsyn/ny/besoeg.bpmn")

    chosen = [each.get("value") for each in page.all("//input[@name='sammen'][@checked]")]
    assert chosen == ["0:aftale.form", "0:notat.bpmn", "0:notatet.form"]
    assert "De, som filen ikke kan sættes i drift uden, er valgt." in page.text
    assert "Kladden har fejl" not in page.text
    alone = visitor.submit(page, page.one("//main//form"), sammen=[], vis="1")
    assert not alone.all("//input[@name='sammen'][@checked]") and "Kladden har fejl" in alone.text


def test_why_a_review_was_sent_back_is_in_view_where_only_another_file_of_it_was_mended(together, world):
    jens, lone, address = together
    send(lone, address, "/send-tilbage", begrundelse="Samtalen mangler et felt")
    actor = world.flow.people.actor("jens.proces")
    opened = world.flow.studio.open("ny_samtale.form", actor=actor)
    mended = opened.content.replace(b'"components"', b'"mangler": 1, "components"')
    world.flow.kept_drafts.save(
        "ny_samtale.form", mended, seen=opened.draft, based_on=opened.based_on, actor=actor
    )

    again = jens.get(f"/studie/gennemsyn/ny/{TABLE}")

    assert "har sendt kladden tilbage: »Samtalen mangler et felt«" in again.text


def test_several_files_are_read_signed_and_deployed_as_one(together, world):
    jens, lone, address = together
    page = lone.get(address)
    assert "og 1 til" in page.one("//h1").text_content()
    assert "opfølgning nr. fra 2: 6 uger → 5 uger" in page.text and "ny_samtale.form" in page.text
    other = lone.get(f"{address}?fil=ny_samtale.form")
    assert "Filen er ny" in other.text

    refused = lone.submit(
        other, other.one("//form[contains(@action, '/kommentar')]"), kommentar="Hvad skal den bruges til?"
    )
    told = lone.get(address)
    send(jens, address, "/kommentar/")
    send(lone, address, "/godkend")
    done = send(jens, address, "/saet-i-drift")

    assert refused.status == 200
    assert "ny_samtale.form, Hele filen" in " ".join(
        told.one("//ol[@class='fc-comments']").text_content().split()
    )
    assert "Sat i drift" in done.text and "opfølgning nr. fra 2: 6 uger → 5 uger" in done.text
    newest = world.flow.deployments.list()[0]
    actor = world.flow.people.actor("jens.proces")
    for path in (TABLE, "ny_samtale.form"):
        version = world.flow.file_versions.versions(path, actor=actor)[0]
        assert (version.row.deployment.id, version.review.decided_by) == (newest.id, "lone.proces")


def test_what_is_approved_together_is_not_deployed_apart_from_the_editor(together):
    jens, lone, address = together
    send(lone, address, "/godkend")
    start = begun(jens, TABLE)

    refused = ask_api(
        jens, "deploy", start["csrf"], file=TABLE, content=start["content"], note="n",
        based_on=start["inForce"],
    )  # fmt: skip

    assert refused.status_code == 409
    assert refused.get_json()["approval"] == "part"
    assert "sammen med ny_samtale.form" in refused.get_json()["detail"]


def test_a_comment_takes_nothing_from_the_answer_that_is_being_written(asked):
    """What one types in the one is there when the other is sent: commenting and marking lost the reason."""
    jens, lone, address = asked
    page = lone.get(address)

    page = send_from(lone, page, "/kommentar", kommentar="Også for unge?", begrundelse="Set efter i loven.")
    assert (page.value("begrundelse"), page.value("kommentar").strip()) == ("Set efter i loven.", "")
    assert "Også for unge?" in page.one("//ol[@class='fc-comments']").text_content()
    page = send_from(lone, page, "/kommentar/", kommentar="Og en til.", begrundelse="Stadig set.")
    assert (page.value("begrundelse"), page.value("kommentar")) == ("Stadig set.", "Og en til.")
    answered = send_from(lone, page, "/send-tilbage")

    assert answered.status == 422
    assert answered.summary == ["Kommentaren er ikke gemt. Gem den, eller slet den, før du svarer."]
    assert (answered.value("begrundelse"), answered.value("kommentar")) == ("Stadig set.", "Og en til.")
    send_from(lone, answered, "/send-tilbage", kommentar="")
    assert "»Stadig set.«" in jens.get(address).text


def test_a_reason_that_no_cookie_holds_is_kept_too(asked):
    _, lone, address = asked

    page = send(lone, address, "/kommentar", kommentar="Hvorfor?", begrundelse="å" * 2000)

    assert page.value("begrundelse") == "å" * 2000
    assert len(page.all("//ol[@class='fc-comments']/li")) == 1


def test_a_comment_without_words_is_refused_where_it_was_written(asked):
    _jens, lone, address = asked

    refused = send(lone, address, "/kommentar", kommentar=" ")

    assert refused.status == 422
    assert refused.summary == ["Skriv en kommentar."]


def test_reviews_are_for_process_owners(asked, come):
    _, _, address = asked
    karen = come("karen.fp")

    assert karen.get("/studie/gennemsyn").status == 403
    assert karen.get(address).status == 403


def test_the_page_of_a_deployment_tells_what_runs_first(asked, world):
    jens, _, _ = asked
    start = begun(jens, "underretning.bpmn")
    running = sum(
        world.flow.migrations.running("underretning", actor=world.flow.people.actor("drift")).values()
    )

    told = ask_api(jens, "effects", start["csrf"], file="underretning.bpmn", content=start["content"])
    broken = ask_api(jens, "effects", start["csrf"], file="underretning.bpmn", content="<x/>")

    assert running > 0
    assert [line["canMove"] for line in told.get_json()["lines"]] == [True]
    assert f": {running}." in told.get_json()["lines"][0]["words"]
    assert broken.get_json()["lines"] == []


def faulty(world) -> str:
    """Jens has a new form with a field that leads nowhere, and a date that refuses with wrong FEEL."""
    jens = world.flow.people.actor("jens.proces")
    checks = {"flowcase.refuse.ny": "=dag > (", "refuse.ny": "Ret den.", "refuse_en.ny": "Mend it."}
    fields = [
        {"id": "a", "type": "textfield", "key": "navn", "label": "Hvad hedder du?"},
        {"id": "d", "type": "datetime", "subtype": "date", "key": "dag", "dateLabel": "Dagen"}
        | {"properties": {"target": "variable:dag"} | checks},
    ]
    content = {"id": "ny_samtale", "type": "default", "schemaVersion": 19, "components": fields}
    path = "forms/ny_samtale.form"
    world.flow.kept_drafts.begin(path, json.dumps(content, indent=1).encode(), actor=jens)
    return path


def test_who_asks_for_a_review_of_a_draft_with_errors_sees_each_with_the_way_to_it(world, come):
    path = faulty(world)

    page = come("jens.proces").get(f"/studie/gennemsyn/ny/{path}")

    found = page.all("//ol[@class='fc-findings']/li")
    assert ["Hvad hedder du?" in each.text_content() for each in found] == [True, False]
    assert "Feltet har intet mål" in found[0].text_content()
    assert "flowcase.refuse.ny »=dag > (« er ikke FEEL" in found[1].text_content()
    ways = [each.xpath("./a/@href")[0] for each in found]
    assert all(way.startswith(f"/studie/{path}?element=") for way in ways)
    assert "element=navn" in ways[0] and "linje=" in ways[0]


def test_who_reads_a_draft_with_errors_sees_each_with_the_way_to_comment_on_it(world, come):
    path = faulty(world)
    id = world.flow.reviews.ask(path, note="En samtale", actor=world.flow.people.actor("jens.proces"))

    read, own = (come(each).get(f"/studie/gennemsyn/{id}") for each in ("lone.proces", "jens.proces"))

    [to_comment, *_] = read.all("//ol[@class='fc-findings']/li/a/@href")
    [to_editor, *_] = own.all("//ol[@class='fc-findings']/li/a/@href")
    assert to_comment.startswith(f"/studie/gennemsyn/{id}?") and to_comment.endswith("#ny-kommentar")
    assert to_editor.startswith(f"/studie/{path}?")
