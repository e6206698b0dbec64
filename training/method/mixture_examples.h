// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_MIXTURE_EXAMPLES_H
#define LAMINA_TRAINING_METHOD_MIXTURE_EXAMPLES_H

#include "dsp/spectrum/bands.h"
#include "training/corpus/mixture.h"
#include "training/method/examples.h"
#include "training/method/recipe.h"

/**
   Mini-batches of sound with noise, mixed on the fly, as features and spectra.

   @param recipe Must outlive the result.
   @param sources Copied; its corpora must outlive the result.
   @return Owned by the caller, or NULL when memory is short.
*/
Examples*
mixture_examples_new(const Recipe* recipe, const MixtureSources* sources);

/// The bands that gains are for, owned by `examples`, which are mixtures.
const Bands*
mixture_examples_bands(const Examples* examples);

#endif
