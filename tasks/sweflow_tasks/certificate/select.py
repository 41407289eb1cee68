"""Selection: tasks whose certificate says too little for what was asked (V4: each with its reason)."""

from collections.abc import Mapping

from sweflow_tasks.certificate.options import CertificateOptions
from sweflow_tasks.certificate.values import Full
from sweflow_tasks.values import Reason


def too_weak(measured: Mapping[int, Full], options: CertificateOptions) -> dict[int, tuple[Reason, str]]:
    """Steps that are no task by the options, with reason and detail."""
    found = {}
    for step, full in measured.items():
        least, most = options.min_strength, options.max_unnoticed
        if least is not None and full.strength is not None and full.strength < least:
            found[step] = (Reason.WEAK_TESTS, f"its tests notice {full.killed} of {full.mutants} mutants")
        elif most is not None and len(full.unnoticed) > most:
            found[step] = (Reason.UNNOTICED_FUNCTION, f"no test misses {', '.join(full.unnoticed)}")
    return found
