"""The source's two pictures redone: a row of refinements of one garment, and six garments of one query; ours beside a baseline.

    python3 source_figures.py --data ../../dataset --model ../../shared/model --baseline ../../runs/baselines/b5.pt --out ../../shared/model/source-figures.webp

Refinements: "women's black pants", then "petite", then "capri", one seed. As in the query's rules, capri takes petite's place,
because both say a length. Seeds are the product's default and 1 to 6, not chosen. Ours is drawn at 256 px; a baseline has no
Stage-II here, so that its 64 px are enlarged.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import data as datasets
from evaluate import asked
from evaluation.pictures import Pictures, open_pictures

BLACK = "#141518"
REFINEMENTS = [("women's black pants", "women pants"), ("… petite", "women pants ankle"), ("… capri", "women pants capri")]
SEED, SEEDS = 7, list(range(1, 7))
EDGE, GAP, CAPTION = 176, 6, 22


def row_of(pictures: Pictures, source: datasets.Source, texts: list[str], seeds: list[int]) -> list[np.ndarray]:
    requests = [asked(source, text, BLACK, 1) for text in texts]
    tokens, color = (np.concatenate(part) for part in zip(*requests, strict=True))
    return [*pictures.draw(tokens, seeds, color, large=True)]


def figure(rows: list[tuple[str, list[np.ndarray], list[str]]]) -> Image.Image:
    """Rows of (title, uint8 pictures [256, 256, 3], captions) -> one picture on white."""
    width = max(len(pictures) for _, pictures, _ in rows) * (EDGE + GAP) + GAP
    height = CAPTION * 2 + EDGE + GAP
    canvas = Image.new("RGB", (width, len(rows) * height), "white")
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
    for y, (title, pictures, captions) in enumerate(rows):
        pen.text((GAP, y * height + 3), title, "black", font)
        for x, picture in enumerate(pictures):
            at = GAP + x * (EDGE + GAP), y * height + CAPTION
            canvas.paste(Image.fromarray(picture).resize((EDGE, EDGE), Image.Resampling.LANCZOS), at)
            pen.text((at[0] + 4, at[1] + EDGE + 2), captions[x], "#555555", font)
    return canvas


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--baseline", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    source, rows = datasets.open_source(args.data), []
    both = [("ours", open_pictures(args.model)), ("baseline", open_pictures(args.baseline))]
    for name, pictures in both:
        captions = [caption for caption, _ in REFINEMENTS]
        rows.append((f"Refined word by word, one seed: {name} ({pictures.version})", row_of(pictures, source, [text for _, text in REFINEMENTS], [SEED] * 3), captions))
    for name, pictures in both:
        made = row_of(pictures, source, ["women pants"] * 6, SEEDS)
        rows.append((f"“women's black pants”, six seeds: {name} ({pictures.version})", made, [f"seed {seed}" for seed in SEEDS]))
    figure(rows).save(args.out)


if __name__ == "__main__":
    main()
