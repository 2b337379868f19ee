"""Graphs -> checkpoints: what `reimport.py` reads draws what the graphs draw, and training goes on from it."""

from pathlib import Path

import numpy as np
import torch

import export
from conftest import run
from model import upsample_kernel
from reimport import read, smaller_kernel

SHIPPED = Path(__file__).parents[2] / "shared" / "model"


def test_the_shipped_graphs_come_back_and_are_exported_as_they_were():
    stage1, stage2, manifest = read(SHIPPED)
    inputs = export.example_inputs(8, stage1.config.vocabulary)
    for name, graph in (("stage1", export.stage1_graph(stage1)), ("restgan", export.restgan_graph(stage1, stage2))):
        was = export.open_session((SHIPPED / manifest["graphs"][name]["file"]).read_bytes()).run(None, inputs)
        for before, after in zip(was, export.open_session(graph).run(None, inputs), strict=True):
            assert np.abs(before.astype(int) - after).max() <= 1


def test_a_kernel_comes_back_from_its_larger_form():
    weight = torch.randn(5, 3, 3, 3)
    torch.testing.assert_close(smaller_kernel(upsample_kernel(weight)), weight)


def test_training_goes_on_from_graphs(dataset, trained, tmp_path):
    model, folder = tmp_path / "model", tmp_path / "run"
    run("export.py", "--stage1", trained / "stage1.pt", "--stage2", trained / "stage2.pt", "--classifier", trained / "classifier.pt", "--out", model)
    run("reimport.py", "--data", dataset, "--model", model, "--run", folder, "--encoder-images", 64, "--threads", 1)
    first, begun = (torch.load(folder / f"{name}.pt", weights_only=True) for name in ("stage1", "stage2"))
    common = ("--data", dataset, "--run", folder, "--threads", 1)
    for more in (4, 8):
        run("train_stage2.py", *common, "--images", begun["images"] + more, "--batch", 4, "--judges-first", 4)
        refined = torch.load(folder / "stage2.pt", weights_only=True)
        assert refined["images"] == begun["images"] + more
        assert torch.equal(refined["ema"]["head.weight"], begun["ema"]["head.weight"]) == (more == 4), "judges learn before Stage-II does"
    run("train.py", *common, "--images", first["images"] + 16, "--batch", 8, "--vae-images", 8, "--judges-first", 16)
    watched = torch.load(folder / "stage1.pt", weights_only=True)
    assert watched["images"] == first["images"] + 16 and torch.equal(watched["ema"]["head.weight"], first["ema"]["head.weight"])
    run("train.py", *common, "--images", first["images"] + 32, "--batch", 8, "--vae-images", 8, "--judges-first", 16)
    learned = torch.load(folder / "stage1.pt", weights_only=True)
    assert not torch.equal(learned["ema"]["head.weight"], first["ema"]["head.weight"])
