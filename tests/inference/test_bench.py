import json

from amt_live.inference.bench import run_bench


def test_the_bench_measures_every_part_and_prints_it(decoder):
    result = run_bench(decoder, embed=lambda text: text, repeats=3)
    assert set(result.decode_ms) == {"plain", "guided"}
    assert all(value > 0 for row in result.decode_ms.values() for value in row.values())
    assert result.tokens_per_s > 0
    assert json.loads(json.dumps(result.as_dict()))["provider"] == decoder.provider
    assert any("a second" in line for line in result.lines())
