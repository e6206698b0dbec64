// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/network.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// The last inputs of one layer.
typedef struct {
  uint32_t n_frames; ///< Frames kept, the current one included
  uint32_t n_in;
  uint32_t now;    ///< Index of the current frame
  float*   frames; ///< [n_frames][n_in]
} Ring;

struct Scratch {
  uint32_t n_layers;
  uint32_t n_out; ///< Of the last layer
  Ring     rings[NETWORK_MAX_LAYERS];
  float*   sums; ///< Of one gated layer, [the most that any has]
  float*   y;    ///< Output of the last layer
};

static bool
ring_init(Ring* const ring, const LayerShape* const shape)
{
  ring->n_frames = layer_shape_history(shape) + 1;
  ring->n_in     = shape->n_in;
  ring->frames   = calloc((size_t)ring->n_frames * ring->n_in, sizeof(float));
  return ring->frames;
}

/// The most weighted sums that a layer has.
static uint32_t
most_sums(const Network* const network)
{
  uint32_t most = 0;
  for (uint32_t l = 0; l < network->n_layers; ++l) {
    const uint32_t n = layer_shape_sums(&network->layers[l].shape);
    most             = n > most ? n : most;
  }
  return most;
}

Scratch*
scratch_new(const Network* const network)
{
  Scratch* const scratch = calloc(1, sizeof(Scratch));
  if (!scratch) {
    return NULL;
  }

  scratch->n_layers = network->n_layers;
  scratch->y        = calloc(network->layers[network->n_layers - 1].shape.n_out, sizeof(float));
  scratch->sums     = calloc(most_sums(network), sizeof(float));
  scratch->n_out    = network->layers[network->n_layers - 1].shape.n_out;
  bool ok           = scratch->y && scratch->sums;
  for (uint32_t l = 0; l < network->n_layers; ++l) {
    ok = ring_init(&scratch->rings[l], &network->layers[l].shape) && ok;
  }
  if (!ok) {
    scratch_free(scratch);
    return NULL;
  }
  return scratch;
}

void
scratch_free(Scratch* const scratch)
{
  if (scratch) {
    for (uint32_t l = 0; l < scratch->n_layers; ++l) {
      free(scratch->rings[l].frames);
    }
    free(scratch->sums);
    free(scratch->y);
    free(scratch);
  }
}

void
scratch_reset(Scratch* const scratch)
{
  for (uint32_t l = 0; l < scratch->n_layers; ++l) {
    Ring* const ring = &scratch->rings[l];
    memset(ring->frames, 0, (size_t)ring->n_frames * ring->n_in * sizeof(float));
    ring->now = 0;
  }
  memset(scratch->y, 0, scratch->n_out * sizeof(float));
}

/// Room for the next frame, in place of the oldest.
static float*
ring_next(Ring* const ring)
{
  ring->now = ring->now + 1 == ring->n_frames ? 0 : ring->now + 1;
  return ring->frames + (size_t)ring->now * ring->n_in;
}

/// The frame of `delay` frames ago.
static const float*
ring_past(const Ring* const ring, const uint32_t delay)
{
  const uint32_t at = ring->now >= delay ? ring->now - delay : ring->now + ring->n_frames - delay;
  return ring->frames + (size_t)at * ring->n_in;
}

/// The way around the layers, and what the layers made, to `y`.
static void
sum_bypass(const Network* const network, const Scratch* const scratch, float* const y)
{
  const float* const x     = ring_past(&scratch->rings[0], 0);
  const uint32_t     n_out = network->bypass.shape.n_out;
  layer_forward(&network->bypass, &x, NULL, y);
  for (uint32_t i = 0; i < n_out; ++i) {
    y[i] += scratch->y[i];
  }
}

/// Where a layer puts its output, and a gated one finds that of the frame before.
static float*
layer_output(const Layer* const layer, Scratch* const scratch, const uint32_t index)
{
  if (index + 1 == scratch->n_layers) {
    return scratch->y;
  }

  Ring* const  ring = &scratch->rings[index + 1];
  float* const y    = ring_next(ring);
  if (layer->shape.gated && ring->n_frames > 1) {
    memcpy(y, ring_past(ring, 1), ring->n_in * sizeof(float));
  }
  return y;
}

void
network_forward(const Network* const network, Scratch* const scratch, const float* const x,
                float* const y)
{
  memcpy(ring_next(&scratch->rings[0]), x, scratch->rings[0].n_in * sizeof(float));
  for (uint32_t l = 0; l < network->n_layers; ++l) {
    const Layer* const layer = &network->layers[l];
    const float*       taps[LAYER_MAX_TAPS];
    for (uint32_t k = 0; k < layer->shape.n_taps; ++k) {
      taps[k] = ring_past(&scratch->rings[l], layer->shape.taps[k]);
    }
    layer_forward(layer, taps, scratch->sums, layer_output(layer, scratch, l));
  }
  if (network->bypassed) {
    sum_bypass(network, scratch, y);
  } else {
    memcpy(y, scratch->y, network->layers[network->n_layers - 1].shape.n_out * sizeof(float));
  }
}
