"""The classifier that is shipped: what a picture shows (type, colour cluster, gender), for the service to tell.

Trained on real pictures only, apart from the discriminator, so that it may also judge: [B, 64, 64, 3] -> 3, K, 3.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Classifier(nn.Module):
    """sRGB [B, 3, 64, 64] in 0..1 on white -> logits of type [B, 3], colour cluster [B, K], gender [B, 3], words [B, V]."""

    def __init__(self, clusters: int, vocabulary: int, widths: tuple[int, ...] = (24, 48, 96, 128)):
        super().__init__()
        layers, inputs = [], 3
        for width in widths:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.Conv2d(width, width, 4, stride=2, padding=1), nn.BatchNorm2d(width)]
            inputs = width
        self.layers = nn.ModuleList(layers)
        self.dense = nn.Linear(inputs * 16, 128)
        sizes = {"type": 3, "color": clusters, "gender": 3, "words": vocabulary}
        self.heads = nn.ModuleDict({f"{name}_head": nn.Linear(128, size) for name, size in sizes.items()})

    def features(self, rgb):
        x = rgb * 2 - 1
        for conv, norm in zip(self.layers[::2], self.layers[1::2], strict=True):
            x = F.leaky_relu(norm(conv(x)), 0.2)
        return F.leaky_relu(self.dense(F.dropout(x.flatten(1), 0.3, self.training)), 0.2)

    def forward(self, rgb: torch.Tensor) -> dict[str, torch.Tensor]:
        features = self.features(rgb)
        return {name.removesuffix("_head"): head(features) for name, head in self.heads.items()}
