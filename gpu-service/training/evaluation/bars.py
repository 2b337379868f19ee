"""The bars that a model is held to, each with what was measured. Declared here once; nothing is rounded in their favour."""

from dataclasses import dataclass

MMAC, BYTES = 70e6, 2_000_000
INCEPTION = {"type": 1.22, "gender": 1.27, "color": 2.0}  # over the best baseline, as the source claims
REALISM_CLOSED = 0.81


@dataclass(frozen=True)
class Bar:
    name: str
    wanted: str
    measured: str
    reached: bool | None  # None: not measured


def bar(name: str, wanted: str, value: float | None, reached) -> Bar:
    if value is None:
        return Bar(name, wanted, "not measured", None)
    return Bar(name, wanted, f"{value:.3f}", bool(reached(value)))


def at(metrics: dict, *path: str):
    for key in path:
        metrics = (metrics or {}).get(key)
    return metrics


def inception_bars(ours: dict, baselines: list[dict]) -> list[Bar]:
    """The ratio over the best baseline; where real pictures themselves do not reach it, the share of the gap that is closed."""
    bars = []
    for head, ratio in INCEPTION.items():
        real, mine = at(ours, "inception", head, "real"), at(ours, "inception", head, "ours")
        theirs = [at(b, "inception", head, "ours") for b in baselines]
        best = max((value for value in theirs if value is not None), default=None)
        name = f"IS by {head} over the best baseline"
        if best is None or mine is None:
            bars.append(Bar(name, f"≥ +{ratio - 1:.0%}", "not measured", None))
        elif real / best >= ratio:
            bars.append(bar(name, f"≥ {ratio:.2f} times", mine / best, lambda v, ratio=ratio: v >= ratio))
        elif real <= best:
            bars.append(bar(f"{name}: no gap to close, real pictures are under the baseline", f"≥ {real:.3f}, real's", mine, lambda v, real=real: v >= real))
        else:
            share = (mine - best) / (real - best)
            bars.append(bar(f"{name}: gap to real closed (real is {real / best:.2f} times the baseline)", "≥ .90", share, lambda v: v >= 0.9))
    return bars


def realism_bars(ours: dict, baselines: list[dict]) -> list[Bar]:
    bars = []
    for size in ("realism64", "realism256"):
        for space, limit, distance in (("garment", 0.20, "fd"), ("texture", 0.08, "swd")):
            bars.append(bar(f"{size}: {space} gap", f"≤ {limit:.2f}", at(ours, size, f"{space}_gap", "ours"), lambda v, limit=limit: v <= limit))
            floor, mine = at(ours, size, distance, "real"), at(ours, size, distance, "ours")
            theirs = [at(b, size, distance, "ours") for b in baselines if at(b, size, distance, "ours") is not None]
            below = 1 - (mine - floor) / (min(theirs) - floor) if theirs and mine is not None and min(theirs) > floor else None
            bars.append(bar(f"{size}: {space} distance over the floor, below the best baseline's", "≥ .81", below, lambda v: v >= REALISM_CLOSED))
    return bars


def bars_of(ours: dict, baselines: list[dict]) -> list[Bar]:
    """`ours` and `baselines` are metrics of `evaluate.py`."""
    told = at(ours, "words", "real_told_apart") or 0.76
    variety = [at(ours, "spread", space, "ratio") for space in ("features", "pixels")]
    return [
        *inception_bars(ours, baselines),
        *realism_bars(ours, baselines),
        bar("colour ΔE00 of #hex, median", "< .8", at(ours, "color", "median"), lambda v: v < 0.8),
        bar("colour ΔE00 of #hex, p90", "< 1.6", at(ours, "color", "p90"), lambda v: v < 1.6),
        bar("colour ΔE00 of #hex, worst colour's median", "< 3", at(ours, "color", "worst_color_median"), lambda v: v < 3),
        bar("RET: earlier words that stay", "≥ .95", at(ours, "words", "ret"), lambda v: v >= 0.95),
        bar("ADD: the added word shows", f"≥ {told:.2f} (two real garments)", at(ours, "words", "add"), lambda v: v >= told),
        bar("colour drift on other words, median ΔE00", "< .5", at(ours, "steps", "color_drift", "median"), lambda v: v < 0.5),
        bar("mask IoU on colour words, mean", "≥ .97", at(ours, "steps", "mask_iou", "mean"), lambda v: v >= 0.97),
        bar("spread across seeds over real's (the lower of features and pixels)", "≥ .70", min(variety) if None not in variety else None, lambda v: v >= 0.7),
        bar("nearest-train distance over held-out real's", "≥ .90", at(ours, "nearest_train", "ratio"), lambda v: v >= 0.9),
        bar("Stage-I multiply-adds, million", "≤ 70", at(ours, "about", "stage1Mmac"), lambda v: v * 1e6 <= MMAC),
        bar("Stage-I file, MB", "≤ 2", at(ours, "about", "stage1Mb"), lambda v: v * 1e6 <= BYTES),
    ]
