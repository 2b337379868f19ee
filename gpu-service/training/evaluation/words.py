"""Does an added word show, and do earlier words stay? Word by word, beside how well the judge sees the word on real pictures.

A word shows where its logit passes the threshold of best balanced accuracy on real pictures of the type.
ADD: of the pictures in which a word did not show before it was typed, the share whose logit rose by more than 1 with it, same
seed. Its measure are two real garments of one type, one with and one without the word (which does not show either): the
share of pairs that lie more than 1 apart.
RET: of the earlier words that showed before a word was added, the share that still shows. Words that exclude each other are
not counted against.
Words that the judge does not tell apart on real pictures (AUC under .85) are listed and left out of the averages.

ADD's two real garments differ in their other words and their colour too, which tell the word as well (cargo is khaki, and
men's). `real_alone` is the same of garments alike in those (ALIKE): what of the logit the word itself can move. It is no bar.
Also given: `shows`, the share that shows after the word, beside real garments with the word; `other_seed`, the rate at which the
logit is above that of another seed's picture before the word, beside `real_auc_in_type`. The latter asks of words that others
imply (denim, after jeans) what no good picture can give.
"""

import numpy as np
import torch

import data as datasets
from evaluation.scores import SEEN_WELL, word_auc
from evaluation.sequences import Walks
from model import COLOR_TOKEN
from train_classifier import auc

MARGIN = 1.0  # of a logit: the odds of the word times e
# Two garments are alike: their other words shared (over all that either has), Lab between their colours, and how many of such at most.
ALIKE, NEAR, PARTNERS = 0.6, 20.0, 3


def by_type(logits: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, fewest: int):
    """(type, logits with the word, logits without) where both are frequent enough."""
    for k in range(3):
        inside = kind == k
        with_word, without = logits[inside & (bag > 0)], logits[inside & (bag == 0)]
        if len(with_word) >= fewest and len(without) >= fewest:
            yield k, with_word, without


def in_type(logits: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, rate, fewest: int = 5) -> float:
    """`rate(type, logits with the word, logits without)` of each type, weighted by garments with the word."""
    found = [(rate(k, with_word, without), len(with_word)) for k, with_word, without in by_type(logits, bag, kind, fewest)]
    found = [(value, count) for value, count in found if np.isfinite(value)]
    return float(np.average([value for value, _ in found], weights=[count for _, count in found])) if found else float("nan")


def rank_rate(_: int, with_word: torch.Tensor, without: torch.Tensor) -> float:
    return auc(torch.cat([with_word, without]), torch.cat([torch.ones(len(with_word)), torch.zeros(len(without))]))


def apart(with_word: torch.Tensor, without: torch.Tensor, limit: float) -> float:
    """Share of pairs more than MARGIN apart, of those whose garment without the word does not show it."""
    without = without[without <= limit]
    return float((with_word[:, None] > without[None] + MARGIN).float().mean())


def apart_alone(logits: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, color: torch.Tensor, word: int, limits: dict[int, float]) -> tuple[float, int]:
    """`apart` of garments that differ in `word` alone, as far as there are such, and the number of pairs.

    logits [N] of the word, bag [N, V], color [N, 3] in Lab, `limits` of the word by type.
    """
    words = bag.clone()
    words[:, [word, COLOR_TOKEN]] = 0
    further = []
    for row in (bag[:, word] > 0).nonzero()[:, 0].tolist():
        k = int(kind[row])
        if k not in limits:
            continue
        shared = (words * words[row]).sum(1) / ((words + words[row]) > 0).sum(1).clamp(min=1)
        near = (color - color[row]).norm(dim=1)
        fits = (bag[:, word] == 0) & (kind == k) & (logits <= limits[k]) & (shared > ALIKE) & (near < NEAR)
        best = torch.where(fits, shared - near / 100, -torch.inf).topk(min(PARTNERS, len(fits))).indices
        further += (logits[row] > logits[best[fits[best]]] + MARGIN).float().tolist()
    return (float(np.mean(further)) if further else float("nan")), len(further)


def best_threshold(with_word: torch.Tensor, without: torch.Tensor) -> tuple[float, float]:
    """The logit of best balanced accuracy, and the share of pictures with the word that pass it."""
    values = torch.cat([with_word, without]).unique()
    candidates = (values[1:] + values[:-1]) / 2 if len(values) > 1 else values
    hit = (with_word[None] > candidates[:, None]).float().mean(1)
    false = (without[None] > candidates[:, None]).float().mean(1)
    best = int((hit - false).argmax())
    return float(candidates[best]), float(hit[best])


def thresholds(on_real: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, fewest: int) -> dict[tuple[int, int], tuple[float, float]]:
    """(word, type) -> threshold and real hit rate; the threshold over all types where one type has too few."""
    table = {}
    for word in range(bag.shape[1]):
        has = bag[:, word] > 0
        if not has.any() or has.all():
            continue
        whole = best_threshold(on_real[has, word], on_real[~has, word])
        own = {k: best_threshold(a, b) for k, a, b in by_type(on_real[:, word], bag[:, word], kind, fewest)}
        for k in range(3):
            table[word, k] = own.get(k, whole)
    return table


def word_measures(walks: Walks, on_real: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, color: torch.Tensor, source: datasets.Source, fewest: int, decisions: int = 20) -> dict:
    """`fewest` garments with and without a word to know its AUC, `decisions` to let it into the averages."""
    names = {word["id"]: word["word"] for word in source.meta["tokens"] if word["id"] != COLOR_TOKEN}
    seen = word_auc(on_real, bag, names, fewest)
    table = thresholds(on_real, bag, kind, fewest)
    exclusive = {word["id"]: word.get("group") for word in source.meta["tokens"]}
    counts = {word: {"add": [], "other_seed": [], "shows": [], "real_shows": [], "kept": []} for word in names}
    for walk, before, after, word in walks.steps():
        k = walks.kinds[walk]
        typed = walks.words[walk][: after - walks.first[walk]]
        earlier = [w for w in typed if w != COLOR_TOKEN and not (exclusive[w] and exclusive[w] == exclusive[word])]
        if word in counts:
            one, two = walks.logits[before, :, word], walks.logits[after, :, word]
            others = ~torch.eye(len(one), dtype=torch.bool)
            counts[word]["other_seed"] += (two[:, None] > one[None])[others].float().tolist()
            if (word, k) in table:
                counts[word]["add"] += (two > one + MARGIN)[one <= table[word, k][0]].float().tolist()
                counts[word]["shows"] += (two > table[word, k][0]).float().tolist()
                counts[word]["real_shows"].append(table[word, k][1])
        for w in earlier:
            if (w, k) in table:
                shown = walks.logits[before, :, w] > table[w, k][0]
                counts[w]["kept"] += (walks.logits[after, :, w] > table[w, k][0])[shown].float().tolist()
    mean = lambda values: float(np.mean(values)) if values else float("nan")  # noqa: E731
    rows = {}
    for word, values in counts.items():
        if names[word] not in seen or (not values["shows"] and not values["kept"]):
            continue
        limits = {k: limit for (of, k), (limit, _) in table.items() if of == word}
        alone, pairs = apart_alone(on_real[:, word], bag, kind, color, word, limits)
        rows[names[word]] = {
            "real_auc": seen[names[word]],
            "real_told_apart": in_type(on_real[:, word], bag[:, word], kind, lambda k, a, b, word=word: apart(a, b, table[word, k][0])),
            "real_alone": alone,
            "real_alone_pairs": pairs,
            "add": mean(values["add"]),
            "shows": mean(values["shows"]),
            "real_shows": mean(values["real_shows"]),
            "other_seed": mean(values["other_seed"]),
            "real_auc_in_type": in_type(on_real[:, word], bag[:, word], kind, rank_rate),
            "ret": mean(values["kept"]),
            "added_to": len(values["add"]),
            "stayed_of": len(values["kept"]),
        }
    well = {name: row for name, row in rows.items() if row["real_auc"] >= SEEN_WELL and name not in source.meta.get("types", ["pants", "jeans", "shorts"])}
    of = lambda key, count: [row for row in well.values() if row[count] >= decisions and np.isfinite(row[key]) and np.isfinite(row["real_told_apart"])]  # noqa: E731
    average = lambda key, count="added_to": mean([row[key] for row in of(key, count)])  # noqa: E731
    return {
        "words": rows,
        "averaged": sorted(well),
        "not_averaged": sorted(set(rows) - set(well)),
        "ret": average("ret", "stayed_of"),
        "add": average("add"),
        "real_told_apart": average("real_told_apart"),
        "real_alone": mean([row["real_alone"] for row in of("add", "added_to") if row["real_alone_pairs"] >= decisions]),
        "shows": average("shows"),
        "real_shows": average("real_shows"),
        "other_seed": average("other_seed"),
        "real_auc_in_type": average("real_auc_in_type"),
        "words_ret_reached": sorted(name for name, row in well.items() if row["ret"] >= 0.95),
        "words_add_reached": sorted(name for name, row in well.items() if row["add"] >= row["real_told_apart"]),
    }
