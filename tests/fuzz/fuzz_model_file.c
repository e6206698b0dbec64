// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model_file.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

const size_t fuzz_allowance = (size_t)1 << 20;

/// Whatever the bytes: a fault with a line about it, or a model that may be built.
void
fuzz_input(const size_t size, const uint8_t* const data)
{
  Model*       model  = NULL;
  Diagnostic   why    = { "" };
  const Status status = model_parse("input", size, data, &model, &why);
  if (status) {
    if (model || strncmp(why.text, "input: ", 7) != 0 || strchr(why.text, '\n')) {
      fuzz_fail("a refusal without a word");
    }
    return;
  }
  ModelShape shape;
  model_get_shape(model, &shape);
  if (!model_shape_check(&shape, NULL) || model->n_weights * sizeof(float) > size) {
    fuzz_fail("a model that must not be");
  }
  model_free(model);
}
