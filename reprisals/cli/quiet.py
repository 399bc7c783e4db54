"""What a serving process says besides its access log: of a failure its kind and place, of a library its fixed words.

Tracebacks, warnings and the messages of libraries may carry values: a row, a name, an address asked for.
"""

import logging
import sys
import threading
import warnings
from typing import Any

from reprisals.cli.refusals import name_failure

OURS = "reprisals"


class QuietFormatter(logging.Formatter):
    """Writes no traceback, and of a logger that is not ours the text without the values put into it."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        words = record.getMessage() if record.name == OURS else f"{record.name}: {record.msg}"
        failed = f" Failed: {name_failure(record.exc_info[1])}" if record.exc_info else ""
        return f"[{record.levelname}] {words}{failed}"


def keep_quiet() -> None:
    """Let this process and those forked from it write only such lines, wherever a failure comes to the surface."""
    handler = logging.StreamHandler()
    handler.setFormatter(QuietFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    warnings.showwarning = _say_kind  # type: ignore[assignment]  # the names of what it is given do not matter
    threading.excepthook = lambda failed: _say(failed.exc_value)
    sys.unraisablehook = lambda failed: _say(failed.exc_value)


def _say_kind(_words: Warning | str, kind: type[Warning], *_place: Any) -> None:
    logging.getLogger(OURS).warning("Warned: %s", kind.__name__)


def _say(failure: BaseException | None) -> None:
    logging.getLogger(OURS).error("Failed: %s", name_failure(failure))
