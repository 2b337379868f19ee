"""What guides ask for, where seeds are drawn, and that kinds of word start with units of their own."""

import torch

from data import shifted, shopper_order
from words import packed
from export import fold_seeds
from guide import ROOM, Seen, level_loss, spread_loss
from losses import ripple, ripple_loss, steadied
from model import Config, Stage1, TextEncoder, kind_gates


def rows(*words: list[int]) -> torch.Tensor:
    return torch.tensor([row + [0] * (16 - len(row)) for row in words])


def test_a_word_that_shows_as_on_real_pictures_costs_nothing_and_more_costs_as_much_as_less():
    level, tokens = torch.zeros(8), rows([3], [3])
    level[3] = 2.0
    lost = []
    for mean in (2.0, 3.0, 1.0):
        words = torch.zeros(2, 8)
        words[0, 3], words[1, 3] = mean - 4, mean + 4
        lost.append(level_loss(Seen(torch.zeros(2, 4), words), level, torch.zeros(8), tokens))
    assert lost[0] == 0 < lost[1] and torch.isclose(lost[1], lost[2])


def test_two_seeds_may_lie_as_far_apart_as_two_garments():
    near, far = Seen(torch.zeros(2, 4), torch.zeros(2, 8)), Seen(torch.full((2, 4), 5.0), torch.zeros(2, 8))
    assert spread_loss(near, far, torch.tensor(10 / ROOM)) == 0
    assert spread_loss(near, near, torch.tensor(10.0)) == ROOM


def test_a_running_mean_has_the_slope_of_the_batch():
    kept, mean = torch.tensor([1.0, 0.0]), torch.tensor([3.0, 5.0], requires_grad=True)
    value = steadied(mean, torch.tensor([True, True]), kept, memory=0.9)
    value.sum().backward()
    assert torch.allclose(value, torch.tensor([1.2, 5.0])) and torch.equal(kept, value.detach()) and torch.equal(mean.grad, torch.ones(2))


def test_cloth_as_lively_as_real_cloth_costs_nothing_and_dull_cloth_as_much_as_restless():
    lab, alpha = torch.randn(4, 3, 64, 64), torch.ones(4, 1, 64, 64)
    patterned = torch.tensor([True, True, False, False])
    cost = lambda gain: ripple_loss(ripple(lab * gain, alpha), ripple(lab, alpha), patterned, torch.zeros(2, 2, 6))  # noqa: E731
    assert cost(1) == 0 and abs(float(cost(2) - cost(0.5))) < 0.05


def test_a_word_of_cloth_leaves_the_units_of_structure_alone():
    torch.manual_seed(0)
    kinds = torch.tensor([-1, 0, 0, 1, 2])
    text = TextEncoder(Config(vocabulary=5, clusters=2))
    kind_gates(text, kinds)
    before, structure, cloth = (text(rows(words))[0] for words in ([1], [1, 2], [1, 4]))
    own = slice(0, text.lstm.hidden_size // 3)
    assert (cloth - before)[own].norm() < 0.5 * (structure - before)[own].norm()


def test_seeds_folded_into_the_weights_draw_what_they_drew():
    torch.manual_seed(0)
    model = Stage1(Config(clusters=3), torch.tensor([[20.0, 0, 0], [50, 20, 10], [80, -10, 30]])).eval()
    model.seed_mean.normal_(), model.seed_words.normal_(), model.seed_factor.copy_(torch.randn(64, 64).tril())
    inputs = rows([4, 1, 16], [2]), torch.randn(2, 96), torch.tensor([[40.0, 10, 10, 1], [70.0, 0, 20, 1]])
    before = model(*inputs)
    fold_seeds(model)
    after = model(*inputs)
    assert torch.allclose(before["lab"], after["lab"], atol=1e-2) and torch.allclose(before["alpha"], after["alpha"], atol=1e-4)


def test_words_are_packed_in_the_order_asked_and_patterns_are_never_left_out():
    tokens, loud = rows([4, 1, 7, 5]), torch.zeros(8, dtype=torch.bool)
    loud[7] = True
    assert torch.equal(packed(tokens, tokens != 1, torch.tensor([[3, 0, 2, 1] + [9] * 12])), rows([5, 7, 4]))
    rng = torch.Generator().manual_seed(0)
    typed = shopper_order(tokens.repeat(200, 1), torch.zeros(200, dtype=torch.int64), rng, loud)
    assert (typed == 7).any(1).all() and (typed[:, 0] > 0).all() and len({tuple(row) for row in typed.tolist()}) > 10


def test_what_moves_in_at_an_edge_is_that_edge():
    picture = torch.arange(16.0).view(1, 1, 4, 4)
    moved = shifted(picture, 1, torch.Generator().manual_seed(1), picture)
    assert torch.equal(*moved) and set(moved[0].flatten().tolist()) <= set(range(16)) and moved[0].shape == picture.shape
