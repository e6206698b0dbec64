// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_PORTS_H
#define LAMINA_PLUGIN_PORTS_H

#include "plugin/effect.h"

#include <stdint.h>

/// Ports that every plugin has.  Then come audio inputs, those of the side-chain, audio outputs,
/// the effect's controls.
typedef enum {
  PORT_CONTROL, ///< Messages in, atom:Sequence
  PORT_NOTIFY,  ///< Messages out, atom:Sequence
  PORT_ENABLED, ///< 0 is bypass
  PORT_LATENCY, ///< Out, samples
  PORT_AUDIO,   ///< First audio input
} Port;

/// Index of an audio input.
static inline uint32_t
port_input(const Effect* const effect, const uint32_t channel)
{
  (void)effect;
  return PORT_AUDIO + channel;
}

/// Index of an audio input of the side-chain.
static inline uint32_t
port_side(const Effect* const effect, const uint32_t channel)
{
  return PORT_AUDIO + effect->n_channels + channel;
}

/// Index of an audio output.
static inline uint32_t
port_output(const Effect* const effect, const uint32_t channel)
{
  return PORT_AUDIO + effect->n_channels + effect->n_side + channel;
}

/// Index of one of the effect's own control ports.
static inline uint32_t
port_effect_control(const Effect* const effect, const uint32_t control)
{
  return PORT_AUDIO + 2 * effect->n_channels + effect->n_side + control;
}

#endif
