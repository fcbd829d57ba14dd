"""Local accounts."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from flowcase.access.actor import SYSTEM
from flowcase.errors import Conflict, FlowcaseError
from flowcase.services.signing_in import brakes
from flowcase.services.signing_in import people as module
from flowcase.services.signing_in.brakes import Source
from flowcase.services.signing_in.passwords import PasswordRefused
from flowcase.services.signing_in.people import People, SignInFailed
from flowcase.store import INSTALLATION, Store, tables
from flowcase.store.queries import as_kept_ways_in, history, programs
from flowcase.store.sign_in_tables import sign_in_brake
from tests.conftest import NOW
from tests.traffic import traffic

PASSWORD = "en lang og hemmelig saetning"


@pytest.fixture
def clock() -> list[dt.datetime]:
    return [dt.datetime(2026, 3, 27, 15, 0, tzinfo=dt.UTC)]


@pytest.fixture
def people(store, clock) -> People:
    people = People(store, lambda: clock[0], hasher=PasswordHasher(1, 8, 1))
    people.add("MB", name="Mette Bruun", groups=["frontpersonale"], password=PASSWORD, actor=SYSTEM)
    return people


def test_the_right_password_signs_in_and_gives_the_groups(people: People) -> None:
    actor = people.authenticate("MB", PASSWORD)

    assert actor.id == "MB"
    assert actor.groups == frozenset({"frontpersonale"})


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(people: People) -> None:
    with pytest.raises(SignInFailed) as wrong:
        people.authenticate("MB", "forkert")
    with pytest.raises(SignInFailed) as unknown:
        people.authenticate("XX", "forkert")

    assert str(wrong.value) == str(unknown.value)


def test_after_five_wrong_tries_even_the_right_password_has_to_wait(people: People, clock: list) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            people.authenticate("MB", "forkert")

    with pytest.raises(SignInFailed):
        people.authenticate("MB", PASSWORD)
    clock[0] += dt.timedelta(seconds=2)
    assert people.authenticate("MB", PASSWORD).id == "MB"


def test_of_wrong_tries_at_once_no_more_are_looked_at_than_one_after_another(
    people: People, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, matches = threading.Barrier(12), people._matches

    def all_together(stored: str, secret: str) -> bool:
        at_once.wait(30)  # every try has come so far before the first is answered
        return matches(stored, secret)

    monkeypatch.setattr(people, "_matches", all_together)

    def guess(number: int) -> None:
        with pytest.raises(SignInFailed):
            people.authenticate("MB", PASSWORD if number == 11 else "forkert")

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(guess, [*range(11), 0]))

    with store.reading(NOW) as tx:
        told = Counter(row.event.because for row in history.events(tx, INSTALLATION, kinds=["SignInRefused"]))
    assert told == {"wrong": 5, "locked": 7}


def test_the_right_password_among_many_at_once_does_not_count_behind_five_wrong_ones(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = people._matches

    def answered_last(stored: str, secret: str) -> bool:
        monkeypatch.setattr(people, "_matches", matches)
        for _ in range(5):  # begun together with it, and compared faster
            with pytest.raises(SignInFailed):
                people.authenticate("MB", "forkert")
        return matches(stored, secret)

    monkeypatch.setattr(people, "_matches", answered_last)

    with pytest.raises(SignInFailed):
        people.authenticate("MB", PASSWORD)


def test_a_right_password_writes_nothing_of_its_own(people: People, store: Store) -> None:
    with traffic(store) as sent:
        people.authenticate("MB", PASSWORD, source=Source(address="192.0.2.1"))

    assert {each.split("_")[0].split()[0].upper() for each in sent.statements} == {"SELECT"}


def test_a_right_password_after_a_wrong_one_starts_its_address_anew(people: People, store: Store) -> None:
    here = Source(address="192.0.2.1")
    for _ in range(4):
        with pytest.raises(SignInFailed):
            people.authenticate("MB", "forkert", source=here)

    people.authenticate("MB", PASSWORD, source=here)

    with store.reading(NOW) as tx:
        assert [row.failures for row in tx.rows(sign_in_brake.select())] == [4]  # of all strangers
    for _ in range(4):
        with pytest.raises(SignInFailed):
            people.authenticate("MB", "forkert", source=here)
    assert people.authenticate("MB", PASSWORD, source=here).id == "MB"


def test_names_that_are_made_up_share_a_few_counts(
    people: People, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brakes, "SHARES", 3)

    for number in range(60):
        with pytest.raises(SignInFailed):
            people.authenticate(f"navn{number}", "forkert", source=Source(address=f"192.0.2.{number}"))

    with store.reading(NOW) as tx:
        assert len(tx.rows(sign_in_brake.select())) == 6


def test_no_refusal_has_more_statements_than_another(people: People, store: Store) -> None:
    def refused(name: str) -> int:
        with traffic(store) as sent, pytest.raises(SignInFailed):
            people.authenticate(name, "forkert")
        return len(sent.statements)

    refused("MB"), refused("XX")  # the first try makes its counts, each later one changes them
    told = [refused(name) for _ in range(7) for name in ("MB", "XX")]  # the last ones come too soon

    assert told == [told[0]] * 14


def test_a_right_answer_takes_back_its_own_count_and_nothing_of_what_strangers_did(
    people: People, store: Store
) -> None:
    for _ in range(3):
        with pytest.raises(SignInFailed):
            people.authenticate("MB", "forkert", source=Source(address="192.0.2.1"))

    people.authenticate("MB", PASSWORD, source=Source(address="192.0.2.2"))

    with store.reading(NOW) as tx:
        counts = [row.failures for row in tx.rows(sign_in_brake.select())]
    assert counts == [3, 3]  # of the address that guessed, and of all strangers


def test_a_lock_never_lasts_longer_than_five_minutes(people: People, clock: list) -> None:
    for _ in range(40):
        with pytest.raises(SignInFailed):
            people.authenticate("MB", "forkert")
        clock[0] += dt.timedelta(minutes=5, seconds=1)

    assert people.authenticate("MB", PASSWORD).id == "MB"


def test_columns_on_their_way_out_are_named_only_with_a_new_password(people: People, store: Store) -> None:
    """So that a later release may drop them while nodes of this one work (CONTRIBUTING.md, *Migrations*)."""
    with traffic(store) as sent:
        with pytest.raises(SignInFailed):
            people.authenticate("MB", "forkert")
        people.authenticate("MB", PASSWORD)
        people.set_password("MB", "en anden lang saetning", actor=SYSTEM)
        with store.begin(SYSTEM, NOW) as tx:
            as_kept_ways_in.credentials(tx)

    asked = [each for each in sent.statements if "credential" in each]
    assert len(asked) >= 4
    assert not [each for each in asked if "failures" in each or "locked_until" in each]


def test_a_deactivated_person_cannot_sign_in(people: People) -> None:
    people.deactivate("MB", actor=SYSTEM)

    with pytest.raises(SignInFailed):
        people.authenticate("MB", PASSWORD)
    assert people.find("MB") is None


def test_an_account_that_was_closed_is_opened_again_and_its_old_password_opens_nothing(
    people: People,
) -> None:
    before = people.actor("MB").groups
    people.deactivate("MB", actor=SYSTEM)

    people.reactivate("MB", actor=SYSTEM)

    assert (found := people.find("MB")) is not None and found.groups == before
    with pytest.raises(SignInFailed):
        people.authenticate("MB", PASSWORD)
    with pytest.raises(Conflict):
        people.reactivate("MB", actor=SYSTEM)
    people.set_password("MB", "en anden lang saetning", actor=SYSTEM)
    assert people.authenticate("MB", "en anden lang saetning").id == "MB"


def test_an_id_is_given_once(people: People) -> None:
    with pytest.raises(Conflict):
        people.add("MB", groups=["fronten"], actor=SYSTEM)


def test_who_tries_made_up_tokens_does_not_keep_the_program_out(people: People) -> None:
    people.add_program("portal", groups=["indtag"], scopes=["tasks:read"], actor=SYSTEM)
    token = people.new_token("portal", actor=SYSTEM)

    for _ in range(20):
        with pytest.raises(SignInFailed):
            people.authenticate_token("portal.made-up")

    assert people.authenticate_token(token).id == "portal"


def test_a_short_password_is_refused_before_anything_is_written(people: People) -> None:
    with pytest.raises(FlowcaseError, match="at least 12"):
        people.add("NN", groups=["fronten"], password="kort", actor=SYSTEM)

    assert people.find("NN") is None


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("kort", "short"),
        ("x" * 201, "long"),
        ("123456789012", "common"),
        ("Password1234", "common"),
        ("qwertyuiop123", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("steelersdespard2", "leaked"),  # zxcvbn takes each of the three
        ("Mr2356986Moto", "leaked"),
        ("Seiferalmasy", "leaked"),  # but for its capital
        ("karenfjordbo1", "about"),
        ("NN.kf-NN.kf1", "about"),
        ("flowcase-2026", "about"),
        ("adgangskode12", "about"),
        ("boernesager-1", "about"),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused_before_anything_is_written(
    people: People, password: str, because: str
) -> None:
    people._address = "https://boernesager.example"

    with pytest.raises(PasswordRefused) as refused:
        people.add("NN.kf", name="Karen Fjordbo", groups=["fronten"], password=password, actor=SYSTEM)

    assert refused.value.because == because
    assert password not in str(refused.value)
    assert people.find("NN.kf") is None


@pytest.mark.parametrize("password", ["birk-havn-lampe-sten", "Et ganske andet kodeord!", "Zw8k-Qp2m-Xr5v"])
def test_four_words_or_chance_are_taken_as_they_are(people: People, password: str) -> None:
    people.add("NN", name="Karen Fjordbo", groups=["fronten"], password=password, actor=SYSTEM)

    assert people.authenticate("NN", password).id == "NN"


def test_a_token_signs_a_program_in_until_a_new_one_is_made(people: People) -> None:
    people.add_program("indtag", groups=["indtag"], scopes=["tasks:read"], actor=SYSTEM)
    first = people.new_token("indtag", actor=SYSTEM)
    assert people.authenticate_token(first).kind == "service"

    second = people.new_token("indtag", actor=SYSTEM)

    with pytest.raises(SignInFailed):
        people.authenticate_token(first)
    assert people.authenticate_token(second).id == "indtag"


def test_no_program_is_added_without_scopes_and_what_it_got_is_in_one_transaction(
    people: People, store: Store
) -> None:
    with pytest.raises(FlowcaseError, match="scopes"):
        people.add_program("tom", groups=["indtag"], scopes=[], actor=SYSTEM)
    people.add_program("portal", groups=["indtag"], scopes=["tasks:read"], actor=SYSTEM)

    assert people.find("tom") is None
    granted = store.read(lambda tx: programs.service_account(tx, "portal"), lambda: NOW)
    assert granted is not None
    assert list(granted.scopes) == ["tasks:read"]


def test_a_change_of_groups_counts_from_the_next_request_on(people: People) -> None:
    people.change_groups("MB", ["fronten", "akutvagt"], actor=SYSTEM)

    assert people.actor("MB").groups == frozenset({"fronten", "akutvagt"})
    assert people.groups() == frozenset({"fronten", "akutvagt"})


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_signs_in_does_not_notice_that_the_database_restarts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(store, lambda: NOW, hasher=PasswordHasher(1, 8, 1))
    people.add_program("program", groups=["clients"], scopes=["tasks:read"], actor=SYSTEM)
    token = people.new_token("program", actor=SYSTEM)
    real, away = psycopg.connect, [2]

    def connect(*arguments: object, **options: object) -> object:
        away[0] -= 1
        if away[0] >= 0:
            raise psycopg.OperationalError("connection refused")
        return real(*arguments, **options)

    store.engine.dispose()
    store.plain.dispose()
    monkeypatch.setattr(psycopg, "connect", connect)

    assert people.authenticate_token(token).id == "program"
    assert away[0] < 0


def test_passwords_are_kept_at_the_cost_that_argon2_advises(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PasswordHasher", PasswordHasher)
    People(store, lambda: NOW).add("CN", name="Camilla Noer", groups=[], password=PASSWORD, actor=SYSTEM)

    with store.reading(NOW) as tx:
        kept = tx.rows(select(tables.credential.c.secret_hash).where(tables.credential.c.person == "CN"))

    [(hashed,)] = kept
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
