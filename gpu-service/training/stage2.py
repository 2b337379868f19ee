"""ReStGAN Stage-II: refines Stage-I's picture and features to 256 x 256.

Colour and cut are Stage-I's by construction: whatever the network adds, its means over windows of HOLD px are subtracted again,
so that the preview sharpens and does not jump. Chroma may move little, light more. Windows of one Stage-I pixel held so much
that a seam which Stage-I had not drawn could only be embossed, a dark line between two bright ones.

A fold is a shade: light times a number, so that L + 16, a and b all shrink alike (CIELAB is a cube root of light, CIE 15). At a
constant a and b the folds of yellow cloth are green. The outline is Stage-I's, drawn smooth: learned from cut-outs it came ragged.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

from lab import constant
from model import upsample_kernel

WIDTH, COARSE, MIDDLE, FINE, GRAIN_MAPS, GRAIN_EDGE = 48, 80, 32, 16, 4, 256
LIGHT_RANGE, CHROMA_RANGE, HOLD = 30.0, 10.0, 16
# The outline: how far, in px of 256, Stage-I's alpha is smoothed along it, where it is cut again (outside, Lab is none of cloth) and how steeply.
SMOOTH, CUT, STEEP = 3.0, 0.6, 20.0
DARK = 16.0  # CIELAB's offset: L + 16 is what light's cube root multiplies


class Styled(nn.Module):
    """3x3 convolution, style scale and shift, leaky ReLU; optionally upsampling x2 first, or halving (stride 2)."""

    def __init__(self, inputs: int, outputs: int, style: int, up: bool = False, stride: int = 1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3) * (2 / (inputs * 9)) ** 0.5)
        self.affine = nn.Linear(style, 2 * outputs)
        nn.init.normal_(self.affine.weight, std=0.01)
        nn.init.zeros_(self.affine.bias)
        self.up, self.stride, self.outputs = up, stride, outputs

    def forward(self, x, style):
        if self.up:
            x = F.conv_transpose2d(x, upsample_kernel(self.weight), stride=2, padding=1)
        else:
            x = F.conv2d(x, self.weight, stride=self.stride, padding=1)
        scale, shift = self.affine(style).to(x.dtype).chunk(2, 1)
        return F.leaky_relu(x * (1 + scale[:, :, None, None]) + shift[:, :, None, None], 0.2)


class Stage2(nn.Module):
    """lab, alpha [B, 3|1, 64, 64], features [B, C, 64, 64], style [B, S], base [B, 3] -> Lab, alpha at 256 x 256.

    The style (words and latent) also mixes fixed noise maps to the cloth's grain. A crop of the maps is refined when
    `corner`, its top and left in 64-px units, is given.
    """

    def __init__(self, features: int, style: int):
        super().__init__()
        self.first = Styled(4 + features, WIDTH, style)
        self.down = Styled(WIDTH, COARSE, style, stride=2)
        self.coarse = nn.ModuleList([Styled(COARSE, COARSE, style) for _ in range(4)])
        self.back = Styled(COARSE, WIDTH, style, up=True)
        self.residual = nn.ModuleList([Styled(WIDTH, WIDTH, style) for _ in range(4)])
        self.to128 = Styled(WIDTH, MIDDLE, style, up=True)
        self.at128 = Styled(MIDDLE, MIDDLE, style)
        self.to256 = Styled(MIDDLE, FINE, style, up=True)
        self.at256 = Styled(FINE, FINE, style)
        self.mix = nn.Linear(style, GRAIN_MAPS)
        self.grain_gain = nn.Linear(style, FINE)
        nn.init.normal_(self.grain_gain.weight, std=0.01)
        nn.init.constant_(self.grain_gain.bias, 0.05)
        self.register_buffer("grain", torch.randn(GRAIN_MAPS, GRAIN_EDGE, GRAIN_EDGE, generator=torch.Generator().manual_seed(256)))
        self.head = nn.Conv2d(FINE, 3, 3, padding=1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, lab, alpha, features, style, base, corner: tuple[int, int] = (0, 0)):
        shade = (lab - base[:, :, None, None]) / constant((20.0, 10.0, 10.0), lab.device, lab.dtype).view(1, 3, 1, 1)
        x = self.first(torch.cat([shade * alpha, alpha * 2 - 1, features.to(lab.dtype)], 1), style)
        x = x + self.back(pairs(self.coarse, self.down(x, style), style), style)
        x = self.to128(pairs(self.residual, x, style), style)
        x = self.to256(self.at128(x, style), style)
        top, left = 4 * corner[0], 4 * corner[1]
        window = self.grain[:, top : top + x.shape[2], left : left + x.shape[3]]
        grain = (self.mix(style) @ window.flatten(1).to(style.dtype)).view(-1, 1, *x.shape[2:])
        x = x + (grain * self.grain_gain(style)[:, :, None, None]).to(x.dtype)
        raw = self.head(self.at256(x, style)).float()
        return refine(lab, alpha, raw)


def pairs(layers, x, style):
    """Residual blocks of two layers each."""
    for first, second in zip(layers[::2], layers[1::2], strict=True):
        x = x + second(first(x, style), style)
    return x


def refine(lab, alpha, raw):
    """Head [B, 3, 256, 256] on Stage-I's Lab and alpha -> Lab [B, 3, 256, 256], alpha [B, 1, 256, 256]."""
    wide, alpha256 = enlarged(lab), outline(alpha)
    light = LIGHT_RANGE * torch.tanh(raw[:, :1])
    shade = wide[:, 1:] * (light / (wide[:, :1].clamp(min=0) + DARK))
    residual = torch.cat([light, shade + CHROMA_RANGE * torch.tanh(raw[:, 1:3] / 2)], 1)
    mean = F.avg_pool2d(residual * alpha256, HOLD) / (F.avg_pool2d(alpha256, HOLD) + 1e-3)
    return wide + residual - enlarged(mean, HOLD), alpha256


def outline(alpha):
    """Alpha [B, 1, E, E] of 64-px pixels -> [B, 1, 4E, 4E], smooth along the edge and two or three pixels wide across it."""
    matrix = smoothed(alpha.shape[-1], alpha.device)
    return torch.sigmoid(STEEP * (matrix @ alpha @ matrix.T - CUT))


@cache
def smoothed(edge: int, device: torch.device | None = None, times: int = 4) -> torch.Tensor:
    """[times * edge, edge]: a row of pixels, enlarged bilinearly and smoothed by a Gaussian of SMOOTH. Made once a device, as `lab.constant`."""
    wide = enlarged(torch.eye(edge)[None, :, None], times)[0, :, 0].T
    place = torch.arange(times * edge, dtype=torch.float32)
    near = torch.exp(-((place[:, None] - place[None]) ** 2) / (2 * SMOOTH**2))
    return (near / near.sum(1, keepdim=True) @ wide).to(device)


def enlarged(x, times: int = 4):
    """Bilinear, half-pixel centres."""
    return F.interpolate(x, scale_factor=times, mode="bilinear", align_corners=False)
