"""Trains the classifier on real pictures alone; prints its accuracy on the test split.

    python3 train_classifier.py --data ../../dataset --run runs/a

What measures a generator is another network (`train_judge.py`), never used in training one.
"""

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F

import data as datasets
from classifier import Classifier
from discriminator import bag_of_words
from lab import composite_rgb
from runs import Run, has_fast_bf16, pick_device, train_until


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--name", default="classifier")
    parser.add_argument("--widths", default="24,48,96,128")
    parser.add_argument("--images", type=int, default=80_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--noise", type=float, default=0, help="spread of noise on its pictures, sRGB 0..1: what guides a generator should have smooth slopes")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--limit", type=int)
    return parser.parse_args()


class Trainer:
    def __init__(self, args: argparse.Namespace, source: datasets.Source):
        torch.manual_seed(args.seed)
        self.args = args
        self.device = pick_device()
        widths = tuple(int(width) for width in args.widths.split(","))
        self.sizes = {"clusters": len(source.centroids), "vocabulary": source.vocabulary, "widths": list(widths)}
        self.model = Classifier(len(source.centroids), source.vocabulary, widths).to(self.device, memory_format=torch.channels_last)
        self.centroids = source.centroids.to(self.device)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), args.lr, weight_decay=1e-2)
        self.images = 0
        self.rng = torch.Generator(self.device).manual_seed(args.seed)

    def state(self) -> dict:
        return {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "images": self.images, "sizes": self.sizes}

    def restore(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.images = state["images"]

    def step(self, data: datasets.Dataset) -> dict:
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = self.args.lr * max(0.02, 1 - self.images / self.args.images)
        index = torch.randint(len(data), (self.args.batch,), generator=self.rng, device=self.device)
        lab, alpha = data.lab[index].float(), data.alpha[index].float() / 255
        lab, alpha, color = datasets.augment(lab, alpha, data.color[index], data.denim[index], self.rng)
        rgb = composite_rgb(lab, alpha).contiguous(memory_format=torch.channels_last)
        rgb = rgb + self.args.noise * torch.rand(len(rgb), 1, 1, 1, device=self.device) * torch.randn_like(rgb)
        cluster = torch.cdist(color, self.centroids).argmin(1)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=has_fast_bf16()):
            logits = {name: value.float() for name, value in self.model(rgb).items()}
        bag = bag_of_words(data.tokens[index], self.sizes["vocabulary"])
        losses = {
            "type": F.cross_entropy(logits["type"], data.kind[index], ignore_index=-1, label_smoothing=0.05),
            "gender": F.cross_entropy(logits["gender"], data.gender[index], ignore_index=-1, label_smoothing=0.05),
            "color": F.cross_entropy(logits["color"], cluster),
            "words": F.binary_cross_entropy_with_logits(logits["words"], bag) * 5,
        }
        self.optimiser.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        self.optimiser.step()
        self.images += self.args.batch
        return losses


@torch.no_grad()
def predict(model: Classifier, data: datasets.Dataset) -> dict[str, torch.Tensor]:
    """Logits on every picture of a dataset, as they are."""
    model.eval()
    device = next(model.parameters()).device
    parts = []
    for start in range(0, len(data), 128):
        lab, alpha = data.lab[start : start + 128].float(), data.alpha[start : start + 128].float() / 255
        parts.append(model(composite_rgb(lab, alpha).to(device)))
    return {key: torch.cat([part[key] for part in parts]).cpu() for key in parts[0]}


def accuracy(logits: torch.Tensor, labels: torch.Tensor, allowed: list[int] | None = None) -> float:
    known = labels >= 0 if allowed is None else torch.isin(labels, torch.tensor(allowed))
    chosen = logits if allowed is None else logits[:, allowed]
    return (chosen[known].argmax(1) == labels[known]).float().mean().item()


def auc(scores: torch.Tensor, labels: torch.Tensor) -> float:
    """Area under the ROC curve by ranks; nan when a class is absent."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = torch.empty(len(scores), dtype=torch.float64)
    ranks[scores.argsort()] = torch.arange(1, len(scores) + 1, dtype=torch.float64)
    return float((ranks[labels > 0].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def report(trainer: Trainer, test: datasets.Dataset, source: datasets.Source) -> dict:
    logits = predict(trainer.model, test)
    bag = bag_of_words(test.tokens, source.vocabulary)
    names = {word["id"]: word["word"] for word in source.meta["tokens"]}
    words = {names[i]: round(auc(logits["words"][:, i], bag[:, i]), 3) for i in names if 10 <= bag[:, i].sum() < len(test)}
    return {
        "test": len(test),
        "type": accuracy(logits["type"], test.kind),
        "gender_women_men": accuracy(logits["gender"], test.gender, [0, 1]),
        "color": accuracy(logits["color"], test.cluster),
        "word_auc": words,
    }


def main() -> None:
    args = options()
    if args.threads:
        torch.set_num_threads(args.threads)
    source = datasets.open_source(args.data)
    train, test = datasets.load(source, "train", limit=args.limit), datasets.load(source, "test", limit=args.limit)
    trainer = Trainer(args, source)
    run = Run(args.run, args.name, vars(args), args.images)
    data = train.to(trainer.device)
    train_until(run, trainer, args.images, lambda: trainer.step(data), lambda _: None, args.minutes, args.save_minutes)
    result = report(trainer, test, source)
    (args.run / f"{args.name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
