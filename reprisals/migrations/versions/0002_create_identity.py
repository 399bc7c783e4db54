"""Create people, teams, invitations and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TEXT = sa.String(200)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "attempt",
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_last_at", "attempt", ["last_at"])
    op.create_table(
        "person",
        sa.Column("email", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("is_automation", sa.Boolean(), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "team",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("duty_station", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("weekend", TEXT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    op.create_table(
        "invitation",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_index("ix_invitation_person_id", "invitation", ["person_id"])
    op.create_table(
        "kept_form",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kept_form_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
    )
    op.create_index("ix_kept_form_person_id", "kept_form", ["person_id"])
    op.create_index("ix_kept_form_until", "kept_form", ["until"])
    op.create_table(
        "live_session",
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_bundle", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("device", TEXT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_live_session_person_id")),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_live_session")),
        sa.UniqueConstraint("id", name=op.f("uq_live_session_id")),
    )
    op.create_index("ix_live_session_expires_at", "live_session", ["expires_at"])
    op.create_index("ix_live_session_person_id", "live_session", ["person_id"])
    op.create_table(
        "membership",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("admitted_at", MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('MEMBER', 'LEAD')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id")),
        sa.PrimaryKeyConstraint("person_id", "team_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_team_id", "membership", ["team_id"])
    op.create_table(
        "session_stub",
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_stub_person_id")),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_session_stub")),
    )
    op.create_index("ix_session_stub_person_id", "session_stub", ["person_id"])
    op.create_index("ix_session_stub_until", "session_stub", ["until"])
    op.create_table(
        "site_role",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("admitted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_site_role_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_site_role")),
    )
    op.create_table(
        "team_state",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("iso3", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_state_team_id")),
        sa.PrimaryKeyConstraint("team_id", "iso3", name=op.f("pk_team_state")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("team_state")
    op.drop_table("site_role")
    op.drop_table("session_stub")
    op.drop_table("membership")
    op.drop_table("live_session")
    op.drop_table("kept_form")
    op.drop_table("invitation")
    op.drop_table("team")
    op.drop_table("person")
    op.drop_table("attempt")
