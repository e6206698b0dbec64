// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_EXAMPLES_H
#define LAMINA_TRAINING_METHOD_EXAMPLES_H

#include "dsp/status.h"
#include "training/corpus/corpus.h"
#include "training/engine/dense.h"
#include "training/engine/team.h"
#include "training/method/mask_loss.h"
#include "training/method/recipe.h"

#include <stdint.h>

/**
   A mini-batch of sound: mixtures, drawn on the fly, as features and spectra.

   What batch number n holds depends on the recipe, the corpora, the split and n, and on nothing
   else.
*/
typedef struct Examples Examples;

/**
   Allocate everything that a mini-batch needs.

   @param recipe, sound, noise Must outlive the result.
   @param sound What is to be kept.
   @param noise What is to be taken out.
   @return Owned by the caller, or NULL when memory is short.
*/
Examples*
examples_new(const Recipe* recipe, const Corpus* sound, const Corpus* noise);

/// Free; NULL is allowed.
void
examples_free(Examples* examples);

/**
   Draw a mini-batch.

   @param batch Its number.
   @return As mixture_draw().
*/
NODISCARD
Status
examples_draw(Examples* examples, Team* team, Split split, uint64_t batch, Diagnostic* why);

/// Shape of every mini-batch.
BatchShape
examples_shape(const Examples* examples);

/// Features of the noisy sound, [rows × feature_config_size], owned by `examples`.
const real*
examples_noisy(const Examples* examples);

/// Features of the sound alone, [rows × feature_config_size], owned by `examples`.
const real*
examples_clean(const Examples* examples);

/// Spectra of both, owned by `examples`.
const MaskTarget*
examples_target(const Examples* examples);

/// The bands that gains are for, owned by `examples`.
const Bands*
examples_bands(const Examples* examples);

#endif
