"""The judge and the encoder of Stage-I training. Neither is shipped.

The discriminator sees Lab composited on white and alpha (so that holes and ragged edges count), gives one logit with a
projection on the bag of words and the colour (Miyato and Koyama 2018), and carries the auxiliary classifier of ReStGAN
(type, colour cluster, gender) with a multi-label head over the words.
"""

import torch
import torch.nn.functional as F
from torch import nn

from lab import constant
from model import COLOR_TOKEN, Z_DIM


def picture_input(lab: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Lab [B, 3, H, W] and alpha [B, 1, H, W] -> [B, 4, H, W], composited on white, each channel about -1..1."""
    white = constant((100.0, 0.0, 0.0), lab.device, lab.dtype).view(1, 3, 1, 1)
    on_white = lab * alpha + white * (1 - alpha)
    scale = constant((50.0, 40.0, 40.0), lab.device, lab.dtype).view(1, 3, 1, 1)
    offset = constant((50.0, 0.0, 0.0), lab.device, lab.dtype).view(1, 3, 1, 1)
    return torch.cat([(on_white - offset) / scale, alpha * 2 - 1], 1)


def bag_of_words(tokens: torch.Tensor, vocabulary: int) -> torch.Tensor:
    """tokens [B, 16] -> [B, vocabulary] of 0 and 1, padding left out."""
    bag = tokens.new_zeros(len(tokens), vocabulary, dtype=torch.float32)
    bag.scatter_(1, tokens.long(), 1.0)
    bag[:, 0].zero_()
    return bag


def highpass(x: torch.Tensor) -> torch.Tensor:
    """Less the mean of 5 x 5 neighbours, taken along rows and then columns."""
    wide = F.pad(x, (2, 2, 2, 2), mode="replicate")
    return x - F.avg_pool2d(F.avg_pool2d(wide, (1, 5), stride=1), (5, 1), stride=1)


class Down(nn.Module):
    """4x4 stride-2 convolution beside an average-pooled shortcut."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.main = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x):
        return (F.leaky_relu(self.main(x), 0.2) + self.skip(F.avg_pool2d(x, 2))) * 0.7


CLOTH_GAIN = 4  # cloth ripples by a few L on a garment: a judge sees its high frequencies enlarged


class Discriminator(nn.Module):
    def __init__(self, vocabulary: int, clusters: int, width: int = 24):
        super().__init__()
        w = width
        self.vocabulary = vocabulary
        self.first = nn.Conv2d(8, w, 3, padding=1)
        self.downs = nn.ModuleList([Down(w, 2 * w), Down(2 * w, 4 * w), Down(4 * w, 6 * w), Down(6 * w, 8 * w)])
        self.last = nn.Conv2d(8 * w + 1, 8 * w, 3, padding=1)
        features = 8 * w
        self.dense = nn.Linear(features * 16, 256)
        self.realism = nn.Linear(256, 1)
        self.words = nn.Linear(vocabulary, 256, bias=False)
        self.color = nn.Sequential(nn.Linear(4, 64), nn.LeakyReLU(0.2), nn.Linear(64, 256))
        self.type_head, self.gender_head = nn.Linear(256, 3), nn.Linear(256, 3)
        self.color_head, self.word_head = nn.Linear(256, clusters), nn.Linear(256, vocabulary)

    def features(self, x):
        """[B, 4, 64, 64] -> feature vector [B, 256] and the maps along the way (for feature matching)."""
        maps = []
        x = F.leaky_relu(self.first(torch.cat([x, CLOTH_GAIN * highpass(x)], 1)), 0.2)
        for down in self.downs:
            x = down(x)
            maps.append(x)
        group = min(4, len(x))
        while len(x) % group:
            group -= 1
        spread = x.view(group, -1, *x.shape[1:]).var(0, unbiased=False).add(1e-6).sqrt().mean((1, 2, 3))
        spread = spread.repeat(group).view(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])
        x = F.leaky_relu(self.last(torch.cat([x, spread], 1)), 0.2)
        return F.leaky_relu(self.dense(x.flatten(1)), 0.2), maps

    def condition(self, tokens, color):
        tone = torch.cat([color[:, :3] / 50, torch.ones_like(color[:, 3:])], 1) * color[:, 3:]
        return self.words(bag_of_words(tokens, self.vocabulary)) + self.color(tone)

    def judge(self, features, condition):
        """Projection logit [B]."""
        return self.realism(features).squeeze(1) + (features * condition).sum(1) / 16

    def heads(self, features):
        return self.type_head(features), self.gender_head(features), self.color_head(features), self.word_head(features)


class Encoder(nn.Module):
    """Picture -> mean and log variance of z, for the cVAE-GAN branch (Bao et al. 2017; Zhu et al. 2017)."""

    def __init__(self, width: int = 24):
        super().__init__()
        w = width
        self.downs = nn.ModuleList([Down(4, w), Down(w, 2 * w), Down(2 * w, 4 * w), Down(4 * w, 6 * w)])
        self.out = nn.Linear(6 * w * 16, 2 * Z_DIM)

    def forward(self, x):
        for down in self.downs:
            x = down(x)
        mean, log_var = self.out(x.flatten(1)).chunk(2, 1)
        return mean, log_var.clamp(-8, 4)


def wrong_tokens(tokens: torch.Tensor, swap: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
    """Hard negatives: half of the rows get another row's words, half have one word swapped for a rival of its kind.

    `swap` [vocabulary, R] lists rivals of every word (0 where it has none).
    """
    batch = len(tokens)
    order = torch.rand(batch, generator=generator, device=tokens.device).argsort()
    shuffled = tokens[order]
    lengths = (tokens > 0).sum(1)
    position = (torch.rand(batch, generator=generator, device=tokens.device) * lengths).long()
    rows = torch.arange(batch, device=tokens.device)
    word = tokens[rows, position]
    rival = swap[word, torch.randint(swap.shape[1], (batch,), generator=generator, device=tokens.device)]
    swapped = tokens.clone()
    swapped[rows, position] = torch.where((rival > 0) & (word != COLOR_TOKEN), rival, word)
    same = (swapped == tokens).all(1)
    use_swap = (torch.rand(batch, generator=generator, device=tokens.device) < 0.5) & ~same
    return torch.where(use_swap[:, None], swapped, shuffled)
