"""Sort facts of cases as what they are: beside each value the database keeps a text that sorts as it should.

Computed from the value alone, so the triggers that write facts stay as they are. A number becomes sixteen
digits, moved above nothing so that negative ones come first; days are sorted as they are written already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042_sort_facts_as_what_they_are"
down_revision = "0041_count_api_requests"

_SQLITE = (
    "CASE WHEN value GLOB '*[0-9]' AND value NOT GLOB '*[^-0-9.]*' AND value NOT GLOB '?*-*' "
    "AND value NOT GLOB '*.*.*' AND value GLOB '[-0-9]*' AND length(value) <= 12 "
    "THEN printf('%016d', CAST(round((CAST(value AS REAL) + 1000000000000.0) * 1000.0) AS INTEGER)) "
    "ELSE value END"
)
_POSTGRESQL = (
    "CASE WHEN value ~ '^-?[0-9]+([.][0-9]+)?$' AND length(value) <= 12 "
    "THEN lpad(round((value::numeric + 1000000000000) * 1000)::bigint::text, 16, '0') ELSE value END"
)


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    computed = sa.Computed(_POSTGRESQL if is_postgresql else _SQLITE, persisted=is_postgresql)
    op.add_column("case_fact", sa.Column("sorted_by", sa.Text(), computed))
    op.create_index("ix_case_fact_sorted", "case_fact", ["name", "sorted_by", "case_code"], unique=False)
