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
import projected
from calibration import calibrate, posterior
from discriminator import Discriminator, Encoder, bag_of_words, picture_input, wrong_tokens
from lab import composite_rgb
from latent import latent_for_seeds
from losses import auxiliary, liveliness, pyramid_distance
from memory import CLOTH, pair_up, step_losses
from model import LATENT_DIM, Z_DIM, Config, Stage1
from runs import Average, Run, average_gradients, has_fast_bf16, sheet, start_distributed, train_until

PROJECTED_EDGE = 96


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that `npm run catalog` wrote")
    parser.add_argument("--run", type=Path, required=True, help="run folder; resumed when it has a checkpoint")
    parser.add_argument("--images", type=int, default=2_000_000, help="images to see in all")
    parser.add_argument("--vae-images", type=int, default=60_000, help="images of the VAE branch alone, before the GAN joins")
    parser.add_argument("--batch", type=int, default=32, help="per process, 8..512")
    parser.add_argument("--lr", type=float, default=3e-4, help="Adam, both sides, betas (0, .99), cosine to a tenth")
    parser.add_argument("--pixels", type=float, default=2.0, help="weight of the reconstruction once the GAN has joined; 4 before")
    parser.add_argument("--judge-pace", type=float, default=2.0, help="the discriminator's learning rate over the generator's")
    parser.add_argument("--gamma", type=float, default=0.05, help="R1 + R2 weight at the start; ends at a fifth")
    parser.add_argument("--kl", type=float, default=0.001, help="weight of the encoder's KL divergence")
    parser.add_argument("--likeness", type=float, default=1.0, help="weight of feature distances of reconstructions")
    parser.add_argument("--projected", type=float, default=1.0, help="weight of the judge on pretrained features, every second step; 0 leaves it out")
    parser.add_argument("--calm", type=float, default=2.0, help="weight of cloth livelier than real cloth, where no pattern is asked for")
    parser.add_argument("--add", type=float, default=0.3, help="weight of the hinge that an added word shows")
    parser.add_argument("--ret", type=float, default=0.3, help="weight of the hinge that earlier words stay")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=has_fast_bf16(), help="bfloat16 convolutions")
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
        self.judge = Discriminator(self.config.vocabulary, self.config.clusters, args.width).to(**layout)
        self.features = projected.Features().to(**layout) if args.projected else None
        self.second = projected.ProjectedJudge(self.config.vocabulary).to(**layout)
        self.encoder = Encoder().to(**layout)
        self.average = Average(self.generator, 10_000)
        self.swap, self.loud = datasets.rivals(source).to(self.device), datasets.loud_words(source)
        self.loud_ids = torch.tensor(sorted(self.loud), device=self.device)
        self.cloth = torch.tensor([source.groups.get(word) in CLOTH for word in range(self.config.vocabulary)], device=self.device)
        betas = (0.0, 0.99)
        learned = [p for p in [*self.generator.parameters(), *self.encoder.parameters()] if p.requires_grad]
        self.opt_g = torch.optim.Adam(learned, args.lr, betas)
        self.opt_d = torch.optim.Adam(self.judge.parameters(), args.lr, betas)
        self.opt_p = torch.optim.Adam([p for p in self.second.parameters() if p.requires_grad], args.lr, betas)
        self.images, self.steps = 0, 0
        self.rng = torch.Generator().manual_seed(args.seed + self.rank)
        self.order = np.random.default_rng(args.seed + self.rank)

    PARTS = ("generator", "judge", "second", "encoder", "opt_g", "opt_d", "opt_p")

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
    def alone(self) -> bool:
        """The VAE branch trains alone at first."""
        return self.images < self.args.vae_images

    @property
    def reconstructed(self) -> int:
        """Rows of a batch that go through the encoder: all at first, half once the GAN has joined."""
        return self.args.batch if self.alone else self.args.batch // 2

    def cast(self) -> torch.autocast:
        """bfloat16 where the processor multiplies it fast; losses stay in float32."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.args.bf16)

    def batch(self, data: datasets.Dataset) -> dict:
        index = torch.from_numpy(self.order.integers(0, len(data), self.args.batch))
        half = self.reconstructed
        quarter = (self.args.batch - half) // 2
        index[half + quarter : half + 2 * quarter] = index[half : half + quarter]
        lab, alpha = data.lab[index].float(), data.alpha[index].float() / 255
        lab, alpha, color = datasets.augment(lab, alpha, data.color[index], data.denim[index], self.rng)
        tokens = datasets.as_asked(datasets.shopper_order(data.tokens[index], data.kind[index], self.order, self.loud))
        said = tokens.clone()
        color[half : half + quarter] = color[half + quarter : half + 2 * quarter]
        steps = None
        if quarter:
            said[half : half + quarter] = said[half + quarter : half + 2 * quarter]
            steps = pair_up(tokens, half)
        batch = {
            "lab": lab,
            "alpha": alpha,
            "real": picture_input(lab, alpha).contiguous(memory_format=torch.channels_last),
            "tokens": tokens,
            "said": said,
            "color": torch.cat([color, torch.ones(len(color), 1)], 1),
            "cluster": torch.cdist(color, self.average.module.centroids.cpu()).argmin(1),
            "home": data.cluster[index],
            "kind": data.kind[index],
            "gender": data.gender[index],
        }
        batch = {key: value.to(self.device, non_blocking=True) for key, value in batch.items()}
        return batch | {"steps": steps}

    def step(self, data: datasets.Dataset) -> dict:
        args = self.args
        progress = min(1.0, self.images / args.images)
        rate = args.lr * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))
        for optimiser, pace in ((self.opt_g, 1.0), (self.opt_d, args.judge_pace), (self.opt_p, 1.0)):
            for group in optimiser.param_groups:
                group["lr"] = rate * pace
        batch = self.batch(data)
        half, steps = self.reconstructed, batch["steps"]
        with self.cast():
            mean, log_var = (x.float() for x in self.encoder(batch["real"][:half]))
            seen = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
            latent = torch.randn(args.batch, LATENT_DIM, device=self.device)
            latent = torch.cat([torch.cat([seen, latent[half:, :Z_DIM]]), latent[:, Z_DIM:]], 1)
            if steps:
                latent = torch.cat([latent[: steps.after.start], latent[steps.before], latent[steps.after.stop :]])
            made = self.generator(batch["tokens"], latent, batch["color"])
        fake = picture_input(made["lab"], made["alpha"])
        pixels = pyramid_distance(fake[:half], batch["real"][:half])
        kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(1).mean()
        kl_words = 0.5 * (made["mu"].square() + made["log_var"].exp() - 1 - made["log_var"]).mean()
        prior = F.cross_entropy(self.generator.prior(made["state"].float()), batch["home"])
        loss = (4 if self.alone else args.pixels) * pixels + args.kl * kl + 0.05 * kl_words + 0.1 * prior
        losses = {"pixels": pixels, "kl": kl, "prior": prior}
        if not self.alone and args.calm:
            losses["calm"] = calm = self.restless(batch, made)
            loss = loss + args.calm * calm
        if self.features is not None and self.steps % 2:
            loss = loss + self.projected_losses(batch, made, losses)
        elif not self.alone:
            loss = loss + self.judged_losses(batch, made, fake, losses, progress)
        self.opt_g.zero_grad(set_to_none=True)
        loss.backward()
        self.judge.requires_grad_(True)
        average_gradients(self.generator), average_gradients(self.encoder)
        self.opt_g.step()
        seen_now = args.batch * self.world
        self.images, self.steps = self.images + seen_now, self.steps + 1
        self.average.update(self.generator, seen_now)
        return losses

    def restless(self, batch: dict, made: dict) -> torch.Tensor:
        """How much livelier drawn cloth is than real cloth of the same words, in Lab units, where no pattern was asked for."""
        half = self.reconstructed
        plain, plain_real = (~torch.isin(batch[name][half:], self.loud_ids).any(1) for name in ("tokens", "said"))
        real, fake = liveliness(batch["lab"][half:], batch["alpha"][half:]), liveliness(made["lab"][half:], made["alpha"][half:])
        usual = (real * plain_real).sum() / plain_real.sum().clamp(min=1)
        allowed = torch.where(plain_real, real, usual)
        return (F.relu(fake - 1.2 * allowed) * plain).mean()

    def judged_losses(self, batch: dict, made: dict, fake: torch.Tensor, losses: dict, progress: float) -> torch.Tensor:
        """The generator's share from the judge of Lab and alpha: realism, words, and what a further word must do."""
        judge, tokens, half = self.judge, batch["tokens"], self.reconstructed
        real_logit, maps = self.judge_step(batch, fake.detach(), losses, progress)
        judge.requires_grad_(False)
        with self.cast():
            features, fake_maps = judge.features(fake)
            logit = judge.judge(features, judge.condition(tokens, batch["color"])).float()
            heads = [head.float() for head in judge.heads(features)]
        adversarial = F.softplus(real_logit - logit).mean()
        aux_fake = auxiliary(heads, batch, tokens, asked_only=True)
        like = sum((a[:half] - b[:half]).abs().mean() for a, b in zip(fake_maps[:3], maps[:3], strict=True)).float()
        losses |= {"g": adversarial, "aux_fake": aux_fake, "like": like}
        loss = adversarial + 0.5 * aux_fake + self.args.likeness * like
        if batch["steps"]:
            step = step_losses(batch["steps"], tokens, heads[3], made["alpha"], self.cloth)
            losses |= step
            loss = loss + self.args.add * step["add"] + self.args.ret * step["ret"] + step["outline"]
        return loss

    def judge_step(self, batch: dict, fake: torch.Tensor, losses: dict, progress: float) -> tuple[torch.Tensor, list]:
        """One step of the judge: relativistic logistic loss, wrong words, R1 + R2 on every eighth of its steps."""
        judge, said, color, args = self.judge, batch["said"], batch["color"], self.args
        lazy = self.steps % 16 == 0
        real_in, fake_in = batch["real"].detach().requires_grad_(lazy), fake.requires_grad_(lazy)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=args.bf16 and not lazy):
            features, maps = judge.features(real_in)
            fake_features, _ = judge.features(fake_in)
            condition = judge.condition(said, color)
            wrong = judge.condition(wrong_tokens(said, self.swap), color)
            real_logit = judge.judge(features, condition).float()
            fake_logit = judge.judge(fake_features, judge.condition(batch["tokens"], color)).float()
            wrong_logit = judge.judge(features, wrong).float()
            heads = [head.float() for head in judge.heads(features)]
        loss_d = F.softplus(fake_logit - real_logit).mean() + 0.5 * F.softplus(wrong_logit - real_logit).mean()
        aux_real = auxiliary(heads, batch, said, asked_only=False)
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

    def projected_losses(self, batch: dict, made: dict, losses: dict) -> torch.Tensor:
        """The generator's share from pretrained features: likeness of reconstructions, and the second judge once it plays."""
        half, edge, judge = self.reconstructed, PROJECTED_EDGE, self.second
        view = lambda lab, alpha: F.interpolate(composite_rgb(lab, alpha), (edge, edge), mode="bilinear", align_corners=False).contiguous(memory_format=torch.channels_last)  # noqa: E731
        real_view, made_view = view(batch["lab"], batch["alpha"]), view(made["lab"], made["alpha"])
        with self.cast():
            with torch.no_grad():
                real_maps = self.features(real_view)
            maps = self.features(made_view)
            like = projected.likeness([m[:half].float() for m in maps], [m[:half].float() for m in real_maps])
            losses["like_p"] = like
            loss = self.args.likeness * like * (2 if self.alone else 1)
            if self.alone:
                return loss
            bag, said, wrong = (bag_of_words(words, self.config.vocabulary) for words in (batch["tokens"], batch["said"], wrong_tokens(batch["said"], self.swap)))
            mixed = judge.mixed(maps)
            real_logits, wrong_logits = judge(judge.mixed(real_maps), said, wrong)
            (fake_logits,) = judge([m.detach() for m in mixed], bag)
            loss_p = projected.hinge(real_logits, 1) + projected.hinge(fake_logits, -1) + 0.5 * projected.hinge(wrong_logits, -1)
        self.opt_p.zero_grad(set_to_none=True)
        loss_p.backward()
        average_gradients(judge)
        self.opt_p.step()
        with self.cast():
            (logits,) = judge(mixed, bag)
        adversarial = -projected.realness(logits)
        right = sum((a.mean(1) > b.mean(1)).float().mean() for a, b in zip(real_logits, fake_logits, strict=True)) / len(logits)
        losses |= {"p": loss_p, "g_p": adversarial, "right_p": right}
        return loss + self.args.projected * adversarial


@torch.no_grad()
def samples(trainer: Trainer, data: datasets.Dataset, path: Path) -> None:
    """Rows: 8 held-out titles; columns: 10 seeds, the last the real picture."""
    model = trainer.average.module.eval()
    pictures = []
    for row in range(8):
        pick = row * 97 % len(data)
        count = 10
        tokens = datasets.as_asked(data.tokens[pick : pick + 1]).repeat(count, 1).to(trainer.device)
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
    run.save(trainer.state() | {"latent": posterior(trainer, data)})


if __name__ == "__main__":
    main()
