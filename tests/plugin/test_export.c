// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Two exports of a session are the same, to the bit: whatever was played before, however long the
// silence is that hosts begin with, and also right after a model was chosen.

#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/plugins.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

/// Samples; a hum is found and taken out within the most.
enum { N = 20480, MOST = 3 * 48000 };

typedef float Sound[HOST_MAX_CHANNELS][MOST];

static Sound in;
static Sound expected;
static Sound out;

static Host*
open_host(const PluginUnderTest* const plugin, const char* const model)
{
  const HostConfig config = { .rate_hz = 48000.0, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(plugin->uri, &config);
  assert_non_null(host);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  for (uint32_t i = 0; i < 2 && plugin->settings[i].symbol; ++i) {
    assert_true(host_set_control(host, plugin->settings[i].symbol, plugin->settings[i].value));
  }
  host_activate(host);
  return host;
}

/// Silence, and noise after it.
static void
fill(const uint64_t seed, const uint32_t lead)
{
  memset(in, 0, sizeof(in));
  for (uint32_t c = 0; c < HOST_MAX_CHANNELS; ++c) {
    signal_fill_noise(seed + c, 0.5f, N - lead, in[c] + lead);
  }
}

/// Silence, and a hum of the mains in soft noise after it.
static void
fill_hum(const uint32_t lead)
{
  memset(in, 0, sizeof(in));
  for (uint32_t c = 0; c < HOST_MAX_CHANNELS; ++c) {
    signal_fill_noise(1 + c, 1e-3f, MOST - lead, in[c] + lead);
    for (uint32_t i = lead; i < MOST; ++i) {
      for (uint32_t k = 1; k <= 9; k += 2) {
        in[c][i] += (float)(0.1 / k * sin(2.0 * M_PI * 49.98 * k * (i - lead) / 48000.0));
      }
    }
  }
}

/// In blocks of any size.
static void
run(Host* const host, const uint32_t n, Sound to)
{
  uint64_t random = 1;
  for (uint32_t at = 0, block = 0; at < n; at += block) {
    block = signal_block(0, &random);
    block = block < n - at ? block : n - at;
    host_run(host, block, (float*[]){ in[0] + at, in[1] + at },
             (float*[]){ to[0] + at, to[1] + at });
  }
}

static void
check_same(const Host* const host, const uint32_t lead, const uint32_t n)
{
  for (uint32_t c = 0; c < host_channels(host); ++c) {
    assert_memory_equal(out[c] + lead, expected[c], (n - lead) * sizeof(float));
  }
}

static void
silence_before(void* const* state, const PluginUnderTest* const plugin)
{
  static const uint32_t leads[] = { 1, 777, 9000 };
  Host* const           host = open_host(plugin, models_write(state, "a", plugin->make_model(1)));
  fill(1, 0);
  run(host, N, expected);
  // It is not the input alone.
  assert_memory_not_equal(in[0], expected[0] + host_latency(host), N / 2 * sizeof(float));
  for (uint32_t i = 0; i < sizeof(leads) / sizeof(leads[0]); ++i) {
    host_deactivate(host);
    host_activate(host);
    fill(1, leads[i]);
    run(host, N, out);
    check_same(host, leads[i], N);
  }
  host_close(host);
}

static void
test_silence_before(void** const state)
{
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    silence_before(state, &plugins_under_test[p]);
  }
}

/// When a hum is found and taken out does not depend on the silence, either.
static void
test_silence_before_a_hum(void** const state)
{
  const PluginUnderTest* const plugin = &plugins_under_test[0];
  const uint32_t               lead   = 777;
  Host* const host = open_host(plugin, models_write(state, "a", plugin->make_model(1)));
  assert_true(host_set_control(host, "hum", 0.0f));
  fill_hum(0);
  run(host, MOST, out);
  host_set_control(host, "hum", 1.0f);
  host_deactivate(host);
  host_activate(host);
  run(host, MOST, expected);
  assert_memory_not_equal(out[0], expected[0], sizeof(out[0])); // It is taken out
  host_deactivate(host);
  host_activate(host);
  fill_hum(lead);
  run(host, MOST, out);
  check_same(host, lead, MOST);
  host_close(host);
}

/// Another sound with another model, and another model is on its way; or two, one after the other.
static void
export_after_playing(void* const* state, const PluginUnderTest* const plugin, const bool two)
{
  const char* const first  = models_write(state, "a", plugin->make_model(1));
  const char* const second = models_write(state, "b", plugin->make_model(2));
  Host*             host   = open_host(plugin, second);
  fill(1, 0);
  run(host, N, expected);
  host_close(host);

  host = open_host(plugin, first);
  fill(7, 0);
  run(host, N, out);
  if (two) {
    host_set_path(host, LAMINA_MODEL_URI, first);
    run(host, 500, out);
  }
  host_set_path(host, LAMINA_MODEL_URI, second);
  run(host, 500, out);
  host_set_control(host, "freewheel", 1.0f);
  fill(1, 0);
  run(host, N, out);
  check_same(host, 0, N);
  assert_string_equal(host_path(host), second);

  // What goes on is what is exported.
  fill(1, 0);
  run(host, N, out);
  assert_memory_not_equal(out[0], expected[0], sizeof(out[0]));
  host_set_control(host, "freewheel", 0.0f);
  run(host, N, out);
  assert_memory_not_equal(out[0], expected[0], sizeof(out[0]));
  host_close(host);
}

static void
test_export_after_playing(void** const state)
{
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    export_after_playing(state, &plugins_under_test[p], false);
    export_after_playing(state, &plugins_under_test[p], true);
  }
}

/// A host that works at once while it exports hears a chosen model from that block on.
static void
test_model_chosen_before_the_first_block(void** const state)
{
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    const PluginUnderTest* const plugin = &plugins_under_test[p];
    const char* const            first  = models_write(state, "a", plugin->make_model(1));
    const char* const            second = models_write(state, "b", plugin->make_model(2));
    Host*                        host   = open_host(plugin, second);
    fill(1, 0);
    run(host, N, expected);
    host_close(host);
    host = open_host(plugin, first);
    host_set_path(host, LAMINA_MODEL_URI, second);
    run(host, N, out);
    check_same(host, 0, N);
    host_close(host);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_silence_before),
    cmocka_unit_test(test_silence_before_a_hum),
    cmocka_unit_test(test_export_after_playing),
    cmocka_unit_test(test_model_chosen_before_the_first_block),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
