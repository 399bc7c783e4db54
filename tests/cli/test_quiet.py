"""What a serving process says of failures: kind and place, whoever says it, and none of the values."""

from tests.crash.sites import PATIENCE

FAILING = """
import logging, threading, warnings
from reprisals.cli.quiet import keep_quiet
keep_quiet()

def fail():
    raise ValueError("a-secret-word")

failing = threading.Thread(target=fail)
failing.start()
failing.join()

class Odd:
    def __del__(self):
        fail()

Odd()
warnings.warn("a-secret-word")
try:
    fail()
except ValueError:
    logging.getLogger("sqlalchemy.pool").error("Closing %s failed", "a-secret-word", exc_info=True)
logging.getLogger("reprisals").error("%s at %s", "KeyError", "/teams")
logging.getLogger("sqlalchemy.engine").info("a-secret-word")
"""


def test_no_thread_no_warning_and_no_library_says_a_value(start):
    said, complaint = start(code=FAILING).communicate(timeout=PATIENCE)

    assert said == ""
    assert complaint.splitlines() == [
        "[ERROR] Failed: ValueError",
        "[ERROR] Failed: ValueError",
        "[WARNING] Warned: UserWarning",
        "[ERROR] sqlalchemy.pool: Closing %s failed Failed: ValueError",
        "[ERROR] KeyError at /teams",
    ]
