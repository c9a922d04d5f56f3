"""The server of metrics where it may open no further descriptor."""

import subprocess
import sys
import urllib.request

_PROGRAM = """
import os, resource, sys, threading
from eventq.loops.lag.metrics_server import serving

refused, again, pauses = threading.Event(), threading.Event(), []

def pause(seconds):
    pauses.append(seconds)
    refused.set()
    again.wait()

with serving("127.0.0.1", 0, lambda: [], lambda: None, pause) as port:
    print(port, flush=True)
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.close(first_free := os.dup(0))
    sys.stdin.readline()
    resource.setrlimit(resource.RLIMIT_NOFILE, (first_free, usual[1]))
    print("full", flush=True)
    refused.wait()
    print(len(pauses), pauses[0] > 0, flush=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, usual)
    again.set()
    sys.stdin.readline()
print(len(pauses), flush=True)
"""
"""Each attempt to accept that fails is one pause, which ends when the test says so."""


def test_at_the_limit_of_descriptors_it_pauses_after_each_attempt_and_answers_when_it_can_again() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        url = f"http://127.0.0.1:{process.stdout.readline().strip()}/metrics"
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "full\n"
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert answer.status == 200
        assert process.stdout.readline() == "1 True\n"
        out, _ = process.communicate("\n", timeout=60)
    assert (process.returncode, out) == (0, "1\n")
