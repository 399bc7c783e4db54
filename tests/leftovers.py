"""What a test could leave behind for those after it: a changed process, or a package whose parts were exchanged."""

import locale
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from types import FunctionType
from typing import NamedTuple

FOREIGN = ("GUNICORN_", "PG", "REPRISALS_", "WEB_CONCURRENCY")
PYTEST_OWN = "PYTEST_CURRENT_TEST"
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP)


class Process(NamedTuple):
    """What belongs to the whole process."""

    environment: dict[str, str]
    folder: str
    language: str
    temporary: str | None
    handlers: tuple[object, ...]


def look_at_process() -> Process:
    """How the process stands now."""
    kept = {name: value for name, value in os.environ.items() if name != PYTEST_OWN}
    handlers = tuple(signal.getsignal(number) for number in SIGNALS)
    return Process(kept, os.getcwd(), locale.setlocale(locale.LC_ALL), tempfile.tempdir, handlers)  # noqa: PTH109 - as text


def look_at_code() -> dict[str, Callable[..., object]]:
    """Every function and class of the package, under each name that it has in a module or a class."""
    found: dict[str, Callable[..., object]] = {}
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] != "reprisals":
            continue
        for name, what in list(vars(module).items()):
            if isinstance(what, FunctionType | type):
                found[f"{module_name}.{name}"] = what
            if isinstance(what, type) and what.__module__ == module_name:
                methods = ((key, held) for key, held in vars(what).items() if isinstance(held, FunctionType))
                found |= {f"{module_name}.{name}.{key}": held for key, held in methods}
    return found


def clear_environment() -> None:
    """Forget the variables by which other work would lead programs of the tests elsewhere."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
