"""The application: the one factory that knows every feature."""

from http import HTTPStatus
from types import TracebackType

from flask import Flask, Response, request
from flask_compress import Compress

from reprisals.accounts.views import feature as account_views
from reprisals.administration.views import feature as administration_views
from reprisals.cases.actions.expiring import tidy_drafts
from reprisals.cases.views import feature as case_views
from reprisals.config import Settings
from reprisals.database.engine import make_engine
from reprisals.database.session import Database
from reprisals.i18n import locale_choice
from reprisals.web import cookies, errors, filters, forged, labels, lifecycle, pages, tidying
from reprisals.web.current import settings as current_settings
from reprisals.web.requests import MemoryRequest

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
FEATURES = (case_views, account_views, administration_views)


class UndeclaredView(Exception):
    """A view says neither what it requires nor that it is open to all. It is not served."""


class Reprisals(Flask):
    """Flask, reading what is posted in memory, and saying of a failure its kind and place alone."""

    request_class = MemoryRequest

    def handle_exception(self, e: Exception) -> Response:
        """The page that says that something failed; a plain line where not even that can be made."""
        try:
            return super().handle_exception(e)
        except Exception as failure:  # noqa: BLE001  # whatever it was: its words may not reach the server's own log
            errors.log_failure(failure)
            return lifecycle.plain("Something went wrong on our side. What was saved before is safe.", 500)

    def log_exception(self, exc_info: ExcInfo | tuple[None, None, None]) -> None:
        """Where even the page that says so failed. Flask would log the address asked for, and the failure's words."""
        errors.log_failure(exc_info[1])


class Compression(Compress):
    """Compresses refusals, too: a form that comes back with its errors weighs as much as any other page."""

    def after_request(self, response: Response | None) -> Response:
        """The answer as it goes over the wire."""
        if response is None or response.status_code < HTTPStatus.BAD_REQUEST:
            return super().after_request(response)
        status, response.status_code = response.status_code, HTTPStatus.OK
        compressed = super().after_request(response)
        compressed.status_code = status
        return compressed


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The application of these settings. Raises UndeclaredView where a view would be served without a declared permission."""
    app = Reprisals("reprisals", static_folder="static", template_folder="templates")
    most = settings.server.upload_megabytes * 1024 * 1024
    app.config.update(MAX_CONTENT_LENGTH=most, MAX_FORM_MEMORY_SIZE=most, COMPRESS_ALGORITHM=["gzip"])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["settings"] = settings
    app.extensions["database"] = database or Database(
        make_engine(settings.database_url(), settings.database_key())
    )
    app.after_request(_keep_language)
    lifecycle.install(app, errors.failed_page)
    errors.install(app)
    filters.install(app)
    places = tuple(place for feature in FEATURES for place in feature.PLACES)
    for feature in FEATURES:
        for blueprint in feature.BLUEPRINTS:
            app.register_blueprint(blueprint)
        pages.notices_of(app).update(feature.NOTICES)
        pages.titles_of(app).update(feature.TITLES)
        labels.forms_of(app).update(feature.FORMS)
        pages.subjects_of(app).update(getattr(feature, "SUBJECTS", {}))
    pages.install(app, places)
    forged.install(app)
    tidying.install(app, (tidy_drafts, forged.record_left_out))
    Compression(app)
    check_views(app)
    return app


def check_views(app: Flask) -> None:
    """Raise UndeclaredView unless every view declares a permission or that it is open to all."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static" and not hasattr(view, "permission"):
            raise UndeclaredView(endpoint)


def _keep_language(response: Response) -> Response:
    return locale_choice.remember(request, response, is_secure=cookies.is_secure(current_settings()))
