from __future__ import annotations

from urllib.parse import urlencode

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.web.tasks import inbox
from tests.web.test_api import Program

EARLIEST, SOME = "0001-01-01T00:00:00+14:00", "2026-03-27T08:00:00+00:00"
LATEST = "9999-12-31T23:59:59-14:00"


def test_the_inbox_shows_what_waits_for_me_and_my_groups_due_first(sign_in):
    page = sign_in("karen.fp").get("/")

    tasks = [row.text_content() for row in page.all("//tbody/tr/td[2]/a")]
    assert tasks == ["Beslut videre forløb", "Vurdér risiko"]
    assert "I dag" in page.all("//tbody/tr")[0].text_content()
    assert "Frontpersonale, Akutvagt" in page.all("//tbody/tr")[1].text_content()


def test_taking_a_task_moves_it_from_the_group_to_me(sign_in):
    karen = sign_in("karen.fp")
    groups = karen.get("/opgaver?vis=grupper")
    take = groups.all("//tbody//button")[1]

    opened = karen.press_this(groups, take)

    assert opened.heading == "Vurdér risiko SAG-2601"
    mine = karen.get("/opgaver?vis=mine")
    assert "Mig" in mine.one("//tbody/tr").text_content()
    assert "Vurdér risiko" not in sign_in("jonas.fp").get("/opgaver").text


def test_a_task_can_be_given_back(sign_in, world):
    karen = sign_in("karen.fp")
    task = world.task("vurder")
    page = karen.post(f"/opgaver/{task.id}/tag")

    given_back = karen.press_this(page, page.one("//button[contains(@formaction, '/slip')]"))

    assert "Opgaven er lagt tilbage." in given_back.text
    assert world.task("vurder").assignee is None


def test_an_empty_inbox_says_so(sign_in):
    assert "Der er ingen opgaver lige nu." in sign_in("vera.revisor").get("/opgaver").text


@pytest.mark.parametrize(
    "asked",
    [
        {"efter": f"{EARLIEST}~{SOME}~x"},
        {"foer": f"{SOME}~{LATEST}~x", "sorter": "frist"},
        {"efter": f"{SOME}~{SOME}~x\0"},
        {"efter": f"{'9' * 40}~{SOME}~x", "sorter": "prioritet"},
        {"efter": f"-{'9' * 40}~{SOME}~x", "sorter": "prioritet"},
        {"efter": f"{'9' * 5000}~{SOME}~x", "sorter": "prioritet"},
    ],
    ids=["the first year", "the last year", "a zero byte", "large", "small", "long"],
)
def test_where_a_list_goes_on_can_be_forged_without_a_fault(sign_in, world, app, asked):
    address = f"/opgaver?{urlencode(asked)}"
    token = world.flow.service_accounts.make("p", groups=["fronten"], scopes=["tasks:read"], actor=SYSTEM)

    assert sign_in("karen.fp").client.get(address).status_code in (200, 400)
    listed = Program(app, token).get(f"/api/user-tasks?{urlencode({'after': next(iter(asked.values()))})}")
    assert listed.status_code in (200, 400, 422)


def test_an_address_that_was_damaged_shows_the_first_page(sign_in):
    karen = sign_in("karen.fp")

    for asked in ("efter=99", "efter=~~", "vis=andet&sorter=x&frist=y", "sorter=prioritet&efter=a~b~c"):
        assert karen.get(f"/opgaver?{asked}").all("//tbody/tr"), asked


def names(page):
    return [link.text_content() for link in page.all("//tbody/tr/td[2]/a")]


def test_filters_live_in_the_address_and_narrow_every_list(sign_in):
    karen = sign_in("karen.fp")

    assert names(karen.get("/opgaver?sag=sag-2601")) == ["Vurdér risiko"]
    assert names(karen.get("/opgaver?frist=i_dag&forloeb=fronten_dagsmoede")) == ["Beslut videre forløb"]
    narrowed = karen.get("/opgaver?sag=SAG-2601&sorter=sag&frist=overskredet")
    assert "Ingen opgaver svarer til det, du har valgt." in narrowed.text
    assert [link.text_content() for link in narrowed.all("//ul[contains(@class, 'fc-tabs')]//a")] == [
        "Mine og mine gruppers (0)",
        "Taget af mig (0)",
        "Mine gruppers (0)",
    ]
    form = narrowed.one("//form[@role='search' and contains(@class, 'fc-filter')]")
    assert form.fields["sag"] == "SAG-2601" and form.fields["sorter"] == "sag"
    assert names(karen.submit_get(narrowed, form, frist="", sag="")) == [
        "Beslut videre forløb",
        "Vurdér risiko",
    ]


@pytest.mark.parametrize("order", ["frist", "modtaget", "prioritet", "sag"])
def test_the_next_page_goes_on_where_the_first_ended(sign_in, monkeypatch, order):
    monkeypatch.setattr(inbox, "PAGE", 1)
    karen = sign_in("karen.fp")

    first = karen.get(f"/opgaver?sorter={order}")
    second = karen.get("/opgaver" + first.one("//nav[@class='fc-pages']//a[text()='Næste']/@href")[8:])

    assert {*names(first), *names(second)} == {"Beslut videre forløb", "Vurdér risiko"}
    assert not second.all("//nav[@class='fc-pages']//a[text()='Næste']")
    for words in ("Til den første side", "Forrige"):
        back = karen.get("/opgaver" + second.one(f"//nav[@class='fc-pages']//a[text()='{words}']/@href")[8:])
        assert names(back) == names(first)
        assert not back.all("//nav[@class='fc-pages']//a[text()='Forrige']")


def test_leaders_see_what_their_team_has_and_what_every_case_waits_for(sign_in, world):
    omar = world.flow.people.actor("camilla.syd")
    world.flow.user_tasks.claim(world.task("beslut_undersoegelse").id, actor=omar)
    else_, camilla = sign_in("else.syd"), sign_in("camilla.syd")

    assert world.task("beslut_undersoegelse").name in names(else_.get("/opgaver?vis=team"))
    every = else_.get("/opgaver?vis=sager")
    assert "SAG-2601" in every.text and not every.all("//tbody//form")
    assert "Mit team" not in camilla.get("/opgaver").text
    not_hers = camilla.get("/opgaver?vis=sager&sorter=modtaget")
    assert names(not_hers) == []
    assert "Denne liste er lederes" in not_hers.text
    same = not_hers.one("//a[contains(., 'blandt dine og dine gruppers opgaver')]/@href")
    assert "sorter=modtaget" in same
    assert names(camilla.get(same)) == names(camilla.get("/opgaver?sorter=modtaget")) != []


def test_the_menu_offers_only_what_a_person_may_do(sign_in):
    def menu(person: str) -> list[str]:
        return [
            link.text_content() for link in sign_in(person).get("/opgaver").all("//nav//a[@class='nav-link']")
        ]

    assert menu("karen.fp") == ["Mine opgaver", "Sager", "Møder", "Nye forløb", "Ny underretning"]
    assert menu("camilla.syd") == ["Mine opgaver", "Sager", "Møder", "Nye forløb"]
    assert menu("granly") == ["Mine opgaver", "Møder"]


def several(page, *elements_names, act, **values):
    """Tick these in the list and press one button of the form below it."""
    rows = {link.text_content(): link.getparent().getparent() for link in page.all("//tbody/tr/td[2]/a")}
    ids = [rows[name].xpath(".//input[@name='opgave']")[0].get("value") for name in elements_names]
    form = page.one("//form[@id='flere']")
    fixed = {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}
    return {**fixed, "opgave": ids, "handling": act, **values}


def test_several_are_taken_and_given_back_at_once(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver?sorter=sag")

    taken = karen.post("/opgaver/flere", several(page, "Vurdér risiko", "Beslut videre forløb", act="tag"))

    assert "Opgaver taget: 2." in taken.text and taken.address == "/opgaver"
    assert taken.one("//select[@id='sorter']/option[@selected]").get("value") == "sag"
    back = karen.post("/opgaver/flere", several(taken, "Vurdér risiko", act="slip"))
    assert "Opgaver lagt tilbage: 1." in back.text
    assert world.task("vurder").assignee is None
    assert world.task("afgoer", "SAG-2593").assignee == "karen.fp"


def test_what_a_colleague_was_faster_with_is_told_and_the_rest_is_done(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver")
    world.flow.user_tasks.claim(world.task("vurder").id, actor=world.flow.people.actor("jonas.fp"))

    seen = karen.post("/opgaver/flere", several(page, "Vurdér risiko", "Beslut videre forløb", act="tag"))

    assert "Opgaver taget: 1." in seen.text
    assert "Ikke ændret: 1. Opgaven er taget af en anden eller ikke længere åben." in seen.text


def test_a_colleague_who_may_do_it_gets_it_with_a_reason(sign_in, world):
    camilla, task = sign_in("camilla.syd"), world.task("beslut_undersoegelse")
    page = camilla.get("/opgaver?sag=SAG-2588")
    offered = [each.get("value") for each in page.all("//select[@id='overdrag-til']/option")]
    assert "omar.syd" in offered and "camilla.syd" not in offered and "granly" not in offered

    wrong = camilla.post("/opgaver/flere", several(page, task.name, act="overdrag", overdrag_til="granly"))
    sent = several(page, task.name, act="overdrag", overdrag_til="omar.syd", overdrag_grund="Kender skolen")
    right = camilla.post("/opgaver/flere", sent)

    assert "Kollegaen er ikke blandt dem, der må løse opgaven." in wrong.text
    assert "Opgaver overdraget: 1." in right.text
    assert world.task("beslut_undersoegelse").assignee == "omar.syd"
    story = camilla.get("/sager/SAG-2588").text
    assert f"Opgaven »{task.name}« gik over til Omar Haddad: Kender skolen." in story


def test_who_has_it_already_is_not_offered_to_who_leads_them(sign_in, world):
    task = world.task("beslut_undersoegelse")
    world.flow.user_tasks.claim(task.id, actor=world.flow.people.actor("camilla.syd"))

    page = sign_in("else.syd").get("/opgaver?vis=team&sag=SAG-2588")

    assert names(page) == [task.name]
    for act in ("overdrag", "uddeleger"):
        offered = [each.get("value") for each in page.all(f"//select[@id='{act}-til']/option")]
        assert "omar.syd" in offered and "camilla.syd" not in offered


def test_what_is_put_off_is_hidden_with_a_link_that_shows_it(sign_in, world):
    camilla, task = sign_in("camilla.syd"), world.task("beslut_undersoegelse")
    page = camilla.get("/opgaver?sag=SAG-2588")

    hidden = camilla.post("/opgaver/flere", several(page, task.name, act="udsaet", vis_igen_den="2026-04-02"))

    assert "Opgaver udsat: 1." in hidden.text and task.name not in names(hidden)
    link = hidden.one("//a[contains(text(), 'Vis også opgaver, der er udsat (1)')]/@href")
    shown = camilla.get(link)
    assert "Vises igen tors. 2. apr. 2026" in shown.text
    again = camilla.post("/opgaver/flere", several(shown, task.name, act="vis_nu"))
    assert "Opgaver, der vises igen: 1." in again.text
    assert task.name in names(camilla.get("/opgaver?sag=SAG-2588"))


def test_one_is_handed_over_and_put_off_from_its_own_page_too(sign_in, world):
    camilla, task = sign_in("camilla.syd"), world.task("beslut_undersoegelse")
    page = camilla.get(f"/opgaver/{task.id}")

    camilla.press(page, "_handling", "udsaet", _vis_igen_den="2. april")
    assert world.task("beslut_undersoegelse").follow_up_at is not None
    camilla.press(page, "_handling", "overdrag", _overdrag_til="omar.syd")

    moved = world.task("beslut_undersoegelse")
    assert (moved.assignee, moved.follow_up_at) == ("omar.syd", None)


def test_a_late_day_is_refused(sign_in):
    karen = sign_in("karen.fp")
    page = karen.post("/opgaver/flere", several(karen.get("/opgaver"), "Vurdér risiko", act="tag"))

    late = karen.post(
        "/opgaver/flere", several(page, "Vurdér risiko", act="udsaet", vis_igen_den="2026-05-01")
    )

    assert "Ikke ændret: 1. Vælg en dag efter i dag og ikke senere end opgavens frist." in late.text


def test_what_was_typed_stays_when_something_is_missing(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver?sorter=sag")

    nobody = karen.post(
        "/opgaver/flere", several(page, "Vurdér risiko", act="overdrag", overdrag_grund="Har vagten")
    )
    assert nobody.status == 422 and nobody.title.startswith("Fejl: ")
    assert (
        nobody.one("//*[@id='fejl']").text_content().strip() == "Vælg den kollega, der skal have opgaverne."
    )
    assert nobody.one("//input[@id='overdrag-grund']").value == "Har vagten"
    assert len(nobody.all("//input[@name='opgave'][@checked]")) == 1
    for values, said in (
        ({"act": "tag"}, "Sæt hak ved en eller flere opgaver først."),
        (
            {"act": "udsaet", "opgave": ["x"], "vis_igen_den": ""},
            "Vælg den dag, opgaverne skal vises igen.",
        ),
        (
            {"act": "udsaet", "opgave": ["x"], "vis_igen_den": "31/4-2026"},
            "Vis mig igen den – Den måned har kun 30 dage. Ret dagen eller måneden.",
        ),
        ({"act": "", "opgave": ["x"]}, "Vælg med en knap, hvad der skal ske med opgaverne."),
        (
            {"act": "overdrag", "opgave": ["x"], "overdrag_til": "a", "overdrag_grund": "x" * 301},
            "Skriv højst 300 tegn.",
        ),
    ):
        answer = karen.post("/opgaver/flere", several(page, **values))
        assert said in answer.text
        assert answer.one("//input[@name='vis_igen_den']").value == values.get("vis_igen_den", "")
    assert "Ikke ændret: 1." in karen.post("/opgaver/flere", several(page, act="tag", opgave=["x"])).text


def test_a_list_is_saved_under_a_name_shown_with_its_count_and_deleted(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver?frist=i_dag&sorter=sag")

    saved = karen.submit(page, page.one("//form[@action='/opgaver/gemte']"), navn=" I dag  hos os ")

    assert "Udvalget er gemt." in saved.text
    link = saved.one("//section[@aria-labelledby='gemte']//li/a[1]")
    assert link.text_content() == "I dag hos os (1)"
    assert names(karen.get(link.get("href"))) == ["Beslut videre forløb"]
    assert not sign_in("jonas.fp").get("/opgaver").all("//section[@aria-labelledby='gemte']")
    gone = karen.submit(saved, saved.one("//form[@action='/opgaver/gemte/slet']"))
    assert "Udvalget er slettet." in gone.text and not gone.all("//section[@aria-labelledby='gemte']")
    assert gone.one("//select[@id='sorter']/option[@selected]").get("value") == "sag"


def test_a_saved_list_is_renamed_and_a_taken_name_is_told_at_the_field(sign_in):
    karen = sign_in("karen.fp")
    for name in ("Andet", "I dag"):
        page = karen.get("/opgaver?frist=i_dag&sorter=sag")
        karen.submit(page, page.one("//form[@action='/opgaver/gemte']"), navn=name)
    page, form = (
        karen.get("/opgaver?sorter=sag"),
        "//form[@action='/opgaver/gemte/navn'][.//*[@value='I dag']]",
    )

    taken = karen.submit(page, page.one(form), nyt_navn="Andet")
    renamed = karen.submit(taken, taken.one(form), nyt_navn=" Haster  nu ")
    again = karen.submit(page, page.one(form), nyt_navn="For sent")

    assert taken.status == 422 and taken.title.startswith("Fejl: ")
    assert taken.one("//*[@id='fejl']//a/@href") == "#nyt-navn"
    field = taken.one("//details[@open]//input[@id='nyt-navn'][@aria-invalid='true']")
    assert field.value == "Andet" and "nyt-navn-fejl" in field.get("aria-describedby")
    assert "Et andet udvalg hedder sådan." in taken.one("//*[@id='nyt-navn-fejl']").text_content()
    assert not taken.all("//details[contains(@class, 'fc-save')][@open]")
    assert "Udvalget har fået nyt navn." in renamed.text
    links = renamed.all("//section[@aria-labelledby='gemte']//li/a[1]")
    assert [link.text_content() for link in links] == ["Andet (1)", "Haster nu (1)"]
    assert renamed.one("//select[@id='sorter']/option[@selected]").get("value") == "sag"
    assert "Udvalget er slettet imens." in again.text


def test_a_list_without_a_name_is_not_saved(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver?sag=SAG-2601")

    refused = karen.submit(page, page.one("//form[@action='/opgaver/gemte']"), navn="x" * 61)

    assert refused.status == 422 and "Skriv et navn på højst 60 tegn." in refused.text
    assert refused.one("//input[@id='navn']").value == "x" * 61
    assert names(refused) == ["Vurdér risiko"]


def test_a_list_can_be_sorted_by_facts_of_the_case_and_by_the_day_it_shows_again(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver")
    every = sorted(names(page))

    for order in ("vises", "distrikt", "omraade", "team", "trin", "status", "raadgiver"):
        sorted_page = karen.get(f"/opgaver?sorter={order}")
        assert sorted(names(sorted_page)) == every, order
        assert sorted_page.value("sorter") == order


def test_a_leader_shares_a_list_with_the_team(sign_in):
    leader = sign_in("else.syd")
    page = leader.get("/opgaver?sorter=modtaget")
    team = page.one("//select[@name='del_med']/option[2]").get("value")

    saved = leader.submit(page, page.one("//form[contains(@action, '/gemte')]"), navn="Ældste", del_med=team)

    assert "Ældste (" in saved.text and "delt med" in saved.text
    assert saved.all("//form[contains(@action, '/slet')]")
    assert saved.one("//form[@action='/opgaver/gemte/navn']/input[@name='udvalg_team']").get("value") == team
    member = sign_in("camilla.syd")
    page = member.get("/opgaver")
    assert not page.has_field("del_med")
    assert "Ældste (" in page.text
    assert not page.all("//form[contains(@action, '/gemte/slet') or contains(@action, '/gemte/navn')]")
    member.post("/opgaver/gemte/slet", {"navn": "Ældste", "team": team})
    assert "Ældste (" in leader.get("/opgaver").text


def test_the_chosen_are_put_first_by_hand_and_stand_there_in_words(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver")

    seen = karen.post(
        "/opgaver/flere", several(page, "Beslut videre forløb", act="prioriter", prioritet="lav")
    )
    lowered = karen.post(
        "/opgaver/flere",
        several(page, "Beslut videre forløb", act="prioriter", prioritet="lav", prioriter_grund="Kan vente"),
    )
    nothing = karen.post("/opgaver/flere", several(page, "Beslut videre forløb", act="prioriter"))

    assert "Ikke ændret: 1. Skriv hvorfor" in seen.text
    assert "fik en ny prioritet: 1" in lowered.text and "Lav (25)" in lowered.text
    assert nothing.status == 422 and "Vælg, hvilken prioritet" in nothing.text


def test_words_narrow_the_list_and_any_named_fact_sorts_it(sign_in):
    karen = sign_in("karen.fp")

    every = names(karen.get("/opgaver"))
    found = karen.get("/opgaver?soeg=RISIKO")
    nothing = karen.get("/opgaver?soeg=findes-ikke")
    by_day = karen.get("/opgaver?sorter=fakta.kendskabsdato")
    by_team = karen.get("/opgaver?fakta=team&vaerdi=findes-ikke")

    assert names(found) == [each for each in every if "risiko" in each] != []
    assert found.one("//input[@id='soeg']").get("value") == "RISIKO"
    assert names(nothing) == names(by_team) == [] and "Ingen opgaver svarer" in nothing.text
    assert sorted(names(by_day)) == sorted(every)
    assert by_day.one("//select[@id='sorter']/option[@selected]").text_content() == "Kendskabsdato"
    supplier = sign_in("granly").get("/opgaver?fakta=team&vaerdi=findes-ikke&sorter=fakta.kendskabsdato")
    assert not supplier.all("//select[@id='fakta']") and not supplier.all(
        "//option[@value='fakta.kendskabsdato']"
    )


@pytest.mark.parametrize("where", ["list", "task"])
@pytest.mark.parametrize("act", ["overdrag", "uddeleger", "prioriter"])
def test_a_cpr_number_in_a_reason_is_warned_of_once_and_done_by_the_second_press(sign_in, world, act, where):
    karen, task = sign_in("karen.fp"), world.task("vurder")
    karen.post(f"/opgaver/{task.id}/tag")
    page, reason = karen.get("/opgaver" if where == "list" else f"/opgaver/{task.id}"), "Mor, 010203-1234."
    p = "" if where == "list" else "_"
    typed = {f"{p}{act}_til": "jonas.fp", f"{p}prioritet": "hoej", f"{p}{act}_grund": reason}
    ticked = {"opgave": [task.id]} if where == "list" else {}

    warned = karen.press(page, f"{p}handling", act, **typed, **ticked)
    unchanged = world.task("vurder")
    done = karen.press(warned, f"{p}handling", act, **ticked)

    assert "Det ligner et CPR-nummer." in warned.one(f"//*[@id='{act}-grund-cpr']").text_content()
    assert warned.one(f"//*[@id='{act}-grund']").value == reason
    assert (unchanged.assignee, unchanged.priority) == ("karen.fp", task.priority)
    assert "Ikke ændret" not in done.text
    after = world.task("vurder")
    changed = ("karen.fp", 75) if act == "prioriter" else ("jonas.fp", task.priority)
    assert (after.assignee, after.priority) == changed


def test_a_task_that_is_not_in_the_list_stays_chosen_when_its_page_is_answered_by_the_inbox(sign_in, world):
    leader, task = sign_in("else.syd"), world.task("beslut_undersoegelse", "SAG-2588")

    refused = leader.post("/opgaver/flere", {"opgave": [task.id], "handling": "overdrag"})
    done = leader.press(refused, "handling", "overdrag", overdrag_til="omar.syd")

    assert "Valgt uden for listen her: 1." in refused.text
    assert "Opgaver overdraget: 1." in done.text


def test_a_list_that_a_colleague_shares_shows_whose_it_is_and_counts_only_what_one_may_see(sign_in):
    camilla, karen = sign_in("camilla.syd"), sign_in("karen.fp")
    page = camilla.get("/opgaver?fakta=team&vaerdi=familieteam_syd")
    saved = camilla.submit(page, page.one("//form[@action='/opgaver/gemte']"), navn="Vores")
    sharing = camilla.get(saved.one("//a[contains(., 'Del Vores')]").get("href"))

    form = sharing.one("//form[.//select[@id='kollega']]")
    refused = camilla.submit(sharing, form, kollega="")
    shared = camilla.submit(refused, refused.one("//form[.//select[@id='kollega']]"), kollega="karen.fp")

    assert refused.status == 422 and "Vælg både et udvalg og en kollega." in refused.text
    assert "Udvalget er delt med Karen Bilde." in shared.text
    assert "Vores (4) Delt med 1" in camilla.get("/opgaver").text
    seen = karen.get("/opgaver")
    assert "Vores (0) delt med dig af Camilla Noer" in seen.text
    assert names(karen.get(seen.one("//section[@aria-labelledby='gemte']//a").get("href"))) == []
    gone = karen.submit(seen, seen.one("//form[@action='/opgaver/gemte/deling/slut']"))
    assert "Udvalget er ikke længere delt." in gone.text and "Vores" not in gone.text
    assert "Vores (4) Del Vores" in camilla.get("/opgaver").text


def test_a_list_by_a_fact_that_there_is_no_longer_says_that_it_shows_more(sign_in):
    karen = sign_in("karen.fp")
    every = names(karen.get("/opgaver"))

    page = karen.get("/opgaver?fakta=findes_ikke&vaerdi=1&fakta2=team&vaerdi2=x")
    known = karen.get("/opgaver?fakta=team&vaerdi=x&fakta2=findes_ikke")
    whole = karen.get("/opgaver?fakta=findes_ikke&vaerdi=1")

    assert "Listen kan ikke afgrænses efter findes_ikke" in page.text and names(page) == []
    assert "Listen kan ikke afgrænses" in whole.text and names(whole) == every
    assert "Listen kan ikke afgrænses" not in known.text


def test_facts_are_combined_and_their_values_picked_by_their_danish_words(sign_in):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/opgaver?fakta=status")
    offered = {each.text_content(): each.get("value") for each in page.all("//select[@name='vaerdi']/option")}
    assert offered["Under undersøgelse"] == "undersoegelse"

    search = page.one("//form[@role='search']")
    one = camilla.submit_get(page, search, vaerdi="undersoegelse")
    both = camilla.submit_get(
        one, one.one("//form[@role='search']"), fakta2="team", vaerdi2="familieteam_syd"
    )
    neither = camilla.get("/opgaver?fakta=status&vaerdi=undersoegelse&fakta2=team&vaerdi2=familieteam_nord")
    alone = camilla.get("/opgaver/fakta?fakta2=team")

    assert names(both) == names(one) != [] and names(neither) == []
    assert both.one("//select[@name='vaerdi2']/option[@selected]").text_content() == "Familieteam Syd"
    assert both.all("//select[@name='fakta3']") and not both.all("//select[@name='fakta4']")
    assert "vaerdi2=familieteam_syd" in both.one("//*[@id='opgaveliste']").get("data-now")
    assert "familieteam_syd" in [each.get("value") for each in alone.all("//select[@name='vaerdi2']/option")]
    assert not sign_in("granly").get("/opgaver/fakta?fakta=team").all("//option[@value!='']")
