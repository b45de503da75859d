"""A wrong checkpoint is told by the name of its wrong file; published sizes are met without weights."""

import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from editor.engines.checkpoints import BadCheckpoint
from editor.engines.diffusion.memory import GB, Sizes, plan
from editor.engines.step1x import cards, weights
from editor.engines.step1x.__main__ import main

PUBLISHED = 12_427_800_384
MAPPING = 14_684_160
MODULATIONS = 3_228_567_552


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


@pytest.mark.parametrize(
    "name",
    [
        "model_index.json",
        "vae/config.json",
        "transformer/config.json",
        "processor/tokenizer_config.json",
        "processor/tokenizer.json",
        "transformer/diffusion_pytorch_model-00002-of-00002.safetensors",
        "text_encoder/model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ],
)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BadCheckpoint, match=re.escape(str(copy / name).rsplit("/", 1)[0])):
        weights.check(copy)


def test_a_file_cut_short_is_named(copy: Path) -> None:
    file = copy / "transformer" / "diffusion_pytorch_model-00001-of-00002.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BadCheckpoint, match=f"{file.name} is cut short"):
        weights.check(copy)
    file.write_bytes(b"no tensors here")
    with pytest.raises(BadCheckpoint, match=f"{file.name} is not a safetensors file"):
        weights.check(copy)


def test_a_foreign_transformer_is_told_by_its_first_tensor(copy: Path) -> None:
    file = copy / "transformer" / "diffusion_pytorch_model-00001-of-00002.safetensors"
    tensors = load_file(file)
    tensors["stranger.weight"] = torch.zeros(3)
    save_file(tensors, file)
    with pytest.raises(BadCheckpoint, match="first stranger"):
        weights.check(copy)


def test_a_text_encoder_that_lacks_tensors_is_refused(copy: Path) -> None:
    file = copy / "text_encoder" / "model.safetensors"
    tensors = load_file(file)
    del tensors["model.norm.weight" if "model.norm.weight" in tensors else min(tensors)]
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(BadCheckpoint, match="lacks 1 tensors"):
        weights.load(copy, dtype="float32")


def test_a_tokenizer_cut_short_is_named(copy: Path) -> None:
    file = copy / "processor" / "tokenizer.json"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BadCheckpoint, match=r"tokenizer\.json cannot be read"):
        weights.check(copy)


def test_the_command_line_names_the_error_and_exits_with_two(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"not a picture")
    words = [str(photo), "snow", "--weights", str(copy), "-o", str(tmp_path / "o.png"), "--device", "cpu"]
    assert main(words) == 2
    assert "invalid_request: " in capsys.readouterr().err
    Image.new("RGB", (40, 40)).save(photo)
    nowhere = "cuda:9" if not torch.cuda.is_available() else "nowhere"
    assert main([*words[:3], str(tmp_path / "nothing"), *words[4:-1], nowhere]) == 2
    assert "cannot_place: " in capsys.readouterr().err  # known before any weight is read
    assert main([*words[:3], str(tmp_path / "nothing"), *words[4:]]) == 2
    assert "bad_checkpoint: " in capsys.readouterr().err


def test_the_published_sizes_are_met_name_by_name() -> None:
    plain = weights.meta_transformer({})
    assert sum(one.numel() for one in plain.parameters()) == PUBLISHED
    whole = weights.meta_transformer({"enable_text_token_mapping": True})
    assert sum(one.numel() for one in whole.parameters()) == PUBLISHED + MAPPING
    shapes = {name: list(tensor.shape) for name, tensor in whole.state_dict().items()}
    expected = {
        "time_embed.in_layer.weight": [3072, 256],
        "vec_embed.in_layer.weight": [3072, 768],
        "context_embedder.weight": [3072, 4096],
        "x_embedder.weight": [3072, 64],
        "norm_out.linear.weight": [6144, 3072],
        "proj_out.weight": [64, 3072],
        "text_token_mapping.weight": [4096, 3584],
        "connector.global_proj_out.weight": [768, 3584],
        "connector.S.input_embedder.weight": [4096, 3584],
        "connector.S.t_embedder.mlp.0.weight": [4096, 256],
        "connector.S.c_embedder.linear_2.weight": [4096, 4096],
        "connector.S.individual_token_refiner.blocks.1.self_attn_qkv.weight": [12288, 4096],
        "connector.S.individual_token_refiner.blocks.0.mlp.fc1.weight": [16384, 4096],
        "connector.S.individual_token_refiner.blocks.0.adaLN_modulation.1.weight": [8192, 4096],
        "transformer_blocks.18.norm1.linear.weight": [18432, 3072],
        "transformer_blocks.0.attn.add_q_proj.weight": [3072, 3072],
        "transformer_blocks.0.attn.norm_added_k.weight": [128],
        "transformer_blocks.0.ff_context.net.2.weight": [3072, 12288],
        "single_transformer_blocks.37.norm.linear.weight": [9216, 3072],
        "single_transformer_blocks.0.proj_out.weight": [3072, 15360],
    }
    assert {name: shapes.get(name) for name in expected} == expected
    modulations = sum(
        tensor.numel()
        for name, tensor in whole.state_dict().items()
        if re.search(r"blocks\.\d+\.norm.*linear", name)
    )
    assert modulations == MODULATIONS


def published_sizes() -> Sizes:
    return cards.sizes(weights.meta_transformer({}), 8_290_000_000)


@pytest.mark.parametrize(
    ("free", "weight", "memory"),
    [
        (80, "full", "resident"),
        (48, "full", "resident"),
        (24, "full", "model"),
        (16, "full", "group"),
        (24, "fp8", "resident"),
        (16, "fp8", "model"),
        (12, "fp8", "model"),
        (12, "full", "group"),
    ],
)
def test_a_plan_fits_its_card(free: int, weight: str, memory: str) -> None:
    made = plan(published_sizes(), int(free * GB * 0.95), forms=(weight,))  # type: ignore[arg-type]  # words
    assert made.memory == memory
    assert made.peak_bytes <= free * GB


@pytest.mark.parametrize(
    ("free", "ways"),
    [
        (80, ("resident", "full", False)),
        (40, ("resident", "full", True)),
        (27, ("model", "full", False)),
        (22, ("model", "full", True)),
        (16, ("model", "fp8", False)),
        (11, ("model", "fp8", True)),
        (5, ("group", "full", True)),
    ],
)
def test_every_option_is_chosen_by_the_memory_that_is_free(free: int, ways: tuple[str, str, bool]) -> None:
    made = plan(published_sizes(), free * GB, forms=("full", "fp8"))
    assert (made.memory, made.form, made.share < 1) == ways


def test_config_of_a_checkpoint_is_never_dispatched_on_its_class_name(checkpoint: Path) -> None:
    assert json.loads((checkpoint / "model_index.json").read_text())["_class_name"] == "AnyPipeline"
    assert set(weights.check(checkpoint)) == {"transformer", "text_encoder", "vae"}
