import pytest

from amt_live.inference.generator import Generator, Sampling

RANGES = ((2, 320),)
BAR = 2


def play(generator, moods, count, bar_every=40):
    """Draw ids, a bar line at every 40th position, the mood changing every 100."""
    ids = []
    for _ in range(count):
        place = generator.position
        if place % bar_every == 0:
            generator.mark()
            token = BAR
        else:
            token = generator.choose(RANGES, (BAR,))
        generator.feed(token, moods[place // 100 % 2])
        ids.append(token)
    return ids


@pytest.fixture
def generator(decoder, moods):
    return Generator(decoder, moods[2], seed=7)


def test_the_stream_goes_past_the_context_many_times(generator, moods):
    assert len(play(generator, moods, 4000)) == 4000
    assert generator.position == 4000


def test_the_same_seed_gives_the_same_stream_across_changes_of_cache(loaded, moods):
    streams = [play(Generator(loaded.fork(), moods[2], 7), moods, 2500) for _ in range(2)]
    assert streams[0] == streams[1]


@pytest.mark.parametrize("guidance", [1.0, 2.0])
@pytest.mark.parametrize("target", [850, 900, 1000, 1015, 1016, 1017, 1030])
def test_having_run_ahead_changes_nothing(loaded, moods, target, guidance):
    straight = Generator(loaded.fork(), moods[2], 7)
    straight.set_sampling(Sampling(guidance=guidance))
    play(straight, moods, target)
    state = straight.sampler.state
    expected = play(straight, moods, 250)

    ahead = Generator(loaded.fork(), moods[2], 7)
    ahead.set_sampling(Sampling(guidance=guidance))
    play(ahead, moods, target)
    ahead.feed(5, moods[1])
    for _ in range(200):
        ahead.feed(ahead.choose(RANGES), moods[1])
    ahead.rewind(target)
    ahead.sampler.state = state
    assert play(ahead, moods, 250) == expected


def test_the_context_is_cut_at_a_bar_line(generator, moods):
    play(generator, moods, 1100, bar_every=70)
    assert generator.snapshot().ids[0] == BAR
    assert generator.snapshot().marks[0] == 0


def test_rewinding_behind_the_context_fills_it_again(generator, moods):
    ids = play(generator, moods, 2000)
    generator.rewind(1100)
    assert generator.position == 1100
    assert list(generator.snapshot().ids) == ids[:1100][-len(generator.snapshot().ids) :]
    play(generator, moods, 50)


def test_rewinding_behind_memory_is_refused(generator, moods):
    play(generator, moods, 5000)
    with pytest.raises(ValueError, match="are remembered"):
        generator.rewind(100)


def test_a_snapshot_goes_on_the_same_way_every_time(generator, moods):
    play(generator, moods, 300)
    kept = generator.snapshot()
    generator.restore(kept)
    first = play(generator, moods, 100)
    play(generator, moods, 200)
    generator.restore(kept)
    assert play(generator, moods, 100) == first


def test_a_primer_longer_than_the_context_keeps_its_newest_bars(generator, moods):
    ids = [BAR if place % 50 == 0 else 100 for place in range(1500)]
    generator.prime(ids, [moods[0]] * 1500, range(0, 1500, 50))
    assert generator.position == 1500
    assert generator.snapshot().ids[0] == BAR
    play(generator, moods, 20)


def test_guidance_can_be_switched_at_any_place(generator, moods):
    play(generator, moods, 990)
    generator.set_sampling(Sampling(guidance=2.0))
    play(generator, moods, 60)
    generator.set_sampling(Sampling())
    play(generator, moods, 60)
    assert generator.position == 1110


def test_an_empty_stream_has_nothing_to_choose_from(generator):
    with pytest.raises(ValueError, match="empty stream"):
        generator.choose(RANGES)
