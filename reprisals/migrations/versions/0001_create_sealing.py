"""Create keys, certificates, grants and sealed case files."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TEXT = sa.String(200)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "case_file",
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("manifest_number", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
    )
    op.create_index("ix_case_file_touched_at", "case_file", ["touched_at"])
    op.create_table(
        "case_grant",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("holder_kind", TEXT, nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_generation", sa.Integer(), nullable=False),
        sa.Column("signer_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("wrapped", sa.Boolean(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(signature IS NULL) = wrapped", name=op.f("ck_case_grant_signed_or_wrapped")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_grant")),
        sa.UniqueConstraint(
            "case_id",
            "holder_kind",
            "holder_id",
            "generation",
            name=op.f("uq_case_grant_case_id_holder_kind_holder_id_generation"),
        ),
    )
    op.create_index("ix_case_grant_holder", "case_grant", ["holder_id", "case_id"])
    op.create_table(
        "certificate",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("signing_public", sa.LargeBinary(), nullable=False),
        sa.Column("box_public", sa.LargeBinary(), nullable=False),
        sa.Column("standing", TEXT, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("signer_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("team_kind", TEXT, nullable=True),
        sa.Column("team_generation", sa.Integer(), nullable=True),
        sa.Column("role", TEXT, nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(team_id IS NULL) = (standing = 'role')", name=op.f("ck_certificate_team_or_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index("ix_certificate_subject_id_standing", "certificate", ["subject_id", "standing"])
    op.create_index("ix_certificate_team_id", "certificate", ["team_id"])
    op.create_table(
        "member_key",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "generation", "person_id", name=op.f("pk_member_key")),
    )
    op.create_table(
        "person_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signing_public", sa.LargeBinary(), nullable=False),
        sa.Column("box_public", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_key")),
    )
    op.create_index("ix_person_key_person_id", "person_key", ["person_id"])
    op.create_table(
        "site_seal",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_seal")),
    )
    op.create_table(
        "team_key",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("team_kind", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("box_public", sa.LargeBinary(), nullable=False),
        sa.Column("signer_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sealed_to_recovery", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_index_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_previous", sa.LargeBinary(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "generation", name=op.f("pk_team_key")),
    )
    op.create_table(
        "case_code",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_code_case_id")),
        sa.PrimaryKeyConstraint("case_id", "row_id", "list_name", "code", name=op.f("pk_case_code")),
    )
    op.create_index("ix_case_code_list_code", "case_code", ["list_name", "code", "case_id"])
    op.create_table(
        "revision",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("facets", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_revision_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_revision_case_id_number")),
    )
    op.create_index("ix_revision_row_id_revision", "revision", ["row_id", "revision"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("revision")
    op.drop_table("case_code")
    op.drop_table("team_key")
    op.drop_table("site_seal")
    op.drop_table("person_key")
    op.drop_table("member_key")
    op.drop_table("certificate")
    op.drop_table("case_grant")
    op.drop_table("case_file")
