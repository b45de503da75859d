"""The filesystem's doorbells: whoever looks at the wrong moment sees a whole bell or none."""

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from threading import Thread

import kombu
import pytest
from kombu.simple import SimpleQueue

import freeai.celery  # noqa: F401  (it names the transport)

pytestmark = pytest.mark.timeout(60)

BELLS = 300


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[kombu.Connection]:
    folders = {"data_folder_in": tmp_path / "bells", "data_folder_out": tmp_path / "bells"}
    folders["control_folder"] = tmp_path / "control"
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    options = {name: str(folder) for name, folder in folders.items()}
    with kombu.Connection("filesystem://", transport_options=options) as one:
        yield one


def test_every_bell_is_heard_once_by_readers_that_look_all_the_time(connection: kombu.Connection) -> None:
    line: SimpleQueue = connection.SimpleQueue("engine.x", no_ack=True)

    def ring() -> None:
        with connection.clone() as other:
            bells = other.SimpleQueue("engine.x")
            for number in range(BELLS):
                bells.put({"number": number})

    ringing = Thread(target=ring)
    ringing.start()
    heard: list[int] = []
    while len(heard) < BELLS:
        heard.append(line.get(timeout=20).payload["number"])
    ringing.join()
    assert sorted(heard) == list(range(BELLS))
    with pytest.raises(Empty):
        line.get_nowait()


def test_a_bell_that_cannot_be_read_is_passed_over(connection: kombu.Connection, tmp_path: Path) -> None:
    line: SimpleQueue = connection.SimpleQueue("engine.y", no_ack=True)
    (tmp_path / "bells" / "0_broken.engine.y.msg").touch()
    line.put({"number": 1})
    with pytest.raises(Empty):
        line.get_nowait()
    assert line.get_nowait().payload == {"number": 1}
