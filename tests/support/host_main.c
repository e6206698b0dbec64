// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// lamina-host: a sound file through an LV2 plugin, as a host would play it.

#include "tests/support/host.h"

#include <getopt.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SETTINGS = 32 };

typedef struct {
  const char* uri;
  const char* in_path;
  const char* out_path;
  const char* preset;
  const char* model;
  uint32_t    block; ///< Samples, 0 for random sizes
  uint32_t    n_settings;
  char*       settings[MAX_SETTINGS]; ///< "symbol=value"
} Arguments;

/// A sound file in memory, interleaved.
typedef struct {
  SF_INFO info;
  float*  samples; ///< [frames × channels]
} Recording;

static const char usage[] =
  "usage: lamina-host URI IN.wav OUT.wav [--preset URI] [--model FILE] [--block N|random]\n"
  "                   [--set SYMBOL=VALUE]...\n"
  "Runs a sound file through an LV2 plugin found in LV2_PATH and takes its delay away.\n";

static bool
fail(const char* const what, const char* const which)
{
  fprintf(stderr, "lamina-host: %s: %s\n", which, what);
  return false;
}

static bool
parse_block(const char* const text, uint32_t* const block)
{
  char*               end   = NULL;
  const unsigned long value = strtoul(text, &end, 10);
  if (!strcmp(text, "random")) {
    *block = 0;
    return true;
  }
  *block = (uint32_t)value;
  return *end == '\0' && value >= 1 && value <= HOST_MAX_BLOCK;
}

static bool
parse_option(const int option, Arguments* const arguments)
{
  switch (option) {
    case 'p':
      arguments->preset = optarg;
      return true;
    case 'm':
      arguments->model = optarg;
      return true;
    case 'b':
      return parse_block(optarg, &arguments->block) ||
             fail("a block is 1 to 8192 samples, or random", optarg);
    case 's':
      if (arguments->n_settings == MAX_SETTINGS || !strchr(optarg, '=')) {
        return fail("expected SYMBOL=VALUE", optarg);
      }
      arguments->settings[arguments->n_settings++] = optarg;
      return true;
    default:
      return false;
  }
}

static bool
parse(const int argc, char** const argv, Arguments* const arguments)
{
  static const struct option options[] = { { "preset", required_argument, NULL, 'p' },
                                           { "model", required_argument, NULL, 'm' },
                                           { "block", required_argument, NULL, 'b' },
                                           { "set", required_argument, NULL, 's' },
                                           { NULL, 0, NULL, 0 } };

  *arguments = (Arguments){ .block = 1024 };
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (!parse_option(option, arguments)) {
      return false;
    }
  }
  if (argc - optind != 3) {
    return false;
  }
  arguments->uri      = argv[optind];
  arguments->in_path  = argv[optind + 1];
  arguments->out_path = argv[optind + 2];
  return true;
}

static bool
read_recording(const char* const path, Recording* const recording)
{
  SNDFILE* const file = sf_open(path, SFM_READ, &recording->info);
  if (!file) {
    return fail(sf_strerror(NULL), path);
  }

  const sf_count_t n_frames = recording->info.frames;
  const size_t     n_all    = (size_t)n_frames * (size_t)recording->info.channels;
  recording->samples        = calloc(n_all ? n_all : 1, sizeof(float));
  const bool ok             = recording->samples &&
                  sf_readf_float(file, recording->samples, n_frames) == n_frames;
  sf_close(file);
  return ok || fail("cannot read all of it", path);
}

static bool
write_recording(const char* const path, const Recording* const recording)
{
  SF_INFO        info = { .samplerate = recording->info.samplerate,
                          .channels   = recording->info.channels,
                          .format     = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  if (!file) {
    return fail(sf_strerror(NULL), path);
  }

  const sf_count_t n_frames = recording->info.frames;
  const bool       ok       = sf_writef_float(file, recording->samples, n_frames) == n_frames;
  return (!sf_close(file) && ok) || fail("cannot write all of it", path);
}

/// Let the wishes arrive before there is sound, so that nothing fades.
static bool
set_up(Host* const host, const Arguments* const arguments)
{
  if (arguments->preset || arguments->model) {
    host_clear_log(host); // of the plugin's own model, which is not wanted
  }
  if (arguments->preset && !host_load_preset(host, arguments->preset)) {
    return fail("no such preset", arguments->preset);
  }
  if (arguments->model && !host_restore_path(host, "urn:lamina:model", arguments->model)) {
    return fail("cannot be restored", arguments->model);
  }
  if ((arguments->preset || arguments->model) && *host_log(host)) {
    return fail("a wanted model is not used", arguments->uri);
  }
  for (uint32_t i = 0; i < arguments->n_settings; ++i) {
    char* const setting = arguments->settings[i];
    char* const equals  = strchr(setting, '=');
    *equals             = '\0';
    if (!host_set_control(host, setting, strtof(equals + 1, NULL))) {
      return fail("no such control port", setting);
    }
  }
  host_activate(host);
  host_run(host, 0, (float* [HOST_MAX_CHANNELS]){ NULL }, (float* [HOST_MAX_CHANNELS]){ NULL });
  return true;
}

static uint32_t
next_block(const uint32_t fixed, uint32_t* const random)
{
  *random = *random * 1664525u + 1013904223u;
  return fixed ? fixed : 1 + (*random >> 8) % 2048;
}

/// Play the recording, and silence until its end has come out; what comes out replaces it.
static void
play(Host* const host, const uint32_t block, Recording* const recording)
{
  const uint32_t n_channels = host_channels(host);
  const uint64_t n_frames   = (uint64_t)recording->info.frames;
  const uint64_t latency    = host_latency(host);
  uint32_t       random     = 1;
  uint32_t       n          = 0;
  static float   buffers[HOST_MAX_CHANNELS][HOST_MAX_BLOCK];
  float* const   pointers[HOST_MAX_CHANNELS] = { buffers[0], buffers[1] };
  for (uint64_t at = 0; at < n_frames + latency; at += n) {
    const uint64_t rest   = n_frames + latency - at;
    const uint32_t wanted = next_block(block, &random);
    n                     = rest < wanted ? (uint32_t)rest : wanted;
    for (uint64_t i = 0; i < (uint64_t)n * n_channels; ++i) {
      const uint64_t frame                    = at + i / n_channels;
      buffers[i % n_channels][i / n_channels] = frame < n_frames
                                                  ? recording->samples[at * n_channels + i]
                                                  : 0.0f;
    }
    host_run(host, n, pointers, pointers);
    for (uint64_t i = 0; i < (uint64_t)n * n_channels; ++i) {
      if (at + i / n_channels >= latency) {
        recording->samples[(at - latency) * n_channels + i] =
          buffers[i % n_channels][i / n_channels];
      }
    }
  }
}

static bool
run(const Arguments* const arguments, Recording* const recording, Host** const host)
{
  if (!read_recording(arguments->in_path, recording)) {
    return false;
  }

  const HostConfig config = { .rate_hz = recording->info.samplerate, .work = HOST_WORK_AT_ONCE };
  *host                   = host_open(arguments->uri, &config);
  if (!*host) {
    return fail("no such plugin in LV2_PATH, or it does not start", arguments->uri);
  }
  if (host_channels(*host) != (uint32_t)recording->info.channels) {
    return fail("the file and the plugin differ in channels", arguments->in_path);
  }
  if (!set_up(*host, arguments)) {
    return false;
  }
  play(*host, arguments->block, recording);
  return write_recording(arguments->out_path, recording);
}

int
main(const int argc, char** const argv)
{
  Arguments arguments;
  if (!parse(argc, argv, &arguments)) {
    fputs(usage, stderr);
    return 2;
  }

  Recording  recording = { 0 };
  Host*      host      = NULL;
  const bool ok        = run(&arguments, &recording, &host);
  if (host) {
    fputs(host_log(host), stderr);
  }
  host_close(host);
  free(recording.samples);
  return ok ? 0 : 1;
}
