"""Word-by-word memory, the colour's absence from the words, and the fused training step."""

import torch
import torch.nn.functional as F

from data import as_asked
from fused_norm import modulated_norm
from memory import LEAST, MARGIN, Needs, Steps, pair_up, shortfall, step_losses, told_last


def rows(*words: list[int]) -> torch.Tensor:
    return torch.tensor([row + [0] * (16 - len(row)) for row in words])


def test_the_colour_leaves_no_trace_in_the_words():
    assert torch.equal(as_asked(rows([4, 9, 1, 16], [9, 2])), as_asked(rows([4, 1, 16], [2])))
    assert torch.equal(as_asked(rows([4, 9, 1, 16])), rows([4, 1, 16]))


def test_pairs_differ_by_their_last_word():
    tokens = rows([1], [2], [5, 2, 17], [1], [4, 1, 16, 39], [1])
    steps = pair_up(tokens, 2)
    assert steps.added.tolist() == [39, 0]
    assert torch.equal(tokens[steps.before], rows([4, 1, 16], [1])) and torch.equal(tokens[steps.after], rows([4, 1, 16, 39], [1]))


def test_a_wanted_word_is_told_last():
    tokens = rows([4, 16, 1], [4, 1], list(range(10, 26)))
    assert torch.equal(told_last(tokens, torch.tensor([16, 39, 12]))[:2], rows([4, 1, 16], [4, 1, 39]))
    assert told_last(tokens, torch.tensor([16, 39, 12]))[2, -1] == 12


def test_garments_are_drawn_of_words_that_fall_short():
    rng = torch.Generator().manual_seed(0)
    needs = Needs(rows([4, 1, 20], [5, 1], [5, 2, 21], [4, 9, 1]), 56)
    for _ in range(200):
        needs.learn(torch.tensor([4, 5, 20, 21, 20]), torch.tensor([0.0, 0.0, 2.0, 0.0, 2.0]))
    garments, words = needs.draw(400, rng)
    assert set(words.tolist()) == {4, 5, 20, 21} and (words == 20).sum() > 300
    assert set(garments[words == 4].tolist()) == {0, 3} and set(garments[words == 20].tolist()) == {0}


def test_a_word_that_shows_and_words_that_stay_cost_nothing():
    tokens = rows([4, 1, 39], [4, 1, 39])
    steps = pair_up(tokens, 0)
    words = torch.zeros(2, 56)
    words[1, 39] = 3.0
    alpha = torch.rand(2, 1, 64, 64)
    cloth = torch.zeros(56, dtype=torch.bool)
    assert all(loss == 0 for loss in step_losses(steps, tokens, words, alpha, cloth).values())
    words[0, 4], words[1, 39], cloth[39] = 1.5, 0.25, True
    losses = step_losses(steps, tokens, words, alpha, cloth)
    assert torch.isclose(losses["add"], torch.tensor(2.75)) and torch.isclose(losses["ret"], torch.tensor(0.75)) and losses["outline"] > 0


def test_an_added_word_must_come_and_by_how_much():
    """Wanted is the word's level, at least LEAST and at most MARGIN over the picture before, and nothing where it showed already."""
    level = torch.tensor([0.0, 1.0])
    before = torch.tensor([0.5, -0.2, -9.0, 1.1, -0.2])
    words = torch.zeros(10, 2)
    words[:5, 1] = before
    steps = Steps(slice(0, 5), slice(5, 10), torch.tensor([1, 1, 1, 1, 0]))
    wanted = torch.tensor([0.5 + LEAST, -0.2 + LEAST, -9.0 + MARGIN, 0.0, 0.0])
    assert torch.allclose(shortfall(steps, words, level), F.relu(wanted))
    words[5:, 1] = wanted
    assert shortfall(steps, words, level).sum() == 0


def test_the_fused_step_equals_its_three_layers():
    torch.manual_seed(0)
    x = torch.randn(4, 24, 8, 8, requires_grad=True)
    scale, shift = torch.randn(4, 24, requires_grad=True), torch.randn(4, 24, requires_grad=True)
    slope = torch.randn(4, 24, 8, 8)
    results = []
    for fused in (True, False):
        norm = torch.nn.BatchNorm2d(24, affine=False)
        if fused:
            made = modulated_norm(x, norm, scale, shift)
        else:
            made = F.leaky_relu(norm(x) * (1 + scale[:, :, None, None]) + shift[:, :, None, None], 0.2)
        results.append([made, *torch.autograd.grad((made * slope).sum(), [x, scale, shift]), norm.running_mean, norm.running_var])
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, atol=1e-4)
