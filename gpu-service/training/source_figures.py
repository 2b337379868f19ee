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


Group = tuple[str, list[np.ndarray], list[str]]  # title, uint8 pictures [256, 256, 3], captions


def figure(rows: list[list[Group]]) -> Image.Image:
    """Rows of groups, side by side, -> one picture on white."""
    columns = max(sum(len(pictures) for _, pictures, _ in row) for row in rows)
    height = CAPTION * 2 + EDGE + GAP
    canvas = Image.new("RGB", (columns * (EDGE + GAP) + GAP, len(rows) * height), "white")
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
    for y, row in enumerate(rows):
        left = GAP
        for title, pictures, captions in row:
            pen.text((left, y * height + 3), title, "black", font)
            for picture, caption in zip(pictures, captions, strict=True):
                canvas.paste(Image.fromarray(picture).resize((EDGE, EDGE), Image.Resampling.LANCZOS), (left, y * height + CAPTION))
                pen.text((left + 4, y * height + CAPTION + EDGE + 2), caption, "#555555", font)
                left += EDGE + GAP
    return canvas


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--baseline", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    source = datasets.open_source(args.data)
    both = [("ours", open_pictures(args.model)), ("baseline", open_pictures(args.baseline))]
    texts, captions = [text for _, text in REFINEMENTS], [caption for caption, _ in REFINEMENTS]
    refined = [(f"word by word, seed {SEED}: {name}, {pictures.version}", row_of(pictures, source, texts, [SEED] * 3), captions) for name, pictures in both]
    seeds = [f"seed {seed}" for seed in SEEDS]
    six = [[(f"“women's black pants”: {name}, {pictures.version}", row_of(pictures, source, texts[:1] * 6, SEEDS), seeds)] for name, pictures in both]
    figure([refined, *six]).save(args.out)


if __name__ == "__main__":
    main()
