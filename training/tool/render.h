// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_RENDER_H
#define LAMINA_TRAINING_TOOL_RENDER_H

#include "dsp/effect/denoiser.h"
#include "dsp/effect/morpher.h"
#include "dsp/status.h"
#include "training/corpus/sound_file.h"
#include "training/tool/curve.h"
#include "training/tool/renderer.h"

/// Renders one sound as another.
typedef Status (*RenderFunction)(void* context, const SoundSource* in, const SoundSink* out,
                                 Diagnostic* why);

/**
   Render one file as another, block by block: sound of hours needs no more memory than of seconds.

   @param out May be `in`.  On failure what was there is still there.
   @return As sound_reader_open(), sound_writer_open() and `render`; STATUS_BAD_FILE for a file
   without samples.
*/
NODISCARD
Status
render_file(const char* in, const char* out, RenderFunction render, void* context, Diagnostic* why);

/// How a sound is denoised.
typedef struct {
  DenoiserParams params;     ///< Its `learn` is not looked at
  uint64_t       learn_from; ///< First frame of a part where only noise sounds
  uint64_t       learn_to;   ///< The frame after it; when it is the same, nothing is learned
} RenderConfig;

/**
   Run the plugin's engine over a sound, as renderer_run() does.

   Two channels share their gains, as in the stereo plugin; any other number of channels run each
   by itself.

   The sound of the part to learn is rendered as while the plugin's Learn is held: with what is
   learned so far.  From the frame `learn_to` on, the whole profile is in use.

   @param model Of kind MODEL_DENOISE.
   @param config Whatever lies after the end of `in` is not there to be learned.
   @param in At any rate from 1000 Hz up.
   @return STATUS_NO_MEMORY, STATUS_BAD_OPTION for a rate that is too low, or what the sink fails
   with.
*/
NODISCARD
Status
render_denoise_stream(const Model* model, const RenderConfig* config, const SoundSource* in,
                      const SoundSink* out, Diagnostic* why);

/// The same in memory.  @param out Written on success; release it with sound_clear().
NODISCARD
Status
render_denoise(const Model* model, const RenderConfig* config, const Sound* in, Sound* out,
               Diagnostic* why);

/**
   Learn the timbre of a whole sound.

   @param name Of the sound, for the complaint.
   @param sound At any rate from 1000 Hz up, with any number of channels.
   @param anchor Written; ready on success.
   @return STATUS_NO_MEMORY, or STATUS_BAD_OPTION when there is too little sound or too low a rate.
*/
NODISCARD
Status
render_anchor_stream(const char* name, const SoundSource* sound, Anchor* anchor, Diagnostic* why);

/// The same of a sound in memory.
NODISCARD
Status
render_anchor(const char* name, const Sound* sound, Anchor* anchor, Diagnostic* why);

/// Number of a model's timbre of that name, as in MorpherParams, counted from 1; 0: none.
/// @param model May be NULL.
uint32_t
render_known(const Model* model, const char* name);

/// Where a sound's timbre goes.
typedef struct {
  const Model*  model; ///< Of kind MODEL_MORPH; NULL: the way is straight in decibels
  const Anchor* from;  ///< Ready
  const Anchor* to;    ///< Ready; NULL when `params.known[0]` is a timbre of the model
  MorpherParams params;
  const Curve*  curve; ///< Of the amount over time, for that of `params`; NULL: none
} MorphPlan;

/// Move the timbre of a file's sound, as render_file() and render_denoise_stream() otherwise.
NODISCARD
Status
render_morph_file(const MorphPlan* plan, const char* in, const char* out, Diagnostic* why);

/// The same in memory.  @param out Written on success; release it with sound_clear().
NODISCARD
Status
render_morph(const MorphPlan* plan, const Sound* in, Sound* out, Diagnostic* why);

#endif
