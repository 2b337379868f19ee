"""The packed dataset that `npm run catalog` wrote, as tensors; tokens come from there and are never made here."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from lab import lab_to_rgb, rgb_to_lab
from model import COLOR_TOKEN, MAX_TOKENS
from pattern import asks_pattern
from runs import pick_device
from words import packed

TYPE_TOKENS = (1, 2, 3)
DENIM_TOKENS, BELT_TOKENS = (2, 39), (29, 30)
LOUD = ("graphic", "color block", "ripped", "frayed", "shiny")
# From where on a place of a garment is of another colour, in Lab units, and how much of one may be if no word says why.
CONTRAST, CONTRAST_SHARE = 25.0, 0.04


@dataclass
class Dataset:
    """N garments: pictures as Lab + alpha and everything that is known of each in words and numbers."""

    lab: torch.Tensor  # float16 [N, 3, 64, 64]
    alpha: torch.Tensor  # uint8 [N, 1, 64, 64]
    tokens: torch.Tensor  # int64 [N, 16]
    color: torch.Tensor  # float32 [N, 3], measured
    cluster: torch.Tensor  # int64 [N]
    kind: torch.Tensor  # int64 [N], type 0..2, -1 unknown
    gender: torch.Tensor  # int64 [N], -1 unknown
    denim: torch.Tensor  # bool [N]
    rows: list[dict]

    def __len__(self) -> int:
        return len(self.tokens)

    def to(self, device: torch.device | str) -> "Dataset":
        """The same garments with every tensor on `device`; batches are cut and augmented there."""
        return Dataset(*(getattr(self, name).to(device) for name in TENSORS), rows=self.rows)


TENSORS = ("lab", "alpha", "tokens", "color", "cluster", "kind", "gender", "denim")


@dataclass
class Source:
    """What a dataset folder says of itself."""

    folder: Path
    rows: list[dict]
    meta: dict
    centroids: torch.Tensor
    groups: dict[int, str]
    vocabulary: int


def open_source(folder: str | Path) -> Source:
    folder = Path(folder)
    meta = json.loads((folder / "dataset.json").read_text())
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    words = meta["tokens"]
    groups = {word["id"]: word.get("group") or word["kind"] for word in words}
    centroids = torch.tensor(json.loads((folder / "colors.json").read_text())["centroids"], dtype=torch.float32)
    return Source(folder, rows, meta, centroids, groups, max(groups) + 1)


def pack_path(source: Source, edge: int) -> np.memmap:
    data = np.memmap(source.folder / f"rgba{edge}.bin", dtype=np.uint8, mode="r")
    return data.reshape(-1, edge, edge, 4)


def load(source: Source, split: str, use: str = "generator", limit: int | None = None) -> Dataset:
    """Rows of a split that may be used for `use` and have a picture at 64 px and a measured colour."""
    rows = [r for r in source.rows if r["split"] == split and r["usable"][use] and r["pack64"] is not None and r["lab"] is not None]
    rows = rows[:limit]
    pack, device = pack_path(source, 64), pick_device()
    lab = torch.empty(len(rows), 3, 64, 64, dtype=torch.float16)
    alpha = torch.empty(len(rows), 1, 64, 64, dtype=torch.uint8)
    for start in range(0, len(rows), 512):
        part = np.stack([pack[r["pack64"]] for r in rows[start : start + 512]])
        rgba = torch.from_numpy(part).to(device)
        lab[start : start + 512] = rgb_to_lab(rgba[..., :3].float() / 255).permute(0, 3, 1, 2).half()
        alpha[start : start + 512] = rgba[..., 3:].permute(0, 3, 1, 2)
    tokens = torch.zeros(len(rows), MAX_TOKENS, dtype=torch.int64)
    for index, row in enumerate(rows):
        words = row["tokens"][:MAX_TOKENS]
        tokens[index, : len(words)] = torch.tensor(words)
    number = lambda key: torch.tensor([-1 if r[key] is None else r[key] for r in rows])  # noqa: E731
    color = torch.tensor([r["lab"] for r in rows], dtype=torch.float32)
    cluster = torch.cdist(color, source.centroids).argmin(1)
    denim = torch.tensor([any(t in DENIM_TOKENS for t in r["tokens"]) for r in rows])
    return Dataset(lab, alpha, tokens, color, cluster, number("type"), number("gender"), denim, rows)


def rivals(source: Source, width: int = 8) -> torch.Tensor:
    """[vocabulary, width]: other words of a word's exclusive group (or kind), 0 where there are none."""
    table = torch.zeros(source.vocabulary, width, dtype=torch.int64)
    for word, group in source.groups.items():
        others = [other for other, its in sorted(source.groups.items()) if its == group and other not in (word, COLOR_TOKEN)]
        for slot in range(width):
            if others:
                table[word, slot] = others[(slot * max(1, len(others) // width) + slot) % len(others)]
    return table


def as_asked(tokens: torch.Tensor) -> torch.Tensor:
    """[B, 16] with the colour's token taken out: colour reaches the graphs as Lab alone, so that it cannot change the cut.

    `shared/model/inputs.ts` does the same.
    """
    return packed(tokens, tokens != COLOR_TOKEN)


def unpatterned(data: Dataset, loud: torch.Tensor) -> Dataset:
    """The garments without a pattern: what the convolutions learn from.

    Nor with one that no word tells of: a print whose title is silent, or braces, would be learned as chance and come unasked.
    `loud` [V] are the words that explain a contrast (`loud_words`); denim is worn and washed, a belt may differ.
    """
    belted = torch.isin(data.tokens, torch.tensor(BELT_TOKENS, device=data.tokens.device)).any(1)
    explained = loud.to(data.tokens.device)[data.tokens].any(1) | data.denim | belted
    plain = ~asks_pattern(data.tokens).any(1) & (explained | (contrast(data) <= CONTRAST_SHARE))
    return subset(data, plain.nonzero()[:, 0].tolist())


def contrast(data: Dataset, rows: int = 512) -> torch.Tensor:
    """[N]: how much of a garment, its edges aside, lies further than CONTRAST from its own colour."""
    parts = [slice(start, start + rows) for start in range(0, len(data), rows)]
    shares = [of_other_color(data.lab[part].float(), data.alpha[part] > 250, data.color[part]) for part in parts]
    return torch.cat(shares) if shares else torch.zeros(0, device=data.lab.device)


def of_other_color(lab: torch.Tensor, opaque: torch.Tensor, color: torch.Tensor) -> torch.Tensor:
    """[B]: the share of the pixels inside `opaque` [B, 1, H, W], its edge aside, whose Lab [B, 3, H, W] lies further than CONTRAST from `color` [B, 3]."""
    inside = F.max_pool2d((~opaque).float(), 5, stride=1, padding=2)[:, 0] == 0
    other = (lab - color[:, :, None, None]).norm(dim=1) > CONTRAST
    return (other & inside).sum((1, 2)) / inside.sum((1, 2)).clamp(min=1)


def loud_words(source: Source) -> torch.Tensor:
    """[vocabulary], true for words that are never left out in training: a pattern or a tear that no word explains would be learned as chance."""
    loud = torch.zeros(source.vocabulary, dtype=torch.bool)
    loud[[word["id"] for word in source.meta["tokens"] if word["word"] in LOUD]] = True
    return loud


def shopper_order(tokens: torch.Tensor, kind: torch.Tensor, rng: torch.Generator, loud: torch.Tensor | None = None) -> torch.Tensor:
    """Titles as shoppers type them: [B, 16] -> [B, 16], random prefixes, some words left out (`loud` [V] ones never), some order shuffled.

    As in the query's tokeniser, a sequence without a type starts with one. `rng` is of the tensors' device.
    """
    batch, width = tokens.shape
    chance = lambda *size: torch.rand(*size, generator=rng, device=tokens.device)  # noqa: E731
    said = tokens > 0
    never = torch.zeros_like(said) if loud is None else loud.to(tokens.device)[tokens] & said
    place = torch.arange(width, device=tokens.device).expand_as(tokens).float()
    rank = torch.where(chance(batch, 1) < 0.5, chance(batch, width), place)
    rest = said & ((chance(batch, width) > 0.3) | never)
    thinned = (chance(batch, 1) < 0.3) & rest.any(1, keepdim=True)
    kept = torch.where(thinned, rest, said)
    lengths = kept.sum(1, keepdim=True)
    cut = (chance(batch, 1) * lengths).long() + 1
    cut = torch.where(chance(batch, 1) < 0.4, cut, lengths)
    before = torch.where(kept, rank, float("inf")).argsort(dim=1).argsort(dim=1)
    kept = kept & ((before < cut) | never)
    typed = ((tokens >= min(TYPE_TOKENS)) & (tokens <= max(TYPE_TOKENS)) & kept).any(1, keepdim=True)
    first = torch.where(typed, 0, min(TYPE_TOKENS) + kind.clamp(min=0)[:, None])
    words = torch.cat([first, tokens], 1)
    rank = torch.cat([torch.full_like(rank[:, :1], -1), rank], 1)
    return packed(words, torch.cat([first > 0, kept], 1), rank)[:, :width]


def augment(lab, alpha, color, denim, rng: torch.Generator):
    """Translation by one pixel at most (the margin is less than two), mirror, and recolouring of garment and label together (never denim).

    Recolouring keeps the lightness within 15 of the garment's own, because folds of black cloth are not those of white.
    `rng` is of the tensors' device.
    """
    batch, device = len(lab), lab.device
    chance = lambda *size: torch.rand(*size, generator=rng, device=device)  # noqa: E731
    picture = torch.cat([lab, alpha], 1)
    picture = shifted(picture, 1, rng)
    picture = torch.where(chance(batch, 1, 1, 1) < 0.5, picture.flip(3), picture)
    lab, alpha = picture[:, :3], picture[:, 3:]
    other = color[chance(batch).argsort()]
    close = (other[:, 0] - color[:, 0]).abs() < 15
    angle = chance(batch) * 6.2832
    chroma = chance(batch) * 60
    fresh = torch.stack([color[:, 0], chroma * angle.cos(), chroma * angle.sin()], 1)
    fresh = torch.where((chance(batch) < 0.5)[:, None], fresh, torch.where(close[:, None], other, color))
    dark = color[:, 0] < 18
    chosen = (chance(batch) < 0.3) & ~denim & ~dark
    target = torch.where(chosen[:, None], in_gamut(fresh), color)
    lab = lab + (target - color)[:, :, None, None]
    return lab, alpha, target


def shifted(pictures: torch.Tensor, reach: int, rng: torch.Generator, *more: torch.Tensor) -> torch.Tensor | list[torch.Tensor]:
    """[B, C, H, W], all moved by the same at most `reach` pixels each way, what comes in at an edge being that edge; `more` likewise."""
    edge = pictures.shape[2]
    move = torch.randint(-reach, reach + 1, (2, 1), generator=rng, device=pictures.device)
    rows, columns = (torch.arange(edge, device=pictures.device) + move).clamp(0, edge - 1)
    moved = [x.index_select(2, rows).index_select(3, columns) for x in (pictures, *more)]
    return moved if more else moved[0]


def in_gamut(lab: torch.Tensor) -> torch.Tensor:
    """Lab [B, 3] -> the Lab of its clipped sRGB."""
    return rgb_to_lab(lab_to_rgb(lab))


def subset(data: Dataset, index: list[int]) -> Dataset:
    return Dataset(*(getattr(data, name)[index] for name in TENSORS), rows=[data.rows[i] for i in index])


def join(first: Dataset, second: Dataset) -> Dataset:
    """Two datasets one after the other."""
    return Dataset(*(torch.cat([getattr(first, n), getattr(second, n)]) for n in TENSORS), rows=first.rows + second.rows)
