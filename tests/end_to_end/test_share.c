// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A preset on its way: packed here, installed in an empty home, found and heard in a host.

#include "plugin/denoise.h"
#include "plugin/morph.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "training/preset/effects.h"

#include <lv2/core/lv2.h>
#include <lv2/presets/presets.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, N = 3 * RATE, BLOCK = 512 };

static const char* const uris[] = { DENOISE_MONO_URI, DENOISE_STEREO_URI };

/// A home with nothing in it but the preset "Küche", and the model that it was made of elsewhere.
static int
share(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  Model* const model  = models_random(5);
  model->card.licence = strdup("CC0-1.0");
  models_write(state, "mine.safetensors", model);

  char path[4096];
  snprintf(path, sizeof(path), "%s/home/.lv2:%s", (const char*)*state, getenv("LV2_PATH"));
  folder_make(state, "home");
  assert_int_equal(setenv("HOME", folder_path(state, "home"), 1), 0);
  assert_int_equal(setenv("LV2_PATH", path, 1), 0);
  assert_int_equal(program_lamina(state, "preset",
                                  "pack mine.safetensors --name Küche --set reduction=18 "
                                  "--set strength=150 -o kitchen.tar.gz"),
                   0);
  assert_int_equal(program_lamina(state, "preset", "install kitchen.tar.gz"), 0);
  return 0;
}

static Host*
open_host(const char* const uri)
{
  const HostConfig config = { .rate_hz = RATE, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(uri, &config);
  assert_non_null(host);
  return host;
}

/// Noise through a plugin.  @param out [host_channels][N], written.
static void
hear(Host* const host, float* const* const out)
{
  const uint32_t n_channels = host_channels(host);
  host_activate(host);
  for (uint32_t c = 0; c < n_channels; ++c) {
    signal_fill_noise(c + 1, 0.3f, N, out[c]);
  }
  for (uint32_t at = 0; at < N; at += BLOCK) {
    const uint32_t n        = N - at < BLOCK ? N - at : BLOCK;
    float* const   pieces[] = { out[0] + at, n_channels > 1 ? out[1] + at : NULL };
    host_run(host, n, pieces, pieces);
  }
}

/// As the plugin sounds with the model where it was made, and the settings turned by hand.
static void
hear_original(void* const* state, const char* const uri, float* const* const out)
{
  Host* const host = open_host(uri);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, folder_path(state, "mine.safetensors")));
  assert_true(host_set_control(host, "reduction", 18.0f));
  assert_true(host_set_control(host, "strength", 150.0f));
  hear(host, out);
  assert_string_equal(host_log(host), "");
  host_close(host);
}

static void
hear_preset(const char* const uri, float* const* const out)
{
  Host* const host   = open_host(uri);
  char* const preset = host_find_preset(host, "Küche");
  assert_non_null(preset);
  assert_true(host_load_preset(host, preset));
  assert_true(host_control(host, "reduction") == 18.0f);
  hear(host, out);
  assert_string_equal(host_log(host), "");
  assert_non_null(strstr(host_path(host), "/home/.lv2/kitchen.lv2/mine.safetensors"));
  free(preset);
  host_close(host);
}

static void
test_it_sounds_the_same(void** state)
{
  static float original[EFFECT_N_PLUGINS][2][N];
  static float shared[2][N];
  static float plain[2][N];
  for (unsigned i = 0; i < EFFECT_N_PLUGINS; ++i) {
    hear_original(state, uris[i], (float*[]){ original[i][0], original[i][1] });
  }
  // From here on there is nothing but what was shared.
  assert_int_equal(unlink(folder_path(state, "mine.safetensors")), 0);
  assert_int_equal(unlink(folder_path(state, "kitchen.tar.gz")), 0);
  for (unsigned i = 0; i < EFFECT_N_PLUGINS; ++i) {
    hear_preset(uris[i], (float*[]){ shared[0], shared[1] });
    assert_memory_equal(shared[0], original[i][0], sizeof(*shared));
    assert_int_equal(i && memcmp(shared[1], original[i][1], sizeof(*shared)), 0);

    // The plugin's own model sounds otherwise, or this would tell nothing.
    Host* const host = open_host(uris[i]);
    hear(host, (float*[]){ plain[0], plain[1] });
    host_close(host);
    assert_memory_not_equal(shared[0], plain[0], sizeof(*shared));
  }
}

static void
test_other_programs_find_it(void** state)
{
  (void)state;
  if (program_run("command -v lv2info")) {
    skip();
  }
  for (unsigned i = 0; i < EFFECT_N_PLUGINS; ++i) {
    assert_int_equal(program_run("lv2info %s", uris[i]), 0);
    assert_non_null(strstr(program_output, "Küche"));
  }
}

static void
test_it_is_valid_turtle(void** state)
{
  if (program_run("command -v lv2_validate && command -v sord_validate")) {
    skip();
  }
  const int status = program_run("lv2_validate %s/*.ttl '%s'/*.ttl", getenv("LAMINA_BUNDLE"),
                                 folder_path(state, "home/.lv2/kitchen.lv2"));
  if (status) {
    fail_msg("%s", program_output);
  }
}

static float
value_of(const LilvNode* const node)
{
  assert_true(lilv_node_is_float(node) || lilv_node_is_int(node));
  return lilv_node_as_float(node);
}

static const char* const all[] = { DENOISE_MONO_URI, DENOISE_STEREO_URI, MORPH_MONO_URI,
                                   MORPH_STEREO_URI };

/// What the packer knows of the settings is what the plugins' Turtle says.
static void
test_settings_are_those_of_the_plugins(void** state)
{
  (void)state;
  for (unsigned i = 0; i < sizeof(all) / sizeof(*all); ++i) {
    uint32_t                  width  = 9;
    const PresetEffect* const effect = effect_of_plugin(all[i], &width);
    Host* const               host   = open_host(all[i]);
    assert_non_null(effect);
    assert_int_equal(width, i % EFFECT_N_PLUGINS);
    for (uint32_t k = 0; k < effect->n_settings; ++k) {
      const EffectSetting* const known  = &effect->settings[k];
      LilvNode* const            symbol = lilv_new_string(host_world(host), known->symbol);
      const LilvPort* const      port   = lilv_plugin_get_port_by_symbol(host_plugin(host), symbol);
      LilvNode*                  value  = NULL;
      LilvNode*                  low    = NULL;
      LilvNode*                  high   = NULL;
      assert_non_null(port);
      lilv_port_get_range(host_plugin(host), port, &value, &low, &high);
      assert_true(value_of(value) == (float)known->value);
      assert_true(value_of(low) == (float)known->low);
      assert_true(value_of(high) == (float)known->high);
      lilv_node_free(value);
      lilv_node_free(low);
      lilv_node_free(high);
      lilv_node_free(symbol);
    }
    host_close(host);
  }
}

/// Whether a control is none of the sound: it is the host's, or about what is learned.
static bool
is_no_setting(const char* const symbol)
{
  static const char* const others[] = { "enabled", "freewheel", "profile", "clear", "file_corner" };
  for (unsigned i = 0; i < sizeof(others) / sizeof(*others); ++i) {
    if (!strcmp(symbol, others[i])) {
      return true;
    }
  }
  return !strncmp(symbol, "learn", 5);
}

static bool
is_setting(const PresetEffect* const effect, const char* const symbol)
{
  uint32_t i = 0;
  while (i < effect->n_settings && strcmp(symbol, effect->settings[i].symbol) != 0) {
    ++i;
  }
  return i < effect->n_settings;
}

/// And every control of the sound that the plugins have, the packer knows.
static void
test_every_control_of_the_sound_is_a_setting(void** state)
{
  (void)state;
  for (unsigned i = 0; i < sizeof(all) / sizeof(*all); ++i) {
    uint32_t                  width   = 9;
    const PresetEffect* const effect  = effect_of_plugin(all[i], &width);
    Host* const               host    = open_host(all[i]);
    LilvNode* const           input   = lilv_new_uri(host_world(host), LV2_CORE__InputPort);
    LilvNode* const           control = lilv_new_uri(host_world(host), LV2_CORE__ControlPort);
    const LilvPlugin* const   plugin  = host_plugin(host);
    assert_true(effect->n_settings <= EFFECT_MAX_SETTINGS);
    for (uint32_t p = 0; p < lilv_plugin_get_num_ports(plugin); ++p) {
      const LilvPort* const port   = lilv_plugin_get_port_by_index(plugin, p);
      const char* const     symbol = lilv_node_as_string(lilv_port_get_symbol(plugin, port));
      if (lilv_port_is_a(plugin, port, input) && lilv_port_is_a(plugin, port, control) &&
          is_setting(effect, symbol) == is_no_setting(symbol)) {
        fail_msg("%s of %s", symbol, all[i]);
      }
    }
    lilv_node_free(control);
    lilv_node_free(input);
    host_close(host);
  }
}

/// Every preset that comes with a plugin sets all of its sound; but the mode, which is the delay.
static void
test_presets_set_the_sound(void** state)
{
  (void)state;
  for (unsigned i = 0; i < sizeof(all) / sizeof(*all); ++i) {
    uint32_t                  width   = 9;
    const PresetEffect* const effect  = effect_of_plugin(all[i], &width);
    Host* const               host    = open_host(all[i]);
    LilvNode* const           type    = lilv_new_uri(host_world(host), LV2_PRESETS__Preset);
    LilvNodes* const          presets = lilv_plugin_get_related(host_plugin(host), type);
    assert_true(lilv_nodes_size(presets) >= 3);
    LILV_FOREACH(nodes, at, presets)
    {
      const char* const uri = lilv_node_as_uri(lilv_nodes_get(presets, at));
      for (uint32_t k = 0; k < effect->n_settings; ++k) {
        assert_true(host_set_control(host, effect->settings[k].symbol, 1e6f));
      }
      assert_true(host_load_preset(host, uri));
      for (uint32_t k = 0; k < effect->n_settings; ++k) {
        const char* const symbol = effect->settings[k].symbol;
        if (strcmp(symbol, "mode") != 0 && host_control(host, symbol) == 1e6f) {
          fail_msg("%s: %s", uri, symbol);
        }
      }
    }
    lilv_nodes_free(presets);
    lilv_node_free(type);
    host_close(host);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_other_programs_find_it),
    cmocka_unit_test(test_it_is_valid_turtle),
    cmocka_unit_test(test_settings_are_those_of_the_plugins),
    cmocka_unit_test(test_every_control_of_the_sound_is_a_setting),
    cmocka_unit_test(test_presets_set_the_sound),
    cmocka_unit_test(test_it_sounds_the_same),
  };
  return cmocka_run_group_tests(tests, share, folder_teardown);
}
