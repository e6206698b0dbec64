// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/bench/morph/ways.h"

#include "dsp/effect/morpher.h"
#include "dsp/spectrum/phase.h"
#include "training/corpus/sound_file.h"
#include "training/tool/render.h"

#include <complex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
cross_fade(const Way* const way, const WayTools* const tools, const Clip* const from,
           const Clip* const to, const double amount, Clip* const out)
{
  (void)way;
  (void)tools;
  for (uint32_t c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < LENGTH; ++i) {
      out->x[c][i] = (float)((1.0 - amount) * (double)from->x[c][i] + amount * (double)to->x[c][i]);
    }
  }
}

/// The timbre of the middle of a clip.
static Anchor
learn(const char* const name, const Clip* const clip)
{
  static float part[2][LENGTH - 2 * EDGE];
  const Sound  sound  = { RATE, 2, LENGTH - 2 * EDGE, part[0] };
  Diagnostic   why    = { "" };
  Anchor       anchor = { 0 };
  memcpy(part[0], clip->x[0] + EDGE, sizeof part[0]);
  memcpy(part[1], clip->x[1] + EDGE, sizeof part[1]);
  if (render_anchor(name, &sound, &anchor, &why)) {
    clip_fail(why.text);
  }
  return anchor;
}

static void
morph(const Way* const way, const WayTools* const tools, const Clip* const from,
      const Clip* const to, const double amount, Clip* const out)
{
  const Anchor    a      = learn("player", from);
  const Anchor    b      = learn("target", to);
  const Sound     player = { RATE, 2, LENGTH, (float*)(size_t)from->x[0] };
  Sound           sound  = { 0 };
  Diagnostic      why    = { "" };
  const MorphPlan plan   = { .model  = way->model ? tools->morph : NULL,
                             .from   = &a,
                             .to     = &b,
                             .params = { .mode       = way->mode,
                                         .output     = way->output,
                                         .amount     = (float)amount,
                                         .expression = way->expression,
                                         .wet        = 1.0f } };
  if (render_morph(&plan, &player, &sound, &why)) {
    clip_fail(why.text);
  }
  memcpy(out->x, sound.samples, sizeof out->x);
  sound_clear(&sound);
}

/// What an autoencoder of whole frames needs to get from two sounds to one.
typedef struct {
  const Model*   model;
  StftConfig     stft;
  Analysis*      analyses[2];
  Scratch*       encoder;
  Scratch*       decoder;
  Phase*         phase;
  Synthesis*     synthesis;
  float*         x;        ///< [stft_bins]
  float*         codes[2]; ///< [n_code]
  float complex* spectrum; ///< [stft_bins]
} Frames;

static Frames
frames_open(const Model* const model)
{
  Frames         frames = { .model = model, .stft = model_stft(model, RATE) };
  const uint32_t n_bins = stft_bins(frames.stft);
  const uint32_t n_code = model->autoencoder.decoder.layers[0].shape.n_in;
  frames.analyses[0]    = analysis_new(frames.stft);
  frames.analyses[1]    = analysis_new(frames.stft);
  frames.encoder        = scratch_new(&model->autoencoder.encoder);
  frames.decoder        = scratch_new(&model->autoencoder.decoder);
  frames.phase          = phase_new(frames.stft);
  frames.synthesis      = synthesis_new(frames.stft);
  frames.x              = calloc(n_bins, sizeof(float));
  frames.codes[0]       = calloc(n_code, sizeof(float));
  frames.codes[1]       = calloc(n_code, sizeof(float));
  frames.spectrum       = calloc(n_bins, sizeof(float complex));
  if (!frames.analyses[0] || !frames.analyses[1] || !frames.encoder || !frames.decoder ||
      !frames.phase || !frames.synthesis || !frames.x || !frames.codes[0] || !frames.codes[1] ||
      !frames.spectrum) {
    clip_fail("out of memory");
  }
  return frames;
}

static void
frames_close(const Frames* const frames)
{
  analysis_free(frames->analyses[0]);
  analysis_free(frames->analyses[1]);
  scratch_free(frames->encoder);
  scratch_free(frames->decoder);
  phase_free(frames->phase);
  synthesis_free(frames->synthesis);
  free(frames->x);
  free(frames->codes[0]);
  free(frames->codes[1]);
  free(frames->spectrum);
}

/// Code of the frame that a hop of sound completes.
static void
encode(const Frames* const frames, const uint32_t which, const float* const hop)
{
  const uint32_t n_bins = stft_bins(frames->stft);
  for (uint32_t at = 0; at < frames->stft.hop;) {
    at += analysis_write(frames->analyses[which], frames->stft.hop - at, hop + at);
  }
  const float complex* const spectrum = analysis_spectrum(frames->analyses[which]);
  for (uint32_t k = 0; k < n_bins; ++k) {
    frames->x[k] = crealf(spectrum[k]) * crealf(spectrum[k]) +
                   cimagf(spectrum[k]) * cimagf(spectrum[k]);
  }
  log_spectrum_from_power(&frames->model->spectrum, n_bins, stft_window_sum(frames->stft),
                          frames->x, frames->x);
  network_forward(&frames->model->autoencoder.encoder, frames->encoder, frames->x,
                  frames->codes[which]);
}

/// Between the codes of both frames, decoded.  @param hop A frame late, written.
static void
decode(const Frames* const frames, const double amount, float* const hop)
{
  const uint32_t n_code = frames->model->autoencoder.decoder.layers[0].shape.n_in;
  for (uint32_t k = 0; k < n_code; ++k) {
    frames->codes[0][k] += (float)amount * (frames->codes[1][k] - frames->codes[0][k]);
  }
  network_forward(&frames->model->autoencoder.decoder, frames->decoder, frames->codes[0],
                  frames->x);
  log_spectrum_to_magnitude(&frames->model->spectrum, stft_bins(frames->stft),
                            stft_window_sum(frames->stft), frames->x, frames->x);
  phase_next(frames->phase, frames->x, frames->spectrum);
  synthesis_read(frames->synthesis, frames->stft.hop, hop);
  synthesis_add(frames->synthesis, frames->spectrum);
}

/// A frame of both sounds at a time: to codes, a straight way between them, and back, with phases
/// by gradient integration.
static void
whole_frames(const Way* const way, const WayTools* const tools, const Clip* const from,
             const Clip* const to, const double amount, Clip* const out)
{
  (void)way;
  for (uint32_t c = 0; c < 2; ++c) {
    const Frames   frames = frames_open(tools->frames);
    const uint32_t hop    = frames.stft.hop;
    const uint32_t late   = frames.stft.frame;
    float          ends[2][4096];
    float          late_hop[4096];
    for (uint32_t at = 0; at < LENGTH + late; at += hop) {
      memset(ends, 0, sizeof ends);
      const uint32_t n = at >= LENGTH ? 0 : LENGTH - at < hop ? LENGTH - at : hop;
      memcpy(ends[0], from->x[c] + (n ? at : 0), n * sizeof(float));
      memcpy(ends[1], to->x[c] + (n ? at : 0), n * sizeof(float));
      encode(&frames, 0, ends[0]);
      encode(&frames, 1, ends[1]);
      decode(&frames, amount, late_hop);
      for (uint32_t i = 0; i < hop; ++i) {
        if (at + i >= late && at + i - late < LENGTH) {
          out->x[c][at + i - late] = late_hop[i];
        }
      }
    }
    frames_close(&frames);
  }
}

static void
write_clip(const Clip* const clip, const char* const path)
{
  const Sound sound = { RATE, 2, LENGTH, (float*)(size_t)clip->x[0] };
  Diagnostic  why   = { "" };
  if (sound_write(&sound, path, &why)) {
    clip_fail(why.text);
  }
}

/// Let Csound morph in a folder of its own.
static void
csound_morph(const Way* const way, const WayTools* const tools, const Clip* const from,
             const Clip* const to, const double amount, Clip* const out)
{
  (void)way;
  char       folder[] = "/tmp/bench_morph.XXXXXX";
  char       path[128];
  char       command[512];
  Sound      sound = { 0 };
  Diagnostic why   = { "" };
  if (!mkdtemp(folder)) {
    clip_fail("no folder for Csound");
  }
  snprintf(path, sizeof path, "%s/a.wav", folder);
  write_clip(from, path);
  snprintf(path, sizeof path, "%s/b.wav", folder);
  write_clip(to, path);
  snprintf(command, sizeof command,
           "timeout 60 csound -d -m 0 -f -W --omacro:A=%s/a.wav --omacro:B=%s/b.wav "
           "--omacro:AMOUNT=%g -o %s/c.wav %s < /dev/null > %s/log 2>&1",
           folder, folder, amount, folder, tools->csound, folder);
  snprintf(path, sizeof path, "%s/c.wav", folder);
  if (system(command) || sound_read(path, &sound, &why)) {
    clip_fail(*why.text ? why.text : "csound failed");
  }
  memset(out, 0, sizeof *out);
  for (uint32_t c = 0; c < 2 && c < sound.n_channels; ++c) {
    const uint64_t n = sound.n_frames < LENGTH ? sound.n_frames : LENGTH;
    memcpy(out->x[c], sound.samples + c * sound.n_frames, n * sizeof(float));
  }
  sound_clear(&sound);
  snprintf(command, sizeof command, "rm -r %s", folder);
  if (system(command)) {
    clip_fail("a folder of Csound's is left");
  }
}

const Way ways[N_WAYS] = {
  { .name = "cross-fade", .go = cross_fade },
  { .name = "raw-shift", .go = morph, .expression = 1.0f },
  { .name = "raw-half", .go = morph, .expression = 0.5f },
  { .name = "raw-replace", .go = morph, .expression = 0.0f },
  { .name = "model-shift", .go = morph, .expression = 1.0f, .model = true },
  { .name = "model-half", .go = morph, .expression = 0.5f, .model = true },
  { .name = "model-replace", .go = morph, .expression = 0.0f, .model = true },
  { .name = "tight", .go = morph, .expression = 0.5f, .mode = MORPHER_TIGHT, .model = true },
  { .name = "live", .go = morph, .expression = 0.5f, .mode = MORPHER_LIVE, .model = true },
  { .name       = "generate",
    .go         = morph,
    .expression = 0.5f,
    .output     = MORPHER_GENERATE,
    .model      = true },
  { .name = "frames", .go = whole_frames, .frames = true },
  { .name = "pvsmorph", .go = csound_morph, .csound = true, .unison_only = true },
};

bool
way_possible(const Way* const way, const WayTools* const tools)
{
  const bool wanted = !tools->only || strcmp(tools->only, way->name) == 0;
  return wanted && (!way->model || tools->morph) && (!way->frames || tools->frames) &&
         (!way->csound || tools->csound);
}
