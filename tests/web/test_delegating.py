"""Delegating a user task on its page and in the inbox: asked for help, helped, given back."""

from __future__ import annotations

from flowcase.access.actor import SYSTEM
from flowcase.services.entitled.candidates import workers


def delegated(sign_in, world, to="jonas.fp"):
    karen = sign_in("karen.fp")
    task = world.task("vurder")
    page = karen.post(f"/opgaver/{task.id}/tag")
    return task.id, karen.press(page, "_handling", "uddeleger", _uddeleger_til=to)


def test_only_those_who_could_do_it_are_offered(sign_in, world):
    world.flow.people.add("ida.leder", name="Ida", groups=("frontpersonale", "administrator"), actor=SYSTEM)
    page = sign_in("karen.fp").get(f"/opgaver/{world.task('vurder').id}")

    offered = {each.get("value") for each in page.all("//select[@name='_uddeleger_til']/option")}

    assert {"jonas.fp", "ida.leder"} <= offered
    assert not {"drift", "vera.revisor", "jens.proces", "skoleportal", "camilla.syd"} & offered


def test_a_choice_of_people_offers_nobody_who_only_operates_draws_or_audits(world):
    offered = world.flow.people._transactions.read(lambda tx: {each.id for each in workers(tx)})

    assert {"karen.fp", "camilla.syd", "else.syd", "granly"} <= offered
    assert not {"drift", "vera.revisor", "jens.proces", "skoleportal"} & offered


def test_the_owner_sees_with_whom_it_waits_and_can_take_it_back(sign_in, world):
    task, page = delegated(sign_in, world)

    assert "Opgaver uddelegeret: 1." in page.text
    assert "Venter hos Jonas" in page.text
    karen = sign_in("karen.fp")
    shown = karen.get(f"/opgaver/{task}")
    assert "Venter hos Jonas" in shown.one("//*[@id='uddelegeret']").text_content()
    back = karen.press(shown, "_handling", "tag_tilbage")
    assert "Opgaver taget tilbage: 1." in back.text
    assert world.task("vurder").owner is None


def test_the_delegate_is_asked_to_fill_in_what_they_can_and_gives_it_back_with_it(sign_in, world):
    task, _ = delegated(sign_in, world)
    jonas = sign_in("jonas.fp")

    page = jonas.get(f"/opgaver/{task}")
    assert "Giv opgaven tilbage til Karen" in page.text
    assert not page.all("//button[@name='_faerdig']")
    refused = jonas.submit(page, page.one("//form[@id='opgave']"), _faerdig="1")
    assert refused.status == 422 and "Opgaven er uddelegeret." in refused.text
    given = jonas.submit(page, page.one("//form[@id='opgave']"), akut="ja", _giv_tilbage="1")

    assert "Opgaven er givet tilbage med det, du skrev." in given.text
    shown = sign_in("karen.fp").get(f"/opgaver/{task}")
    assert shown.all("//input[@name='akut' and @value='ja' and @checked]")
    assert shown.all("//button[@name='_faerdig']")


def test_what_a_colleague_is_at_work_on_can_be_read_and_not_typed_in(sign_in, world):
    task, _ = delegated(sign_in, world)
    only_shown = "//form[@id='opgave']//fieldset[@disabled]"
    typed_in = "//*[@name and not(@type='hidden') and (self::input or self::textarea or self::select)]"

    owner = sign_in("karen.fp").get(f"/opgaver/{task}")
    delegate = sign_in("jonas.fp").get(f"/opgaver/{task}")

    assert owner.all(only_shown + typed_in)
    assert owner.all(only_shown + typed_in) == owner.all("//div[@id='felter']" + typed_in)
    assert owner.all("//button[@value='tag_tilbage' and not(ancestor::fieldset)]")
    assert not delegate.all(only_shown) and delegate.all("//div[@id='felter']" + typed_in)


def test_what_was_typed_before_a_colleague_took_it_can_be_copied(sign_in, world):
    task = world.task("vurder").id
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    page = jonas.get(f"/opgaver/{task}")
    karen.post(f"/opgaver/{task}/tag")

    late = jonas.press(page, "_faerdig", begrundelse="Skrevet før Karen tog den")
    anew = sign_in("jonas.fp").get(f"/opgaver/{task}")

    assert late.one("//*[@name='begrundelse']").value == "Skrevet før Karen tog den"
    assert not late.all("//fieldset[@disabled]")
    assert anew.all("//form[@id='opgave']//fieldset[@disabled]")


def test_several_are_delegated_and_given_back_at_once(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver")
    every = [box.get("value") for box in page.all("//input[@name='opgave']")]
    sent = {"opgave": every, "uddeleger_til": "jonas.fp", "handling": "uddeleger"}

    done = karen.submit(page, page.one("//form[@id='flere']"), **sent)

    assert f"Opgaver uddelegeret: {len(every)}." in done.text
    jonas = sign_in("jonas.fp")
    page = jonas.get("/opgaver?vis=mine")
    assert len(page.all("//tbody/tr")) == len(every) and "for Karen" in page.text
    back = jonas.submit(page, page.one("//form[@id='flere']"), opgave=every, handling="giv_tilbage")
    assert f"Opgaver givet tilbage: {len(every)}." in back.text


def test_those_that_cannot_be_delegated_are_named_with_why_and_stay_chosen(sign_in, world):
    karen, vurder = sign_in("karen.fp"), world.task("vurder")
    world.flow.user_tasks.claim(vurder.id, actor=world.flow.people.actor("karen.fp"))
    world.flow.delegations.delegate(
        vurder.id, "jonas.fp", reason="", actor=world.flow.people.actor("karen.fp")
    )
    page = karen.get("/opgaver?sorter=sag")
    every = [box.get("value") for box in page.all("//input[@name='opgave']")]
    sent = {"uddeleger_til": "jonas.fp", "uddeleger_grund": "Kender skolen", "handling": "uddeleger"}

    told = karen.submit(page, page.one("//form[@id='flere']"), opgave=[*every, "x"], **sent)

    assert told.status == 422 and told.title.startswith("Fejl: ")
    assert f"Opgaver uddelegeret: {len(every) - 1}." in told.text
    assert world.task("afgoer", "SAG-2593").assignee == "jonas.fp"
    first, other = told.all("//*[@id='fejl']//ul/li")
    assert first.text_content() == f"{vurder.name} ({vurder.case_code})"
    assert first.xpath("./a/@href") == [f"/opgaver/{vurder.id}"]
    assert "Ikke ændret: 1. Opgaven er uddelegeret nu" in told.one("//*[@id='fejl']").text_content()
    assert "Åbn den for at se, hvem der har den nu." in told.text
    assert other.text_content() == "En opgave, der ikke findes længere, eller som du ikke må se"
    assert [each.get("value") for each in told.all("//input[@name='opgave']")] == every
    assert [each.get("value") for each in told.all("//input[@name='opgave'][@checked]")] == [vurder.id]
    assert told.one("//input[@id='uddeleger-grund']").value == "Kender skolen"
    assert told.one("//select[@id='uddeleger-til']/option[@selected]").get("value") == "jonas.fp"
    assert told.one("//select[@id='sorter']/option[@selected]").get("value") == "sag"


def test_what_one_may_not_see_is_not_named_when_it_is_refused(sign_in, world):
    hidden = world.task("vurder")
    assert world.flow.user_task_pages.named([hidden.id], actor=world.flow.people.actor("bo.mentor")) == {}

    told = sign_in("bo.mentor").post("/opgaver/flere", {"opgave": [hidden.id], "handling": "tag"})

    assert told.status == 422 and hidden.case_code not in told.text and hidden.name not in told.text
    assert "Opgaven er ikke din." in told.text
    assert not told.all("//input[@name='opgave'][@checked or @type='hidden']")


def test_without_a_colleague_nothing_is_delegated(sign_in, world):
    _, page = delegated(sign_in, world, to="")

    assert "Vælg den kollega, der skal hjælpe med opgaverne." in page.text
    assert world.task("vurder").owner is None
