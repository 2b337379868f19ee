"""Training in short visits to a machine with a GPU: a packed dataset goes there, checkpoints come back in small files.

    python3 capsule.py pack  --data ../../dataset --out capsule          # here: a folder of at most 60 MB
    python3 capsule.py chunk --capsule capsule --parts parts --out OUT --stage stage1 --minutes 8.5 -- --batch 256 --lr 1e-3
    python3 capsule.py join  --parts OUT --run ../../runs/g              # here: checkpoints ready for export.py

A chunk unpacks, joins the parts of earlier chunks, trains until its minutes are over, and leaves every checkpoint in parts of
at most 15 MiB beside statistics and the newest sample sheet.
"""

import argparse
import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import data as datasets

PART_BYTES = 15 * 2**20
PACK_BYTES = 60 * 10**6
SHARP_PX = 330
TRAINERS = {"stage1": "train.py", "stage2": "train_stage2.py", "classifier": "train_classifier.py"}
ROW_KEYS = ("id", "split", "usable", "tokens", "lab", "type", "gender", "detailPx")


def encode(rgba: np.ndarray, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(buffer, "WEBP", quality=quality, method=4, exact=False, alpha_quality=100)
    return buffer.getvalue()


def pack(folder: Path, out: Path, quality: int) -> None:
    """The rows that train the generator, pictures as WebP with alpha; 256 px only where detail is true."""
    source = datasets.open_source(folder)
    packs = {64: datasets.pack_path(source, 64), 256: datasets.pack_path(source, 256)}
    out.mkdir(parents=True, exist_ok=True)
    rows, sizes = [], {64: 0, 256: 0}
    with (out / "64.webps").open("wb") as small, (out / "256.webps").open("wb") as large:
        files = {64: small, 256: large}
        for row in source.rows:
            if not row["usable"]["generator"] or row["lab"] is None:
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
    for name in ("dataset.json", "colors.json"):
        shutil.copy(folder / name, out / name)
    total = sum(file.stat().st_size for file in out.iterdir())
    if total > PACK_BYTES:
        raise SystemExit(f"The capsule is {total} bytes, {PACK_BYTES} are allowed: lower --quality.")
    print(f"{len(rows)} garments, {total / 1e6:.1f} MB: {sizes[64] / 1e6:.1f} at 64 px, {sizes[256] / 1e6:.1f} at 256 px")


def unpack(capsule: Path, folder: Path) -> None:
    """A capsule -> a dataset folder in the layout that `npm run catalog` writes."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in (capsule / "rows.jsonl").read_text().splitlines()]
    for edge in (64, 256):
        data, count = (capsule / f"{edge}.webps").read_bytes(), 0
        with (folder / f"rgba{edge}.bin").open("wb") as file:
            for row in rows:
                if str(edge) in row["webp"]:
                    offset, length = row["webp"][str(edge)]
                    file.write(np.asarray(Image.open(io.BytesIO(data[offset : offset + length])).convert("RGBA")).tobytes())
                    row[f"pack{edge}"], count = count, count + 1
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name in ("dataset.json", "colors.json"):
        shutil.copy(capsule / name, folder / name)


def split(checkpoint: Path, out: Path) -> None:
    data = checkpoint.read_bytes()
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        (out / f"{checkpoint.stem}.pt.{number:02d}").write_bytes(data[start : start + PART_BYTES])


def join(parts: Path, run: Path) -> list[str]:
    """Parts of every checkpoint -> whole files in a run folder; their names."""
    run.mkdir(parents=True, exist_ok=True)
    names = sorted({part.name.rsplit(".", 1)[0] for part in parts.glob("*.pt.??")})
    for name in names:
        (run / name).write_bytes(b"".join(part.read_bytes() for part in sorted(parts.glob(f"{name}.??"))))
    for stats in parts.glob("*.stats.jsonl"):
        shutil.copy(stats, run / stats.name)
    return names


def chunk(args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        dataset, run = Path(scratch) / "dataset", Path(scratch) / "run"
        unpack(args.capsule, dataset)
        if args.parts:
            print("joined:", *join(args.parts, run), flush=True)
        command = [sys.executable, str(Path(__file__).parent / TRAINERS[args.stage]), "--data", str(dataset), "--run", str(run)]
        subprocess.run([*command, "--minutes", str(args.minutes), *args.rest], check=True)
        args.out.mkdir(parents=True, exist_ok=True)
        for checkpoint in run.glob("*.pt"):
            if checkpoint.stem == args.stage or args.all:
                split(checkpoint, args.out)
        for stats in run.glob("*.stats.jsonl"):
            shutil.copy(stats, args.out)
        for sheet in sorted(run.glob(f"{args.stage}-*.png"))[-1:]:
            shutil.copy(sheet, args.out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("--data", type=Path, required=True)
    packing.add_argument("--out", type=Path, required=True)
    packing.add_argument("--quality", type=int, default=92)
    running = commands.add_parser("chunk")
    running.add_argument("--capsule", type=Path, required=True)
    running.add_argument("--parts", type=Path, help="checkpoints of earlier chunks")
    running.add_argument("--out", type=Path, required=True)
    running.add_argument("--stage", choices=sorted(TRAINERS), required=True)
    running.add_argument("--minutes", type=float, default=8.5)
    running.add_argument("--all", action="store_true", help="bring every checkpoint back, not only this stage's")
    running.add_argument("rest", nargs="*", help="after --: the trainer's own options")
    joining = commands.add_parser("join")
    joining.add_argument("--parts", type=Path, required=True)
    joining.add_argument("--run", type=Path, required=True)
    args = parser.parse_args()
    if args.command == "pack":
        pack(args.data, args.out, args.quality)
    elif args.command == "chunk":
        chunk(args)
    else:
        print("joined:", *join(args.parts, args.run))


if __name__ == "__main__":
    main()
