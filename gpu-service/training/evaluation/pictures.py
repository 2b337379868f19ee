"""Where pictures come from: the shipped graphs, or a baseline's checkpoint, behind one `draw`."""

import hashlib
import json
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F

from baseline_models import CONDITION, ColorWords, Z
from baselines import AVERAGED, generator_of
from data import as_asked
from lab import composite_rgb
from latent import latent_for_seeds
from model import MAX_TOKENS, Config, Stage1

SEEDS_FROM = "-seeds-from-"


class Pictures(Protocol):
    """A generator. `version` names its weights."""

    version: str
    about: dict

    def draw(self, tokens: np.ndarray, seeds: list[int], color: np.ndarray, large: bool = False) -> np.ndarray:
        """tokens [N, 16] with the bare colour token where a colour is named, N seeds, color [N, 4] (L, a, b, 1 or zeros).

        -> sRGB on white, uint8 [N, 64, 64, 3], or [N, 256, 256, 3] when `large`. A row does not depend on the others.
        """
        ...


class GraphPictures:
    """The shipped graphs of a model folder."""

    def __init__(self, folder: Path, threads: int = 0):
        manifest = json.loads((folder / "manifest.json").read_text())
        self.version = manifest["version"]
        self.about = {"stage1Images": manifest["training"].get("stage1Images"), "stage1Bytes": (folder / "stage1.onnx").stat().st_size}
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.sessions = {name: ort.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]) for name in ("stage1", "restgan")}

    def draw(self, tokens: np.ndarray, seeds: list[int], color: np.ndarray, large: bool = False) -> np.ndarray:
        latent, asked = latent_for_seeds(seeds), as_asked(torch.from_numpy(tokens)).numpy().astype(np.int32)
        parts = []
        for start in range(0, len(asked), 16):
            part = slice(start, start + 16)
            inputs = {"tokens": asked[part], "latent": latent[part], "color": color[part].astype(np.float32)}
            parts.append(self.sessions["restgan" if large else "stage1"].run(["image256" if large else "image"], inputs)[0])
        return np.concatenate(parts)


class BaselinePictures:
    """A baseline of `baselines.py`: the nearest raw colour word stands for the Lab asked; 256 px is 64 px enlarged bicubically."""

    def __init__(self, checkpoint: Path):
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        weights = state["ema" if state["which"] in AVERAGED else "generator"]
        self.model = generator_of(state["which"], state["vocabulary"])
        self.model.load_state_dict(weights)
        self.model.eval().to(memory_format=torch.channels_last)
        self.colors = ColorWords(**state["colors"])
        digest = hashlib.sha256(b"".join(value.numpy().tobytes() for value in weights.values())).hexdigest()
        self.version = f"{state['which']}-{digest[:8]}"
        self.about = {"which": state["which"], "images": state["images"], "cpuSeconds": round(state["cpu_seconds"])}

    @torch.no_grad()
    def draw(self, tokens: np.ndarray, seeds: list[int], color: np.ndarray, large: bool = False) -> np.ndarray:
        color = torch.from_numpy(np.asarray(color, np.float32))
        bare = torch.from_numpy(np.asarray(tokens, np.int64))
        titles = self.colors.write(bare, self.colors.nearest(color[:, :3]))
        latent = torch.from_numpy(np.stack([np.random.default_rng(seed).standard_normal(Z + CONDITION, np.float32) for seed in seeds]))
        parts = []
        for start in range(0, len(titles), 32):
            part = slice(start, start + 32)
            made = self.model(titles[part], latent[part, :Z], latent[part, Z:])[0][-1][:, :3] / 2 + 0.5
            if large:
                made = F.interpolate(made, scale_factor=4, mode="bicubic")
            parts.append((made.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy())
        return np.concatenate(parts)


class AblationPictures:
    """A checkpoint of `train.py` by itself, 64 px enlarged bicubically: ablations need no Stage-II to be compared."""

    def __init__(self, checkpoint: Path):
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        self.model = Stage1(Config(**state["config"]), state["ema"]["centroids"])
        self.model.load_state_dict(state["ema"])
        self.model.eval().to(memory_format=torch.channels_last)
        self.by_cluster = state["without"] == "lab-input"
        digest = hashlib.sha256(b"".join(value.numpy().tobytes() for value in state["ema"].values())).hexdigest()
        self.version = f"without-{state['without'] or 'nothing'}-{digest[:8]}"
        self.about = {"which": f"without {state['without'] or 'nothing'}", "images": state["images"]}

    @torch.no_grad()
    def draw(self, tokens: np.ndarray, seeds: list[int], color: np.ndarray, large: bool = False) -> np.ndarray:
        asked, lab = as_asked(torch.from_numpy(np.asarray(tokens, np.int64))), torch.from_numpy(np.asarray(color, np.float32))
        if self.by_cluster:
            nearest = self.model.centroids[torch.cdist(lab[:, :3], self.model.centroids).argmin(1)]
            lab = torch.cat([nearest * lab[:, 3:], lab[:, 3:]], 1)
        latent, parts = torch.from_numpy(latent_for_seeds(seeds)), []
        for start in range(0, len(asked), 32):
            part = slice(start, start + 32)
            made = self.model(asked[part], latent[part], lab[part])
            rgb = composite_rgb(made["wear"](made["lab"], made["alpha"]), made["alpha"])
            if large:
                rgb = F.interpolate(rgb, scale_factor=4, mode="bicubic")
            parts.append((rgb.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy())
        return np.concatenate(parts)


class OtherSeeds:
    """The same generator with every seed moved by `first`: how much of a measure is the luck of its seeds."""

    def __init__(self, pictures: Pictures, first: int):
        self.pictures, self.first, self.about = pictures, first, pictures.about
        self.version = f"{pictures.version}{SEEDS_FROM}{first}"

    def draw(self, tokens: np.ndarray, seeds: list[int], color: np.ndarray, large: bool = False) -> np.ndarray:
        return self.pictures.draw(tokens, [seed + self.first for seed in seeds], color, large)


def open_pictures(path: Path, threads: int = 0) -> Pictures:
    """A folder with a manifest, or the checkpoint of a baseline or an ablation."""
    if path.is_dir():
        return GraphPictures(path, threads)
    known = torch.load(path, map_location="cpu", weights_only=True)
    return BaselinePictures(path) if "which" in known else AblationPictures(path)


def named(color: torch.Tensor | np.ndarray) -> np.ndarray:
    """Lab [N, 3] -> the graphs' `color` [N, 4] of a colour that was named."""
    color = np.asarray(color, np.float32)
    return np.concatenate([color, np.ones((len(color), 1), np.float32)], 1)


def padded(words: list[int]) -> np.ndarray:
    """[16], zeros at the end."""
    return np.array([*words, *[0] * (MAX_TOKENS - len(words))][:MAX_TOKENS], np.int64)
