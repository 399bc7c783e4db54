"""The blueprint of a person's own pages, which several modules fill."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
