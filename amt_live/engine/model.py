"""A model folder, opened: what decodes, what reads words, and what both run on.

Takes about a second; called before the engine starts, never while it plays.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from amt_live.engine.moods import TextMoods
from amt_live.errors import ModelError
from amt_live.inference.decoder import Decoder, DecoderSizes, load_decoder
from amt_live.inference.generator import Generator
from amt_live.manifest import REQUIRED_FILES, Manifest, load_manifest
from amt_live.text.conditioning import Conditioner
from amt_live.text.embedder import Embedder
from amt_live.text.styles import Style, load_styles


@dataclass(frozen=True, slots=True)
class Model:
    """An opened model. ``provider`` says in one line what it runs on and why."""

    name: str
    manifest: Manifest
    generator: Generator
    moods: TextMoods
    provider: str
    styles: tuple[Style, ...] = ()

    @property
    def hash(self) -> str:
        """What tells it from another."""
        return model_hash(self.manifest)


def model_hash(manifest: Manifest) -> str:
    """What tells one model from another: a hash over the files that it plays with."""
    files = "".join(f"{name} {manifest.files[name]}\n" for name in REQUIRED_FILES)
    return hashlib.sha256(files.encode()).hexdigest()


def open_decoder(folder: Path, manifest: Manifest) -> Decoder:
    """The decoder of a model folder, in the sizes that its manifest tells; raises ModelError."""
    sizes = manifest.sizes
    return load_decoder(
        folder,
        DecoderSizes(
            sizes.vocabulary,
            sizes.hidden,
            sizes.layers,
            sizes.heads,
            sizes.head_size,
            sizes.positions,
        ),
    )


def open_model(folder: Path, seed: int = 0) -> Model:
    """Open a model folder; raises ModelError with the fix in one line."""
    manifest = load_manifest(folder)
    decoder = open_decoder(folder, manifest)
    conditioner = Conditioner(folder)
    told = manifest.conditioning
    if (conditioner.width, conditioner.attribute_names) != (told.width, told.attributes) or (
        conditioner.hidden != manifest.sizes.hidden
    ):
        raise ModelError(
            f"{folder / 'conditioning.npz'} does not fit manifest.json; export the model again."
        )
    moods = TextMoods(Embedder(folder, manifest), conditioner)
    generator = Generator(decoder, conditioner.null(), seed)
    styles = load_styles(folder)
    return Model(manifest.name, manifest, generator, moods, decoder.provider, styles)
