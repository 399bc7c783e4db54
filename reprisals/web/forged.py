"""Forms whose token does not fit: from another site, or from a page opened before signing in anew. Refused, recorded.

Each one of somebody who is signed in has its entry. Of others there is one a minute for each network, so that nobody who
merely reaches the site can fill its log; how many more there were stands in the entry that comes next.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from threading import Lock

from flask import Flask, current_app, request
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.audit.actions import record_refusal, recorder_of
from reprisals.config import Settings
from reprisals.web.current import refuse, signed_in

FORGED = "form.forged"
EVERY = timedelta(minutes=1)
MOST_NETWORKS = 1_000


@dataclass
class Count:
    """What this process has refused: when last recorded for each network, and how many were left out since."""

    recorded: dict[str, datetime] = field(default_factory=dict)
    left_out: int = 0
    lock: Lock = field(default_factory=Lock)

    def is_due(self, network: str, now: datetime) -> bool:
        """Whether this one is recorded; it is counted else. Where too many networks come at once, none more is."""
        with self.lock:
            self.recorded = {where: at for where, at in self.recorded.items() if now - at < EVERY}
            if network in self.recorded or len(self.recorded) >= MOST_NETWORKS:
                self.left_out += 1
                return False
            self.recorded[network] = now
            return True

    def take(self) -> int:
        """How many were left out, which are told now."""
        with self.lock:
            taken, self.left_out = self.left_out, 0
            return taken


def install(app: Flask) -> None:
    """Let the application count."""
    app.extensions["forged"] = Count()


def refuse_forged() -> None:
    """Record that a form was refused: always where somebody is signed in, else once a minute and network."""
    if signed_in() is not None:
        refuse(FORGED)
    elif _count().is_due(network_of(request.remote_addr or ""), clock.now()):
        refuse(FORGED, **_told(_count().take()))


def record_left_out(session: Session, _settings: Settings) -> int:
    """Record how many were left out and not told yet, when nothing else has told it. Clears away nothing."""
    left_out = _count().take()
    if left_out:
        record_refusal(recorder_of(session), None, FORGED, "", **_told(left_out))
    return 0


def network_of(address: str) -> str:
    """The network that an address belongs to: its first 24 bits, of IPv6 64; the text itself where it is no address."""
    try:
        return str(ip_network(f"{address}/{64 if ':' in address else 24}", strict=False))
    except ValueError:
        return address


def _count() -> Count:
    count: Count = current_app.extensions["forged"]
    return count


def _told(left_out: int) -> dict[str, int]:
    return {"left_out": left_out} if left_out else {}
