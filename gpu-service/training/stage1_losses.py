"""What Stage-I's generator is taught by: two judges, the frozen classifiers, and cloth no livelier than real cloth."""

import torch
import torch.nn.functional as F

import data as datasets
import projected
from discriminator import bag_of_words, wrong_tokens
from guide import level_loss, spread_loss
from lab import composite_rgb
from losses import auxiliary, in_one_color, liveliness
from memory import shortfall, step_losses
from model import LATENT_DIM
from runs import average_gradients

PROJECTED_EDGE, MOVE_PX = 96, 4


class Losses:
    """The part of `Trainer` that turns a batch and the pictures made of it into losses; judges take their steps on the way."""

    def restless(self, batch: dict, made: dict) -> torch.Tensor:
        """How much livelier drawn cloth is than real cloth of the same words, in Lab units, where no pattern was asked for."""
        half = self.reconstructed
        plain, plain_real = (~self.loud[batch[name][half:]].any(1) for name in ("tokens", "said"))
        real, fake = liveliness(batch["lab"][half:], batch["alpha"][half:]), liveliness(made["lab"][half:], made["alpha"][half:])
        usual = (real * plain_real).sum() / plain_real.sum().clamp(min=1)
        allowed = torch.where(plain_real, real, usual)
        return (F.relu(fake - 1.5 * allowed) * plain).mean()

    def guided_losses(self, batch: dict, made: dict, losses: dict, which: int) -> torch.Tensor:
        """The generator's share from the frozen classifier whose turn it is (`which`): words show as on real pictures, come when said, stay, and leave room for seeds."""
        args, guide, steps, tokens = self.args, self.guide, batch["steps"], batch["tokens"]
        color, after = batch["color"][:, :3], steps.after
        with self.cast():
            again = self.generator(tokens[after], torch.randn(len(steps.added), LATENT_DIM, device=self.device), batch["color"][after])
        pairs = [composite_rgb(in_one_color(lab, alpha, color[after]), alpha) for lab, alpha in ((made["lab"][after], made["alpha"][after]), (again["lab"], again["alpha"]))]
        with torch.no_grad(), self.cast():
            guide.learn_levels(composite_rgb(batch["lab"], batch["alpha"]), batch["said"], which)
        with self.cast():
            seen = guide(torch.cat([composite_rgb(made["lab"], made["alpha"]), *pairs]), which)
        asked, one, other = (seen.rows(part) for part in slices(len(tokens), len(steps.added), len(steps.added)))
        level = guide.levels[which]
        if self.needs:
            self.needs.learn(steps.added, shortfall(steps, asked.words, level).detach())
        step = step_losses(steps, tokens, asked.words, made["alpha"], self.cloth, level)
        levels, add, ret = level_loss(asked, level, guide.shown[which], tokens), step["add"], step["ret"]
        spread = spread_loss(one, other, guide.usual[which])
        losses |= {"level": levels, "guide_add": add, "guide_ret": ret, "spread": spread}
        return args.levels * levels + args.add * add + args.ret * ret + args.spread * spread

    def seen_elsewhere(self, *pictures: torch.Tensor) -> list[torch.Tensor]:
        """What a judge is shown instead, so that it does not learn a small train set by heart: all moved by the same few pixels
        (Zhao et al., "Differentiable augmentation", 2020, without its colours; holes showed in the pictures made)."""
        first, *more = pictures
        return [x.contiguous(memory_format=torch.channels_last) for x in datasets.shifted(first, MOVE_PX, self.rng, *more)]

    def judged_losses(self, batch: dict, made: dict, fake: torch.Tensor, losses: dict, lazy: bool) -> torch.Tensor:
        """The generator's share from the judge of Lab and alpha: realism, words, and what a further word must do."""
        judge, tokens, half = self.judge, batch["tokens"], self.reconstructed
        real, fake = self.seen_elsewhere(batch["real"], fake)
        real_logit, maps = self.judge_step(batch, real, fake.detach(), losses, lazy)
        judge.requires_grad_(False)
        with self.cast():
            features, fake_maps = judge.features(fake)
            logit = judge.judge(features, judge.condition(tokens, batch["color"])).float()
            heads = [head.float() for head in judge.heads(features)]
        adversarial = F.softplus(real_logit - logit).mean()
        aux_fake = auxiliary(heads, batch, tokens, asked_only=True)
        like = sum((a[:half] - b[:half]).abs().mean() for a, b in zip(fake_maps[:3], maps[:3], strict=True)).float()
        losses |= {"g": adversarial, "aux_fake": aux_fake, "like": like}
        loss = adversarial + self.args.auxiliary * aux_fake + self.args.likeness * like
        if batch["steps"]:
            step = step_losses(batch["steps"], tokens, heads[3], made["alpha"], self.cloth)
            losses |= step
            loss = loss + 0.25 * (self.args.add * step["add"] + self.args.ret * step["ret"]) + step["outline"]
        return loss

    def judge_step(self, batch: dict, real: torch.Tensor, fake: torch.Tensor, losses: dict, lazy: bool) -> tuple[torch.Tensor, list]:
        """One step of the judge: relativistic logistic loss, wrong words, R1 + R2 on every eighth of its steps."""
        judge, said, color, args = self.judge, batch["said"], batch["color"], self.args
        real_in, fake_in = real.detach().requires_grad_(lazy), fake.requires_grad_(lazy)
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
        loss = loss_d + args.auxiliary * aux_real
        if lazy:
            slopes = torch.autograd.grad([real_logit.sum(), fake_logit.sum()], [real_in, fake_in], create_graph=True)
            loss = loss + 4 * self.gamma * sum(slope.square().sum((1, 2, 3)).mean() for slope in slopes)
        self.opt_d.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(judge)
        self.opt_d.step()

        losses |= {"d": loss_d, "aux_real": aux_real, "right": (real_logit > fake_logit).float().mean()}
        return real_logit.detach(), [m.detach() for m in maps]

    def projected_losses(self, batch: dict, made: dict, losses: dict) -> torch.Tensor:
        """The generator's share from pretrained features: likeness of reconstructions, and the second judge once it plays."""
        half, edge, judge = self.reconstructed, PROJECTED_EDGE, self.second
        shown = self.seen_elsewhere(*(composite_rgb(batch_or_made["lab"], batch_or_made["alpha"]) for batch_or_made in (batch, made)))
        real_view, made_view = (F.interpolate(x, (edge, edge), mode="bilinear", align_corners=False).contiguous(memory_format=torch.channels_last) for x in shown)
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


def slices(*lengths: int) -> list[slice]:
    """One after the other."""
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    return [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]
