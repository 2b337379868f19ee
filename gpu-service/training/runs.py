"""Run folders: options, stats.jsonl, checkpoints, progress, sample sheets. One way for every trainer."""

import json
import os
import signal
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import torch
import torch.distributed as dist
from PIL import Image


def has_fast_bf16() -> bool:
    """Whether the processor or GPU has matrix units for bfloat16."""
    return torch.cuda.is_available() or torch.cpu._is_amx_tile_supported()


def pick_device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Run:
    """A folder with options.json, stats.jsonl and a checkpoint that is replaced in one step, so that a kill loses little."""

    def __init__(self, folder: Path, name: str, options: dict, total: int):
        self.folder, self.name, self.total = folder, name, total
        folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = folder / f"{name}.pt"
        self.stats = folder / f"{name}.stats.jsonl"
        (folder / f"{name}.options.json").write_text(json.dumps(options, indent=2, default=str) + "\n")
        self.started, self.first, self.window = time.time(), None, []

    def load(self) -> dict | None:
        return torch.load(self.checkpoint, map_location="cpu", weights_only=True) if self.checkpoint.exists() else None

    def save(self, state: dict) -> None:
        if not is_leader():
            return
        temporary = self.checkpoint.with_suffix(".tmp")
        torch.save(state, temporary)
        os.replace(temporary, self.checkpoint)

    def log(self, images: int, values: dict) -> None:
        """One line of stats.jsonl and of progress: images seen, rate, time left."""
        if not is_leader():
            return
        now = time.time()
        self.window = [*self.window[-20:], (now, images)]
        elapsed = now - self.window[0][0]
        rate = (images - self.window[0][1]) / elapsed if elapsed > 0 else 0.0
        left = (self.total - images) / rate if rate > 0 else float("nan")
        values = {key: round(float(value), 4) for key, value in values.items()}
        with self.stats.open("a") as file:
            file.write(json.dumps({"images": images, "seconds": round(now - self.started, 1), "rate": round(rate, 1), **values}) + "\n")
        text = " ".join(f"{key} {value:.3f}" for key, value in values.items())
        print(f"{self.name} {images}/{self.total} {rate:.0f}/s left {left / 60:.0f} min | {text}", flush=True)


def progress(trainer) -> float:
    """0..1 through the schedule: by images, or by the clock where `--by-clock` says that the minutes are what is given.

    `trainer` has `images`, `args` and `began`, the time its process started to train.
    """
    args = trainer.args
    by_images = trainer.images / args.images
    by_clock = (time.time() - trainer.began) / (60 * args.minutes) if args.by_clock and args.minutes else 0.0
    return min(1.0, max(by_images, by_clock))


class Average:
    """Exponential moving average of a module's weights; buffers follow the live module."""

    def __init__(self, module: torch.nn.Module, half_life: float):
        self.module, self.half_life = deepcopy(module).requires_grad_(False), half_life

    @torch.no_grad()
    def update(self, live: torch.nn.Module, images: int) -> None:
        keep = 0.5 ** (images / self.half_life)
        torch._foreach_lerp_(list(self.module.parameters()), list(live.parameters()), 1 - keep)
        for mean, value in zip(self.module.buffers(), live.buffers(), strict=True):
            mean.copy_(value)


def start_distributed() -> tuple[int, int]:
    """(rank, world) from torchrun's environment; gradients are averaged by `average_gradients`."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return (dist.get_rank() if world > 1 else 0), world


def is_leader() -> bool:
    return not dist.is_initialized() or dist.get_rank() == 0


def average_gradients(module: torch.nn.Module) -> None:
    if dist.is_initialized():
        for parameter in module.parameters():
            if parameter.grad is not None:
                dist.all_reduce(parameter.grad)
                parameter.grad /= dist.get_world_size()


def sheet(pictures: torch.Tensor, columns: int, path: Path, scale: int = 1) -> None:
    """sRGB [N, 3, H, W] in 0..1 -> a PNG grid, row by row."""
    count, _, height, width = pictures.shape
    rows = (count + columns - 1) // columns
    grid = torch.ones(3, rows * (height + 2), columns * (width + 2))
    for index, picture in enumerate(pictures):
        top, left = index // columns * (height + 2) + 1, index % columns * (width + 2) + 1
        grid[:, top : top + height, left : left + width] = picture
    image = Image.fromarray((grid.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
    image.save(path)


def load_parts(trainer, state: dict) -> None:
    """Puts a checkpoint's parts back; those that it came without (`capsule.py`) start anew, a live network from its average."""
    for name in trainer.PARTS:
        part = getattr(trainer, name)
        if isinstance(part, torch.optim.Optimizer) and name in state:
            # How an optimiser runs is this machine's affair, not that of the one that wrote the checkpoint.
            for group, stored in zip(part.param_groups, state[name]["param_groups"], strict=True):
                stored |= {key: group[key] for key in ("lr", "fused", "capturable") if key in group}
        if name in state or name in ("generator", "stage2"):
            part.load_state_dict(state[name] if name in state else state["ema"])
    trainer.average.module.load_state_dict(state["ema"])
    trainer.images, trainer.steps = state["images"], state["steps"]


def train_until(run: Run, trainer, total: int, step: Callable[[], dict], samples: Callable[[Path], None], minutes: float, save_minutes: float, every: int = 50) -> None:
    """The loop of every trainer: resume, step, log, checkpoint with a sample sheet; a signal or the clock ends it whole.

    `trainer` has `images`, `state()` and `restore(state)`.
    """
    saved_state = run.load()
    if saved_state:
        trainer.restore(saved_state)
    stop: list[bool] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.append(True))
    began = saved = time.time()
    sums: dict[str, list[torch.Tensor]] = {}

    def save() -> None:
        run.save(trainer.state())
        if is_leader():
            samples(run.folder / f"{run.name}-{trainer.images:08d}.png")

    while trainer.images < total and not stop and not (minutes and time.time() - began > minutes * 60):
        for key, value in step().items():
            sums.setdefault(key, []).append(value.detach())  # no number is read before it is logged: a GPU would wait for it
        if max(len(values) for values in sums.values()) >= every:
            run.log(trainer.images, {key: float(torch.stack(values).mean()) for key, values in sums.items()})
            sums = {}
        if time.time() - saved > save_minutes * 60:
            saved = time.time()
            save()
    save()
