// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/examples.h"

Status
examples_draw(Examples* const examples, Team* const team, const Split split, const uint64_t batch,
              Batch* const drawn, Diagnostic* const why)
{
  return examples->draw(examples, team, split, batch, drawn, why);
}

void
examples_free(Examples* const examples)
{
  if (examples) {
    examples->free(examples);
  }
}
