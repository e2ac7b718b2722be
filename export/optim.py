"""Muon for weight matrices and AdamW for the rest, with state that is saved without pickle.

Muon: Jordan et al. 2024, momentum orthogonalised by Newton-Schulz iteration. torch's own runs that
iteration in bfloat16, which a CPU without bfloat16 units does 50 times slower than in float32.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


class MuonAdamW:
    """One optimiser over named parameters; ``state_tensors`` is flat and safetensors-ready."""

    def __init__(
        self,
        model: nn.Module,
        *,
        matrix_lr: float = 0.01,
        other_lr: float = 1.5e-3,
        slow_lr: float = 1e-3,
        weight_decay: float = 0.02,
    ) -> None:
        self._weight_decay = weight_decay
        self.steps = 0
        self.state: dict[str, Tensor] = {}
        self._groups: dict[str, tuple[nn.Parameter, str, float]] = {}
        for name, parameter in model.named_parameters():
            if name.startswith("add."):
                # The adding path starts at zero and must not outrun the token embeddings.
                self._groups[name] = (parameter, "adam", slow_lr)
            elif parameter.ndim == 2 and ".h." in name:
                self._groups[name] = (parameter, "muon", matrix_lr)
            else:
                self._groups[name] = (parameter, "adam", other_lr)

    @torch.no_grad()
    def step(self, scale: float) -> None:
        """One update at ``scale`` times the base learning rates."""
        self.steps += 1
        for name, (parameter, kind, lr) in self._groups.items():
            if parameter.grad is None:
                continue
            if kind == "muon":
                self._muon(name, parameter, lr * scale)
            else:
                self._adam(name, parameter, lr * scale)

    def zero_grad(self, parameters: Iterable[nn.Parameter]) -> None:
        """Forget gradients."""
        for parameter in parameters:
            parameter.grad = None

    def _tensor(self, name: str, like: Tensor) -> Tensor:
        if name not in self.state:
            self.state[name] = torch.zeros_like(like)
        return self.state[name]

    def _muon(self, name: str, parameter: nn.Parameter, lr: float) -> None:
        grad = parameter.grad
        assert grad is not None
        momentum = self._tensor(f"{name}.momentum", grad)
        momentum.mul_(0.95).add_(grad)
        update = orthogonalise(grad + 0.95 * momentum)
        update *= max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
        parameter.mul_(1 - lr * self._weight_decay)
        parameter.add_(update, alpha=-lr)

    def _adam(self, name: str, parameter: nn.Parameter, lr: float) -> None:
        grad = parameter.grad
        assert grad is not None
        first = self._tensor(f"{name}.first", grad)
        second = self._tensor(f"{name}.second", grad)
        first.lerp_(grad, 0.1)
        second.mul_(0.98).addcmul_(grad, grad, value=0.02)
        mean = first / (1 - 0.9**self.steps)
        root = (second / (1 - 0.98**self.steps)).sqrt_().add_(1e-9)
        if parameter.ndim == 2:
            parameter.mul_(1 - lr * self._weight_decay)
        parameter.addcdiv_(mean, root, value=-lr)


def orthogonalise(matrix: Tensor, steps: int = 5) -> Tensor:
    """The nearest semi-orthogonal matrix, roughly, by quintic Newton-Schulz iteration in
    float32."""
    a, b, c = _NEWTON_SCHULZ
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x
