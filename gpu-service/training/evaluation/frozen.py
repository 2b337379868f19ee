"""A trained judge as a graph that is committed, weights in fp16: what measured once measures everywhere, and for good.

The graph runs by itself (`image` uint8 [B, E, E, 3] -> `features` [B, 128] and the heads' logits); `evaluate.py` reads its weights
back into PyTorch by their names, which are those of the judge's parameters.
"""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import nn

from evaluation.judge import FEATURES, Judge
from onnx_graph import Graph

EDGES = {"judge": 64, "judge-crops": 128}


def judge_graph(judge: Judge, edge: int) -> bytes:
    g = Graph("restgan-judge")
    names = {id(value): key for key, value in judge.state_dict(keep_vars=True).items()}
    weight = lambda value: g.weight(value, names[id(value)])  # noqa: E731
    image = g.node("Cast", [g.input("image", TensorProto.UINT8, [edge, edge, 3])], to=TensorProto.FLOAT)
    rgb = g.scalar("Sub", g.scalar("Mul", g.node("Transpose", [image], perm=[0, 3, 1, 2]), 2 / 255), 1.0)
    line = np.linspace(-1, 1, edge, dtype=np.float32)
    place = g.constant(np.stack([np.tile(line, (edge, 1)), np.tile(line[:, None], (1, edge))])[None])
    everywhere = g.add(g.scalar("Mul", g.slice(rgb, 0, 2), 0.0), place)

    def conv(x: str, layer: nn.Conv2d) -> str:
        inputs = [x, weight(layer.weight), *([] if layer.bias is None else [weight(layer.bias)])]
        kernel, pad, stride = (list(value) for value in (layer.kernel_size, layer.padding, layer.stride))
        return g.node("Conv", inputs, kernel_shape=kernel, pads=pad * 2, strides=stride)

    def normed(x: str, norm: nn.BatchNorm2d) -> str:
        return silu(g.node("BatchNormalization", [x, *map(weight, (norm.weight, norm.bias, norm.running_mean, norm.running_var))], epsilon=norm.eps))

    def silu(x: str) -> str:
        return g.mul(x, g.node("Sigmoid", [x]))

    def dense(x: str, layer: nn.Linear) -> str:
        return g.node("Gemm", [x, weight(layer.weight), weight(layer.bias)], transB=1)

    x = conv(g.node("Concat", [rgb, everywhere], axis=1), judge.stem)
    for block in judge.blocks:
        y = conv(normed(conv(normed(x, block.norms[0]), block.first), block.norms[1]), block.second)
        x = g.add(y, conv(g.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2]), block.skip))
    features = silu(dense(g.node("ReduceMean", [normed(x, judge.norm)], axes=[2, 3], keepdims=0), judge.dense))
    for name, head in judge.heads.items():
        g.output(dense(features, head), name.removesuffix("_head"), TensorProto.FLOAT, [head.out_features])
    g.output(features, "features", TensorProto.FLOAT, [FEATURES])
    return g.serialize()


def load_judge(path: Path) -> Judge:
    """A frozen judge in evaluation mode; `version` names its weights."""
    content = path.read_bytes()
    tensors = onnx.load_from_string(content).graph.initializer
    weights = {each.name.removesuffix("_h").rpartition("_")[0]: torch.from_numpy(numpy_helper.to_array(each).astype(np.float32)) for each in tensors if each.name.endswith("_h")}
    blocks = sum(key.endswith("skip.weight") for key in weights)
    widths = (len(weights["stem.weight"]), *(len(weights[f"blocks.{block}.skip.weight"]) for block in range(blocks)))
    model = Judge(len(weights["heads.color_head.bias"]), len(weights["heads.words_head.bias"]), widths)
    counted = {key: value for key, value in model.state_dict().items() if key.endswith("num_batches_tracked")}
    model.load_state_dict(weights | counted)
    model.version = hashlib.sha256(content).hexdigest()[:8]
    return model.eval().to(memory_format=torch.channels_last)
