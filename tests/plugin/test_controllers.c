// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/controllers.h"

#include "tests/support/test.h"

#include <string.h>

static const EffectController map[] = {
  { 1, 0, 0.0f, 100.0f },
  { 70, 2, -3.0f, 3.0f },
};

static const Effect effect = { .n_controls = 3, .n_controllers = 2, .controllers = map };

/// One after another.
typedef struct {
  Controllers controllers;
  float       ports[3];
} Fixture;

/// A block with one controller, or none with MESSAGE_NO_VALUE.  @return A control.
static float
run(Fixture* const fixture, const uint8_t number, const uint8_t value, const uint32_t control)
{
  static Messages messages;
  float           controls[3];
  memset(messages.controllers, MESSAGE_NO_VALUE, sizeof(messages.controllers));
  messages.controllers[number] = value;
  memcpy(controls, fixture->ports, sizeof(controls));
  controllers_run(&fixture->controllers, &effect, &messages, controls);
  assert_true(controls[1] == fixture->ports[1]);
  return controls[control];
}

/// The ends and the middle are exact.
static void
test_ranges(void** const state)
{
  (void)state;
  Fixture fixture = { 0 };
  assert_true(run(&fixture, 1, 0, 0) == 0.0f);
  assert_true(run(&fixture, 1, 64, 0) == 50.0f);
  assert_true(run(&fixture, 1, 127, 0) == 100.0f);
  assert_true(run(&fixture, 70, 0, 2) == -3.0f);
  assert_true(run(&fixture, 70, 64, 2) == 0.0f);
  assert_true(run(&fixture, 70, 127, 2) == 3.0f);
  assert_float_equal(run(&fixture, 70, 32, 2), -1.5f, 1e-6f);
  assert_true(run(&fixture, 2, 100, 0) == 100.0f); // of nobody
}

/// Whichever moved last counts; one control knows nothing of another.
static void
test_the_last_move_counts(void** const state)
{
  (void)state;
  Fixture fixture = { .ports = { 10.0f, 20.0f, 1.0f } };
  assert_true(run(&fixture, 1, MESSAGE_NO_VALUE, 0) == 10.0f);
  assert_true(run(&fixture, 1, 127, 0) == 100.0f);
  assert_true(run(&fixture, 1, MESSAGE_NO_VALUE, 0) == 100.0f); // and stays
  fixture.ports[2] = 2.0f;
  assert_true(run(&fixture, 1, MESSAGE_NO_VALUE, 0) == 100.0f);
  assert_true(run(&fixture, 1, MESSAGE_NO_VALUE, 2) == 2.0f);
  fixture.ports[0] = 11.0f;
  assert_true(run(&fixture, 1, MESSAGE_NO_VALUE, 0) == 11.0f);
  assert_true(run(&fixture, 1, MESSAGE_NO_VALUE, 0) == 11.0f);
  fixture.ports[0] = 12.0f;
  assert_true(run(&fixture, 1, 64, 0) == 50.0f); // both in a block
}

static void
test_a_reset_gives_back(void** const state)
{
  (void)state;
  static Messages messages;
  Fixture         fixture = { .ports = { 10.0f, 20.0f, 1.0f } };
  assert_true(run(&fixture, 1, 127, 0) == 100.0f);
  memset(messages.controllers, MESSAGE_NO_VALUE, sizeof(messages.controllers));
  messages.controllers[70]   = 127;
  messages.controllers_reset = true;
  controllers_run(&fixture.controllers, &effect, &messages, fixture.ports);
  assert_true(fixture.ports[0] == 10.0f);
  assert_true(fixture.ports[2] == 3.0f); // moved after the reset
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ranges),
    cmocka_unit_test(test_the_last_move_counts),
    cmocka_unit_test(test_a_reset_gives_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
