"""Distances between sets of garment pictures, in two feature spaces, and the controls they are read against.

A distance alone says little: it is reported as a gap, (D - D_real) / (D_flat - D_real), where D_real is the distance of real
pictures from other real pictures and D_flat that of real silhouettes filled with one colour. 0 is real, 1 is no cloth at all.
"""

import numpy as np
import torch
import torch.nn.functional as F

from lab import lab_to_rgb, rgb_to_lab


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Frechet distance of two feature sets under a Gaussian model (Heusel et al. 2017); FD-<network>, not FID."""
    mean = a.mean(0) - b.mean(0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ cov_b @ root).clip(0)).sum()
    return float(mean @ mean + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """KID: unbiased squared MMD with the cubic polynomial kernel (Binkowski et al. 2018), times 1000."""
    kernel = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3  # noqa: E731
    aa, bb, ab = kernel(a, a), kernel(b, b), kernel(a, b)
    n, m = len(a), len(b)
    within = (aa.sum() - np.trace(aa)) / (n * (n - 1)) + (bb.sum() - np.trace(bb)) / (m * (m - 1))
    return float(1000 * (within - 2 * ab.mean()))


def texture_patches(pictures: np.ndarray, masks: np.ndarray, rng: np.random.Generator, count: int = 12_000, levels: int = 2, patch: int = 7) -> list[np.ndarray]:
    """Patches of the Laplacian pyramid inside the mask: per level [count, 3 * patch * patch], unit spread per channel left as is.

    pictures uint8 [N, H, W, 3] sRGB, masks bool [N, H, W].
    """
    image = rgb_to_lab(torch.from_numpy(pictures).float() / 255).permute(0, 3, 1, 2)
    mask = torch.from_numpy(masks).float()[:, None]
    found = []
    for _ in range(levels):
        down = F.avg_pool2d(image, 2)
        detail = image - F.interpolate(down, scale_factor=2, mode="bilinear", align_corners=False)
        inside = -F.max_pool2d(-mask, patch, stride=1, padding=patch // 2)
        places = inside[:, 0].nonzero()
        if len(places):
            half = patch // 2
            ok = ((places[:, 1:] >= half) & (places[:, 1:] < torch.tensor(image.shape[2:]) - half)).all(1)
            places = places[ok]
            chosen = places[torch.from_numpy(rng.integers(0, len(places), count))]
            padded = detail.unfold(2, patch, 1).unfold(3, patch, 1)
            found.append(padded[chosen[:, 0], :, chosen[:, 1] - half, chosen[:, 2] - half].flatten(1).numpy())
        image, mask = down, (F.avg_pool2d(mask, 2) > 0.99).float()
    return found


def sliced_wasserstein(a: list[np.ndarray], b: list[np.ndarray], rng: np.random.Generator, directions: int = 128) -> float:
    """Mean over levels of the sliced Wasserstein-1 distance of patch sets (Karras et al. 2018)."""
    total = 0.0
    for one, other in zip(a, b, strict=True):
        way = rng.normal(size=(one.shape[1], directions))
        way /= np.linalg.norm(way, axis=0)
        total += np.abs(np.sort(one @ way, 0) - np.sort(other @ way, 0)).mean()
    return float(total / len(a))


def mask_of(pictures: np.ndarray) -> np.ndarray:
    """uint8 [N, H, W, 3] on white -> bool [N, H, W]: clearly off white. The same rule for real and generated."""
    lab = rgb_to_lab(torch.from_numpy(pictures).float() / 255)
    white = torch.tensor([100.0, 0.0, 0.0])
    return ((lab - white).norm(dim=-1) > 4).numpy()


def flat_fill(lab: torch.Tensor, alpha: torch.Tensor, color: torch.Tensor) -> np.ndarray:
    """Real silhouettes filled with the garment's own colour: [N, 3|1, H, W], color [N, 3] -> uint8 [N, H, W, 3]."""
    rgb = lab_to_rgb(color)[:, :, None, None]
    return to_bytes(rgb * alpha + 1 - alpha)


def recolor(lab: torch.Tensor, alpha: torch.Tensor, own: torch.Tensor, asked: torch.Tensor) -> np.ndarray:
    """Real garments moved in Lab from their own colour to the one asked for: uint8 [N, H, W, 3]."""
    moved = lab + (asked - own)[:, :, None, None]
    return to_bytes(lab_to_rgb(moved.movedim(1, -1)).movedim(-1, 1) * alpha + 1 - alpha)


def to_bytes(rgb: torch.Tensor) -> np.ndarray:
    return (rgb.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()


def ground_color(picture: np.ndarray) -> np.ndarray:
    """Lab of a garment's ground: the mode inside the eroded mask of a uint8 [H, W, 3] picture on white.

    The mode is the mean-shift fixed point (Gaussian, 6 Lab units) from the median.
    """
    mask = torch.from_numpy(mask_of(picture[None]))[:, None].float()
    inside = (-F.max_pool2d(-mask, 5, stride=1, padding=2))[0, 0] > 0
    if inside.sum() < 40:
        side = picture.shape[0]
        inside = torch.zeros(side, side, dtype=torch.bool)
        inside[side * 2 // 5 : side * 3 // 5, side * 2 // 5 : side * 3 // 5] = True
    values = rgb_to_lab(torch.from_numpy(picture).float() / 255)[inside]
    center = values.median(0).values
    for _ in range(12):
        weight = torch.exp(-((values - center) ** 2).sum(1) / (2 * 36))
        center = (values * weight[:, None]).sum(0) / weight.sum()
    return center.numpy()
