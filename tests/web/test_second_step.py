"""Signing in with a code from an app: chosen or required, counted once, lost and taken away."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from flowcase import bootstrap
from flowcase.access.events import (
    RecoveryCodesMade,
    SecondFactorEnded,
    SecondFactorSet,
    SignedIn,
    SignInRefused,
)
from flowcase.access.permissions import OVER_OTHERS
from flowcase.bootstrap import Flowcase
from flowcase.cases.notice_topics import OWN_ACCOUNT
from flowcase.clock import WallClock
from flowcase.config import InvalidSetting, load
from flowcase.store import INSTALLATION
from flowcase.web import create_app
from tests.web.conftest import FROM_OUR_PAGE, Seen, Visitor
from tests.web.world import PASSWORD, World

START = WallClock().now()


class Phone:
    """An app that shows codes, and the machine's time that goes on as the test says."""

    def __init__(self, flow: Flowcase) -> None:
        self.now = START
        self.secret = ""
        flow.second_factors._now = lambda: self.now

    def code(self) -> str:
        """The next one: those before it were used."""
        self.now += dt.timedelta(seconds=60)
        return self.shown()

    def shown(self) -> str:
        return pyotp.TOTP(self.secret).at(self.now)


@pytest.fixture
def flow(world: World) -> Flowcase:
    return world.flow


@pytest.fixture
def phone(flow: Flowcase) -> Phone:
    return Phone(flow)


def told(flow: Flowcase, kind: type) -> list[Any]:
    return [row.event for row in flow.history.of_stream("installation") if isinstance(row.event, kind)]


def _told_of_their_account(flow: Flowcase, person: str) -> list[str]:
    rows = flow.notices.page(flow.people.actor(person)).rows
    return [each.text_code for each in rows if each.kind == OWN_ACCOUNT]


def password(visitor: Visitor, person: str = "karen.fp", page: Seen | None = None) -> Seen:
    page = page or visitor.get("/log-paa")
    return visitor.submit(page, page.all("//main//form")[-1], bruger=person, adgangskode=PASSWORD)


def enrolled(visitor: Visitor, phone: Phone, page: Seen) -> list[str]:
    phone.secret = page.one("//code[@class='fc-secret']").text.replace(" ", "")
    codes = visitor.submit(page, page.one("//main//form"), kode=phone.code())
    assert codes.heading == "Dine nødkoder"
    return [each.text for each in codes.all("//ul[@class='fc-codes']//code")]


@pytest.fixture
def karen(sign_in: Callable[[str], Visitor], phone: Phone) -> tuple[Visitor, list[str]]:
    """Signed in, with a second factor in use; and her recovery codes."""
    visitor = sign_in("karen.fp")
    return visitor, enrolled(visitor, phone, visitor.get("/log-paa/ny-kode"))


def is_signed_out(visitor: Visitor) -> bool:
    return visitor.get("/opgaver").heading == "Log på flowcase"


def test_the_app_is_set_up_by_a_picture_within_the_page_and_its_first_code(
    sign_in: Callable[[str], Visitor], phone: Phone, flow: Flowcase
) -> None:
    visitor = sign_in("karen.fp")
    page = visitor.get("/log-paa/ny-kode")
    assert page.all("//*[local-name()='svg']//*[local-name()='path']")
    assert "style" not in page.source[page.source.index("<svg") : page.source.index("</svg>")]

    codes = enrolled(visitor, phone, page)

    assert (len(codes), len(set(codes)), {len(each) for each in codes}) == (10, 10, {19})
    (told_of,) = told(flow, SecondFactorSet)
    assert told_of == SecondFactorSet(person="karen.fp", keyed_hash=told_of.keyed_hash)
    assert re.fullmatch("[0-9a-f]{64}", told_of.keyed_hash)
    assert told(flow, RecoveryCodesMade)[-1].number == 10
    assert "Totrinslogin er slået til for din konto" in visitor.get("/beskeder").text


def test_a_wrong_first_code_puts_nothing_in_use_and_keeps_the_secret(
    sign_in: Callable[[str], Visitor], phone: Phone, flow: Flowcase
) -> None:
    visitor = sign_in("karen.fp")
    page = visitor.get("/log-paa/ny-kode")

    again = visitor.submit(page, page.one("//main//form"), kode="000000")

    assert (again.status, again.title.startswith("Fejl: ")) == (422, True)
    field = again.one("//input[@id='kode']")
    assert again.one(f"//*[@id='{field.get('aria-describedby')}']").text.startswith("Koden passer ikke")
    secret = "//code[@class='fc-secret']"
    assert again.one(secret).text == page.one(secret).text
    assert not flow.second_factors.standing("karen.fp").is_confirmed


def test_the_password_alone_opens_nothing(karen: Any, app: Any, phone: Phone) -> None:
    visitor = Visitor(app)

    half = password(visitor)

    assert half.heading == "Kode fra din app"
    assert is_signed_out(visitor)
    assert visitor.get("/sager/SAG-2588").heading == "Log på flowcase"


def test_the_right_code_signs_in_at_the_page_asked_for(
    karen: Any, app: Any, phone: Phone, flow: Flowcase
) -> None:
    visitor = Visitor(app)
    half = password(visitor, page=visitor.get("/sager/SAG-2588"))

    arrived = visitor.submit(half, half.one("//main//form"), kode=phone.code())

    assert arrived.address == "/sager/SAG-2588"
    last = told(flow, SignedIn)[-1]
    assert (last.person, last.by) == ("karen.fp", "password+totp")


def test_a_code_counts_once_and_none_before_it_any_more(
    karen: Any, app: Any, phone: Phone, flow: Flowcase
) -> None:
    first, second = Visitor(app), Visitor(app)
    before = phone.code()
    phone.now += dt.timedelta(seconds=30)
    code = phone.shown()
    half = password(first)
    assert first.submit(half, half.one("//main//form"), kode=code).heading == "Mine opgaver"
    half = password(second)

    for replayed in (code, before):
        half = second.submit(half, half.one("//main//form"), kode=replayed)
        assert half.status == 422

    assert is_signed_out(second)
    assert [each.because for each in told(flow, SignInRefused)] == ["replayed", "replayed"]


@pytest.mark.parametrize(("seconds", "status"), [(-90, 422), (-30, 200), (30, 200), (90, 422)])
def test_a_code_holds_for_its_window_only(
    karen: Any, app: Any, phone: Phone, seconds: int, status: int
) -> None:
    visitor = Visitor(app)
    phone.now += dt.timedelta(minutes=10)
    code = pyotp.TOTP(phone.secret).at(phone.now + dt.timedelta(seconds=seconds))
    half = password(visitor)

    assert visitor.submit(half, half.one("//main//form"), kode=code).status == status


def test_guessing_codes_has_to_wait_even_with_the_right_one(
    karen: Any, app: Any, phone: Phone, flow: Flowcase
) -> None:
    visitor = Visitor(app)
    half = password(visitor)
    for nr in range(5):
        half = visitor.submit(half, half.one("//main//form"), kode=f"{nr:06}")

    waiting = visitor.submit(half, half.one("//main//form"), kode=phone.code())

    assert waiting.status == 422
    assert [each.because for each in told(flow, SignInRefused)] == ["wrong"] * 5 + ["locked"]
    flow.clock.set(flow.clock.now() + dt.timedelta(seconds=2))
    arrived = visitor.submit(waiting, waiting.one("//main//form"), kode=phone.code())
    assert arrived.heading == "Mine opgaver"


def test_each_recovery_code_works_once(karen: Any, app: Any, flow: Flowcase) -> None:
    _, codes = karen
    first, second = Visitor(app), Visitor(app)
    half = password(first)

    arrived = first.submit(half, half.one("//main//form"), kode=codes[3].lower())

    assert arrived.heading == "Mine opgaver"
    assert told(flow, SignedIn)[-1].by == "password+recovery"
    half = password(second)
    assert second.submit(half, half.one("//main//form"), kode=codes[3]).status == 422
    assert flow.second_factors.standing("karen.fp").recovery_codes_left == 9


def test_new_recovery_codes_take_a_code_and_end_the_old_ones(
    karen: Any, app: Any, phone: Phone, flow: Flowcase
) -> None:
    visitor, codes = karen
    page = visitor.get("/mig")
    form = page.one("//form[@action='/mig/totrin/koder']")
    assert visitor.submit(page, form, kode="000000").status == 422

    renewed = visitor.submit(page, form, kode=phone.code())

    assert len(renewed.all("//ul[@class='fc-codes']//code")) == 10
    other = Visitor(app)
    half = password(other)
    assert other.submit(half, half.one("//main//form"), kode=codes[0]).status == 422


def test_a_person_turns_it_off_with_a_code_only(karen: Any, app: Any, phone: Phone, flow: Flowcase) -> None:
    visitor, _ = karen
    assert visitor.post("/mig/totrin/slut", {"kode": "000000"}).status == 422

    off = visitor.post("/mig/totrin/slut", {"kode": phone.code()})

    assert "Totrinslogin er slået fra." in off.text
    assert told(flow, SecondFactorEnded)[-1].because == "own"
    assert "Totrinslogin er slået fra for din konto" in visitor.get("/beskeder").text
    assert password(Visitor(app)).heading == "Mine opgaver"


@pytest.mark.parametrize("is_of_the_app", [True, False])
def test_another_phone_takes_the_place_of_the_old_one_by_a_code_of_either_kind(
    strict: Flowcase, is_of_the_app: bool
) -> None:
    """Whose group requires one, too: they could not do without it, and so never change it."""
    phone, visitor = Phone(strict), Visitor(create_app(strict))
    codes = enrolled(visitor, phone, password(visitor))
    page, old = visitor.get("/mig"), phone.secret
    [button] = page.all("//button[@formaction='/mig/totrin/ny-app']")
    assert visitor.press_this(page, button, kode="AAAA-BBBB-CCCC-DDDD").status == 422

    new = visitor.press_this(page, button, kode=phone.code() if is_of_the_app else codes[2])
    enrolled(visitor, phone, new)

    assert phone.secret != old
    other = Visitor(create_app(strict))
    half = password(other)
    assert other.submit(half, half.one("//main//form"), kode=pyotp.TOTP(old).at(phone.now)).status == 422
    assert other.submit(half, half.one("//main//form"), kode=phone.code()).heading == "Mine opgaver"
    assert strict.altered_rows.find(casework=True) == []


def test_an_operator_takes_it_away_with_a_reason_and_signs_the_person_out(
    karen: Any, sign_in: Callable[[str], Visitor], flow: Flowcase
) -> None:
    visitor, _ = karen
    operator = sign_in("drift")
    path = "/drift/log-paa/karen.fp/totrin"
    assert "Skriv en begrundelse." in operator.post(path, {"begrundelse": " "}).text
    named = operator.post(path, {"begrundelse": "Ringede om 010203-1234"})
    assert (named.status, named.value("begrundelse")) == (422, "Ringede om 010203-1234")
    assert "Et CPR-nummer må ikke stå i begrundelsen" in named.one("//*[@id='fejl']").text_content()
    assert flow.second_factors.standing("karen.fp").is_confirmed

    operator.post(path, {"begrundelse": "Telefonen er tabt; set legitimation."})

    assert not flow.second_factors.standing("karen.fp").is_confirmed
    assert "konto_totrin_fjernet" in _told_of_their_account(flow, "karen.fp")
    [ended] = told(flow, SecondFactorEnded)
    assert (ended.because, ended.reason) == ("operator", "Telefonen er tabt; set legitimation.")
    assert is_signed_out(visitor)
    assert sign_in("jonas.fp").post(path, {"begrundelse": "Bare fordi."}).status == 403


def test_an_operator_does_not_take_their_own_away_without_a_code(
    sign_in: Callable[[str], Visitor], phone: Phone, flow: Flowcase
) -> None:
    operator = sign_in("drift")
    enrolled(operator, phone, operator.get("/log-paa/ny-kode"))

    assert operator.post("/drift/log-paa/drift/totrin", {"begrundelse": "Uden kode"}).status == 403


def test_the_database_holds_the_secret_and_the_codes_only_sealed(
    karen: Any, phone: Phone, flow: Flowcase
) -> None:
    _, codes = karen

    content = b"".join(path.read_bytes() for path in flow.settings.home.glob("flowcase.sqlite*"))

    assert phone.secret.encode() not in content
    for code in codes:
        assert code.encode() not in content
        assert code.replace("-", "").encode() not in content


def test_half_a_sign_in_holds_ten_minutes_and_is_nobodys_elses(
    karen: Any, app: Any, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(app)
    half = password(visitor)
    monkeypatch.setattr(WallClock, "now", lambda self: dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11))

    late = visitor.submit(half, half.one("//main//form"), kode=phone.code())

    assert late.heading == "Log på flowcase"
    assert Visitor(app).get("/log-paa/kode").heading == "Log på flowcase"


# --- required -----------------------------------------------------------------------------------------


@pytest.fixture
def strict(world: World) -> Flowcase:
    """Where reception has to use an app."""
    config = dataclasses.replace(world.flow.settings, totp_groups=("fronten",))
    return bootstrap.assemble(config, world.flow.store, world.flow.clock)


def test_whose_group_requires_it_sets_it_up_before_anything_else(strict: Flowcase) -> None:
    phone, visitor = Phone(strict), Visitor(create_app(strict))

    page = password(visitor)

    assert page.heading == "Sæt totrinslogin op"
    assert "En af dine grupper kræver" in page.text
    assert is_signed_out(visitor)
    page = password(visitor)
    enrolled(visitor, phone, page)
    assert visitor.get("/opgaver").heading == "Mine opgaver"
    assert visitor.post("/mig/totrin/slut", {"kode": phone.code()}).status == 403


def test_whose_group_does_not_require_it_signs_in_as_before(strict: Flowcase) -> None:
    assert password(Visitor(create_app(strict)), "camilla.syd").heading == "Mine opgaver"


def test_what_was_typed_goes_through_the_second_step(strict: Flowcase, world: World) -> None:
    phone, visitor = Phone(strict), Visitor(create_app(strict))
    enrolled(visitor, phone, password(visitor))
    page = visitor.get("/opgaver")
    visitor.submit(page, page.one("//form[@action='/log-af']"))
    token = page.value("csrf_token")
    data = {"begrundelse": "Langt svar", "csrf_token": token, "_gem": "1"}
    asked = Seen(visitor.client.post(f"/opgaver/{world.task('vurder').id}", data=data, headers=FROM_OUR_PAGE))
    half = password(visitor, page=asked)

    arrived = visitor.submit(half, half.one("//main//form"), kode=phone.code())

    assert arrived.value("begrundelse") == "Langt svar"


def test_who_has_rights_over_others_needs_it_unless_it_is_a_demonstration_or_said_otherwise(
    world: World,
) -> None:
    real = dataclasses.replace(world.flow.settings, is_demonstration=False)
    flow = bootstrap.assemble(real, world.flow.store, world.flow.clock)
    needing = [id for id in ("drift", "jens.proces", "karen.fp", "vera.revisor") if _needs_it(flow, id)]

    assert needing == ["drift", "jens.proces"]
    assert password(Visitor(create_app(flow)), "drift").heading == "Sæt totrinslogin op"
    assert not _needs_it(world.flow, "drift")
    assert load(environment={"FLOWCASE_TOTP_GROUPS": "none"}).second_factor_groups == frozenset()
    assert load(environment={"FLOWCASE_TOTP_GROUPS": ""}).second_factor_groups == OVER_OTHERS


def _needs_it(flow: Flowcase, person: str) -> bool:
    return flow.second_factors.is_required(flow.people.actor(person))


def test_a_group_that_there_is_not_cannot_be_required() -> None:
    assert load(environment={"FLOWCASE_TOTP_GROUPS": "fronten, revisor"}).totp_groups == (
        "fronten",
        "revisor",
    )

    with pytest.raises(InvalidSetting):
        load(environment={"FLOWCASE_TOTP_GROUPS": "findes_ikke"})


def test_the_history_tells_no_secret(karen: Any, phone: Phone, flow: Flowcase) -> None:
    _, codes = karen

    written = repr([row.event for row in flow.history.of_stream(INSTALLATION)])

    assert phone.secret not in written
    assert not any(code in written for code in codes)
