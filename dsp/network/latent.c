// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/latent.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct Latent {
  const Model* model; ///< Not owned
  Scratch*     encoder;
  Scratch*     decoder;
};

Latent*
latent_new(const Model* const model)
{
  assert(model->kind == MODEL_MORPH);
  Latent* const latent = calloc(1, sizeof(Latent));
  if (!latent) {
    return NULL;
  }

  latent->model   = model;
  latent->encoder = scratch_new(&model->autoencoder.encoder);
  latent->decoder = scratch_new(&model->autoencoder.decoder);
  if (!latent->encoder || !latent->decoder) {
    latent_free(latent);
    return NULL;
  }
  return latent;
}

void
latent_free(Latent* const latent)
{
  if (latent) {
    scratch_free(latent->encoder);
    scratch_free(latent->decoder);
    free(latent);
  }
}

uint32_t
latent_size(const Latent* const latent)
{
  return latent->model->morph.n_code;
}

/// Scale, and hold within ±limit; what is not finite becomes 0.
static void
scale(const uint32_t n, const float factor, const float limit, const float* const x, float* const y)
{
  for (uint32_t i = 0; i < n; ++i) {
    const float value = factor * x[i];
    y[i]              = isfinite(value) ? fminf(fmaxf(value, -limit), limit) : 0.0f;
  }
}

void
latent_encode(Latent* const latent, const float* const shape_db, float* const code)
{
  const Model* const model = latent->model;
  float              x[ENVELOPE_BANDS];
  float              z[LATENT_MAX];
  const float        unit = 1.0f / model->morph.scale_db;
  scale(ENVELOPE_BANDS, unit, unit * LATENT_LIMIT_DB, shape_db, x);
  network_forward(&model->autoencoder.encoder, latent->encoder, x, z);
  scale(model->morph.n_code, 1.0f, LATENT_LIMIT, z, code);
}

void
latent_decode(Latent* const latent, const float* const code, float* const shape_db)
{
  const Model* const model = latent->model;
  float              z[LATENT_MAX];
  float              x[ENVELOPE_BANDS];
  scale(model->morph.n_code, 1.0f, LATENT_LIMIT, code, z);
  network_forward(&model->autoencoder.decoder, latent->decoder, z, x);
  scale(ENVELOPE_BANDS, model->morph.scale_db, LATENT_LIMIT_DB, x, shape_db);
}

float
latent_low(const Latent* const latent, const uint32_t i)
{
  return latent->model->morph.low[i];
}

float
latent_high(const Latent* const latent, const uint32_t i)
{
  return latent->model->morph.high[i];
}
