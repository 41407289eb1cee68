"""All attacks."""

from sweflow_tasks.attacks.on_answers import ANSWERS
from sweflow_tasks.attacks.on_channel import CHANNEL
from sweflow_tasks.attacks.on_equality import EQUALITY
from sweflow_tasks.attacks.on_files import FILES
from sweflow_tasks.attacks.on_frames import FRAMES
from sweflow_tasks.attacks.on_host import HOST
from sweflow_tasks.attacks.on_imports import IMPORTS
from sweflow_tasks.attacks.on_patches import PATCHES
from sweflow_tasks.attacks.on_processes import PROCESSES
from sweflow_tasks.attacks.on_runner import RUNNER
from sweflow_tasks.attacks.on_runner_state import STATE
from sweflow_tasks.attacks.on_timing import TIMING

ATTACKS = (
    *FILES,
    *PATCHES,
    *RUNNER,
    *CHANNEL,
    *HOST,
    *FRAMES,
    *ANSWERS,
    *EQUALITY,
    *TIMING,
    *IMPORTS,
    *PROCESSES,
    *STATE,
)
