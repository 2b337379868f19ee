"""Measures the shipped graphs against held-out pictures and writes metrics.json, a table and sample sheets.

    python3 evaluate.py --data ../../dataset --model ../../shared/model --evaluator runs/a/evaluator.pt --out runs/a/evaluation

Everything is asked of the ONNX graphs, not of PyTorch. Queries are the test split's own token sequences; real pictures are
flat lays only, on both sides. The evaluator never saw a generated picture and is not the classifier that is shipped.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F

import data as datasets
import realism
from classifier import Classifier
from discriminator import bag_of_words
from lab import delta_e_2000, lab_to_rgb, rgb_to_lab
from latent import latent_for_seeds
from model import MAX_TOKENS
from runs import sheet
from train_classifier import accuracy, auc, predict


class Pictures:
    """The shipped generator: tokens, seeds and colours in, uint8 pictures out."""

    def __init__(self, folder: Path):
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.sessions = {name: ort.InferenceSession(str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"]) for name in ("stage1", "restgan")}

    def draw(self, tokens: np.ndarray, seeds: list[int], color: np.ndarray, large: bool = False) -> np.ndarray:
        """tokens [N, 16], N seeds, color [N, 4] -> uint8 [N, 64, 64, 3], or at 256 px when `large`."""
        latent = latent_for_seeds(seeds)
        parts = []
        for start in range(0, len(tokens), 16):
            part = slice(start, start + 16)
            inputs = {"tokens": tokens[part].astype(np.int32), "latent": latent[part], "color": color[part].astype(np.float32)}
            parts.append(self.sessions["restgan" if large else "stage1"].run(["image256" if large else "image"], inputs)[0])
        return np.concatenate(parts)


def palette() -> np.ndarray:
    """60 colours: 56 spread over hue, chroma and lightness inside sRGB, and black, white, grey, navy. sRGB [60, 3] in 0..1."""
    chosen = [[0.05, 0.05, 0.05], [0.96, 0.96, 0.96], [0.5, 0.5, 0.5], [0.07, 0.09, 0.25]]
    for light in (25, 40, 55, 70, 85):
        for step in range(12):
            angle = np.radians(step * 30 + light)
            chroma = min(45, 20 + 20 * (step % 3)) * (0.6 if light in (25, 85) else 1)
            lab = torch.tensor([light, chroma * np.cos(angle), chroma * np.sin(angle)], dtype=torch.float32)
            rgb = lab_to_rgb(lab)
            if len(chosen) < 60 and (rgb_to_lab(rgb) - lab).norm() < 0.5:
                chosen.append(rgb.tolist())
    while len(chosen) < 60:
        chosen.append([(len(chosen) * 37 % 100) / 100, (len(chosen) * 61 % 100) / 100, (len(chosen) * 83 % 100) / 100])
    return np.round(np.array(chosen) * 255) / 255


def color_accuracy(pictures: Pictures) -> dict:
    """CIEDE2000 between the `#hex` asked for and the ground colour rendered: 60 colours x 3 types x 8 seeds, 64 px."""
    asked = rgb_to_lab(torch.from_numpy(palette()).float()).numpy()
    result = []
    for kind in (1, 2, 3):
        for seed in range(8):
            tokens = np.zeros((60, MAX_TOKENS), np.int64)
            tokens[:, :3] = [4, 9, kind]
            made = pictures.draw(tokens, [seed] * 60, np.concatenate([asked, np.ones((60, 1))], 1))
            result.append(delta_e_2000(np.stack([realism.ground_color(picture) for picture in made]), asked))
    result = np.array(result)
    return {"median": np.median(result), "p90": np.quantile(result, 0.9), "worst_color_median": np.median(result, 0).max(), "max": result.max()}


def load_evaluator(path: Path) -> Classifier:
    state = torch.load(path, map_location="cpu", weights_only=True)
    sizes = state["sizes"]
    model = Classifier(sizes["clusters"], sizes["vocabulary"], tuple(sizes["widths"]))
    model.load_state_dict(state["model"])
    return model.eval()


def byte_logits(model: Classifier, pictures: np.ndarray) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        parts = [model(torch.from_numpy(pictures[i : i + 128]).permute(0, 3, 1, 2).float() / 255) for i in range(0, len(pictures), 128)]
    return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}


def neighbours(train: datasets.Dataset, test: datasets.Dataset, vocabulary: int) -> torch.Tensor:
    """For each test title the train garment with the most words in common (Jaccard), nearer in colour on a tie."""
    a, b = bag_of_words(test.tokens, vocabulary), bag_of_words(train.tokens, vocabulary)
    common = a @ b.T
    jaccard = common / (a.sum(1)[:, None] + b.sum(1)[None] - common)
    return (jaccard - torch.cdist(test.color, train.color) / 10_000).argmax(1)


def small_realism(evaluator, made: np.ndarray, sets: dict[str, np.ndarray], real: np.ndarray, reference: np.ndarray, rng) -> dict:
    """Gaps at 64 px of ours and the controls; `reference` is train pictures, `real` test pictures."""
    features = {name: realism.garment_features(evaluator, value) for name, value in {"ours": made, **sets, "real": real}.items()}
    base = realism.garment_features(evaluator, reference)
    patches = {name: realism.texture_patches(value, realism.mask_of(value), rng) for name, value in {"ours": made, **sets, "real": real}.items()}
    base_patches = realism.texture_patches(reference, realism.mask_of(reference), rng)
    fd = {name: realism.frechet(value, base) for name, value in features.items()}
    kid = {name: realism.kernel_distance(value, base) for name, value in features.items()}
    swd = {name: realism.sliced_wasserstein(value, base_patches, np.random.default_rng(0)) for name, value in patches.items()}
    gap = lambda table: {name: (value - table["real"]) / (table["flat"] - table["real"]) for name, value in table.items()}  # noqa: E731
    return {"garment_gap": gap(fd), "texture_gap": gap(swd), "fd": fd, "kid": kid, "swd": swd}


def large_realism(pictures: Pictures, data: datasets.Dataset, pack: np.memmap, held: list[int], reference: list[int], rng) -> dict:
    """Texture at 256 px inside the mask, sharp pictures only: ours, Stage-I enlarged bicubically, flat fill, real."""
    rows = lambda index: np.stack([pack[data.rows[i]["pack256"]] for i in index])  # noqa: E731
    on_white = lambda rgba: ((rgba[..., :3] * (rgba[..., 3:] / 255.0)) + 255 * (1 - rgba[..., 3:] / 255.0)).round().astype(np.uint8)  # noqa: E731
    rgba = rows(held)
    real, base = on_white(rgba), on_white(rows(reference))
    tokens, color = data.tokens[held].numpy(), np.concatenate([data.color[held].numpy(), np.ones((len(held), 1))], 1)
    seeds = list(range(len(held)))
    small, large = pictures.draw(tokens, seeds, color), pictures.draw(tokens, seeds, color, large=True)
    up = F.interpolate(torch.from_numpy(small).permute(0, 3, 1, 2).float(), scale_factor=4, mode="bicubic").round().clamp(0, 255).byte()
    alpha = torch.from_numpy(rgba[..., 3:]).permute(0, 3, 1, 2).float() / 255
    sets = {"ours": large, "bicubic": up.permute(0, 2, 3, 1).numpy(), "flat": realism.flat_fill(alpha, alpha, data.color[held]), "real": real}
    patch = {name: realism.texture_patches(value, realism.mask_of(value), rng, levels=3) for name, value in sets.items()}
    base_patch = realism.texture_patches(base, realism.mask_of(base), rng, levels=3)
    swd = {name: realism.sliced_wasserstein(value, base_patch, np.random.default_rng(0)) for name, value in patch.items()}
    down = large.reshape(len(large), 64, 4, 64, 4, 3).astype(np.float64).mean((2, 4))
    both = realism.mask_of(small)
    as_lab = lambda rgb: rgb_to_lab(torch.from_numpy(rgb).float() / 255).numpy()  # noqa: E731
    same = delta_e_2000(as_lab(down)[both], as_lab(small.astype(np.float64))[both])
    gap = {name: (value - swd["real"]) / (swd["flat"] - swd["real"]) for name, value in swd.items()}
    return {"pictures": len(held), "texture_gap": gap, "swd": swd, "stage1_to_stage2_delta_e": {"median": np.median(same), "p90": np.quantile(same, 0.9)}}


def sheets(pictures: Pictures, source: datasets.Source, out: Path) -> None:
    """Rows of fixed queries, eight seeds each, at 64 and 256 px: what the model card shows."""
    ids = {word["word"]: word["id"] for word in source.meta["tokens"]}
    asked = [
        ("women pants", "#141518"), ("women pants skinny", "#141518"), ("women pants wide_leg", "#141518"), ("women pants ankle", "#141518"),
        ("women pants capri", "#141518"), ("men jeans slim washed", "#3a5478"), ("women jeans ripped skinny", "#7f9cbf"), ("men shorts drawstring sweatshirt_fabric", "#8d9096"),
        ("women shorts denim frayed", "#6f8fb5"), ("women pants striped", "#1d2740"), ("men pants checked tailored", "#6b6764"), ("girls pants leggings printed", "#d88aa5"),
        ("women pants paper_bag belted", "#7b1f2b"), ("men chinos pants", "#b79f78"), ("boys joggers pants ribbed_cuff", "#4a5a3c"), ("women shorts", "#ffd400"),
    ]
    for large in (False, True):
        rows = []
        for words, color in asked:
            tokens = np.zeros((8, MAX_TOKENS), np.int64)
            sequence = [ids["<color>"], *[ids[word.replace("_", " ")] for word in words.split()]]
            tokens[:, : len(sequence)] = sequence
            rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
            lab = rgb_to_lab(torch.from_numpy(rgb).float()).numpy()
            rows.append(pictures.draw(tokens, list(range(1, 9)), np.tile([*lab, 1], (8, 1)), large))
        grid = torch.from_numpy(np.concatenate(rows)).permute(0, 3, 1, 2).float() / 255
        if large:
            grid = F.avg_pool2d(grid, 2)
        sheet(grid, 8, out / f"sheet-{256 if large else 64}.png", scale=1 if large else 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--evaluator", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only-sheets", action="store_true")
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    source, pictures = datasets.open_source(args.data), Pictures(args.model)
    sheets(pictures, source, args.out)
    if args.only_sheets:
        return
    train, test = datasets.load(source, "train"), datasets.load(source, "test")
    evaluator, rng = load_evaluator(args.evaluator), np.random.default_rng(0)
    real = realism.recolor(test.lab.float(), test.alpha.float() / 255, test.color, test.color)
    color = np.concatenate([test.color.numpy(), np.ones((len(test), 1))], 1)
    made = pictures.draw(test.tokens.numpy(), list(range(len(test))), color)
    near = neighbours(train, test, source.vocabulary)
    controls = {
        "flat": realism.flat_fill(test.lab.float(), test.alpha.float() / 255, test.color),
        "recolored_neighbour": realism.recolor(train.lab[near].float(), train.alpha[near].float() / 255, train.color[near], test.color),
    }
    pick = torch.from_numpy(rng.permutation(len(train))[: len(test)])
    reference = realism.recolor(train.lab[pick].float(), train.alpha[pick].float() / 255, train.color[pick], train.color[pick])
    print(f"{len(test)} test pictures, {pictures.manifest['version']}", flush=True)
    on_real, on_made = predict(evaluator, test), byte_logits(evaluator, made)
    bag = bag_of_words(test.tokens, source.vocabulary)
    names = {word["id"]: word["word"] for word in source.meta["tokens"]}
    words = {n: [round(auc(logits["words"][:, i], bag[:, i]), 3) for logits in (on_real, on_made)] for i, n in names.items() if 10 <= bag[:, i].sum() < len(test)}
    pack = datasets.pack_path(source, 256)
    sharp = lambda d: [i for i, row in enumerate(d.rows) if row["pack256"] is not None and row["detailPx"] >= 330]  # noqa: E731
    held = sharp(test)
    both = datasets.join(test, train)
    reference256 = [len(test) + i for i in sharp(train)][: max(len(held), 200)]
    metrics = {
        "model": pictures.manifest["version"],
        "test_pictures": len(test),
        "color_delta_e": color_accuracy(pictures),
        "type_accuracy": {"real": accuracy(on_real["type"], test.kind), "ours": accuracy(on_made["type"], test.kind)},
        "gender_accuracy": {"real": accuracy(on_real["gender"], test.gender, [0, 1]), "ours": accuracy(on_made["gender"], test.gender, [0, 1])},
        "word_auc_real_ours": words,
        "realism64": small_realism(evaluator, made, controls, real, reference, rng),
        "realism256": large_realism(pictures, both, pack, held, reference256, rng),
    }
    (args.out / "metrics.json").write_text(json.dumps(rounded(metrics), indent=2) + "\n")
    print(json.dumps(rounded(metrics), indent=2))


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value


if __name__ == "__main__":
    main()
