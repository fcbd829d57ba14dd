"""A connection cut in the middle: typing is kept once, and a notice stands with its change or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.cases.notice_topics import OWN_ACCOUNT
from flowcase.services.sending import account_notices
from flowcase.services.sending.account_notices import Said
from flowcase.services.signing_in import people
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import people as queries
from tests.services.conftest import OPERATOR
from tests.services.test_lost_connections import cut_at_commit, on_postgresql

cut_before_or_after = pytest.mark.parametrize(
    "after", [True, False], ids=["after the commit", "before the commit"]
)


class Killed(BaseException):
    """As kill -9: nothing catches it."""


@pytest.fixture
def karen(flow: Flowcase) -> str:
    flow.people.add("karen", groups=["fronten"], password="et langt kodeord til Karen", actor=OPERATOR)
    return "karen"


def password_of(flow: Flowcase, person: str) -> Any:
    return flow.kept_typing._transactions.read(lambda tx: queries.credential(tx, person, "password"))


def told(flow: Flowcase, person: str) -> list[str]:
    rows = flow.notices.page(flow.people.actor(person)).rows
    return [each.text_code for each in rows if each.kind == OWN_ACCOUNT]


def give_another(flow: Flowcase, person: str) -> None:
    flow.people.set_password(person, "et andet langt kodeord", actor=OPERATOR)


@pytest.mark.parametrize("is_told", [False, True], ids=["before the notice", "after the notice"])
def test_killed_beside_the_notice_neither_the_password_nor_the_notice_is_left(
    flow: Flowcase, karen: str, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    before = password_of(flow, karen)

    def killed(tx: Tx, person: str, said: Said) -> None:
        if is_told:
            account_notices.tell(tx, person, said)
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(people, "tell_owner", killed)
        give_another(flow, karen)
    left = password_of(flow, karen), told(flow, karen)
    give_another(flow, karen)

    assert left == (before, [])
    assert password_of(flow, karen) != before and told(flow, karen) == [Said.SET_BY_ANOTHER]


@on_postgresql
@cut_before_or_after
def test_a_commit_that_is_cut_leaves_the_other_password_and_one_notice(
    flow: Flowcase, karen: str, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    before = password_of(flow, karen)

    with monkeypatch.context() as patched:
        left = cut_at_commit(patched, after=after)
        give_another(flow, karen)

    assert left == [0]
    assert password_of(flow, karen) != before
    assert told(flow, karen) == [Said.SET_BY_ANOTHER]


def add_bo(flow: Flowcase) -> None:
    flow.people.add("bo", groups=["fronten"], password="et langt kodeord til Bo", actor=OPERATOR)


def accounts_events(flow: Flowcase) -> list[str]:
    kinds = ("PersonAdded", "CredentialSet", "GroupsChanged", "PersonDeactivated", "PersonReactivated")
    return [row.kind for row in flow.history.everything() if row.kind in kinds]


@on_postgresql
@cut_before_or_after
@pytest.mark.parametrize(
    ("act", "events"),
    [
        (add_bo, ["PersonAdded", "CredentialSet"]),
        (lambda flow: flow.people.new_token("karen", actor=OPERATOR), ["CredentialSet"]),
        (lambda flow: flow.people.change_groups("karen", ["familieteam"], actor=OPERATOR), ["GroupsChanged"]),
        (lambda flow: flow.people.deactivate("karen", actor=OPERATOR), ["PersonDeactivated"]),
    ],
    ids=["added", "a token", "groups", "deactivated"],
)
def test_what_is_done_to_an_account_while_its_commit_is_cut_is_done_once(
    flow: Flowcase,
    karen: str,
    monkeypatch: pytest.MonkeyPatch,
    after: bool,
    act: Callable[[Flowcase], Any],
    events: list[str],
) -> None:
    before = accounts_events(flow)

    with monkeypatch.context() as patched:
        left = cut_at_commit(patched, after=after)
        act(flow)

    assert left == [0]
    assert accounts_events(flow)[len(before) :] == events


@on_postgresql
@cut_before_or_after
def test_what_was_typed_is_kept_and_forgotten_though_the_commit_is_cut(
    flow: Flowcase, karen: str, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    secret = flow.sessions.begin(karen, by="password")
    flow.kept_typing.keep(secret, b"before")

    def cut(work: Callable[[], None]) -> bytes | None:
        with monkeypatch.context() as patched:
            left = cut_at_commit(patched, after=after)
            work()
        assert left == [0]
        return flow.kept_typing.of(secret)

    kept = cut(lambda: flow.kept_typing.keep(secret, b"what was typed"))
    forgotten = cut(lambda: flow.kept_typing.forget(secret))

    assert (kept, forgotten) == (b"what was typed", None)


def test_killed_between_keeping_and_the_answer_it_is_kept_for_this_browser_alone(
    flow: Flowcase, karen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, other = (flow.sessions.begin(karen, by="password") for _ in range(2))
    run = Transactions.run

    def killed(*arguments: Any, **options: Any) -> None:
        run(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Transactions, "run", killed)
        flow.kept_typing.keep(secret, b"what was typed")

    assert (flow.kept_typing.of(secret), flow.kept_typing.of(other)) == (b"what was typed", None)
