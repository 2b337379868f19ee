"""Trains Stage-I: ReStGAN's conditional GAN with an auxiliary classifier, beside a conditional VAE branch.

    python3 train.py --data ../../dataset --run runs/a

Resumes from the run folder's checkpoint; Ctrl-C saves. Works on CPU and CUDA, and under torchrun. See README.md.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch

import data as datasets
from calibration import calibrate
from fit_patterns import dress
from lab import composite_rgb
from latent import latent_for_seeds
from runs import Run, has_fast_bf16, is_leader, progress, sheet, train_until
from stage1_trainer import ABLATIONS, LAST_FIT_ROWS, Trainer

KEPT = ("ema", "encoder", "config", "images", "steps", "run", "without")  # of a checkpoint, what average.py needs


def options(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that `npm run catalog` wrote")
    parser.add_argument("--run", type=Path, required=True, help="run folder; resumed when it has a checkpoint")
    parser.add_argument("--images", type=int, default=2_000_000, help="images to see in all")
    parser.add_argument("--vae-images", type=int, default=60_000, help="images of the VAE branch alone, before the GAN joins")
    parser.add_argument("--judges-first", type=int, default=0, help="images in which judges alone learn: where Stage-I begins trained and they do not (`reimport.py`)")
    parser.add_argument("--batch", type=int, default=32, help="per process, 8..512")
    parser.add_argument("--lr", type=float, default=3e-4, help="Adam, both sides, betas (0, .99), cosine to a tenth")
    parser.add_argument("--pixels", type=float, default=2.0, help="weight of the reconstruction once the GAN has joined; 4 before")
    parser.add_argument("--judge-pace", type=float, default=2.0, help="the discriminator's learning rate over the generator's")
    parser.add_argument("--gamma", type=float, default=0.05, help="R1 + R2 weight at the start; ends at a fifth")
    parser.add_argument("--kl", type=float, default=0.003, help="weight of the encoder's KL divergence")
    parser.add_argument("--likeness", type=float, default=1.0, help="weight of feature distances of reconstructions")
    parser.add_argument("--projected", type=float, default=1.0, help="weight of the judge on pretrained features, every second step; 0 leaves it out")
    parser.add_argument("--guides", type=Path, nargs="*", default=[], help="checkpoints of train_classifier.py that judge what pictures show")
    parser.add_argument("--auxiliary", type=float, default=0.2, help="weight of the auxiliary classifier; 0 leaves it out, on real pictures too")
    parser.add_argument("--levels", type=float, default=0.5, help="weight of words showing as well, to the guides, as on real pictures")
    parser.add_argument("--spread", type=float, default=0.5, help="weight of seeds that lie nearer, to the guides, than garments of the same words")
    parser.add_argument("--order", type=float, default=0, help="weight of what another order of the same words changes in their state; a state that no order changes is a bag's")
    parser.add_argument("--without", choices=ABLATIONS, help="an ablation: what is taken away")
    parser.add_argument("--calm", type=float, default=1.0, help="weight of cloth livelier than real cloth, where no pattern is asked for")
    parser.add_argument("--tint", type=float, default=0.1, help="weight of plain garments whose mean is not the colour asked for")
    parser.add_argument("--ripple", type=float, default=0.3, help="weight of cloth as lively as real cloth, patterned and plain")
    parser.add_argument("--add", type=float, default=1.0, help="weight of the hinge that an added word shows")
    parser.add_argument("--ret", type=float, default=1.0, help="weight of the hinge that earlier words stay")
    parser.add_argument("--needs", action=argparse.BooleanOptionalAction, default=True, help="pairs are drawn oftener where words fall short")
    parser.add_argument("--reach", type=float, default=1.0, help="how far seeds are drawn, in training and after it, over where garments lie")
    parser.add_argument("--keep", type=int, default=0, help="checkpoints of averages to keep on the way, at equal steps of the second half, for average.py")
    parser.add_argument("--half-life", type=float, default=10_000, help="images after which a weight counts half in the average that is exported")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=has_fast_bf16(), help="bfloat16 convolutions")
    parser.add_argument("--graphs", action="store_true", help="on a GPU, replay steps as CUDA graphs")
    parser.add_argument("--width", type=int, default=24, help="discriminator width")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 leaves torch's own")
    parser.add_argument("--minutes", type=float, default=0, help="stop after this long, 0 never")
    parser.add_argument("--by-clock", action="store_true", help="the learning rate falls with the minutes where they end before the images")
    parser.add_argument("--save-minutes", type=float, default=4, help="between checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, help="use only the first rows (smoke tests)")
    parser.add_argument("--dry-run", action="store_true", help="load, print sizes and two steps' speed, write nothing")
    return parser.parse_args(words)


def keeping(trainer: Trainer, folder: Path, count: int, step: Callable[[], dict]) -> Callable[[], dict]:
    """`step`, after which the averages are kept as FOLDER/stage1-at-NN.pt when the next of `count` parts of the second half is done."""
    marks = [0.5 + 0.5 * part / (count + 1) for part in range(1, count + 1)]

    def stepped() -> dict:
        losses = step()
        while marks and progress(trainer) >= marks[0]:
            path = folder / f"stage1-at-{100 * marks.pop(0):.0f}.pt"
            if is_leader() and not path.exists():
                torch.save({key: value for key, value in trainer.state().items() if key in KEPT}, path)
        return losses

    return stepped


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
        pictures.append(composite_rgb(made["wear"](made["lab"], made["alpha"]), made["alpha"]).cpu())
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
    whole = data.to(trainer.device)
    data = datasets.unpatterned(whole, trainer.loud)
    if args.dry_run:
        trainer.meet(data)
        for _ in range(2):
            start = time.time()
            trainer.step(data)
            print(f"{args.batch / (time.time() - start):.0f} images a second")
        return
    trainer.meet(data)
    run = Run(args.run, "stage1", vars(args), args.images)
    step = keeping(trainer, args.run, args.keep, lambda: trainer.step(data))
    train_until(run, trainer, args.images, step, lambda path: samples(trainer, held, path), args.minutes, args.save_minutes)
    trainer.fit(data, trainer.average.module, LAST_FIT_ROWS)
    calibrate(trainer, data)
    dress(trainer.average.module, whole)
    run.save(trainer.state())


if __name__ == "__main__":
    main()
