// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/tool.h"

#include "dsp/network/model_file.h"
#include "training/corpus/scan.h"
#include "training/tool/codes.h"
#include "training/tool/npy.h"
#include "training/tool/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char* const usage =
  "Usage: lamina encode MODEL IN OUT.npy\n"
  "       lamina encode MODEL FOLDER OUT\n"
  "Write the codes that a model gives to every frame of a sound, for NumPy: an array of single\n"
  "precision, a row per frame.\n"
  "\n"
  "  MODEL   of any kind: an autoencoder, a classifier, a denoiser or a morph model\n"
  "  IN      WAV, FLAC, Ogg, MP3, AIFF..., any rate and number of channels; channels are averaged\n"
  "          and resampled to the model's rate\n"
  "  FOLDER  searched to its depth; OUT becomes a folder of one array per sound, NAME.npy\n"
  "\n"
  "Row t is the frame from sample t x hop on, at the model's rate; lamina info tells rate, frame\n"
  "and hop.  The last samples that do not fill a frame are left out, and a sound shorter than a\n"
  "frame is one.  The code of a variational autoencoder is its mean.\n"
  "\n"
  "  -h, --help           print this\n";

typedef struct {
  const char* paths[3]; ///< MODEL, IN, OUT
  bool        help;
} Options;

static Status
read_options(int argc, char** argv, Options* options, Diagnostic* why)
{
  static const struct option names[] = { { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

  opterr = 0;
  for (int option; (option = getopt_long(argc, argv, "h", names, NULL)) != -1;) {
    if (option != 'h') {
      return option_unknown("encode", argv, why);
    }
    options->help = true;
  }
  if (!options->help && argc - optind != 3) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "MODEL, IN and OUT are needed and nothing else; see lamina encode --help");
  }
  for (int i = 0; !options->help && i < 3; ++i) {
    options->paths[i] = argv[optind + i];
  }
  return STATUS_SUCCESS;
}

/// @param codes Written on success, owned by the caller.
static Status
read_codes(const Model* model, const char* path, Codes* codes, Diagnostic* why)
{
  Sound  sound  = { 0 };
  Status status = sound_read(path, &sound, why);
  if (!status) {
    Diagnostic fault;
    status = codes_of_sound(model, &sound, codes, &fault);
    status = status ? diagnose(why, status, "%s: %.400s", path, fault.text) : STATUS_SUCCESS;
  }
  sound_clear(&sound);
  return status;
}

static Status
encode_file(const Model* model, const char* in, const char* out, Diagnostic* why)
{
  const size_t length = strlen(out);
  if (length < 5 || strcmp(out + length - 4, ".npy")) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: the name must end in .npy", out);
  }
  Codes  codes  = { 0 };
  Status status = read_codes(model, in, &codes, why);
  status        = status ? status : npy_write(out, codes.n_frames, codes.n_code, codes.z, why);
  codes_clear(&codes);
  return status;
}

/// A folder on its way into another.
typedef struct {
  const Model* model;
  const char*  out;
  uint32_t     n_encoded;
} FolderJob;

static void
leave_out(void* context, const char* path, const char* reason)
{
  (void)context;
  Diagnostic line; // Names are strangers' words
  (void)diagnose(&line, STATUS_BAD_FILE, "left out: %s: %s", path, reason);
  fprintf(stderr, "%s\n", line.text);
}

static Status
make_folder(const char* path, Diagnostic* why)
{
  if (mkdir(path, 0777) && errno != EEXIST) {
    return diagnose(why, STATUS_IO, "%s: %s", path, strerror(errno));
  }
  return STATUS_SUCCESS;
}

/// Make every folder that a path below `out` lies in.  @param path Changed on the way, and back.
static Status
make_folders(const char* out, char* path, Diagnostic* why)
{
  Status status = make_folder(out, why);
  for (char* at = path + strlen(out) + 1; !status && (at = strchr(at, '/')); ++at) {
    *at    = '\0';
    status = make_folder(path, why);
    *at    = '/';
  }
  return status;
}

static Status
write_below(const FolderJob* job, const char* below, const Codes* codes, Diagnostic* why)
{
  char* path = NULL;
  if (asprintf(&path, "%s/%s.npy", job->out, below) < 0) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", below);
  }
  Status status = make_folders(job->out, path, why);
  status        = status ? status : npy_write(path, codes->n_frames, codes->n_code, codes->z, why);
  free(path);
  return status;
}

/// What cannot be read is left out; what cannot be written ends all.
static Status
visit(void* context, const ScanFile* file, Diagnostic* why)
{
  FolderJob* const job    = context;
  Codes            codes  = { 0 };
  Status           status = read_codes(job->model, file->path, &codes, why);
  if (status && status != STATUS_NO_MEMORY) {
    fprintf(stderr, "left out: %s\n", why->text);
    return STATUS_SUCCESS;
  }
  status = status ? status : write_below(job, file->below, &codes, why);
  job->n_encoded += !status;
  codes_clear(&codes);
  return status;
}

static Status
encode_folder(const Model* model, const char* in, const char* out, Diagnostic* why)
{
  FolderJob         job     = { .model = model, .out = out };
  const ScanVisitor visitor = { .file = visit, .left_out = leave_out, .context = &job };
  Scan* const       scan    = scan_new(&visitor);
  Status            status  = scan ? scan_run(scan, in, why)
                                   : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", in);
  scan_free(scan);
  if (!status && !job.n_encoded) {
    status = diagnose(why, STATUS_NOT_FOUND, "%s: no sound in it", in);
  }
  return status;
}

static bool
is_folder(const char* path)
{
  struct stat info;
  return !stat(path, &info) && S_ISDIR(info.st_mode);
}

static Status
encode(const Options* options, Diagnostic* why)
{
  const char* const in     = options->paths[1];
  const char* const out    = options->paths[2];
  Model*            model  = NULL;
  Status            status = model_read(options->paths[0], &model, why);
  if (!status) {
    status = is_folder(in) ? encode_folder(model, in, out, why) : encode_file(model, in, out, why);
  }
  model_free(model);
  return status;
}

int
tool_encode(int argc, char** argv)
{
  Options    options = { 0 };
  Diagnostic why     = { "" };
  if (read_options(argc, argv, &options, &why)) {
    return tool_fail(&why);
  }
  if (options.help) {
    fputs(usage, stdout);
    return EXIT_SUCCESS;
  }
  return encode(&options, &why) ? tool_fail(&why) : EXIT_SUCCESS;
}
