"""Trains Stage-II on 128-px crops: paired detail on real pictures, adversarially on Stage-I's own output.

    python3 train_stage2.py --data ../../dataset --run runs/a

Half of each batch are real garments with the true picture to reach: as Stage-I reconstructs them, or degraded to what it
makes (blurred, noised). The other half are Stage-I's samples. A patch judge that has seen only pictures with true detail
and, every second step, a judge on pretrained features look at both, told the words and where the crop lies: else a
drawstring's ruffle is right on every waist. Stage-I is frozen. Resumes as `train.py` does.
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
import runs
from carry_over import carry_over, frozen
from discriminator import bag_of_words, highpass, picture_input
from lab import composite_rgb, rgb_to_lab
from latent import latent_for_seeds
from model import LATENT_DIM, Config
from patch_judge import PLACE, PatchJudge, on_cloth
from replay import set_rate
from runs import Average, Run, has_fast_bf16, pick_device, sheet, train_until
from stage2 import Stage2, enlarged, outline

CROP, SHARP_PX = 32, 330
HALF_LIFE = 15_000  # crops after which weights count half in the average: over 4,000 it still had the beads that judges ask for in turn
# How many of the real garments come as Stage-I reconstructs them, and what their pixels count: a seam may lie beside where it was.
RECONSTRUCTED, LOOSE = 0.6, 0.2


def options(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="holds stage1.pt; stage2.pt goes beside it")
    parser.add_argument("--begin-with", type=Path, help="run folder of another Stage-I whose Stage-II is carried over, where the run has none of its own")
    parser.add_argument("--images", type=int, default=200_000, help="crops to see in all")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-4, help="Adam, cosine to a tenth; the patch judge learns three times as fast")
    parser.add_argument("--adversarial", type=float, default=0.5, help="weight of the patch adversary")
    parser.add_argument("--projected", type=float, default=0.5, help="weight of the judge on pretrained features; 0 leaves it out")
    parser.add_argument("--still", type=float, default=0.05, help="weight of what Stage-II changes of Stage-I's own pixels, a Lab unit")
    parser.add_argument("--judges-first", type=int, default=0, help="crops in which judges alone learn: where Stage-II begins trained and they do not (`reimport.py`)")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=has_fast_bf16(), help="bfloat16 convolutions")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--by-clock", action="store_true", help="the learning rate falls with the minutes where they end before the images")
    parser.add_argument("--save-minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int)
    return parser.parse_args(words)


class Trainer:
    def __init__(self, args: argparse.Namespace, stage1_state: dict, loud: torch.Tensor):
        self.args = args
        self.device = pick_device()
        self.loud = loud.to(self.device)
        torch.manual_seed(args.seed)
        self.config = Config(**stage1_state["config"])
        self.stage1, self.encoder = frozen(stage1_state, self.device)
        layout = {"device": self.device, "memory_format": torch.channels_last}
        self.stage2, self.judge = Stage2(self.config.channels[-1], self.config.style).to(**layout), PatchJudge(self.config.vocabulary).to(**layout)
        self.features = projected.Features().to(**layout) if args.projected else None
        self.second = projected.ProjectedJudge(self.config.vocabulary + PLACE).to(**layout)
        self.average = Average(self.stage2, HALF_LIFE)
        self.opt_g = torch.optim.Adam(self.stage2.parameters(), args.lr, (0.5, 0.99), fused=self.device.type == "cuda")
        self.opt_d = torch.optim.Adam(self.judge.parameters(), args.lr * 3, (0.5, 0.99), fused=self.device.type == "cuda")
        self.opt_p = torch.optim.Adam([p for p in self.second.parameters() if p.requires_grad], args.lr, (0.0, 0.99), fused=self.device.type == "cuda")
        self.images, self.steps, self.began = 0, 0, time.time()
        self.rng = torch.Generator(self.device)
        self.reseed()

    def reseed(self) -> None:
        self.rng.manual_seed(self.args.seed + self.images)
        self.corners = np.random.default_rng(self.args.seed + self.images)

    PARTS = ("stage2", "judge", "second", "opt_g", "opt_d", "opt_p")

    def state(self) -> dict:
        parts = {name: getattr(self, name).state_dict() for name in self.PARTS}
        return {**parts, "ema": self.average.module.state_dict(), "images": self.images, "steps": self.steps}

    def restore(self, state: dict) -> None:
        runs.load_parts(self, state)
        self.reseed()

    def true_detail(self, garments: "Detail", index: torch.Tensor, corner: tuple[int, int], mirrored: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """Lab and alpha of a window of real garments (or of their mirror image) at 256 px, the outline as smooth as Stage-II's."""
        top, left = 4 * corner[0], 4 * (64 - CROP - corner[1] if mirrored else corner[1])
        rgba = garments.window(index, slice(top, top + 4 * CROP), slice(left, left + 4 * CROP)).to(self.device)
        rgba = rgba.flip(2) if mirrored else rgba
        alpha = rgba[..., 3:].permute(0, 3, 1, 2).float() / 255
        return rgb_to_lab(rgba[..., :3].float() / 255).permute(0, 3, 1, 2), outline(F.avg_pool2d(alpha, 4))

    def real_batch(self, data: datasets.Dataset, index: torch.Tensor, mirrored: bool = False) -> dict:
        """Real garments at 64 px with their words and colour."""
        batch = {"lab": data.lab[index].float(), "alpha": data.alpha[index].float() / 255}
        batch = {name: value.flip(3) if mirrored else value for name, value in batch.items()}
        return batch | {"tokens": datasets.as_asked(data.tokens[index]), "color": F.pad(data.color[index], (0, 1), value=1.0)}

    @torch.no_grad()
    def paired_inputs(self, batch: dict) -> tuple[dict, torch.Tensor]:
        """What Stage-II gets for a real garment: Stage-I's reconstruction of it, as it gets samples, or else its picture, degraded,
        with the reconstruction's style and (half the time) features. `loose` [B, 1, 1, 1] is 1 for the former."""
        count = len(batch["lab"])
        mean, _ = self.encoder(picture_input(batch["lab"], batch["alpha"]))
        made = self.stage1(batch["tokens"], torch.randn(count, LATENT_DIM, device=self.device), batch["color"], seen=mean)
        loose = (torch.rand(count, 1, 1, 1, device=self.device) < RECONSTRUCTED).float()
        keep = torch.maximum(loose, (torch.rand(count, 1, 1, 1, device=self.device) < 0.5).float())
        blur = F.avg_pool2d(F.pad(batch["lab"], (1, 1, 1, 1), mode="replicate"), 3, stride=1)
        mixed = torch.rand(count, 1, 1, 1, device=self.device) * 0.7
        lab = batch["lab"] * (1 - mixed) + blur * mixed + torch.randn_like(blur) * 0.6
        lab, alpha = (real + (made[name] - real) * loose for name, real in (("lab", lab), ("alpha", batch["alpha"])))
        return {"lab": lab, "alpha": alpha, "features": made["features"] * keep, "style": made["style"], "base": batch["color"][:, :3]}, loose

    @torch.no_grad()
    def sampled_inputs(self, data: datasets.Dataset, count: int) -> tuple[dict, torch.Tensor]:
        index = torch.randint(len(data), (count,), generator=self.rng, device=self.device)
        tokens = datasets.as_asked(datasets.shopper_order(data.tokens[index], data.kind[index], self.rng, self.loud))
        latent = torch.randn(count, LATENT_DIM, device=self.device)
        made = self.stage1(tokens, latent, F.pad(data.color[index], (0, 1), value=1.0))
        return {key: made[key] for key in ("lab", "alpha", "features", "style", "base")}, tokens

    def corner(self) -> tuple[int, int]:
        """Top and left of a crop in 64-px units: anywhere in height, half of them in its first quarter (waists are what cloth is
        sewn to), near the middle across, where garments are."""
        return int(self.corners.random() ** 2 * (64 - CROP + 1)), int(self.corners.integers(CROP // 4, 64 - CROP - CROP // 4 + 1))

    def cast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.args.bf16)

    def step(self, garments: "Detail") -> dict:
        rate = self.args.lr * (0.1 + 0.45 * (1 + math.cos(math.pi * runs.progress(self))))
        for optimiser, pace in ((self.opt_g, 1.0), (self.opt_d, 3.0), (self.opt_p, 1.0)):
            set_rate(optimiser, rate * pace)
        half, data = self.args.batch // 2, garments.data
        pick = lambda rows: rows[torch.randint(len(rows), (half,), generator=self.rng, device=self.device)]  # noqa: E731
        paired, fresh = pick(garments.pool), pick(garments.sharp)
        here, there = self.corner(), self.corner()
        turned, other = (bool(self.corners.integers(2)) for _ in range(2))
        real = self.real_batch(data, paired, turned)
        truth, judged = self.true_detail(garments, paired, here, turned), self.true_detail(garments, fresh, there, other)
        with self.cast():
            known, loose = self.paired_inputs(real)
            lab, alpha = self.stage2(**small(known, here), corner=here)
            inputs, tokens = self.sampled_inputs(data, half)
            coarse = small(inputs, there)
            sampled = self.stage2(**coarse, corner=there)
        want, made, fake = picture_input(*truth), picture_input(lab, alpha), picture_input(*sampled)
        trust = 1 - (1 - LOOSE) * loose
        pixels = ((made - want).abs() * trust).mean() + ((highpass(made) - highpass(want)).abs() * (1 - loose)).mean() * 2
        still = (F.avg_pool2d(sampled[0] - enlarged(coarse["lab"]), 4) * coarse["alpha"]).abs().sum(1).mean()
        losses = {"pixels": pixels, "still": still}
        asked = [self.asked(words, place) for words, place in ((real["tokens"], here), (tokens, there), (datasets.as_asked(data.tokens[fresh]), there))]
        if self.features is not None and self.steps % 2:
            pictures = [composite_rgb(*views) for views in ((lab, alpha), truth, sampled, judged)]
            loss = self.projected_losses(pictures, asked, losses)
        else:
            loss = self.patch_losses([made, want, fake, picture_input(*judged)], asked, 1 - loose, losses)
        self.opt_g.zero_grad(set_to_none=True)
        (4 * pixels + self.args.still * still + loss).backward()
        self.judge.requires_grad_(True)
        if self.steps * self.args.batch >= self.args.judges_first:
            self.opt_g.step()
        self.images, self.steps = self.images + self.args.batch, self.steps + 1
        self.average.update(self.stage2, self.args.batch)
        return losses

    def asked(self, tokens: torch.Tensor, corner: tuple[int, int]) -> torch.Tensor:
        """[B, V + PLACE]: the words, and the crop's top and left in crops."""
        place = torch.tensor(corner, device=tokens.device) / CROP
        return torch.cat([bag_of_words(tokens, self.config.vocabulary), place.expand(len(tokens), -1)], 1)

    def patch_losses(self, pictures: list[torch.Tensor], asked: list[torch.Tensor], firm: torch.Tensor, losses: dict) -> torch.Tensor:
        """The patch judge's step, then the refiner's share: realism of both halves, likeness of the paired one where `firm`.

        Pictures: made, wanted, sampled, true detail; `asked` of the first two, the third and the fourth.
        """
        made, want, fake, judged = pictures
        half, words = len(made), torch.cat([asked[1], asked[0]])
        lazy = self.steps % 16 == 0
        real_in, fake_in = judged.requires_grad_(lazy), torch.cat([fake, made]).detach().requires_grad_(lazy)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.args.bf16 and not lazy):
            real_logit, fake_logit = self.judge(real_in, asked[2])[0].float(), self.judge(fake_in, words)[0].float()
        loss_d = on_cloth(F.softplus(-real_logit), real_in) + on_cloth(F.softplus(fake_logit), fake_in)
        loss = loss_d
        if lazy:
            slopes = torch.autograd.grad([real_logit.sum(), fake_logit.sum()], [real_in, fake_in], create_graph=True)
            loss = loss + 2e-4 * sum(slope.square().sum((1, 2, 3)).mean() for slope in slopes)
        self.opt_d.zero_grad(set_to_none=True)
        loss.backward()
        self.opt_d.step()
        self.judge.requires_grad_(False)
        with self.cast():
            logit, maps = self.judge(torch.cat([fake, made]), words)
            with torch.no_grad():
                _, want_maps = self.judge(want, asked[0])
        likeness = sum(((a[half:].float() - b.float()).abs() * firm).mean() for a, b in zip(maps, want_maps, strict=True))
        adversarial = on_cloth(F.softplus(-logit.float()), torch.cat([fake, made]))
        losses |= {"like": likeness, "g": adversarial, "d": loss_d}
        return 0.5 * likeness + self.args.adversarial * adversarial

    def projected_losses(self, pictures: list[torch.Tensor], asked: list[torch.Tensor], losses: dict) -> torch.Tensor:
        """The same by the judge on pretrained features, in which a seam beside its place is near."""
        made, want, sampled, judged = pictures
        half, judge = len(made), self.second
        with self.cast():
            with torch.no_grad():
                true_maps = self.features(torch.cat([want, judged]))
            maps = self.features(torch.cat([made, sampled]))
            like = projected.likeness([m[:half].float() for m in maps], [m[:half].float() for m in true_maps])
            mixed = judge.mixed(maps)
            (real_logits,) = judge([m[half:] for m in judge.mixed(true_maps)], asked[2])
            (fake_logits,) = judge([m.detach() for m in mixed], torch.cat(asked[:2]))
            loss_p = projected.hinge(real_logits, 1) + projected.hinge(fake_logits, -1)
        self.opt_p.zero_grad(set_to_none=True)
        loss_p.backward()
        self.opt_p.step()
        with self.cast():
            (logits,) = judge(mixed, torch.cat(asked[:2]))
        adversarial = -projected.realness(logits)
        losses |= {"like_p": like, "g_p": adversarial, "p": loss_p}
        return like + self.args.projected * adversarial


class Detail:
    """Garments with pictures at 256 px: `pool` all of them, `sharp` those of true detail (rows of `data`).

    On a GPU the pictures lie in its memory; else they are read from the pack as they are asked for.
    """

    def __init__(self, data: datasets.Dataset, pack: np.memmap, device: torch.device):
        rows = [i for i, row in enumerate(data.rows) if row["pack256"] is not None]
        sharp = [i for i in rows if data.rows[i]["detailPx"] >= SHARP_PX]
        self.data = data.to(device)
        self.pool, self.sharp = (torch.tensor(each, device=device) for each in (rows, sharp or rows))
        self.places, self.pack, self.resident = [row["pack256"] for row in data.rows], pack, None
        if device.type == "cuda":
            self.slots = torch.full((len(data),), -1, device=device)
            self.slots[self.pool] = torch.arange(len(rows), device=device)
            self.resident = torch.stack([torch.from_numpy(pack[data.rows[i]["pack256"]].copy()) for i in rows]).to(device)

    def window(self, index: torch.Tensor, high: slice, wide: slice) -> torch.Tensor:
        """uint8 [B, h, w, 4] of rows `index`."""
        if self.resident is not None:
            return self.resident[self.slots[index], high, wide]
        return torch.from_numpy(np.stack([self.pack[self.places[i], high, wide] for i in index.tolist()]))


def small(maps: dict, corner: tuple[int, int]) -> dict:
    """A window of what Stage-I made."""
    top, left = corner
    return {k: v[:, :, top : top + CROP, left : left + CROP] if v.dim() == 4 else v for k, v in maps.items()}


@torch.no_grad()
def samples(trainer: Trainer, held: datasets.Dataset, path: Path) -> None:
    """Rows of held-out titles: Stage-I enlarged and Stage-II, two seeds each."""
    count = min(6, len(held))
    model, pictures = trainer.average.module.eval(), []
    for row in range(count):
        pick = row * 97 % len(held)
        color = torch.cat([held.color[pick], torch.ones(1)]).repeat(2, 1).to(trainer.device)
        tokens = datasets.as_asked(held.tokens[pick : pick + 1]).repeat(2, 1).to(trainer.device)
        made = trainer.stage1(tokens, torch.from_numpy(latent_for_seeds([1, 2])).to(trainer.device), color)
        small = F.interpolate(composite_rgb(made["lab"], made["alpha"]), scale_factor=4, mode="nearest")
        large = composite_rgb(*model(**{key: made[key] for key in ("lab", "alpha", "features", "style", "base")}))
        pictures.append(torch.stack([small, large], 1).flatten(0, 1).cpu())
    sheet(torch.cat(pictures), 4, path)


def main() -> None:
    args = options()
    if args.threads:
        torch.set_num_threads(args.threads)
    source = datasets.open_source(args.data)
    loud = datasets.loud_words(source)
    trainer = Trainer(args, torch.load(args.run / "stage1.pt", map_location="cpu", weights_only=True), loud)
    data, held = (datasets.unpatterned(datasets.load(source, split, limit=args.limit), loud) for split in ("train", "val"))
    garments = Detail(data, datasets.pack_path(source, 256), trainer.device)
    print(f"{len(garments.pool)} garments with detail, {len(garments.sharp)} sharp, {trainer.device}", flush=True)
    run = Run(args.run, "stage2", vars(args), args.images)
    if args.begin_with and not run.checkpoint.exists():
        carry_over(trainer, args.begin_with, garments.data)
    step = lambda: trainer.step(garments)  # noqa: E731
    train_until(run, trainer, args.images, step, lambda path: samples(trainer, held, path), args.minutes, args.save_minutes)


if __name__ == "__main__":
    main()
