// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Every plugin in every size of block, at every rate, in place or not, with much room to answer or
// next to none: the same bits, and in bypass the input, as late as is reported.

#include "dsp/effect/fade.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/plugins.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Samples of a run; where the bypass begins.
enum { N = 20480, SWITCH = 8704 };

/// EMPTY: blocks of 64, and an empty one before each.  ANY: of all sizes, at random.
enum { EMPTY = 0, ANY = HOST_MAX_BLOCK + 1 };

static const uint32_t blocks[] = { 512, EMPTY, 1,   2,    3,    7,    63,   64,   65, 127,
                                   240, 272,   333, 1023, 1024, 4096, 8191, 8192, ANY };

static const double rates[] = { 8000.0,  22050.0,  48000.0,  88200.0,
                                96000.0, 176400.0, 192000.0, 44100.0 };

static const uint32_t rooms[] = { 8, 65536 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef float Sound[HOST_MAX_CHANNELS][N];

/// One of all combinations.
typedef struct {
  const PluginUnderTest* plugin;
  double                 rate_hz;
  uint32_t               room; ///< Of the notify port, bytes
  uint32_t               block;
  bool                   in_place;
} Case;

static void
fail_case(const Case* const c, const char* const what)
{
  fail_msg("%s at %g Hz, blocks of %u, %s, room for %u bytes: %s", c->plugin->uri, c->rate_hz,
           c->block, c->in_place ? "in place" : "beside", c->room, what);
}

static void
fill(Sound sound)
{
  for (uint32_t i = 0; i < HOST_MAX_CHANNELS; ++i) {
    signal_fill_noise(i + 1, 0.5f, N, sound[i]);
  }
}

static uint32_t
next_block(const Case* const c, uint64_t* const random)
{
  if (c->block == ANY) {
    const float share = 0.5f * (1.0f + signal_noise(random));
    return (uint32_t)(share * share * share * (float)HOST_MAX_BLOCK);
  }
  return c->block == EMPTY ? 64 : c->block;
}

static void
run_block(Host* const host, const uint32_t at, const uint32_t n, Sound in, Sound out)
{
  float* ins[HOST_MAX_CHANNELS];
  float* outs[HOST_MAX_CHANNELS];
  for (uint32_t i = 0; i < HOST_MAX_CHANNELS; ++i) {
    ins[i]  = in[i] + at;
    outs[i] = out[i] + at;
  }
  host_run(host, n, ins, outs);
}

static void
run_part(Host* const host, const Case* const c, const uint32_t from, const uint32_t to, Sound in,
         Sound out)
{
  uint64_t random = from + 1;
  for (uint32_t at = from; at < to;) {
    const uint32_t wanted = next_block(c, &random);
    const uint32_t n      = to - at < wanted ? to - at : wanted;
    if (c->block == EMPTY) {
      run_block(host, at, 0, in, out);
    }
    run_block(host, at, n, in, out);
    at += n;
  }
}

/// From silence, with the effect and then in bypass.
static void
render(Host* const host, const Case* const c, Sound in, Sound out)
{
  host_deactivate(host);
  host_activate(host);
  host_set_control(host, "enabled", 1.0f);
  host_get_property(host, NULL);
  run_part(host, c, 0, SWITCH, in, out);
  host_set_control(host, "enabled", 0.0f);
  run_part(host, c, SWITCH, N, in, out);
}

static uint32_t
n_outputs(Host* const host)
{
  LilvNode* const audio  = lilv_new_uri(host_world(host), LV2_CORE__AudioPort);
  LilvNode* const output = lilv_new_uri(host_world(host), LV2_CORE__OutputPort);
  const uint32_t  n      = lilv_plugin_get_num_ports_of_class(host_plugin(host), audio, output,
                                                              (void*)NULL);
  lilv_node_free(output);
  lilv_node_free(audio);
  return n;
}

/// The input, late, to the bit, once the way to bypass is over; and before that something else.
static void
check_bypass(Host* const host, const Case* const c, Sound in, Sound out)
{
  const uint32_t latency = host_latency(host);
  const uint32_t begin   = SWITCH + fade_length(c->rate_hz);
  assert_true(begin + 1000 < N);
  for (uint32_t channel = 0; channel < n_outputs(host); ++channel) {
    const float* const dry = in[channel] + begin - latency;
    if (memcmp(out[channel] + begin, dry, (N - begin) * sizeof(float)) != 0) {
      fail_case(c, "the bypass is not the input");
    }
    if (!memcmp(out[channel] + latency, in[channel], (SWITCH - latency) * sizeof(float))) {
      fail_case(c, "no effect");
    }
  }
}

static void
check_answers(Host* const host, const Case* const c, const uint32_t n_before)
{
  const bool answered = host_paths_told(host) > n_before;
  if (answered != (c->room > 8)) {
    fail_case(c, answered ? "an answer where there was no room" : "no answer");
  }
}

static Host*
open_host(const Case* const c, const char* const model)
{
  // What a host says of its blocks is a hint: here they are longer by far.
  const HostConfig config = {
    .rate_hz = c->rate_hz, .work = HOST_WORK_AT_ONCE, .promised_block = 64, .notify_size = c->room
  };
  Host* const host = host_open(c->plugin->uri, &config);
  assert_non_null(host);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  for (uint32_t i = 0; i < COUNT(c->plugin->settings) && c->plugin->settings[i].symbol; ++i) {
    assert_true(
      host_set_control(host, c->plugin->settings[i].symbol, c->plugin->settings[i].value));
  }
  return host;
}

/// All blocks against the first of them.  What is in place with little room to answer is beside
/// with much, and the other way round.
static void
check_blocks(Case* const c, const char* const model)
{
  static Sound in;
  static Sound expected;
  static Sound out;
  Host* const  host = open_host(c, model);
  fill(in);
  for (uint32_t i = 0; i < COUNT(blocks); ++i) {
    const uint32_t n_told = host_paths_told(host);
    c->block              = blocks[i];
    c->in_place           = (i + (c->room > rooms[0])) % 2;
    memset(out, 0, sizeof(out));
    if (c->in_place) {
      memcpy(out, in, sizeof(out));
      render(host, c, out, out);
    } else {
      render(host, c, in, out);
    }
    check_answers(host, c, n_told);
    if (i == 0) {
      check_bypass(host, c, in, out);
      memcpy(expected, out, sizeof(out));
    }
    for (uint32_t channel = 0; channel < n_outputs(host); ++channel) {
      if (memcmp(out[channel], expected[channel], sizeof(out[channel])) != 0) {
        fail_case(c, "other bits than in blocks of 512");
      }
    }
  }
  assert_string_equal(host_log(host), "");
  host_close(host);
}

static void
test_matrix(void** const state)
{
  for (uint32_t p = 0; p < N_PLUGINS_UNDER_TEST; ++p) {
    const PluginUnderTest* const plugin = &plugins_under_test[p];
    const char* const            model  = models_write(state, plugin->uri, plugin->make_model(1));
    const uint32_t               first  = plugin->one_rate ? (COUNT(rates) - 1) * COUNT(rooms) : 0;
    for (uint32_t i = first; i < COUNT(rates) * COUNT(rooms); ++i) {
      Case c = { .plugin  = plugin,
                 .rate_hz = rates[i / COUNT(rooms)],
                 .room    = rooms[i % COUNT(rooms)] };
      check_blocks(&c, model);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_matrix),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
