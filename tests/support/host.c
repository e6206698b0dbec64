// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/host.h"

#include "plugin/inline_display.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/midi/midi.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/patch/patch.h>
#include <lv2/presets/presets.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_URIS = 512, MAX_PORTS = 64, ATOM_SIZE = 65536 + 64, QUEUE = 16, MAX_WORK = 8192 };

/// One piece of scheduled work.
typedef struct {
  uint32_t due; ///< Block
  uint32_t size;
  uint64_t data[MAX_WORK / sizeof(uint64_t)];
} Item;

typedef enum {
  KIND_AUDIO_IN,
  KIND_SIDE,
  KIND_AUDIO_OUT,
  KIND_CONTROL,
  KIND_ATOM_IN,
  KIND_ATOM_OUT
} Kind;

typedef struct {
  Kind        kind;
  const char* symbol; ///< Owned by the world
  float       value;
} HostPort;

/// A message buffer.
typedef union {
  LV2_Atom_Sequence sequence;
  uint64_t          words[ATOM_SIZE / sizeof(uint64_t)];
} AtomBuffer;

struct Host {
  HostConfig        config;
  LilvWorld*        world;
  const LilvPlugin* plugin;
  LilvInstance*     instance;
  bool              active;

  pthread_mutex_t uri_lock;
  uint32_t        n_uris;
  char*           uris[MAX_URIS];

  pthread_mutex_t log_lock;
  size_t          n_log;
  char            log[65536];

  uint32_t      n_ports;
  HostPort      ports[MAX_PORTS];
  uint32_t      n_channels;
  float* const* side; ///< For the next blocks; NULL: not connected
  uint32_t      latency_port;

  LV2_Atom_Forge forge;
  AtomBuffer     control;
  AtomBuffer     notify;
  uint32_t       notify_size;
  uint32_t       n_paths;
  uint32_t       n_changes;
  char           path[4096];

  // Work: one writer, the thread of run(); one reader.
  Item              queue[QUEUE];
  _Atomic(uint32_t) n_put;
  _Atomic(uint32_t) n_got;
  _Atomic(uint32_t) n_done;
  uint32_t          n_refuse;
  uint32_t          block;
  bool              running;
  sem_t             wake;
  pthread_t         thread;
  bool              has_thread;
  _Atomic(bool)     stop;

  int32_t             min_block, max_block;
  float               rate;
  LV2_URID_Map        map;
  LV2_URID_Unmap      unmap;
  LV2_Worker_Schedule schedule;
  LV2_Log_Log         logger;
  LV2_Options_Option  options[4];
  InlineDisplay       strip;
  _Atomic(uint32_t)   n_draws;
  LV2_Feature         features[8];
  const LV2_Feature*  feature_list[9];
};

static LV2_URID
map_uri(const LV2_URID_Map_Handle handle, const char* const uri)
{
  Host* const host = handle;
  pthread_mutex_lock(&host->uri_lock);
  uint32_t i = 0;
  while (i < host->n_uris && strcmp(host->uris[i], uri)) {
    ++i;
  }
  if (i == host->n_uris && i < MAX_URIS) {
    host->uris[host->n_uris++] = strdup(uri);
  }
  pthread_mutex_unlock(&host->uri_lock);
  return i < MAX_URIS ? i + 1 : 0;
}

static const char*
unmap_uri(const LV2_URID_Unmap_Handle handle, const LV2_URID urid)
{
  Host* const host = handle;
  pthread_mutex_lock(&host->uri_lock);
  const char* const uri = urid && urid <= host->n_uris ? host->uris[urid - 1] : NULL;
  pthread_mutex_unlock(&host->uri_lock);
  return uri;
}

static LV2_URID
urid(Host* const host, const char* const uri)
{
  return map_uri(host, uri);
}

static int
log_vprintf(const LV2_Log_Handle handle, const LV2_URID type, const char* const format,
            va_list arguments)
{
  (void)type;
  Host* const host = handle;
  pthread_mutex_lock(&host->log_lock);
  const size_t room = sizeof(host->log) - host->n_log;
  const int    n    = vsnprintf(host->log + host->n_log, room, format, arguments);
  if (n > 0) {
    host->n_log += (size_t)n < room ? (size_t)n : room - 1;
  }
  pthread_mutex_unlock(&host->log_lock);
  return n;
}

static int
log_printf(const LV2_Log_Handle handle, const LV2_URID type, const char* const format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  const int n = log_vprintf(handle, type, format, arguments);
  va_end(arguments);
  return n;
}

static LV2_Worker_Status
respond(const LV2_Worker_Respond_Handle handle, const uint32_t size, const void* const data)
{
  // At once and on this thread, as Ardour does when it loads a preset.
  Host* const                       host   = handle;
  const LV2_Worker_Interface* const worker = lilv_instance_get_extension_data(
    host->instance, LV2_WORKER__interface);
  return worker->work_response(lilv_instance_get_handle(host->instance), size, data);
}

static void
do_work(Host* const host, const uint32_t size, const void* const data)
{
  const LV2_Worker_Interface* const worker = lilv_instance_get_extension_data(
    host->instance, LV2_WORKER__interface);
  worker->work(lilv_instance_get_handle(host->instance), respond, host, size, data);
  atomic_fetch_add(&host->n_done, 1);
}

/// Do the oldest piece of work if it is due.
static bool
do_next(Host* const host)
{
  const uint32_t n_got = atomic_load(&host->n_got);
  if (n_got == atomic_load(&host->n_put)) {
    return false;
  }

  const Item* const item = &host->queue[n_got % QUEUE];
  if (host->config.work == HOST_WORK_LATER && host->running && item->due > host->block) {
    return false;
  }
  do_work(host, item->size, item->data);
  atomic_store(&host->n_got, n_got + 1);
  return true;
}

static void
call(void (*const function)(void))
{
  if (function) {
    function();
  }
}

static LV2_Worker_Status
schedule_work(const LV2_Worker_Schedule_Handle handle, const uint32_t size, const void* const data)
{
  Host* const host = handle;
  if (host->n_refuse) {
    --host->n_refuse;
    return LV2_WORKER_ERR_NO_SPACE;
  }
  if (host->config.work == HOST_WORK_AT_ONCE) {
    call(host->config.after_run);
    do_work(host, size, data);
    call(host->config.before_run);
    return LV2_WORKER_SUCCESS;
  }

  const uint32_t n_put = atomic_load(&host->n_put);
  if (size > MAX_WORK || n_put - atomic_load(&host->n_got) == QUEUE) {
    return LV2_WORKER_ERR_NO_SPACE;
  }
  Item* const item = &host->queue[n_put % QUEUE];
  item->due        = host->block + host->config.work_delay;
  item->size       = size;
  memcpy(item->data, data, size);
  atomic_store(&host->n_put, n_put + 1);
  sem_post(&host->wake);
  return LV2_WORKER_SUCCESS;
}

static void*
worker_thread(void* const context)
{
  Host* const host = context;
  while (!atomic_load(&host->stop)) {
    sem_wait(&host->wake);
    while (do_next(host)) {
    }
  }
  return NULL;
}

static void
queue_draw(void* const handle)
{
  Host* const host = handle;
  atomic_fetch_add(&host->n_draws, 1);
}

static void
set_features(Host* const host)
{
  host->map      = (LV2_URID_Map){ host, map_uri };
  host->unmap    = (LV2_URID_Unmap){ host, unmap_uri };
  host->schedule = (LV2_Worker_Schedule){ host, schedule_work };
  host->logger   = (LV2_Log_Log){ host, log_printf, log_vprintf };
  host->strip    = (InlineDisplay){ host, queue_draw };

  const LV2_URID atom_int   = urid(host, LV2_ATOM__Int);
  const LV2_URID atom_float = urid(host, LV2_ATOM__Float);
  host->min_block           = 0;
  host->max_block           = host->config.promised_block ? (int32_t)host->config.promised_block
                                                          : (int32_t)HOST_MAX_BLOCK;
  host->rate                = (float)host->config.rate_hz;
  host->options[0] =
    (LV2_Options_Option){ LV2_OPTIONS_INSTANCE, 0,        urid(host, LV2_BUF_SIZE__minBlockLength),
                          sizeof(int32_t),      atom_int, &host->min_block };
  host->options[1] =
    (LV2_Options_Option){ LV2_OPTIONS_INSTANCE, 0,        urid(host, LV2_BUF_SIZE__maxBlockLength),
                          sizeof(int32_t),      atom_int, &host->max_block };
  host->options[2] =
    (LV2_Options_Option){ LV2_OPTIONS_INSTANCE, 0,          urid(host, LV2_PARAMETERS__sampleRate),
                          sizeof(float),        atom_float, &host->rate };

  const LV2_Feature features[] = {
    { NULL, NULL }, // seen in the wild
    { LV2_URID__map, &host->map },
    { LV2_URID__unmap, &host->unmap },
    { LV2_WORKER__schedule, &host->schedule },
    { LV2_LOG__log, &host->logger },
    { LV2_OPTIONS__options, host->options },
    { LV2_BUF_SIZE__boundedBlockLength, NULL },
    { INLINE_DISPLAY__queue_draw, &host->strip },
  };
  memcpy(host->features, features, sizeof(features));
  for (uint32_t i = 0; i < sizeof(features) / sizeof(features[0]); ++i) {
    host->feature_list[i] = &host->features[i];
  }
}

static bool
port_is(const Host* const host, const LilvPort* const port, const char* const class)
{
  LilvNode* const node = lilv_new_uri(host->world, class);
  const bool      is   = lilv_port_is_a(host->plugin, port, node);
  lilv_node_free(node);
  return is;
}

/// What the port asks for by rsz:minimumSize, or a little.
static uint32_t
minimum_size(const Host* const host, const LilvPort* const port)
{
  LilvNode* const key   = lilv_new_uri(host->world, LV2_RESIZE_PORT__minimumSize);
  LilvNode* const value = lilv_port_get(host->plugin, port, key);
  const uint32_t  size  = value ? (uint32_t)lilv_node_as_int(value) : 1024;
  lilv_node_free(value);
  lilv_node_free(key);
  return size < ATOM_SIZE - sizeof(LV2_Atom) ? size : ATOM_SIZE - (uint32_t)sizeof(LV2_Atom);
}

static bool
has_property(const Host* const host, const LilvPort* const port, const char* const uri)
{
  LilvNode* const property = lilv_new_uri(host->world, uri);
  const bool      has      = lilv_port_has_property(host->plugin, port, property);
  lilv_node_free(property);
  return has;
}

static void
add_port(Host* const host, const uint32_t index)
{
  const LilvPort* const port  = lilv_plugin_get_port_by_index(host->plugin, index);
  HostPort* const       mine  = &host->ports[index];
  const bool            input = port_is(host, port, LV2_CORE__InputPort);
  mine->symbol                = lilv_node_as_string(lilv_port_get_symbol(host->plugin, port));
  if (port_is(host, port, LV2_CORE__AudioPort)) {
    const bool side = input && has_property(host, port, LV2_CORE_PREFIX "isSideChain");
    mine->kind      = side ? KIND_SIDE : input ? KIND_AUDIO_IN : KIND_AUDIO_OUT;
    host->n_channels += input && !side ? 1 : 0;
  } else if (port_is(host, port, LV2_ATOM__AtomPort)) {
    mine->kind = input ? KIND_ATOM_IN : KIND_ATOM_OUT;
    if (!input) {
      host->notify_size = host->config.notify_size ? host->config.notify_size
                                                   : minimum_size(host, port);
    }
    lilv_instance_connect_port(host->instance, index, input ? &host->control : &host->notify);
  } else {
    mine->kind = KIND_CONTROL;
    lilv_instance_connect_port(host->instance, index, &mine->value);
  }
}

/// Give every port a place, and control inputs their defaults.
static void
add_ports(Host* const host)
{
  float defaults[MAX_PORTS];
  lilv_plugin_get_port_ranges_float(host->plugin, NULL, NULL, defaults);
  for (uint32_t i = 0; i < host->n_ports; ++i) {
    host->ports[i].value = isnan(defaults[i]) ? 0.0f : defaults[i];
    add_port(host, i);
  }
  host->latency_port = lilv_plugin_get_latency_port_index(host->plugin);
}

static void
clear_control(Host* const host)
{
  host->control.sequence.atom.type = urid(host, LV2_ATOM__Sequence);
  host->control.sequence.atom.size = sizeof(LV2_Atom_Sequence_Body);
  host->control.sequence.body      = (LV2_Atom_Sequence_Body){ 0, 0 };
}

/// Lilv crashes on folders that no URI can be made of; it expands ~ and $.
static bool
check_lv2_path(void)
{
  const char* folder = getenv("LV2_PATH");
  while (folder && *folder) {
    const int length = (int)strcspn(folder, ":");
    if (length && !strchr("/~$", *folder)) {
      fprintf(stderr, "LV2_PATH: %.*s: not an absolute path\n", length, folder);
      return false;
    }
    folder += length + (folder[length] == ':');
  }
  return true;
}

static bool
instantiate(Host* const host, const char* const uri)
{
  if (!check_lv2_path()) {
    return false;
  }

  host->world = lilv_world_new();
  lilv_world_load_all(host->world);
  LilvNode* const node = lilv_new_uri(host->world, uri);
  host->plugin         = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(host->world), node);
  lilv_node_free(node);
  if (!host->plugin) {
    return false;
  }

  set_features(host);
  lv2_atom_forge_init(&host->forge, &host->map);
  clear_control(host);
  host->n_ports = lilv_plugin_get_num_ports(host->plugin);
  if (host->n_ports > MAX_PORTS) {
    return false;
  }
  host->instance = lilv_plugin_instantiate(host->plugin, host->config.rate_hz, host->feature_list);
  if (host->instance) {
    add_ports(host);
  }
  return host->instance && host->n_channels <= HOST_MAX_CHANNELS;
}

Host*
host_open(const char* const uri, const HostConfig* const config)
{
  Host* const host = calloc(1, sizeof(Host));
  if (!host) {
    return NULL;
  }

  host->config = *config;
  pthread_mutex_init(&host->uri_lock, NULL);
  pthread_mutex_init(&host->log_lock, NULL);
  sem_init(&host->wake, 0, 0);
  if (!instantiate(host, uri)) {
    host_close(host);
    return NULL;
  }
  host->has_thread = config->work == HOST_WORK_THREAD &&
                     !pthread_create(&host->thread, NULL, worker_thread, host);
  return host;
}

/// Do what is still queued; the plugin does not run.
static void
finish_work(Host* const host)
{
  if (host->has_thread) {
    atomic_store(&host->stop, true);
    sem_post(&host->wake);
    pthread_join(host->thread, NULL);
  }
  host->running = false;
  while (do_next(host)) {
  }
}

void
host_close(Host* const host)
{
  if (!host) {
    return;
  }

  if (host->instance) {
    finish_work(host);
    host_deactivate(host);
    lilv_instance_free(host->instance);
  }
  lilv_world_free(host->world);
  for (uint32_t i = 0; i < host->n_uris; ++i) {
    free(host->uris[i]);
  }
  pthread_mutex_destroy(&host->uri_lock);
  pthread_mutex_destroy(&host->log_lock);
  sem_destroy(&host->wake);
  free(host);
}

void
host_activate(Host* const host)
{
  if (!host->active) {
    lilv_instance_activate(host->instance);
    host->active = true;
  }
}

void
host_deactivate(Host* const host)
{
  if (host->active) {
    lilv_instance_deactivate(host->instance);
    host->active = false;
  }
}

LilvWorld*
host_world(Host* const host)
{
  return host->world;
}

const LilvPlugin*
host_plugin(Host* const host)
{
  return host->plugin;
}

uint32_t
host_channels(const Host* const host)
{
  return host->n_channels;
}

static const HostPort*
find_control(const Host* const host, const char* const symbol)
{
  for (uint32_t i = 0; i < host->n_ports; ++i) {
    if (host->ports[i].kind == KIND_CONTROL && !strcmp(host->ports[i].symbol, symbol)) {
      return &host->ports[i];
    }
  }
  return NULL;
}

bool
host_set_control(Host* const host, const char* const symbol, const float value)
{
  const HostPort* const port = find_control(host, symbol);
  if (port) {
    host->ports[port - host->ports].value = value;
  }
  return port != NULL;
}

void
host_disconnect(Host* const host, const char* const symbol)
{
  const HostPort* const port = find_control(host, symbol);
  if (port) {
    lilv_instance_connect_port(host->instance, (uint32_t)(port - host->ports), NULL);
  }
}

float
host_control(const Host* const host, const char* const symbol)
{
  const HostPort* const port = find_control(host, symbol);
  return port ? port->value : NAN;
}

uint32_t
host_latency(const Host* const host)
{
  return (uint32_t)lroundf(host->ports[host->latency_port].value);
}

/// Begin a message behind those that wait in the control buffer.
static void
begin_message(Host* const host, LV2_Atom_Forge_Frame* const frame, const char* const type)
{
  LV2_Atom_Sequence* const sequence = &host->control.sequence;
  uint8_t* const           end      = (uint8_t*)&sequence->body + sequence->atom.size;
  lv2_atom_forge_set_buffer(&host->forge, end,
                            sizeof(host->control) - sizeof(LV2_Atom) - sequence->atom.size);
  lv2_atom_forge_frame_time(&host->forge, 0);
  lv2_atom_forge_object(&host->forge, frame, 0, urid(host, type));
}

void
host_send_controller(Host* const host, const uint8_t number, const uint8_t value)
{
  const uint8_t            bytes[]  = { 0xb3, number, value };
  LV2_Atom_Sequence* const sequence = &host->control.sequence;
  uint8_t* const           end      = (uint8_t*)&sequence->body + sequence->atom.size;
  lv2_atom_forge_set_buffer(&host->forge, end,
                            sizeof(host->control) - sizeof(LV2_Atom) - sequence->atom.size);
  lv2_atom_forge_frame_time(&host->forge, 0);
  lv2_atom_forge_atom(&host->forge, sizeof(bytes), urid(host, LV2_MIDI__MidiEvent));
  lv2_atom_forge_write(&host->forge, bytes, sizeof(bytes));
  sequence->atom.size += lv2_atom_pad_size(host->forge.offset);
}

static void
end_message(Host* const host, LV2_Atom_Forge_Frame* const frame)
{
  lv2_atom_forge_pop(&host->forge, frame);
  host->control.sequence.atom.size += lv2_atom_pad_size(host->forge.offset);
}

void
host_set_path(Host* const host, const char* const property, const char* const path)
{
  LV2_Atom_Forge_Frame frame;
  begin_message(host, &frame, LV2_PATCH__Set);
  lv2_atom_forge_key(&host->forge, urid(host, LV2_PATCH__property));
  lv2_atom_forge_urid(&host->forge, urid(host, property));
  lv2_atom_forge_key(&host->forge, urid(host, LV2_PATCH__value));
  lv2_atom_forge_path(&host->forge, path, (uint32_t)strlen(path));
  end_message(host, &frame);
}

void
host_get_property(Host* const host, const char* const property)
{
  LV2_Atom_Forge_Frame frame;
  begin_message(host, &frame, LV2_PATCH__Get);
  if (property) {
    lv2_atom_forge_key(&host->forge, urid(host, LV2_PATCH__property));
    lv2_atom_forge_urid(&host->forge, urid(host, property));
  }
  end_message(host, &frame);
}

void
host_refuse_work(Host* const host, const uint32_t n)
{
  host->n_refuse = n;
}

uint32_t
host_work_done(const Host* const host)
{
  return atomic_load(&host->n_done);
}

/// First byte behind the room of the notify port.
static uint8_t*
notify_end(Host* const host)
{
  return (uint8_t*)&host->notify.sequence.body + host->notify_size;
}

/// Set, before run(), or look whether it is still there, after.
static void
check_notify_end(Host* const host, const bool set)
{
  static const uint8_t mark[16] = "behind the room";
  const size_t         n        = (size_t)((uint8_t*)(&host->notify + 1) - notify_end(host));
  const size_t         m        = n < sizeof(mark) ? n : sizeof(mark);
  if (set) {
    memcpy(notify_end(host), mark, m);
  } else if (memcmp(notify_end(host), mark, m)) {
    fputs("host: the plugin wrote behind its notify port's room\n", stderr);
    abort();
  }
}

static void
connect_audio(Host* const host, float* const* const in, float* const* const out)
{
  uint32_t n_in   = 0;
  uint32_t n_side = 0;
  uint32_t n_out  = 0;
  for (uint32_t i = 0; i < host->n_ports; ++i) {
    if (host->ports[i].kind == KIND_AUDIO_IN) {
      lilv_instance_connect_port(host->instance, i, in[n_in++]);
    } else if (host->ports[i].kind == KIND_SIDE) {
      lilv_instance_connect_port(host->instance, i, host->side ? host->side[n_side++] : NULL);
    } else if (host->ports[i].kind == KIND_AUDIO_OUT) {
      lilv_instance_connect_port(host->instance, i, out[n_out++]);
    }
  }
}

static void
read_notify(Host* const host)
{
  const LV2_URID set     = urid(host, LV2_PATCH__Set);
  const LV2_URID value   = urid(host, LV2_PATCH__value);
  const LV2_URID changed = urid(host, LV2_STATE__StateChanged);
  LV2_ATOM_SEQUENCE_FOREACH(&host->notify.sequence, event)
  {
    const LV2_Atom_Object* const object = (const LV2_Atom_Object*)&event->body;
    if (object->body.otype == set) {
      const LV2_Atom* path = NULL;
      lv2_atom_object_get(object, value, &path, 0);
      snprintf(host->path, sizeof(host->path), "%s",
               path ? (const char*)LV2_ATOM_BODY_CONST(path) : "");
      ++host->n_paths;
    } else if (object->body.otype == changed) {
      ++host->n_changes;
    }
  }
}

void
host_run(Host* const host, const uint32_t n, float* const* const in, float* const* const out)
{
  connect_audio(host, in, out);
  host->running                   = true;
  host->notify.sequence.atom.type = urid(host, LV2_ATOM__Chunk);
  host->notify.sequence.atom.size = host->notify_size;
  check_notify_end(host, true);

  call(host->config.before_run);
  lilv_instance_run(host->instance, n);
  call(host->config.after_run);

  check_notify_end(host, false);
  read_notify(host);
  clear_control(host);
  ++host->block;
  if (host->config.work == HOST_WORK_LATER) {
    while (do_next(host)) {
    }
  }
}

void
host_set_side(Host* const host, float* const* const side)
{
  host->side = side;
}

uint32_t
host_paths_told(const Host* const host)
{
  return host->n_paths;
}

const char*
host_path(const Host* const host)
{
  return host->path;
}

uint32_t
host_changes_told(const Host* const host)
{
  return host->n_changes;
}

uint32_t
host_draws_asked(const Host* const host)
{
  return atomic_load(&host->n_draws);
}

const void*
host_extension(Host* const host, const char* const uri)
{
  return lilv_instance_get_extension_data(host->instance, uri);
}

LV2_Handle
host_handle(Host* const host)
{
  return lilv_instance_get_handle(host->instance);
}

const char*
host_log(const Host* const host)
{
  return host->log;
}

void
host_clear_log(Host* const host)
{
  host->n_log  = 0;
  host->log[0] = '\0';
}

static const void*
get_value(const char* const symbol, void* const context, uint32_t* const size, uint32_t* const type)
{
  Host* const           host = context;
  const HostPort* const port = find_control(host, symbol);
  *size                      = port ? sizeof(float) : 0;
  *type                      = port ? host->forge.Float : 0;
  return port ? &port->value : NULL;
}

static void
set_value(const char* const symbol, void* const context, const void* const value,
          const uint32_t size, const uint32_t type)
{
  Host* const host = context;
  if (type == host->forge.Float && size == sizeof(float)) {
    host_set_control(host, symbol, *(const float*)value);
  } else if (type == host->forge.Int && size == sizeof(int32_t)) {
    host_set_control(host, symbol, (float)*(const int32_t*)value);
  }
}

bool
host_save(Host* const host, const char* const folder, const char* const link_folder,
          const uint32_t flags, const bool lend_folder)
{
  LilvState* const state = lilv_state_new_from_instance(
    host->plugin, host->instance, &host->map, NULL, NULL, link_folder, lend_folder ? folder : NULL,
    get_value, host, flags, host->feature_list);
  const bool ok = state && !lilv_state_save(host->world, &host->map, &host->unmap, state, NULL,
                                            folder, "state.ttl");
  lilv_state_free(state);
  return ok;
}

static bool
restore(Host* const host, LilvState* const state)
{
  if (state) {
    lilv_state_restore(state, host->instance, set_value, host, 0, host->feature_list);
    lilv_state_free(state);
  }
  return state != NULL;
}

bool
host_restore(Host* const host, const char* const folder)
{
  char path[4096];
  snprintf(path, sizeof(path), "%s/state.ttl", folder);
  return restore(host, lilv_state_new_from_file(host->world, &host->map, NULL, path));
}

/// Whether a preset has that label.
static bool
is_labeled(Host* const host, const LilvNode* const preset, const char* const label)
{
  LilvNode* const key = lilv_new_uri(host->world, LILV_NS_RDFS "label");
  lilv_world_load_resource(host->world, preset);
  LilvNode* const text = lilv_world_get(host->world, preset, key, NULL);
  const bool      is   = text && !strcmp(lilv_node_as_string(text), label);
  lilv_node_free(text);
  lilv_node_free(key);
  return is;
}

char*
host_find_preset(Host* const host, const char* const label)
{
  LilvNode* const  type = lilv_new_uri(host->world, LV2_PRESETS__Preset);
  LilvNodes* const all  = lilv_plugin_get_related(host->plugin, type);
  const char*      uri  = NULL;
  uint32_t         n    = 0;
  LILV_FOREACH(nodes, i, all)
  {
    const LilvNode* const preset = lilv_nodes_get(all, i);
    if (is_labeled(host, preset, label)) {
      uri = lilv_node_as_uri(preset);
      ++n;
    }
  }
  char* const found = n == 1 ? strdup(uri) : NULL;
  lilv_nodes_free(all);
  lilv_node_free(type);
  return found;
}

bool
host_load_preset(Host* const host, const char* const uri)
{
  LilvNode* const node = lilv_new_uri(host->world, uri);
  lilv_world_load_resource(host->world, node);
  const bool ok = restore(host, lilv_state_new_from_world(host->world, &host->map, node));
  lilv_node_free(node);
  return ok;
}

static const LV2_State_Interface*
state_interface(Host* const host)
{
  return lilv_instance_get_extension_data(host->instance, LV2_STATE__interface);
}

/// A state of one property.
typedef struct {
  LV2_URID    key;
  LV2_URID    type;
  const char* path;
} OnePath;

static const void*
retrieve_path(const LV2_State_Handle handle, const uint32_t key, size_t* const size,
              uint32_t* const type, uint32_t* const flags)
{
  const OnePath* const one = handle;
  if (key != one->key) {
    return NULL;
  }
  *size  = strlen(one->path) + 1;
  *type  = one->type;
  *flags = LV2_STATE_IS_POD;
  return one->path;
}

bool
host_restore_path(Host* const host, const char* const property, const char* const path)
{
  OnePath one = { urid(host, property), urid(host, LV2_ATOM__Path), path };
  return !state_interface(host)->restore(lilv_instance_get_handle(host->instance), retrieve_path,
                                         &one, 0, host->feature_list);
}

static LV2_State_Status
store_value(const LV2_State_Handle handle, const uint32_t key, const void* const data,
            const size_t size, const uint32_t type, const uint32_t flags)
{
  HostMemory* const memory = handle;
  HostValue* const  value  = &memory->values[memory->n];
  if (memory->n == HOST_MAX_VALUES || size > HOST_VALUE_SIZE || !(flags & LV2_STATE_IS_POD)) {
    return LV2_STATE_ERR_UNKNOWN;
  }
  value->key  = key;
  value->type = type;
  value->size = size;
  memcpy(value->data, data, size);
  ++memory->n;
  return LV2_STATE_SUCCESS;
}

static const void*
retrieve_value(const LV2_State_Handle handle, const uint32_t key, size_t* const size,
               uint32_t* const type, uint32_t* const flags)
{
  const HostMemory* const memory = handle;
  for (uint32_t i = 0; i < memory->n; ++i) {
    const HostValue* const value = &memory->values[i];
    if (value->key == key) {
      *size  = value->size;
      *type  = value->type;
      *flags = LV2_STATE_IS_POD;
      return value->data;
    }
  }
  return NULL;
}

bool
host_save_memory(Host* const host, HostMemory* const memory)
{
  memory->n = 0;
  return !state_interface(host)->save(lilv_instance_get_handle(host->instance), store_value, memory,
                                      LV2_STATE_IS_POD, host->feature_list);
}

bool
host_restore_memory(Host* const host, const HostMemory* const memory)
{
  HostMemory copy = *memory; // A handle is not const
  return !state_interface(host)->restore(lilv_instance_get_handle(host->instance), retrieve_value,
                                         &copy, 0, host->feature_list);
}

HostValue*
host_memory_value(Host* const host, HostMemory* const memory, const char* const property)
{
  const LV2_URID key = urid(host, property);
  for (uint32_t i = 0; i < memory->n; ++i) {
    if (memory->values[i].key == key) {
      return &memory->values[i];
    }
  }
  return NULL;
}
