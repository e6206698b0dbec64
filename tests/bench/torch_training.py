#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

"""Frames per second of one training step in PyTorch, on one thread; see training.sh."""

import ctypes
import sys
import time

import torch

UNITS = [513, 512, 256, 64, 256, 512, 513]
BATCH = 1024
N_BATCHES = 16
N_WARM_UP = 10


def blas_kernel():
    """The name that OpenBLAS has for the kernels in use."""
    try:
        name = ctypes.CDLL("libblas.so.3").openblas_get_corename
    except (OSError, AttributeError):
        return "not OpenBLAS"
    name.restype = ctypes.c_char_p
    return name().decode()


def network():
    layers = []
    for n_in, n_out in zip(UNITS, UNITS[1:]):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def main():
    seconds = float(sys.argv[1])
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)

    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=True)
    data = torch.rand(N_BATCHES, BATCH, UNITS[0])

    n_steps = 0
    start = 0.0
    while n_steps < 2 * N_WARM_UP or time.process_time() - start < seconds:
        if n_steps == N_WARM_UP:
            start = time.process_time()
        x = data[n_steps % N_BATCHES]
        loss = torch.nn.functional.mse_loss(model(x), x)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        n_steps += 1
    spent = time.process_time() - start

    print("%.0f %s %.6f" % ((n_steps - N_WARM_UP) * BATCH / spent, blas_kernel(), loss.item()))


main()
