"""Distances between pictures and the auxiliary classifier's loss, as Stage-I's trainer adds them up."""

import torch
import torch.nn.functional as F

from discriminator import bag_of_words
from lab import constant


def divergence(mean: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    """Of normals from the standard one, a coordinate each (Kullback and Leibler), in nats."""
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var)


def liveliness(lab: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """[B]: mean distance in Lab of a pixel inside the garment from the mean of its 3 x 3 neighbours."""
    inside = (-F.max_pool2d(-alpha, 5, stride=1, padding=2) > 0.5).float()
    fine = lab - F.avg_pool2d(lab, 3, stride=1, padding=1)
    return ((fine.square().sum(1, keepdim=True) + 1e-4).sqrt() * inside).sum((1, 2, 3)) / inside.sum((1, 2, 3)).clamp(min=1)


def mean_color(lab: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """[B, 3]: mean Lab of the garment."""
    return (lab * alpha).sum((2, 3)) / alpha.sum((2, 3)).clamp(min=1)


def in_one_color(lab: torch.Tensor, alpha: torch.Tensor, color: torch.Tensor) -> torch.Tensor:
    """The same garments with `color` [B, 3] for their mean: what is left to tell them apart is cut and cloth."""
    return lab + (color - mean_color(lab, alpha))[:, :, None, None]


def tint(lab: torch.Tensor, alpha: torch.Tensor, color: torch.Tensor, plain: torch.Tensor) -> torch.Tensor:
    """How far the mean of plain garments ([B] `plain`) is from the colour asked for, over what folds explain: 6 in L, 2 in a and b."""
    away = (mean_color(lab, alpha) - color).abs()
    return (F.relu(away - constant((6.0, 2.0, 2.0), lab.device)).sum(1) * plain).mean()


def ripple(lab: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """[B, 12]: mean absolute and mean square detail of L, a and b inside the garment, at the picture's size and at half of it."""
    found = []
    for _ in range(2):
        inside = (-F.max_pool2d(-alpha, 5, stride=1, padding=2) > 0.5).float()
        fine = (lab - F.avg_pool2d(lab, 3, stride=1, padding=1)) * inside
        found += [each.sum((2, 3)) / inside.sum((2, 3)).clamp(min=1) for each in (fine.abs(), fine.square())]
        lab, alpha = F.avg_pool2d(lab, 2), F.avg_pool2d(alpha, 2)
    return torch.cat([found[0], found[2], found[1], found[3]], 1)


def steadied(mean: torch.Tensor, present: torch.Tensor, running: torch.Tensor, memory: float = 0.95) -> torch.Tensor:
    """`running`, brought up to date with a batch's `mean` where `present`, with the slope of that mean.

    What is compared to a level in small batches would else be pulled to it garment by garment, and not on the whole.
    """
    with torch.no_grad():
        running.copy_(torch.where(present, torch.where(running == 0, mean, memory * running + (1 - memory) * mean), running))
    return running.clone() + (mean - mean.detach())


def ripple_loss(made: torch.Tensor, real: torch.Tensor, patterned: torch.Tensor, running: torch.Tensor) -> torch.Tensor:
    """Log ratio of ripples [B, 12], made over real. Among patterned garments [B] root mean square ones, where the rare loud print
    counts; among plain ones the same of L (seams, folds) but mean absolute ones of a and b, where it came out as tints.
    `running` [2, 2, 6] keeps both groups' means."""
    total = torch.zeros((), device=made.device)
    squares, plain = (6, 7, 8, 9, 10, 11), (6, 1, 2, 9, 4, 5)
    for group, kept, columns in ((patterned, running[0], squares), (~patterned, running[1], plain)):
        power = constant(tuple(0.5 if column >= 6 else 1.0 for column in columns), made.device)
        share, any_of_it, chosen = group.float()[:, None], group.any(), constant(columns, made.device, torch.long)
        means = [steadied((x.index_select(1, chosen) * share).sum(0) / share.sum().clamp(min=1), any_of_it, memory) + 0.02 for x, memory in zip((made, real), kept, strict=True)]
        total = total + (power * (means[0] / means[1]).log().abs()).mean() * any_of_it
    return total / 2


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
