"""The blueprint of cases, which several modules fill."""

from typing import Any
from uuid import uuid4

from flask import Blueprint

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.app_url_defaults
def draw_case(endpoint: str, values: dict[str, Any]) -> None:
    """Each link to a new case carries an identifier of its own, so that going back to it leads to the case begun there."""
    if endpoint == "cases.new":
        values.setdefault("case", uuid4())
