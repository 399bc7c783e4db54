"""Every table of a case file. Whoever goes through all of them asks here, so that no process knows only some of them."""

from typing import Any

from reprisals.cases.models import account, case, follow_up
from reprisals.database.base import Base
from reprisals.sealing.boxes import SealedRow

MODULES = (case, account, follow_up)
KINDS: tuple[Any, ...] = tuple(kind for kind in SealedRow.__subclasses__() if issubclass(kind, Base))
