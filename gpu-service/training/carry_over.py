"""A Stage-II for a new Stage-I from that of an old one, so that what it knows of cloth is not learned again.

What a refiner reads of Stage-I, its style and its features, means something else in every training. Both are translated by
linear regression on real garments that the old and the new Stage-I reconstruct, and the translation is multiplied into the weights.
"""

from pathlib import Path

import torch
import torch.nn.functional as F

import data as datasets
from discriminator import Encoder, picture_input
from model import LATENT_DIM, Config, Stage1

ROWS, PLACES = 2048, 24  # garments, and pixels of each
SHADE = 4  # channels before the features: Lab and alpha, which mean the same everywhere


def frozen(state: dict, device: torch.device) -> tuple[Stage1, Encoder]:
    """A checkpoint of `train.py` -> its averaged Stage-I and its encoder, to draw with."""
    stage1, encoder = Stage1(Config(**state["config"]), state["ema"]["centroids"]), Encoder()
    stage1.load_state_dict(state["ema"])
    encoder.load_state_dict(state["encoder"])
    return stage1.to(device).eval().requires_grad_(False), encoder.to(device).eval().requires_grad_(False)


@torch.no_grad()
def read(stage1: Stage1, encoder: Encoder, data: datasets.Dataset, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Style [N, S] and features [N * PLACES, C] of reconstructed garments `rows` [N]; places and noise are equal from call to call."""
    device, chance = rows.device, torch.Generator().manual_seed(0)
    styles, features = [], []
    for part in rows.split(128):
        lab, alpha = data.lab[part].float(), data.alpha[part].float() / 255
        mean, _ = encoder(picture_input(lab, alpha))
        latent = torch.randn(len(part), LATENT_DIM, generator=chance).to(device)
        made = stage1(datasets.as_asked(data.tokens[part]), latent, F.pad(data.color[part], (0, 1), value=1.0), seen=mean)
        place = torch.randint(64 * 64, (len(part), 1, PLACES), generator=chance).to(device)
        styles.append(made["style"].float())
        features.append(made["features"].float().flatten(2).gather(2, place.expand(-1, made["features"].shape[1], -1)).movedim(1, 2).flatten(0, 1))
    return torch.cat(styles), torch.cat(features)


def regression(known: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """[K, W]: the ridge regression of `wanted` [N, W] on `known` [N, K]."""
    known, wanted = known.double(), wanted.double()
    gram = known.T @ known
    ridge = 1e-4 * gram.diagonal().mean() * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    return torch.linalg.solve(gram + ridge, known.T @ wanted).float()


def translated(stage2: dict[str, torch.Tensor], style: torch.Tensor, features: torch.Tensor) -> dict[str, torch.Tensor]:
    """Weights of a Stage-II that read the old Stage-I -> that read the new one: `style` [S + 1, S] (the last row a constant), `features` [C, C]."""
    made = dict(stage2)
    for name in [name.removesuffix(".weight") for name in stage2 if name.endswith(("affine.weight", "mix.weight", "grain_gain.weight"))]:
        weight = stage2[f"{name}.weight"]
        made[f"{name}.weight"] = weight @ style[:-1].T
        made[f"{name}.bias"] = stage2[f"{name}.bias"] + weight @ style[-1]
    first = stage2["first.weight"]
    made["first.weight"] = torch.cat([first[:, :SHADE], torch.einsum("oiyx,ni->onyx", first[:, SHADE:], features)], 1)
    return made


@torch.no_grad()
def carry_over(trainer, folder: Path, data: datasets.Dataset) -> None:
    """Gives `trainer` (of `train_stage2.py`) the Stage-II in a run folder, translated, and its judges where the checkpoint has them."""
    old, theirs = (torch.load(folder / f"{name}.pt", map_location="cpu", weights_only=True) for name in ("stage1", "stage2"))
    rows = torch.arange(len(data), device=trainer.device)[:: max(1, len(data) // ROWS)]
    were, are = read(*frozen(old, trainer.device), data, rows), read(trainer.stage1, trainer.encoder, data, rows)
    style, features = regression(F.pad(are[0], (0, 1), value=1.0), were[0]).cpu(), regression(are[1], were[1]).cpu()
    weights = translated({key: value.float() for key, value in theirs["ema"].items()}, style, features)
    trainer.stage2.load_state_dict(weights)
    trainer.average.module.load_state_dict(weights)
    for name in ("judge", "second"):
        if name in theirs:
            getattr(trainer, name).load_state_dict(theirs[name])
    trainer.images = theirs["images"]
