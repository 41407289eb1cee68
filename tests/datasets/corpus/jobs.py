"""Functions that misbehave in every way that a job can; they are found by name in the job's process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def double(item, tell):
    tell({"halfway": item["value"]})
    return {"doubled": 2 * item["value"]}


def misbehave(item, tell):
    how = item["how"]
    if how == "return":
        return {"how": how}
    if how == "raise":
        raise ValueError("I do not want to")
    if how == "exit":
        os._exit(3)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hang":
        subprocess.Popen(SLEEPER, start_new_session=True)  # leaves the group, not the family
        detached = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)"
        subprocess.run([sys.executable, "-c", detached], check=True)  # leaves the family, too: its parent has ended
        time.sleep(600)
    if how == "wait":
        subprocess.run(SLEEPER, check=False)
        Path("reported").write_text("its child has ended")
    if how == "memory":
        held = []
        while True:
            held.append(bytearray(8 << 20))
            time.sleep(0.01)
    if how == "disk":
        for number in range(1000):
            Path(f"f{number}").write_bytes(b"x" * (1 << 20))
            time.sleep(0.02)
    if how == "big file":
        with open("big", "wb") as file:
            for _ in range(1000):
                file.write(b"x" * (1 << 20))
    if how == "fork":
        children = []
        while len(children) < 300:
            children.append(subprocess.Popen(SLEEPER))
        time.sleep(600)
    if how == "log":
        for _ in range(3000):
            sys.stderr.write("x" * 1000 + "\n")
        return {"how": how}
    if how == "chatter":
        tell({"big": "x" * (20 << 20)})
        time.sleep(600)
    return {}


def burn(item, tell):
    """Uses a second of a processor in a process that nobody waits for: it leaves the family and is killed at the end."""
    code = "import time\nwhile time.process_time() < 1.5: pass\nopen('burnt', 'w').close()\ntime.sleep(600)"
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    while not Path("burnt").exists():
        time.sleep(0.1)
    time.sleep(2)
    return {}
