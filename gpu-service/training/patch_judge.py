"""The judge of Stage-II's crops, patch by patch. It is not shipped."""

import torch
import torch.nn.functional as F
from torch import nn

from discriminator import highpass

PLACE = 2  # numbers that tell a judge where a crop lies, after the words


class PatchJudge(nn.Module):
    """[B, 4, 128, 128] and words and place [B, V + PLACE] -> patch logits [B, 1, 16, 16] and features (Isola et al. 2017).

    A logit is the sum of what 38 px around a patch say and what 78 px do: by the former alone a seam may be a row of dashes.

    Cloth is a ripple of one or two L on a garment: its high frequencies are shown to the judge ten times enlarged.
    What is right at a waist is wrong on a leg, and a drawstring on jeans: the last channels say where a pixel lies, and the
    logits are told the words by projection (Miyato and Koyama 2018).
    """

    def __init__(self, vocabulary: int, width: int = 32):
        super().__init__()
        sizes = [8 + PLACE, width, 2 * width, 4 * width, 4 * width]
        self.downs = nn.ModuleList([nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in zip(sizes, sizes[1:], strict=False)])
        self.near, self.far = nn.Conv2d(sizes[-2], 1, 3, padding=1), nn.Conv2d(sizes[-1], 1, 3, padding=1)
        self.words = nn.Linear(vocabulary, sizes[-1], bias=False)
        nn.init.zeros_(self.words.weight)

    def forward(self, x, asked):
        maps, edge = [], x.shape[2]
        corner = asked[:, -PLACE:, None, None].expand(-1, -1, edge, edge)
        within = torch.linspace(0, 1, edge, device=x.device)
        place = corner + torch.stack([within[:, None].expand(-1, edge), within[None].expand(edge, -1)])
        x = torch.cat([x, 10 * highpass(x), place.to(x.dtype)], 1)
        for down in self.downs:
            x = F.leaky_relu(down(x), 0.2)
            maps.append(x)
        far = self.far(x) + (x * self.words(asked[:, :-PLACE])[:, :, None, None]).sum(1, keepdim=True) / 8
        return self.near(maps[-2]) + F.interpolate(far, scale_factor=2), maps


def on_cloth(losses: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """Mean over the patches [B, 1, 16, 16] that hold some garment (alpha is channel 3, -1..1): white ground judges nothing."""
    cover = F.adaptive_avg_pool2d(pictures[:, 3:4].detach() * 0.5 + 0.5, losses.shape[2:])
    return (losses * cover).sum() / (cover.sum() + 1)
