"""The colour asked for and the colour rendered."""

import numpy as np
import torch

import realism
from evaluation.pictures import Pictures, named, padded
from lab import delta_e_2000, lab_to_rgb, rgb_to_lab
from model import COLOR_TOKEN

WOMEN, TYPES = 4, (1, 2, 3)


def palette(count: int = 60) -> np.ndarray:
    """Colours spread over hue, chroma and lightness inside sRGB, and black, white, grey, navy. sRGB [count, 3] in 0..1."""
    chosen = [[0.05, 0.05, 0.05], [0.96, 0.96, 0.96], [0.5, 0.5, 0.5], [0.07, 0.09, 0.25]]
    for light in (25, 40, 55, 70, 85):
        for step in range(12):
            angle = np.radians(step * 30 + light)
            chroma = min(45, 20 + 20 * (step % 3)) * (0.6 if light in (25, 85) else 1)
            lab = torch.tensor([light, chroma * np.cos(angle), chroma * np.sin(angle)], dtype=torch.float32)
            rgb = lab_to_rgb(lab)
            if len(chosen) < count and (rgb_to_lab(rgb) - lab).norm() < 0.5:
                chosen.append(rgb.tolist())
    while len(chosen) < count:
        chosen.append([(len(chosen) * 37 % 100) / 100, (len(chosen) * 61 % 100) / 100, (len(chosen) * 83 % 100) / 100])
    return np.round(np.array(chosen[:count]) * 255) / 255


def accuracy_of_hex(pictures: Pictures, colors: int = 60, seeds: int = 8) -> dict:
    """CIEDE2000 between the `#hex` asked for and the ground colour rendered: colours x 3 types x seeds, 64 px."""
    rgb = palette(colors)
    asked = rgb_to_lab(torch.from_numpy(rgb).float()).numpy()
    result = []
    for kind in TYPES:
        for seed in range(seeds):
            tokens = np.tile(padded([WOMEN, COLOR_TOKEN, kind]), (colors, 1))
            made = pictures.draw(tokens, [seed] * colors, named(asked))
            result.append(delta_e_2000(np.stack([realism.ground_color(picture) for picture in made]), asked))
    result = np.array(result)
    by_color = np.median(result, 0)
    worst = "#" + "".join(f"{int(round(v * 255)):02x}" for v in rgb[by_color.argmax()])
    return {"median": np.median(result), "p90": np.quantile(result, 0.9), "worst_color_median": by_color.max(), "worst_color": worst, "max": result.max()}
