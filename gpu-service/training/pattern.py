"""The pattern layer: what `striped`, `checked`, `printed` and `side stripe` put on a garment that the convolutions draw plain.

A convolution that doubles a 4 x 4 map knows no period and no place: asked for stripes it hatches. So these words do not reach
it. They choose one of a few patterns, each two layers of one colour over the ground: stripes down or across (a cosine of the
place), a band along the outline's sides, or motifs (a tile as large as a picture), cut sharp at a threshold. A
threshold can be cut at 64 px and again at 256 px, so that Stage-II's garment wears the same cloth, sharper. The patterns, and
which words and colours choose which, are measured on real garments (`fit_patterns.py`, `side_stripes.py`).
"""

import math

import torch
from torch import nn

from words import packed

PATTERN_TOKENS = STRIPED, CHECKED, PRINTED, SIDE_STRIPE = 49, 50, 51, 36
DOWN, ACROSS, SIDES, FIRST_TILE = 0, 1, 2, 3  # kinds of a layer's field; every tile is one more
PATTERNS_MAX = 56
LAYERS, TILES, TILE_EDGE = 2, 10, 64
DRAW, NEVER = 1.28, 1e4  # a normal's share of a Gumbel's spread, as in Stage1.base_color; no score is as high
PHASE_AT, STRENGTH_AT = 31, 30  # which of the noise turns a stripe's phase, and what gives a colour its strength
DRAWS = 30  # the noise before them, by which a word's patterns are drawn: no word has more
STRENGTH = 0.25
SHARP = {64: 1.0, 256: 2.5}  # how steep a threshold is, over the 64-px pixel's own blur
DARKEST, LIGHTEST = 6.0, 98.0
HOLD_WIDTH = 24.0  # Lab: what differs so much from the ground (a drawstring, a button) wears no pattern


class PatternLayer(nn.Module):
    """Buffers [P patterns, 2 layers, ...], all measured and none learned by gradient.

    `words` [P] the token that asks for it, -1 for a place that is not filled. `draw` [P] which of the noise it is drawn by. `kind` [P, 2, 3 + TILES] one of: down, across, sides, a tile. `period` [P, 2] px of
    64; of a band along the sides how far from the outline its middle lies, and its threshold is 1 less half its width. `threshold`, `steepness` [P, 2] of the field. `colors` [P, 2, 3] Lab over the ground. `under` [P] 1 where the second layer lies
    under the first. `choice` [P, hidden + 3] and `usual` [P]: the logits of a pattern, given the words' state and the ground.
    """

    def __init__(self, hidden: int):
        super().__init__()
        count = PATTERNS_MAX
        self.register_buffer("words", torch.full((count,), -1))
        self.register_buffer("draw", torch.zeros(count, dtype=torch.long))
        self.register_buffer("kind", torch.zeros(count, LAYERS, FIRST_TILE + TILES))
        self.register_buffer("period", torch.ones(count, LAYERS))
        self.register_buffer("threshold", torch.zeros(count, LAYERS))
        self.register_buffer("steepness", torch.ones(count, LAYERS))
        self.register_buffer("colors", torch.zeros(count, LAYERS, 3))
        self.register_buffer("under", torch.zeros(count))
        self.register_buffer("choice", torch.zeros(count, hidden + 3))
        self.register_buffer("usual", torch.zeros(count))
        self.register_buffer("tiles", torch.zeros(TILES, TILE_EDGE, TILE_EDGE))

    def choose(self, tokens, state, noise, base):
        """(pattern [B], whether there is one [B]) of tokens [B, 16], state [B, hidden], noise [B, 32] and ground [B, 3]."""
        asked = (tokens[:, :, None] == self.words[None, None]).any(1).float()
        logits = torch.cat([state, base / 50], 1) @ self.choice.T + self.usual
        score = logits + DRAW * noise[:, self.draw] + NEVER * (asked - 1)
        return score.argmax(1), asked.amax(1)

    def masks(self, pattern, noise, alpha):
        """alpha [B, 1, E, E] -> [B, 2, E, E] in 0..1: where the colours of two layers lie."""
        kind, period, edge = self.kind[pattern], self.period[pattern], alpha.shape[-1]
        place = (torch.arange(edge, device=noise.device) + 0.5) * (64 / edge) - 32
        turn = math.pi * noise[:, PHASE_AT, None, None]
        wave = torch.cos(2 * math.pi * place / period[:, :, None] + turn)
        share = lambda of: kind[:, :, of, None, None]  # noqa: E731
        down, across = wave[:, :, None, :] * share(DOWN), wave[:, :, :, None] * share(ACROSS)
        sides = (1 - (from_sides(alpha) - period[:, :, None, None]).abs()) * share(SIDES)
        motif = (kind[:, :, FIRST_TILE:] @ self.tiles.flatten(1)).view(-1, LAYERS, TILE_EDGE, TILE_EDGE)
        if edge != TILE_EDGE:
            enlarge = enlarged(edge // TILE_EDGE).to(motif)
            motif = enlarge @ motif @ enlarge.T
        field = down + across + sides + motif
        return torch.sigmoid(SHARP[edge] * self.steepness[pattern][:, :, None, None] * (field - self.threshold[pattern][:, :, None, None]))

    def forward(self, pattern, present, noise, base, alpha):
        """Lab to be added to the ground, [B, 3, E, E]."""
        first, second = self.masks(pattern, noise, alpha).split(1, 1)
        second = second * (1 - self.under[pattern][:, None, None, None] * first)
        strength = present * (1 + STRENGTH * noise[:, STRENGTH_AT])
        colors = self.colors[pattern] * strength[:, None, None]
        light = base[:, :1] + colors[:, :, 0]  # what would be lighter than white or darker than black goes the other way
        within = ((light >= DARKEST) & (light <= LIGHTEST)).float() * 2 - 1
        colors = torch.cat([colors[:, :, :1] * within[:, :, None], colors[:, :, 1:]], 2)
        return first * colors[:, 0, :, None, None] + second * colors[:, 1, :, None, None]


def from_sides(alpha):
    """alpha [B, 1, E, E] -> how far a place lies from the nearer side of the outline along its row, in px of 64, [B, 1, E, E].

    What is counted is garment: the gap between two legs takes no room.
    """
    alpha = alpha * (64 / alpha.shape[-1])
    left = alpha.cumsum(3) - alpha / 2
    return torch.minimum(left, alpha.sum(3, keepdim=True) - left)


def enlarged(times: int) -> torch.Tensor:
    """[times * 64, 64]: a tile's columns -> those of the same tile `times` as large, cubic (Keys 1981, a = -0.75) and without a seam.

    As a matrix on both sides: an enlargement of the whole picture took 5 of 56 ms on a core.
    """
    place = (torch.arange(times * TILE_EDGE, dtype=torch.float64) + 0.5) / times - 0.5
    made = torch.zeros(len(place), TILE_EDGE, dtype=torch.float64)
    for tap in range(-1, 3):
        at = place.floor().long() + tap
        far, a = (place - at).abs(), -0.75
        near = (a + 2) * far**3 - (a + 3) * far**2 + 1
        weight = torch.where(far <= 1, near, a * (far**3 - 5 * far**2 + 8 * far - 4))
        made[torch.arange(len(place)), at % TILE_EDGE] += weight
    return made.float()


def hold(lab, base):
    """[B, 1, H, W] in 0..1: how much of a pattern a place of the plain garment wears."""
    return torch.exp(-(lab - base[:, :, None, None]).square().sum(1, keepdim=True) / (2 * HOLD_WIDTH**2))


def plain_words(tokens):
    """tokens [B, 16] without those of pattern, the others moved up."""
    return packed(tokens, ~asks_pattern(tokens))


def asks_pattern(tokens):
    """True where a token is one of pattern."""
    return sum(tokens == word for word in PATTERN_TOKENS) > 0
