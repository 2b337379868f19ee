"""Leads seeds away from contrasts that no word asks for, where words are prone to them, in a finished Stage-I.

Garments with an unspoken print (`data.contrast`) leave spots in a generator that once learned from them: on 7 % of the
shorts for boys and kids. Which words are prone is regressed on their state; on those, the one direction of z along which spots come and go is found, and
z's mean moves back along it, by the words. Seeds of other words stay where they are.
"""

import torch
import torch.nn.functional as F

import data as datasets
from latent import latent_for_seeds
from model import Z_DIM

TITLES, DRAWS, PRONE = 3000, 1200, 0.05
FIRST_SEED = 100_000
BATCH = 250


def quiet_seeds(generator, data: datasets.Dataset, loud: torch.Tensor, strength: float) -> None:
    """Moves `seed_words` and `seed_mean` so that the most prone words' z lies `strength` standard deviations further from spots.

    Of `data`, garments of plain titles are asked for: none of `loud` [V], which may well be of two colours.
    """
    device = data.tokens.device
    plain = (~loud.to(device)[data.tokens].any(1) & ~data.denim).nonzero()[:, 0]
    if not strength or len(plain) < generator.config.hidden:
        return
    rng = torch.Generator().manual_seed(0)
    rows = plain[torch.randperm(len(plain), generator=rng)[:TITLES].to(device)]
    tokens = datasets.as_asked(data.tokens[rows])
    state = torch.cat([generator.text(part).float() for part in tokens.split(BATCH)]).detach()
    found = spots(generator, tokens, seeds(len(rows)).to(device), data.color[rows])
    known = F.pad(state, (0, 1), value=1.0)
    risk = known @ ridge(known, found, len(rows) / 100)
    prone = risk >= risk.quantile(1 - PRONE)
    some = prone.nonzero()[:, 0]
    some = some[torch.randint(len(some), (DRAWS,), generator=rng).to(device)]
    latent = seeds(DRAWS, len(rows)).to(device)
    seen = latent[:, :Z_DIM]
    spotted = spots(generator, tokens[some], latent, data.color[rows][some])
    away = ridge(seen, spotted - spotted.mean(), 10)
    step = generator.seed_factor @ (away / away.norm().clamp(min=1e-9))
    words = ridge(known, prone.float(), 1)
    generator.seed_words -= strength * torch.outer(step, words[:-1])
    generator.seed_mean -= strength * words[-1] * step


def seeds(count: int, after: int = 0) -> torch.Tensor:
    return torch.from_numpy(latent_for_seeds(range(FIRST_SEED + after, FIRST_SEED + after + count)))


def ridge(inputs: torch.Tensor, wanted: torch.Tensor, weight: float) -> torch.Tensor:
    """Coefficients [D] of inputs [N, D] for `wanted` [N]."""
    return torch.linalg.solve(inputs.T @ inputs + weight * torch.eye(inputs.shape[1], device=inputs.device), inputs.T @ wanted)


@torch.no_grad()
def spots(generator, tokens: torch.Tensor, latent: torch.Tensor, color: torch.Tensor) -> torch.Tensor:
    """[N]: how much of a drawn garment, its edges aside, is of another colour than its own."""
    shares = []
    for part in torch.arange(len(tokens)).split(BATCH):
        made = generator(tokens[part], latent[part], F.pad(color[part], (0, 1), value=1.0))
        shares.append(datasets.of_other_color(made["lab"], made["alpha"] >= 0.98, made["base"]))
    return torch.cat(shares)
