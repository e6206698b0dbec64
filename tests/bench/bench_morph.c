// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// How well sounds of one instrument take on the timbre of another; see morph.sh.

#include "dsp/network/model_file.h"
#include "tests/bench/morph/clip.h"
#include "tests/bench/morph/heard.h"
#include "tests/bench/morph/ways.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Player and target.
typedef struct {
  const char* from;
  const char* to;
} Pair;

static const Pair pairs[] = {
  { "clarinet/freepats", "trumpet/freepats" },
  { "violins/musescore", "nylon-guitar/freepats" },
  { "choir-aahs/fluid", "nylon-guitar/freepats" },
  { "flute/freepats", "oboe/fluid" },
  { "celli/musescore", "alto-sax/fluid" },
  { "trombone/fluid", "bassoon/fluid" },
  { "oboe/fluid", "clarinet/freepats" },
  { "french-horn/freepats", "violins/musescore" },
  { "piano/musescore", "strings/fluid" },
  { "trumpet/freepats", "oboe/fluid" },
  { "alto-sax/fluid", "muted-trumpet/fluid" },
  { "viola/fluid", "clarinet/freepats" },
  { "bassoon/fluid", "choir-aahs/fluid" },
  { "soprano-sax/fluid", "english-horn/fluid" },
  { "accordion/fluid", "bandoneon/fluid" },
  { "church-organ/fluid", "strings/fluid" },
  { "sitar/fluid", "shamisen/fluid" },
  { "koto/fluid", "harp/freepats" },
  { "saw-lead/fluid", "clarinet/freepats" },
  { "brass-section/fluid", "voice-oohs/fluid" },
  { "recorder/fluid", "violins/musescore" },
  { "shakuhachi/fluid", "muted-trumpet/fluid" },
  { "reed-organ/fluid", "french-horn/freepats" },
};

static const int intervals[] = { 0, 4, -4, 7, -7 };

enum { N_PAIRS = sizeof pairs / sizeof *pairs };
enum { N_INTERVALS = sizeof intervals / sizeof *intervals };
enum { KEY = 65 };

/// The player's right channel is softer, the target's louder.
static const double player_right_db = -6.0;
static const double target_right_db = 6.0;

typedef struct {
  Sounds   sounds;
  WayTools tools;
} Bench;

/// One table of figures: by way and interval, of all pairs that have them.
typedef struct {
  uint32_t n[N_WAYS][N_INTERVALS];
  double   figures[N_WAYS][N_INTERVALS][N_FIGURES][N_PAIRS];
} Table;

static const char usage[] =
  "Usage: bench_morph NOTES [--model MODEL] [--frames MODEL] [--csound CSD] [--drums DIR] "
  "[--speech FILE] [--way NAME]\n";

static const Model*
read_model(const char* const path, const ModelKind kind)
{
  Model*     model = NULL;
  Diagnostic why   = { "" };
  if (model_read(path, &model, &why) || model_check_kind(model, path, kind, &why)) {
    clip_fail(why.text);
  }
  return model;
}

static Bench
read_options(const int argc, char** const argv)
{
  static const struct option names[] = {
    { "model", required_argument, NULL, 'm' },
    { "frames", required_argument, NULL, 'f' },
    { "csound", required_argument, NULL, 'c' },
    { "drums", required_argument, NULL, 'd' },
    { "speech", required_argument, NULL, 's' },
    { "way", required_argument, NULL, 'w' },
    { NULL, 0, NULL, 0 },
  };
  Bench bench  = { .tools = { NULL } };
  int   option = 0;
  while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
    switch (option) {
      case 'm':
        bench.tools.morph = read_model(optarg, MODEL_MORPH);
        break;
      case 'f':
        bench.tools.frames = read_model(optarg, MODEL_AUTOENCODER);
        break;
      case 'c':
        bench.tools.csound = optarg;
        break;
      case 'd':
        bench.sounds.drums = optarg;
        break;
      case 's':
        bench.sounds.speech = optarg;
        break;
      case 'w':
        bench.tools.only = optarg;
        break;
      default:
        optind = argc;
    }
  }
  if (argc - optind != 1) {
    fputs(usage, stderr);
    exit(EXIT_FAILURE);
  }
  bench.sounds.notes = argv[optind];
  return bench;
}

/// @param has_pitch Whether the player's pitch can be told: in a chord or a drum it cannot.
static void
print_figures(const char* const way, const char* const interval, const char* const who,
              const double* const figures, const bool has_pitch)
{
  char pitch[24] = "-";
  if (has_pitch) {
    snprintf(pitch, sizeof pitch, "%.1f", figures[0]);
  }
  printf("| %s | %s | %s | %s | %.2f | %.1f | %.2f | %.2f | %.3f | %.3f | %.3f |\n", way, interval,
         who, pitch, figures[1], figures[2], figures[3], figures[4], figures[5], figures[6],
         figures[7]);
  fflush(stdout);
}

static Figures
measure(const Bench* const bench, const Way* const way, const Clip* const from,
        const Clip* const to)
{
  static Clip  out;
  static Heard steps[N_STEPS];
  static Heard player;
  static Heard target;
  static Heard sampled;
  heard_of(from, &player);
  heard_of(to, &target);
  heard_sampled(&target, player.pitch_hz, &sampled);
  for (uint32_t i = 0; i < N_STEPS; ++i) {
    way->go(way, &bench->tools, from, to, (double)i / (N_STEPS - 1), &out);
    heard_of(&out, &steps[i]);
  }
  return heard_figures(&player, &target, &sampled, steps);
}

/// All ways from one note to another.
static void
run_pair(const Bench* const bench, const Pair* const pair, const uint32_t interval,
         Table* const table)
{
  static Clip from;
  static Clip to;
  const int   key = clip_note(&bench->sounds, pair->from, KEY, 0, player_right_db, &from);
  char        who[100];
  char        semitones[8];
  clip_note(&bench->sounds, pair->to, key + intervals[interval], 1, target_right_db, &to);
  snprintf(who, sizeof who, "%s to %s", pair->from, pair->to);
  snprintf(semitones, sizeof semitones, "%+d", intervals[interval]);
  for (uint32_t w = 0; w < N_WAYS; ++w) {
    if (way_possible(&ways[w], &bench->tools) && (!intervals[interval] || !ways[w].unison_only)) {
      const Figures  figures = measure(bench, &ways[w], &from, &to);
      double         row[N_FIGURES];
      const uint32_t n = table->n[w][interval]++;
      memcpy(row, &figures, sizeof row);
      for (uint32_t f = 0; f < N_FIGURES; ++f) {
        table->figures[w][interval][f][n] = row[f];
      }
      print_figures(ways[w].name, semitones, who, row, true);
    }
  }
}

/// Of pitches that cannot be compared.
static void
run_other(const Bench* const bench, const char* const who, const Clip* const from,
          const char* const target)
{
  static Clip to;
  clip_note(&bench->sounds, target, KEY, 0, target_right_db, &to);
  for (uint32_t w = 0; w < N_WAYS; ++w) {
    if (way_possible(&ways[w], &bench->tools) && !ways[w].unison_only) {
      const Figures figures = measure(bench, &ways[w], from, &to);
      double        row[N_FIGURES];
      memcpy(row, &figures, sizeof row);
      print_figures(ways[w].name, "", who, row, false);
    }
  }
}

static void
run_others(const Bench* const bench)
{
  static Clip from;
  clip_chord(&bench->sounds, "piano/musescore", player_right_db, &from);
  run_other(bench, "chord (piano) to clarinet", &from, "clarinet/freepats");
  if (bench->sounds.drums) {
    clip_drums(&bench->sounds, player_right_db, &from);
    run_other(bench, "drum loop to nylon-guitar", &from, "nylon-guitar/freepats");
  }
  if (bench->sounds.speech) {
    clip_speech(&bench->sounds, player_right_db, &from);
    run_other(bench, "speech to trumpet", &from, "trumpet/freepats");
  }
}

static void
print_medians(Table* const table)
{
  for (uint32_t w = 0; w < N_WAYS; ++w) {
    for (uint32_t i = 0; i < N_INTERVALS; ++i) {
      double row[N_FIGURES];
      char   semitones[8];
      char   who[40];
      snprintf(semitones, sizeof semitones, "%+d", intervals[i]);
      snprintf(who, sizeof who, "**median of %u pairs**", table->n[w][i]);
      for (uint32_t f = 0; f < N_FIGURES && table->n[w][i]; ++f) {
        row[f] = heard_median(table->figures[w][i][f], table->n[w][i]);
      }
      if (table->n[w][i]) {
        print_figures(ways[w].name, semitones, who, row, true);
      }
    }
  }
}

int
main(const int argc, char** const argv)
{
  static Table table;
  const Bench  bench = read_options(argc, argv);
  puts("| way | semitones | sounds | pitch, cents | stereo, dB | from, dB | sampled, dB | reach, "
       "dB | linearity | "
       "evenness | non-mixture |");
  puts("|:---|---:|:---|---:|---:|---:|---:|---:|---:|---:|---:|");
  for (uint32_t p = 0; p < N_PAIRS; ++p) {
    for (uint32_t i = 0; i < N_INTERVALS; ++i) {
      run_pair(&bench, &pairs[p], i, &table);
    }
  }
  run_others(&bench);
  print_medians(&table);
  return EXIT_SUCCESS;
}
