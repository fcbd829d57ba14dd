"""Messages and signals find their receivers, as Camunda 8 has it.

A message reaches at most one instance per process id: the oldest subscription, or a new instance by a
message start event. With a time to live it stays for receivers that come later until it expires;
without one it waits only while nobody has received it, and the first receiver uses it up. A message id
counts once per name and key, for all time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flowcase import events, model
from flowcase.modeling.definition import MessageEvent
from flowcase.services.requests import Publish
from flowcase.services.running import holding
from flowcase.services.running.worklist import Worklist, case_of
from flowcase.store import INSTALLATION, LockedInstance, tables
from flowcase.store.queries import instances, resources, suspensions, waiting
from flowcase.values import Value

NO_TIME = dt.timedelta(0)


# --- messages --------------------------------------------------------------------------------------


def publish(run: Worklist, publisher: LockedInstance | None, message: Publish) -> None:
    """Correlate a message with whom it reaches now; keep it for others as its time to live says."""
    tx = run.tx
    stream, case_code = run.sender(publisher, message)
    if message.message_id is not None and not tx.insert_once(
        tables.message_seen,
        name=message.name,
        correlation_key=message.key,
        message_id=message.message_id,
        at=tx.now,
    ):
        repeated = events.MessageRepeated(
            name=message.name, correlation_key=message.key, message_id=message.message_id
        )
        tx.append(stream, repeated)
        return
    # Who publishes and who subscribes must not pass each other unseen.
    tx.exclusive(_meeting_place(message.name, message.key))
    reached: set[str] = set()
    for row in waiting.message_subscriptions(tx, message.name, message.key):
        if row.process in reached:
            continue
        instance = run.locked_subscriber(row)
        if instance is None:
            continue
        reached.add(row.process)
        _tell(run, instance.stream, message.name, message.key, row.process, instance.id)
        run.act(instance, model.DeliverMessage(subscription=row.subscription, variables=message.variables))
    for start in resources.start_subscriptions(tx, "message", message.name):
        if start.process not in reached and _start(run, start, message, stream, case_code):
            reached.add(start.process)
    waits = not reached if message.time_to_live is None else message.time_to_live > NO_TIME
    if waits:
        _buffer(run, message, stream, case_code, reached)


def _buffer(run: Worklist, message: Publish, stream: str, case_code: str | None, reached: set[str]) -> None:
    tx = run.tx
    id = tx.new_id()
    expires_at = None if message.time_to_live is None else tx.now + message.time_to_live
    buffered = events.MessageBuffered(
        message=id,
        name=message.name,
        correlation_key=message.key,
        message_id=message.message_id,
        case_code=case_code,
        variables=message.variables,
        expires_at=expires_at,
        reached=tuple(sorted(reached)),
    )
    tx.append(stream, buffered)


def _start(
    run: Worklist,
    start: resources.StartSubscriptionRow,
    message: Publish,
    stream: str,
    case_code: str | None,
    *,
    buffered: str | None = None,
    is_used_up: bool = False,
) -> bool:
    """A new instance by a message start event, held while its process is suspended.

    False while one with the same key is running or held.
    """
    tx = run.tx
    if message.key and instances.is_start_key_taken(tx, start.process, message.key):
        return False
    definition = resources.definition(tx, start.definition)
    if definition is None:
        return False
    home, case = run.home(message.variables, case=case_code, stream=stream)
    if suspensions.of_start(tx, definition.id) is not None:
        if message.key and suspensions.is_key_held(tx, start.process, message.key):
            return False
        holding.hold(
            tx,
            definition,
            holding.MESSAGE,
            stream=home,
            case_code=case,
            variables=message.variables,
            start_element=start.element,
            name=message.name,
            start_key=message.key or None,
            message=buffered,
            is_used_up=is_used_up,
        )
        return True
    instance = run.new_instance(definition, stream=home, case_code=case, start_key=message.key or None)
    command = model.StartInstance(variables=message.variables, start_element=start.element)
    _tell(
        run,
        instance.stream,
        message.name,
        message.key,
        start.process,
        instance.id,
        buffered=buffered,
        is_used_up=is_used_up,
    )
    run.act(instance, command)
    return True


def deliver_buffered(run: Worklist, instance: LockedInstance, subscription: str, name: str, key: str) -> None:
    """Something has begun to wait for a message: hand over what has been waiting for it."""
    tx = run.tx
    tx.exclusive(_meeting_place(name, key))
    if not waiting.is_subscribed(tx, f"{instance.id}.{subscription}"):
        return  # the step that subscribed also ended it
    message = waiting.buffered_message(tx, name, key, process=instance.process)
    if message is None:
        return
    _tell(
        run,
        instance.stream,
        name,
        key,
        instance.process,
        instance.id,
        buffered=message.id,
        is_used_up=message.expires_at is None,
    )
    run.act(instance, model.DeliverMessage(subscription=subscription, variables=message.variables))
    run.look_again(instance, subscription, name, key)  # a non-interrupting event takes every message


def release_start_key(run: Worklist, instance: LockedInstance) -> None:
    """An instance that a message started has ended: the next message with its key may start one."""
    if instance.start_key is not None:
        start_next(run, instance.process, instance.definition, instance.start_key)


def start_next(run: Worklist, process: str, definition_id: str, key: str) -> None:
    """Let the oldest message that was kept for this key start the process, unless the key is taken."""
    tx = run.tx
    definition = run.stepping.definitions.process(tx, definition_id)
    names = {
        element.event.name.text
        for element in definition.children(None)
        if isinstance(element.event, MessageEvent)
    }
    for name in sorted(names):
        tx.exclusive(_meeting_place(name, key))
        if instances.is_start_key_taken(tx, process, key):
            return
        message = waiting.buffered_message(tx, name, key, process=process)
        if message is None:
            continue
        for start in resources.start_subscriptions(tx, "message", name):
            if start.process == process:
                publication = Publish(name=name, key=key, variables=message.variables)
                _start(
                    run,
                    start,
                    publication,
                    message.stream,
                    message.case_code,
                    buffered=message.id,
                    is_used_up=message.expires_at is None,
                )
                return


def _tell(
    run: Worklist,
    stream: str,
    name: str,
    key: str,
    process: str,
    receiver: str,
    *,
    buffered: str | None = None,
    is_used_up: bool = False,
) -> None:
    correlated = events.MessageCorrelated(
        message=buffered,
        name=name,
        correlation_key=key,
        process=process,
        receiver=receiver,
        is_used_up=is_used_up,
    )
    run.tx.append(stream, correlated)


def _meeting_place(name: str, key: str) -> str:
    return f"message|{name}|{key}"


# --- signals ---------------------------------------------------------------------------------------


def broadcast(
    run: Worklist,
    sender: LockedInstance | None,
    name: str,
    variables: Mapping[str, Value],
    stream: str | None,
    is_global: bool,
) -> None:
    """Reach who waits for a signal in the stream, and global catchers; a global signal reaches all.

    Start events of the newest versions begin new instances where the signal was sent.
    """
    tx = run.tx
    for row in waiting.signal_subscriptions(tx, name, None if is_global else stream):
        instance = run.locked_subscriber(row)
        if instance is not None:
            run.act(instance, model.DeliverSignal(subscription=row.subscription, variables=variables))
    for start in resources.start_subscriptions(tx, "signal", name):
        definition = resources.definition(tx, start.definition)
        if definition is None:
            continue
        where = stream or (sender.stream if sender else INSTALLATION)
        home, case = run.home(variables, case=case_of(where), stream=where)
        if suspensions.of_start(tx, definition.id) is not None:
            holding.hold(
                tx,
                definition,
                holding.SIGNAL,
                stream=home,
                case_code=case,
                variables=variables,
                start_element=start.element,
                name=name,
            )
            continue
        instance = run.new_instance(definition, stream=home, case_code=case)
        run.act(instance, model.StartInstance(variables=variables, start_element=start.element))
