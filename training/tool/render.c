// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/render.h"

#include <string.h>

/// Samples that are run at a time.
enum { BLOCK = 4096 };

/// The lowest rate that an effect runs at, Hz.
static const double rate_min_hz = 1000.0;

static uint32_t
smaller(uint64_t a, uint64_t b)
{
  return (uint32_t)(a < b ? a : b);
}

/// Runs samples from `at` on through an effect, in place.  @param sound [channels of the
/// effect][n].
typedef void (*BlockFunction)(void* context, uint64_t at, uint32_t n, float* const* sound);

/// What a sound is rendered with.
typedef struct {
  uint32_t      latency;
  uint32_t      n_channels; ///< 1…CHANNELS_MAX
  BlockFunction run;
  void*         context; ///< Handed to `run`
} Renderer;

/// Run some channels from their beginning until the last sample has come out.
static void
run_channels(const Renderer* renderer, const Sound* in, Sound* out, uint32_t first)
{
  const uint64_t n       = in->n_frames;
  const uint64_t latency = renderer->latency;
  float          block[CHANNELS_MAX][BLOCK];

  float* to[CHANNELS_MAX];
  for (uint32_t c = 0; c < renderer->n_channels; ++c) {
    to[c] = block[c];
  }
  for (uint64_t at = 0; at < n + latency; at += BLOCK) {
    const uint32_t n_in  = at < n ? smaller(n - at, BLOCK) : 0;
    const uint32_t late  = at < latency ? smaller(latency - at, BLOCK) : 0;
    const uint32_t n_run = smaller(n + latency - at, BLOCK);
    for (uint32_t c = 0; c < renderer->n_channels; ++c) {
      memset(block[c], 0, sizeof block[c]);
      memcpy(block[c], in->samples + (first + c) * n + at, n_in * sizeof **block);
    }
    renderer->run(renderer->context, at, n_run, to);
    for (uint32_t c = 0; c < renderer->n_channels && late < n_run; ++c) {
      memcpy(out->samples + (first + c) * n + (at + late - latency), block[c] + late,
             (n_run - late) * sizeof **block);
    }
  }
}

static uint32_t
linked_channels(const Sound* sound)
{
  return sound->n_channels == 2 ? 2 : 1;
}

static Status
check_rate(const Sound* sound, Diagnostic* why)
{
  return sound->rate_hz < rate_min_hz
           ? diagnose(why, STATUS_BAD_OPTION, "%g Hz: the lowest rate is %g Hz", sound->rate_hz,
                      rate_min_hz)
           : STATUS_SUCCESS;
}

typedef struct {
  Denoiser*    denoiser;
  uint32_t     n_channels;
  RenderConfig config;
} Denoising;

/// Samples from `at` until the block ends, or learning begins or ends.
static uint32_t
run_length(const RenderConfig* config, uint64_t at, uint32_t n)
{
  uint32_t length = n;
  if (at < config->learn_from) {
    length = smaller(config->learn_from - at, length);
  }
  return at < config->learn_to ? smaller(config->learn_to - at, length) : length;
}

static void
denoise_block(void* context, uint64_t at, uint32_t n, float* const* sound)
{
  const Denoising* denoising  = context;
  DenoiserParams   params     = denoising->config.params;
  const uint32_t   n_channels = denoising->n_channels;
  uint32_t         n_run      = 0;
  for (uint32_t done = 0; done < n; done += n_run) {
    const uint64_t now = at + done;
    float*         rest[CHANNELS_MAX];
    for (uint32_t c = 0; c < n_channels; ++c) {
      rest[c] = sound[c] + done;
    }
    n_run        = run_length(&denoising->config, now, n - done);
    params.learn = now >= denoising->config.learn_from && now < denoising->config.learn_to;
    denoiser_run(denoising->denoiser, &params, n_run, (const float* const*)rest, rest);
  }
}

Status
render_denoise(const Model* model, const RenderConfig* config, const Sound* in, Sound* out,
               Diagnostic* why)
{
  Status status = check_rate(in, why);
  if (status) {
    return status;
  }

  Denoising denoising = { .denoiser   = denoiser_new(model, in->rate_hz, linked_channels(in)),
                          .n_channels = linked_channels(in),
                          .config     = *config };
  if (!denoising.denoiser) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory to denoise");
  }

  Sound          rendered;
  const Renderer renderer   = { .latency    = denoiser_latency(denoising.denoiser),
                                .n_channels = denoising.n_channels,
                                .run        = denoise_block,
                                .context    = &denoising };
  denoising.config.learn_to = config->learn_to < in->n_frames ? config->learn_to : in->n_frames;
  status                    = sound_new(in->rate_hz, in->n_channels, in->n_frames, &rendered, why);
  for (uint32_t c = 0; c < in->n_channels && !status; c += renderer.n_channels) {
    denoiser_reset(denoising.denoiser);
    denoiser_set_profile(denoising.denoiser, NULL);
    run_channels(&renderer, in, &rendered, c);
  }
  if (!status) {
    *out = rendered;
  }
  denoiser_free(denoising.denoiser);
  return status;
}

Status
render_anchor(const char* name, const Sound* sound, Anchor* anchor, Diagnostic* why)
{
  const Status status = check_rate(sound, why);
  if (status) {
    return status;
  }

  const uint64_t n        = sound->n_frames;
  const uint32_t n_linked = linked_channels(sound);
  Morpher*       morpher  = morpher_new(NULL, sound->rate_hz, n_linked);
  if (!morpher) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory to morph");
  }

  *anchor = (Anchor){ 0 };
  for (uint32_t c = 0; c < sound->n_channels; c += n_linked) {
    morpher_reset(morpher);
    for (uint64_t at = 0; at < n; at += BLOCK) {
      const float* const in[CHANNELS_MAX] = { sound->samples + c * n + at,
                                              sound->samples + (c + n_linked - 1) * n + at };
      morpher_learn(morpher, anchor, smaller(n - at, BLOCK), in);
    }
  }
  morpher_free(morpher);
  return anchor_ready(anchor) ? STATUS_SUCCESS
                              : diagnose(why, STATUS_BAD_OPTION,
                                         "%s: silent or too short; the timbre of a tenth of a "
                                         "second of sound is needed",
                                         name);
}

uint32_t
render_known(const Model* model, const char* name)
{
  const uint32_t n = model ? model->morph.n_anchors : 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!strcmp(model->morph.anchors[i].name, name)) {
      return i + 1;
    }
  }
  return 0;
}

/// Samples between two looks at a curve.
enum { CURVE_BLOCK = 128 };

typedef struct {
  Morpher*         morpher;
  uint32_t         n_channels;
  double           rate_hz;
  const MorphPlan* plan;
} Morphing;

static void
morph_block(void* context, uint64_t at, uint32_t n, float* const* sound)
{
  const Morphing*    morphing = context;
  const Curve* const curve    = morphing->plan->curve;
  MorpherParams      params   = morphing->plan->params;
  const uint32_t     most     = curve ? CURVE_BLOCK : n;
  // A frame is of the sound half its length before
  const double middle = 0.5 * morpher_mode_latency(morphing->rate_hz, params.mode);
  for (uint32_t done = 0; done < n; done += most) {
    float* rest[CHANNELS_MAX];
    for (uint32_t c = 0; c < morphing->n_channels; ++c) {
      rest[c] = sound[c] + done;
    }
    if (curve) {
      const double now = ((double)(at + done) - middle) / morphing->rate_hz;
      params.amount    = (float)curve_at(curve, now);
    }
    morpher_run(morphing->morpher, &params, smaller(n - done, most), (const float* const*)rest,
                NULL, rest);
  }
}

Status
render_morph(const MorphPlan* plan, const Sound* in, Sound* out, Diagnostic* why)
{
  Status status = check_rate(in, why);
  if (status) {
    return status;
  }

  Morphing morphing = { .morpher    = morpher_new(plan->model, in->rate_hz, linked_channels(in)),
                        .n_channels = linked_channels(in),
                        .rate_hz    = in->rate_hz,
                        .plan       = plan };
  if (!morphing.morpher) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory to morph");
  }

  Sound          rendered;
  const Renderer renderer = { .latency    = morpher_mode_latency(in->rate_hz, plan->params.mode),
                              .n_channels = linked_channels(in),
                              .run        = morph_block,
                              .context    = &morphing };
  status                  = sound_new(in->rate_hz, in->n_channels, in->n_frames, &rendered, why);
  morpher_set_source(morphing.morpher, plan->from);
  morpher_set_corner(morphing.morpher, 0, plan->to);
  for (uint32_t c = 0; c < in->n_channels && !status; c += renderer.n_channels) {
    morpher_reset(morphing.morpher);
    run_channels(&renderer, in, &rendered, c);
  }
  if (!status) {
    *out = rendered;
  }
  morpher_free(morphing.morpher);
  return status;
}
