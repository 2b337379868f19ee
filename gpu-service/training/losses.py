"""Distances between pictures and the auxiliary classifier's loss, as Stage-I's trainer adds them up."""

import torch
import torch.nn.functional as F

from discriminator import bag_of_words


def liveliness(lab: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """[B]: mean distance in Lab of a pixel inside the garment from the mean of its 3 x 3 neighbours."""
    inside = (-F.max_pool2d(-alpha, 5, stride=1, padding=2) > 0.5).float()
    fine = lab - F.avg_pool2d(lab, 3, stride=1, padding=1)
    return ((fine.square().sum(1, keepdim=True) + 1e-4).sqrt() * inside).sum((1, 2, 3)) / inside.sum((1, 2, 3)).clamp(min=1)


def pyramid_distance(made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """L1 at 64, 32, 16 and 8 px, so that shape counts beside pixels."""
    total = torch.zeros((), device=made.device)
    for _ in range(4):
        total = total + (made - real).abs().mean()
        made, real = F.avg_pool2d(made, 2), F.avg_pool2d(real, 2)
    return total / 2


def auxiliary(heads, batch: dict, tokens: torch.Tensor, asked_only: bool) -> torch.Tensor:
    """ReStGAN's auxiliary classifier: type, gender, colour cluster, and every word.

    For fakes only the words that were asked for count: a word that is not said is not denied.
    """
    kind, gender, color, words = heads
    bag = bag_of_words(tokens, words.shape[1])
    each = F.binary_cross_entropy_with_logits(words, bag, reduction="none")
    weight = bag if asked_only else 0.1 + 0.9 * bag
    word_loss = (each * weight).sum(1).mean() / 4
    return (
        F.cross_entropy(kind, batch["kind"], ignore_index=-1)
        + 0.5 * F.cross_entropy(gender, batch["gender"], ignore_index=-1)
        + 0.3 * F.cross_entropy(color, batch["cluster"])
        + word_loss
    )
