"""The page of a user task, as somebody without JavaScript uses it."""

from __future__ import annotations

import json

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.services.choosing.consent_choices import recipients
from tests.services.diagrams import end, process, start, user_task

ASSESSMENT = {
    "tavle.bekymringer.0.hvem": "Skolen",
    "tavle.bekymringer.0.hvad": "Træt og sulten",
    "fare_sundhed_udvikling": "false",
    "akut": "nej",
    "foraeldre_orienteres": "senere",
    "begrundelse": "Vurderet ud fra skolens oplysninger.",
    "vurderet_af": "karen.fp",
    "vurderet": "2026-03-27T08:55",
}


@pytest.fixture
def task(world):
    return world.task("vurder", "SAG-2601")


def open_task(visitor, task):
    return visitor.get(f"/opgaver/{task.id}")


def test_a_task_is_completed_and_the_deadline_is_met(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)
    assert page.title == "Vurdér risiko SAG-2601 – flowcase"
    assert "T01" in page.one("//aside").text_content()

    done = karen.press(page, "_faerdig", **ASSESSMENT)

    assert "Opgaven »Vurdér risiko« er færdig." in done.text
    assert done.address == "/sager/SAG-2601"
    [deadline] = world.flow.deadlines.of_case("SAG-2601")
    assert (deadline.rule, deadline.status) == ("T01", "met")


def test_a_page_says_which_child_it_is_about_and_by_when_before_the_form(sign_in, task):
    """Beside the form on a wide page, before it on a phone: each is hidden where the other stands."""
    page = open_task(sign_in("karen.fp"), task)

    before = page.one("//dl[contains(@class, 'fc-before')]")
    assert before.getnext().tag != "aside"
    assert "Alma Hestbæk" in before.text_content()
    assert "28. mar. 2026 kl. 07.40" in before.text_content()
    [child, due] = page.all("//aside//dt[@class='fc-beside-only']")
    assert (child.text, due.text) == ("Barnet", "Frist")
    assert child.getnext().text_content() == "Alma Hestbæk"
    assert "Alma" not in page.title + page.heading


def test_the_child_is_named_beside_a_task_to_whom_it_is_work_and_to_nobody_else(world, task):
    flow = world.flow

    def told(who, row):
        _, child = flow.case_pictures.beside(row, case=row.case_code, actor=flow.people.actor(who))
        return child and child["navn"]

    assert told("karen.fp", task) == "Alma Hestbæk"  # the reception's to do
    assert told("camilla.syd", task) is None  # casework staff, and not hers
    assert told("vera.revisor", task) is None
    assert told("omar.syd", world.task("beslut_undersoegelse", "SAG-2588")) == "Noah Elleby"  # of its team


def test_what_is_missing_is_said_at_the_fields_and_nothing_typed_is_lost(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)

    sent = {"begrundelse": "Kun dette.", "tavle.fungerer.0.hvem": "Mormor", "vurderet_af": ""}
    again = karen.press(page, "_faerdig", **sent)

    assert again.status == 422
    assert again.title.startswith("Fejl: ")
    assert "Akut indsats nødvendig? – Feltet skal udfyldes." in again.summary
    assert "Begrundelse – Feltet skal udfyldes." not in again.summary
    assert again.value("begrundelse") == "Kun dette."
    assert again.value("tavle.fungerer.0.hvem") == "Mormor"
    for link in again.all("//*[@id='fejl']//a"):
        assert again.all(f"//*[@id='{link.get('href')[1:]}']")
    described = again.one("//select[@name='vurderet_af']").get("aria-describedby").split()
    assert "Feltet skal udfyldes." in "".join(
        again.one(f"//*[@id='{id}']").text_content() for id in described
    )
    assert world.task("vurder").status == "open"


def test_the_board_has_its_three_columns_side_by_side(sign_in, task):
    page = open_task(sign_in("karen.fp"), task)

    columns = page.all("//div[@class='fc-board']/fieldset/legend")
    assert [column.text_content().split(" (")[0] for column in columns] == [
        "Bekymringer",
        "Det der fungerer",
        "Det vi vil se ske",
    ]


def test_rows_are_added_and_removed_without_losing_a_word(sign_in, task):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)

    two = karen.press(page, "_add", "tavle.bekymringer", **{"tavle.bekymringer.0.hvad": "Første"})
    assert two.has_field("tavle.bekymringer.1.hvad")
    assert not two.has_field("tavle.bekymringer.2.hvad")
    assert two.one("//*[@autofocus]").get("name") == "tavle.bekymringer.1.hvem"

    three = karen.press(two, "_add", "tavle.bekymringer", **{"tavle.bekymringer.1.hvad": "Anden"})
    fewer = karen.press(three, "_remove", "tavle.bekymringer.0")

    assert fewer.value("tavle.bekymringer.0.hvad") == "Anden"
    assert not fewer.has_field("tavle.bekymringer.2.hvad")
    assert fewer.one("//*[@autofocus]").get("value") == "tavle.bekymringer"


def test_an_error_in_a_row_stands_at_that_row_although_empty_rows_went_before(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/underretninger/ny")
    page = karen.press(page, "_add", "boern")

    again = karen.press(page, "_send", **{"boern.1.navn": "Sofus", "boern.1.cpr": "12"})

    assert again.value("boern.0.navn") == "Sofus"
    assert "CPR-nummer – Skriv det i den form, som hjælpeteksten viser." in again.summary
    assert again.one("//*[@name='boern.0.cpr']").get("aria-invalid") == "true"


def test_the_summary_of_what_is_wrong_names_the_row_where_a_list_has_several(sign_in):
    karen = sign_in("karen.fp")
    page = karen.press(karen.get("/underretninger/ny"), "_add", "boern")

    again = karen.press(
        page, "_send", **{"boern.0.navn": "Sofus", "boern.1.navn": "Ida", "boern.1.cpr": "12"}
    )

    [said] = [each for each in again.summary if each.startswith("CPR-nummer")]
    assert said == "CPR-nummer (række 2) – Skriv det i den form, som hjælpeteksten viser."
    assert [each.text_content() for each in again.all("//*[@class='fc-row-number']")] == [
        "Række 1",
        "Række 2",
    ]


def test_a_draft_is_kept_for_its_writer_alone(sign_in, task):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)

    saved = karen.press(page, "_gem", begrundelse="Halvfærdig tanke")

    assert "Kladden er gemt." in saved.text
    back = open_task(karen, task)
    assert back.value("begrundelse") == "Halvfærdig tanke"
    assert "Du ser din kladde" in back.text
    assert "Halvfærdig tanke" not in open_task(sign_in("jonas.fp"), task).source


def test_a_rule_against_it_is_shown_with_its_id_and_what_was_typed(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)

    refused = karen.press(page, "_faerdig", **ASSESSMENT | {"vurderet": "2026-03-27T23:00"})

    assert refused.status == 422
    alert = refused.one("//*[@id='fejl']").text_content()
    assert "Tidspunktet for vurderingen ligger i fremtiden." in alert
    assert "R-001" in alert
    assert refused.value("begrundelse") == ASSESSMENT["begrundelse"]
    assert world.task("vurder").status == "open"


@pytest.mark.parametrize(
    "sent",
    [
        {"begrundelse": "Kun dette."},  # fields are missing
        ASSESSMENT | {"begrundelse": "Kun dette.", "vurderet": "2026-03-27T23:00"},  # a rule is against it
        ASSESSMENT
        | {"begrundelse": "Kun dette.", "vurderet": "27. marts 2016 kl. 8.55"},  # a warning is told
    ],
)
def test_what_could_not_be_completed_yet_is_there_for_who_was_called_away(sign_in, world, task, sent):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)

    again = karen.press(page, "_faerdig", **sent)
    assert again.all("//*[@id='fejl' or @id='se-efter']")
    back = open_task(karen, task)  # left by another link, a closed tab, a phone that went dark

    assert "Du ser din kladde" in back.text
    assert back.value("begrundelse") == "Kun dette."
    karen.press(back, "_faerdig", **ASSESSMENT)
    assert world.flow.user_tasks.get(task.id).status == "completed"


def test_who_is_late_is_told_who_was_faster_and_keeps_what_was_typed(sign_in, task):
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    page = open_task(jonas, task)
    karen.press(open_task(karen, task), "_faerdig", **ASSESSMENT)

    late = jonas.press(page, "_faerdig", **ASSESSMENT | {"begrundelse": "Min egen begrundelse"})

    assert late.status == 409
    assert "Den blev gjort færdig af Karen Bilde" in late.text
    assert late.value("begrundelse") == "Min egen begrundelse"
    assert not late.all("//button[@name='_faerdig']")


def test_a_task_that_a_colleague_took_says_so(sign_in, task):
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    page = open_task(jonas, task)
    karen.post(f"/opgaver/{task.id}/tag")

    late = jonas.press(page, "_faerdig", **ASSESSMENT)
    taken = jonas.post(f"/opgaver/{task.id}/tag")

    assert (late.status, taken.status) == (409, 409)
    assert "Den er taget af Karen Bilde." in late.text
    assert late.value("begrundelse") == ASSESSMENT["begrundelse"]


def test_an_ended_task_can_be_looked_at_without_its_form(sign_in, task):
    karen = sign_in("karen.fp")
    karen.press(open_task(karen, task), "_faerdig", **ASSESSMENT)

    page = open_task(karen, task)

    assert page.status == 200
    assert "Opgaven er ikke længere åben" in page.text
    assert not page.has_field("begrundelse")


def test_a_task_of_others_is_not_shown(sign_in, task):
    for person in ("camilla.syd", "granly", "vera.revisor"):
        assert open_task(sign_in(person), task).status == 403


def test_saving_by_itself_answers_with_one_line(sign_in, task):
    karen = sign_in("karen.fp")

    saved = karen.post(f"/opgaver/{task.id}/kladde", {"begrundelse": "Skrevet imens"})

    assert saved.source == "Kladden er gemt fre. 27. mar. 2026 kl. 09.00."
    assert open_task(karen, task).value("begrundelse") == "Skrevet imens"


def test_saving_by_itself_never_brings_another_page(sign_in, stranger, task):
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    jonas.post(f"/opgaver/{task.id}/tag")

    late = karen.post(f"/opgaver/{task.id}/kladde", {"begrundelse": "For sent"})
    token = stranger.get("/underret").value("csrf_token")
    signed_out = stranger.client.post(
        f"/opgaver/{task.id}/kladde", data={"csrf_token": token}, headers={"HX-Request": "true"}
    )

    assert late.status == 200
    assert late.source.startswith("Kladden er gemt")
    assert "taget af Jonas Aagaard" in late.source
    assert karen.get(f"/opgaver/{task.id}").value("begrundelse") == "For sent"
    assert signed_out.status_code == 401
    assert "Du er logget af." in signed_out.get_data(as_text=True)


def test_who_may_see_the_case_reads_where_a_task_of_others_waits(sign_in, world):
    task = world.task("beslut_undersoegelse", "SAG-2588")
    leader, outsider = sign_in("else.syd"), sign_in("granly")

    told, refused = open_task(leader, task), open_task(outsider, task)

    assert (told.status, refused.status) == (403, 403)
    assert "venter hos Camilla Noer. Kun de kan åbne den." in told.text
    assert told.one("//main//a[contains(@href, '/sager/')]").get("href") == "/sager/SAG-2588"
    assert "Camilla" not in refused.text


def test_what_the_case_knows_is_filled_in_and_a_rule_lets_the_leader_allocate(sign_in, world):
    else_ = sign_in("else.syd")
    page = open_task(else_, world.task("tildel"))
    offered = [option.text_content() for option in page.all("//select[@name='sagsbehandler']/option")]
    assert any(words.startswith("Camilla Noer: ") for words in offered)

    done = else_.press(page, "_faerdig", team="familieteam_syd", sagsbehandler="omar.syd")

    assert done.status == 200
    assert world.flow.cases.facts("SAG-2590")["sagsbehandler"] == "omar.syd"


def test_the_load_that_is_shown_is_that_of_the_caseworker_who_is_chosen(sign_in, world):
    else_ = sign_in("else.syd")
    page = open_task(else_, world.task("tildel"))
    people = ("camilla.syd", "omar.syd")
    offered = {
        option.get("value"): option.text_content()
        for option in page.all("//select[@name='sagsbehandler']/option")
    }

    shown = [
        else_.press(page, "_vis", sagsbehandler=person).one("//*[@id='felt-sagstal']").text_content()
        for person in people
    ]

    assert page.one("//*[@id='felt-sagstal']").text_content() == "–"
    said = [f": {load} {'sag' if load == '1' else 'sager'}, " for load in shown]
    assert [words in offered[person] for person, words in zip(people, said, strict=True)] == [True, True]


def test_the_next_task_of_the_case_follows(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = open_task(camilla, world.task("beslut_undersoegelse"))

    following = camilla.press(
        page, "_faerdig", undersoegelse="ja", besluttet="2026-03-27", begrundelse="Behov for undersøgelse."
    )

    assert following.address.startswith("/opgaver/")
    assert "SAG-2588" in following.heading


def test_a_conditional_field_comes_with_the_answer_that_asks_for_it(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = open_task(camilla, world.task("afgoer", "SAG-2570"))
    assert not page.has_field("regelsaet_begrundelse")

    again = camilla.press(page, "_vis", regelsaet=["HERNING"], begrundelse="Skrevet før")

    assert again.has_field("regelsaet_begrundelse")
    assert again.value("begrundelse") == "Skrevet før"


def test_the_form_is_english_where_the_form_file_is(sign_in, task):
    page = sign_in("karen.fp").get(f"/opgaver/{task.id}?sprog=en")

    assert "Acute action needed?" in page.text
    assert "Risk assessment" in page.text
    assert page.one("//h1/span[1]").get("lang") == "da"


def test_a_document_that_must_be_named_is_named_by_its_number_in_the_journal(sign_in, world):
    """A picker that keeps nothing would say something false; a number in the journal is found again."""
    form = {
        "type": "default",
        "id": "F-DOK",
        "components": [
            {
                "type": "filepicker",
                "key": "dokument",
                "id": "d1",
                "label": "Dokument",
                "validate": {"required": True},
                "properties": {"target": "case:Samtykke.dokument"},
            }
        ],
    }
    files = {
        "dok.bpmn": process("dok", start(), user_task("gem", groups="familieteam_syd", form="F-DOK"), end()),
        "F-DOK.form": json.dumps(form).encode(),
    }
    world.flow.deployments.deploy(files, actor=SYSTEM)
    world.flow.instances.start("dok", {"sag_id": "SAG-2588"}, case="SAG-2588", actor=SYSTEM)
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/opgaver/{world.task('gem').id}")

    missing = camilla.press(page, "_faerdig", dokument="")
    done = camilla.press(page, "_faerdig", dokument="2026-1412")

    assert "Eller nummeret i journalen" in page.text
    assert missing.status == 422
    assert "er færdig" in done.text
    [record] = world.flow.cases.records("Samtykke", case="SAG-2588")
    assert record["dokument"] == ["2026-1412"]


def test_nobody_behind_the_work_is_offered_as_who_gets_to_know_of_a_family(world):
    offered = world.flow.guest_links._transactions.read(lambda tx: recipients(tx, {}, None))

    ids = {each["value"] for each in offered}
    assert {"ppr", "skole", "familieteam_syd", "camilla.syd", "anders.myn"} <= ids
    assert (
        ids & {"administrator", "indtag", "procesejer", "revisor", "drift", "vera.revisor", "jens.proces"}
        == set()
    )


def test_what_to_do_and_what_refuses_it_are_english_on_an_english_page(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}?sprog=en")

    refused = karen.press(page, "_faerdig", **ASSESSMENT | {"vurderet": "2026-03-27T23:00"})

    [instruction] = page.all("//p[contains(@class, 'font-lead')]")
    assert (instruction.get("lang"), instruction.text.startswith("Assess the child")) == ("en", True)
    assert "The time of the assessment is in the future." in refused.text
    assert "Tidspunktet for vurderingen" not in refused.text


def _asking(*codes: str, **more: object) -> bytes:
    field = {
        "id": "felt",
        "type": "select",
        "key": "udfald",
        "label": "Udfald",
        "values": [{"value": code, "label": code.title()} for code in codes],
        "properties": {"target": "case:Dagsordenspunkt.udfald variable:udfald"},
        **more,
    }
    return json.dumps({"id": "udfaldet", "type": "default", "components": [field]}).encode()


@pytest.mark.parametrize("is_readonly", [False, True])
def test_an_answer_that_the_form_offers_no_more_is_told_in_its_words(sign_in, world, is_readonly):
    drawn = process("proeve", start(), user_task("svar", groups="fronten", form="udfaldet"), end())
    files = {"proeve.bpmn": drawn, "udfaldet.form": _asking("ja", "skrinlagt")}
    world.flow.deployments.deploy(files, actor=SYSTEM)
    world.flow.instances.start("proeve", variables={"udfald": "skrinlagt"}, actor=SYSTEM)
    changed = {"udfaldet.form": _asking("ja", readonly=is_readonly)}
    world.flow.deployments.deploy(changed, actor=SYSTEM)
    [task] = [each for each in world.flow.user_tasks.list() if each.element == "svar"]

    page = open_task(sign_in("karen.fp"), task)

    if is_readonly:
        assert page.one("//p[@id='felt-udfald']").text_content() == "Skrinlagt"
    else:
        assert "Der står »Skrinlagt«, som ikke kan vælges mere." in page.text
        assert "felt-udfald-foer" in page.one("//select[@name='udfald']").get("aria-describedby")
        assert page.one("//select[@name='udfald']").value == ""
