// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/bench/morph/clip.h"

#include "training/corpus/sound_file.h"

#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { START = RATE / 4, LATER = 20, HIT = RATE / 8, N_HITS = LENGTH / HIT };

_Noreturn void
clip_fail(const char* const what)
{
  fprintf(stderr, "bench_morph: %s\n", what);
  exit(EXIT_FAILURE);
}

/// Add the mean of a sound's channels.  @param at First sample in `x`.  @param n Most samples.
/// @return Samples that there were.
static uint32_t
add_sound(const char* const path, const double semitones, const uint32_t from, const uint32_t n,
          float* const x)
{
  Diagnostic why   = { "" };
  Sound      sound = { 0 };
  if (sound_read(path, &sound, &why)) {
    clip_fail(why.text);
  }
  sound.rate_hz *= pow(2.0, semitones / 12.0);
  if (sound_resample(&sound, RATE, &why)) {
    clip_fail(why.text);
  }
  uint32_t done = 0;
  for (; done < n && from + done < sound.n_frames; ++done) {
    for (uint32_t c = 0; c < sound.n_channels; ++c) {
      x[done] += sound.samples[c * sound.n_frames + from + done] / (float)sound.n_channels;
    }
  }
  sound_clear(&sound);
  return done;
}

/// Both channels of what the left one has.
static void
finish(Clip* const clip, const double right_db)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < LENGTH; ++i) {
    sum += (double)clip->x[0][i] * (double)clip->x[0][i];
  }
  const double gain  = 0.1 / sqrt(sum / LENGTH);
  const double right = pow(10.0, right_db / 20.0);
  for (uint32_t i = 0; i < LENGTH; ++i) {
    clip->x[0][i] *= (float)gain;
  }
  for (uint32_t i = 0; i < LENGTH; ++i) {
    clip->x[1][i] = i < LATER ? 0.0f : (float)(right * (double)clip->x[0][i - LATER]);
  }
}

/// @param path Written.  @return The key.
static int
find_note(const Sounds* const sounds, const char* const name, const int key, const size_t size,
          char* const path)
{
  static const int offsets[] = { 0, 1, -1 };
  for (unsigned i = 0; i < 3; ++i) {
    snprintf(path, size, "%s/%s-%03d-080.wav", sounds->notes, name, key + offsets[i]);
    if (!access(path, R_OK)) {
      return key + offsets[i];
    }
  }
  clip_fail(path);
}

int
clip_note(const Sounds* const sounds, const char* const name, const int key, const int exact,
          const double right_db, Clip* const clip)
{
  char      path[4096];
  const int found = find_note(sounds, name, key, sizeof path, path);
  memset(clip, 0, sizeof *clip);
  if (add_sound(path, exact ? key - found : 0, START, LENGTH, clip->x[0]) < LENGTH) {
    clip_fail("a note is shorter than 1.5 s");
  }
  finish(clip, right_db);
  return exact ? key : found;
}

void
clip_chord(const Sounds* const sounds, const char* const name, const double right_db,
           Clip* const clip)
{
  static const int keys[] = { 60, 64, 67 };
  memset(clip, 0, sizeof *clip);
  for (unsigned i = 0; i < 3; ++i) {
    char      path[4096];
    const int found = find_note(sounds, name, keys[i], sizeof path, path);
    add_sound(path, keys[i] - found, START, LENGTH, clip->x[0]);
  }
  finish(clip, right_db);
}

static int
is_sound(const struct dirent* const entry)
{
  return strchr(entry->d_name, '.') != entry->d_name && strchr(entry->d_name, '.');
}

void
clip_drums(const Sounds* const sounds, const double right_db, Clip* const clip)
{
  struct dirent** entries = NULL;
  const int       n       = scandir(sounds->drums, &entries, is_sound, alphasort);
  if (n <= 0) {
    clip_fail(sounds->drums);
  }
  memset(clip, 0, sizeof *clip);
  for (uint32_t hit = 0; hit < N_HITS; ++hit) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", sounds->drums, entries[hit * 7 % (uint32_t)n]->d_name);
    add_sound(path, 0.0, 0, LENGTH - hit * HIT, clip->x[0] + hit * HIT);
  }
  for (int i = 0; i < n; ++i) {
    free(entries[i]);
  }
  free(entries);
  finish(clip, right_db);
}

void
clip_speech(const Sounds* const sounds, const double right_db, Clip* const clip)
{
  memset(clip, 0, sizeof *clip);
  if (add_sound(sounds->speech, 0.0, 0, LENGTH, clip->x[0]) < LENGTH) {
    clip_fail("the speech is shorter than 1.25 s");
  }
  finish(clip, right_db);
}
