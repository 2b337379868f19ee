"""Do seeds differ as garments do, and are the pictures more than copies of the train set?"""

import numpy as np
import torch

import data as datasets
import realism
from evaluation.judge import look
from evaluation.pictures import named
from evaluation.sequences import as_lab
from evaluation.setting import Setting

MOST_OF_A_GROUP = 12


def equal_texts(setting: Setting) -> list[list[int]]:
    """Groups of train garments with the same set of words, each of another style (colour variants share their cut)."""
    groups: dict[tuple, dict] = {}
    for i, row in enumerate(setting.train.rows):
        words = tuple(sorted(set(row["tokens"])))
        groups.setdefault(words, {}).setdefault(row.get("style", row["id"]), i)
    sizes = setting.sizes
    large = sorted(([*styles.values()] for styles in groups.values() if len(styles) >= sizes.fewest_of_a_group), key=len, reverse=True)
    return [group[:MOST_OF_A_GROUP] for group in large[: sizes.groups]]


def mean_pairwise(points: np.ndarray) -> float:
    distance = torch.cdist(torch.from_numpy(points), torch.from_numpy(points))
    return float(distance.sum() / (len(points) * (len(points) - 1)))


def seeds_apart(setting: Setting) -> dict:
    """Mean distance of pictures of one text: as many seeds as garments, over the garments'.

    All in one garment's colour, the real ones moved there in Lab: otherwise colours make up most of the spread, and clones
    in twelve colours pass for variety. In the judge's features and in Lab pixels. 1 is as various as real garments.
    """
    sums = {"features": [0.0, 0.0], "pixels": [0.0, 0.0]}
    groups = equal_texts(setting)
    for group in groups:
        data = datasets.subset(setting.train, group)
        tokens = np.repeat(data.tokens[:1].numpy(), len(group), 0)
        color = data.color[:1].repeat(len(group), 1)
        real = realism.recolor(data.lab.float(), data.alpha.float() / 255, data.color, color)
        sides = setting.pictures.draw(tokens, list(range(1, len(group) + 1)), named(color)), real
        for side, pictures in enumerate(sides):
            sums["features"][side] += mean_pairwise(look(setting.judge, pictures)["features"].double().numpy())
            sums["pixels"][side] += mean_pairwise(as_lab(pictures).reshape(len(group), -1).astype(np.float64))
    return {"groups": len(groups)} | {name: {"ours": a, "real": b, "ratio": a / max(b, 1e-9)} for name, (a, b) in sums.items()}


def nearest_train(setting: Setting) -> dict:
    """Distance from each picture to the nearest train garment in the judge's features, over held-out real garments'.

    Medians; well under 1 would be copies. The ratio over 1 only says that pictures are far from the train set, too.
    """
    distance = {name: torch.cdist(seen["features"], setting.train_features).min(1).values.numpy() for name, seen in (("ours", setting.on_made), ("real", setting.on_real))}
    medians = {name: float(np.median(value)) for name, value in distance.items()}
    return {**medians, "p10": {name: np.quantile(value, 0.1) for name, value in distance.items()}, "ratio": medians["ours"] / max(1e-9, medians["real"])}
