// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/quality.h"

#include "training/tool/measure.h"
#include "training/tool/segmental.h"
#include "training/tool/spectral_distance.h"
#include "training/tool/stoi.h"

#include <assert.h>
#include <math.h>

static const QualityWords words[N_QUALITIES] = {
  [QUALITY_SI_SDR]    = { "SI-SDR, dB", "si_sdr_db", 2 },
  [QUALITY_SEGMENTAL] = { "segmental SNR, dB", "segmental_snr_db", 2 },
  [QUALITY_STOI]      = { "STOI", "stoi", 3 },
  [QUALITY_ESTOI]     = { "ESTOI", "estoi", 3 },
  [QUALITY_LSD]       = { "LSD, dB", "lsd_db", 2 },
  [QUALITY_LEVEL]     = { "level, dB", "level_db", 2 },
  [QUALITY_RESIDUAL]  = { "residual, dB", "residual_db", 1 },
};

const QualityWords*
quality_words(QualityMeasure measure)
{
  assert(measure < N_QUALITIES);
  return words + measure;
}

Quality
quality_none(void)
{
  Quality quality;
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    quality.of[i] = (double)NAN;
  }
  return quality;
}

Status
quality_measure(double rate_hz, uint32_t n, const float* clean, const float* mixture,
                const float* out, Quality* quality, Diagnostic* why)
{
  Segmental       segmental = { 0 };
  Intelligibility speech    = { 0 };
  double          lsd_db    = 0.0;

  Status status = segmental_measure(rate_hz, n, clean, mixture, out, &segmental, why);
  status        = status ? status : stoi_measure(rate_hz, n, clean, out, &speech, why);
  status        = status ? status : spectral_distance_measure(rate_hz, n, clean, out, &lsd_db, why);
  if (!status) {
    *quality = (Quality){ .of = {
                            [QUALITY_SI_SDR]    = measure_si_sdr(n, clean, out),
                            [QUALITY_SEGMENTAL] = segmental.snr_db,
                            [QUALITY_STOI]      = speech.stoi,
                            [QUALITY_ESTOI]     = speech.estoi,
                            [QUALITY_LSD]       = lsd_db,
                            [QUALITY_LEVEL]     = segmental.level_db,
                            [QUALITY_RESIDUAL]  = segmental.residual_db,
                          } };
  }
  return status;
}
