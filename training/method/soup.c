// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/soup.h"

#include <stdbool.h>
#include <string.h>

static bool
same_layers(uint32_t n, const LayerShape* a, const LayerShape* b)
{
  bool same = true;
  for (uint32_t l = 0; same && l < n; ++l) {
    same = a[l].n_in == b[l].n_in && a[l].n_out == b[l].n_out && a[l].n_taps == b[l].n_taps &&
           !memcmp(a[l].taps, b[l].taps, a[l].n_taps * sizeof(*a[l].taps)) &&
           a[l].activation == b[l].activation && a[l].gated == b[l].gated;
  }
  return same;
}

/// @return How the denoiser `b` differs from `a`, or NULL.
static const char*
difference(const Model* a, const Model* b)
{
  ModelShape x;
  ModelShape y;
  model_get_shape(a, &x);
  model_get_shape(b, &y);
  return x.rate_hz != y.rate_hz || x.window_s != y.window_s || x.hop_s != y.hop_s ? "frames"
         : memcmp(&x.features, &y.features, offsetof(FeatureConfig, profile)) ||
             x.features.profile != y.features.profile ||
             x.features.prior_snr != y.features.prior_snr ||
             x.features.prior_limit_db != y.features.prior_limit_db ||
             x.features.periodicity != y.features.periodicity
           ? "bands or features"
         : x.n_encoder != y.n_encoder || x.n_decoder != y.n_decoder ||
             !same_layers(x.n_encoder, x.encoder, y.encoder) ||
             !same_layers(x.n_decoder, x.decoder, y.decoder)
           ? "layers"
           : NULL;
}

Status
soup_cook(uint32_t n, Model* const* models, const char* const* names, Diagnostic* why)
{
  bool half = true;
  for (uint32_t i = 0; i < n; ++i) {
    const Status status = model_check_kind(models[i], names[i], MODEL_DENOISE, why);
    if (status) {
      return status;
    }
    const char* const other = difference(models[0], models[i]);
    if (other) {
      return diagnose(why, STATUS_BAD_OPTION, "%s: its %s are not those of %s", names[i], other,
                      names[0]);
    }
    half = half && models[i]->half;
  }

  for (size_t k = 0; k < models[0]->n_weights; ++k) {
    double sum = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
      sum += (double)models[i]->weights[k];
    }
    models[0]->weights[k] = (float)(sum / n);
  }
  models[0]->half = false;
  if (half) {
    model_halve(models[0]);
  }
  return STATUS_SUCCESS;
}
