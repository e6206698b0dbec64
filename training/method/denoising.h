// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_DENOISING_H
#define LAMINA_TRAINING_METHOD_DENOISING_H

#include "training/engine/random.h"
#include "training/engine/real.h"
#include "training/method/recipe.h"

#include <stddef.h>

/**
   Corrupt the input of an autoencoder, which is then to reconstruct what was there before
   (Vincent et al., "Extracting and composing robust features with denoising autoencoders", 2008).

   Masking sets each number to zero with chance `amount`; salt and pepper to 0 or 1, by a fair coin,
   with that chance; Gaussian adds normal noise of deviation `amount`.  Recorded noise is in the
   sound already, and nothing is changed.

   @param x [n], changed in place.
*/
void
denoising_corrupt(Corruption corruption, double amount, Random* random, size_t n, real* x);

#endif
