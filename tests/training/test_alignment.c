// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/alignment.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <string.h>

enum { N = 1000, MOST = 300 };

static int32_t
find(uint32_t n_in, const float* in, uint32_t n_out, const float* out)
{
  int32_t delay = 9999;
  assert_int_equal(alignment_find(n_in, in, n_out, out, MOST, &delay, NULL), STATUS_SUCCESS);
  return delay;
}

/// What went in, `delay` later, soft and with noise as loud as it.
static void
make_late(const float* in, int32_t delay, uint32_t n, float* out)
{
  uint64_t seed = 7;
  for (uint32_t i = 0; i < n; ++i) {
    const int32_t from = (int32_t)i - delay;
    out[i]             = 0.1f * signal_noise(&seed);
    out[i] += from >= 0 && from < N ? 0.1f * in[from] : 0.0f;
  }
}

static void
every_delay_is_found(void** state)
{
  (void)state;
  float in[N];
  float out[N + 500];
  signal_fill_noise(1, 1.0f, N, in);
  for (int32_t delay = -MOST; delay <= MOST; delay += 25) {
    make_late(in, delay, N, out);
    assert_int_equal(find(N, in, N, out), delay);
    make_late(in, delay, N + 500, out);
    assert_int_equal(find(N, in, N + 500, out), delay);
    assert_int_equal(find(N, in, 600, out), delay);
  }
}

static void
later_than_can_be_is_not_found(void** state)
{
  (void)state;
  float in[N];
  float out[N + 500];
  signal_fill_noise(1, 1.0f, N, in);
  make_late(in, MOST + 1, N + 500, out);
  assert_int_not_equal(find(N, in, N + 500, out), MOST + 1);
  // Nor does what is far too late come around the other end.
  float late[2 * N] = { 0.0f };
  memcpy(late + 2 * N - 100, in, 100 * sizeof *in);
  assert_in_range(find(100, in, 2 * N, late) + MOST, 0, 2 * MOST);
}

static void
silence_is_in_time(void** state)
{
  (void)state;
  const float silence[N] = { 0.0f };
  float       in[N];
  signal_fill_noise(1, 1.0f, N, in);
  assert_int_equal(find(N, in, N, silence), 0);
  assert_int_equal(find(N, silence, N, in), 0);
}

static void
a_delay_is_taken_out(void** state)
{
  (void)state;
  const float in[] = { 1.0f, 2.0f, 3.0f };
  float       out[4];
  alignment_shift(3, in, 1, 4, out);
  assert_memory_equal(out, ((float[]){ 2.0f, 3.0f, 0.0f, 0.0f }), sizeof out);
  alignment_shift(3, in, -2, 4, out);
  assert_memory_equal(out, ((float[]){ 0.0f, 0.0f, 1.0f, 2.0f }), sizeof out);
  alignment_shift(3, in, 0, 2, out);
  assert_memory_equal(out, in, 2 * sizeof *in);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_delay_is_found),
    cmocka_unit_test(later_than_can_be_is_not_found),
    cmocka_unit_test(silence_is_in_time),
    cmocka_unit_test(a_delay_is_taken_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
