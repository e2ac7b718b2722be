import importlib.metadata
from pathlib import Path

from amt_live import runtime

TINY = Path(__file__).parents[2] / "models" / "tiny"


def test_the_provider_line_is_what_the_session_really_has():
    session, line = runtime.open_session(TINY / "decoder.onnx", threads=2)
    assert line.startswith(f"{session.get_providers()[0]}, 2 threads: ")
    assert ("no CUDA driver" in line) != runtime.has_cuda_driver()


def test_one_runtime_alone_is_no_collision():
    installed = {
        str(package.name).lower().replace("_", "-")
        for package in importlib.metadata.distributions()
    }
    both = {"onnxruntime", "onnxruntime-gpu"} <= installed
    assert (runtime.colliding_packages() is not None) == both


def test_both_runtimes_together_are_named_with_the_fix(tmp_path, monkeypatch):
    for name in ("onnxruntime", "onnxruntime-gpu"):
        info = tmp_path / f"{name.replace('-', '_')}-1.23.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.23.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    warning = runtime.colliding_packages()
    assert warning is not None
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in warning
    assert "\n" not in warning
