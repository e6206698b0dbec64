// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/mask_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef LAMINA_DOUBLE
#define POW  pow
#define SQRT sqrt
#else
#define POW  powf
#define SQRT sqrtf
#endif

/// Keeps the logarithm finite on sound without noise: 40 dB.
static const double least_ratio = 1e-4;

/// Gains below this are as good as zero; keeps the slope of g^c finite.
static const real least_gain = (real)1e-5;

struct MaskLoss {
  RecipeLoss weights;
  uint32_t   n_bands;
  uint32_t   n_bins;
  uint32_t*  band;   ///< [n_bins], lower band of a bin
  real*      upper;  ///< [n_bins], share of the band above
  real*      weight; ///< [n_bins], share of the ERB scale
  double*    value;  ///< [n_streams], each sequence's part of the loss
  real*      gain;   ///< [rows × n_bands], made with the a priori SNR
  real*      rise;   ///< [rows × n_bands], its slope
};

/// Share of every bin in the ERB scale, whose density is ∝ 1 / (1 + 0.00437 f).
static void
weigh_bins(MaskLoss* const loss, const double bin_hz)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < loss->n_bins; ++k) {
    sum += 1.0 / (1.0 + 0.00437 * k * bin_hz);
  }
  for (uint32_t k = 0; k < loss->n_bins; ++k) {
    loss->weight[k] = (real)(1.0 / (1.0 + 0.00437 * k * bin_hz) / sum);
  }
}

MaskLoss*
mask_loss_new(const RecipeLoss* const weights, const Bands* const bands, const uint32_t n_bands,
              const uint32_t n_bins, const double bin_hz, const BatchShape batch)
{
  MaskLoss* const loss = calloc(1, sizeof(MaskLoss));
  if (!loss) {
    return NULL;
  }

  loss->weights = *weights;
  loss->n_bands = n_bands;
  loss->n_bins  = n_bins;
  loss->band    = calloc(n_bins, sizeof(uint32_t));
  loss->upper   = calloc(n_bins, sizeof(real));
  loss->weight  = calloc(n_bins, sizeof(real));
  loss->value   = calloc(batch.n_streams, sizeof(double));
  loss->gain    = calloc((size_t)batch_rows(batch) * n_bands, sizeof(real));
  loss->rise    = calloc((size_t)batch_rows(batch) * n_bands, sizeof(real));
  if (!loss->band || !loss->upper || !loss->weight || !loss->value || !loss->gain || !loss->rise) {
    mask_loss_free(loss);
    return NULL;
  }

  for (uint32_t k = 0; k < n_bins; ++k) {
    float upper    = 0.0f;
    loss->band[k]  = bands_of_bin(bands, k, &upper);
    loss->upper[k] = (real)upper;
  }
  weigh_bins(loss, bin_hz);
  return loss;
}

void
mask_loss_free(MaskLoss* const loss)
{
  if (loss) {
    free(loss->band);
    free(loss->upper);
    free(loss->weight);
    free(loss->value);
    free(loss->gain);
    free(loss->rise);
    free(loss);
  }
}

typedef struct {
  MaskLoss*         loss;
  BatchShape        batch;
  const MaskTarget* target;
  const real*       gain;
  real*             slope;
} Judgement;

/// One bin of one frame.
typedef struct {
  real y2;    ///< |Y|²
  real s2;    ///< |S|²
  real cross; ///< Re(Y·S*)
  real gain;
} Bin;

static Bin
bin_at(const Judgement* const judgement, const size_t row, const uint32_t k)
{
  const MaskLoss* const loss  = judgement->loss;
  const float complex   y     = judgement->target->noisy[row * loss->n_bins + k];
  const float complex   s     = judgement->target->clean[row * loss->n_bins + k];
  const real            y_re  = (real)crealf(y);
  const real            y_im  = (real)cimagf(y);
  const real            s_re  = (real)crealf(s);
  const real            s_im  = (real)cimagf(s);
  const real* const     gain  = judgement->gain + row * loss->n_bands;
  const uint32_t        band  = loss->band[k];
  const real            upper = loss->upper[k];
  const real            step  = upper > 0 ? upper * (gain[band + 1] - gain[band]) : 0;
  const real            g     = gain[band] + step;

  return (Bin){ .y2    = y_re * y_re + y_im * y_im,
                .s2    = s_re * s_re + s_im * s_im,
                .cross = y_re * s_re + y_im * s_im,
                .gain  = g > least_gain ? g : least_gain };
}

/// The bins of a sequence.
typedef struct {
  uint32_t n_used;   ///< Below the recording's bandwidth
  uint32_t n_judged; ///< Those above have no say where they weigh nothing
  real     above;    ///< What they weigh
} Bandwidth;

static Bandwidth
bandwidth(const Judgement* const judgement, const uint32_t stream)
{
  const MaskLoss* const loss   = judgement->loss;
  const uint32_t        n_used = judgement->target->n_used[stream];
  const real            above  = (real)loss->weights.above_band;
  return (Bandwidth){ n_used, above > 0 ? loss->n_bins : n_used, above };
}

/// What the logarithm of a sequence's error is taken of.
typedef struct {
  double weight;    ///< Of the logarithm; 0 in silence
  double error;     ///< Σ|gY − S|²
  double reference; ///< Σ|S|², and Σ|Y|² where there is no sound
} Energies;

static Energies
sequence_energies(const Judgement* const judgement, const uint32_t stream)
{
  const Bandwidth band  = bandwidth(judgement, stream);
  double          error = 0.0;
  double          sound = 0.0;
  double          all   = 0.0;
  for (uint32_t t = 0; t < judgement->batch.n_steps; ++t) {
    const size_t row       = (size_t)t * judgement->batch.n_streams + stream;
    real         row_error = 0;
    real         row_sound = 0;
    real         row_all   = 0;
    for (uint32_t k = 0; k < band.n_judged; ++k) {
      const Bin  bin    = bin_at(judgement, row, k);
      const real weight = k < band.n_used ? 1 : band.above;
      row_error += weight * (bin.gain * (bin.gain * bin.y2 - 2 * bin.cross) + bin.s2);
      row_sound += weight * bin.s2;
      row_all += weight * bin.y2;
    }
    error += (double)row_error;
    sound += (double)row_sound;
    all += (double)row_all;
  }

  const RecipeLoss* const weights = &judgement->loss->weights;
  return sound > 0.0 ? (Energies){ weights->energy, error, sound }
         : all > 0.0 ? (Energies){ weights->noise_alone, error, all }
                     : (Energies){ 0.0, 0.0, 1.0 };
}

/// The compressed parts for one bin.  @param slope ∂/∂g, written.
static real
compressed_error(const RecipeLoss* const weights, const Bin bin, real* const slope)
{
  const real c         = (real)weights->compression;
  const real magnitude = (real)weights->magnitude;
  const real phase     = (real)weights->phase;
  const real norm      = bin.y2 * bin.s2;
  const real cosine    = norm > 0 ? bin.cross / SQRT(norm) : 0;
  const real u         = POW(bin.gain * bin.gain * bin.y2, (real)0.5 * c);
  const real b         = POW(bin.s2, (real)0.5 * c);
  const real v         = u < b ? (real)weights->lost_sound : 1;

  // ∂u/∂g = c·u / g
  *slope = 2 * c / bin.gain * (magnitude * v * (u - b) * u + phase * u * (u - b * cosine));
  return magnitude * v * (u - b) * (u - b) + phase * (u * u + b * b - 2 * u * b * cosine);
}

/// Gains of one sequence that go out from the a priori SNR: prior_snr_gain() and its slope.
static void
make_gains(const Judgement* const judgement, const uint32_t stream)
{
  const MaskLoss* const loss = judgement->loss;
  for (uint32_t t = 0; t < judgement->batch.n_steps; ++t) {
    const size_t at = ((size_t)t * judgement->batch.n_streams + stream) * loss->n_bands;
    for (size_t i = at; i < at + loss->n_bands; ++i) {
      const real share = judgement->gain[i];
      const real xi    = POW(10, (real)judgement->target->prior_db[i] / 10);
      const real both  = 1 - share + share * xi;
      loss->gain[i]    = share * xi / both;
      loss->rise[i]    = xi / (both * both);
    }
  }
}

static void
judge_gains(const Judgement* const judgement, const uint32_t stream)
{
  MaskLoss* const  loss  = judgement->loss;
  const BatchShape batch = judgement->batch;
  const Bandwidth  band  = bandwidth(judgement, stream);
  const Energies   found = sequence_energies(judgement, stream);
  const double     ratio = found.error / found.reference + least_ratio;
  const double     share = found.weight / batch.n_streams;
  // ∂ log10(E/P + ε) / ∂E
  const real per_error = (real)(share / (M_LN10 * ratio * found.reference));
  const real per_row   = (real)1 / (real)batch_rows(batch);
  double     sum       = 0.0;
  for (uint32_t t = 0; t < batch.n_steps; ++t) {
    const size_t row     = (size_t)t * batch.n_streams + stream;
    real* const  slope   = judgement->slope + row * loss->n_bands;
    real         row_sum = 0;
    memset(slope, 0, loss->n_bands * sizeof(real));
    for (uint32_t k = 0; k < band.n_judged; ++k) {
      const Bin  bin    = bin_at(judgement, row, k);
      const real say    = k < band.n_used ? 1 : band.above;
      const real weight = say * per_row * loss->weight[k];
      real       d      = 0;
      row_sum += weight * compressed_error(&loss->weights, bin, &d);
      d = weight * d + say * per_error * 2 * (bin.gain * bin.y2 - bin.cross);
      slope[loss->band[k]] += (1 - loss->upper[k]) * d;
      if (loss->upper[k] > 0) {
        slope[loss->band[k] + 1] += loss->upper[k] * d;
      }
    }
    sum += (double)row_sum;
  }
  loss->value[stream] = sum + share * log10(ratio);
}

static void
judge_sequence(void* const handle, const uint32_t stream)
{
  const Judgement* const given = (const Judgement*)handle;
  if (!given->target->prior_db) {
    judge_gains(given, stream);
    return;
  }

  const MaskLoss* const loss = given->loss;
  Judgement             made = *given;
  made.gain                  = loss->gain;
  make_gains(given, stream);
  judge_gains(&made, stream);
  for (uint32_t t = 0; t < made.batch.n_steps; ++t) {
    const size_t at = ((size_t)t * made.batch.n_streams + stream) * loss->n_bands;
    for (size_t i = at; i < at + loss->n_bands; ++i) {
      made.slope[i] *= loss->rise[i];
    }
  }
}

double
mask_loss(MaskLoss* const loss, Team* const team, const BatchShape batch,
          const MaskTarget* const target, const real* const gain, real* const slope)
{
  Judgement judgement = {
    .loss = loss, .batch = batch, .target = target, .gain = gain, .slope = slope
  };
  team_run(team, batch.n_streams, judge_sequence, &judgement);

  double sum = 0.0;
  for (uint32_t s = 0; s < batch.n_streams; ++s) {
    sum += loss->value[s];
  }
  return sum;
}
