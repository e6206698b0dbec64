// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What Ardour, Carla and jalv want of the data of a plugin.  Ardour refuses one that requires more
// than it knows, or has ports of an unknown kind; Carla ties its worker to one input of messages,
// and offers its file dialog for one path.

#include "plugin/inline_display.h"
#include "plugin/uris.h"
#include "tests/support/host.h"
#include "tests/support/plugins.h"
#include "tests/support/test.h"

#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/patch/patch.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <string.h>

static Host*
open_host(const char* const uri, const double rate_hz)
{
  const HostConfig config = { .rate_hz = rate_hz, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(uri, &config);
  assert_non_null(host);
  return host;
}

/// Ports of a kind and a direction.
static uint32_t
count_ports(Host* const host, const char* const kind, const char* const direction)
{
  LilvNode* const kind_node      = lilv_new_uri(host_world(host), kind);
  LilvNode* const direction_node = lilv_new_uri(host_world(host), direction);
  const uint32_t  n              = lilv_plugin_get_num_ports_of_class(host_plugin(host), kind_node,
                                                                      direction_node, (void*)NULL);
  lilv_node_free(direction_node);
  lilv_node_free(kind_node);
  return n;
}

static const LilvPort*
designated(Host* const host, const char* const direction, const char* const designation)
{
  LilvNode* const       direction_node   = lilv_new_uri(host_world(host), direction);
  LilvNode* const       designation_node = lilv_new_uri(host_world(host), designation);
  const LilvPort* const port             = lilv_plugin_get_port_by_designation(
                host_plugin(host), direction_node, designation_node);
  lilv_node_free(designation_node);
  lilv_node_free(direction_node);
  return port;
}

static bool
is_atom_port(Host* const host, const LilvPort* const port)
{
  LilvNode* const node = lilv_new_uri(host_world(host), LV2_ATOM__AtomPort);
  const bool      is   = port && lilv_port_is_a(host_plugin(host), port, node);
  lilv_node_free(node);
  return is;
}

/// What a port asks for.
static int
minimum_size(Host* const host, const LilvPort* const port)
{
  LilvNode* const key   = lilv_new_uri(host_world(host), LV2_RESIZE_PORT__minimumSize);
  LilvNode* const value = lilv_port_get(host_plugin(host), port, key);
  const int       size  = value ? lilv_node_as_int(value) : 0;
  lilv_node_free(value);
  lilv_node_free(key);
  return size;
}

/// Whether a property of the plugin has a value.
static bool
has(Host* const host, const char* const property, const char* const value)
{
  LilvNode* const  key   = lilv_new_uri(host_world(host), property);
  LilvNode* const  node  = lilv_new_uri(host_world(host), value);
  LilvNodes* const nodes = lilv_plugin_get_value(host_plugin(host), key);
  const bool       found = lilv_nodes_contains(nodes, node);
  lilv_nodes_free(nodes);
  lilv_node_free(node);
  lilv_node_free(key);
  return found;
}

/// Two features that every host has, and no more; the rest helps where it is there.
static void
test_features(void** const state)
{
  (void)state;
  static const char* const optional[] = { LV2_BUF_SIZE__boundedBlockLength,
                                          LV2_STATE__mapPath,
                                          LV2_STATE__makePath,
                                          LV2_STATE__freePath,
                                          LV2_STATE__threadSafeRestore,
                                          INLINE_DISPLAY__queue_draw,
                                          LV2_CORE__hardRTCapable };
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    Host* const      host     = open_host(plugins_under_test[p].uri, 48000.0);
    LilvNodes* const required = lilv_plugin_get_required_features(host_plugin(host));
    assert_int_equal(lilv_nodes_size(required), 2);
    assert_true(has(host, LV2_CORE__requiredFeature, LV2_URID__map));
    assert_true(has(host, LV2_CORE__requiredFeature, LV2_WORKER__schedule));
    for (uint32_t i = 0; i < sizeof(optional) / sizeof(optional[0]); ++i) {
      assert_true(has(host, LV2_CORE__optionalFeature, optional[i]));
    }
    lilv_nodes_free(required);
    host_close(host);
  }
}

/// What the data says of extensions is what the binary has.
static void
test_extensions(void** const state)
{
  (void)state;
  static const char* const uris[] = { LV2_STATE__interface, LV2_WORKER__interface,
                                      INLINE_DISPLAY__interface };
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    Host* const host = open_host(plugins_under_test[p].uri, 48000.0);
    for (uint32_t i = 0; i < sizeof(uris) / sizeof(uris[0]); ++i) {
      assert_true(has(host, LV2_CORE__extensionData, uris[i]));
      assert_non_null(host_extension(host, uris[i]));
    }
    assert_null(host_extension(host, "urn:nothing"));
    host_close(host);
  }
}

/// One way in and one way out for messages, sound, numbers, and nothing else.
static void
test_ports(void** const state)
{
  (void)state;
  static const char* const kinds[] = { LV2_ATOM__AtomPort, LV2_CORE__AudioPort,
                                       LV2_CORE__ControlPort };
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    Host* const           host   = open_host(plugins_under_test[p].uri, 48000.0);
    const LilvPort* const input  = designated(host, LV2_CORE__InputPort, LV2_CORE__control);
    const LilvPort* const output = designated(host, LV2_CORE__OutputPort, LV2_CORE__control);
    uint32_t              n      = 0;
    assert_int_equal(count_ports(host, LV2_ATOM__AtomPort, LV2_CORE__InputPort), 1);
    assert_int_equal(count_ports(host, LV2_ATOM__AtomPort, LV2_CORE__OutputPort), 1);
    assert_true(is_atom_port(host, input));
    assert_true(is_atom_port(host, output));
    assert_true(minimum_size(host, output) >= 4096); // A path, as long as it may be
    for (uint32_t i = 0; i < 3; ++i) {
      n += count_ports(host, kinds[i], LV2_CORE__InputPort);
      n += count_ports(host, kinds[i], LV2_CORE__OutputPort);
    }
    assert_int_equal(n, lilv_plugin_get_num_ports(host_plugin(host)));
    assert_non_null(designated(host, LV2_CORE__InputPort, LV2_CORE__enabled));
    assert_non_null(designated(host, LV2_CORE__InputPort, LV2_CORE__freeWheeling));
    host_close(host);
  }
}

/// Ardour takes 20 ms for the longest delay where a plugin does not tell more.
static void
test_longest_delay(void** const state)
{
  (void)state;
  float most[64];
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    Host* const             host   = open_host(plugins_under_test[p].uri, 192000.0);
    const LilvPlugin* const plugin = host_plugin(host);
    float* const            none[] = { NULL, NULL };
    assert_true(lilv_plugin_has_latency(plugin));
    lilv_plugin_get_port_ranges_float(plugin, NULL, most, NULL);
    host_activate(host);
    host_run(host, 0, none, none);
    assert_in_range(host_latency(host), 1,
                    (uint32_t)most[lilv_plugin_get_latency_port_index(plugin)]);
    host_close(host);
  }
}

/// The model is a path that can be set by messages, and all that can.
static void
test_one_path(void** const state)
{
  (void)state;
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    Host* const      host  = open_host(plugins_under_test[p].uri, 48000.0);
    LilvNode* const  range = lilv_new_uri(host_world(host), LILV_NS_RDFS "range");
    LilvNode* const  path  = lilv_new_uri(host_world(host), LV2_ATOM__Path);
    LilvNode* const  model = lilv_new_uri(host_world(host), LAMINA_MODEL_URI);
    LilvNode* const  key   = lilv_new_uri(host_world(host), LV2_PATCH__writable);
    LilvNodes* const all   = lilv_plugin_get_value(host_plugin(host), key);
    uint32_t         n     = 0;
    LILV_FOREACH(nodes, i, all)
    {
      n += lilv_world_ask(host_world(host), lilv_nodes_get(all, i), range, path);
    }
    assert_int_equal(n, 1);
    assert_true(lilv_nodes_contains(all, model));
    lilv_nodes_free(all);
    lilv_node_free(key);
    lilv_node_free(model);
    lilv_node_free(path);
    lilv_node_free(range);
    host_close(host);
  }
}

/// Hosts show who made a plugin.
static void
test_authors(void** const state)
{
  (void)state;
  for (uint32_t i = 0; i < N_PLUGINS_UNDER_TEST; ++i) {
    Host* const     host   = open_host(plugins_under_test[i].uri, 48000.0);
    LilvNode* const author = lilv_plugin_get_author_name(host_plugin(host));
    assert_non_null(author);
    assert_string_equal(lilv_node_as_string(author), "The Lamina developers");
    lilv_node_free(author);
    host_close(host);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_authors),       cmocka_unit_test(test_features),
    cmocka_unit_test(test_extensions),    cmocka_unit_test(test_ports),
    cmocka_unit_test(test_longest_delay), cmocka_unit_test(test_one_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
