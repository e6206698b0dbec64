// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_MESSAGES_H
#define LAMINA_PLUGIN_MESSAGES_H

#include "dsp/attributes.h"
#include "plugin/uris.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>

#include <stdbool.h>
#include <stdint.h>

/// Longest path of a model, the terminating zero included.
#define MESSAGE_PATH_MAX 4096u

/// The largest message: a patch:Set with a path.
#define MESSAGE_MAX (MESSAGE_PATH_MAX + 256u)

/// Of a MIDI controller that did not move.
#define MESSAGE_NO_VALUE 255u

/// What a plugin and a host, or its user interface, tell each other about properties.
typedef struct {
  const Uris*    uris;
  LV2_Atom_Forge forge;
  bool           tell_model;  ///< The model's path is to be sent
  bool           tell_change; ///< That the state changed is to be sent

  /// MIDI controllers of the block that was read, on any channel: the last value of each, 0…127, or
  /// MESSAGE_NO_VALUE; and whether all were reset, before these.
  uint8_t controllers[128];
  bool    controllers_reset;

  /// Room for one LV2_Atom_Event: it is finished here, and sent only if it fits as a whole.
  uint64_t draft[MESSAGE_MAX / sizeof(uint64_t)];
} Messages;

/// @param uris Must outlive `messages`.
void
messages_init(Messages* messages, const Uris* uris, LV2_URID_Map* map);

/**
   Read a block's messages.  Sets `tell_model` when it is asked for, and `controllers`.

   Nothing that an atom says of its size is believed beyond the room it lies in.

   @param control May be NULL.
   @return The path of the last patch:Set of the model, in `control`; or NULL.
*/
REALTIME
const char*
messages_read(Messages* messages, const LV2_Atom_Sequence* control);

/**
   Write what is to be sent and fits; the rest stays for a later block.

   @param notify Its size is the room, as hosts set it; becomes a sequence.  May be NULL.
   @param path Of the model.
*/
REALTIME
void
messages_write(Messages* messages, LV2_Atom_Sequence* notify, const char* path);

#endif
