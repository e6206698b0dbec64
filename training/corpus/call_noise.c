// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/call_noise.h"

#include "training/corpus/energy.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/// A note that dies away has ended after so many decays: −52 dB.
static const double decays = 6.0;

/// How long a note takes to begin, of its length.
static const double attack = 0.2;

static Caller
draw_caller(Random* random)
{
  Caller       caller;
  const bool   is_swept  = random_uniform(random) < 0.7;
  const bool   is_pulsed = random_uniform(random) < 0.3;
  const bool   is_trill  = random_uniform(random) < 0.4;
  const double rest      = random_logarithmic(random, 1.02, 3.0);
  const double sweep     = 0.4 * random_normal(random);
  const double arch      = 0.2 * random_normal(random);
  const double depth     = random_uniform(random);
  caller.note_s          = random_logarithmic(random, 0.015, is_trill ? 0.06 : 0.6);
  caller.gap_s           = caller.note_s * rest;
  caller.n_notes         = 1 + random_below(random, is_trill ? 24 : 6);
  caller.call_rate_hz    = random_logarithmic(random, 0.15, 3.0);
  caller.decay_s         = random_logarithmic(random, 0.003, 0.15);
  caller.pitch_hz        = random_logarithmic(random, 700.0, 9000.0);
  caller.sweep_octaves   = is_swept ? sweep : 0.0;
  caller.arch_octaves    = is_swept ? arch : 0.0;
  caller.wander_octaves  = random_logarithmic(random, 0.005, 0.3);
  caller.pulse_hz        = random_logarithmic(random, 15.0, 150.0);
  caller.pulse_depth     = is_pulsed ? depth : 0.0;
  caller.n_harmonics     = 1 + random_below(random, 6);
  caller.harmonic_db     = -random_between(random, 3.0, 30.0);
  caller.spread_db       = random_between(random, 0.0, 6.0);
  caller.level_db        = random_between(random, -12.0, 0.0);
  return caller;
}

CallNoise
call_noise_draw(Random* random)
{
  CallNoise noise;
  noise.n_callers = 1 + random_below(random, CALLERS);
  for (uint32_t i = 0; i < CALLERS; ++i) {
    noise.callers[i] = draw_caller(random);
  }
  return noise;
}

/// A note that is to sound.
typedef struct {
  const Caller* caller;
  double        rate_hz;
  double        begin; ///< Samples
  double        pitch_hz;
  double        amplitude;
  double        ratio; ///< Of the amplitudes of harmonics
} Note;

/// Octaves over the pitch.  @param place Of the way through the note, 0…1.
static double
bend(const Caller* caller, double place)
{
  const double off = 2.0 * place - 1.0;
  return 0.5 * caller->sweep_octaves * off - caller->arch_octaves * off * off;
}

/// @param at_s Seconds since the note began.
static double
loudness(const Caller* caller, double at_s)
{
  const double rise  = fmin(at_s / (attack * caller->note_s), 1.0);
  const double swell = sin(M_PI_2 * rise);
  const double late  = fmax(at_s - caller->note_s, 0.0);
  const double pulse = sin(M_PI * caller->pulse_hz * at_s);
  return swell * swell * exp(-late / caller->decay_s) *
         (1.0 - caller->pulse_depth * (1.0 - pulse * pulse));
}

/// The sum of the harmonics that there is room for: sin(hφ) = 2 cos φ sin((h − 1)φ) − sin((h −
/// 2)φ).
static double
harmonics(const Note* note, double pitch_hz, double phase)
{
  const double twice  = 2.0 * cos(phase);
  double       before = 0.0;
  double       wave   = sin(phase);
  double       level  = 1.0;
  double       sum    = 0.0;
  for (uint32_t h = 1; h <= note->caller->n_harmonics; ++h, level *= note->ratio) {
    const double next = twice * wave - before;
    if (h * pitch_hz < 0.45 * note->rate_hz) {
      sum += level * wave;
    }
    before = wave;
    wave   = next;
  }
  return sum;
}

/// @param out [n], added to.
static void
add_note(const Note* note, uint32_t n, float* out)
{
  const Caller* const caller  = note->caller;
  const double        whole_s = caller->note_s + decays * caller->decay_s;
  const double        end     = fmin(note->begin + whole_s * note->rate_hz, n);
  double              phase   = 0.0;
  for (uint32_t i = (uint32_t)ceil(fmax(note->begin, 0.0)); i < end; ++i) {
    const double at_s     = (i - note->begin) / note->rate_hz;
    const double place    = fmin(at_s / caller->note_s, 1.0);
    const double pitch_hz = note->pitch_hz * exp2(bend(caller, place));
    phase += 2.0 * M_PI * pitch_hz / note->rate_hz;
    out[i] += (float)(note->amplitude * loudness(caller, at_s) * harmonics(note, pitch_hz, phase));
  }
}

/// Samples to the next call.
static double
draw_gap(const Caller* caller, Random* random, double rate_hz)
{
  return -log(1.0 - random_uniform(random)) * rate_hz / caller->call_rate_hz;
}

/// Samples to the first call, negative for one that has begun: as at any moment.
static double
draw_first(const Caller* caller, Random* random, double rate_hz)
{
  const double waiting = draw_gap(caller, random, rate_hz);
  const double length  = caller->n_notes * caller->gap_s * rate_hz;
  const double place   = random_uniform(random) * (length + rate_hz / caller->call_rate_hz);
  return place < length ? -place : waiting;
}

/// @param out [n], written.
static void
make_calls(const Caller* caller, Random* random, double rate_hz, uint32_t n, float* out)
{
  const double ratio  = pow(10.0, caller->harmonic_db / 20.0);
  const double length = caller->n_notes * caller->gap_s * rate_hz;
  double       next   = draw_first(caller, random, rate_hz);
  memset(out, 0, n * sizeof *out);
  while (next < n) {
    Note note      = { .caller = caller, .rate_hz = rate_hz, .begin = next, .ratio = ratio };
    note.pitch_hz  = caller->pitch_hz * exp2(caller->wander_octaves * random_normal(random));
    note.amplitude = pow(10.0, caller->spread_db * random_normal(random) / 20.0);
    for (uint32_t i = 0; i < caller->n_notes; ++i, note.begin += caller->gap_s * rate_hz) {
      add_note(&note, n, out);
    }
    next += length + draw_gap(caller, random, rate_hz);
  }
}

void
call_noise_make(const CallNoise* noise, Random* random, double rate_hz, uint32_t n, float* out,
                float* work)
{
  memset(out, 0, n * sizeof *out);
  for (uint32_t c = 0; c < noise->n_callers; ++c) {
    const Caller* const caller = &noise->callers[c];
    make_calls(caller, random, rate_hz, n, work);
    energy_set(n, n * pow(10.0, caller->level_db / 10.0), work);
    for (uint32_t i = 0; i < n; ++i) {
      out[i] += work[i];
    }
  }
  energy_set(n, n, out);
}
