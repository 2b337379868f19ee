"""Word-by-word memory, the colour's absence from the words, and the fused training step."""

import torch
import torch.nn.functional as F

from data import as_asked
from fused_norm import modulated_norm
from memory import pair_up, step_losses


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


def test_a_word_that_shows_and_words_that_stay_cost_nothing():
    tokens = rows([4, 1, 39], [4, 1, 39])
    steps = pair_up(tokens, 0)
    words = torch.zeros(2, 56)
    words[1, 39] = 2.5
    alpha = torch.rand(2, 1, 64, 64)
    cloth = torch.zeros(56, dtype=torch.bool)
    assert all(loss == 0 for loss in step_losses(steps, tokens, words, alpha, cloth).values())
    words[0, 4], words[1, 39], cloth[39] = 1.5, 0.25, True
    losses = step_losses(steps, tokens, words, alpha, cloth)
    assert torch.isclose(losses["add"], torch.tensor(1.75)) and torch.isclose(losses["ret"], torch.tensor(0.75)) and losses["outline"] > 0


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
