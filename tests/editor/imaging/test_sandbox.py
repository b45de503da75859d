"""What a child may do to its parent: nothing but cost it one request."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from editor.imaging import sandbox
from editor.imaging.sandbox import ChildLost, Children, Cost, Message
from freeai.common.errors import Busy

ROOT = Path(__file__).parents[3]
COST = Cost(seconds_max=10, memory_bytes_max=2**31, answer_bytes_max=10_000_000)
SCRIPTED = "tests.editor.imaging.scripted_child"

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc and address-space limits are Linux's")


@pytest.fixture
def children() -> Iterator[Children]:
    pool = Children(SCRIPTED, size=1, wait_seconds_max=0.1)
    yield pool
    pool.close()


def order(what: str, **more: str) -> Message:
    return Message({"order": what, **more})


def pid_of(children: Children) -> int:
    return int(children.ask(order("answer"), COST).note["pid"])


def is_gone(pid: int) -> bool:
    """Wait for a process to end, at most ten seconds. A zombie of ours has ended but is not gone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    ended = bool(poll.poll(10_000))
    os.close(handle)
    return ended


def test_one_child_answers_one_request_after_another(children: Children) -> None:
    assert pid_of(children) == pid_of(children)
    assert children.started == 1


def test_bytes_come_back_whole(children: Children) -> None:
    body = os.urandom(5_000_000)
    assert children.ask(Message({"order": "answer"}, body), COST).body == body


def test_a_lost_child_leaves_its_exit_code_to_the_log(children: Children) -> None:
    with pytest.raises(ChildLost, match="exit code 3"):
        children.ask(order("die"), COST)


@pytest.mark.parametrize("what", ["die", "raise", "babble"])
def test_after_a_lost_child_the_next_request_gets_a_fresh_one(children: Children, what: str) -> None:
    first = pid_of(children)
    with pytest.raises(ChildLost):
        children.ask(order(what), COST)
    assert pid_of(children) != first
    assert children.started == 2
    assert not Path(f"/proc/{first}").exists()


def test_a_child_that_hangs_is_killed_at_its_deadline(children: Children) -> None:
    first = pid_of(children)
    with pytest.raises(ChildLost, match="too long"):
        children.ask(order("hang"), Cost(0.2, 2**31, 1000))
    assert not Path(f"/proc/{first}").exists()
    assert pid_of(children) != first


def test_an_answer_that_is_too_long_is_not_read(children: Children) -> None:
    with pytest.raises(ChildLost, match="nonsense"):
        children.ask(Message({"order": "answer"}, bytes(2000)), Cost(10, 2**31, 1000))


@linux
def test_memory_is_limited_and_the_limit_is_not_for_ever(children: Children) -> None:
    small = Cost(10, 400_000_000, 1000)
    assert children.ask(order("fill memory"), small).note["bytes"] == 0
    assert children.ask(order("fill memory"), COST).note["bytes"] == 10**9


@linux
def test_a_child_killed_while_idle_is_not_noticed(children: Children) -> None:
    first = pid_of(children)
    os.kill(first, signal.SIGKILL)
    assert is_gone(first)
    assert pid_of(children) != first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_terminals_ctrl_c_is_for_the_parent(children: Children, number: int) -> None:
    first = pid_of(children)
    os.kill(first, number)
    assert pid_of(children) == first


def test_stray_prints_do_not_reach_the_pipe(children: Children) -> None:
    first = pid_of(children)
    assert children.ask(order("print"), COST).note["pid"] == first


@linux
def test_a_child_knows_nothing_of_our_environment_or_files(
    children: Children, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DJANGO_SECRET_KEY", "secret")
    with (tmp_path / "open").open("wb") as file:
        os.set_inheritable(file.fileno(), True)
        known = children.ask(order("tell"), COST).note
    assert set(known["environment"]) <= {"PYTHONPATH", "LC_ALL", "LD_LIBRARY_PATH"} | set(sandbox._MEMORY)
    targets = [target for target in known["files"].values() if "/proc/" not in target]
    assert sum(target.startswith("pipe:") for target in targets) == 2
    assert {target for target in targets if not target.startswith("pipe:")} == {"/dev/null"}


def test_a_child_cannot_write_files(children: Children, tmp_path: Path) -> None:
    assert children.ask(order("write a file", path=str(tmp_path / "x")), COST).note["written"] is False


def test_when_all_children_are_taken_for_too_long_we_are_busy(children: Children) -> None:
    pid_of(children)
    hanging = threading.Thread(target=_hang, args=(children,))
    hanging.start()
    with pytest.raises(Busy):
        _ask_until_refused(children)
    hanging.join()
    assert pid_of(children)


def _ask_until_refused(children: Children) -> None:
    """Ask until the hanging thread has the child; it may come second."""
    for _ in range(1000):
        children.ask(order("answer"), COST)


def _hang(children: Children) -> None:
    with pytest.raises(ChildLost):
        children.ask(order("hang"), Cost(2, 2**31, 1000))


def test_many_threads_share_two_children() -> None:
    children = Children(SCRIPTED, size=2)
    with ThreadPoolExecutor(8) as threads:
        pids = set(threads.map(lambda _: pid_of(children), range(60)))
    children.close()
    assert len(pids) == children.started <= 2


def test_an_interrupted_request_costs_its_child(children: Children) -> None:
    """A signal's exception in the asking thread leaves an answer unread; nobody else may get it."""
    first = pid_of(children)

    def interrupt(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            children.ask(order("hang"), COST)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert pid_of(children) != first


def test_a_child_is_replaced_before_it_grows_old(children: Children) -> None:
    first = pid_of(children)
    pids = {pid_of(children) for _ in range(500)}
    assert first in pids
    assert children.started == 2


def test_a_fork_starts_children_of_its_own(children: Children) -> None:
    first = pid_of(children)
    if (fork := os.fork()) == 0:
        os._exit(0 if pid_of(children) != first else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    assert pid_of(children) == first


def test_a_module_that_does_not_start_is_our_fault() -> None:
    with pytest.raises(RuntimeError, match=r"python -m editor\.imaging\.nothing"):
        Children("editor.imaging.nothing").ask(order("answer"), COST)


LIFE = f"""
import os, signal, sys
from editor.imaging.sandbox import Children, Cost, Message
children = Children("{SCRIPTED}")
note = children.ask(Message({{"order": "answer"}}), Cost(10, 2**31, 1000)).note
print(note["pid"], flush=True)
"""


@linux
@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), signal.SIGKILL)", "os.fork() or os._exit(0)"])
def test_children_end_with_their_parent(end: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIFE + end],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert parent.stderr == ""
    assert is_gone(int(parent.stdout))


@linux
def test_a_fork_that_lives_on_does_not_keep_its_parents_children_alive() -> None:
    """The fork's copies of the pipes would otherwise hide the parent's death from them."""
    end = "if os.fork() == 0: sys.stdin.read()\nelse: os.kill(os.getpid(), signal.SIGKILL)"
    with subprocess.Popen(
        [sys.executable, "-c", LIFE + end], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert is_gone(int(parent.stdout.readline()))
