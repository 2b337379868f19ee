"""The independent evaluator: a residual network that saw real pictures only and no generator.

Another architecture than the auxiliary and the shipped classifier (those are plain strided convolutions with a dense layer on
the flattened map): pre-activation residual blocks, coordinates beside the colours, global average pooling.
The same class, trained on crops of 128 of 256 px, judges cloth at its true detail.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

FEATURES = 128


class Residual(nn.Module):
    """Two 3x3 convolutions, the second halving the edge, beside an average-pooled shortcut (He et al. 2016, pre-activation)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.norms = nn.ModuleList([nn.BatchNorm2d(inputs), nn.BatchNorm2d(outputs)])
        self.first = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.skip = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x):
        y = self.first(F.silu(self.norms[0](x)))
        return self.second(F.silu(self.norms[1](y))) + self.skip(F.avg_pool2d(x, 2))


class Judge(nn.Module):
    """sRGB [B, 3, E, E] in 0..1 on white -> logits of type [B, 3], colour cluster [B, K], gender [B, 3], words [B, V]."""

    def __init__(self, clusters: int, vocabulary: int, widths: tuple[int, ...] = (32, 64, 96, 160, 192)):
        super().__init__()
        self.sizes = {"clusters": clusters, "vocabulary": vocabulary, "widths": list(widths)}
        self.stem = nn.Conv2d(5, widths[0], 5, stride=2, padding=2)
        self.blocks = nn.ModuleList([Residual(a, b) for a, b in zip(widths, widths[1:], strict=False)])
        self.norm = nn.BatchNorm2d(widths[-1])
        self.dense = nn.Linear(widths[-1], FEATURES)
        sizes = {"type": 3, "color": clusters, "gender": 3, "words": vocabulary}
        self.heads = nn.ModuleDict({f"{name}_head": nn.Linear(FEATURES, size) for name, size in sizes.items()})

    def features(self, rgb):
        """[B, 128], before the heads."""
        edge = rgb.shape[-1]
        line = torch.linspace(-1, 1, edge, device=rgb.device, dtype=rgb.dtype)
        place = torch.stack([line[None].expand(edge, -1), line[:, None].expand(-1, edge)]).expand(len(rgb), -1, -1, -1)
        x = self.stem(torch.cat([rgb * 2 - 1, place], 1).contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            x = block(x)
        x = F.silu(self.norm(x)).mean((2, 3))
        return F.silu(self.dense(F.dropout(x, 0.2, self.training)))

    def forward(self, rgb: torch.Tensor) -> dict[str, torch.Tensor]:
        features = self.features(rgb)
        return {name.removesuffix("_head"): head(features) for name, head in self.heads.items()}


@torch.no_grad()
def look(judge: Judge, pictures: np.ndarray) -> dict[str, torch.Tensor]:
    """uint8 [N, E, E, 3] -> logits by head and `features` [N, 128]."""
    parts = []
    for start in range(0, len(pictures), 128):
        rgb = torch.from_numpy(pictures[start : start + 128]).permute(0, 3, 1, 2).float() / 255
        features = judge.features(rgb)
        logits = {name.removesuffix("_head"): head(features) for name, head in judge.heads.items()}
        parts.append(logits | {"features": features})
    return {key: torch.cat([part[key] for part in parts]).float() for key in parts[0]}
