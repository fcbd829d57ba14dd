"""The process as a flow of viewflow; each user task is assigned as it opens, which spares a transaction."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow import views


class CaseworkFlow(flow.Flow):
    lock_impl = lock.select_for_update_lock

    begin = flow.StartHandle().Next(this.first)
    first = flow.View(views.UpdateProcessView).Assign(this.client).Next(this.approved_or_not)
    approved_or_not = flow.If(this.is_approved).Then(this.second).Else(this.refused)
    second = flow.View(views.UpdateProcessView).Assign(this.client).Next(this.done)
    done = flow.End()
    refused = flow.End()

    user: Any = None  # looked up once, not for each task

    def client(self, activation: Any) -> Any:
        return type(self).user

    def is_approved(self, activation: Any) -> bool:
        return bool(activation.process.data["approved"])
