"""The studio's pages and what its editors ask for, without a browser."""

from __future__ import annotations

import json

import pytest

from flowcase.modeling.pages import pages
from flowcase.modeling.rules import load_rules
from flowcase.modeling.zeebe import PROPERTIES
from flowcase.services.studio.studio_files import MAX_BYTES
from flowcase.web.studio.studio import property_words
from flowcase.web.words.rules_in_danish import TITLES

FILE = "forebyggende_distrikt.bpmn"


@pytest.fixture
def jens(sign_in):
    return sign_in("jens.proces")


def begun(visitor, path=FILE):
    """What the editor's page hands to its script."""
    return json.loads(visitor.get(f"/studie/{path}").one("//script[@id='begyndelse']").text)


def ask(visitor, action, token=None, **body):
    asked = {"file": FILE, "content": "", **body}
    headers = {} if token is None else {"X-CSRFToken": token}
    return visitor.client.post(f"/api/studio/{action}", json=asked, headers=headers)


def test_the_list_leads_to_every_deployed_file(jens):
    page = jens.get("/studie/")

    assert page.heading == "Studie"
    addresses = page.all("//table//a/@href")
    assert "/studie/forebyggende_distrikt.bpmn" in addresses
    assert "/studie/decisions/D-11_fristpolitik.dmn" in addresses
    assert "/studie/rulesets/standard.yaml" in addresses
    assert "/studie/scenarios/S-08_det_kreative_raad.yaml" in addresses


def found(page):
    """The files that the list shows, by section."""
    return {
        part.get("data-narrowed"): part.xpath(".//tr[@data-words][not(@hidden)]/td[1]/a/text()")
        for part in page.all("//details[@data-narrowed][@open][not(@hidden)]")
    }


def test_the_list_opens_with_the_diagrams_and_says_how_many_there_are_of_each_kind(jens):
    page = jens.get("/studie/")

    assert list(found(page)) == ["filer-bpmn"]
    for part in page.all("//details[@data-narrowed]"):
        number = int(part.xpath("./summary//*[@data-found]")[0].text)
        assert number == len(part.xpath(".//tr[@data-words]")) > 0
        assert page.all(f"//nav//a[@href='#{part.get('data-narrowed')}']")


def test_a_file_is_found_by_its_name_its_id_and_what_it_is_called(jens):
    by_name = jens.get("/studie/?soeg=FRISTPOLITIK")
    by_id = jens.get("/studie/?soeg=decisions+gate_forebyggende")
    by_title = jens.get("/studie/?soeg=Forebyggende+distrikt")
    nothing = jens.get("/studie/?soeg=findes-ikke")

    assert "decisions/D-11_fristpolitik.dmn" in found(by_name)["filer-dmn"]
    assert by_name.value("soeg") == "FRISTPOLITIK"
    assert "decisions/gate_forebyggende.dmn" in found(by_id)["filer-dmn"]
    assert FILE in found(by_title)["filer-bpmn"]
    called = by_title.one(f"//tr[@data-words]/td[1][a='{FILE}']/span").text
    assert called.lower().startswith("forebyggende")
    assert found(nothing) == {} and nothing.one("//*[@id='fundet']").text == "Ingen fil passer."


def test_own_drafts_stand_before_every_list(jens):
    assert "Du har ingen kladder." in jens.get("/studie/").text
    page = jens.get("/studie/")
    jens.submit(page, page.one("//main//form[@method='post']"), navn="egen", slags="form")

    page = jens.get("/studie/")

    (first, *_) = page.all("//main//a[@href='/studie/forms/egen.form']")
    assert first.xpath("ancestor::details") == []
    assert "Du har ingen kladder." not in page.text


def test_the_studio_is_for_process_owners(sign_in, stranger):
    karen = sign_in("karen.fp")

    assert karen.get("/studie/").status == 403
    assert karen.get(f"/studie/{FILE}").status == 403
    assert karen.get("/studie/regler/dead-end").status == 403
    assert "/studie/" not in karen.get("/opgaver").source
    assert stranger.get("/studie/").address == "/log-paa"


def test_the_editors_policy_takes_only_our_scripts_and_named_styles(jens):
    page = jens.get(f"/studie/{FILE}")

    policy = page.headers["Content-Security-Policy"]
    nonce = page.one("//script[@src]").get("nonce")
    assert f"style-src-elem 'self' 'nonce-{nonce}'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert nonce != jens.get(f"/studie/{FILE}").one("//script[@src]").get("nonce")


def test_a_file_with_markup_in_it_cannot_leave_its_script_element(jens, world):
    actor = world.flow.people.actor("jens.proces")
    nasty = "<!-- </script><script>alert(1)</script> -->"
    world.flow.kept_drafts.save(FILE, nasty.encode(), seen=None, based_on=None, actor=actor)

    page = jens.get(f"/studie/{FILE}")

    assert "<script>alert" not in page.source
    assert begun(jens)["content"] == nasty


def test_the_check_tells_what_flowcase_check_tells(jens):
    start = begun(jens)
    broken = start["content"].replace('sourceRef="', 'sourceRef="x', 1)

    clean = ask(jens, "check", start["csrf"], content=start["content"]).get_json()
    found = ask(jens, "check", start["csrf"], content=broken).get_json()

    assert clean["blocking"] == 0
    assert found["blocking"] > 0
    finding = next(each for each in found["findings"] if each["rule"] == "flow-ends")
    assert finding["severity"] == "error"
    assert finding["element"] and finding["line"] and finding["message"] and finding["remedy"]
    assert finding["title"] == "Hvert flow fører fra et element til et andet på samme niveau."
    assert jens.get(finding["page"]).heading == "flow-ends"


def test_text_that_is_no_xml_is_a_finding_too(jens):
    start = begun(jens)

    found = ask(jens, "check", start["csrf"], content="<definitions").get_json()

    assert [each["rule"] for each in found["findings"]] == ["xml-not-well-formed"]


def test_nothing_is_done_without_a_token_of_the_page(jens):
    refused = ask(jens, "check", content="x")

    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")


def test_who_is_signed_out_is_told_so_in_json(stranger):
    token = stranger.get("/underret").value("csrf_token")

    refused = ask(stranger, "check", token, content="x")

    assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")


def test_who_is_no_process_owner_cannot_check(sign_in):
    karen = sign_in("karen.fp")
    token = karen.get("/underret").value("csrf_token")

    assert ask(karen, "check", token, content="x").status_code == 403
    assert ask(karen, "deploy", token, content="x", note="n").status_code == 403


def test_a_file_of_more_than_two_megabytes_is_refused(jens):
    token = begun(jens)["csrf"]

    assert ask(jens, "check", token, content="x" * (MAX_BYTES + 1)).status_code == 413
    assert ask(jens, "check", token, content="x" * (3 * MAX_BYTES)).status_code == 413
    assert ask(jens, "check", token, content="<!--" + "x" * (MAX_BYTES - 10)).status_code == 200


@pytest.mark.parametrize(
    "body", [[], "x", {"file": 3, "content": "x"}, {"file": FILE}, {"content": "\ud800", "file": FILE}]
)
def test_a_request_that_makes_no_sense_is_refused(jens, body):
    token = begun(jens)["csrf"]

    answer = jens.client.post("/api/studio/check", json=body, headers={"X-CSRFToken": token})

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_draft_is_kept_and_put_into_force(jens, world):
    start = begun(jens)
    changed = start["content"].replace("<bpmn:documentation>", "<bpmn:documentation>Rettet. ", 1)
    changed = changed if changed != start["content"] else start["content"] + "\n"

    saved = ask(jens, "draft", start["csrf"], content=changed, based_on=start["basedOn"]).get_json()
    again = begun(jens)
    refused = ask(jens, "deploy", start["csrf"], content=changed, note=" ", based_on=start["inForce"])
    made = ask(jens, "deploy", start["csrf"], content=changed, note="Rettet", based_on=start["inForce"])

    assert saved["copy"] == 0 and not saved["wasSetAside"]
    assert (again["content"], again["seen"]) == (changed, saved["seen"])
    assert refused.status_code == 422
    assert made.status_code == 200
    assert made.get_json()["brought"] == ["forebyggende_distrikt:2"]
    assert world.flow.deployments.list()[0].note == "Rettet"
    assert begun(jens)["seen"] is None


def test_what_went_into_force_is_told_once_it_has_with_what_goes_on_in_the_old_version(jens, world):
    start = begun(jens, UNDERRETNING := "underretning.bpmn")
    changed = start["content"] + "\n"
    running = sum(
        world.flow.migrations.running("underretning", actor=world.flow.people.actor("drift")).values()
    )

    made = ask(
        jens, "deploy", start["csrf"], file=UNDERRETNING, content=changed, note="n", based_on=start["inForce"]
    ).get_json()
    told = jens.get(made["next"])
    again = ask(
        jens,
        "deploy",
        start["csrf"],
        file=UNDERRETNING,
        content=changed,
        note="n",
        based_on=begun(jens, UNDERRETNING)["inForce"],
    ).get_json()

    (said,) = told.all("//*[@id='sat']")
    words = " ".join(said.text_content().split())
    assert words.startswith("underretning.bpmn er sat i drift som udgave 2, fra ")
    assert f"Kørende forløb af »Underretning«: {running}." in words and running
    assert said.xpath(".//a/@href") == ["/studie/flyt"]
    assert not jens.get(f"/studie/{UNDERRETNING}").all("//*[@id='sat']")
    assert "Der er ingen ny udgave." in jens.get(again["next"]).one("//*[@id='sat']").text_content()


def test_a_faulty_file_is_not_deployed_and_its_findings_come_back(jens):
    start = begun(jens)

    refused = ask(jens, "deploy", start["csrf"], content="<x/>", note="n", based_on=start["inForce"])

    assert refused.status_code == 422
    assert refused.get_json()["blocking"] == 1


def test_another_version_in_force_is_not_overwritten(jens):
    start = begun(jens)

    refused = ask(jens, "deploy", start["csrf"], content=start["content"], note="n", based_on="0" * 64)

    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("kind", "path"), [("bpmn", "ny.bpmn"), ("dmn", "decisions/ny.dmn"), ("form", "forms/ny.form")]
)
def test_a_new_file_begins_as_a_draft_that_can_be_checked(jens, kind, path):
    page = jens.get("/studie/")
    arrived = jens.submit(page, page.one("//main//form[@method='post']"), navn="ny", slags=kind)

    start = begun(jens, path)
    found = ask(jens, "check", start["csrf"], file=path, content=start["content"]).get_json()

    assert arrived.heading == path
    assert start["inForce"] is None
    assert [each["rule"] for each in found["findings"] if each["severity"] == "error"] == []


def test_a_name_that_is_taken_leads_to_its_file_and_one_that_cannot_be_to_the_nearest_that_can(jens):
    taken = jens.post("/studie/", {"navn": "foranstaltning", "slags": "bpmn"})
    danish = jens.post("/studie/", {"navn": "Hjemmebesøg på stedet", "slags": "form"})

    assert taken.one("//a[.='Åbn foranstaltning.bpmn']").get("href") == "/studie/foranstaltning.bpmn"
    assert "Skriv for eksempel hjemmebesoeg_paa_stedet." in danish.text
    assert danish.one("//input[@name='navn']").get("value") == "Hjemmebesøg på stedet"
    assert "Skriv for eksempel" not in taken.text


def test_a_new_file_needs_a_name_that_is_free(jens):
    page = jens.get("/studie/")
    form = page.one("//main//form[@method='post']")

    taken = jens.submit(page, form, navn="forebyggende_distrikt", slags="bpmn")
    odd = jens.submit(page, form, navn="æ/../b", slags="bpmn")
    long = jens.submit(page, form, navn="n" * 81, slags="bpmn")

    assert taken.status == 422 and taken.summary == ["Der er allerede en fil med dette navn."]
    assert odd.status == 422 and len(odd.summary) == 1
    assert odd.value("navn") == "æ/../b"
    assert "højst 80" in long.summary[0]


def test_every_rule_has_its_page(jens):
    for rule in (*[each.id for each in load_rules()], "dmn-table-gap", "form-target", "xml-doctype"):
        page = jens.get(f"/studie/regler/{rule}")
        assert (page.status, page.heading) == (200, rule)
        assert page.all("//pre")
    assert jens.get("/studie/regler/findes-ikke").status == 404


def test_every_rule_has_its_danish_headline():
    shown = {path.removeprefix("rules/").removesuffix(".md") for path in pages() if path.startswith("rules/")}

    assert set(TITLES) == shown - {"README"}
    assert all(title.endswith(".") and title[0].isupper() for title in TITLES.values())


def test_every_flowcase_property_has_a_name_in_the_panel():
    assert [name for name in PROPERTIES if property_words(name) == name] == []


def test_the_deployed_text_can_be_seen_beside_a_draft(jens):
    page = jens.get(f"/studie/i-drift/{FILE}")

    assert "<?xml" in page.one("//pre").text
