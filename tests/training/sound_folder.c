// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/training/sound_folder.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <sndfile.h>

#include <stdlib.h>

void
folder_sound(void* const* state, const char* name, const SoundSpec* spec)
{
  SF_INFO        info = { .samplerate = (int)spec->rate_hz,
                          .channels   = (int)spec->n_channels,
                          .format     = spec->format };
  SNDFILE* const file = sf_open(folder_path(state, name), SFM_WRITE, &info);
  float* const   x    = malloc(spec->n_frames * spec->n_channels * sizeof *x + 1);
  assert_non_null(file);
  assert_non_null(x);
  for (uint64_t i = 0; i < spec->n_frames * spec->n_channels; ++i) {
    x[i] = spec->signal(spec->context, (uint32_t)(i % spec->n_channels), i / spec->n_channels);
  }
  assert_int_equal(sf_writef_float(file, x, (sf_count_t)spec->n_frames), spec->n_frames);
  assert_int_equal(sf_close(file), 0);
  free(x);
}

static float
constant(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  (void)frame;
  return *(const float*)context;
}

void
folder_constant(void* const* state, const char* name, uint32_t rate_hz, double seconds, float value)
{
  const SoundSpec spec = { .format     = SF_FORMAT_WAV | SF_FORMAT_FLOAT,
                           .rate_hz    = rate_hz,
                           .n_channels = 1,
                           .n_frames   = (uint64_t)(seconds * rate_hz + 0.5),
                           .signal     = constant,
                           .context    = &value };
  folder_sound(state, name, &spec);
}
