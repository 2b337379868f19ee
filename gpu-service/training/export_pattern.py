"""The pattern layer as ONNX nodes, mirroring `pattern.py`; workers/build/engine reads them in this order."""

import math
from collections.abc import Callable

import numpy as np
import torch
from onnx import TensorProto

from export_details import add_details, before
from model import MAX_TOKENS
from onnx_graph import Graph
from pattern import ACROSS, DARKEST, DOWN, DRAW, FIRST_TILE, HOLD_WIDTH, LAYERS, LIGHTEST, NEVER, PATTERN_TOKENS, PHASE_AT, SHARP, SIDES, STRENGTH, STRENGTH_AT
from pattern import TILE_EDGE, TILES, PatternLayer, enlarged

KINDS = FIRST_TILE + TILES
# Columns of the table, by layer of a pattern and then for both.
KIND, PERIOD, THRESHOLD, STEEPNESS, COLOR = 0, KINDS * LAYERS, (KINDS + 1) * LAYERS, (KINDS + 2) * LAYERS, (KINDS + 3) * LAYERS
UNDER = COLOR + 3 * LAYERS


def table(layer: PatternLayer) -> torch.Tensor:
    """[patterns, 39]: what the layer holds of each pattern, side by side."""
    parts = (layer.kind, layer.period, layer.threshold, layer.steepness, layer.colors, layer.under)
    return torch.cat([part.flatten(1) if part.dim() > 1 else part[:, None] for part in parts], 1)


def plain_words(g: Graph, tokens: str) -> tuple[str, str]:
    """tokens [B, 16] with the words of pattern moved to the end, and how many others there are, int32 [B]."""
    words = g.constant(np.reshape(PATTERN_TOKENS, (1, 1, -1)), np.int32)
    theirs = g.node("Cast", [g.node("Equal", [g.reshape(tokens, [-1, MAX_TOKENS, 1]), words])], to=TensorProto.FLOAT)
    last = g.node("ReduceMax", [theirs], axes=[2], keepdims=0)
    key = g.add(g.scalar("Mul", last, float(MAX_TOKENS)), g.constant(np.arange(MAX_TOKENS)))
    _, order = g.node("TopK", [key, g.constant([MAX_TOKENS], np.int64)], outputs=2, axis=1, largest=0, sorted=1)
    moved = g.node("GatherElements", [tokens, order], axis=1)
    some = g.node("Cast", [g.node("Greater", [tokens, g.constant(0, np.int32)])], to=TensorProto.FLOAT)
    count = g.node("ReduceSum", [g.node("Sub", [some, last]), g.constant([1], np.int64)], keepdims=0)
    return moved, g.node("Cast", [count], to=TensorProto.INT32)


def wearer(g: Graph, layer: PatternLayer, tokens: str, state: str, noise: str, base: str) -> Callable[[str, str, int], str]:
    """Chooses the pattern; returns what puts it on a plain garment: Lab [B, 3, E, E], alpha [B, 1, E, E] and E -> Lab."""
    words = g.constant(layer.words.numpy().reshape(1, 1, -1), np.int32)
    theirs = g.node("Cast", [g.node("Equal", [g.reshape(tokens, [-1, MAX_TOKENS, 1]), words])], to=TensorProto.FLOAT)
    asked = g.node("ReduceMax", [theirs], axes=[1], keepdims=0)
    known = g.node("Concat", [state, g.scalar("Mul", base, 0.02)], axis=1)
    logits = g.linear(known, layer.choice, layer.usual)
    drawn = g.node("Gather", [noise, g.constant(layer.draw.numpy(), np.int64)], axis=1)
    score = g.add(logits, g.scalar("Mul", drawn, DRAW))
    score = g.add(score, g.scalar("Mul", g.scalar("Sub", asked, 1.0), NEVER))
    present = g.node("ReduceMax", [asked], axes=[1], keepdims=1)
    chosen = g.node("Gather", [g.weight(table(layer)), g.node("ArgMax", [score], axis=1, keepdims=0)])
    part = lambda start, *shape: g.reshape(g.slice(chosen, start, start + int(np.prod(shape))), [-1, *shape])  # noqa: E731
    kind = part(KIND, LAYERS, KINDS)
    motif = g.reshape(g.node("MatMul", [g.slice(kind, FIRST_TILE, KINDS, axis=2), g.weight(layer.tiles.flatten(1))]), [-1, LAYERS, TILE_EDGE, TILE_EDGE])
    turn = g.scalar("Mul", g.reshape(g.slice(noise, PHASE_AT, PHASE_AT + 1), [-1, 1, 1]), math.pi)
    strength = g.scalar("Add", g.scalar("Mul", g.slice(noise, STRENGTH_AT, STRENGTH_AT + 1), STRENGTH), 1.0)
    strength = g.mul(strength, present)
    colors = g.mul(part(COLOR, LAYERS, 3), g.reshape(strength, [-1, 1, 1]))
    light = g.add(g.reshape(g.slice(base, 0, 1), [-1, 1, 1]), g.slice(colors, 0, 1, axis=2))
    kept = g.node("Clip", [light, g.constant(DARKEST), g.constant(LIGHTEST)])
    within = g.scalar("Sub", g.scalar("Mul", g.node("Cast", [g.node("Equal", [light, kept])], to=TensorProto.FLOAT), 2.0), 1.0)
    colors = g.node("Concat", [g.mul(g.slice(colors, 0, 1, axis=2), within), g.slice(colors, 1, 3, axis=2)], axis=2)
    first, second = (g.reshape(g.slice(colors, at, at + 1), [-1, 3, 1, 1]) for at in range(LAYERS))
    period, threshold, steepness = part(PERIOD, LAYERS, 1), part(THRESHOLD, LAYERS, 1, 1), part(STEEPNESS, LAYERS, 1, 1)
    downward, across, sides = (g.reshape(g.slice(kind, at, at + 1, axis=2), [-1, LAYERS, 1, 1]) for at in (DOWN, ACROSS, SIDES))
    band = g.reshape(period, [-1, LAYERS, 1, 1])
    under = part(UNDER, 1, 1, 1)
    middle = g.reshape(base, [-1, 3, 1, 1])

    def large(tile: str, times: int) -> str:
        matrix = enlarged(times).numpy()
        return g.node("MatMul", [g.node("MatMul", [g.constant(matrix), tile]), g.constant(matrix.T)])

    def wear(lab: str, alpha: str, edge: int) -> str:
        place = (np.arange(edge) + 0.5) * (64 / edge) - 32
        wave = g.node("Cos", [g.add(g.node("Div", [g.constant(place.reshape(1, 1, -1) * 2 * math.pi), period]), turn)])
        field = g.mul(g.reshape(wave, [-1, LAYERS, 1, edge]), downward)
        field = g.add(field, g.mul(g.reshape(wave, [-1, LAYERS, edge, 1]), across))
        far, whole = from_sides(g, alpha, edge)
        off = g.node("Abs", [g.node("Sub", [far, band])])
        field = g.add(field, g.mul(g.node("Sub", [g.constant(1.0), off]), sides))
        field = g.node("Sub", [g.add(field, motif if edge == TILE_EDGE else large(motif, edge // TILE_EDGE)), threshold])
        masks = g.node("Sigmoid", [g.mul(field, g.scalar("Mul", steepness, SHARP[edge]))])
        over, beneath = g.slice(masks, 0, 1), g.slice(masks, 1, 2)
        beneath = g.node("Sub", [beneath, g.mul(g.mul(beneath, over), under)])
        worn = g.add(g.mul(over, first), g.mul(beneath, second))
        away = g.node("Sub", [lab, middle])
        distance = g.node("ReduceSum", [g.mul(away, away), g.constant([1], np.int64)], keepdims=1)
        held = g.node("Exp", [g.scalar("Mul", distance, -1 / (2 * HOLD_WIDTH**2))])
        return add_details(g, tokens, g.add(lab, g.mul(worn, held)), alpha, base, far, whole, edge)

    return wear


def from_sides(g: Graph, alpha: str, edge: int) -> tuple[str, str]:
    """[B, 1, E, E] from the nearer side of the outline, and [B, 1, E, 1] the garment's width in a row, px of 64."""
    alpha = g.scalar("Mul", alpha, 64 / edge)
    left, whole = before(g, alpha, 3), g.node("ReduceSum", [alpha, g.constant([3], np.int64)], keepdims=1)
    return g.node("Min", [left, g.node("Sub", [whole, left])]), whole
