"""Word-by-word memory: pictures before and after one more word, made from the same latent and colour, trained as pairs.

What a word asks for must come (ADD), what earlier words asked for must stay (RET), and a word of cloth or pattern must leave
the outline alone. The judge's word head, trained on real pictures only, tells what a picture shows.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from discriminator import bag_of_words

# Kinds of words that say nothing of the outline.
CLOTH = ("fabric", "pattern")
# In logits of a word: by how much a further word must raise itself, and from where on it shows well enough.
MARGIN, SHOWN = 2.0, 3.0


@dataclass
class Steps:
    """Rows `before` and `after` of a batch are pairs; `added` [P] is the word between them, 0 where there is none."""

    before: slice
    after: slice
    added: torch.Tensor


def pair_up(tokens: torch.Tensor, half: int) -> Steps:
    """Makes the rows after `half` pairs in place: the second quarter keeps its words, the first loses the last of them.

    A sequence of one word has no step.
    """
    quarter = (len(tokens) - half) // 2
    before, after = slice(half, half + quarter), slice(half + quarter, half + 2 * quarter)
    whole = tokens[after]
    last = (whole > 0).sum(1) - 1
    rows = torch.arange(quarter, device=tokens.device)
    added = torch.where(last > 0, whole[rows, last.clamp(min=0)], 0)
    shorter = whole.clone()
    shorter[rows, last.clamp(min=0)] = torch.where(last > 0, 0, whole[rows, last.clamp(min=0)])
    tokens[before] = shorter
    return Steps(before, after, added)


def step_losses(steps: Steps, tokens: torch.Tensor, words: torch.Tensor, alpha: torch.Tensor, cloth: torch.Tensor, level: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
    """ADD and RET hinges on the word head's logits `words` [B, V], and the outline under words of cloth.

    `cloth` [V] is true for words that leave the outline alone, `level` [V] how well a word shows on real pictures (SHOWN where
    None). The picture before is not moved by these losses.
    """
    level = torch.full_like(words[0], SHOWN) if level is None else level
    before, after = words[steps.before].detach(), words[steps.after]
    there = (steps.added > 0).float()
    its = lambda logits: logits.gather(1, steps.added[:, None]).squeeze(1)  # noqa: E731
    add = (F.relu(torch.minimum(its(before) + MARGIN, level[steps.added]) - its(after)) * there).mean()
    earlier = bag_of_words(tokens[steps.before], words.shape[1])
    lost = F.relu(torch.minimum(before, level) - after) * earlier
    ret = (lost.sum(1) / earlier.sum(1).clamp(min=1)).mean()
    still = cloth[steps.added].float()
    moved = (alpha[steps.after] - alpha[steps.before].detach()).abs().mean((1, 2, 3))
    return {"add": add, "ret": ret, "outline": (moved * still).mean() * 10}
