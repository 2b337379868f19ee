"""What the tests share: a small dataset made here (boxes of one colour, no photographs), and a run folder trained on it for a few steps."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lab import rgb_to_lab

HERE = Path(__file__).parent
WORDS = [(1, "pants", "type"), (2, "jeans", "type"), (3, "shorts", "type"), (4, "women", "gender"), (9, "<color>", "color"), (16, "skinny", "fit"), (19, "wide leg", "fit")]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory) -> Path:
    """48 boxes, wide or narrow, in the layout that the catalogue command writes."""
    folder = tmp_path_factory.mktemp("dataset")
    rng = np.random.default_rng(0)
    rows, small, large = [], [], []
    for index in range(48):
        wide = index % 2
        width = 40 if wide else 16
        color = rng.integers(30, 220, 3)
        rgba = np.full((256, 256, 4), 255, np.uint8)
        rgba[..., 3] = 0
        left = 128 - width * 2
        rgba[8:248, left : 256 - left, :3] = (color + rng.integers(-8, 8, (240, 256 - 2 * left, 1))).clip(0, 255)
        rgba[8:248, left : 256 - left, 3] = 255
        large.append(rgba)
        small.append(rgba[2::4, 2::4])
        lab = rgb_to_lab(torch.tensor(color / 255, dtype=torch.float32)).tolist()
        rows.append(
            {"id": str(index), "split": ["train", "train", "val", "test"][index // 2 % 4], "usable": {"generator": True}, "pack64": index, "pack256": index}
            | {"tokens": [4, 9, 19 if wide else 16, 1], "lab": lab, "type": 0, "gender": index % 3, "detailPx": 400, "colorWord": "dyed", "style": str(index)}
        )
    np.stack(small).tofile(folder / "rgba64.bin")
    np.stack(large).tofile(folder / "rgba256.bin")
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    tokens = [{"id": i, "word": word, "kind": kind, "group": kind} for i, word, kind in WORDS]
    (folder / "dataset.json").write_text(json.dumps({"tokens": tokens}))
    (folder / "colors.json").write_text(json.dumps({"centroids": [[20, 0, 0], [50, 20, 10], [80, -10, 30]]}))
    return folder


def run(script: str, *arguments: object) -> str:
    done = subprocess.run([sys.executable, HERE / script, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def trained(dataset, tmp_path_factory) -> Path:
    """A run folder with all four checkpoints after a few steps, Stage-I stopped and resumed once."""
    folder = tmp_path_factory.mktemp("runs") / "smoke"
    common = ("--data", dataset, "--run", folder, "--threads", 1)
    for images in (16, 48):
        run("train.py", *common, "--images", images, "--vae-images", 16, "--batch", 8)
    run("train_stage2.py", *common, "--images", 8, "--batch", 4)
    run("train_classifier.py", *common, "--images", 128, "--batch", 16)
    return folder
