"""What a network of residual blocks is made of, in float64 PyTorch, for tests/device/ops/test_layer_norm.cpp,
test_silu.cpp and test_gradient_norm.cpp and for tests/kernels/math/test_adam.cpp.

  python tests/golden/residual_blocks.py      prints what the tests have as golden values

Layer normalisation: x [3, 5] = sin(1.7 k), k = 0, 1, ... over the whole matrix, gamma = 1 + cos(j) / 2, beta = j / 10;
the gradient in y is cos(0.9 k). AdamW: five weights w_k = cos(k), ten steps t = 1, 2, ... with gradients
sin(0.7 t + k), rate 0.01, betas (0.9, 0.999), weight decay 0.1; with and without clipping to a norm of 1.
"""

import torch
from torch.nn import functional as F


def layer_norm():
    k = torch.arange(15, dtype=torch.float64).reshape(3, 5)
    j = torch.arange(5, dtype=torch.float64)
    x, gamma, beta = (t.requires_grad_() for t in (torch.sin(1.7 * k), 1 + torch.cos(j) / 2, j / 10))
    y = F.layer_norm(x, (5,), gamma, beta, eps=1e-5)
    y.backward(torch.cos(0.9 * k))
    return dict(y=y, dx=x.grad, dgamma=gamma.grad, dbeta=beta.grad)


def silu():
    x = torch.tensor([-8, -3, -1.25, -0.5, 0, 0.5, 3, 8], dtype=torch.float64, requires_grad=True)
    y = F.silu(x)
    y.sum().backward()
    return dict(y=y, derivative=x.grad)


def adamw(most):
    """The weights after the ten steps, and the norm of each step's gradient."""
    k = torch.arange(5, dtype=torch.float64)
    w = torch.cos(k).requires_grad_()
    adam = torch.optim.AdamW([w], lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)
    norms = []
    for t in range(1, 11):
        w.grad = torch.sin(0.7 * t + k)
        norms.append(torch.nn.utils.clip_grad_norm_([w], most))
        adam.step()
    return dict(weights=w, norms=torch.stack(norms))


if __name__ == "__main__":
    torch.set_printoptions(precision=9, linewidth=100, sci_mode=False)
    print("PyTorch", torch.__version__)
    for title, values in dict(layer_norm=layer_norm(), silu=silu(), adamw=adamw(float("inf")),
                              clipped=adamw(1.0)).items():
        for name, value in values.items():
            print(title, name, value.detach().ravel())
