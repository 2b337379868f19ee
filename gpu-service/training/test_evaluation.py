"""The measures of `evaluate.py` on pictures made here, whose answers are known."""

import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from PIL import Image

import evaluate
from baseline_models import ColorWords, Judge, StackGan, StackGanV2
from evaluation import bars, color, crops, distances, scores, sequences, words
from evaluation.frozen import judge_graph, load_judge
from evaluation.judge import Judge as RealJudge
from evaluation.judge import look
from evaluation.pictures import OtherSeeds, named, padded
from evaluation.seeds import mean_of
from evaluation.setting import Store, rounded
from lab import lab_to_rgb

SHIPPED = Path(__file__).parents[2] / "shared" / "model"


def boxes(tokens: np.ndarray, seeds: list[int], lab: np.ndarray) -> np.ndarray:
    """A generator that is right by construction: a box as wide as the last fit word asks, in the colour asked, shaded by seed."""
    result = np.full((len(tokens), 64, 64, 3), 255, np.uint8)
    for row, (sequence, seed) in enumerate(zip(tokens, seeds, strict=True)):
        half = 8 if 16 in sequence else 20
        ground = np.array([50, 0, 0]) if lab[row, 3] == 0 else lab[row, :3]
        rgb = (lab_to_rgb(torch.tensor(ground, dtype=torch.float32)).numpy() * 255).round()
        result[row, 4 + seed % 3 : 60, 32 - half : 32 + half] = rgb
    return result


class Boxes:
    version, about = "boxes", {}

    def draw(self, tokens, seeds, color, large=False):
        made = boxes(tokens, seeds, color)
        return made.repeat(4, 1).repeat(4, 2) if large else made


class WidthJudge:
    """Sees one word, 16 (skinny), by the share of the picture that is not white."""

    def features(self, rgb):
        return (rgb.mean(1) < 0.99).float().mean((1, 2))[:, None].repeat(1, 128)

    class Words(torch.nn.Module):
        def forward(self, features):
            logits = torch.zeros(len(features), 20)
            logits[:, 16] = (0.35 - features[:, 0]) * 20
            return logits

    heads = torch.nn.ModuleDict({"words_head": Words()})


@dataclass
class Titles:
    """The part of a dataset that walks read."""

    tokens: torch.Tensor
    color: torch.Tensor
    kind: torch.Tensor

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass
class Source:
    meta: dict


SOURCE = Source({"tokens": [{"id": i, "word": w, "group": g} for i, w, g in [(1, "pants", "type"), (4, "women", "gender"), (9, "<color>", "color"), (16, "skinny", "fit"), (17, "pockets", None)]]})


@pytest.fixture(scope="module")
def walks() -> sequences.Walks:
    tokens = torch.from_numpy(np.stack([padded([4, 9, 16, 17, 1])] * 6))
    titles = Titles(tokens, torch.tensor([[40.0, 30, 20]] * 6), torch.zeros(6, dtype=torch.int64))
    return sequences.walk(Boxes(), WidthJudge(), titles, 6, 3)


def test_other_seeds_are_the_same_generator_further_on():
    moved, (tokens, color) = OtherSeeds(Boxes(), 7), (padded([4, 16, 1])[None], named(torch.tensor([[50.0, 10, 10]])))
    assert moved.version == "boxes-seeds-from-7"
    assert (moved.draw(tokens, [1], color) == Boxes().draw(tokens, [8], color)).all()
    assert (moved.draw(tokens, [1], color) != Boxes().draw(tokens, [1], color)).any()


def test_the_mean_of_sets_of_seeds():
    one = {"ret": 0.9, "words": {"skinny": {"add": 1.0, "of": 3}}, "reached": ["women", "men"], "version": "a", "spread": None}
    other = {"ret": 0.8, "words": {"skinny": {"add": None, "of": 4}, "slim": {"add": 0.5, "of": 2}}, "reached": ["men"], "version": "a-seeds-from-9", "spread": None}
    mean = mean_of([one, other])
    assert mean["ret"] == pytest.approx(0.85) and mean["words"] == {"skinny": {"add": 1.0, "of": 3.5}, "slim": {"add": 0.5, "of": 2}}
    assert mean["reached"] == ["men"] and mean["version"] == "a" and mean["spread"] is None
    assert mean_of([one]) == one


def test_a_walk_adds_the_titles_words_one_by_one_after_the_type(walks):
    for walk, words_of in enumerate(walks.words):
        assert words_of[0] == 1 and sorted(words_of) == [1, 4, 9, 16, 17]
        assert walks.first[walk + 1] - walks.first[walk] == 5
    assert walks.pictures.shape == (30, 3, 64, 64, 3)


def test_boxes_keep_colour_cut_and_order(walks):
    steps = sequences.step_measures(walks)
    assert steps["color_drift"]["median"] < 0.01 and steps["mask_iou"]["mean"] == 1 and steps["order_gap"] == 0
    assert steps["step_ratio"] > 0


def test_a_word_that_shows_and_stays_is_counted_so(walks):
    rng = np.random.default_rng(0)
    bag = torch.zeros(40, 20)
    bag[:20, 16] = 1
    bag[:, 1] = 1
    real = torch.zeros(40, 20)
    real[:, 16] = torch.from_numpy(np.where(np.arange(40) < 20, 2.0, -2.0) + rng.normal(0, 0.1, 40)).float()
    result = words.word_measures(walks, real, bag, torch.zeros(40, dtype=torch.int64), torch.zeros(40, 3), SOURCE, 5, 5)
    assert result["words"]["skinny"]["add"] == 1 and result["words"]["skinny"]["ret"] == 1 and result["averaged"] == ["skinny"]
    assert result["words"]["skinny"]["real_told_apart"] == 1 and result["words"]["skinny"]["other_seed"] == 1


def test_garments_that_differ_in_a_word_alone_are_told_by_it_alone():
    """Of four with word 7 only the first has a twin: the others' differ in words, in colour, in type, or show the word."""
    bag = torch.zeros(8, 12)
    bag[:4, 7] = 1
    bag[:, 4] = 1
    bag[1, [5, 6]] = 1
    color = torch.zeros(8, 3)
    color[2, 0], kind = 60.0, torch.tensor([0, 0, 0, 1, 0, 0, 0, 2])
    logits = torch.tensor([1.0, 9.0, 9.0, 9.0, -1.0, 0.5, 5.0, -9.0])
    assert words.apart_alone(logits, bag, kind, color, 7, {0: 2.0, 1: 2.0}) == (0.5, 2)
    assert words.apart_alone(logits, bag, kind, color, 7, {2: 2.0})[1] == 0


def test_words_that_the_judge_cannot_see_are_listed_and_not_averaged(walks):
    bag = (torch.arange(40)[:, None] % 2 == 0).float().repeat(1, 20)
    real = torch.from_numpy(np.random.default_rng(0).normal(size=(40, 20))).float()
    result = words.word_measures(walks, real, bag, torch.zeros(40, dtype=torch.int64), torch.zeros(40, 3), SOURCE, 5, 5)
    assert result["averaged"] == [] and "skinny" in result["not_averaged"] and np.isnan(result["ret"])


def test_the_threshold_parts_what_can_be_parted():
    limit, hit = words.best_threshold(torch.tensor([2.0, 3, 4]), torch.tensor([-1.0, 0, 1]))
    assert 1 < limit < 2 and hit == 1


def test_inception_score_is_one_for_one_answer_and_k_for_k_sure_and_even_answers():
    assert scores.inception_score(torch.tensor([[9.0, 0, 0]] * 6)) == pytest.approx(1)
    assert scores.inception_score(torch.eye(3).repeat(5, 1) * 50) == pytest.approx(3, abs=1e-6)


def test_exact_colours_are_measured_as_exact():
    result = color.accuracy_of_hex(Boxes(), 6, 1)
    assert result["median"] < 0.3 and result["max"] < 1


def test_gaps_are_nought_for_real_and_one_for_flat():
    assert distances.gaps({"ours": 5.0, "real": 1.0, "flat": 9.0}) == {"ours": 0.5, "real": 0.0, "flat": 1.0}


def test_crops_lie_on_the_garment():
    picture = np.full((1, 256, 256, 3), 255, np.uint8)
    picture[:, 120:, 120:] = 40
    cut = crops.crops_of(picture, picture[..., 0] < 255, np.random.default_rng(0), 3)
    assert cut.shape == (3, 128, 128, 3) and all(cut[i].mean() < 170 for i in range(3))


def test_a_stored_measure_is_not_taken_again_unless_the_model_changed(tmp_path):
    calls = []
    work = lambda: calls.append(1) or {"value": float("nan")}  # noqa: E731
    for key in ("a", "a", "b"):
        assert Store(tmp_path, key).measure("m", work) == {"value": None}
    assert len(calls) == 2
    assert rounded({"a": np.float32(0.123456), "b": [np.int64(3)]}) == {"a": 0.1235, "b": [3]}


def test_bars_say_reached_missed_and_not_measured():
    ours = {"inception": {"type": {"ours": 2.4, "real": 2.5}, "gender": {"ours": 1.5, "real": 2.0}}, "color": {"median": 0.9}}
    baseline = {"inception": {"type": {"ours": 2.3, "real": 2.5}, "gender": {"ours": 1.0, "real": 2.0}}}
    found = {bar.name: bar for bar in bars.bars_of(ours, [baseline, {"version": "measured in part"}])}
    assert found["IS by gender over the best baseline"].reached is True
    assert any("by type" in name and "gap to real" in name and bar.reached is False for name, bar in found.items())
    over = {"inception": {"type": {"ours": 2.55}}}  # a baseline past real pictures leaves no gap: ours has to be as good as real ones
    assert [any("no gap" in bar.name and bar.reached for bar in bars.bars_of({"inception": {"type": {"ours": mine, "real": 2.5}}}, [over])) for mine in (2.4, 2.5)] == [False, True]
    assert found["colour ΔE00 of #hex, median"].reached is False
    assert found["RET: earlier words that stay"].reached is None


def test_baselines_draw_and_judge_at_their_scales():
    tokens, z, noise = torch.from_numpy(np.tile(padded([1, 60, 4]), (2, 1))), torch.randn(2, 100), torch.randn(2, 128)
    for model, edges in ((StackGan(64), [64]), (StackGan(64, lstm=True), [64]), (StackGanV2(64), [16, 32, 64])):
        pictures, mu, _ = model(tokens, z, noise)
        assert [picture.shape for picture in pictures] == [(2, 3, edge, edge) for edge in edges]
        for picture, edge in zip(pictures, edges, strict=True):
            judge = Judge(edge)
            features = judge.body(picture)
            assert judge.conditional(features, mu).shape == judge.unconditional(features).shape == (2,)


def test_rare_colour_words_become_the_nearest_frequent_one():
    rows = [{"colorWord": "red", "lab": [50, 60, 40]}] * 20 + [{"colorWord": "blue", "lab": [30, 10, -40]}] * 20 + [{"colorWord": "navy", "lab": [15, 5, -25]}]
    colors = ColorWords.of(rows, 56)
    index = colors.index([rows[0], rows[-1]], torch.tensor([[50.0, 60, 40], [15, 5, -25]]))
    assert [colors.names[i] for i in index] == ["red", "blue"]
    assert colors.write(torch.tensor([[4, 9, 1], [4, 1, 0]]), index).tolist() == [[4, 56 + int(index[0]), 1], [4, 1, 0]]


def test_named_colours_carry_the_flag():
    assert named(torch.tensor([[1.0, 2, 3]])).tolist() == [[1, 2, 3, 1]] and json.dumps(rounded({"x": np.float64(1)}))


def test_a_frozen_judge_says_what_it_said_in_training_and_runs_by_itself(tmp_path):
    torch.manual_seed(0)
    judge = RealJudge(5, 20, (8, 16)).eval()
    for norm in (each for each in judge.modules() if isinstance(each, torch.nn.BatchNorm2d)):
        norm.running_mean.normal_(), norm.running_var.uniform_(0.5, 2)
    (tmp_path / "judge.onnx").write_bytes(judge_graph(judge, 64))
    frozen, pictures = load_judge(tmp_path / "judge.onnx"), np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    by_itself = ort.InferenceSession(str(tmp_path / "judge.onnx")).run(["words", "features"], {"image": pictures})
    for name, value in zip(("words", "features"), by_itself, strict=True):
        torch.testing.assert_close(look(frozen, pictures)[name], look(judge, pictures)[name], atol=0.005, rtol=0.005)
        np.testing.assert_allclose(look(frozen, pictures)[name], value, atol=1e-4)
    assert frozen.version == load_judge(tmp_path / "judge.onnx").version


def test_judges_baselines_and_graphs_are_evaluated_into_one_page(dataset, tmp_path, monkeypatch):
    def run(script: str, *arguments: object) -> None:
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        importlib.import_module(script).main()

    threads, out = torch.get_num_threads(), tmp_path / "out"
    tiny = ("--threads", 1, "--batch", 8, "--images")
    for kind in ((), ("--crops",)):
        run("train_judge", "--data", dataset, "--run", tmp_path / "judges", "--widths", "8,16", *kind, *tiny, 16)
    run("baselines", "--data", dataset, "--run", tmp_path / "b", "--which", "all", *tiny, 16)
    common = ("--data", dataset, "--judges", tmp_path / "judges", "--out", out, "--small")
    run("evaluate", *common, "--model", tmp_path / "b" / "b4.pt", "--measures", "inception,realism64")
    run("evaluate", *common, "--model", SHIPPED)
    version = json.loads((SHIPPED / "manifest.json").read_text())["version"]
    metrics = json.loads((out / version / "metrics.json").read_text())
    assert set(metrics) >= {"judge", *evaluate.MEASURES} and metrics["about"]["stage1Mmac"] <= 70
    report = (out / version / "report.md").read_text()
    assert "b4 (16 images" in report and "## Bars" in report
    figure = tmp_path / "figure.webp"
    run("source_figures", "--data", dataset, "--model", SHIPPED, "--baseline", tmp_path / "b" / "b5.pt", "--out", figure)
    assert Image.open(figure).width > 1000
    (kept,) = (json.loads(path.read_text()) for path in out.glob("b4-*/metrics.json"))
    (tmp_path / "judges" / "baselines.json").write_text(json.dumps([kept | {"version": "b4-kept"}]))
    run("evaluate", *common, "--model", SHIPPED, "--only-page")
    assert (out / version / "report.md").read_text().count("b4 (16 images") == 2 * report.count("b4 (16 images"), "what the judges' folder keeps of baselines"
    before = (out / version / "measures" / "steps.json").stat().st_mtime_ns
    run("evaluate", *common, "--model", SHIPPED)
    assert (out / version / "measures" / "steps.json").stat().st_mtime_ns == before
    torch.set_num_threads(threads)
