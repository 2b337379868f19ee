"""Realism: distances between sets in garment features and in texture, at 64 px and on crops of 256 px, as gaps.

gap = (D - D_real) / (D_flat - D_real), flat lays against flat lays: D_real is held-out real pictures' distance from the train
pictures, D_flat that of held-out silhouettes filled with their colour. 0 is real, 1 no cloth at all.
"""

import numpy as np
import torch
import torch.nn.functional as F

import data as datasets
import realism
from discriminator import bag_of_words
from evaluation import crops
from evaluation.judge import look
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


def compare(features: dict[str, np.ndarray], base: np.ndarray, patches: dict[str, list], base_patches: list) -> dict:
    """`features` and `patches` by set, "real" and "flat" among them -> distances and gaps from the train pictures."""
    fd = {name: realism.frechet(value, base) for name, value in features.items()}
    kid = {name: realism.kernel_distance(value, base) for name, value in features.items()}
    swd = {name: realism.sliced_wasserstein(value, base_patches, np.random.default_rng(0)) for name, value in patches.items()}
    return {"garment_gap": gaps(fd), "texture_gap": gaps(swd), "fd": fd, "kid": kid, "swd": swd}


def small(setting: Setting) -> dict:
    """64 px, every test garment; the control is the nearest train garment recoloured."""
    train, test, rng = setting.train, setting.test, np.random.default_rng(0)
    near = neighbours(train, test, setting.source.vocabulary)
    sets = {
        "ours": setting.made,
        "flat": realism.flat_fill(test.lab.float(), test.alpha.float() / 255, test.color),
        "recolored_neighbour": realism.recolor(train.lab[near].float(), train.alpha[near].float() / 255, train.color[near], test.color),
        "real": setting.real,
    }
    reference = setting.train_pictures[rng.permutation(len(train))[: len(test)]]
    features = {name: look(setting.judge, value)["features"].double().numpy() for name, value in sets.items()}
    base = look(setting.judge, reference)["features"].double().numpy()
    patch = lambda value: realism.texture_patches(value, realism.mask_of(value), rng, setting.sizes.patches)  # noqa: E731
    return {"pictures": len(test)} | compare(features, base, {name: patch(value) for name, value in sets.items()}, patch(reference))


def large(setting: Setting) -> dict:
    """256 px, garments of true detail: crops of 128 px on the garment; the control is 64 px enlarged bicubically.

    `stage1_to_stage2_delta_e` is how far the 256-px picture averaged down is from the 64-px one, inside the mask.
    """
    rng, each = np.random.default_rng(1), setting.sizes.crops_each
    pack = datasets.pack_path(setting.source, 256)
    test, train = crops.sharp(setting.test), crops.sharp(setting.train)
    train = crops.subset(train, sorted(rng.permutation(len(train))[: max(len(test), 200)].tolist()))
    rgba = crops.real_rgba(pack, test)
    real, reference = crops.on_white(rgba), crops.real_large(pack, train)
    tokens, seeds, color = test.tokens.numpy(), list(range(len(test))), named(test.color)
    first = setting.pictures.draw(tokens, seeds, color)
    second = np.concatenate([setting.pictures.draw(tokens[i : i + 16], seeds[i : i + 16], color[i : i + 16], large=True) for i in range(0, len(test), 16)])
    enlarged = F.interpolate(torch.from_numpy(first).permute(0, 3, 1, 2).float(), scale_factor=4, mode="bicubic")
    alpha = torch.from_numpy(rgba[..., 3:]).permute(0, 3, 1, 2).float() / 255
    sets = {
        "ours": second,
        "bicubic": enlarged.round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy(),
        "flat": realism.flat_fill(alpha, alpha, test.color),
        "real": real,
    }
    features, patches = {}, {}
    for name, value in {**sets, "reference": reference}.items():
        cut, _ = crops.crops_of(value, rng, each)
        features[name] = look(setting.crop_judge, cut)["features"].double().numpy()
        patches[name] = realism.texture_patches(value, realism.mask_of(value), rng, setting.sizes.patches, levels=3)
    base, base_patches = features.pop("reference"), patches.pop("reference")
    down = second.reshape(len(second), 64, 4, 64, 4, 3).astype(np.float64).mean((2, 4))
    inside = realism.mask_of(first)
    same = delta_e_2000(as_lab(down)[inside], as_lab(first.astype(np.float64))[inside])
    step = {"median": np.median(same), "p90": np.quantile(same, 0.9)} if len(same) else {}
    return {"pictures": len(test), "crops": len(test) * each} | compare(features, base, patches, base_patches) | {"stage1_to_stage2_delta_e": step}
