// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_EFFECT_H
#define LAMINA_PLUGIN_EFFECT_H

#include "dsp/attributes.h"
#include "dsp/network/model.h"
#include "dsp/spectrum/noise_profile.h"
#include "dsp/status.h"

#include <stdbool.h>
#include <stdint.h>

/// Most audio channels of an effect.
#define EFFECT_MAX_CHANNELS 2u

/// Most control ports that an effect may have besides those that every effect has.
#define EFFECT_MAX_CONTROLS 32u

/// Most samples of one call of `run`.
#define EFFECT_BLOCK 256u

/// Most numbers that an effect remembers.
#define EFFECT_MAX_MEMORY NOISE_PROFILE_MAX_PACKED

/**
   What an engine has learned from sound, as a row of numbers: a noise profile, timbres.

   A plain value, which sessions and threads hand on by copying.
*/
typedef struct {
  uint32_t n; ///< 0: nothing is remembered
  float    numbers[EFFECT_MAX_MEMORY];
} EffectMemory;

/// Most points of a line.
#define EFFECT_MAX_POINTS 64u

/// What a mixer's strip shows of an effect: a line through points.
typedef struct {
  uint32_t n;                    ///< 0: nothing to be seen
  float    x[EFFECT_MAX_POINTS]; ///< 0, left, to 1
  float    y[EFFECT_MAX_POINTS]; ///< 0, top, to 1
  bool     filled;               ///< From the top to the line
} EffectLine;

/// A MIDI controller that moves a control.
typedef struct {
  uint8_t  number;    ///< 0…119
  uint32_t control;   ///< Index
  float    low, high; ///< Values of the control at 0 and 127; 64 is in the middle
} EffectController;

/**
   What one plugin does with sound and a model.

   The rest of a plugin is the same for all: ports, messages, state, model swaps, bypass.  An
   engine is the effect's memory for one stream; only one thread at a time uses it.
*/
typedef struct {
  const char*  uri;            ///< Of the plugin, forever
  const char*  name;           ///< For a person
  ModelKind    kind;           ///< Of the models it runs
  const char*  model;          ///< The bundle's own, of an instance that was told of none
  bool         can_do_without; ///< It runs without a model, too
  uint32_t     n_channels;     ///< In and out, 1…EFFECT_MAX_CHANNELS
  uint32_t     n_side;         ///< Inputs of another sound, 0…EFFECT_MAX_CHANNELS
  uint32_t     n_controls;     ///< Its own control ports, 0…EFFECT_MAX_CONTROLS
  const float* defaults;       ///< Of ports that a host leaves unconnected, [n_controls]

  uint32_t                n_controllers;
  const EffectController* controllers; ///< [n_controllers]

  /// Samples of a frame: that its models must have, and the most that `latency` may be.
  uint32_t (*frame)(double rate_hz);

  /// Samples from input to output with these controls; the same for every model that fits.
  /// Real-time.  @param controls [n_controls].
  uint32_t (*latency)(double rate_hz, const float* controls);

  /// @param model Of `kind`, must outlive the engine; or NULL, for one that can do without.
  /// @return An engine, or NULL: no memory.
  void* (*create)(const Model* model, double rate_hz, uint32_t n_channels);

  /// Forget all sound.  Real-time.
  void (*reset)(void* engine);

  /**
     Real-time.

     @param controls Value of each control port, [n_controls].
     @param n Samples, 1…EFFECT_BLOCK.
     @param in [n_channels + n_side][n], finite.
     @param out [n_channels][n], written.  Not `in`.
  */
  void (*run)(void* engine, const float* controls, uint32_t n, const float* const* in,
              float* const* out);

  /// Free; NULL is allowed.
  void (*destroy)(void* engine);

  /// Whether numbers, from anywhere, are what this effect remembers.  Any thread.
  bool (*is_memory)(const EffectMemory* memory);

  /// Use this from now on.  Real-time.  @param memory Of any engine of the effect, copied.
  void (*remember)(void* engine, const EffectMemory* memory);

  /// What was learned or set last.  Real-time.  @param memory Written.
  void (*recall)(const void* engine, EffectMemory* memory);

  /// How often something was learned.  Real-time.
  uint32_t (*n_learned)(const void* engine);

  /// What it does now.  Real-time.  @param line Written.
  void (*draw)(const void* engine, EffectLine* line);

  /// Learn from a sound file.  Any thread but the audio thread; allocates, reads.  NULL: the effect
  /// cannot.
  /// @param place Where it is wanted: the value of the control `place`.
  /// @param heard Written on success: nothing but what was learned.
  Status (*learn_file)(float place, const char* path, EffectMemory* heard, Diagnostic* why);

  /// Add what was learned from a file.  Any thread.  NULL where `learn_file` is.
  void (*merge)(EffectMemory* memory, const EffectMemory* heard);

  uint32_t place; ///< Index of the control that says where what files teach belongs

  const char* memory_uri; ///< Of the memory in a saved state
  uint32_t    clear;      ///< Index of the control that clears the memory when it rises
  uint32_t    freewheel;  ///< Index of the control by which a host tells of an export
} Effect;

#endif
