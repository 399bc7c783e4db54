"""Taking times: several actions by turns, so that whatever else the machine does weighs on all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Action = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """How long one action took, in seconds, in the order of the runs; and what this process computed for it.

    The second figure tells how much of the first was waiting: for a disk, a database server, or other work of the machine.
    """

    seconds: tuple[float, ...]
    computed: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """What 95 of 100 runs stay below."""
        return sorted(self.seconds)[-(-len(self.seconds) * 95 // 100) - 1]

    def __len__(self) -> int:
        return len(self.seconds)

    def over(self, rival: "Times") -> float:
        """How many times as long as the rival: the middle of the ratios of each turn, which a slow spell moves less."""
        return statistics.median(
            mine / theirs for mine, theirs in zip(self.seconds, rival.seconds, strict=True)
        )


def take_turns(runs: int, actions: Sequence[Action], warm_up: int = 3) -> list[Times]:
    """Do the actions one after the other (A B C A B C ...), `runs` times each after a warm-up."""
    for action in [*actions] * warm_up:
        action()
    gc.collect()
    taken: list[list[tuple[float, float]]] = [[] for _action in actions]
    for _run in range(runs):
        for action, times in zip(actions, taken, strict=True):
            times.append(_time(action))
    return [Times(*zip(*times, strict=True)) for times in taken]


def take_loops(runs: int, loops: int, action: Action) -> Times:
    """An action too short to be timed alone: each run is the mean of so many loops."""

    def loop() -> None:
        for _loop in range(loops):
            action()

    (times,) = take_turns(runs, [loop], warm_up=1)
    return Times(*(tuple(seconds / loops for seconds in taken) for taken in (times.seconds, times.computed)))


def _time(action: Action) -> tuple[float, float]:
    begun, computed = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - begun, time.process_time() - computed
