"""Where everything is kept: one transaction, one writer of engine results, one history."""

from flowcase.store.database import Store
from flowcase.store.faults import (
    DatabaseBusy,
    DatabaseFault,
    DatabaseFull,
    DatabaseLost,
    DatabaseMissing,
    DatabaseSlow,
    DatabaseUnready,
    OutcomeUnknown,
    RoleLacksRights,
    SessionShared,
    TablesMissing,
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
    "DatabaseUnready",
    "KeyUnusable",
    "Keyring",
    "LockedInstance",
    "OutcomeUnknown",
    "RoleLacksRights",
    "SealBroken",
    "SessionShared",
    "Store",
    "TablesMissing",
    "Tx",
    "create_key_file",
]
