"""Details that a word names and a convolution of this size does not draw: a cargo garment's pockets, corduroy's ribs, a melange's flecks.

A pocket's seam is half a pixel wide at 64 px, a rib or a fleck a quarter of one: no judge of 64 px sees them (drawn on, they move the logit
of their word by nothing), so none teaches them. Unlike a pattern's, these words reach the convolutions too, for the cut and the cloth that go
with them. Where pockets sit and how they are made was set by eye, on train garments.
"""

import math

import torch
import torch.nn.functional as F

from pattern import DARKEST, from_sides

CARGO, CORDUROY, MELANGE = 13, 44, 53
# Of a pocket, over the garment's mean width (two legs): how far it reaches from the side, how tall it is, and over its height
# where the flap ends. Its top lies TOP_HEIGHT of the garment's height and TOP_WIDTH of its width below the waist.
DEPTH, TALL, FLAP, TOP_HEIGHT, TOP_WIDTH = 0.22, 0.34, 0.3, 0.34, 0.18
SEAM, WITHIN = 0.3, 8.0  # half a seam's width, px of 64; how steeply a flap ends at the pocket's edge
STEEP = {64: 6.0, 256: 9.0}  # of a seam's edge
SEAM_LIGHT = 9.0  # L: a seam is so much darker than the ground, or lighter where there is no darker
RIB_PX, RIB_LIGHT = 3.6, 2.5  # of 256, from one rib to the next; L
FLECK_PX, FLECK_LIGHT = 3, 2.5  # of 256, how long a fleck is; L, one standard deviation


def pockets(alpha: torch.Tensor) -> torch.Tensor:
    """alpha [B, 1, E, E] -> [B, 1, E, E] in 0..1: the seams of a pocket at either side, with a flap."""
    edge = alpha.shape[-1]
    pixel = 64 / edge
    rows = alpha.amax(3, keepdim=True) * pixel
    height = rows.sum(2, keepdim=True)
    width = alpha.sum((2, 3), keepdim=True) * pixel**2 / height.clamp(min=1)
    down = rows.cumsum(2) - rows / 2 - TOP_HEIGHT * height - TOP_WIDTH * width  # from the pocket's top
    half = TALL / 2 * width
    off = torch.maximum(from_sides(alpha) - DEPTH * width, (down - half).abs() - half)  # from its edge, negative within
    seam = lambda away: torch.sigmoid(STEEP[edge] * (SEAM - away.abs()))  # noqa: E731
    return torch.maximum(seam(off), seam(down - FLAP * TALL * width) * torch.sigmoid(-WITHIN * off))


def ribs(edge: int) -> torch.Tensor:
    """[edge]: -1..1 across a garment."""
    return torch.cos(2 * math.pi * torch.arange(edge) / RIB_PX)


def flecks(edge: int) -> torch.Tensor:
    """[edge, edge]: threads of two shades spun together, mean 0 and variance 1; the same for every garment."""
    noise = torch.randn(1, 1, edge, edge + FLECK_PX - 1, generator=torch.Generator().manual_seed(44))
    long = F.avg_pool2d(noise, (1, FLECK_PX), 1)[0, 0]
    return (long - long.mean()) / long.std()


def said(tokens: torch.Tensor, word: int) -> torch.Tensor:
    """[B, 1, 1, 1]: 1 where the word is among tokens [B, 16]."""
    return (tokens == word).any(1).float()[:, None, None, None]


def add_details(tokens, lab, alpha, base):
    """Lab [B, 3, E, E] with the details that the words name; base [B, 3] the ground."""
    edge = alpha.shape[-1]
    step = torch.where(base[:, :1] < SEAM_LIGHT + DARKEST, SEAM_LIGHT, -SEAM_LIGHT)[:, :, None, None]
    light = pockets(alpha) * step * said(tokens, CARGO)
    if edge == 256:
        light = light + ribs(edge).to(lab) * RIB_LIGHT * said(tokens, CORDUROY) + flecks(edge).to(lab) * FLECK_LIGHT * said(tokens, MELANGE)
    return torch.cat([lab[:, :1] + light, lab[:, 1:]], 1)
