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

/**
   Root-mean-square error per row: 1/rows · Σ_r √(1/columns · Σ (x̂ − x)²).

   Unlike the squared error it does not count rows that are far off more than those that are near.

   @param slope ∂loss/∂x̂, [rows × columns], written, 0 in a row without error; NULL when nobody
   asks.
   @return The loss.
*/
double
loss_rms_error(uint32_t n_rows, uint32_t n_columns, const real* x_hat, const real* x, real* slope);

/**
   Binary cross-entropy per row, from logits: 1/rows · Σ softplus(a) − x·a, which is
   −Σ x log σ(a) + (1 − x) log(1 − σ(a)) without overflow.

   @param logits a, [rows × columns].
   @param x Target, 0…1, [rows × columns].
   @param slope ∂loss/∂a, [rows × columns], written; NULL when nobody asks.
   @return The loss, nats.
*/
double
loss_cross_entropy(uint32_t n_rows, uint32_t n_columns, const real* logits, const real* x,
                   real* slope);

/**
   Cross-entropy of a softmax over classes, per row: −1/rows · Σ log softmax(a)[label].

   @param logits a, [rows × n_classes].
   @param labels [rows], below n_classes.
   @param slope ∂loss/∂a, [rows × n_classes], written; NULL when nobody asks.
   @param n_wrong Rows whose largest logit, the first of equal ones, is another class's, written;
   NULL when nobody asks.
   @return The loss, nats.
*/
double
loss_softmax(uint32_t n_rows, uint32_t n_classes, const real* logits, const uint32_t* labels,
             real* slope, uint32_t* n_wrong);

#endif
