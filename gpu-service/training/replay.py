"""Training steps as CUDA graphs: a step of small networks is thousands of launches, which a graph makes one."""

from collections.abc import Callable

import torch

WARM = 3  # steps before a capture, so that what is set up once is


class Replay:
    """Runs `work` of each kind of step as it is on a CPU, and as a graph of its own on a GPU once it is warm.

    `work` returns losses by name, may not read a number off the GPU, and draws from the device's default generator alone.
    What changes between steps (rates, weights) has to live in tensors that are filled in place.
    """

    def __init__(self, active: bool):
        self.active = active
        self.graphs: dict[object, tuple[torch.cuda.CUDAGraph, list[str], torch.Tensor]] = {}

    def run(self, kind: object, work: Callable[[], dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        if not self.active:
            return work()
        if kind not in self.graphs:
            self.graphs[kind] = capture(work)
        graph, names, values = self.graphs[kind]
        graph.replay()
        return dict(zip(names, values.clone().unbind(), strict=True))


def capture(work: Callable[[], dict[str, torch.Tensor]]) -> tuple[torch.cuda.CUDAGraph, list[str], torch.Tensor]:
    current, aside = torch.cuda.current_stream(), torch.cuda.Stream()
    aside.wait_stream(current)
    with torch.cuda.stream(aside):
        for _ in range(WARM):
            work()
    current.wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        losses = work()
        values = torch.stack([value.detach().float() for value in losses.values()])
    return graph, list(losses), values


def adam(parameters, rate: float, betas: tuple[float, float], device: torch.device, captured: bool) -> torch.optim.Adam:
    """Adam whose rate can be set while graphs replay (`set_rate`)."""
    if not captured:
        return torch.optim.Adam(parameters, rate, betas, fused=device.type == "cuda")
    return torch.optim.Adam(parameters, torch.tensor(rate, device=device), betas, fused=True, capturable=True)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        if torch.is_tensor(group["lr"]):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate
