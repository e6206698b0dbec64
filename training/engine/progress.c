// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

/// Seconds between two lines of a stage.
#define TERMINAL_INTERVAL_S 0.2
#define PLAIN_INTERVAL_S    10.0

/// Moves to the begin of a terminal's line and clears it.
#define CLEAR_LINE "\r\033[K"

struct Progress {
  FILE* stream;
  bool  terminal;
  double (*now)(void);
  char     stage[64];
  double   begin_s;    ///< When the stage's first step was reported
  uint64_t begin_step; ///< And which that was: a run may be taken up again
  double   shown_s;    ///< When a line was last printed
  bool     shown;      ///< Whether `text` was printed
  bool     ended;      ///< Whether nothing of the stage is left to print
  char     text[256];  ///< The current line
};

static double
monotonic_s(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Progress*
progress_new(FILE* stream, bool terminal, double (*now)(void))
{
  Progress* const progress = calloc(1, sizeof(*progress));
  if (progress) {
    progress->stream   = stream;
    progress->terminal = terminal;
    progress->now      = now ? now : monotonic_s;
    progress->ended    = true;
  }
  return progress;
}

/// Columns of the terminal; a longer line would not be cleared as a whole.
static size_t
columns(const Progress* progress)
{
  struct winsize size;
  const int      fd = fileno(progress->stream);
  return fd >= 0 && !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col
                                                                 : sizeof(progress->text);
}

/// Bytes of the text that fit into a line, without part of a UTF-8 character.
static size_t
visible(const Progress* progress)
{
  const size_t n   = strlen(progress->text);
  size_t       end = columns(progress) - 1;
  if (n <= end) {
    return n;
  }
  while (end && ((unsigned char)progress->text[end] & 0xc0) == 0x80) {
    --end;
  }
  return end;
}

static void
show(Progress* progress)
{
  if (progress->terminal) {
    (void)fprintf(progress->stream, CLEAR_LINE "%.*s", (int)visible(progress), progress->text);
  } else {
    (void)fprintf(progress->stream, "%s\n", progress->text);
  }
  (void)fflush(progress->stream);
  progress->shown = true;
}

/// See that the last line of a stage is there, and ended.
static void
end_stage(Progress* progress)
{
  if (!progress->ended) {
    if (!progress->shown) {
      show(progress);
    }
    if (progress->terminal) {
      (void)fputc('\n', progress->stream);
      (void)fflush(progress->stream);
    }
    progress->ended = true;
  }
}

void
progress_free(Progress* progress)
{
  if (progress) {
    end_stage(progress);
    free(progress);
  }
}

/// "1:02:03" or "2:03"
static void
format_time(double seconds, size_t size, char* text)
{
  const uint64_t s = (uint64_t)fmin(ceil(seconds), 1e9);
  if (s >= 3600) {
    (void)snprintf(text, size, "%u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
                   (unsigned)(s % 60));
  } else {
    (void)snprintf(text, size, "%u:%02u", (unsigned)(s / 60), (unsigned)(s % 60));
  }
}

/// Speed and time left, once there are two moments to tell them from; otherwise "".
static void
format_speed(const Progress* progress, double now_s, uint64_t step, uint64_t n_steps, uint32_t rows,
             size_t size, char* text)
{
  const double elapsed_s = now_s - progress->begin_s;
  text[0]                = '\0';
  if (elapsed_s > 0.0 && step > progress->begin_step) {
    const double steps_per_s = (double)(step - progress->begin_step) / elapsed_s;
    const double left_s      = step < n_steps ? (double)(n_steps - step) / steps_per_s : 0.0;
    char         left[32];
    format_time(left_s, sizeof(left), left);
    (void)snprintf(text, size, "  %.0f frames/s  %s left", steps_per_s * rows, left);
  }
}

void
progress_step(Progress* progress, const char* stage, uint64_t step, uint64_t n_steps, uint32_t rows,
              double loss, const char* note)
{
  const double now_s = progress->now();
  const bool   first = progress->ended ||
                     strncmp(progress->stage, stage, sizeof(progress->stage) - 1) != 0;
  if (first) {
    end_stage(progress);
    (void)snprintf(progress->stage, sizeof(progress->stage), "%s", stage);
    progress->begin_s    = now_s;
    progress->begin_step = step;
    progress->ended      = false;
  }
  char speed[80];
  format_speed(progress, now_s, step, n_steps, rows, sizeof(speed), speed);
  (void)snprintf(progress->text, sizeof(progress->text), "%.63s  %llu/%llu  loss %.5g%s%s%.80s",
                 stage, (unsigned long long)step, (unsigned long long)n_steps, loss, speed,
                 note ? "  " : "", note ? note : "");
  progress->shown = false;

  const double interval_s = progress->terminal ? TERMINAL_INTERVAL_S : PLAIN_INTERVAL_S;
  if (first || step >= n_steps || now_s - progress->shown_s >= interval_s) {
    show(progress);
    progress->shown_s = now_s;
  }
  if (step >= n_steps) {
    end_stage(progress);
  }
}

void
progress_line(Progress* progress, const char* line)
{
  const bool open = progress->terminal && !progress->ended;
  (void)fprintf(progress->stream, open ? CLEAR_LINE "%s\n" : "%s\n", line);
  if (open) {
    show(progress);
  }
  (void)fflush(progress->stream);
}
