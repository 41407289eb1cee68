"""All attacks."""

from sweflow_tasks.attacks.on_answers import ANSWERS
from sweflow_tasks.attacks.on_channel import CHANNEL
from sweflow_tasks.attacks.on_files import FILES
from sweflow_tasks.attacks.on_frames import FRAMES
from sweflow_tasks.attacks.on_host import HOST
from sweflow_tasks.attacks.on_patches import PATCHES
from sweflow_tasks.attacks.on_runner import RUNNER

ATTACKS = (*FILES, *PATCHES, *RUNNER, *CHANNEL, *HOST, *FRAMES, *ANSWERS)
