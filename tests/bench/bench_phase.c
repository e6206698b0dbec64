// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Spectral convergence of phases made from magnitudes; see phase.sh.

#include "dsp/effect/generator.h"
#include "dsp/spectrum/phase.h"
#include "training/corpus/sound_file.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Frames of silence after the sound: it comes out late by LATE frames.
enum { FRAME = 2048, HOP = 512, N_BINS = FRAME / 2 + 1, LATE = FRAME / HOP };

static const StftConfig stft = { FRAME, HOP, WINDOW_HANN };

enum { BY_CHANCE, BY_GRADIENT, BY_GENERATOR, N_WAYS };

/// The first channel of a sound, and its magnitudes.
typedef struct {
  uint32_t n_frames;
  float*   x; ///< [n_frames × HOP]
  float*   y; ///< The same made anew
  float (*magnitude)[N_BINS];
} Note;

_Noreturn static void
fail(const char* const what)
{
  fprintf(stderr, "bench_phase: %s\n", what);
  exit(EXIT_FAILURE);
}

static void
analyse(const uint32_t n_frames, const float* const x, float (*const magnitude)[N_BINS])
{
  Analysis* const analysis = analysis_new(stft);
  for (uint32_t t = 0; analysis && t < n_frames; ++t) {
    analysis_write(analysis, HOP, x + (size_t)t * HOP);
    const float complex* const spectrum = analysis_spectrum(analysis);
    for (uint32_t k = 0; k < N_BINS; ++k) {
      magnitude[t][k] = cabsf(spectrum[k]);
    }
  }
  analysis_free(analysis);
}

static Note
note_read(const char* const path)
{
  Diagnostic why   = { "" };
  Sound      sound = { 0 };
  if (sound_read(path, &sound, &why)) {
    fail(why.text);
  }
  Note         note = { .n_frames = (uint32_t)(sound.n_frames / HOP) + 2 * LATE };
  const size_t n    = (size_t)note.n_frames * HOP;
  note.x            = calloc(n, sizeof(float));
  note.y            = calloc(n, sizeof(float));
  note.magnitude    = calloc(note.n_frames, sizeof(*note.magnitude));
  if (!note.x || !note.y || !note.magnitude) {
    fail("out of memory");
  }
  memcpy(note.x, sound.samples, sound.n_frames * sizeof(float));
  sound_clear(&sound);
  analyse(note.n_frames, note.x, note.magnitude);
  return note;
}

static void
note_clear(const Note* const note)
{
  free(note->x);
  free(note->y);
  free(note->magnitude);
}

static void
by_chance(Random* const random, const float* const magnitude, float complex* const spectrum)
{
  for (uint32_t k = 0; k < N_BINS; ++k) {
    const double angle = 2.0 * M_PI * random_uniform(random);
    spectrum[k]        = magnitude[k] * (float complex)(cos(angle) + I * sin(angle));
  }
}

/// @param phase NULL: by chance.
static void
rebuild(const Note* const note, Phase* const phase)
{
  Synthesis* const synthesis = synthesis_new(stft);
  Random           random    = random_at(1, RANDOM_TEST, 0);
  for (uint32_t t = 0; synthesis && t < note->n_frames; ++t) {
    float complex spectrum[N_BINS];
    if (phase) {
      phase_next(phase, note->magnitude[t], spectrum);
    } else {
      by_chance(&random, note->magnitude[t], spectrum);
    }
    synthesis_read(synthesis, HOP, note->y + (size_t)t * HOP);
    synthesis_add(synthesis, spectrum);
  }
  synthesis_free(synthesis);
}

static void
generate(const Note* const note)
{
  float gain[N_BINS];
  for (uint32_t k = 0; k < N_BINS; ++k) {
    gain[k] = 1.0f;
  }
  const GeneratorParams params    = { .gain = gain, .wet = 1.0f };
  Generator* const      generator = generator_new(stft, 1);
  const float* const    in        = note->x;
  float* const          out       = note->y;
  if (generator) {
    generator_run(generator, &params, note->n_frames * HOP, &in, &out);
  }
  generator_free(generator);
}

/// 20 log₁₀(‖S − Ŝ‖ / ‖S‖) of what was made, which is late.
static double
convergence_db(const Note* const note)
{
  float(*const again)[N_BINS] = calloc(note->n_frames, sizeof(*again));
  double error                = 0.0;
  double energy               = 0.0;
  if (!again) {
    fail("out of memory");
  }
  analyse(note->n_frames, note->y, again);
  for (uint32_t t = LATE; t < note->n_frames; ++t) {
    for (uint32_t k = 0; k < N_BINS; ++k) {
      const double expected = (double)note->magnitude[t - LATE][k];
      error += pow(expected - (double)again[t][k], 2.0);
      energy += expected * expected;
    }
  }
  free(again);
  return 10.0 * log10(error / energy);
}

static void
measure(const char* const path, double* const sums)
{
  const Note note = note_read(path);
  double     db[N_WAYS];
  rebuild(&note, NULL);
  db[BY_CHANCE]      = convergence_db(&note);
  Phase* const phase = phase_new(stft);
  rebuild(&note, phase);
  phase_free(phase);
  db[BY_GRADIENT] = convergence_db(&note);
  generate(&note);
  db[BY_GENERATOR] = convergence_db(&note);
  printf("%7.1f  %7.1f  %7.1f  %s\n", db[BY_CHANCE], db[BY_GRADIENT], db[BY_GENERATOR], path);
  for (uint32_t way = 0; way < N_WAYS; ++way) {
    sums[way] += db[way];
  }
  note_clear(&note);
}

int
main(const int argc, char** const argv)
{
  double sums[N_WAYS] = { 0.0 };
  if (argc < 2) {
    fail("no sounds");
  }
  printf(" chance   rtpghi  generate\n");
  for (int i = 1; i < argc; ++i) {
    measure(argv[i], sums);
  }
  const double n = argc - 1;
  printf("%7.1f  %7.1f  %7.1f  mean of %d\n", sums[BY_CHANCE] / n, sums[BY_GRADIENT] / n,
         sums[BY_GENERATOR] / n, argc - 1);
  return EXIT_SUCCESS;
}
