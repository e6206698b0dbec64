// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/ports.h"

#include "dsp/effect/denoiser.h"
#include "plugin/denoise.h"
#include "plugin/uris.h"
#include "tests/support/host.h"
#include "tests/support/test.h"

#include <lv2/core/lv2.h>
#include <lv2/patch/patch.h>
#include <lv2/port-props/port-props.h>
#include <lv2/presets/presets.h>

#include <stdio.h>
#include <string.h>

static const Effect* const effects[] = { &denoise_mono, &denoise_stereo };

enum { N_EFFECTS = 2 };

static Host*
open_host(const Effect* const effect)
{
  const HostConfig config = { .rate_hz = 48000.0, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(effect->uri, &config);
  assert_non_null(host);
  return host;
}

/// Expect a symbol and a direction at an index.
static void
check_port(Host* const host, const uint32_t index, const char* const symbol,
           const char* const direction)
{
  const LilvPlugin* const plugin = host_plugin(host);
  const LilvPort* const   port   = lilv_plugin_get_port_by_index(plugin, index);
  LilvNode* const class          = lilv_new_uri(host_world(host), direction);
  assert_string_equal(lilv_node_as_string(lilv_port_get_symbol(plugin, port)), symbol);
  assert_true(lilv_port_is_a(plugin, port, class));
  lilv_node_free(class);
}

static void
check_range(Host* const host, const uint32_t index, const float least, const float most,
            const float usual)
{
  const LilvPlugin* const plugin = host_plugin(host);
  LilvNode*               def    = NULL;
  LilvNode*               min    = NULL;
  LilvNode*               max    = NULL;
  lilv_port_get_range(plugin, lilv_plugin_get_port_by_index(plugin, index), &def, &min, &max);
  assert_float_equal(lilv_node_as_float(min), least, 0.0);
  assert_float_equal(lilv_node_as_float(max), most, 0.0);
  assert_float_equal(lilv_node_as_float(def), usual, 1e-4);
  lilv_node_free(def);
  lilv_node_free(min);
  lilv_node_free(max);
}

/// The code's numbers of ports and the TTL's are the same.
static void
test_indices(void** const state)
{
  (void)state;
  static const char* const inputs[][2]  = { { "in", "" }, { "in_left", "in_right" } };
  static const char* const outputs[][2] = { { "out", "" }, { "out_left", "out_right" } };
  for (uint32_t e = 0; e < N_EFFECTS; ++e) {
    const Effect* const effect = effects[e];
    Host* const         host   = open_host(effect);
    assert_int_equal(lilv_plugin_get_num_ports(host_plugin(host)),
                     port_effect_control(effect, effect->n_controls));
    check_port(host, PORT_CONTROL, "control", LV2_CORE__InputPort);
    check_port(host, PORT_NOTIFY, "notify", LV2_CORE__OutputPort);
    check_port(host, PORT_ENABLED, "enabled", LV2_CORE__InputPort);
    check_port(host, PORT_LATENCY, "latency", LV2_CORE__OutputPort);
    for (uint32_t c = 0; c < effect->n_channels; ++c) {
      check_port(host, port_input(effect, c), inputs[e][c], LV2_CORE__InputPort);
      check_port(host, port_output(effect, c), outputs[e][c], LV2_CORE__OutputPort);
    }
    check_port(host, port_effect_control(effect, DENOISE_REDUCTION), "reduction",
               LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_STRENGTH), "strength",
               LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_SMOOTHING), "smoothing",
               LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_RESIDUAL), "residual",
               LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_LEARN), "learn", LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_PROFILE), "profile", LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_CLEAR), "clear", LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_FREEWHEEL), "freewheel",
               LV2_CORE__InputPort);
    check_port(host, port_effect_control(effect, DENOISE_HUM), "hum", LV2_CORE__InputPort);
    host_close(host);
  }
}

/// What a user starts with is what scores are measured with, and nothing is out of range.
static void
test_ranges(void** const state)
{
  (void)state;
  const DenoiserParams usual = denoiser_params_default();
  for (uint32_t e = 0; e < N_EFFECTS; ++e) {
    const Effect* const effect = effects[e];
    Host* const         host   = open_host(effect);
    check_range(host, PORT_ENABLED, 0.0f, 1.0f, 1.0f);
    check_range(host, port_effect_control(effect, DENOISE_REDUCTION), 0.0f, 60.0f,
                usual.reduction_db);
    check_range(host, port_effect_control(effect, DENOISE_STRENGTH), 0.0f, 200.0f,
                100.0f * usual.strength);
    check_range(host, port_effect_control(effect, DENOISE_SMOOTHING), 0.0f, 500.0f,
                1000.0f * usual.smoothing_s);
    check_range(host, port_effect_control(effect, DENOISE_RESIDUAL), 0.0f, 1.0f,
                usual.residual ? 1.0f : 0.0f);
    check_range(host, port_effect_control(effect, DENOISE_LEARN), 0.0f, 1.0f,
                usual.learn ? 1.0f : 0.0f);
    check_range(host, port_effect_control(effect, DENOISE_PROFILE), 0.0f, 1.0f,
                usual.use_profile ? 1.0f : 0.0f);
    check_range(host, port_effect_control(effect, DENOISE_CLEAR), 0.0f, 1.0f, 0.0f);
    check_range(host, port_effect_control(effect, DENOISE_HUM), 0.0f, 1.0f,
                usual.hum ? 1.0f : 0.0f);
    host_close(host);
  }
}

static bool
has_property(Host* const host, const uint32_t index, const char* const property)
{
  LilvNode* const         node   = lilv_new_uri(host_world(host), property);
  const LilvPlugin* const plugin = host_plugin(host);
  const bool has = lilv_port_has_property(plugin, lilv_plugin_get_port_by_index(plugin, index),
                                          node);
  lilv_node_free(node);
  return has;
}

/// The four controls of the first version are mandatory, those that came later are not: LV2's rule
/// for a plugin that keeps its URI.  The code's values for ports left alone are the TTL's.
static void
test_later_ports_are_optional(void** const state)
{
  (void)state;
  for (uint32_t e = 0; e < N_EFFECTS; ++e) {
    const Effect* const effect = effects[e];
    Host* const         host   = open_host(effect);
    float               defaults[32];
    lilv_plugin_get_port_ranges_float(host_plugin(host), NULL, NULL, defaults);
    for (uint32_t i = 0; i < effect->n_controls; ++i) {
      const uint32_t port = port_effect_control(effect, i);
      assert_true(has_property(host, port, LV2_CORE__connectionOptional) == (i > DENOISE_RESIDUAL));
      assert_float_equal(defaults[port], effect->defaults[i], 0.0f);
    }
    assert_true(
      has_property(host, port_effect_control(effect, effect->clear), LV2_PORT_PROPS__trigger));
    host_close(host);
  }
}

/// Hosts find the delay, the bypass, and one writable property.
static void
test_designations(void** const state)
{
  (void)state;
  for (uint32_t e = 0; e < N_EFFECTS; ++e) {
    Host* const             host     = open_host(effects[e]);
    const LilvPlugin* const plugin   = host_plugin(host);
    LilvNode* const         input    = lilv_new_uri(host_world(host), LV2_CORE__InputPort);
    LilvNode* const         enabled  = lilv_new_uri(host_world(host), LV2_CORE__enabled);
    LilvNode* const         writable = lilv_new_uri(host_world(host), LV2_PATCH__writable);
    const LilvPort* const   bypass   = lilv_plugin_get_port_by_designation(plugin, input, enabled);
    LilvNodes* const        values   = lilv_plugin_get_value(plugin, writable);
    assert_true(lilv_plugin_has_latency(plugin));
    assert_int_equal(lilv_plugin_get_latency_port_index(plugin), PORT_LATENCY);
    assert_ptr_equal(bypass, lilv_plugin_get_port_by_index(plugin, PORT_ENABLED));
    assert_int_equal(lilv_nodes_size(values), 1);
    assert_string_equal(lilv_node_as_uri(lilv_nodes_get_first(values)), LAMINA_MODEL_URI);
    lilv_nodes_free(values);
    lilv_node_free(writable);
    lilv_node_free(enabled);
    lilv_node_free(input);
    host_close(host);
  }
}

/// A preset sets every control of the sound but the bypass, and names its model in the bundle.
static void
check_preset(const Effect* const effect, const char* const name)
{
  static const char* const controls[] = { "reduction", "strength", "smoothing", "residual", "hum" };
  char                     text[128];
  Host* const              host = open_host(effect);
  for (uint32_t i = 0; i < 5; ++i) {
    assert_true(host_set_control(host, controls[i], 1.5f));
  }
  host_set_control(host, "enabled", 0.0f);
  snprintf(text, sizeof(text), "%s:%s", effect->uri, name);
  assert_true(host_load_preset(host, text));
  for (uint32_t i = 0; i < 5; ++i) {
    assert_true(host_control(host, controls[i]) != 1.5f);
  }
  assert_float_equal(host_control(host, "enabled"), 0.0f, 0.0);

  float* const none[HOST_MAX_CHANNELS] = { NULL };
  host_activate(host);
  host_run(host, 0, none, none);
  snprintf(text, sizeof(text), "/lamina.lv2/models/%s.safetensors", name);
  assert_non_null(strstr(host_path(host), text));
  host_close(host);
}

static void
test_presets(void** const state)
{
  (void)state;
  for (uint32_t e = 0; e < N_EFFECTS; ++e) {
    check_preset(effects[e], "universal");
    check_preset(effects[e], "voice");
    check_preset(effects[e], "music");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_indices),
    cmocka_unit_test(test_ranges),
    cmocka_unit_test(test_later_ports_are_optional),
    cmocka_unit_test(test_designations),
    cmocka_unit_test(test_presets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
