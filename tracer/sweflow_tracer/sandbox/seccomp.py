"""The filter of system calls: what no suite of tests needs, and the kernel should not be asked from a sandbox.

A program of classic BPF (``man 2 seccomp``) for bubblewrap's ``--seccomp``. Docker's engine has a filter of its own,
which refuses the same.
"""

import os
import struct

NAMES = {
    "x86_64": 0xC000003E,
    "aarch64": 0xC00000B7,
}
"""AUDIT_ARCH of the machines whose numbers of calls are known here."""
_CALLS = {  # name: number on x86_64, on aarch64
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "lookup_dcookie": (212, 18),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "vhangup": (153, 58),
}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_X32 = 0x40000000
"""Numbers from here on are those of another ABI of x86_64."""
CLONE_NEWUSER = 0x10000000
_EPERM, _ENOSYS = 1, 38
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _GREATER_OR_EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in ``struct seccomp_data``."""


def numbers(machine: str = "") -> dict[str, int]:
    """The calls that are refused on a machine (default: this one), by name. Raises ValueError for an unknown one."""
    place = list(NAMES).index(machine or os.uname().machine)
    return {name: found[place] for name, found in _CALLS.items()}


def program(machine: str = "") -> bytes | None:
    """The filter for a machine (default: this one); None for one whose numbers are not known here.

    Calls of another architecture are refused, and so is ``clone`` with a user namespace. ``clone3`` is said not to be
    there, since a filter cannot look at its flags; C libraries fall back on ``clone``.
    """
    machine = machine or os.uname().machine
    if machine not in NAMES:
        return None
    place = list(NAMES).index(machine)
    checks: list[tuple[int, int, str]] = [(_EQUAL, _CLONE3[place], "missing")]
    if machine == "x86_64":
        checks.append((_GREATER_OR_EQUAL, _X32, "missing"))
    checks += [(_EQUAL, numbers[place], "refused") for numbers in _CALLS.values()]
    body = [(_LOAD, 0, 0, _NUMBER)]
    ends = {"allowed": 3, "refused": 4, "missing": 5}
    size = 1 + len(checks) + 6  # what follows the first two instructions
    for code, value, end in checks:
        body.append((code, size - (6 - ends[end]) - len(body) - 1, 0, value))
    body += [
        (_EQUAL, 0, 2, _CLONE[place]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 1, 0, CLONE_NEWUSER),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
    ]
    head = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 0, len(body) - 2, NAMES[machine])]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in (*head, *body))
