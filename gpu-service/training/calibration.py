"""What a trained Stage-I is given before it is exported: batch-norm statistics of its own, and where seeds are drawn."""

import torch
import torch.nn.functional as F

import data as datasets
from discriminator import picture_input
from model import LATENT_DIM


@torch.no_grad()
def posterior(trainer, data: datasets.Dataset, count: int = 4096) -> dict[str, torch.Tensor]:
    """The latents that real garments have, given their words' state h: z ~ normal(mean + words h, factor factor').

    Ex-post density estimation (Ghosh et al., "From variational to deterministic autoencoders", 2020), with the mean by ridge
    regression on h: with a weak KL the encoder spreads wider than the standard normal, and differently for wide legs and for
    shorts. `words` [64, hidden], `mean` [64], `factor` [64, 64] lower triangular; export.py folds them into the weights.
    """
    means, variances, states = [], [], []
    for start in range(0, min(count, len(data)), 128):
        part = slice(start, start + 128)
        pictures = picture_input(data.lab[part].float(), data.alpha[part].float() / 255).to(trainer.device)
        mean, log_var = trainer.encoder(pictures)
        means.append(mean.cpu()), variances.append(log_var.exp().cpu())
        states.append(trainer.average.module.text(datasets.as_asked(data.tokens[part]).to(trainer.device)).cpu())
    found, known = torch.cat(means).double(), F.pad(torch.cat(states).double(), (0, 1), value=1.0)
    rule = torch.linalg.solve(known.T @ known + torch.eye(known.shape[1], dtype=torch.float64), known.T @ found)
    rest = torch.cov((found - known @ rule).T) + torch.diag(torch.cat(variances).double().mean(0))
    return {"words": rule[:-1].T.float(), "mean": rule[-1].float(), "factor": torch.linalg.cholesky(rest).float()}


@torch.no_grad()
def calibrate(trainer, data: datasets.Dataset, batches: int = 50) -> None:
    """Batch-norm statistics of the averaged generator itself, on drawn z: those that follow training are another network's."""
    model = trainer.average.module
    norms = [layer for layer in model.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    for _ in range(batches):
        batch = trainer.batch(data)
        model(batch["tokens"], torch.randn(len(batch["tokens"]), LATENT_DIM, device=trainer.device), batch["color"])
    for norm in norms:
        norm.momentum = 0.1
    model.eval()
