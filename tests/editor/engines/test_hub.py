"""Weights from a hub: looked up, fetched, gone on with, compared."""

import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from huggingface_hub import constants

from editor.engines import hub
from editor.engines.step1x import weights
from tests.editor.engines.step1x import goldens, tiny
from tests.hub import Hub, running_hub
from tests.site import ROOT

FILES = {"model_index.json": b"{}", "vae/weights.safetensors": bytes(range(256)) * 40}
WEIGHTS = "vae/weights.safetensors"
CUT_BYTES, CHUNK_BYTES = 20_000, 4096


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub(FILES, "maker/model") as server:
        _use(server, monkeypatch)
        yield server


def test_size_and_licence_are_known_before_the_first_byte(served: Hub) -> None:
    published = hub.look_up("maker/model")
    assert published.licence == "apache-2.0"
    assert published.size_bytes == sum(len(data) for data in FILES.values())


def test_files_arrive_and_are_compared(served: Hub, tmp_path: Path) -> None:
    said: list[str] = []
    hub.pull(hub.look_up("maker/model"), tmp_path, said.append)
    for name, data in FILES.items():
        assert (tmp_path / name).read_bytes() == data
    assert said == [f"comparing {WEIGHTS}"]


def test_a_file_that_differs_from_the_list_is_named(served: Hub, tmp_path: Path) -> None:
    served.files[WEIGHTS] = FILES[WEIGHTS][::-1]
    with pytest.raises(hub.NoWeights, match=r"weights\.safetensors differs"):
        hub.pull(hub.look_up("maker/model"), tmp_path, lambda _: None)


def test_a_file_that_is_whole_is_not_fetched_again(served: Hub, tmp_path: Path) -> None:
    published = hub.look_up("maker/model")
    hub.pull(published, tmp_path, lambda _: None)
    served.asked.clear()
    hub.pull(published, tmp_path, lambda _: None)
    assert served.asked == []
    (tmp_path / WEIGHTS).write_bytes(b"short")
    with pytest.raises(hub.NoWeights, match=r"weights\.safetensors is 5 of"):
        hub.pull(published, tmp_path, lambda _: None)


def test_a_process_killed_in_the_middle_of_a_file_leaves_what_it_had(served: Hub, tmp_path: Path) -> None:
    published = hub.look_up("maker/model")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from huggingface_hub import constants\n"
        "from editor.engines import hub\n"
        f"constants.ENDPOINT, constants.DOWNLOAD_CHUNK_SIZE = {served.address!r}, {CHUNK_BYTES}\n"
        f"constants.HUGGINGFACE_CO_URL_TEMPLATE = {_addresses(served)!r}\n"
        "hub.pull(hub.look_up('maker/model'), Path(sys.argv[1]), print)\n"
    )
    served.stalls[WEIGHTS] = 2 * CHUNK_BYTES + 1
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    try:
        assert served.is_stalled.wait(60)
        deadline = time.monotonic() + 60
        while not (parts := [one for one in tmp_path.rglob("*.part") if one.stat().st_size]):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    had = parts[0].stat().st_size
    served.stalls.clear()
    served.asked.clear()
    hub.pull(published, tmp_path, lambda _: None)
    assert served.asked == [(WEIGHTS, had)]
    assert (tmp_path / WEIGHTS).read_bytes() == FILES[WEIGHTS]


def test_a_name_that_leads_out_of_the_folder_is_refused(served: Hub, tmp_path: Path) -> None:
    served.files["../outside.json"] = b"{}"
    served.listed["../outside.json"] = "0"
    with pytest.raises(hub.NoWeights, match="outside of its folder"):
        hub.pull(hub.look_up("maker/model"), tmp_path / "weights", lambda _: None)
    assert not (tmp_path / "outside.json").exists()


def test_a_hub_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(hub.NoWeights, match="does not answer"):
        hub.look_up("maker/model")


def test_the_command_says_size_and_licence_goes_on_after_a_cut_and_names_a_broken_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)  # the library waits a second before it tries again
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", CHUNK_BYTES)  # what was read of a chunk is lost
    files = _checkpoint(tmp_path)
    broken = next(name for name in files if name.startswith("transformer/") and name.endswith(".safetensors"))
    with running_hub(files, weights.REPOSITORY) as server:
        _use(server, monkeypatch)
        server.cut[broken] = CUT_BYTES
        said = StringIO()
        with pytest.raises(CommandError, match="run it again to go on"):
            _pull(tmp_path / "weights", said)
        assert "GB, licence apache-2.0" in said.getvalue()
        assert (broken, 4 * CHUNK_BYTES) in server.asked  # tried again from where the line broke
        server.cut.clear()
        server.asked.clear()
        _pull(tmp_path / "weights", said)
        assert server.asked[0] == (broken, 4 * CHUNK_BYTES)  # so does a second command
        assert not list((tmp_path / "weights").rglob("*.part"))
        assert ": whole (transformer" in said.getvalue()
        assert (tmp_path / "weights" / broken).read_bytes() == files[broken]
        server.files[broken] = files[broken][:-1] + bytes([files[broken][-1] ^ 1])
        with pytest.raises(CommandError, match=f"{broken} differs from what the hub lists"):
            _pull(tmp_path / "other", said)


def _checkpoint(folder: Path) -> dict[str, bytes]:
    checkpoint = goldens.checkpoint("tiny-a")
    if not checkpoint.is_dir():
        checkpoint = tiny.build(folder / "tiny")
    found = [file for file in checkpoint.rglob("*") if file.is_file()]
    return {str(file.relative_to(checkpoint)): file.read_bytes() for file in found}


def _pull(folder: Path, said: StringIO) -> None:
    call_command("weights", "pull", "step1x-edit", to=folder, stdout=said)


def _use(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", _addresses(server))


def _addresses(server: Hub) -> str:
    return server.address + "/{repo_id}/resolve/{revision}/{filename}"
