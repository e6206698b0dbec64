// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What is left in a host when the last instance is gone.

#include "plugin/denoise.h"
#include "tests/support/host.h"
#include "tests/support/test.h"

#include <fftw3.h>

/// A host, or another plugin in it, plans after lilv has let go of the binary.
static void
test_others_can_plan(void** const state)
{
  (void)state;
  float* const     x      = fftwf_alloc_real(64);
  const HostConfig config = { .rate_hz = 48000.0, .work = HOST_WORK_AT_ONCE };
  for (uint32_t i = 0; i < 2; ++i) {
    Host* const host = host_open(DENOISE_MONO_URI, &config);
    assert_non_null(host);
    host_close(host);
    const fftwf_plan plan = fftwf_plan_r2r_1d(64, x, x, FFTW_R2HC, FFTW_ESTIMATE);
    assert_non_null(plan);
    fftwf_destroy_plan(plan);
  }
  fftwf_free(x);
}

int
main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_others_can_plan) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
