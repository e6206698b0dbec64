// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The denoiser of speexdsp, as it comes, over a sound file of one channel:  speex IN OUT

#include <sndfile.h>
#include <speex/speex_preprocess.h>

#include <stdio.h>
#include <stdlib.h>

/// Frames a second.
enum { FRAMES = 100 };

int
main(int argc, char** argv)
{
  SF_INFO        info = { 0 };
  SNDFILE* const in   = argc == 3 ? sf_open(argv[1], SFM_READ, &info) : NULL;
  SNDFILE* const out  = in && info.channels == 1 ? sf_open(argv[2], SFM_WRITE, &info) : NULL;
  if (!out) {
    fprintf(stderr, "speex: IN, of one channel, and OUT are needed\n");
    return EXIT_FAILURE;
  }

  const int                   size  = info.samplerate / FRAMES;
  short* const                frame = calloc((size_t)size, sizeof *frame);
  SpeexPreprocessState* const state = speex_preprocess_state_init(size, info.samplerate);
  for (sf_count_t n = 0; (n = sf_read_short(in, frame, size)) > 0;) {
    for (sf_count_t i = n; i < size; ++i) {
      frame[i] = 0;
    }
    speex_preprocess_run(state, frame);
    sf_write_short(out, frame, n);
  }
  speex_preprocess_state_destroy(state);
  free(frame);
  sf_close(in);
  return sf_close(out) ? EXIT_FAILURE : EXIT_SUCCESS;
}
