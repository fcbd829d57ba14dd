"""Doing what the engine asks for at one element: jobs, decisions, called processes."""

from __future__ import annotations

from typing import Any

from flowcase import events, model
from flowcase.errors import BpmnError, FlowcaseError
from flowcase.job_types import Job, Registration, Side
from flowcase.model import Command, IncidentKind
from flowcase.modeling.definition import Binding, ElementKind
from flowcase.services.behind import Behind
from flowcase.services.requests import Request
from flowcase.services.running.worklist import Worklist
from flowcase.store import (
    DatabaseBusy,
    DatabaseFault,
    DatabaseFull,
    DatabaseLost,
    DatabaseSlow,
    LockedInstance,
)
from flowcase.store.queries import instances, resources, suspensions, waiting

MAX_DEPTH = 30  # of processes that call processes


def answer(run: Worklist, instance: LockedInstance, event: Any) -> None:
    """Do what the engine asked for at one element; the result goes on the list."""
    if isinstance(event, model.JobRequested):
        _do_job(run, instance, event)
    elif isinstance(event, model.DecisionRequested):
        _decide(run, instance, event)
    else:
        _call(run, instance, event)


def _do_job(run: Worklist, instance: LockedInstance, event: model.JobRequested) -> None:
    registration = run.stepping.handlers.get(event.type)
    if registration is None:
        _fail(
            run,
            instance,
            event,
            IncidentKind.HANDLER_FAILED,
            f"Expected a handler for job type '{event.type}', but there is none.",
        )
    elif registration.side is Side.OUTSIDE:
        _hand_out(run, instance, event)
    else:
        _handle(run, instance, event, registration)


def _hand_out(run: Worklist, instance: LockedInstance, event: model.JobRequested) -> None:
    place = {"element": event.element, "element_instance": event.element_instance}
    waiting_job = waiting.job(run.tx, f"{instance.id}.{event.element_instance}")
    if waiting_job is not None:  # its incident was retried: the same job, with new tries
        retried = events.JobRetried(**place, retries=event.retries, failures=0)
        run.tx.append(instance.stream, retried, instance=instance)
        return
    created = events.JobCreated(
        **place,
        type=event.type,
        headers=event.headers,
        inputs=event.inputs,
        retries=event.retries,
        priority=event.priority,
    )
    run.tx.append(instance.stream, created, instance=instance)


def _handle(
    run: Worklist, instance: LockedInstance, event: model.JobRequested, registration: Registration
) -> None:
    """Run an inside handler; whatever it wrote before it failed is undone."""
    tx = run.tx
    job = Job(
        key=f"{instance.id}.{event.element_instance}",
        type=event.type,
        inputs=event.inputs,
        headers=event.headers,
        instance=instance.id,
        process=instance.process,
        element=event.element,
        now=tx.now,
        case=instance.case_code,
    )
    command: Command
    requests: list[Request] = []
    try:
        with tx.attempt():
            work = run.stepping.open_case_work(tx, instance, job)
            try:
                variables = registration.handle(job, work) or {}
                command = model.CompleteElement(element_instance=event.element_instance, variables=variables)
            except BpmnError as error:  # a result like another: what it wrote is kept
                command = model.ThrowError(
                    element_instance=event.element_instance,
                    code=error.code,
                    message=error.message,
                    variables=error.variables,
                )
            ran = events.HandlerRan(
                element=event.element, element_instance=event.element_instance, type=event.type
            )
            tx.append(instance.stream, ran, instance=instance)
            requests = list(getattr(work, "requests", ()))
    except (DatabaseBusy, DatabaseLost, DatabaseFull, DatabaseSlow, DatabaseFault):
        raise  # the whole transaction is tried again, or fails: no matter of the handler
    except Exception as error:  # any fault of a handler is an incident
        _fail(run, instance, event, IncidentKind.HANDLER_FAILED, _safe_sentence(event.type, error))
        return
    run.act_later(instance, command)
    for request in requests:
        run.accept(instance, request, event.element)


def _decide(run: Worklist, instance: LockedInstance, event: model.DecisionRequested) -> None:
    facts = run.stepping.facts(run.tx, instance)
    try:
        result = run.stepping.decisions.decide(
            run.tx,
            instance,
            event.decision,
            Behind(event.inputs, facts),
            binding=event.binding,
            version_tag=event.version_tag,
            deployment=run.stepping.definitions.row(run.tx, instance.definition).deployment,
            element=event.element,
        )
    except FlowcaseError as error:
        _fail(run, instance, event, IncidentKind.DECISION_FAILED, str(error))
        return
    command = model.CompleteElement(
        element_instance=event.element_instance, variables={"result": result.value}
    )
    run.act_later(instance, command)


def _call(run: Worklist, instance: LockedInstance, event: model.CallRequested) -> None:
    called = resources.definition_of(
        run.tx,
        event.process,
        version_tag=event.version_tag if event.binding == Binding.VERSION_TAG else None,
        deployment=run.stepping.definitions.row(run.tx, instance.definition).deployment
        if event.binding == Binding.DEPLOYMENT
        else None,
    )
    problem = ""
    if called is None:
        problem = f"Expected to call process '{event.process}', but it is not deployed."
    elif instance.depth >= MAX_DEPTH:
        problem = f"Expected at most {MAX_DEPTH} processes to call each other, but there are more."
    elif not _starts_without_trigger(run, called.id):
        problem = f"Expected process '{event.process}' to have a start event without trigger."
    if problem or called is None:
        _fail(run, instance, event, IncidentKind.CALLED_PROCESS_MISSING, problem)
        return
    suspended = suspensions.of_start(run.tx, called.id)
    if suspended is not None:
        problem = f"Expected to call process '{event.process}', but {suspended.scope} is suspended."
        _fail(run, instance, event, IncidentKind.CALLED_PROCESS_SUSPENDED, problem)
        return
    stream: str | None = instance.stream
    case_code = instance.case_code
    if case_code is None:
        stream, case_code = run.home(event.variables, stream=stream)
    child = run.new_instance(
        called,
        stream=stream,
        case_code=case_code,
        parent=instance,
        parent_element_instance=event.element_instance,
    )
    run.act_later(child, model.StartInstance(variables=event.variables, is_called=True))


def _starts_without_trigger(run: Worklist, definition: str) -> bool:
    process = run.stepping.definitions.process(run.tx, definition)
    return any(
        element.kind is ElementKind.START_EVENT and element.event is None
        for element in process.children(None)
    )


def cancel_called(run: Worklist, instance: LockedInstance, event: model.CallCancelled) -> None:
    for child in instances.running_children(run.tx, instance.id, event.element_instance):
        locked = run.tx.lock(child)
        if not locked.has_ended:
            reason = f"called by {event.element}, which was cancelled"
            run.act_later(locked, model.CancelInstance(reason=reason))


def _fail(run: Worklist, instance: LockedInstance, event: Any, kind: IncidentKind, message: str) -> None:
    command = model.FailElement(element_instance=event.element_instance, kind=kind, message=message)
    run.act_later(instance, command)


def _safe_sentence(job_type: str, error: Exception) -> str:
    """Our own errors hold no personal data; the text of any other may, so only its class is told."""
    if isinstance(error, FlowcaseError):
        return str(error)
    return f"Expected handler '{job_type}' to finish, but it failed with {type(error).__name__}."
