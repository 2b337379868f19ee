"""Metrics as a page: the bars, ours beside the baselines, word by word, the sheets."""

from evaluation.bars import Bar, at, bars_of
from evaluation.scores import SEEN_WELL

MARKS = {True: "yes", False: "**no**", None: "–"}


def table(head: list[str], rows: list[list]) -> str:
    cell = lambda value: "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)  # noqa: E731
    lines = [head, ["---"] * len(head), *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def side_by_side(ours: dict, baselines: list[dict]) -> str:
    """Ours, the baselines, and real pictures; the last column is the share of the gap from the best baseline to real closed.

    No share where a baseline that ignores the words does best (a picture that never changes keeps its mask).
    """
    rows = []

    def add(name: str, path: tuple, real: float | None, higher: bool = True, gap: bool = True) -> None:
        mine, theirs = at(ours, *path), [at(b, *path) for b in baselines]
        known = [value for value in theirs if value is not None]
        best = (max if higher else min)(known) if known else None
        closed = (mine - best) / (real - best) if gap and None not in (mine, best, real) and abs(real - best) > 1e-9 else None
        rows.append([name, mine, *theirs, real, closed])

    for head in ("type", "gender", "color"):
        add(f"IS by {head}", ("inception", head, "ours"), at(ours, "inception", head, "real"))
        add(f"(IS − 1)/(K − 1), {head}", ("inception", head, "ours_share"), at(ours, "inception", head, "real_share"))
    for head in ("type", "gender", "color"):
        add(f"{head} right", ("conditional", head, "ours"), at(ours, "conditional", head, "real"))
    for size in ("realism64", "realism256"):
        for key, label in (("garment_gap", "garment gap"), ("texture_gap", "texture gap"), ("fd", "FD of the judge"), ("kid", "KID × 1000"), ("swd", "texture SWD")):
            add(f"{size}: {label}", (size, key, "ours"), at(ours, size, key, "real"), higher=False)
    add("ΔE00 of #hex, median", ("color", "median"), 0.0, higher=False)
    add("RET", ("words", "ret"), 1.0)
    add("ADD", ("words", "add"), at(ours, "words", "real_told_apart"))
    add("an added word shows (threshold)", ("words", "shows"), at(ours, "words", "real_shows"))
    add("colour drift, median ΔE00", ("steps", "color_drift", "median"), 0.0, higher=False, gap=False)
    add("mask IoU on colour words", ("steps", "mask_iou", "mean"), 1.0, gap=False)
    add("step ratio", ("steps", "step_ratio"), None, higher=False)
    add("order gap", ("steps", "order_gap"), None, higher=False)
    add("spread across seeds, features (real 1)", ("spread", "features", "ratio"), 1.0, gap=False)
    add("spread across seeds, pixels (real 1)", ("spread", "pixels", "ratio"), 1.0, gap=False)
    add("nearest-train distance (held-out real 1)", ("nearest_train", "ratio"), 1.0, gap=False)
    names = [f"{at(b, 'about', 'which') or b['version']} ({at(b, 'about', 'images') or '?'} images, {at(b, 'about', 'cpuSeconds') or '?'} s)" for b in baselines]
    return table(["", "ours", *names, "real", "gap closed"], rows)


def words_table(words: dict | None) -> str:
    if words is None:
        return "Not measured.\n"
    head = ["word", "real AUC", "ADD", "real told apart", "by the word alone", "shows", "real shows", "other seed", "real AUC in type", "RET", "ADD of", "RET of"]
    keys = ("real_auc", "add", "real_told_apart", "real_alone", "shows", "real_shows", "other_seed", "real_auc_in_type", "ret", "added_to", "stayed_of")
    rows = sorted(words["words"].items(), key=lambda item: -item[1]["real_auc"])
    well = [[name, *(row[key] for key in keys)] for name, row in rows if row["real_auc"] >= SEEN_WELL]
    rest = [[name, *(row[key] for key in keys)] for name, row in rows if row["real_auc"] < SEEN_WELL]
    return f"{table(head, well)}\nNot averaged, because the judge itself sees them too badly on real pictures (AUC under {SEEN_WELL}):\n\n{table(head, rest)}"


def bars_table(bars: list[Bar], ours: dict, baselines: list[dict], sets: list[dict]) -> str:
    """The bars by the mean of all sets of seeds, and what each set says."""
    each = [bars_of(one, baselines) for one in sets]
    rows = [[bar.name, bar.wanted, bar.measured, MARKS[bar.reached], *(one[place].measured for one in each)] for place, bar in enumerate(bars)]
    reached = ["reached", "", "", "", *(str(sum(bar.reached is True for bar in one)) for one in each)]
    return table(["", "bar", "measured", "reached", *(f"seeds from {first}" for first in ours["first_seeds"])], [*rows, reached])


def page(ours: dict, baselines: list[dict], sets: list[dict]) -> str:
    bars = bars_of(ours, baselines)
    judge = ours["judge"]
    return f"""# Evaluation of {ours["version"]}

{ours["test_pictures"]} held-out flat lays; judges {ours["judges"]}, protocol {ours["protocol"]}; the mean of {len(sets)} sets of seeds.
The judge on held-out real pictures: type {judge["whole"]["type"]:.3f}, women or men {judge["whole"]["gender_women_men"]:.3f}, colour cluster
{judge["whole"]["color"]:.3f}; on crops of cloth: type {judge["crops"]["type"]:.3f}, women or men {judge["crops"]["gender_women_men"]:.3f}.

## Bars: {sum(bar.reached is True for bar in bars)} of {len(bars)} reached

{bars_table(bars, ours, baselines, sets)}
## Beside the baselines

{side_by_side(ours, baselines)}
The source reports, over the best of its baselines: IS by type +22 %, by gender +27 %, by colour +100 %, FID −81 %.

## Word by word

{words_table(ours.get("words"))}
## Pictures

![64 px](sheet-64.png)

![256 px](sheet-256.png)
"""
