"""The details as ONNX nodes, mirroring `details.py`; workers/build/engine reads those of 64 px in this order."""

import numpy as np
from onnx import TensorProto

from details import CARGO, CORDUROY, DEPTH, FLAP, FLECK_LIGHT, MELANGE, RIB_LIGHT, SEAM, SEAM_LIGHT, STEEP, TALL, TOP_HEIGHT, TOP_WIDTH, WITHIN, flecks, ribs
from onnx_graph import Graph
from pattern import DARKEST


def before(g: Graph, x: str, axis: int) -> str:
    """The sum of what lies before the middle of each."""
    return g.node("Sub", [g.node("CumSum", [x, g.constant(axis, np.int64)]), g.scalar("Mul", x, 0.5)])


def add_details(g: Graph, tokens: str, lab: str, alpha: str, base: str, far: str, whole: str, edge: int) -> str:
    """Lab [B, 3, E, E] with details; `far` and `whole` as `export_pattern.from_sides` gives them."""
    light = pockets(g, tokens, alpha, base, far, whole, edge)
    if edge == 256:
        light = g.add(light, g.mul(said(g, tokens, CORDUROY), g.constant(ribs(edge).numpy().reshape(1, 1, 1, -1) * RIB_LIGHT)))
        light = g.add(light, g.mul(said(g, tokens, MELANGE), g.scalar("Mul", g.weight(flecks(edge)[None, None]), FLECK_LIGHT)))
    return g.add(lab, g.mul(light, g.constant(np.array([1, 0, 0]).reshape(1, 3, 1, 1))))


def said(g: Graph, tokens: str, word: int) -> str:
    same = g.node("Cast", [g.node("Equal", [tokens, g.constant(word, np.int32)])], to=TensorProto.FLOAT)
    return g.reshape(g.node("ReduceMax", [same], axes=[1], keepdims=1), [-1, 1, 1, 1])


def pockets(g: Graph, tokens: str, alpha: str, base: str, far: str, whole: str, edge: int) -> str:
    """L that the seams add where the word is said, [B, 1, E, E]."""
    pixel = 64 / edge
    total = lambda x: g.node("ReduceSum", [x, g.constant([2], np.int64)], keepdims=1)  # noqa: E731
    rows = g.scalar("Mul", g.node("ReduceMax", [alpha], axes=[3], keepdims=1), pixel)
    height = total(rows)
    width = g.node("Div", [total(g.scalar("Mul", whole, pixel)), g.node("Max", [height, g.constant(1.0)])])
    top = g.add(g.scalar("Mul", height, TOP_HEIGHT), g.scalar("Mul", width, TOP_WIDTH))
    down = g.node("Sub", [before(g, rows, 2), top])
    half = g.scalar("Mul", width, TALL / 2)
    beyond = g.node("Sub", [g.node("Abs", [g.node("Sub", [down, half])]), half])
    off = g.node("Max", [g.node("Sub", [far, g.scalar("Mul", width, DEPTH)]), beyond])

    def seam(away: str) -> str:
        near = g.node("Sub", [g.constant(SEAM), g.node("Abs", [away])])
        return g.node("Sigmoid", [g.scalar("Mul", near, STEEP[edge])])

    outline = seam(off)
    flap = seam(g.node("Sub", [down, g.scalar("Mul", width, FLAP * TALL)]))
    within = g.node("Sigmoid", [g.scalar("Mul", off, -WITHIN)])
    seams = g.node("Max", [outline, g.mul(flap, within)])
    ground = g.reshape(g.slice(base, 0, 1), [-1, 1, 1, 1])
    dark = g.node("Cast", [g.node("Less", [ground, g.constant(SEAM_LIGHT + DARKEST)])], to=TensorProto.FLOAT)
    step = g.scalar("Sub", g.scalar("Mul", dark, 2 * SEAM_LIGHT), SEAM_LIGHT)
    return g.mul(seams, g.mul(step, said(g, tokens, CARGO)))
