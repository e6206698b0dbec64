// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_CONTROLLERS_H
#define LAMINA_PLUGIN_CONTROLLERS_H

#include "dsp/attributes.h"
#include "plugin/effect.h"
#include "plugin/messages.h"

#include <stdbool.h>

/**
   Turns MIDI controllers into values of control ports.

   A controller takes a control over from its port, until the port changes: so whichever moved last
   counts, and a preset or an automation that moves takes the control back.  "Reset all controllers"
   gives all of them back.  All zeros: none is taken.
*/
typedef struct {
  bool  begun;                      ///< `ports` are known
  float ports[EFFECT_MAX_CONTROLS]; ///< As they were in the block before
  bool  taken[EFFECT_MAX_CONTROLS];
  float values[EFFECT_MAX_CONTROLS]; ///< Of those that are taken
} Controllers;

/**
   Let a block's controllers count.

   @param messages After messages_read().
   @param controls Values of the ports, [n_controls]; those that are taken are changed.
*/
REALTIME
void
controllers_run(Controllers* controllers, const Effect* effect, const Messages* messages,
                float* controls);

#endif
