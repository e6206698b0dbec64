// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/messages.h"

#include <lv2/atom/util.h>

#include <stddef.h>
#include <string.h>

void
messages_init(Messages* const messages, const Uris* const uris, LV2_URID_Map* const map)
{
  memset(messages, 0, sizeof(*messages));
  messages->uris = uris;
  lv2_atom_forge_init(&messages->forge, map);
}

/// The value of a property, or NULL when there is none that lies wholly in the object.
static const LV2_Atom*
find_property(const LV2_Atom_Object* const object, const LV2_URID key)
{
  const uint8_t* at   = (const uint8_t*)(&object->body + 1);
  size_t         room = object->atom.size - sizeof(LV2_Atom_Object_Body);
  while (room >= sizeof(LV2_Atom_Property_Body)) {
    const LV2_Atom_Property_Body* const property = (const LV2_Atom_Property_Body*)at;
    if (property->value.size > room - sizeof(LV2_Atom_Property_Body)) {
      return NULL;
    }
    if (property->key == key) {
      return &property->value;
    }

    const size_t step = sizeof(LV2_Atom_Property_Body) + (((size_t)property->value.size + 7) & ~7u);
    if (step > room) {
      return NULL;
    }
    at += step;
    room -= step;
  }
  return NULL;
}

/// The URID that a property holds, or 0.
static LV2_URID
find_urid(const Uris* const uris, const LV2_Atom_Object* const object, const LV2_URID key)
{
  const LV2_Atom* const value = find_property(object, key);
  if (!value || value->type != uris->atom_URID || value->size < sizeof(LV2_URID)) {
    return 0;
  }
  return ((const LV2_Atom_URID*)value)->body;
}

/// The path that a patch:Set carries, or NULL when it is none that could be opened.
static const char*
find_path(const Uris* const uris, const LV2_Atom_Object* const object)
{
  const LV2_Atom* const value = find_property(object, uris->patch_value);
  if (!value || value->type != uris->atom_Path) {
    return NULL;
  }

  const char* const path = LV2_ATOM_BODY_CONST(value);
  const char* const end  = memchr(path, '\0', value->size);
  return end && end != path && end - path < (ptrdiff_t)MESSAGE_PATH_MAX ? path : NULL;
}

/// Read one message.  @return A path or NULL.
static const char*
read_object(Messages* const messages, const LV2_Atom_Object* const object)
{
  const Uris* const uris     = messages->uris;
  const LV2_URID    subject  = find_urid(uris, object, uris->patch_subject);
  const LV2_URID    property = find_urid(uris, object, uris->patch_property);
  if (subject && subject != uris->plugin) {
    return NULL;
  }

  if (object->body.otype == uris->patch_Get && (!property || property == uris->model)) {
    messages->tell_model = true;
  } else if (object->body.otype == uris->patch_Set && property == uris->model) {
    return find_path(uris, object);
  }
  return NULL;
}

/// Read a MIDI message: a control change, of which the last 8 numbers are of other things.
static void
read_midi(Messages* const messages, const LV2_Atom* const event)
{
  const uint8_t* const bytes = LV2_ATOM_BODY_CONST(event);
  if (event->size < 3 || (bytes[0] & 0xf0) != LV2_MIDI_MSG_CONTROLLER || bytes[2] > 127) {
    return;
  }

  if (bytes[1] == LV2_MIDI_CTL_RESET_CONTROLLERS) {
    memset(messages->controllers, MESSAGE_NO_VALUE, sizeof(messages->controllers));
    messages->controllers_reset = true;
  } else if (bytes[1] < LV2_MIDI_CTL_ALL_SOUNDS_OFF) {
    messages->controllers[bytes[1]] = bytes[2];
  }
}

/// Read one event.  @return The path of a model or NULL.
static const char*
read_event(Messages* const messages, const LV2_Atom* const event)
{
  if (event->type == messages->uris->midi_Event) {
    read_midi(messages, event);
  } else if (lv2_atom_forge_is_object_type(&messages->forge, event->type) &&
             event->size >= sizeof(LV2_Atom_Object_Body)) {
    return read_object(messages, (const LV2_Atom_Object*)event);
  }
  return NULL;
}

const char*
messages_read(Messages* const messages, const LV2_Atom_Sequence* const control)
{
  memset(messages->controllers, MESSAGE_NO_VALUE, sizeof(messages->controllers));
  messages->controllers_reset = false;
  if (!control || control->atom.size < sizeof(LV2_Atom_Sequence_Body)) {
    return NULL;
  }

  const char*    path = NULL;
  const uint8_t* at   = (const uint8_t*)(&control->body + 1);
  size_t         room = control->atom.size - sizeof(LV2_Atom_Sequence_Body);
  while (room >= sizeof(LV2_Atom_Event)) {
    const LV2_Atom_Event* const event = (const LV2_Atom_Event*)at;
    if (event->body.size > room - sizeof(LV2_Atom_Event)) {
      break;
    }
    const char* const wanted = read_event(messages, &event->body);
    path                     = wanted ? wanted : path;

    const size_t step = sizeof(LV2_Atom_Event) + (((size_t)event->body.size + 7) & ~7u);
    if (step > room) {
      break;
    }
    at += step;
    room -= step;
  }
  return path;
}

/// Begin a message of class `type`.
static bool
draft_begin(Messages* const messages, LV2_Atom_Forge_Frame* const frame, const LV2_URID type)
{
  LV2_Atom_Forge* const forge = &messages->forge;
  memset(messages->draft, 0, sizeof(LV2_Atom_Event));
  lv2_atom_forge_set_buffer(forge, (uint8_t*)messages->draft + offsetof(LV2_Atom_Event, body),
                            sizeof(messages->draft) - offsetof(LV2_Atom_Event, body));
  return lv2_atom_forge_object(forge, frame, 0, type) != 0;
}

/// patch:Set of the model's path.
static bool
draft_model(Messages* const messages, const char* const path)
{
  LV2_Atom_Forge* const forge = &messages->forge;
  const Uris* const     uris  = messages->uris;
  LV2_Atom_Forge_Frame  frame;
  const bool            ok = draft_begin(messages, &frame, uris->patch_Set) &&
                  lv2_atom_forge_key(forge, uris->patch_subject) &&
                  lv2_atom_forge_urid(forge, uris->plugin) &&
                  lv2_atom_forge_key(forge, uris->patch_property) &&
                  lv2_atom_forge_urid(forge, uris->model) &&
                  lv2_atom_forge_key(forge, uris->patch_value) &&
                  lv2_atom_forge_path(forge, path, (uint32_t)strlen(path));
  lv2_atom_forge_pop(forge, &frame);
  return ok;
}

/// state:StateChanged.
static bool
draft_change(Messages* const messages)
{
  LV2_Atom_Forge_Frame frame;
  const bool           ok = draft_begin(messages, &frame, messages->uris->state_StateChanged);
  lv2_atom_forge_pop(&messages->forge, &frame);
  return ok;
}

void
messages_write(Messages* const messages, LV2_Atom_Sequence* const notify, const char* const path)
{
  if (!notify) {
    return;
  }

  const uint32_t room = notify->atom.size;
  notify->atom.type   = messages->uris->atom_Sequence;
  notify->atom.size   = 0;
  if (room < sizeof(LV2_Atom_Sequence_Body)) {
    return;
  }

  notify->atom.size = sizeof(LV2_Atom_Sequence_Body);
  notify->body.unit = 0;
  notify->body.pad  = 0;

  const LV2_Atom_Event* const draft = (const LV2_Atom_Event*)messages->draft;
  if (messages->tell_model && draft_model(messages, path)) {
    messages->tell_model = !lv2_atom_sequence_append_event(notify, room, draft);
  }
  if (messages->tell_change && draft_change(messages)) {
    messages->tell_change = !lv2_atom_sequence_append_event(notify, room, draft);
  }
}
