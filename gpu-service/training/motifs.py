"""Tiles of printed cloth, for the pattern layer: blotches, blobs, flowers, leaves, dots and the spots of fur, drawn by arithmetic from fixed chance.

A tile is as large as a picture at 64 px, so that a print does not repeat on a garment, and has no seam. A threshold makes motifs of it.
"""

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
JITTER = 0.45  # of a step, by which a blob lies beside its place
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


def dots(rng: np.random.Generator, step: float) -> np.ndarray:
    """Round, all alike, in a lattice."""
    return np.max([np.exp(-((around(place)[0] / (0.3 * step)) ** 2)) for place in scattered(rng, round(TILE_EDGE / step), 0)], 0)


def blobs(rng: np.random.Generator, step: float) -> np.ndarray:
    """Of two to five lobes, each of its own size, where they fall: leaves and figures at the size of a thumbnail."""
    drawn = []
    for place in scattered(rng, round(TILE_EDGE / step), JITTER):
        radius, angle = around(place)
        lobes, turn, depth, size = rng.integers(2, 6), rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.6), 0.3 * step * rng.uniform(0.6, 1.4)
        drawn.append(np.exp(-((radius / (size * (1 + depth * np.cos(lobes * angle + turn)))) ** 2)))
    return np.max(drawn, 0)


def flowers(rng: np.random.Generator, step: float) -> np.ndarray:
    """Blossoms, each turned and a little larger or smaller; a high threshold leaves their round middles."""
    drawn = []
    for place in scattered(rng, round(TILE_EDGE / step), 0.3):
        radius, angle = around(place)
        size, turn = 0.38 * step * rng.uniform(0.75, 1.2), rng.uniform(0, 2 * np.pi)
        between = 1 - np.abs(np.cos(PETALS / 2 * (angle + turn))) ** 0.6
        drawn.append(np.exp(-((radius / (size * (1 - (radius / size).clip(0, 1) * 0.6 * between))) ** 2)))
    return np.max(drawn, 0)


def leaves(rng: np.random.Generator, step: float) -> np.ndarray:
    """Sprigs of three leaves, each pointed at both ends; a high threshold leaves their middle rib."""
    drawn = []
    for place in scattered(rng, round(TILE_EDGE / step), 0.3):
        radius, angle = around(place)
        length, turn = 0.75 * step * rng.uniform(0.8, 1.2), rng.uniform(0, 2 * np.pi)
        for spread in (-0.9, 0, 0.9):
            along, aside = radius * np.cos(angle - turn - spread), radius * np.sin(angle - turn - spread)
            middle = (2 * along / length - 1).clip(-1.5, 1.5)  # -1..1 from its foot to its tip
            drawn.append(np.exp(-((aside / (0.3 * length * (1 - middle**2).clip(0.1))) ** 2) - middle**8))
    return np.max(drawn, 0)


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
