"""Files of a checkpoint on disk, whatever the model: found, and checked by their headers alone.

Seconds for tens of gigabytes, and without torch.
"""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from freeai.common.errors import ServiceError


class BadCheckpoint(ServiceError):
    """A file of the checkpoint is missing, cut short or of another model; the message names it."""

    code = "bad_checkpoint"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a checkpoint by its files' headers: its config, its tensors' shapes and bytes."""

    config: dict[str, Any]
    shapes: dict[str, list[int]]
    size_bytes: int


def check(folder: Path, parts: Iterable[str]) -> dict[str, Part]:
    """Check a checkpoint in diffusers' layout; returns its parts. Raises BadCheckpoint, naming the file."""
    read_config(folder / "model_index.json")
    read_config(folder / "scheduler" / "scheduler_config.json")
    words = words_folder(folder)
    for file in {*words.glob("*.json"), words / "tokenizer_config.json", words / "preprocessor_config.json"}:
        read_config(file)
    if not any((words / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise BadCheckpoint(f"{words / 'tokenizer.json'} is missing.")
    return {name: _part(folder / name) for name in parts}


def words_folder(folder: Path) -> Path:
    """Return where tokenizer and image processor are: some copies keep them with the text encoder only."""
    encoder = folder / "text_encoder"
    is_there = not (folder / "processor").is_dir() and (encoder / "tokenizer_config.json").is_file()
    return encoder if is_there else folder / "processor"


def _part(folder: Path) -> Part:
    config = read_config(folder / "config.json")
    headers = [read_header(file) for file in shards(folder)]
    shapes = {name: facts["shape"] for header, _ in headers for name, facts in header.items()}
    return Part(config, shapes, sum(size for _, size in headers))


def shards(part: Path) -> list[Path]:
    """Return a part's safetensors files, one or as many as its index names."""
    indexes = sorted(part.glob("*.safetensors.index.json"))
    if indexes:
        names = sorted(set(read_config(indexes[0]).get("weight_map", {}).values()))
        files = [part / str(name) for name in names]
    else:
        files = sorted(part.glob("*.safetensors"))
    if not files:
        raise BadCheckpoint(f"{part} has no .safetensors file.")
    return files


def read_config(file: Path) -> dict[str, Any]:
    """Read a JSON file; raises BadCheckpoint."""
    try:
        return cast(dict[str, Any], json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BadCheckpoint(f"{file} is missing.") from None
    except (OSError, ValueError) as error:
        raise BadCheckpoint(f"{file} cannot be read as JSON.") from error


def read_header(file: Path) -> tuple[dict[str, Any], int]:
    """Read a safetensors header; returns tensors by name and their bytes. Raises BadCheckpoint."""
    try:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            if length > 100_000_000:
                raise ValueError("no header")
            header = cast(dict[str, Any], json.loads(opened.read(length)))
        header.pop("__metadata__", None)
        end = max((facts["data_offsets"][1] for facts in header.values()), default=0)
    except FileNotFoundError:
        raise BadCheckpoint(f"{file} is missing.") from None
    except (OSError, ValueError, struct.error, KeyError, TypeError) as error:
        raise BadCheckpoint(f"{file} is not a safetensors file.") from error
    if file.stat().st_size < 8 + length + end:
        raise BadCheckpoint(f"{file} is cut short: {file.stat().st_size} of {8 + length + end} bytes.")
    return header, end
