"""The pattern layer: what it is told of garments made here, and what it leaves alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from data import Dataset, unpatterned
from export import scramble
from fit_patterns import LARGEST, SHARE, as_stored, dress, fit_patterns, measure, print_of, set_motif, set_pattern, set_wave
from lab import composite_rgb
from latent import latent_for_seeds
from model import Config, Stage1
from motifs import BLOB_TILE, DOT_TILE, FLOWER_TILE, LEAF_TILE, tiles
from pattern import CHECKED, DRAWS, PATTERN_TOKENS, PATTERNS_MAX, PHASE_AT, PRINTED, STRIPED, TILE_EDGE, PatternLayer, asks_pattern, enlarged, from_sides, plain_words
from side_stripes import measure_sides, set_sides

ALPHA = F.pad(torch.ones(1, 56, 40), (12, 12, 4, 4))
GROUND = torch.tensor([30.0, 5.0, -20.0])
PLACE = torch.arange(64).float() + 0.5


def cloth(pattern: torch.Tensor, color=(40.0, 0.0, 10.0)) -> torch.Tensor:
    """Lab [3, 64, 64] of GROUND with `color` over it where `pattern` [64, 64] is 1."""
    torch.manual_seed(0)
    return GROUND[:, None, None] + torch.tensor(color)[:, None, None] * pattern + torch.randn(3, 64, 64)


def stripes(period: float, cover: float = 0.4) -> torch.Tensor:
    return ((PLACE / period) % 1 < cover).float()


@pytest.mark.parametrize("period", [5, 8, 11])
@pytest.mark.parametrize("downward", [True, False])
def test_stripes_are_measured(period, downward):
    line = stripes(period)
    found = measure(cloth(line[None].expand(64, -1) if downward else line[:, None].expand(-1, 64)), ALPHA, GROUND)
    assert (found.down > 2 * found.across) == downward
    assert abs((found.period_down if downward else found.period_across) - period) < 0.6
    assert abs(found.cover[0] + found.cover[1] - 0.4) < 0.08 and abs(found.colors[0] - [40, 0, 10]).max() < 4


def test_checks_are_measured_both_ways():
    lines = torch.maximum(stripes(8, 0.25)[None], stripes(6, 0.25)[:, None])
    found = measure(cloth(lines), ALPHA, GROUND)
    assert abs(found.period_down - 8) < 0.6 and abs(found.period_across - 6) < 0.6


def test_plain_cloth_has_no_pattern_and_a_sliver_is_not_measured():
    assert measure(cloth(torch.zeros(64, 64)), ALPHA, GROUND) is None
    assert measure(cloth(stripes(6)[None].expand(64, -1)), ALPHA * (PLACE < 16)[None, None], GROUND) is None


def test_tiles_repeat_without_a_seam():
    made = tiles(np.random.default_rng(0))
    inner, seam = (made[:, :, 1:] - made[:, :, :-1]).abs().mean(1).amax(1), (made[:, :, 0] - made[:, :, -1]).abs().mean(1)
    assert (seam <= inner * 1.01).all(), seam / inner
    torch.testing.assert_close(made.std((1, 2)), torch.ones(len(made)), atol=0.01, rtol=0)


def test_a_tile_is_enlarged_as_a_picture_of_many_would_be():
    tile = torch.randn(TILE_EDGE, TILE_EDGE)
    nine = F.interpolate(tile.repeat(3, 3)[None, None], scale_factor=4, mode="bicubic", align_corners=False)[0, 0]
    torch.testing.assert_close(enlarged(4) @ tile @ enlarged(4).T, nine[256:512, 256:512], atol=1e-5, rtol=1e-5)


def test_prints_differ_by_cover_and_by_whether_they_repeat():
    found = measure(cloth(stripes(8)[None] * stripes(8)[:, None]), ALPHA, GROUND)
    assert found.regular > 0.3 and all(tile >= DOT_TILE for tile, _ in print_of(found))
    assert all(BLOB_TILE <= tile < DOT_TILE for tile, _ in print_of(replace(found, regular=0.1)))
    assert all(tile < BLOB_TILE for tile, _ in print_of(replace(found, cover=(0.5, 0.2))))


def test_large_motifs_are_flowers_or_leaves_by_whom_they_are_for():
    found = replace(measure(cloth(stripes(8)[None] * stripes(8)[:, None]), ALPHA, GROUND), regular=0.1, size=8.0, cover=(0.2, 0.0))
    tile_of = lambda womens: {tile for tile, _ in print_of(replace(found, womens=womens))}  # noqa: E731
    assert tile_of(0.8) <= {FLOWER_TILE, FLOWER_TILE + 1} and tile_of(0.2) == {LEAF_TILE}
    assert {tile for tile, _ in print_of(replace(found, size=3.0))} <= set(range(FLOWER_TILE)), "too small to tell a petal"


def test_a_flower_has_petals_round_a_middle_of_another_colour():
    layer = PatternLayer(8)
    layer.tiles.copy_(tiles(np.random.default_rng(0)))
    found = replace(measure(cloth(stripes(8)[None] * stripes(8)[:, None]), ALPHA, GROUND), regular=0.1, size=8.0, cover=(0.2, 0.05))
    set_pattern(layer, 0, replace(found, colors=np.array([[30.0, 0, 0], [0.0, 40, 0]])), PRINTED)
    middle, petals = layer.masks(torch.tensor([0]), torch.zeros(1, 32), torch.ones(1, 1, 256, 256))[0]
    assert 0.02 < float(middle.mean()) < 0.06 < 0.15 < float(petals.mean()) < 0.25
    assert (petals[middle > 0.9] > 0.9).all(), "every middle lies on its blossom"
    assert layer.colors[0].tolist() == [[0, 40, 0], [30, 0, 0]] and layer.under[0] == 1


def test_noise_is_not_regular():
    torch.manual_seed(3)
    spots = F.interpolate((torch.rand(1, 1, 16, 16) < 0.3).float(), scale_factor=4)[0, 0]
    assert measure(cloth(spots), ALPHA, GROUND).regular < 0.3


@pytest.fixture
def model() -> Stage1:
    torch.manual_seed(0)
    made = Stage1(Config(clusters=3), torch.zeros(3, 3)).eval()
    scramble(made.pattern)
    as_stored(made.pattern)
    return made


def rows(*words: list[int]) -> torch.Tensor:
    return torch.tensor([row + [0] * (16 - len(row)) for row in words])


def drawn(model: Stage1, tokens: torch.Tensor, seed: int = 3) -> dict:
    latent = torch.from_numpy(latent_for_seeds([seed])).expand(len(tokens), -1)
    with torch.no_grad():
        made = model(tokens, latent, torch.tensor([[40.0, 10.0, 10.0, 1.0]]).expand(len(tokens), -1))
        return made | {"worn": made["wear"](made["lab"], made["alpha"])}


def test_a_pattern_leaves_the_garment_under_it_alone(model):
    made = drawn(model, rows([1, 4, 19], [1, 4, 19, STRIPED], [STRIPED, 1, 4, 19], [1, CHECKED, 4, 19], [1, 4, PRINTED, 19]))
    for name in ("lab", "alpha", "state"):
        assert all(torch.equal(each, made[name][0]) for each in made[name])
    assert torch.equal(made["worn"][0], made["lab"][0])
    assert all((made["worn"][row] - made["lab"][row]).abs().max() > 5 for row in range(1, 5))
    assert torch.equal(made["worn"][1], made["worn"][2])


def test_the_last_places_of_a_long_title_are_read(model):
    long = list(range(10, 26))
    assert plain_words(rows([*long[:15], STRIPED])).tolist() == rows(long[:15]).tolist()
    assert plain_words(rows([CHECKED, *long[:15]])).tolist() == rows(long[:15]).tolist()


def test_every_word_has_patterns_of_its_own(model):
    noise = torch.randn(400, 32)
    for word in PATTERN_TOKENS:
        chosen, present = model.pattern.choose(rows([1, word]).expand(400, -1), torch.zeros(400, 128), noise, torch.full((400, 3), 40.0))
        assert present.all() and set(model.pattern.words[chosen].tolist()) == {word} and len(chosen.unique()) > 3
    assert not model.pattern.choose(rows([1, 4]), torch.zeros(1, 128), noise[:1], torch.zeros(1, 3))[1]


@pytest.mark.parametrize("ground", [97.0, 8.0])
def test_what_would_pass_white_or_black_goes_the_other_way(model, ground):
    layer = model.pattern
    layer.colors[:] = torch.tensor([30.0 if ground > 50 else -30.0, 0.0, 0.0])
    added = layer(torch.arange(PATTERNS_MAX), torch.ones(PATTERNS_MAX), torch.zeros(PATTERNS_MAX, 32), torch.tensor([[ground, 0.0, 0.0]]).expand(PATTERNS_MAX, -1), torch.ones(PATTERNS_MAX, 1, 64, 64))
    assert (ground + added[:, 0]).max() <= 98 and (ground + added[:, 0]).min() >= 0 and added.abs().amax() > 20


def test_the_large_pattern_averages_to_the_small_one(model):
    """Tiles of smooth motifs and stripes from five px on: what 64 px can show at all."""
    layer = model.pattern
    layer.tiles.copy_(tiles(np.random.default_rng(0))), layer.period.clamp_(min=5), layer.steepness.clamp_(max=4)
    pattern, noise = torch.arange(PATTERNS_MAX), torch.zeros(PATTERNS_MAX, 32)
    small, large = (layer.masks(pattern, noise, torch.ones(PATTERNS_MAX, 1, edge, edge)) for edge in (64, 256))
    assert (F.avg_pool2d(large, 4) - small).abs().mean() < 0.09


LEGS = F.pad(torch.cat([torch.ones(1, 52, 16), torch.zeros(1, 52, 8), torch.ones(1, 52, 16)], 2), (12, 12, 8, 4))


def test_the_way_from_the_sides_leaps_the_gap_between_legs():
    far = from_sides(LEGS[None])[0, 0, 30]
    assert far[12] == 0.5 and far[27] == 15.5 and far[36] == 15.5 and far[51] == 0.5
    large = from_sides(LEGS[None].repeat_interleave(4, 2).repeat_interleave(4, 3))
    torch.testing.assert_close(F.avg_pool2d(large, 4)[0, 0, 30], far)


@pytest.mark.parametrize(("start", "end"), [(0, 2), (2, 5)])
def test_a_side_stripe_is_measured_and_drawn_where_it_was(model, start, end):
    far = from_sides(LEGS[None])[0, 0]
    lab = cloth(((far > start) & (far < end)).float(), (45.0, 0.0, 20.0))
    found = measure_sides(lab, LEGS, GROUND)
    (band,) = found.bands
    assert abs(band.color - [45, 0, 20]).max() < 4 and abs(band.middle + band.half - end) < 0.3
    assert band.middle - band.half < 0 if start == 0 else abs(band.middle - band.half - start) < 0.3
    layer = model.pattern
    layer.load_state_dict(type(layer)(model.config.hidden).state_dict())
    set_sides(layer, 0, found)
    over = layer(torch.zeros(1, dtype=torch.long), torch.ones(1), torch.zeros(1, 32), GROUND[None], LEGS[None])[0]
    assert (over - (lab - GROUND[:, None, None]))[:, LEGS[0] > 0].abs().mean() < 5


def test_a_second_band_is_measured_and_plain_sides_are_not():
    far = from_sides(LEGS[None])[0, 0]
    two = cloth((far < 2).float(), (45.0, 0.0, 0.0)) + ((far > 2) & (far < 4)) * torch.tensor([10.0, 40.0, 30.0])[:, None, None]
    colors = [band.color.round() for band in measure_sides(two, LEGS, GROUND).bands]
    assert len(colors) == 2 and min(abs(color - [45, 0, 0]).max() for color in colors) < 4
    assert measure_sides(cloth(torch.zeros(64, 64)), LEGS, GROUND) is None
    assert measure_sides(two, LEGS * (PLACE < 20)[:, None], GROUND) is None


def told_striped(count: int) -> tuple[Dataset, torch.Tensor]:
    """Garments striped across and down in turn, the former women's (4) and the latter men's (5); and their words."""
    periods = [5 + row % 4 for row in range(count)]
    lab = torch.stack([cloth(stripes(p)[None].expand(64, -1) if row % 2 else stripes(p)[:, None].expand(-1, 64)) for row, p in enumerate(periods)])
    tokens = rows([1, 4, STRIPED], [1, 5, STRIPED]).repeat(count // 2, 1)
    number = torch.zeros(count, dtype=torch.long)
    return Dataset(lab.half(), (ALPHA * 255).byte().expand(count, -1, -1, -1), tokens, GROUND.expand(count, -1), number, number, number, number > 0, [{}] * count), tokens


def test_a_catalogue_of_few_patterns_has_those_and_says_which_it_lacks(model, capsys):
    dress(model, told_striped(4)[0])
    assert sorted(set(model.pattern.words.tolist())) == [-1, STRIPED] and (model.pattern.words == STRIPED).sum() == 4
    said = capsys.readouterr().out
    assert "`checked`" in said and "`printed`" in said and "`striped`" not in said
    made = drawn(model, rows([1, 4, STRIPED], [1, 4, CHECKED]))
    assert not torch.equal(made["worn"][0], made["lab"][0]) and torch.equal(made["worn"][1], made["lab"][1])


def test_a_contrast_that_no_word_tells_of_is_not_learned():
    spotted = cloth((stripes(16, 0.5)[None] * stripes(16, 0.5)[:, None]))
    plain = cloth(torch.zeros(64, 64))
    tokens = rows([1, 4], [1, 4], [1, 4, 7], [1, 4, 30], [1, 4, PRINTED])
    number = torch.zeros(5, dtype=torch.long)
    lab = torch.stack([plain, spotted, spotted, spotted, plain]).half()
    data = Dataset(lab, (ALPHA * 255).byte().expand(5, -1, -1, -1), tokens, GROUND.expand(5, -1), number, number, number, number > 0, [{}] * 5)
    loud = torch.zeros(56, dtype=torch.bool)
    loud[7] = True
    assert unpatterned(data, loud).tokens.tolist() == tokens[[0, 2, 3]].tolist()
    data.denim = ~data.denim
    assert len(unpatterned(data, loud)) == 4


@pytest.mark.parametrize("cover", [0.3, 0.9])
def test_the_ground_asked_for_keeps_the_larger_half(model, cover):
    layer = model.pattern
    layer.load_state_dict(type(layer)(model.config.hidden).state_dict())
    layer.tiles.copy_(tiles(np.random.default_rng(0)))
    set_wave(layer, 0, 0, 0, 8, cover), set_motif(layer, 1, 0, 0, 4, cover)
    covered = layer.masks(torch.arange(2), torch.zeros(2, 32), torch.ones(2, 1, 64, 64))[:, 0].mean((1, 2))
    assert (covered - min(cover, LARGEST)).abs().max() < 0.04


def test_the_layer_is_fitted_to_garments_of_its_words(model):
    data, tokens = told_striped(48)
    assert fit_patterns(model, data) == SHARE[STRIPED] and len(unpatterned(data, torch.zeros(56, dtype=torch.bool))) == 0
    layer = model.pattern
    assert layer.words.tolist() == [STRIPED] * SHARE[STRIPED] + [-1] * (PATTERNS_MAX - SHARE[STRIPED])
    assert layer.kind[: SHARE[STRIPED], 0, :2].sum() == SHARE[STRIPED] and ((layer.period[: SHARE[STRIPED], 0] > 4.4) & (layer.period[: SHARE[STRIPED], 0] < 8.6)).all()
    chosen, present = layer.choose(tokens, model.text(plain_words(tokens)), torch.randn(len(tokens), 32), data.color)
    assert present.all() and (chosen < SHARE[STRIPED]).all()
    downward = layer.kind[chosen, 0, 0] > 0
    assert downward[1::2].float().mean() > downward[0::2].float().mean() + 0.5
    worn = drawn(model, rows([1, 4, STRIPED]))
    assert composite_rgb(worn["worn"], worn["alpha"]).isfinite().all() and not asks_pattern(plain_words(tokens)).any()


def test_a_seed_turns_the_phase(model):
    layer = model.pattern
    layer.kind.zero_(), layer.kind[:, :, 0].fill_(1), layer.period.fill_(8)
    noise = torch.zeros(2, 32)
    noise[1, PHASE_AT] = 1.0
    one, two = layer.masks(torch.zeros(2, dtype=torch.long), noise, torch.ones(2, 1, 64, 64))
    torch.testing.assert_close(one[:, :, 4:], two[:, :, :-4])  # half a turn is half a period


def test_every_pattern_of_a_word_is_drawn_by_its_own_noise(model):
    assert sum(SHARE.values()) <= PATTERNS_MAX and max(SHARE.values()) <= DRAWS
    dress(model, told_striped(48)[0])
    assert model.pattern.draw[: SHARE[STRIPED]].tolist() == list(range(SHARE[STRIPED]))
