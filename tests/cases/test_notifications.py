"""Notifications: whole or not at all, once per number, under their own key."""

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.errors import InvalidValues

VALUES = {
    "modtaget": "2026-03-27T16:40:00+01:00",
    "kanal": "telefon",
    "underretter_type": "skole",
    "underretter_anonym": False,
    "underretter_kontakt": "Skolelederen",
    "boern": [{"navn": "Fiktiv Pige", "cpr": "010118-0000", "sag": "SAG-2601"}],
    "bekymring": "Synlige mærker",
    "aftalt_med_familien": "ikke_orienteret",
    "begrundelse_ikke_orienteret": "Mistanke om vold",
    "umiddelbar_fare": False,
    "mistanke_overgreb": True,
    "aeresrelateret": False,
    "soeskende": "ingen",
}
RECEIVING = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="test">
  <bpmn:process id="modtager" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f</bpmn:outgoing>
      <bpmn:messageEventDefinition id="m" messageRef="message" /></bpmn:startEvent>
    <bpmn:sequenceFlow id="f" sourceRef="start" targetRef="vent" />
    <bpmn:userTask id="vent" name="Vent"><bpmn:extensionElements><zeebe:userTask /></bpmn:extensionElements>
      <bpmn:incoming>f</bpmn:incoming><bpmn:outgoing>g</bpmn:outgoing></bpmn:userTask>
    <bpmn:sequenceFlow id="g" sourceRef="vent" targetRef="slut" />
    <bpmn:endEvent id="slut"><bpmn:incoming>g</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmn:message id="message" name="underretning_modtaget" />
</bpmn:definitions>
"""


@pytest.fixture
def reception(office):
    at_work = office("2026-03-27T16:45+01:00")
    at_work.deploy((), more={"modtager.bpmn": RECEIVING})
    return at_work


def test_a_notification_becomes_a_record_and_starts_the_process(reception):
    received = reception.notifications.receive(
        {**VALUES, "underretning_id": "U-1"}, source="form", actor=SYSTEM
    )

    assert (received.underretning_id, received.is_new) == ("U-1", True)
    (record,) = reception.cases.records("Underretning")
    assert record["modtaget"].isoformat() == "2026-03-27T16:40:00+01:00"
    assert record["bekymring"] == "Synlige mærker"
    assert record["boern"][0]["sag"] == "SAG-2601"
    assert reception.running() == ["modtager"]


def test_the_same_number_again_adds_nothing(reception):
    first = reception.notifications.receive(VALUES, source="form", actor=SYSTEM)

    again = reception.notifications.receive(VALUES, source="api", actor=SYSTEM, id=first.underretning_id)

    assert (again.underretning_id, again.is_new) == (first.underretning_id, False)
    assert len(reception.cases.records("Underretning")) == 1
    assert reception.running() == ["modtager"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bekymring": ""}, "bekymring"),
        ({"kanal": "røgsignal"}, "kanal"),
        ({"modtaget": "2026-03-29T02:30"}, "modtaget"),
        ({"modtaget": "2026-03-28T08:00:00+01:00"}, "modtaget"),
        ({"boern": [{"cpr": "010118-0000"}]}, "boern.0.navn"),
        ({"underretning_id": "U 1/../x"}, "underretning_id"),
    ],
)
def test_a_notification_with_a_wrong_value_is_refused_whole(reception, change, field):
    with pytest.raises(InvalidValues) as refused:
        reception.notifications.receive({**VALUES, **change}, source="file", actor=SYSTEM)

    assert field in refused.value.errors
    assert reception.cases.records("Underretning") == []
    assert reception.running() == []


def test_every_wrong_field_is_named_at_once(reception):
    with pytest.raises(InvalidValues) as refused:
        reception.notifications.receive({"kanal": "telefon"}, source="file", actor=SYSTEM)

    assert {"modtaget", "boern", "bekymring", "umiddelbar_fare"} <= set(refused.value.errors)


def test_a_citizens_notification_is_received_now(reception):
    asked = {"boern": [{"navn": "Fiktiv Pige"}], "bekymring": "Synlige mærker"}
    answers = {
        "umiddelbar_fare": False,
        "aftalt_med_familien": "ved_ikke",
        "underretter_type": "borger",
        "underretter_anonym": True,
    }

    try:
        reception.notifications.receive({**asked, **answers}, source="public", actor=SYSTEM)
    except InvalidValues as refused:
        pytest.fail(str(refused.errors))

    (record,) = reception.cases.records("Underretning")
    assert record["modtaget"] == reception.clock.now()
    assert (record["kilde"], record["kanal"]) == ("public", "offentlig_formular")


def test_nothing_of_a_notification_lies_open_in_the_database(reception, store):
    reception.notifications.receive(VALUES, source="form", actor=SYSTEM)

    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM record").all()
        rows += connection.exec_driver_sql("SELECT * FROM history").all()
    text = str([tuple(bytes(c) if isinstance(c, memoryview) else c for c in row) for row in rows])
    assert "Fiktiv" not in text
    assert "010118" not in text
    assert "mærker" not in text


def test_a_refused_line_is_remembered_without_its_words(reception):
    try:
        reception.notifications.receive({**VALUES, "kanal": "hemmelig"}, source="file", actor=SYSTEM)
    except InvalidValues as error:
        reception.notifications.refuse(source="file", line=7, error=error, actor=SYSTEM)

    (refused,) = reception.events("IntakeRefused")
    assert (refused.line, refused.fields) == (7, ("kanal",))
