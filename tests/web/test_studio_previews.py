"""A form filled in and a table asked as they stand in a draft; nothing is kept."""

from __future__ import annotations

import json

import pytest

from flowcase.web.studio import new_files
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_in_browser
from tests.web.waiting import leaving, width_of

FORM, TABLE = "forms/proeve.form", "decisions/proeve.dmn"


@pytest.fixture
def jens(sign_in):
    return sign_in("jens.proces")


@pytest.fixture
def drafted(world):
    def drafted(path, content):
        actor = world.flow.people.actor("jens.proces")
        world.flow.kept_drafts.save(path, content, seen=None, based_on=None, actor=actor)

    return drafted


def field(id, **more):
    name = {"id": id, "key": id, "label": id.title(), "type": "textfield"}
    return {**name, "properties": {"target": f"variable:{id}"}, **more}


def form(*fields):
    return json.dumps({"id": "proeve", "type": "default", "components": fields}).encode()


def test_a_draft_of_a_form_is_filled_in_and_says_where_each_answer_would_go(jens, drafted):
    choices = [{"value": "ja", "label": "Ja tak"}, {"value": "nej", "label": "Nej tak"}]
    why = {"conditional": {"hide": '=svar != "nej"'}, "validate": {"required": True}}
    target = {"properties": {"target": "case:Underretning.bekymring"}}
    drafted(FORM, form(field("svar", type="radio", values=choices), field("hvorfor", **why, **target)))

    page = jens.get(f"/studie/proev/{FORM}")
    hidden = jens.submit(page, page.one("//main//form"), _proev="1", svar="ja")
    asked = jens.submit(page, page.one("//main//form"), _proev="1", svar="nej")
    taken = jens.submit(asked, asked.one("//main//form"), _proev="1", hvorfor="Ferie")

    assert "Din kladde, som den vises" in page.text and not page.all("//input[@name='hvorfor']")
    assert [" ".join(td.text_content().split()) for td in hidden.all("//td")[1:]] == [
        "Ja tak ja",
        "variable:svar",
    ]
    assert (asked.status, asked.summary) == (422, ["Hvorfor – Feltet skal udfyldes."])
    assert "case:Underretning.bekymring" in taken.text and "Ferie" in taken.text


def test_what_a_form_is_told_from_outside_is_asked_beside_it(jens, drafted):
    hidden = {"conditional": {"hide": "=ung = true"}}
    drafted(FORM, form(field("hvem", type="select", valuesKey="personer"), field("alder", **hidden)))

    page = jens.get(f"/studie/proev/{FORM}")
    told = {"_ind.personer": "p1: Anna\np2: Bo", "_ind.ung": "true"}
    again = jens.submit(page, page.one("//main//form"), _vis="1", **told)

    assert [each.text for each in page.all("//select[@name='hvem']/option")] == ["Vælg", "Valg 1", "Valg 2"]
    assert page.all("//input[@name='alder']") and not again.all("//input[@name='alder']")
    assert [each.text for each in again.all("//select[@name='hvem']/option")] == ["Vælg", "Anna", "Bo"]


@pytest.mark.parametrize(
    "path, content, said",
    [
        (FORM, form(field("navn", conditional={"hide": "=not(anonym"})), "not(anonym"),
        (FORM, b"{", "JSON"),
        (TABLE, b"<definitions/>", "DMN"),
    ],
)
def test_a_file_that_cannot_be_tried_says_what_is_wrong_with_it(jens, drafted, path, content, said):
    drafted(path, content)

    page = jens.get(f"/studie/proev/{path}")

    assert page.status == 422
    assert "Filen har fejl, så den ikke kan prøves endnu." in page.text and said in page.text


def test_a_draft_of_a_table_is_asked_and_the_row_that_hit_is_marked(jens, drafted):
    _, content = new_files.new_file("proeve", "dmn")
    rule = '<inputEntry id="celle_1"><text></text>'
    drafted(TABLE, content.replace(rule.encode(), rule.replace("<text>", '<text>"akut"').encode()))

    page = jens.get(f"/studie/proev/{TABLE}")
    answered = jens.submit(page, page.one("//main//form"), **{"_ind.input": "akut"})
    missed = jens.submit(page, page.one("//main//form"), **{"_ind.input": "andet"})

    assert page.all("//datalist/option/@value") == ["akut"]
    assert answered.one("//*[@id='svar']//strong").text == "svar"
    assert "/studie/decisions/proeve.dmn?element=regel_1" in answered.all("//tr[@class='fc-hit']//a/@href")
    assert "Ingen række slog til." in missed.text and not missed.all("//tr[@class='fc-hit']")
    assert "Ingen række slår til, så svaret er tomt (null)." in missed.text


def test_every_decision_of_a_file_is_asked_and_a_number_is_one(jens):
    path = "decisions/D-02_opfoelgning_kadence.dmn"
    asked = {"_ind.regelsaet": "HERNING", "_ind.art": "anbringelse"}

    page = jens.get(f"/studie/proev/{path}")
    wrong = jens.submit(page, page.one("//main//form"), **asked, **{"_ind.nr": "to"})
    right = jens.submit(wrong, wrong.one("//main//form"), **{"_ind.nr": "2"})

    assert (wrong.status, wrong.one("//*[@id='fejl']//a").get("href")) == (422, "#felt-ind-nr")
    assert [each.text for each in right.all("//*[@id='svar']//strong")][:2] == ["6", "uger"]
    other = right.one("//nav[@aria-label='Beslutninger i filen']//a").get("href")
    assert jens.get(other).status == 200


def test_what_is_typed_for_a_name_without_a_type_is_read_as_what_it_looks_like(jens):
    path = "decisions/gate_forebyggende.dmn"

    page = jens.get(f"/studie/proev/{path}")
    passed = jens.submit(page, page.one("//main//form"), **{"_ind.opfoelgningsdato": "3.4.2020"})
    later = jens.submit(page, page.one("//main//form"), **{"_ind.opfoelgningsdato": "3.4.2199"})

    assert "Opfølgningsdatoen er allerede passeret." in passed.one("//*[@id='svar']").text_content()
    assert "Opfølgningsdatoen er allerede passeret." not in later.one("//*[@id='svar']").text_content()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(1200, "da"), (360, "en")])
def test_axe_finds_nothing_where_a_form_and_a_table_are_tried(open_page, drafted, width, language):
    choices = [{"value": "ja", "label": "Ja tak"}, {"value": "nej", "label": "Nej tak"}]
    named = [
        field("hvem", type="select", valuesKey="personer"),
        field("hvorfor", validate={"required": True}),
    ]
    drafted(FORM, form(field("svar", type="radio", values=choices), *named))
    drafted("forms/halv.form", b"{")
    drafted("decisions/halv.dmn", b"<definitions/>")
    page = open_page(width=width)
    sign_in_in_browser(page, "jens.proces")
    page.goto(f"/studie/?sprog={language}")
    seen = Checked(page)

    def ask():
        with leaving(page):
            page.locator("main form button[type=submit]").last.click()
        assert width_of(page) <= width

    seen.visit(f"/studie/proev/{FORM}", "a form that is tried")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    seen.check("a form that is tried, and what it is told from outside")
    seen.press("_proev", "a form that is tried with errors")
    page.locator("[name=svar][value=ja]").check()
    page.locator("[name=hvorfor]").fill("Ferie")
    seen.press("_proev", "where the answers of a form would go")
    seen.visit("/studie/proev/forms/F-H1.form", "a form with lists that is tried")
    seen.visit("/studie/proev/forms/halv.form", "a form that cannot be tried")
    seen.visit("/studie/proev/decisions/D-02_opfoelgning_kadence.dmn", "a table that is tried")
    page.locator("[name='_ind.regelsaet']").fill("HERNING")
    page.locator("[name='_ind.art']").fill("anbringelse")
    page.locator("[name='_ind.nr']").fill("to")
    ask()
    seen.check("a table that is asked with errors")
    page.locator("[name='_ind.nr']").fill("2")
    ask()
    seen.check("a table that has answered")
    seen.visit("/studie/proev/decisions/halv.dmn", "a table that cannot be tried")
    assert seen.violations == []
