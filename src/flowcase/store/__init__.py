"""Where everything is kept: one transaction, one writer of engine results, one history."""

from flowcase.store.database import Store
from flowcase.store.faults import (
    DatabaseBusy,
    DatabaseFault,
    DatabaseFull,
    DatabaseLost,
    DatabaseMissing,
    DatabaseSlow,
    OutcomeUnknown,
    RoleLacksRights,
    SessionShared,
)
from flowcase.store.key_places import create_key_file
from flowcase.store.keys import Keyring, KeyUnusable, SealBroken
from flowcase.store.tx import INSTALLATION, LockedInstance, Tx

__all__ = [
    "INSTALLATION",
    "DatabaseBusy",
    "DatabaseFault",
    "DatabaseFull",
    "DatabaseLost",
    "DatabaseMissing",
    "DatabaseSlow",
    "KeyUnusable",
    "Keyring",
    "LockedInstance",
    "OutcomeUnknown",
    "RoleLacksRights",
    "SealBroken",
    "SessionShared",
    "Store",
    "Tx",
    "create_key_file",
]
