"""How long somebody stays signed in, where, and who guesses in vain."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.events import SessionsEnded, SignedIn, SignInRefused
from flowcase.clock import WallClock
from tests.web.conftest import Seen, Visitor
from tests.web.world import PASSWORD, World

SignIn = Callable[[str], Visitor]


def is_signed_out(visitor: Visitor) -> bool:
    return visitor.get("/opgaver").heading == "Log på flowcase"


def later(world: World, **by: float) -> None:
    """Let the machine's time pass for sessions."""
    moved = dt.timedelta(**by)
    before = world.flow.sessions._now
    world.flow.sessions._now = lambda: before() + moved


def told(world: World, kind: type) -> list[Any]:
    return [row.event for row in world.flow.history.of_stream("installation") if isinstance(row.event, kind)]


def test_a_session_ends_half_an_hour_after_the_last_click(sign_in: SignIn, world: World) -> None:
    karen = sign_in("karen.fp")
    for _ in range(3):
        later(world, minutes=29)
        assert not is_signed_out(karen)

    later(world, minutes=31)

    assert is_signed_out(karen)


def test_what_an_open_page_asks_by_itself_is_no_click(sign_in: SignIn, world: World) -> None:
    karen = sign_in("karen.fp")
    later(world, minutes=20)
    assert karen.client.get("/beskeder/antal").status_code == 200

    later(world, minutes=11)

    assert is_signed_out(karen)


def test_a_session_ends_after_ten_hours_however_much_it_is_used(sign_in: SignIn, world: World) -> None:
    karen = sign_in("karen.fp")
    for _ in range(23):
        later(world, minutes=26)
        assert not is_signed_out(karen)

    later(world, minutes=3)

    assert is_signed_out(karen)


def test_turning_a_demonstrations_clock_on_signs_nobody_out(sign_in: SignIn, world: World) -> None:
    karen = sign_in("karen.fp")

    world.go_to(world.flow.clock.now() + dt.timedelta(days=2))

    assert not is_signed_out(karen)


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(
    sign_in: SignIn, stranger: Visitor
) -> None:
    karen = sign_in("karen.fp")
    copied = karen.client.get_cookie("flowcase").value
    page = karen.get("/opgaver")

    karen.submit(page, page.one("//form[@action='/log-af']"))

    stranger.client.set_cookie("flowcase", copied)
    assert is_signed_out(stranger)


def test_the_database_holds_nothing_that_opens_a_session(sign_in: SignIn, world: World) -> None:
    karen = sign_in("karen.fp")
    with karen.client.session_transaction() as kept:
        secret = kept["_user_id"]

    content = b"".join(path.read_bytes() for path in world.flow.settings.home.glob("flowcase.sqlite*"))

    assert len(secret) >= 43
    assert secret.encode() not in content


def test_a_session_that_is_made_up_opens_nothing(stranger: Visitor) -> None:
    for made_up in ("karen.fp", "", "0" * 43, "' OR 1=1 --"):
        with stranger.client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = made_up, True

        assert is_signed_out(stranger)


@pytest.mark.parametrize(
    "change",
    [
        lambda people: people.set_password("karen.fp", "et helt nyt kodeord", actor=SYSTEM),
        lambda people: people.change_groups("karen.fp", ["fronten"], actor=SYSTEM),
        lambda people: people.deactivate("karen.fp", actor=SYSTEM),
    ],
    ids=["password", "groups", "closed"],
)
def test_whose_password_groups_or_account_changes_signs_in_again_everywhere(
    sign_in: SignIn, world: World, change: Callable[[Any], None]
) -> None:
    first, second, jonas = sign_in("karen.fp"), sign_in("karen.fp"), sign_in("jonas.fp")

    change(world.flow.people)

    assert [is_signed_out(each) for each in (first, second, jonas)] == [True, True, False]


def test_a_sixth_browser_signs_the_one_out_that_was_used_least_lately(sign_in: SignIn, world: World) -> None:
    browsers = []
    for _ in range(5):
        browsers.append(sign_in("karen.fp"))
        later(world, minutes=2)
    assert not is_signed_out(browsers[0])  # used a moment ago

    sign_in("karen.fp")

    assert [is_signed_out(each) for each in browsers] == [False, True, False, False, False]
    assert told(world, SessionsEnded)[-1].because == "too_many"


def test_a_person_sees_their_browsers_and_signs_the_others_out(sign_in: SignIn, world: World) -> None:
    here, other, third = sign_in("karen.fp"), sign_in("karen.fp"), sign_in("karen.fp")
    page = here.get("/mig")
    assert len(page.all("//table//tbody/tr")) == 3
    assert "(denne)" in page.text

    after_one = here.submit(page, page.all("//table//form")[0])

    assert [is_signed_out(each) for each in (other, third)].count(True) == 1
    here.submit(after_one, after_one.one("//form[@action='/mig/sessioner/slut-andre']"))
    assert [is_signed_out(each) for each in (here, other, third)] == [False, True, True]
    assert [each.because for each in told(world, SessionsEnded)] == ["own", "own"]


def test_nobody_ends_the_session_of_somebody_else_by_its_id(sign_in: SignIn, world: World) -> None:
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    [session] = world.flow.sessions.of("karen.fp")

    answer = jonas.post(f"/mig/sessioner/{session.id}/slut")

    assert answer.status == 404
    assert not is_signed_out(karen)


def test_an_operator_signs_somebody_out_everywhere(sign_in: SignIn, world: World) -> None:
    karen, operator = sign_in("karen.fp"), sign_in("drift")
    page = operator.get("/drift/log-paa")

    operator.submit(page, page.one("//form[@action='/drift/log-paa/karen.fp/log-af']"))

    assert is_signed_out(karen)
    assert told(world, SessionsEnded)[-1].because == "operator"
    assert sign_in("jonas.fp").post("/drift/log-paa/drift/log-af").status == 403


def test_what_is_over_is_taken_away(sign_in: SignIn, world: World) -> None:
    sign_in("karen.fp")
    assert world.flow.sessions.forget_old() == 0

    later(world, hours=11)

    assert world.flow.sessions.forget_old() == 1


# --- guessing -----------------------------------------------------------------------------------------


def guess(visitor: Visitor, password: str, *, address: str = "127.0.0.1", person: str = "karen.fp") -> Seen:
    page = Seen(visitor.client.get("/log-paa"))
    data = {"bruger": person, "adgangskode": password, "csrf_token": page.value("csrf_token")}
    environ = {"REMOTE_ADDR": address}
    return Seen(visitor.client.post("/log-paa", data=data, environ_overrides=environ))


def test_a_stranger_who_guesses_locks_out_no_colleague(
    app: Any, world: World, stranger: Visitor, sign_in: SignIn
) -> None:
    for nr in range(120):  # from everywhere: the wide count is full too
        guess(stranger, "forkert", address=f"10.0.{nr}.1")
    karen = Visitor(app)
    karen.client.set_cookie("flowcase_browser", _known_browser(app, world))

    answered = guess(karen, PASSWORD)

    assert answered.status == 302
    locked = guess(Visitor(app), PASSWORD, address="10.9.9.9")
    assert locked.status == 422  # an unknown browser waits, at the most five minutes
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(minutes=5, seconds=1))
    assert guess(Visitor(app), PASSWORD, address="10.9.9.9").status == 302


def _known_browser(app: Any, world: World) -> str:
    """The cookie of a browser in which Karen has signed in before."""
    before = Visitor(app)
    page = before.get("/log-paa")
    data = {"bruger": "karen.fp", "adgangskode": PASSWORD, "csrf_token": page.value("csrf_token")}
    # Its own wait has to pass: this browser is a stranger's until then.
    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(minutes=5, seconds=1))
    assert before.client.post("/log-paa", data=data).status_code == 302
    guess_again = Visitor(app)
    for nr in range(12):
        guess(guess_again, "forkert", address=f"10.1.{nr}.1")
    return str(before.client.get_cookie("flowcase_browser").value)


def test_a_known_browser_that_guesses_waits_like_anybody(app: Any, world: World, sign_in: SignIn) -> None:
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver")
    karen.submit(page, page.one("//form[@action='/log-af']"))
    for _ in range(5):
        guess(karen, "forkert")

    refused = guess(karen, PASSWORD)

    assert refused.status == 422
    assert told(world, SignInRefused)[-1].because == "locked"


@pytest.mark.parametrize("value", ["", "vrøvl", "eyJpZCI6IngifQ.aaaa.bbbb"])
def test_a_browser_cookie_that_is_made_up_makes_no_browser_known(app: Any, world: World, value: str) -> None:
    stranger = Visitor(app)
    stranger.client.set_cookie("flowcase_browser", value)
    for _ in range(5):
        guess(stranger, "forkert")

    assert guess(stranger, PASSWORD).status == 422


def test_a_browser_known_for_one_account_is_a_stranger_to_another(
    app: Any, world: World, sign_in: SignIn
) -> None:
    jonas = sign_in("jonas.fp")
    page = jonas.get("/opgaver")
    jonas.submit(page, page.one("//form[@action='/log-af']"))
    for nr in range(60):
        guess(Visitor(app), "forkert", address=f"10.0.{nr}.1")

    assert guess(jonas, PASSWORD, person="karen.fp").status == 422


def test_trying_one_password_on_many_accounts_from_one_address_is_stopped(app: Any, world: World) -> None:
    app.config["SIGN_INS_FAILED"] = "10 per hour"
    stranger = Visitor(app)

    answers = [guess(stranger, "sommer2026", person=f"person{nr}").status for nr in range(12)]

    assert answers == [422] * 10 + [429] * 2


def test_wrong_tokens_lock_no_program_out(app: Any, world: World) -> None:
    token = world.flow.people.new_token("skoleportal", actor=SYSTEM)
    client = app.test_client()
    for _ in range(8):
        wrong = client.get("/api/user-tasks", headers={"Authorization": "Bearer skoleportal.forkert"})
        assert wrong.status_code == 401

    answer = client.get("/api/user-tasks", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200


def test_neither_names_nor_addresses_of_who_guessed_are_kept(stranger: Visitor, world: World) -> None:
    for _ in range(2):
        guess(stranger, "forkert", address="192.0.2.77")

    content = b"".join(path.read_bytes() for path in world.flow.settings.home.glob("flowcase.sqlite*"))

    assert b"192.0.2.77" not in content
    first, second = told(world, SignInRefused)[-2:]
    refused = SignInRefused(person="karen.fp", because="wrong", by="password")
    assert [dataclasses.replace(each, counted=(), instead_of=()) for each in (first, second)] == [
        refused,
        refused,
    ]
    assert second.instead_of == first.counted  # all that the two have in common
    assert not {*first.counted} & {*second.counted}


def test_each_sign_in_is_told_once(sign_in: SignIn, world: World) -> None:
    before = len(told(world, SignedIn))

    karen = sign_in("karen.fp")
    karen.get("/opgaver")

    assert [(each.person, each.by) for each in told(world, SignedIn)[before:]] == [("karen.fp", "password")]
    assert dataclasses.is_dataclass(world.flow.sessions.limits)
    assert WallClock().now() - world.flow.sessions.of("karen.fp")[0].begun_at < dt.timedelta(minutes=5)


def test_the_owner_is_told_of_a_browser_that_their_account_was_not_used_in_before(
    app: Any, sign_in: SignIn, world: World
) -> None:
    def notices() -> list[str]:
        rows = world.flow.notices.page(world.flow.people.actor("karen.fp"), limit=9).rows
        return [row.text_code for row in rows if row.kind == "konto"]

    karen = sign_in("karen.fp")
    assert notices() == []  # the first of an account
    karen.get("/opgaver")
    _sign_in_again(karen)
    assert notices() == []  # the same browser, although it was signed out meanwhile

    _sign_in_again(Visitor(app))
    assert notices() == ["konto_ny_browser"]

    sign_in("jonas.fp")
    elsewhere = Visitor(app)
    _sign_in_again(elsewhere)
    _sign_in_again(elsewhere)
    assert notices() == ["konto_ny_browser"] * 2


def _sign_in_again(visitor: Visitor) -> None:
    page = visitor.get("/log-paa")
    if page.heading != "Log på flowcase":
        visitor.client.delete_cookie("flowcase")
        page = visitor.get("/log-paa")
    arrived = visitor.submit(page, page.one("//main//form"), bruger="karen.fp", adgangskode=PASSWORD)
    assert arrived.heading == "Mine opgaver"
