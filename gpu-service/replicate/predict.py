"""The GPU service's contract for hosted Replicate, by Cog: the same input, graphs and picture bytes before encoding."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from pathlib import Path
from typing import List, Optional

import numpy as np
import onnxruntime
from cog import BaseRunner, Input
from PIL import Image

from latent import latent_for_seed

MODEL_DIR = Path(os.environ.get("MODEL_DIR", Path(__file__).parent / "model"))
MAX_TOKENS = 16
MAX_TOKEN = 65_535
LAB_RANGES = ((0, 100), (-128, 128), (-128, 128))
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
        for name in ("stage1", "restgan"):
            graph = manifest["graphs"][name]
            content = (MODEL_DIR / graph["file"]).read_bytes()
            if hashlib.sha256(content).hexdigest() != graph["sha256"]:
                raise ValueError(f"{graph['file']} is not the graph of its manifest")
            self.sessions[name] = onnxruntime.InferenceSession(content, providers=providers)

    def run(
        self,
        tokens: List[int] = Input(description="Vocabulary ids in typed order, 1 to 16, without padding"),
        seed: int = Input(description="Equal seeds give equal pictures", ge=0, le=4294967295),
        lab: Optional[List[float]] = Input(
            description="Colour to render as CIELAB under D65 (L, a, b); leave out when none is named", default=None
        ),
        size: int = Input(description="Edge in pixels: 64 is Stage-I", choices=[64, 128, 256], default=256),
        format: str = Input(description="Encoding", choices=["webp", "png"], default="webp"),
        model: Optional[str] = Input(description="Model version the caller was built for", default=None),
    ) -> str:
        """The encoded picture as a data URI; a refusal's message begins with the contract's error code."""
        if model is not None and model != self.version:
            raise ValueError(f"model_mismatch: version {self.version} is served, {model} was asked for")
        check_tokens(tokens)
        check_lab(lab)
        return data_uri(self.draw(tokens, lab, seed, size), format)

    def draw(self, tokens: List[int], lab: Optional[List[float]], seed: int, size: int) -> np.ndarray:
        """uint8 [size, size, 3], sRGB on white. 128 px is 256 px with 2×2 pixels averaged, halves rounded up."""
        padded = np.zeros((1, MAX_TOKENS), dtype=np.int32)
        padded[0, : len(tokens)] = tokens
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


def check_tokens(tokens: List[int]) -> None:
    if not 1 <= len(tokens) <= MAX_TOKENS or not all(1 <= token <= MAX_TOKEN for token in tokens):
        raise ValueError(f"bad_request: tokens must be 1 to {MAX_TOKENS} vocabulary ids")


def check_lab(lab: Optional[List[float]]) -> None:
    if lab is None:
        return
    if len(lab) != 3 or not all(low <= value <= high for value, (low, high) in zip(lab, LAB_RANGES)):
        raise ValueError("bad_request: lab must be L in 0..100, a and b in -128..128")
