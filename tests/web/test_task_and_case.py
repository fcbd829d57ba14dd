"""The task page and the case page with documents, comments, drafts, presence and what comes next."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.services.case_files.documents import Given
from tests.processes.consents_given import give_consent
from tests.services.diagrams import end, process, start, user_task
from tests.web.test_user_task_page import ASSESSMENT

CASE = "SAG-2588"
PDF = b"%PDF-1.7 Mor skriver om barnet"


@pytest.fixture
def vurder(world):
    return world.task("vurder", "SAG-2601")


# --- documents -------------------------------------------------------------------------------------


@pytest.fixture
def with_document(world):
    """Address of a user task whose form asks for a document and a purpose."""
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
            },
            {
                "type": "textfield",
                "key": "formaal",
                "id": "d2",
                "label": "Formål",
                "validate": {"required": True},
                "properties": {"target": "case:Samtykke.formaal"},
            },
        ],
    }
    files = {
        "dok.bpmn": process("dok", start(), user_task("gem", groups="familieteam_syd", form="F-DOK"), end()),
        "F-DOK.form": json.dumps(form).encode(),
    }
    world.flow.deployments.deploy(files, actor=SYSTEM)
    world.flow.instances.start("dok", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    return f"/opgaver/{world.task('gem').id}"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("brev.exe", b"MZ program", "brev.exe: Filens indhold kan ikke modtages."),
        ("brev.pdf", b"\x89PNG\r\n\x1a\n....", "brev.pdf: Filens navn passer ikke til indholdet"),
        ("brev.pdf", PDF.ljust(200), "brev.pdf: Filen er for stor. Den må højst fylde 25 MB."),
        ("brev.pdf", b"", "brev.pdf: Filen er tom."),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_at_its_field_and_everything_else_is_kept(
    sign_in, world, with_document, monkeypatch, name, content, said
):
    monkeypatch.setattr(type(world.flow.documents.limits), "bytes", 100)
    camilla = sign_in("camilla.syd")
    page = camilla.get(with_document)
    kept = camilla.press(page, "_faerdig", **{"_fil.dokument": (io.BytesIO(PDF), "Skolens brev.pdf")})

    wrong = camilla.press(
        kept, "_faerdig", **{"_fil.dokument": (io.BytesIO(content), name), "formaal": "Skolens udtalelse"}
    )

    assert wrong.status == 422
    assert [line.split(" – ")[1].startswith(said) for line in wrong.summary] == [True]
    assert wrong.value("formaal") == "Skolens udtalelse"
    assert "Skolens brev.pdf" in wrong.one("//ul[@class='fc-attached']").text_content()


def test_a_file_of_a_form_is_kept_although_the_form_lacks_something(sign_in, world, with_document):
    camilla = sign_in("camilla.syd")
    page = camilla.get(with_document)

    wrong = camilla.press(page, "_faerdig", **{"_fil.dokument": (io.BytesIO(b"MZ"), "brev.pdf")})
    lacking = camilla.press(wrong, "_faerdig", **{"_fil.dokument": (io.BytesIO(PDF), "Brev.pdf")})
    link = lacking.one("//ul[@class='fc-attached']//a")
    shown = camilla.client.get(link.get("href").replace("?", "/vis?"))
    done = camilla.press(lacking, "_faerdig", formaal="Skolen")

    assert wrong.status == 422
    assert "brev.pdf: Filens indhold kan ikke modtages." in wrong.summary[0]
    assert wrong.summary[1:] == ["Formål – Feltet skal udfyldes."]  # told together
    assert lacking.summary == ["Formål – Feltet skal udfyldes."]
    assert shown.data == PDF
    assert "er færdig" in done.text
    [record] = world.flow.cases.records("Samtykke", case=CASE)
    [document] = world.flow.documents.of_case(CASE, actor=world.flow.people.actor("camilla.syd"))
    assert record["dokument"] == [document.id]


def test_beside_a_refused_file_nothing_is_done_and_saving_tells_the_file_alone(sign_in, world, with_document):
    camilla = sign_in("camilla.syd")
    page = camilla.get(with_document)
    program = {"_fil.dokument": (io.BytesIO(b"MZ"), "brev.pdf")}
    kept = camilla.press(page, "_faerdig", **{"_fil.dokument": (io.BytesIO(PDF), "Brev.pdf")})

    saved = camilla.press(page, "_gem", **program)
    program = {"_fil.dokument": (io.BytesIO(b"MZ"), "brev.pdf")}
    complete = camilla.press(kept, "_faerdig", **program, formaal="Skolen")

    assert saved.status == complete.status == 422
    assert len(saved.summary) == len(complete.summary) == 1
    assert "kan ikke modtages" in complete.summary[0]
    assert complete.value("formaal") == "Skolen"
    assert world.task("gem").status == "open"
    assert not world.flow.cases.records("Samtykke", case=CASE)


@pytest.mark.parametrize(("who", "address"), [(None, "/underret"), ("karen.fp", "/underretninger/ny")])
def test_a_notification_tells_what_else_is_wrong_beside_a_refused_file(
    stranger, sign_in, world, who, address
):
    visitor = sign_in(who) if who else stranger
    page = visitor.get(address)
    program = {"_fil.bilag": (io.BytesIO(b"MZ"), "foto.pdf")}

    wrong = visitor.press(page, "_send", **program, **{"boern.0.navn": "Ida"})

    assert wrong.status == 422
    assert len([line for line in wrong.summary if "kan ikke modtages" in line]) == 1
    assert any("Feltet skal udfyldes." in line for line in wrong.summary)
    assert wrong.value("boern.0.navn") == "Ida"
    assert world.flow.documents.staged(wrong.value("_nummer")) == []

    without = visitor.press(wrong, "_send")
    assert [line for line in wrong.summary if "kan ikke modtages" not in line] == without.summary


def test_a_document_of_the_case_is_shown_without_any_power_of_its_own(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/sager/{CASE}")
    form = page.one("//form[contains(@class, 'fc-upload')]")

    camilla.submit(page, form, fil=(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 20), "Tegning æ.png"))
    [document] = world.flow.documents.of_case(CASE, actor=world.flow.people.actor("camilla.syd"))
    shown = camilla.client.get(f"/dokumenter/{document.id}/vis")
    sent = camilla.client.get(f"/dokumenter/{document.id}/hent")

    assert shown.mimetype == "image/png"
    policy = shown.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("; sandbox")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "Tegning%20%C3%A6.png" in sent.headers["Content-Disposition"]
    assert (
        "Tegning"
        in camilla.get(f"/sager/{CASE}").one("//section[@aria-labelledby='dokumenter']").text_content()
    )
    assert sign_in("granly").get(f"/dokumenter/{document.id}").status == 403


def test_the_text_of_a_document_is_no_markup(sign_in, world):
    given = Given("brev.txt", "Kære <b>Mor</b> \u202eabc".encode())
    id = world.flow.documents.add_to_case(CASE, given, actor=world.flow.people.actor("camilla.syd"))

    page = sign_in("camilla.syd").get(f"/dokumenter/{id}")

    assert "<b>Mor" in page.one("//pre").text_content()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_two_gigabytes_are_refused_before_they_are_read(sign_in):
    camilla = sign_in("camilla.syd")

    refused = camilla.client.post(
        f"/sager/{CASE}/dokumenter",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(2 * 1024**3)},
    )

    assert refused.status_code == 413
    assert "mindre filer" in refused.get_data(as_text=True)


def test_a_citizens_file_comes_with_the_notification_and_outlives_an_error(stranger, sign_in, world):
    page = stranger.get("/underret")
    with_error = stranger.press(page, "_send", **{"_fil.bilag": (io.BytesIO(PDF), "Foto fra skolen.pdf")})
    assert with_error.status == 422
    assert "Foto fra skolen.pdf" in with_error.one("//ul[@class='fc-attached']").text_content()

    number = with_error.value("_nummer")
    [staged] = world.flow.documents.staged(number)
    raw = {
        "bilag": [staged.id],
        "boern": [{"navn": "Ida"}],
        "bekymring": "Sulten",
        "underretter_anonym": "true",
    }
    karen = world.flow.people.actor("karen.fp")
    values = {
        "kanal": "telefon",
        "underretter_anonym": True,
        "underretter_type": "borger",
        "aftalt_med_familien": "enig",
        "umiddelbar_fare": False,
        "mistanke_overgreb": False,
        "aeresrelateret": False,
        "soeskende": "ingen",
        "modtaget": world.flow.clock.now().isoformat(),
    }
    world.flow.notifications.receive(raw | values, source="form", actor=karen, id="U-99", page=number)

    assert world.flow.documents.staged(number) == []
    assert world.flow.documents.read(staged.id, actor=karen)[1] == PDF


COMMENT = "//section[@id='kommentarer']//button[@type='submit']"


# --- comments --------------------------------------------------------------------------------------


def test_a_comment_stands_on_the_task_and_a_mention_tells_the_colleague(sign_in, vurder):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{vurder.id}")

    wrong = karen.press_this(page, page.one(COMMENT), _kommentar="@ingen.her se <b>her</b>")
    done = karen.press_this(wrong, wrong.one(COMMENT), _kommentar="@jonas.fp se <b>her</b>")

    assert wrong.status == 422
    assert "kendes ikke" in wrong.one("//*[@id='kommentar-fejl']").text_content()
    assert wrong.one("//*[@id='kommentar']").value == "@ingen.her se <b>her</b>"
    assert "@jonas.fp se <b>her</b>" in done.one("//ol[@class='fc-comments']").text_content()
    assert "se <b>" not in sign_in("peter.nord").get("/sager/SAG-2601").text


@pytest.mark.parametrize("where", ["task", "case"])
def test_a_cpr_number_in_a_comment_is_warned_of_once_and_sent_by_the_second_press(
    sign_in, world, vurder, where
):
    camilla = sign_in("karen.fp" if where == "task" else "camilla.syd")
    page = camilla.get(f"/opgaver/{vurder.id}" if where == "task" else "/sager/SAG-2588")
    written = "Mormor, 010203-1234, ringede."

    name = "_kommentar" if where == "task" else "kommentar"
    warned = camilla.press_this(page, page.one(COMMENT), **{name: written})
    sent = camilla.press_this(warned, warned.one(COMMENT))

    assert "Det ligner et CPR-nummer." in warned.one("//*[@id='kommentar-cpr']").text_content()
    assert warned.one("//*[@id='kommentar']").value == written
    assert not warned.all("//ol[@class='fc-comments']")
    assert written in sent.one("//ol[@class='fc-comments']").text_content()
    assert sent.one("//*[@id='kommentar']").value == ""


def test_a_page_lists_the_colleagues_whom_a_comment_there_may_name_and_nobody_else(sign_in, world, vurder):
    karen, camilla = sign_in("karen.fp"), sign_in("camilla.syd")

    on_the_task = _listed(karen.get(f"/opgaver/{vurder.id}"))
    on_the_case = _listed(camilla.get("/sager/SAG-2588"))

    assert "jonas.fp" in on_the_task
    assert "omar.syd" in on_the_case
    for names, me, address in (
        (on_the_task, karen, f"/opgaver/{vurder.id}"),
        (on_the_case, camilla, "/sager/SAG-2588"),
    ):
        assert not names & {
            "karen.fp" if me is karen else "camilla.syd",
            "peter.nord",
            "vera.revisor",
            "drift",
        }
        field = "_kommentar" if me is karen else "kommentar"
        page = me.get(address)
        told = me.press_this(page, page.one(COMMENT), **{field: " ".join(f"@{name}" for name in names)})
        assert not told.all("//*[@id='kommentar-fejl']")


def _listed(page):
    return {each.get("data-mention") for each in page.all("//*[@id='kommentar-kolleger']/li")}


# --- drafts and presence ---------------------------------------------------------------------------


def test_who_lost_a_task_gets_the_draft_back_to_copy_and_sees_what_was_done(sign_in, vurder):
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    jonas.post(f"/opgaver/{vurder.id}/kladde", {"begrundelse": "Min halve tanke"})
    karen.press(karen.get(f"/opgaver/{vurder.id}"), "_faerdig", **ASSESSMENT)

    late = jonas.get(f"/opgaver/{vurder.id}")
    gone = jonas.post(f"/opgaver/{vurder.id}/kladde/slet")

    assert late.value("begrundelse") == "Min halve tanke"
    assert "Den blev gjort færdig af Karen Bilde" in late.text
    assert late.all("//*[@role='alert']//li")  # what the history tells of that moment
    assert not late.all("//button[@name='_faerdig']")
    assert not gone.has_field("begrundelse")


def test_two_people_on_one_task_are_told_of_each_other(sign_in, world, vurder):
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    karen.get(f"/opgaver/{vurder.id}")

    seen = jonas.get(f"/opgaver/{vurder.id}").one("//*[@id='tilstede']")
    polled = karen.post(f"/opgaver/{vurder.id}/her")
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(minutes=2))
    alone = karen.post(f"/opgaver/{vurder.id}/her")

    assert seen.get("aria-live") == "polite"
    assert "Også åben hos: Karen Bilde" in seen.text_content()
    assert "Også åben hos: Jonas Aagaard" in polled.source
    assert "Jonas" not in alone.source


# --- what comes next, and the case beside it -------------------------------------------------------


def test_the_page_says_what_completing_does_next(sign_in, world, vurder):
    page = sign_in("karen.fp").get(f"/opgaver/{vurder.id}")

    said = page.one("//*[@id='hvad-sker-der']").text_content()
    assert "afhænger af svarene" in said
    assert page.all("//*[@id='hvad-sker-der']//li")


def test_a_form_whose_heading_is_the_task_s_name_does_not_say_it_twice(sign_in, world):
    form = {
        "type": "default",
        "id": "siger_det",
        "components": [
            {"type": "text", "text": "# foerst"},
            {
                "type": "textfield",
                "key": "navn",
                "label": "Navn",
                "properties": {"target": "case:Underretning.bekymring"},
            },
        ],
    }
    drawn = process("en", start(), user_task("foerst", groups="familieteam_syd", form="siger_det"), end())
    world.flow.deployments.deploy(
        {"en.bpmn": drawn, "siger_det.form": json.dumps(form).encode()}, actor=SYSTEM
    )
    world.flow.instances.start("en", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    task = world.task("foerst")

    page = sign_in("camilla.syd").get(f"/opgaver/{task.id}")

    assert page.one("//h1").text_content().strip().startswith(task.name)
    assert not [each for each in page.all("//main//h2") if each.text_content() == "foerst"]
    assert page.one("//input[@name='navn']") is not None


def test_one_way_on_is_one_clear_sentence(sign_in, world):
    files = {
        "to.bpmn": process(
            "to",
            start(),
            user_task("foerst", groups="familieteam_syd"),
            user_task("siden", groups="fronten"),
            end(),
        )
    }
    world.flow.deployments.deploy(files, actor=SYSTEM)
    world.flow.instances.start("to", {"sag_id": CASE}, case=CASE, actor=SYSTEM)

    page = sign_in("camilla.syd").get(f"/opgaver/{world.task('foerst').id}")

    assert "Når du gør opgaven færdig, går sagen videre til Fronten: »siden«." in page.text


def test_the_diagram_says_you_are_here_in_a_picture_and_in_words(sign_in, vurder):
    page = sign_in("karen.fp").get(f"/opgaver/{vurder.id}")

    where = page.one("//details[@id='her-er-du']")
    assert "Vurdér risiko" in where.text_content().partition("Før:")[0]
    [here] = where.xpath(".//*[local-name()='rect' and contains(@class, 'fc-p-here')]")
    assert here.get("width")
    assert where.xpath(".//*[local-name()='polyline' and contains(@class, 'fc-p-walked')]")


def test_earlier_answers_of_the_flow_stand_beside_the_form(sign_in, world):
    give_consent(world.flow, CASE, "skole")
    world.flow.instances.start("boernefaglig_undersoegelse", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    sources = [{"hvem": "Skolen", "rolle": "skole", "hvad": "Fravær", "samtykke": "indhentes"}]
    planned = {"fokus": "Trivsel i hjemmet.", "kilder": sources, "familiens_bidrag": "Dagbog."}
    world.complete("planlaeg", "camilla.syd", CASE, **planned)

    page = sign_in("camilla.syd").get(f"/opgaver/{world.task('boernesamtale', CASE).id}")

    aside = page.one("//aside").text_content()
    assert "Tidligere svar i forløbet (1)" in aside
    assert "Trivsel i hjemmet." in aside


def test_a_new_colleague_sees_the_case_in_a_minute(sign_in, world):
    give = world.flow.people.actor("camilla.syd")
    world.flow.cases.set_fact(CASE, "sagsbehandler", "omar.syd", reason="skift", actor=give)

    page = sign_in("omar.syd").get(f"/sager/{CASE}")

    glance = page.one("//dl[@class='fc-glance']").text_content()
    assert "Omar Haddad" in glance
    workers = page.one("//section[@aria-labelledby='raadgivere']").text_content()
    assert workers.index("Camilla Noer") < workers.index("Omar Haddad")
    line = page.one("//*[local-name()='svg' and contains(@class, 'fc-timeline')]")
    assert "T01 Vurdering af underretning" in line.get("aria-label")
    for link in page.all("//nav[contains(@class, 'fc-jump')]//a[starts-with(@href, '#')]"):
        assert page.all(f"//*[@id='{link.get('href')[1:]}']"), link.get("href")


def test_a_picture_of_a_flow_comes_when_it_is_unfolded(sign_in, world):
    instance = world.task("beslut_undersoegelse").instance

    page = sign_in("karen.fp").get(f"/forloeb/{instance}/billede")

    assert "Nu: Beslut om undersøgelse" in page.text
    assert sign_in("granly").get(f"/forloeb/{instance}/billede").status == 403


def test_a_picture_in_words_says_names_and_no_ids_of_what_has_none(sign_in, world):
    karen = sign_in("karen.fp")
    rows = world.flow.instances.list(case=CASE, limit=None)
    unnamed = {
        (row.id, element)
        for row in rows
        for instance in [world.flow.instances.get(row.id, actor=SYSTEM)]
        for element in instance.completed_elements
        if instance.element_names.get(element, element) == element
    }

    pages = {id: karen.get(f"/forloeb/{id}/billede") for id in {id for id, _ in unnamed}}
    said = {id: page.all("//p")[0].text_content().split() for id, page in pages.items()}

    assert unnamed
    assert [element for id, element in sorted(unnamed) if element in said[id]] == []
