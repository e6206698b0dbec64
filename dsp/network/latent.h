// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_LATENT_H
#define LAMINA_DSP_NETWORK_LATENT_H

#include "dsp/attributes.h"
#include "dsp/network/model.h"

#include <stdint.h>

/// Most numbers of a code.
#define LATENT_MAX MODEL_MAX_CODE

/// No number of a code that is read or written is further from 0.
#define LATENT_LIMIT 1e4f

/// No decoded decibel is further from 0.
#define LATENT_LIMIT_DB 240.0f

/**
   The two halves of a morph model, for one stream: shapes of envelopes (see envelope.h) to codes
   and back.

   Numbers in stay numbers out, whatever a stranger's weights are: what is not finite becomes 0,
   the rest is held within the limits above.  Every call costs the same.  One thread at a time.

   The names of the axes and the anchors are to be read from the model: see MorphSpace.
*/
typedef struct Latent Latent;

/**
   @param model Of MODEL_MORPH; must outlive what is made of it.
   @return Owned by the caller, or NULL when memory is short.
*/
Latent*
latent_new(const Model* model);

/// Free; NULL is allowed.
void
latent_free(Latent* latent);

/// Numbers of a code, 1…LATENT_MAX.
REALTIME
uint32_t
latent_size(const Latent* latent);

/**
   The code of a shape; of a variational model the mean of its posterior.

   @param shape_db [ENVELOPE_BANDS].
   @param code [latent_size()], written.
*/
REALTIME
void
latent_encode(Latent* latent, const float* shape_db, float* code);

/**
   The shape of a code.

   @param code [latent_size()].
   @param shape_db [ENVELOPE_BANDS], written.
*/
REALTIME
void
latent_decode(Latent* latent, const float* code, float* shape_db);

/// The 1st percentile of what the model learned from, of number `i` of the code.
REALTIME
float
latent_low(const Latent* latent, uint32_t i);

/// The 99th percentile.
REALTIME
float
latent_high(const Latent* latent, uint32_t i);

#endif
