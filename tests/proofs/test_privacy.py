"""Nothing about a family lies in clear in the database, its write-ahead log, the logs or an error."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap, config, handlers
from flowcase.access.actor import SYSTEM
from flowcase.cases.entities import ENTITIES, DataClass, entity
from flowcase.clock import WallClock
from flowcase.errors import FlowcaseError
from flowcase.handlers import Side, handler
from flowcase.modeling import read_form
from flowcase.modeling.form import Field, FieldType
from tests.cli.conftest import PROCESSES, CommandLine
from tests.ports import free_port
from tests.proofs import search_installation
from tests.proofs.fictional_families import family, json_line, notification, secrets_of
from tests.proofs.searching import found_in, found_in_files, spellings
from tests.services.diagrams import end, process, service_task, start

NOW = dt.datetime.now(dt.UTC)
FAMILIES = range(1, 7)

NOTE = "Mormor Henriette Fiktivsen ringede og var bekymret for lillebroderen"
DRAFT = "Kladde: faren Ærlind er rejst, og barnet græder i telefonen"
CONCERN = "Barnet Frøydis har fortalt skolelæreren om slag med bælte"
ASSESSMENT: dict[str, Any] = {
    "tavle": {
        "bekymringer": [{"hvem": "Skolelærer Nøhrmand", "hvad": CONCERN}],
        "fungerer": [{"hvem": "Naboen Fru Åkjærsen", "hvad": "Barnet spiser hos hende"}],
        "vil_se_ske": [{"hvem": "Fronten", "hvad": "Barnet sover et trygt sted i nat"}],
    },
    "fare_sundhed_udvikling": False,
    "akut": "nej",
    "foraeldre_orienteres": "nej",
    "vurderet": NOW.isoformat(timespec="minutes"),
    "vurderet_af": "karen",
    "begrundelse": "Faderen nægter, men moderen Thorvilla bekræfter barnets ord",
}
TYPED = [
    NOTE,
    DRAFT,
    CONCERN,
    "Skolelærer Nøhrmand",
    "Naboen Fru Åkjærsen",
    "Barnet spiser hos hende",
    "Barnet sover et trygt sted i nat",
    ASSESSMENT["begrundelse"],
]
SECRETS = [*secrets_of(FAMILIES), *TYPED]


def test_the_search_itself_finds_what_lies_open(tmp_path: Path) -> None:
    import base64

    word = "Ørnsholm"
    for number in range(5):
        inside = ("x" * number + word + "yz").encode()
        assert found_in(base64.b64encode(inside), [word]) == [word]
    assert found_in(f"… {word} …".encode("utf-16-le"), [word]) == [word]
    assert found_in(json.dumps({"navn": word}).encode(), [word]) == [word]
    assert min(len(spelling) for spelling in spellings("010417-4001")) > 7


@pytest.mark.parametrize("path", sorted((PROCESSES / "forms").glob("*.form")), ids=lambda path: path.stem)
def test_what_people_write_in_words_goes_where_it_is_encrypted(path: Path) -> None:
    """A text field may not fill an attribute that is stored in the open, unless it can only hold a code."""
    form = read_form(path.read_bytes(), path.name)
    in_words = {FieldType.TEXT, FieldType.LONG_TEXT}

    def open_targets(fields: Iterable[Field]) -> Iterator[str]:
        for one in fields:
            yield from open_targets(one.children)
            if one.type in in_words and not one.pattern and not one.readonly:
                for target in one.targets:
                    if target.entity is None:
                        continue
                    attribute = entity(target.entity).attribute(target.attribute)
                    if attribute.data_class is DataClass.K0:
                        yield one.key

    assert list(open_targets(form.fields)) == []


def assessments(flow: Any) -> list[Any]:
    """The open ones, oldest first; outside office hours the duty's user tasks stand beside them."""
    return [row for row in flow.user_tasks.list() if row.element == "vurder"]


@pytest.fixture
def at_work(flowcase: CommandLine, tmp_path: Path) -> Iterator[Any]:
    """Families notified by file and form, with notes, a draft and a completed form; still open."""
    file = tmp_path / "intake.jsonl"
    file.write_text("\n".join(json_line(notification(n, now=NOW)) for n in FAMILIES if n < 4), "utf-8")
    flowcase("intake", file)
    flow = bootstrap.open(config.load(home=flowcase.home))
    karen = flow.people.actor("karen")
    for number in FAMILIES:
        if number >= 4:
            flow.notifications.receive(notification(number, now=NOW), source="form", actor=karen)
    first, second, *_ = assessments(flow)
    flow.user_tasks.save_draft(first.id, {"begrundelse": DRAFT}, actor=karen)
    flow.user_tasks.complete(second.id, ASSESSMENT, actor=karen)
    flow.instances.suspend(first.instance, reason=NOTE, actor=SYSTEM)
    flow.instances.resume(first.instance, reason=NOTE, actor=SYSTEM)
    yield flow
    flow.close()


def test_no_word_of_a_family_lies_in_the_files_of_the_installation(
    at_work: Any,
    flowcase: CommandLine,
) -> None:
    assert (flowcase.home / "flowcase.sqlite-wal").exists()

    assert found_in_files(flowcase.home, SECRETS) == {}

    at_work.close()
    assert found_in_files(flowcase.home, SECRETS) == {}


def test_what_was_typed_is_there_for_who_holds_the_key(at_work: Any) -> None:
    """Without this, the search above could find nothing because nothing was stored."""
    stored = json.dumps(
        [row.values for name in ENTITIES for row in at_work.cases.records(name)],
        default=str,
        ensure_ascii=False,
    )
    told = stored + " ".join(str(row.event) for row in at_work.history.everything())

    assert [word for word in secrets_of(FAMILIES) if word not in stored] == []
    assert [word for word in TYPED if word not in told + stored and word != DRAFT] == []


# --- errors ----------------------------------------------------------------------------------------------


def test_the_words_of_a_failing_handler_are_nowhere(
    flowcase: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    name = family(1)["navn"]
    handlers.load_handlers()
    monkeypatch.setattr(handlers, "_registered", dict(handlers._registered))

    def fail(*_: Any) -> Mapping[str, Any]:
        raise ValueError(f"{name} has no address")

    for type, side in (("test.inde", Side.INSIDE), ("test.ude", Side.OUTSIDE)):
        handler(type, da=type, en=type, side=side, max_seconds=5)(fail)
    caplog.set_level(logging.DEBUG)
    flow = bootstrap.open(config.load(home=flowcase.home))
    try:
        bundle = {
            f"{id}.bpmn": process(id, start(), service_task("s", type, retries=1), end())
            for id, type in (("inde", "test.inde"), ("ude", "test.ude"))
        }
        flow.deployments.deploy(bundle, actor=SYSTEM)
        for id in ("inde", "ude"):
            flow.instances.start(id, actor=SYSTEM)
        while flow.jobs.run_due():
            pass

        incidents = flow.incidents.list()
        told = [str(row.event) for row in flow.history.everything()]
        jobs = str(flow.jobs.list()) if hasattr(flow.jobs, "list") else ""

        assert len(incidents) == 2
        assert all("ValueError" in row.message for row in incidents)
        assert not found_in(("".join(told) + jobs + str(incidents)).encode(), [name])
        assert found_in_files(flowcase.home, [name]) == {}
    finally:
        flow.close()
    output = capfd.readouterr()
    assert not found_in((output.out + output.err + caplog.text).encode(), [name])


def test_no_refusal_repeats_what_was_typed(at_work: Any) -> None:
    task = assessments(at_work)[0]
    karen = at_work.people.actor("karen")
    wrong = {**ASSESSMENT, "akut": NOTE, NOTE: "x"}

    with pytest.raises(FlowcaseError) as refused:
        at_work.user_tasks.complete(task.id, wrong, actor=karen)

    # The name of a key that the form has not is named; no value ever is.
    said = str(getattr(refused.value, "errors", {}).values()) + str(refused.value).replace(NOTE, "", 1)
    assert not found_in(said.encode(), SECRETS)


# --- server and worker -------------------------------------------------------------------------------------


def test_server_and_worker_log_no_word_of_a_family(
    flowcase: CommandLine,
    tmp_path: Path,
    opened: Callable[[], Any],
) -> None:
    flow = opened()
    token = flow.service_accounts.make(
        "skole", groups=["indtag"], scopes=["notifications:write"], actor=SYSTEM
    )
    log = tmp_path / "log"
    port = free_port()
    with log.open("wb") as out:
        environment = {**os.environ, "FLOWCASE_HOME": str(flowcase.home)}
        programs = [
            subprocess.Popen(
                [sys.executable, "-m", "flowcase", *arguments], env=environment, stdout=out, stderr=out
            )
            for arguments in (["serve", "--port", str(port)], ["worker"])
        ]
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(lambda: _get(base + "/sund") == 200, "the server did not start")
            statuses = [
                _post(f"{base}/api/notifications", values, token)
                for values in (
                    notification(1, now=NOW),
                    notification(2, now=NOW, kanal=family(2)["navn"]),
                    {"bekymring": family(3)["bekymring"]},
                )
            ]
            statuses.append(_get(f"{base}/sager?q={family(1)['cpr']}"))
            _wait_for(lambda: flow.nodes.overview(WallClock().now()).has_worker, "the worker did not start")
            _wait_for(lambda: not flow.nodes.overview(WallClock().now()).backlog.jobs, "jobs are left")
        finally:
            for program in programs:
                program.terminate()
            for program in programs:
                program.wait(timeout=120)

    assert statuses[0] in (200, 201)
    assert statuses[1] == statuses[2] == 422
    assert found_in(log.read_bytes(), SECRETS) == []
    assert found_in_files(flowcase.home, SECRETS) == {}


def _wait_for(is_so: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + 240
    while True:
        with contextlib.suppress(OSError):
            if is_so():
                return
        assert time.monotonic() < until, otherwise
        time.sleep(0.1)


def _post(url: str, values: Mapping[str, Any], token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=json.dumps(values).encode(), headers=headers)
    return _status(request)


def _get(url: str) -> int:
    return _status(urllib.request.Request(url))


def _status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_search_of_an_installation_knows_its_secrets_and_finds_none(
    at_work: Any, flowcase: CommandLine
) -> None:
    words = search_installation.secret_words(at_work)

    at_work.close()

    assert len(words) > 20
    assert search_installation.main([str(flowcase.home)]) == 0
