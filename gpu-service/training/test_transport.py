"""Sets of pictures drawn to sets: the map between two Gaussians, and what its loss does."""

import numpy as np
import torch

from realism import frechet
from transport import Transport, transport


def test_the_map_brings_one_gaussian_to_another():
    rng = torch.Generator().manual_seed(0)
    draw = lambda: torch.randn(8, 8, generator=rng, dtype=torch.float64)  # noqa: E731
    a, b = draw(), draw()
    made, real = a @ a.T + torch.eye(8), b @ b.T + torch.eye(8)
    way = transport(made, real)
    torch.testing.assert_close(way @ made @ way.T, real, atol=0.15, rtol=0.02)
    torch.testing.assert_close(way, way.T)
    torch.testing.assert_close(transport(made, made), torch.eye(8, dtype=torch.float64))


def test_steps_along_the_loss_bring_a_set_to_where_the_other_lies():
    torch.manual_seed(0)
    real = torch.randn(4096, 6) @ torch.diag(torch.tensor([3.0, 1, 1, 1, 1, 0.5])) + 2
    # A generator of six numbers: a scale and a shift of noise each.
    scale, shift = torch.ones(6, requires_grad=True), torch.zeros(6, requires_grad=True)
    optimiser, teacher, tokens = torch.optim.Adam([scale, shift], 0.02), Transport(6, 4), torch.ones(64, 16, dtype=torch.long)
    drawn = lambda count: torch.randn(count, 6) * scale + shift  # noqa: E731
    far = frechet(drawn(4096).detach().double().numpy(), real.double().numpy())
    for step in range(400):
        whole, by_word = teacher(drawn(64), real[torch.randint(4096, (64,))], tokens)
        optimiser.zero_grad(), (whole + by_word).backward(), optimiser.step()
        if step % 8 == 0:
            teacher.refresh()
    near = frechet(drawn(4096).detach().double().numpy(), real.double().numpy())
    assert near < 0.1 * far
    np.testing.assert_allclose(shift.detach().numpy(), 2, atol=0.35)


def test_the_mean_of_a_words_pictures_is_drawn_to_that_of_real_ones():
    teacher = Transport(3, 8)
    tokens = torch.tensor([[4] + [0] * 15, [5] + [0] * 15])
    made = torch.zeros(2, 3, requires_grad=True)
    real = torch.tensor([[1.0, 0, 0], [0, 0, 0]])
    _, by_word = teacher(made, real, tokens)
    by_word.backward()
    assert by_word > 0 and made.grad[0, 0] < 0 and made.grad[1].abs().sum() == 0
