from pathlib import Path

import numpy as np
import pytest

from amt_live.errors import ModelError
from amt_live.inference.decoder import CHUNK, Decoder, DecoderSizes, load_decoder

FOLDER = Path(__file__).parents[2] / "models" / "tiny"
RNG = np.random.default_rng(5)
IDS = RNG.integers(1, 320, 150).tolist()
LOOSE = {"rtol": 0, "atol": 0.35}
"""8-bit activations are scaled per call: a chunk and a step differ in the last digits."""


def walk(decoder, ids, mood):
    return np.stack([decoder.step(token, mood.slot, mood.add).copy() for token in ids])


def spread(mood, count):
    return np.tile(mood.slot, (count, 1)), np.tile(mood.add, (count, 1))


def test_steps_count_positions_and_remember_ids(decoder, moods):
    walk(decoder, IDS[:5], moods[0])
    assert decoder.length == 5
    assert decoder.ids.tolist() == IDS[:5]


def test_prefill_gives_about_the_logits_of_steps(decoder, moods):
    stepped = walk(decoder, IDS, moods[0])[-1]
    decoder.rewind(0)
    filled = decoder.prefill(IDS, *spread(moods[0], len(IDS)))
    assert filled.shape == stepped.shape == (1, 512)
    np.testing.assert_allclose(filled, stepped, **LOOSE)


def test_rewinding_and_decoding_again_gives_the_same_numbers(decoder, moods):
    first = walk(decoder, IDS, moods[0])
    decoder.rewind(40)
    assert np.array_equal(walk(decoder, IDS[40:], moods[0]), first[40:])


def test_what_stood_after_a_rewind_leaves_no_trace(decoder, moods):
    clean = walk(decoder, IDS[:60], moods[0])
    decoder.rewind(30)
    walk(decoder, list(range(20, 80)), moods[1])
    decoder.rewind(30)
    assert np.array_equal(walk(decoder, IDS[30:60], moods[0]), clean[30:])


def test_the_mood_changes_the_logits_of_what_follows_only(decoder, moods):
    same = walk(decoder, IDS[:10], moods[0])
    decoder.rewind(5)
    other = walk(decoder, IDS[5:10], moods[1])
    assert np.abs(other - same[5:]).max() > 0.5


def test_guided_rows_are_the_mood_and_the_null_mood(decoder, moods):
    mood, null = moods[0], moods[2]
    decoder.set_null(null.slot, null.add)
    plain = walk(decoder, IDS[:50], mood)
    decoder.rewind(0)
    alone = walk(decoder, IDS[:50], null)
    decoder.rewind(0)
    decoder.guided = True
    both = walk(decoder, IDS[:50], mood)
    assert both.shape == (50, 2, 512)
    np.testing.assert_allclose(both[:, 0], plain[:, 0], **LOOSE)
    np.testing.assert_allclose(both[:, 1], alone[:, 0], **LOOSE)
    assert np.abs(both[:, 0] - both[:, 1]).max() > 0.5


def test_switching_guidance_on_in_mid_stream_fills_the_null_row(decoder, moods):
    mood, null = moods[0], moods[2]
    decoder.set_null(null.slot, null.add)
    decoder.guided = True
    along = walk(decoder, IDS[:80], mood)[-1]
    decoder.rewind(0)
    decoder.guided = False
    walk(decoder, IDS[:79], mood)
    decoder.guided = True
    late = decoder.step(IDS[79], mood.slot, mood.add)
    np.testing.assert_allclose(late, along, **LOOSE)


def test_guided_prefill_goes_row_by_row_and_gives_both_rows(decoder, moods):
    mood, null = moods[0], moods[2]
    decoder.set_null(null.slot, null.add)
    decoder.guided = True
    stepped = walk(decoder, IDS, mood)[-1]
    decoder.rewind(0)
    parts = list(decoder.prefill_steps(IDS, *spread(mood, len(IDS))))
    assert len(parts) == -(-len(IDS) // CHUNK)
    np.testing.assert_allclose(parts[-1], stepped, **LOOSE)


def test_two_forks_do_not_hear_each_other(decoder, moods):
    other = decoder.fork()
    expected = walk(decoder, IDS[:20], moods[0])
    decoder.rewind(0)
    for place, token in enumerate(IDS[:20]):
        assert np.array_equal(decoder.step(token, moods[0].slot, moods[0].add), expected[place])
        other.step(3, moods[1].slot, moods[1].add)


def test_a_full_context_is_refused(decoder, moods):
    slots, adds = spread(moods[0], decoder.context)
    decoder.prefill((IDS * 7)[: decoder.context], slots, adds)
    with pytest.raises(ValueError, match="context of 1024"):
        decoder.step(1, moods[0].slot, moods[0].add)


def test_rewinding_forwards_is_refused(decoder):
    with pytest.raises(ValueError, match="cannot rewind"):
        decoder.rewind(1)


def test_the_provider_line_says_what_runs_and_why(loaded: Decoder):
    assert loaded.provider.startswith("CPUExecutionProvider, 1 thread: ")


def test_a_missing_graph_is_one_line(tmp_path, loaded):
    with pytest.raises(ModelError, match=r"decoder\.onnx is missing"):
        load_decoder(tmp_path, loaded.sizes)


def test_a_corrupt_graph_is_one_line(tmp_path, loaded):
    (tmp_path / "decoder.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="not a graph that onnxruntime can open") as caught:
        load_decoder(tmp_path, loaded.sizes)
    assert "\n" not in str(caught.value)


def test_a_graph_of_other_sizes_is_refused():
    sizes = DecoderSizes(vocabulary=512, hidden=64, layers=4, heads=4, head_size=16)
    with pytest.raises(ModelError, match="does not have the sizes"):
        load_decoder(FOLDER, sizes)
