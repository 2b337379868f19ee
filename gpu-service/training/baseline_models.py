"""StackGAN and StackGAN-v2 at the size of our Stage-I, as baselines to measure ourselves against.

After Zhang et al. 2017 (StackGAN) and 2018 (StackGAN++), with the originals' constants: z 100, conditioning 128, ReLU
generators on nearest-neighbour upsampling, 4x4 stride-2 discriminators. Both are shrunk by the same factor: the reference's
Stage-I generator (192 x 8 channels at 4x4) takes 2.7 GMAC, this one (40 x 8) 0.12, as ours does; StackGAN-v2's three scales
64, 128, 256 become 16, 32, 64. One mend, in the baselines' favour: no ReLU on (mu, log variance), which forces sigma >= 1.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from model import COLOR_TOKEN, upsample_kernel

Z, CONDITION, WORD = 100, 128, 64
GF, DF = 40, 24
FEWEST_OF_A_COLOR = 20


class ColorWords:
    """The catalogue's raw colour words as further tokens: what a title says before any clustering in Lab."""

    def __init__(self, names: list[str], lab: torch.Tensor, first: int):
        self.names, self.lab, self.first = names, lab.float(), first  # lab [W, 3]: the median of the garments so named

    @classmethod
    def of(cls, rows: list[dict], first: int) -> "ColorWords":
        by_name: dict[str, list] = {}
        for row in rows:
            if row.get("colorWord"):
                by_name.setdefault(row["colorWord"], []).append(row["lab"])
        kept = {name: values for name, values in by_name.items() if len(values) >= FEWEST_OF_A_COLOR}
        if not kept:
            raise SystemExit("No colour word is frequent enough: rows need `colorWord`.")
        return cls(sorted(kept), torch.from_numpy(np.array([np.median(kept[name], 0) for name in sorted(kept)], np.float32)), first)

    def nearest(self, lab: torch.Tensor) -> torch.Tensor:
        """[B, 3] -> word index [B]."""
        return torch.cdist(lab, self.lab).argmin(1)

    def index(self, rows: list[dict], lab: torch.Tensor) -> torch.Tensor:
        """Word index of each row: its own word, or the nearest one's where that is rare."""
        places = {name: i for i, name in enumerate(self.names)}
        near = self.nearest(lab).tolist()
        return torch.tensor([places.get(row.get("colorWord") or "", near[i]) for i, row in enumerate(rows)])

    def write(self, tokens: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """Puts the colour word where the titles have the bare colour token: [B, 16] -> [B, 16]."""
        return torch.where(tokens == COLOR_TOKEN, self.first + words[:, None], tokens)


class Text(nn.Module):
    """Titles -> mean word vector, or an LSTM's last state; then conditioning augmentation, its noise given."""

    def __init__(self, vocabulary: int, lstm: bool):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, WORD, padding_idx=0)
        self.lstm = nn.LSTM(WORD, CONDITION, batch_first=True) if lstm else None
        self.out = nn.Linear(CONDITION if lstm else WORD, 2 * CONDITION)

    def forward(self, tokens, noise):
        words, lengths = self.embedding(tokens), (tokens > 0).sum(1).clamp(min=1)
        if self.lstm:
            states, _ = self.lstm(words)
            text = states[torch.arange(len(tokens), device=tokens.device), lengths - 1]
        else:
            text = words.sum(1) / lengths[:, None]
        mu, log_var = self.out(text).float().chunk(2, 1)
        log_var = log_var.clamp(-8, 4)
        return mu + torch.exp(0.5 * log_var) * noise, mu, log_var


class Up(nn.Module):
    """Nearest x2, 3x3 convolution (as one transposed convolution), batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3) * 0.02)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.norm(F.conv_transpose2d(x, upsample_kernel(self.weight), stride=2, padding=1)))


class Stem(nn.Module):
    """Noise and condition -> [B, 8 GF, 4, 4]."""

    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(Z + CONDITION, 8 * GF * 16, bias=False)
        self.norm = nn.BatchNorm2d(8 * GF)

    def forward(self, code, z):
        x = self.dense(torch.cat([code, z], 1)).view(-1, 8 * GF, 4, 4).contiguous(memory_format=torch.channels_last)
        return F.relu(self.norm(x))


def to_picture(inputs: int, channels: int = 3) -> nn.Module:
    return nn.Conv2d(inputs, channels, 3, padding=1)


class StackGan(nn.Module):
    """Stage-I: sRGB [B, 3, 64, 64] in -1..1; with `alpha` a fourth channel for the judge that wants one."""

    def __init__(self, vocabulary: int, lstm: bool = False, alpha: bool = False):
        super().__init__()
        self.text, self.stem = Text(vocabulary, lstm), Stem()
        self.ups = nn.Sequential(Up(8 * GF, 4 * GF), Up(4 * GF, 2 * GF), Up(2 * GF, GF), Up(GF, GF // 2))
        self.head = to_picture(GF // 2, 4 if alpha else 3)

    def forward(self, tokens, z, noise):
        code, mu, log_var = self.text(tokens, noise)
        return [self.head(self.ups(self.stem(code, z))).float().tanh()], mu, log_var


class NextScale(nn.Module):
    """StackGAN-v2's later stages: condition joined again, a residual block, upsampling."""

    def __init__(self, channels: int):
        super().__init__()
        self.join, self.code = nn.Conv2d(channels, channels, 3, padding=1), nn.Linear(CONDITION, channels)
        self.convs = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(channels) for _ in range(3)])
        self.up = Up(channels, channels // 2)

    def forward(self, x, code):
        x = F.relu(self.norms[0](self.join(x) + self.code(code)[:, :, None, None]))
        x = x + self.norms[2](self.convs[1](F.relu(self.norms[1](self.convs[0](x)))))
        return self.up(x)


class StackGanV2(nn.Module):
    """Three scales made and judged together: sRGB at 16, 32 and 64 px."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.text, self.stem = Text(vocabulary, False), Stem()
        self.ups = nn.Sequential(Up(8 * GF, 4 * GF), Up(4 * GF, 2 * GF))
        self.scales = nn.ModuleList([NextScale(2 * GF), NextScale(GF)])
        self.heads = nn.ModuleList([to_picture(2 * GF), to_picture(GF), to_picture(GF // 2)])

    def forward(self, tokens, z, noise):
        code, mu, log_var = self.text(tokens, noise)
        x = self.ups(self.stem(code, z))
        pictures = [self.heads[0](x).float().tanh()]
        for scale, head in zip(self.scales, self.heads[1:], strict=True):
            x = scale(x, code)
            pictures.append(head(x).float().tanh())
        return pictures, mu, log_var


class Judge(nn.Module):
    """StackGAN's discriminator at one edge: a conditional and an unconditional logit, and features for auxiliary heads."""

    def __init__(self, edge: int):
        super().__init__()
        layers, inputs, width = [], 3, DF * 64 // edge
        while edge > 4:
            layers.append(nn.Conv2d(inputs, width, 4, stride=2, padding=1, bias=inputs == 3))
            if inputs > 3:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.LeakyReLU(0.2))
            inputs, width, edge = width, min(width * 2, 8 * DF), edge // 2
        self.width = inputs
        self.body = nn.Sequential(*layers)
        self.joint = nn.Sequential(nn.Conv2d(inputs + CONDITION, inputs, 3, padding=1, bias=False), nn.BatchNorm2d(inputs), nn.LeakyReLU(0.2), nn.Conv2d(inputs, 1, 4))
        self.alone = nn.Conv2d(inputs, 1, 4)

    def conditional(self, features, mu):
        wide = mu[:, :, None, None].expand(-1, -1, 4, 4)
        return self.joint(torch.cat([features, wide], 1)).flatten().float()

    def unconditional(self, features):
        return self.alone(features).flatten().float()
