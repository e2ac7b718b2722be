"""A training run as ``amt-live train`` leaves it, read for export: on a CPU, whatever it ran on.

A run folder holds ``config.json``, ``checkpoint.safetensors``, ``conditioning_readout.npz`` and
``training.json``; weights may be of any precision.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import FileError, one_line
from export import attributes, to_onnx
from export.to_onnx import DecoderShape, Weights

if TYPE_CHECKING:
    from export.model import MoodGPT2


@dataclass(frozen=True, slots=True)
class Run:
    """A training run as read from its folder."""

    shape: DecoderShape
    config: Mapping[str, Any]
    weights: Weights
    readout: Mapping[str, NDArray[Any]]
    training: Mapping[str, Any]

    @property
    def parameters(self) -> int:
        """How many numbers were trained; the head is the table of embeddings."""
        return sum(value.size for name, value in self.weights.items() if "lm_head" not in name)

    @property
    def embedding(self) -> int:
        """Length of the text embeddings that the run was trained with."""
        return int(self.readout["readout_weight"].shape[0])


def read_run(folder: Path) -> Run:
    """Read a run folder; FileError names what is missing or unreadable."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        weights = to_onnx.load_weights(folder / "checkpoint.safetensors")
        with np.load(folder / "conditioning_readout.npz", allow_pickle=False) as arrays:
            readout = {name: arrays[name] for name in arrays.files}
        training_path = folder / "training.json"
        training = json.loads(training_path.read_text("utf-8")) if training_path.is_file() else {}
        shape = DecoderShape(
            config["hidden"], config["layers"], config["heads"], config["positions"]
        )
        names = tuple(map(str, readout["attribute_names"]))
        measured = (readout["scale_mean"].shape, readout["scale_deviation"].shape)
        width = 1 + len(names) + len(readout["readout_weight"])
        _silence(weights, str(config.get("heard", "both")), len(names))
    except Exception as error:  # safetensors raises a type of its own, zip and json others
        why = one_line(error, 200)
        raise FileError(f"{folder} is no complete training run: {why}.") from error
    if not isinstance(training, dict):
        raise FileError(f"{folder} is no complete training run: training.json is no record.")
    run = Run(shape, config, weights, readout, training)
    if config["conditioning"] != width or measured != ((len(attributes.MEASURED),),) * 2:
        raise FileError(
            f"{folder} is no complete training run: conditioning_readout.npz is of another run."
        )
    if names != attributes.NAMES:
        raise FileError(
            f"{folder} was trained on other attributes than this version measures; train it again."
        )
    return run


def _silence(weights: dict[str, NDArray[Any]], heard: str, attributes_known: int) -> None:
    """What a model was trained not to hear has no weight, so it may be told it all the same."""
    first = weights["projection.0.weight"].copy()
    if heard == "attributes":
        first[:, 1 + attributes_known :] = 0
    elif heard == "embedding":
        first[:, 1 : 1 + attributes_known] = 0
    weights["projection.0.weight"] = first


def torch_model(run: Run) -> "MoodGPT2":
    """The model in torch, for comparison; FileError if the weights are of another shape."""
    import torch

    from export.model import ModelConfig, MoodGPT2

    wrong = "The checkpoint does not fit config.json"
    tensors = {name: torch.from_numpy(value) for name, value in run.weights.items()}
    try:
        model = MoodGPT2(ModelConfig(**run.config))
        missing, unexpected = model.load_state_dict(tensors, strict=False)
    except (RuntimeError, TypeError, ValueError) as error:
        raise FileError(f"{wrong}: {str(error).splitlines()[-1].strip()}") from error
    missing = [name for name in missing if not name.endswith("lm_head.weight")]
    if missing or unexpected:
        raise FileError(f"{wrong}: {[*missing, *unexpected][:3]}.")
    return model.eval()
