// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_LAYER_H
#define LAMINA_DSP_NETWORK_LAYER_H

#include "dsp/attributes.h"
#include "dsp/network/activation.h"
#include "dsp/network/compact.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Most taps that a layer may have.
#define LAYER_MAX_TAPS 8u

/// Furthest into the past that a tap may reach, frames.
#define LAYER_MAX_DELAY 4096u

/// Frames after which a gated layer has about forgotten how it began: its memory has no end.
#define LAYER_GATED_HISTORY 64u

/// Most units that a layer may have, in or out.
#define LAYER_MAX_UNITS 16384u

/// Everything about a layer but its numbers.
typedef struct {
  uint32_t   n_in;  ///< Length of one input frame
  uint32_t   n_out; ///< Length of the output
  uint32_t   n_taps;
  uint32_t   taps[LAYER_MAX_TAPS]; ///< Delays in frames, ascending, the first is 0
  Activation activation;
  bool       gated; ///< The outputs are pooled over time, each by a gate of its own
} LayerShape;

/// Weighted sums of a frame: one for each output, and one more for each gate.
REALTIME
uint32_t
layer_shape_sums(const LayerShape* shape);

/// Number of weights: n_taps × n_in × layer_shape_sums().
REALTIME
size_t
layer_shape_weights(const LayerShape* shape);

/// Frames of the past that a layer needs besides the current one: its longest tap.
REALTIME
uint32_t
layer_shape_history(const LayerShape* shape);

/**
   y = activation(b + Σ_k x_{t−τ_k} W_k)

   With the one tap 0 this is the textbook's dense layer.  A view: the numbers belong to a Model.
   Every matrix is laid [n_in × n_sums], so a frame is a sum of rows and a mini-batch is X·W.

   In a gated layer these are candidates c, and as many more sums are gates g between 0 and 1, by
   which the outputs move towards the candidates, fast or slowly, or hold what they remember:

       y_t = y_{t−1} + g_t ⊙ (c_t − y_{t−1})

   That is the f-pooling of a quasi-recurrent network (Bradbury et al. 2017).
*/
typedef struct {
  LayerShape   shape;
  const float* w;       ///< [n_taps × n_in × n_sums], the candidates' columns and then the gates'
  const float* b;       ///< [n_sums]
  Compact*     compact; ///< Read in place of `w`; NULL: `w` is read
} Layer;

/**
   One frame.

   @param x One input frame per tap, [n_taps][n_in], in the order of the taps.
   @param sums Room of a gated layer, [n_sums]; others take NULL.
   @param y Output, [n_out], written; a gated layer finds that of the frame before in it.  May not
   overlap any input.
*/
REALTIME
void
layer_forward(const Layer* layer, const float* const* x, float* sums, float* y);

#endif
