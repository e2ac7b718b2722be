"""The token model: KV cache, sampler, generation. Knows neither text nor music."""
