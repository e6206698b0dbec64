// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/mask_loss.h"

#include "training/engine/power.h"
#include "training/engine/vectorized.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Keeps the logarithm finite on sound without noise: 40 dB.
static const double least_ratio = 1e-4;

/// Powers of a spectrum count from there, re the strongest bin of the sequence: −50 dB.
static const double least_power = 1e-5;

/// Keeps the slope of a distance near 0 finite, bels².
static const double least_distance = 1e-6;

/// Sums side by side.
enum { LANES = 16 };

/// Gains below this are as good as zero; keeps the slope of g^c finite.
static const real least_gain = (real)1e-5;

/// What a frame is judged by, bin by bin: each [n_bins].
typedef struct {
  real* say;   ///< 1 below the recording's bandwidth, what the rest weighs above; of all frames
  real* y2;    ///< |Y|²
  real* s2;    ///< |S|²
  real* cross; ///< Re(Y·S*)
  real* gain;
  real* value; ///< Of the loss
  real* slope; ///< ∂value/∂gain
  real* apart; ///< log(|gY|² + δ) − log(|S|² + δ)
} Bins;

/// Arrays that Bins has.
enum { BIN_ARRAYS = 8 };

struct MaskLoss {
  RecipeLoss weights;
  uint32_t   n_bands;
  uint32_t   n_bins;
  uint32_t*  band;   ///< [n_bins], lower band of a bin
  uint32_t*  above;  ///< [n_bins], the one above it, if there is one
  real*      upper;  ///< [n_bins], share of the band above
  real*      weight; ///< [n_bins], share of the ERB scale
  double*    value;  ///< [n_streams], each sequence's part of the loss
  real*      bins;   ///< [n_streams × BIN_ARRAYS × n_bins], room for each sequence's Bins
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
  loss->above   = calloc(n_bins, sizeof(uint32_t));
  loss->upper   = calloc(n_bins, sizeof(real));
  loss->weight  = calloc(n_bins, sizeof(real));
  loss->value   = calloc(batch.n_streams, sizeof(double));
  loss->bins    = calloc((size_t)batch.n_streams * BIN_ARRAYS * n_bins, sizeof(real));
  loss->gain    = calloc((size_t)batch_rows(batch) * n_bands, sizeof(real));
  loss->rise    = calloc((size_t)batch_rows(batch) * n_bands, sizeof(real));
  if (!loss->band || !loss->above || !loss->upper || !loss->weight || !loss->value || !loss->bins ||
      !loss->gain || !loss->rise) {
    mask_loss_free(loss);
    return NULL;
  }

  for (uint32_t k = 0; k < n_bins; ++k) {
    float upper    = 0.0f;
    loss->band[k]  = bands_of_bin(bands, k, &upper);
    loss->above[k] = loss->band[k] + 1 < n_bands ? loss->band[k] + 1 : n_bands - 1;
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
    free(loss->above);
    free(loss->upper);
    free(loss->weight);
    free(loss->value);
    free(loss->bins);
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

/// Room for one sequence's, which only its own task uses.
static Bins
bins_of(const MaskLoss* const loss, const uint32_t stream)
{
  const size_t n  = loss->n_bins;
  real* const  at = loss->bins + stream * BIN_ARRAYS * n;
  return (
    Bins){ at, at + n, at + 2 * n, at + 3 * n, at + 4 * n, at + 5 * n, at + 6 * n, at + 7 * n };
}

/// The powers and gains of one frame's first n bins.
VECTORIZED static void
read_frame(const Judgement* const judgement, const size_t row, const uint32_t n,
           const Bins* const bins)
{
  const MaskLoss* const loss     = judgement->loss;
  const float* restrict y        = (const float*)(judgement->target->noisy + row * loss->n_bins);
  const float* restrict s        = (const float*)(judgement->target->clean + row * loss->n_bins);
  const real* restrict gain      = judgement->gain + row * loss->n_bands;
  const uint32_t* restrict band  = loss->band;
  const uint32_t* restrict above = loss->above;
  const real* restrict upper     = loss->upper;
  real* restrict y2              = bins->y2;
  real* restrict s2              = bins->s2;
  real* restrict cross           = bins->cross;
  real* restrict g               = bins->gain;
  for (uint32_t k = 0; k < n; ++k) {
    const real y_re = (real)y[2 * k];
    const real y_im = (real)y[2 * k + 1];
    const real s_re = (real)s[2 * k];
    const real s_im = (real)s[2 * k + 1];
    const real low  = gain[band[k]];
    const real made = low + upper[k] * (gain[above[k]] - low);

    y2[k]    = y_re * y_re + y_im * y_im;
    s2[k]    = s_re * s_re + s_im * s_im;
    cross[k] = y_re * s_re + y_im * s_im;
    g[k]     = made > least_gain ? made : least_gain;
  }
}

/// Bins of a sequence that are judged: those above the recording's bandwidth have no say where they
/// weigh nothing.
static uint32_t
judged_bins(const Judgement* const judgement, const uint32_t stream, const Bins* const bins)
{
  const MaskLoss* const loss   = judgement->loss;
  const uint32_t        n_used = judgement->target->n_used[stream];
  for (uint32_t k = 0; k < loss->n_bins; ++k) {
    bins->say[k] = k < n_used ? 1 : (real)loss->weights.above_band;
  }
  return loss->weights.above_band > 0 ? loss->n_bins : n_used;
}

/// Of a sequence, or of some of its frames.
typedef struct {
  double error;     ///< Σ|gY − S|²
  double sound;     ///< Σ|S|²
  double all;       ///< Σ|Y|²
  double strongest; ///< Greatest |S|²
} Energies;

/// Add what one frame's first n bins have.
VECTORIZED static void
add_energies(const uint32_t n, const Bins* const bins, Energies* const sums)
{
  const real* restrict say   = bins->say;
  const real* restrict y2    = bins->y2;
  const real* restrict s2    = bins->s2;
  const real* restrict cross = bins->cross;
  const real* restrict gain  = bins->gain;

  real error[LANES] = { 0 };
  real sound[LANES] = { 0 };
  real all[LANES]   = { 0 };
  for (uint32_t k = 0; k + LANES <= n; k += LANES) {
    for (uint32_t l = 0; l < LANES; ++l) {
      error[l] += say[k + l] *
                  (gain[k + l] * (gain[k + l] * y2[k + l] - 2 * cross[k + l]) + s2[k + l]);
      sound[l] += say[k + l] * s2[k + l];
      all[l] += say[k + l] * y2[k + l];
    }
  }
  for (uint32_t k = n - n % LANES; k < n; ++k) {
    error[0] += say[k] * (gain[k] * (gain[k] * y2[k] - 2 * cross[k]) + s2[k]);
    sound[0] += say[k] * s2[k];
    all[0] += say[k] * y2[k];
  }
  for (uint32_t l = 0; l < LANES; ++l) {
    sums->error += (double)error[l];
    sums->sound += (double)sound[l];
    sums->all += (double)all[l];
  }
  for (uint32_t k = 0; k < n; ++k) {
    sums->strongest = s2[k] > (real)sums->strongest ? (double)s2[k] : sums->strongest;
  }
}

static Energies
sequence_energies(const Judgement* const judgement, const uint32_t stream)
{
  const Bins     bins = bins_of(judgement->loss, stream);
  const uint32_t n    = judged_bins(judgement, stream, &bins);
  Energies       sums = { 0.0, 0.0, 0.0, 0.0 };
  for (uint32_t t = 0; t < judgement->batch.n_steps; ++t) {
    read_frame(judgement, (size_t)t * judgement->batch.n_streams + stream, n, &bins);
    add_energies(n, &bins, &sums);
  }
  return sums;
}

/// What the logarithm of a sequence's error is taken of.
typedef struct {
  double weight; ///< Of the logarithm; 0 in silence
  double ratio;  ///< Of the energy of what is wrong and that of the sound, or of the noise alone
  double rise;   ///< ∂(weight · log10(ratio)) / ∂energy
  double least;  ///< δ of the log-spectral distance; 0 where there is no sound
} Distortion;

static Distortion
sequence_distortion(const Judgement* const judgement, const uint32_t stream)
{
  const RecipeLoss* const weights   = &judgement->loss->weights;
  const Energies          found     = sequence_energies(judgement, stream);
  const double            reference = found.sound > 0.0 ? found.sound : found.all;
  if (!(reference > 0.0)) {
    return (Distortion){ 0.0, 1.0, 0.0, 0.0 };
  }

  const double per_sequence = 1.0 / judgement->batch.n_streams;
  const double weight = per_sequence * (found.sound > 0.0 ? weights->energy : weights->noise_alone);
  const double ratio  = found.error / reference + least_ratio;
  return (Distortion){ weight, ratio, weight / (M_LN10 * ratio * reference),
                       least_power * found.strongest };
}

/// The compressed parts of one frame's first n bins, and their slopes.
VECTORIZED static void
compressed_errors(const RecipeLoss* const weights, const uint32_t n, const Bins* const bins)
{
  const real c               = (real)weights->compression;
  const real magnitude       = (real)weights->magnitude;
  const real phase           = (real)weights->phase;
  const real lost            = (real)weights->lost_sound;
  const real* restrict y2    = bins->y2;
  const real* restrict s2    = bins->s2;
  const real* restrict cross = bins->cross;
  const real* restrict gain  = bins->gain;
  real* restrict value       = bins->value;
  real* restrict slope       = bins->slope;
  POWERS_OF_VECTORS
  for (uint32_t k = 0; k < n; ++k) {
    const real norm   = y2[k] * s2[k];
    const real cosine = norm > 0 ? cross[k] / SQRT(norm) : 0;
    const real u      = POW(gain[k] * gain[k] * y2[k], (real)0.5 * c);
    const real b      = POW(s2[k], (real)0.5 * c);
    const real off    = u - b;
    const real v      = magnitude * (off < 0 ? lost : 1);

    value[k] = v * off * off + phase * (u * u + b * b - 2 * u * b * cosine);
    // ∂u/∂g = c·u / g
    slope[k] = 2 * c * u / gain[k] * (v * off + phase * (u - b * cosine));
  }
}

/// Weigh them, and add the slope of the distortion.  @param per_bin Of each part, [n_bins].
VECTORIZED static void
add_distortion(const uint32_t n, const real per_row, const real per_energy,
               const real* restrict per_bin, const Bins* const bins)
{
  const real* restrict say   = bins->say;
  const real* restrict y2    = bins->y2;
  const real* restrict cross = bins->cross;
  const real* restrict gain  = bins->gain;
  real* restrict value       = bins->value;
  real* restrict slope       = bins->slope;
  for (uint32_t k = 0; k < n; ++k) {
    const real weight = say[k] * per_row * per_bin[k];
    value[k] *= weight;
    slope[k] = weight * slope[k] + say[k] * per_energy * 2 * (gain[k] * y2[k] - cross[k]);
  }
}

/// How far apart the logarithms of one frame's first n bins are, and the slope of their square.
VECTORIZED static void
compare_logarithms(const uint32_t n, const real least, const Bins* const bins)
{
  const real* restrict y2   = bins->y2;
  const real* restrict s2   = bins->s2;
  const real* restrict gain = bins->gain;
  real* restrict apart      = bins->apart;
  POWERS_OF_VECTORS
  for (uint32_t k = 0; k < n; ++k) {
    apart[k] = LOG((gain[k] * gain[k] * y2[k] + least) / (s2[k] + least));
  }
}

/// Add the slope of one frame's log-spectral distance.  @return The distance times its weight.
VECTORIZED static double
add_distance(const MaskLoss* const loss, const uint32_t n, const real per_row, const real least,
             const Bins* const bins)
{
  const real* restrict say   = bins->say;
  const real* restrict y2    = bins->y2;
  const real* restrict gain  = bins->gain;
  const real* restrict apart = bins->apart;
  real* restrict slope       = bins->slope;

  double sum = 0.0;
  for (uint32_t k = 0; k < n; ++k) {
    sum += (double)(say[k] * apart[k] * apart[k]);
  }

  const double per_bin  = 1.0 / (M_LN10 * M_LN10 * loss->n_bins);
  const double distance = sqrt(sum * per_bin + least_distance);
  const double weight   = loss->weights.distance * (double)per_row;
  const real   rise     = (real)(weight * per_bin / distance);
  for (uint32_t k = 0; k < n; ++k) {
    const real left = gain[k] * y2[k];
    slope[k] += say[k] * rise * apart[k] * 2 * left / (gain[k] * left + least);
  }
  return weight * distance;
}

/// @param slope Of the bands' gains, [n_bands], written.  @return The sum of the first n values.
static double
gather(const MaskLoss* const loss, const uint32_t n, const Bins* const bins, real* const slope)
{
  real sum = 0;
  memset(slope, 0, loss->n_bands * sizeof(real));
  for (uint32_t k = 0; k < n; ++k) {
    sum += bins->value[k];
    slope[loss->band[k]] += (1 - loss->upper[k]) * bins->slope[k];
    slope[loss->above[k]] += loss->upper[k] * bins->slope[k];
  }
  return (double)sum;
}

/// Gains of one frame that go out from the a priori SNR: prior_snr_gain() and its slope.
VECTORIZED static void
make_gains(const Judgement* const judgement, const size_t row)
{
  const MaskLoss* const loss = judgement->loss;
  const uint32_t        n    = loss->n_bands;
  const real* restrict share = judgement->gain + row * n;
  const float* restrict db   = judgement->target->prior_db + row * n;
  real* restrict gain        = loss->gain + row * n;
  real* restrict rise        = loss->rise + row * n;
  POWERS_OF_VECTORS
  for (uint32_t i = 0; i < n; ++i) {
    const real xi   = POW(10, (real)db[i] / 10);
    const real both = 1 - share[i] + share[i] * xi;
    gain[i]         = share[i] * xi / both;
    rise[i]         = xi / (both * both);
  }
}

static void
judge_gains(const Judgement* const judgement, const uint32_t stream)
{
  MaskLoss* const  loss    = judgement->loss;
  const BatchShape batch   = judgement->batch;
  const Distortion found   = sequence_distortion(judgement, stream);
  const Bins       bins    = bins_of(loss, stream);
  const uint32_t   n       = judged_bins(judgement, stream, &bins);
  const real       per_row = (real)1 / (real)batch_rows(batch);
  double           sum     = found.weight * log10(found.ratio);
  for (uint32_t t = 0; t < batch.n_steps; ++t) {
    const size_t row = (size_t)t * batch.n_streams + stream;
    read_frame(judgement, row, n, &bins);
    compressed_errors(&loss->weights, n, &bins);
    add_distortion(n, per_row, (real)found.rise, loss->weight, &bins);
    if (loss->weights.distance > 0.0 && found.least > 0.0) {
      compare_logarithms(n, (real)found.least, &bins);
      sum += add_distance(loss, n, per_row, (real)found.least, &bins);
    }
    sum += gather(loss, n, &bins, judgement->slope + row * loss->n_bands);
  }
  loss->value[stream] = sum;
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
  for (uint32_t t = 0; t < made.batch.n_steps; ++t) {
    make_gains(given, (size_t)t * made.batch.n_streams + stream);
  }
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
