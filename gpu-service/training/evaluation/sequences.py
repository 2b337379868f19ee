"""Shoppers typing word by word: 300 held-out titles, each a walk of prefixes, drawn for four seeds.

A walk starts with the type, as the query's tokeniser sees to, and adds the title's other words in random order. Until the
colour is named no colour is given; then it is the garment's own. Pictures of a walk share the seed.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

import data as datasets
import realism
from evaluation.judge import Judge, look
from evaluation.pictures import Pictures, padded
from lab import delta_e_2000, rgb_to_lab
from model import COLOR_TOKEN

FEWEST_WORDS = 4


@dataclass
class Walks:
    """All prefixes of all walks: `first[w]` .. `first[w + 1]` are walk w's, in order of typing."""

    words: list[list[int]]  # the walks' words, typed order
    kinds: list[int]
    first: list[int]
    pictures: np.ndarray  # uint8 [prefixes, seeds, 64, 64, 3]
    logits: torch.Tensor  # [prefixes, seeds, vocabulary], the judge's for words
    features: torch.Tensor  # [prefixes, seeds, 128]
    other_order: np.ndarray  # uint8 [walks, seeds, 64, 64, 3]: the whole title in another order

    def steps(self):
        """(walk, prefix index before, prefix index after, the word added) of every step."""
        for walk, words in enumerate(self.words):
            for t in range(1, len(words)):
                yield walk, self.first[walk] + t - 1, self.first[walk] + t, words[t]


def chosen(test: datasets.Dataset, count: int, rng: np.random.Generator) -> list[tuple[int, list[int]]]:
    """Rows with enough words, each with its words in typed order: the type, then the others at random."""
    result = []
    for row in rng.permutation(len(test)).tolist():
        words = [word for word in test.tokens[row].tolist() if word > 0]
        kinds = [word for word in words if word in datasets.TYPE_TOKENS]
        if len(words) < FEWEST_WORDS or not kinds or int(test.kind[row]) < 0:
            continue
        others = [word for word in words if word not in datasets.TYPE_TOKENS]
        rng.shuffle(others)
        result.append((row, [kinds[0], *others]))
        if len(result) == count:
            break
    return result


def color_input(words: list[int], lab: np.ndarray) -> np.ndarray:
    return np.array([*lab, 1], np.float32) if COLOR_TOKEN in words else np.zeros(4, np.float32)


def walk(pictures: Pictures, judge: Judge, test: datasets.Dataset, count: int, seeds: int) -> Walks:
    rng = np.random.default_rng(300)
    rows = chosen(test, count, rng)
    prefixes, colors, first, others, other_colors = [], [], [0], [], []
    for row, words in rows:
        lab = test.color[row].numpy()
        for t in range(1, len(words) + 1):
            prefixes.append(padded(words[:t]))
            colors.append(color_input(words[:t], lab))
        first.append(len(prefixes))
        rest = words[1:]
        rng.shuffle(rest)
        others.append(padded([words[0], *rest]))
        other_colors.append(color_input(words, lab))

    def draw(tokens: list[np.ndarray], color: list[np.ndarray]) -> np.ndarray:
        repeated = np.repeat(np.stack(tokens), seeds, 0), np.repeat(np.stack(color), seeds, 0)
        made = pictures.draw(repeated[0], list(range(seeds)) * len(tokens), repeated[1])
        return made.reshape(len(tokens), seeds, *made.shape[1:])

    made = draw(prefixes, colors)
    seen = look(judge, made.reshape(-1, *made.shape[2:]))
    shape = (len(prefixes), seeds, -1)
    kinds = [int(test.kind[row]) for row, _ in rows]
    words = [words for _, words in rows]
    return Walks(words, kinds, first, made, seen["words"].view(shape), seen["features"].view(shape), draw(others, other_colors))


def as_lab(pictures: np.ndarray) -> np.ndarray:
    return rgb_to_lab(torch.from_numpy(pictures).float() / 255).numpy()


def lab_distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Root mean square Lab distance of pictures uint8 [..., H, W, 3] -> [...]."""
    return np.sqrt(((as_lab(first) - as_lab(second)) ** 2).sum(-1).mean((-1, -2)))


def step_measures(walks: Walks) -> dict:
    """Colour drift on other words, mask IoU on colour words, how large a step is, and what typing order changes.

    Step ratio: the distance of the pictures before and after a word over that of two seeds of the same words (0 nothing
    changes, 1 it might be another garment). Order gap: the same for one title typed in two orders.
    """
    ground = cache(lambda prefix: np.stack([realism.ground_color(picture) for picture in walks.pictures[prefix]]))
    drift, unnamed_drift, overlap, small, apart = [], [], [], [], []
    for walk_index, before, after, word in walks.steps():
        one, two = walks.pictures[before], walks.pictures[after]
        if word == COLOR_TOKEN:
            masks = realism.mask_of(one), realism.mask_of(two)
            overlap += ((masks[0] & masks[1]).sum((1, 2)) / np.maximum(1, (masks[0] | masks[1]).sum((1, 2)))).tolist()
            continue
        typed = walks.words[walk_index][: after - walks.first[walk_index] + 1]
        (drift if COLOR_TOKEN in typed else unnamed_drift).extend(delta_e_2000(ground(before), ground(after)).tolist())
        small.append(lab_distance(one, two).mean())
        apart.append(lab_distance(two, np.roll(two, 1, 0)).mean())
    last = [end - 1 for end in walks.first[1:]]
    other = lab_distance(walks.pictures[last], walks.other_order)
    last_apart = lab_distance(walks.pictures[last], np.roll(walks.pictures[last], 1, 1))
    return {
        "walks": len(walks.words),
        "steps": len(small),
        "color_drift": spread_of(drift),
        "color_drift_while_no_color_is_named": spread_of(unnamed_drift),
        "mask_iou": {"mean": np.mean(overlap), "median": np.median(overlap), "p10": np.quantile(overlap, 0.1)} if overlap else {},
        "step_ratio": np.mean(small) / max(1e-6, np.mean(apart)),
        "order_gap": other.mean() / max(1e-6, last_apart.mean()),
    }


def spread_of(values: list[float]) -> dict:
    return {"median": np.median(values), "p90": np.quantile(values, 0.9), "mean": np.mean(values)} if values else {}
