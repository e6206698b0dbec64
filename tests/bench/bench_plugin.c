// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// How much of one core the plugins take: stereo, 48 kHz, at the block sizes of hosts.
//
// The worst block has in it whatever the machine did meanwhile.  How much that is, a control shows:
// a loop that does the same work every time, as long as a block in the mean.
//
//   LV2_PATH=BUILD/lv2 bench_plugin [SECONDS]

#include "plugin/denoise.h"
#include "plugin/morph.h"
#include "tests/support/host.h"
#include "tests/support/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RATE = 48000, MAX_BLOCK = 1024 };

/// Processor time of this thread, seconds.
static double
processor_s(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// White noise.
static void
fill(uint64_t* const random, const uint32_t n, float* const x)
{
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = 0.3f * signal_noise(random);
  }
}

/// Do nothing that depends on anything.
static void
spin(const uint64_t n)
{
  volatile float x = 1.0f;
  for (uint64_t i = 0; i < n; ++i) {
    x = x * 0.999f + 0.001f;
  }
}

/// Worst over mean time of `n_blocks` equal loops of about `mean_s`.
static double
measure_control(const double mean_s, const uint32_t n_blocks)
{
  static const uint64_t n_trial = 1 << 22;
  double                before  = processor_s();
  spin(n_trial);
  const uint64_t n     = (uint64_t)((double)n_trial * mean_s / (processor_s() - before));
  double         sum   = 0.0;
  double         worst = 0.0;
  for (uint32_t i = 0; i < n_blocks; ++i) {
    before = processor_s();
    spin(n);
    const double spent = processor_s() - before;
    sum += spent;
    worst = spent > worst ? spent : worst;
  }
  return worst * n_blocks / sum;
}

/// A plugin in one of its ways to work.
typedef struct {
  const char* uri;
  const char* name;
  float       mode;   ///< Of Lamina Morph
  float       output; ///< Likewise
} Way;

static int
measure(const Way* const way, const uint32_t block, const double seconds)
{
  const HostConfig config = { .rate_hz = RATE, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(way->uri, &config);
  if (!host) {
    fputs("bench_plugin: the plugin is not in LV2_PATH\n", stderr);
    return EXIT_FAILURE;
  }

  static float   left[MAX_BLOCK];
  static float   right[MAX_BLOCK];
  float* const   sound[]  = { left, right };
  const uint32_t n_blocks = (uint32_t)(seconds * RATE / block);
  uint64_t       random   = 1;
  double         sum      = 0.0;
  double         worst    = 0.0;
  (void)host_set_control(host, "amount", 100.0f); // Of Lamina Morph
  (void)host_set_control(host, "timbre_a", 1.0f);
  (void)host_set_control(host, "timbre_b", 2.0f);
  (void)host_set_control(host, "mode", way->mode);
  (void)host_set_control(host, "output", way->output);
  host_activate(host);
  for (uint32_t i = 0; i < n_blocks; ++i) {
    fill(&random, block, left);
    fill(&random, block, right);
    const double before = processor_s();
    host_run(host, block, sound, sound);
    const double spent = processor_s() - before;
    sum += spent;
    worst = spent > worst ? spent : worst;
  }
  const double block_s = (double)block / RATE;
  const double control = measure_control(sum / n_blocks, n_blocks);
  printf("%5u  %6.2f %%  %8.0f us of %5.0f us  %6.1f  %6.1f\n", block,
         100.0 * sum / (n_blocks * block_s), 1e6 * worst, 1e6 * block_s, worst * n_blocks / sum,
         control);
  if (host_log(host)[0]) {
    fprintf(stderr, "bench_plugin: %s", host_log(host));
  }
  host_close(host);
  return EXIT_SUCCESS;
}

int
main(const int argc, char** const argv)
{
  static const Way      ways[]   = { { DENOISE_STEREO_URI, "Denoise", 0.0f, 0.0f },
                                     { MORPH_STEREO_URI, "Morph, Studio", 0.0f, 0.0f },
                                     { MORPH_STEREO_URI, "Morph, Tight", 1.0f, 0.0f },
                                     { MORPH_STEREO_URI, "Morph, Live", 2.0f, 0.0f },
                                     { MORPH_STEREO_URI, "Morph, generating", 0.0f, 1.0f } };
  static const uint32_t blocks[] = { 64, 256, 1024 };
  const double          seconds  = argc > 1 ? atof(argv[1]) : 20.0;
  int                   status   = EXIT_SUCCESS;
  for (uint32_t w = 0; w < sizeof(ways) / sizeof(*ways); ++w) {
    printf("%s\nblock  of a core  worst block           / mean  of the control\n", ways[w].name);
    for (uint32_t b = 0; !status && b < sizeof(blocks) / sizeof(*blocks); ++b) {
      status = measure(&ways[w], blocks[b], seconds);
    }
  }
  return status;
}
