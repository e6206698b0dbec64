#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

"""Frames per second of one training step in PyTorch; see training.sh."""

import ctypes
import sys
import time

import torch

BATCH = 1024
N_BATCHES = 8
N_WARM_UP = 5


def blas_kernel():
    """The name that OpenBLAS has for the kernels in use."""
    try:
        name = ctypes.CDLL("libblas.so.3").openblas_get_corename
    except (OSError, AttributeError):
        return "not OpenBLAS"
    name.restype = ctypes.c_char_p
    return name().decode()


def network(units):
    layers = []
    for n_in, n_out in zip(units, units[1:]):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def main():
    units = [int(n) for n in sys.argv[1].split("-")]
    n_threads = int(sys.argv[2])
    seconds = float(sys.argv[3])
    half = sys.argv[4] == "bfloat16"
    clock = time.process_time if n_threads == 1 else time.monotonic
    torch.set_num_threads(n_threads)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)

    model = network(units)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=True)
    data = torch.rand(N_BATCHES, BATCH, units[0])
    targets = data[:, :, : units[-1]].contiguous()

    n_steps = 0
    start = 0.0
    while n_steps < 2 * N_WARM_UP or clock() - start < seconds:
        if n_steps == N_WARM_UP:
            start = clock()
        batch = n_steps % N_BATCHES
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            loss = torch.nn.functional.mse_loss(model(data[batch]), targets[batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        n_steps += 1
    spent = clock() - start

    print("%.0f %s %.6f" % ((n_steps - N_WARM_UP) * BATCH / spent, blas_kernel(), loss.item()))


main()
