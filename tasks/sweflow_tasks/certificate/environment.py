"""The environment that a certificate's runs had, as far as a task's own fields do not say it."""

import platform
import sys

from sweflow_tracer.runner.command import VARIABLES

from sweflow_tasks.values import JsonObject


def environment_object(python: str, requirements: list[str], image: str | None) -> JsonObject:
    """Facts of the environment and of what was pinned in it. ``image`` is the digest of a container's image.

    Which sandbox ran the tests is no part of it: results do not depend on that (V7), and neither may these bytes (D2).
    """
    return {
        "python": python,
        "platform": sys.platform,
        "machine": platform.machine(),
        "requirements": requirements,
        "image": image,
        "pinned": {
            "variables": dict(VARIABLES),
            "random": 0,
            "hypothesis": {"derandomize": True, "database": None, "deadline": None, "phases": ["explicit", "generate"]},
        },
    }
