"""Where notices are sent outside, altered behind flowcase's back: `flowcase verify` names it."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.events import WebhookMade, WebhookSecretChanged
from flowcase.services.sending.signed_posts import Reach
from flowcase.services.sending.webhooks import Target, Webhooks, seal_target
from flowcase.store import INSTALLATION
from flowcase.store.webhook_tables import webhook
from tests.services.altering import Altered, not_said, said_of_each
from tests.services.conftest import OPERATOR

ALTERED: Altered = {
    "another host on its page": (
        ("UPDATE webhook SET host = 'x.dk' WHERE host = 'esdh.dk'",),
        "host is not what the history tells",
    ),
    "told of more than was chosen": (
        ("UPDATE webhook SET kinds = '[\"CaseOpened\", \"CaseClosed\"]' WHERE host = 'esdh.dk'",),
        "kinds is not what the history tells",
    ),
    "one that ended told again": (
        ("UPDATE webhook SET is_active = (SELECT is_active FROM webhook WHERE host = 'esdh.dk'), "
         "ended_at = NULL WHERE host = 'old.dk'",),
        "is_active, ended_at is not what the history tells",
    ),
    "one silenced": (
        ("UPDATE webhook SET is_active = (SELECT is_active FROM webhook WHERE host = 'old.dk') "
         "WHERE host = 'esdh.dk'",),
        "is_active is not what the history tells",
    ),
    "ended at another time": (
        ("UPDATE webhook SET ended_at = made_at WHERE host = 'old.dk'",),
        "ended_at is not what the history tells",
    ),
    "made at another time": (
        ("UPDATE webhook SET made_at = (SELECT ended_at FROM webhook WHERE host = 'old.dk') "
         "WHERE host = 'esdh.dk'",),
        "made_at is not what the history tells",
    ),
    "made by another": (
        ("UPDATE webhook SET made_by = 'mallory' WHERE host = 'esdh.dk'",),
        "made_by is not what the history tells",
    ),
    "sent where another one is sent": (
        ("UPDATE webhook SET sealed_target = (SELECT sealed_target FROM webhook WHERE host = 'old.dk') "
         "WHERE host = 'esdh.dk'",),
        "its address and secret were altered, or moved from another webhook",
    ),
    "one made up": (
        ("INSERT INTO webhook (id, host, kinds, sealed_target, is_active, made_at, made_by) "
         "SELECT 'made up', host, kinds, sealed_target, is_active, made_at, made_by FROM webhook "
         "WHERE host = 'esdh.dk'",),
        "Webhook made up: no event led to it",
    ),
    "one taken away": (("DELETE FROM webhook WHERE host = 'old.dk'",), "is gone"),
}  # fmt: skip


@pytest.fixture
def hooks(flow: Flowcase) -> Webhooks:
    return Webhooks(flow.notices._transactions, Reach(()))


@pytest.fixture
def told(flow: Flowcase, hooks: Webhooks) -> Flowcase:
    """One in use whose secret was changed twice; one that ended."""
    used, _ = hooks.make("https://esdh.dk/ind", ["CaseOpened"], actor=OPERATOR)
    ended, _ = hooks.make("https://old.dk/ind", ["CaseOpened", "CaseClosed"], actor=OPERATOR)
    flow.clock.advance(dt.timedelta(hours=1))
    hooks.change_secret(used, keep_old=dt.timedelta(hours=24), actor=OPERATOR)
    hooks.change_secret(used, keep_old=dt.timedelta(), actor=OPERATOR)
    hooks.end(ended, actor=OPERATOR)
    return flow


def test_each_webhook_altered_beside_the_history_is_named(told: Flowcase) -> None:
    before = told.altered_rows.find()

    found = said_of_each(told, ALTERED, (webhook,))

    assert before == []
    assert not_said(ALTERED, found) == {}


def _put(flow: Flowcase, id: str, target: Target) -> list[str]:
    """What is said once somebody who holds the installation's key as well has put another target there."""
    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        tx.update_any(webhook, {"id": id}, {"sealed_target": seal_target(tx, id, target)})
    return [str(each) for each in flow.altered_rows.find()]


def test_an_address_or_secret_that_somebody_with_the_key_exchanged_is_named(
    flow: Flowcase, hooks: Webhooks
) -> None:
    id, secret = hooks.make("https://esdh.dk/ind", ["CaseOpened"], actor=OPERATOR)

    elsewhere = _put(flow, id, Target("https://evil.dk/ind", secret))
    beside = _put(flow, id, Target("https://esdh.dk/andre", secret))
    signed_by_others = _put(flow, id, Target("https://esdh.dk/ind", "whsec_x"))
    as_it_was = _put(flow, id, Target("https://esdh.dk/ind", secret))

    assert elsewhere == [f"Webhook {id}: its address leads to another host than it was made for."]
    not_set = [f"Webhook {id}: its address or secret is not what was set last."]
    assert (beside, signed_by_others) == (not_set, not_set)
    assert as_it_was == []


def test_a_secret_that_was_changed_and_put_back_is_named(flow: Flowcase, hooks: Webhooks) -> None:
    """What was sealed before opens still: whoever has a copy of the database can put it back."""
    id, secret = hooks.make("https://esdh.dk/ind", ["CaseOpened"], actor=OPERATOR)
    hooks.change_secret(id, keep_old=dt.timedelta(), actor=OPERATOR)

    said = _put(flow, id, Target("https://esdh.dk/ind", secret))

    assert said == [f"Webhook {id}: its address or secret is not what was set last."]


def test_a_webhook_that_an_older_release_made_is_compared_by_its_host(flow: Flowcase) -> None:
    """Its event has no hash of address and secret, so that they are whole however they are."""
    at, old = flow.clock.now(), Target("https://esdh.dk/ind", "whsec_a")
    with flow.store.begin(OPERATOR, at) as tx:
        row = {"id": "01w", "host": "esdh.dk", "kinds": ["CaseOpened"], "is_active": True}
        sealed = seal_target(tx, "01w", old)
        tx.insert(webhook, **row, sealed_target=sealed, made_at=tx.now, made_by=OPERATOR.id)
        tx.append(INSTALLATION, WebhookMade(webhook="01w", host="esdh.dk", kinds=("CaseOpened",)))
    made = flow.altered_rows.find()
    until = at + dt.timedelta(hours=1)
    changed = Target(old.address, "whsec_b", old.secret, until)
    with flow.store.begin(OPERATOR, at) as tx:
        tx.append(INSTALLATION, WebhookSecretChanged(webhook="01w", old_until=until))

    not_changed = [str(each) for each in flow.altered_rows.find()]
    as_told = _put(flow, "01w", changed)
    elsewhere = _put(flow, "01w", Target("https://evil.dk/ind", "whsec_b", old.secret, until))

    assert made == [] and as_told == []
    assert not_changed == ["Webhook 01w: its secret is not what was set last."]
    assert elsewhere == ["Webhook 01w: its address leads to another host than it was made for."]
