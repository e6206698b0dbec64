// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/render.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// The lowest rate that an effect runs at, Hz.
static const double rate_min_hz = 1000.0;

static uint32_t
smaller(uint64_t a, uint64_t b)
{
  return (uint32_t)(a < b ? a : b);
}

/// Channels of a sound that share their gains.
static uint32_t
linked_channels(const SoundSource* sound)
{
  return sound->n_channels == 2 ? 2 : 1;
}

/// Effects that they need.
static uint32_t
groups_of(const SoundSource* sound)
{
  return sound->n_channels / linked_channels(sound);
}

static Status
check_rate(const SoundSource* sound, Diagnostic* why)
{
  return sound->rate_hz < rate_min_hz
           ? diagnose(why, STATUS_BAD_OPTION, "%g Hz: the lowest rate is %g Hz", sound->rate_hz,
                      rate_min_hz)
           : STATUS_SUCCESS;
}

Status
render_file(const char* in, const char* out, RenderFunction render, void* context, Diagnostic* why)
{
  SoundReader* reader = NULL;
  SoundWriter* writer = NULL;
  Status       status = sound_reader_open(in, &reader, why);
  if (status) {
    return status;
  }

  const SoundSource source = sound_reader_source(reader);
  const SoundShape  shape  = { source.rate_hz, source.n_channels, sound_reader_length(reader) };
  status                   = sound_writer_open(out, &shape, &writer, why);
  if (!status) {
    const SoundSink sink = sound_writer_sink(writer);
    status               = render(context, &source, &sink, why);
  }
  if (!status && !sound_writer_length(writer)) {
    status = diagnose(why, STATUS_BAD_FILE, "%s: holds no samples", in);
  }
  sound_reader_free(reader);
  if (status) {
    sound_writer_free(writer);
    return status;
  }
  return sound_writer_finish(writer, why);
}

/// Render a sound in memory as another.
static Status
render_sound(const Sound* in, Sound* out, RenderFunction render, void* context, Diagnostic* why)
{
  Sound  made   = { 0 };
  Status status = sound_new(in->rate_hz, in->n_channels, in->n_frames, &made, why);
  if (!status) {
    SoundCursor       from   = { .sound = in };
    SoundCursor       to     = { .sound = &made };
    const SoundSource source = sound_source(&from);
    const SoundSink   sink   = sound_sink(&to);
    status                   = render(context, &source, &sink, why);
  }
  if (status) {
    sound_clear(&made);
    return status;
  }
  *out = made;
  return STATUS_SUCCESS;
}

/// What a sound is denoised with.
typedef struct {
  const Model* model;
  RenderConfig config;
  uint32_t     n_linked;
  uint32_t     n_groups;
  Denoiser**   denoisers; ///< [n_groups]
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
denoise_block(void* context, uint32_t group, const Span* span, float* const* sound)
{
  const Denoising* denoising = context;
  RenderConfig     config    = denoising->config;
  uint32_t         n_run     = 0;
  config.learn_to            = config.learn_to < span->end ? config.learn_to : span->end;
  for (uint32_t done = 0; done < span->n; done += n_run) {
    const uint64_t now = span->at + done;
    float*         rest[CHANNELS_MAX];
    for (uint32_t c = 0; c < denoising->n_linked; ++c) {
      rest[c] = sound[c] + done;
    }
    n_run               = run_length(&config, now, span->n - done);
    config.params.learn = now >= config.learn_from && now < config.learn_to;
    denoiser_run(denoising->denoisers[group], &config.params, n_run, (const float* const*)rest,
                 rest);
  }
}

static void
clear_denoising(Denoising* denoising)
{
  for (uint32_t g = 0; denoising->denoisers && g < denoising->n_groups; ++g) {
    denoiser_free(denoising->denoisers[g]);
  }
  free(denoising->denoisers);
}

/// One denoiser for each group of channels.  @return Whether there was memory.
static bool
make_denoisers(Denoising* denoising, double rate_hz)
{
  denoising->denoisers = calloc(denoising->n_groups, sizeof(Denoiser*));
  bool ok              = denoising->denoisers;
  for (uint32_t g = 0; ok && g < denoising->n_groups; ++g) {
    denoising->denoisers[g] = denoiser_new(denoising->model, rate_hz, denoising->n_linked);
    ok                      = denoising->denoisers[g];
  }
  return ok;
}

Status
render_denoise_stream(const Model* model, const RenderConfig* config, const SoundSource* in,
                      const SoundSink* out, Diagnostic* why)
{
  Status status = check_rate(in, why);
  if (status) {
    return status;
  }

  Denoising denoising = {
    .model = model, .config = *config, .n_linked = linked_channels(in), .n_groups = groups_of(in)
  };
  if (make_denoisers(&denoising, in->rate_hz)) {
    const Renderer renderer = { .latency  = denoiser_latency(denoising.denoisers[0]),
                                .n_linked = denoising.n_linked,
                                .run      = denoise_block,
                                .context  = &denoising };
    status                  = renderer_run(&renderer, in, out, why);
  } else {
    status = diagnose(why, STATUS_NO_MEMORY, "not enough memory to denoise");
  }
  clear_denoising(&denoising);
  return status;
}

/// What render_denoise() has to hand on.
typedef struct {
  const Model*        model;
  const RenderConfig* config;
} DenoisePlan;

static Status
denoise_stream(void* context, const SoundSource* in, const SoundSink* out, Diagnostic* why)
{
  const DenoisePlan* const plan = context;
  return render_denoise_stream(plan->model, plan->config, in, out, why);
}

Status
render_denoise(const Model* model, const RenderConfig* config, const Sound* in, Sound* out,
               Diagnostic* why)
{
  DenoisePlan plan = { model, config };
  return render_sound(in, out, denoise_stream, &plan, why);
}

/// Morphers of a sound's groups of channels.
typedef struct {
  uint32_t  n_linked;
  uint32_t  n_groups;
  Morpher** morphers; ///< [n_groups]
} Choir;

static void
clear_choir(Choir* choir)
{
  for (uint32_t g = 0; choir->morphers && g < choir->n_groups; ++g) {
    morpher_free(choir->morphers[g]);
  }
  free(choir->morphers);
}

/// @param model May be NULL.  @param choir Written; to be cleared in any case.
static Status
make_choir(const Model* model, const SoundSource* sound, Choir* choir, Diagnostic* why)
{
  *choir  = (Choir){ linked_channels(sound), groups_of(sound),
                     calloc(groups_of(sound), sizeof(Morpher*)) };
  bool ok = choir->morphers;
  for (uint32_t g = 0; ok && g < choir->n_groups; ++g) {
    choir->morphers[g] = morpher_new(model, sound->rate_hz, choir->n_linked);
    ok                 = choir->morphers[g];
  }
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory to morph");
}

/// What a timbre is learned with.
typedef struct {
  Choir   choir;
  Anchor* anchor;
} Lesson;

/// Learn from a block, which stays as it is.
static void
learn_block(void* context, uint32_t group, const Span* span, float* const* sound)
{
  const Lesson* const lesson = context;
  morpher_learn(lesson->choir.morphers[group], lesson->anchor, span->n, (const float* const*)sound);
}

/// Nobody hears it.
static Status
write_nowhere(void* context, uint32_t n, const float* const* from, Diagnostic* why)
{
  (void)context;
  (void)n;
  (void)from;
  (void)why;
  return STATUS_SUCCESS;
}

Status
render_anchor_stream(const char* name, const SoundSource* sound, Anchor* anchor, Diagnostic* why)
{
  Lesson lesson = { .anchor = anchor };
  Status status = check_rate(sound, why);
  if (status) {
    return status;
  }

  *anchor = (Anchor){ 0 };
  status  = make_choir(NULL, sound, &lesson.choir, why);
  if (!status) {
    const SoundSink nowhere  = { NULL, write_nowhere };
    const Renderer  renderer = { .n_linked = lesson.choir.n_linked,
                                 .run      = learn_block,
                                 .context  = &lesson };
    status                   = renderer_run(&renderer, sound, &nowhere, why);
  }
  clear_choir(&lesson.choir);
  return status || anchor_ready(anchor)
           ? status
           : diagnose(why, STATUS_BAD_OPTION,
                      "%s: silent or too short; the timbre of a tenth of a second of sound is "
                      "needed",
                      name);
}

Status
render_anchor(const char* name, const Sound* sound, Anchor* anchor, Diagnostic* why)
{
  SoundCursor       cursor = { .sound = sound };
  const SoundSource source = sound_source(&cursor);
  return render_anchor_stream(name, &source, anchor, why);
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
  Choir            choir;
  double           rate_hz;
  const MorphPlan* plan;
} Morphing;

static void
morph_block(void* context, uint32_t group, const Span* span, float* const* sound)
{
  const Morphing*    morphing = context;
  const Curve* const curve    = morphing->plan->curve;
  MorpherParams      params   = morphing->plan->params;
  const uint32_t     most     = curve ? CURVE_BLOCK : span->n;
  // A frame is of the sound half its length before
  const double middle = 0.5 * morpher_mode_latency(morphing->rate_hz, params.mode);
  for (uint32_t done = 0; done < span->n; done += most) {
    float* rest[CHANNELS_MAX];
    for (uint32_t c = 0; c < morphing->choir.n_linked; ++c) {
      rest[c] = sound[c] + done;
    }
    if (curve) {
      const double now = ((double)(span->at + done) - middle) / morphing->rate_hz;
      params.amount    = (float)curve_at(curve, now);
    }
    morpher_run(morphing->choir.morphers[group], &params, smaller(span->n - done, most),
                (const float* const*)rest, NULL, rest);
  }
}

static Status
morph_stream(void* context, const SoundSource* in, const SoundSink* out, Diagnostic* why)
{
  const MorphPlan* const plan     = context;
  Morphing               morphing = { .rate_hz = in->rate_hz, .plan = plan };
  Status                 status   = check_rate(in, why);
  if (status) {
    return status;
  }

  status = make_choir(plan->model, in, &morphing.choir, why);
  if (!status) {
    const Renderer renderer = { .latency  = morpher_mode_latency(in->rate_hz, plan->params.mode),
                                .n_linked = morphing.choir.n_linked,
                                .run      = morph_block,
                                .context  = &morphing };
    for (uint32_t g = 0; g < morphing.choir.n_groups; ++g) {
      morpher_set_source(morphing.choir.morphers[g], plan->from);
      morpher_set_corner(morphing.choir.morphers[g], 0, plan->to);
      morpher_reset(morphing.choir.morphers[g]); // There from the beginning
    }
    status = renderer_run(&renderer, in, out, why);
  }
  clear_choir(&morphing.choir);
  return status;
}

Status
render_morph_file(const MorphPlan* plan, const char* in, const char* out, Diagnostic* why)
{
  MorphPlan copy = *plan;
  return render_file(in, out, morph_stream, &copy, why);
}

Status
render_morph(const MorphPlan* plan, const Sound* in, Sound* out, Diagnostic* why)
{
  MorphPlan copy = *plan;
  return render_sound(in, out, morph_stream, &copy, why);
}
