"""Training in short visits to a machine with a GPU and nothing else: data packed small, jobs side by side, results in small files.

    python3 capsule.py pack  --data ../../dataset --out capsule --with runs/a/classifier.pt   # here: a folder of at most 60 MB
    python3 capsule.py visit --capsule capsule --plan plan.json --out OUT                     # there: files of at most 15 MiB
    python3 capsule.py join  --parts OUT --runs ../../runs                                    # here: run folders as trainers leave them

A plan lists jobs, each a trainer's command; those with `after` wait for another to end, those with `otherwise` try again with
these arguments where the first ones fail:

    {"minutes": 9, "jobs": [
      {"name": "ours", "run": "g", "script": "train.py", "args": ["--batch", "128", "--guides", "{capsule}/classifier.pt"]},
      {"name": "refine", "run": "g", "after": "ours", "script": "train_stage2.py", "args": ["--batch", "64"]}]}

When the minutes are over every job is told to save. Checkpoints come back as weights to draw with; runs that the plan lists under
`"go_on"` keep their judges too, and with `"whole": true` all keep everything. --runs lets the next visit go on with them.
"""

import argparse
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import data as datasets
from baselines import AVERAGED

PART_BYTES, MOST = 15 * 2**20, 4
PACK_BYTES = 60 * 10**6
SHARP_PX = 330
ROW_KEYS = ("id", "split", "usable", "tokens", "lab", "type", "gender", "detailPx", "colorWord", "style")
# Checkpoint entries that only training on needs.
TRAINING_ONLY = ("opt_g", "opt_d", "opt_p", "optimiser", "judges", "heads")


def encode(rgba: np.ndarray, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(buffer, "WEBP", quality=quality, method=4, exact=False, alpha_quality=100)
    return buffer.getvalue()


def pack(folder: Path, out: Path, quality: int, extra: list[Path]) -> None:
    """The rows that train the generator, pictures as WebP with alpha; 256 px only where detail is true."""
    source = datasets.open_source(folder)
    packs = {64: datasets.pack_path(source, 64), 256: datasets.pack_path(source, 256)}
    out.mkdir(parents=True, exist_ok=True)
    rows, sizes = [], {64: 0, 256: 0}
    with (out / "64.webps").open("wb") as small, (out / "256.webps").open("wb") as large:
        files = {64: small, 256: large}
        for row in source.rows:
            if not row["usable"]["generator"] or row["lab"] is None or row["split"] == "test":
                continue
            kept = {key: row.get(key) for key in ROW_KEYS} | {"pack64": None, "pack256": None, "webp": {}}
            for edge in (64, 256):
                if row[f"pack{edge}"] is None or (edge == 256 and row["detailPx"] < SHARP_PX):
                    continue
                data = encode(packs[edge][row[f"pack{edge}"]], quality)
                kept["webp"][str(edge)] = [sizes[edge], len(data)]
                sizes[edge] += len(data)
                files[edge].write(data)
            rows.append(kept)
    (out / "rows.jsonl").write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
    for file in (folder / "dataset.json", folder / "colors.json", *extra):
        shutil.copy(file, out / file.name)
    total = sum(file.stat().st_size for file in out.iterdir())
    if total > PACK_BYTES:
        raise SystemExit(f"The capsule is {total} bytes, {PACK_BYTES} are allowed: lower --quality.")
    print(f"{len(rows)} garments, {total / 1e6:.1f} MB: {sizes[64] / 1e6:.1f} at 64 px, {sizes[256] / 1e6:.1f} at 256 px")


def unpack(capsule: Path, folder: Path) -> None:
    """A capsule -> a dataset folder in the layout that `npm run catalog` writes."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in (capsule / "rows.jsonl").read_text().splitlines()]
    for edge in (64, 256):
        data = (capsule / f"{edge}.webps").read_bytes()
        kept = [row for row in rows if str(edge) in row["webp"]]

        def decode(row: dict, data: bytes = data, edge: int = edge) -> bytes:
            offset, length = row["webp"][str(edge)]
            return np.asarray(Image.open(io.BytesIO(data[offset : offset + length])).convert("RGBA")).tobytes()

        with ThreadPoolExecutor() as pool, (folder / f"rgba{edge}.bin").open("wb") as file:
            for count, (row, picture) in enumerate(zip(kept, pool.map(decode, kept), strict=True)):
                file.write(picture)
                row[f"pack{edge}"] = count
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name in ("dataset.json", "colors.json"):
        shutil.copy(capsule / name, folder / name)


def slim(checkpoint: Path, go_on: bool) -> None:
    """Leaves out what only training on needs, and, unless the run will `go_on`, what only training needs; stores half precision."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    live = "generator" if "encoder" in state else "stage2"
    left_out = {*TRAINING_ONLY, live}
    if not go_on:
        left_out |= {"judge", "second", "encoder"}
    if "which" in state:
        left_out.add("generator" if state["which"] in AVERAGED else "ema")
    kept = {key: value for key, value in state.items() if key not in left_out}
    for name, part in kept.items():
        if isinstance(part, dict) and not (go_on and name == "ema"):
            kept[name] = {key: value.half() if torch.is_tensor(value) and value.is_floating_point() else value for key, value in part.items()}
    torch.save(kept, checkpoint)


def split(runs: Path, plan: dict, out: Path, rest: Path) -> None:
    """Run folders -> one archive in parts: checkpoints, statistics, options, logs and the newest sheets. Parts over MOST go to `rest`."""
    archive = runs.parent / "runs.tar"
    with tarfile.open(archive, "w") as tar:
        for file in sorted(runs.glob("*/*"), key=lambda file: ("three-quarters" in file.name, file)):
            newest = file.suffix != ".png" or file == max(file.parent.glob(f"{file.name.split('-')[0]}-*.png"))
            if file.suffix in (".pt", ".json", ".jsonl", ".log", ".png") and newest:
                if file.suffix == ".pt" and not plan.get("whole"):
                    slim(file, file.parent.name in plan.get("go_on", []))
                tar.add(file, file.relative_to(runs))
    data = archive.read_bytes()
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        folder = out if number < MOST else rest
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"runs.tar.{number:02d}").write_bytes(data[start : start + PART_BYTES])
    print(f"{len(data) / 1e6:.1f} MB", flush=True)


def join(parts: Path, runs: Path) -> None:
    """What a visit left -> run folders."""
    whole = b"".join(part.read_bytes() for part in sorted(parts.glob("runs.tar.??")))
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        tar.extractall(runs, filter="data")
        print("joined:", *(name for name in tar.getnames() if name.endswith(".pt")))


def visit(args: argparse.Namespace) -> None:
    """Runs the plan's jobs side by side until they end or the minutes are over."""
    plan, began = json.loads(args.plan.read_text()), time.time()
    with tempfile.TemporaryDirectory() as scratch:
        dataset, runs = Path(scratch) / "dataset", Path(scratch) / "runs"
        unpack(args.capsule, dataset)
        if args.runs:
            shutil.copytree(args.runs, runs)
        waiting, running, ended = list(plan["jobs"]), {}, set()
        print(f"unpacked after {time.time() - began:.0f} s", flush=True)

        def start(job: dict) -> None:
            folder = runs / job["run"]
            folder.mkdir(parents=True, exist_ok=True)
            rest = [part.format(capsule=args.capsule) for part in job["args"]]
            command = [sys.executable, str(Path(__file__).parent / job["script"]), "--data", str(dataset), "--run", str(folder), *rest]
            log = (folder / f"{job['name']}.log").open("a")
            running[job["name"]] = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "OMP_NUM_THREADS": "1"})

        while waiting or running:
            for job in [job for job in waiting if job.get("after") in (None, *ended)]:
                waiting.remove(job)
                start(job)
            time.sleep(0.2)
            for name in [name for name, process in running.items() if process.poll() is not None]:
                code = running.pop(name).returncode
                print(f"{name} ended with {code} after {time.time() - began:.0f} s", flush=True)
                job = next(job for job in plan["jobs"] if job["name"] == name)
                if code and "otherwise" in job:
                    job["args"] = job.pop("otherwise")
                    start(job)
                else:
                    ended.add(name)
            if time.time() - began > 60 * plan["minutes"]:
                for process in running.values():
                    process.send_signal(signal.SIGINT)
                for process in running.values():
                    process.wait()
                break
        args.out.mkdir(parents=True, exist_ok=True)
        for log in sorted(runs.glob("*/*.log")):
            print(f"--- {log.name}", *log.read_text().splitlines()[-3:], sep="\n")
        split(runs, plan, args.out, args.rest or args.out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("--data", type=Path, required=True)
    packing.add_argument("--out", type=Path, required=True)
    packing.add_argument("--quality", type=int, default=92)
    packing.add_argument("--with", dest="extra", type=Path, nargs="*", default=[], help="further files that jobs name as {capsule}/file")
    visiting = commands.add_parser("visit")
    visiting.add_argument("--capsule", type=Path, required=True)
    visiting.add_argument("--plan", type=Path, required=True)
    visiting.add_argument("--out", type=Path, required=True)
    visiting.add_argument("--runs", type=Path, help="run folders of an earlier visit, to go on with")
    visiting.add_argument("--rest", type=Path, help="where parts go that one visit cannot bring back, for the next")
    joining = commands.add_parser("join")
    joining.add_argument("--parts", type=Path, required=True)
    joining.add_argument("--runs", type=Path, required=True)
    args = parser.parse_args()
    if args.command == "pack":
        pack(args.data, args.out, args.quality, args.extra)
    elif args.command == "visit":
        visit(args)
    else:
        join(args.parts, args.runs)


if __name__ == "__main__":
    main()
