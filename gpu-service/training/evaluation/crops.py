"""Real pictures as bytes, and crops of 128 of 256 px that lie on the garment."""

import numpy as np
import torch

import data as datasets
import realism

EDGE = 128
SHARP_PX = 330


def sharp(data: datasets.Dataset) -> datasets.Dataset:
    """The garments whose 256-px picture holds true detail; the rest were enlarged."""
    return datasets.subset(data, [i for i, row in enumerate(data.rows) if row["pack256"] is not None and row["detailPx"] >= SHARP_PX])


def real_pictures(data: datasets.Dataset) -> np.ndarray:
    """The garments themselves at 64 px: uint8 [N, 64, 64, 3]."""
    parts = [slice(i, i + 512) for i in range(0, len(data), 512)]
    return np.concatenate([realism.recolor(data.lab[p].float(), data.alpha[p].float() / 255, data.color[p], data.color[p]) for p in parts])


def real_rgba(pack: np.memmap, data: datasets.Dataset) -> np.ndarray:
    return np.stack([pack[row["pack256"]] for row in data.rows])


def on_white(rgba: np.ndarray) -> np.ndarray:
    """uint8 [N, H, W, 4] -> uint8 [N, H, W, 3]."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return (rgba[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)


def real_large(pack: np.memmap, data: datasets.Dataset) -> np.ndarray:
    return on_white(real_rgba(pack, data))


def place(mask: np.ndarray, rng: np.random.Generator, attempts: int = 12) -> tuple[int, int]:
    """Top and left of a crop of EDGE px on the garment: the most covered of some random ones. mask bool [H, W]."""
    best, chosen = -1.0, (0, 0)
    for _ in range(attempts):
        top, left = (int(rng.integers(0, side - EDGE + 1)) for side in mask.shape)
        covered = mask[top : top + EDGE : 4, left : left + EDGE : 4].mean()
        if covered > best:
            best, chosen = covered, (top, left)
        if covered > 0.9:
            break
    return chosen


def crops_of(pictures: np.ndarray, masks: np.ndarray, rng: np.random.Generator, each: int) -> np.ndarray:
    """uint8 [N, 256, 256, 3], masks bool [N, 256, 256] -> uint8 [N * each, 128, 128, 3]."""
    cut = []
    for picture, mask in zip(pictures, masks, strict=True):
        for _ in range(each):
            top, left = place(mask, rng)
            cut.append(picture[top : top + EDGE, left : left + EDGE])
    return np.stack(cut)


def one_crop_each(pack: np.memmap, data: datasets.Dataset) -> np.ndarray:
    """A crop of every garment, always the same: uint8 [N, 128, 128, 3]."""
    pictures = real_large(pack, data)
    return crops_of(pictures, realism.mask_of(pictures), np.random.default_rng(0), 1)


def training_crops(pack: np.memmap, data: datasets.Dataset, index: torch.Tensor, order: np.random.Generator) -> torch.Tensor:
    """One crop of each row, mirrored half of the time: [B, 3, 128, 128] in 0..1."""
    rgba = np.stack([pack[data.rows[i]["pack256"]] for i in index.tolist()])
    cut = []
    for one in rgba:
        top, left = place(one[..., 3] > 128, order, 4)
        piece = one[top : top + EDGE, left : left + EDGE]
        cut.append(piece[:, ::-1] if order.random() < 0.5 else piece)
    return torch.from_numpy(on_white(np.stack(cut))).permute(0, 3, 1, 2).float() / 255
