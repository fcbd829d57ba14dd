"""A meeting on one page: agenda, who is invited, what consent opens to whom, agreements, minutes and PDF."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.web.forms import form_page
from tests.processes.consents_given import give_consent
from tests.web.test_meeting_pages import CASE
from tests.web.test_pdf import opened, text_of
from tests.web.world import PASSWORD

PURPOSE = "netvaerksmoede"
WORDS = "Skolefravær siden jul <script>alert(1)</script>"


@pytest.fixture
def caseworker(world):
    return world.flow.cases.get(CASE, actor=SYSTEM).facts["sagsbehandler"]


@pytest.fixture
def outsiders(world):
    """A psychologist of PPR, somebody of the school, and a district leader."""
    people = {"pia.ppr": ("ppr",), "sara.skole": ("skole",), "dorte.skole": ("distriktsleder_skole",)}
    for id, groups in people.items():
        world.flow.people.add(id, name=id.title(), groups=groups, password=PASSWORD, actor=SYSTEM)


def planned(world, caseworker, *, guests, only_the_child=False, is_anonymous=False):
    """A network meeting about the case that its caseworker has planned; returns its id."""
    actor = world.flow.people.actor(caseworker)
    id = world.flow.cases.add_record(
        "Moede",
        {
            "slags": "netvaerksmoede",
            "formaal_kode": PURPOSE,
            "indkalder": caseworker,
            "status": "planlagt",
            "anonymt": is_anonymous,
        },
        case=CASE,
        actor=actor,
    )
    item = {
        "moede_id": id,
        "emne": WORDS,
        "opgave": "Hvem følger ham om morgenen?",
        "identificerbart_barn": True,
        "anonym": is_anonymous,
        "nr": 1,
        "status": "paa_dagsordenen",
    }
    open_item = {
        **item,
        "emne": "Fritidspas i distriktet",
        "opgave": "Hvem taler med foreningerne?",
        "identificerbart_barn": False,
        "nr": 2,
    }
    made = [
        world.flow.cases.add_record("Dagsordenspunkt", each, case=CASE, actor=actor)
        for each in ([item] if only_the_child else [item, open_item])
    ]
    world.flow.instances.start(
        "moede", {"sag_id": CASE, "moede_id": id, "punkter": made}, case=CASE, actor=actor
    )
    world.complete(
        "planlaeg",
        caseworker,
        CASE,
        formaal="Hverdagen",
        tid="2026-04-07T14:00",
        sted="Skolens bibliotek",
        deltagere=[
            {"navn": "Mor Kastbjerg", "slags": "foraelder"},
            {"navn": "Rådgiveren", "slags": "medarbejder", "person": caseworker},
            *({"navn": group.upper(), "slags": "fagperson", "gruppe": group} for group in guests),
        ],
        moedeleder=caseworker,
        referent=caseworker,
    )
    return id


def hold(world, caseworker, *, minutes="Vi talte om morgenen.", coordinator=None):
    world.complete(
        "afhold",
        caseworker,
        CASE,
        forloeb="afholdt",
        holdt="2026-03-27T08:30",
        til_stede=[caseworker],
        moedeleder=caseworker,
        referent=caseworker,
    )
    world.complete(
        "aftaler_fra_moedet",
        caseworker,
        CASE,
        referat=minutes,
        aftaler=[
            {
                "hvad": "Mor ringer til skolen",
                "hvem": ["foraelder"],
                "tovholder": coordinator or caseworker,
                "frist": "2026-04-20",
            }
        ],
    )


def test_the_caseworker_sees_the_agenda_who_is_invited_and_what_to_do_next(sign_in, world, caseworker):
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    id = planned(world, caseworker, guests=["ppr"])

    page = sign_in(caseworker).get(f"/moeder/{id}")

    assert page.heading.startswith("Netværksmøde SAG-2570")
    assert page.text.index("1. Skolefravær siden jul") < page.text.index("2. Fritidspas i distriktet")
    assert "tirs. 7. apr. 2026 kl. 14.00 · Skolens bibliotek" in page.text
    assert "PPR" in page.text
    assert page.one("//main//a[contains(@class, 'button-primary')]").text == "Hold mødet"


def test_who_plans_or_holds_a_meeting_is_a_click_from_it_and_who_sees_to_an_agreement_is_not(
    sign_in, world, caseworker
):
    id = planned(world, caseworker, guests=[])
    visitor = sign_in(caseworker)
    to_meeting = f"//aside//a[@href='/moeder/{id}']"

    holding = visitor.get(f"/opgaver/{world.task('afhold', CASE).id}")
    hold(world, caseworker)
    following = visitor.get(f"/opgaver/{world.task('foelg_op', CASE).id}")

    assert holding.one(to_meeting).text == "Se mødet og dagsordenen"
    assert not following.all(to_meeting)


def test_minutes_as_pdf_say_when_it_was_held_and_who_does_what(sign_in, world, caseworker):
    id = planned(world, caseworker, guests=[])
    hold(world, caseworker)

    minutes = sign_in(caseworker).client.get(f"/moeder/{id}/referat.pdf")

    said = "".join(text_of(minutes.data).split())
    assert "Holdtfre.27.mar.2026kl.08.30" in said  # and not as it was planned
    assert "MorringertilskolenHvem:Forældrene" in said


def test_colleagues_and_units_are_from_outside_or_not_and_a_family_is_neither(sign_in, world, caseworker):
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    id = planned(world, caseworker, guests=["ppr"])

    page = sign_in(caseworker).get(f"/moeder/{id}")

    guests = page.all("//section[@aria-labelledby='inviterede']//span[@class='fc-quiet']")
    assert [each.text_content() for each in guests] == [
        "Familien",
        "Medarbejder, egen enhed",
        "Enhed, udefra",
    ]


@pytest.mark.parametrize(
    ("only_the_child", "status", "says", "reason"),
    [
        (
            True,
            "Ikke inviteret",
            "Da der blev indkaldt fre. 27. mar. 2026, manglede der samtykke (formål: Netværksmøde).",
            "Der var ikke bedt om samtykke",
        ),
        (False, "Inviteret", "Punkt 1 er lukket for dem.", "Der er ikke bedt om samtykke"),
    ],
)
def test_who_may_not_hear_something_is_named_with_the_rule_and_the_consent_that_is_missing(
    sign_in, world, caseworker, only_the_child, status, says, reason
):
    id = planned(world, caseworker, guests=["ppr"], only_the_child=only_the_child)

    page = sign_in(caseworker).get(f"/moeder/{id}")

    guest = page.one("//ul[contains(@class, 'fc-tasks')]/li[contains(., 'PPR')]").text_content()
    assert status in guest
    assert says in guest
    assert reason in guest
    assert "R-080" in guest


def test_a_consent_that_was_given_since_is_told_with_what_to_do_in_either_language(
    sign_in, world, caseworker
):
    id = planned(world, caseworker, guests=["ppr"], only_the_child=True)
    visitor = sign_in(caseworker)
    before = visitor.get(f"/moeder/{id}")

    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    danish, english = visitor.get(f"/moeder/{id}"), visitor.get(f"/moeder/{id}?sprog=en")

    assert "Siden er der givet samtykke" not in before.text
    assert "Der var ikke bedt om samtykke. R-080 Siden er der givet samtykke" in danish.text
    assert "giv dem selv besked, hvis de skal med" in danish.text
    left_out = english.one("//section[@aria-labelledby='inviterede']//li[contains(., 'PPR')]")
    assert not left_out.xpath(".//p[contains(@class, 'fc-missing')]/descendant-or-self::*[@lang='da']")
    told = " ".join(left_out.text_content().split())
    assert "When the invitations went out on Fri 27 Mar 2026, consent was missing" in told
    assert "Consent had not been asked for." in told
    assert "Consent has been given since" in told


def test_whose_consent_was_missing_is_told(sign_in, world, caseworker):
    asked = {"formaal_kode": PURPOSE, "modtagere": ["ppr"], "oplysningstyper": ["uddannelse"]}
    cases = world.flow.cases
    request = cases.add_record(
        "Samtykkeanmodning", {**asked, "kraevet": ["mor"], "status": "afslaaet"}, case=CASE, actor=SYSTEM
    )
    answer = {"anmodning_id": request, "afgiver": "mor", "svar": "nej", "givet": world.flow.clock.now()}
    cases.add_record("Samtykke", {**asked, **answer}, case=CASE, actor=SYSTEM)
    id = planned(world, caseworker, guests=["ppr"], only_the_child=True)

    page = sign_in(caseworker).get(f"/moeder/{id}")

    assert "Der var sagt nej til samtykke (mor)." in page.text


def test_somebody_from_outside_sees_the_item_that_consent_opens_and_it_is_recorded(
    sign_in, world, caseworker, outsiders
):
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    id = planned(world, caseworker, guests=["ppr"])
    visitor = sign_in("pia.ppr")

    page = visitor.get(f"/moeder/{id}")
    visitor.get(f"/moeder/{id}")

    assert "Skolefravær siden jul" in page.text
    told = [each for each in world.flow.cases.records("Videregivelse", case=CASE) if each["status"] == "vist"]
    assert [(each["til"], each["formaal_kode"]) for each in told] == [(["pia.ppr"], PURPOSE)]


def test_an_item_without_consent_is_closed_to_who_lacks_it_with_the_rule_and_the_way_out(
    sign_in, world, caseworker, outsiders
):
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    id = planned(world, caseworker, guests=["ppr"])
    invite(world, id, "skole")

    page = sign_in("sara.skole").get(f"/moeder/{id}")

    assert "Skolefravær" not in page.source
    assert "morgenen" not in page.source
    item = page.one("//ol[contains(@class, 'fc-minutes')]/li[1]").text_content()
    assert "1. Lukket punkt" in item
    assert "R-080" in item
    assert "(modtager: Skole, formål: netværksmøde)" in item
    assert "sara.skole" not in item
    assert "Indhent samtykke, eller drøft anonymt." in item
    assert "Fritidspas i distriktet" in page.text
    assert "Skolens bibliotek" not in page.text


def test_why_an_item_is_closed_is_said_in_english_on_an_english_page(sign_in, world, caseworker, outsiders):
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    id = planned(world, caseworker, guests=["ppr"])
    invite(world, id, "skole")

    page = sign_in("sara.skole").get(f"/moeder/{id}?sprog=en")

    item = page.one("//ol[contains(@class, 'fc-minutes')]/li[1]").text_content()
    assert "(recipient: School, purpose: network meeting)" in item
    assert "Obtain consent, or discuss it anonymously." in item


def test_whom_an_item_is_closed_for_is_called_by_name_and_an_unknown_by_what_they_are(
    sign_in, world, caseworker, outsiders
):
    id = planned(world, caseworker, guests=["ppr"])
    invite(world, id, "pia.ppr", role="person")
    invite(world, id, "01m8mb5yq8fshz44an7b", role="udefra")

    guests = sign_in(caseworker).get(f"/moeder/{id}").one("//*[@aria-labelledby='inviterede']").text_content()

    assert f"(modtager: {world.flow.people.find('pia.ppr').name}, formål: netværksmøde)" in guests
    assert "(modtager: en uden for kommunen, formål: netværksmøde)" in guests
    assert "Uden for kommunen" in guests
    assert "modtager: pia.ppr" not in guests


def test_minutes_that_also_tell_of_a_closed_item_are_closed_too(sign_in, world, caseworker, outsiders):
    id = planned(world, caseworker, guests=["ppr"])
    hold(world, caseworker)
    invite(world, id, "ppr")
    visitor = sign_in("pia.ppr")

    page = visitor.get(f"/moeder/{id}")
    minutes = visitor.client.get(f"/moeder/{id}/referat.pdf")

    for said in (page.source, text_of(minutes.data)):
        assert "Vi talte om morgenen" not in said
        assert "Mor ringer til skolen" not in said
    assert "Aftalens ord er lukket for dig" in page.text
    assert "Senest man. 20. apr. 2026" in page.text


def test_who_has_no_part_is_refused_and_a_colleague_sees_the_frame_alone(
    sign_in, world, caseworker, outsiders
):
    id = planned(world, caseworker, guests=["ppr"])

    assert sign_in("sara.skole").get(f"/moeder/{id}").status == 403
    assert sign_in("drift").get(f"/moeder/{id}/referat.pdf").status == 403
    assert sign_in(caseworker).get("/moeder/findes-ikke").status == 404
    colleague = sign_in("peter.nord").get(f"/moeder/{id}")
    assert colleague.status == 200
    assert "Skolefravær" not in colleague.source
    assert "Du ser mødets rammer." in colleague.text


def test_the_page_shows_agreements_with_coordinator_and_date_and_the_minutes(sign_in, world, caseworker):
    """R-064: each agreement has a *tovholder* and a date."""
    id = planned(world, caseworker, guests=[])
    hold(world, caseworker)
    name = world.flow.people.find(caseworker).name

    page = sign_in(caseworker).get(f"/moeder/{id}")

    agreement = page.one("//section[@aria-labelledby='aftaler']//li").text_content()
    assert "Mor ringer til skolen" in agreement
    assert f"Tovholder: {name}. Senest man. 20. apr. 2026." in " ".join(agreement.split())
    assert "Vi talte om morgenen." in page.text
    assert "meeting" in looks(world)


@pytest.mark.parametrize("what", ["dagsorden", "referat"])
def test_agenda_and_minutes_are_kept_as_pdf_in_which_typed_text_stays_text(sign_in, world, caseworker, what):
    id = planned(world, caseworker, guests=[])
    hold(world, caseworker, minutes="Morgenen </td><h1>Falsk</h1> æøå")
    visitor = sign_in(caseworker)

    answer = visitor.client.get(f"/moeder/{id}/{what}.pdf")

    said = text_of(answer.data)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f"{what}-netvaerksmoede-2026-04-07.pdf" in answer.headers["Content-Disposition"]
    assert "<script>alert(1)</script>" in said
    assert ("Falsk</h1> æøå" in said) is (what == "referat")
    assert ("Mor ringer til skolen" in said) is (what == "referat")
    with opened(answer.data) as file:
        assert str(file.Root.Lang) == "da"
        assert "/StructTreeRoot" in file.Root


def test_who_sees_to_an_agreement_of_a_meeting_does_not_read_its_minutes_for_that(sign_in, world, caseworker):
    id = planned(world, caseworker, guests=[])
    hold(world, caseworker, coordinator="peter.nord")

    page = sign_in("peter.nord").get(f"/moeder/{id}")

    assert page.one("//main//a[contains(@class, 'button-primary')]").text == "Følg op på aftalen"
    assert "Vi talte om morgenen" not in page.source
    assert "Skolefravær" not in page.source


@pytest.fixture
def conference(world, outsiders):
    """A school's conference: a child of the authority's, the same child anonymously, and a class."""
    values = {
        "slags": "koordineringskonference",
        "type": "operationel",
        "omraade": "skole",
        "distrikt": "d2",
        "formaal_kode": "konference",
        "tid": world.flow.clock.now(),
        "status": "planlagt",
    }
    id = world.flow.cases.add_record("Moede", values, actor=SYSTEM)
    child = {"moede_id": id, "sag_id": CASE, "identificerbart_barn": True}
    for number, item in enumerate(
        (
            {**child, "emne": "Liva og frikvartererne"},
            {**child, "emne": "Et barn og lektierne", "anonym": True},
            {"moede_id": id, "emne": "Klassemiljøet i 3.b", "identificerbart_barn": False},
        ),
        1,
    ):
        world.flow.cases.add_record("Dagsordenspunkt", {**item, "nr": number}, actor=SYSTEM)
    asked = {"moede_id": id, "modtager": "ppr", "art": "gruppe", "ekstern": True, "status": "inviteret"}
    world.flow.cases.add_record("Invitation", asked, actor=SYSTEM)
    return id


def test_who_convenes_a_conference_reads_what_the_own_unit_wrote_and_sees_what_is_closed_to_whom(
    sign_in, conference
):
    page = sign_in("dorte.skole").get(f"/moeder/{conference}")

    assert "Liva og frikvartererne" in page.text
    assert "Operationel, Skole" in page.text
    guest = page.one("//ul[contains(@class, 'fc-tasks')]/li[contains(., 'PPR')]").text_content()
    assert "Punkt 1 er lukket for dem." in guest
    assert "Punkt 2" not in guest


def test_at_a_conference_an_anonymous_item_is_open_and_names_no_case(sign_in, conference):
    """R-099: an anonymous item tells nobody whose it is."""
    page = sign_in("pia.ppr").get(f"/moeder/{conference}")

    assert "Liva" not in page.source
    assert "Et barn og lektierne" in page.text
    assert "Klassemiljøet i 3.b" in page.text
    assert CASE not in page.source
    assert "R-080" in page.text


def test_an_anonymous_meeting_of_a_case_tells_nobody_from_outside_whose_it_is(
    sign_in, world, caseworker, outsiders
):
    """R-099: on its page, in the week, the calendar file, the minutes and the notice; inside all is told."""
    id = planned(world, caseworker, guests=["ppr"], only_the_child=True, is_anonymous=True)
    hold(world, caseworker)
    outside, inside = sign_in("pia.ppr"), sign_in(caseworker)
    places = (f"/moeder/{id}", "/moeder?uge=2026-04-07", "/beskeder")

    told = {place: outside.get(place).text for place in places}
    calendar = outside.get(f"/moeder/{id}/moede.ics").source

    assert "Skolefravær siden jul" in told[places[0]]
    assert "Hverdagen" not in told[places[0]]
    assert "moede_indkaldelse" in {
        row.text_code for row in world.flow.notices.page(world.flow.people.actor("pia.ppr"), limit=9).rows
    }
    assert [place for place, text in told.items() if CASE in text] == []
    assert "BEGIN:VEVENT" in calendar and CASE not in calendar
    assert all(CASE in inside.get(place).text for place in places[:2])
    assert "Hverdagen" in inside.get(places[0]).text


def test_the_week_leads_to_the_page(sign_in, world, caseworker):
    id = planned(world, caseworker, guests=[])

    page = sign_in(caseworker).get("/moeder?uge=2026-04-07")

    assert page.one(f"//a[@href='/moeder/{id}']").text_content().strip() == "Netværksmøde SAG-2570"


def test_who_convenes_a_conference_has_it_in_the_week_before_anybody_is_invited(sign_in, world, conference):
    world.flow.cases.add_record(
        "Moede",
        {
            "slags": "koordineringskonference",
            "type": "operationel",
            "omraade": "skole",
            "distrikt": "d2",
            "tid": world.flow.clock.now(),
            "status": "planlagt",
        },
        actor=SYSTEM,
    )

    own, others = sign_in("dorte.skole").get("/moeder"), sign_in("pia.ppr").get("/moeder")
    english = sign_in("dorte.skole").get("/moeder?sprog=en")

    said = [each.text_content() for each in own.all("//ul[contains(@class, 'fc-tasks')]/li")]
    assert len(said) == 2
    assert sum("Ikke indkaldt endnu" in each for each in said) == 1
    assert "Nobody is invited yet" in english.text
    assert others.text.count("Koordineringskonference") == 1 and "Ikke indkaldt endnu" not in others.text


def test_who_convenes_in_another_district_does_not_have_the_conference_in_the_week(
    sign_in, world, conference
):
    for person, district in (("lise.skole", "d3"), ("mads.skole", "d2")):
        world.flow.people.add(
            person, groups=("distriktsleder_skole",), district=district, password=PASSWORD, actor=SYSTEM
        )

    elsewhere, here = (sign_in(person).get("/moeder") for person in ("lise.skole", "mads.skole"))

    assert "Koordineringskonference" not in elsewhere.text
    assert "Koordineringskonference" in here.text


def test_who_holds_a_meeting_reads_nothing_of_who_is_not_invited_where_nobody_was_left_out(
    sign_in, world, caseworker
):
    planned(world, caseworker, guests=[])

    page = sign_in(caseworker).get(f"/opgaver/{world.task('afhold', CASE).id}")

    assert "Er mødet holdt?" in page.text
    assert "Ikke inviteret" not in page.text


@pytest.mark.parametrize(("form", "key"), [("F-M2", "ikke_inviterede"), ("F-I5", "procedure")])
def test_what_is_only_shown_is_left_out_where_there_is_nothing_to_show(app, world, form, key):
    flow = world.flow
    drawn = flow.deployments.form(form)

    def keys(**known):
        with app.test_request_context():
            page = form_page.shown(drawn, {}, facts={}, now=flow.clock.now(), known=known)
            return {each.asked.key for each in page.fields}

    assert key in keys(**{key: "Punkter sendes tre dage før."})
    assert key not in keys()


def test_staff_are_called_by_their_names_whatever_their_accounts_are_called(sign_in, world, outsiders):
    """An account that a provider of sign-ins names has no dot in its name, and is nobody of a family."""
    world.flow.people.add("b12345", name="Berit Lund", groups=("ppr",), actor=SYSTEM)
    values = {
        "slags": "koordineringskonference",
        "type": "strategisk",
        "omraade": "tvaergaaende",
        "tid": world.flow.clock.now(),
        "status": "afsluttet",
        "moedeleder": "b12345",
        "til_stede": ["b12345", "nogen-uden-konto"],
    }
    id = world.flow.cases.add_record("Moede", values, actor=SYSTEM)

    page = sign_in("dorte.skole").get(f"/moeder/{id}")

    assert page.one("//dt[text()='Mødeleder']/following-sibling::dd[1]").text_content() == "Berit Lund"
    present = page.one("//dt[text()='Til stede']/following-sibling::dd[1]").text_content()
    assert present == "Berit Lund, En person fra familiens netværk"


def invite(world, id, who, role="gruppe"):
    """Somebody is invited, and no consent covers them: it has fallen away since."""
    values = {"moede_id": id, "modtager": who, "art": role, "ekstern": True, "status": "inviteret"}
    world.flow.cases.add_record("Invitation", values, case=CASE, actor=SYSTEM)


def looks(world):
    """The pages by which the case was looked at."""
    story = world.flow.history.of_case(CASE, actor=SYSTEM)
    return {row.event.page for row in story if type(row.event).__name__ == "CaseRead"}


@pytest.mark.parametrize(("is_anonymous", "told"), [(True, False), (False, True)])
def test_the_user_task_of_a_meeting_names_the_case_to_outsiders_only_where_it_is_not_anonymous(
    sign_in, world, caseworker, outsiders, is_anonymous, told
):
    """R-099: who coordinates an agreement of an anonymous meeting does so without being told whose it is."""
    planned(world, caseworker, guests=["ppr"], is_anonymous=is_anonymous)
    hold(world, caseworker, coordinator="pia.ppr")
    task = world.task("foelg_op", CASE).id
    outsider = sign_in("pia.ppr")

    pages = [outsider.get(each) for each in ("/opgaver", f"/opgaver/{task}", "/opgaver?vis=mine")]

    assert [page.status for page in pages] == [200, 200, 200]
    assert all("Følg op på aftalen" in page.source for page in pages)
    assert [CASE in page.source for page in pages] == [told] * 3
    if is_anonymous:
        noted = world.flow.user_tasks.get(task, actor=world.flow.people.actor("pia.ppr"))
        assert (noted.row.case_code, noted.of_case) == (None, CASE)


def test_those_whose_case_it_is_are_told_which_case_an_anonymous_meeting_is_of(
    sign_in, world, caseworker, outsiders
):
    planned(world, caseworker, guests=["ppr"], is_anonymous=True)
    hold(world, caseworker, coordinator=caseworker)
    task = world.task("foelg_op", CASE).id
    insider = sign_in(caseworker)

    assert CASE in insider.get("/opgaver?vis=mine").source
    assert CASE in insider.get(f"/opgaver/{task}").heading
