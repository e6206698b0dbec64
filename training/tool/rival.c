// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/rival.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

/// What a rival may print that is looked at when it fails, bytes.
enum { MAX_WORDS = 4096 };

/// The files of one run, in a folder of their own.
typedef struct {
  char* folder;
  char* in;
  char* noise;
  char* out;
  char* log; ///< What the command prints
} Files;

Status
rival_read(const char* text, Rival* rival, Diagnostic* why)
{
  const char* const equals = strchr(text, '=');
  const size_t      length = equals ? (size_t)(equals - text) : 0;
  if (!length || length >= RIVAL_NAME_SIZE || strcspn(text, "|\"") < length) {
    return diagnose(why, STATUS_BAD_OPTION,
                    "--against %s: NAME=COMMAND is needed, with a name of 1 to %u bytes", text,
                    RIVAL_NAME_SIZE - 1);
  }
  if (!strstr(equals, "{in}") || !strstr(equals, "{out}")) {
    return diagnose(why, STATUS_BAD_OPTION, "--against %s: the command needs {in} and {out}", text);
  }
  *rival = (Rival){ .command = equals + 1 };
  memcpy(rival->name, text, length);
  return STATUS_SUCCESS;
}

/// @return "FOLDER/NAME", owned by the caller, or NULL.
static char*
path_join(const char* folder, const char* name)
{
  char* path = NULL;
  return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

Status
rival_folder_make(char** folder, Diagnostic* why)
{
  const char* const parent = getenv("TMPDIR");
  char* const       path   = path_join(parent && *parent ? parent : "/tmp", "lamina-XXXXXX");
  if (!path) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for the name of a folder");
  }
  if (!mkdtemp(path)) {
    const Status status = diagnose(why, STATUS_IO, "%s: %s", path, strerror(errno));
    free(path);
    return status;
  }
  *folder = path;
  return STATUS_SUCCESS;
}

static int
remove_one(const char* path, const struct stat* info, int type, struct FTW* place)
{
  (void)info;
  (void)type;
  (void)place;
  remove(path);
  return 0;
}

static void
remove_folder(const char* path)
{
  nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void
rival_folder_remove(char* folder)
{
  if (folder) {
    remove_folder(folder);
    free(folder);
  }
}

static void
files_clear(Files* files)
{
  if (files->folder) {
    remove_folder(files->folder);
  }
  free(files->folder);
  free(files->in);
  free(files->noise);
  free(files->out);
  free(files->log);
}

/// @param files Written; clear them even after failure.
static Status
files_name(const char* folder, uint32_t number, Files* files, Diagnostic* why)
{
  *files = (Files){ 0 };
  if (asprintf(&files->folder, "%s/%u", folder, number) < 0) {
    files->folder = NULL;
  }
  if (files->folder) {
    files->in    = path_join(files->folder, "in.wav");
    files->noise = path_join(files->folder, "noise.wav");
    files->out   = path_join(files->folder, "out.wav");
    files->log   = path_join(files->folder, "log");
  }
  if (!files->in || !files->noise || !files->out || !files->log) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for the names of files");
  }
  return mkdir(files->folder, 0700)
           ? diagnose(why, STATUS_IO, "%s: %s", files->folder, strerror(errno))
           : STATUS_SUCCESS;
}

/// Write 16 bits.  @param silence_s Zeros after the sound.
static Status
write_wav(const char* path, const Sound* sound, double silence_s, Diagnostic* why)
{
  const sf_count_t n      = (sf_count_t)sound->n_frames;
  const sf_count_t n_zero = (sf_count_t)lround(silence_s * sound->rate_hz);
  SF_INFO          info   = { .samplerate = (int)lround(sound->rate_hz),
                              .channels   = 1,
                              .format     = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
  SNDFILE* const   file   = sf_open(path, SFM_WRITE, &info);
  if (!file) {
    return diagnose(why, STATUS_IO, "%s: %s", path, sf_strerror(NULL));
  }

  const float zero    = 0.0f;
  sf_count_t  written = 0;
  sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  written = sf_writef_float(file, sound->samples, n);
  for (sf_count_t i = 0; i < n_zero; ++i) {
    written += sf_writef_float(file, &zero, 1);
  }
  return sf_close(file) || written != n + n_zero
           ? diagnose(why, STATUS_IO, "%s: cannot be written", path)
           : STATUS_SUCCESS;
}

/// The command with the names of files in it.  @return Owned by the caller, or NULL.
static char*
fill_in(const char* command, const Files* files)
{
  const struct {
    const char* key;
    const char* path;
  } places[] = { { "{in}", files->in }, { "{out}", files->out }, { "{noise}", files->noise } };
  char*       text   = NULL;
  size_t      size   = 0;
  FILE* const stream = open_memstream(&text, &size);
  if (!stream) {
    return NULL;
  }

  for (const char* at = command; *at;) {
    const char* path = NULL;
    for (size_t i = 0; i < sizeof places / sizeof places[0] && !path; ++i) {
      const size_t length = strlen(places[i].key);
      if (!strncmp(at, places[i].key, length)) {
        path = places[i].path;
        at += length;
      }
    }
    if (path) {
      fputs(path, stream);
    } else {
      fputc(*at++, stream);
    }
  }
  if (fclose(stream)) {
    free(text);
    return NULL;
  }
  return text;
}

/// Run a shell's command.  @param result Written: as of waitpid().  @return An error number, or 0.
static int
run_shell(const char* command, const char* log, int* result)
{
  char* const                arguments[] = { "sh", "-c", (char*)command, NULL };
  const int                  flags       = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_t actions;
  pid_t                      child = 0;

  int error = posix_spawn_file_actions_init(&actions);
  if (error) {
    return error;
  }
  error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  error = error ? error
                : posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, flags, 0600);
  error = error ? error : posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  error = error ? error : posix_spawn(&child, "/bin/sh", &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  while (!error && waitpid(child, result, 0) != child) {
    error = errno == EINTR ? 0 : errno;
  }
  return error;
}

/// The last line of what a command printed.  @param words [MAX_WORDS], work area.
static const char*
last_line(const char* log, char* words)
{
  FILE* const file = fopen(log, "rb");
  size_t      n    = 0;
  if (file) {
    if (fseek(file, 1 - MAX_WORDS, SEEK_END)) {
      rewind(file);
    }
    n = fread(words, 1, MAX_WORDS - 1, file);
    fclose(file);
  }
  while (n && (words[n - 1] == '\n' || words[n - 1] == ' ')) {
    --n;
  }
  words[n]               = '\0';
  const char* const line = strrchr(words, '\n');
  return line ? line + 1 : words;
}

static Status
run_command(const Rival* rival, const Files* files, Diagnostic* why)
{
  char        words[MAX_WORDS];
  int         result  = 0;
  char* const command = fill_in(rival->command, files);
  if (!command) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for a command");
  }
  const int error = run_shell(command, files->log, &result);
  free(command);
  if (error) {
    return diagnose(why, STATUS_IO, "%s: cannot be run: %s", rival->name, strerror(error));
  }
  if (WIFSIGNALED(result)) {
    return diagnose(why, STATUS_INTERRUPTED, "%s: ended by signal %d", rival->name,
                    WTERMSIG(result));
  }
  return WEXITSTATUS(result)
           ? diagnose(why, STATUS_BAD_OPTION, "%s: the command failed with status %d: %s",
                      rival->name, WEXITSTATUS(result), last_line(files->log, words))
           : STATUS_SUCCESS;
}

/// Read what a rival wrote.
static Status
read_result(const Rival* rival, const Files* files, double rate_hz, Sound* out, Diagnostic* why)
{
  Sound      sound = { 0 };
  Diagnostic fault = { "" };
  if (access(files->out, F_OK)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: the command wrote no {out}", rival->name);
  }
  if (sound_read(files->out, &sound, &fault)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: %s", rival->name, fault.text);
  }

  bool finite = true;
  for (uint64_t i = 0; i < sound.n_channels * sound.n_frames && finite; ++i) {
    finite = isfinite(sound.samples[i]);
  }
  const char* const wrong = sound.n_channels != 1      ? "more than one channel"
                            : sound.rate_hz != rate_hz ? "another rate than it was given"
                            : !finite                  ? "samples that are not finite"
                                                       : NULL;
  if (wrong) {
    sound_clear(&sound);
    return diagnose(why, STATUS_BAD_OPTION, "%s: {out} has %s", rival->name, wrong);
  }
  *out = sound;
  return STATUS_SUCCESS;
}

Status
rival_run(const Rival* rival, const char* folder, uint32_t number, const Sound* in,
          const Sound* noise, Sound* out, Diagnostic* why)
{
  Files  files;
  Status status = files_name(folder, number, &files, why);
  status        = status ? status : write_wav(files.in, in, RIVAL_MAX_DELAY_S, why);
  status        = status ? status : write_wav(files.noise, noise, 0.0, why);
  status        = status ? status : run_command(rival, &files, why);
  status        = status ? status : read_result(rival, &files, in->rate_hz, out, why);
  files_clear(&files);
  return status;
}
