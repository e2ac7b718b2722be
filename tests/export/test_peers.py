"""Other runtimes at the same weights; each is looked at where it is installed."""

import json

import numpy as np
import pytest

from amt_live.errors import UsageError
from export import peers
from export.commands.bench import main
from export.graph import quantise_cache, quantise_matmuls
from export.peer_files import Source
from export.to_onnx import DecoderShape, build_decoder

SHAPE = DecoderShape(hidden=64, layers=2, heads=2)
IDS = np.random.default_rng(1).integers(2, 500, 40).tolist()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("peers")
    weights = peers.random_weights(SHAPE)
    for name in ("fp32", "int8", "cached"):
        (scratch / name).mkdir()
    build_decoder(weights, SHAPE).save(scratch / "fp32" / peers.GRAPH)
    quantise_matmuls(scratch / "fp32" / peers.GRAPH, scratch / "int8" / peers.GRAPH)
    return Source(weights, SHAPE, scratch, scratch / "int8" / peers.GRAPH)


def hear(decoder, ids):
    silent = np.zeros((len(ids) - 1, SHAPE.hidden), np.float32)
    decoder.rewind(0)
    decoder.prefill(ids[:-1], silent, silent)
    return decoder.step(ids[-1], silent[0], silent[0])[0].copy()


def test_every_peer_that_is_installed_plays_the_same_weights(source):
    expected = hear(peers._open(source.scratch / "fp32", SHAPE), IDS)
    opened = peers.open_peers(source)
    assert "transformers" in [runner.name for runner in opened.runners]
    assert len(opened.runners) + len(opened.missing) == 5
    for line in opened.missing:
        assert "not installed" in line
    for runner in opened.runners:
        logits = runner.logits(IDS)
        spoken = np.isfinite(logits) & (logits > -1e6)  # one of them never draws its end token
        assert np.corrcoef(logits[spoken], expected[spoken])[0, 1] > 0.99, runner.name


def test_every_peer_steps_at_a_place(source):
    for runner in peers.open_peers(source).runners:
        runner.go_to(64)
        assert len(runner.steps(4, 0.0)) == len(runner.steps(4, 0.001)) == 4, runner.name


def test_a_peer_that_is_not_installed_is_named(source, monkeypatch):
    monkeypatch.setattr(peers.importlib.util, "find_spec", lambda name: None)
    opened = peers.open_peers(source)
    assert opened.runners == ()
    assert "llama.cpp: not installed (llama_cpp, gguf)" in opened.missing


def test_a_cache_of_8_bits_hears_about_the_same(source):
    wide = peers._open(source.graph.parent, SHAPE)
    quantise_cache(source.graph, source.scratch / "cached" / peers.GRAPH, peers.cache_peaks(wide))
    narrow = peers._open(source.scratch / "cached", SHAPE)
    assert narrow.cache.dtype == np.int8 and 4 * narrow.cache.nbytes == wide.cache.nbytes
    expected, heard = hear(wide, IDS), hear(narrow, IDS)
    assert np.corrcoef(expected, heard)[0, 1] > 0.99
    assert not np.array_equal(expected, heard)
    narrow.rewind(20)
    silent = np.zeros(SHAPE.hidden, np.float32)
    again = [narrow.step(token, silent, silent)[0].copy() for token in IDS[20:]]
    narrow.rewind(20)
    for token, logits in zip(IDS[20:], again, strict=True):
        assert np.array_equal(narrow.step(token, silent, silent)[0], logits)


def test_a_shape_is_layers_and_width():
    shape = peers.parse_shape("6x512")
    assert (shape.layers, shape.hidden, shape.head_size) == (6, 512, 64)
    assert peers.parse_shape("4X160").heads == 5
    for text in ("512", "6x", "x512", "6x12", "0x512", "6x9999999", "-6x512"):
        with pytest.raises(UsageError, match="--shape"):
            peers.parse_shape(text)


def test_the_command_measures_a_shape_beside_its_peers(capsys, monkeypatch):
    from amt_live import benching

    monkeypatch.setattr(benching, "ROUNDS", 1)
    assert main(["tiny", "--shape=1x32", "--peers", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["model"].startswith("random weights, 1x32")
    assert figures["first_note_s"] is None
    for name, row in figures["peers"].items():
        assert list(row) == ["64", "512", "1000"], name
        assert all(ratio > 0 for ratio in row.values()), name
    assert "transformers" in figures["peers"]
