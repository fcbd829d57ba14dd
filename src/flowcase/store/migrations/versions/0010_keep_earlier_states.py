"""Keep the last states of running instances, so that one can go back to an earlier step.

The database itself keeps what a step replaces: no statement more on the way of a step, and nodes of the
release before keep them too. What an instance kept goes when it ends.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_keep_earlier_states"
down_revision = "0009_keep_documents"

_RUNS = "EXISTS (SELECT 1 FROM instance WHERE id = OLD.instance AND ended_at IS NULL)"
_KEEP = (
    "INSERT INTO instance_snapshot (instance, version, sealed_state) "
    "VALUES (OLD.instance, OLD.version, OLD.sealed_state)"
)
# 24 of one instance are kept; the ones before are thrown away eight at a time.
_FORGET = "DELETE FROM instance_snapshot WHERE instance = OLD.instance AND version <= OLD.version - 24"
_FORGET_ALL = "DELETE FROM instance_snapshot WHERE instance = OLD.instance"


def upgrade() -> None:
    op.create_table(
        "instance_snapshot",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sealed_state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance"], ["instance.id"], name=op.f("fk_instance_snapshot_instance_instance")
        ),
        sa.PrimaryKeyConstraint("instance", "version", name=op.f("pk_instance_snapshot")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION keep_earlier_state() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_RUNS} THEN {_KEEP}; IF OLD.version % 8 = 0 THEN {_FORGET}; END IF; "
            f"ELSE {_FORGET_ALL}; END IF; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER instance_state_keeps_the_earlier AFTER UPDATE ON instance_state "
            "FOR EACH ROW EXECUTE FUNCTION keep_earlier_state()"
        )
        return
    for name, when, act in (
        ("keeps_the_earlier", _RUNS, _KEEP),
        ("forgets_the_oldest", "OLD.version % 8 = 0", _FORGET),
        ("forgets_at_the_end", f"NOT {_RUNS}", _FORGET_ALL),
    ):
        op.execute(
            f"CREATE TRIGGER instance_state_{name} AFTER UPDATE ON instance_state WHEN {when} "
            f"BEGIN {act}; END"
        )
