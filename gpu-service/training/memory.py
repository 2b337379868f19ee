"""Word-by-word memory: pictures before and after one more word, made from the same latent and colour, trained as pairs.

What a word asks for must come (ADD), what earlier words asked for must stay (RET), and a word of cloth or pattern must leave
the outline alone. The judge's word head, trained on real pictures only, tells what a picture shows.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from data import TYPE_TOKENS
from words import packed
from discriminator import bag_of_words
from model import COLOR_TOKEN

# Kinds of words that say nothing of the outline.
CLOTH = ("fabric", "pattern")
# In logits of a word that does not show yet: by how much it must raise itself when it is said, at least and at most; and from
# where on it shows well enough.
LEAST, MARGIN, SHOWN = 1.5, 3.0, 3.0


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


class Needs(nn.Module):
    """Which words fall short when they are added, so that pairs are drawn where there is something to learn.

    Rare words of fine detail (corduroy's ribs, a cargo pocket) are the last word of one title in a few hundred and are else left
    behind. `short` [V] is the mean ADD hinge of a word, kept as training goes.
    """

    ALWAYS, MEMORY = 0.1, 0.95  # the draw of a word that needs nothing; of a word's mean, a time it is added

    def __init__(self, tokens: torch.Tensor, vocabulary: int):
        super().__init__()
        bag = bag_of_words(tokens, vocabulary) > 0
        bag[:, [0, COLOR_TOKEN, *TYPE_TOKENS]] = False
        counts = bag.sum(0)
        garments = torch.zeros(vocabulary, max(1, int(counts.max())), dtype=torch.long, device=tokens.device)
        for word in range(vocabulary):
            garments[word, : int(counts[word])] = bag[:, word].nonzero()[:, 0]
        self.register_buffer("counts", counts)
        self.register_buffer("garments", garments)
        self.register_buffer("short", torch.ones(vocabulary, device=tokens.device))

    def draw(self, count: int, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Garments [count] of the dataset and of each the word [count] to be added last."""
        chance = torch.rand(count, len(self.counts), generator=rng, device=self.counts.device)
        odds = (self.ALWAYS + self.short) * (self.counts > 0)
        words = (chance.clamp(min=1e-9).log() / odds.clamp(min=1e-9)).argmax(1)  # one of each in proportion to the odds
        place = torch.rand(count, generator=rng, device=self.counts.device) * self.counts[words]
        return self.garments[words, place.long()], words

    @torch.no_grad()
    def learn(self, added: torch.Tensor, short: torch.Tensor) -> None:
        """`added` [P] words, by how much each fell short [P]."""
        times = torch.zeros_like(self.short).index_add_(0, added, torch.ones_like(short))
        mean = torch.zeros_like(self.short).index_add_(0, added, short) / times.clamp(min=1)
        kept = self.MEMORY**times
        self.short.copy_(kept * self.short + (1 - kept) * mean)


def told_last(tokens: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
    """Sequences [P, 16], each with its word [P] moved, or put, to the end."""
    others = tokens * (tokens != words[:, None])
    sequence = torch.cat([others, words[:, None]], 1)
    return packed(sequence, sequence > 0)[:, : tokens.shape[1]]


def shortfall(steps: Steps, words: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """[P]: by how many logits an added word falls short of its level [V].

    Of a level within LEAST over the picture before it has to rise by LEAST all the same, or a word whose pictures hardly differ
    from others' (solid, drawstring) would come without anyone seeing it; of one beyond MARGIN, by MARGIN. Where the picture
    before was at the level already, there is nothing to add.
    """
    its = lambda logits: logits.gather(1, steps.added[:, None]).squeeze(1)  # noqa: E731
    before, after, enough = its(words[steps.before].detach()), its(words[steps.after]), level[steps.added]
    wanted = torch.minimum(torch.maximum(enough, before + LEAST), before + MARGIN)
    return F.relu(wanted - after) * ((steps.added > 0) & (before < enough))


def step_losses(steps: Steps, tokens: torch.Tensor, words: torch.Tensor, alpha: torch.Tensor, cloth: torch.Tensor, level: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
    """ADD and RET hinges on the word head's logits `words` [B, V], and the outline under words of cloth.

    `cloth` [V] is true for words that leave the outline alone, `level` [V] how well a word shows on real pictures (SHOWN where
    None). The picture before is not moved by these losses.
    """
    level = torch.full_like(words[0], SHOWN) if level is None else level
    before, after = words[steps.before].detach(), words[steps.after]
    add = shortfall(steps, words, level).mean()
    earlier = bag_of_words(tokens[steps.before], words.shape[1])
    lost = F.relu(torch.minimum(before, level) - after) * earlier
    ret = (lost.sum(1) / earlier.sum(1).clamp(min=1)).mean()
    still = cloth[steps.added].float()
    moved = (alpha[steps.after] - alpha[steps.before].detach()).abs().mean((1, 2, 3))
    return {"add": add, "ret": ret, "outline": (moved * still).mean() * 10}
