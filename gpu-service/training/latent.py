"""The latent vectors of seeds, equal to the bit to `shared/model/latent.ts`, whose docstring is the specification."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Z_LENGTH = 64
NOISE_LENGTH = 32
LATENT_LENGTH = Z_LENGTH + NOISE_LENGTH

_DISCARDED = 12
_UNIFORMS_PER_VALUE = 12


def latent_for_seeds(seeds: Iterable[int]) -> np.ndarray:
    """Latents of B unsigned 32-bit seeds as float32 [B, 96]: z (64), then conditioning noise (32)."""
    state = np.asarray(list(seeds), dtype=np.uint32)
    words = []
    for _ in range(3):
        state = state + np.uint32(0x9E3779B9)
        z = (state ^ (state >> 16)) * np.uint32(0x21F0AAAD)
        z = (z ^ (z >> 15)) * np.uint32(0x735A2D97)
        words.append(z ^ (z >> 15))
    a, b, c = words

    latent = np.empty((len(state), LATENT_LENGTH), dtype=np.float32)
    total = np.zeros(len(state), dtype=np.int64)
    outputs = _DISCARDED + LATENT_LENGTH * _UNIFORMS_PER_VALUE
    for step in range(outputs):
        t = a + b + np.uint32(step + 1)
        a = b ^ (b >> 9)
        b = c + (c << 3)
        c = ((c << 21) | (c >> 11)) + t
        if step < _DISCARDED:
            continue
        total += t >> 8
        value, uniform = divmod(step - _DISCARDED, _UNIFORMS_PER_VALUE)
        if uniform == _UNIFORMS_PER_VALUE - 1:
            latent[:, value] = total / 2**24 - 6
            total[:] = 0
    return latent


def latent_for_seed(seed: int) -> np.ndarray:
    """Latent of one seed, float32 [96]."""
    return latent_for_seeds([seed])[0]
