// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_SOUP_H
#define LAMINA_TRAINING_METHOD_SOUP_H

#include "dsp/network/model.h"

#include <stdint.h>

/**
   The mean of models that learned on from the same one (Wortsman et al., "Model soups: averaging
   weights of multiple fine-tuned models improves accuracy without increasing inference time",
   2022).

   Of models that began with other weights the mean is worth nothing: the units do not correspond.

   @param n At least 2.
   @param models [n], denoisers of one shape; the weights of the first are written.
   @param names [n], of the models, for the complaint.
   @return STATUS_BAD_OPTION when a model is of another kind or shape.
*/
NODISCARD
Status
soup_cook(uint32_t n, Model* const* models, const char* const* names, Diagnostic* why);

#endif
