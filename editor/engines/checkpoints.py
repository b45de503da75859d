"""Files of a checkpoint on disk, whatever the model: found, and checked by their headers alone.

Seconds for tens of gigabytes, and without torch.
"""

import json
import struct
from pathlib import Path
from typing import Any, cast

from freeai.common.errors import ServiceError


class BadCheckpoint(ServiceError):
    """A file of the checkpoint is missing, cut short or of another model; the message names it."""

    code = "bad_checkpoint"


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
