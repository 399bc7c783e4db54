"""Where what is typed cannot be kept unfinished: it is said why, and the words stay on the page."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from reprisals.cases.actions.unfinished import NoRoom
from reprisals.cases.views.blueprint import bp
from reprisals.web.errors import typed
from reprisals.web.filters import show


@bp.errorhandler(NoRoom)
def no_room(refusal: NoRoom) -> ResponseReturnValue:
    """Say why nothing was kept: beside the form that saved itself, or on a page with all that was typed, to be sent again."""
    text = show(refusal.message)
    if request.headers.get("X-Autosave"):
        return jsonify(text=text), 422
    return render_template("cases/no_room.html", text=text, fields=typed(), address=request.path), 422
