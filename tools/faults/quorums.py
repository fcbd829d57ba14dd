"""Members of etcd and the leader of a Patroni cluster are killed under load; see docs/operations.md."""

from __future__ import annotations

import time

from faults.load import people_at_work
from faults.outcome import Outcome
from faults.patroni import Cluster, cluster, missing
from faults.places import installation, is_kept_up, wait_for
from faults.servers import Node, folder
from faults.users import Users
from flowcase.bootstrap import Flowcase

WITHIN = 120.0  # seconds
UNTIL_REFUSED = 35.0  # a step waits 30 seconds for the database


def lost(*, seconds: float, seed: int, people: int = 20) -> Outcome:
    """One member of etcd, then the leader, then two members for so many seconds: no quorum."""
    outcome = Outcome("quorum", "Patroni: a member of etcd, the leader, and two members of etcd killed")
    if lacking := missing():
        outcome.left_out = f"not on this machine: {lacking}"
        return outcome
    with (
        folder() as place,
        cluster(place / "cluster") as kept,
        installation(place / "home", kept.url) as (flow, token),
    ):
        shared = {"FLOWCASE_DATABASE_URL": kept.url}
        nodes = [Node(kind, place / "home", environment=shared) for kind in ("web", "worker")]
        with people_at_work(outcome, flow, token, *nodes, people=people, seed=seed) as users:
            _Blows(outcome, flow, kept, users).all(seconds)
            outcome.wrong["nodes of flowcase that ended"] = sum(not each.is_running for each in nodes)
    return outcome


class _Blows:
    """What is done to a cluster at work, one after the other, each with how long people stood still."""

    def __init__(self, outcome: Outcome, flow: Flowcase, kept: Cluster, users: Users) -> None:
        self._outcome, self._flow, self._kept, self._users = outcome, flow, kept, users
        outcome.wrong |= {"not normal again": 0, "leaders changed for nothing": 0, "work without a quorum": 0}

    def all(self, seconds: float) -> None:
        self._one_member(seconds)
        self._leader()
        self._two_members(seconds)

    def _one_member(self, seconds: float) -> None:
        """The one that leads the others: nothing may happen."""
        before = self._kept.leader()
        member = next(each for each in self._kept.members if each.leads())
        member.kill()
        pause = self._longest_pause(seconds)
        self._outcome.notes.append(
            f"one member of etcd away for {seconds:.0f} s: longest pause of work {pause:.1f} s"
        )
        self._outcome.wrong["leaders changed for nothing"] += self._kept.leader() is not before
        member.start(self._kept.members)
        self._outcome.tried["one member of etcd killed"] = 1

    def _leader(self) -> None:
        leader = self._kept.leader()
        if leader is None:
            raise RuntimeError("Expected a leader to kill.")
        began = time.monotonic()
        leader.kill()
        self._until_normal(began, "the leader killed")
        self._outcome.tried["leaders killed"] = 1
        self._outcome.wrong["leaders changed for nothing"] += self._kept.leader() is leader
        leader.start()
        self._outcome.wrong["not normal again"] += not self._kept.is_whole_within(WITHIN)
        self._outcome.notes.append(f"all nodes at work again {time.monotonic() - began:.1f} s after that")

    def _two_members(self, seconds: float) -> None:
        """Nobody may take writes until a majority of the members is back."""
        two = self._kept.members[:2]
        told = sum(self._users.told.values())
        began = time.monotonic()
        for member in two:
            member.kill()
        wait_for(lambda: time.monotonic() - max(self._users.last_success, began) > UNTIL_REFUSED, WITHIN)
        ended = self._users.last_success - began
        time.sleep(seconds)
        self._outcome.wrong["work without a quorum"] += self._users.last_success - began != ended
        self._outcome.tried |= {
            "two members of etcd killed": 1,
            "refusals without a quorum": sum(self._users.told.values()) - told,
        }
        self._outcome.notes.append(f"without a quorum work ended after {ended:.1f} s")
        back = time.monotonic()
        for member in two:
            member.start(self._kept.members)
        self._until_normal(back, f"a quorum again after {back - began:.0f} s")

    def _until_normal(self, began: float, what: str) -> None:
        time.sleep(1)  # what had been committed before is acknowledged by then
        gets_on = self._users.until_one_succeeds(WITHIN)
        went_on = time.monotonic() - began
        keeps_up = wait_for(lambda: is_kept_up(self._flow), WITHIN)
        normal = time.monotonic() - began
        self._outcome.until_normal.append(normal)
        self._outcome.notes.append(
            f"{what}: work went on after {went_on:.1f} s, all normal after {normal:.1f} s"
        )
        self._outcome.wrong["not normal again"] += gets_on >= WITHIN or keeps_up >= WITHIN

    def _longest_pause(self, seconds: float) -> float:
        longest, until = 0.0, time.monotonic() + seconds
        while time.monotonic() < until:
            longest = max(longest, time.monotonic() - self._users.last_success)
            time.sleep(0.02)
        return longest
