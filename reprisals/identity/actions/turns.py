"""Taking turns at what is slow: one attempt to sign in at a time in a process, those that have failed least first.

Whoever keeps failing waits behind everybody who does not. Only so many wait as leave threads for everybody else; the others are
told to come again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from threading import Condition

MOST_WAITING, MOST_WAITING_WHO_FAILED = 8, 4
"""Of the sixteen threads of a process. Attempts from where somebody has failed have half of the places."""


class Turns:
    """A queue at one thing. A lower rank goes first, 0 before all; of the same rank, who came first."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: list[tuple[int, int]] = []
        self._came = 0
        self._is_taken = False

    def is_crowded(self, rank: int) -> bool:
        """Whether enough wait already, so that one of this rank should come again."""
        with self._changed:
            return len(self._waiting) >= (MOST_WAITING_WHO_FAILED if rank else MOST_WAITING)

    @contextmanager
    def turn(self, rank: int) -> Iterator[None]:
        """Wait for one's turn, and have it until the end of the block."""
        with self._changed:
            self._came += 1
            mine = (rank, self._came)
            heappush(self._waiting, mine)
            self._changed.wait_for(lambda: not self._is_taken and self._waiting[0] == mine)
            heappop(self._waiting)
            self._is_taken = True
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()
