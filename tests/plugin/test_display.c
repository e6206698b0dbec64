// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What mixers show of the plugins, through lilv as Ardour asks for it.

#include "plugin/denoise.h"
#include "plugin/inline_display.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/plugins.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, BLOCK = 512, WIDTH = 200, HEIGHT = 100 };

static Host*
open_host(const char* const uri, const char* const model)
{
  const HostConfig config = { .rate_hz = RATE, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(uri, &config);
  assert_non_null(host);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  host_activate(host);
  return host;
}

static const InlineDisplaySurface*
render(Host* const host, const uint32_t width, const uint32_t max_height)
{
  const InlineDisplayInterface* const display = host_extension(host, INLINE_DISPLAY__interface);
  assert_non_null(display);
  return display->render(host_handle(host), width, max_height);
}

static void
run(Host* const host, const uint32_t n_blocks)
{
  float sound[HOST_MAX_CHANNELS][BLOCK];
  for (uint32_t i = 0; i < n_blocks; ++i) {
    signal_fill_noise(2 * i + 1, 0.5f, BLOCK, sound[0]);
    signal_fill_noise(2 * i + 2, 0.3f, BLOCK, sound[1]);
    host_run(host, BLOCK, (float*[]){ sound[0], sound[1] }, (float*[]){ sound[0], sound[1] });
  }
}

static uint32_t
pixel(const InlineDisplaySurface* const surface, const int x, const int y)
{
  uint32_t color = 0;
  memcpy(&color, surface->data + (ptrdiff_t)y * surface->stride + (ptrdiff_t)x * 4, sizeof(color));
  return color;
}

/// Orange: more red than green, more green than blue.
static bool
is_ink(const uint32_t color)
{
  return (color >> 16 & 255) > 200 && (color >> 8 & 255) > 100 && (color & 255) < 100;
}

/// The rows with ink of a column.  @return How many.
static uint32_t
ink(const InlineDisplaySurface* const surface, const int x, int* const row)
{
  uint32_t n = 0;
  for (int y = 0; y < surface->height; ++y) {
    if (is_ink(pixel(surface, x, y))) {
      *row = y;
      ++n;
    }
  }
  return n;
}

/// A model that turns all down by 30 dB: a line at half the height; 6 dB: at a tenth.
static void
test_reduction(void** const state)
{
  static const struct {
    double gain;
    int    row;
  } cases[] = { { 0.0316228, 50 }, { 0.5012, 10 } };
  for (uint32_t i = 0; i < 2; ++i) {
    const char* const model = models_write(state, "m", models_constant_gain(cases[i].gain));
    Host* const       host  = open_host(DENOISE_STEREO_URI, model);
    host_set_control(host, "reduction", 60.0f);
    run(host, 20);
    const InlineDisplaySurface* const surface = render(host, WIDTH, HEIGHT);
    assert_non_null(surface);
    assert_int_equal(surface->width, WIDTH);
    assert_int_equal(surface->height, HEIGHT);
    for (int x = 0; x < WIDTH; ++x) {
      int row = 0;
      assert_int_equal(ink(surface, x, &row), 1);
      assert_in_range(row, cases[i].row - 1, cases[i].row + 1);
      assert_int_equal(pixel(surface, x, 3) >> 24, 255);
      assert_true(pixel(surface, x, 3) != pixel(surface, x, HEIGHT - 2)); // It is filled
    }
    host_close(host);
  }
}

/// A sound that moves leaves a trace; without a model there is none.
static void
test_trace(void** const state)
{
  const char* const model = models_write(state, "m", models_random_morph(3));
  Host* const       host  = open_host(MORPH_MONO_URI, model);
  run(host, 100);
  uint32_t                    n       = 0;
  const InlineDisplaySurface* surface = render(host, WIDTH, HEIGHT);
  for (int x = 0; x < WIDTH; ++x) {
    int row = 0;
    n += ink(surface, x, &row);
  }
  assert_true(n > 2);
  host_close(host);

  Host* const other = open_host(MORPH_MONO_URI, folder_path(state, "missing"));
  run(other, 100);
  surface = render(other, WIDTH, HEIGHT);
  for (int x = 0; x < WIDTH; ++x) {
    int row = 0;
    assert_int_equal(ink(surface, x, &row), 0);
  }
  host_close(other);
}

/// In bypass nothing is turned down, and nothing shown.
static void
test_bypass(void** const state)
{
  const char* const model = models_write(state, "m", models_constant_gain(0.5));
  Host* const       host  = open_host(DENOISE_MONO_URI, model);
  for (uint32_t i = 0; i < 4; ++i) {
    const bool enabled = i % 2;
    host_set_control(host, "enabled", enabled ? 1.0f : 0.0f);
    run(host, 40);
    const InlineDisplaySurface* const surface = render(host, WIDTH, HEIGHT);
    for (int x = 0; x < WIDTH; ++x) {
      int row = 0;
      assert_int_equal(ink(surface, x, &row), enabled ? 1 : 0);
    }
  }
  host_close(host);
}

/// Before the first block, at any size, and some twenty times in a second.
static void
test_sizes(void** const state)
{
  (void)state;
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    const PluginUnderTest* const plugin = &plugins_under_test[p];
    const char* const            model  = models_write(state, "m", plugin->make_model(1));
    Host* const                  host   = open_host(plugin->uri, model);
    assert_non_null(render(host, WIDTH, HEIGHT));
    run(host, RATE / BLOCK);
    assert_in_range(host_draws_asked(host), 15, 25);
    assert_null(render(host, 0, 0));
    assert_null(render(host, 100, 0));
    assert_null(render(host, 1, 100));
    assert_int_equal(render(host, 2, 100)->height, 1);
    assert_int_equal(render(host, 300, 20)->height, 20);
    const InlineDisplaySurface* const huge = render(host, UINT32_MAX, 7);
    assert_in_range(huge->width, 1000, 10000);
    assert_int_equal(huge->height, 7);
    host_close(host);
  }
}

typedef struct {
  Host*         host;
  _Atomic(bool) done;
} Shared;

static void*
draw_all(void* const context)
{
  Shared* const shared = context;
  while (!atomic_load(&shared->done)) {
    assert_non_null(render(shared->host, WIDTH, HEIGHT));
  }
  return NULL;
}

/// Under the thread sanitizer this shows that both threads share nothing without order.
static void
test_drawn_while_running(void** const state)
{
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    const PluginUnderTest* const plugin = &plugins_under_test[p];
    Shared                       shared = { .host = open_host(plugin->uri,
                                                              models_write(state, "m", plugin->make_model(1))) };
    pthread_t                    thread;
    assert_int_equal(pthread_create(&thread, NULL, draw_all, &shared), 0);
    run(shared.host, 200);
    atomic_store(&shared.done, true);
    pthread_join(thread, NULL);
    host_close(shared.host);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_reduction),
    cmocka_unit_test(test_trace),
    cmocka_unit_test(test_bypass),
    cmocka_unit_test(test_sizes),
    cmocka_unit_test(test_drawn_while_running),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
