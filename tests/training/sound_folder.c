// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/training/sound_folder.h"

#include "tests/support/test.h"

#include <sndfile.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_PATHS 8

int
folder_setup(void** state)
{
  char path[] = "/tmp/lamina-test-XXXXXX";
  *state      = mkdtemp(path) ? strdup(path) : NULL;
  // Others may enter, so that a test can try what another user may not read.
  return *state ? chmod(*state, 0755) : -1;
}

static int
remove_entry(const char* path, const struct stat* info, int type, struct FTW* place)
{
  (void)info;
  (void)type;
  (void)place;
  return remove(path);
}

int
folder_teardown(void** state)
{
  const int status = nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  free(*state);
  return status;
}

const char*
folder_path(void* const* state, const char* name)
{
  static char     paths[N_PATHS][PATH_MAX];
  static unsigned next = 0;
  char* const     path = paths[next++ % N_PATHS];
  snprintf(path, PATH_MAX, "%s/%s", (const char*)*state, name);
  return path;
}

void
folder_make(void* const* state, const char* name)
{
  assert_int_equal(mkdir(folder_path(state, name), 0755), 0);
}

void
folder_write(void* const* state, const char* name, uint64_t size, const void* bytes)
{
  FILE* const stream = fopen(folder_path(state, name), "wb");
  assert_non_null(stream);
  assert_true(!size || fwrite(bytes, size, 1, stream) == 1);
  assert_int_equal(fclose(stream), 0);
}

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
