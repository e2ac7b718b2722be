"""One decode step of other runtimes, timed as our own is; called by ``peers`` with what it wrote.

Each steps from the same place of its context again and again. ``logits`` tells what it heard, so
that tests can see that all of them play the same weights.
"""

import ctypes
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.inference.bench import TOKEN
from amt_live.inference.timing import Sample, Stopwatch, timed
from export.peer_files import Source, gpt2

Floats = NDArray[np.float32]


class Transformers:
    """PyTorch with transformers, 32 bits, eager attention, the cache that it brings."""

    name: Final = "transformers"

    def __init__(self, source: Source) -> None:
        import torch
        from transformers import DynamicCache

        torch.set_num_threads(1)
        self._torch = torch
        self._model = gpt2(source)
        self._new_cache = DynamicCache
        self._token = torch.tensor([[TOKEN]])

    def go_to(self, place: int) -> None:
        """Hear so many ids."""
        self._hear([TOKEN] * place)

    def logits(self, ids: Sequence[int]) -> Floats:
        """Logits [V] after the ids: all but the last at once, then one step."""
        self._hear(ids[:-1])
        with self._torch.inference_mode():
            out = self._model(self._torch.tensor([[ids[-1]]]), past_key_values=self._cache)
        heard: Floats = out.logits[0, -1].numpy()
        return heard

    def steps(self, count: int, pause_s: float) -> list[Sample]:
        """One token each; the cache is cropped again."""
        with self._torch.inference_mode():
            return timed(
                lambda: self._model(self._token, past_key_values=self._cache),
                count,
                pause_s,
                back=lambda: self._cache.crop(-1),
            )

    def _hear(self, ids: Sequence[int]) -> None:
        self._cache = self._new_cache()
        with self._torch.inference_mode():
            self._model(self._torch.tensor([list(ids)]), past_key_values=self._cache)


class CTranslate2:
    """CTranslate2 in 8 bits. It gives no single steps: times are those between its tokens."""

    name: Final = "ctranslate2"

    def __init__(self, folder: Path) -> None:
        import ctranslate2

        self._generator = ctranslate2.Generator(
            str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=1
        )
        self._place = 0

    def go_to(self, place: int) -> None:
        """Remember the place; every run hears its prompt anew."""
        self._place = place

    def logits(self, ids: Sequence[int]) -> Floats:
        """Log probabilities [V] after the ids: it tells no logits."""
        (result,) = self._generator.generate_batch(
            [[str(token) for token in ids]],
            max_length=1,
            include_prompt_in_result=False,
            return_logits_vocab=True,
            callback=lambda step: True,
        )
        return np.array(result.logits[0][0], np.float32)

    def steps(self, count: int, pause_s: float) -> list[Sample]:
        """Tokens drawn greedily, one after another."""
        samples: list[Sample] = []
        watches: list[Stopwatch] = []

        def on_token(result: Any) -> bool:
            del result
            if watches:
                samples.append(watches[-1].stop())
            if pause_s:
                time.sleep(pause_s)
            watches.append(Stopwatch())
            return False

        self._generator.generate_batch(
            [[str(TOKEN)]],
            static_prompt=[str(TOKEN)] * (self._place - 1),
            cache_static_prompt=True,
            max_length=count + 1,
            min_length=count + 1,
            include_prompt_in_result=False,
            callback=on_token,
        )
        return samples


class GenAi:
    """ONNX Runtime GenAI on a graph of ours, keys and values in one buffer as ours."""

    def __init__(self, name: str, folder: Path, positions: int) -> None:
        import onnxruntime_genai

        self.name = name
        self._library = onnxruntime_genai
        self._model = onnxruntime_genai.Model(str(folder))
        self._positions = positions
        self._place = 0
        self._one = np.array([[TOKEN]], np.int32)

    def go_to(self, place: int) -> None:
        """Hear so many ids."""
        self._place = place
        self._hear([TOKEN] * place)

    def logits(self, ids: Sequence[int]) -> Floats:
        """Logits [V] after the ids: all but the last at once, then one step."""
        self._hear(ids[:-1])
        self._generator.append_tokens(np.array([[ids[-1]]], np.int32))
        heard: Floats = np.array(self._generator.get_logits(), np.float32).reshape(-1)
        return heard

    def steps(self, count: int, pause_s: float) -> list[Sample]:
        """One token each, taken back."""
        return timed(
            lambda: self._generator.append_tokens(self._one),
            count,
            pause_s,
            back=lambda: self._generator.rewind_to(self._place),
        )

    def _hear(self, ids: Sequence[int]) -> None:
        settings = self._library.GeneratorParams(self._model)
        settings.set_search_options(max_length=self._positions, batch_size=1)
        self._generator = self._library.Generator(self._model, settings)
        self._generator.append_tokens(np.array([list(ids)], np.int32))


class LlamaCpp:
    """llama.cpp through its own functions, q8_0 weights, the cache in 16 bits as it comes."""

    def __init__(self, path: Path, positions: int, flash: bool) -> None:
        import llama_cpp

        self.name = "llama.cpp-flash" if flash else "llama.cpp"
        self._library = llama_cpp
        # It tells of every tensor otherwise; kept, because C calls it later.
        self._quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(self._quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        options = llama_cpp.llama_model_default_params()
        options.n_gpu_layers = 0
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), options)
        if not self._model:
            raise ValueError("it cannot load the file")
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = settings.n_batch = positions
        settings.n_threads = settings.n_threads_batch = 1
        settings.flash_attn_type = (
            llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED
            if flash
            else llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        self._context = llama_cpp.llama_init_from_model(self._model, settings)
        if not self._context:
            raise ValueError("it cannot make a context")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._token = (llama_cpp.llama_token * 1)(TOKEN)
        self._place = 0

    def go_to(self, place: int) -> None:
        """Hear so many ids."""
        self._place = place
        self._hear([TOKEN] * place)

    def logits(self, ids: Sequence[int]) -> Floats:
        """Logits [V] after the ids: all but the last at once, then one step."""
        self._hear(ids[:-1])
        self._decode((self._library.llama_token * 1)(ids[-1]), 1)
        vocabulary = self._library.llama_model_get_vocab(self._model)
        width = self._library.llama_vocab_n_tokens(vocabulary)
        values = self._library.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(values, (width,)).astype(np.float32)

    def steps(self, count: int, pause_s: float) -> list[Sample]:
        """One token each, taken back."""
        return timed(lambda: self._decode(self._token, 1), count, pause_s, back=self._go_back)

    def _go_back(self) -> None:
        self._library.llama_memory_seq_rm(self._memory, 0, self._place, -1)

    def _hear(self, ids: Sequence[int]) -> None:
        self._library.llama_memory_seq_rm(self._memory, 0, 0, -1)
        self._decode((self._library.llama_token * len(ids))(*ids), len(ids))

    def _decode(self, ids: Any, count: int) -> None:
        batch = self._library.llama_batch_get_one(ids, count)
        if self._library.llama_decode(self._context, batch):
            raise RuntimeError("llama.cpp could not decode")
        # It works on while the caller goes on, until its logits are asked for.
        self._library.llama_synchronize(self._context)
