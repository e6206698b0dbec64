// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/mixture_examples.h"

#include "dsp/spectrum/features.h"
#include "dsp/spectrum/stft.h"
#include "training/corpus/mixture.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// A recording has content up to where its peaks are this far below its highest: −70 dB.
static const float content_ratio = 1e-7f;

/// A person holds the learn button for about as long, seconds.
static const double profile_s = 1.0;

/// No number of mixtures.
static const uint64_t NONE = UINT64_MAX;

/// Mini-batches of a look at files never trained on.
enum { VALIDATION_BATCHES = 4 };

/// What one sequence is made with.
typedef struct {
  Mixture    mixture;
  uint32_t   lead; ///< Frames that are heard before the sequence
  Analysis*  analysis;
  Features*  features;
  float*     power; ///< [n_bins]
  float*     peak;  ///< [n_bins], highest power of the last signal
  float*     x;     ///< [n_features]
  Status     status;
  Diagnostic why;
} Maker;

typedef struct {
  Examples       base;
  const Recipe*  recipe;
  MixtureSources sources;
  StftConfig     stft;
  Maker*         makers; ///< [n_streams]
  real*          noisy;  ///< [rows × n_features]
  real*          clean;  ///< [rows × n_features]
  MaskTarget     target;
  uint64_t       last; ///< Mixtures that are there; NONE: of no number
} MixtureExamples;

static bool
allocate_maker(const MixtureExamples* const examples, Maker* const maker)
{
  const Recipe* const recipe = examples->recipe;
  const uint32_t      n      = (recipe->lead + examples->base.shape.n_steps) * examples->stft.hop;
  const uint32_t      n_bins = stft_bins(examples->stft);

  maker->mixture.n_profile = (uint32_t)lround(profile_s * recipe->rate_hz);
  maker->mixture.clean     = malloc(n * sizeof(float));
  maker->mixture.noisy     = malloc(n * sizeof(float));
  maker->mixture.profile   = malloc(maker->mixture.n_profile * sizeof(float));
  maker->analysis          = analysis_new(examples->stft);
  maker->features          = features_new(&recipe->features, examples->stft, recipe->rate_hz);
  maker->power             = malloc(n_bins * sizeof(float));
  maker->peak              = malloc(n_bins * sizeof(float));
  maker->x                 = malloc(examples->base.n_features * sizeof(float));
  return maker->mixture.clean && maker->mixture.noisy && maker->mixture.profile &&
         maker->analysis && maker->features && maker->power && maker->peak && maker->x;
}

static uint32_t
n_bands(const MixtureExamples* const examples)
{
  return band_layout_count(&examples->recipe->features.bands);
}

static bool
allocate_batch(MixtureExamples* const examples)
{
  const size_t n_rows   = batch_rows(examples->base.shape);
  const size_t features = n_rows * examples->base.n_features * sizeof(real);
  const size_t spectra  = n_rows * examples->target.n_bins * sizeof(float complex);

  examples->noisy         = malloc(features);
  examples->clean         = malloc(features);
  examples->target.noisy  = malloc(spectra);
  examples->target.clean  = malloc(spectra);
  examples->target.n_used = calloc(examples->base.shape.n_streams, sizeof(uint32_t));
  if (examples->recipe->features.prior_snr) {
    examples->target.prior_db = malloc(n_rows * n_bands(examples) * sizeof(float));
    if (!examples->target.prior_db) {
      return false;
    }
  }
  return examples->noisy && examples->clean && examples->target.noisy && examples->target.clean &&
         examples->target.n_used;
}

static void
free_maker(Maker* const maker)
{
  free(maker->mixture.clean);
  free(maker->mixture.noisy);
  free(maker->mixture.profile);
  analysis_free(maker->analysis);
  features_free(maker->features);
  free(maker->power);
  free(maker->peak);
  free(maker->x);
}

static void
free_mixture_examples(Examples* const base)
{
  MixtureExamples* const examples = (MixtureExamples*)base;
  for (uint32_t s = 0; examples->makers && s < base->shape.n_streams; ++s) {
    free_maker(&examples->makers[s]);
  }
  free(examples->makers);
  free(examples->noisy);
  free(examples->clean);
  free(examples->target.noisy);
  free(examples->target.clean);
  free(examples->target.n_used);
  free(examples->target.prior_db);
  free(examples);
}

static float
power_of(const float complex x)
{
  return crealf(x) * crealf(x) + cimagf(x) * cimagf(x);
}

/// Hear one hop.  @return Its spectrum.
static const float complex*
hear_spectrum(const StftConfig stft, Maker* const maker, const float* const hop)
{
  const uint32_t n_bins = stft_bins(stft);
  analysis_write(maker->analysis, stft.hop, hop);
  const float complex* const spectrum = analysis_spectrum(maker->analysis);
  for (uint32_t k = 0; k < n_bins; ++k) {
    maker->power[k] = power_of(spectrum[k]);
    maker->peak[k]  = maker->peak[k] > maker->power[k] ? maker->peak[k] : maker->power[k];
  }
  return spectrum;
}

/// The same, and its features in `maker->x`.
static const float complex*
hear(const StftConfig stft, Maker* const maker, const float* const hop)
{
  const float complex* const spectrum = hear_spectrum(stft, maker, hop);
  features_from_spectra(maker->features, 1, &spectrum, maker->x);
  return spectrum;
}

/// Let the features hear the noise alone, as where a person learns it.
static void
learn_profile(const StftConfig stft, Maker* const maker)
{
  analysis_reset(maker->analysis);
  features_reset(maker->features);
  features_clear_profile(maker->features);
  if (!maker->mixture.has_profile) {
    return;
  }

  for (uint32_t at = 0; at + stft.hop <= maker->mixture.n_profile; at += stft.hop) {
    if (at + stft.hop == stft.frame) {
      features_learn_profile(maker->features); // From the first frame that is full
    }
    hear(stft, maker, maker->mixture.profile + at);
  }
  features_use_profile(maker->features, NULL);
}

/// The a priori SNR among the features of a frame.
static void
keep_prior(const MixtureExamples* const examples, const Maker* const maker, const size_t row)
{
  const uint32_t     n     = n_bands(examples);
  const float* const x     = maker->x + feature_config_prior(&examples->recipe->features);
  const float        scale = examples->recipe->features.scale_db;
  for (uint32_t i = 0; i < n; ++i) {
    examples->target.prior_db[row * n + i] = scale * x[i];
  }
}

/// One signal of one sequence: its spectra and features, in the rows of the sequence; its peaks.
/// @param features NULL: only spectra and peaks.
static void
analyze(const MixtureExamples* const examples, const uint32_t stream, const float* signal,
        real* const features, float complex* const spectra)
{
  Maker* const   maker  = &examples->makers[stream];
  const uint32_t n_bins = examples->target.n_bins;
  const uint32_t hop    = examples->stft.hop;
  analysis_reset(maker->analysis);
  features_reset(maker->features);
  memset(maker->peak, 0, n_bins * sizeof(float));
  for (uint32_t t = 0; t < maker->lead; ++t, signal += hop) {
    (features ? hear : hear_spectrum)(examples->stft, maker, signal);
  }
  for (uint32_t t = 0; t < examples->base.shape.n_steps; ++t, signal += hop) {
    const size_t               row      = (size_t)t * examples->base.shape.n_streams + stream;
    const float complex* const spectrum = (features ? hear : hear_spectrum)(examples->stft, maker,
                                                                            signal);
    memcpy(spectra + row * n_bins, spectrum, n_bins * sizeof(float complex));
    for (uint32_t i = 0; features && i < examples->base.n_features; ++i) {
      features[row * examples->base.n_features + i] = (real)maker->x[i];
    }
    if (features == examples->noisy && examples->target.prior_db) {
      keep_prior(examples, maker, row);
    }
  }
}

/// Scale both spectra of a sequence so that the noisy one has mean power 1.
static void
level_spectra(const MixtureExamples* const examples, const uint32_t stream)
{
  const uint32_t n_bins = examples->target.n_bins;
  const uint32_t stride = examples->base.shape.n_streams * n_bins;
  double         sum    = 0.0;
  for (uint32_t t = 0; t < examples->base.shape.n_steps; ++t) {
    const float complex* const y = examples->target.noisy + (size_t)t * stride + stream * n_bins;
    for (uint32_t k = 0; k < n_bins; ++k) {
      sum += (double)power_of(y[k]);
    }
  }

  const double n     = (double)examples->base.shape.n_steps * n_bins;
  const float  scale = sum > 0.0 ? (float)sqrt(n / sum) : 0.0f;
  for (uint32_t t = 0; t < examples->base.shape.n_steps; ++t) {
    const size_t at = (size_t)t * stride + stream * n_bins;
    for (uint32_t k = 0; k < n_bins; ++k) {
      examples->target.noisy[at + k] *= scale;
      examples->target.clean[at + k] *= scale;
    }
  }
}

/// Bins up to the last whose peak is not negligible; all of them without sound.
static uint32_t
count_used_bins(const uint32_t n_bins, const float* const peak)
{
  float highest = 0.0f;
  for (uint32_t k = 0; k < n_bins; ++k) {
    highest = fmaxf(highest, peak[k]);
  }

  uint32_t n_used = n_bins;
  while (highest > 0.0f && n_used > 1 && peak[n_used - 1] < content_ratio * highest) {
    --n_used;
  }
  return n_used;
}

/// What the tasks of one mini-batch share.
typedef struct {
  MixtureExamples* examples;
  Split            split;
  uint64_t         number; ///< Of the mixtures
} Draw;

static void
draw_sequence(void* const handle, const uint32_t stream)
{
  const Draw* const      what     = (const Draw*)handle;
  MixtureExamples* const examples = what->examples;
  Maker* const           maker    = &examples->makers[stream];
  const RandomStream     use      = what->split == SPLIT_TRAIN ? RANDOM_MIXTURE : RANDOM_VALIDATION;
  Random                 random   = random_at(examples->recipe->seed, use,
                                              what->number * examples->base.shape.n_streams + stream);
  // Streams of every age, from the first moment on.
  maker->lead      = random_below(&random, examples->recipe->lead + 1);
  maker->mixture.n = (maker->lead + examples->base.shape.n_steps) * examples->stft.hop;
  maker->status = mixture_draw(&examples->recipe->mixture, &examples->sources, what->split, &random,
                               &maker->mixture, &maker->why);
  if (maker->status) {
    return;
  }

  learn_profile(examples->stft, maker);
  analyze(examples, stream, maker->mixture.noisy, examples->noisy, examples->target.noisy);
  analyze(examples, stream, maker->mixture.clean,
          examples->base.with_clean ? examples->clean : NULL, examples->target.clean);
  examples->target.n_used[stream] = count_used_bins(examples->target.n_bins, maker->peak);
  level_spectra(examples, stream);
}

/// Make the mixtures of a mini-batch.
static Status
make(MixtureExamples* const examples, Team* const team, const Split split, const uint64_t number,
     Diagnostic* const why)
{
  Draw what      = { .examples = examples, .split = split, .number = number };
  examples->last = NONE;
  team_run(team, examples->base.shape.n_streams, draw_sequence, &what);
  for (uint32_t s = 0; s < examples->base.shape.n_streams; ++s) {
    if (examples->makers[s].status) {
      return diagnose(why, examples->makers[s].status, "%s", examples->makers[s].why.text);
    }
  }
  examples->last = split == SPLIT_TRAIN ? number : NONE;
  return STATUS_SUCCESS;
}

static Status
draw(Examples* const base, Team* const team, const Split split, const uint64_t batch,
     Batch* const drawn, Diagnostic* const why)
{
  MixtureExamples* const examples = (MixtureExamples*)base;
  const bool             learn    = split == SPLIT_TRAIN;
  const uint64_t         number   = learn ? batch / examples->recipe->echoes : batch;
  if (!learn || number != examples->last) {
    const Status status = make(examples, team, split, number, why);
    if (status) {
      return status;
    }
  }

  *drawn = (Batch){ .shape   = base->shape,
                    .x       = examples->noisy,
                    .clean   = base->with_clean ? examples->clean : NULL,
                    .spectra = &examples->target };
  return STATUS_SUCCESS;
}

Examples*
mixture_examples_new(const Recipe* const recipe, const MixtureSources* const sources)
{
  MixtureExamples* const examples = calloc(1, sizeof(MixtureExamples));
  if (!examples) {
    return NULL;
  }

  examples->base          = (Examples){ .n_features = feature_config_size(&recipe->features),
                                        .shape = { .n_steps = recipe->frames, .n_streams = recipe->streams },
                                        .n_valid    = VALIDATION_BATCHES,
                                        .with_clean = true,
                                        .draw       = draw,
                                        .free       = free_mixture_examples };
  examples->recipe        = recipe;
  examples->last          = NONE;
  examples->sources       = *sources;
  examples->stft          = stft_config(recipe->window_s, recipe->hop_s, recipe->rate_hz);
  examples->target.n_bins = stft_bins(examples->stft);
  examples->makers        = calloc(recipe->streams, sizeof(Maker));
  bool ok                 = examples->makers && allocate_batch(examples);
  for (uint32_t s = 0; ok && s < recipe->streams; ++s) {
    ok = allocate_maker(examples, &examples->makers[s]);
  }
  if (!ok) {
    free_mixture_examples(&examples->base);
    return NULL;
  }
  return &examples->base;
}

const Bands*
mixture_examples_bands(const Examples* const base)
{
  return features_bands(((const MixtureExamples*)base)->makers[0].features);
}
