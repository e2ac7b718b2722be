"""Makes a model folder of a training run, if parity holds."""

from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live export RUN -o models/NAME``: a run becomes a model folder, if parity holds."""
    from export.export_model import main as run

    return guarded(lambda: run(argv))
