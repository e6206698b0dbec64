// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/controllers.h"

#include <string.h>

/// Forget what was taken where a port has moved.
static void
follow_ports(Controllers* const controllers, const uint32_t n, const float* const ports)
{
  for (uint32_t i = 0; i < n; ++i) {
    const bool moved      = controllers->begun && ports[i] != controllers->ports[i];
    controllers->taken[i] = controllers->taken[i] && !moved;
    controllers->ports[i] = ports[i];
  }
  controllers->begun = true;
}

/// 0…127 to a range, with 64 exactly in its middle.
static float
scale(const EffectController* const controller, const uint8_t value)
{
  const float middle = 0.5f * (controller->low + controller->high);
  const float share  = ((float)value - 64.0f) / (value < 64 ? 64.0f : 63.0f);
  return middle + share * (controller->high - middle);
}

void
controllers_run(Controllers* const controllers, const Effect* const effect,
                const Messages* const messages, float* const controls)
{
  follow_ports(controllers, effect->n_controls, controls);
  if (messages->controllers_reset) {
    memset(controllers->taken, 0, sizeof(controllers->taken));
  }
  for (uint32_t i = 0; i < effect->n_controllers; ++i) {
    const EffectController* const controller = &effect->controllers[i];
    const uint8_t                 value      = messages->controllers[controller->number];
    if (value != MESSAGE_NO_VALUE) {
      controllers->taken[controller->control]  = true;
      controllers->values[controller->control] = scale(controller, value);
    }
  }
  for (uint32_t i = 0; i < effect->n_controls; ++i) {
    controls[i] = controllers->taken[i] ? controllers->values[i] : controls[i];
  }
}
