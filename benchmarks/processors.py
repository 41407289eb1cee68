"""Seconds of the processors, as benchmarks count them."""

import os
import resource
from pathlib import Path


def cpu_seconds(who: int = resource.RUSAGE_CHILDREN) -> float:
    """What this process (``RUSAGE_SELF``), or what it has waited for, has used so far, user and system."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def busy_seconds() -> float:
    """What the processors on which this process may run did so far, for anybody (Linux; proc(5), ``/proc/stat``)."""
    ours = {f"cpu{number}" for number in os.sched_getaffinity(0)}
    ticks = 0
    for line in Path("/proc/stat").read_text("ascii").splitlines():
        name, *words = line.split()
        if name in ours:
            user, nice, system, _idle, _iowait, irq, softirq = map(int, words[:7])
            ticks += user + nice + system + irq + softirq
    return ticks / os.sysconf("SC_CLK_TCK")
