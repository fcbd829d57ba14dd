"""Ways in and versions of files, altered behind flowcase's back: every `flowcase verify` names them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pyotp
import pytest
from sqlalchemy import text

from flowcase.access.events import CredentialSet, IdentityLinked, SignedIn
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.services.meetings import calendar_addresses
from flowcase.services.signing_in.people import NOWHERE
from flowcase.services.signing_in.second_factors import CodeRefused
from flowcase.store import INSTALLATION, tables
from flowcase.store.api_tables import service_account
from flowcase.store.calendar_tables import calendar_feed
from flowcase.store.sign_in_tables import (
    identity,
    recovery_code,
    second_factor,
    sign_in_brake,
    sign_in_session,
)
from tests.services.altering import Altered, not_said, said_of_each
from tests.services.conftest import OPERATOR
from tests.services.diagrams import catch, end, message, process, start, timer, user_task

STEP = dt.timedelta(seconds=30)  # how long a code of the app lasts
OF_SIGN_IN = (
    sign_in_session,
    second_factor,
    recovery_code,
    calendar_feed,
    identity,
    sign_in_brake,
    service_account,
)
WRITTEN = (tables.person, tables.person_group, tables.credential, *OF_SIGN_IN)
LATER = "'2031-01-01 00:00:00+00'"
NEWEST = "(SELECT max(version) FROM named_resource WHERE name = 'tabel')"
WAYS_IN: Altered = {
    "the names of two colleagues exchanged": (
        ("UPDATE person SET name = 'Leder' WHERE id = 'mallory'",),
        "Account mallory: name is not what the history tells",
    ),
    "a colleague put in another team and district": (
        ("UPDATE person SET team = 'nord', district = 'nord' WHERE id = 'mallory'",),
        "Account mallory: team, district is not what the history tells",
    ),
    "one's own password put beside a leader's name": (
        ("UPDATE credential SET secret_hash = (SELECT secret_hash FROM credential WHERE person = 'mallory') "
         "WHERE person = 'leader'",),
        "Account leader: has another password than was set last",
    ),
    "a password for an account that has none": (
        ("INSERT INTO credential SELECT 'silent', kind, secret_hash, failures, locked_until, changed_at, "
         "must_change FROM credential WHERE person = 'mallory'",),
        "Account silent: has a password that no event set",
    ),
    "a password taken away": (
        ("DELETE FROM credential WHERE person = 'mallory'",),
        "Account mallory: has no password any more, and no event says why",
    ),
    "a password that somebody else chose, kept as it is": (
        ("UPDATE credential SET must_change = (1 = 0) WHERE person = 'leader'",),
        "Account leader: has a password that need not be changed, and no event says so",
    ),
    "an old password said to be a new one": (
        (f"UPDATE credential SET changed_at = {LATER} WHERE person = 'mallory'",),
        "Account mallory: has a password that was set at another time",
    ),
    "a session made to last longer": (
        (f"UPDATE sign_in_session SET begun_at = {LATER}, seen_at = {LATER}",),
        "of mallory began at another time, and lasts from there",
    ),
    "a session that does not end with the provider's": (
        ("UPDATE sign_in_session SET elsewhere = NULL",),
        "of mallory ends with another one at the sign-in provider",
    ),
    "an account that is told of no new browser": (
        ("UPDATE person SET signed_in_at = NULL WHERE id = 'mallory'",),
        "Account mallory: signed in last at another time than is said",
    ),
    "an account said to be in use": (
        (f"UPDATE person SET signed_in_at = {LATER} WHERE id = 'silent'",),
        "Account silent: signed in last at another time than is said",
    ),
    "an account added long ago, in another language": (
        (f"UPDATE person SET created_at = {LATER} WHERE id = 'silent'",),
        "Account silent: was added at another time",
    ),
    "an account that is written to in another language": (
        ("UPDATE person SET locale = 'en' WHERE id = 'silent'",),
        "Account silent: locale is not what the history tells",
    ),
    "a program's scopes said to be older": (
        (f"UPDATE service_account SET made_at = {LATER}",),
        "Account portal: has other scopes than were granted",
    ),
    "a leader kept from signing in for years": (
        (f"UPDATE sign_in_brake SET failed_at = {LATER}, locked_until = {LATER}, failures = 99",),
        "on signing in holds somebody, and no wrong try says why",
    ),
    "a leader kept from signing in for longer than a wrong try does": (
        (f"UPDATE sign_in_brake SET locked_until = {LATER}",),
        "on signing in holds somebody, and no wrong try says why",
    ),
    "a brake made to count less": (
        ("UPDATE sign_in_brake SET failures = 0",),
        "on signing in is not as the last wrong try left it",
    ),
    "a code of the app that was used, made to count again": (
        ("UPDATE second_factor SET last_step = last_step - 1",),
        "Account leader: has a second factor of which a code that was used would count again",
    ),
    "a session of a leader made up": (
        ("INSERT INTO sign_in_session SELECT 'made up', 'x', 'leader', \"by\", browser, begun_at, seen_at, "
         "elsewhere, typed FROM sign_in_session",),
        "Session made up: of leader: no event began it",
    ),
    "one's own session said to be a leader's": (
        ("UPDATE sign_in_session SET person = 'leader'",),
        "of leader is not as it was begun",
    ),
    "the secret of a session exchanged": (
        ("UPDATE sign_in_session SET secret_hash = 'x'",),
        "of mallory is not as it was begun",
    ),
    "the second factor of a leader taken away": (
        ("DELETE FROM second_factor",),
        "Account leader: has no second factor any more, and no event ended it",
    ),
    "a recovery code made up": (
        ("INSERT INTO recovery_code VALUES ('leader', 'x', NULL)",),
        "Account leader: has other recovery codes than were made",
    ),
    "a recovery code that was used, made to count again": (
        ("UPDATE recovery_code SET used_at = NULL WHERE used_at IS NOT NULL",),
        "Account leader: has a recovery code that was used and would count again",
    ),
    "a recovery code said to have been used before": (
        ("UPDATE recovery_code SET used_at = '2025-01-01 00:00:00.000000' WHERE used_at IS NOT NULL",),
        "Account leader: used a recovery code at another time",
    ),
    "all recovery codes of a leader used up": (
        ("UPDATE recovery_code SET used_at = '2025-01-01 00:00:00.000000' WHERE used_at IS NULL",),
        "Account leader: has a recovery code that was used by no event",
    ),
    "the account of the sign-in provider taken from its owner": (
        ("DELETE FROM identity",),
        "Account leader: is not linked any more to somebody at the sign-in provider, and no event says why",
    ),
    "a secret address of a colleague's calendar made up": (
        ("INSERT INTO calendar_feed SELECT 'mallory', series, 'x', made_at FROM calendar_feed",),
        "Calendar address mallory: of egne no event made",
    ),
    "the secret of a calendar exchanged": (
        ("UPDATE calendar_feed SET secret_hash = 'x'",),
        "Calendar address leader: of egne has another secret than it was made with",
    ),
}  # fmt: skip
OF_VERSIONS: Altered = {
    "the newest version of a table taken away": (
        (f"DELETE FROM named_resource WHERE name = 'tabel' AND version = {NEWEST}",),
        "Version form:tabel:2: is gone, so that an older one runs or none",
    ),
    "an older version numbered as the newest": (
        ("UPDATE process_definition SET version = 99 WHERE id = 'forloeb:1'",),
        "Version forloeb:1: is looked up as forloeb:99",
    ),
    "a version put out of force": (
        ("UPDATE process_definition SET status = 'draft' WHERE id = 'forloeb:2'",),
        "Version forloeb:2: is draft, and was deployed as active",
    ),
    "a version called by another tag": (
        ("UPDATE process_definition SET version_tag = 'x' WHERE id = 'forloeb:1'",),
        "Version forloeb:1: has another tag than its file",
    ),
    "somebody else said to have deployed": (
        ("UPDATE deployment SET actor = 'mallory', note = 'x' WHERE note = 'Den anden'",),
        "actor, note is not what the history tells",
    ),
}  # fmt: skip

OF_STARTS: Altered = {
    "a timer that begins a process taken away": (
        ("DELETE FROM timer WHERE process = 'dagligt'",),
        "Start timer start:dagligt:start: is gone",
    ),
    "a process of every day begun a year later": (
        ("UPDATE timer SET due_at = '2031-01-01 00:00:00+00', try_at = '2031-01-01 00:00:00+00' "
         "WHERE process = 'dagligt'",),
        "due_at is not what the history tells",
    ),
    "a timer put off behind its own instant": (
        ("UPDATE timer SET try_at = '2031-01-01 00:00:00+00' WHERE process = 'dagligt'",),
        "Start timer start:dagligt:start: is put off by nothing",
    ),
    "a timer said to begin another process": (
        ("UPDATE timer SET process = 'venter', element = 'x', created_at = '2031-01-01 00:00:00+00' "
         "WHERE process = 'dagligt'",),
        "process, element, created_at is not what the history tells",
    ),
    "a timer held although nobody suspended its process": (
        ("UPDATE timer SET is_held = (1 = 1) WHERE process = 'dagligt'",),
        "is held, and its process is not suspended",
    ),
    "a message made to begin nothing": (
        ("DELETE FROM start_subscription WHERE process = 'modtag'",),
        "Start event modtag:start: is gone",
    ),
    "a message made to begin an older version": (
        ("UPDATE start_subscription SET definition = 'modtag:1' WHERE process = 'modtag'",),
        "Start event modtag:start: definition is not what the history tells",
    ),
    "a message by another name that begins a process": (
        ("UPDATE start_subscription SET name = 'x' WHERE process = 'modtag'",),
        "Start event modtag:start: name is not what the history tells",
    ),
    "another event said to begin a process": (
        ("INSERT INTO start_subscription SELECT process, 'made_up', definition, kind, name, is_global "
         "FROM start_subscription WHERE process = 'modtag'",),
        "Start event modtag:made_up: none is drawn",
    ),
}  # fmt: skip
OF_WAITING = {
    "UPDATE timer SET is_held = (1 = 1) WHERE instance IS NOT NULL": "its row is held, its instance is not",
    "UPDATE timer SET try_at = '2031-01-01 00:00:00+00' WHERE instance IS NOT NULL":
        "its row is put off by nothing",
    "UPDATE timer SET try_at = '2020-01-01 00:00:00+00' WHERE instance IS NOT NULL":
        "its row is put off by nothing",
    "UPDATE message_subscription SET is_held = (1 = 1)": "its row is held, its instance is not",
}  # fmt: skip


def diagram(number: int, *, tag: str = "") -> bytes:
    content = process("forloeb", start(), user_task(f"opgave_{number}"), end())
    if not tag:
        return content
    head, at, rest = content.partition(b'isExecutable="true">')
    tagged = f'<extensionElements><zeebe:versionTag value="{tag}" /></extensionElements>'
    return head + at + tagged.encode() + rest


def form(number: int) -> bytes:
    asked = {"type": "number", "key": "antal", "id": f"f{number}", "label": "Antal"}
    asked["properties"] = {"target": "variable:antal"}
    return json.dumps({"type": "default", "id": "tabel", "components": [asked]}).encode()


@pytest.fixture
def house(flow: Flowcase) -> Flowcase:
    """Two colleagues with passwords, one of them signed in, one with a second factor and a calendar."""
    for person in ("mallory", "leader", "silent"):
        flow.people.add(person, name=person.title(), groups=["fronten"], actor=OPERATOR)
    for person in ("mallory", "leader"):
        password = f"hest-ankel-vind-{person}-mynte"
        flow.people.set_password(person, password, must_change=person == "leader", actor=OPERATOR)
    flow.service_accounts.make("portal", groups=("indtag",), scopes=("tasks:read",), actor=OPERATOR)
    flow.clock.advance(STEP)
    flow.sessions.begin("mallory", by="oidc", elsewhere="x")
    leader = flow.people.actor("leader")
    app = pyotp.TOTP(flow.second_factors.enrol("leader").secret)
    flow.second_factors.confirm(app.at(flow.sessions.now()), actor=leader, source=NOWHERE)
    renewed = app.at(flow.sessions.now() + STEP)
    codes = flow.second_factors.renew_recovery_codes(renewed, actor=leader, source=NOWHERE)
    with pytest.raises(CodeRefused):
        flow.second_factors.check("leader", "not one of them", source=NOWHERE)
    assert flow.second_factors.check("leader", codes[0], source=NOWHERE) == "recovery"
    with flow.store.begin(leader, flow.clock.now()) as tx:
        calendar_addresses.make(tx, "egne")
        calendar_addresses.make(tx, "egne")
        tx.append(INSTALLATION, IdentityLinked(person="leader", issuer="https://login.dk", subject="1"))
    return flow


def test_each_way_in_altered_beside_the_history_is_named(house: Flowcase) -> None:
    before = house.altered_rows.find()

    found = said_of_each(house, WAYS_IN, WRITTEN)

    assert before == []
    assert not_said(WAYS_IN, found) == {}


def test_what_was_ended_leaves_nothing_to_compare(house: Flowcase) -> None:
    leader = house.people.actor("leader")
    house.second_factors.disable("leader", "Telefonen er væk.", actor=OPERATOR)
    with house.store.begin(leader, house.clock.now()) as tx:
        calendar_addresses.end(tx, "egne")
    house.people.set_password("mallory", "en-helt-anden-sætning-om-sten", actor=OPERATOR)

    assert house.altered_rows.find() == []


def test_of_what_an_older_release_began_only_that_it_is_there_is_compared(house: Flowcase) -> None:
    with house.store.begin(OPERATOR, house.clock.now()) as tx:
        for person in ("mallory", "silent"):
            tx.append(INSTALLATION, CredentialSet(person=person, kind="password"))
            tx.append(INSTALLATION, SignedIn(person=person, by="password"))
        tx.insert(
            tables.credential,
            person="silent",
            kind="password",
            secret_hash="x",
            failures=0,
            locked_until=None,
            changed_at=tx.now,
            must_change=False,
        )
        tx.update_all(tables.credential, {"person": "mallory"}, {"secret_hash": "x"})
        tx.update_all(sign_in_session, {"person": "mallory"}, {"person": "silent", "id": "older"})

    assert house.altered_rows.find() == []


def test_sessions_that_nodes_of_an_older_release_begin_during_an_upgrade_are_named_a_day_later_only(
    house: Flowcase, clock: ManualClock
) -> None:
    with house.store.begin(OPERATOR, house.clock.now()) as tx:
        tx.append(INSTALLATION, SignedIn(person="mallory", by="password"))
        tx.update_all(sign_in_session, {"person": "mallory"}, {"id": "older"})
    house.sessions.begin("mallory", by="password")
    meanwhile = house.altered_rows.find()
    clock.advance(dt.timedelta(days=1))

    later = [str(each) for each in house.altered_rows.find()]

    assert meanwhile == []
    assert later == ["Session older: of mallory: no event began it."]


def test_each_version_altered_beside_the_history_is_named(flow: Flowcase) -> None:
    for number, note in enumerate(("Den første", "Den anden"), start=1):
        flow.deployments.deploy(
            {"forloeb.bpmn": diagram(number), "tabel.form": form(number)}, actor=OPERATOR, note=note
        )
    before = flow.altered_rows.find()

    found = said_of_each(
        flow,
        OF_VERSIONS,
        (tables.deployment, tables.deployment_resource, tables.process_definition, tables.named_resource),
    )

    assert before == []
    assert not_said(OF_VERSIONS, found) == {}


def test_a_file_that_was_deployed_and_is_gone_is_named(flow: Flowcase) -> None:
    for number in (1, 2):
        flow.deployments.deploy({"tabel.form": form(number)}, actor=OPERATOR)
    before = flow.altered_rows.find()
    digest = hashlib.sha256(form(1)).hexdigest()
    with flow.store.engine.begin() as connection:
        for table in ("deployment_resource", "named_resource", "resource"):
            statement = text(f"DELETE FROM {table} WHERE hash = :digest")
            assert connection.execute(statement, {"digest": digest}).rowcount == 1

    assert before == []
    assert f"File {digest}: is gone." in [str(each) for each in flow.altered_rows.find()]


def test_a_tag_is_read_from_the_file(flow: Flowcase) -> None:
    flow.deployments.deploy({"forloeb.bpmn": diagram(1, tag="2026-1")}, actor=OPERATOR)
    before = flow.altered_rows.find()
    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        tx.update_all(tables.process_definition, {"id": "forloeb:1"}, {"version_tag": None})

    assert before == []
    assert [str(each) for each in flow.altered_rows.find()] == [
        "Version forloeb:1: has another tag than its file."
    ]


@pytest.fixture
def starting(flow: Flowcase) -> Flowcase:
    """A process that begins every day, one that a message begins in its second version, one that waits."""
    inside, roots = message("underretning")
    daily = process("dagligt", start(inside=timer("timeCycle", "R/P1D")), user_task("a"), end())
    for number in (1, 2):
        begun = process("modtag", start(inside=inside, roots=roots), user_task(f"u{number}"), end())
        flow.deployments.deploy({"modtag.bpmn": begun, "dagligt.bpmn": daily}, actor=OPERATOR)
    heard, named = message("svar", key='="1"')
    waits = process("venter", start(), catch("svar", heard, named), end())
    sleeps = process("sover", start(), catch("time", timer("timeDuration", "P3D")), end())
    flow.deployments.deploy({"venter.bpmn": waits, "sover.bpmn": sleeps}, actor=OPERATOR)
    for each in ("venter", "sover"):
        flow.instances.start(each, actor=OPERATOR)
    flow.clock.advance(dt.timedelta(days=2))
    flow.timers.fire_due()
    return flow


def test_each_start_altered_beside_the_history_is_named(starting: Flowcase) -> None:
    before = starting.altered_rows.find()

    found = said_of_each(starting, OF_STARTS, (tables.timer, tables.start_subscription))

    assert before == []
    assert not_said(OF_STARTS, found) == {}


def test_a_timer_of_a_suspended_process_is_held_as_it_should(starting: Flowcase) -> None:
    starting.suspensions.suspend("dagligt", reason="Vi venter på svar.", actor=OPERATOR)

    assert starting.altered_rows.find() == []


@pytest.mark.parametrize("statement", OF_WAITING)
def test_what_waits_and_would_be_passed_over_is_inconsistent(starting: Flowcase, statement: str) -> None:
    before = starting.consistency.check()
    with starting.store.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1

    [found] = starting.consistency.check()

    assert before == []
    assert found.because == OF_WAITING[statement]


def test_a_state_taken_from_another_instance_is_named_and_the_others_are_looked_at(
    starting: Flowcase,
) -> None:
    with starting.store.engine.begin() as connection:
        ids = sorted(row.instance for row in connection.execute(text("SELECT instance FROM instance_state")))
        connection.execute(
            text(
                "UPDATE instance_state SET sealed_state = (SELECT o.sealed_state FROM instance_state o "
                "WHERE o.instance = :other) WHERE instance = :one"
            ),
            {"one": ids[0], "other": ids[-1]},
        )

    [found] = starting.consistency.check()

    assert (found.what, found.instance) == ("state", ids[0])
    assert found.because == "it does not open: it was altered, or moved from another instance"
