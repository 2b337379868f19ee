"""Realism: distances between sets in garment features and in texture, at 64 px and on crops of 256 px, as gaps.

gap = (D - D_real) / (D_flat - D_real), flat lays against flat lays: D_real is held-out real pictures' distance from the train
pictures, D_flat that of held-out silhouettes filled with their colour. 0 is real, 1 no cloth at all.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

import data as datasets
import realism
from discriminator import bag_of_words
from evaluation import crops
from evaluation.judge import Judge, look
from evaluation.pictures import named
from evaluation.sequences import as_lab
from evaluation.setting import Setting
from lab import delta_e_2000


def gaps(distance: dict[str, float]) -> dict[str, float]:
    return {name: (value - distance["real"]) / (distance["flat"] - distance["real"]) for name, value in distance.items()}


def neighbours(train: datasets.Dataset, test: datasets.Dataset, vocabulary: int) -> torch.Tensor:
    """For each test title the train garment with the most words in common (Jaccard), nearer in colour on a tie."""
    a, b = bag_of_words(test.tokens, vocabulary), bag_of_words(train.tokens, vocabulary)
    common = a @ b.T
    jaccard = common / (a.sum(1)[:, None] + b.sum(1)[None] - common)
    return (jaccard - torch.cdist(test.color, train.color) / 10_000).argmax(1)


@dataclass
class Side:
    """What distances need of one set of pictures: features [N, 128] and texture patches by pyramid level."""

    features: torch.Tensor
    patches: list[torch.Tensor]


def side_of(judge: Judge, pictures: np.ndarray, patches: int, each: int = 0) -> Side:
    """`each` crops a picture, or whole pictures where it is 0."""
    masks, rng = realism.mask_of(pictures), np.random.default_rng(0)
    seen = crops.crops_of(pictures, masks, rng, each) if each else pictures
    levels = 3 if each else 2
    texture = realism.texture_patches(pictures, masks, rng, patches, levels)
    return Side(look(judge, seen)["features"], [torch.from_numpy(level) for level in texture])


def known_sides(setting: Setting, name: str, sets: Callable[[], dict[str, np.ndarray]], side: Callable[[np.ndarray], Side]) -> dict[str, Side]:
    """The sides that do not depend on the generator, stored once for all."""

    def work() -> dict[str, torch.Tensor]:
        sides = {key: side(pictures) for key, pictures in sets().items()}
        features = {f"{key} features": value.features for key, value in sides.items()}
        return features | {f"{key} {level}": patch for key, value in sides.items() for level, patch in enumerate(value.patches)}

    arrays = setting.shared.arrays(name, work)
    keys = [key.removesuffix(" features") for key in arrays if key.endswith(" features")]
    return {key: Side(arrays[f"{key} features"], [arrays[f"{key} {level}"] for level in range(4) if f"{key} {level}" in arrays]) for key in keys}


def compare(sides: dict[str, Side]) -> dict:
    """Sides by set, "real", "flat" and the train pictures as "reference" among them -> distances from the latter, and gaps."""
    base = sides.pop("reference")
    base_features, base_patches = base.features.double().numpy(), [level.numpy() for level in base.patches]
    fd, kid, swd = {}, {}, {}
    for name, side in sides.items():
        features = side.features.double().numpy()
        fd[name] = realism.frechet(features, base_features)
        kid[name] = realism.kernel_distance(features, base_features)
        swd[name] = realism.sliced_wasserstein([level.numpy() for level in side.patches], base_patches, np.random.default_rng(0))
    return {"garment_gap": gaps(fd), "texture_gap": gaps(swd), "fd": fd, "kid": kid, "swd": swd}


def small(setting: Setting) -> dict:
    """64 px, every test garment; the control is the nearest train garment recoloured."""
    train, test = setting.train, setting.test

    def sets() -> dict[str, np.ndarray]:
        near = neighbours(train, test, setting.source.vocabulary)
        return {
            "flat": realism.flat_fill(test.lab.float(), test.alpha.float() / 255, test.color),
            "recolored_neighbour": realism.recolor(train.lab[near].float(), train.alpha[near].float() / 255, train.color[near], test.color),
            "real": setting.real,
            "reference": setting.train_pictures[np.random.default_rng(0).permutation(len(train))[: len(test)]],
        }

    side = lambda pictures: side_of(setting.judge, pictures, setting.sizes.patches)  # noqa: E731
    return {"pictures": len(test)} | compare({"ours": side(setting.made), **known_sides(setting, "real64", sets, side)})


def large(setting: Setting) -> dict:
    """256 px, garments of true detail: crops of 128 px on the garment; the control is 64 px enlarged bicubically.

    `stage1_to_stage2_delta_e` is how far the 256-px picture averaged down is from the 64-px one, inside the mask.
    """
    pack, each = datasets.pack_path(setting.source, 256), setting.sizes.crops_each
    test, train = crops.sharp(setting.test), crops.sharp(setting.train)

    def sets() -> dict[str, np.ndarray]:
        rgba = crops.real_rgba(pack, test)
        alpha = torch.from_numpy(rgba[..., 3:]).permute(0, 3, 1, 2).float() / 255
        some = sorted(np.random.default_rng(1).permutation(len(train))[: max(len(test), 200)].tolist())
        return {
            "flat": realism.flat_fill(alpha, alpha, test.color),
            "real": crops.on_white(rgba),
            "reference": crops.real_large(pack, datasets.subset(train, some)),
        }

    side = lambda pictures: side_of(setting.crop_judge, pictures, setting.sizes.patches, each)  # noqa: E731
    tokens, seeds, color = test.tokens.numpy(), list(range(len(test))), named(test.color)
    first = setting.pictures.draw(tokens, seeds, color)
    second = setting.pictures.draw(tokens, seeds, color, large=True)
    enlarged = F.interpolate(torch.from_numpy(first).permute(0, 3, 1, 2).float(), scale_factor=4, mode="bicubic")
    enlarged = enlarged.round().clamp(0, 255).byte().permute(0, 2, 3, 1).contiguous().numpy()
    sides = {"ours": side(second), "bicubic": side(enlarged), **known_sides(setting, "real256", sets, side)}
    down = second.reshape(len(second), 64, 4, 64, 4, 3).astype(np.float64).mean((2, 4))
    inside = realism.mask_of(first)
    same = delta_e_2000(as_lab(down)[inside], as_lab(first.astype(np.float64))[inside])
    step = {"median": np.median(same), "p90": np.quantile(same, 0.9)} if len(same) else {}
    return {"pictures": len(test), "crops": len(test) * each} | compare(sides) | {"stage1_to_stage2_delta_e": step}
