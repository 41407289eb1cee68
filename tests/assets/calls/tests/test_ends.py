"""Tests that end badly; the first word of each docstring is the outcome that must be recorded (T6)."""

import os
import signal
import threading
import time

from calls import plain


def test_fails():
    """failed"""
    plain.raising(1)


def test_segfaults():
    """lost"""
    os.kill(os.getpid(), signal.SIGSEGV)


def test_leaves():
    """lost"""
    os._exit(0)


def test_kills_its_group():
    """lost"""
    os.killpg(os.getpgid(0), signal.SIGKILL)


def test_hangs():
    """timed-out"""
    plain.leaf()
    time.sleep(60)


def test_hangs_and_will_not_be_told():
    """timed-out"""
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass


def test_forks_and_both_return():
    """passed"""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)


def test_leaves_a_child():
    """passed"""
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)


def test_leaves_a_thread():
    """passed"""
    threading.Thread(target=time.sleep, args=(0.2,)).start()


def test_is_killed_as_when_memory_runs_out():
    """lost"""
    os.kill(os.getpid(), signal.SIGKILL)


def test_asks_for_more_memory_than_there_is():
    """failed"""
    bytearray(1 << 60)


def test_passes():
    """passed"""
    plain.leaf()
