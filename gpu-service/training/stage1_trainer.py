"""Stage-I's trainer: its networks, batches, schedule and step. What a step adds up is in `stage1_losses.py`."""

import argparse
import math
import time

import torch
import torch.nn.functional as F

import data as datasets
import projected
import runs
from calibration import fit_seeds
from discriminator import Discriminator, Encoder, picture_input
from guide import Guide
from losses import divergence, pyramid_distance, ripple, ripple_loss, tint
from memory import CLOTH, Needs, pair_up, told_last
from model import LATENT_DIM, Config, Stage1, kind_gates
from replay import Replay, adam, set_rate
from runs import Average, average_gradients, pick_device, start_distributed
from stage1_losses import Losses
from words import packed

FIT_EVERY, FIT_ROWS, LAST_FIT_ROWS = 32_768, 2048, 8192
ABLATIONS = ("lstm", "gates", "lab-head", "lab-input", "classifier")
# Kinds of word by what they say: structure, detail, cloth.
CLASSES = {"type": 0, "gender": 0, "cut": 0, "fit": 0, "rise": 0, "length": 0, "waist": 1, "detail": 1, "fabric": 2, "pattern": 2}


class Trainer(Losses):
    """Everything that a step needs, and that a checkpoint keeps."""

    def __init__(self, args: argparse.Namespace, source: datasets.Source):
        self.args = args
        self.device = pick_device()
        self.rank, self.world = start_distributed()
        torch.manual_seed(args.seed)
        without = args.without
        self.config = Config(
            vocabulary=source.vocabulary, clusters=len(source.centroids), text="bag" if without == "lstm" else "lstm", gates=without not in ("lstm", "gates"), lab_head=without != "lab-head"
        )
        if without == "classifier":
            args.auxiliary, args.guides, args.add, args.ret = 0, [], 0, 0
        layout = {"device": self.device, "memory_format": torch.channels_last}
        self.generator = Stage1(self.config, source.centroids)
        if self.config.gates:
            kind_gates(self.generator.text, word_classes(source))
        self.generator.to(**layout)
        if self.config.text == "lstm":
            self.generator.text.lstm.flatten_parameters()
        self.needs: Needs | None = None
        self.guide = Guide(args.guides, source.vocabulary).to(**layout) if args.guides else None
        self.judge = Discriminator(self.config.vocabulary, self.config.clusters, args.width).to(**layout)
        self.features = projected.Features().to(**layout) if args.projected else None
        self.second = projected.ProjectedJudge(self.config.vocabulary).to(**layout)
        self.encoder = Encoder().to(**layout)
        self.average = Average(self.generator, args.half_life)
        self.swap, self.loud = datasets.rivals(source).to(self.device), datasets.loud_words(source).to(self.device)
        self.cloth = torch.tensor([source.groups.get(word) in CLOTH for word in range(self.config.vocabulary)], device=self.device)
        betas = (0.0, 0.99)
        learned = [p for p in [*self.generator.parameters(), *self.encoder.parameters()] if p.requires_grad]
        captured = args.graphs and self.device.type == "cuda"
        self.opt_g = adam(learned, args.lr, betas, self.device, captured)
        self.opt_d = adam(self.judge.parameters(), args.lr, betas, self.device, captured)
        self.opt_p = adam([p for p in self.second.parameters() if p.requires_grad], args.lr, betas, self.device, captured)
        self.replay = Replay(captured)
        self.ripples = torch.zeros(2, 2, 6, device=self.device)
        self.gamma, self.pull = torch.zeros((), device=self.device), torch.zeros((), device=self.device)
        self.images, self.steps, self.began = 0, 0, time.time()
        self.rng = torch.cuda.default_generators[torch.cuda.current_device()] if self.device.type == "cuda" else torch.Generator()
        self.reseed()

    def meet(self, data: datasets.Dataset) -> None:
        """What the guides have to know of the garments before training begins."""
        if self.guide:
            self.guide.learn_spread(data)
            self.needs = Needs(data.tokens, self.config.vocabulary) if self.args.needs else None

    def reseed(self) -> None:
        self.rng.manual_seed(self.args.seed + self.rank + self.images)

    PARTS = ("generator", "judge", "second", "encoder", "opt_g", "opt_d", "opt_p")

    def state(self) -> dict:
        parts = {name: getattr(self, name).state_dict() for name in self.PARTS}
        return {**parts, "ema": self.average.module.state_dict(), "config": self.config.as_dict(), "images": self.images, "steps": self.steps, "run": self.args.run.name, "without": self.args.without}

    def restore(self, state: dict) -> None:
        runs.load_parts(self, state)
        self.reseed()

    @property
    def alone(self) -> bool:
        """The VAE branch trains alone at first."""
        return self.images < self.args.vae_images

    @property
    def watching(self) -> bool:
        """Judges alone learn: of a generator that came trained and without them (`reimport.py`)."""
        return self.steps * self.args.batch * self.world < self.args.judges_first

    @property
    def reconstructed(self) -> int:
        """Rows of a batch that go through the encoder: all at first, half once the GAN has joined."""
        return self.args.batch if self.alone else self.args.batch // 2

    def cast(self) -> torch.autocast:
        """bfloat16 where the processor multiplies it fast; losses stay in float32."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.args.bf16)

    def batch(self, data: datasets.Dataset, needs: Needs | None = None) -> dict:
        """Half of the rows to reconstruct; of the rest each garment twice, told without its last word and with it.

        With `needs` half of the latter are garments of words that need it.
        """
        count, half = self.args.batch, self.reconstructed
        quarter = (count - half) // 2
        before, after = slice(half, half + quarter), slice(half + quarter, half + 2 * quarter)
        index = torch.randint(len(data), (count,), generator=self.rng, device=self.device)
        needy = slice(after.start, after.start + quarter // 2 if needs else after.start)
        if needs and quarter > 1:
            index[needy], wanted = needs.draw(quarter // 2, self.rng)
        index[before] = index[after]
        lab, alpha = data.lab[index].float(), data.alpha[index].float() / 255
        lab, alpha, color = datasets.augment(lab, alpha, data.color[index], data.denim[index], self.rng)
        for each in (lab, alpha, color):
            each[before] = each[after]
        tokens = datasets.as_asked(datasets.shopper_order(data.tokens[index], data.kind[index], self.rng, self.loud))
        if needs and quarter > 1:
            tokens[needy] = told_last(tokens[needy], wanted)
        said, steps = tokens.clone(), None
        if quarter:
            steps = pair_up(tokens, half)
            # The real picture without the word is told as much, but for a pattern: it would be learned as chance.
            said[before] = torch.where(self.loud[steps.added][:, None], tokens[after], tokens[before])
        cluster = torch.cdist(color, self.average.module.centroids).argmin(1)
        if self.args.without == "lab-input":
            color = self.average.module.centroids[cluster]
        return {
            "lab": lab,
            "alpha": alpha,
            "real": picture_input(lab, alpha).contiguous(memory_format=torch.channels_last),
            "tokens": tokens,
            "said": said,
            "color": F.pad(color, (0, 1), value=1.0),
            "cluster": cluster,
            "home": data.cluster[index],
            "kind": data.kind[index],
            "gender": data.gender[index],
            "steps": steps,
        }

    def titles(self, data: datasets.Dataset, most: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows of the data, at random, and their titles as shoppers type them."""
        rows = torch.randint(len(data), (min(most, 2 * len(data)),), generator=self.rng, device=self.device)
        return rows, datasets.as_asked(datasets.shopper_order(data.tokens[rows], data.kind[rows], self.rng, self.loud))

    def fit(self, data: datasets.Dataset, generator: Stage1, most: int = FIT_ROWS) -> None:
        """Seeds drawn where garments lie."""
        rows, tokens = self.titles(data, most)
        fit_seeds(generator, self.encoder, data, tokens, rows, self.args.reach)

    def step(self, data: datasets.Dataset) -> dict:
        """One step: the schedule, where seeds are drawn, then the work of this kind of step."""
        args, progress = self.args, runs.progress(self)
        rate = args.lr * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))
        for optimiser, pace in ((self.opt_g, 1.0), (self.opt_d, args.judge_pace), (self.opt_p, 1.0)):
            set_rate(optimiser, rate * pace)
        self.gamma.fill_(args.gamma * (1 - 0.8 * progress))
        self.pull.fill_(4 if self.alone else args.pixels * (1 - 0.5 * progress))
        if not self.alone and self.steps % max(1, FIT_EVERY // args.batch) == 0:
            self.fit(data, self.generator)
        projected_turn, lazy = self.features is not None and self.steps % 2 == 1, self.steps % 16 == 0
        which = 0 if self.alone else self.steps // 2 % max(1, len(args.guides))  # no guide speaks yet, so no graph for each
        losses = self.replay.run((self.alone, self.watching, projected_turn, lazy and not self.alone, which), lambda: self.work(data, projected_turn, lazy, which))
        seen_now = args.batch * self.world
        self.images, self.steps = self.images + seen_now, self.steps + 1
        return losses

    def work(self, data: datasets.Dataset, projected_turn: bool, lazy: bool, which: int) -> dict:
        args, batch = self.args, self.batch(data, self.needs)
        half, steps = self.reconstructed, batch["steps"]
        with self.cast():
            mean, log_var = (x.float() for x in self.encoder(batch["real"][:half]))
            seen = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
            latent = torch.randn(args.batch, LATENT_DIM, device=self.device)
            if steps:
                latent[steps.before] = latent[steps.after]
            made = self.generator(batch["tokens"], latent, batch["color"], seen)
            swapped = self.generator.text(shuffled(batch["tokens"], self.rng)).float() if args.order else None
        fake = picture_input(made["lab"], made["alpha"])
        pixels = pyramid_distance(fake[:half], batch["real"][:half])
        kl = divergence(mean, log_var).sum(1).mean()
        kl_words = divergence(made["mu"], made["log_var"]).mean()
        prior = F.cross_entropy(self.generator.prior(made["state"].float()), batch["home"])
        loss = self.pull * pixels + args.kl * kl + 0.05 * kl_words + 0.1 * prior
        losses = {"pixels": pixels, "kl": kl, "prior": prior}
        if args.order:
            state = made["state"].float()
            losses["order"] = order = (swapped - state).square().sum(1).mean() / (state.detach().var(0).sum() + 1e-3)
            loss = loss + args.order * order
        if self.guide and not self.alone:
            loss = loss + self.guided_losses(batch, made, losses, which)
        if not self.alone and args.calm:
            losses["calm"] = calm = self.restless(batch, made)
            loss = loss + args.calm * calm
        if not self.alone and args.tint:
            losses["tint"] = off = tint(made["lab"][half:], made["alpha"][half:], batch["color"][half:, :3], ~self.loud[batch["tokens"][half:]].any(1))
            loss = loss + args.tint * off
        if not self.alone and args.ripple:
            views = [ripple(side["lab"][half:], side["alpha"][half:]) for side in (made, batch)]
            losses["ripple"] = uneven = ripple_loss(*views, self.loud[batch["said"][half:]].any(1), self.ripples)
            loss = loss + args.ripple * uneven
        if projected_turn:
            loss = loss + self.projected_losses(batch, made, losses)
        elif not self.alone:
            loss = loss + self.judged_losses(batch, made, fake, losses, lazy)
        self.opt_g.zero_grad(set_to_none=True)
        loss.backward()
        self.judge.requires_grad_(True)
        if not self.watching:
            average_gradients(self.generator), average_gradients(self.encoder)
            self.opt_g.step()
            self.average.update(self.generator, args.batch * self.world)
        return losses


def word_classes(source: datasets.Source) -> torch.Tensor:
    """[vocabulary]: what each word says of a garment (CLASSES), -1 where it says nothing of its shape or cloth."""
    kinds = torch.full((source.vocabulary,), -1)
    for word in source.meta["tokens"]:
        kinds[word["id"]] = CLASSES.get(word["kind"], -1)
    return kinds


def shuffled(tokens: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """The same words [B, 16] in another order."""
    return packed(tokens, tokens > 0, torch.rand(tokens.shape, generator=rng, device=tokens.device))
