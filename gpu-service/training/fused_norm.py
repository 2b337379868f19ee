"""Batch norm, style modulation and leaky ReLU as one differentiable step, for training on CPUs.

The three layers apart cost more than the convolution before them there: each walks the maps several times with short inner loops.
"""

import torch
import torch.nn.functional as F

SLOPE, CHUNK = 0.2, 1024


def tiled(rows: torch.Tensor, places: int, dtype: torch.dtype) -> torch.Tensor:
    """[B, C] -> [B, 1, C * k]: repeated so that elementwise loops run over about 1,024 values; k divides `places`."""
    times = 1
    while times * rows.shape[1] < CHUNK and places % (2 * times) == 0:
        times *= 2
    return rows.to(dtype).repeat(1, times)[:, None]


def sums(x: torch.Tensor) -> torch.Tensor:
    """[B, P, C] -> float32 [B, C], sums over places by matrix units, in chunks so that a bfloat16 sum loses little."""
    batch, places, channels = x.shape
    chunks = 16
    ones = x.new_ones(batch * chunks, 1, places // chunks)
    return torch.bmm(ones, x.reshape(batch * chunks, places // chunks, channels)).float().view(batch, chunks, channels).sum(1)


class ModulatedNorm(torch.autograd.Function):
    """x [B, C, H, W], scale and shift [B, C] -> leaky((x - mean) / deviation * (1 + scale) + shift), mean [C], variance [C]."""

    @staticmethod
    def forward(ctx, x, scale, shift, epsilon):
        batch, channels, height, width = x.shape
        places = height * width
        rows = x.permute(0, 2, 3, 1).reshape(batch, places, channels)
        mean = sums(rows).sum(0) / (batch * places)
        variance = (sums(rows * rows).sum(0) / (batch * places) - mean * mean).clamp(min=0)
        inverse = (variance + epsilon).rsqrt()
        scale, shift = scale.float(), shift.float()
        gain = (1 + scale) * inverse
        wide = tiled(gain, places, x.dtype)
        made = torch.addcmul(tiled(shift - mean * gain, places, x.dtype), rows.view(batch, -1, wide.shape[2]), wide)
        made = F.leaky_relu_(made, SLOPE).view(batch, places, channels)
        ctx.save_for_backward(rows, made, scale, mean, inverse)
        ctx.size = (batch, channels, height, width)
        ctx.mark_non_differentiable(mean, variance)
        return made.view(batch, height, width, channels).permute(0, 3, 1, 2), mean, variance

    @staticmethod
    def backward(ctx, slope, *_):
        rows, made, scale, mean, inverse = ctx.saved_tensors
        batch, channels, height, width = ctx.size
        places = height * width
        slope = slope.permute(0, 2, 3, 1).reshape(batch, places, channels)
        slope = torch.ops.aten.leaky_relu_backward(slope, made, SLOPE, True)
        total, along = sums(slope), sums(slope * rows)
        along = (along - mean * total) * inverse
        first = ((1 + scale) * total).sum(0) / (batch * places)
        second = ((1 + scale) * along).sum(0) / (batch * places)
        gain = tiled((1 + scale) * inverse, places, rows.dtype)
        pull = tiled((-inverse * inverse * second).expand(batch, channels), places, rows.dtype)
        rest = tiled((inverse * (inverse * second * mean - first)).expand(batch, channels), places, rows.dtype)
        shape = (batch, -1, gain.shape[2])
        back = torch.addcmul(torch.addcmul(rest, rows.view(shape), pull), slope.view(shape), gain)
        return back.view(batch, height, width, channels).permute(0, 3, 1, 2), along, total, None


def modulated_norm(x, norm: torch.nn.BatchNorm2d, scale, shift):
    """Training step of a batch norm without affine, its running statistics kept as PyTorch keeps them, then style and ReLU."""
    x = x.contiguous(memory_format=torch.channels_last)
    made, mean, variance = ModulatedNorm.apply(x, scale, shift, norm.eps)
    with torch.no_grad():
        count = x.numel() / x.shape[1]
        norm.num_batches_tracked += 1
        rate = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
        norm.running_mean.lerp_(mean, rate)
        norm.running_var.lerp_(variance * count / (count - 1), rate)
    return made
