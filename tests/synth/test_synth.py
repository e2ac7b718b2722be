"""Sound without a DAW: the real FluidSynth on a real JACK server, and the sound itself heard."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amt_live.control.state import BandState, PartState
from amt_live.errors import FileError
from amt_live.synth.beside import Synth, sounds_of
from amt_live.synth.program import audio_drivers, command, find_instrument, last_error

ROOT = Path(__file__).parents[2]
EAR = Path(__file__).with_name("sound_ear.py")
LIMIT_S = 40.0


class Band:
    """A daemon on JACK with a synthesizer, and an ear at what that plays."""

    def __init__(self, env: dict[str, str], port: int, folder: Path, soundfont: Path) -> None:
        self.name = f"amt-synth-{port}"
        words = ["--model=tiny", "--midi-api=jack", f"--osc-port={port}", "--tempo=200"]
        words += ["--mood=loud busy piano", "--discovery=off", f"--takes={folder}"]
        settings = {"PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull}
        self.errors = folder / "stderr"
        sink = self.errors.open("w")
        self.daemon = subprocess.Popen(
            [sys.executable, "-m", "amt_live", "daemon", *words, f"--synth={soundfont}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            env={**env, **settings},
        )
        sink.close()
        assert self.daemon.stdout is not None
        self.lines = list(iter(self.daemon.stdout.readline, "ready\n"))
        self.ear = subprocess.Popen(
            [sys.executable, str(EAR), f"ear-{port}", self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )

    def heard(self) -> tuple[float, int]:
        """The loudest sample of a tenth of a second, and how many ports the synthesizer has."""
        assert self.ear.stdout is not None
        loudest, ports = self.ear.stdout.readline().split()
        return float(loudest), int(ports)

    def hear(self, is_it: Callable[[float, int], bool]) -> None:
        deadline_s = time.monotonic() + LIMIT_S
        while not is_it(*self.heard()):
            assert time.monotonic() < deadline_s, self.errors.read_text()

    def processes(self) -> dict[int, str]:
        """What runs for this synthesizer: keeper and FluidSynth."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != self.daemon.pid:
                try:
                    words = (folder / "cmdline").read_bytes().decode().split("\0")
                except OSError:
                    continue
                if any(word.endswith(self.name) for word in words) and str(EAR) not in words:
                    found[int(folder.name)] = words[0]
        return found

    def fluidsynth(self) -> int:
        (pid,) = (p for p, program in self.processes().items() if "fluidsynth" in program)
        return pid

    def close(self) -> None:
        for process in (self.daemon, self.ear):
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


@pytest.fixture
def band(
    killing_jack,
    free_udp_port: int,
    tmp_path: Path,
    soundfont: Path,
    require_external: Callable[[str], str],
) -> Iterator[Band]:
    require_external("fluidsynth")
    playing = Band(killing_jack.env, free_udp_port, tmp_path, soundfont)
    yield playing
    playing.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_is_heard_comes_back_and_never_outlives_the_band(band: Band) -> None:
    assert any(line.startswith("synthesizer: FluidSynth through jack") for line in band.lines)
    band.hear(lambda loudest, ports: loudest > 0.01)
    # Killed, it comes back by itself, connected and heard, and the band says so.
    first = band.fluidsynth()
    os.kill(first, signal.SIGKILL)
    band.hear(lambda loudest, ports: ports == 0 or loudest == 0)
    band.hear(lambda loudest, ports: loudest > 0.01)
    assert band.fluidsynth() != first
    assert "FluidSynth ended (signal 9); it is started again" in band.errors.read_text()
    assert band.daemon.poll() is None
    # Killed, the band leaves nobody who goes on sounding.
    ours = band.processes()
    assert len(ours) >= 2
    band.daemon.kill()
    band.hear(lambda loudest, ports: ports == 0)
    deadline_s = time.monotonic() + LIMIT_S
    while band.processes():
        assert time.monotonic() < deadline_s, band.processes()
        time.sleep(0.05)


def test_what_is_missing_is_one_line_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match="there is no soundfont"):
        monkeypatch.setattr("shutil.which", lambda name: "/bin/true")
        find_instrument(str(tmp_path / "none.sf2"))
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(FileError, match="apt install fluidsynth, or brew install fluid-synth"):
        find_instrument("auto")


def test_without_a_midi_system_or_a_sound_system_the_band_plays_on_and_says_why(
    soundfont: Path,
    free_udp_port: int,
    require_external: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require_external("fluidsynth")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "amt-no-such-server")
    monkeypatch.setenv("PULSE_SERVER", "/no/such/socket")
    complaints: list[str] = []
    for api, says in (("null", "would need a MIDI system"), ("jack", "no sound system takes")):
        synth = Synth(str(soundfont), free_udp_port, complaints.append, BandState)
        synth.start(api)
        try:
            line = synth.line(LIMIT_S)
            assert line.startswith("no sound from here: ") and says in line
        finally:
            synth.close()
    assert complaints == []
    nothing = Synth(None, free_udp_port, complaints.append, BandState)
    nothing.start("jack")
    assert nothing.line() == ""
    nothing.close()


def test_it_is_told_the_sounds_of_the_band_and_named_after_its_port(soundfont: Path) -> None:
    state = BandState(parts=(PartState("piano", 3, 40, level=90),))
    assert sounds_of(state) == ["prog 2 40", "cc 2 7 90"]
    words = command("fluidsynth", "a.sf2", "me", audio="alsa", midi="alsa_seq", autoconnect=True)
    assert "midi.alsa_seq.id=me" in words and "midi.autoconnect=1" in words
    assert not any("jack" in word for word in words)
    assert "-i" not in words  # it ends with its stdin only while it reads it


def test_the_reason_is_picked_from_what_it_prints() -> None:
    lines = ["x", "fluidsynth: error: Failed to connect to Jack server.", "Giving up."]
    assert last_error(lines) == "Failed to connect to Jack server."
    assert last_error([]) == "no reason given"


def test_its_drivers_are_asked_for(require_external: Callable[[str], str]) -> None:
    found = audio_drivers(require_external("fluidsynth"))
    assert "jack" in found and "file" not in found
    assert audio_drivers("/no/such/program") == ()
