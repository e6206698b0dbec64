// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_LOSS_H
#define LAMINA_TRAINING_ENGINE_LOSS_H

#include "training/engine/real.h"

#include <stddef.h>
#include <stdint.h>

/**
   Squared error per row: 1/rows · Σ (x̂ − x)².

   @param n_rows Rows.
   @param n_columns Numbers in a row.
   @param x_hat Reconstruction, [rows × columns].
   @param x Target, [rows × columns].
   @param slope ∂loss/∂x̂, [rows × columns], written; NULL when nobody asks.
   @return The loss.
*/
double
loss_squared_error(uint32_t n_rows, uint32_t n_columns, const real* x_hat, const real* x,
                   real* slope);

#endif
