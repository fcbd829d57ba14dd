"""viewflow (django-viewflow): a user task completed as its views do it, without the web."""

from __future__ import annotations

import importlib.metadata
import os

import rounds

ASKED = rounds.arguments()
os.environ.update(PEER_DATABASE=ASKED.database, DJANGO_SETTINGS_MODULE="settings")

import django  # noqa: E402 - reads the settings that were just named

django.setup()

from casework.flows import CaseworkFlow  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from viewflow.workflow.models import Process, Task  # noqa: E402


def start() -> None:
    CaseworkFlow.begin.run()


def complete(id: int) -> None:
    task = Task.objects.get(pk=id)
    with task.activation() as activation:
        activation.start(None)
        activation.process.data = {"approved": True}
        activation.process.save()
        activation.execute()


def case() -> list[float]:
    told = [rounds.seconds(start)]
    process = Process.objects.latest("pk")
    for element in ("first", "second"):
        task = Task.objects.get(process=process, status="ASSIGNED")
        assert task.flow_task.name == element
        told.append(rounds.seconds(lambda id=task.pk: complete(id)))
    process.refresh_from_db()
    assert process.status == "DONE"
    return told


call_command("migrate", verbosity=0)
CaseworkFlow.user = User.objects.create_user("client")
rounds.serve(ASKED, importlib.metadata.version("django-viewflow"), case)
