// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_GROWTH_H
#define LAMINA_TRAINING_METHOD_GROWTH_H

#include "dsp/network/layer.h"
#include "training/engine/real.h"

#include <stdbool.h>

/**
   A trained network goes on as a wider one that does the same at first (Net2Net: Chen, Goodfellow
   & Shlens 2016).

   What a new unit hears is drawn, what it says counts for nothing yet: its weights into the units
   that were there are zero.  The units of a layer that becomes a gated one get gates that are
   nearly open and hear nothing yet, so that they remember next to nothing.
*/

/// Whether a layer can go on as another: as wide or wider, with as many taps, of the same units.
bool
growth_possible(const LayerShape* from, const LayerShape* to);

/**
   Put the numbers of a layer into a wider one.

   @param from Trained.
   @param to One that growth_possible() allows.
   @param value Numbers of `to`, w then b, drawn; those that are known or silent are overwritten.
*/
void
growth_layer(const Layer* from, const LayerShape* to, real* value);

#endif
