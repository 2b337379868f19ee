"""Measures a generator against held-out pictures: metrics.json, report.md (bars, tables) and sample sheets.

    python3 evaluate.py --data ../../dataset --model ../../shared/model --out ../../runs/evaluation
    python3 evaluate.py --data ../../dataset --model ../../runs/baselines/b1.pt --out ../../runs/evaluation

`--model` is a folder of shipped graphs (everything is asked of the ONNX files, not of PyTorch) or a baseline's checkpoint.
The judges are the frozen ones in `judges/`: evaluators of another architecture and seed that saw real pictures only.
Everything is measured with several sets of seeds (`--first-seeds`), because what one set says has luck in it, and the mean of
them is what counts. Results go to OUT/<version> (a further set's to OUT/<version>-seeds-from-N); each measure is stored when
done, so an interrupted evaluation goes on where it stopped.
The page sets the model beside every baseline that was evaluated into the same OUT; `--only-page` writes it again.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import data as datasets
from evaluation import color, crops, distances, scores, sequences, variety, words
from evaluation.frozen import EDGES, load_judge
from evaluation.pictures import SEEDS_FROM, OtherSeeds, Pictures, named, open_pictures, padded
from evaluation.report import page
from evaluation.seeds import mean_of
from evaluation.setting import PROTOCOL, Setting, Sizes, Store, rounded
from lab import rgb_to_lab
from measure_cost import multiply_adds
from runs import sheet

JUDGES = Path(__file__).parent / "judges"
# Rows of the sheets: what the model card shows. Words as in the vocabulary, `_` for a space.
SHEET = [
    ("women pants", "#141518"), ("women pants skinny", "#141518"), ("women pants wide_leg", "#141518"), ("women pants ankle", "#141518"),
    ("women pants capri", "#141518"), ("men jeans slim washed", "#3a5478"), ("women jeans ripped skinny", "#7f9cbf"), ("men shorts drawstring sweatshirt_fabric", "#8d9096"),
    ("women shorts denim frayed", "#6f8fb5"), ("women pants striped", "#1d2740"), ("men pants checked tailored", "#6b6764"), ("girls pants leggings printed", "#d88aa5"),
    ("women pants paper_bag belted", "#7b1f2b"), ("men chinos pants", "#b79f78"), ("boys joggers pants ribbed_cuff", "#4a5a3c"), ("women shorts", "#ffd400"),
    ("men pants joggers side_stripe", "#20242c"), ("women pants cargo", "#6b6a4a"), ("women pants wide_leg corduroy", "#a05a28"), ("men pants joggers melange", "#a0a0a4"),
]  # fmt: skip


def asked(source: datasets.Source, text: str, hexa: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` equal requests: tokens [count, 16], color [count, 4]. Words that a vocabulary lacks are left out."""
    ids = {word["word"]: word["id"] for word in source.meta["tokens"]}
    sequence = [ids[word.replace("_", " ")] for word in ("<color>", *text.split()) if word.replace("_", " ") in ids]
    rgb = torch.tensor([int(hexa[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.tile(padded(sequence), (count, 1)), named(rgb_to_lab(rgb)[None].repeat(count, 1))


def sheets(pictures: Pictures, source: datasets.Source, out: Path, seeds: int = 8) -> None:
    """Rows of fixed queries, a column a seed, at 64 px and 256 px (shown at half size)."""
    for large in (False, True):
        rows = []
        for text, hexa in SHEET:
            tokens, lab = asked(source, text, hexa, seeds)
            rows.append(pictures.draw(tokens, list(range(1, seeds + 1)), lab, large))
        grid = torch.from_numpy(np.concatenate(rows)).permute(0, 3, 1, 2).float() / 255
        sheet(F.avg_pool2d(grid, 2) if large else grid, seeds, out / f"sheet-{256 if large else 64}.png", scale=1 if large else 2)


def conditional(setting: Setting) -> dict:
    """Right answers of the judge on real pictures and on pictures made of the same titles; word by word as AUC."""
    test, real, made = setting.test, setting.on_real, setting.on_made
    names, fewest = scores.word_names(setting.source), setting.sizes.fewest_of_a_word
    both = lambda score: {"ours": score(made), "real": score(real)}  # noqa: E731
    return {
        "type": both(lambda seen: scores.accuracy(seen["type"], test.kind)),
        "gender": both(lambda seen: scores.accuracy(seen["gender"], test.gender, scores.WOMEN_MEN)),
        "color": both(lambda seen: scores.accuracy(seen["color"], test.cluster)),
        "word_auc": both(lambda seen: scores.word_auc(seen["words"], setting.bag, names, fewest)),
    }


def inception(setting: Setting) -> dict:
    """Inception scores by type, gender (women and men only) and colour cluster; real pictures are the ceiling."""
    grown = torch.isin(setting.test.gender, torch.tensor(scores.WOMEN_MEN))
    result = {}
    for head in ("type", "gender", "color"):
        pick = (lambda logits: logits[grown][:, scores.WOMEN_MEN]) if head == "gender" else lambda logits: logits
        logits = {"ours": pick(setting.on_made[head]), "real": pick(setting.on_real[head])}
        result[head] = {name: scores.inception_score(value) for name, value in logits.items()}
        classes = logits["real"].shape[1]
        result[head] |= {f"{name}_share": (result[head][name] - 1) / (classes - 1) for name in logits} | {"classes": classes}
    return result


MEASURES = {
    "conditional": conditional,
    "inception": inception,
    "color": lambda s: color.accuracy_of_hex(s.pictures, s.sizes.colors, s.sizes.color_seeds),
    "realism64": distances.small,
    "realism256": distances.large,
    "words": lambda s: words.word_measures(s.walks, s.on_real["words"], s.bag, s.test.kind, s.test.color, s.source, s.sizes.fewest_of_a_word, s.sizes.decisions_of_a_word),
    "steps": lambda s: sequences.step_measures(s.walks),
    "spread": variety.seeds_apart,
    "nearest_train": variety.nearest_train,
}


def judges_on_real(setting: Setting) -> dict:
    """How well the two judges tell held-out real pictures."""
    sharp = crops.sharp(setting.test)
    cut = crops.one_crop_each(datasets.pack_path(setting.source, 256), sharp)
    return {
        "whole": scores.judged_on_real(setting.judge, setting.real, setting.test, setting.source),
        "crops": scores.judged_on_real(setting.crop_judge, cut, sharp, setting.source),
    }


def about(pictures: Pictures, model: Path) -> dict:
    if not (model / "stage1.onnx").exists():
        return pictures.about
    return pictures.about | {"stage1Mmac": multiply_adds(model / "stage1.onnx") / 1e6, "stage1Mb": pictures.about["stage1Bytes"] / 1e6}


def prepared(args: argparse.Namespace, source: datasets.Source, pictures: Pictures) -> Setting:
    """Data and judges, loaded once for all sets of seeds."""
    sizes = Sizes(4, 2, 4, 1, 1, 200, 4, 2, 1, 1) if args.small else Sizes()
    judge, crop_judge = (load_judge(args.judges / f"{name}.onnx") for name in EDGES)
    shared = Store(args.out / "real", f"{judge.version}-{crop_judge.version} {PROTOCOL} {sizes}{'' if args.split == 'test' else args.split}")
    return Setting(source, datasets.load(source, "train"), datasets.load(source, args.split), judge, crop_judge, pictures, shared, sizes)


def measure(args: argparse.Namespace, setting: Setting) -> dict:
    """The chosen measures with one set of seeds."""
    version, judges, count = setting.pictures.version, f"{setting.judge.version}-{setting.crop_judge.version}", len(setting.test)
    print(f"{count} {args.split} pictures, {version}", flush=True)
    metrics = {"version": version, "protocol": PROTOCOL, "judges": judges, "test_pictures": count, "about": about(setting.pictures, args.model)}
    metrics["judge"] = setting.shared.measure("judges", lambda: judges_on_real(setting))
    store = Store(args.out / version / "measures", f"{version} {setting.shared.key}")
    chosen = args.measures.split(",") if args.measures else list(MEASURES)
    for number, name in enumerate(chosen):
        metrics[name] = store.measure(name, lambda name=name: MEASURES[name](setting), f"{number + 1}/{len(chosen)}")
    return rounded(metrics)


def write_page(out: Path, version: str, judges: Path) -> None:
    """report.md of one version, beside every baseline that the folder, or the judges' own, holds at the same protocol and judges."""
    ours = json.loads((out / version / "metrics.json").read_text())
    kept = judges / "baselines.json"
    found = [json.loads(path.read_text()) for path in sorted(out.glob("b[1-9]-*/metrics.json"))]
    others = list({b["version"]: b for b in [*(json.loads(kept.read_text()) if kept.exists() else []), *found]}.values())
    baselines = [b for b in others if b["version"] != version and SEEDS_FROM not in b["version"] and all(b.get(key) == ours[key] for key in ("protocol", "judges", "first_seeds"))]
    sets = json.loads((out / version / "sets.json").read_text())
    (out / version / "report.md").write_text(page(ours, baselines, sets))
    print(f"{out / version / 'report.md'}: beside {len(baselines)} baselines")


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--judges", type=Path, default=JUDGES, help="frozen judges (`train_judge.py` writes some) and, in baselines.json, what they measured of baselines")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--measures", help=f"only these, by comma: {', '.join(MEASURES)}")
    parser.add_argument("--split", choices=["test", "val"], default="test", help="val, into another OUT: to choose between candidates, so that test only measures the chosen one")
    parser.add_argument("--first-seeds", type=numbers, default="0,10000,20000", help="by comma: by how much the seeds of each set are moved")
    parser.add_argument("--small", action="store_true", help="few sequences, seeds and colours: a smoke test, no measurement")
    parser.add_argument("--only-page", action="store_true", help="write report.md again from what is stored")
    parser.add_argument("--only-sheets", action="store_true")
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    pictures = open_pictures(args.model, args.threads)
    out = args.out / pictures.version
    if args.only_page:
        return write_page(args.out, pictures.version, args.judges)
    out.mkdir(parents=True, exist_ok=True)
    source = datasets.open_source(args.data)
    sheets(pictures, source, out, 1 if args.small else 8)
    if args.only_sheets:
        return None
    setting = prepared(args, source, pictures)
    measured = [measure(args, replace(setting, pictures=OtherSeeds(pictures, first)) if first else setting) for first in args.first_seeds]
    metrics = mean_of(measured) | {"version": pictures.version, "first_seeds": args.first_seeds}
    for name, value in (("metrics", metrics), ("sets", measured)):
        (out / f"{name}.json").write_text(json.dumps(rounded(value), indent=2, ensure_ascii=False) + "\n")
    write_page(args.out, pictures.version, args.judges)
    return None


if __name__ == "__main__":
    main()
