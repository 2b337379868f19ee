"""A run folder from shipped graphs: the inverse of `export.py`, so that training can begin where they ended.

    python3 reimport.py --data ../../dataset --model ../../shared/model --run runs/a     # then train_stage2.py --run runs/a, …

A graph holds everything that draws and nothing that judges: batch norms come back as units (their statistics lie folded in the
kernels, and training measures its own), seeds as the standard normal, weights to the precision of fp16. The encoder, which no graph
has, learns anew what Stage-I has to be told to draw a garment of the dataset; judges begin anew, where training starts.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

import data as datasets
from export import strengthen
from export_pattern import COLOR, KINDS, PERIOD, STEEPNESS, THRESHOLD, UNDER
from fit_patterns import dress
from learn_encoder import learn_encoder
from model import DOUBLED, Config, Stage1, UpBlock
from pattern import FIRST_TILE, LAYERS, TILES, PatternLayer
from runs import Run
from stage2 import Stage2, Styled

CENTROIDS = 8  # which of the weights they are


class Weights:
    """A graph's weights (fp16, or fp32 where it was written so) in the order in which the exporter wrote them."""

    def __init__(self, path: Path):
        self.path, tensors = path, onnx.load(path).graph.initializer
        self.constants = [numpy_helper.to_array(each) for each in tensors if each.name.startswith("c_")]
        self.values = [numpy_helper.to_array(each) for each in tensors if not each.name.startswith("c_")]
        self.at = 0

    def next(self) -> torch.Tensor:
        self.at += 1
        return torch.tensor(self.values[self.at - 1].astype(np.float32))

    def into(self, *parameters: torch.Tensor) -> None:
        for parameter in parameters:
            self.put(self.next(), parameter)

    def put(self, value: torch.Tensor, parameter: torch.Tensor) -> None:
        if value.numel() != parameter.numel():
            raise SystemExit(f"{self.path} was exported by another version: its weight {self.at} is {list(value.shape)}, this version's {list(parameter.shape)}. Read it with the training code that stood beside it.")
        parameter.copy_(value.view_as(parameter))

    def linear(self, layer: nn.Linear) -> None:
        self.into(layer.weight, layer.bias)

    def affine(self, layer: nn.Linear) -> None:
        """A style's scale and shift, which `Graph.modulate` writes with the one it adds to the scale."""
        self.linear(layer)
        layer.bias[: len(layer.bias) // 2] -= 1

    def kernel(self, weight: torch.Tensor, up: bool) -> None:
        self.put(smaller_kernel(self.next()) if up else self.next(), weight)

    def constant(self, shape: tuple[int, ...], kind: type) -> torch.Tensor:
        """The one constant of this shape and number type."""
        (found,) = [value for value in self.constants if value.shape == shape and value.dtype == kind]
        return torch.tensor(found)


def smaller_kernel(kernel: torch.Tensor) -> torch.Tensor:
    """The 3x3 kernel [out, in, 3, 3] of which `upsample_kernel` made [in, out, 4, 4]; the nearest, by least squares, as the latter is rounded."""
    back = torch.linalg.pinv(torch.tensor(DOUBLED, dtype=torch.float64))
    return torch.einsum("kr,ls,iors->oikl", back, back, kernel.double()).float()


def as_unit(norm: nn.BatchNorm2d, shift: torch.Tensor) -> None:
    """A norm that only moves by `shift` [C]: its scale lies in the weights before it."""
    norm.running_mean.copy_(-shift)
    norm.running_var.fill_(1 - norm.eps)


def read_text(g: Weights, model: Stage1) -> None:
    """ONNX's gates i, o, f, c back to torch's i, f, c, o."""

    def gates(value: torch.Tensor) -> torch.Tensor:
        i, o, f, c = value.chunk(4)
        return torch.cat([i, f, c, o])

    lstm = model.text.lstm
    g.into(model.text.embedding.weight)
    lstm.weight_ih_l0.copy_(gates(g.next()[0]))
    lstm.weight_hh_l0.copy_(gates(g.next()[0]))
    for bias, value in zip((lstm.bias_ih_l0, lstm.bias_hh_l0), g.next()[0].chunk(2), strict=True):
        bias.copy_(gates(value))


def read_block(g: Weights, block: UpBlock) -> None:
    g.kernel(block.weight, block.up)
    as_unit(block.norm, g.next())
    g.affine(block.affine)
    if block.has_grain:
        g.into(block.noise, block.noise_gain)


def read_patterns(g: Weights, layer: PatternLayer) -> None:
    g.into(layer.choice, layer.usual)
    table, count = g.next(), len(layer.words)
    layer.kind.copy_(table[:, :PERIOD].view(count, LAYERS, KINDS))
    layer.period.copy_(table[:, PERIOD:THRESHOLD])
    layer.threshold.copy_(table[:, THRESHOLD:STEEPNESS])
    layer.steepness.copy_(table[:, STEEPNESS:COLOR])
    layer.colors.copy_(table[:, COLOR:UNDER].view(count, LAYERS, 3))
    layer.under.copy_(table[:, UNDER])
    layer.tiles.copy_(g.next().view(TILES, *layer.tiles.shape[1:]))
    layer.words.copy_(g.constant((1, 1, count), np.int32).flatten())
    layer.draw.copy_(g.constant((count,), np.int64))


@torch.no_grad()
def read_stage1(g: Weights) -> Stage1:
    """Reads what `export_layers.stage1` wrote, in its order."""
    config = Config(vocabulary=len(g.values[0]), clusters=len(g.values[CENTROIDS]))
    model = Stage1(config, torch.zeros(config.clusters, 3))
    read_text(g, model)
    g.linear(model.conditioning)
    g.linear(model.prior)
    g.into(model.centroids)
    for layer in (model.mapping[0], model.mapping[2], model.mix, *model.dense):
        g.linear(layer)
    as_unit(model.first_norm, torch.zeros(config.channels[0]))
    for block in model.blocks:
        read_block(g, block)
    g.linear(model.contrast[0])
    g.linear(model.contrast[2])
    model.contrast[2].bias -= 1
    g.into(model.head.weight, model.head.bias)
    read_patterns(g, model.pattern)
    return model


@torch.no_grad()
def read_stage2(g: Weights, config: Config) -> Stage2:
    """Reads what `export_layers.stage2` wrote, in its order."""
    model = Stage2(config.channels[-1], config.style)

    def styled(layer: Styled) -> None:
        g.kernel(layer.weight, layer.up)
        g.next()  # the bias, which is zero
        g.affine(layer.affine)

    for layer in (model.first, model.down, *model.coarse, model.back, *model.residual, model.to128, model.at128, model.to256):
        styled(layer)
    g.linear(model.mix)
    g.into(model.grain)
    g.linear(model.grain_gain)
    styled(model.at256)
    g.into(model.head.weight, model.head.bias)
    return model


@torch.no_grad()
def recluster(model: Stage1, centroids: torch.Tensor) -> None:
    """The prior of a colour that nobody names, over a dataset's clusters [K, 3]: each the logit of the nearest that the graph knows."""
    nearest = torch.cdist(centroids, model.centroids).argmin(1)
    prior = nn.Linear(model.config.hidden, len(centroids))
    prior.weight.copy_(model.prior.weight[nearest])
    prior.bias.copy_(model.prior.bias[nearest])
    model.prior, model.centroids, model.config.clusters = prior, centroids.clone(), len(centroids)


def read(folder: Path, detail: float = 1.0) -> tuple[Stage1, Stage2, dict]:
    """The stages of a model folder and its manifest; `detail` as the Stage-II was exported."""
    manifest = json.loads((folder / "manifest.json").read_text())
    g = Weights(folder / manifest["graphs"]["restgan"]["file"])
    stage1 = read_stage1(g)
    stage2 = read_stage2(g, stage1.config)
    strengthen(stage2, 1 / detail)
    return stage1.eval(), stage2.eval(), manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder with the graphs and their manifest")
    parser.add_argument("--run", type=Path, required=True, help="gets stage1.pt and stage2.pt")
    parser.add_argument("--detail", type=float, default=1.0, help="as it was exported")
    parser.add_argument("--patterns", action="store_true", help="measure the dataset's patterns anew instead of keeping the graph's")
    parser.add_argument("--encoder-images", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    stage1, stage2, manifest = read(args.model, args.detail)
    source = datasets.open_source(args.data)
    recluster(stage1, source.centroids)
    whole = datasets.load(source, "train")
    if args.patterns:
        dress(stage1, whole)
    data = datasets.unpatterned(whole, datasets.loud_words(source))
    encoder = learn_encoder(stage1, data, args.encoder_images)
    seen = manifest["training"]
    about = {"config": stage1.config.as_dict(), "images": seen["stage1Images"], "steps": 0, "run": args.run.name, "without": None}
    Run(args.run, "stage1", vars(args), about["images"]).save({"ema": stage1.state_dict(), "encoder": encoder.state_dict(), **about})
    Run(args.run, "stage2", vars(args), seen["stage2Images"]).save({"ema": stage2.state_dict(), "images": seen["stage2Images"], "steps": 0})


if __name__ == "__main__":
    main()
