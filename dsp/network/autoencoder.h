// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_AUTOENCODER_H
#define LAMINA_DSP_NETWORK_AUTOENCODER_H

#include "dsp/network/network.h"

/**
   A stack of autoencoders, unrolled: features → code → output.

   The encoder is the stack from below, the decoder its mirror image (Hinton & Salakhutdinov
   2006, fig. 1).  A denoiser's decoder ends in one gain per band instead of the features.
*/
typedef struct {
  Network encoder;
  Network decoder;
} Autoencoder;

#endif
