// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_MASK_LOSS_H
#define LAMINA_TRAINING_METHOD_MASK_LOSS_H

#include "dsp/spectrum/bands.h"
#include "training/engine/dense.h"
#include "training/engine/real.h"
#include "training/engine/team.h"
#include "training/method/recipe.h"

#include <complex.h>
#include <stdint.h>

/// What a mask is judged on: the spectra of a mini-batch, rows as in BatchShape.
typedef struct {
  uint32_t       n_bins;
  float complex* noisy;    ///< Y, [rows × n_bins], mean power 1 in every sequence
  float complex* clean;    ///< S, [rows × n_bins], on the same scale
  uint32_t*      n_used;   ///< [n_streams], bins that the recording of the sound has content in
  float*         prior_db; ///< A priori SNR that the gains go out from, [rows × n_bands], or NULL
} MaskTarget;

/**
   How far a masked spectrum g·Y is from the clean one S.

   With compressed magnitudes a = |Y|^c, b = |S|^c, the masked u = g^c·a and the angle Δ between Y
   and S, the loss is the mean over the frames of

       Σ_k w_k [ magnitude · v (u − b)² + phase · (u² + b² − 2·u·b·cos Δ) ]

   where w_k is the bin's share of the ERB scale and v is `lost_sound` where u < b and 1 elsewhere,
   plus the mean over the sequences that hold sound of

       energy · log10( Σ|gY − S|² / Σ|S|² + 1e-4 )

   which is the negative signal-to-distortion ratio in bels, as far as a spectrum tells, and over
   those that hold none, of

       noise_alone · log10( Σ|gY|² / Σ|Y|² + 1e-4 )

   what is left of the noise.  To this comes, for sequences that hold sound, the mean over the
   frames of

       distance · √( Σ_k log10²( (|gY|² + δ) / (|S|² + δ) ) / n_bins )

   with δ = 50 dB below the greatest |S|² of the sequence: the log-spectral distance in bels, about
   as spectral_distance.h measures it.
   Compression makes soft sounds count (Valin 2018; Schröter et al. 2022); the last term makes
   energy count.  Bins above a recording's own bandwidth, where there is noise alone, are weighed
   by `above_band`: with 1, many recordings without highs would teach that highs are noise; with 0,
   noise there stays.
*/
typedef struct MaskLoss MaskLoss;

/**
   @param weights Copied.
   @param bands Must outlive the result.
   @param bin_hz Distance of two bins.
   @param batch Largest mini-batch.
   @return Owned by the caller, or NULL when memory is short.
*/
MaskLoss*
mask_loss_new(const RecipeLoss* weights, const Bands* bands, uint32_t n_bands, uint32_t n_bins,
              double bin_hz, BatchShape batch);

/// Free; NULL is allowed.
void
mask_loss_free(MaskLoss* loss);

/**
   The loss and its slope.

   @param gain Gain per band, [rows × n_bands], positive; with `prior_db` the share that
   prior_snr_gain() makes it of.
   @param slope ∂loss/∂gain, [rows × n_bands], written.
   @return The loss.
*/
double
mask_loss(MaskLoss* loss, Team* team, BatchShape batch, const MaskTarget* target, const real* gain,
          real* slope);

#endif
