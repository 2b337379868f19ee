"""Checkpoints -> the graphs and manifest of `shared/model`.

    python3 export.py --stage1 runs/a/stage1.pt --stage2 runs/a/stage2.pt --classifier runs/a/classifier.pt --out ../../shared/model

`--random` exports untrained weights of the default sizes instead, for tests. Every graph stores the same fp16 Stage-I. Parity with PyTorch is checked before anything is written.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from onnx import TensorProto

import export_layers as layers
from classifier import Classifier
from lab import composite_rgb
from latent import latent_for_seed
from model import LATENT_DIM, MAX_TOKENS, NOISE_DIM, Z_DIM, Config, Stage1
from onnx_graph import Graph
from pattern import DRAWS, PATTERN_TOKENS, PatternLayer
from stage2 import Stage2

LICENCE = (
    "The weights were trained on product photographs that belong to their shops, used to train and to measure; "
    "none is part of this package. A shop trains on its own catalogue."
)
VOCABULARY_VERSION = 1


def stage1_graph(model: Stage1, half: bool = True) -> bytes:
    g = Graph("restgan-stage1", half)
    first = layers.stage1(g, model, *generator_inputs(g))
    g.output(layers.picture(g, first["wear"](first["lab"], first["alpha"], 64), first["alpha"]), "image", TensorProto.UINT8, [64, 64, 3])
    return g.serialize()


def restgan_graph(model: Stage1, refiner: Stage2, half: bool = True) -> bytes:
    g = Graph("restgan", half)
    first = layers.stage1(g, model, *generator_inputs(g))
    g.output(layers.picture(g, first["wear"](first["lab"], first["alpha"], 64), first["alpha"]), "image64", TensorProto.UINT8, [64, 64, 3])
    lab, alpha = layers.stage2(g, refiner, first)
    g.output(layers.picture(g, first["wear"](lab, alpha, 256), alpha), "image256", TensorProto.UINT8, [256, 256, 3])
    return g.serialize()


def generator_inputs(g: Graph) -> tuple[str, str, str]:
    return (
        g.input("tokens", TensorProto.INT32, [MAX_TOKENS]),
        g.input("latent", TensorProto.FLOAT, [LATENT_DIM]),
        g.input("color", TensorProto.FLOAT, [4]),
    )


def classifier_graph(model: Classifier) -> bytes:
    g = Graph("classifier")
    image = g.input("image", TensorProto.UINT8, [64, 64, 3])
    x = g.node("Transpose", [g.node("Cast", [image], to=TensorProto.FLOAT)], perm=[0, 3, 1, 2])
    x = g.scalar("Sub", g.scalar("Mul", x, 2 / 255), 1.0)
    for conv, norm in zip(model.layers[::2], model.layers[1::2], strict=True):
        gain = norm.weight / (norm.running_var + norm.eps).sqrt()
        bias = (conv.bias - norm.running_mean) * gain + norm.bias
        x = g.leaky(g.conv(x, conv.weight * gain[:, None, None, None], bias, stride=conv.stride[0]))
    x = g.reshape(x, [-1, model.dense.in_features])
    x = g.leaky(g.linear(x, model.dense.weight, model.dense.bias))
    for name in ("type", "color", "gender"):
        head = model.heads[f"{name}_head"]
        g.output(g.node("Softmax", [g.linear(x, head.weight, head.bias)], axis=1), name, TensorProto.FLOAT, [head.out_features])
    return g.serialize()


def example_inputs(batch: int, vocabulary: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(batch)
    tokens = np.zeros((batch, MAX_TOKENS), np.int32)
    color = np.zeros((batch, 4), np.float32)
    for row in range(batch):
        length = 1 + row % MAX_TOKENS
        tokens[row, :length] = rng.integers(1, vocabulary, length)
        if row % 3:
            color[row] = [*rng.uniform([15, -30, -30], [90, 50, 50]), 1]
    return {"tokens": tokens, "latent": np.stack([latent_for_seed(1000 + row) for row in range(batch)]), "color": color}


@torch.no_grad()
def reference(stage1: Stage1, stage2: Stage2, inputs: dict) -> tuple[np.ndarray, np.ndarray]:
    """The same pictures by PyTorch: uint8-scaled floats [B, H, W, 3] at 64 and 256."""
    first = stage1(torch.tensor(inputs["tokens"]).long(), torch.tensor(inputs["latent"]), torch.tensor(inputs["color"]))
    lab, alpha = stage2(first["lab"], first["alpha"], first["features"], first["style"], first["base"])
    small, large = composite_rgb(first["wear"](first["lab"], first["alpha"]), first["alpha"]), composite_rgb(first["wear"](lab, alpha), alpha)
    return (small * 255).permute(0, 2, 3, 1).numpy(), (large * 255).permute(0, 2, 3, 1).numpy()


def check_parity(graphs: dict[str, bytes], stage1: Stage1, stage2: Stage2) -> dict[str, float]:
    """Byte distances of 64 rows; raises where a bound is passed.

    `pytorch`: the fp32 form of the graph from PyTorch, less the half byte of rounding. `batch`: a row alone from the same
    row in batches of 3 and 64. `stages`: the edge's Stage-I from the service's. `half`: p99 of what fp16 storage costs.
    """
    inputs = example_inputs(64, stage1.config.vocabulary)
    run = lambda data, count: open_session(data).run(None, {k: v[:count] for k, v in inputs.items()})  # noqa: E731
    small, large = run(graphs["restgan"], 64)
    full64, full256 = run(restgan_graph(stage1, stage2, half=False), 8)
    want64, want256 = reference(stage1, stage2, {k: v[:8] for k, v in inputs.items()})
    batches = [(run(graphs["restgan"], count), count) for count in (1, 3)]
    distance = lambda a, b: np.abs(a.astype(np.float64) - b.astype(np.float64))  # noqa: E731
    worst = {
        "pytorch": max(distance(full64, want64).max(), distance(full256, want256).max()) - 0.5,
        "batch": max(distance(value, whole[:count]).max() for pair, count in batches for value, whole in zip(pair, (small, large), strict=True)),
        "stages": distance(run(graphs["stage1"], 64)[0], small).max(),
        "half": np.quantile(distance(small[:8], full64), 0.99),
    }
    bounds = {"pytorch": 0.5, "batch": 1, "stages": 1, "half": 2}
    if any(worst[key] > bound for key, bound in bounds.items()):
        raise SystemExit(f"The graphs do not match: {worst}, allowed {bounds}. Nothing was written.")
    return {key: round(float(value), 4) for key, value in worst.items()}


def open_session(data: bytes) -> ort.InferenceSession:
    return ort.InferenceSession(data, providers=["CPUExecutionProvider"])


def keep_usual_colors(model: Stage1) -> None:
    """A colour that nobody names is drawn from at most as many clusters as there is noise to draw by: the likeliest."""
    if model.config.clusters > NOISE_DIM:
        kept = model.prior.bias.argsort(descending=True)[:NOISE_DIM].sort().values
        prior = torch.nn.Linear(model.config.hidden, NOISE_DIM)
        prior.load_state_dict({"weight": model.prior.weight[kept], "bias": model.prior.bias[kept]})
        model.prior, model.centroids, model.config.clusters = prior, model.centroids[kept], NOISE_DIM


@torch.no_grad()
def fold_seeds(model: Stage1) -> None:
    """Folds z = mean + words h + factor e into the layers that read z, so that the graphs read a seed's e itself."""
    hidden, first, mix = model.config.hidden, model.mapping[0], model.mix
    weight, factor = first.weight[:, :Z_DIM].clone(), model.seed_factor.clone()
    first.bias += weight @ model.seed_mean
    first.weight[:, Z_DIM : Z_DIM + hidden] += weight @ model.seed_words
    first.weight[:, :Z_DIM] = weight @ factor
    mix.bias += mix.weight @ model.seed_mean
    mix.weight.copy_(mix.weight @ factor)
    model.seed_mean.zero_(), model.seed_words.zero_(), model.seed_factor.copy_(torch.eye(Z_DIM))


@torch.no_grad()
def scramble(layer: PatternLayer) -> None:
    """Patterns of every kind, so that graphs of untrained weights show them."""
    kinds = torch.arange(layer.kind[..., 0].numel()).view(layer.kind.shape[:2]) % layer.kind.shape[2]
    layer.kind.copy_(torch.nn.functional.one_hot(kinds, layer.kind.shape[2]))
    layer.words.copy_(torch.tensor(PATTERN_TOKENS).repeat(len(layer.words))[: len(layer.words)])
    layer.draw.copy_(torch.arange(len(layer.words)) % DRAWS)
    layer.tiles.normal_(), layer.choice.normal_(0, 0.1), layer.colors.uniform_(-40, 40), layer.under.bernoulli_()
    layer.period.uniform_(3, 12), layer.threshold.uniform_(-0.5, 0.5), layer.steepness.uniform_(2, 6)


def load(args) -> tuple[Stage1, Stage2, dict]:
    if args.random:
        torch.manual_seed(0)
        config = Config()
        stage1 = Stage1(config, torch.rand(config.clusters, 3) * torch.tensor([80.0, 40, 40]) + torch.tensor([10.0, -20, -20]))
        scramble(stage1.pattern)
        return stage1, Stage2(config.channels[-1], config.style), {"run": "random"}
    first = torch.load(args.stage1, map_location="cpu", weights_only=True)
    config = Config(**first["config"])
    stage1 = Stage1(config, first["ema"]["centroids"])
    stage1.load_state_dict(first["ema"])
    keep_usual_colors(stage1)
    fold_seeds(stage1)
    second = torch.load(args.stage2, map_location="cpu", weights_only=True)
    stage2 = Stage2(config.channels[-1], config.style)
    stage2.load_state_dict(second["ema"])
    strengthen(stage2, args.detail)
    training = {"run": first["run"], "stage1Images": first["images"], "stage2Images": second["images"]}
    return stage1, stage2, training


def load_classifier(path: Path) -> tuple[bytes, int]:
    """The graph of a checkpoint, or of an earlier export, and how many images it saw."""
    if path.suffix == ".onnx":
        return path.read_bytes(), json.loads((path.parent / "manifest.json").read_text())["training"]["classifierImages"]
    state = torch.load(path, map_location="cpu", weights_only=True)
    classifier = Classifier(state["sizes"]["clusters"], state["sizes"]["vocabulary"])
    classifier.load_state_dict(state["model"])
    return classifier_graph(classifier.eval()), state["images"]


@torch.no_grad()
def strengthen(stage2: Stage2, detail: float) -> None:
    """What Stage-II adds to the Lab of Stage-I, `detail` times as strong."""
    stage2.head.weight *= detail
    stage2.head.bias *= detail


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage1"), parser.add_argument("--stage2")
    parser.add_argument("--classifier", type=Path, help="a checkpoint, or the classifier.onnx of an earlier export, to keep it")
    parser.add_argument("--random", action="store_true", help="untrained weights of the default sizes")
    parser.add_argument("--color-table-version", type=int, default=1)
    parser.add_argument("--detail", type=float, default=1.0, help="how strong Stage-II's detail is drawn, over what it learned: judges leave it fainter than real cloth's")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    stage1, stage2, training = load(args)
    stage1.eval(), stage2.eval()
    if args.random:
        classifier = classifier_graph(Classifier(stage1.config.clusters, stage1.config.vocabulary).eval())
    else:
        classifier, training["classifierImages"] = load_classifier(args.classifier)
    graphs = {"stage1": stage1_graph(stage1), "restgan": restgan_graph(stage1, stage2), "classifier": classifier}
    parity = check_parity(graphs, stage1, stage2)
    digest = hashlib.sha256(b"".join(graphs[name] for name in sorted(graphs))).hexdigest()
    args.out.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, data in graphs.items():
        (args.out / f"{name}.onnx").write_bytes(data)
        files[name] = {"file": f"{name}.onnx", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    manifest = {
        "version": f"r1-{digest[:8]}",
        "vocabularyVersion": VOCABULARY_VERSION,
        "colorTableVersion": args.color_table_version,
        "latent": LATENT_DIM,
        "tokens": MAX_TOKENS,
        "graphs": files,
        "training": {**training, "parity": parity},
        "licence": LICENCE,
    }
    (args.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(json.dumps({"version": manifest["version"], "bytes": {k: v["bytes"] for k, v in files.items()}, "parity": parity}))


if __name__ == "__main__":
    main()
