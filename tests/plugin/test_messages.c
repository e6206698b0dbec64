// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/messages.h"

#include "tests/support/test.h"

#include <lv2/atom/util.h>

#include <stdlib.h>
#include <string.h>

enum { SIZE = 8192, PLUGIN = 1000 };

/// Both ends, with a host that numbers URIs as they come.
typedef struct {
  uint32_t n_uris;
  char     uris[256][96];
  Uris     uri;
  Messages messages;
  union {
    LV2_Atom_Sequence sequence;
    uint64_t          words[SIZE / sizeof(uint64_t)];
  } control, notify;
  LV2_Atom_Forge       forge;
  LV2_Atom_Forge_Frame frame;
} Fixture;

static LV2_URID
map_uri(void* const handle, const char* const uri)
{
  Fixture* const fixture = handle;
  for (uint32_t i = 0; i < fixture->n_uris; ++i) {
    if (!strcmp(fixture->uris[i], uri)) {
      return i + 1;
    }
  }
  assert_true(fixture->n_uris < 256 && strlen(uri) < 96);
  strcpy(fixture->uris[fixture->n_uris], uri);
  return ++fixture->n_uris;
}

static int
set_up(void** const state)
{
  Fixture* const fixture = calloc(1, sizeof(Fixture));
  LV2_URID_Map   map     = { fixture, map_uri };
  fixture->uri           = uris_map(&map, "urn:test", "urn:test:memory");
  messages_init(&fixture->messages, &fixture->uri, &map);
  lv2_atom_forge_init(&fixture->forge, &map);
  lv2_atom_forge_set_buffer(&fixture->forge, (uint8_t*)&fixture->control, SIZE);
  lv2_atom_forge_sequence_head(&fixture->forge, &fixture->frame, 0);
  *state = fixture;
  return 0;
}

static int
tear_down(void** const state)
{
  free(*state);
  return 0;
}

/// Add a message to the control sequence.  @param path Its length, zero included, is `n`.
static void
add_set(Fixture* const fixture, const LV2_URID property, const LV2_URID type, const uint32_t n,
        const char* const path)
{
  LV2_Atom_Forge* const forge = &fixture->forge;
  LV2_Atom_Forge_Frame  frame;
  lv2_atom_forge_frame_time(forge, 0);
  lv2_atom_forge_object(forge, &frame, 0, fixture->uri.patch_Set);
  lv2_atom_forge_key(forge, fixture->uri.patch_property);
  lv2_atom_forge_urid(forge, property);
  lv2_atom_forge_key(forge, fixture->uri.patch_value);
  lv2_atom_forge_atom(forge, n, type);
  lv2_atom_forge_write(forge, path, n);
  lv2_atom_forge_pop(forge, &frame);
}

static const char*
read_control(Fixture* const fixture)
{
  return messages_read(&fixture->messages, &fixture->control.sequence);
}

static void
test_set_gives_the_last_path(void** const state)
{
  Fixture* const fixture = *state;
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 3, "/a");
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 3, "/b");
  assert_string_equal(read_control(fixture), "/b");
  assert_false(fixture->messages.tell_model);
}

/// Whatever is not a path to a model is no path.
static void
test_set_of_something_else(void** const state)
{
  Fixture* const fixture = *state;
  char           longer[MESSAGE_PATH_MAX + 1];
  memset(longer, 'a', sizeof(longer));
  longer[MESSAGE_PATH_MAX] = '\0';

  add_set(fixture, fixture->uri.plugin, fixture->uri.atom_Path, 3, "/a");     // property
  add_set(fixture, fixture->uri.model, fixture->uri.atom_URID, 3, "/a");      // type
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 2, "/a");      // no end
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 0, "");        // nothing
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 1, "");        // empty
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 4097, longer); // too long
  assert_null(read_control(fixture));

  longer[MESSAGE_PATH_MAX - 1]        = '\0';
  fixture->control.sequence.atom.size = sizeof(LV2_Atom_Sequence_Body);
  fixture->forge.offset               = sizeof(LV2_Atom_Sequence);
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 4096, longer);
  assert_string_equal(read_control(fixture), longer);
}

/// Cut a message at every length, and write sizes that point out of it at every place.
static void
check_sizes(Fixture* const fixture)
{
  static const uint32_t bad[] = { 0, 1, 7, 9, 1000, 0x7fffffff, 0xfffffff8, 0xffffffff };
  const uint32_t        size  = fixture->control.sequence.atom.size;
  for (uint32_t cut = 0; cut < size; ++cut) {
    // On the heap, so that a sanitizer sees a read behind the end.
    LV2_Atom_Sequence* const shorter = malloc(sizeof(LV2_Atom) + cut);
    memcpy(shorter, &fixture->control, sizeof(LV2_Atom) + cut);
    shorter->atom.size = cut;
    assert_null(messages_read(&fixture->messages, shorter));
    free(shorter);
  }

  LV2_Atom_Sequence* const copy = malloc(sizeof(LV2_Atom) + size);
  for (uint32_t at = sizeof(LV2_Atom_Sequence) / 4; at < (sizeof(LV2_Atom) + size) / 4; ++at) {
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(*bad); ++i) {
      memcpy(copy, &fixture->control, sizeof(LV2_Atom) + size);
      memcpy((uint8_t*)copy + 4 * at, &bad[i], sizeof(uint32_t));
      const char* const path = messages_read(&fixture->messages, copy);
      assert_true(!path || (const uint8_t*)path < (uint8_t*)copy + sizeof(LV2_Atom) + size);
    }
  }
  free(copy);
}

/// Add a MIDI message of `n` bytes.
static void
add_midi(Fixture* const fixture, const uint32_t n, const uint8_t* const bytes)
{
  lv2_atom_forge_frame_time(&fixture->forge, 0);
  lv2_atom_forge_atom(&fixture->forge, n, fixture->uri.midi_Event);
  lv2_atom_forge_write(&fixture->forge, bytes, n);
}

/// The last value of each, on any channel; nothing else is one.
static void
test_controllers(void** const state)
{
  Fixture* const fixture = *state;
  add_midi(fixture, 3, (uint8_t[]){ 0xb0, 1, 5 });
  add_midi(fixture, 3, (uint8_t[]){ 0xbf, 1, 127 });
  add_midi(fixture, 3, (uint8_t[]){ 0xb0, 119, 0 });
  add_midi(fixture, 3, (uint8_t[]){ 0x90, 2, 5 });   // a note
  add_midi(fixture, 2, (uint8_t[]){ 0xb0, 3 });      // cut off
  add_midi(fixture, 3, (uint8_t[]){ 0xb0, 4, 128 }); // no value
  add_midi(fixture, 3, (uint8_t[]){ 0xb0, 129, 5 }); // no controller
  add_midi(fixture, 3, (uint8_t[]){ 0xb0, 123, 5 }); // all notes off
  assert_null(read_control(fixture));
  for (uint32_t i = 0; i < 128; ++i) {
    assert_int_equal(fixture->messages.controllers[i], i == 1     ? 127
                                                       : i == 119 ? 0
                                                                  : MESSAGE_NO_VALUE);
  }
  assert_false(fixture->messages.controllers_reset);

  add_midi(fixture, 3, (uint8_t[]){ 0xb0, 121, 0 });
  add_midi(fixture, 3, (uint8_t[]){ 0xb0, 2, 9 });
  assert_null(read_control(fixture));
  assert_true(fixture->messages.controllers_reset);
  assert_int_equal(fixture->messages.controllers[1], MESSAGE_NO_VALUE);
  assert_int_equal(fixture->messages.controllers[2], 9);
  check_sizes(fixture);
}

static void
test_get(void** const state)
{
  Fixture* const        fixture = *state;
  LV2_Atom_Forge* const forge   = &fixture->forge;
  LV2_Atom_Forge_Frame  frame;
  lv2_atom_forge_frame_time(forge, 0);
  lv2_atom_forge_object(forge, &frame, 0, fixture->uri.patch_Get);
  lv2_atom_forge_key(forge, fixture->uri.patch_property);
  LV2_Atom_URID* const property = (LV2_Atom_URID*)lv2_atom_forge_deref(
    forge, lv2_atom_forge_urid(forge, fixture->uri.plugin));
  lv2_atom_forge_pop(forge, &frame);

  assert_null(read_control(fixture));
  assert_false(fixture->messages.tell_model); // of another property
  property->body = fixture->uri.model;
  read_control(fixture);
  assert_true(fixture->messages.tell_model);
}

static void
test_no_size_is_believed(void** const state)
{
  Fixture* const fixture = *state;
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 3, "/a");
  check_sizes(fixture);
}

static void
test_no_size_is_believed_without_an_end(void** const state)
{
  Fixture* const fixture = *state;
  add_set(fixture, fixture->uri.model, fixture->uri.atom_Path, 8, "/abcdefg");
  check_sizes(fixture);
}

/// A host sets the room, the plugin makes a sequence of it.
static uint32_t
write_into(Fixture* const fixture, const uint32_t room)
{
  uint32_t n                    = 0;
  fixture->notify.sequence.atom = (LV2_Atom){ room, 0 };
  messages_write(&fixture->messages, &fixture->notify.sequence, "/tmp/x");
  assert_true(fixture->notify.sequence.atom.size <= room);
  assert_int_equal(fixture->notify.sequence.atom.type, fixture->uri.atom_Sequence);
  LV2_ATOM_SEQUENCE_FOREACH(&fixture->notify.sequence, event)
  {
    ++n;
  }
  return n;
}

/// What does not fit is not begun, and comes when there is room.
static void
test_small_rooms(void** const state)
{
  Fixture* const fixture        = *state;
  fixture->messages.tell_model  = true;
  fixture->messages.tell_change = true;
  fixture->notify.sequence.atom = (LV2_Atom){ 0, 0 };
  messages_write(&fixture->messages, &fixture->notify.sequence, "/tmp/x");
  assert_int_equal(fixture->notify.sequence.atom.size, 0);
  for (uint32_t room = 8; room < 32; ++room) { // an event of an empty object ends at 32
    assert_int_equal(write_into(fixture, room), 0);
  }
  assert_true(fixture->messages.tell_model);
  assert_int_equal(write_into(fixture, SIZE - sizeof(LV2_Atom)), 2);
  assert_int_equal(write_into(fixture, SIZE - sizeof(LV2_Atom)), 0);
}

static void
test_told_path(void** const state)
{
  Fixture* const fixture       = *state;
  fixture->messages.tell_model = true;
  assert_int_equal(write_into(fixture, 1024), 1);
  const LV2_Atom_Object* const object =
    (const LV2_Atom_Object*)&lv2_atom_sequence_begin(&fixture->notify.sequence.body)->body;
  const LV2_Atom* property = NULL;
  const LV2_Atom* value    = NULL;
  lv2_atom_object_get(object, fixture->uri.patch_property, &property, fixture->uri.patch_value,
                      &value, 0);
  assert_int_equal(object->body.otype, fixture->uri.patch_Set);
  assert_int_equal(((const LV2_Atom_URID*)property)->body, fixture->uri.model);
  assert_int_equal(value->type, fixture->uri.atom_Path);
  assert_string_equal((const char*)LV2_ATOM_BODY_CONST(value), "/tmp/x");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_set_gives_the_last_path, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_set_of_something_else, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_controllers, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_get, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_no_size_is_believed, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_no_size_is_believed_without_an_end, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_small_rooms, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_told_path, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
