"""What every measure is given, and the store that lets an interrupted evaluation go on where it stopped."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

import data as datasets
from discriminator import bag_of_words
from evaluation import crops, sequences
from evaluation.judge import Judge, look
from evaluation.pictures import Pictures, named

# Raised whenever a measure's definition changes, so that no stored result outlives its meaning.
PROTOCOL = 1


@dataclass
class Sizes:
    """How much is asked of a generator; smaller in smoke tests."""

    sequences: int = 300
    seeds: int = 4
    colors: int = 60
    color_seeds: int = 8
    crops_each: int = 3
    patches: int = 12_000
    groups: int = 60
    fewest_of_a_group: int = 6
    fewest_of_a_word: int = 10
    decisions_of_a_word: int = 20


@dataclass
class Setting:
    """The test split of flat lays, the judges, and the pictures to measure. Test titles are drawn once, seed = row."""

    source: datasets.Source
    train: datasets.Dataset
    test: datasets.Dataset
    judge: Judge
    crop_judge: Judge
    pictures: Pictures
    shared: "Store"  # of what is known of the real pictures alone, whatever generator is measured
    sizes: Sizes = field(default_factory=Sizes)

    @cached_property
    def made(self) -> np.ndarray:
        return self.pictures.draw(self.test.tokens.numpy(), list(range(len(self.test))), named(self.test.color))

    @cached_property
    def real(self) -> np.ndarray:
        return crops.real_pictures(self.test)

    @cached_property
    def on_made(self) -> dict[str, torch.Tensor]:
        return look(self.judge, self.made)

    @cached_property
    def on_real(self) -> dict[str, torch.Tensor]:
        return self.shared.arrays("on-real", lambda: look(self.judge, self.real))

    @cached_property
    def train_pictures(self) -> np.ndarray:
        return crops.real_pictures(self.train)

    @cached_property
    def train_features(self) -> torch.Tensor:
        return self.shared.arrays("train", lambda: {"features": look(self.judge, self.train_pictures)["features"]})["features"]

    @cached_property
    def bag(self) -> torch.Tensor:
        return bag_of_words(self.test.tokens, self.source.vocabulary)

    @cached_property
    def walks(self) -> sequences.Walks:
        return sequences.walk(self.pictures, self.judge, self.test, self.sizes.sequences, self.sizes.seeds)


@dataclass
class Store:
    """Results by measure in one folder; `key` names weights, judges and protocol, and a result of another key is not used."""

    folder: Path
    key: str

    def measure(self, name: str, work: Callable[[], dict], at: str = "") -> dict:
        path = self.folder / f"{name}.json"
        if path.exists():
            stored = json.loads(path.read_text())
            if stored["key"] == self.key:
                print(f"{at} {name}: as stored", flush=True)
                return stored["value"]
        began = time.time()
        value = rounded(work())
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps({"key": self.key, "seconds": round(time.time() - began, 1), "value": value}, indent=2) + "\n")
        temporary.replace(path)
        print(f"{at} {name}: {time.time() - began:.0f} s", flush=True)
        return value

    def arrays(self, name: str, work: Callable[[], dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        """As `measure`, for tensors by name."""
        path = self.folder / f"{name}.pt"
        if path.exists():
            stored = torch.load(path, weights_only=True)
            if stored["key"] == self.key:
                return stored["value"]
        value = work()
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        torch.save({"key": self.key, "value": value}, temporary)
        temporary.replace(path)
        return value


def rounded(value):
    """Numbers to four places, not-a-number to None: what JSON holds."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), 4) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
