// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A training that is killed at random moments of all its stages, and resumed each time, at one
// thread or two, writes the bytes of one that was never stopped.
//
//   test_kill [KILLS [SEED]]   kills in every stage, 1 by default

#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/small_run.h"
#include "tests/training/sound_folder.h"
#include "training/engine/random.h"

#include <sndfile.h>

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// Where a run is: opening its files, in a layer, end to end, or scoring what it has learned.
enum { PHASE_OPENING, PHASE_LAYER_1, PHASE_LAYER_2, PHASE_FINE_TUNE, PHASE_SCORING, N_PHASES };

static const char* const phase_names[N_PHASES] = { "opening", "layer 1", "layer 2", "fine-tune",
                                                   "scoring" };

static uint32_t n_kills = 1; ///< Wanted in every phase
static Random   chance;

/// A `lamina train` on its way.
typedef struct {
  pid_t    pid;
  int      output; ///< Its standard output
  char     line[512];
  size_t   n;     ///< Of `line`
  uint32_t phase; ///< That the lines tell of
  double   since; ///< Seconds, when the phase was entered
} Run;

static double
now_s(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static Run
start(void* const* state, const char* const recipe, const char* const output,
      const uint32_t n_threads)
{
  char command[1024];
  snprintf(command, sizeof(command), "exec '%s' train %s -o %s -t %u --resume", LAMINA, recipe,
           output, n_threads);
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  const pid_t pid = fork();
  assert_true(pid >= 0);
  if (!pid) {
    if (chdir((const char*)*state) || dup2(ends[1], STDOUT_FILENO) < 0) {
      _exit(126);
    }
    close(ends[0]);
    close(ends[1]);
    execl("/bin/sh", "sh", "-c", command, (char*)NULL);
    _exit(127);
  }
  close(ends[1]);
  return (Run){ .pid = pid, .output = ends[0], .since = now_s() };
}

/// What the start of a line tells of the phase; the last phase never does, its lines are other's.
static uint32_t
phase_of(const char* const line)
{
  for (uint32_t phase = PHASE_LAYER_1; phase <= PHASE_FINE_TUNE; ++phase) {
    if (!strncmp(line, phase_names[phase], strlen(phase_names[phase]))) {
      return phase;
    }
  }
  return strncmp(line, "wrote ", 6) ? PHASE_OPENING : PHASE_SCORING;
}

static void
take_line(Run* const run)
{
  run->line[run->n]    = '\0';
  run->n               = 0;
  const uint32_t phase = phase_of(run->line);
  if (phase > run->phase) {
    run->phase = phase;
    run->since = now_s();
  }
}

/// Read what the run prints, until then at most.  @return False at its end.
static bool
listen(Run* const run, const double until_s)
{
  struct pollfd what    = { .fd = run->output, .events = POLLIN };
  const double  left_ms = fmax(0.0, fmin(1e3 * (until_s - now_s()), 6e4));
  char          bytes[512];
  if (poll(&what, 1, (int)ceil(left_ms)) <= 0) {
    return true;
  }
  const ssize_t n = read(run->output, bytes, sizeof(bytes));
  for (ssize_t i = 0; i < n; ++i) {
    if (bytes[i] == '\n') {
      take_line(run);
    } else if (run->n + 1 < sizeof(run->line)) {
      run->line[run->n++] = bytes[i];
    }
  }
  return n > 0;
}

/// Wait for the end.  @return Whether it was killed; otherwise it has to have succeeded.
static bool
finish(Run* const run)
{
  while (listen(run, HUGE_VAL)) {
  }
  close(run->output);
  int status = 0;
  assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
  if (WIFSIGNALED(status)) {
    assert_int_equal(WTERMSIG(status), SIGKILL);
    return true;
  }
  assert_int_equal(WEXITSTATUS(status), 0);
  return false;
}

/// A run that nothing happens to.  @param durations Seconds of each phase, [N_PHASES], written.
static void
run_whole(void* const* state, const char* const recipe, double* const durations)
{
  Run      run   = start(state, recipe, "whole.st", 1);
  uint32_t phase = run.phase;
  double   since = run.since;
  memset(durations, 0, N_PHASES * sizeof(double));
  while (listen(&run, HUGE_VAL)) {
    if (run.phase != phase) {
      durations[phase] = run.since - since;
      phase            = run.phase;
      since            = run.since;
    }
  }
  durations[phase] = now_s() - since;
  assert_false(finish(&run));
  assert_int_equal(phase, PHASE_SCORING);
}

/// When to kill in the present phase.
static double
deadline_of(const Run* const run, const double* const durations, const bool* const killed)
{
  return killed[run->phase] ? HUGE_VAL
                            : run->since + random_between(&chance, 0.0, durations[run->phase]);
}

/// Learn how long a phase takes now from one that was not killed.
static void
adapt_duration(double* const durations, const bool* const killed, const uint32_t phase,
               const double seconds)
{
  if (!killed[phase]) {
    durations[phase] += 0.5 * (seconds - durations[phase]);
  }
}

/**
   Run until the end, or until the first phase that this model has not been killed in is killed at
   a random moment.

   @param durations Seconds of each phase, [N_PHASES]; adapted to this run.
   @param killed Whether the model has been killed in a phase, [N_PHASES], updated.
   @return Whether the model is finished.
*/
static bool
run_once(void* const* state, const char* const recipe, double* const durations, bool* const killed)
{
  Run      run      = start(state, recipe, "part.st", 1 + random_below(&chance, 2));
  uint32_t phase    = PHASE_OPENING; // That `deadline` is of
  double   since    = run.since;
  double   deadline = deadline_of(&run, durations, killed);
  do {
    if (run.phase != phase) {
      adapt_duration(durations, killed, phase, run.since - since);
      phase    = run.phase;
      since    = run.since;
      deadline = deadline_of(&run, durations, killed);
    }
    if (now_s() >= deadline) {
      kill(run.pid, SIGKILL);
      deadline = HUGE_VAL;
    }
  } while (listen(&run, deadline));
  if (!finish(&run)) {
    adapt_duration(durations, killed, phase, now_s() - since);
    return true;
  }
  killed[run.phase] = true;
  return false;
}

static void
expect_same_bytes(void* const* state)
{
  enum { SIZE = 1 << 20 };
  char* const  whole   = malloc(2 * SIZE);
  const size_t n_whole = folder_read(state, "whole.st", SIZE, whole);
  const size_t n_part  = folder_read(state, "part.st", SIZE, whole + SIZE);
  assert_in_range(n_whole, 1000, SIZE - 1);
  assert_int_equal(n_whole, n_part);
  assert_memory_equal(whole, whole + SIZE, n_whole);
  free(whole);
}

/// Whether some phase has not been killed often enough.
static bool
is_spared(const uint32_t* const counts)
{
  uint32_t least = counts[0];
  for (uint32_t phase = 1; phase < N_PHASES; ++phase) {
    least = counts[phase] < least ? counts[phase] : least;
  }
  return least < n_kills;
}

/// Train again and again, killed once at most in every phase, until all have had their kills.
static void
check_kills(void* const* state, const char* const name, const char* const recipe)
{
  double   durations[N_PHASES];
  uint32_t counts[N_PHASES] = { 0 };
  uint32_t n_models         = 0;
  run_whole(state, recipe, durations);
  while (is_spared(counts)) {
    bool killed[N_PHASES] = { false };
    while (!run_once(state, recipe, durations, killed)) {
    }
    expect_same_bytes(state);
    for (uint32_t phase = 0; phase < N_PHASES; ++phase) {
      counts[phase] += killed[phase];
    }
    ++n_models;
    if (n_kills > 1) {
      fprintf(stderr, "%s: model %u is the same; killed %u, %u, %u, %u, %u times\n", name, n_models,
              counts[0], counts[1], counts[2], counts[3], counts[4]);
    }
    assert_in_range(n_models, 1, 10 * n_kills + 10);
  }

  print_message("%s: %u models, all the same bytes; killed", name, n_models);
  for (uint32_t phase = 0; phase < N_PHASES; ++phase) {
    print_message("%s %u times in %s (%.2f s)", phase ? "," : "", counts[phase], phase_names[phase],
                  durations[phase]);
  }
  print_message("\n");
}

static void
test_denoiser(void** state)
{
  SmallRun small = small_run_open(state);
  small_run_close(&small);
  check_kills(state, "denoise",
              "recipe.yaml -d sound -n noise --set pretrain.steps=60 --set fine_tune.steps=120");
}

/// A tone with harmonics that fall off by a class's own rule.  @param context Class, uint32_t.
static float
tone(void* const context, const uint32_t channel, const uint64_t frame)
{
  (void)channel;
  const uint32_t class = *(const uint32_t*)context;
  const double t       = (double)frame / 8000.0;
  double       sum     = 0.0;
  for (uint32_t k = 1; k < 10; ++k) {
    sum += sin(2.0 * M_PI * (150.0 + 40.0 * t) * k * t) / pow(k, 0.5 + class);
  }
  return (float)(0.2 * sum);
}

/// A folder for each of three classes.
static void
write_classes(void* const* state)
{
  folder_make(state, "tones");
  for (uint32_t class = 0; class < 3; ++class) {
    char name[32];
    snprintf(name, sizeof(name), "tones/%u", class);
    folder_make(state, name);
    for (uint32_t file = 0; file < 6; ++file) {
      snprintf(name, sizeof(name), "tones/%u/%u.wav", class, file);
      const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_PCM_16,
                               8000,
                               1,
                               8000 + 800 * file,
                               tone,
                               &class };
      folder_sound(state, name, &spec);
    }
  }
}

static const char* const spectra_yaml =
  "rate_hz: 8000\nwindow_s: 0.032\nhop_s: 0.016\nvalid_share: 0.3\n"
  "spectrum: { per_file: 0, unit: yes, range_db: 80 }\n"
  "batch: { streams: 64 }\n"
  "pretrain: { steps: 400, warmup: 10, validate_every: 50 }\n"
  "fine_tune: { steps: 600, warmup: 10, validate_every: 50 }\n";

static void
check_spectra(void* const* state, const char* const name, const char* const choices)
{
  char yaml[2000];
  snprintf(yaml, sizeof(yaml), "%s%s", spectra_yaml, choices);
  folder_write(state, "spectra.yaml", strlen(yaml), yaml);
  write_classes(state);
  check_kills(state, name, "spectra.yaml -d tones");
}

/// All that draws random numbers or remembers something.
static void
test_variational_autoencoder(void** state)
{
  check_spectra(state, "autoencoder",
                "task: autoencoder\ncode: variational\nreconstruction: cross_entropy\n"
                "variational: { warmup: 300 }\n"
                "layers:\n"
                "  - { units: 96, activation: sigmoid, corruption: salt_and_pepper, amount: 0.2,\n"
                "      reconstruction: cross_entropy, tied: yes, sparsity: 0.1 }\n"
                "  - { units: 16, activation: identity, step: variational }\n");
}

static void
test_deep_belief_classifier(void** state)
{
  check_spectra(state, "classify",
                "task: classify\n"
                "layers:\n"
                "  - { units: 96, activation: sigmoid, step: rbm, cd_k: 2 }\n"
                "  - { units: 48, activation: sigmoid, corruption: masking, amount: 0.2 }\n");
}

int
main(int argc, char** argv)
{
  const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
  n_kills             = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1;
  chance              = random_at(seed, RANDOM_TEST, 0);
  print_message("seed %llu\n", (unsigned long long)seed);

  const struct CMUnitTest tests[] = {
    IN_FOLDER(test_denoiser),
    IN_FOLDER(test_variational_autoencoder),
    IN_FOLDER(test_deep_belief_classifier),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
