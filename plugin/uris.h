// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_URIS_H
#define LAMINA_PLUGIN_URIS_H

#include <lv2/atom/atom.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>

/// The one property of a plugin that can be set by messages: the path of its model.
#define LAMINA_MODEL_URI "urn:lamina:model"

/// What the model's file is, wherever it lies, in a state: an atom:String, see model_search.h.
#define LAMINA_MODEL_IDENTITY_URI "urn:lamina:model-identity"

/// The noise profile in a state: an atom:Vector of atom:Float, as noise_profile_pack() writes it.
#define LAMINA_NOISE_PROFILE_URI "urn:lamina:noise-profile"

/// The timbres in a state of Lamina Morph: an atom:Vector of atom:Float; of each corner 1 and what
/// anchor_pack() writes, or 0 and zeros.
#define LAMINA_ANCHORS_URI "urn:lamina:anchors"

/// URIs that messages and state are made of, as the host's numbers.
typedef struct {
  LV2_URID atom_Float;
  LV2_URID atom_Path;
  LV2_URID atom_Sequence;
  LV2_URID atom_String;
  LV2_URID atom_URID;
  LV2_URID atom_Vector;
  LV2_URID model;
  LV2_URID memory; ///< What the effect remembers
  LV2_URID midi_Event;
  LV2_URID model_identity;
  LV2_URID patch_Get;
  LV2_URID patch_Set;
  LV2_URID patch_property;
  LV2_URID patch_subject;
  LV2_URID patch_value;
  LV2_URID plugin; ///< The plugin itself
  LV2_URID state_StateChanged;
} Uris;

/// Ask the host for all of them.
static inline Uris
uris_map(const LV2_URID_Map* const map, const char* const plugin_uri, const char* const memory_uri)
{
  return (Uris){
    .atom_Float         = map->map(map->handle, LV2_ATOM__Float),
    .atom_Path          = map->map(map->handle, LV2_ATOM__Path),
    .atom_Sequence      = map->map(map->handle, LV2_ATOM__Sequence),
    .atom_String        = map->map(map->handle, LV2_ATOM__String),
    .atom_URID          = map->map(map->handle, LV2_ATOM__URID),
    .atom_Vector        = map->map(map->handle, LV2_ATOM__Vector),
    .model              = map->map(map->handle, LAMINA_MODEL_URI),
    .memory             = map->map(map->handle, memory_uri),
    .midi_Event         = map->map(map->handle, LV2_MIDI__MidiEvent),
    .model_identity     = map->map(map->handle, LAMINA_MODEL_IDENTITY_URI),
    .patch_Get          = map->map(map->handle, LV2_PATCH__Get),
    .patch_Set          = map->map(map->handle, LV2_PATCH__Set),
    .patch_property     = map->map(map->handle, LV2_PATCH__property),
    .patch_subject      = map->map(map->handle, LV2_PATCH__subject),
    .patch_value        = map->map(map->handle, LV2_PATCH__value),
    .plugin             = map->map(map->handle, plugin_uri),
    .state_StateChanged = map->map(map->handle, LV2_STATE__StateChanged),
  };
}

#endif
