"""Sequences of words, [B, 16] and 0 at the end."""

import torch


def packed(tokens: torch.Tensor, kept: torch.Tensor, rank: torch.Tensor | None = None) -> torch.Tensor:
    """The words [B, 16] where `kept` is true, moved to the front in the order of `rank` [B, 16] (their own where None)."""
    kept = kept & (tokens > 0)
    rank = torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens) if rank is None else rank
    order = torch.where(kept, rank.float(), float("inf")).argsort(dim=1, stable=True)
    return (tokens * kept).gather(1, order)
