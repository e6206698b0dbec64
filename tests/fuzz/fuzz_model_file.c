// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model_file.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

/// Whatever the bytes: a fault with a line about it, or a model that may be built.
int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
  Model*       model  = NULL;
  Diagnostic   why    = { "" };
  const Status status = model_parse("input", size, data, &model, &why);
  if (status) {
    if (model || strncmp(why.text, "input: ", 7) || strchr(why.text, '\n')) {
      abort();
    }
    return 0;
  }
  ModelShape shape;
  model_get_shape(model, &shape);
  if (!model_shape_check(&shape, NULL) || model->n_weights * sizeof(float) > size) {
    abort();
  }
  model_free(model);
  return 0;
}
