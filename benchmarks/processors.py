"""Seconds of the processors, as benchmarks count them."""

import resource


def cpu_seconds(who: int = resource.RUSAGE_CHILDREN) -> float:
    """What this process (``RUSAGE_SELF``), or what it has waited for, has used so far, user and system."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime
