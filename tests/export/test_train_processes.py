"""Training as processes: killed, started by torchrun, short of memory, on a bare machine.

Every test starts the real command; the losses that it must reproduce come from a run that nothing
happened to.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the offline half needs [train]")

from export.corpus import prepare
from export.train import Trainer, TrainSettings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
SONGS = Path(__file__).parent / "midi"
TINY = ROOT / "models" / "tiny"
PATIENCE_S = 300

# What a bare training machine does not have.
BARE = """
import sys
sys.modules.update(dict.fromkeys({missing}))
from export.commands.train import main
sys.exit(main(sys.argv[1:]))
"""
NOT_NEEDED = (
    "symusic", "onnx", "onnxruntime", "tensorboard", "platformdirs", "textual", "rtmidi",
    "pythonosc",
)  # fmt: skip

# Leaves the process 400 MiB beyond what it holds when training begins.
SHORT_OF_MEMORY = """
import resource, sys
from export.train import Trainer
honest = Trainer.train
def train(self):
    held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + (400 << 20), resource.RLIM_INFINITY))
    honest(self)
Trainer.train = train
from export.commands.train import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> TrainSettings:
    folder = tmp_path_factory.mktemp("processes")
    prepare([SONGS], folder / "corpus")
    return TrainSettings(
        data=folder / "corpus", run=folder / "run", encoder=TINY, hidden=32, layers=1, heads=2,
        tokens=60 * 2 * 96, batch=2, length=96, long_from=1.0, captions=64, checkpoint_every=10,
        log_every=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def quiet_losses(settings: TrainSettings) -> list[float]:
    """The loss of every step of a run that nothing happens to."""
    Trainer(settings).train()
    return losses_of(settings.run)


def losses_of(run: Path) -> list[float]:
    """Losses in the order of the steps, each of which must stand in the log exactly once."""
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    rows = [row for row in rows if "step_loss" in row]
    assert [row["step"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["step_loss"] for row in rows]


def options(settings: TrainSettings, **others: object) -> list[str]:
    values = {
        "encoder": settings.encoder, "hidden": settings.hidden, "layers": settings.layers,
        "heads": settings.heads, "tokens": settings.tokens, "batch-size": settings.batch,
        "length": settings.length, "long-from": 1.0, "captions": settings.captions, "log-every": 1,
        "checkpoint-every": settings.checkpoint_every, "device": "cpu", "threads": 1, **others,
    }  # fmt: skip
    words = [word for name, value in values.items() for word in (f"--{name}", str(value))]
    return [str(settings.data), "-o", str(settings.run), *words]


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Python with some words; whatever still runs at the end of the test is ended."""
    started = []

    def begin(*words: str) -> "subprocess.Popen[str]":
        env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, *words], stderr=subprocess.PIPE, text=True, env=env
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()  # torchrun then ends its workers, which are no children of ours
            process.communicate(timeout=PATIENCE_S)


TRAIN = ("-c", "import sys; from export.commands.train import main; sys.exit(main(sys.argv[1:]))")


def torchrun() -> tuple[str, ...]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return (
        "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-addr", "127.0.0.1",
        "--master-port", str(port), "-m", "export.commands.train",
    )  # fmt: skip


def wait_for_step(run: Path, step: int, process: "subprocess.Popen[str]") -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s and process.poll() is None:
        log = run / "log.jsonl"
        if log.is_file() and f'"step": {step},' in log.read_text():
            return
        time.sleep(0.002)  # a log has no way to tell that it grew
    pytest.fail(f"step {step} was not reached: {process.communicate(timeout=5)[1]}")


def test_a_run_that_is_killed_and_resumed_has_the_losses_of_one_that_never_was(
    start: Start, settings: TrainSettings, quiet_losses: list[float], tmp_path: Path
) -> None:
    mine = replace(settings, run=tmp_path)
    process = start(*TRAIN, *options(mine))
    wait_for_step(tmp_path, 25, process)
    process.kill()
    process.communicate()
    resumed = start(*TRAIN, str(settings.data), "-o", str(tmp_path), "--resume", "--log-every", "1",
                    "--encoder", str(TINY), "--device", "cpu")  # fmt: skip
    said = resumed.communicate(timeout=PATIENCE_S)[1]
    assert resumed.returncode == 0, said
    assert "going on from step" in said
    losses = losses_of(tmp_path)
    assert losses == pytest.approx(quiet_losses, abs=2e-4)
    print("last loss, killed and resumed:", losses[-1], "uninterrupted:", quiet_losses[-1])


def test_two_workers_learn_what_one_does_from_twice_the_batch(
    start: Start, settings: TrainSettings, tmp_path: Path
) -> None:
    tokens = 30 * 4 * 96
    alone = replace(settings, run=tmp_path / "alone", batch=4, tokens=tokens)
    Trainer(alone).train()
    shared = replace(settings, run=tmp_path / "shared", tokens=tokens)
    process = start(*torchrun(), *options(shared, **{"checkpoint-every": 20}))
    said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 0, said
    one, two = losses_of(alone.run), losses_of(shared.run)
    print("one worker:", one[::10], one[-1], "two workers:", two[::10], two[-1])
    assert len(one) == len(two)
    assert two[0] == pytest.approx(one[0], abs=1e-3), "the same music, in two halves"
    # Only dropout differs.
    assert two == pytest.approx(one, abs=0.08)
    progress = json.loads((shared.run / "progress.json").read_text())
    assert progress["tokens"] == tokens


def test_a_lost_worker_ends_the_others(
    start: Start, settings: TrainSettings, tmp_path: Path
) -> None:
    mine = replace(settings, run=tmp_path, tokens=10**9)
    process = start(*torchrun(), *options(mine))
    wait_for_step(tmp_path, 3, process)
    workers = [pid for pid in children(process.pid) if b"export.commands.train" in cmdline(pid)]
    assert len(workers) == 2
    os.kill(workers[1], signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode != 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def children(parent: int) -> list[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(word) for word in text.split()]


def cmdline(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space are Linux's")
def test_running_out_of_memory_halves_the_batch_and_says_so(
    start: Start, settings: TrainSettings, tmp_path: Path
) -> None:
    mine = replace(settings, run=tmp_path, batch=128, length=256, tokens=2 * 128 * 256)
    process = start("-c", SHORT_OF_MEMORY, *options(mine))
    said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 0, said
    lines = [line for line in said.splitlines() if line.startswith("out of memory")]
    assert lines and "64 sequences at a time from here on instead of 128" in lines[0]
    assert len(losses_of(tmp_path)) == 2, "each update still has its 128 sequences"


def test_a_bare_machine_trains_from_the_corpus_folder(
    start: Start, settings: TrainSettings, quiet_losses: list[float], tmp_path: Path
) -> None:
    program = BARE.format(missing=set(NOT_NEEDED))
    words = options(replace(settings, run=tmp_path, tokens=3 * 2 * 96), encoder=tmp_path)
    process = start("-c", program, *words)
    said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 0, said
    assert "no live plots: pip install tensorboard" in said
    assert losses_of(tmp_path)[0] == pytest.approx(quiet_losses[0], abs=1e-4)
