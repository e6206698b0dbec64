// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/renderer.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "training/corpus/sound_file.h"

enum { N_GROUPS = 3, N_LINKED = 2, N_CHANNELS = N_GROUPS * N_LINKED, MOST_LATE = 10000 };

/// A delay line per channel, the second of a pair turned over, and what it was told.
typedef struct {
  uint32_t late;
  float    line[N_CHANNELS][MOST_LATE];
  uint32_t at[N_CHANNELS];
  uint64_t n_run;  ///< Of the last group
  uint64_t n_true; ///< Of these, samples before the end of the input
} Delay;

static void
run_delay(void* context, uint32_t group, const Span* span, float* const* sound)
{
  Delay* const delay = context;
  assert_in_range(span->n, 1, RENDERER_BLOCK);
  if (group == N_GROUPS - 1) {
    assert_true(span->at == delay->n_run);
    delay->n_run += span->n;
    delay->n_true = span->end < delay->n_run ? span->end : delay->n_run;
  }
  for (uint32_t c = 0; c < N_LINKED; ++c) {
    const uint32_t channel = group * N_LINKED + c;
    for (uint32_t i = 0; i < span->n; ++i) {
      float* const held  = delay->line[channel] + delay->at[channel];
      const float  in    = c ? -sound[c][i] : sound[c][i];
      sound[c][i]        = delay->late ? *held : in;
      *held              = in;
      delay->at[channel] = delay->late ? (delay->at[channel] + 1) % delay->late : 0;
    }
  }
}

static void
check_length(uint32_t late, uint32_t length)
{
  static Delay delay;
  Sound        in;
  Sound        out;
  delay = (Delay){ .late = late };
  assert_int_equal(sound_new(48000.0, N_CHANNELS, length, &in, NULL), STATUS_SUCCESS);
  assert_int_equal(sound_new(48000.0, N_CHANNELS, length, &out, NULL), STATUS_SUCCESS);
  signal_fill_noise(1, 0.5f, N_CHANNELS * length, in.samples);
  SoundCursor       from     = { .sound = &in };
  SoundCursor       to       = { .sound = &out };
  const SoundSource source   = sound_source(&from);
  const SoundSink   sink     = sound_sink(&to);
  const Renderer    renderer = {
       .latency = late, .n_linked = N_LINKED, .context = &delay, .run = run_delay
  };
  assert_int_equal(renderer_run(&renderer, &source, &sink, NULL), STATUS_SUCCESS);
  assert_int_equal(to.at, length);
  assert_int_equal(delay.n_run, length + late);
  assert_int_equal(delay.n_true, length);
  for (uint32_t i = 0; i < N_CHANNELS * length; ++i) {
    const float sign = i / length % 2 ? -1.0f : 1.0f;
    assert_true(out.samples[i] == sign * in.samples[i]);
  }
  sound_clear(&in);
  sound_clear(&out);
}

static void
any_length_and_latency_come_out_in_place(void** state)
{
  (void)state;
  const uint32_t numbers[] = {
    0, 1, 959, RENDERER_BLOCK - 1, RENDERER_BLOCK, RENDERER_BLOCK + 1, 2 * RENDERER_BLOCK
  };
  const uint32_t n = sizeof numbers / sizeof numbers[0];
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t k = 0; k < n; ++k) {
      check_length(numbers[i], numbers[k]);
    }
  }
}

/// Takes one block.
static Status
write_one(void* context, uint32_t n, const float* const* from, Diagnostic* why)
{
  uint32_t* const n_blocks = context;
  (void)n;
  (void)from;
  return ++*n_blocks > 1 ? diagnose(why, STATUS_IO, "full") : STATUS_SUCCESS;
}

static void
what_the_sink_says_ends_it(void** state)
{
  (void)state;
  static Delay delay;
  Sound        in;
  uint32_t     n_blocks = 0;
  Diagnostic   why      = { "" };
  assert_int_equal(sound_new(48000.0, N_CHANNELS, 5 * RENDERER_BLOCK, &in, NULL), STATUS_SUCCESS);
  SoundCursor       from     = { .sound = &in };
  const SoundSource source   = sound_source(&from);
  const SoundSink   sink     = { &n_blocks, write_one };
  const Renderer    renderer = { .n_linked = N_LINKED, .context = &delay, .run = run_delay };
  assert_int_equal(renderer_run(&renderer, &source, &sink, &why), STATUS_IO);
  assert_string_equal(why.text, "full");
  assert_int_equal(n_blocks, 2);
  assert_int_equal(from.at, 2 * RENDERER_BLOCK);
  sound_clear(&in);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_length_and_latency_come_out_in_place),
    cmocka_unit_test(what_the_sink_says_ends_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
