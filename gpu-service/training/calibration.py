"""What a trained Stage-I is given before it is exported: batch-norm statistics of its own, and where seeds are drawn."""

import torch
import torch.nn.functional as F

import data as datasets
from discriminator import picture_input
from model import LATENT_DIM, Z_DIM


@torch.no_grad()
def fit_seeds(generator, encoder, data: datasets.Dataset, tokens: torch.Tensor, rows: torch.Tensor, reach: float = 1.0) -> None:
    """Sets where `generator` draws z to where real garments lie, given their words' state h: normal(mean + words h, factor factor'),
    and `reach` times as far.

    Ex-post density estimation (Ghosh et al., "From variational to deterministic autoencoders", 2020), with the mean by ridge
    regression on h: with a weak KL the encoder spreads wider than the standard normal, and differently for wide legs and for
    shorts. `rows` [N] of the data, `tokens` [N, 16] how their titles are typed.
    """
    means, variances, states = [], [], []
    for part in torch.arange(len(rows), device=rows.device).split(512):
        pick = rows[part]
        mean, log_var = encoder(picture_input(data.lab[pick].float(), data.alpha[pick].float() / 255))
        means.append(mean.float()), variances.append(log_var.float().exp())
        states.append(generator.text(tokens[part]).float())
    found, known = torch.cat(means).double(), F.pad(torch.cat(states).double(), (0, 1), value=1.0)
    ridge = torch.eye(known.shape[1], dtype=torch.float64, device=known.device) * len(rows) / 1000
    rule = torch.linalg.solve(known.T @ known + ridge, known.T @ found)
    rest = torch.cov((found - known @ rule).T) + torch.diag(torch.cat(variances).double().mean(0))
    generator.seed_words.copy_(rule[:-1].T)
    generator.seed_mean.copy_(rule[-1])
    generator.seed_factor.copy_(reach * torch.linalg.cholesky(rest))


@torch.no_grad()
def emphasise(generator, tokens: torch.Tensor, much: float) -> None:
    """The words' state, where the mapping reads it, `much` times as far from its mean over `tokens` [N, 16].

    As guidance draws a diffusion model away from what it would draw unasked (Ho and Salimans 2022), but in the weights, at no cost:
    words show more, and pictures are further from real ones.
    """
    first, state = generator.mapping[0], slice(Z_DIM, Z_DIM + generator.config.hidden)
    mean = generator.text(tokens).float().mean(0)
    first.bias += (1 - much) * (first.weight[:, state] @ mean)
    first.weight[:, state] *= much


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
