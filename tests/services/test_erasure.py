"""A case that was erased: nobody can read it again, with the key neither; everything else goes on."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import make_url, select, text

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.cases.entities import ENTITIES
from flowcase.clock import ManualClock
from flowcase.config import Config
from flowcase.errors import Conflict, Erased, Forbidden, NotFound, Refused
from flowcase.history.indicators import Question
from flowcase.store import Keyring, Store, archive, tables
from tests.conftest import postgresql_copy
from tests.proofs.searching import found_in
from tests.services.conftest import OPERATOR
from tests.web import world as worlds
from tests.web.world import World, at

KEY = base64.b64encode(bytes(range(32))).decode()  # of `keyring`
NAME, CPR = "Ingelise Fjordbakke", "010417-4001"
CONCERN = "Barnet har fortalt om slag med bælte derhjemme"
REASON = "Vurderet ud fra skolelærer Nøhrmands oplysninger"
DRAFT = "Kladde: faren er rejst til Esbjerg"
SECRETS = [NAME, CPR, CPR.replace("-", ""), CONCERN, REASON, DRAFT]
SIBLING = "Storm Fjordbakke"
CASE, OTHER = "SAG-2701", "SAG-2702"
APPROVED = {"reason": "opbevaring_udloebet", "approved_by": "anders.myn"}


@pytest.fixture(scope="module")
def copies() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def populated() -> dict[str, str]:
    """By backend, the database with the shipped processes and everybody in it, once it was made."""
    return {}


@pytest.fixture
def database(
    database: str,
    populated: dict[str, str],
    copies: contextlib.ExitStack,
    keyring: Keyring,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[str]:
    """A copy of that: checking and deploying all processes takes longer than any of these tests."""
    backend, name = make_url(database).get_backend_name(), str(make_url(database).database)
    if backend == "sqlite":
        if backend not in populated:
            _populate(database, keyring, tmp_path_factory.mktemp("populating"))
            populated[backend] = str(tmp_path_factory.mktemp("populated") / "flowcase.sqlite")
            shutil.copy(name, populated[backend])
        shutil.copy(populated[backend], name)
        yield database
        return
    server = request.getfixturevalue("postgresql_server")
    if backend not in populated:
        _populate(database, keyring, tmp_path_factory.mktemp("populating"))
        kept = copies.enter_context(postgresql_copy(server, name))
        populated[backend] = str(make_url(kept).database)
    with postgresql_copy(server, populated[backend]) as copy:
        yield copy


def _populate(database: str, keyring: Keyring, home: Path) -> None:
    store = Store(database, keyring)
    settings = Config(home=home, database_url=database, key=KEY, is_demonstration=True)
    world = World(bootstrap.assemble(settings, store, ManualClock(at(24, 8).astimezone(dt.UTC))))
    worlds._populate(world)
    if store.is_sqlite:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


@pytest.fixture
def world(flow: Flowcase) -> World:
    """Two cases of two families, each notified, assessed and decided; the first still has a draft."""
    world = World(flow)
    flow.clock.set(at(24, 8).astimezone(dt.UTC))
    world.notify("U-71", CASE, boern=[{"navn": NAME, "cpr": CPR, "sag": CASE}], bekymring=CONCERN)
    world.notify("U-72", OTHER, "Noah Elleby")
    world.assess(CASE, begrundelse=REASON)
    world.assess(OTHER)
    world.go_to(at(25, 9, 5))
    worlds.meet(world, 25)
    for code in (CASE, OTHER):
        worlds.decide(world, code)
    leader = flow.people.actor("else.syd")
    flow.user_tasks.save_draft(
        world.task("tildel", CASE).id, {"godkendelse_over_graense": DRAFT}, actor=leader
    )
    return world


def _erase(world: World, case: str = CASE, **values: Any) -> Any:
    return world.flow.erasure.erase(case, **{**APPROVED, "also_open": True, "actor": OPERATOR, **values})


def _everything_that_the_key_opens(flow: Flowcase) -> str:
    """Every record, event, state and draft of the installation, opened with its key."""
    records = [record.values for entity in ENTITIES for record in flow.cases.records(entity)]
    events = [row.event for row in flow.history.everything()]
    states = [flow.instances.get(row.id).variables for row in flow.instances.list(limit=None)]
    with flow.store.reading(flow.clock.now()) as tx:
        drafts = [
            tx.open(row.stream, f"draft|{row.user_task}|{row.person}", row.sealed_values)
            for row in tx.rows(
                select(tables.user_task_draft, tables.user_task.c.stream).join(
                    tables.user_task, tables.user_task.c.id == tables.user_task_draft.c.user_task
                )
            )
        ]
    drafts_read = [(content or b"").decode() for content in drafts]
    return repr((records, events, states, drafts_read))


def _digests(flow: Flowcase, *streams: str) -> list[bytes]:
    """By which records of these streams are found."""
    key, record = tables.search_key, tables.record
    found = select(key.c.digest).join(record, record.c.id == key.c.record)
    with flow.store.reading(flow.clock.now()) as tx:
        return [row.digest for row in tx.rows(found.where(record.c.stream.in_(streams)))]


def _wrapped_keys(flow: Flowcase, *streams: str) -> list[bytes]:
    with flow.store.reading(flow.clock.now()) as tx:
        keys = {row.id: row.wrapped_key for row in tx.rows(select(tables.stream))}
    return [keys[stream] for stream in streams if keys[stream]]


def _files(flow: Flowcase) -> Iterator[bytes]:
    """A backup as it would be read by who unpacks it, and the files of an embedded database."""
    out = io.BytesIO()
    archive.write(flow.store, out, progress=lambda table, rows: None)
    yield zstandard.ZstdDecompressor().stream_reader(io.BytesIO(out.getvalue())).read()
    if flow.store.is_sqlite:
        path = Path(str(flow.store.url.database))
        for name in (path, path.with_name(path.name + "-wal")):
            yield name.read_bytes() if name.exists() else b""


def test_nothing_of_an_erased_case_can_be_opened_with_the_installations_key(world: World) -> None:
    before = _everything_that_the_key_opens(world.flow)
    assert [word for word in (NAME, CONCERN, REASON, DRAFT) if word in before] == [
        NAME,
        CONCERN,
        REASON,
        DRAFT,
    ]

    _erase(world)

    after = _everything_that_the_key_opens(world.flow)
    assert [word for word in SECRETS if word in after] == []
    assert "Noah Elleby" in after


def test_no_file_and_no_later_backup_holds_the_words_the_digests_or_the_keys(world: World) -> None:
    flow = world.flow
    streams = (f"case:{CASE}", "notification:U-71")
    digests, keys = _digests(flow, *streams), _wrapped_keys(flow, *streams)
    kept = _wrapped_keys(flow, f"case:{OTHER}")[0]
    assert digests
    assert len(keys) == 2

    done = _erase(world)

    assert done.is_overwritten
    destroyed = [*keys, *digests]
    backup, *files = list(_files(flow))
    for content in (backup, *files):
        assert found_in(content, SECRETS) == []
        assert [key for key in destroyed if key in content or base64.b64encode(key) in content] == []
    assert base64.b64encode(kept) in backup


def test_the_history_still_verifies_and_says_that_the_case_was_erased(world: World) -> None:
    _erase(world)

    assert world.flow.history.verify() == []
    assert world.flow.altered_rows.find(casework=True) == []
    auditor = world.flow.people.actor("vera.revisor")
    told = world.flow.history.story(CASE, actor=auditor)
    assert [line.kind for line in told] == ["CaseErased"]
    [erased] = [row for row in world.flow.history.of_stream("installation") if row.kind == "CaseErased"]
    assert (erased.actor, erased.event.approved_by) == ("operator", "anders.myn")  # type: ignore[union-attr]
    assert [word for word in SECRETS if word in repr(erased)] == []


def test_what_is_left_for_figures_cannot_be_altered_unnoticed(world: World) -> None:
    _erase(world)
    assert world.flow.altered_rows.find() == []

    with world.flow.store.engine.begin() as connection:
        moved = text("UPDATE case_file SET team = 'familieteam_nord', status = NULL WHERE code = :code")
        assert connection.execute(moved, {"code": CASE}).rowcount == 1

    [said] = world.flow.altered_rows.find()
    assert str(said) == f"Case {CASE}: status, team is not what its erasure left."


def test_figures_count_an_erased_case_as_before(world: World) -> None:
    flow, auditor = world.flow, world.flow.people.actor("vera.revisor")
    flow.rule_sets.use(settings={"statistik_mindste_celle": 1}, actor=SYSTEM)
    question = Question(dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        stream = f"case:{CASE}"
        from flowcase.cases.events import CaseClosed

        tx.append(stream, CaseClosed(case=CASE, outcome="aabenbart_grundloes"))
    before = flow.indicators.compute(question, actor=auditor)

    _erase(world)

    after = flow.indicators.compute(question, actor=auditor)
    assert [id for id in before if before[id] != after[id]] == []


def test_what_ran_in_an_erased_case_has_ended_and_the_worker_goes_on(world: World) -> None:
    _erase(world)

    world.go_to(at(31, 12))

    running = world.flow.instances.list(case=CASE, limit=None)
    assert [row.id for row in running if row.ended_at is None] == []
    assert world.flow.user_tasks.list(case=CASE) == []
    assert world.flow.incidents.list(limit=None) == []
    assert [
        row.status for row in world.flow.deadlines.of_case(CASE) if row.status in ("open", "breached")
    ] == []


def test_the_other_case_goes_on_as_if_nothing_had_happened(world: World) -> None:
    _erase(world)

    world.complete("tildel", "else.syd", OTHER, team="familieteam_syd", sagsbehandler="camilla.syd")

    assert world.flow.cases.get(OTHER, actor=SYSTEM).caseworker == "camilla.syd"


def test_a_user_task_of_an_erased_case_says_so(world: World) -> None:
    task = world.task("tildel", CASE)

    _erase(world)

    with pytest.raises(Erased):
        world.flow.user_tasks.get(task.id, actor=world.flow.people.actor("else.syd"))


def test_a_notification_about_two_children_is_kept_until_both_are_erased(flow: Flowcase) -> None:
    world = World(flow)
    flow.clock.set(at(24, 8).astimezone(dt.UTC))
    children = [{"navn": NAME, "sag": CASE}, {"navn": SIBLING, "sag": OTHER}]
    world.notify("U-73", CASE, boern=children, soeskende="naevnt", bekymring=CONCERN)
    with pytest.raises(Refused, match="underretning"):
        _erase(world)
    for code in (CASE, OTHER):
        world.assess(code)
    world.go_to(at(25, 9, 5))
    worlds.meet(world, 25)
    for code in (CASE, OTHER):
        worlds.decide(world, code)

    first = _erase(world)
    between = _everything_that_the_key_opens(flow)
    second = _erase(world, OTHER)

    assert first.shared == ("U-73",)
    assert CONCERN in between
    [*families] = flow.cases.records("Familie")
    assert all(CASE not in (family["boern"] or []) for family in families if family.values.get("boern"))
    assert second.shared == ()
    after = _everything_that_the_key_opens(flow)
    assert [word for word in (NAME, SIBLING, CONCERN) if word in after] == []


def test_a_case_under_a_legal_hold_is_not_erased_until_the_hold_is_lifted(world: World) -> None:
    flow = world.flow
    flow.erasure.hold(CASE, reason="klagesag", actor=OPERATOR)

    with pytest.raises(Refused, match="legal hold"):
        _erase(world)
    with pytest.raises(Conflict):
        flow.erasure.hold(CASE, reason="klagesag", actor=OPERATOR)
    assert [held.case_code for held in flow.erasure.holds(actor=OPERATOR)] == [CASE]
    flow.erasure.lift(CASE, reason="klage_afgjort", actor=OPERATOR)
    _erase(world)

    assert flow.erasure.holds(actor=OPERATOR) == []
    assert flow.cases.get(CASE, actor=SYSTEM).erased_at is not None


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"actor": Actor("drift", groups=frozenset({"administrator"}))}, Forbidden),
        ({"actor": SYSTEM}, Forbidden),
        ({"approved_by": "karen.fp"}, Forbidden),
        ({"approved_by": "nobody"}, NotFound),
        ({"reason": "Ingelise er flyttet"}, Refused),
        ({"also_open": False}, Refused),
        ({"case": "SAG-9999"}, NotFound),
    ],
)
def test_an_erasure_that_is_not_in_order_is_refused_and_nothing_changes(
    world: World, values: dict[str, Any], error: type[Exception]
) -> None:
    before = _everything_that_the_key_opens(world.flow)

    with pytest.raises(error):
        _erase(world, **values)

    assert _everything_that_the_key_opens(world.flow) == before


def test_a_case_is_erased_once(world: World) -> None:
    _erase(world)

    with pytest.raises(Conflict, match="was erased"):
        _erase(world)


def test_a_case_on_the_agenda_of_a_meeting_that_is_held_is_not_erased(flow: Flowcase) -> None:
    world = World(flow)
    flow.clock.set(at(24, 8).astimezone(dt.UTC))
    world.notify("U-71", CASE, NAME)
    world.assess(CASE)
    world.go_to(at(25, 9, 5))
    worlds.meet(world, 25)

    with pytest.raises(Refused, match="fronten_dagsmoede"):
        _erase(world)

    worlds.decide(world, CASE)
    _erase(world)


def test_a_case_that_waited_for_a_meeting_is_on_no_agenda_once_it_is_erased(flow: Flowcase) -> None:
    world = World(flow)
    flow.clock.set(at(24, 8).astimezone(dt.UTC))
    for number, code in (("U-71", CASE), ("U-72", OTHER)):
        world.notify(number, code, f"Barn {code}")
        world.assess(code)

    _erase(world)

    world.go_to(at(25, 9, 5))
    worlds.meet(world, 25)
    assert [row.case_code for row in flow.user_tasks.list() if row.element == "afgoer"] == [OTHER]
    assert flow.incidents.list(limit=None) == []
