"""Frozen classifiers of real pictures that tell the generator what its pictures show, beside ReStGAN's auxiliary classifier.

They saw noise on their pictures (`train_classifier.py --noise`), so that their slopes lead to garments and not to tricks; a
generator has to please all of them, one a step in turn. None of them measures a generator (`train_judge.py`). They ask for no more than real
pictures show: an auxiliary classifier that is maximised buys typical pictures, all alike (Kang et al., "ReACGAN", 2021).
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from classifier import Classifier
from data import Dataset
from discriminator import bag_of_words
from lab import composite_rgb
from losses import in_one_color, steadied

MEMORY = 0.98  # of the levels of words, a batch
ROOM = 1.1  # how far two seeds should lie apart over two garments: other judges see less of what a guide sees


@dataclass
class Seen:
    """What one classifier says: features [B, 128], logits of words [B, V]."""

    features: torch.Tensor
    words: torch.Tensor

    def rows(self, part: slice) -> "Seen":
        return Seen(self.features[part], self.words[part])


class Guide(nn.Module):
    """sRGB [B, 3, 64, 64] on white -> what each classifier sees.

    `levels` [classifiers, V]: the mean logit of a word on real pictures of which it is true, kept as training goes.
    `shown` [classifiers, V]: the same of pictures made, of the words they were asked for.
    `usual` [classifiers]: the mean distance of features of two garments of equal words.
    """

    def __init__(self, checkpoints: list[Path], vocabulary: int, noise: float = 0.04):
        super().__init__()
        self.noise = noise
        models = []
        for path in checkpoints:
            state = torch.load(path, map_location="cpu", weights_only=True)
            model = Classifier(state["sizes"]["clusters"], state["sizes"]["vocabulary"], tuple(state["sizes"]["widths"]))
            model.load_state_dict(state["model"])
            models.append(model.eval())
        self.models = nn.ModuleList(models).requires_grad_(False)
        self.register_buffer("levels", torch.zeros(len(models), vocabulary))
        self.register_buffer("shown", torch.zeros(len(models), vocabulary))
        self.register_buffer("usual", torch.zeros(len(models)))

    def forward(self, rgb: torch.Tensor, which: int) -> Seen:
        model = self.models[which]
        features = model.features((rgb + self.noise * torch.randn_like(rgb)).contiguous(memory_format=torch.channels_last))
        return Seen(features.float(), model.heads["words_head"](features).float())

    @torch.no_grad()
    def learn_levels(self, rgb: torch.Tensor, said: torch.Tensor, which: int) -> None:
        """`rgb` of real pictures, `said` [B, 16] what is true of them."""
        bag = bag_of_words(said, self.levels.shape[1])
        mean = (self(rgb, which).words * bag).sum(0) / bag.sum(0).clamp(min=1)
        steadied(mean, bag.sum(0) > 0, self.levels[which], MEMORY)

    @torch.no_grad()
    def learn_spread(self, data: Dataset, most: int = 4096) -> None:
        """How far two garments of the same words and of two styles lie apart, all in one colour as seeds of one query are."""
        groups: dict[tuple, dict] = {}
        for i, row in enumerate(data.rows[:most]):
            groups.setdefault(tuple(sorted(row["tokens"])), {}).setdefault(row.get("style", row["id"]), i)
        pairs = [two for group in groups.values() for two in zip(list(group.values())[::2], list(group.values())[1::2], strict=False)]
        if not pairs:
            return
        sides = []
        first, second = torch.tensor(pairs, device=data.lab.device).unbind(1)
        for rows in (first, second):
            alpha = data.alpha[rows].float() / 255
            rgb = composite_rgb(in_one_color(data.lab[rows].float(), alpha, data.color[first]), alpha)
            sides.append([self(rgb, which).features for which in range(len(self.models))])
        self.usual.copy_(torch.stack([(a - b).norm(dim=1).mean() for a, b in zip(*sides, strict=True)]))


def level_loss(seen: Seen, level: torch.Tensor, shown: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Mean logits of the words asked for, from those of real pictures: neither under nor over them. `shown` [V] keeps the means."""
    bag = bag_of_words(tokens, len(level))
    count = bag.sum(0)
    mean = steadied((seen.words * bag).sum(0) / count.clamp(min=1), count > 0, shown)
    return (F.smooth_l1_loss(mean, level, reduction="none") * count).sum() / count.sum().clamp(min=1)


def spread_loss(one: Seen, other: Seen, usual: torch.Tensor) -> torch.Tensor:
    """Two seeds of the same words [P each] that lie nearer than two garments do (mode seeking, Mao et al. 2019, with an end)."""
    apart = (one.features - other.features).norm(dim=1).mean()
    return F.relu(ROOM - apart / usual.clamp(min=1e-3))
