"""Write the next numbered migration from the difference between the migrations and `store/tables.py`.

    .venv/bin/python tools/new_migration.py "what changes, as a phrase"

Read what it wrote before committing it. Sizes and orders of steps on big tables are yours to judge.
"""

import re
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from flowcase.store import columns, migrating
from flowcase.store.tables import metadata

VERSIONS = Path(migrating.__file__).parent / "migrations" / "versions"


def render_item(kind: str, item: object, context: object) -> str | bool:
    if kind == "type" and isinstance(item, (columns.Instant, columns.FeelJson)):
        return f"columns.{type(item).__name__}()"
    if kind == "type" and type(item).__name__ == "JSON":
        return "columns.Json"
    return False


def main(phrase: str) -> None:
    number = max((int(path.name[:4]) for path in VERSIONS.glob("[0-9]*.py")), default=0) + 1
    engine = create_engine("sqlite://")
    if number > 1:
        migrating.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"target_metadata": metadata, "compare_type": True}
        )
        changes = produce_migrations(context, metadata)
        options = {
            "sqlalchemy_module_prefix": "sa.",
            "alembic_module_prefix": "op.",
            "user_module_prefix": None,
        }
        code = render_python_code(
            changes.upgrade_ops, render_item=render_item, migration_context=context, **options
        )
    name = f"{number:04d}_{re.sub(r'[^a-z0-9]+', '_', phrase.lower()).strip('_')}"
    previous = sorted(VERSIONS.glob("[0-9]*.py"))[-1].stem if number > 1 else None
    body = "\n".join(f"    {line}" if line else "" for line in code.splitlines())
    path = VERSIONS / f"{name}.py"
    path.write_text(
        f'"""{phrase.capitalize()}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f"from flowcase.store import columns\n\nrevision = {name!r}\ndown_revision = {previous!r}\n\n\n"
        f"def upgrade() -> None:\n{body}\n"
    )
    print(path)


if __name__ == "__main__":
    main(sys.argv[1])
