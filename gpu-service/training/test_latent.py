"""The numpy mirror gives the values that the TypeScript original is held to."""

import json
from pathlib import Path

import numpy as np

from latent import LATENT_LENGTH, latent_for_seed, latent_for_seeds

GOLDEN = Path(__file__).parents[2] / "test/shared/model/latent-golden.json"


def test_golden_values():
    golden = json.loads(GOLDEN.read_text())
    latents = latent_for_seeds([row["seed"] for row in golden])
    assert latents.shape == (len(golden), LATENT_LENGTH)
    assert latents.dtype == np.float32
    for row, latent in zip(golden, latents):
        assert [float(value) for value in latent[:6]] == row["first"]
        assert [float(value) for value in latent[-2:]] == row["last"]


def test_one_seed_equals_its_row_in_a_batch():
    assert (latent_for_seeds([3, 4_294_967_295, 7])[2] == latent_for_seed(7)).all()


def test_values_are_about_standard_normal():
    latents = latent_for_seeds(range(2000)).astype(np.float64)
    assert abs(latents.mean()) < 0.01
    assert abs(latents.var() - 1) < 0.01
    assert np.abs(latents).max() <= 6
