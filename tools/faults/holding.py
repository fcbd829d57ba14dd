"""Begins a transaction as a step does, locks an instance in it and gets no further.

    python tools/faults/holding.py INSTANCE

`FLOWCASE_DATABASE_URL` names the database. Says `held` once it holds the lock.
"""

from __future__ import annotations

import os
import sys
import time

from sqlalchemy import text

from flowcase.store.connecting import database_url, engine_of


def main() -> None:
    engine = engine_of(database_url(os.environ["FLOWCASE_DATABASE_URL"]), durable=True)
    with engine.connect() as connection:
        connection.execute(text("SELECT id FROM instance WHERE id = :id FOR UPDATE"), {"id": sys.argv[1]})
        print("held", flush=True)
        time.sleep(3600)


if __name__ == "__main__":
    main()
