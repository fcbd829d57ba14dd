"""What goes wrong is said in the reader's language, and to programs as problem details."""

from __future__ import annotations

import pytest

from flowcase import errors
from flowcase.web.statuses import STATUS


def test_an_unknown_address_says_so(stranger, sign_in):
    assert stranger.get("/findes-ikke").heading == "Siden findes ikke"
    page = sign_in("karen.fp").get("/findes-ikke?sprog=en")
    assert (page.status, page.heading) == (404, "There is no such page")
    assert page.one("//a[@hreflang='da']").get("href") == "/?sprog=da"


def test_a_wrong_method_is_a_page_of_ours(stranger):
    page = stranger.get("/log-af")

    assert page.status == 405
    assert page.heading == "Det kan ikke lade sig gøre"


def test_a_fault_of_ours_gives_a_number_and_no_details(app, sign_in, monkeypatch):
    karen = sign_in("karen.fp")
    app.testing = False
    app.logger.disabled = True
    monkeypatch.setattr(type(app.config["FLOWCASE"].inboxes), "shown", lambda *_, **__: 1 / 0)

    page = karen.get("/opgaver")

    assert page.status == 500
    assert page.heading == "Noget gik galt"
    assert page.headers["X-Request-Id"] in page.text
    assert "ZeroDivision" not in page.source


def test_a_history_that_was_rewritten_is_not_shown_and_is_told(sign_in, world):
    camilla = sign_in("camilla.syd")
    of_case = "stream = 'case:SAG-2588'"
    with world.flow.store.engine.begin() as connection:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'history'"
        for name in connection.exec_driver_sql(triggers).scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(
            f"UPDATE history SET actor = 'mallory' "
            f"WHERE {of_case} AND seq = (SELECT max(seq) FROM history WHERE {of_case})"
        )

    page = camilla.get("/sager/SAG-2588")

    assert page.status == 500
    assert page.heading == "Det, der er gemt, passer ikke"
    assert page.headers["X-Request-Id"] in page.text
    assert "mallory" not in page.source


def test_what_is_too_large_is_refused(app, stranger):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    page = stranger.get("/underret")

    again = stranger.press(page, "_send", bekymring="x" * 5000)

    assert again.status == 413
    assert again.heading == "Det er for stort"


def test_every_error_of_ours_has_a_status():
    waiting = [errors.FlowcaseError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        assert any(each in STATUS for each in kind.__mro__), kind


@pytest.mark.parametrize(
    "path", ["/opgaver/findes-ikke", "/opgaver/findes.1", "/forloeb/findes-ikke", "/forloeb/x/diagram.bpmn"]
)
def test_what_does_not_exist_is_not_found(sign_in, path):
    assert sign_in("karen.fp").get(path).status == 404


def test_the_request_id_of_an_answer_is_in_the_history(sign_in, world):
    karen = sign_in("karen.fp")
    task = world.task("vurder")
    token = karen.get("/underret").value("csrf_token")

    answer = karen.client.post(f"/opgaver/{task.id}/tag", data={"csrf_token": token})

    [claimed] = [row for row in world.flow.history.everything() if row.kind == "UserTaskClaimed"]
    assert claimed.request_id == answer.headers["X-Request-Id"]


def test_the_process_says_that_it_is_alive(stranger):
    assert stranger.client.get("/sund").get_json() == {"status": "ok"}
