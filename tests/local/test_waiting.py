from __future__ import annotations

import os
import signal
import subprocess
import sys

from local.data_dir import PROJECT
from local.waiting import Stop, wait_until

# Interrupted thousands of times while it waits: a stop that held a lock would soon hang.
STORM = """
import signal
from local.waiting import Stop
stop, count = Stop(), 0
def handler(number, frame):
    global count
    count += 1
    if count == 3000:
        stop.set()
    else:
        stop.is_set()
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
while not stop.wait(0.0005):
    pass
print(count)
"""


def test_a_signal_handler_may_set_it_at_any_moment() -> None:
    done = subprocess.run([sys.executable, "-c", STORM], cwd=PROJECT, capture_output=True, text=True, timeout=30, check=False)
    assert int(done.stdout) >= 3000, done.stderr


def test_waiting_ends_at_once_when_somebody_asks_to_stop() -> None:
    stop = Stop()
    signal.signal(signal.SIGUSR1, lambda _number, _frame: stop.set())
    os.kill(os.getpid(), signal.SIGUSR1)
    assert not wait_until(lambda: False, seconds=60, stop=stop)


def test_a_condition_that_never_comes_true_ends_at_the_deadline() -> None:
    assert not wait_until(lambda: False, seconds=0.05)
    assert wait_until(lambda: True, seconds=0.0)
