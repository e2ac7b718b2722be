"""The measuring half of the evaluation, in one place: what to call, in order.

Everything takes ``Window`` lists, real or played; nothing here plays a model. Signatures::

    # real.py
    corpus_windows(corpus, *, bars=8, splits=None, per_piece=None, seed=0) -> list[Window]
    file_windows(path, *, bpm, bars=8, wanted_bars=None, label=None, piece="") -> list[Window]
    scored_labels(windows, minimum=30) -> tuple[str, ...]

    # features.py: 40 numbers a window, FEATURES names them
    features(windows) -> Floats[W, 40]

    # probe.py: fitted on real training music only, cached by the fingerprint of the corpus
    load_probe(corpus_folder: Path, cache: Path) -> Probe
    probe.probabilities(features) -> Floats[W, len(probe.labels)]
    adherence(probe, played, real, labels) -> Adherence(adherence, genre_top3, real_top1, ...)

    # overlap.py: NDR, velocity, pitch class, register, rhythm; per label and macro
    profiles(windows) -> Profiles
    compare(played: Profiles, real: Profiles, labels) -> Similarity(per_label, macro)
    ceiling(real, labels, seed=0) / floor(real, labels, seed=0) -> dict[str, float]
    overall(macro, adherence, degenerate, copied) -> float

    # musicality.py
    musicality(windows) -> dict[str, Floats[W]]   # names in MUSICALITY
    self_similarity(windows, lag_bars) -> Floats[W]
    Limits.of(real_train_windows); degenerate(windows, limits) -> NDArray[bool] [W]

    # frechet.py
    frechet(played_features, real_features) -> float, both standardised by the probe's scale

    # copying.py
    load_known(corpus_folder, cache) -> NDArray[uint64]
    copied_share(windows, known) -> Floats[W]      # excess = mean(played) - mean(held-out real)

    # attributes_asked.py
    attribute_correlation(windows, asked_z, scale) -> dict[str, float]

    # flips.py
    beat_readings(window, scale, from_beat=0, span_beats=4) -> Floats[beats, CONTINUOUS]
    fit_sides(readings_a, readings_b) -> Sides; sides.score(readings) > 0 is B's side
    flip_beats(scores) -> float        # scores from the boundary on; inf where it never flips
    splice(first, second, at_beat) -> Window

    # bootstrap.py
    interval(values, groups, statistic=mean, draws=1000, seed=0) -> tuple[float, float]
    interval_of(statistic, groups, ...)  # statistic(indices) -> float, for what is no mean
"""
