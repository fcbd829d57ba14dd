"""Choosing another password: who was given one chooses before they see anything; others when they will."""

from __future__ import annotations

from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.events import IdentityLinked
from tests.services.conftest import OPERATOR
from tests.web.conftest import Seen, Visitor
from tests.web.world import PASSWORD, World

NEW = "kaffe-regn-trappe-uld"
STRENGTH = "/adgangskode/styrke"
CHOOSE = "Vælg en ny adgangskode"


@pytest.fixture
def given(app: Any, world: World) -> Visitor:
    """Karen's password was chosen by somebody else; her browser."""
    world.flow.people.set_password("karen.fp", PASSWORD, must_change=True, actor=SYSTEM)
    return Visitor(app)


def _sign_in(visitor: Visitor, password: str, address: str = "/sager/SAG-2588") -> Seen:
    page = visitor.get(address)
    return _send(visitor, page, bruger="karen.fp", adgangskode=password)


def _send(visitor: Visitor, page: Seen, **values: str) -> Seen:
    return visitor.submit(page, page.one("//main//form"), **values)


def _is_signed_out(visitor: Visitor) -> bool:
    return visitor.get("/opgaver").heading == "Log på flowcase"


def test_whoever_was_given_a_password_chooses_another_before_they_see_anything(given: Visitor) -> None:
    asked = _sign_in(given, PASSWORD)
    assert (asked.heading, _is_signed_out(given)) == (CHOOSE, True)

    arrived = _send(given, asked, ny=NEW, gentag=NEW)

    assert arrived.heading == "Sag SAG-2588"
    assert _sign_in(Visitor(given.client.application), PASSWORD).heading == "Log på flowcase"
    assert _sign_in(Visitor(given.client.application), NEW).heading == "Sag SAG-2588"


@pytest.mark.parametrize(
    ("new", "level", "said"),
    [
        ("kort", 1, "mindst 12 tegn"),
        ("Password1234", 1, "let at gætte"),
        ("steelersdespard2", 1, "lækket andre steder"),
        ("karen.fp-karen.fp", 1, "bygger på dit navn"),
        ("a" * 129, 1, "højst være på 128 tegn"),
        (NEW, 4, "Stærk"),
        ("", 0, "mindst 12 tegn"),
    ],
)
def test_how_strong_a_password_is_is_said_while_it_is_typed_and_nothing_is_kept(
    given: Visitor, sign_in: Any, world: World, caplog: Any, new: str, level: int, said: str
) -> None:
    half, whole = _sign_in(given, PASSWORD), sign_in("henrik.vagt")
    before = len(world.flow.history.of_stream("installation"))
    token = half.value("csrf_token")

    first = given.client.post(STRENGTH, data={"ny": new, "csrf_token": token})
    other = whole.client.post(
        STRENGTH, data={"ny": new, "csrf_token": whole.get("/mig/adgangskode").value("csrf_token")}
    )

    assert first.get_json()["level"] == level
    assert said in first.get_json()["said"]
    assert (other.status_code, first.headers["Cache-Control"]) == (200, "no-store")
    assert len(world.flow.history.of_stream("installation")) == before
    assert new not in caplog.text or len(new) < 5
    assert _is_signed_out(given)


def test_strength_is_judged_for_who_may_choose_now_with_a_token_and_not_without_end(
    app: Any, sign_in: Any
) -> None:
    app.config["PASSWORDS_JUDGED"] = "3 per minute"
    stranger, visitor = Visitor(app), sign_in("henrik.vagt")
    token = visitor.get("/mig/adgangskode").value("csrf_token")
    data = {"ny": NEW, "csrf_token": token}

    from_outside = stranger.post(STRENGTH, {"ny": NEW})
    unsigned = visitor.client.post(STRENGTH, data={"ny": NEW})
    told = [visitor.client.post(STRENGTH, data=data).status_code for _ in range(4)]

    assert (from_outside.status, unsigned.status_code) == (403, 400)
    assert visitor.client.get(f"{STRENGTH}?ny={NEW}").status_code == 405
    assert (told[0], told[-1]) == (200, 429)


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("kort", "kort", "mindst 12 tegn"),
        ("Password1234", "Password1234", "let at gætte"),
        ("karen.fp-karen.fp", "karen.fp-karen.fp", "bygger på dit navn"),
        (PASSWORD, PASSWORD, "anden adgangskode end den, du har"),
        (NEW, "noget helt andet end det", "er ikke ens"),
    ],
)
def test_a_password_that_is_not_taken_says_why_and_changes_nothing(
    given: Visitor, new: str, again: str, said: str
) -> None:
    refused = _send(given, _sign_in(given, PASSWORD), ny=new, gentag=again)

    assert (refused.status, refused.heading) == (422, CHOOSE)
    assert said in " ".join(refused.summary)
    assert new not in refused.source
    assert _is_signed_out(given)


def test_half_a_sign_in_is_worth_nothing_once_the_password_is_chosen_or_elsewhere(
    given: Visitor, world: World
) -> None:
    asked = _sign_in(given, PASSWORD)
    assert Visitor(given.client.application).get("/log-paa/ny-adgangskode").heading == "Log på flowcase"

    world.flow.people.set_password("karen.fp", NEW, actor=SYSTEM)

    late = _send(given, asked, ny="endnu et helt andet ord", gentag="endnu et helt andet ord")
    assert late.heading == "Log på flowcase"
    assert world.flow.people.authenticate("karen.fp", NEW).id == "karen.fp"


def test_one_changes_ones_own_with_the_old_one_and_other_browsers_are_signed_out(
    sign_in: Any, world: World
) -> None:
    karen, elsewhere = sign_in("karen.fp"), sign_in("karen.fp")
    page = karen.get("/mig/adgangskode")

    wrong = _send(karen, page, gammel="forkert forkert", ny=NEW, gentag=NEW)
    assert (wrong.status, "er forkert" in wrong.summary[0]) == (422, True)
    done = _send(karen, page, gammel=PASSWORD, ny=NEW, gentag=NEW)

    assert done.heading == "Min konto"
    assert [_is_signed_out(each) for each in (karen, elsewhere)] == [False, True]
    assert "Din adgangskode er skiftet; var det ikke dig" in karen.get("/beskeder").text
    assert world.flow.people.authenticate("karen.fp", NEW).id == "karen.fp"


def test_whose_password_an_operator_sets_anew_is_told_so(sign_in: Any, world: World) -> None:
    world.flow.people.set_password("karen.fp", NEW, actor=OPERATOR)

    [told] = world.flow.notices.page(world.flow.people.actor("karen.fp"), limit=1).rows

    assert (told.kind, told.text_code, told.case_code) == ("konto", "konto_adgangskode_sat", None)


def test_a_password_beside_single_sign_on_is_told_and_the_first_way_in_is_not(world: World) -> None:
    """A password that somebody else sets opens an account that was safe at the provider until then."""
    add, set_password = world.flow.people.add, world.flow.people.set_password
    for person in ("linked", "new"):
        add(person, groups=["fronten"], actor=OPERATOR)
    linked = IdentityLinked(person="linked", issuer="https://login.example", subject="s-1")
    world.flow.notices._transactions.run(OPERATOR, lambda tx: tx.append("installation", linked))

    for person in ("linked", "new"):
        set_password(person, NEW, actor=OPERATOR)

    assert [
        [told.text_code for told in world.flow.notices.page(world.flow.people.actor(person), limit=1).rows]
        for person in ("linked", "new")
    ] == [["konto_adgangskode_sat"], []]


def test_guessing_the_old_password_has_to_wait(sign_in: Any, world: World) -> None:
    karen = sign_in("karen.fp")
    page = karen.get("/mig/adgangskode")

    for _ in range(6):
        _send(karen, page, gammel="forkert forkert", ny=NEW, gentag=NEW)

    right = _send(karen, page, gammel=PASSWORD, ny=NEW, gentag=NEW)
    assert (right.status, world.flow.people.must_change("karen.fp")) == (422, False)
