"""Seeds led away from spots: of the words that are prone to them, along the one direction that brings them."""

from types import SimpleNamespace

import torch
import torch.nn.functional as F

from data import Dataset
from model import Z_DIM
from quiet_seeds import quiet_seeds, seeds, spots

BOYS, PRINT_AT = 8, 5


class Spotted:
    """Draws a garment of one colour, and a spot on it where boys are asked for and z's sixth number is high."""

    def __init__(self):
        self.config = SimpleNamespace(hidden=16)
        self.seed_mean, self.seed_words, self.seed_factor = torch.zeros(Z_DIM), torch.zeros(Z_DIM, 16), torch.eye(Z_DIM)

    def text(self, tokens):
        return torch.stack([(tokens == word).any(1).float() for word in range(16)], 1)

    def __call__(self, tokens, latent, color):
        state = self.text(tokens)
        z = self.seed_mean + state @ self.seed_words.T + latent[:, :Z_DIM] @ self.seed_factor.T
        spot = (F.relu(z[:, PRINT_AT]) * state[:, BOYS]).round().long() * 3
        alpha = F.pad(torch.ones(len(z), 1, 56, 40), (12, 12, 4, 4))
        lab = color[:, :3, None, None].expand(-1, -1, 64, 64).clone()
        for row, edge in enumerate(spot.tolist()):
            lab[row, 0, 20 : 20 + 2 * edge, 20 : 20 + 2 * edge] = 95.0
        return {"lab": lab, "alpha": alpha, "base": color[:, :3]}


def garments(count: int) -> Dataset:
    tokens = torch.tensor([[1 + row % 3, BOYS if row % 20 == 0 else 4 + row % 2] + [0] * 14 for row in range(count)])
    number = torch.zeros(count, dtype=torch.long)
    lab, alpha = torch.zeros(count, 3, 64, 64).half(), torch.full((count, 1, 64, 64), 255).byte()
    return Dataset(lab, alpha, tokens, torch.tensor([30.0, 0.0, 0.0]).expand(count, -1), number, number, number, number > 0, [{}] * count)


def test_the_words_that_bring_spots_are_led_away_from_them_and_others_left():
    generator, data, none = Spotted(), garments(600), torch.zeros(16, dtype=torch.bool)
    boys, women = data.tokens[[0]].expand(200, -1), data.tokens[[1]].expand(200, -1)
    latent = seeds(200, 50_000)
    before = spots(generator, boys, latent, data.color[:200]).mean()
    quiet_seeds(generator, data, none, 1.5)
    assert spots(generator, boys, latent, data.color[:200]).mean() < before / 4
    moved = lambda tokens: generator.seed_mean + generator.text(tokens)[0] @ generator.seed_words.T  # noqa: E731
    assert moved(boys)[PRINT_AT] < -1.2 and moved(women).abs().max() < 0.1
    assert moved(boys).abs().topk(2).values[1] < 0.4


def test_nothing_moves_where_nothing_is_asked_for():
    generator = Spotted()
    quiet_seeds(generator, garments(60), torch.zeros(16, dtype=torch.bool), 0.0)
    assert not generator.seed_mean.any() and not generator.seed_words.any()
