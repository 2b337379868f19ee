"""Sets of pictures drawn to sets of real ones: where a Gaussian of their features would have to move.

The gradient of the squared 2-Wasserstein (Frechet) distance of two Gaussians at a sample x is 2 (x - T x), with T the linear
optimal transport from one to the other: T x = m_r + A (x - m_f), A = F^-1/2 (F^1/2 R F^1/2)^1/2 F^-1/2 (Dowson and Landau 1982;
Peyre and Cuturi, "Computational optimal transport", 2019, remark 2.31). So a batch is drawn towards T x, T from moments that are kept
as training goes: a batch alone has too few rows for a covariance.
"""

import torch
from torch import nn

from discriminator import bag_of_words

MEMORY, REAL_MEMORY = 0.98, 0.995  # of moments, a batch
EVERY = 16  # steps between two maps
KNOWN = 0.4  # of a mean's final weight, from where on it is used
RIDGE = 0.01  # of the mean variance: directions with hardly any are left alone


def transport(made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """A [D, D] of covariances [D, D]: x - m_f -> T x - m_r."""
    size = len(real)
    ridge = RIDGE * real.diagonal().mean() * torch.eye(size, dtype=torch.float64, device=real.device)
    values, vectors = torch.linalg.eigh(made.double() + ridge)
    values = values.clamp(min=1e-12).sqrt()
    root, inverse = (vectors * values) @ vectors.T, (vectors / values) @ vectors.T
    inner, turn = torch.linalg.eigh(root @ (real.double() + ridge) @ root)
    return inverse @ ((turn * inner.clamp(min=0).sqrt()) @ turn.T) @ inverse


class Moments(nn.Module):
    """Running mean and second moment of rows [N, D], each batch weighing alike."""

    def __init__(self, size: int, memory: float):
        super().__init__()
        self.memory = memory
        self.register_buffer("weight", torch.zeros(()))
        self.register_buffer("first", torch.zeros(size))
        self.register_buffer("second", torch.zeros(size, size))

    @torch.no_grad()
    def learn(self, rows: torch.Tensor) -> None:
        for kept, now in ((self.weight, rows.new_ones(())), (self.first, rows.mean(0)), (self.second, rows.T @ rows / len(rows))):
            kept.lerp_(now, 1 - self.memory)

    def mean(self) -> torch.Tensor:
        return self.first / self.weight.clamp(min=1e-6)

    def covariance(self) -> torch.Tensor:
        mean = self.mean()
        return self.second / self.weight.clamp(min=1e-6) - mean[:, None] * mean[None]


class Transport(nn.Module):
    """Features [N, D] of pictures made -> how far they are, as a set, from those of real pictures: of all, and of each word's."""

    def __init__(self, size: int, vocabulary: int):
        super().__init__()
        self.real, self.made = Moments(size, REAL_MEMORY), Moments(size, MEMORY)
        self.register_buffer("map", torch.eye(size))
        self.register_buffer("ready", torch.zeros(()))
        for name in ("real_words", "made_words"):
            self.register_buffer(name, torch.zeros(vocabulary, size))

    def refresh(self) -> None:
        """Brings the map up to date; apart from `forward`, because a captured graph cannot hold an eigenvalue problem."""
        if float(self.made.weight) > KNOWN:
            self.map.copy_(transport(self.made.covariance(), self.real.covariance()).float())
            self.ready.fill_(1)

    def forward(self, made: torch.Tensor, real: torch.Tensor, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """`made`, `real` [N, D] features of the same titles `tokens` [N, 16]: both losses, in units of real features' variance."""
        self.real.learn(real), self.made.learn(made.detach())
        unit = self.real.covariance().diagonal().sum().clamp(min=1e-6)
        target = self.real.mean() + (made.detach() - self.made.mean()) @ self.map.T
        whole = (made - target).square().sum(1).mean() / unit * self.ready
        bag = bag_of_words(tokens, len(self.real_words))
        count = bag.sum(0)
        present, share = (count > 0)[:, None], bag.T / count.clamp(min=1)[:, None]
        means = share @ made
        for kept, now, memory in ((self.real_words, share @ real, REAL_MEMORY), (self.made_words, means.detach(), MEMORY)):
            first = (kept == 0).all(1, keepdim=True)
            kept.copy_(torch.where(present, torch.where(first, now, memory * kept + (1 - memory) * now), kept))
        away = (self.made_words - self.real_words).clone()
        # The slope of a squared distance of running means, through the batch's own.
        pull = 2 * ((means * away).sum(1) * count).sum() / count.sum().clamp(min=1) / unit
        by_word = (away.square().sum(1) * count).sum() / count.sum().clamp(min=1) / unit
        return whole, by_word + pull - pull.detach()
