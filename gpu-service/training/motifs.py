"""Tiles of printed cloth, for the pattern layer: blotches, blobs, flowers, leaves, dots and the spots of fur, drawn by arithmetic from fixed chance.

A tile is as large as a picture at 64 px, so that a print does not repeat on a garment, and has no seam. A threshold makes motifs of it.
"""

from collections.abc import Callable

import numpy as np
import torch

from pattern import TILE_EDGE

# px of 64 from one motif to the next. The order is that of `tiles`.
BLOTCHES, BLOBS, FLOWERS, LEAVES, DOTS, SPOTS = (4.0, 7.0), (4.5, 6.5), (9.0, 12.0), 10.7, (TILE_EDGE / 12, TILE_EDGE / 8), 5.5
BLOB_TILE = len(BLOTCHES)
FLOWER_TILE = BLOB_TILE + len(BLOBS)
LEAF_TILE = FLOWER_TILE + len(FLOWERS)
DOT_TILE = LEAF_TILE + 1
FUR_TILE = DOT_TILE + len(DOTS)
JITTER, APART = 0.45, 0.3  # of a step, by which a blob, and a flower or a sprig, lies beside its place
PETALS = 5


def scattered(rng: np.random.Generator, along: int, jitter: float) -> np.ndarray:
    """Places [N, 2] of motifs on a tile, `along` in a row, every second row between those of the first."""
    step = TILE_EDGE / along
    rows = [(row + 0.5, column + 0.5 * (row % 2) + 0.25) for row in range(along) for column in range(along)]
    return (np.array(rows) + rng.uniform(-jitter, jitter, (len(rows), 2))) * step


def around(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Radius and angle [64, 64] of every pixel, seen from a place of a tile without seams."""
    line = np.arange(TILE_EDGE) + 0.5
    y, x = ((line - at + TILE_EDGE / 2) % TILE_EDGE - TILE_EDGE / 2 for at in place)
    return np.hypot(y[:, None], x[None]), np.arctan2(y[:, None], x[None])


def strewn(rng: np.random.Generator, step: float, jitter: float, motif: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """A tile [64, 64] of motifs, `step` px from one to the next: each a field of its own radius and angle, the highest where they meet."""
    return np.max([motif(*around(place)) for place in scattered(rng, round(TILE_EDGE / step), jitter)], 0)


def dots(rng: np.random.Generator, step: float) -> np.ndarray:
    """Round, all alike, in a lattice."""
    return strewn(rng, step, 0, lambda radius, _: np.exp(-((radius / (0.3 * step)) ** 2)))


def blobs(rng: np.random.Generator, step: float) -> np.ndarray:
    """Of two to five lobes, each of its own size, where they fall: leaves and figures at the size of a thumbnail."""

    def blob(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
        lobes, turn, depth, size = rng.integers(2, 6), rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.6), 0.3 * step * rng.uniform(0.6, 1.4)
        return np.exp(-((radius / (size * (1 + depth * np.cos(lobes * angle + turn)))) ** 2))

    return strewn(rng, step, JITTER, blob)


def flowers(rng: np.random.Generator, step: float) -> np.ndarray:
    """Blossoms, each turned and a little larger or smaller; a high threshold leaves their round middles."""

    def blossom(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
        size, turn = 0.38 * step * rng.uniform(0.75, 1.2), rng.uniform(0, 2 * np.pi)
        between = 1 - np.abs(np.cos(PETALS / 2 * (angle + turn))) ** 0.6
        return np.exp(-((radius / (size * (1 - (radius / size).clip(0, 1) * 0.6 * between))) ** 2))

    return strewn(rng, step, APART, blossom)


def leaves(rng: np.random.Generator, step: float) -> np.ndarray:
    """Sprigs of three leaves, each pointed at both ends; a high threshold leaves their middle rib."""

    def sprig(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
        length, turn = 0.75 * step * rng.uniform(0.8, 1.2), rng.uniform(0, 2 * np.pi)
        return np.max([leaf(length, radius, angle - turn - spread) for spread in (-0.9, 0, 0.9)], 0)

    def leaf(length: float, radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
        along, aside = radius * np.cos(angle), radius * np.sin(angle)
        middle = (2 * along / length - 1).clip(-1.5, 1.5)  # -1..1 from its foot to its tip
        return np.exp(-((aside / (0.3 * length * (1 - middle**2).clip(0.1))) ** 2) - middle**8)

    return strewn(rng, step, APART, sprig)


def noise(rng: np.random.Generator, wave: float, band: float) -> np.ndarray:
    """About a wavelength: a broad band makes blotches, a narrow one spots as of fur."""
    line = np.fft.fftfreq(TILE_EDGE)
    frequency = np.hypot(line[:, None], line[None]).clip(1e-3)
    band = np.exp(-0.5 * (np.log(frequency * wave) / band) ** 2)
    return np.fft.ifft2(np.fft.fft2(rng.standard_normal((TILE_EDGE, TILE_EDGE))) * band).real


def tiles(rng: np.random.Generator) -> torch.Tensor:
    """[TILES, 64, 64], mean 0 and variance 1, without a seam."""
    found = [noise(rng, wave, 0.5) for wave in BLOTCHES] + [blobs(rng, step) for step in BLOBS] + [flowers(rng, step) for step in FLOWERS]
    found += [leaves(rng, LEAVES), *(dots(rng, step) for step in DOTS), noise(rng, SPOTS, 0.22)]
    return torch.tensor(np.stack([(tile - tile.mean()) / tile.std() for tile in found])).float()
