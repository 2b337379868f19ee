"""Stage-I, Stage-II and the classifier as ONNX nodes; each function mirrors one class of the PyTorch code."""

import numpy as np
from onnx import TensorProto

from export_pattern import plain_words, wearer
from lab import EPSILON, KAPPA, WHITE_D65, XYZ_TO_RGB
from model import AB_RANGE, L_RANGE, MODE_WIDTH, NOISE_DIM, Z_DIM, Stage1, upsample_kernel
from onnx_graph import Graph, array
from stage2 import CHROMA_RANGE, CUT, DARK, GRAIN_EDGE, HOLD, LIGHT_RANGE, STEEP, Stage2, smoothed


def text_state(g: Graph, model: Stage1, tokens: str) -> str:
    """LSTM with sequence lengths; torch's gate order i, f, g, o becomes ONNX's i, o, f, c."""
    hidden = model.config.hidden

    def gates(value):
        i, f, c, o = np.split(array(value), 4, axis=0)
        return np.concatenate([i, o, f, c], 0)[None]

    lstm = model.text.lstm
    bias = np.concatenate([gates(lstm.bias_ih_l0), gates(lstm.bias_hh_l0)], 1)
    plain, lengths = plain_words(g, tokens)
    words = g.node("Gather", [g.weight(model.text.embedding.weight), plain])
    sequence = g.node("Transpose", [words], perm=[1, 0, 2])
    inputs = [sequence, g.weight(gates(lstm.weight_ih_l0)), g.weight(gates(lstm.weight_hh_l0)), g.weight(bias), lengths]
    _, last = g.node("LSTM", inputs, outputs=2, hidden_size=hidden)
    return g.reshape(last, [-1, hidden])


def base_color(g: Graph, model: Stage1, state: str, noise: str, color: str) -> str:
    clusters = model.config.clusters
    draw = g.slice(noise, 0, min(NOISE_DIM, clusters))
    if clusters > NOISE_DIM:
        draw = g.node("Pad", [draw, g.constant([0, 0, 0, clusters - NOISE_DIM], np.int64)])
    score = g.add(g.linear(state, model.prior.weight, model.prior.bias), g.scalar("Mul", draw, 1.28))
    drawn = g.node("Gather", [g.weight(model.centroids), g.node("ArgMax", [score], axis=1, keepdims=0)])
    named = g.slice(color, 3, 4)
    unnamed = g.node("Sub", [g.constant(1.0), named])
    return g.add(g.mul(g.slice(color, 0, 3), named), g.mul(drawn, unnamed))


def folded(block):
    """The block's kernel with the batch norm of its output folded in: weight [out, in, 3, 3], bias [out]."""
    gain = 1 / (block.norm.running_var + block.norm.eps).sqrt()
    return block.weight * gain[:, None, None, None], -block.norm.running_mean * gain


def stage1(g: Graph, model: Stage1, tokens: str, latent: str, color: str) -> dict:
    """Adds Stage-I; the names of lab [B, 3, 64, 64], alpha, features, style and base; `wear` as in `wearer`."""
    c = model.config.channels
    z, noise = g.slice(latent, 0, Z_DIM), g.slice(latent, Z_DIM, Z_DIM + NOISE_DIM)
    state = text_state(g, model, tokens)
    both = g.linear(state, model.conditioning.weight, model.conditioning.bias)
    log_var = g.node("Clip", [g.slice(both, NOISE_DIM, 2 * NOISE_DIM), g.constant(-8.0), g.constant(4.0)])
    spread = g.node("Exp", [g.scalar("Mul", log_var, 0.5)])
    conditioning = g.add(g.slice(both, 0, NOISE_DIM), g.mul(spread, noise))
    base = base_color(g, model, state, noise, color)
    style = g.node("Concat", [z, state, conditioning], axis=1)
    for layer in (model.mapping[0], model.mapping[2]):
        style = g.leaky(g.linear(style, layer.weight, layer.bias))
    mix = g.linear(z, model.mix.weight, model.mix.bias)

    gain = array(1 / (model.first_norm.running_var + model.first_norm.eps).sqrt()).repeat(16)
    shift = array(-model.first_norm.running_mean).repeat(16) * gain
    narrow, wide = model.dense
    x = g.linear(g.linear(style, narrow.weight, narrow.bias), array(wide.weight) * gain[:, None], array(wide.bias) * gain + shift)
    x = g.leaky(g.reshape(x, [-1, c[0], 4, 4]))
    for block in model.blocks:
        weight, bias = folded(block)
        x = g.up_conv(x, upsample_kernel(weight), bias) if block.up else g.conv(x, weight, bias)
        outputs = weight.shape[0]
        x = g.modulate(x, style, block.affine, outputs)
        if block.has_grain:
            edge = block.noise.shape[-1]
            grain = g.reshape(g.node("MatMul", [mix, g.weight(block.noise.flatten(1))]), [-1, 1, edge, edge])
            x = g.add(x, g.mul(grain, g.weight(block.noise_gain[None, :, None, None])))
        x = g.leaky(x)
    ones = g.add(g.mul(g.slice(color, 3, 4), g.constant(0.0)), g.constant(1.0))
    tone = g.node("Concat", [g.scalar("Mul", base, 0.02), ones], axis=1)
    tone = g.leaky(g.linear(tone, model.contrast[0].weight, model.contrast[0].bias))
    contrast = g.linear(tone, model.contrast[2].weight, model.contrast[2].bias + 1)
    x = g.mul(x, g.reshape(contrast, [-1, c[4], 1, 1]))
    lab, alpha = paint(g, g.conv(x, model.head.weight, model.head.bias), base)
    wear = wearer(g, model.pattern, tokens, state, noise, base)
    return {"lab": lab, "alpha": alpha, "features": x, "style": style, "base": base, "wear": wear}


def residual_lab(g: Graph, raw: str, light: float, chroma: float) -> tuple[str, str]:
    """What a head adds to L and to a and b, within its bounds."""
    first = g.scalar("Mul", g.node("Tanh", [g.slice(raw, 0, 1)]), light)
    return first, g.scalar("Mul", g.node("Tanh", [g.scalar("Mul", g.slice(raw, 1, 3), 0.5)]), chroma)


def paint(g: Graph, raw: str, base: str) -> tuple[str, str]:
    alpha = g.node("Sigmoid", [g.scalar("Mul", g.slice(raw, 3, 4), 2.0)])
    residual = g.node("Concat", [*residual_lab(g, raw, L_RANGE, AB_RANGE)], axis=1)
    distance = g.node("ReduceSum", [g.mul(residual, residual), g.constant([1], np.int64)], keepdims=1)
    near = g.node("Exp", [g.scalar("Mul", distance, -1 / (2 * MODE_WIDTH**2))])
    weight = g.scalar("Add", g.mul(g.mul(alpha, alpha), near), 1e-6)
    axes = g.constant([2, 3], np.int64)
    total = g.node("ReduceSum", [g.mul(residual, weight), axes], keepdims=1)
    mean = g.node("Div", [total, g.node("ReduceSum", [weight, axes], keepdims=1)])
    lab = g.add(g.reshape(base, [-1, 3, 1, 1]), g.node("Sub", [residual, mean]))
    return lab, alpha


def stage2(g: Graph, model: Stage2, first: dict) -> tuple[str, str]:
    """Adds Stage-II on what `stage1` returned: Lab and alpha at 256 x 256."""
    lab, alpha, style = first["lab"], first["alpha"], first["style"]
    shade = g.node("Sub", [lab, g.reshape(first["base"], [-1, 3, 1, 1])])
    shade = g.mul(shade, g.constant(np.array([1 / 20, 0.1, 0.1]).reshape(1, 3, 1, 1)))
    mask = g.scalar("Sub", g.scalar("Mul", alpha, 2.0), 1.0)
    x = g.node("Concat", [g.mul(shade, alpha), mask, first["features"]], axis=1)

    def styled(x, layer):
        zero = np.zeros(layer.outputs, np.float32)
        x = g.up_conv(x, upsample_kernel(layer.weight), zero) if layer.up else g.conv(x, layer.weight, zero, stride=layer.stride)
        return g.leaky(g.modulate(x, style, layer.affine, layer.outputs))

    def pairs(layers, x):
        for one, two in zip(layers[::2], layers[1::2], strict=True):
            x = g.add(x, styled(styled(x, one), two))
        return x

    x = styled(x, model.first)
    x = g.add(x, styled(pairs(model.coarse, styled(x, model.down)), model.back))
    x = styled(pairs(model.residual, x), model.to128)
    x = styled(styled(x, model.at128), model.to256)
    mix = g.linear(style, model.mix.weight, model.mix.bias)
    grain = g.reshape(g.node("MatMul", [mix, g.weight(model.grain.flatten(1))]), [-1, 1, GRAIN_EDGE, GRAIN_EDGE])
    gain = g.reshape(g.linear(style, model.grain_gain.weight, model.grain_gain.bias), [-1, model.grain_gain.out_features, 1, 1])
    x = styled(g.add(x, g.mul(grain, gain)), model.at256)
    raw = g.conv(x, model.head.weight, model.head.bias)
    wide = enlarged(g, lab)
    matrix = smoothed(64).numpy()
    smooth = g.node("MatMul", [g.node("MatMul", [g.constant(matrix), alpha]), g.constant(matrix.T)])
    alpha256 = g.node("Sigmoid", [g.scalar("Mul", g.scalar("Sub", smooth, CUT), STEEP)])
    light, chroma = residual_lab(g, raw, LIGHT_RANGE, CHROMA_RANGE)
    ground = g.scalar("Add", g.node("Max", [g.slice(wide, 0, 1), g.constant(0.0)]), DARK)
    shade = g.mul(g.slice(wide, 1, 3), g.node("Div", [light, ground]))
    residual = g.node("Concat", [light, g.add(shade, chroma)], axis=1)
    pool = lambda v: g.node("AveragePool", [v], kernel_shape=[HOLD, HOLD], strides=[HOLD, HOLD])  # noqa: E731
    mean = g.node("Div", [pool(g.mul(residual, alpha256)), g.scalar("Add", pool(alpha256), 1e-3)])
    return g.node("Sub", [g.add(wide, residual), enlarged(g, mean, HOLD)]), alpha256


def enlarged(g: Graph, x: str, times: int = 4) -> str:
    scales = g.constant([1, 1, times, times])
    return g.node("Resize", [x, "", scales], mode="linear", coordinate_transformation_mode="half_pixel")


def picture(g: Graph, lab: str, alpha: str) -> str:
    """Lab and alpha -> uint8 [B, H, W, 3] sRGB on white. Clamped before Pow and before the cast."""
    light, a, b = (g.slice(lab, i, i + 1) for i in range(3))
    y = g.scalar("Mul", g.scalar("Add", light, 16.0), 1 / 116)
    f = g.node("Concat", [g.add(y, g.scalar("Mul", a, 1 / 500)), y, g.node("Sub", [y, g.scalar("Mul", b, 1 / 200)])], axis=1)
    positive = g.node("Max", [f, g.constant(0.0)])
    cube = g.mul(g.mul(positive, positive), positive)
    dark = g.scalar("Mul", g.scalar("Sub", g.scalar("Mul", f, 116.0), 16.0), 1 / KAPPA)
    xyz = g.node("Where", [g.node("Greater", [cube, g.constant(EPSILON)]), cube, dark])
    matrix = (XYZ_TO_RGB * WHITE_D65[None, :]).astype(np.float32).reshape(3, 3, 1, 1)
    linear = g.node("Conv", [xyz, g.constant(matrix)], kernel_shape=[1, 1])
    linear = g.node("Clip", [linear, g.constant(0.0), g.constant(1.0)])
    toe = g.scalar("Mul", linear, 12.92)
    power = g.node("Pow", [g.node("Max", [linear, g.constant(0.0031308)]), g.constant(1 / 2.4)])
    curve = g.scalar("Sub", g.scalar("Mul", power, 1.055), 0.055)
    rgb = g.node("Where", [g.node("Greater", [linear, g.constant(0.0031308)]), curve, toe])
    ground = g.node("Sub", [g.constant(1.0), alpha])
    blended = g.scalar("Mul", g.add(g.mul(rgb, alpha), ground), 255.0)
    rounded = g.node("Round", [g.node("Clip", [blended, g.constant(0.0), g.constant(255.0)])])
    return g.node("Transpose", [g.node("Cast", [rounded], to=TensorProto.UINT8)], perm=[0, 2, 3, 1])
