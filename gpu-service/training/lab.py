"""CIELAB (D65, 2 degree observer) <-> sRGB in torch, channel axis given.

Formulae: CIE 015:2018 for Lab, IEC 61966-2-1 for sRGB; matrices and white point of CSS Color 4 (culori `lab65`).
Tensors are float32; Lab in its usual units (L 0..100, a and b about -128..127), sRGB in 0..1.
"""

from functools import cache

import numpy as np
import torch

RGB_TO_XYZ = np.array(
    [
        [0.41239079926595934, 0.357584339383878, 0.1804807884018343],
        [0.21263900587151027, 0.715168678767756, 0.07219231536073371],
        [0.01933081871559182, 0.11919477979462598, 0.9505321522496607],
    ]
)
XYZ_TO_RGB = np.linalg.inv(RGB_TO_XYZ)
WHITE_D65 = np.array([0.3127 / 0.3290, 1.0, (1 - 0.3127 - 0.3290) / 0.3290])
EPSILON = 216 / 24389
KAPPA = 24389 / 27


@cache
def constant(values: tuple, device: torch.device, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Nested tuples of numbers as a tensor, made once a device: copying them at each call would make a GPU wait."""
    return torch.tensor(values, device=device, dtype=dtype)


def rows_of(matrix: np.ndarray) -> tuple:
    return tuple(map(tuple, matrix.tolist()))


TO_WHITE_XYZ, FROM_WHITE_XYZ = rows_of(RGB_TO_XYZ / WHITE_D65[:, None]), rows_of(XYZ_TO_RGB * WHITE_D65[None, :])


def rgb_to_lab(rgb: torch.Tensor) -> torch.Tensor:
    """sRGB [..., 3] in 0..1 -> Lab [..., 3]."""
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4)
    matrix = constant(TO_WHITE_XYZ, rgb.device, rgb.dtype)
    xyz = linear @ matrix.T
    f = torch.where(xyz > EPSILON, xyz.clamp(min=EPSILON) ** (1 / 3), (KAPPA * xyz + 16) / 116)
    x, y, z = f.unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def lab_to_rgb(lab: torch.Tensor) -> torch.Tensor:
    """Lab [..., 3] -> sRGB [..., 3], clipped to 0..1 in linear light (every channel on its own)."""
    light, a, b = lab.unbind(-1)
    y = (light + 16) / 116
    f = torch.stack([y + a / 500, y, y - b / 200], -1)
    cube = f.clamp(min=0) ** 3
    xyz = torch.where(cube > EPSILON, cube, (116 * f - 16) / KAPPA)
    matrix = constant(FROM_WHITE_XYZ, lab.device, lab.dtype)
    linear = (xyz @ matrix.T).clamp(0, 1)
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055)


def composite_rgb(lab: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Lab [B, 3, H, W] and alpha [B, 1, H, W] in 0..1 -> sRGB [B, 3, H, W] blended on white in sRGB, as browsers do."""
    rgb = lab_to_rgb(lab.movedim(1, -1)).movedim(-1, 1)
    return rgb * alpha + (1 - alpha)


def delta_e_2000(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """CIEDE2000 of Lab arrays [..., 3], kL = kC = kH = 1 (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(first, -1, 0), np.moveaxis(second, -1, 0)
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    dh = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    big_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh) / 2)
    light, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = np.where(grey, h1 + h2, np.where(np.abs(h1 - h2) <= 180, (h1 + h2) / 2, (h1 + h2 + 360) / 2 % 360))
    t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    turn = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))
    dl, dc = (l2 - l1) / s_l, (c2 - c1) / s_c
    return np.sqrt(dl**2 + dc**2 + (big_h / s_h) ** 2 + turn * dc * big_h / s_h)
