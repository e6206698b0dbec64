// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/morpher.h"

#include "dsp/effect/retiming.h"

#include <math.h>
#include <stdlib.h>

/// Window and hop, seconds: 2048 and 512 samples at 48 kHz.
static const double window_s = 2048.0 / 48000.0;
static const double hop_s    = 512.0 / 48000.0;

/// Gains are held within ± this about the one that keeps the power, dB: what a band has 60 dB
/// below its loudest is noise.
static const float range_db = 30.0f;

struct Morpher {
  StftConfig           stft;
  Channels*            channels;
  Envelope*            envelope;
  float                from[ENVELOPE_BANDS]; ///< dB
  float                to[ENVELOPE_BANDS];   ///< dB
  Retiming             retiming;             ///< Of the way between them
  float*               power;                ///< Mean over the channels, [stft_bins]
  float*               gain;                 ///< dB, then a factor, [stft_bins]
  const MorpherParams* params;               ///< Of this run
  Anchor*              anchor;               ///< That is being learned
};

MorpherParams
morpher_params_default(void)
{
  return (MorpherParams){ .amount = 0.0f, .expression = 1.0f, .wet = 1.0f };
}

Morpher*
morpher_new(const double rate_hz, const uint32_t n_channels)
{
  Morpher* const morpher = calloc(1, sizeof(Morpher));
  if (!morpher) {
    return NULL;
  }

  retiming_set(&morpher->retiming, morpher->from, morpher->to);
  morpher->stft     = stft_config(window_s, hop_s, rate_hz);
  morpher->channels = channels_new(morpher->stft, n_channels);
  morpher->envelope = envelope_new(morpher->stft, rate_hz);
  morpher->power    = calloc(stft_bins(morpher->stft), sizeof(float));
  morpher->gain     = calloc(stft_bins(morpher->stft), sizeof(float));
  if (!morpher->channels || !morpher->envelope || !morpher->power || !morpher->gain) {
    morpher_free(morpher);
    return NULL;
  }
  return morpher;
}

void
morpher_free(Morpher* const morpher)
{
  if (morpher) {
    channels_free(morpher->channels);
    envelope_free(morpher->envelope);
    free(morpher->power);
    free(morpher->gain);
    free(morpher);
  }
}

void
morpher_reset(Morpher* const morpher)
{
  channels_reset(morpher->channels);
}

uint32_t
morpher_latency(const Morpher* const morpher)
{
  return morpher->stft.frame;
}

void
morpher_set_anchors(Morpher* const morpher, const Anchor* const from, const Anchor* const to)
{
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    morpher->from[b] = (float)from->shape_db[b];
    morpher->to[b]   = (float)to->shape_db[b];
  }
  retiming_set(&morpher->retiming, morpher->from, morpher->to);
}

static float
clamped(const float x, const float least, const float most)
{
  return fminf(fmaxf(x, least), most); // `least` for NaN
}

/// What the player's envelope is to be moved by, dB per band.
static void
move(const Morpher* const morpher, const float* const shape_db, float* const gain_db)
{
  const MorpherParams* const params = morpher->params;
  const float amount     = clamped(params->amount, MORPHER_MIN_AMOUNT, MORPHER_MAX_AMOUNT);
  const float share      = retiming_share(&morpher->retiming, amount);
  const float expression = clamped(params->expression, 0.0f, 1.0f);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const float origin = shape_db[b] + expression * (morpher->from[b] - shape_db[b]);
    gain_db[b]         = share * (morpher->to[b] - origin);
  }
}

/// Powers of a frame below this are too near the end of the numbers to be compared.
static const float softest = 1e-30f;

/// The gain that all bins together have, as a factor of the magnitude; 0 in silence.
static float
common_gain(const Morpher* const morpher)
{
  float before = 0.0f;
  float after  = 0.0f;
  for (uint32_t k = 0; k < stft_bins(morpher->stft); ++k) {
    before += morpher->power[k];
    after += morpher->power[k] * morpher->gain[k] * morpher->gain[k];
  }
  return before > softest ? sqrtf(after / before) : 0.0f;
}

/// Gains per bin that keep the power: first as wished, then within their range.  Silence stays.
static void
level_gains(Morpher* const morpher)
{
  const uint32_t n_bins = stft_bins(morpher->stft);
  const float    most   = powf(10.0f, 0.05f * range_db);
  const float    all    = common_gain(morpher);
  for (uint32_t k = 0; k < n_bins; ++k) {
    morpher->gain[k] = all > 0.0f ? clamped(morpher->gain[k] / all, 1.0f / most, most) : 1.0f;
  }
  const float rest = common_gain(morpher);
  for (uint32_t k = 0; k < n_bins; ++k) {
    morpher->gain[k] /= rest > 0.0f ? rest : 1.0f;
  }
}

static void
morph_frame(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  (void)at;
  static const float log2_per_db = 0.166096405f; // log2(10) / 20
  Morpher* const     morpher     = effect;
  const uint32_t     n_bins      = stft_bins(morpher->stft);
  const float        wet         = clamped(morpher->params->wet, 0.0f, 1.0f);
  float              shape_db[ENVELOPE_BANDS];
  float              gain_db[ENVELOPE_BANDS];
  channels_power(morpher->channels, spectra, morpher->power);
  envelope_from_power(morpher->envelope, morpher->power, shape_db);
  move(morpher, shape_db, gain_db);
  envelope_to_bins(morpher->envelope, gain_db, morpher->gain);
  for (uint32_t k = 0; k < n_bins; ++k) {
    morpher->gain[k] = exp2f(log2_per_db * morpher->gain[k]);
  }
  level_gains(morpher);
  for (uint32_t k = 0; k < n_bins; ++k) {
    morpher->gain[k] = 1.0f + wet * (morpher->gain[k] - 1.0f);
  }
  channels_scale(morpher->channels, morpher->gain, spectra);
}

static void
learn_frame(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  (void)at;
  Morpher* const morpher = effect;
  float          shape_db[ENVELOPE_BANDS];
  channels_power(morpher->channels, spectra, morpher->power);
  const float level_db = envelope_from_power(morpher->envelope, morpher->power, shape_db);
  anchor_add(morpher->anchor, level_db, shape_db);
}

void
morpher_learn(Morpher* const morpher, Anchor* const anchor, const uint32_t n,
              const float* const* const in)
{
  morpher->anchor = anchor;
  channels_run(morpher->channels, learn_frame, morpher, n, in, NULL);
}

void
morpher_run(Morpher* const morpher, const MorpherParams* const params, const uint32_t n,
            const float* const* const in, float* const* const out)
{
  morpher->params = params;
  channels_run(morpher->channels, morph_frame, morpher, n, in, out);
}
