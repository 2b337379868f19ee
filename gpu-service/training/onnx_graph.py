"""A thin builder of ONNX graphs: fp16 storage, fp32 arithmetic, one function per layer kind.

Written out by hand rather than traced, because the exported form differs from the trained one on purpose (folded norms,
transposed convolutions, the LSTM operator with sequence lengths) and must hold for any batch size.
"""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


def array(tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy() if isinstance(tensor, torch.Tensor) else np.asarray(tensor)


class Graph:
    def __init__(self, name: str, half: bool = True):
        self.half = half
        self.name, self.nodes, self.initializers, self.inputs, self.outputs, self.count = name, [], [], [], [], 0

    def input(self, name: str, kind: int, shape: list) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, kind, ["batch", *shape]))
        return name

    def output(self, value: str, name: str, kind: int, shape: list) -> None:
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, ["batch", *shape]))

    def fresh(self, hint: str) -> str:
        self.count += 1
        return f"{hint}_{self.count}"

    def constant(self, value, dtype=np.float32) -> str:
        """A small constant kept as it is (shapes, scalars, ranges)."""
        name = self.fresh("c")
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def weight(self, value, hint: str = "w") -> str:
        """A weight stored in fp16 (unless `half` is off) and widened to fp32 when the session starts."""
        name = self.fresh(hint)
        if not self.half:
            self.initializers.append(numpy_helper.from_array(array(value).astype(np.float32), name))
            return name
        self.initializers.append(numpy_helper.from_array(array(value).astype(np.float16), name + "_h"))
        return self.node("Cast", [name + "_h"], to=TensorProto.FLOAT)

    def node(self, kind: str, inputs: list, outputs: int = 1, **attributes):
        names = [self.fresh(kind.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def add(self, a, b):
        return self.node("Add", [a, b])

    def mul(self, a, b):
        return self.node("Mul", [a, b])

    def scalar(self, kind: str, a, value: float):
        return self.node(kind, [a, self.constant(value)])

    def linear(self, x, weight, bias):
        """weight [out, in], bias [out] as torch.nn.Linear."""
        return self.node("Gemm", [x, self.weight(weight), self.weight(bias, "b")], transB=1)

    def leaky(self, x):
        return self.node("LeakyRelu", [x], alpha=0.2)

    def conv(self, x, weight, bias, stride: int = 1, pad: int = 1):
        kernel = list(array(weight).shape[2:])
        return self.node("Conv", [x, self.weight(weight), self.weight(bias, "b")], kernel_shape=kernel, pads=[pad] * 4, strides=[stride] * 2)

    def up_conv(self, x, kernel, bias):
        """kernel [in, out, 4, 4] of `upsample_kernel`."""
        return self.node("ConvTranspose", [x, self.weight(kernel), self.weight(bias, "b")], kernel_shape=[4, 4], pads=[1] * 4, strides=[2, 2])

    def reshape(self, x, shape):
        return self.node("Reshape", [x, self.constant(shape, np.int64)])

    def slice(self, x, start: int, end: int, axis: int = 1):
        as_int = lambda v: self.constant([v], np.int64)  # noqa: E731
        return self.node("Slice", [x, as_int(start), as_int(end), as_int(axis)])

    def modulate(self, x, style, affine, channels: int):
        """x * (1 + scale(style)) + shift(style), per channel."""
        bias = array(affine.bias).copy()
        bias[:channels] += 1
        both = self.linear(style, affine.weight, bias)
        scale = self.reshape(self.slice(both, 0, channels), [-1, channels, 1, 1])
        shift = self.reshape(self.slice(both, channels, 2 * channels), [-1, channels, 1, 1])
        return self.add(self.mul(x, scale), shift)

    def serialize(self) -> bytes:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="restgan-edge")
        model.ir_version = 9
        onnx.checker.check_model(model, full_check=True)
        return model.SerializeToString(deterministic=True)
