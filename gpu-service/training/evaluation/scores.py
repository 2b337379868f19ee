"""What a judge says of pictures: accuracies, ranks, inception scores."""

import numpy as np
import torch

import data as datasets
from discriminator import bag_of_words
from evaluation.judge import Judge, look
from train_classifier import accuracy, auc

WOMEN_MEN = [0, 1]
SEEN_WELL = 0.85  # words that the judge tells apart on real pictures; below, it is no judge of them


def word_names(source: datasets.Source) -> dict[int, str]:
    return {word["id"]: word["word"] for word in source.meta["tokens"]}


def word_auc(words: torch.Tensor, bag: torch.Tensor, names: dict[int, str], fewest: int = 10) -> dict[str, float]:
    """Area under the ROC curve per word, of words that at least `fewest` titles have and as many lack."""
    counts = bag.sum(0)
    return {name: auc(words[:, i], bag[:, i]) for i, name in names.items() if fewest <= counts[i] <= len(bag) - fewest}


def judged_on_real(judge: Judge, pictures: np.ndarray, test: datasets.Dataset, source: datasets.Source) -> dict:
    """How well the judge tells held-out real pictures: what to know before it judges anything else."""
    seen = look(judge, pictures)
    words = word_auc(seen["words"], bag_of_words(test.tokens, source.vocabulary), word_names(source))
    return {
        "pictures": len(pictures),
        "type": accuracy(seen["type"], test.kind),
        "gender_women_men": accuracy(seen["gender"], test.gender, WOMEN_MEN),
        "color": accuracy(seen["color"], test.cluster),
        "word_auc": words,
        "words_not_seen_well": sorted(word for word, value in words.items() if value < SEEN_WELL),
    }


def inception_score(logits: torch.Tensor) -> float:
    """exp E KL(p(y|x) || p(y)) (Salimans et al. 2016), of logits [N, K]."""
    log_p = logits.double().log_softmax(1)
    p = log_p.exp()
    return float((p * (log_p - p.mean(0).log())).sum(1).mean().exp())
