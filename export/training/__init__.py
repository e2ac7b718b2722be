"""The parts of a training run: its settings, batches, workers, arithmetic, files and journal."""
