"""Trains Stage-I: ReStGAN's conditional GAN with an auxiliary classifier, beside a conditional VAE branch.

    python3 train.py --data ../../dataset --run runs/a

Resumes from the run folder's checkpoint; Ctrl-C saves. Works on CPU and CUDA, and under torchrun. See README.md.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import data as datasets
from discriminator import Discriminator, Encoder, bag_of_words, picture_input, wrong_tokens
from lab import composite_rgb
from latent import latent_for_seeds
from model import COLOR_TOKEN, LATENT_DIM, Z_DIM, Config, Stage1
from runs import Average, Run, average_gradients, sheet, start_distributed, train_until


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that `npm run catalog` wrote")
    parser.add_argument("--run", type=Path, required=True, help="run folder; resumed when it has a checkpoint")
    parser.add_argument("--images", type=int, default=2_000_000, help="images to see in all")
    parser.add_argument("--vae-images", type=int, default=60_000, help="images of the VAE branch alone, before the GAN joins")
    parser.add_argument("--batch", type=int, default=32, help="per process, 8..512")
    parser.add_argument("--lr", type=float, default=2e-4, help="Adam, both sides, betas (0, .99), cosine to a tenth")
    parser.add_argument("--pixels", type=float, default=1.0, help="weight of the reconstruction once the GAN has joined; 4 before")
    parser.add_argument("--judge-pace", type=float, default=2.5, help="the discriminator's learning rate over the generator's")
    parser.add_argument("--gamma", type=float, default=0.1, help="R1 + R2 weight at the start; ends at a fifth")
    parser.add_argument("--width", type=int, default=24, help="discriminator width")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 leaves torch's own")
    parser.add_argument("--minutes", type=float, default=0, help="stop after this long, 0 never")
    parser.add_argument("--save-minutes", type=float, default=4, help="between checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, help="use only the first rows (smoke tests)")
    parser.add_argument("--dry-run", action="store_true", help="load, print sizes and two steps' speed, write nothing")
    return parser.parse_args()


class Trainer:
    """Everything that a step needs, and that a checkpoint keeps."""

    def __init__(self, args: argparse.Namespace, source: datasets.Source):
        self.args = args
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.rank, self.world = start_distributed()
        torch.manual_seed(args.seed)
        self.config = Config(vocabulary=source.vocabulary, clusters=len(source.centroids))
        layout = {"device": self.device, "memory_format": torch.channels_last}
        self.generator = Stage1(self.config, source.centroids).to(**layout)
        self.discriminator = Discriminator(self.config.vocabulary, self.config.clusters, args.width).to(**layout)
        self.encoder = Encoder().to(**layout)
        self.average = Average(self.generator, 10_000)
        self.swap = datasets.rivals(source).to(self.device)
        betas = (0.0, 0.99)
        self.opt_g = torch.optim.Adam([*self.generator.parameters(), *self.encoder.parameters()], args.lr, betas)
        self.opt_d = torch.optim.Adam(self.discriminator.parameters(), args.lr, betas)
        self.images, self.steps = 0, 0
        self.rng = torch.Generator().manual_seed(args.seed + self.rank)
        self.order = np.random.default_rng(args.seed + self.rank)

    PARTS = ("generator", "discriminator", "encoder", "opt_g", "opt_d")

    def state(self) -> dict:
        parts = {name: getattr(self, name).state_dict() for name in self.PARTS}
        return {**parts, "ema": self.average.module.state_dict(), "config": self.config.as_dict(), "images": self.images, "steps": self.steps, "run": self.args.run.name}

    def restore(self, state: dict) -> None:
        for name in self.PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.average.module.load_state_dict(state["ema"])
        self.images, self.steps = state["images"], state["steps"]
        self.rng.manual_seed(self.args.seed + self.rank + self.images)
        self.order = np.random.default_rng(self.args.seed + self.rank + self.images)

    @property
    def reconstructed(self) -> int:
        """Rows of a batch that go through the encoder: all at first, half once the GAN has joined."""
        return self.args.batch if self.images < self.args.vae_images else self.args.batch // 2

    def batch(self, data: datasets.Dataset) -> dict:
        index = torch.from_numpy(self.order.integers(0, len(data), self.args.batch))
        lab, alpha = data.lab[index].float(), data.alpha[index].float() / 255
        lab, alpha, color = datasets.augment(lab, alpha, data.color[index], data.denim[index], self.rng)
        tokens = datasets.shopper_order(data.tokens[index], data.kind[index], self.order)
        named = (tokens == COLOR_TOKEN).any(1)
        named[: self.reconstructed] = True
        distance = torch.cdist(color, self.average.module.centroids.cpu())
        batch = {
            "real": picture_input(lab, alpha).contiguous(memory_format=torch.channels_last),
            "tokens": tokens,
            "color": torch.cat([color, torch.ones(len(color), 1)], 1) * named[:, None],
            "cluster": distance.argmin(1),
            "home": data.cluster[index],
            "kind": data.kind[index],
            "gender": data.gender[index],
        }
        return {key: value.to(self.device, non_blocking=True) for key, value in batch.items()}

    def step(self, data: datasets.Dataset) -> dict:
        args, judge = self.args, self.discriminator
        progress = min(1.0, self.images / args.images)
        rate = args.lr * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))
        for optimiser, pace in ((self.opt_g, 1.0), (self.opt_d, args.judge_pace)):
            for group in optimiser.param_groups:
                group["lr"] = rate * pace
        batch = self.batch(data)
        real, tokens, color, half = batch["real"], batch["tokens"], batch["color"], self.reconstructed
        mean, log_var = self.encoder(real[:half])
        seen = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
        latent = torch.randn(args.batch, LATENT_DIM, device=self.device)
        latent = torch.cat([torch.cat([seen, latent[half:, :Z_DIM]]), latent[:, Z_DIM:]], 1)
        made = self.generator(tokens, latent, color)
        fake = picture_input(made["lab"], made["alpha"])
        pixels = pyramid_distance(fake[:half], real[:half])
        kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(1).mean()
        kl_words = 0.5 * (made["mu"].square() + made["log_var"].exp() - 1 - made["log_var"]).mean()
        prior = F.cross_entropy(self.generator.prior(made["state"]), batch["home"])
        loss_g = (4 if self.images < args.vae_images else args.pixels) * pixels + 0.01 * kl + 0.05 * kl_words + 0.1 * prior
        losses = {"pixels": pixels, "kl": kl, "prior": prior}
        if self.images >= args.vae_images:
            real_logit, maps = self.judge_step(batch, fake.detach(), losses, progress)
            judge.requires_grad_(False)
            fake_features, fake_maps = judge.features(fake)
            fake_logit = judge.judge(fake_features, judge.condition(tokens, color))
            adversarial = F.softplus(real_logit - fake_logit).mean()
            aux_fake = auxiliary(judge.heads(fake_features), batch, asked_only=True)
            likeness = sum((a[:half] - b[:half]).abs().mean() for a, b in zip(fake_maps[:3], maps[:3], strict=True))
            loss_g = loss_g + adversarial + 0.5 * aux_fake + likeness
            losses |= {"g": adversarial, "aux_fake": aux_fake, "like": likeness}
        self.opt_g.zero_grad(set_to_none=True)
        loss_g.backward()
        judge.requires_grad_(True)
        average_gradients(self.generator), average_gradients(self.encoder)
        self.opt_g.step()
        seen_now = args.batch * self.world
        self.images, self.steps = self.images + seen_now, self.steps + 1
        self.average.update(self.generator, seen_now)
        return losses

    def judge_step(self, batch: dict, fake: torch.Tensor, losses: dict, progress: float) -> tuple[torch.Tensor, list]:
        """One step of the discriminator: relativistic logistic loss, wrong words, R1 + R2 every 8th step."""
        judge, tokens, color, args = self.discriminator, batch["tokens"], batch["color"], self.args
        lazy = self.steps % 8 == 0
        real_in, fake_in = batch["real"].detach().requires_grad_(lazy), fake.requires_grad_(lazy)
        features, maps = judge.features(real_in)
        fake_features, _ = judge.features(fake_in)
        condition = judge.condition(tokens, color)
        wrong = judge.condition(wrong_tokens(tokens, self.swap), color)
        real_logit, fake_logit = judge.judge(features, condition), judge.judge(fake_features, condition)
        loss_d = F.softplus(fake_logit - real_logit).mean() + 0.5 * F.softplus(judge.judge(features, wrong) - real_logit).mean()
        aux_real = auxiliary(judge.heads(features), batch, asked_only=False)
        loss = loss_d + 0.5 * aux_real
        if lazy:
            slopes = torch.autograd.grad([real_logit.sum(), fake_logit.sum()], [real_in, fake_in], create_graph=True)
            gamma = args.gamma * (1 - 0.8 * progress)
            loss = loss + 8 * gamma / 2 * sum(slope.square().sum((1, 2, 3)).mean() for slope in slopes)
        self.opt_d.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(judge)
        self.opt_d.step()

        losses |= {"d": loss_d, "aux_real": aux_real, "right": (real_logit > fake_logit).float().mean()}
        return real_logit.detach(), [m.detach() for m in maps]


def pyramid_distance(made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """L1 at 64, 32, 16 and 8 px, so that shape counts beside pixels."""
    total = torch.zeros((), device=made.device)
    for _ in range(4):
        total = total + (made - real).abs().mean()
        made, real = F.avg_pool2d(made, 2), F.avg_pool2d(real, 2)
    return total / 2


def auxiliary(heads, batch: dict, asked_only: bool) -> torch.Tensor:
    """ReStGAN's auxiliary classifier: type, gender, colour cluster, and every word.

    For fakes only the words that were asked for count: a word that is not said is not denied.
    """
    kind, gender, color, words = heads
    bag = bag_of_words(batch["tokens"], words.shape[1])
    each = F.binary_cross_entropy_with_logits(words, bag, reduction="none")
    weight = bag if asked_only else 0.1 + 0.9 * bag
    word_loss = (each * weight).sum(1).mean() / 4
    return (
        F.cross_entropy(kind, batch["kind"], ignore_index=-1)
        + 0.5 * F.cross_entropy(gender, batch["gender"], ignore_index=-1)
        + 0.3 * F.cross_entropy(color, batch["cluster"])
        + word_loss
    )


@torch.no_grad()
def calibrate(trainer: Trainer, data: datasets.Dataset, batches: int = 50) -> None:
    """Batch-norm statistics of the averaged generator itself, on drawn z: those that follow training are another network's."""
    model = trainer.average.module
    norms = [layer for layer in model.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    for _ in range(batches):
        batch = trainer.batch(data)
        model(batch["tokens"], torch.randn(len(batch["tokens"]), LATENT_DIM, device=trainer.device), batch["color"])
    for norm in norms:
        norm.momentum = 0.1
    model.eval()


@torch.no_grad()
def samples(trainer: Trainer, data: datasets.Dataset, path: Path) -> None:
    """Rows: 8 held-out titles; columns: 10 seeds, the last the real picture."""
    model = trainer.average.module.eval()
    pictures = []
    for row in range(8):
        pick = row * 97 % len(data)
        count = 10
        tokens = data.tokens[pick : pick + 1].repeat(count, 1).to(trainer.device)
        color = torch.cat([data.color[pick], torch.ones(1)]).repeat(count, 1).to(trainer.device)
        made = model(tokens, torch.from_numpy(latent_for_seeds(range(count))).to(trainer.device), color)
        pictures.append(composite_rgb(made["lab"], made["alpha"]).cpu())
        pictures.append(composite_rgb(data.lab[pick : pick + 1].float(), data.alpha[pick : pick + 1].float() / 255))
    sheet(torch.cat(pictures), 11, path, scale=2)


def main() -> None:
    args = options()
    if args.threads:
        torch.set_num_threads(args.threads)
    source = datasets.open_source(args.data)
    trainer = Trainer(args, source)
    data, held = datasets.load(source, "train", limit=args.limit), datasets.load(source, "val", limit=args.limit)
    print(f"{len(data)} train and {len(held)} held-out garments, {trainer.config.clusters} colour clusters, {trainer.device}", flush=True)
    if args.dry_run:
        for _ in range(2):
            start = time.time()
            trainer.step(data)
            print(f"{args.batch / (time.time() - start):.0f} images a second")
        return
    run = Run(args.run, "stage1", vars(args), args.images)
    train_until(run, trainer, args.images, lambda: trainer.step(data), lambda path: samples(trainer, held, path), args.minutes, args.save_minutes)
    calibrate(trainer, data)
    run.save(trainer.state())


if __name__ == "__main__":
    main()
