"""The GPU service's contract for hosted Replicate, by Cog: the same input, graphs and picture bytes before encoding."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np
import onnxruntime
from cog import BaseRunner, Input
from PIL import Image

from latent import latent_for_seed

MODEL_DIR = Path(os.environ.get("MODEL_DIR", Path(__file__).parent / "model"))
MAX_TOKENS = 16
MAX_TOKEN = 65_535
# The vocabulary's token for a colour, which reaches the graphs as Lab alone (`shared/model/inputs.ts`).
COLOR_TOKEN = 9
LAB_RANGES = ((0, 100), (-128, 128), (-128, 128))
# The classifier's classes, as `shared/model/classes.ts` has them.
TYPES, GENDERS = ("pants", "jeans", "shorts"), ("women", "men", "kids")
TO_XYZ = np.array(
    [
        [0.4123907992659593, 0.357584339383878, 0.1804807884018343],
        [0.2126390058715102, 0.715168678767756, 0.0721923153607337],
        [0.0193308187155918, 0.119194779794626, 0.9505321522496607],
    ]
)
WHITE = np.array([0.9504559270516717, 1, 1.0890577507598784])
# TF32 rounds to 10 bits, which would take pictures further from the edge's than the contract allows.
CUDA = ("CUDAExecutionProvider", {"use_tf32": 0})


class Runner(BaseRunner):
    def setup(self) -> None:
        """Opens the graphs, on CUDA when it is there, after comparing them with the manifest."""
        manifest = json.loads((MODEL_DIR / "manifest.json").read_text())
        self.version = manifest["version"]
        cuda = CUDA[0] in onnxruntime.get_available_providers()
        providers = [CUDA, "CPUExecutionProvider"] if cuda else ["CPUExecutionProvider"]
        self.sessions = {}
        for name in ("stage1", "restgan", "classifier"):
            graph = manifest["graphs"][name]
            content = (MODEL_DIR / graph["file"]).read_bytes()
            if hashlib.sha256(content).hexdigest() != graph["sha256"]:
                raise ValueError(f"{graph['file']} is not the graph of its manifest")
            self.sessions[name] = onnxruntime.InferenceSession(content, providers=providers)

    def run(
        self,
        seed: int = Input(description="Equal seeds give equal pictures", ge=0, le=4294967295),
        tokens: Optional[List[int]] = Input(
            description="Vocabulary ids in typed order, 1 to 16, without padding", default=None
        ),
        lab: Optional[List[float]] = Input(
            description="Colour to render as CIELAB under D65 (L, a, b); leave out when none is named", default=None
        ),
        size: int = Input(description="Edge in pixels: 64 is Stage-I", choices=[64, 128, 256], default=256),
        format: str = Input(description="Encoding", choices=["webp", "png"], default="webp"),
        model: Optional[str] = Input(description="Model version the caller was built for", default=None),
        steps: Optional[List[Dict[str, Any]]] = Input(
            description="Instead of tokens and lab: a row of up to 16 pictures, each {tokens, lab}", default=None
        ),
    ) -> Any:
        """The encoded picture as a data URI, or what is drawn and seen of every step; a refusal's message begins with the contract's error code."""
        if model is not None and model != self.version:
            raise ValueError(f"model_mismatch: version {self.version} is served, {model} was asked for")
        if steps is None:
            return data_uri(self.draw(*checked({"tokens": tokens, "lab": lab}), seed, size), format)
        if tokens is not None or lab is not None or not 1 <= len(steps) <= MAX_TOKENS:
            raise ValueError(f"bad_request: steps must be 1 to {MAX_TOKENS}, without tokens and lab beside them")
        return [self.step(self.draw(*words, seed, size), format) for words in [checked(step) for step in steps]]

    def step(self, image: np.ndarray, format: str) -> Dict[str, Any]:
        """A picture, the colour of its ground and what the classifier sees, as `gpu-service/serve` answers."""
        small = image
        while small.shape[0] > 64:
            small = halve(small)
        kind, gender, color = self.sessions["classifier"].run(["type", "gender", "color"], {"image": small[None]})
        return {
            "picture": data_uri(image, format),
            "lab": [round(float(value), 2) for value in ground_color(small)],
            "view": {
                "type": {"word": TYPES[kind[0].argmax()], "probability": probability(kind)},
                "gender": {"word": GENDERS[gender[0].argmax()], "probability": probability(gender)},
                "color": {"cluster": int(color[0].argmax()), "probability": probability(color)},
            },
        }

    def draw(self, tokens: List[int], lab: Optional[List[float]], seed: int, size: int) -> np.ndarray:
        """uint8 [size, size, 3], sRGB on white. 128 px is 256 px with 2×2 pixels averaged, halves rounded up."""
        padded = np.zeros((1, MAX_TOKENS), dtype=np.int32)
        words = [token for token in tokens if token != COLOR_TOKEN]
        padded[0, : len(words)] = words
        feeds = {
            "tokens": padded,
            "latent": latent_for_seed(seed)[None],
            "color": np.array([[0, 0, 0, 0] if lab is None else [*lab, 1]], dtype=np.float32),
        }
        if size == 64:
            return self.sessions["stage1"].run(["image"], feeds)[0][0]
        image = self.sessions["restgan"].run(["image256"], feeds)[0][0]
        return image if size == 256 else halve(image)


def halve(image: np.ndarray) -> np.ndarray:
    """Mirrors `gpu-service/serve/halve.ts` to the bit."""
    edge = image.shape[0] // 2
    sums = image.astype(np.uint16).reshape(edge, 2, edge, 2, 3).sum(axis=(1, 3))
    return ((sums + 2) >> 2).astype(np.uint8)


def data_uri(image: np.ndarray, format: str) -> str:
    encoded = io.BytesIO()
    options = {"quality": 85, "method": 4} if format == "webp" else {}
    Image.fromarray(image).save(encoded, format, **options)
    return f"data:image/{format};base64,{base64.b64encode(encoded.getvalue()).decode()}"


def probability(row: np.ndarray) -> float:
    return round(min(1.0, float(row[0].max())), 4)


def lab_of(image: np.ndarray) -> np.ndarray:
    """sRGB bytes [..., 3] -> CIELAB under D65 (IEC 61966-2-1, CIE 015:2018)."""
    v = image / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    xyz = linear @ TO_XYZ.T / WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def ground_color(image: np.ndarray) -> np.ndarray:
    """Mirrors `gpu-service/serve/ground-color.ts`: the mode inside the eroded silhouette, Lab."""
    lab = lab_of(image)
    edge = image.shape[0]
    cloth = np.linalg.norm(lab - (100, 0, 0), axis=-1) > 4
    padded = np.pad(cloth, 2, constant_values=True)
    inner = np.lib.stride_tricks.sliding_window_view(padded, (5, 5)).all(axis=(2, 3))
    if inner.sum() < 40:
        inner = np.zeros_like(cloth)
        inner[edge * 2 // 5 : edge * 3 // 5, edge * 2 // 5 : edge * 3 // 5] = True
    values = lab[inner]
    mode = np.sort(values, axis=0)[(len(values) - 1) // 2]
    for _ in range(12):
        weight = np.exp(-((values - mode) ** 2).sum(1) / 72)
        mode = (values * weight[:, None]).sum(0) / weight.sum()
    return mode


def checked(words: Dict[str, Any]) -> tuple:
    if not isinstance(words, dict) or set(words) - {"tokens", "lab"}:
        raise ValueError("bad_request: a step has tokens and lab")
    tokens, lab = words.get("tokens") or [], words.get("lab")
    check_tokens(tokens)
    check_lab(lab)
    return tokens, lab


def check_tokens(tokens: List[int]) -> None:
    if not 1 <= len(tokens) <= MAX_TOKENS or not all(1 <= token <= MAX_TOKEN for token in tokens):
        raise ValueError(f"bad_request: tokens must be 1 to {MAX_TOKENS} vocabulary ids")


def check_lab(lab: Optional[List[float]]) -> None:
    if lab is None:
        return
    if len(lab) != 3 or not all(low <= value <= high for value, (low, high) in zip(lab, LAB_RANGES)):
        raise ValueError("bad_request: lab must be L in 0..100, a and b in -128..128")
