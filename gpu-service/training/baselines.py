"""Trains StackGAN baselines on the same data, tokens and number of images as ours, and draws with them.

    python3 baselines.py --data ../../dataset --run ../../runs/baselines --which b1
    python3 baselines.py --data ../../dataset --run ../../runs/baselines --which all --images 200000 --minutes 12

b1  StackGAN: mean word vector, raw colour words
b2  b1 with an LSTM's last state on full titles
b3  b1 with auxiliary heads: type, gender, raw colour word (AC-GAN)
b4  StackGAN-v2: three scales judged together, conditional and unconditional, averaged weights
b5  b1 with our augmentation, averaged weights and discriminator: what of ours is the judge, what the generator

The originals' constants: Adam 2e-4, beta1 0.5, halved every sixth of the training, KL 2.0, (wrong + fake) / 2. bf16 where the
processor has it. Resumes from the run folder; writes `<which>.stats.jsonl` and sheets as every trainer.
"""

import argparse
import shutil
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import data as datasets
import runs
from baseline_models import CONDITION, ColorWords, Judge, StackGan, StackGanV2, Z
from discriminator import Discriminator, picture_input, wrong_tokens
from lab import composite_rgb, rgb_to_lab
from losses import divergence
from model import COLOR_TOKEN
from runs import Average, Run, has_fast_bf16, pick_device, sheet, train_until

KINDS = {"b1": "StackGAN", "b2": "b1 + LSTM", "b3": "b1 + auxiliary heads", "b4": "StackGAN-v2", "b5": "b1 + our augmentation, EMA, discriminator"}


AVERAGED = ("b4", "b5")  # drawn with their averaged weights; the others had none


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--which", choices=[*KINDS, "all"], required=True)
    parser.add_argument("--images", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=2e-4)
    parser.add_argument("--minutes", type=float, default=0, help="stop each after this long, 0 never")
    parser.add_argument("--by-clock", action="store_true", help="the learning rate falls with the minutes where they end before the images")
    parser.add_argument("--save-minutes", type=float, default=3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--limit", type=int)
    return parser.parse_args()


def generator_of(which: str, vocabulary: int) -> nn.Module:
    if which == "b4":
        return StackGanV2(vocabulary)
    return StackGan(vocabulary, lstm=which == "b2", alpha=which == "b5")


class Trainer:
    def __init__(self, args: argparse.Namespace, which: str, source: datasets.Source, data: datasets.Dataset):
        torch.manual_seed(args.seed)
        self.args, self.which, self.source = args, which, source
        self.device = pick_device()
        self.data = data.to(self.device)
        self.colors = ColorWords.of(data.rows, source.vocabulary)
        self.color_words = self.colors.index(data.rows, data.color).to(self.device)
        self.colors_lab = self.colors.lab.to(self.device)
        self.vocabulary = source.vocabulary + len(self.colors.names)
        layout = {"device": self.device, "memory_format": torch.channels_last}
        self.generator = generator_of(which, self.vocabulary).to(**layout)
        self.average = Average(self.generator, min(10_000, args.images / 12))
        self.swap = datasets.rivals(source).to(self.device)
        if which == "b5":
            self.judges = nn.ModuleList([Discriminator(source.vocabulary, len(source.centroids))]).to(**layout)
        else:
            self.judges = nn.ModuleList([Judge(edge) for edge in ((16, 32, 64) if which == "b4" else (64,))]).to(**layout)
        heads = {"kind": 3, "gender": 3, "word": len(self.colors.names)} if which == "b3" else {}
        self.heads = nn.ModuleDict({name: nn.Linear(self.judges[0].width * 16, size) for name, size in heads.items()}).to(self.device)
        betas = (0.0, 0.99) if which == "b5" else (0.5, 0.999)
        self.opt_g = torch.optim.Adam(self.generator.parameters(), args.lr, betas, fused=self.device.type == "cuda")
        self.opt_d = torch.optim.Adam([*self.judges.parameters(), *self.heads.parameters()], args.lr, betas, fused=self.device.type == "cuda")
        self.images, self.steps, self.earlier, self.began = 0, 0, 0.0, time.time()
        self.rng = torch.Generator(self.device).manual_seed(args.seed)

    PARTS = ("generator", "judges", "heads", "opt_g", "opt_d")

    def state(self) -> dict:
        parts = {name: getattr(self, name).state_dict() for name in self.PARTS}
        colors = {"names": self.colors.names, "lab": self.colors.lab, "first": self.colors.first}
        about = {"which": self.which, "vocabulary": self.vocabulary, "colors": colors, "images": self.images, "steps": self.steps}
        return {**parts, **about, "ema": self.average.module.state_dict(), "cpu_seconds": self.earlier + time.process_time()}

    def restore(self, state: dict) -> None:
        runs.load_parts(self, state)
        self.earlier = state["cpu_seconds"] - time.process_time()
        self.rng.manual_seed(self.args.seed + self.images)

    def batch(self) -> dict:
        """Pictures, titles and labels; the originals' crop and mirror (a shift by at most 2 px), or for b5 our augmentation."""
        data = self.data
        index = torch.randint(len(data), (self.args.batch,), generator=self.rng, device=self.device)
        lab, alpha, color = data.lab[index].float(), data.alpha[index].float() / 255, data.color[index]
        tokens, words = data.tokens[index], self.color_words[index]
        if self.which == "b5":
            lab, alpha, color = datasets.augment(lab, alpha, color, data.denim[index], self.rng)
            moved = (color - data.color[index]).norm(dim=1) > 1
            words = torch.where(moved, torch.cdist(color, self.colors_lab).argmin(1), words)
            tokens = datasets.shopper_order(tokens, data.kind[index], self.rng)
        else:
            lab, alpha, _ = datasets.augment(lab, alpha, color, torch.ones_like(data.denim[index]), self.rng)
        named = (tokens == COLOR_TOKEN).any(1)
        return {
            "rgb": composite_rgb(lab, alpha).contiguous(memory_format=torch.channels_last),
            "real": picture_input(lab, alpha).contiguous(memory_format=torch.channels_last),
            "bare": tokens,
            "titles": self.colors.write(tokens, words),
            "color": F.pad(color, (0, 1), value=1.0) * named[:, None],
            "kind": data.kind[index],
            "gender": data.gender[index],
            "word": words,
        }

    def draw(self, titles: torch.Tensor) -> tuple:
        z, noise = (torch.randn(len(titles), size, device=self.device) for size in (Z, CONDITION))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=has_fast_bf16()):
            return self.generator(titles, z, noise)

    def step(self) -> dict:
        rate = self.args.lr * 0.5 ** int(6 * min(runs.progress(self), 0.999))
        for optimiser in (self.opt_g, self.opt_d):
            for group in optimiser.param_groups:
                group["lr"] = rate
        losses = self.ours() if self.which == "b5" else self.stackgan()
        self.images, self.steps = self.images + self.args.batch, self.steps + 1
        self.average.update(self.generator, self.args.batch)
        return losses

    def update(self, optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    def stackgan(self) -> dict:
        """One step of the originals: real, wrong (the next row's title) and fake; then the generator."""
        batch = self.batch()
        fakes, mu, log_var = self.draw(batch["titles"])
        mu_d = mu.detach()
        reals = [batch["rgb"] * 2 - 1]
        while len(reals) < len(fakes):
            reals.insert(0, F.avg_pool2d(reals[0], 2))
        total, right = 0.0, []
        for judge, real, fake in zip(self.judges, reals, fakes, strict=True):
            with torch.autocast(self.device.type, torch.bfloat16, enabled=has_fast_bf16()):
                on_real, on_fake = judge.body(real), judge.body(fake.detach())
                good, bad = judge.conditional(on_real, mu_d), judge.conditional(on_fake, mu_d)
                wrong = judge.conditional(on_real, mu_d.roll(1, 0))
                total = total + bce(good, 1) + 0.5 * (bce(wrong, 0) + bce(bad, 0))
                if self.which == "b4":
                    total = total + bce(judge.unconditional(on_real), 1) + bce(judge.unconditional(on_fake), 0)
                if self.heads:
                    total = total + self.auxiliary(on_real, batch) + self.auxiliary(on_fake, batch)
            right.append((good > bad).float().mean())
        self.update(self.opt_d, total)
        self.judges.requires_grad_(False)
        adversarial = 0.0
        for judge, fake in zip(self.judges, fakes, strict=True):
            with torch.autocast(self.device.type, torch.bfloat16, enabled=has_fast_bf16()):
                features = judge.body(fake)
                adversarial = adversarial + bce(judge.conditional(features, mu_d), 1)
                if self.which == "b4":
                    adversarial = adversarial + bce(judge.unconditional(features), 1)
                if self.heads:
                    adversarial = adversarial + self.auxiliary(features, batch)
        kl = divergence(mu, log_var).mean()
        self.update(self.opt_g, adversarial + 2.0 * kl)
        self.judges.requires_grad_(True)
        return {"d": total, "g": adversarial, "kl": kl, "right": torch.stack(right).mean()}

    def auxiliary(self, features: torch.Tensor, batch: dict) -> torch.Tensor:
        flat = features.flatten(1)
        return sum(F.cross_entropy(head(flat).float(), batch[name], ignore_index=-1) for name, head in self.heads.items())

    def ours(self) -> dict:
        """b5: relativistic logistic loss with wrong words and R1 + R2 every 8th step, as in `train.py`."""
        batch, judge = self.batch(), self.judges[0]
        (made,), mu, log_var = self.draw(batch["titles"])
        fake = as_input(made)
        lazy = self.steps % 8 == 0
        condition = judge.condition(batch["bare"], batch["color"])
        wrong = judge.condition(wrong_tokens(batch["bare"], self.swap), batch["color"])
        real_in, fake_in = batch["real"].requires_grad_(lazy), fake.detach().requires_grad_(lazy)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=has_fast_bf16() and not lazy):
            features, fake_features = judge.features(real_in)[0].float(), judge.features(fake_in)[0].float()
        good, bad = judge.judge(features, condition), judge.judge(fake_features, condition)
        loss = F.softplus(bad - good).mean() + 0.5 * F.softplus(judge.judge(features, wrong) - good).mean()
        if lazy:
            slopes = torch.autograd.grad([good.sum(), bad.sum()], [real_in, fake_in], create_graph=True)
            loss = loss + 8 * 0.05 * sum(slope.square().sum((1, 2, 3)).mean() for slope in slopes)
        self.update(self.opt_d, loss)
        judge.requires_grad_(False)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=has_fast_bf16()):
            features = judge.features(fake)[0].float()
        adversarial = F.softplus(good.detach() - judge.judge(features, condition.detach())).mean()
        kl = divergence(mu, log_var).mean()
        self.update(self.opt_g, adversarial + 0.05 * kl)
        judge.requires_grad_(True)
        return {"d": loss, "g": adversarial, "kl": kl, "right": (good > bad).float().mean()}


def bce(logits: torch.Tensor, target: int) -> torch.Tensor:
    return F.binary_cross_entropy_with_logits(logits.float(), torch.full_like(logits, target, dtype=torch.float32))


def as_input(made: torch.Tensor) -> torch.Tensor:
    """A picture on white [B, 4, 64, 64] (sRGB and alpha, -1..1) as our discriminator takes it."""
    lab = rgb_to_lab((made[:, :3] / 2 + 0.5).movedim(1, -1)).movedim(-1, 1)
    flat = picture_input(lab, torch.ones_like(made[:, :1]))
    return torch.cat([flat[:, :3], made[:, 3:]], 1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def calibrate(trainer: Trainer, batches: int) -> None:
    """Batch-norm statistics of the averaged weights themselves, as for ours (`train.py`)."""
    model = trainer.average.module
    norms = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    for _ in range(batches):
        titles = trainer.batch()["titles"]
        model(titles, torch.randn(len(titles), Z, device=trainer.device), torch.randn(len(titles), CONDITION, device=trainer.device))
    for norm in norms:
        norm.momentum = 0.1


@torch.no_grad()
def samples(trainer: Trainer, held: datasets.Dataset, path: Path) -> None:
    """Rows: 8 held-out titles; columns: 8 draws, then the real picture."""
    training = trainer.generator.training
    model = (trainer.average.module if trainer.which in AVERAGED else trainer.generator).eval()
    pick = [row * 97 % len(held) for row in range(8)]
    words = trainer.colors.index([held.rows[i] for i in pick], held.color[pick])
    titles = trainer.colors.write(held.tokens[pick], words).to(trainer.device)
    noise = torch.Generator().manual_seed(0)
    draw = lambda size: torch.randn(8, size, generator=noise).to(trainer.device)  # noqa: E731
    columns = [model(titles, draw(Z), draw(CONDITION))[0][-1][:, :3].cpu() / 2 + 0.5 for _ in range(8)]
    columns.append(composite_rgb(held.lab[pick].float(), held.alpha[pick].float() / 255))
    sheet(torch.stack(columns, 1).flatten(0, 1), 9, path, scale=2)
    trainer.generator.train(training)


def main() -> None:
    args = options()
    if args.threads:
        torch.set_num_threads(args.threads)
    source = datasets.open_source(args.data)
    data, held = (datasets.load(source, split, limit=args.limit) for split in ("train", "val"))
    for which in KINDS if args.which == "all" else [args.which]:
        trainer = Trainer(args, which, source, data)
        run = Run(args.run, which, vars(args), args.images)
        # The state at three quarters is kept, so that a baseline that still improves can be told from one that does not.
        for total in (args.images * 3 // 4, args.images):
            train_until(run, trainer, total, trainer.step, lambda path, trainer=trainer: samples(trainer, held, path), args.minutes, args.save_minutes)
            if trainer.images < total:
                break
            if trainer.images < args.images:
                shutil.copy(run.checkpoint, args.run / f"{which}-three-quarters.pt")
        if which in AVERAGED:
            calibrate(trainer, min(40, 1 + args.images // args.batch))
            run.save(trainer.state())


if __name__ == "__main__":
    main()
