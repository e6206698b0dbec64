// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_MODEL_METADATA_H
#define LAMINA_DSP_NETWORK_MODEL_METADATA_H

#include "dsp/network/model.h"
#include "dsp/status.h"

#include <jansson.h>
#include <stdbool.h>

/**
   What a model file says of its model besides the weights: "__metadata__", an object of strings.

       format "lamina"   version "1"   rate_hz  window_s  hop_s
       kind "denoise", and:
           bands.step_hz  bands.linear_hz  bands.top_hz  bands.n_erb
           features.silence_db  …scale_db  …rise_s  …fall_s  …smooth_s  …minimum_s
           features.long_minimum_s  features.profile  features.prior_snr
           features.prior_limit_db  features.periodicity     where there are such
       or kind "autoencoder" or "classify", and:
           spectrum.top_db  spectrum.range_db  spectrum.unit  variational  bypassed
       or kind "morph", and:
           morph.scale_db  variational  bypassed
           morph.labels, a word a line for each number of the code, or an empty line
           morph.anchors, a name a line; "" without anchors
       encoder.inputs "258"   encoder.layers "3"   encoder.0.units "288"   encoder.0.taps "0 1 2"
       encoder.0.activation "relu"   encoder.0.gated, where it is   …   decoder.layers   …
       card.name  card.licence  card.data  card.recipe  card.scores  card.tool: those there are
       card.classes: of kind "classify" alone, a name a line for each output

   Numbers are decimal and read back to the same bits; truths are "yes" and "no".  The caller sees
   to the "C" locale.
*/

/**
   @param space Its names; of kind "morph" alone.
   @param metadata Set on success, owned by the caller.
   @param why "KEY: what is wrong".
   @return STATUS_NO_MEMORY, or STATUS_BAD_FILE when a word of the card is not UTF-8.
*/
NODISCARD
Status
model_metadata_write(const ModelShape* shape, const ModelCard* card, const MorphSpace* space,
                     json_t** metadata, Diagnostic* why);

/**
   Read the shape and check it by model_shape_check(), and that every class, anchor and number of
   a morph model's code has its name.  A key that is missing, unknown or not a string is a fault.

   @param shape Written on success.
   @param why "KEY: what is wrong".
   @return STATUS_BAD_FILE, or STATUS_NO_MEMORY.
*/
NODISCARD
Status
model_metadata_read(json_t* metadata, ModelShape* shape, Diagnostic* why);

/// Copy the words of a file that model_metadata_read() took.  @return False: no memory.
NODISCARD
bool
model_metadata_read_card(const json_t* metadata, ModelCard* card);

/// Copy the labels and the names of the anchors of a file that model_metadata_read() took.
void
model_metadata_read_names(const json_t* metadata, MorphSpace* space);

#endif
