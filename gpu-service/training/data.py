"""The packed dataset that `npm run catalog` wrote, as tensors; tokens come from there and are never made here."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lab import lab_to_rgb, rgb_to_lab
from model import COLOR_TOKEN, MAX_TOKENS

TYPE_TOKENS = (1, 2, 3)
DENIM_TOKENS = (2, 39)
LOUD = ("striped", "checked", "printed", "graphic", "color block", "ripped", "frayed", "side stripe", "shiny")


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
    pack = pack_path(source, 64)
    lab = torch.empty(len(rows), 3, 64, 64, dtype=torch.float16)
    alpha = torch.empty(len(rows), 1, 64, 64, dtype=torch.uint8)
    for start in range(0, len(rows), 512):
        part = np.stack([pack[r["pack64"]] for r in rows[start : start + 512]])
        rgba = torch.from_numpy(part)
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
    kept = tokens != COLOR_TOKEN
    order = (~kept).to(torch.int8).argsort(dim=1, stable=True)
    return (tokens * kept).gather(1, order)


def loud_words(source: Source) -> frozenset[int]:
    """Ids of words that are never left out in training: a pattern or a tear that no word explains would be learned as chance."""
    return frozenset(word["id"] for word in source.meta["tokens"] if word["word"] in LOUD)


def shopper_order(tokens: torch.Tensor, kind: torch.Tensor, rng: np.random.Generator, loud: frozenset[int] = frozenset()) -> torch.Tensor:
    """Titles as shoppers type them: [B, 16] -> [B, 16], random prefixes, some words left out (`loud` ones never), some order shuffled.

    As in the query's tokeniser, a sequence without a type starts with one.
    """
    result = torch.zeros_like(tokens)
    for row, words in enumerate(tokens.tolist()):
        words = [word for word in words if word > 0]
        if rng.random() < 0.25:
            rng.shuffle(words)
        if rng.random() < 0.3:
            words = [word for word in words if word in loud or rng.random() > 0.3] or words
        if rng.random() < 0.4:
            cut = rng.integers(1, len(words) + 1)
            words = words[:cut] + [word for word in words[cut:] if word in loud]
        if not any(word in TYPE_TOKENS for word in words):
            words = [TYPE_TOKENS[int(kind[row])], *words[: MAX_TOKENS - 1]]
        result[row, : len(words)] = torch.tensor(words)
    return result


def augment(lab, alpha, color, denim, rng: torch.Generator):
    """Translation by one pixel at most (the margin is less than two), mirror, and recolouring of garment and label together (never denim).

    Recolouring keeps the lightness within 15 of the garment's own, because folds of black cloth are not those of white.
    """
    batch = len(lab)
    picture = torch.cat([lab, alpha], 1)
    shift = torch.randint(-1, 2, (2,), generator=rng).tolist()
    picture = torch.roll(picture, shift, (2, 3))
    mirror = torch.rand(batch, generator=rng) < 0.5
    picture = torch.where(mirror.view(-1, 1, 1, 1), picture.flip(3), picture)
    lab, alpha = picture[:, :3], picture[:, 3:]
    other = color[torch.randperm(batch, generator=rng)]
    close = (other[:, 0] - color[:, 0]).abs() < 15
    angle = torch.rand(batch, generator=rng) * 6.2832
    chroma = torch.rand(batch, generator=rng) * 60
    fresh = torch.stack([color[:, 0], chroma * angle.cos(), chroma * angle.sin()], 1)
    fresh = torch.where((torch.rand(batch, generator=rng) < 0.5)[:, None], fresh, torch.where(close[:, None], other, color))
    dark = color[:, 0] < 18
    chosen = (torch.rand(batch, generator=rng) < 0.3) & ~denim & ~dark
    target = torch.where(chosen[:, None], in_gamut(fresh), color)
    lab = lab + (target - color)[:, :, None, None]
    return lab, alpha, target


def in_gamut(lab: torch.Tensor) -> torch.Tensor:
    """Lab [B, 3] -> the Lab of its clipped sRGB."""
    return rgb_to_lab(lab_to_rgb(lab))


def join(first: Dataset, second: Dataset) -> Dataset:
    """Two datasets one after the other."""
    names = ("lab", "alpha", "tokens", "color", "cluster", "kind", "gender", "denim")
    return Dataset(*(torch.cat([getattr(first, n), getattr(second, n)]) for n in names), rows=first.rows + second.rows)
