"""An encoder for a Stage-I that came without one: what the graphs of `shared/model` lack, and Stage-II's training asks."""

import torch
import torch.nn.functional as F

import data as datasets
from discriminator import Encoder, picture_input
from losses import divergence, pyramid_distance
from model import LATENT_DIM, Stage1
from runs import has_fast_bf16, pick_device

BATCH, RATE, KL = 32, 1e-3, 0.003  # the divergence weighs what it does in `train.py`


def learn_encoder(stage1: Stage1, data: datasets.Dataset, images: int) -> Encoder:
    """The encoder whose z makes `stage1`, frozen, draw the garments of `data`: by their pixels, with a weak divergence from a seed's normal."""
    device = pick_device()
    torch.manual_seed(0)
    rng = torch.Generator(device).manual_seed(0)
    stage1 = stage1.to(device).eval().requires_grad_(False)
    data, encoder = data.to(device), Encoder().to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(encoder.parameters(), RATE, (0.0, 0.99))
    steps = -(-images // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(1, steps), RATE / 20)
    for step in range(steps):
        index = torch.randint(len(data), (BATCH,), generator=rng, device=device)
        lab, alpha = data.lab[index].float(), data.alpha[index].float() / 255
        lab, alpha, color = datasets.augment(lab, alpha, data.color[index], data.denim[index], rng)
        tokens = datasets.as_asked(datasets.shopper_order(data.tokens[index], data.kind[index], rng))
        real = picture_input(lab, alpha)
        with torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bf16()):
            mean, log_var = (x.float() for x in encoder(real))
            seen = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
            made = stage1(tokens, torch.randn(BATCH, LATENT_DIM, device=device), F.pad(color, (0, 1), value=1.0), seen)
        pixels = pyramid_distance(picture_input(made["lab"], made["alpha"]), real)
        kl = divergence(mean, log_var).sum(1).mean()
        optimiser.zero_grad(set_to_none=True)
        (4 * pixels + KL * kl).backward()
        optimiser.step()
        schedule.step()
        if step % 250 == 249:
            print(f"encoder {(step + 1) * BATCH}/{images} pixels {pixels:.3f} kl {kl:.1f}", flush=True)
    return encoder.eval()
