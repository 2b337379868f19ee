"""The trainers, the export and the measures on the small dataset of `conftest.py`."""

import json

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F

import realism
from calibration import emphasise, fit_seeds
from carry_over import carry_over
from conftest import run
from data import load, loud_words, open_source, rivals, shopper_order
from discriminator import Encoder
from evaluation.pictures import open_pictures
from export import strengthen
from lab import delta_e_2000, lab_to_rgb, rgb_to_lab
from model import Config, Stage1, upsample_kernel
from patch_judge import PLACE, PatchJudge
from stage2 import HOLD, Stage2, outline, refine
from train_stage2 import Trainer as Stage2Trainer
from train_stage2 import options as stage2_options


def test_stage1_resumes_where_it_stopped(trained):
    state = torch.load(trained / "stage1.pt", weights_only=True)
    assert state["images"] == 48 and state["steps"] == 6


def test_the_mean_of_two_checkpoints_is_a_whole_one(dataset, trained, tmp_path):
    one = torch.load(trained / "stage1.pt", weights_only=True)
    torch.save(one | {"ema": {key: value + 1 if key == "head.bias" else value for key, value in one["ema"].items()}}, tmp_path / "other.pt")
    run("average.py", "--data", dataset, "--checkpoints", trained / "stage1.pt", tmp_path / "other.pt", "--run", tmp_path / "mean")
    made = torch.load(tmp_path / "mean" / "stage1.pt", weights_only=True)
    assert torch.allclose(made["ema"]["head.bias"], one["ema"]["head.bias"] + 0.5) and made["images"] == one["images"]


def test_emphasis_draws_states_away_from_their_mean():
    torch.manual_seed(0)
    model = Stage1(Config(clusters=3), torch.zeros(3, 3)).eval()
    tokens = torch.tensor([[1, 16], [2, 19], [3, 4]])
    state = model.text(tokens)
    read = lambda h: model.mapping[0](F.pad(F.pad(h, (64, 0)), (0, 32)))  # noqa: E731
    wanted = read(state.mean(0) + 1.5 * (state - state.mean(0)))
    emphasise(model, tokens, 1.5)
    torch.testing.assert_close(read(state), wanted, atol=1e-5, rtol=1e-5)


def test_averages_are_kept_on_the_way_for_a_mean(dataset, tmp_path):
    folder = tmp_path / "run"
    run("train.py", "--data", dataset, "--run", folder, "--threads", 1, "--images", 64, "--vae-images", 16, "--batch", 8, "--keep", 1)
    kept = torch.load(folder / "stage1-at-75.pt", weights_only=True)
    last = torch.load(folder / "stage1.pt", weights_only=True)
    assert kept["images"] == 48 and not torch.equal(kept["ema"]["head.weight"], last["ema"]["head.weight"])
    run("average.py", "--data", dataset, "--checkpoints", folder / "stage1-at-75.pt", folder / "stage1.pt", "--run", tmp_path / "mean")
    assert (tmp_path / "mean" / "stage1.pt").exists()


def test_a_stage2_carried_over_draws_as_before(dataset, trained):
    source = open_source(dataset)
    stage1, args = torch.load(trained / "stage1.pt", weights_only=True), stage2_options(["--data", str(dataset), "--run", str(trained), "--projected", "0"])
    torch.manual_seed(0)
    turn = torch.linalg.qr(torch.randn(96, 96))[0]  # another Stage-I, whose style is turned: its readers turn it back
    trainer = Stage2Trainer(args, stage1, loud_words(source))
    plain = trainer.stage1.forward

    def turned(*inputs, **more):
        made = plain(*inputs, **more)
        return made | {"style": made["style"] @ turn, "features": made["features"].flip(1)}

    trainer.stage1.forward = turned
    data = load(source, "train")
    carry_over(trainer, trained, data)
    old = Stage2(trainer.config.channels[-1], trainer.config.style)
    old.load_state_dict(torch.load(trained / "stage2.pt", weights_only=True)["ema"])
    batch = trainer.real_batch(data, torch.arange(4))
    latent = torch.randn(4, 96)
    was, now = plain(batch["tokens"], latent, batch["color"]), turned(batch["tokens"], latent, batch["color"])
    draw = lambda model, made: model(**{key: made[key] for key in ("lab", "alpha", "features", "style", "base")})  # noqa: E731
    before, carried, untold = (made[0] for made in (draw(old, was), draw(trainer.stage2, now), draw(old, now)))
    away, else_ = ((before - made).abs().mean() / (before.abs().max() + 1) for made in (carried, untold))
    assert away < 0.005 and else_ > 4 * away, (away, else_)


def test_seeds_reach_as_far_as_told(dataset):
    data, rows = load(open_source(dataset), "train"), torch.arange(12)
    model, encoder = Stage1(Config(clusters=3), torch.zeros(3, 3)).eval(), Encoder().eval()
    factors = []
    for reach in (1.0, 1.5):
        fit_seeds(model, encoder, data, data.tokens[rows], rows, reach)
        factors.append(model.seed_factor.clone())
    torch.testing.assert_close(factors[1], 1.5 * factors[0])


def test_dry_run_writes_nothing(dataset, tmp_path):
    out = run("train.py", "--data", dataset, "--run", tmp_path / "dry", "--batch", 8, "--dry-run")
    assert "images a second" in out and not (tmp_path / "dry").exists()


def test_export_writes_matching_graphs_and_evaluation_measures_them(dataset, trained, tmp_path):
    model = tmp_path / "model"
    out = run("export.py", "--stage1", trained / "stage1.pt", "--stage2", trained / "stage2.pt", "--classifier", trained / "classifier.pt", "--out", model)
    manifest = json.loads((model / "manifest.json").read_text())
    assert manifest["version"] in out and all(graph["bytes"] < 6_000_000 for graph in manifest["graphs"].values())
    assert manifest["graphs"]["stage1"]["bytes"] <= 2_000_000
    inputs = {"tokens": np.eye(1, 16, dtype=np.int32), "latent": np.zeros((1, 96), np.float32), "color": np.array([[40, 10, 10, 1]], np.float32)}
    small, large = ort.InferenceSession(str(model / "restgan.onnx")).run(["image64", "image256"], inputs)
    assert small.shape == (1, 64, 64, 3) and large.shape == (1, 256, 256, 3) and small.dtype == np.uint8
    (preview,) = ort.InferenceSession(str(model / "stage1.onnx")).run(None, inputs)
    assert np.abs(preview.astype(int) - small.astype(int)).max() <= 1
    run("measure_cost.py", "--model", model)


def test_the_folded_kernel_equals_upsampling_then_convolving():
    weight, x = torch.randn(5, 3, 3, 3), torch.randn(2, 3, 8, 8)
    wanted = F.conv2d(F.interpolate(x, scale_factor=2), weight, padding=1)
    assert torch.allclose(wanted, F.conv_transpose2d(x, upsample_kernel(weight), stride=2, padding=1), atol=1e-4)


def test_a_named_colour_is_the_ground_colour_of_the_picture_and_leaves_the_mask_alone():
    torch.manual_seed(0)
    model = Stage1(Config(clusters=3), torch.tensor([[20.0, 0, 0], [50, 20, 10], [80, -10, 30]])).eval()
    tokens = torch.tensor([[4, 9, 1] + [0] * 13])
    latent = torch.randn(1, 96)
    made = [model(tokens, latent, torch.tensor([[*lab, 1.0]])) for lab in ([40.0, 30.0, 20.0], [70.0, -20.0, 10.0])]
    inside = made[0]["alpha"] ** 2
    mean = (made[0]["lab"] * inside).sum((2, 3)) / inside.sum((2, 3))
    assert torch.allclose(mean, torch.tensor([[40.0, 30.0, 20.0]]), atol=2)
    assert (made[0]["alpha"] - made[1]["alpha"]).abs().max() < 0.05


def test_padding_after_the_last_word_changes_nothing():
    model = Stage1(Config(clusters=3), torch.zeros(3, 3)).eval()
    short, long = torch.tensor([[4, 9, 1]]), torch.tensor([[4, 9, 1] + [0] * 13])
    assert torch.equal(model.text(short), model.text(long))


def test_a_shopper_sequence_always_has_a_type(dataset):
    rows = load(open_source(dataset), "train")
    rng = torch.Generator().manual_seed(0)
    for _ in range(20):
        tokens = shopper_order(rows.tokens, rows.kind, rng)
        assert ((tokens >= 1) & (tokens <= 3)).any(1).all()


def test_rivals_are_of_the_same_group(dataset):
    table = rivals(open_source(dataset))
    assert set(table[16].tolist()) == {19} and set(table[1].tolist()) <= {2, 3} and set(table[9].tolist()) == {0}


def test_lab_round_trip_and_ciede2000():
    rgb = torch.rand(500, 3)
    assert torch.allclose(lab_to_rgb(rgb_to_lab(rgb)), rgb, atol=1e-4)
    pairs = np.array([[[50, 2.6772, -79.7751], [50, 0, -82.7485]], [[50, 2.49, -0.001], [50, -2.49, 0.0011]], [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514]]])
    assert np.allclose(delta_e_2000(pairs[:, 0], pairs[:, 1]), [2.0425, 7.2195, 0.9082], atol=1e-4)


def test_distances_are_zero_on_equal_sets_and_grow_with_difference():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(300, 8)), rng.normal(size=(300, 8)) + 1
    assert realism.frechet(a, a) < 1e-6 < realism.frechet(a, b)
    assert realism.kernel_distance(a, rng.normal(size=(300, 8))) < realism.kernel_distance(a, b)


def test_the_ground_colour_of_a_striped_garment_is_its_ground_not_the_mean():
    picture = np.full((64, 64, 3), 255, np.uint8)
    picture[4:60, 16:48] = [30, 40, 90]
    picture[4:60:6, 16:48] = [240, 240, 240]
    wanted = rgb_to_lab(torch.tensor([30, 40, 90]).float() / 255).numpy()
    assert delta_e_2000(realism.ground_color(picture), wanted) < 1


def test_a_capsule_trains_jobs_side_by_side_and_one_after_another(dataset, trained, tmp_path):
    run("capsule.py", "pack", "--data", dataset, "--out", tmp_path / "capsule", "--with", trained / "classifier.pt")
    ours = ["--batch", "8", "--threads", "1", "--images", "32", "--vae-images", "8", "--guides", "{capsule}/classifier.pt"]
    jobs = [
        {"name": "ours", "run": "g", "script": "train.py", "args": [*ours, "--without", "lstm"]},
        {"name": "refined", "run": "g", "after": "ours", "script": "train_stage2.py", "args": ["--images", "8", "--batch", "4", "--threads", "1"]},
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"minutes": 5, "jobs": jobs}))
    run("capsule.py", "visit", "--capsule", tmp_path / "capsule", "--plan", tmp_path / "plan.json", "--out", tmp_path / "out")
    assert all(file.stat().st_size <= 15 * 2**20 for file in (tmp_path / "out").iterdir())
    run("capsule.py", "join", "--parts", tmp_path / "out", "--runs", tmp_path / "runs")
    state = torch.load(tmp_path / "runs" / "g" / "stage1.pt", weights_only=True)
    assert state["images"] == 32 and state["config"]["text"] == "bag" and (tmp_path / "runs" / "g" / "stage2.pt").exists()
    bag = open_pictures(tmp_path / "runs" / "g" / "stage1.pt")
    drawn = bag.draw(np.array([[1, 16] + [0] * 14, [16, 1] + [0] * 14]), [7, 7], np.array([[40.0, 10, 10, 1]] * 2))
    assert bag.about["which"] == "without lstm" and np.abs(drawn[0].astype(int) - drawn[1]).max() <= 1


def test_stage2_holds_the_means_of_windows_and_may_darken_a_seam():
    lab, alpha = torch.full((1, 3, 64, 64), 50.0), torch.ones(1, 1, 64, 64)
    raw = torch.zeros(1, 3, 256, 256)
    raw[:, 0, 100:104] = -1.0  # one of Stage-I's rows
    made, alpha256 = refine(lab, alpha, raw)
    assert (made[:, 0, 100:104] < 35).all(), "a line that Stage-I did not draw"
    means = F.avg_pool2d(made, HOLD)
    assert (means.mean(3) - 50).abs().max() < 3 and abs(means.mean() - 50) < 0.05
    assert (alpha256 > 0.99).all()


def test_a_fold_shades_cloth_and_leaves_its_hue():
    yellow = torch.tensor([86.0, 0.0, 90.0]).view(1, 3, 1, 1).expand(1, 3, 64, 64)
    raw = torch.zeros(1, 3, 256, 256)
    raw[:, 0, ::8] = -0.5  # folds
    made, _ = refine(yellow, torch.ones(1, 1, 64, 64), raw)
    ratio = made[:, 2] / (made[:, 0] + 16)  # light times a number keeps it
    torch.testing.assert_close(ratio, torch.full_like(ratio, 90 / 102), atol=0.02, rtol=0)
    assert made[:, 0].amax() - made[:, 0].amin() > 10


def test_an_outline_is_smooth_where_pixels_are_ragged_and_stays_in_place():
    alpha = torch.zeros(1, 1, 64, 64)
    for row in range(64):
        alpha[:, :, row, 16 + row % 2 : 48] = 1
    edge = (outline(alpha)[0, 0, 32:-32] > 0.5).float().argmax(1)
    assert edge.amax() - edge.amin() <= 1 and abs(float(edge.float().mean()) - 4 * 16.5) <= 1
    across = outline(torch.ones(1, 1, 64, 64).tril())[0, 0, 128]
    assert ((across > 0.1) & (across < 0.9)).sum() <= 4, "no blur"


def test_detail_strengthens_what_stage2_adds():
    torch.manual_seed(0)
    refiner = Stage2(24, 96)
    refiner.head.weight.data.mul_(0.01)  # where its bounds are far
    maps = {"lab": torch.full((1, 3, 64, 64), 50.0), "alpha": torch.ones(1, 1, 64, 64) * 0.9, "features": torch.randn(1, 24, 64, 64), "style": torch.randn(1, 96), "base": torch.full((1, 3), 50.0)}
    with torch.no_grad():
        lab, _ = refiner(**maps)
        strengthen(refiner, 1.25)
        more, _ = refiner(**maps)
    torch.testing.assert_close(more - 50, 1.25 * (lab - 50), atol=0.02, rtol=0.02)


def test_the_patch_judge_is_told_words_and_where_a_crop_lies():
    torch.manual_seed(0)
    judge, picture = PatchJudge(56), torch.randn(1, 4, 128, 128)
    torch.nn.init.normal_(judge.words.weight)
    jeans, waist = torch.zeros(1, 56 + PLACE), torch.zeros(1, 56 + PLACE)
    jeans[0, 2], waist[0, -PLACE] = 1, 1
    plain, worded, lower = (judge(picture, asked)[0] for asked in (torch.zeros(1, 56 + PLACE), jeans, waist))
    assert plain.shape == (1, 1, 16, 16) and not torch.allclose(plain, worded) and not torch.allclose(plain, lower)
