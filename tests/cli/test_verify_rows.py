"""Rows that the history led to, altered behind flowcase's back: `flowcase verify` names them."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.cases.civil_time import local_date
from tests.cli.conftest import CommandLine
from tests.cli.test_verify import take_in, tamper

CASE = "(SELECT code FROM case_file ORDER BY code LIMIT 1)"
TASK = "(SELECT min(id) FROM user_task)"
MALLORY = "FROM person WHERE id = 'mallory'"
# what somebody with the database may do -> statements, and what is said; of every `verify`
OF_THE_INSTALLATION: dict[str, tuple[tuple[str, ...], str]] = {
    "themselves put in a group": (
        ("INSERT INTO person_group VALUES ('mallory', 'myndighedsansvarlig')",),
        "Account mallory: is in myndighedsansvarlig, and no event says so",
    ),
    "a colleague taken out of a group": (
        ("DELETE FROM person_group WHERE person = 'mallory'",),
        "Account mallory: is not in fronten, and no event took it away",
    ),
    "an account that was ended made active": (
        ("UPDATE person SET is_active = 1 WHERE id = 'gone'",),
        "Account gone: is active again",
    ),
    "an account added": (
        ("INSERT INTO person (id, name, kind, locale, is_active, created_at) "
         f"SELECT 'eve', 'Eve', kind, locale, 1, created_at {MALLORY}",),
        "Account eve: no event added it",
    ),
    "more scopes for a program": (
        ("UPDATE service_account SET scopes = '[\"history:read\"]' WHERE person = 'portal'",),
        "Account portal: has other scopes than were granted",
    ),
    "an account linked to oneself at the provider": (
        (f"INSERT INTO identity SELECT 'https://login.dk', 'eve', id, created_at {MALLORY}",),
        "Account mallory: is linked to somebody at the sign-in provider by no event",
    ),
    "a setting changed": (
        (f"INSERT INTO setting SELECT 'besked_mail', '{{}}', created_at, 'mallory' {MALLORY}",),
        "Setting besked_mail: no event set it",
    ),
    "a deployed file exchanged": (
        ("UPDATE resource SET content = flip(content) WHERE hash = (SELECT min(hash) FROM resource)",),
        "its content was altered",
    ),
    "another file put in place of a deployed one": (
        ("UPDATE process_definition SET hash = (SELECT hash FROM named_resource LIMIT 1) WHERE id = "
         "(SELECT id FROM process_definition ORDER BY id LIMIT 1)",),
        "is not of the file that was deployed",
    ),
    "what a deployment holds changed": (
        ("UPDATE deployment_resource SET hash = (SELECT max(hash) FROM resource) WHERE path = "
         "(SELECT min(path) FROM deployment_resource)",),
        "is not the file that was deployed",
    ),
    "a legal hold lifted, so that the case can be erased": (
        (f"DELETE FROM legal_hold WHERE case_code = {CASE}",),
        "is gone, and no event lifted it",
    ),
    "a case held by no event": (
        ("INSERT INTO legal_hold SELECT max(code), 'klage', opened_at, 'mallory' FROM case_file",),
        "no event placed it",
    ),
    "the reason of a hold changed": (
        ("UPDATE legal_hold SET reason = 'x'",),
        "is not as it was placed",
    ),
    "a colleague said to be away": (
        (f"INSERT INTO absence SELECT 'x', 'mallory', '2026-01-01', '2999-01-01', 'mallory' {MALLORY}",),
        "Absence x: no event reported it",
    ),
    "an absence made longer": (
        ("UPDATE absence SET last = '2999-01-01'",),
        "is not as it was reported",
    ),
    "an absence taken away": (("DELETE FROM absence",), "is gone, and no event ended it"),
    "the key of a case destroyed": (
        (f"UPDATE stream SET wrapped_key = NULL WHERE id = 'case:' || {CASE}",),
        "is gone, and no erasure tells why",
    ),
    "the keys of two cases exchanged": (
        ("CREATE TEMP TABLE two AS SELECT id, wrapped_key, row_number() OVER (ORDER BY id) AS n FROM stream "
         "WHERE id LIKE 'case:%' LIMIT 2",
         "UPDATE stream SET wrapped_key = (SELECT o.wrapped_key FROM two o WHERE o.id <> stream.id) "
         "WHERE id IN (SELECT id FROM two)"),
        "was altered, or moved from another stream",
    ),
    "a case said to be erased, so that nobody looks at its rows": (
        (f"UPDATE case_file SET erased_at = opened_at, caseworker = 'mallory' WHERE code = {CASE}",),
        "is said to be erased, and no event erased it",
    ),
}  # fmt: skip
OF_CASEWORK: dict[str, tuple[tuple[str, ...], str]] = {
    "a child not found again by its CPR number": (
        ("DELETE FROM search_key WHERE attribute = 'cpr'",),
        "what it is found by of Barn is not what the history tells",
    ),
    "a deadline that no diagram sees any more": (
        ("UPDATE deadline SET is_current = 0 WHERE status = 'open'",),
        "is_current is not what the history tells",
    ),
    "what was altered hidden behind an erasure that was none": (
        (f"UPDATE case_file SET erased_at = opened_at, caseworker = 'mallory' WHERE code = {CASE}",),
        "caseworker is not what the history tells",
    ),
    "themselves made the caseworker": (
        (f"UPDATE case_file SET caseworker = 'mallory' WHERE code = {CASE}",),
        "caseworker is not what the history tells",
    ),
    "a fact of a case changed": (
        (f"UPDATE case_file SET facts = replace(facts, '\"status\"', '\"statut\"') WHERE code = {CASE}",),
        "facts is not what the history tells",
    ),
    "a due date moved": (
        ("UPDATE deadline SET due_at = opened_at WHERE id = (SELECT min(id) FROM deadline)",),
        "due_at is not what the history tells",
    ),
    "a passed deadline made met": (
        ("UPDATE deadline SET status = 'met' WHERE status = 'open'",),
        "status is not what the history tells",
    ),
    "a record deleted": (
        ("DELETE FROM search_key", "DELETE FROM record WHERE id = (SELECT min(id) FROM record)"),
        "is gone",
    ),
    "an open attribute of a record changed": (
        ("UPDATE record SET open = '{}' WHERE id = (SELECT min(id) FROM record WHERE open <> '{}')",),
        "is not what the history tells",
    ),
    "a user task given to oneself": (
        (f"UPDATE user_task SET assignee = 'mallory' WHERE id = {TASK}",),
        "assignee is not what the history tells",
    ),
    "a user task made later": (
        (f"UPDATE user_task SET due_at = '2031-01-01 00:00:00.000000' WHERE id = {TASK}",),
        "due_at is not what the history tells",
    ),
    "a user task put off": (
        (f"UPDATE user_task SET follow_up_at = '2031-01-01 00:00:00.000000' WHERE id = {TASK}",),
        "follow_up_at is not what the history tells",
    ),
    "a user task put behind all others": (
        (f"UPDATE user_task SET priority = 0 WHERE id = {TASK}",),
        "priority is not what the history tells",
    ),
    "a user task taken for done": (
        (f"UPDATE user_task SET status = 'completed' WHERE id = {TASK}",),
        "status is not what the history tells",
    ),
    "a user task offered to another group": (
        (f"""UPDATE user_task SET candidate_groups = '["administrator"]' WHERE id = {TASK}""",),
        "candidate_groups is not what the history tells",
    ),
    "a user task of a case moved to another case": (
        (f"UPDATE user_task SET case_code = 'SAG-0000' WHERE id = {TASK}",),
        "case_code is not what the history tells",
    ),
    "a user task listed by other candidates than it has": (
        ("INSERT INTO candidate_set VALUES ('made up', 'person', 'mallory')",
         f"UPDATE user_task SET candidates = 'made up' WHERE id = {TASK}"),
        "candidates is not what the history tells",
    ),
    "oneself added to a set of candidates": (
        ("INSERT INTO candidate_set SELECT min(id), 'person', 'mallory' FROM candidate_set",),
        "of user tasks were altered",
    ),
    "a user task deleted": (
        (f"DELETE FROM user_task_draft WHERE user_task = {TASK}", f"DELETE FROM user_task WHERE id = {TASK}"),
        "is gone",
    ),
    "a user task made up": (
        ("CREATE TEMP TABLE another AS SELECT * FROM user_task LIMIT 1",
         "UPDATE another SET id = 'made up'", "INSERT INTO user_task SELECT * FROM another"),
        "User task made up: no event led to it",
    ),
    "a user task put where nobody looks": (
        (f"UPDATE user_task SET stream = 'case:nowhere' WHERE id = {TASK}",),
        "lies in a stream that does not exist",
    ),
    "a deadline put into the stream of another case": (
        ("UPDATE deadline SET stream = (SELECT max(stream) FROM deadline) WHERE stream = "
         "(SELECT min(stream) FROM deadline)",),
        "stream is not what the history tells",
    ),
    "a timer made to go off for each time that was missed": (
        ("UPDATE timer SET catch_up = 'every' WHERE status = 'pending' AND instance IS NOT NULL",),
        "catch_up is not what the history tells",
    ),
    "a reminder made never to come": (
        ("UPDATE timer SET repetitions_left = 99, kind = 'cycle', status = 'fired' "
         "WHERE status = 'pending' AND instance IS NOT NULL",),
        "repetitions_left, status is not what the history tells",
    ),
    "a timer of a case deleted": (
        ("DELETE FROM timer WHERE id = (SELECT min(id) FROM timer WHERE instance IS NOT NULL)",),
        "is gone",
    ),
    "a message made to end what it should only tell": (
        ("UPDATE message_subscription SET is_interrupting = 1 - is_interrupting",),
        "is_interrupting is not what the history tells",
    ),
    "a message made to reach a case a second time": (
        ("UPDATE message_subscription SET process = 'x'",),
        "process is not what the history tells",
    ),
    "a user task shown with the form of another version": (
        (f"UPDATE user_task SET definition = 'x' WHERE id = {TASK}",),
        "definition is not what the history tells",
    ),
    "a record said to be written before it was": (
        ("UPDATE record SET created_at = '2021-01-01 00:00:00.000000' WHERE entity = 'Barn'",),
        "created_at of Barn is not what the history tells",
    ),
    "a record said not to have been touched since": (
        ("UPDATE record SET updated_at = '2021-01-01 00:00:00.000000' WHERE entity = 'Barn'",),
        "updated_at of Barn is not what the history tells",
    ),
    "a case said not to have been touched since": (
        (f"UPDATE case_file SET updated_at = '2021-01-01 00:00:00.000000' WHERE code = {CASE}",),
        "updated_at is not what the history tells",
    ),
    "a case closed long ago, to be erased soon": (
        (f"UPDATE case_file SET closed_at = '2001-01-01 00:00:00.000000' WHERE code = {CASE}",),
        "closed_at is not what the history tells",
    ),
    "an area of a case in lists changed": (
        (f"UPDATE case_file SET area = 'x' WHERE code = {CASE}",),
        "area is not what the history tells",
    ),
    "a confidential attribute taken from another record": (
        ("CREATE TEMP TABLE other AS SELECT max(id), secret FROM record WHERE entity = 'Barn'",
         "UPDATE record SET secret = (SELECT secret FROM other) WHERE id = "
         "(SELECT min(id) FROM record WHERE entity = 'Barn')"),
        "of Barn is not what the history tells",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def template(deployed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two notifications with cases, one of them held; two accounts, one away, one ended; a program; once."""
    folder = tmp_path_factory.mktemp("rows")
    shutil.copytree(deployed_template, folder / "home")
    take_in(CommandLine(folder / "home"), folder, 1, 2)
    flow = bootstrap.open(config.load(home=folder / "home"))
    for person in ("mallory", "gone"):
        flow.people.add(person, name=person, groups=["fronten"], actor=SYSTEM)
    flow.people.deactivate("gone", actor=SYSTEM)
    flow.service_accounts.make("portal", groups=("indtag",), scopes=("tasks:read",), actor=SYSTEM)
    held = min(row.code for row in flow.cases.list(actor=SYSTEM))
    day = local_date(flow.clock.now())
    for length in (1, 3):  # the second takes in the first
        last = day + dt.timedelta(days=length)
        flow.absences.report("mallory", day, last, actor=flow.people.actor("mallory"))
    flow.close()
    CommandLine(folder / "home")("hold", held, "--reason", "klage")
    return folder / "home"


@pytest.fixture
def kept(template: Path, tmp_path: Path) -> CommandLine:
    shutil.copytree(template, tmp_path / "home")
    return CommandLine(tmp_path / "home")


def test_rows_that_say_what_the_history_tells_are_whole(kept: CommandLine) -> None:
    data = kept.json("verify", "--rows")

    assert data["rows"] == []


@pytest.mark.parametrize(("statements", "said"), OF_THE_INSTALLATION.values(), ids=OF_THE_INSTALLATION.keys())
def test_a_row_altered_beside_the_history_is_named(
    kept: CommandLine, statements: tuple[str, ...], said: str
) -> None:
    tamper(kept, *statements)

    assert said in kept("verify", expect=1).output


@pytest.mark.parametrize(("statements", "said"), OF_CASEWORK.values(), ids=OF_CASEWORK.keys())
def test_a_row_of_a_case_altered_beside_the_history_is_named(
    kept: CommandLine, statements: tuple[str, ...], said: str
) -> None:
    tamper(kept, *statements)

    assert said in kept("verify", "--rows", expect=1).output


def test_it_is_said_up_to_where_the_history_is_signed(kept: CommandLine) -> None:
    before = kept("verify").stdout
    kept("checkpoint")
    signed = kept("verify").stdout
    flow = bootstrap.open(config.load(home=kept.home))
    flow.people.deactivate("mallory", actor=SYSTEM)
    flow.close()

    after = kept("verify").stdout

    assert "Nothing is signed yet" in before
    assert "; 0 events are younger" in signed
    assert "Signed up to checkpoint 1 of " in after and "; 1 events are younger" in after
