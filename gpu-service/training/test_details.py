"""Details of cargo and corduroy: where they lie, and what they leave alone."""

import pytest
import torch
import torch.nn.functional as F

from details import CARGO, CORDUROY, FLECK_LIGHT, MELANGE, RIB_LIGHT, SEAM_LIGHT, add_details, flecks, pockets

LEGS = F.pad(torch.cat([torch.ones(1, 1, 56, 12), torch.zeros(1, 1, 56, 4), torch.ones(1, 1, 56, 12)], 3), (18, 18, 4, 4))
SHORTS = F.pad(torch.ones(1, 1, 48, 52), (6, 6, 8, 8))
GROUND = torch.tensor([[50.0, 10.0, 20.0]])


def tokens(*words: int) -> torch.Tensor:
    return torch.tensor([[*words, *[0] * (16 - len(words))]])


def large(alpha: torch.Tensor) -> torch.Tensor:
    return alpha.repeat_interleave(4, 2).repeat_interleave(4, 3)


@pytest.mark.parametrize("alpha", [LEGS, SHORTS])
def test_pockets_sit_on_the_thighs_of_both_legs(alpha):
    seams = pockets(alpha)[0, 0]
    torch.testing.assert_close(seams, seams.flip(1), atol=1e-5, rtol=0)
    rows, columns = (seams * alpha[0, 0] > 0.5).nonzero().unbind(1)
    assert len(rows) > 20 and 20 < rows.min() < rows.max() < 54
    middle = (columns - 31.5).abs() < 5
    assert not middle.any(), "nothing between the legs"


@pytest.mark.parametrize("alpha", [LEGS, SHORTS])
def test_pockets_are_in_the_same_place_at_256_px(alpha):
    assert (F.avg_pool2d(pockets(large(alpha)), 4) - pockets(alpha)).abs()[alpha > 0].mean() < 0.05


def test_only_the_words_bring_details_and_only_of_light():
    lab = GROUND[:, :, None, None].expand(1, 3, 64, 64)
    assert torch.equal(add_details(tokens(1, 4), lab, LEGS, GROUND), lab)
    assert torch.equal(add_details(tokens(1, CORDUROY), lab, LEGS, GROUND), lab), "ribs are finer than 64 px show"
    worn = add_details(tokens(1, CARGO, 4), lab, LEGS, GROUND)
    assert torch.equal(worn[:, 1:], lab[:, 1:]) and -SEAM_LIGHT <= (worn - lab).min() < -SEAM_LIGHT / 2 and (worn - lab).max() <= 0


def test_seams_of_a_black_garment_are_lighter():
    black = torch.tensor([[8.0, 0.0, 0.0]])
    lab = black[:, :, None, None].expand(1, 3, 64, 64)
    assert (add_details(tokens(CARGO), lab, LEGS, black) - lab).min() >= 0


def test_ribs_run_down_and_are_of_no_colour():
    lab = GROUND[:, :, None, None].expand(1, 3, 256, 256)
    over = (add_details(tokens(1, CORDUROY), lab, large(LEGS), GROUND) - lab)[0]
    assert over[1:].abs().max() == 0 and over[0].std(0).max() < 1e-4
    assert abs(over[0].mean()) < 0.1 and over[0].max() <= RIB_LIGHT + 1e-4


def test_a_melange_has_flecks_that_lie_across():
    one = flecks(256)
    assert abs(one.mean()) < 1e-3 and abs(one.std() - 1) < 1e-3
    along, down = ((one * one.roll(1, axis)).mean() for axis in (1, 0))
    assert along > 0.5 and abs(down) < 0.05
    lab = GROUND[:, :, None, None].expand(1, 3, 256, 256)
    over = (add_details(tokens(MELANGE, 1), lab, large(LEGS), GROUND) - lab)[0]
    assert over[1:].abs().max() == 0 and abs(over[0].std() - FLECK_LIGHT) < 0.01
