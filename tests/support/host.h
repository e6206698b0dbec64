// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_HOST_H
#define LAMINA_TESTS_SUPPORT_HOST_H

#include <lilv/lilv.h>

#include <stdbool.h>
#include <stdint.h>

/// Most samples of one block.
#define HOST_MAX_BLOCK 8192u

/// Most audio channels, in or out.
#define HOST_MAX_CHANNELS 2u

/// When a plugin's scheduled work is done.
typedef enum {
  HOST_WORK_AT_ONCE, ///< Inside schedule_work(), as hosts do when they export
  HOST_WORK_LATER,   ///< After some more blocks, on the thread that runs them
  HOST_WORK_THREAD,  ///< On a thread of its own
} HostWork;

typedef struct {
  double   rate_hz;
  HostWork work;
  uint32_t work_delay;      ///< Blocks, for HOST_WORK_LATER
  uint32_t promised_block;  ///< Most samples of a block as the plugin is told; 0: HOST_MAX_BLOCK
  uint32_t notify_size;     ///< Room of the notify port, bytes; 0 for what the plugin asks for
  void (*before_run)(void); ///< Called right before the plugin's run(), or NULL
  void (*after_run)(void);  ///< And right after; both also around work inside schedule_work()
} HostConfig;

/// Most bytes of a value in memory, and most values.
enum { HOST_VALUE_SIZE = 8192, HOST_MAX_VALUES = 4 };

/// A value that a plugin has saved.
typedef struct {
  uint32_t key;
  uint32_t type;
  size_t   size;
  uint64_t data[HOST_VALUE_SIZE / sizeof(uint64_t)];
} HostValue;

/// A saved state.
typedef struct {
  uint32_t  n;
  HostValue values[HOST_MAX_VALUES];
} HostMemory;

/**
   One instance of an LV2 plugin in a small host: all that a test wants to see of a real one.

   Gives urid:map, urid:unmap, work:schedule, log:log, opts:options, bufsz:boundedBlockLength,
   inline display and,
   in states, state:mapPath, makePath and freePath; and a feature without a URI, which some hosts
   pass.  One thread at a time, apart from host_restore_path(), host_save_memory() and
   host_restore_memory().
*/
typedef struct Host Host;

/**
   Find a plugin in LV2_PATH and instantiate it.

   @return Owned by the caller, or NULL; a path of LV2_PATH that is not absolute is also told on
   stderr.
*/
Host*
host_open(const char* uri, const HostConfig* config);

/// Finish the work, deactivate, free; NULL is allowed.
void
host_close(Host* host);

void
host_activate(Host* host);

void
host_deactivate(Host* host);

/// The world and the plugin's data, owned by `host`.
LilvWorld*
host_world(Host* host);

const LilvPlugin*
host_plugin(Host* host);

/// Number of audio inputs, the side-chain not among them.
uint32_t
host_channels(const Host* host);

/// Set a control input.  @return False when there is no such port.
bool
host_set_control(Host* host, const char* symbol, float value);

/// Connect a control port to nothing, as hosts may do with ports that are lv2:connectionOptional.
void
host_disconnect(Host* host, const char* symbol);

/// Value of a control port, NaN when there is no such port.
float
host_control(const Host* host, const char* symbol);

/// Value of the port with designation lv2:latency.
uint32_t
host_latency(const Host* host);

/// Send a patch:Set of the atom:Path property `property` with the next block.
void
host_set_path(Host* host, const char* property, const char* path);

/// Send a patch:Get with the next block.  @param property NULL asks for all.
void
host_get_property(Host* host, const char* property);

/// Send a MIDI controller with the next block.
void
host_send_controller(Host* host, uint8_t number, uint8_t value);

/// Let the next `n` calls of schedule_work() fail.
void
host_refuse_work(Host* host, uint32_t n);

/// How many pieces of work were done.
uint32_t
host_work_done(const Host* host);

/**
   Run one block.  Aborts when the plugin writes more to its notify port than there is room.

   @param n 0…HOST_MAX_BLOCK.
   @param in [host_channels][n].
   @param out [host_channels][n], written.  May be `in`.
*/
void
host_run(Host* host, uint32_t n, float* const* in, float* const* out);

/// What the side-chain hears in the blocks to come.  @param side [host_channels][n], must outlive
/// them; NULL: it is not connected, as at first.
void
host_set_side(Host* host, float* const* side);

/// How many patch:Set messages came from the plugin.
uint32_t
host_paths_told(const Host* host);

/// The path of the last one, "" before the first.
const char*
host_path(const Host* host);

/// How many state:StateChanged messages came.
uint32_t
host_changes_told(const Host* host);

/// How often the plugin asked to be drawn.
uint32_t
host_draws_asked(const Host* host);

/// What a plugin has under a URI; NULL: nothing.
const void*
host_extension(Host* host, const char* uri);

/// Of the instance, as an extension's functions want it.
LV2_Handle
host_handle(Host* host);

/// All lines of the log, until host_clear_log().
const char*
host_log(const Host* host);

void
host_clear_log(Host* host);

/**
   Save ports and state as a bundle.

   @param folder Made, gets state.ttl.
   @param link_folder Where links to files go that lie elsewhere; NULL keeps absolute paths.
   @param flags LV2_State_Flags.
   @param lend_folder Give state:makePath.
*/
bool
host_save(Host* host, const char* folder, const char* link_folder, uint32_t flags,
          bool lend_folder);

/// Restore what host_save() wrote.
bool
host_restore(Host* host, const char* folder);

/// The preset that users see by that name.  @return Its URI, owned by the caller; NULL when there
/// is none, or more than one.
char*
host_find_preset(Host* host, const char* label);

/// Restore a preset of the plugin's bundle, or of any other in LV2_PATH.
bool
host_load_preset(Host* host, const char* uri);

/// Restore a state that is nothing but one path.  May be called while another thread runs blocks.
bool
host_restore_path(Host* host, const char* property, const char* path);

/// Save the state alone, without ports.  May be called while another thread runs blocks.
bool
host_save_memory(Host* host, HostMemory* memory);

/// Restore it.  May be called while another thread runs blocks.
bool
host_restore_memory(Host* host, const HostMemory* memory);

/// The value of a property, NULL when there is none.
HostValue*
host_memory_value(Host* host, HostMemory* memory, const char* property);

#endif
