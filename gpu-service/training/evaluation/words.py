"""Does an added word show, and do earlier words stay? Word by word, beside how well the judge sees the word on real pictures.

ADD: the rate at which the judge finds the word more in a picture of the walk after it was typed than in a picture of another
seed before. Its measure is the same rate on two real garments of one type, one with and one without the word.
RET: of the earlier words that showed before a word was added, the share that still shows. A word shows where its logit passes
the threshold of best balanced accuracy on real pictures of the type. Words that exclude each other are not counted against.
Words that the judge does not tell apart on real pictures (AUC under .85) are listed and left out of the averages.
"""

import numpy as np
import torch

import data as datasets
from evaluation.scores import SEEN_WELL, word_auc
from evaluation.sequences import Walks
from model import COLOR_TOKEN
from train_classifier import auc


def by_type(logits: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, fewest: int):
    """(type, logits with the word, logits without) where both are frequent enough."""
    for k in range(3):
        inside = kind == k
        with_word, without = logits[inside & (bag > 0)], logits[inside & (bag == 0)]
        if len(with_word) >= fewest and len(without) >= fewest:
            yield k, with_word, without


def told_apart(logits: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, fewest: int = 5) -> float:
    """P(logit of a garment with the word > of one of its type without), types weighted by garments with the word."""
    rates, weights = [], []
    for _, with_word, without in by_type(logits, bag, kind, fewest):
        labels = torch.cat([torch.ones(len(with_word)), torch.zeros(len(without))])
        rates.append(auc(torch.cat([with_word, without]), labels))
        weights.append(len(with_word))
    return float(np.average(rates, weights=weights)) if rates else float("nan")


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


def word_measures(walks: Walks, on_real: torch.Tensor, bag: torch.Tensor, kind: torch.Tensor, source: datasets.Source, fewest: int) -> dict:
    names = {word["id"]: word["word"] for word in source.meta["tokens"] if word["id"] != COLOR_TOKEN}
    seen = word_auc(on_real, bag, names, fewest)
    table = thresholds(on_real, bag, kind, fewest)
    exclusive = {word["id"]: word.get("group") for word in source.meta["tokens"]}
    counts = {word: {"add": [], "rises": [], "shows": [], "real_shows": [], "kept": []} for word in names}
    for walk, before, after, word in walks.steps():
        k = walks.kinds[walk]
        typed = walks.words[walk][: after - walks.first[walk]]
        earlier = [w for w in typed if w != COLOR_TOKEN and not (exclusive[w] and exclusive[w] == exclusive[word])]
        if word in counts:
            one, two = walks.logits[before, :, word], walks.logits[after, :, word]
            others = ~torch.eye(len(one), dtype=torch.bool)
            counts[word]["add"] += (two[:, None] > one[None])[others].float().tolist()
            counts[word]["rises"] += (two > one).float().tolist()
            if (word, k) in table:
                counts[word]["shows"] += (two > table[word, k][0]).float().tolist()
                counts[word]["real_shows"].append(table[word, k][1])
        for w in earlier:
            if (w, k) in table:
                shown = walks.logits[before, :, w] > table[w, k][0]
                counts[w]["kept"] += (walks.logits[after, :, w] > table[w, k][0])[shown].float().tolist()
    mean = lambda values: float(np.mean(values)) if values else float("nan")  # noqa: E731
    rows = {}
    for word, values in counts.items():
        if names[word] not in seen or (not values["add"] and not values["kept"]):
            continue
        rows[names[word]] = {
            "real_auc": seen[names[word]],
            "real_told_apart": told_apart(on_real[:, word], bag[:, word], kind),
            "add": mean(values["add"]),
            "rises_same_seed": mean(values["rises"]),
            "shows": mean(values["shows"]),
            "real_shows": mean(values["real_shows"]),
            "ret": mean(values["kept"]),
            "added": len(values["shows"]),
            "stayed_of": len(values["kept"]),
        }
    well = {name: row for name, row in rows.items() if row["real_auc"] >= SEEN_WELL and name not in source.meta.get("types", ["pants", "jeans", "shorts"])}
    average = lambda key: mean([row[key] for row in well.values() if np.isfinite(row[key])])  # noqa: E731
    added = [row for row in well.values() if np.isfinite(row["add"]) and np.isfinite(row["real_told_apart"])]
    return {
        "words": rows,
        "averaged": sorted(well),
        "not_averaged": sorted(set(rows) - set(well)),
        "ret": average("ret"),
        "add": mean([row["add"] for row in added]),
        "real_told_apart": mean([row["real_told_apart"] for row in added]),
        "shows": average("shows"),
        "real_shows": average("real_shows"),
        "rises_same_seed": average("rises_same_seed"),
        "words_ret_reached": sorted(name for name, row in well.items() if row["ret"] >= 0.95),
        "words_add_reached": sorted(name for name, row in well.items() if row["add"] >= row["real_told_apart"]),
    }
