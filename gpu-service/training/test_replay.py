"""A training step can be replayed as a CUDA graph, which a machine without a GPU can tell too: it copies nothing from the host and reads nothing back."""

import traceback

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import data as datasets
from stage1_trainer import Trainer
from train import options

# Operations that make a tensor of a Python list or number, bring a number back, or have outputs as long as their values say.
WAITS = ("lift_fresh", "_local_scalar_dense", "nonzero", "masked_select", "_unique")


class Waits(TorchDispatchMode):
    """Notes where a step waits for the host, but for the CPU's optimisers, whose capturable kin on a GPU does not."""

    def __init__(self):
        super().__init__()
        self.found: set[str] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        chosen = [index for index in args[1] if index is not None] if str(func).startswith("aten.index") and len(args) > 1 and isinstance(args[1], (list, tuple)) else []
        if any(name in str(func) for name in WAITS) or any(torch.is_tensor(index) and index.dtype == torch.bool for index in chosen):
            frames = traceback.extract_stack()
            if not any("torch/optim/" in frame.filename for frame in frames):
                at = [frame for frame in frames if "torch/" not in frame.filename and not frame.filename.endswith("test_replay.py")]
                self.found.add(f"{func} at {at[-1].filename}:{at[-1].lineno}" if at else str(func))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("needs", ["--needs", "--no-needs"])
def test_no_kind_of_step_waits_for_the_host(dataset, trained, tmp_path, needs):
    args = options(["--data", str(dataset), "--run", str(tmp_path), "--batch", "8", "--vae-images", "16", "--no-bf16", "--guides", str(trained / "classifier.pt"), needs])
    source = datasets.open_source(dataset)
    trainer, data = Trainer(args, source), datasets.load(source, "train")
    trainer.meet(data)
    for _ in range(20):  # what a step makes once and keeps is made
        trainer.step(data)
    with Waits() as waits:
        for step in range(16):
            trainer.work(data, step % 2 == 1, step == 0, 0)
    assert waits.found == set()


def test_a_wait_is_noticed():
    x = torch.randn(2, 3)
    with Waits() as waits:
        x[:, [0, 2]], x[x > 0], x.sum().item()
    assert len(waits.found) == 3
