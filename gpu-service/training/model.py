"""ReStGAN Stage-I: words, latent and colour -> a 64 x 64 garment.

After ReStGAN (Surya et al., WACV 2020): StackGAN's Stage-I with an LSTM over the words, trained jointly, and a LAB
lookup for colour. Ours differs where measurement said so: the LSTM sees *that* a colour was named, and its Lab value
enters the colour head and the last block's contrast alone, so that a colour word cannot change the cut; pictures are
residuals around that Lab value, with an alpha mask. Words of pattern go to a layer of their own (`pattern.py`).

Shapes: tokens [B, 16] int (0 pads the end), latent [B, 96] (z 64, conditioning noise 32), color [B, 4] (L, a, b, 1) or
zeros when no colour was named.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from details import add_details
from fused_norm import modulated_norm
from lab import constant
from pattern import PatternLayer, hold, plain_words

Z_DIM, NOISE_DIM, MAX_TOKENS = 64, 32, 16
LATENT_DIM = Z_DIM + NOISE_DIM
COLOR_TOKEN = 9


@dataclass
class Config:
    """Sizes of the generator. The defaults are 68.5 MMAC as exported (`measure_cost.py`) and under 2 MB in fp16."""

    vocabulary: int = 56
    clusters: int = 24
    embedding: int = 64
    hidden: int = 128
    style: int = 96
    channels: list[int] = field(default_factory=lambda: [160, 112, 80, 48, 24])
    noise_maps: int = 4
    # What ablations take away; the shipped graphs know the defaults alone.
    text: str = "lstm"  # or "bag": the mean of the words' embeddings, no order
    gates: bool = True  # each kind of word opens its own share of the LSTM's units
    lab_head: bool = True  # False: the head paints Lab itself, not a residual around the colour asked for

    def as_dict(self) -> dict:
        return asdict(self)


DOUBLED = ((0, 0, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0))  # which taps of three each of four holds, once every pixel is two


def upsample_kernel(weight: torch.Tensor) -> torch.Tensor:
    """3x3 kernel after nearest x2 upsampling -> the equal 4x4, stride 2, pad 1 transposed kernel.

    weight [out, in, 3, 3] -> [in, out, 4, 4]. Exact: 2.25 times fewer multiplications for the same function.
    """
    rows = constant(DOUBLED, weight.device, weight.dtype)
    return torch.einsum("ri,sj,okij->kors", rows, rows, weight)


class UpBlock(nn.Module):
    """Nearest x2 + 3x3 convolution (as one transposed convolution), batch norm, style, leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, style: int, noise_maps: int, edge: int, up: bool = True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3) * (2 / (inputs * 9)) ** 0.5)
        self.norm = nn.BatchNorm2d(outputs, affine=False)
        self.affine = nn.Linear(style, 2 * outputs)
        nn.init.normal_(self.affine.weight, std=0.02)
        nn.init.zeros_(self.affine.bias)
        self.up = up
        self.has_grain = noise_maps > 0
        if self.has_grain:
            self.register_buffer("noise", torch.randn(noise_maps, edge, edge))
            self.noise_gain = nn.Parameter(torch.full((outputs,), 0.02))

    def forward(self, x, style, mix):
        x = F.conv_transpose2d(x, upsample_kernel(self.weight), stride=2, padding=1) if self.up else F.conv2d(x, self.weight, padding=1)
        scale, shift = self.affine(style).chunk(2, 1)
        if self.training and not self.has_grain and x.device.type == "cpu":
            return modulated_norm(x, self.norm, scale, shift)
        x = self.norm(x)
        x = x * (1 + scale[:, :, None, None]) + shift[:, :, None, None]
        if self.has_grain:
            grain = (mix @ self.noise.flatten(1)).view(-1, 1, *self.noise.shape[1:])
            x = x + grain * self.noise_gain[None, :, None, None]
        return F.leaky_relu(x, 0.2)


def kind_gates(text: "TextEncoder", kinds: torch.Tensor) -> None:
    """Gates per kind of word, as a start that training may leave: the last coordinates of an embedding name the word's class.

    Its class opens the input gates of its own share of the units; other shares are closed to it and keep what they hold.
    `kinds` [vocabulary]: 0 structure, 1 detail, 2 cloth, -1 none.
    """
    classes, hidden = 3, text.lstm.hidden_size
    share = torch.arange(hidden) * classes // hidden
    with torch.no_grad():
        one_hot = F.one_hot(kinds.clamp(min=0), classes).float() * (kinds >= 0)[:, None]
        text.embedding.weight[:, -classes:] = one_hot
        own = F.one_hot(share, classes).float()
        text.lstm.weight_ih_l0[:hidden, -classes:] = own * 3 - 2
        text.lstm.weight_ih_l0[hidden : 2 * hidden, -classes:] = (1 - own) * 2


class TextEncoder(nn.Module):
    """LSTM over the tokens in typed order; the state after the last word, [B, hidden]."""

    def __init__(self, config: Config):
        super().__init__()
        self.embedding = nn.Embedding(config.vocabulary, config.embedding, padding_idx=0)
        self.bag = config.text == "bag"
        if self.bag:
            self.dense = nn.Sequential(nn.Linear(config.embedding, config.hidden), nn.LeakyReLU(0.2), nn.Linear(config.hidden, config.hidden), nn.Tanh())
        else:
            self.lstm = nn.LSTM(config.embedding, config.hidden, batch_first=True)

    def forward(self, tokens):
        lengths = (tokens > 0).sum(1)
        if self.bag:
            return self.dense(self.embedding(tokens).sum(1) / lengths.clamp(min=1)[:, None].sqrt())
        states, _ = self.lstm(self.embedding(tokens))
        last = (lengths - 1).clamp(min=0)[:, None, None].expand(-1, 1, states.shape[2])
        return states.gather(1, last).squeeze(1) * (lengths > 0)[:, None]


class Stage1(nn.Module):
    """tokens, latent, color -> Lab [B, 3, 64, 64], alpha [B, 1, 64, 64] and what Stage-II refines."""

    def __init__(self, config: Config, centroids: torch.Tensor):
        super().__init__()
        self.config = config
        c = config.channels
        self.text = TextEncoder(config)
        self.conditioning = nn.Linear(config.hidden, 2 * NOISE_DIM)
        self.mapping = nn.Sequential(
            nn.Linear(Z_DIM + config.hidden + NOISE_DIM, 160), nn.LeakyReLU(0.2), nn.Linear(160, config.style), nn.LeakyReLU(0.2)
        )
        self.dense = nn.Sequential(nn.Linear(config.style, 48), nn.Linear(48, c[0] * 16))
        self.mix = nn.Linear(Z_DIM, config.noise_maps)
        self.first_norm = nn.BatchNorm2d(c[0], affine=False)
        style, maps = config.style, config.noise_maps
        self.blocks = nn.ModuleList(
            [
                UpBlock(c[0], c[1], style, 0, 8),
                UpBlock(c[1], c[2], style, 0, 16),
                UpBlock(c[2], c[2], style, maps, 16, up=False),  # grain from the latent here alone: on finer maps it showed as hatching
                UpBlock(c[2], c[3], style, 0, 32),
                UpBlock(c[3], c[4], style, 0, 64),
            ]
        )
        self.contrast = nn.Sequential(nn.Linear(4, 32), nn.LeakyReLU(0.2), nn.Linear(32, c[4]))
        nn.init.zeros_(self.contrast[2].weight)
        nn.init.zeros_(self.contrast[2].bias)
        self.head = nn.Conv2d(c[4], 4, 3, padding=1)
        self.prior = nn.Linear(config.hidden, config.clusters)
        self.register_buffer("centroids", centroids.float())
        self.pattern = PatternLayer(config.hidden)
        # z of a seed's standard normal e and the words' state h is mean + words h + factor e, as `calibration.posterior` finds it.
        self.register_buffer("seed_mean", torch.zeros(Z_DIM))
        self.register_buffer("seed_words", torch.zeros(Z_DIM, config.hidden))
        self.register_buffer("seed_factor", torch.eye(Z_DIM))

    def condition(self, tokens, noise):
        """StackGAN's conditioning augmentation, its noise given: state, conditioning, (mu, log variance)."""
        state = self.text(tokens)
        mu, log_var = self.conditioning(state).chunk(2, 1)
        log_var = log_var.clamp(-8, 4)
        return state, mu + torch.exp(0.5 * log_var) * noise, mu, log_var

    def base_color(self, state, noise, color):
        """The Lab the garment is painted around: the one asked for, else a cluster drawn from the words by the noise."""
        draw = F.pad(noise, (0, max(0, self.config.clusters - NOISE_DIM)))[:, : self.config.clusters]
        index = (self.prior(state).detach() + 1.28 * draw).argmax(1)
        named = color[:, 3:4]
        return named * color[:, :3] + (1 - named) * self.centroids[index]

    def forward(self, tokens, latent, color, seen=None):
        """`seen` [S, 64]: z of the first S rows as an encoder found it; the others' follow from the latent.

        Training sees garments without a pattern, and so no pattern is drawn then.
        """
        noise = latent[:, Z_DIM:]
        state, conditioning, mu, log_var = self.condition(tokens if self.training else plain_words(tokens), noise)
        base = self.base_color(state, noise, color)
        implied = state.float() @ self.seed_words.T
        own = self.seed_mean + latent[:, :Z_DIM] @ self.seed_factor.T
        if seen is not None:
            own = torch.cat([seen - implied[: len(seen)], own[len(seen) :]])
        style = self.mapping(torch.cat([own + implied, state, conditioning], 1))
        mix = self.mix(own)
        x = self.dense(style).view(-1, self.config.channels[0], 4, 4)
        x = F.leaky_relu(self.first_norm(x), 0.2)
        for block in self.blocks:
            x = block(x, style, mix)
        tone = torch.cat([base / 50, torch.ones_like(base[:, :1])], 1)
        x = x * (1 + self.contrast(tone)[:, :, None, None])
        raw = self.head(x).float()
        lab, alpha = paint(raw, base) if self.config.lab_head else paint_freely(raw)
        made = {"lab": lab, "alpha": alpha, "features": x, "style": style, "state": state, "base": base, "mu": mu, "log_var": log_var}
        return made if self.training else made | {"wear": self.wearer(tokens, state.float(), noise, base)}

    def wearer(self, tokens, state, noise, base) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        """What puts the pattern and the details that were asked for on a plain garment: Lab [B, 3, E, E] and alpha [B, 1, E, E] -> Lab."""
        pattern, present = self.pattern.choose(tokens, state, noise, base)

        def wear(lab: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
            return add_details(tokens, lab + self.pattern(pattern, present, noise, base, alpha) * hold(lab, base), alpha, base)

        return wear


L_RANGE, AB_RANGE, MODE_WIDTH = 45.0, 40.0, 12.0


def paint(raw, base):
    """Head [B, 4, H, W] and base Lab [B, 3] -> Lab and alpha.

    The garment's ground colour is exact by construction: the mean residual, taken where residuals are small (so that
    stripes do not pull it), is subtracted.
    """
    alpha = torch.sigmoid(raw[:, 3:4] * 2)
    residual = torch.cat([L_RANGE * torch.tanh(raw[:, :1]), AB_RANGE * torch.tanh(raw[:, 1:3] / 2)], 1)
    distance = (residual * residual).sum(1, keepdim=True)
    weight = alpha * alpha * torch.exp(-distance / (2 * MODE_WIDTH**2)) + 1e-6
    mean = (residual * weight).sum((2, 3), keepdim=True) / weight.sum((2, 3), keepdim=True)
    return base[:, :, None, None] + residual - mean, alpha


def paint_freely(raw):
    """Head [B, 4, H, W] -> Lab and alpha, the colour left to the network (an ablation)."""
    lab = torch.cat([50 + 55 * torch.tanh(raw[:, :1]), 70 * torch.tanh(raw[:, 1:3] / 2)], 1)
    return lab, torch.sigmoid(raw[:, 3:4] * 2)
