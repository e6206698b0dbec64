// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Microseconds that a model's network takes for one frame; see inference.sh.
//
//   bench_inference MODEL SOUND

#include "dsp/network/model_file.h"
#include "training/corpus/sound_file.h"
#include "training/engine/matrix.h"

#include <cblas.h>

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_LAYERS = 2 * NETWORK_MAX_LAYERS, RUN = 20, N_RUNS = 150 };

/// Every layer of a model, whatever it reads.
typedef struct {
  uint32_t n_layers;
  Layer    layers[MAX_LAYERS];
  float*   x; ///< As many numbers as any layer reads, none of them zero
  float*   y; ///< As many as any layer makes
} Layers;

/// Processor time of this thread, microseconds.
static double
processor_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static void
run_full(Layer layer, const float* const* const taps, float* const y)
{
  layer.compact = NULL;
  layer_forward(&layer, taps, NULL, y);
}

static void
run_compact(const Layer layer, const float* const* const taps, float* const y)
{
  layer_forward(&layer, taps, NULL, y);
}

static void
run_plain(const Layer layer, const float* const* const taps, float* const y)
{
  memcpy(y, layer.b, layer.shape.n_out * sizeof(float));
  compact_add_plain(layer.compact, taps, y);
}

/// All taps as one matrix.
static void
run_openblas(const Layer layer, const float* const* const taps, float* const y)
{
  const LayerShape* const shape = &layer.shape;
  memcpy(y, layer.b, shape->n_out * sizeof(float));
  cblas_sgemv(CblasRowMajor, CblasTrans, (int)(shape->n_taps * shape->n_in), (int)shape->n_out,
              1.0f, layer.w, (int)shape->n_out, taps[0], 1, 1.0f, y, 1);
}

/// One way to run a layer, and how long all layers took in each run.
typedef struct {
  const char* name;
  void (*run)(Layer layer, const float* const* taps, float* y);
  double us[N_RUNS];
} Way;

static Way ways[] = {
  { .name = "f32", .run = run_full },
  { .name = "8 bits", .run = run_compact },
  { .name = "8 bits, plain C", .run = run_plain },
  { .name = "OpenBLAS sgemv", .run = run_openblas },
};
enum { N_WAYS = sizeof(ways) / sizeof(*ways) };

static void
add_layers(const Network* const network, Layers* const layers)
{
  for (uint32_t l = 0; l < network->n_layers; ++l) {
    layers->layers[layers->n_layers]                    = network->layers[l];
    layers->layers[layers->n_layers++].shape.activation = ACTIVATION_IDENTITY;
  }
}

static void
run_layers(const Layers* const layers, const Way* const way)
{
  for (uint32_t l = 0; l < layers->n_layers; ++l) {
    const float* taps[LAYER_MAX_TAPS];
    for (uint32_t k = 0; k < layers->layers[l].shape.n_taps; ++k) {
      taps[k] = layers->x + (size_t)k * layers->layers[l].shape.n_in;
    }
    way->run(layers->layers[l], taps, layers->y);
  }
}

static int
compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// Least and median time, and the median ratio to the first way.
static void
print_way(const char* const what, const Way* const way, const double* const first)
{
  double us[N_RUNS];
  double ratio[N_RUNS];
  for (uint32_t r = 0; r < N_RUNS; ++r) {
    us[r]    = way->us[r];
    ratio[r] = way->us[r] / first[r];
  }
  qsort(us, N_RUNS, sizeof(*us), compare);
  qsort(ratio, N_RUNS, sizeof(*ratio), compare);
  printf("%-20s %-16s %6.1f %6.1f %6.2f\n", what, way->name, us[0], us[N_RUNS / 2],
         ratio[N_RUNS / 2]);
}

/// The ways take turns, so that all meet the same neighbors on the machine.
static void
time_layers(const Layers* const layers)
{
  for (uint32_t r = 0; r < N_RUNS; ++r) {
    for (uint32_t w = 0; w < N_WAYS; ++w) {
      run_layers(layers, &ways[w]);
      const double before = processor_us();
      for (uint32_t i = 0; i < RUN; ++i) {
        run_layers(layers, &ways[w]);
      }
      ways[w].us[r] = (processor_us() - before) / RUN;
    }
  }
  for (uint32_t w = 0; w < N_WAYS; ++w) {
    print_way("layers, no zeros", &ways[w], ways[0].us);
  }
}

static int
bench_layers(const Model* const model)
{
  Layers layers = { .x = malloc(LAYER_MAX_TAPS * LAYER_MAX_UNITS * sizeof(float)),
                    .y = malloc(LAYER_MAX_UNITS * sizeof(float)) };
  if (!layers.x || !layers.y) {
    return EXIT_FAILURE;
  }
  for (uint32_t i = 0; i < LAYER_MAX_TAPS * LAYER_MAX_UNITS; ++i) {
    layers.x[i] = 0.5f + 0.001f * (float)(i % 100);
  }
  add_layers(&model->autoencoder.encoder, &layers);
  add_layers(&model->autoencoder.decoder, &layers);
  time_layers(&layers);
  free(layers.x);
  free(layers.y);
  return EXIT_SUCCESS;
}

/// Features of the sound's frames, [N_RUNS × RUN][feature_config_size]; it starts anew at its end.
static float*
features_of(const Model* const model, const Sound* const sound)
{
  const StftConfig stft     = model_stft(model, sound->rate_hz);
  const uint32_t   n_x      = feature_config_size(&model->features);
  Analysis* const  analysis = analysis_new(stft);
  Features* const  features = features_new(&model->features, stft, sound->rate_hz);
  float* const     x        = malloc((size_t)N_RUNS * RUN * n_x * sizeof(float));
  for (uint32_t t = 0, at = 0; t < N_RUNS * RUN;) {
    const uint32_t left = (uint32_t)sound->n_frames - at;
    at += analysis_write(analysis, left, sound->samples + at);
    at = at == sound->n_frames ? 0 : at;

    const float complex* const spectrum = analysis_spectrum(analysis);
    if (spectrum) {
      features_from_spectra(features, 1, &spectrum, x + (size_t)t++ * n_x);
    }
  }
  analysis_free(analysis);
  features_free(features);
  return x;
}

/// A whole network with its past, on one kind of weights.
typedef struct {
  const Model* model;
  Scratch*     encoder;
  Scratch*     decoder;
  float*       code;
  float*       gain; ///< Of all frames
  Way          way;
} Stream;

static Stream
stream_of(const char* const name, const Model* const model)
{
  return (Stream){ .model   = model,
                   .encoder = scratch_new(&model->autoencoder.encoder),
                   .decoder = scratch_new(&model->autoencoder.decoder),
                   .code    = malloc(LAYER_MAX_UNITS * sizeof(float)),
                   .gain    = malloc((size_t)N_RUNS * RUN * BANDS_MAX * sizeof(float)),
                   .way     = { .name = name } };
}

static void
stream_clear(Stream* const stream)
{
  scratch_free(stream->encoder);
  scratch_free(stream->decoder);
  free(stream->code);
  free(stream->gain);
}

static void
stream_run(Stream* const stream, const uint32_t r, const float* const x)
{
  const Autoencoder* const ae      = &stream->model->autoencoder;
  const uint32_t           n_x     = feature_config_size(&stream->model->features);
  const uint32_t           n_bands = band_layout_count(&stream->model->features.bands);
  const double             before  = processor_us();
  for (uint32_t t = r * RUN; t < (r + 1) * RUN; ++t) {
    float* const gain = stream->gain + (size_t)t * n_bands;
    network_forward(&ae->encoder, stream->encoder, x + (size_t)t * n_x, stream->code);
    network_forward(&ae->decoder, stream->decoder, stream->code, gain);
  }
  stream->way.us[r] = (processor_us() - before) / RUN;
}

static double
snr_db(const size_t n, const float* const a, const float* const b)
{
  double signal = 0.0;
  double error  = 0.0;
  for (size_t i = 0; i < n; ++i) {
    const double e = (double)a[i] - (double)b[i];
    signal += (double)a[i] * (double)a[i];
    error += e * e;
  }
  return 10.0 * log10(signal / error);
}

static void
bench_sound(const Model* const full, const Model* const compact, const Sound* const sound)
{
  const uint32_t n_bands   = band_layout_count(&full->features.bands);
  Stream         streams[] = { stream_of("f32", full), stream_of("8 bits", compact) };
  float* const   x         = features_of(full, sound);
  for (uint32_t r = 0; r < N_RUNS; ++r) {
    stream_run(&streams[0], r, x);
    stream_run(&streams[1], r, x);
  }
  print_way("network, sound", &streams[0].way, streams[0].way.us);
  print_way("network, sound", &streams[1].way, streams[0].way.us);
  printf("gains by 8 bits: %.1f dB SNR\n",
         snr_db((size_t)N_RUNS * RUN * n_bands, streams[0].gain, streams[1].gain));
  stream_clear(&streams[0]);
  stream_clear(&streams[1]);
  free(x);
}

int
main(const int argc, char** const argv)
{
  matrix_choose_kernel(argv);
  Diagnostic why     = { "a model and a sound are wanted" };
  Model*     full    = NULL;
  Model*     compact = NULL;
  Sound      sound   = { 0 };
  if (argc != 3 || model_read(argv[1], &full, &why) || model_read(argv[1], &compact, &why) ||
      model_check_kind(full, argv[1], MODEL_DENOISE, &why) || model_compact(compact, &why) ||
      sound_read(argv[2], &sound, &why) || bench_layers(compact)) {
    fprintf(stderr, "bench_inference: %s\n", why.text);
    return EXIT_FAILURE;
  }
  bench_sound(full, compact, &sound);
  sound_clear(&sound);
  model_free(compact);
  model_free(full);
  return EXIT_SUCCESS;
}
