// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/fuzz/instance.h"

#include "plugin/denoise.h"
#include "plugin/morph.h"
#include "plugin/ports.h"
#include "plugin/uris.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/signals.h"

#include <lv2/atom/atom.h>
#include <lv2/log/log.h>
#include <lv2/patch/patch.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_URIS = 256, N_PORTS = 40, FIRST_PORT = PORT_AUDIO };

struct Instance {
  const LV2_Descriptor* descriptor;
  LV2_Handle            handle;
  LV2_URID_Map          map;
  LV2_Worker_Schedule   schedule;
  LV2_Log_Log           logger;
  LV2_Feature           features[3];
  const LV2_Feature*    list[4];
  float                 enabled;
  float                 latency;

  /// Whether a port is one for sound or a control is not known here: each can be either.
  float ports[N_PORTS][INSTANCE_BLOCK];
};

static LV2_URID
map_uri(const LV2_URID_Map_Handle handle, const char* const uri)
{
  (void)handle;
  // The first are those that inputs are made of, so that they mean the same forever.
  static const char* uris[MAX_URIS] = {
    LV2_ATOM__Sequence, LV2_ATOM__Object, LV2_ATOM__Path,   LV2_ATOM__URID,     LV2_ATOM__Vector,
    LV2_ATOM__Float,    LV2_PATCH__Get,   LV2_PATCH__Set,   LV2_PATCH__subject, LV2_PATCH__property,
    LV2_PATCH__value,   LAMINA_MODEL_URI, DENOISE_MONO_URI, DENOISE_STEREO_URI, LV2_ATOM__Blank,
    MORPH_MONO_URI,     MORPH_STEREO_URI,
  };
  for (uint32_t i = 0; i < MAX_URIS; ++i) {
    if (!uris[i]) {
      uris[i] = strdup(uri);
    }
    if (!strcmp(uris[i], uri)) {
      return i + 1;
    }
  }
  fuzz_fail("too many URIs");
}

uint32_t
instance_urid(const char* const uri)
{
  return map_uri(NULL, uri);
}

static LV2_Worker_Status
respond(const LV2_Worker_Respond_Handle handle, const uint32_t size, const void* const data)
{
  (void)handle;
  (void)size;
  (void)data;
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
schedule_work(const LV2_Worker_Schedule_Handle handle, const uint32_t size, const void* const data)
{
  Instance* const                   instance = handle;
  const LV2_Worker_Interface* const worker   = instance_extension(instance, LV2_WORKER__interface);
  return worker->work(instance->handle, respond, instance, size, data);
}

/// What is reported is of no interest here.
static int
log_vprintf(const LV2_Log_Handle handle, const LV2_URID type, const char* const format,
            va_list arguments)
{
  (void)handle;
  (void)type;
  return vsnprintf(NULL, 0, format, arguments);
}

static void
set_features(Instance* const instance)
{
  instance->map         = (LV2_URID_Map){ instance, map_uri };
  instance->schedule    = (LV2_Worker_Schedule){ instance, schedule_work };
  instance->logger      = (LV2_Log_Log){ instance, NULL, log_vprintf };
  instance->features[0] = (LV2_Feature){ LV2_URID__map, &instance->map };
  instance->features[1] = (LV2_Feature){ LV2_WORKER__schedule, &instance->schedule };
  instance->features[2] = (LV2_Feature){ LV2_LOG__log, &instance->logger };
  for (uint32_t i = 0; i < 3; ++i) {
    instance->list[i] = &instance->features[i];
  }
}

static void
connect_ports(Instance* const instance)
{
  const LV2_Descriptor* const descriptor = instance->descriptor;
  descriptor->connect_port(instance->handle, PORT_ENABLED, &instance->enabled);
  descriptor->connect_port(instance->handle, PORT_LATENCY, &instance->latency);
  for (uint32_t i = 0; i < N_PORTS; ++i) {
    descriptor->connect_port(instance->handle, FIRST_PORT + i, instance->ports[i]);
  }
}

static const LV2_Descriptor*
choose(const uint32_t index)
{
  uint32_t n = 0;
  while (lv2_descriptor(n)) {
    ++n;
  }
  return lv2_descriptor(index % n);
}

Instance*
instance_new(const uint32_t index)
{
  Instance* const instance = calloc(1, sizeof(Instance));
  if (!instance) {
    fuzz_fail("no memory");
  }
  instance->descriptor = choose(index);
  set_features(instance);
  instance->handle = instance->descriptor->instantiate(instance->descriptor, 8000.0, "/nowhere",
                                                       instance->list);
  if (!instance->handle) {
    fuzz_fail("no instance");
  }
  connect_ports(instance);
  instance->descriptor->activate(instance->handle);
  return instance;
}

void
instance_free(Instance* const instance)
{
  instance->descriptor->cleanup(instance->handle);
  free(instance);
}

const LV2_Feature* const*
instance_features(const Instance* const instance)
{
  return instance->list;
}

LV2_Handle
instance_handle(Instance* const instance)
{
  return instance->handle;
}

const void*
instance_extension(const Instance* const instance, const char* const uri)
{
  return instance->descriptor->extension_data(uri);
}

static LV2_Atom*
atom_new(const uint32_t size, const LV2_URID type)
{
  LV2_Atom* const atom = malloc(sizeof(LV2_Atom) + size);
  if (!atom) {
    fuzz_fail("no memory");
  }
  *atom = (LV2_Atom){ size, type };
  return atom;
}

/// Made once: most of the time of an input would be spent on it.
static void
fill_ports(Instance* const instance, const float value)
{
  static float noise[N_PORTS][INSTANCE_BLOCK];
  if (noise[0][0] == 0.0f) {
    signal_fill_noise(1, 0.5f, N_PORTS * INSTANCE_BLOCK, noise[0]);
  }
  memcpy(instance->ports, noise, sizeof(noise));
  instance->enabled = value >= 0.0f;
  for (uint32_t i = 0; i < N_PORTS; ++i) {
    instance->ports[i][0] = value;
  }
}

static void
check_ports(const Instance* const instance)
{
  float sum = 0.0f;
  for (uint32_t i = 0; i < N_PORTS; ++i) {
    for (uint32_t k = 1; k < INSTANCE_BLOCK; ++k) {
      sum += 0.0f * instance->ports[i][k]; // NaN for Inf and NaN
    }
  }
  if (!(sum == 0.0f)) {
    fuzz_fail("sound that is no number");
  }
}

void
instance_run(Instance* const instance, const size_t size, const uint8_t* const control,
             const uint32_t room, const float value)
{
  // Of their very sizes, so that a step beyond is seen.
  LV2_Atom* const in  = atom_new((uint32_t)size, instance_urid(LV2_ATOM__Sequence));
  LV2_Atom* const out = atom_new(room, instance_urid(LV2_ATOM__Chunk));
  memcpy(in + 1, control, size);
  instance->descriptor->connect_port(instance->handle, PORT_CONTROL, in);
  instance->descriptor->connect_port(instance->handle, PORT_NOTIFY, out);
  fill_ports(instance, value);
  instance->descriptor->run(instance->handle, INSTANCE_BLOCK);
  check_ports(instance);
  if (out->size > room) {
    fuzz_fail("more told than there is room for");
  }
  free(out);
  free(in);
}
