// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_NETWORK_H
#define LAMINA_DSP_NETWORK_NETWORK_H

#include "dsp/attributes.h"
#include "dsp/network/layer.h"

#include <stdbool.h>
#include <stdint.h>

/// Most layers that a network may have.
#define NETWORK_MAX_LAYERS 16u

/**
   Layers in order; each reads the one before it, now and at its taps.

   With a bypass the input also reaches the output by one linear layer of its own, and the two
   are added: the layers then learn what the linear layer, such as a principal component
   analysis, leaves.  The last layer of a bypassed network has no activation.
*/
typedef struct {
  uint32_t n_layers; ///< At least 1
  Layer    layers[NETWORK_MAX_LAYERS];
  bool     bypassed;
  Layer    bypass; ///< [n_in of the first × n_out of the last], one tap, identity
} Network;

/// The past inputs of every layer, for one stream.  One thread at a time.
typedef struct Scratch Scratch;

/// @return Owned by the caller, or NULL when memory is short.  The past is all zeros.
Scratch*
scratch_new(const Network* network);

/// Free; NULL is allowed.
void
scratch_free(Scratch* scratch);

/// Forget the past.
REALTIME
void
scratch_reset(Scratch* scratch);

/**
   One frame through all layers.

   @param network Shared, not changed.
   @param scratch Made for the same network.
   @param x Input, [n_in of the first layer].
   @param y Output, [n_out of the last layer], written.  May be `x`.
*/
REALTIME
void
network_forward(const Network* network, Scratch* scratch, const float* x, float* y);

#endif
