// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/delay.h"
#include "dsp/effect/fade.h"
#include "plugin/controllers.h"
#include "plugin/denoise.h"
#include "plugin/denormals.h"
#include "plugin/display.h"
#include "plugin/effect.h"
#include "plugin/host_feature.h"
#include "plugin/inline_display.h"
#include "plugin/memory_slot.h"
#include "plugin/messages.h"
#include "plugin/model_slot.h"
#include "plugin/morph.h"
#include "plugin/ports.h"
#include "plugin/sound_file.h"
#include "plugin/state.h"
#include "plugin/uris.h"

#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/log/logger.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <math.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What run() asks of the worker.
typedef enum { WORK_LOAD, WORK_COLLECT } WorkKind;

typedef struct {
  WorkKind kind;
  float    place;                  ///< Of WORK_LOAD: where a sound's is, see effect.h
  char     path[MESSAGE_PATH_MAX]; ///< Of WORK_LOAD; sent up to its terminating zero
} Work;

typedef struct {
  const Effect*              effect;
  const LV2_Worker_Schedule* schedule;
  LV2_Log_Logger             logger;
  Uris                       uris;
  double                     rate_hz;
  ModelSlot*                 slot;
  MemorySlot*                memory;
  Display*                   display;

  // Ports.
  const LV2_Atom_Sequence* control;
  LV2_Atom_Sequence*       notify;
  const float*             enabled;
  float*                   latency_port;
  const float*             in[EFFECT_MAX_CHANNELS];
  const float*             side[EFFECT_MAX_CHANNELS]; ///< NULL where the host leaves it alone
  float*                   out[EFFECT_MAX_CHANNELS];
  const float*             controls[EFFECT_MAX_CONTROLS];

  // Messages and work.
  Messages      messages;
  Controllers   controllers;
  Work          request;         ///< Path that the user wants
  bool          request_waits;   ///< The worker has not been told of it
  bool          collect_waiting; ///< The worker has been told, and has not yet been
  bool          clearing;        ///< The control that clears the memory was up
  bool          freewheeling;    ///< The host exports
  _Atomic(bool) heard;           ///< The path asked for last was that of a sound, which is no model

  // Sound.
  Delay*   dry_delay[EFFECT_MAX_CHANNELS];
  uint32_t n_fade;  ///< Samples from bypass to effect
  uint32_t fade_at; ///< Share of the effect that is heard, 0…n_fade
  bool     fresh;   ///< Nothing was heard since activate()
  float    input[2 * EFFECT_MAX_CHANNELS][EFFECT_BLOCK]; ///< And the side-chain's after it
  float    dry[EFFECT_MAX_CHANNELS][EFFECT_BLOCK];
  float    wet[EFFECT_MAX_CHANNELS][EFFECT_BLOCK];
} Plugin;

static void
report(void* const context, const char* const line)
{
  Plugin* const plugin = context;
  lv2_log_error(&plugin->logger, "%s: %s\n", plugin->effect->name, line);
}

static void
cleanup(const LV2_Handle instance)
{
  Plugin* const plugin = instance;
  for (uint32_t c = 0; c < EFFECT_MAX_CHANNELS; ++c) {
    delay_free(plugin->dry_delay[c]);
  }
  model_slot_free(plugin->slot);
  memory_slot_free(plugin->memory);
  display_free(plugin->display);
  free(plugin);
}

static bool
allocate(Plugin* const plugin, const InlineDisplay* const strip)
{
  const uint32_t most = plugin->effect->frame(plugin->rate_hz);
  plugin->slot        = model_slot_new(plugin->effect, plugin->rate_hz, report, plugin);
  plugin->memory      = memory_slot_new(plugin->effect);
  plugin->display     = display_new(strip, plugin->rate_hz);
  bool ok             = plugin->slot && plugin->memory && plugin->display;
  for (uint32_t c = 0; c < plugin->effect->n_channels; ++c) {
    plugin->dry_delay[c] = delay_new(most, plugin->n_fade);
    ok                   = ok && plugin->dry_delay[c];
  }
  return ok;
}

/// Load the bundle's own model.
static bool
load_default(Plugin* const plugin, const char* const bundle_path)
{
  const size_t      n     = strlen(bundle_path);
  const char* const slash = n && bundle_path[n - 1] == '/' ? "" : "/";
  char*             path  = NULL;
  if (asprintf(&path, "%s%smodels/%s", bundle_path, slash, plugin->effect->model) < 0) {
    return false;
  }

  const Status status = model_slot_load(plugin->slot, path, false);
  free(path);
  return !status;
}

static Plugin*
plugin_new(const Effect* const effect, const double rate_hz, const char* const bundle_path,
           const LV2_Feature* const* const features)
{
  LV2_URID_Map* const        map      = host_feature(features, LV2_URID__map);
  LV2_Worker_Schedule* const schedule = host_feature(features, LV2_WORKER__schedule);
  Plugin* const              plugin   = calloc(1, sizeof(Plugin));
  if (!map || !schedule || !plugin) {
    free(plugin);
    return NULL;
  }

  plugin->effect   = effect;
  plugin->schedule = schedule;
  plugin->uris     = uris_map(map, effect->uri, effect->memory_uri);
  plugin->rate_hz  = rate_hz;
  plugin->n_fade   = fade_length(rate_hz);
  plugin->fresh    = true;
  atomic_init(&plugin->heard, false);
  plugin->clearing = true; // a session saved with the button down clears nothing
  lv2_log_logger_init(&plugin->logger, map, host_feature(features, LV2_LOG__log));
  messages_init(&plugin->messages, &plugin->uris, map);
  const InlineDisplay* const strip = host_feature(features, INLINE_DISPLAY__queue_draw);
  if (!allocate(plugin, strip) || !load_default(plugin, bundle_path)) {
    cleanup(plugin);
    return NULL;
  }
  return plugin;
}

static void
connect_port(const LV2_Handle instance, const uint32_t port, void* const data)
{
  Plugin* const       plugin = instance;
  const Effect* const effect = plugin->effect;
  if (port == PORT_CONTROL) {
    plugin->control = data;
  } else if (port == PORT_NOTIFY) {
    plugin->notify = data;
  } else if (port == PORT_ENABLED) {
    plugin->enabled = data;
  } else if (port == PORT_LATENCY) {
    plugin->latency_port = data;
  } else if (port < port_side(effect, 0)) {
    plugin->in[port - port_input(effect, 0)] = data;
  } else if (port < port_output(effect, 0)) {
    plugin->side[port - port_side(effect, 0)] = data;
  } else if (port < port_effect_control(effect, 0)) {
    plugin->out[port - port_output(effect, 0)] = data;
  } else if (port < port_effect_control(effect, effect->n_controls)) {
    plugin->controls[port - port_effect_control(effect, 0)] = data;
  }
}

/// Only clears memory: hosts call it on the audio thread.
static void
activate(const LV2_Handle instance)
{
  Plugin* const plugin = instance;
  plugin->fresh        = true;
  for (uint32_t c = 0; c < plugin->effect->n_channels; ++c) {
    delay_reset(plugin->dry_delay[c]);
  }
  model_slot_reset(plugin->slot);
}

/// When an export begins, so does the sound: what was played before is not to be heard in it, nor
/// is a model that was still to be faded in.
static void
follow_host(Plugin* const plugin, const float* const controls)
{
  const bool freewheeling = controls[plugin->effect->freewheel] > 0.0f;
  if (freewheeling && !plugin->freewheeling) {
    activate(plugin);
  }
  plugin->freewheeling = freewheeling;
}

/// Cross-fade between bypass and effect, sample by sample.
static void
mix(Plugin* const plugin, const uint32_t at, const uint32_t n)
{
  const bool enabled = *plugin->enabled > 0.0f;
  if (plugin->fresh) {
    plugin->fade_at = enabled ? plugin->n_fade : 0;
    plugin->fresh   = false;
  }

  for (uint32_t i = 0; i < n; ++i) {
    if (enabled && plugin->fade_at < plugin->n_fade) {
      ++plugin->fade_at;
    } else if (!enabled && plugin->fade_at > 0) {
      --plugin->fade_at;
    }
    const float share = (float)plugin->fade_at / (float)plugin->n_fade;
    for (uint32_t c = 0; c < plugin->effect->n_channels; ++c) {
      plugin->out[c][at + i] = fade_mix(plugin->dry[c][i], plugin->wet[c][i], share);
    }
  }
}

/// Numbers of a port; zeros where it is not connected, or they are none.
static void
read_port(const float* const port, const uint32_t at, const uint32_t n, float* const x)
{
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = port && isfinite(port[at + i]) ? port[at + i] : 0.0f;
  }
}

/// All is read before anything is written: hosts may lay any output on any input.
static void
process(Plugin* const plugin, const uint32_t at, const uint32_t n, const float* const controls)
{
  const uint32_t n_channels                  = plugin->effect->n_channels;
  const float*   in[2 * EFFECT_MAX_CHANNELS] = { NULL };
  const float*   dry[EFFECT_MAX_CHANNELS]    = { NULL };
  float*         wet[EFFECT_MAX_CHANNELS]    = { NULL };
  for (uint32_t c = 0; c < plugin->effect->n_side; ++c) {
    read_port(plugin->side[c], at, n, plugin->input[n_channels + c]);
    in[n_channels + c] = plugin->input[n_channels + c];
  }
  for (uint32_t c = 0; c < n_channels; ++c) {
    read_port(plugin->in[c], at, n, plugin->input[c]);
    delay_run(plugin->dry_delay[c], n, plugin->input[c], plugin->dry[c]);
    in[c]  = plugin->input[c];
    dry[c] = plugin->dry[c];
    wet[c] = plugin->wet[c];
  }
  model_slot_run(plugin->slot, controls, n, in, dry, wet);
  mix(plugin, at, n);
}

/// Ask the worker to load what the user wants.
static void
ask_to_load(Plugin* const plugin)
{
  const LV2_Worker_Schedule* const worker = plugin->schedule;
  if (plugin->request_waits) {
    const size_t size     = offsetof(Work, path) + strlen(plugin->request.path) + 1;
    plugin->request_waits = worker->schedule_work(worker->handle, (uint32_t)size,
                                                  &plugin->request) != LV2_WORKER_SUCCESS;
  }
}

/// And to free what is no longer used.
static void
ask_to_collect(Plugin* const plugin)
{
  const LV2_Worker_Schedule* const worker = plugin->schedule;
  if (!model_slot_wants_collect(plugin->slot)) {
    plugin->collect_waiting = false;
  } else if (!plugin->collect_waiting) {
    const WorkKind kind     = WORK_COLLECT;
    plugin->collect_waiting = true; // a host may work at once
    if (worker->schedule_work(worker->handle, sizeof(kind), &kind) != LV2_WORKER_SUCCESS) {
      plugin->collect_waiting = false;
    }
  }
}

static void
read_messages(Plugin* const plugin, const float* const controls)
{
  const char* const path = messages_read(&plugin->messages, plugin->control);
  if (path) {
    plugin->request.kind  = WORK_LOAD;
    plugin->request.place = controls[plugin->effect->place];
    strcpy(plugin->request.path, path); // messages_read() checks the length
    plugin->request_waits = true;
  }
}

/// Take a model that was loaded, and tell of it.
static void
take_model(Plugin* const plugin)
{
  if (atomic_exchange(&plugin->heard, false)) {
    plugin->messages.tell_model = true; // it is still the same
  }
  if (model_slot_take(plugin->slot)) {
    plugin->messages.tell_model = true;
    plugin->collect_waiting     = false; // what is retired by this is asked for anew
    if (model_slot_by_user(plugin->slot)) {
      plugin->messages.tell_change = true;
    }
  }
}

/// Tell all who should know of another memory, which was learned or cleared here.
static void
tell_memory(Plugin* const plugin)
{
  memory_slot_tell(plugin->memory, model_slot_memory(plugin->slot));
  plugin->messages.tell_change = true;
}

/// Use a restored memory, or clear the one in use.
static void
read_memory(Plugin* const plugin, const float* const controls)
{
  static const EffectMemory nothing  = { 0 };
  const EffectMemory* const restored = memory_slot_take(plugin->memory);
  if (restored) {
    model_slot_remember(plugin->slot, restored);
    plugin->messages.tell_change = plugin->messages.tell_change ||
                                   memory_slot_by_user(plugin->memory);
  }

  const bool clear = controls[plugin->effect->clear] > 0.0f;
  if (clear && !plugin->clearing) {
    const bool had_one = model_slot_memory(plugin->slot)->n > 0;
    model_slot_remember(plugin->slot, &nothing);
    if (had_one) {
      tell_memory(plugin);
    }
  }
  plugin->clearing = clear;
}

/// Show what the effect does, when it is time.
static void
show(Plugin* const plugin, const uint32_t n_samples)
{
  EffectLine* const line = display_run(plugin->display, n_samples);
  if (line) {
    model_slot_draw(plugin->slot, line);
    line->n = plugin->fade_at ? line->n : 0; // In bypass it does nothing
    display_show(plugin->display);
  }
}

/// Report the delay, and let the dry sound have it.
static void
set_latency(Plugin* const plugin, const float* const controls)
{
  const uint32_t latency = plugin->effect->latency(plugin->rate_hz, controls);
  *plugin->latency_port  = (float)latency;
  for (uint32_t c = 0; c < plugin->effect->n_channels; ++c) {
    delay_set(plugin->dry_delay[c], latency);
  }
}

static void
run(const LV2_Handle instance, const uint32_t n_samples)
{
  Plugin* const  plugin = instance;
  const uint64_t mode   = denormals_flush();
  float          controls[EFFECT_MAX_CONTROLS];
  for (uint32_t i = 0; i < plugin->effect->n_controls; ++i) {
    const float* const port = plugin->controls[i];
    controls[i]             = port ? *port : plugin->effect->defaults[i];
  }

  follow_host(plugin, controls);
  read_messages(plugin, controls);
  controllers_run(&plugin->controllers, plugin->effect, &plugin->messages, controls);
  set_latency(plugin, controls);
  read_memory(plugin, controls);
  ask_to_load(plugin); // what it cannot take now is asked for again
  take_model(plugin);
  for (uint32_t at = 0; at < n_samples; at += EFFECT_BLOCK) {
    const uint32_t n = n_samples - at < EFFECT_BLOCK ? n_samples - at : EFFECT_BLOCK;
    process(plugin, at, n, controls);
  }
  if (model_slot_share_learned(plugin->slot)) {
    tell_memory(plugin);
  }
  show(plugin, n_samples);
  ask_to_collect(plugin);
  messages_write(&plugin->messages, plugin->notify, model_slot_path(plugin->slot));
  denormals_restore(mode);
}

/// Learn from a sound; what cannot be learned is reported, and leaves all as it was.
static void
learn(Plugin* const plugin, const Work* const wanted)
{
  EffectMemory heard;
  Diagnostic   why = { "" };
  if (plugin->effect->learn_file(wanted->place, wanted->path, &heard, &why)) {
    report(plugin, why.text);
  } else {
    memory_slot_merge(plugin->memory, &heard);
  }
  atomic_store(&plugin->heard, true);
}

/// Read what the user wants: a model, or a sound where the effect learns from sounds.
static LV2_Worker_Status
load(Plugin* const plugin, const Work* const wanted)
{
  if (plugin->effect->learn_file && sound_file_is(wanted->path)) {
    learn(plugin, wanted);
  } else if (model_slot_load(plugin->slot, wanted->path, true)) {
    report(plugin, status_string(STATUS_NO_MEMORY));
    return LV2_WORKER_ERR_NO_SPACE;
  }
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
work(const LV2_Handle instance, const LV2_Worker_Respond_Function respond,
     const LV2_Worker_Respond_Handle handle, const uint32_t size, const void* const data)
{
  (void)respond;
  (void)handle;
  Plugin* const     plugin = instance;
  const Work* const wanted = data;
  const bool        loads  = size > offsetof(Work, path) && wanted->kind == WORK_LOAD;
  if (size < sizeof(WorkKind) ||
      (loads && !memchr(wanted->path, '\0', size - offsetof(Work, path)))) {
    return LV2_WORKER_ERR_UNKNOWN;
  }

  model_slot_collect(plugin->slot);
  return loads ? load(plugin, wanted) : LV2_WORKER_SUCCESS;
}

/// Nothing to do: run() takes a model from the slot itself.  Some hosts call it all the same.
static LV2_Worker_Status
work_response(const LV2_Handle instance, const uint32_t size, const void* const body)
{
  (void)instance;
  (void)size;
  (void)body;
  return LV2_WORKER_SUCCESS;
}

static LV2_State_Status
save(const LV2_Handle instance, const LV2_State_Store_Function store, const LV2_State_Handle handle,
     const uint32_t flags, const LV2_Feature* const* const features)
{
  Plugin* const plugin = instance;
  return state_save(plugin->slot, plugin->memory, &plugin->uris, store, handle, flags, features);
}

static LV2_State_Status
restore(const LV2_Handle instance, const LV2_State_Retrieve_Function retrieve,
        const LV2_State_Handle handle, const uint32_t flags,
        const LV2_Feature* const* const features)
{
  (void)flags;
  Plugin* const          plugin = instance;
  const LV2_State_Status status = state_restore(plugin->slot, plugin->memory, &plugin->uris,
                                                retrieve, handle, features);
  if (status == LV2_STATE_ERR_BAD_TYPE) {
    report(plugin, "a value in the saved state is not what it should be, and is left out");
  }
  return status;
}

static InlineDisplaySurface*
render(const LV2_Handle instance, const uint32_t width, const uint32_t max_height)
{
  Plugin* const plugin = instance;
  return display_render(plugin->display, width, max_height);
}

static const void*
extension_data(const char* const uri)
{
  static const InlineDisplayInterface display_interface = { render };
  static const LV2_State_Interface    state_interface   = { save, restore };
  static const LV2_Worker_Interface   worker_interface  = { work, work_response, NULL };
  if (!strcmp(uri, LV2_STATE__interface)) {
    return &state_interface;
  }
  if (!strcmp(uri, LV2_WORKER__interface)) {
    return &worker_interface;
  }
  if (!strcmp(uri, INLINE_DISPLAY__interface)) {
    return &display_interface;
  }
  return NULL;
}

static LV2_Handle
instantiate(const LV2_Descriptor* descriptor, double rate_hz, const char* bundle_path,
            const LV2_Feature* const* features);

#define DESCRIPTOR(uri)                                                          \
  {                                                                              \
    uri, instantiate, connect_port, activate, run, NULL, cleanup, extension_data \
  }

/// Every plugin of this binary.
static const struct {
  LV2_Descriptor descriptor;
  const Effect*  effect;
} plugins[] = {
  { DESCRIPTOR(DENOISE_MONO_URI), &denoise_mono },
  { DESCRIPTOR(DENOISE_STEREO_URI), &denoise_stereo },
  { DESCRIPTOR(MORPH_MONO_URI), &morph_mono },
  { DESCRIPTOR(MORPH_STEREO_URI), &morph_stereo },
};

static const size_t n_plugins = sizeof(plugins) / sizeof(plugins[0]);

static LV2_Handle
instantiate(const LV2_Descriptor* const descriptor, const double rate_hz,
            const char* const bundle_path, const LV2_Feature* const* const features)
{
  for (size_t i = 0; i < n_plugins; ++i) {
    if (!strcmp(descriptor->URI, plugins[i].descriptor.URI)) {
      return plugin_new(plugins[i].effect, rate_hz, bundle_path, features);
    }
  }
  return NULL;
}

LV2_SYMBOL_EXPORT
const LV2_Descriptor*
lv2_descriptor(const uint32_t index)
{
  return index < n_plugins ? &plugins[index].descriptor : NULL;
}
