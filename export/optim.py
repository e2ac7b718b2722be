"""Muon for weight matrices and AdamW for the rest, with state that is saved without pickle.

Muon: Jordan et al. 2024, momentum orthogonalised by Newton-Schulz iteration. torch's own runs that
iteration in bfloat16, which a CPU without bfloat16 units does 50 times slower than in float32; here
a GPU iterates in bfloat16, all matrices of a shape at once, and a CPU in float32, one by one (a
batched product was measured 15 % slower there).
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
SLOW = 2 / 3
"""Rate of the adding path, against the other rate: it starts at zero and must not outrun the token
embeddings."""


class MuonAdamW:
    """One optimiser over named parameters; ``state`` is flat and safetensors-ready."""

    def __init__(
        self,
        model: nn.Module,
        *,
        matrix_lr: float = 0.01,
        other_lr: float = 1.5e-3,
        weight_decay: float = 0.02,
        muon: bool = True,
    ) -> None:
        """``muon`` False: AdamW for the matrices too, at ``other_lr``. Newton-Schulz costs more
        than the model itself where the matrices are wide and the batches small."""
        self._weight_decay = weight_decay
        self.steps = 0
        self.state: dict[str, Tensor] = {}
        self._matrices: dict[torch.Size, list[tuple[str, nn.Parameter]]] = {}
        self._others: list[tuple[str, nn.Parameter, float]] = []
        self._matrix_lr = matrix_lr
        for name, parameter in model.named_parameters():
            if muon and parameter.ndim == 2 and ".h." in name:
                self._matrices.setdefault(parameter.shape, []).append((name, parameter))
            else:
                slow = SLOW if name.startswith("add.") else 1.0
                self._others.append((name, parameter, other_lr * slow))
        # torch's GradScaler looks for the gradients here.
        self.param_groups = [{"params": list(model.parameters())}]

    @torch.no_grad()
    def step(self, scale: float) -> None:
        """One update at ``scale`` times the base learning rates."""
        self.steps += 1
        for named in self._matrices.values():
            self._muon(named, self._matrix_lr * scale)
        for name, parameter, lr in self._others:
            if parameter.grad is not None:
                self._adam(name, parameter, lr * scale)

    def zero_grad(self, parameters: Iterable[nn.Parameter]) -> None:
        """Forget gradients."""
        for parameter in parameters:
            parameter.grad = None

    def _tensor(self, name: str, like: Tensor) -> Tensor:
        if name not in self.state:
            self.state[name] = torch.zeros_like(like)
        return self.state[name]

    def _muon(self, named: list[tuple[str, nn.Parameter]], lr: float) -> None:
        parameters, updates = [], []
        for name, parameter in named:
            if parameter.grad is None:
                continue
            momentum = self._tensor(f"{name}.momentum", parameter.grad)
            momentum.mul_(0.95).add_(parameter.grad)
            parameters.append(parameter)
            updates.append(parameter.grad.add(momentum, alpha=0.95))
        if not parameters:
            return
        if updates[0].device.type == "cpu":
            updates = [orthogonalise(update) for update in updates]
        else:
            updates = list(orthogonalise(torch.stack(updates)).unbind())
        rows, columns = parameters[0].shape
        size = max(1.0, rows / columns) ** 0.5
        for parameter, update in zip(parameters, updates, strict=True):
            parameter.mul_(1 - lr * self._weight_decay)
            parameter.add_(update, alpha=-lr * size)

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


def orthogonalise(matrices: Tensor, steps: int = 5) -> Tensor:
    """The nearest semi-orthogonal matrix, roughly, of each of [..., R, C], by quintic Newton-Schulz
    iteration: in bfloat16 on a GPU, in float32 elsewhere."""
    a, b, c = _NEWTON_SCHULZ
    product = torch.addmm if matrices.ndim == 2 else torch.baddbmm
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    if matrices.device.type == "cuda":
        x = x.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT.contiguous()
    for _ in range(steps):
        gram = x @ x.mT
        gram = product(gram, gram, gram, beta=b, alpha=c)
        x = product(x, gram, x, beta=a)
    return (x.mT if tall else x).to(matrices.dtype)
