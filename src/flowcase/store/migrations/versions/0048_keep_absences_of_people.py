"""Keep absences of people, who need no case to be away."""

import sqlalchemy as sa
from alembic import op

revision = "0048_keep_absences_of_people"
down_revision = "0047_find_unnamed_cases"


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_absence_person_person")),
    )
    op.create_index("ix_absence_last", "absence", ["last"])
