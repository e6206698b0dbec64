// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Whether a plugin that hears nothing for a day stays as cheap as it was: noise, then hours of
// silence, then the same noise, mono at 48 kHz.
//
//   LV2_PATH=BUILD/lv2 bench_silence [HOURS]

#include "plugin/denoise.h"
#include "tests/support/host.h"
#include "tests/support/signals.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RATE = 48000, BLOCK = 1024, NOISE_BLOCKS = 20 * RATE / BLOCK };

static double
processor_s(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// What some blocks took and gave.
typedef struct {
  double sum_s;
  double worst_s;
  double energy; ///< Of the output
  bool   finite;
} Run;

/// @param random State of a signal_noise(); NULL: silence.
static Run
run(Host* const host, const uint64_t n_blocks, uint64_t* const random)
{
  static float x[BLOCK];
  float* const sound[] = { x };
  Run          result  = { .finite = true };
  for (uint64_t i = 0; i < n_blocks; ++i) {
    for (uint32_t k = 0; k < BLOCK; ++k) {
      x[k] = random ? 0.3f * signal_noise(random) : 0.0f;
    }
    const double before = processor_s();
    host_run(host, BLOCK, sound, sound);
    const double spent = processor_s() - before;
    result.sum_s += spent;
    result.worst_s = fmax(result.worst_s, spent);
    for (uint32_t k = 0; k < BLOCK; ++k) {
      result.energy += (double)x[k] * (double)x[k];
      result.finite = result.finite && isfinite(x[k]);
    }
  }
  return result;
}

static void
print(const char* const what, const uint64_t n_blocks, const Run* const result)
{
  printf("%-12s %8.1f us a block, worst %8.0f us, output %7.1f dB%s\n", what,
         1e6 * result->sum_s / (double)n_blocks, 1e6 * result->worst_s,
         10.0 * log10(result->energy / ((double)n_blocks * BLOCK) + 1e-30),
         result->finite ? "" : ", NOT FINITE");
  fflush(stdout);
}

int
main(const int argc, char** const argv)
{
  const HostConfig config  = { .rate_hz = RATE, .work = HOST_WORK_AT_ONCE };
  const int        n_hours = argc > 1 ? atoi(argv[1]) : 24;
  const uint64_t   hour    = (uint64_t)3600 * RATE / BLOCK;
  Host* const      host    = host_open(DENOISE_MONO_URI, &config);
  if (!host) {
    fputs("bench_silence: the plugin is not in LV2_PATH\n", stderr);
    return EXIT_FAILURE;
  }

  uint64_t random = 1;
  host_activate(host);
  Run result = run(host, NOISE_BLOCKS, &random);
  print("noise", NOISE_BLOCKS, &result);
  for (int h = 1; h <= n_hours; ++h) {
    char name[20];
    (void)snprintf(name, sizeof(name), "hour %d", h);
    result = run(host, hour, NULL);
    print(name, hour, &result);
  }
  random = 1;
  result = run(host, NOISE_BLOCKS, &random);
  print("noise again", NOISE_BLOCKS, &result);
  host_close(host);
  return EXIT_SUCCESS;
}
