"""The runner gives the pictures that the Node service gives. Cog itself need not be installed."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "gpu-service/training"), str(ROOT / "gpu-service/replicate")]
try:
    import cog
except ImportError:
    cog = types.ModuleType("cog")
    cog.BaseRunner = object
    cog.Input = lambda default=None, **_: default
    sys.modules["cog"] = cog

import predict  # noqa: E402

predict.MODEL_DIR = ROOT / "shared/model"
WINE = {"tokens": [4, 9, 1], "lab": [30.0, 40.0, 15.0], "seed": 7}
CHOICES = {"size": 256, "format": "png", "model": None, "steps": None}


@pytest.fixture(scope="module")
def runner():
    runner = predict.Runner()
    runner.setup()
    return runner


def picture(data_uri: str) -> Image.Image:
    head, body = data_uri.split(",")
    image = Image.open(io.BytesIO(base64.b64decode(body)))
    assert head == f"data:image/{image.format.lower()};base64"
    return image


@pytest.mark.parametrize("size", [64, 128, 256])
@pytest.mark.parametrize("format", ["png", "webp"])
def test_answers_with_a_picture_as_data_uri(runner, size, format):
    image = picture(runner.run(**WINE, **{**CHOICES, "size": size, "format": format}))
    assert (image.size, image.format.lower(), image.mode) == ((size, size), format, "RGB")


def test_a_row_is_its_pictures_and_what_is_seen_on_them(runner):
    words = {"tokens": WINE["tokens"], "lab": WINE["lab"]}
    row = runner.run(seed=7, tokens=None, lab=None, **{**CHOICES, "steps": [{"tokens": [4, 1]}, words]})
    assert [step["picture"] for step in row] == [
        runner.run(tokens=[4, 1], lab=None, seed=7, **CHOICES),
        runner.run(**WINE, **CHOICES),
    ]
    assert np.linalg.norm(np.array(row[1]["lab"]) - WINE["lab"]) < 6
    assert row[1]["view"]["type"]["word"] in predict.TYPES and 0 <= row[1]["view"]["color"]["probability"] <= 1


@pytest.mark.parametrize("steps", [[], [{"tokens": []}], [{"tokens": [1], "seed": 3}], [{"tokens": [1]}] * 17])
def test_refuses_a_row_that_is_none(runner, steps):
    with pytest.raises(ValueError, match="bad_request"):
        runner.run(seed=7, tokens=None, lab=None, **{**CHOICES, "steps": steps})


def test_equal_inputs_give_equal_answers_and_seeds_differ(runner):
    assert runner.run(**WINE, **CHOICES) == runner.run(**WINE, **CHOICES)
    assert runner.run(**WINE, **CHOICES) != runner.run(**{**WINE, "seed": 8}, **CHOICES)


def test_halving_rounds_halves_up_per_channel():
    image = np.array([[[0, 10, 255], [1, 10, 255]], [[1, 20, 255], [0, 20, 254]]], dtype=np.uint8)
    assert predict.halve(image).tolist() == [[[1, 15, 255]]]


@pytest.mark.parametrize(
    "change, code",
    [
        ({"tokens": []}, "bad_request"),
        ({"tokens": [1] * 17}, "bad_request"),
        ({"tokens": [0]}, "bad_request"),
        ({"lab": [30.0, 40.0]}, "bad_request"),
        ({"lab": [130.0, 0.0, 0.0]}, "bad_request"),
        ({"lab": [float("nan"), 0.0, 0.0]}, "bad_request"),
        ({"model": "r9-00000000"}, "model_mismatch"),
    ],
)
def test_refuses_with_the_code_of_the_contract(runner, change, code):
    with pytest.raises(ValueError, match=f"^{code}: "):
        runner.run(**{**WINE, **CHOICES, **change})


def test_refuses_a_graph_of_another_manifest(tmp_path, monkeypatch):
    manifest = json.loads((ROOT / "shared/model/manifest.json").read_text())
    for graph in manifest["graphs"].values():
        (tmp_path / graph["file"]).write_bytes(b"another graph")
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(predict, "MODEL_DIR", tmp_path)
    with pytest.raises(ValueError, match="manifest"):
        predict.Runner().setup()


def test_limits_are_those_of_the_contract():
    limits = (ROOT / "shared/contract/limits.ts").read_text()
    assert f"MAX_TOKENS = {predict.MAX_TOKENS};" in limits
    assert re.search(r"SIZES = \[64, 128, 256\]", limits)
    assert re.search(r"FORMATS = \['webp', 'png'\]", limits)
    assert f"max({predict.MAX_TOKEN:_})" in (ROOT / "shared/contract/prediction.ts").read_text()


def test_draws_what_the_node_service_draws(runner, tmp_path):
    """Within 1 of 255 before encoding, on every size, with a colour and without."""
    lines = [
        {"query": query, "seed": seed, "size": size}
        for size in (64, 128, 256)
        for seed, query in enumerate(["#7b1f2b skinny jeans", "women wide leg pants", "blue shorts"])
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    command = ["npm", "run", "--silent", "generate", "--", "--jsonl", str(tmp_path / "in.jsonl"), "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert len(results) == len(lines)
    for result in results:
        drawn = runner.draw(result["modelTokens"], result["targetLab"], result["seed"], result["size"])
        node = np.asarray(Image.open(tmp_path / result["file"]).convert("RGB"))
        assert np.abs(drawn.astype(int) - node.astype(int)).max() <= 1, result
