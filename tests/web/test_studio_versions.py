"""The page of a file's versions."""

from __future__ import annotations

import pytest

from tests.web.test_studio_differences import five_weeks

TABLE = "decisions/D-02_opfoelgning_kadence.dmn"


@pytest.fixture
def jens(sign_in, world):
    actor = world.flow.people.actor("jens.proces")
    was = world.flow.studio.in_force(TABLE, actor=actor)
    world.flow.deployments.deploy({TABLE: five_weeks(was)}, actor=actor, note="Fem uger")
    return sign_in("jens.proces")


def test_two_versions_are_compared_fetched_and_restored(jens):
    page = jens.get(f"/studie/udgaver/{TABLE}")
    assert "Fem uger" in page.text and "Jens Olrik" in page.text

    compared = jens.get(f"/studie/udgaver/{TABLE}?fra=2&til=1")
    fetched = jens.client.get(f"/studie/udgaver/1/fil/{TABLE}")
    restored = jens.submit(page, page.one("//form[contains(@action, '/gendan/')]"))

    assert "opfølgning nr. fra 2: 5 uger → 6 uger" in compared.text
    assert fetched.headers["Content-Disposition"] == ("attachment; filename=D-02_opfoelgning_kadence-1.dmn")
    assert b"<text>6</text>" in fetched.data
    assert "Udgave 1 er nu en kladde." in restored.text
    assert "opfølgning nr. fra 2: 5 uger → 6 uger" in restored.text


def test_a_version_is_not_compared_with_itself_or_with_none(jens):
    for asked in ("fra=1&til=1", "fra=1&til=9"):
        page = jens.get(f"/studie/udgaver/{TABLE}?{asked}")
        assert (page.status, page.summary) == (422, ["Vælg to forskellige udgaver."])
    assert jens.get("/studie/udgaver/findes-ikke.bpmn").status == 404
