"""Counts the multiply-adds of a graph's convolutions, products and LSTM for one picture, by running shape inference.

    python3 measure_cost.py --model ../../shared/model
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import shape_inference


def multiply_adds(path: Path) -> int:
    """Per picture (batch 1). Nominal for the layers as exported: a transposed convolution counts its own taps."""
    model = onnx.load(path)
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    model = shape_inference.infer_shapes(model, data_prop=True)
    known = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in [*model.graph.value_info, *model.graph.input, *model.graph.output]}
    weights = {w.name: list(w.dims) for w in model.graph.initializer}
    casts = {n.output[0]: weights[n.input[0]] for n in model.graph.node if n.op_type == "Cast" and n.input[0] in weights}
    shape = lambda name: casts.get(name) or weights.get(name) or known.get(name, [])  # noqa: E731
    total = 0
    for node in model.graph.node:
        out = shape(node.output[0])
        if node.op_type == "Conv":
            total += int(np.prod(out)) * int(np.prod(shape(node.input[1])[1:]))
        elif node.op_type == "ConvTranspose":
            total += int(np.prod(shape(node.input[0]))) * int(np.prod(shape(node.input[1])[1:]))
        elif node.op_type in ("Gemm", "MatMul"):
            total += int(np.prod(shape(node.input[1])))
        elif node.op_type == "LSTM":
            steps = 16
            total += steps * (int(np.prod(shape(node.input[1]))) + int(np.prod(shape(node.input[2]))))
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    for path in sorted(parser.parse_args().model.glob("*.onnx")):
        print(f"{path.name}: {multiply_adds(path) / 1e6:.1f} MMAC, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
