"""The loss of cells in PyTorch, in double, for tests/device/ops/test_cell_loss.cpp.

  python tests/golden/cell_loss.py      (PyTorch from PyPI) prints what the test has as golden values

Three rows of three columns of 3, 6 and 2 cells, logits sin(1.7 k), k = 0, 1, ...; of the second the
leading 4 cells are smoothed by a bell exp(-d^2 / 2) that ends at a distance of 2. The first row
shows its last column, the second all, the third none.
"""

import torch

SIZES = (3, 6, 2)
SMOOTHED = (0, 4, 0)
CELLS = torch.tensor([[2, 1, 1], [0, 0, 0], [1, 5, 1]])
OBSERVED = torch.tensor([[0.0, 0, 1], [1, 1, 1], [0, 0, 0]], dtype=torch.float64)


def targets(size, smoothed):
    """Row c is what the targets are where the cell is c."""
    table = torch.eye(size, dtype=torch.float64)
    d = (torch.arange(smoothed)[:, None] - torch.arange(smoothed)).abs()
    bell = torch.where(d <= 2, torch.exp(-0.5 * d.double() ** 2), 0.0)
    table[:smoothed, :smoothed] = bell / bell.sum(1, keepdim=True)
    return table


def main():
    torch.set_printoptions(precision=9, linewidth=100, sci_mode=False)
    width = sum(SIZES)
    logits = torch.sin(1.7 * torch.arange(3 * width, dtype=torch.float64)).view(3, width).requires_grad_()
    columns = [
        torch.nn.functional.cross_entropy(part, targets(size, smoothed)[cell], reduction="none")
        for part, size, smoothed, cell in zip(logits.split(SIZES, 1), SIZES, SMOOTHED, CELLS.T)
    ]
    hidden = 1 - OBSERVED
    rows = (torch.stack(columns, 1) * hidden).sum(1) / hidden.sum(1).clamp(min=1)
    loss = rows.mean()
    loss.backward()
    print("inverse sums of column 1", targets(6, 4)[:4, :4].diagonal())
    print("loss", loss.item())
    print("gradient", logits.grad)


if __name__ == "__main__":
    main()
