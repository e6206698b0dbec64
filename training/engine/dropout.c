// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/dropout.h"

#include <stddef.h>
#include <stdlib.h>

bool
dropout_allocate(Dropout* const dropout, const uint32_t n_units, const BatchShape batch)
{
  dropout->n_units = n_units;
  dropout->factor  = malloc((size_t)batch.n_streams * n_units * sizeof(real));
  dropout->kept    = malloc((size_t)batch_rows(batch) * n_units * sizeof(real));
  return dropout->factor && dropout->kept;
}

void
dropout_release(Dropout* const dropout)
{
  free(dropout->factor);
  free(dropout->kept);
}

void
dropout_draw(Dropout* const dropout, const uint32_t n_streams, const double share,
             Random* const random)
{
  const size_t n = (size_t)n_streams * dropout->n_units;
  for (size_t i = 0; i < n; ++i) {
    dropout->factor[i] = random_uniform(random) < share ? 0 : (real)(1.0 / (1.0 - share));
  }
}

/// What the tasks of dropout_apply() share.
typedef struct {
  const real* factor;
  const real* from;
  real*       to;
  size_t      n; ///< Numbers in a frame of all sequences
} Application;

static void
apply_to_frame(void* const context, const uint32_t step)
{
  const Application* const all  = (const Application*)context;
  const real* const        from = all->from + step * all->n;
  real* const              to   = all->to + step * all->n;
  for (size_t i = 0; i < all->n; ++i) {
    to[i] = all->factor[i] * from[i];
  }
}

void
dropout_apply(const Dropout* const dropout, Team* const team, const BatchShape batch,
              const real* const from, real* const to)
{
  Application all = { .factor = dropout->factor,
                      .from   = from,
                      .to     = to,
                      .n      = (size_t)batch.n_streams * dropout->n_units };
  team_run(team, batch.n_steps, apply_to_frame, &all);
}
