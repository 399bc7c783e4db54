"""Create the rows of a case: facets in the clear, content sealed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TEXT = sa.String(200)
TABLES = (
    "account",
    "act",
    "case_development",
    "case_note",
    "case_record",
    "communication",
    "consent_answer",
    "cooperation",
    "document",
    "exclusion",
    "government_response",
    "person_concerned",
    "reach",
    "report_use",
    "search_text",
    "source",
    "told_back",
    "triage",
    "un_action",
    "unfinished",
    "wish",
)


def upgrade() -> None:
    """Make the tables."""
    _make_case()
    _make_account()
    _make_follow_up()


def downgrade() -> None:
    """Drop them."""
    for name in TABLES:
        op.drop_table(name)


def _make_sealed(name: str, *facets: Any) -> None:
    """A table of sealed rows: these facets, and what every one of them has."""
    op.create_table(
        name,
        *facets,
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f(f"fk_{name}_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_case_id", name, ["case_id"])


def _make_case() -> None:
    """The case itself, who is kept out, its search text, and pages not finished yet."""
    _make_sealed(
        "case_record",
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("priority", TEXT, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("owning_team_id", sa.Uuid(), nullable=False),
        sa.Column("stage_since", MOMENT, nullable=False),
        sa.Column("sort_at", MOMENT, nullable=False),
        sa.Column("record_type", TEXT, nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("danger", TEXT, nullable=True),
        sa.Column("verification", TEXT, nullable=False),
        sa.Column("report_year", sa.Integer(), nullable=True),
        sa.Column("triage_team_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("outcome", TEXT, nullable=True),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.UniqueConstraint("reference", name=op.f("uq_case_record_reference")),
    )
    in_order, filters = ["urgency", "sort_at", "id"], ["stage", "priority", "record_type"]
    op.create_index("ix_case_record_owning", "case_record", ["owning_team_id", *in_order, *filters])
    op.create_index("ix_case_record_owning_stage", "case_record", ["owning_team_id", "stage", *in_order])
    drafts = sa.text("stage = 'DRAFT'")
    op.create_index(
        "ix_case_record_draft", "case_record", ["id"], sqlite_where=drafts, postgresql_where=drafts
    )
    op.create_index("ix_case_record_triage", "case_record", ["triage_team_id", *in_order, *filters])
    _make_sealed(
        "exclusion",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
    )
    _make_sealed("search_text")
    _make_sealed(
        "unfinished",
        sa.Column("page", TEXT, nullable=False),
    )


def _make_account() -> None:
    """What happened, to whom, over what, and what may be done about it."""
    _make_sealed("account")
    _make_sealed(
        "act",
        sa.Column("code", TEXT, nullable=False),
    )
    _make_sealed(
        "consent_answer",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
    )
    _make_sealed(
        "cooperation",
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("form", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("strength", TEXT, nullable=False),
    )
    _make_sealed(
        "person_concerned",
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("gender", TEXT, nullable=False),
        sa.Column("age_group", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("qualifier", TEXT, nullable=True),
        sa.Column("person_ref", sa.Uuid(), nullable=False),
    )
    _make_sealed("reach")
    _make_sealed("wish")


def _make_follow_up() -> None:
    """Where it is from, what was decided, done and answered."""
    _make_sealed("case_development")
    _make_sealed("case_note")
    _make_sealed(
        "communication",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("addressee", TEXT, nullable=False),
    )
    _make_sealed(
        "document",
        sa.Column("sealed_bytes", sa.LargeBinary(), nullable=False),
    )
    _make_sealed(
        "government_response",
        sa.Column("iso3", TEXT, nullable=False),
        sa.Column("to_what", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
    )
    _make_sealed(
        "report_use",
        sa.Column("report_year", sa.Integer(), nullable=False),
        sa.Column("placement", TEXT, nullable=False),
        sa.Column("reported_as", TEXT, nullable=True),
        sa.Column("naming", TEXT, nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
    )
    _make_sealed("source")
    _make_sealed("told_back")
    _make_sealed(
        "triage",
        sa.Column("decision", TEXT, nullable=False),
    )
    _make_sealed(
        "un_action",
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("visibility", TEXT, nullable=False),
    )
