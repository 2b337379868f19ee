"""Measures the patterns of real garments, for the pattern layer: stripes' direction and period, motifs' size, cover and colours.

Of each garment that is told as striped, checked, printed or with a side stripe a dozen numbers are kept, no pixel. A few garments that stand for the
others (k-medoids, Kaufman and Rousseeuw 1987) become the layer's patterns; a ridge-regularised softmax learns which of them the
words and the ground go with. Faint ones are left out: who types `striped` wants to see stripes.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

import data as datasets
from motifs import BLOB_TILE, BLOBS, BLOTCHES, DOT_TILE, DOTS, FLOWER_TILE, FLOWERS, FUR_TILE, LEAF_TILE, LEAVES, SPOTS, tiles
from pattern import ACROSS, CHECKED, DOWN, FIRST_TILE, PRINTED, SIDE_STRIPE, STRIPED, PatternLayer, plain_words
from side_stripes import CHROMA, measure_sides, set_sides

SHARE = {STRIPED: 12, CHECKED: 10, PRINTED: 28, SIDE_STRIPE: 6}  # of PATTERNS_MAX
HELD = 0.004  # weight of squared weights where words and ground learn which pattern they go with
CHANCE = {STRIPED: 9, CHECKED: 0, PRINTED: 12, SIDE_STRIPE: 0}  # seeds of who stands for others: of a few, the nearest to real garments in the guides' features
FAINT, SPARSE = 11.0, 0.03  # Lab over the ground, share of the garment
VISIBLE = 13.0  # Lab: a pattern's first colour is at least so far from the ground
FINER, COARSER = 1.4, 0.8  # px from one motif, or one blotch, to the next, over the width at which a print resembles itself
STEEP = 1.3  # of a threshold, over the period: a pixel wide at 64 px
LONGEST = 16  # px of 64 between two stripes, at most
LEAST, BLOOM, MIDDLE = 0.08, 0.12, 0.15  # share of a garment that a print's motifs, and that flowers or leaves cover at least; of one that its middle does
WOMENS, APART = (4, 6), 1.0  # tokens: women, girls; how far their prints lie from others', in `Measured.numbers`
LARGEST = 0.5  # share of a garment that one colour of a pattern may cover: the colour asked for is the ground's
BLOTCHES_FROM, FUR_FROM, COLORFUL = 0.65, 0.15, 15.0  # cover; cover; chroma over the ground's
REGULAR = 0.3  # how much a print resembles itself, both ways, one motif further: dots in a lattice


@dataclass
class Measured:
    """One garment's pattern. `down`, `across`: share of detail that is stripes so; `cover` and `colors` of two layers, Lab over the ground;
    `womens`: of those that it stands for, the share told as women's or girls'."""

    down: float
    across: float
    period_down: float
    period_across: float
    size: float
    regular: float
    cover: tuple[float, float]
    colors: np.ndarray  # [2, 3]
    ground: np.ndarray  # [3]
    womens: float = 1.0

    def numbers(self) -> np.ndarray:
        """What makes two patterns alike, in units that matter about equally."""
        stripes = [self.down > self.across, self.down / (self.down + self.across + 1e-6)]
        sizes = np.log([self.period_down, self.period_across, self.size])
        return np.concatenate([np.array(stripes, float) * 1.5, sizes * 1.5, np.array(self.cover) * 3, self.colors[0] / 20, self.colors[1] / 40, self.ground / 40])


def correlation(x: torch.Tensor, inside: torch.Tensor, axis: int, lags: int = LONGEST + 1) -> np.ndarray:
    """Of an image [H, W] with itself, moved by 0..lags - 1 along an axis, where both lie inside; 1 at 0."""
    x, edge = x * inside, x.shape[axis]
    pair = lambda v, lag: v.narrow(axis, 0, edge - lag) * v.narrow(axis, lag, edge - lag)  # noqa: E731
    found = [float(pair(x, lag).sum() / pair(inside, lag).sum().clamp(min=1)) for lag in range(lags)]
    return np.array(found) / max(found[0], 1e-6)


def first_peak(correlated: np.ndarray) -> tuple[float, float]:
    """The lag at which a pattern repeats, between pixels by a parabola, and how alike it is there; LONGEST and 0 where it does not."""
    for lag in range(2, len(correlated) - 1):
        before, here, after = correlated[lag - 1 : lag + 2]
        if here > before and here >= after and here > 0.05:
            return lag + 0.5 * (before - after) / min(before - 2 * here + after, -1e-6), float(here)
    return float(LONGEST), 0.0


def striped(detail: torch.Tensor, inside: torch.Tensor, rows: int, columns: int) -> tuple[float, torch.Tensor, torch.Tensor]:
    """Share of the detail that stays in means over rows x columns, those means, and where they lie inside."""
    mean = lambda v: F.avg_pool2d(v[None, None], (rows, columns), 1)[0, 0]  # noqa: E731
    means, whole = mean(detail * inside), mean(inside) > 0.99
    total = (detail.square() * inside).sum() / inside.sum()
    share = float(means[whole].square().mean() / total.clamp(min=1e-6)) if whole.any() else 0.0
    return share, means, whole.float()


def measure(lab: torch.Tensor, alpha: torch.Tensor, ground: torch.Tensor) -> Measured | None:
    """Lab [3, 64, 64], alpha [1, 64, 64] and the ground's Lab [3]; None where there is too little garment or pattern."""
    inside = (-F.max_pool2d(-alpha[None], 3, 1, 1))[0, 0] > 0.9
    if inside.sum() < 150:
        return None
    over = (lab - ground[:, None, None])[:, inside]
    levels = two_levels(over)
    if levels is None:
        return None
    cover, colors = levels
    axis = torch.linalg.svd(over - over.mean(1, keepdim=True), full_matrices=False)[0][:, 0]
    along, mask = ((lab - ground[:, None, None]) * axis[:, None, None]).sum(0), inside.float()
    blur = lambda v: F.avg_pool2d(F.pad(v[None, None], (4,) * 4), 9, 1)[0, 0]  # noqa: E731
    detail = (along - blur(along * mask) / blur(mask).clamp(min=1e-3)) * mask
    down, means_down, whole_down = striped(detail, mask, 9, 1)
    across, means_across, whole_across = striped(detail, mask, 1, 9)
    around = (correlation(detail, mask, 0, 9) + correlation(detail, mask, 1, 9)) / 2
    falls = next((lag for lag in range(1, 9) if around[lag] < 0.3), 8)
    size = 4 * (falls - (0.3 - around[falls]) / max(around[falls - 1] - around[falls], 1e-6))
    (period_down, alike_down), (period_across, alike_across) = first_peak(correlation(means_down, whole_down, 1)), first_peak(correlation(means_across, whole_across, 0))
    return Measured(down, across, period_down, period_across, float(np.clip(size, 2.5, 20)), min(alike_down, alike_across), cover, colors, ground.numpy())


def two_levels(over: torch.Tensor) -> tuple[tuple[float, float], np.ndarray] | None:
    """Pixels [3, N] over the ground -> cover and colours of what lies on it, by k-means with the ground held at 0."""
    over = over * torch.tensor(CHROMA).to(over)[:, None]
    away = over[:, over.norm(dim=0) > FAINT / 2]
    if away.shape[1] < SPARSE * over.shape[1]:
        return None
    first = away[:, away.norm(dim=0).argmax()]
    second = away[:, (away - first[:, None]).norm(dim=0).argmax()]
    centers = torch.stack([torch.zeros(3), first, second])
    for _ in range(12):
        nearest = torch.cdist(over.T, centers).argmin(1)
        for each in (1, 2):
            if (nearest == each).any():
                centers[each] = over[:, nearest == each].mean(1)
    colors, cover = centers[1:].numpy(), np.array([float((nearest == each).float().mean()) for each in (1, 2)])
    seen = np.linalg.norm(colors, axis=1) >= FAINT  # the rest is folds and shade
    order = np.lexsort((-cover, ~seen))
    colors, cover = colors[order], (cover * seen)[order]
    if cover[0] < SPARSE:
        return None
    return (float(cover[0]), float(cover[1])), colors * (cover > 0)[:, None] / CHROMA.astype(colors.dtype)


def medoids(points: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows that stand for the others, and of each row which."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    chosen = [int(apart.sum(0).argmin())]
    while len(chosen) < count:
        near = apart[:, chosen].min(1) ** 2 + 1e-9
        chosen.append(int(rng.choice(len(points), p=near / near.sum())))
    for _ in range(20):
        nearest = apart[:, chosen].argmin(1)
        chosen = [int(group[apart[np.ix_(group, group)].sum(0).argmin()]) if len(group := np.flatnonzero(nearest == k)) else chosen[k] for k in range(count)]
    return np.array(chosen), apart[:, chosen].argmin(1)


def set_wave(layer: PatternLayer, at: int, which: int, direction: int, period: float, cover: float) -> None:
    cover = float(np.clip(cover, 0.12, LARGEST))
    layer.kind[at, which, direction] = 1
    layer.period[at, which] = max(period, 2.6)
    layer.threshold[at, which] = float(np.cos(np.pi * cover))
    layer.steepness[at, which] = STEEP * max(period, 2.6)


def set_motif(layer: PatternLayer, at: int, which: int, tile: int, wave: float, cover: float) -> None:
    layer.kind[at, which, FIRST_TILE + tile] = 1
    cover = min(cover, LARGEST)
    layer.threshold[at, which] = float(layer.tiles[tile].flatten().quantile(1 - cover))
    layer.steepness[at, which] = STEEP * wave


def set_pattern(layer: PatternLayer, at: int, found: Measured, word: int) -> None:
    """Fills row `at` of the layer with what was measured of one garment."""
    colors = torch.tensor(found.colors).float()
    colors = colors * max(1.0, VISIBLE / float(colors[0].norm()))
    layer.colors[at, 0] = colors[0]
    if word == STRIPED:
        downward = found.down >= found.across
        set_wave(layer, at, 0, DOWN if downward else ACROSS, found.period_down if downward else found.period_across, found.cover[0])
    elif word == CHECKED:
        line = 1 - (1 - min(found.cover[0] + found.cover[1], 0.8)) ** 0.5
        set_wave(layer, at, 0, DOWN, found.period_down, line)
        set_wave(layer, at, 1, ACROSS, found.period_across, line)
        layer.colors[at] = colors[0] * 0.7
    else:
        set_print(layer, at, found, colors)


def set_print(layer: PatternLayer, at: int, found: Measured, colors: torch.Tensor) -> None:
    """Motifs of the first colour over some of the second; or flowers and leaves of the first with their middles of the second."""
    motifs = print_of(found)
    layer.under[at] = 1
    if FLOWER_TILE <= motifs[0][0] <= LEAF_TILE:
        for which, (tile, wave) in enumerate(motifs):  # the middle lies on the motif
            set_motif(layer, at, which, tile, wave, max(found.cover[0], BLOOM) * (1 if which else MIDDLE))
        ribbed = motifs[0][0] < LEAF_TILE or found.cover[1] > 0  # of one colour, a blossom shows the ground in its middle and a leaf does not
        layer.colors[at, 0], layer.colors[at, 1] = colors[1 if ribbed else 0], colors[0]
        return
    for which, (tile, wave) in enumerate(motifs):
        set_motif(layer, at, which, tile, wave, max(found.cover[which], LEAST * (which == 0)))
    layer.colors[at, 1] = colors[1]


def print_of(found: Measured) -> list[tuple[int, float]]:
    """(tile, px from one to the next) of a print's two layers, by its cover, its motifs' size and colours and whether they repeat.

    What has motifs as large as a flower has flowers where most of its garments are women's or girls', and leaves else.
    """
    blotchy, steps = sum(found.cover) >= BLOTCHES_FROM, (*BLOBS, *FLOWERS)
    if not blotchy and np.hypot(*found.colors[0][1:]) < COLORFUL and found.colors[0][0] < 0 and sum(found.cover) > FUR_FROM and found.size < SPOTS:
        return [(FUR_TILE, SPOTS), (BLOB_TILE, BLOBS[0])]
    nearest = lambda steps, size: int(np.abs(np.log(np.array(steps) / size)).argmin())  # noqa: E731
    if blotchy:
        first, steps, one = 0, BLOTCHES, nearest(BLOTCHES, COARSER * found.size)
    elif found.regular > REGULAR:
        first, steps, one = DOT_TILE, DOTS, nearest(DOTS, FINER * found.size)
    else:
        first, one = BLOB_TILE, nearest(steps, FINER * found.size)
        if one >= len(BLOBS):
            return [(first + one, steps[one])] * 2 if found.womens >= 0.5 else [(LEAF_TILE, LEAVES)] * 2
    return [(first + each, steps[each]) for each in (one, one - 1 if one else 1)]


def choices(inputs: torch.Tensor, labels: torch.Tensor, count: int, steps: int = 300) -> tuple[torch.Tensor, torch.Tensor]:
    """Softmax regression of labels [N] on inputs [N, D], held small: weights [count, D] and bias."""
    model = torch.nn.Linear(inputs.shape[1], count)
    torch.nn.init.zeros_(model.weight), torch.nn.init.zeros_(model.bias)
    optimiser = torch.optim.Adam(model.parameters(), 0.03)
    for _ in range(steps):
        loss = F.cross_entropy(model(inputs), labels) + HELD * model.weight.square().sum()
        optimiser.zero_grad(), loss.backward(), optimiser.step()
    return model.weight.detach(), model.bias.detach()


def fit_patterns(generator, data: datasets.Dataset) -> int:
    """Sets the generator's pattern layer by the garments of `data`; the words' states are its own. Returns the patterns set."""
    layer, at = generator.pattern, 0
    layer.load_state_dict(PatternLayer(generator.config.hidden).state_dict())
    layer.tiles.copy_(tiles(np.random.default_rng(0)))
    for word, share in SHARE.items():
        rows = (data.tokens == word).any(1).nonzero()[:, 0].tolist()
        look, fill = (measure_sides, set_sides) if word == SIDE_STRIPE else (measure, partial(set_pattern, word=word))
        found = {row: look(data.lab[row].float().cpu(), data.alpha[row].float().cpu() / 255, data.color[row].cpu()) for row in rows}
        kept = [row for row in rows if found[row]]
        if not kept:
            continue
        share = min(share, len(kept))
        womens = torch.isin(data.tokens[kept], torch.tensor(WOMENS, device=data.tokens.device)).any(1).float().cpu().numpy()
        points = np.stack([found[row].numbers() for row in kept])
        if word == PRINTED:
            points = np.concatenate([points, APART * womens[:, None]], 1)
        chosen, nearest = medoids(points, share, np.random.default_rng(CHANCE[word]))
        for number, which in enumerate(chosen):
            layer.words[at + number], layer.draw[at + number] = word, number
            one = found[kept[which]]
            fill(layer, at + number, replace(one, womens=float(womens[nearest == number].mean())) if word == PRINTED else one)
        with torch.no_grad():
            state = generator.text(plain_words(datasets.as_asked(data.tokens[kept]))).float()
        weight, bias = choices(torch.cat([state, data.color[kept] / 50], 1).cpu(), torch.tensor(nearest), share)
        layer.choice[at : at + share], layer.usual[at : at + share] = weight, bias
        at += share
    return at


def dress(generator, data: datasets.Dataset) -> None:
    """What a generator of plain garments is given before it is exported: its patterns."""
    fit_patterns(generator, data)
    as_stored(generator.pattern)
    for name, word in (("striped", STRIPED), ("checked", CHECKED), ("printed", PRINTED), ("side stripe", SIDE_STRIPE)):
        if word not in generator.pattern.words.tolist():
            print(f"No garment of the catalogue shows `{name}`: who asks for it will see a plain one.", flush=True)


@torch.no_grad()
def as_stored(layer: PatternLayer) -> None:
    """Rounds to half precision as the graphs do: the edge of a stripe does not move on the way."""
    for buffer in layer.buffers():
        if buffer.is_floating_point():
            buffer.copy_(buffer.half().float())
