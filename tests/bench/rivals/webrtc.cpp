// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The noise suppression of WebRTC, on "high" and alone, over a sound file of one channel at 8, 16,
// 32 or 48 kHz:  webrtc IN OUT

#include <sndfile.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

/// Frames a second, of all that WebRTC does.
static const int frames = 100;

int
main(int argc, char** argv)
{
  SF_INFO        info = {};
  SNDFILE* const in   = argc == 3 ? sf_open(argv[1], SFM_READ, &info) : nullptr;
  SNDFILE* const out  = in && info.channels == 1 ? sf_open(argv[2], SFM_WRITE, &info) : nullptr;
  if (!out) {
    std::fprintf(stderr, "webrtc: IN, of one channel, and OUT are needed\n");
    return EXIT_FAILURE;
  }

  const std::unique_ptr<webrtc::AudioProcessing> processing(webrtc::AudioProcessing::Create());
  processing->noise_suppression()->set_level(webrtc::NoiseSuppression::kHigh);
  processing->noise_suppression()->Enable(true);

  const webrtc::StreamConfig stream(info.samplerate, 1);
  std::vector<float>         frame(static_cast<size_t>(info.samplerate / frames));
  float* const               channel = frame.data();
  const sf_count_t           size    = static_cast<sf_count_t>(frame.size());
  for (sf_count_t n = 0; (n = sf_read_float(in, channel, size)) > 0;) {
    std::fill(frame.begin() + n, frame.end(), 0.0f);
    if (processing->ProcessStream(&channel, stream, stream, &channel)) {
      std::fprintf(stderr, "webrtc: %d Hz cannot be processed\n", info.samplerate);
      return EXIT_FAILURE;
    }
    sf_write_float(out, channel, n);
  }
  sf_close(in);
  return sf_close(out) ? EXIT_FAILURE : EXIT_SUCCESS;
}
