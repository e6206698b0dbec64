// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/corpus.h"

#include "training/corpus/excerpt.h"
#include "training/corpus/fingerprint.h"
#include "training/corpus/scan.h"

#include <sndfile.h>

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Shorter files hold no more than a click, seconds.
#define SHORTEST_S 0.1

/// Longer files are headers that do not know their length, seconds.
#define LONGEST_S 1e7

/// Samples of a file are counted in 32 bits: 25 hours at 48 kHz.
#define MOST_SAMPLES 4294967295.0

/// Rates that sound comes at, Hz: resampling from a few hertz would take minutes.
#define LOWEST_RATE  1000
#define HIGHEST_RATE 768000

/// Read in each place that is tried of a file.
#define PROBE_FRAMES 1024

/// Ramp at the ends of a joined file, so that a cut does not click, and an onset stays one.
#define JOIN_FADE_S 0.002

/// Files that are tried until one can be read.
#define N_TRIES 16

/// One file: 32 bytes and its path, however long it is.
typedef struct {
  double   seconds;
  double   end_s; ///< Seconds of its group up to its own end
  uint32_t path;  ///< Where in `names`
  uint32_t group; ///< Where in `names` the name of its folder is; a place of its own per folder
  double   draw;  ///< In [0, 1), below it when listed for SPLIT_VALID, above for SPLIT_TRAIN;
                  ///< the same for all of a group that is split as a whole
} CorpusFile;

/// The files of one folder and split.
typedef struct {
  uint32_t first; ///< File of the split
  uint32_t n;
  double   end; ///< √seconds of the split up to this group's
} CorpusGroup;

struct Corpus {
  uint32_t     rate_hz;
  char*        names; ///< All strings, each with its zero
  size_t       names_size;
  size_t       names_capacity;
  uint32_t     n_files;
  uint32_t     files_capacity;
  CorpusFile*  files;   ///< [n_files], those of SPLIT_TRAIN first, each split by path
  uint32_t     n_of[2]; ///< Files per Split
  CorpusGroup* groups;  ///< Those of SPLIT_TRAIN first
  uint32_t     n_groups_of[2];
};

/// What is known while folders are scanned.
typedef struct {
  const CorpusConfig* config;
  Corpus*             corpus;
  uint32_t            folder; ///< Number of the folder of the last file
  uint32_t            group;  ///< Its name, in Corpus.names
} Opening;

static void
report(const CorpusConfig* config, const char* path, bool taken, const char* reason)
{
  if (config->report) {
    config->report(config->context, path, taken, reason);
  }
}

static Status
no_memory(Diagnostic* why)
{
  return diagnose(why, STATUS_NO_MEMORY, "no memory for the list of sound files");
}

/// @param place Written: where in `names` the copy is.
static Status
add_name(Corpus* corpus, const char* name, uint32_t* place, Diagnostic* why)
{
  const size_t length = strlen(name) + 1;
  if (corpus->names_size + length > corpus->names_capacity) {
    const size_t capacity = 2 * corpus->names_capacity + length + 1024;
    char* const  names    = capacity < UINT32_MAX ? realloc(corpus->names, capacity) : NULL;
    if (!names) {
      return no_memory(why);
    }
    corpus->names          = names;
    corpus->names_capacity = capacity;
  }
  memcpy(corpus->names + corpus->names_size, name, length);
  *place = (uint32_t)corpus->names_size;
  corpus->names_size += length;
  return STATUS_SUCCESS;
}

static Status
add_file(Corpus* corpus, const CorpusFile* file, Diagnostic* why)
{
  if (corpus->n_files == corpus->files_capacity) {
    const uint32_t capacity = corpus->files_capacity + corpus->files_capacity / 2 + 64;
    CorpusFile*    files    = realloc(corpus->files, capacity * sizeof *files);
    if (!files) {
      return no_memory(why);
    }
    corpus->files          = files;
    corpus->files_capacity = capacity;
  }
  corpus->files[corpus->n_files++] = *file;
  return STATUS_SUCCESS;
}

/// A number in [0, 1) for a name: its fingerprint, then Philox so that near names are far apart.
static double
name_draw(const char* name, uint64_t seed)
{
  const uint64_t hash       = fingerprint_bytes(FINGERPRINT_START, name, strlen(name));
  const uint32_t counter[4] = { (uint32_t)hash, (uint32_t)(hash >> 32u), 0, 0 };
  const uint32_t key[2]     = { (uint32_t)seed, (uint32_t)(seed >> 32u) };
  uint32_t       block[4];
  philox4x32_10(counter, key, block);
  return (block[0] + block[1] * 0x1p-32) * 0x1p-32;
}

/**
   Whether a few samples can be read at a place.

   @param frames [PROBE_FRAMES][channels], spoilt.
   @param finite Set when one of them is.
*/
static bool
probe(SNDFILE* file, const SF_INFO* info, sf_count_t place, float* frames, bool* finite)
{
  const bool       is_there = sf_seek(file, place, SEEK_SET) == place;
  const sf_count_t n        = is_there ? sf_readf_float(file, frames, PROBE_FRAMES) : 0;
  for (sf_count_t i = 0; i < n * info->channels && !*finite; ++i) {
    *finite = isfinite(frames[i]);
  }
  return n > 0;
}

/// Try an open file in three places.  @return As unusable().
static const char*
unreadable(SNDFILE* file, const SF_INFO* info)
{
  // A file that was cut off has a header and no end.
  const struct {
    sf_count_t  place;
    const char* reason;
  } tries[] = { { info->frames - 1, "cut off, its end cannot be read" },
                { 0, "damaged, its start cannot be read" },
                { info->frames / 2, "damaged, its middle cannot be read" } };

  float* const frames = malloc(PROBE_FRAMES * (size_t)info->channels * sizeof *frames);
  const char*  reason = frames ? NULL : "no memory to read it";
  bool         finite = false;
  for (size_t i = 0; i < sizeof tries / sizeof tries[0] && !reason; ++i) {
    reason = probe(file, info, tries[i].place, frames, &finite) ? NULL : tries[i].reason;
  }
  free(frames);
  return reason || finite ? reason : "holds no finite sample";
}

/// @return NULL when a file can be used, or a few words that say why not.
static const char*
unusable(const char* path, double rate_hz, SF_INFO* info)
{
  SNDFILE* const file = sf_open(path, SFM_READ, info);
  if (!file) {
    return eaccess(path, R_OK) ? strerror(errno) : "not sound, or of a kind that is not known";
  }

  const double seconds = (double)info->frames / info->samplerate;
  const char*  reason  = info->frames < 1 ? "holds no samples"
                         : info->samplerate < LOWEST_RATE || info->samplerate > HIGHEST_RATE
                           ? "its rate is not in 1000…768000 Hz"
                         : seconds < SHORTEST_S ? "shorter than 0.1 s"
                         : seconds > LONGEST_S  ? "does not say how long it is"
                         : seconds * rate_hz > MOST_SAMPLES
                           ? "longer than 4294967295 samples; cut it up"
                           : unreadable(file, info);
  sf_close(file);
  return reason;
}

/// Whether a list gives a file to others than us.
static bool
is_reserved(const CorpusConfig* config, const ScanFile* file)
{
  return file->reserved && !config->by_chance && !config->by_group && config->valid_share < 1.0;
}

/// What decides on the split of a file, as CorpusFile.draw.
static double
split_draw(const CorpusConfig* config, const ScanFile* file)
{
  if (config->by_group) {
    return name_draw(file->group, config->seed);
  }
  const double draw = name_draw(file->below, config->seed);
  return !file->listed || config->by_chance ? draw
         : file->split == SPLIT_VALID       ? draw - 1.0
                                            : draw + 1.0;
}

static Status
consider(void* context, const ScanFile* found, Diagnostic* why)
{
  Opening* const    opening = (Opening*)context;
  Corpus* const     corpus  = opening->corpus;
  SF_INFO           info    = { 0 };
  const char* const reason  = is_reserved(opening->config, found)
                                ? "of another split, says its MANIFEST.tsv"
                                : unusable(found->path, opening->config->rate_hz, &info);
  if (reason) {
    report(opening->config, found->path, false, reason);
    return STATUS_SUCCESS;
  }

  Status status = STATUS_SUCCESS;
  if (opening->folder != found->folder) {
    opening->folder = found->folder;
    status          = add_name(corpus, found->group, &opening->group, why);
  }

  CorpusFile file = { .seconds = (double)info.frames / info.samplerate, .group = opening->group };
  file.draw       = split_draw(opening->config, found);
  status          = status ? status : add_name(corpus, found->path, &file.path, why);
  return status ? status : add_file(corpus, &file, why);
}

static void
leave_out(void* context, const char* path, const char* reason)
{
  report(((Opening*)context)->config, path, false, reason);
}

static Status
scan_all(const CorpusConfig* config, Corpus* corpus, Diagnostic* why)
{
  Opening           opening = { .config = config, .corpus = corpus };
  const ScanVisitor visitor = { consider, leave_out, &opening };
  Scan* const       scan    = scan_new(&visitor);
  Status            status  = scan ? STATUS_SUCCESS : no_memory(why);

  for (uint32_t i = 0; i < config->n_folders && !status; ++i) {
    const uint32_t before = corpus->n_files;
    status                = scan_run(scan, config->folders[i], why);
    if (!status && corpus->n_files == before) {
      report(config, config->folders[i], false, "no sound in it that can be used");
    }
  }
  scan_free(scan);
  if (!status && !corpus->n_files) {
    status = diagnose(why, STATUS_NOT_FOUND, "%s%s: no sound that can be read",
                      config->n_folders ? config->folders[0] : "no folder",
                      config->n_folders > 1 ? " and the other folders" : "");
  }
  return status;
}

/// The limit of the draws: files below it are SPLIT_VALID.
static double
valid_limit(const Corpus* corpus, double share)
{
  double   least   = 2.0;
  double   most    = -1.0;
  uint32_t n_valid = 0;
  for (uint32_t i = 0; i < corpus->n_files; ++i) {
    const double draw = corpus->files[i].draw;
    least             = fmin(least, draw);
    most              = fmax(most, draw);
    n_valid += draw < share;
  }
  if (share <= 0.0 || share >= 1.0) {
    return share <= 0.0 ? -1.0 : 2.0;
  }
  if (least == most) {
    return 0.0; // A lone file or group
  }
  // Neither split may be empty: the file or group that is nearest to the limit moves.
  return !n_valid ? nextafter(least, 2.0) : n_valid == corpus->n_files ? most : share;
}

/// Put the files of SPLIT_TRAIN first; nothing else changes its order.
static Status
part_files(Corpus* corpus, double share, Diagnostic* why)
{
  const double      limit  = valid_limit(corpus, share);
  CorpusFile* const parted = malloc(corpus->n_files * sizeof *parted);
  if (!parted) {
    return no_memory(why);
  }

  uint32_t n = 0;
  for (uint32_t split = 0; split < 2; ++split) {
    const uint32_t first = n;
    for (uint32_t i = 0; i < corpus->n_files; ++i) {
      if ((corpus->files[i].draw < limit) == (split == SPLIT_VALID)) {
        parted[n++] = corpus->files[i];
      }
    }
    corpus->n_of[split] = n - first;
  }
  free(corpus->files);
  corpus->files          = parted;
  corpus->files_capacity = n;
  return STATUS_SUCCESS;
}

static const CorpusFile*
split_files(const Corpus* corpus, Split split)
{
  return corpus->files + (split == SPLIT_VALID ? corpus->n_of[SPLIT_TRAIN] : 0);
}

static const CorpusGroup*
split_groups(const Corpus* corpus, Split split)
{
  return corpus->groups + (split == SPLIT_VALID ? corpus->n_groups_of[SPLIT_TRAIN] : 0);
}

/// The files from `first` on that share its folder.  Adds up their seconds.
static CorpusGroup
gather_group(CorpusFile* files, uint32_t n_files, uint32_t first)
{
  CorpusGroup group = { .first = first };
  double      end_s = 0.0;
  for (uint32_t i = first; i < n_files && files[i].group == files[first].group; ++i) {
    end_s += files[i].seconds;
    files[i].end_s = end_s;
    ++group.n;
  }
  group.end = sqrt(end_s);
  return group;
}

static Status
group_files(Corpus* corpus, Diagnostic* why)
{
  // No more groups than files.
  corpus->groups = malloc(corpus->n_files * sizeof *corpus->groups);
  if (!corpus->groups) {
    return no_memory(why);
  }

  CorpusFile*  files  = corpus->files;
  CorpusGroup* groups = corpus->groups;
  for (uint32_t split = 0; split < 2; ++split) {
    uint32_t n   = 0;
    double   end = 0.0;
    for (uint32_t first = 0; first < corpus->n_of[split]; first += groups[n++].n) {
      groups[n] = gather_group(files, corpus->n_of[split], first);
      groups[n].end += end;
      end = groups[n].end;
    }
    corpus->n_groups_of[split] = n;
    files += corpus->n_of[split];
    groups += n;
  }
  return STATUS_SUCCESS;
}

/// Give back what was room to grow.
static void*
shrink(void* block, size_t size)
{
  void* const smaller = realloc(block, size);
  return smaller ? smaller : block;
}

static void
report_taken(const CorpusConfig* config, const Corpus* corpus)
{
  for (uint32_t i = 0; i < corpus->n_files; ++i) {
    report(config, corpus->names + corpus->files[i].path, true,
           i < corpus->n_of[SPLIT_TRAIN] ? "train" : "valid");
  }
}

Status
corpus_open(const CorpusConfig* config, Corpus** corpus, Diagnostic* why)
{
  assert(config->rate_hz >= 1000.0);

  Corpus* const made = calloc(1, sizeof *made);
  if (!made) {
    return no_memory(why);
  }
  made->rate_hz = (uint32_t)lround(config->rate_hz);

  Status status = scan_all(config, made, why);
  status        = status ? status : part_files(made, config->valid_share, why);
  status        = status ? status : group_files(made, why);
  if (status) {
    corpus_free(made);
    return status;
  }
  const uint32_t n_groups = made->n_groups_of[SPLIT_TRAIN] + made->n_groups_of[SPLIT_VALID];

  made->names  = shrink(made->names, made->names_size);
  made->groups = shrink(made->groups, n_groups * sizeof *made->groups);
  report_taken(config, made);
  *corpus = made;
  return STATUS_SUCCESS;
}

void
corpus_free(Corpus* corpus)
{
  if (corpus) {
    free(corpus->groups);
    free(corpus->files);
    free(corpus->names);
    free(corpus);
  }
}

uint32_t
corpus_rate(const Corpus* corpus)
{
  return corpus->rate_hz;
}

uint32_t
corpus_files(const Corpus* corpus, Split split)
{
  return corpus->n_of[split];
}

double
corpus_seconds(const Corpus* corpus, Split split)
{
  const CorpusFile* const files   = split_files(corpus, split);
  double                  seconds = 0.0;
  for (uint32_t i = 0; i < corpus->n_of[split]; ++i) {
    seconds += files[i].seconds;
  }
  return seconds;
}

static const CorpusFile*
file_at(const Corpus* corpus, Split split, uint32_t file)
{
  assert(file < corpus->n_of[split]);
  return split_files(corpus, split) + file;
}

const char*
corpus_path(const Corpus* corpus, Split split, uint32_t file)
{
  return corpus->names + file_at(corpus, split, file)->path;
}

const char*
corpus_group(const Corpus* corpus, Split split, uint32_t file)
{
  return corpus->names + file_at(corpus, split, file)->group;
}

double
corpus_file_seconds(const Corpus* corpus, Split split, uint32_t file)
{
  return file_at(corpus, split, file)->seconds;
}

/// corpus_read() at another rate.
static Status
read_at_rate(const Corpus* corpus, uint32_t rate_hz, Split split, uint32_t file, double start_s,
             uint32_t n, float* out, uint32_t* n_read, Diagnostic* why)
{
  const uint64_t first = (uint64_t)llround(start_s * rate_hz);
  return excerpt_read(corpus_path(corpus, split, file), rate_hz, first, n, out, n_read, why);
}

Status
corpus_read(const Corpus* corpus, Split split, uint32_t file, double start_s, uint32_t n,
            float* out, uint32_t* n_read, Diagnostic* why)
{
  return read_at_rate(corpus, corpus->rate_hz, split, file, start_s, n, out, n_read, why);
}

static const CorpusGroup*
draw_group(const Corpus* corpus, Split split, Random* random)
{
  const CorpusGroup* const groups = split_groups(corpus, split);
  uint32_t                 low    = 0;
  uint32_t                 high   = corpus->n_groups_of[split] - 1;
  const double             place  = random_between(random, 0.0, groups[high].end);
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (place < groups[middle].end) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return groups + low;
}

/// @return File of the split.
static uint32_t
draw_file(const Corpus* corpus, Split split, const CorpusGroup* group, Random* random)
{
  const CorpusFile* const files = split_files(corpus, split);
  uint32_t                low   = group->first;
  uint32_t                high  = group->first + group->n - 1;
  const double            place = random_between(random, 0.0, files[high].end_s);
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (place < files[middle].end_s) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

static uint32_t
draw_pause(const CorpusPlay* play, uint32_t rate, Random* random)
{
  return (uint32_t)lround(random_between(random, play->pause_min_s, play->pause_max_s) * rate);
}

/// The rate to read at so that what is read, played at the corpus's rate, has its speed.
static uint32_t
rate_to_read(const CorpusPlay* play, uint32_t rate_hz)
{
  // Rates that share little with a file's make excerpts long, and nobody hears 0.2 %.
  const double rate = rate_hz * exp2(-play->semitones / 12.0);
  return play->semitones != 0.0 ? 100u * (uint32_t)lround(rate / 100.0) : rate_hz;
}

/// Rise at the beginning of a whole file that has another before it, fall at its end.
static void
fade_ends(uint32_t rate, uint32_t n, bool rise, bool fall, float* x)
{
  const uint32_t wanted = (uint32_t)(JOIN_FADE_S * rate);
  const uint32_t n_fade = wanted < n / 2 ? wanted : n / 2;
  for (uint32_t i = 0; i < n_fade; ++i) {
    const float gain = ((float)i + 0.5f) / (float)n_fade;
    x[i] *= rise ? gain : 1.0f;
    x[n - 1 - i] *= fall ? gain : 1.0f;
  }
}

/**
   Place one file, or the part that fits.

   @param at Where in `out` it begins; below `n`.
   @param n_placed Written: at least 1.
*/
static Status
place_file(const Corpus* corpus, Split split, uint32_t file, const CorpusPlay* play, Random* random,
           uint32_t at, uint32_t n, float* out, uint32_t* n_placed, Diagnostic* why)
{
  const uint32_t rate_hz  = rate_to_read(play, corpus->rate_hz);
  const double   length_s = corpus_file_seconds(corpus, split, file);
  const double   spare_s  = length_s - (double)n / rate_hz;
  const double   start_s  = spare_s > 0.0 ? random_between(random, 0.0, spare_s) : 0.0;

  const Status status = read_at_rate(corpus, rate_hz, split, file, start_s, n - at, out + at,
                                     n_placed, why);
  if (!status && !*n_placed) {
    return diagnose(why, STATUS_BAD_FILE, "%s: shorter than it was",
                    corpus_path(corpus, split, file));
  }
  if (!status) {
    fade_ends(corpus->rate_hz, *n_placed, at > 0, at + *n_placed < n, out + at);
  }
  return status;
}

/**
   Place a file of a group, another one when it cannot be read.

   @param group Drawn again while nothing of it has been placed.
   @param begun Whether something has.
   @param at As place_file().
*/
static Status
place_any(const Corpus* corpus, Split split, const CorpusGroup** group, bool begun,
          const CorpusPlay* play, Random* random, uint32_t at, uint32_t n, float* out,
          uint32_t* n_placed, Diagnostic* why)
{
  Status status = STATUS_SUCCESS;
  for (uint32_t i = 0; i < N_TRIES; ++i) {
    if (i && !begun) {
      *group = draw_group(corpus, split, random);
    }
    const uint32_t file = draw_file(corpus, split, *group, random);
    status              = place_file(corpus, split, file, play, random, at, n, out, n_placed, why);
    if (status != STATUS_BAD_FILE && status != STATUS_IO) {
      break;
    }
  }
  return status;
}

Status
corpus_draw(const Corpus* corpus, Split split, Random* random, const CorpusPlay* play, uint32_t n,
            float* out, uint32_t* group, Diagnostic* why)
{
  if (!corpus->n_of[split]) {
    return diagnose(why, STATUS_NOT_FOUND, "no sound file is left to %s",
                    split == SPLIT_VALID ? "validate with" : "learn from");
  }

  const CorpusGroup* drawn = draw_group(corpus, split, random);
  // An example begins anywhere in a pause, not always at an onset.
  const uint32_t pause  = draw_pause(play, corpus->rate_hz, random);
  uint32_t       at     = pause ? random_below(random, pause) : 0;
  Status         status = STATUS_SUCCESS;

  memset(out, 0, n * sizeof *out);
  for (bool begun = false; at < n && !status; begun = true) {
    uint32_t n_placed = 0;
    status = place_any(corpus, split, &drawn, begun, play, random, at, n, out, &n_placed, why);
    at += n_placed + draw_pause(play, corpus->rate_hz, random);
  }
  if (group) {
    *group = drawn->first;
  }
  return status;
}
