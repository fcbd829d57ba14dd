"""Delegating a user task on its page and in the inbox: asked for help, helped, given back."""

from __future__ import annotations


def delegated(sign_in, world, to="jonas.fp"):
    karen = sign_in("karen.fp")
    task = world.task("vurder")
    page = karen.post(f"/opgaver/{task.id}/tag")
    return task.id, karen.press(page, "_handling", "uddeleger", _uddeleger_til=to)


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


def test_without_a_colleague_nothing_is_delegated(sign_in, world):
    _, page = delegated(sign_in, world, to="")

    assert "Vælg den kollega, der skal hjælpe med opgaverne." in page.text
    assert world.task("vurder").owner is None
