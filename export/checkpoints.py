"""Files of a training run: weights are read into a model, and every file is replaced as a whole.

Invariant: a kill at any moment leaves the file of before or the one of after.
"""

import os
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

from export.model import MoodGPT2


def load_weights(model: MoodGPT2, path: Path) -> None:
    """Load a checkpoint of any precision into a model; the head is tied to the embeddings."""
    tensors = {name: value.float() for name, value in load_file(path).items()}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or [name for name in missing if not name.endswith("lm_head.weight")]:
        raise RuntimeError(f"missing {missing}, unexpected {unexpected}")


def replace_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Write tensors by name, whole or not at all."""
    partial = path.with_suffix(".partial")
    save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, partial)
    os.replace(partial, path)


def replace_text(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    os.replace(partial, path)
