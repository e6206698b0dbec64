// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// How well notes of one instrument take on the timbre of another; see morph.sh.

#include "dsp/effect/morpher.h"
#include "training/corpus/sound_file.h"
#include "training/tool/render.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A note is cut to this, of which the middle is measured.
enum { RATE = 48000, START = RATE / 4, LENGTH = RATE + RATE / 4, EDGE = RATE / 4 };

enum { FRAME = 2048, HOP = 512, N_BINS = FRAME / 2 + 1 };
enum { N_FRAMES = (LENGTH - 2 * EDGE) / HOP, N_TOP = 853 }; ///< Bins to 20 kHz

/// Amounts: 0, ¼, ½, ¾, 1.
enum { N_STEPS = 5 };

/// Player and target, the note that the player plays and the velocity of both.
typedef struct {
  const char* from;
  const char* to;
} Pair;

static const Pair pairs[] = {
  { "clarinet/freepats", "trumpet/freepats" },     { "violins/musescore", "nylon-guitar/freepats" },
  { "choir-aahs/fluid", "nylon-guitar/freepats" }, { "flute/freepats", "oboe/fluid" },
  { "celli/musescore", "alto-sax/fluid" },         { "trombone/fluid", "bassoon/fluid" },
  { "oboe/fluid", "clarinet/freepats" },           { "french-horn/freepats", "violins/musescore" },
  { "piano/musescore", "strings/fluid" },          { "trumpet/freepats", "oboe/fluid" },
  { "alto-sax/fluid", "muted-trumpet/fluid" },     { "viola/fluid", "clarinet/freepats" },
  { "bassoon/fluid", "choir-aahs/fluid" },
};

static const int intervals[] = { 0, 4, -4, 7, -7 };

enum { N_PAIRS = sizeof pairs / sizeof *pairs };
enum { N_INTERVALS = sizeof intervals / sizeof *intervals };
enum { KEY = 65 };

/// A way to get from one sound to another.
typedef struct {
  const char* name;
  bool        fades;      ///< Sounds are added
  float       expression; ///< Of a morph
} Method;

static const Method methods[] = {
  { "cross-fade", true, 0.0f },
  { "shift", false, 1.0f },
  { "half", false, 0.5f },
  { "replace", false, 0.0f },
};

enum { N_METHODS = sizeof methods / sizeof *methods };

/// What is heard of a sound.
typedef struct {
  double pitch_hz;
  double centroid;                  ///< Of the power, octaves
  double shape_db[ENVELOPE_BANDS];  ///< Mean envelope
  double magnitude[N_BINS];         ///< Mean spectrum
  float  level_db[N_FRAMES][N_TOP]; ///< Spectra, no more than 60 dB below the loudest of a frame
} Heard;

/// The figures of one morph.
typedef struct {
  double pitch_cents; ///< Largest difference from the player, over the amounts
  double before_db;   ///< From the target, rms over the bands, at amount 0
  double reach_db;    ///< And at amount 1
  double linearity;   ///< Largest distance of the centroid from a straight way, over its length
  double evenness;    ///< Spread of the steps between amounts, over their mean
  double novelty;     ///< Of the midpoint: what no mixture of both magnitudes explains, 0…1
} Figures;

enum { N_FIGURES = sizeof(Figures) / sizeof(double) };

static void
fail(const char* const what)
{
  fprintf(stderr, "bench_morph: %s\n", what);
  exit(EXIT_FAILURE);
}

/// The note of an instrument nearest to a key, at most a semitone off; transposed to it by its
/// rate.
static Sound
read_note(const char* const folder, const char* const name, const int key, int* const found)
{
  static const int offsets[] = { 0, 1, -1 };
  Diagnostic       why       = { "" };
  Sound            sound     = { 0 };
  char             path[4096];
  for (unsigned i = 0; i < 3; ++i) {
    snprintf(path, sizeof path, "%s/%s-%03d-080.wav", folder, name, key + offsets[i]);
    if (!access(path, R_OK)) {
      *found = key + offsets[i];
      if (sound_read(path, &sound, &why)) {
        fail(why.text);
      }
      return sound;
    }
  }
  fail(path);
  return sound;
}

/// One channel of a note, LENGTH samples, all as loud.
static void
cut_note(Sound* const sound, const int semitones, float* const x)
{
  Diagnostic why = { "" };
  sound->rate_hz *= pow(2.0, semitones / 12.0);
  if (sound_resample(sound, RATE, &why)) {
    fail(why.text);
  }
  if (sound->n_frames < START + LENGTH) {
    fail("a note is shorter than 1.5 s");
  }

  double sum = 0.0;
  for (uint32_t i = 0; i < LENGTH; ++i) {
    double mixed = 0.0;
    for (uint32_t c = 0; c < sound->n_channels; ++c) {
      mixed += (double)sound->samples[c * sound->n_frames + START + i];
    }
    x[i] = (float)mixed;
    sum += mixed * mixed;
  }
  const double gain = 0.1 / sqrt(sum / LENGTH);
  for (uint32_t i = 0; i < LENGTH; ++i) {
    x[i] *= (float)gain;
  }
  sound_clear(sound);
}

static int
compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double
median(double* const x, const uint32_t n)
{
  qsort(x, n, sizeof *x, compare);
  return 0.5 * (x[(n - 1) / 2] + x[n / 2]);
}

/// The pitch at a moment (de Cheveigné & Kawahara, "YIN, a fundamental frequency estimator for
/// speech and music", 2002).
static double
pitch_at(const float* const x)
{
  enum { WINDOW = 2000, SHORTEST = RATE / 1600, LONGEST = RATE / 70 };
  static double d[LONGEST + 2];
  double        sum = 0.0;
  for (uint32_t lag = 1; lag <= LONGEST + 1; ++lag) {
    double square = 0.0;
    for (uint32_t i = 0; i < WINDOW; ++i) {
      const double e = (double)x[i] - (double)x[i + lag];
      square += e * e;
    }
    sum += square;
    d[lag] = square * lag / sum;
  }
  uint32_t best = SHORTEST;
  for (uint32_t lag = SHORTEST; lag <= LONGEST; ++lag) {
    best = d[lag] < d[best] ? lag : best;
  }
  for (uint32_t lag = SHORTEST; lag <= LONGEST; ++lag) {
    if (d[lag] < 0.15 && d[lag] <= d[lag + 1]) {
      best = lag;
      break;
    }
  }
  const double bend = d[best - 1] - 2.0 * d[best] + d[best + 1];
  return RATE / (best + (bend > 0.0 ? 0.5 * (d[best - 1] - d[best + 1]) / bend : 0.0));
}

static double
pitch_of(const float* const x)
{
  enum { N = 5 };
  double pitch[N];
  for (uint32_t i = 0; i < N; ++i) {
    pitch[i] = pitch_at(x + EDGE + i * 7000);
  }
  return median(pitch, N);
}

/// One frame of what is heard.
static void
hear_frame(Envelope* const envelope, const float complex* const spectrum, const uint32_t frame,
           double* const power, Heard* const heard)
{
  float bin_power[N_BINS];
  float shape_db[ENVELOPE_BANDS];
  float loudest = 1e-12f;
  for (uint32_t k = 0; k < N_BINS; ++k) {
    const float magnitude = cabsf(spectrum[k]);
    bin_power[k]          = magnitude * magnitude;
    loudest               = fmaxf(loudest, bin_power[k]);
    power[k] += (double)bin_power[k];
    heard->magnitude[k] += (double)magnitude / N_FRAMES;
  }
  for (uint32_t k = 0; k < N_TOP; ++k) {
    heard->level_db[frame][k] = 10.0f * log10f(fmaxf(bin_power[k], 1e-6f * loudest));
  }
  envelope_from_power(envelope, bin_power, shape_db);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    heard->shape_db[b] += (double)shape_db[b] / N_FRAMES;
  }
}

static void
hear(const float* const x, Heard* const heard)
{
  const StftConfig stft          = { FRAME, HOP, WINDOW_HANN };
  Analysis* const  analysis      = analysis_new(stft);
  Envelope* const  envelope      = envelope_new(stft, RATE);
  double           power[N_BINS] = { 0.0 };
  if (!analysis || !envelope) {
    fail("out of memory");
  }

  memset(heard, 0, sizeof *heard);
  for (uint32_t at = EDGE - FRAME + HOP, frame = 0; frame < N_FRAMES;) {
    at += analysis_write(analysis, HOP, x + at);
    const float complex* const spectrum = analysis_spectrum(analysis);
    if (spectrum && at >= EDGE + HOP) {
      hear_frame(envelope, spectrum, frame++, power, heard);
    }
  }
  double sum    = 0.0;
  double moment = 0.0;
  for (uint32_t k = 1; k < N_BINS; ++k) {
    sum += power[k];
    moment += power[k] * k;
  }
  heard->centroid = log2(moment / sum);
  heard->pitch_hz = pitch_of(x);
  envelope_free(envelope);
  analysis_free(analysis);
}

static double
envelope_distance(const Heard* const a, const Heard* const b)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < ENVELOPE_BANDS; ++i) {
    const double d = a->shape_db[i] - b->shape_db[i];
    sum += d * d;
  }
  return sqrt(sum / ENVELOPE_BANDS);
}

/// Mean over the frames of the rms difference of the spectra.
static double
spectral_distance(const Heard* const a, const Heard* const b)
{
  double sum = 0.0;
  for (uint32_t t = 0; t < N_FRAMES; ++t) {
    double square = 0.0;
    for (uint32_t k = 0; k < N_TOP; ++k) {
      const double d = (double)(a->level_db[t][k] - b->level_db[t][k]);
      square += d * d;
    }
    sum += sqrt(square / N_TOP);
  }
  return sum / N_FRAMES;
}

static double
product(const double* const a, const double* const b)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < N_BINS; ++k) {
    sum += a[k] * b[k];
  }
  return sum;
}

/// What is left of m by the best a·A + b·B with a, b ≥ 0, over m.
static double
novelty(const double* const m, const double* const a, const double* const b)
{
  const double mm        = product(m, m);
  const double aa        = product(a, a);
  const double bb        = product(b, b);
  const double ab        = product(a, b);
  const double am        = product(a, m);
  const double bm        = product(b, m);
  const double det       = aa * bb - ab * ab;
  const double u         = (am * bb - bm * ab) / det;
  const double v         = (bm * aa - am * ab) / det;
  double       explained = fmax(am * am / aa, bm * bm / bb);
  if (u > 0.0 && v > 0.0) {
    explained = u * am + v * bm;
  }
  return sqrt(fmax(mm - explained, 0.0) / mm);
}

/// The sound at an amount.
static void
go(const Method* const method, const float* const from, const float* const to, const double amount,
   float* const x)
{
  if (method->fades) {
    for (uint32_t i = 0; i < LENGTH; ++i) {
      x[i] = (float)((1.0 - amount) * (double)from[i] + amount * (double)to[i]);
    }
    return;
  }

  const Sound     player = { RATE, 1, LENGTH, (float*)(size_t)from };
  const Sound     part   = { RATE, 1, LENGTH - 2 * EDGE, (float*)(size_t)(from + EDGE) };
  const Sound     goal   = { RATE, 1, LENGTH - 2 * EDGE, (float*)(size_t)(to + EDGE) };
  Sound           out    = { 0 };
  Diagnostic      why    = { "" };
  Anchor          a      = { 0 };
  Anchor          b      = { 0 };
  const MorphPlan plan   = {
      .from   = &a,
      .to     = &b,
      .params = { .amount = (float)amount, .expression = method->expression, .wet = 1.0f }
  };
  if (render_anchor("player", &part, &a, &why) || render_anchor("target", &goal, &b, &why) ||
      render_morph(&plan, &player, &out, &why)) {
    fail(why.text);
  }
  memcpy(x, out.samples, LENGTH * sizeof *x);
  sound_clear(&out);
}

static Figures
measure(const Method* const method, const float* const from, const float* const to)
{
  static float x[LENGTH];
  static Heard heard[N_STEPS];
  static Heard player;
  static Heard target;
  Figures      figures = { .pitch_cents = 0.0 };
  hear(from, &player);
  hear(to, &target);
  for (uint32_t i = 0; i < N_STEPS; ++i) {
    go(method, from, to, (double)i / (N_STEPS - 1), x);
    hear(x, &heard[i]);
    const double cents  = 1200.0 * log2(heard[i].pitch_hz / player.pitch_hz);
    figures.pitch_cents = fmax(figures.pitch_cents, fabs(cents));
  }

  const double first  = heard[0].centroid;
  const double way    = heard[N_STEPS - 1].centroid - first;
  double       sum    = 0.0;
  double       square = 0.0;
  for (uint32_t i = 1; i < N_STEPS; ++i) {
    const double off  = (heard[i].centroid - first) / way - (double)i / (N_STEPS - 1);
    const double step = spectral_distance(&heard[i], &heard[i - 1]);
    figures.linearity = fmax(figures.linearity, fabs(off));
    sum += step;
    square += step * step;
  }
  const double mean = sum / (N_STEPS - 1);
  figures.evenness  = sqrt(fmax(square / (N_STEPS - 1) - mean * mean, 0.0)) / mean;
  figures.before_db = envelope_distance(&player, &target);
  figures.reach_db  = envelope_distance(&heard[N_STEPS - 1], &target);
  figures.novelty   = novelty(heard[N_STEPS / 2].magnitude, player.magnitude, target.magnitude);
  return figures;
}

static void
print_figures(const char* const method, const int interval, const char* const who,
              const double* const figures)
{
  printf("%-10s %+3d  %7.1f  %5.1f  %5.2f  %6.3f  %6.3f  %6.3f  %s\n", method, interval, figures[0],
         figures[1], figures[2], figures[3], figures[4], figures[5], who);
}

int
main(const int argc, char** const argv)
{
  if (argc != 2) {
    fputs("Usage: bench_morph FOLDER\n", stderr);
    return EXIT_FAILURE;
  }

  static float  from[LENGTH];
  static float  to[LENGTH];
  static double all[N_METHODS][N_INTERVALS][N_FIGURES][N_PAIRS];
  puts("method     semi    cents   from  reach  linear    even    new  pair");
  for (uint32_t p = 0; p < N_PAIRS; ++p) {
    for (uint32_t i = 0; i < N_INTERVALS; ++i) {
      int   key    = 0;
      int   found  = 0;
      Sound player = read_note(argv[1], pairs[p].from, KEY, &key);
      Sound target = read_note(argv[1], pairs[p].to, key + intervals[i], &found);
      cut_note(&player, 0, from);
      cut_note(&target, key + intervals[i] - found, to);
      for (uint32_t m = 0; m < N_METHODS; ++m) {
        const Figures figures = measure(&methods[m], from, to);
        double        row[N_FIGURES];
        char          who[100];
        memcpy(row, &figures, sizeof row);
        for (uint32_t f = 0; f < N_FIGURES; ++f) {
          all[m][i][f][p] = row[f];
        }
        snprintf(who, sizeof who, "%s %s", pairs[p].from, pairs[p].to);
        print_figures(methods[m].name, intervals[i], who, row);
      }
    }
  }
  for (uint32_t m = 0; m < N_METHODS; ++m) {
    for (uint32_t i = 0; i < N_INTERVALS; ++i) {
      double row[N_FIGURES];
      for (uint32_t f = 0; f < N_FIGURES; ++f) {
        row[f] = median(all[m][i][f], N_PAIRS);
      }
      print_figures(methods[m].name, intervals[i], "median", row);
    }
  }
  return EXIT_SUCCESS;
}
