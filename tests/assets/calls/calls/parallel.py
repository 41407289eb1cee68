import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


def leaf():
    return 1


def work():
    return leaf()


class Worker(threading.Thread):
    def run(self):
        leaf()


def in_thread():
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def in_own_thread():
    worker = Worker()
    worker.start()
    worker.join()


def in_thread_pool():
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def in_timer():
    timer = threading.Timer(0.0, work)
    timer.start()
    timer.join()


def in_forked_child():
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    os.waitpid(pid, 0)


def in_process(method):
    process = multiprocessing.get_context(method).Process(target=work)
    process.start()
    process.join()
    return process.exitcode


def in_process_pool():
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        return pool.submit(work).result()


def in_subprocess(code="import calls.parallel; calls.parallel.work()"):
    return subprocess.run([sys.executable, "-c", code], check=True)


def in_subprocess_with_own_environment():
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", "import calls.parallel; calls.parallel.work()"], check=True, env=environment)


def in_killed_subprocess():
    code = "import calls.parallel, os, signal; calls.parallel.work(); os.kill(os.getpid(), signal.SIGKILL)"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode


def in_grandchild():
    in_subprocess("import calls.parallel; calls.parallel.in_subprocess()")


def in_shell():
    return os.system(sys.executable + ' -c "import calls.parallel; calls.parallel.work()"')


def in_module_run():
    subprocess.run([sys.executable, "-m", "calls"], check=True)
