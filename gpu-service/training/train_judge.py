"""Trains the independent evaluator on real pictures alone, freezes it as a graph, and prints how well it tells held-out real pictures.

    python3 train_judge.py --data ../../dataset --run ../../runs/judge            # whole garments, 64 px
    python3 train_judge.py --data ../../dataset --run ../../runs/judge --crops    # cloth: 128-px crops of 256-px pictures
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import data as datasets
from discriminator import bag_of_words
from evaluation import crops
from evaluation.frozen import EDGES, judge_graph, load_judge
from evaluation.judge import Judge
from evaluation.scores import judged_on_real
from lab import composite_rgb
from runs import Run, has_fast_bf16, pick_device, train_until


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--crops", action="store_true", help="train on crops of the sharp pictures instead of whole garments")
    parser.add_argument("--widths", default="32,64,96,160,192")
    parser.add_argument("--images", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--save-minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=4077)
    parser.add_argument("--limit", type=int)
    return parser.parse_args()


class Trainer:
    def __init__(self, args: argparse.Namespace, source: datasets.Source):
        torch.manual_seed(args.seed)
        self.args, self.centroids = args, source.centroids
        self.device = pick_device()
        widths = tuple(int(width) for width in args.widths.split(","))
        self.model = Judge(len(source.centroids), source.vocabulary, widths)
        self.model.to(self.device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), args.lr, weight_decay=2e-2)
        self.images = 0
        self.order, self.rng = np.random.default_rng(args.seed), torch.Generator().manual_seed(args.seed)

    def state(self) -> dict:
        return {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "images": self.images, "sizes": self.model.sizes}

    def restore(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.images = state["images"]
        self.order = np.random.default_rng(self.args.seed + self.images)

    def batch(self, data: datasets.Dataset, pack: np.memmap | None) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pictures [B, 3, E, E] in 0..1, rows, measured colours after recolouring."""
        index = torch.from_numpy(self.order.integers(0, len(data), self.args.batch))
        if pack is not None:
            return crops.training_crops(pack, data, index, self.order), index, data.color[index]
        lab, alpha = data.lab[index].float(), data.alpha[index].float() / 255
        lab, alpha, color = datasets.augment(lab, alpha, data.color[index], data.denim[index], self.rng)
        return composite_rgb(lab, alpha), index, color

    def step(self, data: datasets.Dataset, pack: np.memmap | None) -> dict:
        self.model.train()
        rate = self.args.lr * (0.01 + 0.495 * (1 + math.cos(math.pi * min(1.0, self.images / self.args.images))))
        for group in self.optimiser.param_groups:
            group["lr"] = rate * min(1.0, (self.images + self.args.batch) / 5000)
        rgb, index, color = self.batch(data, pack)
        rgb = rgb.to(self.device, memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=has_fast_bf16()):
            logits = self.model(rgb)
        logits = {name: value.float() for name, value in logits.items()}
        bag = bag_of_words(data.tokens[index], self.model.sizes["vocabulary"]).to(self.device)
        losses = {
            "type": F.cross_entropy(logits["type"], data.kind[index].to(self.device), ignore_index=-1),
            "gender": F.cross_entropy(logits["gender"], data.gender[index].to(self.device), ignore_index=-1),
            "color": F.cross_entropy(logits["color"], torch.cdist(color, self.centroids).argmin(1).to(self.device)),
            "words": F.binary_cross_entropy_with_logits(logits["words"], bag) * 12,
        }
        self.optimiser.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        self.images += self.args.batch
        return losses


def main() -> None:
    args = options()
    if args.threads:
        torch.set_num_threads(args.threads)
    source = datasets.open_source(args.data)
    train, test = datasets.load(source, "train", limit=args.limit), datasets.load(source, "test", limit=args.limit)
    pack, name = None, "judge"
    if args.crops:
        pack, name = datasets.pack_path(source, 256), "judge-crops"
        train, test = crops.sharp(train), crops.sharp(test)
    trainer = Trainer(args, source)
    run = Run(args.run, name, vars(args), args.images)
    train_until(run, trainer, args.images, lambda: trainer.step(train, pack), lambda _: None, args.minutes, args.save_minutes)
    frozen = args.run / f"{name}.onnx"
    frozen.write_bytes(judge_graph(trainer.model.cpu().eval(), EDGES[name]))
    pictures = crops.real_pictures(test) if pack is None else crops.one_crop_each(pack, test)
    result = judged_on_real(load_judge(frozen), pictures, test, source)
    (args.run / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
