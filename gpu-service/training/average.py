"""One Stage-I from several checkpoints of one training: the mean of their averaged weights, made whole again.

    python3 average.py --data ../../dataset --checkpoints runs/a/stage1.pt runs/b/stage1.pt --run runs/ab

A checkpoint named twice counts twice.
Weights on one path of training average well ("model soups", Wortsman et al. 2022): ours, of the GPU's end and of a shorter
training after it, was nearer to real pictures than both. Seeds, batch-norm statistics and patterns are fitted anew.
"""

import argparse
from pathlib import Path

import torch

import data as datasets
from calibration import calibrate, emphasise
from fit_patterns import dress
from quiet_seeds import quiet_seeds
from runs import Run
from stage1_trainer import LAST_FIT_ROWS, Trainer
from train import options


def mean(states: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Parts with equal names and shapes; what is not a floating-point number is the first's."""
    first, *_ = states
    return {key: torch.stack([state[key].float() for state in states]).mean(0) if value.is_floating_point() else value for key, value in first.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoints", type=Path, nargs="+", required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--emphasis", type=float, default=1.0, help="how far the words' states lie from their mean, over where training left them")
    parser.add_argument("--reach", type=float, default=1.0, help="as the checkpoints were trained")
    parser.add_argument("--quiet", type=float, default=0.0, help="standard deviations by which seeds of words prone to spots are led away from them")
    args = parser.parse_args()
    states = [torch.load(path, map_location="cpu", weights_only=True) for path in args.checkpoints]
    source = datasets.open_source(args.data)
    trainer = Trainer(options(["--data", str(args.data), "--run", str(args.run), "--projected", "0", "--reach", str(args.reach)]), source)
    trainer.average.module.load_state_dict(mean([state["ema"] for state in states]))
    trainer.encoder.load_state_dict(mean([state["encoder"] for state in states]))
    trainer.images = max(state["images"] for state in states)
    whole = datasets.load(source, "train").to(trainer.device)
    data = datasets.unpatterned(whole, trainer.loud)
    emphasise(trainer.average.module, trainer.titles(data, LAST_FIT_ROWS)[1], args.emphasis)
    trainer.fit(data, trainer.average.module, LAST_FIT_ROWS)
    calibrate(trainer, data)
    quiet_seeds(trainer.average.module, data, trainer.loud, args.quiet)
    dress(trainer.average.module, whole)
    judges = {name: states[0][name] for name in ("judge", "second") if name in states[0]}
    made = {"ema": trainer.average.module.state_dict(), "encoder": trainer.encoder.state_dict()}
    about = {"images": trainer.images, "steps": max(state["steps"] for state in states), "config": trainer.config.as_dict(), "run": args.run.name, "without": None}
    Run(args.run, "stage1", vars(args), trainer.images).save({**judges, **made, **about})


if __name__ == "__main__":
    main()
