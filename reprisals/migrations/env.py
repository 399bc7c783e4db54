"""What Alembic runs for every command: the tables of all packages, and the connection that the caller opened.

The caller's transaction spans all migrations, on SQLite, too: an upgrade that fails leaves nothing behind.
"""

from alembic import context

from reprisals.audit import models as audit_models
from reprisals.cases.models import registry
from reprisals.database.base import Base
from reprisals.identity import models as identity_models
from reprisals.sealing import boxes, grants, holders

# Imported for the tables that they define.
TABLES = (holders, grants, boxes, identity_models, audit_models, *registry.MODULES)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
