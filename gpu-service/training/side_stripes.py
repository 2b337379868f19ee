"""Measures stripes along the sides of real garments, for the pattern layer: how far from the outline, how wide, of which colour.

The mean colour of a garment by its distance from the outline's sides is a profile; a stripe is where it leaves the leg's own.
"""

from dataclasses import dataclass

import numpy as np
import torch

from pattern import SIDES, PatternLayer, from_sides

DEEPEST, INNER = 5, 8  # px of 64: a stripe's strongest place lies within the one, the leg's own colour between the two
SEEN, OTHER_COLOR = 30.0, 25.0  # Lab over the leg's colour, and between two bands
CHROMA = np.array([1.0, 2.0, 2.0])  # what a and b weigh beside L where colours are told apart: shade differs in L
NARROWEST = 0.8  # px of 64, half a band: a thinner one is not seen on a thumbnail
STEEP = 6.0  # of a threshold: a pixel wide at 64 px
FROM, TO = 0.25, 0.9  # of a garment's height: under the waistband, over the cuff


@dataclass
class Band:
    middle: float
    half: float
    color: np.ndarray  # [3], Lab over the leg


@dataclass
class Sides:
    """One garment's side stripe: one band or two, and the ground's Lab."""

    bands: list[Band]
    ground: np.ndarray

    def numbers(self) -> np.ndarray:
        """What makes two alike, in units that matter about equally."""
        band = self.bands[0]
        second = self.bands[1].color if len(self.bands) > 1 else np.zeros(3)
        return np.concatenate([[band.middle / 2, band.half], band.color / 20, second / 40, self.ground / 40])


def profile(lab: torch.Tensor, alpha: torch.Tensor, ground: torch.Tensor) -> np.ndarray | None:
    """[INNER, 3]: the median Lab over the ground of each pixel's width from the sides; None where the garment is too small."""
    rows = (alpha[0].sum(1) > 4).nonzero()[:, 0]
    if len(rows) < 20:
        return None
    top, height = int(rows[0]), int(rows[-1] - rows[0])
    within = slice(top + int(FROM * height), top + int(TO * height))
    far, over, inside = from_sides(alpha[None])[0, 0, within], (lab - ground[:, None, None])[:, within], alpha[0, within] > 0.9
    found = []
    for place in range(INNER):
        here = inside & (far >= place) & (far < place + 1)
        if here.sum() < 20:
            break
        found.append(over[:, here].median(1).values.numpy())
    return np.stack(found) if len(found) > 3 else None


def measure_sides(lab: torch.Tensor, alpha: torch.Tensor, ground: torch.Tensor) -> Sides | None:
    """Lab [3, 64, 64], alpha [1, 64, 64] and the ground's Lab [3]; None where no stripe is seen."""
    found = profile(lab, alpha, ground)
    if found is None:
        return None
    own = found[min(DEEPEST, len(found) - 1) :].mean(0)
    over = found - own
    strong = np.linalg.norm(over * CHROMA, axis=1)
    first = band(over, strong, int(strong[:DEEPEST].argmax()))
    if strong[:DEEPEST].max() < SEEN:
        return None
    differs = np.linalg.norm((over - first.color) * CHROMA, axis=1) > OTHER_COLOR
    other = np.where(differs & (np.arange(len(strong)) < DEEPEST), strong, 0)
    return Sides([first] if other.max() < SEEN else [first, band(over, other, int(other.argmax()))], ground.numpy())


def band(over: np.ndarray, strong: np.ndarray, peak: int) -> Band:
    """Around its strongest place: as far as the profile keeps half of it, its width by what it sums to."""
    low = high = peak
    while low > 0 and strong[low - 1] >= strong[peak] / 2:
        low -= 1
    while high + 1 < len(strong) and strong[high + 1] >= strong[peak] / 2:
        high += 1
    part = strong[low : high + 1] / strong[peak]
    middle, half = float((part * (np.arange(low, high + 1) + 0.5)).sum() / part.sum()), max(NARROWEST, float(part.sum() / 2))
    if low == 0:  # to the outline and over it: no rim of the ground's colour
        end = max(middle + half, 2 * NARROWEST)
        middle, half = (end - 1) / 2, (end + 1) / 2
    return Band(middle, half, over[peak])


def set_sides(layer: PatternLayer, at: int, found: Sides) -> None:
    """Fills row `at` of the layer."""
    layer.under[at] = 1
    for which, each in enumerate(found.bands):
        layer.kind[at, which, SIDES] = 1
        layer.period[at, which] = each.middle
        layer.threshold[at, which] = 1 - each.half
        layer.steepness[at, which] = STEEP
        layer.colors[at, which] = torch.tensor(each.color).float()
